// Host functions ("natives") as programs see them: records of name, signature and function, found by module and field
// name. The signature letters are WAMR's. Says nothing of how an executor calls them (thread.ts does). Device-safe.
//
//   letter  parameter                          passed to fn as
//   i r     i32, reference handle              signed int32 (a reference is a handle, 0 = null)
//   I       i64                                two arguments: low word, high word (both signed int32)
//   f F     f32, f64                           number
//   *       address, >= 1 byte is in memory    unsigned number; with a following ~, that many bytes are in memory (0 is fine below the end)
//   ~       byte length of the * before it     unsigned number
//   $       NUL-terminated string              unsigned address; the NUL lies inside memory
//   result: one of i I f F r or nothing. An I result returns the low word and leaves the high word in env.hi.
// A failed check traps OOB_MEMORY before fn runs. i as a parameter is never checked.

import type { Instance } from './instance';
import type { Thread } from './thread';

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

/** [field name, signature such as "(*~$*)i", function] */
export type Native = [string, string, NativeFn];

/** Natives of one import module, in no order. `alias` gives other import module names they answer to. */
export interface NativeModule {
  name: string;
  natives: Native[];
  alias?: string[];
}

/** Records the detail number of a trap and returns the code, so that the site reads `throw fail(env, OOB_MEMORY, 0)`. */
export function fail(env: Env, code: number, detail: number): number {
  if (env.thread !== null) env.thread.trapDetail = detail;
  return code;
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
 * asks again with wait or callGuest. `return callGuest(env, func, [a, b], then)`. result is 0 for a function without one.
 */
export function callGuest(env: Env, func: number, args: number[], then: (env: Env, result: number) => number | void): number {
  const thread = env.thread!;
  thread.signal = SIGNAL_CALL;
  thread.guestFunc = func;
  thread.guestArgs = args;
  thread.guestThen = then;
  return 0;
}
