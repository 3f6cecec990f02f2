// The cursor: reads bytes and LEB128 integers from one window of a module. There is one, as in a tokeniser: open() points it at a
// range, a nested user saves and restores with at()/seek(). Knows nothing of sections. Device-safe. Spec: core 5.2 Values.

import { INT_LARGE, INT_LONG, LENGTH_BOUNDS, raise, UTF8 } from '../spec/faults';

/** Thrown at the end of a window that more bytes may follow (reader.ts); never leaves the reader. */
export const NEED = -1;

let buf: Uint8Array = new Uint8Array(0);
let pos = 0;
let end = 0;
let origin = 0; // offset in the module of buf[0]
let endFault = 0; // thrown when reading at end

/** High word of the last s64 or u64. */
export let high = 0;

/** Points the cursor at bytes[start, stop); first = offset in the module of bytes[0]; faultAtEnd is thrown by a read past stop. */
export function open(bytes: Uint8Array, start: number, stop: number, first: number, faultAtEnd: number): void {
  buf = bytes;
  pos = start;
  end = stop;
  origin = first;
  endFault = faultAtEnd;
}
/** Position in the window's buffer. */
export function at(): number {
  return pos;
}
export function seek(position: number): void {
  pos = position;
}
export function left(): number {
  return end - pos;
}
/** Offset in the module of the next byte. */
export function offset(): number {
  return origin + pos;
}
/** Fault at the next byte. */
export function bad(code: number, detail: number): number {
  return raise(code, origin + pos, detail);
}
/** Fault at the byte read last. */
export function badBefore(code: number, detail: number): number {
  return raise(code, origin + pos - 1, detail);
}

export function byte(): number {
  if (pos >= end) throw endFault === NEED ? NEED : raise(endFault, origin + pos, 0);
  return buf[pos++];
}
export function peek(): number {
  if (pos >= end) throw endFault === NEED ? NEED : raise(endFault, origin + pos, 0);
  return buf[pos];
}

/** u32 [core 5.2.2]: at most 5 bytes, the unused bits of the last one zero. */
export function u32(): number {
  let b = byte();
  if (b < 128) return b;
  let value = b & 127;
  for (let shift = 7; shift < 28; shift += 7) {
    b = byte();
    value |= (b & 127) << shift;
    if (b < 128) return value;
  }
  b = byte();
  if (b > 127) throw badBefore(INT_LONG, 0);
  if (b > 15) throw badBefore(INT_LARGE, 0);
  return (value | (b << 28)) >>> 0;
}

export function s32(): number {
  let value = 0;
  let b = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    b = byte();
    value |= (b & 127) << shift;
    if (b < 128) return (value << (25 - shift)) >> (25 - shift);
  }
  b = byte();
  if (b > 127) throw badBefore(INT_LONG, 0);
  if ((b & 0x78) !== 0 && (b & 0x78) !== 0x78) throw badBefore(INT_LARGE, 0);
  return value | (b << 28);
}

/** s33, as block and heap types use it; exact as a JavaScript number. */
export function s33(): number {
  let value = 0;
  let b = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    b = byte();
    value |= (b & 127) << shift;
    if (b < 128) return (value << (25 - shift)) >> (25 - shift);
  }
  b = byte();
  if (b > 127) throw badBefore(INT_LONG, 0);
  if ((b & 0x70) !== 0 && (b & 0x70) !== 0x70) throw badBefore(INT_LARGE, 0);
  const low = (value | ((b & 15) << 28)) >>> 0;
  return (b & 0x10) !== 0 ? low - 4294967296 : low;
}

/** An integer of 64 bits: returns the low word, leaves the high word in `high`; both signed. */
function long(signed: boolean): number {
  let low = 0;
  let hi = 0;
  let shift = 0;
  let b = 0;
  do {
    b = byte();
    if (shift === 63) {
      if (b > 127) throw badBefore(INT_LONG, 0);
      if (signed ? b !== 0 && b !== 127 : b > 1) throw badBefore(INT_LARGE, 0);
    }
    if (shift < 28) low |= (b & 127) << shift;
    else if (shift === 28) {
      low |= (b & 15) << 28;
      hi = (b & 127) >> 4;
    } else hi |= (b & 127) << ((shift - 32) & 31);
    shift += 7;
  } while (b > 127);
  if (signed && (b & 64) !== 0 && shift < 64) {
    if (shift < 32) {
      low |= -1 << shift;
      hi = -1;
    } else hi |= -1 << (shift - 32);
  }
  high = hi | 0;
  return low | 0;
}
export function s64(): number {
  return long(true);
}
export function u64(): number {
  return long(false);
}

/** Four bytes, little-endian, as int32. */
export function word(): number {
  const a = byte();
  const b = byte();
  const c = byte();
  return a | (b << 8) | (c << 16) | (byte() << 24);
}

/** Skips n bytes. */
export function skip(n: number): void {
  if (n > end - pos) {
    if (endFault === NEED) throw NEED;
    throw bad(LENGTH_BOUNDS, n);
  }
  pos += n;
}

/** A name: length and UTF-8 bytes [core 5.2.4], as a string of UTF-16 code units. */
export function name(): string {
  const n = u32();
  const start = pos;
  skip(n);
  return utf8(buf, start, pos);
}

function utf8(bytes: Uint8Array, start: number, stop: number): string {
  let text = '';
  let i = start;
  while (i < stop) {
    const b = bytes[i++];
    if (b < 128) {
      text += String.fromCharCode(b);
      continue;
    }
    const more = b >= 0xf0 ? 3 : b >= 0xe0 ? 2 : 1;
    let c = b & (63 >> more);
    if (b < 0xc2 || b > 0xf4 || i + more > stop) throw raise(UTF8, origin + i - 1, b);
    for (let k = 0; k < more; k++) {
      const next = bytes[i++];
      if ((next & 0xc0) !== 0x80) throw raise(UTF8, origin + i - 1, next);
      c = (c << 6) | (next & 63);
    }
    // overlong forms, surrogates, beyond U+10FFFF
    if (c < (more === 1 ? 0x80 : more === 2 ? 0x800 : 0x10000) || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
      throw raise(UTF8, origin + i - 1, b);
    if (c < 0x10000) text += String.fromCharCode(c);
    else text += String.fromCharCode(0xd7c0 + (c >> 10), 0xdc00 | (c & 0x3ff));
  }
  return text;
}
