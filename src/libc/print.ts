// printf and its family: C's format language as WAMR takes it (compat.md section 1), plus puts and putchar.
// Values lie in linear memory behind one pointer, in 4-byte slots; 64-bit ones are 8-aligned. Device-safe.
// The text of one numeric conversion is cut at 63 characters, of a string at its length + 63: so were WAMR's buffers.

import { loadI32 } from '../runtime/memory';
import { type Env, fail, type Native } from '../runtime/native';
import { FUEL_LIMIT } from '../spec/traps';
import { digitsOf, dropDigits, setDouble } from './decimal';
import { range, stateOf, stringEnd } from './state';

const MOST = 63;
const TWO_32 = 4294967296;

// Where text goes: memory [to, ...) while room lasts, or the sink by way of `line`.
const line = new Uint8Array(128);
let u8 = line;
let toMemory = false;
let to = 0;
let room = 0;
let total = 0;
let sink: (u8: Uint8Array, start: number, end: number) => void;
let args = 0; // the next slot

function put(byte: number): void {
  total++;
  if (toMemory) {
    if (room > 0) {
      room--;
      u8[to++] = byte;
    }
  } else {
    line[to++] = byte;
    if (to === line.length) flush();
  }
}
function flush(): void {
  if (to > 0) sink(line, 0, to);
  to = 0;
}
function putMany(byte: number, n: number): void {
  while (n-- > 0) put(byte);
}

function repeat(text: string, n: number): string {
  let all = '';
  while (n-- > 0) all += text;
  return all;
}

/** The next slot's address, of 4 or 8 bytes. */
function slot(env: Env, bytes: number): number {
  const at = range(env, args + (-args & (bytes - 1)), bytes);
  args = at + bytes;
  return at;
}

/** One conversion: its flags and what it takes. */
interface Spec {
  letter: string;
  upper: boolean;
  left: boolean;
  sign: string; // '+', ' ' or ''
  alt: boolean;
  zero: boolean;
  width: number;
  precision: number; // -1 = none
  size: number; // hh -2, h -1, l 1, ll 2
}

/** Digits of an unsigned 64-bit number. */
function digits(lo: number, hi: number, base: number, alphabet: string): string {
  let text = '';
  do {
    const part = (hi % base) * TWO_32 + lo;
    text = alphabet.charAt(part % base) + text;
    lo = (part - (part % base)) / base;
    hi = (hi - (hi % base)) / base;
  } while (hi > 0 || lo > 0);
  return text;
}

/** Pads and writes the text of a number. */
function number(spec: Spec, prefix: string, body: string): void {
  const pad = Math.min(MOST, spec.width - prefix.length - body.length);
  let text = prefix;
  if (spec.left) text += body + repeat(' ', pad);
  else if (spec.zero) text += repeat('0', pad) + body;
  else text = repeat(' ', pad) + text + body;
  // A NUL (%c of 0) ends it: WAMR prints from a C string.
  for (let i = 0; i < text.length && i < MOST && text.charCodeAt(i) !== 0; i++) put(text.charCodeAt(i));
}

function integer(env: Env, spec: Spec): void {
  const letter = spec.letter;
  const at = slot(env, spec.size > 1 ? 8 : 4);
  const signed = letter === 'd' || letter === 'i';
  let lo = loadI32(u8, at);
  if (spec.size < 0) {
    const shift = spec.size === -1 ? 16 : 24;
    lo = signed ? (lo << shift) >> shift : lo & (-1 >>> shift);
  }
  let hi = spec.size > 1 ? loadI32(u8, at + 4) : signed ? lo >> 31 : 0;
  let prefix = '';
  if (signed) prefix = spec.sign;
  if (signed && hi < 0) {
    prefix = '-';
    hi = ~hi;
    lo = -lo;
    if (lo === 0) hi++;
  }
  hi >>>= 0;
  lo >>>= 0;
  const some = lo > 0 || hi > 0;
  let body = digits(lo, hi, letter === 'o' ? 8 : signed || letter === 'u' ? 10 : 16, spec.upper ? '0123456789ABCDEF' : '0123456789abcdef');
  if (spec.precision >= 0) {
    spec.zero = false;
    if (!some) body = '';
    body = repeat('0', Math.min(MOST + 1, spec.precision) - body.length) + body;
  }
  if (letter === 'o' && spec.alt && body.charAt(0) !== '0') body = '0' + body;
  if (letter === 'p') {
    if (some) prefix = spec.sign + '0x';
    else {
      body = '(nil)';
      spec.zero = false;
    }
  } else if (some && spec.alt && (letter === 'x' || letter === 'X')) prefix = '0' + letter;
  number(spec, prefix, body);
}

