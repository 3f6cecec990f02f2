// Integer products that JavaScript's * does not give: 32 bits of 64, 64 of 128. Device-safe. Spec: core 4.3.2 imul.

import { HAS_IMUL } from '../spec/profile';

/** Where functions with a 64-bit result leave its high word; they return the low one. */
export const num = { hi: 0 };

declare const Math: {
  imul(a: number, b: number): number;
};

function imulES5(a: number, b: number): number {
  return ((a & 65535) * b + (((a >>> 16) * b) << 16)) | 0;
}
export const imul: (a: number, b: number) => number = HAS_IMUL ? Math.imul : imulES5;

/** a * b modulo 2^64: the low words' product in two steps below 2^49, which doubles hold exactly; of the others only the low word counts. */
export function mul64(al: number, ah: number, bl: number, bh: number): number {
  const a = al >>> 0;
  const t = a * (bl & 65535);
  const s = a * (bl >>> 16) + ((t / 65536) >>> 0);
  num.hi = (((s / 65536) | 0) + imul(al, bh) + imul(ah, bl)) | 0;
  return (s << 16) | (t & 65535);
}
