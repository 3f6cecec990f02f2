// printf and its family: C's format language as WAMR takes it (compat.md section 1), plus puts and putchar.
// Values lie in linear memory behind one pointer, in 4-byte slots; 64-bit ones are 8-aligned. Device-safe.
// The text of one numeric conversion is cut at 63 characters, of a string at its length + 63: so were WAMR's buffers.

import { loadI32 } from '../runtime/memory';
import { type Env, fail, type NativeGroup } from '../runtime/native';
import { FUEL_LIMIT } from '../spec/traps';
import { inSteps, LIMB, multiply } from './decimal';
import { range, spend, stateOf, stringEnd } from './state';

const MOST = 63;
const TWO_32 = 4294967296;

// Where text goes: into[to, end), which is `line` on the way to the sink or, without one, memory: there what has no room is only counted.
const line = new Uint8Array(128);
let into: Uint8Array = line;
let to = 0;
let end = 0;
let total = 0;
let sink: ((u8: Uint8Array, start: number, end: number) => void) | null = null;

/** Writes the byte n times. */
function put(byte: number, n: number): void {
  for (; n > 0; n--) {
    total++;
    if (to === end && sink !== null) {
      sink(line, 0, to);
      to = 0;
    }
    if (to < end) into[to++] = byte;
  }
}

function repeat(text: string, n: number): string {
  let all = '';
  while (n-- > 0) all += text;
  return all;
}

/** Digits of a magnitude of 64 bits, '' for 0; `ten` is the code of what stands for 10. */
function whole(lo: number, hi: number, base: number, ten: number): string {
  let text = '';
  hi >>>= 0;
  lo >>>= 0;
  while (hi > 0 || lo > 0) {
    const part = (hi % base) * TWO_32 + lo;
    const digit = part % base;
    text = String.fromCharCode(digit < 10 ? digit + 48 : digit - 10 + ten) + text;
    lo = (part - digit) / base;
    hi = (hi - (hi % base)) / base;
  }
  return text;
}

/** The magnitude of a finite double with these words as kind f, e or g writes it. */
function real(lo: number, hi: number, kind: string, precision: number, alt: boolean, e: string): string {
  // All its digits without zeros at the end: 0.text * 10^point.
  const big: number[] = [];
  let exponent = (hi >>> 20) & 2047;
  let mantissa = (hi & 0xfffff) * TWO_32 + (lo >>> 0);
  if (exponent === 0) exponent = 1;
  else mantissa += 0x100000 * TWO_32;
  exponent -= 1075;
  for (; exponent < 0 && mantissa % 2 === 0; exponent++) mantissa /= 2;
  for (; mantissa > 0; mantissa = Math.floor(mantissa / LIMB)) big.push(mantissa % LIMB);
  inSteps(big, exponent < 0 ? 5 : 2, Math.abs(exponent), multiply);
  let text = '';
  while (big.length > 0) text += text === '' ? '' + big.pop() : ('' + (LIMB + big.pop()!)).slice(1);
  let point = text.length + Math.min(0, exponent);
  text = stripped(text);

  // Rounded to n of them, ties to even.
  if (precision < 0) precision = 6;
  let n = kind === 'f' ? point + precision : kind === 'e' ? precision + 1 : precision || 1;
  const tail = n < 0 ? '' : text.slice(n);
  const up = tail > '5' || (tail === '5' && (text.charCodeAt(n - 1) & 1) === 1);
  text = text.slice(0, Math.max(0, n));
  if (up) {
    while (text.charAt(text.length - 1) === '9') text = text.slice(0, -1);
    const last = text.length - 1;
    if (last < 0) point++;
    text = last < 0 ? '1' : text.slice(0, last) + String.fromCharCode(text.charCodeAt(last) + 1);
  }
  if (text === '') point = 1;
  if (kind === 'f') n = point + precision;
  text += repeat('0', n - text.length);

  const power = point - 1;
  const scientific = kind === 'e' || (kind === 'g' && (power < -4 || power >= n));
  if (scientific) point = 1;
  else if (point < 1) {
    text = repeat('0', -power) + text;
    point = 1;
  }
  let fraction = text.slice(point);
  if (kind === 'g' && !alt) fraction = stripped(fraction);
  text = text.slice(0, point);
  if (alt || fraction !== '') text += '.' + fraction;
  if (scientific) text += e + (power < 0 ? '-' : '+') + (power > -10 && power < 10 ? '0' : '') + Math.abs(power);
  return text;
}
function stripped(digits: string): string {
  let n = digits.length;
  while (n > 0 && digits.charAt(n - 1) === '0') n--;
  return digits.slice(0, n);
}

