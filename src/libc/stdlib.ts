// Small things of stdlib.h, the ways to end a program, and the C++ entry points libc-builtin knows. Device-safe.

import { loadI32 } from '../runtime/memory';
import { type Env, fail, type NativeFn, type NativeGroup, type PureGroup } from '../runtime/native';
import { CXX_THROW, ENV_ABORT, ENV_ABORT_STACK, ENV_NULL_FUNC, EXIT } from '../spec/traps';
import { range, stateOf } from './state';

/** Marsaglia's xorshift32: every value of 31 bits, period 2^32 - 1. */
function rand(env: Env): number {
  const state = stateOf(env);
  if (state.seed === 0) srand(env, 1);
  let seed = state.seed;
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  state.seed = seed ^= seed << 5;
  return seed >>> 1;
}
function srand(env: Env, seed: number): void {
  stateOf(env).seed = (seed ^ 0x2545f491) | 0 || 1; // 1, 2, 3 shall not start alike; 0 would stay 0
  for (let i = 0; i < 8; i++) rand(env);
}

function exit(env: Env, code: number): void {
  env.thread!.exitCode = code & 255;
  env.thread!.exited = true;
  throw EXIT;
}
/** Ends the program with that trap, its argument, if it has one, being the detail. */
function trap(code: number): NativeFn {
  return (env, detail) => {
    throw fail(env, code, detail | 0);
  };
}
/** AssemblyScript's: message and file are UTF-16 strings with their byte length 4 before them. */
function abortAt(env: Env, message: number, file: number, line: number, column: number): void {
  const text = 'abort: ' + utf8(env, message) + ' in ' + utf8(env, file) + '(' + line + ':' + column + ')\n';
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  stateOf(env).out(bytes, 0, bytes.length);
  throw fail(env, ENV_ABORT, 0);
}
/** An AssemblyScript string, at most 256 units of it, as the bytes of UTF-8. */
function utf8(env: Env, from: number): string {
  const u8 = env.u8;
  from >>>= 0;
  const size = from < 4 ? 0 : Math.min(512, loadI32(u8, range(env, from - 4, 4)) >>> 0) & -2;
  const end = range(env, from, size) + size;
  let text = '';
  while (from < end) {
    let unit = u8[from] | (u8[from + 1] << 8);
    from += 2;
    if (unit >= 0xd800 && unit < 0xdc00 && from < end) {
      unit = 0x10000 + ((unit & 0x3ff) << 10) + ((u8[from] | (u8[from + 1] << 8)) & 0x3ff);
      from += 2;
    }
    // Behind the first byte, which says how many follow, six bits each.
    let tail = 0;
    if (unit >= 0x80) tail = unit < 0x800 ? 1 : unit < 0x10000 ? 2 : 3;
    text += String.fromCharCode(tail === 0 ? unit : ((0xff00 >> (tail + 1)) & 0xff) | (unit >> (6 * tail)));
    while (tail-- > 0) text += String.fromCharCode(0x80 | ((unit >> (6 * tail)) & 63));
  }
  return text;
}
function cxaThrow(env: Env): void {
  throw fail(env, CXX_THROW, 0);
}
function cxaBeginCatch(): void {}

export const stdlib: (NativeGroup | PureGroup)[] = [
  ['(i)i!', 'abs labs', Math.abs, Math.abs],
  ['()i', 'rand', rand],
  ['(i)', 'srand exit abort abortStackOverflow nullFunc_X', srand, exit, trap(ENV_ABORT), trap(ENV_ABORT_STACK), trap(ENV_NULL_FUNC)],
  ['()', 'abort', trap(ENV_ABORT)],
  ['(iiii)', 'abort', abortAt],
  ['(*)', '__cxa_begin_catch', cxaBeginCatch],
  ['(**i)', '__cxa_throw', cxaThrow],
];
