// printf and its family: C's format language as WAMR takes it (compat.md section 1), plus puts and putchar.
// Values lie in linear memory behind one pointer, in 4-byte slots; 64-bit ones are 8-aligned. Device-safe.
// The text of one numeric conversion is cut at 63 characters, of a string at its length + 63: so were WAMR's buffers.

import { loadI32 } from '../runtime/memory';
import { type Env, fail, type Native } from '../runtime/native';
import { FUEL_LIMIT } from '../spec/traps';
import { digitsOf, dropDigits, setDouble } from './decimal';
import { abs } from './double';
import { range, rows, spend, stateOf, stringEnd } from './state';

const MOST = 63;
const TWO_32 = 4294967296;

// Where text goes: memory [to, ...) while room lasts, or the sink by way of `line`.
const line = new Uint8Array(128);
let u8: Uint8Array = line;
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

// The conversion being made: its flags and what it takes.
let letter = ''; // in lower case
let upper = false;
let left = false;
let sign = ''; // '+', ' ' or ''
let alt = false;
let zero = false;
let width = 0;
let precision = -1; // none
let size = 0; // hh -2, h -1, l 1, ll 2

/** Pads and writes the text of a number. */
function number(prefix: string, body: string): void {
  const pad = Math.min(MOST, width - prefix.length - body.length);
  let text = prefix;
  if (left) text += body + repeat(' ', pad);
  else if (zero) text += repeat('0', pad) + body;
  else text = repeat(' ', pad) + text + body;
  // A NUL (%c of 0) ends it: WAMR prints from a C string.
  for (let i = 0; i < MOST && text.charCodeAt(i) > 0; i++) put(text.charCodeAt(i));
}

function integer(env: Env): void {
  const at = slot(env, size > 1 ? 8 : 4);
  const signed = letter === 'd' || letter === 'i';
  const base = letter === 'o' ? 8 : signed || letter === 'u' ? 10 : 16;
  const shift = size === -1 ? 16 : size < -1 ? 24 : 0;
  let lo = loadI32(u8, at) << shift;
  lo = signed ? lo >> shift : lo >>> shift;
  let hi = size > 1 ? loadI32(u8, at + 4) : signed ? lo >> 31 : 0;
  let prefix = signed ? sign : '';
  if (signed && hi < 0) {
    prefix = '-';
    hi = ~hi;
    lo = -lo;
    if (lo === 0) hi++;
  }
  hi >>>= 0;
  lo >>>= 0;
  let body = '';
  while (hi > 0 || lo > 0) {
    const part = (hi % base) * TWO_32 + lo;
    const digit = part % base;
    body = String.fromCharCode(digit + (digit < 10 ? 48 : upper ? 55 : 87)) + body;
    lo = (part - digit) / base;
    hi = (hi - (hi % base)) / base;
  }
  if (letter === 'p' && body === '') {
    body = '(nil)';
    zero = false;
  } else if (letter === 'p') prefix = sign + '0x';
  else if (base === 16 && alt && body !== '') prefix = upper ? '0X' : '0x';
  if (precision >= 0) zero = false;
  body = repeat('0', abs(precision) - body.length) + body; // none given: one digit, as for -1
  if (base === 8 && alt && body.charAt(0) !== '0') body = '0' + body;
  number(prefix, body);
}

// The power of ten of the first digit that significant() gave.
let power = 0;
/** The first n digits of the big integer / 10^scale, rounded. */
function significant(scale: number, n: number): string {
  let text = digitsOf();
  power = text === '' ? 0 : text.length - 1 - scale;
  if (text.length > n) {
    dropDigits(text.length - n);
    text = digitsOf();
    if (text.length > n) power++; // 9.99 -> 10.0
  }
  return text.slice(0, n) + repeat('0', n - text.length);
}

