// Text to floats and 64-bit integers: strtod, strtoll and their family, and sscanf. Floats are correctly rounded (binary.ts);
// errno does not exist here. Device-safe.

import { loadI32, storeF32, storeF64, storeI32 } from '../runtime/memory';
import type { Env, NativeGroup } from '../runtime/native';
import { toDouble } from './binary';
import { multiply } from './decimal';
import { copySign, fromWords } from './double';
import { atoll, byteAt, clamp, digitOf, integer, isWhite, readInteger, toInteger } from './integer';
import { copy } from './memory';
import { range, spend, stringEnd } from './state';

// What is being read: memory from `at` on, as if a NUL stood at `limit`; running out of memory traps.
let at = 0;
let limit = Infinity;

/** The byte that comes `ahead` bytes later. */
function peek(env: Env, ahead: number): number {
  return byteAt(env, at + ahead, limit);
}
function skipWhite(env: Env): void {
  while (isWhite(peek(env, 0))) at++;
}
/** Whether `word` (lower case) comes next; goes past it. */
function accept(env: Env, word: string): boolean {
  for (let i = 0; i < word.length; i++) if ((peek(env, i) | 32) !== word.charCodeAt(i)) return false;
  at += word.length;
  return true;
}
function sign(env: Env): boolean {
  const c = peek(env, 0);
  if (c === 43 || c === 45) at++;
  return c === 45;
}

/** An exponent behind its letter, 0 (nothing taken) if there is none. */
function readExponent(env: Env, letter: number): number {
  const start = at;
  if ((peek(env, 0) | 32) !== letter) return 0;
  at++;
  const down = sign(env);
  let n = 0;
  const first = at;
  for (let digit = 0; (digit = digitOf(peek(env, 0))) < 10; at++) n = Math.min(n * 10 + digit, 100000000);
  if (at === first) at = start;
  return down ? -n : n;
}

/** Reads a float of 53 (least -1074) or 24 (-149) bits; 0 and nothing taken if there is none. */
function readFloat(env: Env, bits: number, least: number): number {
  const start = at;
  skipWhite(env);
  const down = sign(env);
  let value = 0;
  if (accept(env, 'inf')) {
    accept(env, 'inity');
    value = Infinity;
  } else if (accept(env, 'nan')) value = fromWords(0, 0x7ff80000);
  else {
    const hex = peek(env, 0) === 48 && (peek(env, 1) | 32) === 120 && digitOf(peek(env, peek(env, 2) === 46 ? 3 : 2)) < 16;
    if (hex) at += 2;
    if (!readDigits(env, hex ? 16 : 10)) {
      at = start;
      return 0;
    }
    if (hex) value = toDouble(digits, more, 0, scale * 4 + readExponent(env, 112), bits, least);
    else {
      scale += readExponent(env, 101);
      // One exact operation on exact operands is rounded once. (A float's quotient may even be rounded twice: 53 >= 2 * 24 + 2.)
      const exact = bits === 53 ? used <= 15 && Math.abs(scale) <= 22 : used <= 7 && Math.abs(scale) <= 10;
      if (!exact) value = toDouble(digits, more, scale, 0, bits, least);
      else {
        let power = 1;
        for (let i = Math.abs(scale); i > 0; i--) power *= 10;
        value = scale < 0 ? leading / power : leading * power;
      }
    }
    spend(env, (used * used + Math.min(scale * scale, 160000)) >>> 2); // long arithmetic goes by the square
  }
  return copySign(value, down ? -1 : 1);
}

// The digits just read: a big integer, times base^scale.
let digits: number[] = [];
let more = false; // some were left out that were not zero
let scale = 0;
let used = 0; // how many, without leading zeros
let leading = 0; // their value while it is exact

/** Reads digits with at most one point; false if there is no digit. */
function readDigits(env: Env, base: number): boolean {
  let any = false;
  let point = false;
  digits = [];
  more = false;
  scale = used = leading = 0;
  for (; ; at++) {
    const c = peek(env, 0);
    const digit = digitOf(c);
    if (c === 46 && !point) point = true;
    else if (digit >= base) return any;
    else {
      any = true;
      // 767 digits decide any rounding; of the rest only whether they are all zero.
      if (used < 800) {
        if (used > 0 || digit > 0) used++;
        if (used <= 15) leading = leading * base + digit;
        multiply(digits, base, digit);
        if (point) scale--;
      } else {
        if (digit > 0) more = true;
        if (!point) scale++;
      }
    }
  }
}

/** Ends the reading of `text`: pays for it and stores where it ended through `end`, unless that is null. */
function finish(env: Env, text: number, end: number): void {
  spend(env, at - (text >>> 0));
  if (end !== 0) storeI32(env.u8, range(env, end, 4), at);
}

function strtoll(env: Env, text: number, end: number, base: number): number {
  return toInteger(env, text, end, base, 64, true);
}
function strtoull(env: Env, text: number, end: number, base: number): number {
  return toInteger(env, text, end, base, 64, false);
}

/** strtod and its kind for that many bits and that least exponent. */
function toReal(env: Env, text: number, end: number, bits: number, least: number): number {
  at = text >>> 0;
  limit = Infinity;
  const value = readFloat(env, bits, least);
  finish(env, text, end);
  return value;
}
function strtod(env: Env, text: number, end: number): number {
  return toReal(env, text, end, 53, -1074);
}
function strtof(env: Env, text: number, end: number): number {
  return toReal(env, text, end, 24, -149);
}
function atof(env: Env, text: number): number {
  return strtod(env, text, 0);
}

