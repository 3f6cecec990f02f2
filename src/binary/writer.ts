// Writes a module from the events of a reader in its one canonical encoding: shortest integers, shortest forms of types and segments, locals
// in runs, no empty sections or `else`, a data count only where code needs it. The text parser writes the same, so that modules compare by
// bytes. Custom sections keep their places; what is said of operators by their offsets (branch hints) follows them. Desk only.
// Spec: core 3.0, 5.5 Modules.

import { SECTION_END } from '../spec/faults';
import { PAGE_BYTES } from '../spec/limits';
import { ARRAY_INIT_DATA, ARRAY_NEW_DATA, DATA_DROP, ELSE, END, MEMORY_INIT, REF_FUNC } from '../spec/ops.gen';
import {
  FORM_FUNC,
  FORM_STRUCT,
  FUNCREF,
  type FuncType,
  type GlobalType,
  HEAP_FUNC,
  heapOf,
  isNullable,
  isRef,
  KIND_FUNC,
  KIND_GLOBAL,
  KIND_MEM,
  KIND_TABLE,
  type Limits,
  type MemType,
  refType,
  type TableType,
} from '../spec/types';
import {
  type Bytes,
  createBytes,
  putByte,
  putBytes,
  putName,
  putS32,
  putS33,
  putS64,
  putSection,
  putU32,
  putU64,
  putWord,
  view,
} from './bytes';
import * as c from './cursor';
import { CATCH_ALL, kindOf } from './expression';
import { count, readOperator, values } from './operator';
import { ACTIVE, DECLARATIVE, type Expression, type ModuleEvents, PASSIVE } from './reader';
import { valueType } from './type';

// Section ids
const TYPE = 1;
const IMPORT = 2;
const FUNCTION = 3;
const TABLE = 4;
const MEMORY = 5;
const GLOBAL = 6;
const EXPORT = 7;
const START = 8;
const ELEMENT = 9;
const CODE = 10;
const DATA = 11;
const DATA_COUNT = 12;
const TAG = 13;
const ORDER = [0, TYPE, IMPORT, FUNCTION, TABLE, MEMORY, TAG, GLOBAL, EXPORT, START, ELEMENT, DATA_COUNT, CODE, DATA];
const NEEDS_DATA_COUNT = [MEMORY_INIT, DATA_DROP, ARRAY_NEW_DATA, ARRAY_INIT_DATA];

export const REF_FUNC_TYPE = refType(false, HEAP_FUNC); // of the items of a segment of function indices

/** The items of an element segment. */
export interface Items {
  count: number;
  funcs: number[]; // what they refer to: all of them, when all are bare ref.func
  bytes: Bytes; // as expressions
}
/** An element segment in its one form: function indices where it is said in them (`indices`) or can be, else expressions; of each the shortest. */
export function putElement(b: Bytes, mode: number, table: number, offset: Bytes, type: number, indices: boolean, items: Items): void {
  if (type === REF_FUNC_TYPE && items.funcs.length === items.count) indices = true;
  const plain = mode === ACTIVE && table === 0 && (indices || type === FUNCREF);
  putU32(b, (mode === PASSIVE ? 1 : mode === DECLARATIVE ? 3 : plain ? 0 : 2) | (indices ? 0 : 4));
  if (mode === ACTIVE && !plain) putU32(b, table);
  putBytes(b, view(offset));
  if (!plain) {
    if (indices) putByte(b, 0);
    else putValueType(b, type);
  }
  putU32(b, items.count);
  if (indices) for (const func of items.funcs) putU32(b, func);
  else putBytes(b, view(items.bytes));
}

