// The executor of two parts as tests want it: functions are compiled at random moments.

import type { Executor } from '../../src/runtime/store';
import { compileFunc, dropOld, isCompiled, tiered } from '../../src/tier/tier';
import type { Dice } from '../fuzz/dice';

export const evaluate = (text: string) => Function(`return ${text}`)();

/** Before each run some function of the thread's store is compiled with a chance of `odds`. */
export function randomly(dice: Dice, odds: number, count: { compiled: number }): Executor {
  return {
    ...tiered,
    run: thread => {
      if (dice.chance(odds)) {
        const own = thread.store.funcs.filter(func => func.native === null && func.typeId >= 0 && !isCompiled(func));
        if (own.length > 0 && compileFunc(dice.pick(own), evaluate)) count.compiled++;
        if (own.length > 0) dropOld(own[0]!.instance, thread);
      }
      return tiered.run(thread);
    },
  };
}
