// Host functions ("natives") as programs see them: records of name, signature and function, found by module and field
// name. The signature letters are WAMR's. Says nothing of how an executor calls them (thread.ts does). Device-safe.
//
//   letter  parameter                          passed to fn as
//   i r     i32, reference handle              signed int32 (a reference is a handle, 0 = null)
//   I       i64                                two arguments: low word, high word (both signed int32)
//   f F     f32, f64                           number
//   *       address, >= 1 byte is in memory    unsigned number; with a following ~, that many bytes are in memory (0 is fine below the end)
//   ~       byte length of the * before it     unsigned number
//   $       NUL-terminated string              unsigned address; the NUL lies inside memory (finding it is paid for)
//   result: one of i I f F r or nothing. An I result returns the low word and leaves the high word in env.hi. A native without a signature
//   may stand for a function of several results: `return several(env, words)`.
//   An exception into the guest: `throw throwing(env, exception)` (exception.ts). One that the guest throws goes past natives below it.
//   ! at the end: fn is not given env, the arguments alone.
// A failed check traps OOB_MEMORY before fn runs. i as a parameter is never checked.

import { OOB_MEMORY } from '../spec/traps';
import { EXTERNREF, F32, F64, type FuncType, funcType, I32, I64 } from '../spec/types';
import type { Instance } from './instance';
import type { Func } from './store';
import { growCells, type Thread } from './thread';

/**
 * What a native is given first: the calling instance's window. One per instance.
 * `u8` is memory 0 (its whole current size; an empty array when there is none). It is replaced when memory grows, so read
 * `env.u8` again after anything that may run guest code.
 */
export interface Env {
  u8: Uint8Array;
  hi: number;
  instance: Instance;
  /** The thread that is calling; null outside a call. */
  thread: Thread | null;
  /** Per-instance state of the native areas, each under its own name: libc, wasi, app. */
  state: { [area: string]: any };
}

/** Takes env and the converted arguments; returns the result. To trap: `throw fail(env, CODE, detail)`. */
export type NativeFn = (env: Env, ...args: any[]) => number | void;

/** One function: [field name, signature such as "(*~$*)i", function]. */
export type Native = [string, string, NativeFn];

/**
 * Functions of one signature: [signature, their names with a space between, functions in that order]. A third of a list of Natives
 * in an engine's heap, so the big tables are written this way.
 */
export type NativeGroup = [string, string, ...NativeFn[]];

/** A group whose signature ends in !: arithmetic, such as Math's own functions. */
export type PureGroup = [string, string, ...((...args: any[]) => number)[]];

/** Natives of one import module, in no order; a name may stand in several groups. `alias` gives other import module names they answer to. */
export interface NativeModule {
  name: string;
  natives: (Native | NativeGroup)[];
  alias?: string[];
}

/** Records the detail number of a trap and returns the code, so that the site reads `throw fail(env, OOB_MEMORY, 0)`. */
export function fail(env: Env, code: number, detail: number): number {
  if (env.thread !== null) env.thread.trapDetail = detail;
  return code;
}

/** Pays fuel for bytes gone through, one for four: a native cannot be stopped half-way, but what it did counts against the slice. */
export function spend(env: Env, bytes: number): void {
  if (env.thread !== null) env.thread.fuel -= bytes >>> 2;
}

// What a native may ask of the executor instead of returning a result at once; the returned number is then ignored.
export const SIGNAL_WAIT = 1; // the answer comes later, by answer()
export const SIGNAL_CALL = 2; // call guest code first, then go on in `then`

/** "Not yet": parks the thread (run() returns WAITING) until answer() is called for it. `return wait(env)`. */
export function wait(env: Env): number {
  env.thread!.signal = SIGNAL_WAIT;
  return 0;
}

/**
 * Calls guest function `func` (a reference handle, never 0) with i32 arguments, without JavaScript recursion: the native returns, the
 * executor runs the function under the caller's fuel, then `then(env, result)` goes on: it returns the native's result or
 * asks again with wait or callGuest. `return callGuest(env, func, [a, b], then)`. result is an i32's value, a reference or the low word; of a
 * function without one it means nothing.
 */
