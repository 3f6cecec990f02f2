// For tests of what the interpreter does with modules written as text: assemble, instantiate, run whole and in the smallest slices.

import type { Instance } from '../../src/runtime/instance';
import { findFunc } from '../../src/runtime/link';
import { parseWat } from '../../src/text/parser';
import { callFunc, load, type Setting } from '../runtime/rig';

export const instanceOf = (text: string, setting: Setting = {}): Instance => load(parseWat(text), setting);

/** Low words of an export's results, or 'trap N'; the same in slices of one fuel, or it says both. */
export function both(instance: Instance, name: string, ...args: number[]): number[] | string {
  const func = findFunc(instance, name)!;
  const whole = callFunc(func, args);
  const sliced = callFunc(func, args, undefined, 1);
  return JSON.stringify(whole) === JSON.stringify(sliced) ? whole : `${JSON.stringify(whole)}, in slices ${JSON.stringify(sliced)}`;
}
