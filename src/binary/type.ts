// Types as the binary format has them, read at the cursor; for the reader and for function bodies. Checks their form: that a type index
// exists is validation's. Device-safe. Spec: core 3.0, 5.3 Types.

import * as F from '../spec/faults';
import { EXCEPTIONS, enabled, GC, HAS_EXCEPTIONS, HAS_GC, HAS_SIMD, HAS_TYPED_REFS, SIMD, TYPED_REFS } from '../spec/features';
import { MAX_TYPES } from '../spec/limits';
import { EXTERNREF, F64, FUNCREF, HEAP_EXN, HEAP_NOEXN, I8, I16, I32, refType, V128 } from '../spec/types';
import * as c from './cursor';

/** Throws unless the feature is there and on; at = offset of what announces it. */
export function need(has: boolean, feature: number, at: number, detail: number): void {
  if (!has || (enabled & feature) === 0) throw F.raise(F.FEATURE, at, detail);
}

/** Checks that the abstract heap type of byte b (0x69 to 0x74) is on. */
function abstract(b: number, at: number): number {
  const heap = b - 0x80;
  if (heap === HEAP_EXN || heap === HEAP_NOEXN) need(HAS_EXCEPTIONS, EXCEPTIONS, at, b);
  else if (b !== 0x70 && b !== 0x6f) need(HAS_GC, GC, at, b);
  return heap;
}
function isAbstract(b: number): boolean {
  return b >= 0x69 && b <= 0x74;
}

/** A heap type: an abstract one (< 0) or a type index, of which those above all limits are one. */
export function heapType(): number {
  const at = c.offset();
  const heap = c.s33();
  if (heap >= 0) {
    need(HAS_TYPED_REFS, TYPED_REFS, at, heap);
    return heap < MAX_TYPES ? heap : MAX_TYPES;
  }
  if (heap < -64 || !isAbstract(heap & 0x7f)) throw F.raise(F.HEAP_TYPE, at, heap);
  return abstract(heap & 0x7f, at);
}

/** The value type that byte b, just read, is or begins; 0 = none. */
function typeOf(b: number): number {
  if (b >= F64 && b <= I32) return b;
  if (b === 0x70) return FUNCREF;
  if (b === 0x6f) return EXTERNREF;
  const at = c.offset() - 1;
  if (b === 0x63 || b === 0x64) {
    need(HAS_TYPED_REFS, TYPED_REFS, at, b);
    return refType(b === 0x63, heapType());
  }
  if (b === V128) {
    need(HAS_SIMD, SIMD, at, b);
    return b;
  }
  return isAbstract(b) ? refType(true, abstract(b, at)) : 0;
}

export function valueType(): number {
  const at = c.offset();
  const b = c.byte();
  const type = b >= F64 && b <= I32 ? b : typeOf(b);
  if (type === 0) throw F.raise(F.VALUE_TYPE, at, b);
  return type;
}

/** A reference type. */
export function referenceType(): number {
  const at = c.offset();
  const b = c.byte();
  const type = b < V128 ? typeOf(b) : 0;
  if (type === 0) throw F.raise(F.REF_TYPE, at, b);
  return type;
}

/** The type of a field. */
export function storageType(): number {
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
  const at = c.offset();
  c.byte();
  const type = typeOf(b);
  if (type === 0) throw F.raise(F.BLOCK_TYPE, at, b);
  return type;
}
