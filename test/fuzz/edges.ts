// Operands worth trying, as bit patterns [low word, high word], by type letter (encode.ts). Chosen from the spec's numerics: extremes,
// signed zeros, NaNs with payloads, infinities, denormals, ties of rounding, the ends of every conversion's range.

export type Bits = readonly [lo: number, hi: number];

const view = new DataView(new ArrayBuffer(8));
function f32(x: number): Bits {
  view.setFloat32(0, x);
  return [view.getInt32(0), 0];
}
function f64(x: number): Bits {
  view.setFloat64(0, x);
  return [view.getInt32(4), view.getInt32(0)];
}
const i32 = (n: number): Bits => [n | 0, 0];
const i64 = (n: bigint): Bits => [Number(BigInt.asIntN(32, n)), Number(BigInt.asIntN(32, n >> 32n))];

/** The doubles next to x, and x. */
function around(x: number): number[] {
  view.setFloat64(0, x);
  const bits = view.getBigInt64(0);
  return [-1n, 0n, 1n].map(d => {
    view.setBigInt64(0, bits + d);
    return view.getFloat64(0);
  });
}

const I32 = [
  0, 1, -1, 2, 3, 7, 31, 32, 33, 0x7fffffff, 0x80000000, 0x80000001, 0x7fff, 0x8000, -0x8000, -0x8001, 0xff, 0x80, 0xffff, 0x10000,
];
const I32_MORE = [10, 0x12345678, 0xfffffff0, 0x40000000, 0xdeadbeef];
// biome-ignore format: a table
const I64 = [
  0n, 1n, -1n, 2n, 10n, 31n, 32n, 63n, 64n, 65n, 0x7fffffffn, 0x80000000n, -0x80000000n, 0xffffffffn, 0x100000000n, -0x100000000n,
  0x7fffffffffffffffn, -0x8000000000000000n, -0x7fffffffffffffffn, 0x20000000000000n, 0x20000000000001n, 0x1fffffffffffffn,
];
// biome-ignore format: a table
const I64_MORE = [
  0x123456789abcdef0n, 0x8000008000000001n, 0x7fffff4000000001n, 0x8000008000000000n, 0x0102040810204080n, -10n, 0xff00000000n, 0x80n,
  0x8000n, 0x7fffffbfffffffffn, 0x7fffffc000000000n, 0x20000020000001n, 0x20000010000000n, 3n, 0xfffffffffffffc00n, 0xfffffffffffffbffn,
];
const NAN32 = [0x7fc00000, 0xffc00000, 0x7fa00001, 0xff800001, 0x7fc12345, 0xffffffff];
const NAN64 = [0x7ff80000, 0xfff80000, 0x7ff00000, 0xfff40000, 0x7ff81234, 0xffffffff];
const F = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -1.5, -2.5, Infinity, -Infinity, 3.25, -0.9999999];
const ENDS = [2147483647, 2147483648, -2147483648, -2147483649, 4294967295, 4294967296, 2 ** 63, -(2 ** 63), 2 ** 64];
const F32 = [
  2 ** -149,
  -(2 ** -149),
  2 ** -126 - 2 ** -149,
  2 ** -126,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  2 ** 24,
  2 ** 23 + 0.5,
  8388607.5,
];
const F32_ENDS = [
  2147483520, -2147483904, 4294967040, 9223371487098961920, -9223373136366403584, 18446742974197923840, 0.99999994, 0.49999997,
];
const F64 = [
  2 ** -1074,
  -(2 ** -1074),
  2 ** -1022 - 2 ** -1074,
  2 ** -1022,
  1.7976931348623157e308,
  -1.7976931348623157e308,
  2 ** 52 + 0.5,
  2 ** 52 - 0.5,
  2 ** 53,
];
// biome-ignore format: a table
const F64_ENDS = [
  2147483647.9, -2147483648.9, 4294967295.9, ...around(2 ** 63), ...around(-(2 ** 63)), ...around(2 ** 64), 0.49999999999999994,
  1 + 2 ** -24, 1 + 2 ** -24 + 2 ** -52, 3.4028235677973366e38, 3.4028235677973362e38, 2 ** -150, 2 ** -149 * 1.5, 2 ** -127 + 2 ** -150, 0.1,
];

/** For every pair: a few dozen. */
export const few: { [letter: string]: Bits[] } = {
  i: I32.map(i32),
  I: I64.map(i64),
  f: [...F.slice(0, 12), ...F32.slice(0, 7)].map(f32).concat(NAN32.map(i32)),
  F: [...F.slice(0, 12), ...F64.slice(0, 8)].map(f64).concat(NAN64.map((h, i): Bits => [[0, 0, 1, 0, 0x56789abc, -1][i]!, h | 0])),
};
/** For instructions of one operand, and constants of random programs. */
export const many: { [letter: string]: Bits[] } = {
  i: few.i!.concat(I32_MORE.map(i32)),
  I: few.I!.concat(I64_MORE.map(i64)),
  f: few.f!.concat([...F.slice(12), ...F32.slice(7), ...F32_ENDS, ...ENDS].map(f32)),
  F: few.F!.concat([...F.slice(12), ...F64.slice(8), ...F64_ENDS, ...ENDS].map(f64)),
};

/** What the spec lets a NaN result be: 'c' when all NaN operands are canonical, else 'a' (arithmetic) [core 4.3.3]. */
export function nanRule(letters: string, operands: Bits[]): 'c' | 'a' {
  return operands.every((bits, k) => canonical(letters[k]!, bits) || !isNan(letters[k]!, bits)) ? 'c' : 'a';
}
export function isNan(letter: string, [lo, hi]: Bits): boolean {
  if (letter === 'f') return (lo & 0x7fffffff) > 0x7f800000;
  return letter === 'F' && ((hi & 0x7fffffff) > 0x7ff00000 || ((hi & 0x7fffffff) === 0x7ff00000 && lo !== 0));
}
export function canonical(letter: string, [lo, hi]: Bits): boolean {
  return letter === 'f' ? (lo & 0x7fffffff) === 0x7fc00000 : (hi & 0x7fffffff) === 0x7ff80000 && lo === 0;
}
export const arithmetic = (letter: string, bits: Bits) =>
  isNan(letter, bits) && ((letter === 'f' ? bits[0] >> 22 : bits[1] >> 19) & 1) === 1;
