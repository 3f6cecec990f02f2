// COBS: bytes <-> blocks without 00, so that 00 marks the ends of frames and a reader can join mid-stream.
// Whole frames only: frame.ts finds the marks and checks what is inside. Allocates nothing. Device-safe.
// Spec: Cheshire & Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM ToN 7(2), 1999.
//   bytes      11 22 00 33       code n: n - 1 bytes follow, then an implied 00
//   wire    03 11 22 02 33       (none after code FF, nor at the end)

/** Writes src[start, end) stuffed to wire from `at`, without mark; returns the index after it. Takes n + n/254 + 1 bytes. */
export function cobsEncode(src: Uint8Array, start: number, end: number, wire: Uint8Array, at: number): number {
  let codeAt = at++;
  for (let i = start; i < end; i++) {
    const byte = src[i];
    if (at - codeAt === 255) {
      wire[codeAt] = 255;
      codeAt = at++;
    }
    if (byte === 0) {
      wire[codeAt] = at - codeAt;
      codeAt = at++;
    } else wire[at++] = byte;
  }
  wire[codeAt] = at - codeAt;
  return at;
}

/** Unstuffs wire[start, end), which holds no 00, into target; returns the size, -1 = cut inside a block or longer than target. */
export function cobsDecode(wire: Uint8Array, start: number, end: number, target: Uint8Array): number {
  let size = 0;
  while (start < end) {
    const code = wire[start++];
    const next = start + code - 1;
    if (next > end || size + code > target.length + 1) return -1;
    while (start < next) target[size++] = wire[start++];
    if (code < 255 && start < end) {
      if (size === target.length) return -1;
      target[size++] = 0;
    }
  }
  return size;
}