export function putValueType(b: Bytes, type: number): void {
  if (!isRef(type)) putByte(b, type);
  else {
    const heap = heapOf(type);
    if (!isNullable(type) || heap >= 0) putByte(b, isNullable(type) ? 0x63 : 0x64);
    putS33(b, heap);
  }
}
export function putValueTypes(b: Bytes, types: number[]): void {
  putU32(b, types.length);
  for (const type of types) putValueType(b, type);
}
/** A defined type, without the head of its recursion group. */
export function putType(b: Bytes, { params, results, sub }: FuncType): void {
  if (sub !== null && (sub.supertype >= 0 || !sub.final)) {
    putByte(b, sub.final ? 0x4f : 0x50);
    putByte(b, sub.supertype >= 0 ? 1 : 0);
    if (sub.supertype >= 0) putU32(b, sub.supertype);
  }
  const form = sub?.form ?? FORM_FUNC;
  putByte(b, form);
  if (form === FORM_FUNC) {
    putValueTypes(b, params);
    putValueTypes(b, results);
    return;
  }
  if (form === FORM_STRUCT) putU32(b, sub!.fields.length);
  sub!.fields.forEach((field, i) => {
    putValueType(b, field);
    putByte(b, sub!.mutable[i] ? 1 : 0);
  });
}
/** A limit, which may be too large to be valid. */
function putSize(b: Bytes, size: number): void {
  putU64(b, size, Math.floor(size / 4294967296));
}
function putLimits(b: Bytes, l: Limits, flags: number): void {
  const { min, max, wide } = l;
  putByte(b, flags | (max >= 0 ? 1 : 0) | (wide ? 4 : 0));
  if (wide) putU64(b, wide[0], wide[1]);
  else putSize(b, min);
  if (max < 0) return;
  if (wide) putU64(b, wide[2], wide[3]);
  else putSize(b, max);
}
export function putTableType(b: Bytes, type: TableType): void {
  putValueType(b, type.elem);
  putLimits(b, type, 0);
}
export function putMemType(b: Bytes, type: MemType): void {
  const pages = type.pageBytes !== PAGE_BYTES;
  putLimits(b, type, (type.shared ? 2 : 0) | (pages ? 8 : 0));
  if (pages) putU32(b, Math.log2(type.pageBytes));
}
export function putGlobalType(b: Bytes, type: GlobalType): void {
  putValueType(b, type.type);
  putByte(b, type.mut ? 1 : 0);
}

/** Writes an opcode in the numbering of ops.ts. */
export function putOpcode(b: Bytes, code: number): void {
  if (code < 0x100) {
    putByte(b, code);
    return;
  }
  const [prefix, first] = code < 0x180 ? [0xfc, 0x100] : code < 0x200 ? [0xfb, 0x180] : code < 0x400 ? [0xfd, 0x200] : [0xfe, 0x400];
  putByte(b, prefix);
  putU32(b, code - first);
}

function putBlockType(b: Bytes): void {
  if (values[0] >= 0) putS33(b, values[0]);
  else if (values[1] === 0) putByte(b, 0x40);
  else putValueType(b, values[1]);
}
function putClauses(b: Bytes): void {
  putU32(b, (count - 2) / 3);
  for (let i = 2; i < count; i += 3) {
    putByte(b, values[i]);
    if (values[i] < CATCH_ALL) putU32(b, values[i + 1]);
    putU32(b, values[i + 2]);
  }
}
function putAccess(b: Bytes): void {
  const memory = values[1];
  putU32(b, values[0] | (memory !== 0 ? 64 : 0));
  if (memory !== 0) putU32(b, memory);
  putU64(b, values[2], values[3]);
}

/** Writes the operator that operator.ts read last. */
function putOperator(b: Bytes, code: number): void {
  putOpcode(b, code);
  const kind = kindOf(code);
  if (kind === '.') return;
  if (kind === 'b' || kind === 'h') {
    putBlockType(b);
    if (kind === 'h') putClauses(b);
  } else if (kind === 'm' || kind === 'p') {
    putAccess(b);
    if (kind === 'p') putByte(b, values[4]);
  } else if (kind === 'i') putS32(b, values[0]);
  else if (kind === 'I') putS64(b, values[0], values[1]);
  else if (kind === 'q' || kind === 'Q' || kind === 'v') for (let i = 0; i < count; i++) putWord(b, values[i]);
  else if (kind === 'w' || kind === 'L' || kind === 'z') for (let i = 0; i < count; i++) putByte(b, values[i]);
  else if (kind === 's') putValueTypes(b, values.slice(0, count));
  else if (kind === 'r') putS33(b, values[0]);
  else if (kind === 'B') {
    putByte(b, values[0]);
    putU32(b, values[1]);
    putS33(b, values[2]);
    putS33(b, values[3]);
  } else {
    if (kind === 't') putU32(b, count - 1);
    for (let i = 0; i < count; i++) putU32(b, values[i]);
  }
}

/** The function that an expression refers to when it is a bare ref.func, else -1. */
function bareFunc(e: Expression): number {
  c.open(e.bytes, e.start, e.stop, e.first, SECTION_END);
  if (readOperator() !== REF_FUNC) return -1;
  const func = values[0];
  return readOperator() === END ? func : -1;
}

