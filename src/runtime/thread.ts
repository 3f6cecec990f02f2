// A thread: one activation of guest code, with its value stack, fuel and state, which an executor runs in slices.
// Everything needed to stop at a fuel boundary and go on later is in here. Device-safe.
//
//   prepare(thread, func, args) -> run(thread, fuel) -> DONE | TRAPPED | FUEL | WAITING -> run again, answer(), or results
//
// Fuel is counted alike by every executor: entering a function costs the number of operators in its body outside all
// loops, and one per 8 locals; each turn of a loop costs the operators of its body outside inner loops; bulk operators cost one
// more per 64 bytes or 4 elements gone through (growing: the whole memory); a native called by a native costs 16. A charge may take
// fuel below 0; the thread then stops behind the charge, so that every run() makes progress.

import { HAS_EXCEPTIONS } from '../spec/features';
import { HOST_FAULT, STACK_EXHAUSTED, TERMINATED } from '../spec/traps';
import { type Exception, enter, leave } from './exception';
import type { Func, Store } from './store';

export const DONE = 0;
export const TRAPPED = 1;
export const FUEL = 2;
export const WAITING = 3;
/** Inside an executor of several parts (tier/tier.ts) only: another part goes on. */
export const SWITCH = 5;

export interface Thread {
  store: Store;
  /** Value cells of 8 bytes (index 2k: low word, 2k+1: high word; an f32 or reference in the low word), and the same as doubles and floats. */
  cells: Int32Array;
  doubles: Float64Array;
  floats: Float32Array;
  /** Saved frames, three words each: position in the code (-1: a native that waits for a guest call), frame base, function handle (0 = none). */
  frames: Int32Array;
  depth: number; // words of frames in use
  /** What an executor keeps of each saved frame besides, by frame; null = nothing of any. */
  saved: any[] | null;
  status: number; // of the last run
  fuel: number; // left; may be negative by one charge
  // Where it stands: the function running (null: none yet), position in its code, its frame's base in cells' words.
  current: Func | null;
  pc: number;
  fp: number;
  /** A function to enter next at base calleeAt, before current goes on. */
  callee: Func | null;
  calleeAt: number;
  trap: number; // code of spec/traps.ts, 0 = none
  trapDetail: number;
  /** The position stands behind the operator that trapped (a call) rather than on it. */
  trapBehind: boolean;
  exception: Exception | null; // the one it ended with, where trap is UNCAUGHT_EXCEPTION
  exited: boolean; // the program ended itself (proc_exit, exit)
  exitCode: number;
  terminate: boolean; // set from outside: traps TERMINATED at the next run
  // What a native asked for (native.ts):
  signal: number;
  guestFunc: number;
  guestArgs: number[];
  guestThen: any;
  thens: any[]; // continuations of natives that wait for guest calls
}

function views(thread: Thread, cells: Int32Array): void {
  thread.cells = cells;
  thread.doubles = new Float64Array(cells.buffer);
  thread.floats = new Float32Array(cells.buffer);
}

export function createThread(store: Store): Thread {
  const cells = new Int32Array(64);
  return {
    store: store,
    cells: cells,
    doubles: new Float64Array(cells.buffer),
    floats: new Float32Array(cells.buffer),
    frames: new Int32Array(24),
    depth: 0,
    saved: null,
    status: DONE,
    fuel: 0,
    current: null,
    pc: 0,
    fp: 0,
    callee: null,
    calleeAt: 0,
    trap: 0,
    trapDetail: 0,
    trapBehind: false,
    exception: null,
    exited: false,
    exitCode: 0,
    terminate: false,
    signal: 0,
    guestFunc: 0,
    guestArgs: [],
    guestThen: null,
    thens: [],
  };
}

/** Sets up a call of func with argument words (low, high per parameter). Forgets what the thread did before. */
export function prepare(thread: Thread, func: Func, words: number[]): void {
  if (words.length > thread.cells.length) growCells(thread, words.length);
  for (let i = 0; i < words.length; i++) thread.cells[i] = words[i];
  thread.depth = thread.trap = thread.trapDetail = thread.signal = thread.exitCode = thread.fp = thread.calleeAt = 0;
  thread.exited = false;
  if (HAS_EXCEPTIONS) thread.exception = null;
  thread.thens = [];
  thread.saved = null;
  thread.current = null;
  thread.callee = func;
  thread.status = FUEL;
}

/**
 * Runs on with that much fuel; returns DONE (results in cells 0, 1 …; also after exit), TRAPPED, FUEL or WAITING. Only a FUEL thread runs. An
 * error of JavaScript that a native throws passes through and leaves the thread TRAPPED.
 */
export function run(thread: Thread, fuel: number): number {
  if (thread.status !== FUEL) return thread.status;
  thread.fuel = fuel;
  if (HAS_EXCEPTIONS) enter(thread);
  // what it is when it was stopped from outside, or when an error of JavaScript passes through
  const stopped = thread.terminate;
  thread.terminate = false;
  thread.trap = stopped ? TERMINATED : HOST_FAULT;
  thread.status = TRAPPED;
  try {
    if (!stopped) {
      const status = thread.store.executor.run(thread);
      thread.status = status;
      if (status !== TRAPPED) thread.trap = 0;
    }
  } finally {
    if (HAS_EXCEPTIONS) leave(thread, thread.status >= FUEL);
  }
  return thread.status;
}

/** Answers a native that waits: the words of its result (0, 0 for none). run() then goes on. */
export function answer(thread: Thread, lo: number, hi: number): void {
  if (thread.status !== WAITING) return;
  thread.cells[thread.calleeAt] = lo;
  thread.cells[thread.calleeAt + 1] = hi;
  thread.status = FUEL;
}

/** Makes room for `words` cell words: at least doubles, up to the store's limit. Throws STACK_EXHAUSTED. */
export function growCells(thread: Thread, words: number): void {
  const most = thread.store.limits.stackBytes >> 2;
  if (words > most) throw STACK_EXHAUSTED;
  let size = thread.cells.length * 2;
  if (size < words) size = words;
  if (size > most) size = most;
  const cells = new Int32Array((size + 1) & -2);
  cells.set(thread.cells, 0);
  views(thread, cells);
}

/** Makes room for one more frame. Throws STACK_EXHAUSTED. */
export function growFrames(thread: Thread): void {
  const most = thread.store.limits.callDepth * 3 + 3; // a native that calls back saves two at once
  if (thread.depth + 6 > most) throw STACK_EXHAUSTED;
  const frames = new Int32Array(Math.min(thread.frames.length * 2, most));
  frames.set(thread.frames, 0);
  thread.frames = frames;
}
