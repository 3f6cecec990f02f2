// Which types match which, within one module, and which of its types are equal. Device-safe. Spec: core 3.0, 3.3 Matching, 3.2 Types.

import * as F from '../spec/faults';
import { HAS_EXCEPTIONS, HAS_GC, HAS_TYPED_REFS } from '../spec/features';
import { MAX_SUBTYPE_DEPTH } from '../spec/limits';
import {
  FORM_FUNC,
  FORM_STRUCT,
  type FuncType,
  groupKey,
  HEAP_ANY,
  HEAP_ARRAY,
  HEAP_BOT,
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
  isNullable,
  isRef,
} from '../spec/types';
import type { Types } from './context';

/** Whether there are types beside funcref and externref that references may have. */
const HAS_SUBTYPES = HAS_TYPED_REFS || HAS_EXCEPTIONS;

/** FORM_* of a defined type. */
export function formOf(type: FuncType): number {
  return type.sub === null ? FORM_FUNC : type.sub.form;
}

/** The abstract type at the top of a heap type's hierarchy. */
export function topOf(cx: Types, heap: number): number {
  if (heap >= 0) return formOf(cx.types[heap]) === FORM_FUNC ? HEAP_FUNC : HEAP_ANY;
  if (heap === HEAP_FUNC || heap === HEAP_NOFUNC) return HEAP_FUNC;
  if (heap === HEAP_EXTERN || heap === HEAP_NOEXTERN) return HEAP_EXTERN;
  return heap === HEAP_EXN || heap === HEAP_NOEXN ? HEAP_EXN : HEAP_ANY;
}

/** Whether defined type a is b or has it among its supertypes. */
function derives(cx: Types, a: number, b: number): boolean {
  const want = cx.canon[b];
  for (;;) {
    if (cx.canon[a] === want) return true;
    const sub = cx.types[a].sub;
    if (sub === null || sub.supertype < 0) return false;
    a = sub.supertype;
  }
}

export function heapMatches(cx: Types, a: number, b: number): boolean {
  if (a === b || a === HEAP_BOT) return true;
  if (!HAS_SUBTYPES) return false;
  if (b >= 0) {
    if (a >= 0) return derives(cx, a, b);
    return a === (formOf(cx.types[b]) === FORM_FUNC ? HEAP_NOFUNC : HEAP_NONE);
  }
  if (a >= 0) {
    const form = formOf(cx.types[a]);
    if (form === FORM_FUNC) return b === HEAP_FUNC;
    return b === HEAP_EQ || b === HEAP_ANY || b === (form === FORM_STRUCT ? HEAP_STRUCT : HEAP_ARRAY);
  }
  if (a === HEAP_NOFUNC) return b === HEAP_FUNC;
  if (a === HEAP_NOEXTERN) return b === HEAP_EXTERN;
  if (a === HEAP_NOEXN) return b === HEAP_EXN;
  const eq = a === HEAP_I31 || a === HEAP_STRUCT || a === HEAP_ARRAY;
  if (b === HEAP_ANY) return eq || a === HEAP_EQ || a === HEAP_NONE;
  if (b === HEAP_EQ) return eq || a === HEAP_NONE;
  return a === HEAP_NONE && (b === HEAP_I31 || b === HEAP_STRUCT || b === HEAP_ARRAY);
}

/** Whether value type a matches b: is a subtype of it. */
export function matches(cx: Types, a: number, b: number): boolean {
  return a === b || (HAS_SUBTYPES && isRef(a) && isRef(b) && (isNullable(b) || !isNullable(a)) && heapMatches(cx, heapOf(a), heapOf(b)));
}
/** The same of sequences. */
export function allMatch(cx: Types, a: number[], b: number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!matches(cx, a[i], b[i])) return false;
  return true;
}

/** Whether defined type a has the structure that its supertype b asks for [core 3.3.10]. */
function extendsType(cx: Types, a: FuncType, b: FuncType): boolean {
  const form = formOf(a);
  if (form !== formOf(b)) return false;
  if (form === FORM_FUNC) return allMatch(cx, b.params, a.params) && allMatch(cx, a.results, b.results);
  const own = a.sub!;
  const up = b.sub!;
  if (own.fields.length < up.fields.length) return false;
  for (let i = 0; i < up.fields.length; i++) {
    if (own.mutable[i] !== up.mutable[i]) return false;
    if (!matches(cx, own.fields[i], up.fields[i]) || (own.mutable[i] && !matches(cx, up.fields[i], own.fields[i]))) return false;
  }
  return true;
}

/** A validator's record of type equality: indices by structure. */
export interface Canon {
  [key: string]: number;
}

/** The types from `first` on, a whole recursion group, are there: checks their supertypes and finds their equals. Faults carry offset. */
export function closeGroup(cx: Types, canon: Canon, first: number, offset: number): void {
  const types = cx.types;
  if (!HAS_TYPED_REFS) return;
  const key = groupKey(types, first, cx.canon);
  const equal = canon[key];
  if (equal === undefined) canon[key] = first;
  for (let i = first; i < types.length; i++) cx.canon.push(equal === undefined ? i : equal + i - first);
  if (!HAS_GC) return;
  // all depths first: matching walks up from any type of the group
  for (let i = first; i < types.length; i++) {
    let deep = -1;
    for (let at = i; at >= 0 && deep <= MAX_SUBTYPE_DEPTH; deep++) at = types[at].sub === null ? -1 : types[at].sub!.supertype;
    if (deep > MAX_SUBTYPE_DEPTH) throw F.raise(F.LIMIT, offset, MAX_SUBTYPE_DEPTH);
  }
  for (let i = first; i < types.length; i++) {
    const sub = types[i].sub;
    if (sub === null || sub.supertype < 0) continue;
    const up = types[sub.supertype];
    if (up.sub === null || up.sub.final || !extendsType(cx, types[i], up)) throw F.raise(F.SUB_TYPE, offset, i);
  }
}
