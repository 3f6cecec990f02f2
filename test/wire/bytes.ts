// Bytes for tests: hex both ways, a seeded random generator, and the ways a stream may be cut.

/** Hex, spaces allowed, to bytes. */
export function bytes(hex: string): Uint8Array {
  const digits = hex.replace(/\s+/g, '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

/** bytes[start, end) as spaced hex. */
export function hex(src: Uint8Array, start = 0, end = src.length): string {
  return Array.from(src.subarray(start, end), b => b.toString(16).padStart(2, '0')).join(' ');
}

export const ascii = (text: string) => Uint8Array.from(text, c => c.charCodeAt(0));
export const text = (src: Uint8Array, start = 0, end = src.length) => String.fromCharCode(...src.subarray(start, end));

/** mulberry32: uniform in [0, 1). */
export function random(seed: number): () => number {
  let s = seed | 0;
  return () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export type Cut = (src: Uint8Array) => Uint8Array[];

function atRandom(seed: number): Cut {
  return src => {
    const rnd = random(seed);
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < src.length; ) {
      const n = 1 + Math.floor(rnd() * 9);
      pieces.push(src.subarray(at, at + n));
      at += n;
    }
    return pieces;
  };
}

/** A stream whole, bytewise, and in pieces of random size. */
export const cuts: [string, Cut][] = [
  ['whole', src => [src]],
  ['bytewise', src => Array.from(src, (_, i) => src.subarray(i, i + 1))],
  ['cut at random (seed 1)', atRandom(1)],
  ['cut at random (seed 2)', atRandom(2)],
];
