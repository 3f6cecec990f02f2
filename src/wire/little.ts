// Little-endian integers in bytes. Device-safe.

/** u16 at bytes[at]. */
export function get16(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8);
}

/** u32 at bytes[at]. */
export function get32(bytes: Uint8Array, at: number): number {
  return (get16(bytes, at) | (get16(bytes, at + 2) << 16)) >>> 0;
}

/** Writes the low n bytes of value (n <= 4) to target[at]; returns the index after them. */
export function put(target: Uint8Array, at: number, value: number, n: number): number {
  for (let i = 0; i < n; i++) target[at++] = (value >>> (8 * i)) & 255;
  return at;
}
