// Types as text: value and reference types with their shorthands, type uses, limits, and the definitions of the type section. A type use
// without an index means the first equal final function type without supertype; if there is none, one is added to the section's end.
// Desk only. Spec: core 6.4 Types, 6.6.3 Type Uses.

import { type Bytes, putByte, putU32, putU64 } from '../../binary/bytes';
import { putValueType } from '../../binary/writer';
import { MEMORY64 } from '../../spec/features';
import { MAX_TYPES } from '../../spec/limits';
import * as T from '../../spec/types';
import { num, readU32, readU64 } from '../literal';
import { CLOSE, ID, NAT, OPEN, RESERVED, unexpected, WORD, wrong } from '../tokens';
import { word } from '../words';
import type { Parser } from './scope';
import * as s from './scope';

const TYPE = word('type');
const FUNC = word('func');
const PARAM = word('param');
const RESULT = word('result');
const REF = word('ref');
const NULL = word('null');
const MUT = word('mut');
const FIELD = word('field');
const STRUCT = word('struct');
const ARRAY = word('array');
const SUB = word('sub');
const FINAL = word('final');
const REC = word('rec');
const I64 = word('i64');
const SHARED = word('shared');
const PAGESIZE = word('pagesize');

const table = (entries: [name: string, type: number][]) => new Map(entries.map(([name, type]) => [word(name), type]));
const heapTypes = table([
  ['any', T.HEAP_ANY],
  ['none', T.HEAP_NONE],
  ['eq', T.HEAP_EQ],
  ['i31', T.HEAP_I31],
  ['struct', T.HEAP_STRUCT],
  ['array', T.HEAP_ARRAY],
  ['func', T.HEAP_FUNC],
  ['nofunc', T.HEAP_NOFUNC],
  ['exn', T.HEAP_EXN],
  ['noexn', T.HEAP_NOEXN],
  ['extern', T.HEAP_EXTERN],
  ['noextern', T.HEAP_NOEXTERN],
]);
const refTypes = table([
  ['anyref', T.refType(true, T.HEAP_ANY)],
  ['nullref', T.refType(true, T.HEAP_NONE)],
  ['eqref', T.refType(true, T.HEAP_EQ)],
  ['i31ref', T.refType(true, T.HEAP_I31)],
  ['structref', T.refType(true, T.HEAP_STRUCT)],
  ['arrayref', T.refType(true, T.HEAP_ARRAY)],
  ['funcref', T.FUNCREF],
  ['nullfuncref', T.refType(true, T.HEAP_NOFUNC)],
  ['exnref', T.EXNREF],
  ['nullexnref', T.refType(true, T.HEAP_NOEXN)],
  ['externref', T.EXTERNREF],
  ['nullexternref', T.refType(true, T.HEAP_NOEXTERN)],
]);
const numberTypes = table([
  ['i32', T.I32],
  ['i64', T.I64],
  ['f32', T.F32],
  ['f64', T.F64],
  ['v128', T.V128],
]);
const valueTypes = new Map([...numberTypes, ...refTypes]);
const packedTypes = table([
  ['i8', T.I8],
  ['i16', T.I16],
]);

export function heapType(p: Parser): number {
  const { t, i } = p;
  if (t.kind[i] === WORD) {
    const heap = heapTypes.get(t.value[i]!);
    if (heap === undefined) throw unexpected(t, i, 'a heap type');
    p.i++;
    return heap;
  }
  if (!s.isIndex(p)) throw unexpected(t, i, 'a heap type');
  const index = s.takeIndex(p, p.types);
  if (index >= MAX_TYPES) throw wrong(t, i, `unknown type ${index}`);
  return index;
}

function typeOf(p: Parser, short: Map<number, number>, expected: string): number {
  if (p.t.kind[p.i] === WORD) {
    const type = short.get(p.t.value[p.i]!);
    if (type === undefined) throw unexpected(p.t, p.i, expected);
    p.i++;
    return type;
  }
  if (p.t.kind[p.i] !== OPEN || !s.isWord(p, p.i + 1, REF)) throw unexpected(p.t, p.i, expected);
  p.i += 2;
  const nullable = s.takeWord(p, NULL);
  const type = T.refType(nullable, heapType(p));
  s.takeClose(p);
  return type;
}
export function referenceType(p: Parser): number {
  return typeOf(p, refTypes, 'a reference type');
}
export function valueType(p: Parser): number {
  return typeOf(p, valueTypes, 'a value type');
}
export function isReferenceType(p: Parser): boolean {
  return s.isForm(p, REF) || (p.t.kind[p.i] === WORD && refTypes.has(p.t.value[p.i]!));
}

