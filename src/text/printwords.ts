// Types, numbers and strings as the text format writes them. Numbers are exact: what is read back has the same bits. Desk only.
// Spec: core 3.0, 6.3 Values and 6.4 Types.

import { PAGE_BYTES } from '../spec/limits';
import {
  F32,
  F64,
  type GlobalType,
  HEAP_ANY,
  HEAP_ARRAY,
  HEAP_EQ,
  HEAP_EXN,
  HEAP_EXTERN,
  HEAP_FUNC,
  HEAP_I31,
  HEAP_NOEXN,
  HEAP_NOEXTERN,
  HEAP_NOFUNC,
  HEAP_NONE,
  HEAP_STRUCT,
  heapOf,
  I8,
  I16,
  I32,
  I64,
  isNullable,
  isRef,
  type Limits,
  type MemType,
  type TableType,
  V128,
} from '../spec/types';

/** How a type index is written: a name or a number. */
export type TypeName = (index: number) => string;

const NUMBERS: Record<number, string> = {
  [I32]: 'i32',
  [I64]: 'i64',
  [F32]: 'f32',
  [F64]: 'f64',
  [V128]: 'v128',
  [I8]: 'i8',
  [I16]: 'i16',
};
const HEAPS: Record<number, [heap: string, nullable: string]> = {
  [HEAP_NOEXN]: ['noexn', 'nullexnref'],
  [HEAP_NOFUNC]: ['nofunc', 'nullfuncref'],
  [HEAP_NOEXTERN]: ['noextern', 'nullexternref'],
  [HEAP_NONE]: ['none', 'nullref'],
  [HEAP_FUNC]: ['func', 'funcref'],
  [HEAP_EXTERN]: ['extern', 'externref'],
  [HEAP_ANY]: ['any', 'anyref'],
  [HEAP_EQ]: ['eq', 'eqref'],
  [HEAP_I31]: ['i31', 'i31ref'],
  [HEAP_STRUCT]: ['struct', 'structref'],
  [HEAP_ARRAY]: ['array', 'arrayref'],
  [HEAP_EXN]: ['exn', 'exnref'],
};

export function heapText(heap: number, name: TypeName = String): string {
  return heap < 0 ? HEAPS[heap][0] : name(heap);
}
/** A value or storage type: "i32", "funcref", "(ref null 3)". */
export function typeText(type: number, name: TypeName = String): string {
  if (!isRef(type)) return NUMBERS[type];
  const heap = heapOf(type);
  if (isNullable(type)) return heap < 0 ? HEAPS[heap][1] : `(ref null ${name(heap)})`;
  return `(ref ${heapText(heap, name)})`;
}
/** " (result i32 i64)", '' without types. */
export function typesText(keyword: string, types: number[], name?: TypeName): string {
  return types.length > 0 ? ` (${keyword} ${types.map(type => typeText(type, name)).join(' ')})` : '';
}
export function globalText(type: GlobalType, name?: TypeName): string {
  return type.mut ? `(mut ${typeText(type.type, name)})` : typeText(type.type, name);
}
function limitsText({ min, max, wide }: Limits): string {
  if (wide) return `i64 ${u64Text(wide[0], wide[1])}${max >= 0 ? ` ${u64Text(wide[2], wide[3])}` : ''}`;
  return max >= 0 ? `${min} ${max}` : String(min);
}
export function tableText(type: TableType, name?: TypeName): string {
  return `${limitsText(type)} ${typeText(type.elem, name)}`;
}
export function memoryText(type: MemType): string {
  return limitsText(type) + (type.shared ? ' shared' : '') + (type.pageBytes !== PAGE_BYTES ? ` (pagesize ${type.pageBytes})` : '');
}

export function u64Text(lo: number, hi: number): string {
  return hi === 0 ? String(lo >>> 0) : String((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0));
}
export function s64Text(lo: number, hi: number): string {
  return hi === lo >> 31 ? String(lo) : String((BigInt(hi) << 32n) | BigInt(lo >>> 0));
}
/** "0x0000ffff" */
export function hexText(word: number): string {
  return `0x${(word >>> 0).toString(16).padStart(8, '0')}`;
}

const bits = new DataView(new ArrayBuffer(8));

/** The f32 of these bits: the shortest decimal that no rounding on the way can spoil. */
export function f32Text(word: number): string {
  bits.setInt32(0, word);
  const value = bits.getFloat32(0);
  if (value !== value) return nan(word < 0, word & 0x7fffff, 0x400000);
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return integer(value);
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toPrecision(digits);
    const read = Number(text);
    bits.setFloat64(0, read);
    const halfway = (bits.getInt32(4) & 0x1fffffff) === 0x10000000; // between two f32: a second rounding could go the wrong way
    if (Math.fround(read) === value && !halfway) return String(read);
  }
  return hexFloat(value);
}
export function f64Text(lo: number, hi: number): string {
  bits.setInt32(0, hi);
  bits.setInt32(4, lo);
  const value = bits.getFloat64(0);
  if (value !== value) return nan(hi < 0, (hi & 0xfffff) * 4294967296 + (lo >>> 0), 0x8000000000000);
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? integer(value) : String(value);
}
function integer(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
function nan(negative: boolean, payload: number, canonical: number): string {
  return `${negative ? '-' : ''}nan${payload === canonical ? '' : `:0x${payload.toString(16)}`}`;
}
/** A number that is a sum of few powers of two, exactly: "0x1.8p+1". */
function hexFloat(value: number): string {
  let exponent = 0;
  let rest = Math.abs(value);
  for (; rest >= 2; exponent++) rest /= 2;
  for (; rest < 1; exponent--) rest *= 2;
  return `${value < 0 ? '-' : ''}0x${rest.toString(16)}p${exponent < 0 ? '' : '+'}${exponent}`;
}

// Controls, what moves or hides other characters, and what ends a string
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const UNSEEN = /["\\\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/** A name as a string in quotes. */
export function nameText(name: string): string {
  return `"${name.replace(UNSEEN, c => (c === '"' || c === '\\' ? `\\${c}` : `\\u{${c.codePointAt(0)!.toString(16)}}`))}"`;
}

const ESCAPES: string[] = Array.from({ length: 256 }, (_, b) =>
  b === 34 || b === 92
    ? `\\${String.fromCharCode(b)}`
    : b >= 32 && b < 127
      ? String.fromCharCode(b)
      : `\\${b.toString(16).padStart(2, '0')}`,
);
/** Bytes [start, stop) as a string in quotes. */
export function bytesText(bytes: Uint8Array, start = 0, stop = bytes.length): string {
  let text = '"';
  for (let i = start; i < stop; i++) text += ESCAPES[bytes[i]];
  return `${text}"`;
}
