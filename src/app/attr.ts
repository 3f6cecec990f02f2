// attr_container: WAMR's typed key/value record, the payload of its requests and events. Every length is checked
// before use. Little-endian, though it travels in big-endian packets. Device-safe. Spec: design/compat.md section 5.
//
//   flags u16 | total u32 | tag_len u16 | tag\0 | count u16 | count x (key_len u16 | key\0 | type u8 | value) | spare zeros
//   total counts from its own first byte; lengths of strings include the NUL

import { loadF32, loadF64, loadI32, storeF32, storeF64, storeI32 } from '../runtime/memory';
import { copyOf, putText, textOf } from './texts';

export const ATTR_I8 = 0; // then i16, i32, i64
export const ATTR_I32 = 2;
export const ATTR_I64 = 3;
export const ATTR_U8 = 4; // then u16, u32, u64
export const ATTR_U32 = 6;
export const ATTR_U64 = 7;
export const ATTR_F32 = 10;
export const ATTR_F64 = 11;
export const ATTR_BOOL = 12;
export const ATTR_STRING = 13;
export const ATTR_BYTES = 14;

export interface Attr {
  key: string;
  type: number;
  /** number | boolean | Latin-1 string | Uint8Array; 64-bit integers are [low, high] words. */
  value: any;
}

export interface AttrContainer {
  tag: string;
  attrs: Attr[];
}

function u16(u8: Uint8Array, at: number): number {
  return u8[at] | (u8[at + 1] << 8);
}

// Bytes of a scalar: 1 << (type & 3), which gives floats 4 and 8 and a bool 1. 0 = not a scalar.
function scalarBytes(type: number): number {
  return type <= ATTR_U64 || (type >= ATTR_F32 && type <= ATTR_BOOL) ? 1 << (type & 3) : 0;
}

/** Told of each part of a container in order: the tag (as key, type -1), then attributes. Addresses and bytes, without the NULs of texts. */
type Visit = (keyAt: number, keyBytes: number, type: number, at: number, bytes: number) => void;

/**
 * Goes through the container at u8[at, at + size); false = malformed. Spare bytes behind the last attribute are accepted, and an
 * empty container must have one.
 */
export function walkAttrs(u8: Uint8Array, at: number, size: number, visit: Visit): boolean {
  const total = size < 6 ? 0 : loadI32(u8, at + 2) >>> 0;
  const end = at + 2 + total;
  let pos = at + 6;
  let n = 0; // bytes of the text or value that ends at pos

  // Steps over a value of `bytes`, or of the number of bytes before it, and says whether it ends in time.
  function step(bytes: number): boolean {
    pos += n = bytes;
    return pos <= end;
  }
  function text(): boolean {
    return step(2) && step(u16(u8, pos - 2)) && n > 0 && u8[pos - 1] === 0;
  }

  if (total > size - 2 || (u8[at] & 3) !== 0 || !text()) return false;
  visit(pos - n, n - 1, -1, 0, 0);
  if (!step(2)) return false;
  const count = u16(u8, pos - 2);
  for (let i = 0; i < count; i++) {
    if (!text()) return false;
    const keyAt = pos - n;
    const keyBytes = n - 1;
    if (!step(1)) return false;
    const type = u8[pos - 1];
    const whole =
      type === ATTR_STRING
        ? text()
        : type === ATTR_BYTES
          ? step(4) && step(loadI32(u8, pos - 4) >>> 0)
          : scalarBytes(type) > 0 && step(scalarBytes(type));
    if (!whole) return false;
    visit(keyAt, keyBytes, type, pos - n, type === ATTR_STRING ? n - 1 : n);
  }
  return count > 0 || pos < end;
}

function readScalar(u8: Uint8Array, at: number, type: number): any {
  if (type === ATTR_F32) return loadF32(u8, at);
  if (type === ATTR_F64) return loadF64(u8, at);
  if (type === ATTR_BOOL) return u8[at] !== 0;
  if ((type & 3) === 3) return [loadI32(u8, at), loadI32(u8, at + 4)];
  const unused = 32 - (8 << (type & 3));
  const bits = (unused === 24 ? u8[at] : unused === 16 ? u16(u8, at) : loadI32(u8, at)) << unused;
  return type < ATTR_U8 ? bits >> unused : bits >>> unused;
}

/** Decodes a container, copying what it holds; null = malformed (walkAttrs). */
export function readAttrs(u8: Uint8Array, at: number, size: number): AttrContainer | null {
  const container: AttrContainer = { tag: '', attrs: [] };
  const good = walkAttrs(u8, at, size, (keyAt, keyBytes, type, valueAt, bytes) => {
    const key = textOf(u8, keyAt, keyBytes);
    if (type < 0) container.tag = key;
    else if (type === ATTR_STRING) container.attrs.push({ key: key, type: type, value: textOf(u8, valueAt, bytes) });
    else if (type === ATTR_BYTES) container.attrs.push({ key: key, type: type, value: copyOf(u8, valueAt, bytes) });
    else container.attrs.push({ key: key, type: type, value: readScalar(u8, valueAt, type) });
  });
  return good ? container : null;
}

function valueBytes(attr: Attr): number {
  if (attr.type === ATTR_STRING) return 3 + attr.value.length;
  if (attr.type === ATTR_BYTES) return 4 + attr.value.length;
  return scalarBytes(attr.type);
}

function put16(u8: Uint8Array, at: number, value: number): void {
  u8[at] = value;
  u8[at + 1] = value >> 8;
}

// A string behind its u16 length; returns the address behind it.
function putCounted(u8: Uint8Array, at: number, text: string): number {
  put16(u8, at, text.length + 1);
  return putText(u8, at + 2, text);
}

/** Encodes a container (keys unique, texts below 65,535 characters) without spare bytes but the one an empty one needs. */
export function writeAttrs(container: AttrContainer): Uint8Array {
  const attrs = container.attrs;
  let size = 11 + container.tag.length + (attrs.length === 0 ? 1 : 0);
  for (let i = 0; i < attrs.length; i++) size += 4 + attrs[i].key.length + valueBytes(attrs[i]);
  const u8 = new Uint8Array(size);
  storeI32(u8, 2, size - 2);
  let at = putCounted(u8, 6, container.tag);
  put16(u8, at, attrs.length);
  at += 2;
  for (let i = 0; i < attrs.length; i++) {
    const type = attrs[i].type;
    const value = attrs[i].value;
    at = putCounted(u8, at, attrs[i].key);
    u8[at++] = type;
    if (type === ATTR_STRING) {
      at = putCounted(u8, at, value);
      continue;
    }
    if (type === ATTR_BYTES) {
      storeI32(u8, at, value.length);
      u8.set(value, at + 4);
    } else if (type === ATTR_F32) {
      storeF32(u8, at, value);
    } else if (type === ATTR_F64) {
      storeF64(u8, at, value);
    } else if ((type & 3) === 3) {
      storeI32(u8, at, value[0]);
      storeI32(u8, at + 4, value[1]);
    } else if ((type & 3) === 2) {
      storeI32(u8, at, value);
    } else if ((type & 3) === 1) {
      put16(u8, at, value);
    } else {
      u8[at] = value;
    }
    at += valueBytes(attrs[i]);
  }
  return u8;
}
