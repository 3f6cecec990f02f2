// Value, heap and defined types as small numbers and records, so that they compare with === and live in typed arrays. Device-safe.
// A reference type carries nullability and a heap type: an abstract one (negative, as its s33 in the binary format) or a type index (>= 0).
// Which types match which is ../validate/match.ts. Spec: core 3.0, 5.3 Types.

export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;
export const I8 = 0x78; // storage types of fields only
export const I16 = 0x77;
export const BOT = 0; // the type of a value popped in unreachable code

const REF = 0x100;
const NULLABLE = 0x200;

// Abstract heap types, as s33. Their shorthands for nullable references are the same bytes, & 0x7f.
export const HEAP_BOT = -1; // of a reference about which unreachable code says nothing
export const HEAP_NOEXN = -12; // 0x74
export const HEAP_NOFUNC = -13; // 0x73
export const HEAP_NOEXTERN = -14; // 0x72
export const HEAP_NONE = -15; // 0x71
export const HEAP_FUNC = -16; // 0x70
export const HEAP_EXTERN = -17; // 0x6f
export const HEAP_ANY = -18; // 0x6e
export const HEAP_EQ = -19; // 0x6d
export const HEAP_I31 = -20; // 0x6c
export const HEAP_STRUCT = -21; // 0x6b
export const HEAP_ARRAY = -22; // 0x6a
export const HEAP_EXN = -23; // 0x69

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
export const EXNREF = 42752; // refType(true, HEAP_EXN)

export const FORM_FUNC = 0x60;
export const FORM_STRUCT = 0x5f;
export const FORM_ARRAY = 0x5e;

/** A defined type; a function type unless `sub` says otherwise. */
export interface FuncType {
  params: number[];
  results: number[];
  /** What recursion groups, subtyping and aggregates add; null = a final function type without supertype, alone in its group. */
  sub: SubType | null;
}
export interface SubType {
  form: number; // FORM_*
  fields: number[]; // storage types of a struct's fields, or of an array's elements (one)
  mutable: boolean[]; // by field
  supertype: number; // type index, -1 = none
  final: boolean;
  first: number; // index of the first type of its recursion group, and
  count: number; // how many that has
}

export function funcType(params: number[], results: number[]): FuncType {
  return { params: params, results: results, sub: null };
}

/**
 * A function type as text, "127,126>125": equal for equal types whose references are to abstract types (a type index in it means
 * something in its module alone). What natives and callbacks are compared by.
 */
export function typeKey(type: FuncType): string {
  return type.params.join() + '>' + type.results.join();
}

/** A type as text in which type indices count from `first`, the first of its recursion group; those before it are named by `ids`. */
function typeText(type: number, first: number, ids: number[]): string {
  const heap = isRef(type) ? heapOf(type) : -1;
  if (heap < 0) return '' + type;
  return (isNullable(type) ? 'n' : 'r') + (heap < first ? ids[heap] : '.' + (heap - first));
}
/**
 * The structure of a recursion group as text, the group that begins at types[first]: equal for equal groups wherever they stand, if
 * ids[i] is what names type i < first [core 3.0, 3.1.4 Recursive types: rolled-up form].
 */
export function groupKey(types: FuncType[], first: number, ids: number[]): string {
  const sub = types[first].sub;
  const text = function (type: number): string {
    return typeText(type, first, ids);
  };
  let key = '';
  for (let i = first; i < first + (sub === null ? 1 : sub.count); i++) {
    const type = types[i];
    const s = type.sub;
    if (s !== null) {
      const up = s.supertype;
      key += '/' + s.form + (s.final ? 'f' : 'o') + (up < 0 ? '' : up < first ? ids[up] : '.' + (up - first)) + ':';
      for (let k = 0; k < s.fields.length; k++) key += (s.mutable[k] ? 'm' : 'c') + text(s.fields[k]) + ',';
    }
    key += type.params.map(text).join() + '>' + type.results.map(text).join();
  }
  return key;
}

/**
 * Limits of a memory (pages) or table (elements). max < 0: none. A 64-bit address type has its exact words in `wide` (low and high of min,
 * then of max), since min and max are rounded from 2^53 on; null = 32-bit.
 */
export interface Limits {
  min: number;
  max: number;
  wide: number[] | null;
}
export interface TableType extends Limits {
  elem: number;
}
export interface MemType extends Limits {
  shared: boolean;
  pageBytes: number; // a power of two
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
export const KIND_TAG = 4;
