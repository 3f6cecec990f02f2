// Types as the text format writes them. Desk only. Spec: core 3.0, 6.4 Types.

import { PAGE_BYTES } from '../../spec/limits';
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
} from '../../spec/types';
import { u64Text } from './literal';

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
