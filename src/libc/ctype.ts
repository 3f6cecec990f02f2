// Character classes of the C locale: 1 or 0, and 0 outside 0..255. Device-safe.

import type { Env, Native } from '../runtime/native';
import { rows } from './state';

/** Whether c is white space to C: space, \t \n \v \f \r. */
export function isWhite(c: number): boolean {
  return c === 32 || (c >= 9 && c <= 13);
}

function between(c: number, first: number, last: number): number {
  return c >= first && c <= last ? 1 : 0;
}
function isupper(_: Env, c: number): number {
  return between(c, 65, 90);
}
function isalpha(_: Env, c: number): number {
  return between(c, 65, 90) | between(c, 97, 122);
}
function isspace(_: Env, c: number): number {
  return isWhite(c) ? 1 : 0;
}
function isgraph(_: Env, c: number): number {
  return between(c, 33, 126);
}
function isprint(_: Env, c: number): number {
  return between(c, 32, 126);
}
function isdigit(_: Env, c: number): number {
  return between(c, 48, 57);
}
function isxdigit(_: Env, c: number): number {
  return between(c, 48, 57) | between(c, 65, 70) | between(c, 97, 102);
}
function isalnum(env: Env, c: number): number {
  return isalpha(env, c) | isdigit(env, c);
}

/** ASCII upper case to lower case, anything else as it is. */
export function lower(c: number): number {
  return c >= 65 && c <= 90 ? c + 32 : c;
}
function tolower(_: Env, c: number): number {
  return lower(c);
}
function toupper(_: Env, c: number): number {
  return c >= 97 && c <= 122 ? c - 32 : c;
}

export const ctype: Native[] = rows('(i)i', { isupper, isalpha, isspace, isgraph, isprint, isdigit, isxdigit, isalnum, tolower, toupper });