function real(env: Env): void {
  const at = slot(env, 8);
  const lo = loadI32(u8, at);
  const hi = loadI32(u8, at + 4);
  let body = '';
  if ((hi & 0x7ff00000) === 0x7ff00000) {
    const nan = lo !== 0 || (hi & 0xfffff) !== 0;
    zero = false;
    body = nan ? (upper ? 'NAN' : 'nan') : upper ? 'INF' : 'inf';
  } else {
    const scale = setDouble(lo, hi);
    const general = letter === 'g';
    let fraction = '';
    if (precision < 0) precision = 6;
    if (letter === 'f') {
      dropDigits(scale - precision);
      fraction = digitsOf() + repeat('0', precision - scale);
      fraction = repeat('0', precision + 1 - fraction.length) + fraction;
      power = fraction.length - precision - 1;
    } else fraction = significant(scale, general ? precision || 1 : precision + 1);
    const scientific = letter === 'e' || (general && (power < -4 || power >= fraction.length));
    if (!scientific && power < 0) {
      fraction = repeat('0', -power) + fraction;
      power = 0;
    }
    const whole = scientific ? 1 : power + 1;
    body = fraction.slice(0, whole);
    fraction = fraction.slice(whole);
    if (general && !alt) while (fraction.charAt(fraction.length - 1) === '0') fraction = fraction.slice(0, fraction.length - 1);
    if (alt || fraction !== '') body += '.' + fraction;
    if (scientific) {
      const n = abs(power);
      body += (upper ? 'E' : 'e') + (power < 0 ? '-' : '+') + (n < 10 ? '0' : '') + n;
    }
  }
  number(hi < 0 ? '-' : sign, body);
}

/** %s; returns the bytes it went through. */
function string(env: Env): number {
  let at = loadI32(u8, slot(env, 4)) >>> 0;
  const length = stringEnd(env, at) - at;
  const limit = length + MOST;
  const isNull = at === 0 && length === 0;
  let shown = isNull ? 6 : length;
  if (precision >= 0 && precision < shown) shown = isNull ? 0 : precision;
  const pad = Math.min(limit, width - shown);
  if (!left) {
    putMany(32, pad);
    if (pad > 0) shown = Math.min(shown, limit - pad);
  }
  for (let i = 0; i < shown; i++) put(isNull ? '(null)'.charCodeAt(i) : u8[at++]);
  if (left) putMany(32, Math.min(pad, limit - shown));
  return length;
}

/** Reads flags, width, precision and sizes at `at`; returns the address of what follows. */
function readSpec(at: number): number {
  left = alt = zero = false;
  sign = '';
  width = size = 0;
  precision = -1;
  for (; ; at++) {
    const c = u8[at];
    if (c >= 48 && c <= 57) {
      if (precision >= 0) precision = precision * 10 + c - 48;
      else if (c === 48 && width === 0) zero = true;
      else width = width * 10 + c - 48;
    } else if (c === 46) precision = 0;
    else if (c === 45) left = true;
    else if (c === 43) sign = '+';
    else if (c === 32) sign = sign || ' ';
    else if (c === 35) alt = true;
    else if (c === 104) size--;
    else if (c === 108) size++;
    else if (c === 106) size = 2;
    else if (c !== 116 && c !== 122) return at;
  }
}

function format(env: Env, at: number, values: number): void {
  // A native cannot be paused, so what one call may go through is bounded: more is the work of a saboteur.
  const most = u8.length * 4 + 65536;
  let work = 0;
  args = range(env, values, 4);
  for (let c = 0; (c = u8[at++]) > 0; ) {
    if (c !== 37) {
      put(c);
      continue;
    }
    at = readSpec(at);
    c = u8[at++];
    if (!(c > 0)) break;
    const numeric = 'diuoxpefgXEFG'.indexOf(String.fromCharCode(c));
    upper = c < 97;
    letter = String.fromCharCode(c | 32);
    if (numeric >= 0 && precision > 1100) {
      // No number has more digits than that: only zeros follow or go before, and nobody sees them.
      width -= precision - 1100;
      precision = 1100;
    }
    if (c === 115) work += string(env);
    else if (c === 99) {
      zero = false;
      number('', String.fromCharCode(u8[slot(env, 4)]));
    } else if (numeric >= 0) {
      if ('efg'.indexOf(letter) >= 0) real(env);
      else integer(env);
    } else if (c !== 110) {
      put(37);
      if (c !== 37) put(c);
    }
    if (work + total > most) throw fail(env, FUEL_LIMIT, 0);
  }
  spend(env, total);
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

export const print: Native[] = rows('($*)i', { printf, vprintf: printf }).concat(
  rows('($$*)i', { sprintf, vsprintf: sprintf }),
  rows('(*~$*)i', { snprintf, vsnprintf: snprintf }),
  rows('($)i', { puts }),
  rows('(i)i', { putchar }),
);
