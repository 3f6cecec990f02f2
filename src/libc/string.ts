// NUL-terminated strings: length, copy, compare, find a byte. A `$` parameter was checked by the linker; an `i` one is checked here (stringEnd, range).
// Nothing here takes more than linear time: a native cannot be paused. Device-safe.

import { fillBytes, guestAlloc } from '../runtime/heap';
import { type Env, fail, type NativeGroup } from '../runtime/native';
import { OOB_MEMORY } from '../spec/traps';
import { tolower } from './ctype';
import { copy } from './memory';
import { range, spend, stringEnd } from './state';

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

/** The difference of the first unlike bytes among n; stops at a NUL. `fold`: of the lower case of letters. */
export function compare(env: Env, a: number, b: number, n: number, fold: boolean): number {
  const u8 = env.u8;
  let i = 0;
  let diff = 0;
  for (let byte = 1; i < n && diff === 0 && byte !== 0; i++) {
    if (a + i >= u8.length || b + i >= u8.length) throw fail(env, OOB_MEMORY, 0);
    byte = u8[a + i];
    diff = fold ? tolower(byte) - tolower(u8[b + i]) : byte - u8[b + i];
  }
  spend(env, i);
  return diff;
}
function strcmp(env: Env, a: number, b: number): number {
  return compare(env, a, b, Infinity, false);
}
function strncmp(env: Env, a: number, b: number, n: number): number {
  range(env, a, n); // C would stop at a NUL; WAMR wants both ranges whole
  return compare(env, a, b, n, false);
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

function strncat(env: Env, to: number, from: number, n: number): number {
  const end = stringEnd(env, to);
  n = strnlen(env, from, n);
  copy(env.u8, range(env, end, n + 1), from >>> 0, n);
  env.u8[end + n] = 0;
  return to;
}
function strcat(env: Env, to: number, from: number): number {
  return strncat(env, to, from, -1); // as many as memory has
}

function strdup(env: Env, s: number) {
  const n = strlen(env, s) + 1;
  return guestAlloc(env, n, (_, to) => {
    if (to !== 0) copy(env.u8, range(env, to, n), s, n);
    return to;
  });
}

export const string: NativeGroup[] = [
  ['($)i', 'strlen strdup _strdup', strlen, strdup, strdup],
  ['(ii)i', 'strnlen strrchr strcat', strnlen, strrchr, strcat],
  ['($i)i', 'strchr', strchr],
  ['($$)i', 'strcmp', strcmp],
  ['(**~)i', 'strncmp strncpy', strncmp, strncpy],
  ['(*$)i', 'strcpy', strcpy],
  ['(iii)i', 'strncat', strncat],
];
