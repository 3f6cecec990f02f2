// Numbers: which one a token is, and its bits: integers of any width, floats of both widths correctly rounded from decimal and hexadecimal
// forms, NaNs with payloads. Results are left in `num`, as the words of the value. What is no number is `unexpected`; what is too large is
// out of range. Desk only. Spec: core 6.3.1 Integers, 6.3.2 Floating-Point.

import { DIGIT, digits, HEX, hexValue, spells } from './scan';
import { FAR, FLOAT, INT, NAT, RESERVED, type Tokens, unexpected, wrong } from './tokens';

/** Which number bytes[i, end) is: NAT, INT, FLOAT, or RESERVED for none. */
export function numberKind(bytes: Uint8Array, i: number, end: number): number {
  const signed = bytes[i] === 43 || bytes[i] === 45;
  if (signed) i++;
  const c = bytes[i];
  if (c === 105) return end - i === 3 && spells(bytes, i, 'inf') ? FLOAT : RESERVED;
  if (c === 110) {
    if (end - i === 3) return spells(bytes, i, 'nan') ? FLOAT : RESERVED;
    return end - i > 6 && spells(bytes, i, 'nan:0x') && digits(bytes, i + 6, end, HEX) === end ? FLOAT : RESERVED;
  }
  const hex = c === 48 && end - i > 2 && bytes[i + 1] === 120;
  const digit = hex ? HEX : DIGIT;
  if (hex) i += 2;
  let k = digits(bytes, i, end, digit);
  if (k === i) return RESERVED;
  if (k === end) return signed ? INT : NAT;
  if (bytes[k] === 46) k = digits(bytes, k + 1, end, digit);
  if (k < end && (bytes[k]! | 32) === (hex ? 112 : 101)) {
    k++;
    if (k < end && (bytes[k] === 43 || bytes[k] === 45)) k++;
    const from = k;
    k = digits(bytes, k, end, DIGIT);
    if (k === from) return RESERVED;
  }
  return k === end ? FLOAT : RESERVED;
}

/** The value of the natural bytes[i, end) if below 2^31, else -1. */
export function naturalValue(bytes: Uint8Array, i: number, end: number): number {
  const hex = end - i > 2 && bytes[i + 1] === 120;
  const base = hex ? 16 : 10;
  let value = 0;
  for (let k = hex ? i + 2 : i; k < end; k++) {
    if (bytes[k] === 95) continue;
    value = value * base + hexValue(bytes[k]!);
    if (value > 0x7fffffff) return -1;
  }
  return value;
}

/** The words of the number read last; those of narrow integers are sign-extended or not, as they were written. */
export const num = { lo: 0, hi: 0 };

const bits = new DataView(new ArrayBuffer(8));
/** The number bytes[start, end) without underscores. */
function text(t: Tokens, start: number, end: number): string {
  let written = '';
  for (let i = start; i < end; i++) if (t.bytes[i] !== 95) written += String.fromCharCode(t.bytes[i]!);
  return written;
}

/** The integer of token i, which has digits only after a sign: exact. */
function exact(t: Tokens, start: number, end: number): bigint {
  const sign = t.bytes[start] === 45 ? -1n : 1n;
  return sign * BigInt(text(t, t.bytes[start] === 45 || t.bytes[start] === 43 ? start + 1 : start, end));
}

/** A natural below 2^32: an index or a count. */
export function readU32(t: Tokens, i: number, expected: string): number {
  const small = t.value[i]!;
  if (t.kind[i] !== NAT) throw unexpected(t, i, expected);
  if (small >= 0) return small;
  const value = exact(t, t.start[i]!, t.end[i]!);
  if (value > 0xffffffffn) throw wrong(t, i, 'i32 constant out of range', 'a number below 2^32');
  return Number(value);
}
/** A natural below 256: a lane. */
export function readU8(t: Tokens, i: number, expected: string): number {
  if (t.kind[i] !== NAT) throw unexpected(t, i, expected);
  const small = t.value[i]!;
  if (small < 0 || small > 255) throw wrong(t, i, 'i8 constant out of range', 'a number below 256');
  return small;
}
/** A natural below 2^64, of token i, whose digits begin at byte start (not at the token's for offset= and align=). */
export function readU64(t: Tokens, i: number, start: number): void {
  num.lo = t.value[i]!;
  num.hi = 0;
  if (num.lo >= 0) return;
  const value = exact(t, start, t.end[i]!);
  if (value > 0xffffffffffffffffn) throw wrong(t, i, 'i64 constant out of range', 'a number below 2^64');
  num.lo = Number(value & 0xffffffffn) | 0;
  num.hi = Number(value >> 32n) | 0;
}

/** An integer of 8, 16, 32 or 64 bits, read as signed or unsigned. */
export function readInt(t: Tokens, i: number, width: number): void {
  const kind = t.kind[i]!;
  if (kind < NAT || kind > FLOAT) throw unexpected(t, i, 'an integer');
  if (kind === FLOAT) throw wrong(t, i, 'constant out of range', 'an integer');
  const small = t.value[i]!;
  const known = kind === NAT ? small >= 0 : small !== FAR;
  if (known && (width >= 32 || (small < 1 << width && small >= -1 << (width - 1)))) {
    num.lo = small;
    num.hi = small >> 31;
    return;
  }
  const big = exact(t, t.start[i]!, t.end[i]!);
  const limit = 1n << BigInt(width);
  if (big >= limit || big < -limit / 2n) throw wrong(t, i, 'constant out of range', `an integer of ${width} bits`);
  num.lo = Number(BigInt.asIntN(32, big));
  num.hi = Number(BigInt.asIntN(32, big >> 32n));
}

