// For tests of what the interpreter does with modules written as text: assemble, instantiate, run whole and in the smallest slices.

import wabt from 'wabt';
import type { Instance } from '../../src/runtime/instance';
import { findFunc } from '../../src/runtime/link';
import { callFunc, load, type Setting } from '../runtime/rig';

const { parseWat } = await wabt();
const FEATURES: any = { exceptions: true, tail_call: true, multi_memory: true, extended_const: true, reference_types: true };

/** Bytes of a module, named and valid. */
export function assemble(text: string): Uint8Array {
  const module = parseWat('case.wat', text, FEATURES);
  module.validate();
  return module.toBinary({ write_debug_names: true }).buffer;
}
export const instanceOf = (text: string, setting: Setting = {}): Instance => load(assemble(text), setting);

/** Low words of an export's results, or 'trap N'; the same in slices of one fuel, or it says both. */
export function both(instance: Instance, name: string, ...args: number[]): number[] | string {
  const func = findFunc(instance, name)!;
  const whole = callFunc(func, args);
  const sliced = callFunc(func, args, undefined, 1);
  return JSON.stringify(whole) === JSON.stringify(sliced) ? whole : `${JSON.stringify(whole)}, in slices ${JSON.stringify(sliced)}`;
}