// The digits of a rounded number and the power of ten of the first one, from significant().
let power = 0;
function significant(scale: number, n: number): string {
  let text = digitsOf();
  power = text === '' ? 0 : text.length - 1 - scale;
  if (text.length > n) {
    dropDigits(10, text.length - n);
    text = digitsOf();
    if (text.length > n) power++; // 9.99 -> 10.0
  }
  return text.slice(0, n) + repeat('0', n - text.length);
}

/** Whole and fraction with a point where there is one to show. */
function joined(spec: Spec, whole: string, fraction: string): string {
  return whole + (fraction !== '' || spec.alt ? '.' : '') + fraction;
}
function withoutZeros(text: string): string {
  let n = text.length;
  while (n > 0 && text.charAt(n - 1) === '0') n--;
  return text.slice(0, n);
}

function exponential(spec: Spec, whole: string, fraction: string): string {
  const size = Math.abs(power);
  return joined(spec, whole, fraction) + (spec.upper ? 'E' : 'e') + (power < 0 ? '-' : '+') + (size < 10 ? '0' : '') + size;
}

function real(env: Env, spec: Spec): void {
  const at = slot(env, 8);
  const hi = loadI32(u8, at + 4);
  const prefix = hi < 0 ? '-' : spec.sign;
  if ((hi & 0x7ff00000) === 0x7ff00000) {
    const nan = loadI32(u8, at) !== 0 || (hi & 0xfffff) !== 0;
    spec.zero = false;
    number(spec, prefix, nan ? (spec.upper ? 'NAN' : 'nan') : spec.upper ? 'INF' : 'inf');
    return;
  }
  const scale = setDouble(loadI32(u8, at), hi);
  const letter = spec.letter;
  let precision = spec.precision < 0 ? 6 : spec.precision;
  if (precision > 1100) {
    // No double has more digits than that: only zeros follow, and nobody sees them.
    spec.width -= precision - 1100;
    precision = 1100;
  }
  let body: string;
  if (letter === 'f' || letter === 'F') {
    dropDigits(10, scale - precision);
    body = digitsOf() + repeat('0', precision - scale);
    body = repeat('0', precision + 1 - body.length) + body;
    const point = body.length - precision;
    body = joined(spec, body.slice(0, point), body.slice(point));
  } else if (letter === 'e' || letter === 'E') {
    const text = significant(scale, precision + 1);
    body = exponential(spec, text.charAt(0), text.slice(1));
  } else {
    if (precision === 0) precision = 1;
    const text = significant(scale, precision);
    const whole = power < 0 ? 0 : power + 1;
    const small = power < -4 || power >= precision;
    let fraction = small ? text.slice(1) : power < 0 ? repeat('0', -1 - power) + text : text.slice(whole);
    if (!spec.alt) fraction = withoutZeros(fraction);
    body = small ? exponential(spec, text.charAt(0), fraction) : joined(spec, whole === 0 ? '0' : text.slice(0, whole), fraction);
  }
  number(spec, prefix, body);
}

