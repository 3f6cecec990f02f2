// Small things of stdlib.h, the ways to end a program, and the C++ entry points libc-builtin knows. Device-safe.

import { guestAlloc } from '../runtime/heap';
import { loadI32 } from '../runtime/memory';
import { type Env, fail, type Native } from '../runtime/native';
import { CXX_THROW, ENV_ABORT, ENV_ABORT_STACK, ENV_NULL_FUNC, EXIT } from '../spec/traps';
import { range, stateOf, stringEnd } from './state';

function abs(_: Env, n: number): number {
  return n < 0 ? -n : n;
}

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
function abort(env: Env, code: number): void {
  throw fail(env, ENV_ABORT, code | 0);
}
/** AssemblyScript's: message and file are UTF-16 strings with their byte length 4 before them. */
function abortAt(env: Env, message: number, file: number, line: number, column: number): void {
  const bytes: number[] = [];
  const say = (text: string): void => {
    for (let i = 0; i < text.length; i++) bytes.push(text.charCodeAt(i));
  };
  say('abort: ');
  utf8(env, message, bytes);
  say(' in ');
  utf8(env, file, bytes);
  say('(' + line + ':' + column + ')\n');
  stateOf(env).out(new Uint8Array(bytes), 0, bytes.length);
  throw fail(env, ENV_ABORT, 0);
}
/** Appends an AssemblyScript string, at most 256 units of it. */
function utf8(env: Env, text: number, bytes: number[]): void {
  text >>>= 0;
  if (text < 4) return;
  const u8 = env.u8;
  const size = Math.min(512, loadI32(u8, range(env, text - 4, 4)) >>> 0) & -2;
  range(env, text, size);
  for (let i = 0; i < size; i += 2) {
    let unit = u8[text + i] | (u8[text + i + 1] << 8);
    if (unit >= 0xd800 && unit < 0xdc00 && i + 2 < size) {
      const low = u8[text + i + 2] | (u8[text + i + 3] << 8);
      if (low >= 0xdc00 && low < 0xe000) {
        unit = 0x10000 + ((unit - 0xd800) << 10) + low - 0xdc00;
        i += 2;
      }
    }
    if (unit < 0x80) bytes.push(unit);
    else {
      if (unit < 0x800) bytes.push(0xc0 | (unit >> 6));
      else {
        if (unit < 0x10000) bytes.push(0xe0 | (unit >> 12));
        else bytes.push(0xf0 | (unit >> 18), 0x80 | ((unit >> 12) & 63));
        bytes.push(0x80 | ((unit >> 6) & 63));
      }
      bytes.push(0x80 | (unit & 63));
    }
  }
}
function abortStackOverflow(env: Env, code: number): void {
  throw fail(env, ENV_ABORT_STACK, code | 0);
}
function nullFunc(env: Env, code: number): void {
  throw fail(env, ENV_NULL_FUNC, code | 0);
}
function cxaThrow(env: Env): void {
  throw fail(env, CXX_THROW, 0);
}
function cxaBeginCatch(): void {}

/** A copy on the app heap, made once per name; 0 when not set or out of room. */
function getenv(env: Env, name: number) {
  const state = stateOf(env);
  const u8 = env.u8;
  const end = stringEnd(env, name);
  let key = '';
  for (let i = name >>> 0; i < end && key.length < 256; i++) key += String.fromCharCode(u8[i]);
  const value = state.getenv(key);
  if (value === null) return 0;
  key = '=' + key; // no name of Object.prototype
  if (state.values[key]) return state.values[key];
  return guestAlloc(env, value.length + 1, (_, to) => {
    if (to === 0) return 0;
    range(env, to, value.length + 1);
    for (let i = 0; i < value.length; i++) env.u8[to + i] = value.charCodeAt(i);
    env.u8[to + value.length] = 0;
    return (state.values[key] = to);
  });
}

export const stdlib: Native[] = [
  ['abs', '(i)i', abs],
  ['labs', '(i)i', abs],
  ['rand', '()i', rand],
  ['srand', '(i)', srand],
  ['getenv', '(i)i', getenv],
  ['exit', '(i)', exit],
  ['abort', '(i)', abort],
  ['abort', '()', abort],
  ['abort', '(iiii)', abortAt],
  ['abortStackOverflow', '(i)', abortStackOverflow],
  ['nullFunc_X', '(i)', nullFunc],
  ['__cxa_begin_catch', '(*)', cxaBeginCatch],
  ['__cxa_throw', '(**i)', cxaThrow],
];
