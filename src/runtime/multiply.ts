// Integer products that JavaScript's * does not give: 32 bits of 64, 64 of 128. Device-safe. Spec: core 4.3.2 imul.

import { HAS_IMUL } from '../spec/profile';

/** Where functions with a 64-bit result leave its high word; they return the low one. */
export const num = { hi: 0 };

declare const Math: {
  imul(a: number, b: number): number;
  floor(x: number): number;
};

function imulES5(a: number, b: number): number {
  return ((a & 65535) * b + (((a >>> 16) * b) << 16)) | 0;
}
export const imul: (a: number, b: number) => number = HAS_IMUL ? Math.imul : imulES5;

/** a * b modulo 2^64, from 16-bit limbs whose products and sums stay below 2^53. */
export function mul64(al: number, ah: number, bl: number, bh: number): number {
  const a0 = al & 65535;
  const a1 = al >>> 16;
  const b0 = bl & 65535;
  const b1 = bl >>> 16;
  const p00 = a0 * b0;
  const mid = a1 * b0 + a0 * b1; // < 2^33
  const low = p00 + (mid % 65536) * 65536; // < 2^49
  num.hi = (a1 * b1 + Math.floor(mid / 65536) + Math.floor(low / 4294967296) + imul(al, bh) + imul(ah, bl)) | 0;
  return low | 0;
}
