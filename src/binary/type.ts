// Types as the binary format has them, read at the cursor; for the reader and for function bodies. Checks their form: that a type index
// exists is validation's. Device-safe. Spec: core 3.0, 5.3 Types.

import * as F from '../spec/faults';
import { EXCEPTIONS, GC, HAS_EXCEPTIONS, HAS_GC, HAS_SIMD, HAS_TYPED_REFS, on, SIMD, TYPED_REFS } from '../spec/features';
import { MAX_TYPES } from '../spec/limits';
import { EXTERNREF, F64, FUNCREF, HEAP_EXN, HEAP_NOEXN, I8, I16, I32, refType, V128 } from '../spec/types';
import * as c from './cursor';

/** No types but those of 2.0 without vectors: those of references are two, of a byte each. */
const PLAIN = !HAS_TYPED_REFS && !HAS_EXCEPTIONS && !HAS_GC && !HAS_SIMD;

/** Fault: what stands at offset `at`, detail, belongs to a feature that is left out or off. */
export function left(at: number, detail: number): number {
  return F.raise(F.FEATURE, at, detail);
}

/** The abstract heap type of byte b, 0 = b is none. */
function abstract(b: number, at: number): number {
  if (b < 0x69 || b > 0x74) return 0;
  const heap = b - 0x80;
  if (b === 0x70 || b === 0x6f) return heap;
  const exn = heap === HEAP_EXN || heap === HEAP_NOEXN;
  if (HAS_EXCEPTIONS && exn && on(EXCEPTIONS)) return heap;
  if (HAS_GC && !exn && on(GC)) return heap;
  throw left(at, b);
}

/** A heap type: an abstract one (< 0), which is a byte and not an s33 of several, or a type index, of which those above all limits are one. */
export function heapType(): number {
  if (PLAIN) return plain(0) - 0x80;
  const at = c.offset();
  const known = abstract(c.peek(), at);
  const heap = c.s33();
  if (heap >= 0) {
    if (HAS_TYPED_REFS && on(TYPED_REFS)) return heap < MAX_TYPES ? heap : MAX_TYPES;
    throw left(at, heap);
  }
  if (known === 0) throw F.raise(F.HEAP_TYPE, at, heap);
  return known;
}

/** The value type that byte b, just read, is or begins; 0 = none. */
function typeOf(b: number): number {
  if (b >= F64 && b <= I32) return b;
  if (b === 0x70) return FUNCREF;
  if (b === 0x6f) return EXTERNREF;
  const at = c.offset() - 1;
  if (b === 0x63 || b === 0x64) {
    if (HAS_TYPED_REFS && on(TYPED_REFS)) return refType(b === 0x63, heapType());
    throw left(at, b);
  }
  if (b === V128) {
    if (HAS_SIMD && on(SIMD)) return b;
    throw left(at, b);
  }
  const heap = abstract(b, at);
  return heap === 0 ? 0 : refType(true, heap);
}

/** Where types are plain: the byte at the cursor, of a number type up to `last` or a reference. */
function plain(last: number): number {
  const b = c.byte();
  if ((b >= F64 && b <= last) || b === 0x70 || b === 0x6f) return b;
  throw c.badBefore(b >= 0x63 && b <= V128 ? F.FEATURE : last === 0 ? F.REF_TYPE : F.VALUE_TYPE, b);
}
function plainType(last: number): number {
  const b = plain(last);
  return b === 0x70 ? FUNCREF : b === 0x6f ? EXTERNREF : b;
}

export function valueType(): number {
  if (PLAIN) return plainType(I32);
  const at = c.offset();
  const b = c.byte();
  const type = b >= F64 && b <= I32 ? b : typeOf(b);
  if (type === 0) throw F.raise(F.VALUE_TYPE, at, b);
  return type;
}

/** A reference type. */
export function referenceType(): number {
  if (PLAIN) return plainType(0);
  const at = c.offset();
  const b = c.byte();
  const type = b < V128 ? typeOf(b) : 0;
  if (type === 0) throw F.raise(F.REF_TYPE, at, b);
  return type;
}

/** The type of a field. */
export function storageType(): number {
  if (!HAS_GC) return 0;
  const b = c.peek();
  return b === I8 || b === I16 ? c.byte() : valueType();
}

/** The block type's single value type when its first byte b says so, 0 = empty; -1 = b begins a type index. */
export function blockValue(): number {
  const b = c.peek();
  if (b === 0x40) {
    c.byte();
    return 0;
  }
  if ((b & 0xc0) !== 0x40) return -1; // an s33 >= 0, or of several bytes
  if (PLAIN) return plainType(I32);
  const at = c.offset();
  c.byte();
  const type = typeOf(b);
  if (type === 0) throw F.raise(F.BLOCK_TYPE, at, b);
  return type;
}
