// The arithmetic that JavaScript does not have as an operator: 64-bit multiply, divide and conversions on pairs of int32, float
// rounding to even, min/max with the spec's NaN and zeros. 64-bit results: low word returned, high word in num.hi. Device-safe.
// Spec: core 4.3 Numerics.

import { HAS_CLZ32, HAS_FROUND } from '../spec/profile';
import { BAD_CONVERSION, DIV_BY_ZERO, INT_OVERFLOW } from '../spec/traps';
import { num } from './multiply';

export { imul, mul64, num } from './multiply';

declare const Math: {
  clz32(a: number): number;
  fround(a: number): number;
  floor(x: number): number;
  ceil(x: number): number;
  min(a: number, b: number): number;
  max(a: number, b: number): number;
};

function clz32ES5(a: number): number {
  if (a === 0) return 32;
  let n = 0;
  if ((a & 0xffff0000) === 0) {
    n = 16;
    a <<= 16;
  }
  if ((a & 0xff000000) === 0) {
    n += 8;
    a <<= 8;
  }
  if ((a & 0xf0000000) === 0) {
    n += 4;
    a <<= 4;
  }
  if ((a & 0xc0000000) === 0) {
    n += 2;
    a <<= 2;
  }
  return (a & 0x80000000) === 0 ? n + 1 : n;
}
export const clz32: (a: number) => number = HAS_CLZ32 ? Math.clz32 : clz32ES5;

const f32 = new Float32Array(1);
function froundES5(a: number): number {
  f32[0] = a;
  return f32[0];
}
/** Rounds to f32, where the result does not go straight into a float cell. */
export const fround: (a: number) => number = HAS_FROUND ? Math.fround : froundES5;

export function ctz32(a: number): number {
  return a === 0 ? 32 : 31 - clz32(a & -a);
}
export function popcnt32(a: number): number {
  a = a - ((a >>> 1) & 0x55555555);
  a = (a & 0x33333333) + ((a >>> 2) & 0x33333333);
  a = (a + (a >>> 4)) & 0x0f0f0f0f;
  return (a + (a >>> 8) + (a >>> 16) + (a >>> 24)) & 63;
}

export function DIV_S(a: number, b: number): number {
  if (b === 0) throw DIV_BY_ZERO;
  if (b === -1 && a === -2147483648) throw INT_OVERFLOW;
  return (a / b) | 0;
}
export function DIV_U(a: number, b: number): number {
  if (b === 0) throw DIV_BY_ZERO;
  return ((a >>> 0) / (b >>> 0)) | 0; // below 2^32: truncation is the floor
}
export function REM_S(a: number, b: number): number {
  if (b === 0) throw DIV_BY_ZERO;
  return (a % b) | 0; // | 0 turns -0 into 0
}
export function REM_U(a: number, b: number): number {
  if (b === 0) throw DIV_BY_ZERO;
  return ((a >>> 0) % (b >>> 0)) | 0;
}

/** Unsigned 64-bit division: the quotient's words in qlo, qhi, the remainder's in rlo, rhi. */
let qlo = 0;
let qhi = 0;
let rlo = 0;
let rhi = 0;
function divide(al: number, ah: number, bl: number, bh: number): void {
  if ((bl | bh) === 0) throw DIV_BY_ZERO;
  if ((ah & 0xffe00000) === 0 && (bh & 0xffe00000) === 0) {
    // both below 2^53: doubles hold them exactly, and so does their remainder
    const a = ah * 4294967296 + (al >>> 0);
    const b = bh * 4294967296 + (bl >>> 0);
    const r = a % b;
    const q = (a - r) / b;
    qlo = q | 0;
    qhi = (q / 4294967296) | 0;
    rlo = r | 0;
    rhi = (r / 4294967296) | 0;
    return;
  }
  if (bh === 0) {
    // by 16 bits at a time: each step's dividend is below 2^48
    const b = bl >>> 0;
    const top = ah >>> 0;
    let r = top % b;
    qhi = ((top - r) / b) | 0;
    const middle = r * 65536 + (al >>> 16);
    r = middle % b;
    qlo = ((middle - r) / b) << 16;
    const low = r * 65536 + (al & 65535);
    r = low % b;
    qlo = (qlo + (low - r) / b) | 0;
    rlo = r | 0;
    rhi = 0;
    return;
  }
  // shift and subtract, skipping the dividend's leading zeros
  qlo = qhi = rlo = rhi = 0;
  const skip = ah !== 0 ? clz32(ah) : 32 + clz32(al);
  for (let i = 63 - skip; i >= 0; i--) {
    const out = rhi >>> 31;
    rhi = (rhi << 1) | (rlo >>> 31);
    rlo = (rlo << 1) | (((i > 31 ? ah : al) >>> (i & 31)) & 1);
    if (out !== 0 || rhi >>> 0 > bh >>> 0 || (rhi === bh && rlo >>> 0 >= bl >>> 0)) {
      const borrow = rlo >>> 0 < bl >>> 0 ? 1 : 0;
      rlo = (rlo - bl) | 0;
      rhi = (rhi - bh - borrow) | 0;
      if (i > 31) qhi |= 1 << (i & 31);
      else qlo |= 1 << i;
    }
  }
}
function negHigh(lo: number, hi: number): number {
  return (lo === 0 ? -hi : ~hi) | 0;
}
function divideSigned(al: number, ah: number, bl: number, bh: number): void {
  if (ah < 0) {
    ah = negHigh(al, ah);
    al = -al | 0;
  }
  if (bh < 0) {
    bh = negHigh(bl, bh);
    bl = -bl | 0;
  }
  divide(al, ah, bl, bh);
}
export function DIV64_S(al: number, ah: number, bl: number, bh: number): number {
  if ((bl & bh) === -1 && al === 0 && ah === -2147483648) throw INT_OVERFLOW;
  divideSigned(al, ah, bl, bh);
  if ((ah ^ bh) < 0) {
    num.hi = negHigh(qlo, qhi);
    return -qlo | 0;
  }
  num.hi = qhi;
  return qlo;
}
export function REM64_S(al: number, ah: number, bl: number, bh: number): number {
  divideSigned(al, ah, bl, bh);
  if (ah < 0) {
    num.hi = negHigh(rlo, rhi);
    return -rlo | 0;
  }
  num.hi = rhi;
  return rlo;
}
export function DIV64_U(al: number, ah: number, bl: number, bh: number): number {
  divide(al, ah, bl, bh);
  num.hi = qhi;
  return qlo;
}
export function REM64_U(al: number, ah: number, bl: number, bh: number): number {
  divide(al, ah, bl, bh);
  num.hi = rhi;
  return rlo;
}

