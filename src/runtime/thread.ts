// A thread: one activation of guest code, with its value stack, fuel and state, which an executor runs in slices.
// Everything needed to stop at a fuel boundary and go on later is in here. Device-safe.
//
//   prepare(thread, func, args) -> run(thread, fuel) -> DONE | TRAPPED | FUEL | WAITING -> run again, answer(), or results()
//
// Fuel is counted alike by every executor: entering a function costs the number of operators in its body outside all
// loops; each turn of a loop costs the operators of its body outside inner loops. It may go below 0 by one such charge.

import type { Func, Store } from './store';

export const DONE = 0;
export const TRAPPED = 1;
export const FUEL = 2;
export const WAITING = 3;

export interface Thread {
  store: Store;
  /** Value cells of 8 bytes (index 2k: low word, 2k+1: high word; f32 in the low word) and the same as doubles and floats. */
  cells: Int32Array;
  doubles: Float64Array;
  floats: Float32Array;
  /** Saved frames: the executor's own layout. */
  frames: Int32Array;
  depth: number; // frames in use
  status: number; // of the last run
  fuel: number; // left; may be negative by less than one charge
  func: Func | null; // pending or running entry function
  trap: number; // code of spec/traps.ts, 0 = none
  trapDetail: number;
  exited: boolean; // the program ended itself (proc_exit, exit)
  exitCode: number;
  terminate: boolean; // set from outside: traps TERMINATED at the next fuel check
  // What a native asked for (native.ts):
  signal: number;
  guestFunc: number;
  guestArgs: number[];
  guestThen: any;
  /** The executor's own state between slices. */
  state: any;
}
