// Choices from a seed.

import { random } from '../wire/bytes';

export interface Dice {
  /** A whole number in [0, n). */
  below(n: number): number;
  pick<T>(list: ArrayLike<T>): T;
  /** True with probability p. */
  chance(p: number): boolean;
  /** 0 to most items. */
  some<T>(most: number, make: (k: number) => T): T[];
}

export function createDice(seed: number): Dice {
  const rnd = random(seed);
  const below = (n: number) => Math.floor(rnd() * n);
  return {
    below,
    pick: list => list[below(list.length)]!,
    chance: p => rnd() < p,
    some: (most, make) => Array.from({ length: below(most + 1) }, (_, k) => make(k)),
  };
}
