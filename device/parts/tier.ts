// Part `tier`: compiles functions that apps spend their time in, loaded when an app has been busy for a while and there is room for it. What a
// function will take is estimated from its body before anything is done. Device-safe.

import { release } from '../../src/jstext/single';
import type { NativeModule } from '../../src/runtime/native';
import { bodyBytes, compiledOf, compileFunc, dropOld, hottestFunc, leaveOut, sample, tiered } from '../../src/tier/tier';
import type { Compiler } from '../host';

export const natives: NativeModule = { name: '', natives: [] };

/** Of a byte of a function's body (measured on QuickJS): its code; and what making that takes besides, for a while. */
const CODE_FACTOR = 6;
const WORK_FACTOR = 30;
const LEAST_CODE = 1500; // of any function
const UNIT_BYTES = 5000; // of an instance with compiled functions
const OBJECT_BYTES = 900; // of a function beside its code: objects, closures, how it is entered
const LEAST_WORK = 40000; // most of it so that something stays: installs and messages need room, too

export const compiler: Compiler = {
  executor: tiered,
  sample: sample,
  improve: function (instance, thread, room, heap, evaluate, take) {
    const dropped = dropOld(instance, thread);
    if (dropped > 0) take(0, dropped);
    const func = hottestFunc(instance);
    if (func === null) return true;
    const bytes = bodyBytes(func);
    // half of what is free stays so: memories may want to grow
    const begin = compiledOf(instance) === 0 ? UNIT_BYTES : 0;
    if (2 * (CODE_FACTOR * bytes + LEAST_CODE + begin) > room || WORK_FACTOR * bytes + LEAST_WORK > heap) return false;
    try {
      compileFunc(func, function (text) {
        const made = evaluate(text);
        // the text is about as much as its code
        take(text.length + OBJECT_BYTES + (compiledOf(instance) === 0 ? UNIT_BYTES : 0), 0);
        return made;
      });
    } catch (e) {
      leaveOut(func);
      throw e;
    } finally {
      release();
    }
    return true;
  },
  compiled: compiledOf,
};
