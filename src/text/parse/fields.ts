// The fields of a module but types, each appended to its section as it is parsed: functions, tables, memories, globals, tags, imports,
// exports, segments, with all their abbreviations. Element segments take the form of function indices when they are written so, or have the
// type (ref func) and only bare ref.func; else that of expressions; of each the shortest. So binary and text say the same segments.
// Desk only. Spec: core 6.6 Modules.

import { type Bytes, createBytes, putByte, putBytes, putName, putU32, view } from '../../binary/bytes';
import { ACTIVE, DECLARATIVE, PASSIVE } from '../../binary/reader';
import { type Items, putElement, putValueType, REF_FUNC_TYPE } from '../../binary/writer';
import { FUNCREF, KIND_FUNC, KIND_GLOBAL, KIND_MEM, KIND_TABLE } from '../../spec/types';
import { CLOSE, ID, OPEN, putStrings, STRING, unexpected, WORD, wrong } from '../tokens';
import { word } from '../words';
import { constant, sequence } from './instructions';
import type { Parser, Space } from './scope';
import * as s from './scope';
import * as T from './types';

const FUNC = word('func');
const TABLE = word('table');
const MEMORY = word('memory');
const GLOBAL = word('global');
const TAG = word('tag');
const IMPORT = word('import');
const EXPORT = word('export');
const START = word('start');
const ELEM = word('elem');
const DATA = word('data');
const LOCAL = word('local');
const OFFSET = word('offset');
const ITEM = word('item');
const DECLARE = word('declare');

/** Words of what is imported and exported, by external kind. */
export const EXTERNS = [FUNC, TABLE, MEMORY, GLOBAL, TAG];
/** Sections by external kind. */
const SECTIONS = [3, 4, 5, 6, 13];
const I32_CONST = 0x41;
const I64_CONST = 0x42;
const REF_FUNC_OP = 0xd2;
const END_OP = 0x0b;

export function spaceOf(p: Parser, kind: number): Space {
  return kind === KIND_FUNC
    ? p.funcs
    : kind === KIND_TABLE
      ? p.tables
      : kind === KIND_MEM
        ? p.mems
        : kind === KIND_GLOBAL
          ? p.globals
          : p.tags;
}
const skipId = (p: Parser): void => {
  if (p.t.kind[p.i] === ID) p.i++;
};

/** The type of what is imported, as an import has it. */
function externType(p: Parser, kind: number, b: Bytes): void {
  if (kind === KIND_FUNC) {
    s.clearSpace(p.locals);
    putU32(b, T.typeUse(p, p.locals, ')'));
    s.putNames(p.localNames, p.seen[KIND_FUNC]! - 1, p.locals.names);
  } else if (kind === KIND_TABLE) T.tableType(p, T.addressType(p), b);
  else if (kind === KIND_MEM) T.memoryType(p, T.addressType(p), b);
  else if (kind === KIND_GLOBAL) T.globalType(p, b);
  else tagType(p, b);
}
function tagType(p: Parser, b: Bytes): void {
  putByte(b, 0);
  putU32(b, T.typeUse(p, s.createSpace('local'), ')'));
}

function importField(p: Parser): void {
  const b = s.entry(p.sections[2]!);
  putName(b, s.takeName(p));
  putName(b, s.takeName(p));
  if (p.t.kind[p.i] !== OPEN) throw unexpected(p.t, p.i, '(');
  p.i++;
  const kind = p.t.kind[p.i] === WORD ? EXTERNS.indexOf(p.t.value[p.i]!) : -1;
  if (kind < 0) throw unexpected(p.t, p.i, 'func, table, memory, global or tag');
  p.i++;
  skipId(p);
  putByte(b, kind);
  p.seen[kind]!++;
  externType(p, kind, b);
  s.takeClose(p);
}

function putExport(p: Parser, name: string, kind: number, index: number): void {
  const b = s.entry(p.sections[7]!);
  putName(b, name);
  putByte(b, kind);
  putU32(b, index);
}
function exportField(p: Parser): void {
  const name = s.takeName(p);
  if (p.t.kind[p.i] !== OPEN) throw unexpected(p.t, p.i, '(');
  p.i++;
  const kind = p.t.kind[p.i] === WORD ? EXTERNS.indexOf(p.t.value[p.i]!) : -1;
  if (kind < 0) throw unexpected(p.t, p.i, 'func, table, memory, global or tag');
  p.i++;
  putExport(p, name, kind, s.takeIndex(p, spaceOf(p, kind)));
  s.takeClose(p);
}