export function callGuest(env: Env, func: number, args: number[], then: (env: Env, result: number) => number | void): number {
  const thread = env.thread!;
  thread.signal = SIGNAL_CALL;
  thread.guestFunc = func;
  thread.guestArgs = args;
  thread.guestThen = then;
  return 0;
}

/** Two results or more: low and high word of each. `return several(env, words)`. */
export function several(env: Env, words: number[]): number {
  const thread = env.thread!;
  const base = thread.calleeAt;
  if (base + words.length > thread.cells.length) growCells(thread, base + words.length);
  for (let i = 0; i < words.length; i++) thread.cells[base + i] = words[i];
  return 0;
}

const LETTERS = 'iIfFr*~$';
const TYPES = [I32, I64, F32, F64, EXTERNREF, I32, I32, I32];

/** The function type that signature letters stand for. */
export function typeOfSignature(signature: string): FuncType {
  const close = signature.indexOf(')');
  const params: number[] = [];
  for (let i = 1; i < close; i++) params.push(TYPES[LETTERS.indexOf(signature.charAt(i))]);
  return funcType(params, close + 1 < signature.length ? [TYPES[LETTERS.indexOf(signature.charAt(close + 1))]] : []);
}

/** Converts and checks the argument cells from word `base` on by the signature's letters. Traps OOB_MEMORY. */
function convert(thread: Thread, env: Env, signature: string, base: number): any[] {
  const args: any[] = signature.charCodeAt(signature.length - 1) === 33 ? [] : [env]; // !
  const cells = thread.cells;
  let at = base;
  for (let i = 1; ; i++) {
    const letter = signature.charCodeAt(i);
    if (letter === 41) return args; // )
    if (letter === 105 || letter === 114)
      args.push(cells[at]); // i r
    else if (letter === 102)
      args.push(thread.floats[at]); // f
    else if (letter === 70)
      args.push(thread.doubles[at >> 1]); // F
    else if (letter === 73)
      args.push(cells[at], cells[at + 1]); // I
    else {
      const value = cells[at] >>> 0;
      const size = env.u8.length;
      if (letter === 42) {
        const bytes = signature.charCodeAt(i + 1) === 126 ? cells[at + 2] >>> 0 : 1;
        if (value >= size || value + bytes > size) throw OOB_MEMORY;
      } else if (letter === 36) {
        let end = value;
        while (end < size && env.u8[end] !== 0) end++;
        if (end >= size) throw OOB_MEMORY;
        spend(env, end - value);
      }
      args.push(value);
    }
    at += 2;
  }
}

function store(thread: Thread, env: Env, signature: string, base: number, result: any): void {
  const close = signature.indexOf(')');
  if (signature.charCodeAt(close + 2) > 33) return; // several()
  const letter = signature.charCodeAt(close + 1);
  if (letter === 102) thread.floats[base] = result;
  else if (letter === 70) thread.doubles[base >> 1] = result;
  else if (letter === letter) {
    thread.cells[base] = result;
    if (letter === 73) thread.cells[base + 1] = env.hi;
  }
}

/**
 * For executors: calls the native func with the argument cells from word `base` on, or goes on with `then` after a guest call that
 * returned `result`. Leaves the native's result in the cells at base unless it set thread.signal.
 */
export function callNative(thread: Thread, func: Func, base: number, then: any, result: number): void {
  const env = func.instance.env;
  const outer = env.thread;
  env.thread = thread;
  thread.signal = 0;
  let value: any;
  try {
    value = then !== null ? then(env, result) : func.native!.apply(null, convert(thread, env, func.signature, base) as [Env]);
  } finally {
    env.thread = outer; // also where it traps: an outer native may go on
  }
  if (thread.signal === 0) store(thread, env, func.signature, base, value);
}