/** Rounds to the nearest integer, ties to even, keeping the sign of zero [core 4.3.3 fnearest]. */
export function nearest(a: number): number {
  if (a > 0 && a < 4503599627370496) return a + 4503599627370496 - 4503599627370496;
  if (a < 0 && a > -4503599627370496) {
    const r = a - 4503599627370496 + 4503599627370496;
    return r === 0 ? -0 : r;
  }
  return a === a ? a : NaN; // a signalling NaN must not come through
}
export function fmin(a: number, b: number): number {
  return a !== a || b !== b ? a + b : a === 0 && b === 0 ? (1 / a < 0 ? a : b) : a < b ? a : b;
}
export function fmax(a: number, b: number): number {
  return a !== a || b !== b ? a + b : a === 0 && b === 0 ? (1 / a < 0 ? b : a) : a > b ? a : b;
}

// Truncations. Operands may be any double; the range tests come first because `|` and stores of large doubles differ between engines.
export function TRUNC_S(a: number): number {
  if (a > -2147483649 && a < 2147483648) return a | 0;
  throw a !== a ? BAD_CONVERSION : INT_OVERFLOW;
}
export function TRUNC_U(a: number): number {
  if (a > -1 && a < 4294967296) return a < 2147483648 ? a | 0 : (Math.floor(a) - 4294967296) | 0;
  throw a !== a ? BAD_CONVERSION : INT_OVERFLOW;
}
/** |a| < 2^64, not NaN: the words of its truncation. */
function split(a: number): number {
  const m = a < 0 ? Math.floor(-a) : Math.floor(a);
  const hi = Math.floor(m / 4294967296);
  const lo = m - hi * 4294967296;
  const l = lo < 2147483648 ? lo | 0 : (lo - 4294967296) | 0;
  const h = hi < 2147483648 ? hi | 0 : (hi - 4294967296) | 0;
  if (a < 0) {
    num.hi = negHigh(l, h);
    return -l | 0;
  }
  num.hi = h;
  return l;
}
export function TRUNC64_S(a: number): number {
  if (a >= -9223372036854775808 && a < 9223372036854775808) return split(a);
  throw a !== a ? BAD_CONVERSION : INT_OVERFLOW;
}
export function TRUNC64_U(a: number): number {
  if (a > -1 && a < 18446744073709551616) return split(a);
  throw a !== a ? BAD_CONVERSION : INT_OVERFLOW;
}
export function sat_s(a: number): number {
  return a !== a ? 0 : a <= -2147483648 ? -2147483648 : a >= 2147483647 ? 2147483647 : a | 0;
}
export function sat_u(a: number): number {
  return !(a > 0) ? 0 : a >= 4294967295 ? -1 : TRUNC_U(a);
}
export function sat64_s(a: number): number {
  num.hi = 0;
  if (a !== a) return 0;
  if (a >= 9223372036854775808) {
    num.hi = 0x7fffffff;
    return -1;
  }
  if (a < -9223372036854775808) {
    num.hi = -2147483648;
    return 0;
  }
  return split(a);
}
export function sat64_u(a: number): number {
  num.hi = 0;
  if (!(a > 0)) return 0;
  if (a >= 18446744073709551616) {
    num.hi = -1;
    return -1;
  }
  return split(a);
}

/** u64 -> the double nearest to its f32: bits below what f32 keeps are gathered into one, so that the store rounds once. */
export function f32_u64(lo: number, hi: number): number {
  if ((hi & 0xffe00000) !== 0 && (lo & 0xfff) !== 0) lo = (lo & ~0xfff) | 0x800;
  return (hi >>> 0) * 4294967296 + (lo >>> 0);
}
export function f32_s64(lo: number, hi: number): number {
  if (hi >= 0) return f32_u64(lo, hi);
  const h = negHigh(lo, hi);
  return -f32_u64(-lo | 0, h);
}
