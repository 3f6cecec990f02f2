// Types the instructions of garbage collection: structures, arrays, casts, i31. Device-safe. Spec: core 3.0, 3.4.5 Aggregate Reference,
// 3.4.4 Reference Instructions.

import * as c from '../binary/cursor';
import { heapType } from '../binary/type';
import * as F from '../spec/faults';
import { MAX_FIXED_ELEMS } from '../spec/limits';
import * as O from '../spec/ops.gen';
import {
  FORM_ARRAY,
  FORM_STRUCT,
  HEAP_ANY,
  HEAP_ARRAY,
  HEAP_EQ,
  HEAP_EXTERN,
  HEAP_I31,
  I8,
  I16,
  I32,
  isNullable,
  isRef,
  refType,
  type SubType,
} from '../spec/types';
import { dataIndex } from './bulk';
import { formOf, matches, topOf } from './match';
import { checkHeap, cx, index, label, labelTypes, mismatch, nonNull, opAt, pop, popAll, popRef, push } from './stack';

function isPacked(storage: number): boolean {
  return storage === I8 || storage === I16;
}
/** The value type that a field of this storage type is read as. */
function unpacked(storage: number): number {
  return isPacked(storage) ? I32 : storage;
}
function hasDefault(storage: number): boolean {
  return !isRef(storage) || isNullable(storage);
}

let typeIndex = 0; // of the type read last
/** A type index immediate of the form wanted. */
function typeOf(form: number): SubType {
  typeIndex = index(cx.types.length, F.UNKNOWN_TYPE);
  const type = cx.types[typeIndex];
  if (formOf(type) !== form) throw mismatch();
  return type.sub!;
}

function structs(code: number): void {
  const type = typeOf(FORM_STRUCT);
  const self = refType(true, typeIndex);
  if (code <= O.STRUCT_NEW_DEFAULT) {
    for (let i = type.fields.length - 1; i >= 0; i--) {
      if (code === O.STRUCT_NEW) pop(unpacked(type.fields[i]));
      else if (!hasDefault(type.fields[i])) throw F.raise(F.NOT_DEFAULTABLE, opAt, i);
    }
    push(nonNull(self));
    return;
  }
  const field = index(type.fields.length, F.UNKNOWN_FIELD);
  const storage = type.fields[field];
  if (code === O.STRUCT_SET) {
    if (!type.mutable[field]) throw F.raise(F.FIELD_IMMUTABLE, opAt, field);
    pop(unpacked(storage));
    pop(self);
    return;
  }
  if (isPacked(storage) !== (code !== O.STRUCT_GET)) throw mismatch();
  pop(self);
  push(unpacked(storage));
}

function newArray(code: number): void {
  const type = typeOf(FORM_ARRAY);
  const self = refType(false, typeIndex);
  const storage = type.fields[0];
  if (code === O.ARRAY_NEW_FIXED) {
    const n = c.u32();
    if (n > MAX_FIXED_ELEMS) throw c.badBefore(F.LIMIT, MAX_FIXED_ELEMS);
    for (let i = 0; i < n; i++) pop(unpacked(storage));
  } else {
    pop(I32);
    if (code === O.ARRAY_NEW) pop(unpacked(storage));
    else if (code === O.ARRAY_NEW_DEFAULT) {
      if (!hasDefault(storage)) throw F.raise(F.NOT_DEFAULTABLE, opAt, 0);
    } else {
      pop(I32);
      segment(code === O.ARRAY_NEW_DATA, storage);
    }
  }
  push(self);
}
/** The data or element segment immediate that elements of this storage type are read from. */
function segment(data: boolean, storage: number): void {
  if (data) {
    if (isRef(storage)) throw F.raise(F.ARRAY_NUMERIC, opAt, 0);
    dataIndex();
  } else if (!matches(cx, cx.elems[index(cx.elems.length, F.UNKNOWN_ELEM)], storage)) throw mismatch();
}

function arrays(code: number): void {
  if (code <= O.ARRAY_NEW_ELEM) {
    newArray(code);
    return;
  }
  if (code === O.ARRAY_LEN) {
    pop(refType(true, HEAP_ARRAY));
    push(I32);
    return;
  }
  const type = typeOf(FORM_ARRAY);
  const self = refType(true, typeIndex);
  const storage = type.fields[0];
  if (code <= O.ARRAY_GET_U) {
    if (isPacked(storage) !== (code !== O.ARRAY_GET)) throw mismatch();
    pop(I32);
    pop(self);
    push(unpacked(storage));
    return;
  }
  if (!type.mutable[0]) throw F.raise(F.ARRAY_IMMUTABLE, opAt, 0);
  if (code === O.ARRAY_SET) pop(unpacked(storage));
  else pop(I32); // how many
  if (code === O.ARRAY_FILL) pop(unpacked(storage));
  else if (code === O.ARRAY_COPY) {
    const from = typeOf(FORM_ARRAY).fields[0];
    if (from !== storage && (isPacked(from) || isPacked(storage) || !matches(cx, from, storage))) throw F.raise(F.ARRAY_MATCH, opAt, 0);
    pop(I32);
    pop(refType(true, typeIndex));
  } else if (code !== O.ARRAY_SET) {
    segment(code === O.ARRAY_INIT_DATA, storage);
    pop(I32);
  }
  pop(I32); // where
  pop(self);
}

/** ref.test, ref.cast: the target's nullability is in the opcode. */
function cast(code: number): void {
  const heap = checkHeap(heapType());
  const target = refType((code & 1) !== 0, heap); // ORDER: the _null forms have odd codes
  pop(refType(true, topOf(cx, heap)));
  push(code <= O.REF_TEST_NULL ? I32 : target);
}

function branchOnCast(code: number): void {
  const flags = c.byte();
  if (flags > 3) throw c.badBefore(F.CAST_FLAGS, flags);
  const types = labelTypes(label(c.u32()));
  const from = refType((flags & 1) !== 0, checkHeap(heapType()));
  const to = refType((flags & 2) !== 0, checkHeap(heapType()));
  if (!matches(cx, to, from)) throw mismatch();
  const rest = isNullable(to) ? nonNull(from) : from; // what is left when the cast fails
  const taken = code === O.BR_ON_CAST ? to : rest;
  pop(from);
  push(taken);
  if (types.length === 0) throw mismatch();
  popAll(types);
  // what stays below has the label's types from here on
  for (let i = 0; i < types.length - 1; i++) push(types[i]);
  push(code === O.BR_ON_CAST ? rest : to);
}

/** Types an instruction behind prefix 0xfb, or ref.eq. */
export function aggregate(code: number): void {
  if (code === O.REF_EQ) {
    pop(refType(true, HEAP_EQ));
    pop(refType(true, HEAP_EQ));
    push(I32);
  } else if (code <= O.STRUCT_SET) structs(code);
  else if (code <= O.ARRAY_INIT_ELEM) arrays(code);
  else if (code <= O.REF_CAST_NULL) cast(code);
  else if (code <= O.BR_ON_CAST_FAIL) branchOnCast(code);
  else if (code <= O.EXTERN_CONVERT_ANY) {
    const extern = code === O.EXTERN_CONVERT_ANY;
    const got = popRef();
    if (!matches(cx, got, refType(true, extern ? HEAP_ANY : HEAP_EXTERN))) throw mismatch();
    push(refType(isNullable(got), extern ? HEAP_EXTERN : HEAP_ANY));
  } else if (code === O.REF_I31) {
    pop(I32);
    push(refType(false, HEAP_I31));
  } else {
    pop(refType(true, HEAP_I31));
    push(I32);
  }
}