function format(env: Env, at: number, values: number): void {
  const u8 = env.u8;
  // A native cannot be paused, so what one call may go through is bounded: more is the work of a saboteur.
  const most = u8.length * 4 + 65536;
  let work = 0;
  let args = range(env, values, 4); // the next slot
  for (let c = 0; (c = u8[at++]) > 0; ) {
    if (c !== 37) {
      put(c, 1);
      continue;
    }
    let left = false;
    let alt = false;
    let zero = false;
    let prefix = ''; // '+', ' ' or ''
    let width = 0;
    let precision = -1; // none
    let size = 0; // hh -2, h -1, l 1, ll 2
    for (; ; at++) {
      c = u8[at];
      if (c >= 48 && c <= 57) {
        if (precision >= 0) precision = precision * 10 + c - 48;
        else if (c === 48 && width === 0) zero = true;
        else width = width * 10 + c - 48;
      } else if (c === 46) precision = 0;
      else if (c === 45) left = true;
      else if (c === 43) prefix = '+';
      else if (c === 32) prefix = prefix || ' ';
      else if (c === 35) alt = true;
      else if (c === 104) size--;
      else if (c === 108) size++;
      else if (c === 106) size = 2;
      else if (c !== 116 && c !== 122) break;
    }
    at++;
    if (!(c > 0)) break;
    const kind = 'diuxXopcsfFeEgG'.indexOf(String.fromCharCode(c));
    if (kind < 0) {
      if (c !== 110) put(37, 1);
      if (c !== 110 && c !== 37) put(c, 1);
      continue;
    }
    const slot = kind > 8 || (kind < 7 && size > 1) ? 8 : 4;
    const from = range(env, args + (-args & (slot - 1)), slot);
    args = from + slot;
    let lo = loadI32(u8, from);
    let hi = slot === 8 ? loadI32(u8, from + 4) : 0;

    if (kind === 8) {
      lo >>>= 0;
      const length = stringEnd(env, lo) - lo;
      const isNull = lo === 0 && length === 0;
      let shown = isNull ? 6 : length;
      if (precision >= 0 && precision < shown) shown = isNull ? 0 : precision;
      const pad = Math.min(length + MOST, width - shown);
      if (!left) put(32, pad);
      if (!left && pad > 0) shown = Math.min(shown, length + MOST - pad);
      for (let i = 0; i < shown; i++) put(isNull ? '(null)'.charCodeAt(i) : u8[lo + i], 1);
      if (left) put(32, Math.min(pad, length + MOST - shown));
      work += length;
    } else {
      let body = '';
      if (kind > 8) work += 4 * Math.abs(((hi >>> 20) & 2047) - 1075); // long arithmetic, by the exponent
      if (precision > 1100 && kind !== 7) {
        // No number has more digits than that: only zeros follow or go before, and nobody sees them.
        width -= precision - 1100;
        precision = 1100;
      }
      if (precision > 0) work += precision;
      if (kind === 7) {
        body = String.fromCharCode(lo & 255);
        prefix = '';
        zero = false;
      } else if (kind > 8) {
        if (hi < 0) prefix = '-';
        if ((hi & 0x7ff00000) === 0x7ff00000) {
          body = lo !== 0 || (hi & 0xfffff) !== 0 ? 'nan' : 'inf';
          if (c < 97) body = body.toUpperCase();
          zero = false;
        } else body = real(lo, hi, 'ffeegg'.charAt(kind - 9), precision, alt, c < 97 ? 'E' : 'e');
      } else {
        const signed = kind < 2;
        const shift = size === -1 ? 16 : size < -1 ? 24 : 0;
        lo <<= shift;
        lo = signed ? lo >> shift : lo >>> shift;
        if (slot === 4 && signed) hi = lo >> 31;
        if (signed && hi < 0) {
          prefix = '-';
          hi = ~hi;
          lo = -lo;
          if (lo === 0) hi++;
        } else if (!signed && c !== 112) prefix = '';
        body = whole(lo, hi, c === 111 ? 8 : kind < 3 ? 10 : 16, c < 97 ? 65 : 97);
        if (c === 112 && body === '') {
          body = '(nil)';
          prefix = '';
          zero = false;
        } else if (c === 112) prefix += '0x';
        else if (kind > 2 && kind < 5 && alt && body !== '') prefix = c < 97 ? '0X' : '0x';
        if (precision >= 0) zero = false;
        body = repeat('0', Math.abs(precision) - body.length) + body; // none given: one digit, as for -1
        if (c === 111 && alt && body.charAt(0) !== '0') body = '0' + body;
      }
      const pad = Math.min(MOST, width - prefix.length - body.length);
      if (left) body = prefix + body + repeat(' ', pad);
      else if (zero) body = prefix + repeat('0', pad) + body;
      else body = repeat(' ', pad) + prefix + body;
      // A NUL (%c of 0) ends it: WAMR prints from a C string.
      for (let i = 0; i < MOST && body.charCodeAt(i) > 0; i++) put(body.charCodeAt(i), 1);
    }
    if (work + total > most) throw fail(env, FUEL_LIMIT, 0);
  }
  spend(env, total + work);
}

function printf(env: Env, text: number, values: number): number {
  into = line;
  to = total = 0;
  end = line.length;
  sink = stateOf(env).out;
  try {
    format(env, text, values);
  } finally {
    if (to > 0) sink(line, 0, to);
  }
  return total;
}

function snprintf(env: Env, target: number, n: number, text: number, values: number): number {
  into = env.u8;
  to = target;
  end = n > 0 ? target + n - 1 : target;
  total = 0;
  sink = null;
  try {
    format(env, text, values);
    if (n > 0) into[to] = 0;
  } finally {
    into = line; // holds no app's memory
  }
  return total;
}

function sprintf(env: Env, target: number, text: number, values: number): number {
  return snprintf(env, target, env.u8.length - target, text, values);
}

function puts(env: Env, text: number): number {
  const stop = stringEnd(env, text);
  stateOf(env).out(env.u8, text, stop);
  putchar(env, 10);
  return stop - text + 1;
}

function putchar(env: Env, c: number): number {
  line[0] = c;
  stateOf(env).out(line, 0, 1);
  return 1;
}

export const print: NativeGroup[] = [
  ['($*)i', 'printf vprintf', printf, printf],
  ['($$*)i', 'sprintf vsprintf', sprintf, sprintf],
  ['(*~$*)i', 'snprintf vsnprintf', snprintf, snprintf],
  ['($)i', 'puts', puts],
  ['(i)i', 'putchar', putchar],
];
