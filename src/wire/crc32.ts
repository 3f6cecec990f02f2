// CRC-32 of zlib, PNG and Ethernet: polynomial EDB88320 reflected, start and end inverted; "123456789" -> CBF43926.
// By nibbles: 64 bytes of table instead of 1 kB. Device-safe.

const table = new Int32Array(16);
for (let i = 0; i < 16; i++) {
  let c = i;
  for (let k = 0; k < 4; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  table[i] = c;
}

/** CRC-32 of bytes[start, end), u32, continuing from the CRC of what came before (0 = nothing). */
export function crc32(bytes: Uint8Array, start: number, end: number, before: number): number {
  const t = table;
  let c = ~before;
  for (let i = start; i < end; i++) {
    c ^= bytes[i];
    c = (c >>> 4) ^ t[c & 15];
    c = (c >>> 4) ^ t[c & 15];
  }
  return ~c >>> 0;
}