/** A function, table, memory, global or tag: what all have in common, and then an inline import or what is its own. */
function extern(p: Parser, kind: number): void {
  const index = p.seen[kind]!++;
  skipId(p);
  while (s.takeForm(p, EXPORT)) {
    putExport(p, s.takeName(p), kind, index);
    s.takeClose(p);
  }
  if (s.takeForm(p, IMPORT)) {
    const b = s.entry(p.sections[2]!);
    putName(b, s.takeName(p));
    putName(b, s.takeName(p));
    s.takeClose(p);
    putByte(b, kind);
    externType(p, kind, b);
    return;
  }
  const b = s.entry(p.sections[SECTIONS[kind]!]!);
  if (kind === KIND_FUNC) func(p, index, b);
  else if (kind === KIND_TABLE) table(p, index, b);
  else if (kind === KIND_MEM) memory(p, index, b);
  else if (kind === KIND_GLOBAL) {
    T.globalType(p, b);
    p.out = b;
    constant(p, false);
  } else tagType(p, b);
}

const body = createBytes(4096);
function func(p: Parser, index: number, b: Bytes): void {
  s.clearSpace(p.locals);
  s.clearSpace(p.labels);
  s.clearVector(p.hints);
  p.blocks = 0;
  putU32(b, T.typeUse(p, p.locals));
  const locals: number[] = [];
  while (s.takeForm(p, LOCAL)) T.declarations(p, p.locals, locals);
  body.size = 0;
  let runs = 0;
  for (let i = 0; i < locals.length; i++) if (i === 0 || locals[i] !== locals[i - 1]) runs++;
  putU32(body, runs);
  for (let i = 0, from = 0; i < locals.length; i++) {
    if (locals[i + 1] === locals[i]) continue;
    putU32(body, i + 1 - from);
    putValueType(body, locals[i]!);
    from = i + 1;
  }
  p.out = body;
  sequence(p);
  s.putEnd(body);
  const code = s.entry(p.sections[10]!);
  putU32(code, body.size);
  putBytes(code, view(body));
  s.putNames(p.localNames, index, p.locals.names);
  s.putNames(p.labelNames, index, p.labels.names);
  s.putNames(p.hintSection, index, p.hints);
}

function indexItems(p: Parser): Items {
  const items: Items = { count: 0, funcs: [], bytes: createBytes() };
  while (s.isIndex(p)) {
    const index = s.takeIndex(p, p.funcs);
    items.count = items.funcs.push(index);
    putByte(items.bytes, REF_FUNC_OP);
    putU32(items.bytes, index);
    putByte(items.bytes, END_OP);
  }
  return items;
}
function expressionItems(p: Parser): Items {
  const items: Items = { count: 0, funcs: [], bytes: createBytes() };
  while (p.t.kind[p.i] === OPEN) {
    const at = items.bytes.size;
    p.out = items.bytes;
    const item = s.takeForm(p, ITEM);
    constant(p, !item);
    if (item) s.takeClose(p);
    const index = bareFunc(items.bytes, at);
    if (index >= 0 && items.funcs.length === items.count) items.funcs.push(index);
    items.count++;
  }
  return items;
}
/** The function that the expression from byte `at` on refers to when it is a bare ref.func, else -1. */
function bareFunc(b: Bytes, at: number): number {
  if (b.u8[at] !== REF_FUNC_OP) return -1;
  let index = 0;
  let i = at + 1;
  for (let unit = 1; ; unit *= 128) {
    const byte = b.u8[i++]!;
    index += (byte & 127) * unit;
    if (byte < 128) break;
  }
  return i === b.size - 1 ? index : -1;
}

function putSegment(p: Parser, mode: number, table: number, offset: Bytes, type: number, indices: boolean, items: Items): void {
  putElement(s.entry(p.sections[9]!), mode, table, offset, type, indices, items);
}

/** `(table x)` or `(memory x)` if it is next, else -1. The index alone is how 1.0 wrote it. */
function takeUse(p: Parser, w: number, space: Space): number {
  if (s.isIndex(p)) return s.takeIndex(p, space);
  if (!s.takeForm(p, w)) return -1;
  const index = s.takeIndex(p, space);
  s.takeClose(p);
  return index;
}
/** `(offset ...)` or one folded instruction. */
function takeOffset(p: Parser): Bytes {
  const offset = createBytes(16);
  p.out = offset;
  if (p.t.kind[p.i] !== OPEN) throw unexpected(p.t, p.i, 'an offset');
  const form = s.takeForm(p, OFFSET);
  constant(p, !form);
  if (form) s.takeClose(p);
  return offset;
}
function zero(wide: boolean): Bytes {
  const offset = createBytes(4);
  putByte(offset, wide ? I64_CONST : I32_CONST);
  putByte(offset, 0);
  putByte(offset, END_OP);
  return offset;
}