/** Where operators of a function went: offsets from its body's start, old and new in turn; null = all stayed. */
type Moves = number[] | null;

interface Section {
  count: number;
  bytes: Bytes;
}
interface Custom {
  after: number; // id of the section before it, 0 = none
  name: string;
  content: Bytes;
}
interface Segment {
  mode: number;
  table: number;
  offset: Bytes;
  type: number;
  expressions: boolean;
  count: number;
  funcs: number[]; // what its items refer to, while all of them are bare ref.func
  items: Bytes; // as expressions
}

export interface Writer {
  /** To be told a module, as by readModule(bytes, events). May throw fault numbers. */
  events: ModuleEvents;
  /** The module, once all of it was told. */
  bytes(): Uint8Array;
}

export function createWriter(): Writer {
  const sections = new Map<number, Section>();
  const customs: Custom[] = [];
  const moves: Moves[] = []; // by own function
  let importedFuncs = 0;
  let types = 0;
  let lastSection = 0;
  let needsDataCount = false;
  let segment: Segment | null = null;
  let content: Bytes = createBytes(0); // what content() goes to

  function at(id: number): Section {
    let section = sections.get(id);
    if (!section) sections.set(id, (section = { count: 0, bytes: createBytes() }));
    return section;
  }
  function operator(b: Bytes, code: number): void {
    putOperator(b, code);
    if (NEEDS_DATA_COUNT.includes(code)) needsDataCount = true;
  }
  function putExpression(b: Bytes, e: Expression): void {
    c.open(e.bytes, e.start, e.stop, e.first, SECTION_END);
    while (c.left() > 0) operator(b, readOperator());
  }
  /** Where the next entry of a section goes. */
  function entry(id: number): Bytes {
    const section = at(id);
    section.count++;
    return section.bytes;
  }

  function type(t: FuncType): void {
    const group = t.sub !== null && t.sub.count > 1;
    if (!group || t.sub!.first === types) {
      const b = entry(TYPE);
      if (group) {
        putByte(b, 0x4e);
        putU32(b, t.sub!.count);
      }
    }
    putType(at(TYPE).bytes, t);
    types++;
  }

  function putExtern(b: Bytes, kind: number, t: number | TableType | MemType | GlobalType): void {
    putByte(b, kind);
    if (kind === KIND_TABLE) putTableType(b, t as TableType);
    else if (kind === KIND_MEM) putMemType(b, t as MemType);
    else if (kind === KIND_GLOBAL) putGlobalType(b, t as GlobalType);
    else {
      if (kind !== KIND_FUNC) putByte(b, 0);
      putU32(b, t as number);
    }
  }

  /** Writes the element segment in hand, whose items are now known: in function indices if it can be said so. */
  function closeSegment(): void {
    if (segment === null) return;
    const { mode, table, offset, type, count, funcs, items } = segment;
    putElement(entry(ELEMENT), mode, table, offset, type, !segment.expressions, { count, funcs, bytes: items });
    segment = null;
  }

  function locals(b: Bytes): void {
    const runs: [count: number, type: number][] = [];
    for (let n = c.u32(); n > 0; n--) {
      const many = c.u32();
      const type = valueType();
      const last = runs.at(-1);
      if (many === 0) continue;
      if (last?.[1] === type) last[0] += many;
      else runs.push([many, type]);
    }
    putU32(b, runs.length);
    for (const [many, type] of runs) {
      putU32(b, many);
      putValueType(b, type);
    }
  }

  function code(bytes: Uint8Array, start: number, stop: number, first: number): void {
    const body = createBytes(stop - start + 8);
    const moved: number[] = [];
    c.open(bytes, start, stop, first, SECTION_END);
    locals(body);
    let elseAt = -1; // an `else` was read and is not written yet
    while (c.left() > 0) {
      const from = c.at() - start;
      const op = readOperator();
      if (elseAt >= 0 && op !== END) {
        moved.push(elseAt, body.size);
        putByte(body, ELSE);
      }
      elseAt = op === ELSE ? from : -1;
      if (op === ELSE) continue;
      moved.push(from, body.size);
      operator(body, op);
    }
    moves.push(body.size === stop - start ? null : moved);
    const b = entry(CODE);
    putU32(b, body.size);
    putBytes(b, view(body));
  }

  const events: ModuleEvents = {
    section: id => {
      closeSegment();
      if (id !== 0) lastSection = id;
    },
    type,
    imported: (module, name, kind, t) => {
      const b = entry(IMPORT);
      putName(b, module);
      putName(b, name);
      putExtern(b, kind, t);
      if (kind === KIND_FUNC) importedFuncs++;
    },
    func: t => putU32(entry(FUNCTION), t),
    table: (t, init) => {
      const b = entry(TABLE);
      if (init !== null) {
        putByte(b, 0x40);
        putByte(b, 0);
      }
      putTableType(b, t);
      if (init !== null) putExpression(b, init);
    },
    memory: t => putMemType(entry(MEMORY), t),
    tag: t => {
      const b = entry(TAG);
      putByte(b, 0);
      putU32(b, t);
    },
    global: (t, init) => {
      const b = entry(GLOBAL);
      putGlobalType(b, t);
      putExpression(b, init);
    },
    exported: (name, kind, index) => {
      const b = entry(EXPORT);
      putName(b, name);
      putByte(b, kind);
      putU32(b, index);
    },
    start: func => putU32(entry(START), func),
    elem: (mode, table, offset, t, n, expressions) => {
      closeSegment();
      segment = { mode, table, offset: createBytes(16), type: t, expressions, count: n, funcs: [], items: createBytes() };
      if (offset !== null) putExpression(segment.offset, offset);
    },
    elemFunc: func => void segment!.funcs.push(func),
    elemExpr: init => {
      const func = bareFunc(init);
      if (func >= 0) segment!.funcs.push(func);
      putExpression(segment!.items, init);
    },
    dataCount: () => {},
    data: (mode, memory, offset, _contentAt, size) => {
      content = entry(DATA);
      putByte(content, mode === PASSIVE ? 1 : memory === 0 ? 0 : 2);
      if (mode === ACTIVE && memory !== 0) putU32(content, memory);
      if (offset !== null) putExpression(content, offset);
      putU32(content, size);
    },
    code,
    custom: name => {
      content = createBytes();
      customs.push({ after: lastSection, name, content });
    },
    content: (bytes, start, stop) => putBytes(content, bytes.subarray(start, stop)),
    end: closeSegment,
  };

  return {
    events,
    bytes: () => {
      const out = createBytes(1024);
      putBytes(out, Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
      for (const id of ORDER) {
        const section = id === DATA_COUNT ? null : sections.get(id);
        if (id === DATA_COUNT && needsDataCount) {
          const b = createBytes(8);
          putU32(b, sections.get(DATA)?.count ?? 0);
          putSection(out, id, b);
        } else if (section) {
          const b = createBytes(section.bytes.size + 8);
          if (id !== START) putU32(b, section.count);
          putBytes(b, view(section.bytes));
          putSection(out, id, b);
        }
        for (const custom of customs) {
          if (custom.after !== id) continue;
          const b = createBytes();
          putName(b, custom.name);
          putBytes(
            b,
            custom.name.startsWith('metadata.code.') ? moveMetadata(view(custom.content), moves, importedFuncs) : view(custom.content),
          );
          putSection(out, 0, b);
        }
      }
      return view(out).slice();
    },
  };
}

/** A code metadata section whose offsets follow the operators; as it is when it is malformed or means no operator. */
function moveMetadata(content: Uint8Array, moves: Moves[], importedFuncs: number): Uint8Array {
  const b = createBytes(content.length);
  try {
    c.open(content, 0, content.length, 0, SECTION_END);
    const funcs = c.u32();
    putU32(b, funcs);
    for (let n = funcs; n > 0; n--) {
      const func = c.u32();
      const items = c.u32();
      const moved = moves[func - importedFuncs] ?? null;
      const places = new Map<number, number>();
      if (moved) for (let i = 0; i < moved.length; i += 2) places.set(moved[i], moved[i + 1]);
      putU32(b, func);
      putU32(b, items);
      for (let k = items; k > 0; k--) {
        const at = c.u32();
        const size = c.u32();
        const from = c.at();
        c.skip(size);
        putU32(b, moved ? (places.get(at) ?? at) : at);
        putU32(b, size);
        putBytes(b, content.subarray(from, c.at()));
      }
    }
    return c.left() === 0 ? view(b) : content;
  } catch (e) {
    if (typeof e !== 'number') throw e;
    return content;
  }
}