/** m * 2^exponent rounded to the nearest float of that precision, ties to even, as bits; null if that is infinite. */
function round(m: bigint, exponent: number, precision: number, least: number): bigint | null {
  if (m === 0n) return 0n;
  const top = exponent + m.toString(2).length - 1; // the exponent of its first bit
  if (top > 1 - least) return null;
  if (top < least - precision - 1) return 0n;
  const unit = Math.max(top, least) - (precision - 1); // the exponent of the result's last bit
  const shift = BigInt(Math.abs(unit - exponent));
  let kept = m;
  if (unit <= exponent) kept = m << shift;
  else {
    kept = m >> shift;
    const rest = m - (kept << shift);
    const half = 1n << (shift - 1n);
    if (rest > half || (rest === half && (kept & 1n) === 1n)) kept++;
  }
  const result = (BigInt(unit + precision - 1 - least) << BigInt(precision - 1)) + kept;
  return result >> BigInt(precision - 1) > BigInt(2 * -least + 2) ? null : result;
}

function hexBits(digits: string, precision: number, least: number): bigint | null {
  const [mantissa, power] = digits.slice(2).toLowerCase().split('p') as [string, string?];
  const point = mantissa.indexOf('.');
  const fraction = point < 0 ? 0 : mantissa.length - point - 1;
  const exponent = Math.max(-1e12, Math.min(1e12, Number(power ?? 0)));
  return round(BigInt('0x' + mantissa.replace('.', '')), exponent - 4 * fraction, precision, least);
}

/** How the decimal compares with a finite double: < 0 if it is less. */
function compare(decimal: string, double: number): number {
  const [mantissa, power] = decimal.toLowerCase().split('e') as [string, string?];
  const point = mantissa.indexOf('.');
  const exponent = Number(power ?? 0) - (point < 0 ? 0 : mantissa.length - point - 1);
  let left = BigInt(mantissa.replace('.', ''));
  bits.setFloat64(0, double);
  const word = bits.getBigUint64(0);
  const biased = Number(word >> 52n);
  let right = (word & 0xfffffffffffffn) | (biased > 0 ? 0x10000000000000n : 0n);
  const power2 = Math.max(biased, 1) - 1075;
  if (exponent >= 0) left *= 10n ** BigInt(exponent);
  else right *= 10n ** BigInt(-exponent);
  if (power2 >= 0) right <<= BigInt(power2);
  else left <<= BigInt(-power2);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The decimal as the nearest float of 32 bits. Its double may have been rounded onto the middle of two floats: then the digits decide. */
function single(decimal: string): number {
  const double = Number(decimal);
  const near = Math.fround(double);
  if (near === double || double === Infinity) return near;
  bits.setFloat32(0, near);
  bits.setUint32(0, bits.getUint32(0) + (near < double ? 1 : -1));
  const far = bits.getFloat32(0);
  const finite = (f: number): number => (f === Infinity ? 2 ** 128 : f);
  if (Math.abs(finite(near) - double) !== Math.abs(finite(far) - double)) return near;
  const side = compare(decimal, double);
  return side === 0 ? near : side < 0 ? Math.min(near, far) : Math.max(near, far);
}

/** A float of 32 bits, in num.lo, or 64. */
export function readFloat(t: Tokens, i: number, width: number): void {
  const kind = t.kind[i]!;
  if (kind < NAT || kind > FLOAT) throw unexpected(t, i, 'a number');
  let start = t.start[i]!;
  const negative = t.bytes[start] === 45;
  if (negative || t.bytes[start] === 43) start++;
  const precision = width === 32 ? 24 : 53;
  const least = width === 32 ? -126 : -1022;
  const written = text(t, start, t.end[i]!);
  let value: bigint | null;
  if (kind === NAT && t.value[i]! >= 0 && width === 64) {
    bits.setFloat64(0, t.value[i]!);
    value = bits.getBigUint64(0);
  } else if (written === 'inf' || written.startsWith('nan')) {
    const fraction = BigInt(precision - 1);
    let payload = written === 'inf' ? 0n : 1n << (fraction - 1n);
    if (written.length > 3) payload = BigInt(written.slice(4));
    const fits = written === 'inf' || (payload > 0n && payload < 1n << fraction);
    value = fits ? (((1n << BigInt(width - precision)) - 1n) << fraction) | payload : null;
  } else if (written.startsWith('0x')) value = hexBits(written, precision, least);
  else {
    const float = width === 32 ? single(written) : Number(written);
    if (width === 32) bits.setFloat32(0, float);
    else bits.setFloat64(0, float);
    value = float === Infinity ? null : width === 32 ? BigInt(bits.getUint32(0)) : bits.getBigUint64(0);
  }
  if (value === null) throw wrong(t, i, 'constant out of range', `a float of ${width} bits`);
  if (negative) value |= 1n << BigInt(width - 1);
  num.lo = Number(value & 0xffffffffn) | 0;
  num.hi = Number(value >> 32n) | 0;
}