/** %s; returns the bytes it went through. */
function string(env: Env, spec: Spec): number {
  let at = loadI32(u8, slot(env, 4)) >>> 0;
  const length = stringEnd(env, at) - at;
  const limit = length + MOST;
  const precision = spec.precision < 0 ? Infinity : spec.precision;
  const isNull = at === 0 && length === 0;
  let shown = isNull ? (precision < 6 ? 0 : 6) : Math.min(length, precision);
  const pad = Math.min(limit, spec.width - shown);
  if (!spec.left) putMany(32, pad);
  if (pad > 0) shown = Math.min(shown, limit - (spec.left ? 0 : pad));
  for (let i = 0; i < shown; i++) put(isNull ? '(null)'.charCodeAt(i) : u8[at++]);
  if (spec.left) putMany(32, Math.min(pad, limit - shown));
  return length;
}

function format(env: Env, at: number, values: number): void {
  // A native cannot be paused, so what one call may go through is bounded: more is the work of a saboteur.
  const most = u8.length * 4 + 65536;
  let work = 0;
  let c = 0;
  args = range(env, values, 4);
  while ((c = u8[at++]) > 0) {
    if (c !== 37) {
      put(c);
      continue;
    }
    const spec: Spec = { letter: '', upper: false, left: false, sign: '', alt: false, zero: false, width: 0, precision: -1, size: 0 };
    for (;;) {
      c = u8[at++];
      if (c >= 48 && c <= 57) {
        if (spec.precision >= 0) spec.precision = spec.precision * 10 + c - 48;
        else if (c === 48 && spec.width === 0) spec.zero = true;
        else spec.width = spec.width * 10 + c - 48;
      } else if (c === 46) spec.precision = 0;
      else if (c === 45) spec.left = true;
      else if (c === 43) spec.sign = '+';
      else if (c === 32) spec.sign = spec.sign || ' ';
      else if (c === 35) spec.alt = true;
      else if (c === 104) spec.size--;
      else if (c === 108) spec.size++;
      else if (c === 106) spec.size = 2;
      else if (c !== 116 && c !== 122) break;
    }
    if (!(c > 0)) break;
    const letter = String.fromCharCode(c);
    spec.letter = letter;
    spec.upper = c < 97;
    if (letter === 's') work += string(env, spec);
    else if (letter === 'c') {
      spec.zero = false;
      number(spec, '', String.fromCharCode(u8[slot(env, 4)]));
    } else if ('diuoxXp'.indexOf(letter) >= 0) integer(env, spec);
    else if ('eEfFgG'.indexOf(letter) >= 0) real(env, spec);
    else if (letter !== 'n') {
      put(37);
      if (c !== 37) put(c);
    }
    if (work + total > most) throw fail(env, FUEL_LIMIT, 0);
  }
}

function printf(env: Env, text: number, values: number): number {
  u8 = env.u8;
  sink = stateOf(env).out;
  toMemory = false;
  to = total = 0;
  try {
    format(env, text, values);
  } finally {
    flush();
    u8 = line; // holds no app's memory
  }
  return total;
}

function snprintf(env: Env, target: number, n: number, text: number, values: number): number {
  u8 = env.u8;
  toMemory = true;
  to = target;
  room = n > 0 ? n - 1 : 0;
  total = 0;
  try {
    format(env, text, values);
    if (n > 0) u8[to] = 0;
  } finally {
    u8 = line;
  }
  return total;
}

function sprintf(env: Env, target: number, text: number, values: number): number {
  return snprintf(env, target, env.u8.length - target, text, values);
}

function puts(env: Env, text: number): number {
  const end = stringEnd(env, text);
  const out = stateOf(env).out;
  out(env.u8, text, end);
  line[0] = 10;
  out(line, 0, 1);
  return end - text + 1;
}

function putchar(env: Env, c: number): number {
  line[0] = c;
  stateOf(env).out(line, 0, 1);
  return 1;
}

export const print: Native[] = [
  ['printf', '($*)i', printf],
  ['vprintf', '($*)i', printf],
  ['sprintf', '($$*)i', sprintf],
  ['vsprintf', '($$*)i', sprintf],
  ['snprintf', '(*~$*)i', snprintf],
  ['vsnprintf', '(*~$*)i', snprintf],
  ['puts', '($)i', puts],
  ['putchar', '(i)i', putchar],
];
