// Doubles as their two words, and exact scaling by powers of two. Decimal literals beyond integers are avoided in all of
// libc: not every engine reads them to the last bit. Device-safe. Spec: IEEE 754 binary64.

const f64 = new Float64Array(1);
const words = new Int32Array(f64.buffer);

export function lowWord(x: number): number {
  f64[0] = x;
  return words[0];
}
/** Sign, exponent and the upper 20 bits of the fraction. */
export function highWord(x: number): number {
  f64[0] = x;
  return words[1];
}
export function fromWords(lo: number, hi: number): number {
  words[0] = lo;
  words[1] = hi;
  return f64[0];
}
export function isNegative(x: number): boolean {
  return highWord(x) < 0;
}
export function copySign(x: number, sign: number): number {
  const hi = highWord(sign) & -0x80000000;
  return fromWords(lowWord(x), (highWord(x) & 0x7fffffff) | hi);
}

/** 2^n for n in -1022..1023. */
function power(n: number): number {
  return fromWords(0, (n + 1023) << 20);
}

/** x * 2^n, rounded once. */
export function scaleBy(x: number, n: number): number {
  // Going down, x stays normal (2^53 is kept back) until the last step, so that only that one rounds.
  for (let i = 0; i < 2 && n > 1023; i++, n -= 1023) x *= power(1023);
  for (let i = 0; i < 2 && n < -1022; i++, n += 969) x *= power(-969);
  return x * power(Math.max(-1022, Math.min(1023, n)));
}
