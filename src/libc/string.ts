// NUL-terminated strings. A `$` parameter was checked by the linker; an `i` one is checked here (stringEnd, range).
// Nothing here takes more than linear time: a native cannot be paused. Device-safe.

import { fillBytes, guestAlloc } from '../runtime/heap';
import { loadI32, storeI32 } from '../runtime/memory';
import type { Env, Native } from '../runtime/native';
import { lower } from './ctype';
import { copy } from './memory';
import { oob, range, rows, spend, stateOf, stringEnd } from './state';

function strlen(env: Env, s: number): number {
  return stringEnd(env, s) - s;
}

function strnlen(env: Env, s: number, n: number): number {
  s >>>= 0;
  n >>>= 0;
  let i = 0;
  while (i < n && env.u8[range(env, s + i, 1)] !== 0) i++;
  spend(env, i);
  return i;
}

function strchr(env: Env, s: number, c: number): number {
  const end = stringEnd(env, s);
  for (; s <= end; s++) if (env.u8[s] === (c & 255)) return s;
  return 0;
}

function strrchr(env: Env, s: number, c: number): number {
  s >>>= 0;
  for (let i = stringEnd(env, s); i >= s; i--) if (env.u8[i] === (c & 255)) return i;
  return 0;
}

/** The difference of the first unlike bytes among n; stops at a NUL. `fold` maps bytes before they are compared. */
function compare(env: Env, a: number, b: number, n: number, fold: (byte: number) => number): number {
  const u8 = env.u8;
  let i = 0;
  let diff = 0;
  for (let byte = 1; i < n && diff === 0 && byte !== 0; i++) {
    if (a + i >= u8.length || b + i >= u8.length) throw oob(env);
    byte = u8[a + i];
    diff = fold(byte) - fold(u8[b + i]);
  }
  spend(env, i);
  return diff;
}
function asIs(byte: number): number {
  return byte;
}
function strcmp(env: Env, a: number, b: number): number {
  return compare(env, a, b, Infinity, asIs);
}
function strncmp(env: Env, a: number, b: number, n: number): number {
  range(env, a, n); // C would stop at a NUL; WAMR wants both ranges whole
  return compare(env, a, b, n, asIs);
}
function strcasecmp(env: Env, a: number, b: number): number {
  return compare(env, a >>> 0, b >>> 0, Infinity, lower);
}
function strncasecmp(env: Env, a: number, b: number, n: number): number {
  return compare(env, a, b, n >>> 0, lower);
}

function strcpy(env: Env, to: number, from: number): number {
  const n = strlen(env, from) + 1;
  copy(env.u8, range(env, to, n), from, n);
  return to;
}

function strncpy(env: Env, to: number, from: number, n: number): number {
  const u8 = env.u8;
  range(env, to, n);
  let used = 0;
  while (used < n && u8[from + used] !== 0) used++;
  copy(u8, to, from, used);
  fillBytes(u8, to + used, to + n, 0);
  return to;
}

function append(env: Env, to: number, from: number, n: number): number {
  const end = stringEnd(env, to);
  copy(env.u8, range(env, end, n + 1), from >>> 0, n);
  env.u8[end + n] = 0;
  return to;
}
function strcat(env: Env, to: number, from: number): number {
  return append(env, to, from, stringEnd(env, from) - (from >>> 0));
}
function strncat(env: Env, to: number, from: number, n: number): number {
  return append(env, to, from, strnlen(env, from, n));
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
  const n = strlen(env, what);
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

function strdup(env: Env, s: number) {
  const n = strlen(env, s) + 1;
  return guestAlloc(env, n, (_, to) => {
    if (to !== 0) copy(env.u8, range(env, to, n), s, n);
    return to;
  });
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
  const found = token(env, s >>> 0 || state.token, delimiters);
  state.token = rest;
  return found;
}
function strtok_r(env: Env, s: number, delimiters: number, save: number): number {
  save = range(env, save, 4);
  const found = token(env, s >>> 0 || loadI32(env.u8, save) >>> 0, delimiters);
  storeI32(env.u8, save, rest);
  return found;
}

export const string: Native[] = rows('($)i', { strlen, strdup, _strdup: strdup }).concat(
  rows('(ii)i', { strnlen, strrchr, strcasecmp, strcat, strpbrk, strtok }),
  rows('($i)i', { strchr }),
  rows('($$)i', { strcmp, strspn, strcspn, strstr }),
  rows('(**~)i', { strncmp, strncpy }),
  rows('($$i)i', { strncasecmp }),
  rows('(*$)i', { strcpy }),
  rows('(iii)i', { strncat, strtok_r }),
);