function elemField(p: Parser): void {
  const { t } = p;
  skipId(p);
  let mode = PASSIVE;
  let offset = createBytes(0);
  let legacy = false; // whether `func` may be left out
  const bare = s.isIndex(p);
  const table = takeUse(p, TABLE, p.tables);
  if (table >= 0 || (t.kind[p.i] === OPEN && !T.isReferenceType(p))) {
    mode = ACTIVE;
    offset = takeOffset(p);
    legacy = table < 0 || bare;
  } else if (s.takeWord(p, DECLARE)) mode = DECLARATIVE;
  if (s.takeWord(p, FUNC) || (legacy && !T.isReferenceType(p)))
    putSegment(p, mode, Math.max(table, 0), offset, REF_FUNC_TYPE, true, indexItems(p));
  else {
    if (!T.isReferenceType(p)) throw unexpected(t, p.i, 'func or a reference type');
    const type = T.referenceType(p);
    putSegment(p, mode, Math.max(table, 0), offset, type, false, expressionItems(p));
  }
}

function table(p: Parser, index: number, b: Bytes): void {
  const wide = T.addressType(p);
  if (T.isReferenceType(p)) {
    const type = T.referenceType(p);
    s.expectForm(p, ELEM);
    const indices = p.t.kind[p.i] !== OPEN;
    const items = indices ? indexItems(p) : expressionItems(p);
    s.takeClose(p);
    T.putTableOf(b, wide, type, items.count);
    putSegment(p, ACTIVE, index, zero(wide), type, indices && type === FUNCREF, items);
    return;
  }
  const type = createBytes(16);
  T.tableType(p, wide, type);
  const plain = p.t.kind[p.i] === CLOSE;
  if (!plain) {
    putByte(b, 0x40);
    putByte(b, 0);
  }
  putBytes(b, view(type));
  if (plain) return;
  p.out = b;
  constant(p, false);
}

/** A data segment; mode ACTIVE has an offset. */
function putData(p: Parser, memory: number, offset: Bytes | null, content: Bytes): void {
  const b = s.entry(p.sections[11]!);
  putByte(b, offset === null ? 1 : memory === 0 ? 0 : 2);
  if (offset !== null && memory !== 0) putU32(b, memory);
  if (offset !== null) putBytes(b, view(offset));
  putU32(b, content.size);
  putBytes(b, view(content));
}
function strings(p: Parser): Bytes {
  const content = createBytes();
  p.i = putStrings(content, p.t, p.i);
  return content;
}
function dataField(p: Parser): void {
  skipId(p);
  const memory = takeUse(p, MEMORY, p.mems);
  const offset = memory >= 0 || p.t.kind[p.i] !== STRING ? (p.t.kind[p.i] === CLOSE && memory < 0 ? null : takeOffset(p)) : null;
  putData(p, Math.max(memory, 0), offset, strings(p));
}
function memory(p: Parser, index: number, b: Bytes): void {
  const wide = T.addressType(p);
  if (p.t.kind[p.i] !== OPEN) {
    T.memoryType(p, wide, b);
    return;
  }
  const log = T.pageSize(p);
  s.expectForm(p, DATA);
  const content = strings(p);
  s.takeClose(p);
  const pages = Math.ceil(content.size / 2 ** log);
  const limits: [number, number][] = [
    [pages, 0],
    [pages, 0],
  ];
  T.putMemory(b, wide, limits, false, log);
  putData(p, index, zero(wide), content);
}

function startField(p: Parser): void {
  const section = p.sections[8]!;
  if (section.count > 0) throw wrong(p.t, p.i - 1, 'multiple start sections');
  putU32(s.entry(section), s.takeIndex(p, p.funcs));
}

/** A field that is no type, whose parenthesis is next. Its identifier was declared before. */
export function field(p: Parser): void {
  const w = p.t.kind[p.i + 1] === WORD ? p.t.value[p.i + 1]! : -1;
  p.i += 2;
  const kind = EXTERNS.indexOf(w);
  if (kind >= 0) extern(p, kind);
  else if (w === IMPORT) importField(p);
  else if (w === EXPORT) exportField(p);
  else if (w === ELEM) elemField(p);
  else if (w === DATA) dataField(p);
  else if (w === START) startField(p);
  else throw unexpected(p.t, p.i - 1, 'a module field');
  s.takeClose(p);
}