/** Value types up to the closing parenthesis, which is taken. */
export function valueTypesOf(p: Parser, into: number[]): void {
  while (p.t.kind[p.i] !== CLOSE) into.push(valueType(p));
  p.i++;
}
/** `(param ...)* (result ...)*`. With a space, parameters are declared in it and may have identifiers. next: what may follow. */
export function signature(p: Parser, bind: s.Space | null, next = 'an instruction'): s.Signature {
  const params: number[] = [];
  const results: number[] = [];
  while (s.takeForm(p, PARAM)) {
    if (bind) declarations(p, bind, params);
    else valueTypesOf(p, params);
  }
  while (s.takeForm(p, RESULT)) valueTypesOf(p, results);
  if (p.t.kind[p.i] === OPEN && (s.isWord(p, p.i + 1, PARAM) || p.t.kind[p.i + 1] === RESERVED))
    throw unexpected(p.t, p.i + 1, s.isWord(p, p.i + 1, PARAM) ? 'what may follow the results' : next);
  return { params, results };
}
/** What follows `(param` or `(local`: an identifier and a type, or types. */
export function declarations(p: Parser, bind: s.Space, into: number[]): void {
  if (p.t.kind[p.i] !== ID && p.notes === null) {
    const before = into.length;
    valueTypesOf(p, into);
    bind.count += into.length - before;
    return;
  }
  while (p.t.kind[p.i] !== CLOSE) {
    const named = p.t.kind[p.i] === ID;
    p.i = s.declare(p, bind, p.i);
    into.push(valueType(p));
    if (named) break;
  }
  s.takeClose(p);
}

const keyOf = (type: s.Signature): string => type.params.join() + '>' + type.results.join();

function putSignature(b: Bytes, { params, results }: s.Signature): void {
  for (const types of [params, results]) {
    putU32(b, types.length);
    for (const type of types) putValueType(b, type);
  }
}
/** The index of a function type that no index was written for. */
export function shared(p: Parser, type: s.Signature): number {
  const key = keyOf(type);
  const found = p.sharable.get(key);
  if (found !== undefined) return found;
  const index = p.types.count++;
  const b = s.entry(p.sections[1]!);
  putByte(b, T.FORM_FUNC);
  putSignature(b, type);
  p.sharable.set(key, index);
  p.signatures[index] = type;
  return index;
}

/** `(type x)` if it is next, else -1. */
export function takeTypeIndex(p: Parser): number {
  if (!s.takeForm(p, TYPE)) return -1;
  const index = s.takeIndex(p, p.types);
  s.takeClose(p);
  return index;
}
/** Holds a written index against the types written beside it, behind which the parser is. */
export function check(p: Parser, index: number, type: s.Signature): void {
  if (type.params.length + type.results.length === 0) return;
  const defined = p.signatures[index];
  if (defined === undefined) throw wrong(p.t, p.i, `unknown type ${index}`);
  if (defined === null) throw wrong(p.t, p.i, `non-function type ${index}`);
  if (keyOf(defined) !== keyOf(type)) throw wrong(p.t, p.i, 'inline function type does not match explicit type');
}
/** A type use. With a space, its parameters are declared in it, also those of the type alone. */
export function typeUse(p: Parser, bind: s.Space | null, next?: string): number {
  const index = takeTypeIndex(p);
  const type = signature(p, bind, next);
  if (index < 0) return shared(p, type);
  check(p, index, type);
  if (bind && type.params.length === 0) bind.count += p.signatures[index]?.params.length ?? 0;
  return index;
}

/** `i64` or `i32` or nothing: whether addresses have 64 bits. */
export function addressType(p: Parser): boolean {
  if (s.isWord(p, p.i, I64) && (p.off & MEMORY64) !== 0) throw s.needsFeature(p, p.i, MEMORY64);
  if (s.takeWord(p, I64)) return true;
  s.takeWord(p, word('i32'));
  return false;
}

// Limits flags
const HAS_MAX = 1;
const IS_SHARED = 2;
const IS_64 = 4;
const HAS_PAGE_SIZE = 8;