/** Stores the pair in 1, 2, 4 or 8 bytes. */
function storeInteger(env: Env, to: number, bytes: number): void {
  range(env, to, bytes);
  for (let i = 0; i < bytes; i++) env.u8[to + i] = (i < 4 ? integer.lo : integer.hi) >> ((i & 3) * 8);
}

// The bytes of the set that %[ read last.
let has: Uint8Array;
/** Reads the set at `from`, behind its %[; returns where the format goes on. */
function readSet(u8: Uint8Array, from: number, to: number): number {
  has = new Uint8Array(256);
  const inverted = u8[from] === 94;
  if (inverted) from++;
  for (let first = true; from < to && (first || u8[from] !== 93); from++, first = false) {
    const c = u8[from];
    if (u8[from + 1] === 45 && u8[from + 2] !== 93 && from + 2 < to) from += 2;
    for (let i = c; i <= u8[from]; i++) has[i] = 1;
  }
  if (inverted) for (let i = 0; i < 256; i++) has[i] ^= 1;
  return from + 1;
}

/** One conversion of sscanf into address `to` (-1: nowhere); false if the text does not match. The limit is set to its width. */
function convert(env: Env, letter: string, size: number, to: number): boolean {
  const from = at;
  const base = 'diuoxXp'.indexOf(letter);
  if (base >= 0) {
    at = readInteger(env, at, limit, base === 1 ? 0 : base < 3 ? 10 : base === 3 ? 8 : 16);
    if (at === from) return false;
    clamp(size > 1 ? 64 : 32, base < 2);
    if (to >= 0) storeInteger(env, to, size > 1 ? 8 : size < -1 ? 1 : size < 0 ? 2 : 4);
  } else if ('eEfFgG'.indexOf(letter) >= 0) {
    const value = size > 0 ? readFloat(env, 53, -1074) : readFloat(env, 24, -149);
    if (at === from) return false;
    if (to >= 0 && size > 0) storeF64(env.u8, range(env, to, 8), value);
    else if (to >= 0) storeF32(env.u8, range(env, to, 4), value);
  } else {
    const exact = letter === 'c';
    for (let c = 0; (c = peek(env, 0)) !== 0 && (exact || (letter === 's' ? !isWhite(c) : has[c] === 1)); ) at++;
    if (at === from || (exact && at < limit)) return false;
    const n = at - from;
    if (to >= 0) {
      copy(env.u8, range(env, to, exact ? n : n + 1), from, n);
      if (!exact) env.u8[to + n] = 0;
    }
  }
  return true;
}

function sscanf(env: Env, text: number, format: number, values: number): number {
  const stored = scanAll(env, text, format, values);
  finish(env, text, 0);
  return stored;
}
function scanAll(env: Env, text: number, format: number, values: number): number {
  const formatEnd = stringEnd(env, format);
  let from = format >>> 0;
  let stored = 0;
  let any = false; // a conversion was made, stored or not
  text >>>= 0;
  values >>>= 0;
  at = text;
  limit = Infinity;
  while (from < formatEnd) {
    const u8 = env.u8;
    let c = u8[from++];
    let size = 0;
    let width = 0;
    let to = 0;
    if (isWhite(c)) {
      skipWhite(env);
      continue;
    }
    let matched = c !== 37 && peek(env, 0) === c;
    if (matched) at++;
    if (c === 37) {
      if (u8[from] === 42) {
        to = -1;
        from++;
      }
      for (; digitOf(u8[from]) < 10; from++) width = width * 10 + u8[from] - 48;
      for (; (c = u8[from]) === 104 || c === 108 || c === 106; from++) size += c === 104 ? -1 : c === 108 ? 1 : 2;
      const letter = String.fromCharCode(u8[from++]);
      if (letter === '[') from = readSet(u8, from, formatEnd);
      if (letter !== '[' && letter !== 'c' && letter !== 'n') skipWhite(env);
      if (to === 0 && letter !== '%') {
        to = loadI32(u8, range(env, values, 4)) >>> 0;
        values += 4;
      }
      if (letter === 'n') {
        integer.lo = at - text;
        integer.hi = 0;
        if (to >= 0) storeInteger(env, to, 4);
        continue;
      }
      limit = at + (width || (letter === 'c' ? 1 : Infinity));
      if (letter === '%') {
        matched = peek(env, 0) === 37;
        if (matched) at++;
      } else if (peek(env, 0) !== 0 && 'diuoxXpeEfFgGcs['.indexOf(letter) >= 0 && convert(env, letter, size, to)) {
        matched = any = true;
        if (to >= 0) stored++;
      }
      limit = Infinity;
    }
    if (!matched) return any || peek(env, 0) !== 0 ? stored : -1;
  }
  return stored;
}

export const scan: NativeGroup[] = [
  ['(i)I', 'atoll', atoll],
  ['(i)F', 'atof', atof],
  ['(iii)I', 'strtoll strtoull', strtoll, strtoull],
  ['(ii)F', 'strtod', strtod],
  ['(ii)f', 'strtof', strtof],
  ['(iii)i', 'sscanf', sscanf],
];
