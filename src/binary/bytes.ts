// A growing buffer of bytes and the binary format's primitive encodings into it: what writer.ts and the text parser are made of. Always the
// shortest form. Desk only. Spec: core 5.2 Values.

export interface Bytes {
  u8: Uint8Array; // longer than size
  size: number;
}

export function createBytes(room = 256): Bytes {
  return { u8: new Uint8Array(room), size: 0 };
}
/** What is in it, borrowed until the next write. */
export function view(b: Bytes): Uint8Array {
  return b.u8.subarray(0, b.size);
}
/** Makes room for n more bytes. */
export function room(b: Bytes, n: number): void {
  if (b.size + n <= b.u8.length) return;
  const more = new Uint8Array(Math.max(b.u8.length * 2, b.size + n));
  more.set(view(b), 0);
  b.u8 = more;
}

export function putByte(b: Bytes, value: number): void {
  if (b.size === b.u8.length) room(b, 1);
  b.u8[b.size++] = value;
}
export function putBytes(b: Bytes, bytes: Uint8Array): void {
  room(b, bytes.length);
  b.u8.set(bytes, b.size);
  b.size += bytes.length;
}
export function putU32(b: Bytes, value: number): void {
  room(b, 5);
  value >>>= 0;
  while (value > 127) {
    b.u8[b.size++] = (value & 127) | 128;
    value >>>= 7;
  }
  b.u8[b.size++] = value;
}
export function putS32(b: Bytes, value: number): void {
  putS64(b, value, value >> 31);
}
/** A block or heap type: an exact integer of 33 bits. */
export function putS33(b: Bytes, value: number): void {
  putS64(b, value | 0, Math.floor(value / 4294967296));
}
/** lo, hi: the words, signed or not. */
export function putS64(b: Bytes, lo: number, hi: number): void {
  room(b, 10);
  lo |= 0;
  hi |= 0;
  for (;;) {
    const low = lo & 127;
    lo = (lo >>> 7) | (hi << 25);
    hi >>= 7;
    if ((lo === 0 && hi === 0 && low < 64) || (lo === -1 && hi === -1 && low >= 64)) {
      b.u8[b.size++] = low;
      return;
    }
    b.u8[b.size++] = low | 128;
  }
}
export function putU64(b: Bytes, lo: number, hi: number): void {
  room(b, 10);
  lo |= 0;
  hi |= 0;
  while (hi !== 0 || lo >>> 0 > 127) {
    b.u8[b.size++] = (lo & 127) | 128;
    lo = (lo >>> 7) | (hi << 25);
    hi >>>= 7;
  }
  b.u8[b.size++] = lo;
}
/** Four bytes, little-endian. */
export function putWord(b: Bytes, value: number): void {
  room(b, 4);
  b.u8[b.size++] = value;
  b.u8[b.size++] = value >> 8;
  b.u8[b.size++] = value >> 16;
  b.u8[b.size++] = value >> 24;
}

const encoder = new TextEncoder();
/** A name: length and UTF-8. */
export function putName(b: Bytes, name: string): void {
  const utf8 = encoder.encode(name);
  putU32(b, utf8.length);
  putBytes(b, utf8);
}
/** A section, or anything else of an id, a size and that many bytes. */
export function putSection(b: Bytes, id: number, content: Bytes): void {
  putByte(b, id);
  putU32(b, content.size);
  putBytes(b, view(content));
}