function limit(p: Parser): [lo: number, hi: number] {
  const { t, i } = p;
  if (t.kind[i] !== NAT) throw unexpected(t, i, 'a number');
  if ((p.off & MEMORY64) === 0) readU64(t, i, t.start[i]!);
  else {
    num.lo = readU32(t, i, 'a number');
    num.hi = 0;
  }
  p.i++;
  return [num.lo, num.hi];
}
function putLimits(b: Bytes, flags: number, limits: [number, number][]): void {
  putByte(b, flags | (limits.length > 1 ? HAS_MAX : 0));
  for (const [lo, hi] of limits) putU64(b, lo, hi);
}
function limitsOf(p: Parser): [number, number][] {
  const limits = [limit(p)];
  if (p.t.kind[p.i] === NAT) limits.push(limit(p));
  return limits;
}
/** Limits and element type, after the address type. */
export function tableType(p: Parser, wide: boolean, b: Bytes): void {
  const limits = limitsOf(p);
  putValueType(b, referenceType(p));
  putLimits(b, wide ? IS_64 : 0, limits);
}
/** A table that holds exactly n elements. */
export function putTableOf(b: Bytes, wide: boolean, elem: number, n: number): void {
  putValueType(b, elem);
  putLimits(b, wide ? IS_64 : 0, [
    [n, 0],
    [n, 0],
  ]);
}
/** `(pagesize n)` if it is next: the logarithm of a page's size. */
export function pageSize(p: Parser): number {
  if (!s.takeForm(p, PAGESIZE)) return 16;
  const size = readU32(p.t, p.i, 'a page size');
  const log = Math.log2(size);
  if (!Number.isInteger(log)) throw wrong(p.t, p.i, 'invalid custom page size', 'a power of two');
  p.i++;
  s.takeClose(p);
  return log;
}
/** Limits and what may follow them, after the address type. */
export function memoryType(p: Parser, wide: boolean, b: Bytes): void {
  const limits = limitsOf(p);
  const isShared = s.takeWord(p, SHARED);
  putMemory(b, wide, limits, isShared, pageSize(p));
}
export function putMemory(b: Bytes, wide: boolean, limits: [number, number][], isShared: boolean, pageLog: number): void {
  putLimits(b, (wide ? IS_64 : 0) | (isShared ? IS_SHARED : 0) | (pageLog !== 16 ? HAS_PAGE_SIZE : 0), limits);
  if (pageLog !== 16) putU32(b, pageLog);
}
export function globalType(p: Parser, b: Bytes): void {
  mutable(p, b, valueTypes);
}
/** A type, perhaps in `(mut ...)`, of those of a table of short words. */
function mutable(p: Parser, b: Bytes, short: Map<number, number>): void {
  const mut = s.takeForm(p, MUT);
  putValueType(b, typeOf(p, short, 'a type'));
  if (mut) s.takeClose(p);
  putByte(b, mut ? 1 : 0);
}
const storageTypes = new Map([...valueTypes, ...packedTypes]);

function struct(p: Parser, b: Bytes, index: number): void {
  const fields = s.createSpace('field');
  const types = s.createVector();
  while (s.takeForm(p, FIELD)) {
    const named = p.t.kind[p.i] === ID;
    while (named || p.t.kind[p.i] !== CLOSE) {
      p.i = s.declare(p, fields, p.i);
      mutable(p, s.entry(types), storageTypes);
      if (named) break;
    }
    s.takeClose(p);
  }
  s.putVector(b, types);
  p.fields[index] = fields.ids;
  s.putNames(p.fieldNames, index, fields.names);
}

/** The function, struct or array type that is next. Returns it if it is a function's. */
function composite(p: Parser, b: Bytes, index: number): s.Signature | null {
  let type: s.Signature | null = null;
  if (s.takeForm(p, FUNC)) {
    putByte(b, T.FORM_FUNC);
    type = signature(p, s.createSpace('local'), ')');
    putSignature(b, type);
  } else if (s.takeForm(p, STRUCT)) {
    putByte(b, T.FORM_STRUCT);
    struct(p, b, index);
  } else if (s.takeForm(p, ARRAY)) {
    putByte(b, T.FORM_ARRAY);
    mutable(p, b, storageTypes);
  } else throw unexpected(p.t, p.i, 'func, struct or array');
  s.takeClose(p);
  return type;
}

/** The definition of the type of that index: `(type id? ...)`, its identifier already declared. alone = it is its whole group. */
function definition(p: Parser, b: Bytes, index: number, alone: boolean): void {
  s.expectForm(p, TYPE);
  if (p.t.kind[p.i] === ID) p.i++;
  const sub = s.takeForm(p, SUB);
  const final = !sub || s.takeWord(p, FINAL);
  const supers: number[] = [];
  while (sub && s.isIndex(p)) supers.push(s.takeIndex(p, p.types));
  if (!final || supers.length > 0) {
    putByte(b, final ? 0x4f : 0x50);
    putU32(b, supers.length);
    for (const one of supers) putU32(b, one);
  }
  const type = composite(p, b, index);
  p.signatures[index] = type;
  if (sub) s.takeClose(p);
  s.takeClose(p);
  if (type && alone && final && supers.length === 0 && !p.sharable.has(keyOf(type))) p.sharable.set(keyOf(type), index);
}

/** A `(type ...)` or `(rec ...)`; index: of its first type. Returns how many there were. */
export function defineTypes(p: Parser, index: number): number {
  const section = p.sections[1]!;
  if (!s.takeForm(p, REC)) {
    definition(p, s.entry(section), index, true);
    return 1;
  }
  const group = s.createVector();
  const close = p.t.value[p.i - 2]!;
  let count = 0;
  for (let k = p.i; k < close; k = p.t.kind[k] === OPEN ? p.t.value[k]! + 1 : k + 1) count++;
  while (p.t.kind[p.i] !== CLOSE) definition(p, s.entry(group), index + group.count - 1, count === 1); // entry() counted it
  p.i++;
  if (group.count > 0) section.count++;
  if (group.count > 1) {
    putByte(section.bytes, 0x4e);
    putU32(section.bytes, group.count);
  }
  for (const byte of group.bytes.u8.subarray(0, group.bytes.size)) putByte(section.bytes, byte);
  return group.count;
}
