// math.h: what engines lack or get wrong, on the few Math functions that are good everywhere (sqrt sin cos exp log atan2
// floor ceil abs). Within 2 units in the last place of the true value, most within 1. The f twins compute in double; the result is
// rounded when it is stored. Constants are words, not literals: not every engine reads decimals to the last bit. Device-safe.

import { storeF32, storeF64, storeI32 } from '../runtime/memory';
import type { Env, NativeGroup, PureGroup } from '../runtime/native';
import { copySign, fromWords, highWord, isNegative, lowWord, scaleBy } from './double';
import { range } from './state';

// 16 hex digits each. pow's are fdlibm's (e_pow.c), as are log10's.
const HEX =
  '3fe3333333333303' + // 0: L1..L6, log series
  '3fdb6db6db6fabff' +
  '3fd55555518f264d' +
  '3fd17460a91d4101' +
  '3fcd864a93c9db65' +
  '3fca7e284a454eef' +
  '3fc555555555553e' + // 6: P1..P5, exp series
  'bf66c16c16bebd93' +
  '3f11566aaf25de2c' +
  'bebbbd41c5d26bf1' +
  '3e66376972bea4d0' +
  '3fe62e42fefa39ef' + // 11: ln 2, upper part, lower part
  '3fe62e4300000000' +
  'be205c610ca86c39' +
  '3feec709dc3a03fd' + // 14: 2 / (3 ln 2), upper part, lower part
  '3feec709e0000000' +
  'be3e2fe0145b01f5' +
  '3fe2b80340000000' + // 17: log2 1.5, upper part, lower part
  '3e4cfdeb43cfd006' +
  '3ff71547652b82fe' + // 19: 1 / ln 2
  '3fdbcb7b1526e50e' + // 20: 1 / ln 10
  '3fd34413509f6000' + // 21: log10 2, upper part, lower part
  '3d59fef311f12b36';

const K: number[] = [];
for (let i = 0; i < HEX.length; i += 16)
  K.push(fromWords(parseInt(HEX.slice(i + 8, i + 16), 16) | 0, parseInt(HEX.slice(i, i + 8), 16) | 0));

/** K[first] + x * (K[first + 1] + x * (... K[last])) */
function series(x: number, first: number, last: number): number {
  let sum = K[last];
  while (last > first) sum = K[--last] + x * sum;
  return sum;
}
/** x without its low word. */
function upper(x: number): number {
  return fromWords(0, highWord(x));
}

// Exponent found by mantissa().
let exponent = 0;
/** m in [1, 2) with |x| = m * 2^exponent; x finite and not 0. */
function mantissa(x: number): number {
  exponent = 0;
  x = Math.abs(x);
  if (highWord(x) < 0x100000) {
    x = scaleBy(x, 54);
    exponent = -54;
  }
  const hi = highWord(x);
  exponent += (hi >> 20) - 1023;
  return fromWords(lowWord(x), (hi & 0xfffff) | 0x3ff00000);
}
/** Whether x is 0, infinite or not a number. */
function isOdd(x: number): boolean {
  return !(Math.abs(x) < Infinity) || x === 0;
}

function tan(x: number): number {
  return Math.sin(x) / Math.cos(x);
}
function asin(x: number): number {
  return Math.atan2(x, Math.sqrt((1 - x) * (1 + x)));
}
function acos(x: number): number {
  return Math.atan2(Math.sqrt((1 - x) * (1 + x)), x);
}
function atan(x: number): number {
  return Math.atan2(x, 1);
}

/** e^x - 1 by e^x and what the logarithm says it missed. */
function expm1(x: number): number {
  const e = Math.exp(x);
  return Math.abs(x) > 1 ? e - 1 : copySign(e - 1 + (x - Math.log(e)) * e, x);
}
function log1p(x: number): number {
  const u = 1 + x;
  return isOdd(u) || x === 0 ? (x === 0 ? x : Math.log(u)) : Math.log(u) + (x - (u - 1)) / u;
}
function sinh(x: number): number {
  const a = Math.abs(x);
  const t = expm1(a);
  const half = Math.exp(a / 2);
  return copySign(a < 22 ? (t + t / (t + 1)) / 2 : a < 709 ? Math.exp(a) / 2 : (half / 2) * half, x);
}
function cosh(x: number): number {
  const a = Math.abs(x);
  const e = Math.exp(a);
  const half = Math.exp(a / 2);
  return a < 709 ? e / 2 + 1 / (2 * e) : (half / 2) * half;
}
function tanh(x: number): number {
  const a = Math.abs(x);
  const t = expm1(2 * a);
  return copySign(a > 22 ? 1 : t / (t + 2), x);
}

