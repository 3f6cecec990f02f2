// Text to integers: strtol, strtoul, atoi, and what scan.ts needs of them for 64 bits. Neither errno nor locale exists. Device-safe.

import { storeI32 } from '../runtime/memory';
import type { Env, NativeGroup } from '../runtime/native';
import { range, spend } from './state';

const TWO_32 = 4294967296;

/** The integer read last: its magnitude modulo 2^64 as unsigned words; after clamp, words that are good for int32 stores. */
export const integer = { lo: 0, hi: 0, negative: false, /** Beyond 64 bits. */ over: false };

/** The byte at `at`, 0 from `limit` on; traps outside memory. */
export function byteAt(env: Env, at: number, limit: number): number {
  return at < limit ? env.u8[range(env, at, 1)] : 0;
}
/** Whether c is white space to C: space, \t \n \v \f \r. */
export function isWhite(c: number): boolean {
  return c === 32 || (c >= 9 && c <= 13);
}
/** Value of a digit in any base up to 36, else 99. */
export function digitOf(c: number): number {
  const letter = c | 32;
  return c >= 48 && c <= 57 ? c - 48 : letter >= 97 && letter <= 122 ? letter - 87 : 99;
}

/** Reads white space, sign, prefix and digits; returns the address behind them, `from` if there is no number or base is none. */
export function readInteger(env: Env, from: number, limit: number, base: number): number {
  let at = from;
  while (isWhite(byteAt(env, at, limit))) at++;
  const sign = byteAt(env, at, limit);
  if (sign === 43 || sign === 45) at++;
  const zero = byteAt(env, at, limit) === 48;
  if ((base === 0 || base === 16) && zero && (byteAt(env, at + 1, limit) | 32) === 120 && digitOf(byteAt(env, at + 2, limit)) < 16) {
    at += 2;
    base = 16;
  }
  if (base === 0) base = zero ? 8 : 10;
  const first = at;
  let lo = 0;
  let hi = 0;
  integer.over = false;
  for (let digit = 0; base > 1 && base <= 36 && (digit = digitOf(byteAt(env, at, limit))) < base; at++) {
    const low = lo * base + digit;
    lo = low % TWO_32;
    hi = hi * base + (low - lo) / TWO_32;
    if (hi >= TWO_32) integer.over = true;
    hi %= TWO_32;
  }
  integer.lo = lo;
  integer.hi = hi;
  integer.negative = sign === 45;
  return at > first ? at : from;
}

/** Clamps the magnitude to what that many bits hold (0: wraps) and applies the sign. */
export function clamp(bits: number, signed: boolean): void {
  let mostHi = bits === 32 ? 0 : TWO_32 - 1;
  let mostLo = TWO_32 - 1;
  if (signed) {
    if (bits === 64) mostHi = TWO_32 / 2 - 1;
    else mostLo = TWO_32 / 2 - 1;
    if (integer.negative && ++mostLo === TWO_32) {
      mostLo = 0;
      mostHi++;
    }
  }
  if (bits !== 0 && (integer.over || integer.hi > mostHi || (integer.hi === mostHi && integer.lo > mostLo))) {
    integer.hi = mostHi;
    integer.lo = mostLo;
    if (!signed) integer.negative = false;
  }
  if (integer.negative) {
    integer.lo = -integer.lo;
    integer.hi = ~integer.hi;
    if (integer.lo === 0) integer.hi++;
  }
}

/** strtol and its kind; bits and signed as clamp takes them, `end` as C's. */
export function toInteger(env: Env, text: number, end: number, base: number, bits: number, signed: boolean): number {
  text >>>= 0;
  const at = readInteger(env, text, Infinity, base);
  clamp(bits, signed);
  spend(env, at - text);
  if (end !== 0) storeI32(env.u8, range(env, end, 4), at);
  env.hi = integer.hi | 0;
  return integer.lo | 0;
}

function strtol(env: Env, text: number, end: number, base: number): number {
  return toInteger(env, text, end, base, 32, true);
}
function strtoul(env: Env, text: number, end: number, base: number): number {
  return toInteger(env, text, end, base, 32, false);
}
/** Decimal, cut to the width of the result: atoi, atol and atoll. */
export function atoll(env: Env, text: number): number {
  return toInteger(env, text, 0, 10, 0, false);
}

export const integers: NativeGroup[] = [
  ['($)i', 'atoi', atoll],
  ['(i)i', 'atol', atoll],
  ['($*i)i', 'strtol strtoul', strtol, strtoul],
];
