// Value and heap types as small numbers, so that they compare with === and live in typed arrays. Device-safe.
// Room is made for WebAssembly 3.0: a reference type carries nullability and a heap type, which is an abstract type
// (negative, as its s33 in the binary format) or a type index (>= 0). Spec: core 3.0, 5.3 Types.

export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;
export const BOT = 0; // the type of a value popped in unreachable code

const REF = 0x100;
const NULLABLE = 0x200;

export const HEAP_FUNC = -16; // 0x70
export const HEAP_EXTERN = -17; // 0x6f

/** The reference type (ref null? heap); heap is an abstract heap type (< 0) or a type index. */
export function refType(nullable: boolean, heap: number): number {
  return REF | (nullable ? NULLABLE : 0) | ((heap + 64) << 10);
}
export function isRef(type: number): boolean {
  return (type & REF) !== 0;
}
export function isNullable(type: number): boolean {
  return (type & NULLABLE) !== 0;
}
export function heapOf(type: number): number {
  return (type >> 10) - 64;
}

export const FUNCREF = 49920; // refType(true, HEAP_FUNC), held by test/spec/types.test.ts
export const EXTERNREF = 48896; // refType(true, HEAP_EXTERN)

/** A function type. `key` is its structure as text: equal types have equal keys (canonical ids come from it). */
export interface FuncType {
  params: number[];
  results: number[];
  key: string;
}

export function funcType(params: number[], results: number[]): FuncType {
  return { params: params, results: results, key: params.join() + '>' + results.join() };
}

/** Limits of a memory (pages) or table (elements). max < 0: none. 64-bit index types arrive with memory64. */
export interface Limits {
  min: number;
  max: number;
}
export interface TableType extends Limits {
  elem: number;
}
export interface MemType extends Limits {
  shared: boolean;
  pageBytes: number;
}
export interface GlobalType {
  type: number;
  mut: boolean;
}

// External kinds, as in the binary format.
export const KIND_FUNC = 0;
export const KIND_TABLE = 1;
export const KIND_MEM = 2;
export const KIND_GLOBAL = 3;