function exp2(x: number): number {
  if (!(Math.abs(x) < 1100)) return x === x ? (x > 0 ? Infinity : 0) : x;
  const n = Math.floor(x + 0.5);
  return scaleBy(Math.exp((x - n) * K[11]), n);
}
function log2(x: number): number {
  if (isOdd(x) || x < 0) return Math.log(x);
  let m = mantissa(x);
  if (m * m > 2) {
    m /= 2;
    exponent++;
  }
  return exponent + Math.log(m) * K[19];
}
function log10(x: number): number {
  if (isOdd(x) || x < 0) return Math.log(x);
  let m = mantissa(x);
  if (exponent < 0) {
    m /= 2;
    exponent++;
  }
  return exponent * K[22] + K[20] * Math.log(m) + exponent * K[21];
}
function cbrt(x: number): number {
  if (isOdd(x)) return x;
  const m = mantissa(x);
  const third = Math.floor(exponent / 3);
  const a = scaleBy(m, exponent - third * 3);
  const y = Math.exp(Math.log(a) / 3);
  return copySign(scaleBy(y - (y * y * y - a) / (3 * y * y), third), x);
}

function hypot(x: number, y: number): number {
  let a = Math.abs(x);
  let b = Math.abs(y);
  if (a === Infinity || b === Infinity) return Infinity;
  if (a < b) {
    a = b;
    b = Math.abs(x);
  }
  if (isOdd(a) || b === 0) return a + b;
  mantissa(a);
  const scale = exponent;
  a = scaleBy(a, -scale);
  b = scaleBy(b, -scale);
  return scaleBy(Math.sqrt(a * a + b * b), scale);
}

/** fdlibm's pow: log2 x as t1 + t2, then 2 to their product with y. */
function pow(x: number, y: number): number {
  const whole = Math.abs(y) < Infinity && Math.floor(y) === y;
  const sign = x < 0 || (x === 0 && isNegative(x)) ? (whole && y % 2 !== 0 ? -1 : whole || isOdd(x) || isOdd(y) ? 1 : 0) : 1;
  const ax0 = Math.abs(x);
  if (y === 0 || x === 1) return 1;
  if (x !== x || y !== y || sign === 0) return NaN;
  if (isOdd(y)) return ax0 === 1 ? 1 : ax0 > 1 === y > 0 ? Infinity : 0;
  if (isOdd(x)) return copySign((x === 0) === y > 0 ? 0 : Infinity, sign);

  let ax = mantissa(x);
  let n = exponent;
  const hi = highWord(ax) & 0xfffff;
  const k = hi > 0x3988e && hi < 0xbb67a ? 1 : 0; // near 1.5 rather than 1 or 2
  if (hi >= 0xbb67a) {
    ax /= 2;
    n++;
  }
  const near = k === 0 ? 1 : 1.5;
  const logHigh = k * K[17];
  // ss = s_h + s_l = (ax - near) / (ax + near)
  let u = ax - near;
  let v = 1 / (ax + near);
  const ss = u * v;
  const s_h = upper(ss);
  let t_h = upper(ax + near);
  let t_l = ax - (t_h - near);
  const s_l = v * (u - s_h * t_h - s_h * t_l);
  let s2 = ss * ss;
  const r = s2 * s2 * series(s2, 0, 5) + s_l * (s_h + ss);
  s2 = s_h * s_h;
  t_h = upper(3 + s2 + r);
  t_l = r - (t_h - 3 - s2);
  u = s_h * t_h;
  v = s_l * t_h + t_l * ss;
  let p_h = upper(u + v);
  let p_l = v - (p_h - u);
  const z_h = K[15] * p_h;
  const z_l = K[16] * p_h + p_l * K[14] + k * K[18];
  const t1 = upper(z_h + z_l + logHigh + n);
  const t2 = z_l - (t1 - n - logHigh - z_h);

  const y1 = upper(y);
  p_l = (y - y1) * t1 + y * t2;
  p_h = y1 * t1;
  let z = p_l + p_h;
  if (Math.abs(z) > 1200) return copySign(z > 0 ? Infinity : 0, sign);
  n = Math.floor(z + 0.5);
  p_h -= n;
  const t = upper(p_l + p_h);
  u = t * K[12];
  v = (p_l - (t - p_h)) * K[11] + t * K[13];
  z = u + v;
  const w = v - (z - u);
  const zz = z * z;
  const tail = z - zz * series(zz, 6, 10);
  return copySign(scaleBy(1 - ((z * tail) / (tail - 2) - (w + z * w) - z), n), sign);
}

