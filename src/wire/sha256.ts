// SHA-256 in pieces of any size. Constants are computed (64 cube roots, 8 square roots of primes): shorter than written out, and
// tests compare digests with other implementations. Device-safe; nothing is allocated after create.
// Spec: FIPS 180-4, sections 4.1.2, 5.3.3 and 6.2.

/** A digest in progress. */
export interface Sha256 {
  h: Int32Array; // 8 words
  block: Uint8Array; // 64 bytes
  size: number; // bytes so far
}

const k = new Int32Array(64);
const first = new Int32Array(8);
const w = new Int32Array(64); // message schedule: of the block being hashed only, so shared by all

function fraction(x: number): number {
  return ((x - Math.floor(x)) * 4294967296) | 0;
}

for (let n = 0, p = 2; n < 64; p++) {
  let d = 2;
  while (d * d <= p && p % d !== 0) d++;
  if (d * d <= p) continue;
  let root = 7; // Newton: p < 312, so 20 steps are ample from here
  for (let i = 0; i < 20; i++) root -= (root * root * root - p) / (3 * root * root);
  if (n < 8) first[n] = fraction(Math.sqrt(p));
  k[n++] = fraction(root);
}

export function createSha256(): Sha256 {
  const s = { h: new Int32Array(8), block: new Uint8Array(64), size: 0 };
  s.h.set(first);
  return s;
}

function compress(hash: Int32Array, bytes: Uint8Array, at: number): void {
  let a = hash[0];
  let b = hash[1];
  let c = hash[2];
  let d = hash[3];
  let e = hash[4];
  let f = hash[5];
  let g = hash[6];
  let h = hash[7];
  for (let i = 0; i < 64; i++) {
    let x: number;
    if (i < 16) {
      x = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
      at += 4;
    } else {
      const y = w[i - 15];
      const z = w[i - 2];
      x =
        (w[i - 16] +
          w[i - 7] +
          (((y >>> 7) | (y << 25)) ^ ((y >>> 18) | (y << 14)) ^ (y >>> 3)) +
          (((z >>> 17) | (z << 15)) ^ ((z >>> 19) | (z << 13)) ^ (z >>> 10))) |
        0;
    }
    w[i] = x;
    const t = (h + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) + (g ^ (e & (f ^ g))) + k[i] + x) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t) | 0;
    d = c;
    c = b;
    b = a;
    a = (t + (((b >>> 2) | (b << 30)) ^ ((b >>> 13) | (b << 19)) ^ ((b >>> 22) | (b << 10))) + ((b & c) ^ (d & (b ^ c)))) | 0;
  }
  hash[0] += a;
  hash[1] += b;
  hash[2] += c;
  hash[3] += d;
  hash[4] += e;
  hash[5] += f;
  hash[6] += g;
  hash[7] += h;
}

/** Adds bytes[start, end). */
export function sha256Update(s: Sha256, bytes: Uint8Array, start: number, end: number): void {
  let used = s.size & 63;
  s.size += end - start;
  while (start < end) {
    if (used === 0 && end - start >= 64) {
      compress(s.h, bytes, start);
      start += 64;
    } else {
      s.block[used++] = bytes[start++];
      if (used === 64) {
        compress(s.h, s.block, 0);
        used = 0;
      }
    }
  }
}

/** Writes the 32 bytes of the digest to target[at]. Ends the digest: s may not be used again. */
function sha256Digest(s: Sha256, target: Uint8Array, at: number): void {
  const block = s.block;
  let used = s.size & 63;
  block[used++] = 0x80;
  if (used > 56) {
    while (used < 64) block[used++] = 0;
    compress(s.h, block, 0);
    used = 0;
  }
  while (used < 56) block[used++] = 0;
  const hi = Math.floor(s.size / 0x20000000); // of the length in bits
  for (let i = 0; i < 4; i++) {
    block[56 + i] = hi >>> (24 - 8 * i);
    block[60 + i] = (s.size << 3) >>> (24 - 8 * i);
  }
  compress(s.h, block, 0);
  for (let i = 0; i < 32; i++) target[at + i] = s.h[i >> 2] >>> (24 - 8 * (i & 3));
}

/** bytes[start, end) as lower-case hex. */
export function hexOf(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += (bytes[i] < 16 ? '0' : '') + bytes[i].toString(16);
  return text;
}

/** The digest in lower-case hex. Ends the digest. */
export function sha256Hex(s: Sha256): string {
  const digest = new Uint8Array(32);
  sha256Digest(s, digest, 0);
  return hexOf(digest, 0, 32);
}
