// A function may be compiled at any moment, and what the module does stays the same: programs and modules of the fuzzers, stopped at random
// points, with random functions compiled there; beside the interpreter.
import { expect, test } from 'vitest';
import { interpreter } from '../../src/interp/interp';
import { EXCEPTIONS, MULTI_MEMORY, TYPED_REFS } from '../../src/spec/features';
import { STACK_EXHAUSTED } from '../../src/spec/traps';
import { bound, LETTERS, STEPS } from '../fuzz/bound';
import { createDice } from '../fuzz/dice';
import { many } from '../fuzz/edges';
import { generate } from '../fuzz/generate';
import { type Came, here, SHARED } from '../fuzz/ours';
import { randomly } from './rig';

const seed = Number(process.env.SEED ?? Date.now() % 1e6);
const modules = Number(process.env.MODULES ?? 80);
const CALLS = 12;

const exhausted = (came: Came) => 'traps' in came && came.traps.includes(STACK_EXHAUSTED);
const shown = (came: Came | undefined) =>
  came === undefined ? 'nothing' : 'traps' in came ? `trap ${came.traps} ${came.where}` : `${came.bits}, fuel ${came.fuel}`;

test.each([
  ['of WebAssembly 2.0 and a little more', SHARED, 1],
  ['of newer features', SHARED | EXCEPTIONS | TYPED_REFS | MULTI_MEMORY, 2],
])(
  `generated modules %s (seed ${seed})`,
  (_, features, part) => {
    const count = { stops: 0, waits: 0, compiled: 0 };
    const wrong: string[] = [];
    for (let k = 0, ran = 0; ran < modules / part; k++) {
      const dice = createDice(seed + k);
      const it = bound(generate(seed + k, { features, closed: true }), STEPS);
      if (typeof it === 'string' || it.funcs.length === 0) continue;
      ran++;
      const calls = Array.from({ length: CALLS }, (_, c) => {
        const { name, signature } = it.funcs[c % it.funcs.length]!;
        const params = signature.params.map(t => LETTERS[t]);
        const bits = params.map(letter => (letter === undefined ? ([0, 0] as [number, number]) : dice.pick(many[letter]!)));
        return { name, params, results: signature.results.map(t => LETTERS[t]), bits };
      });
      const most = dice.pick([5, 50, 500]);
      const slice = () => 1 + dice.below(most);
      const want = here(it, calls, { executor: interpreter, slice, waits: true }, features, { stops: 0, waits: 0 });
      const got = here(it, calls, { executor: randomly(dice, dice.pick([0.05, 0.5]), count), slice, waits: true }, features, count);
      const at = want.findIndex((came, i) => exhausted(came) || shown(came) !== shown(got[i]));
      if (at >= 0 && !exhausted(want[at]!)) wrong.push(`module ${seed + k}, call ${at}: ${shown(want[at])}; mixed ${shown(got[at])}`);
    }
    expect(wrong.slice(0, 10)).toEqual([]);
    expect(count.compiled).toBeGreaterThan(modules / part / 10);
    expect(count.stops).toBeGreaterThan(modules);
  },
  120_000,
);