function fmod(x: number, y: number): number {
  return copySign(x % y, x);
}
function fmin(x: number, y: number): number {
  return x !== x ? y : y !== y || x < y || (x === y && isNegative(x)) ? x : y;
}
function fmax(x: number, y: number): number {
  return x !== x ? y : y !== y || x > y || (x === y && isNegative(y)) ? x : y;
}
function fabs(x: number): number {
  return copySign(x, 1);
}
function floor(x: number): number {
  return copySign(Math.floor(x), x); // for the engine's -0
}
function ceil(x: number): number {
  return copySign(Math.ceil(x), x);
}
function trunc(x: number): number {
  return copySign(Math.floor(Math.abs(x)), x);
}
function round(x: number): number {
  const a = Math.abs(x);
  const n = Math.floor(a);
  return copySign(a - n >= 0.5 ? n + 1 : n, x);
}
function rint(x: number): number {
  const a = Math.abs(x);
  const n = Math.floor(a);
  return copySign(a - n > 0.5 || (a - n === 0.5 && n % 2 === 1) ? n + 1 : n, x);
}

function frexp(env: Env, x: number, to: number): number {
  const odd = isOdd(x);
  const m = odd ? x : copySign(mantissa(x) / 2, x);
  storeI32(env.u8, range(env, to, 4), odd ? 0 : exponent + 1);
  return m;
}
/** The fraction with x's sign. */
function fraction(x: number): number {
  return copySign(Math.abs(x) === Infinity ? 0 : x - trunc(x), x);
}
function modf(env: Env, x: number, to: number): number {
  storeF64(env.u8, range(env, to, 8), trunc(x));
  return fraction(x);
}
function modff(env: Env, x: number, to: number): number {
  storeF32(env.u8, range(env, to, 4), trunc(x));
  return fraction(x);
}

export const math: (NativeGroup | PureGroup)[] = [
  [
    '(F)F!',
    'sin cos tan asin acos atan sinh cosh tanh exp exp2 expm1 log log2 log10 log1p cbrt sqrt fabs floor ceil trunc round rint',
    Math.sin,
    Math.cos,
    tan,
    asin,
    acos,
    atan,
    sinh,
    cosh,
    tanh,
    Math.exp,
    exp2,
    expm1,
    Math.log,
    log2,
    log10,
    log1p,
    cbrt,
    Math.sqrt,
    fabs,
    floor,
    ceil,
    trunc,
    round,
    rint,
  ],
  ['(FF)F!', 'pow atan2 fmod hypot fmin fmax copysign', pow, Math.atan2, fmod, hypot, fmin, fmax, copySign],
  ['(Fi)F!', 'ldexp scalbn', scaleBy, scaleBy],
  ['(Fi)F', 'frexp', frexp],
];
// The float twins: the same functions under another type.
for (let i = math.length - 1; i >= 0; i--)
  math.push(([math[i][0].split('F').join('f'), math[i][1].split(' ').join('f ') + 'f'] as any[]).concat(math[i].slice(2)) as NativeGroup);
math.push(['(Fi)F', 'modf', modf], ['(fi)f', 'modff', modff]); // these store what they split off: twins of their own
