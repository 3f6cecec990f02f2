// Strings searched, cut and compared without regard to case, and memrchr. Parameters are checked here (stringEnd, range) where
// they are `i`. Nothing here takes more than linear time: a native cannot be paused. Device-safe.

import { loadI32, storeI32 } from '../runtime/memory';
import type { Env, NativeGroup } from '../runtime/native';
import { range, spend, stateOf, stringEnd } from './state';
import { compare } from './string';

function memrchr(env: Env, from: number, byte: number, n: number): number {
  const u8 = env.u8;
  n >>>= 0;
  from = range(env, from, n);
  for (let i = from + n - 1; i >= from; i--) if (u8[i] === (byte & 255)) return i;
  return 0;
}

function strcasecmp(env: Env, a: number, b: number): number {
  return compare(env, a >>> 0, b >>> 0, Infinity, true);
}
function strncasecmp(env: Env, a: number, b: number, n: number): number {
  return compare(env, a, b, n >>> 0, true);
}

/** Length of the prefix of s made of bytes whose being in set (a string, NUL never in it) equals `within`. */
function span(env: Env, s: number, set: number, within: number): number {
  const u8 = env.u8;
  const has = new Uint8Array(256);
  const setEnd = stringEnd(env, set);
  for (let i = set >>> 0; i < setEnd; i++) has[u8[i]] = 1;
  let end = s >>> 0;
  while (u8[range(env, end, 1)] !== 0 && has[u8[end]] === within) end++;
  spend(env, end - (s >>> 0));
  return end - (s >>> 0);
}
function strspn(env: Env, s: number, set: number): number {
  return span(env, s, set, 1);
}
function strcspn(env: Env, s: number, set: number): number {
  return span(env, s, set, 0);
}
function strpbrk(env: Env, s: number, set: number): number {
  const at = (s >>> 0) + span(env, s, set, 0);
  return env.u8[at] === 0 ? 0 : at;
}

/**
 * Start of the largest suffix of u8[at, at + n) and its period, under the order of bytes or (sign -1) its reverse.
 * Crochemore & Perrin, "Two-way string-matching", J. ACM 38(3), 1991.
 */
let period = 0;
function maximalSuffix(u8: Uint8Array, at: number, n: number, sign: number): number {
  let start = -1;
  let next = 0;
  let k = 1;
  period = 1;
  while (next + k < n) {
    const diff = (u8[at + next + k] - u8[at + start + k]) * sign;
    if (diff < 0) {
      next += k;
      k = 1;
      period = next - start;
    } else if (diff > 0) {
      start = next++;
      k = period = 1;
    } else if (k === period) {
      next += period;
      k = 1;
    } else k++;
  }
  return start + 1;
}

function strstr(env: Env, s: number, what: number): number {
  const u8 = env.u8;
  const n = stringEnd(env, what) - what;
  const last = stringEnd(env, s) - n;
  if (n === 0) return s;
  let cut = maximalSuffix(u8, what, n, 1);
  const cutPeriod = period;
  const other = maximalSuffix(u8, what, n, -1);
  if (other > cut) cut = other;
  else period = cutPeriod;
  let i = 0;
  while (i < cut && u8[what + i] === u8[what + period + i]) i++;
  const periodic = i === cut;
  if (!periodic) period = Math.max(cut, n - cut) + 1;
  let known = 0; // bytes at s that are known to match, of a periodic needle
  while (s <= last) {
    i = Math.max(cut, known);
    while (i < n && u8[what + i] === u8[s + i]) i++;
    if (i < n) {
      s += i - cut + 1;
      known = 0;
    } else {
      i = cut;
      while (i > known && u8[what + i - 1] === u8[s + i - 1]) i--;
      if (i <= known) return s;
      s += period;
      known = periodic ? n - period : 0;
    }
  }
  return 0;
}

/** The next token from s, its end overwritten by NUL; returns [token or 0] and leaves where to go on in `rest`, 0 = at the end. */
let rest = 0;
function token(env: Env, s: number, delimiters: number): number {
  rest = 0;
  if (s === 0) return 0;
  const start = s + span(env, s, delimiters, 1);
  if (env.u8[start] === 0) return 0;
  const end = start + span(env, start, delimiters, 0);
  if (env.u8[end] !== 0) {
    env.u8[end] = 0;
    rest = end + 1;
  }
  return start;
}
function strtok(env: Env, s: number, delimiters: number): number {
  const state = stateOf(env);
  const found = token(env, s >>> 0 || state.token || 0, delimiters);
  state.token = rest;
  return found;
}
function strtok_r(env: Env, s: number, delimiters: number, save: number): number {
  save = range(env, save, 4);
  const found = token(env, s >>> 0 || loadI32(env.u8, save) >>> 0, delimiters);
  storeI32(env.u8, save, rest);
  return found;
}

export const search: NativeGroup[] = [
  ['($$)i', 'strspn strcspn strstr', strspn, strcspn, strstr],
  ['(ii)i', 'strcasecmp strpbrk strtok', strcasecmp, strpbrk, strtok],
  ['($$i)i', 'strncasecmp', strncasecmp],
  ['(iii)i', 'memrchr strtok_r', memrchr, strtok_r],
];
