// Validates a module while it is read, and collects what the runtime needs to instantiate it: the ModuleInfo. Checks the rules that span
// sections; bodies and constant expressions go to body.ts. Works on bytes in pieces: it keeps offsets, never content. Device-safe.
// Spec: core 3.4 Modules.

import { ACTIVE, type Expression, type ModuleEvents } from '../binary/reader';
import * as F from '../spec/faults';
import {
  ALL,
  CUSTOM_PAGES,
  HAS_CUSTOM_PAGES,
  HAS_EXCEPTIONS,
  HAS_GC,
  HAS_MEMORY64,
  HAS_MULTI_MEMORY,
  HAS_SIMD,
  HAS_THREADS,
  HAS_TYPED_REFS,
  MEMORY64,
  MULTI_MEMORY,
  MULTI_TABLE,
  on,
  SIMD,
  THREADS,
} from '../spec/features';
import * as L from '../spec/limits';
import {
  type FuncType,
  type GlobalType,
  heapOf,
  isNullable,
  isRef,
  KIND_FUNC,
  KIND_GLOBAL,
  KIND_MEM,
  KIND_TABLE,
  KIND_TAG,
  type Limits,
  type MemType,
  type TableType,
  V128,
} from '../spec/types';
import { validateBody, validateConstant } from './body';
import { addressType } from './bulk';
import type { Context } from './context';
import { type Canon, closeGroup, formOf, matches } from './match';

export interface Import {
  module: string;
  name: string;
  kind: number; // KIND_*
  index: number; // in the index space of its kind
}
export interface Export {
  name: string;
  kind: number;
  index: number;
}
/** A stretch of the module's bytes, [start, end). */
export interface Span {
  start: number;
  end: number;
}
export interface Custom extends Span {
  name: string;
}
export interface ElemSegment {
  mode: number; // ACTIVE, PASSIVE, DECLARATIVE
  table: number;
  offset: Span | null; // constant expression
  type: number;
  count: number;
  expressions: boolean; // items are constant expressions, else function indices
  items: number; // offset of the first item
}
export interface DataSegment {
  mode: number;
  memory: number;
  offset: Span | null;
  content: Span;
}

/** What is known of a decoded and validated module without its bytes: everything in it is an offset into them. */
export interface ModuleInfo extends Context {
  imports: Import[];
  exports: Export[];
  importedFuncs: number;
  bodies: Span[]; // of own functions: local declarations and code
  inits: Span[]; // of own globals
  tableInits: (Span | null)[]; // with typed references, of own tables: initial value of their elements, null = null references
  elemSegments: ElemSegment[];
  dataSegments: DataSegment[];
  customs: Custom[];
  start: number; // function index, -1 = none
  size: number; // bytes
}

function span(e: Expression): Span {
  return { start: e.first + e.start, end: e.first + e.stop };
}

const NONE: any[] = []; // what a feature left out would fill

/** Returns an empty module and the events that fill it; features: those that are on, all unless given. */
export function createModuleValidator(features?: number): { module: ModuleInfo; events: ModuleEvents } {
  const m: ModuleInfo = {
    types: [],
    canon: HAS_TYPED_REFS ? [] : NONE,
    funcs: [],
    tables: [],
    mems: [],
    globals: [],
    tags: HAS_EXCEPTIONS ? [] : NONE,
    elems: [],
    datas: -1,
    importedGlobals: 0,
    declared: {},
    resizes: false,
    asksSize: false,
    enabled: features === undefined ? ALL : features,
    features: 0,
    imports: [],
    exports: [],
    importedFuncs: 0,
    bodies: [],
    inits: [],
    tableInits: HAS_TYPED_REFS ? [] : NONE,
    elemSegments: [],
    dataSegments: [],
    customs: [],
    start: -1,
    size: 0,
  };
  const exported: { [name: string]: boolean } = {};
  const canon: Canon = {};
  let at = 0; // offset of the open section: where faults of whole entries are reported

  function bad(code: number, detail: number): number {
    return F.raise(code, at, detail);
  }
  function constant(e: Expression, type: number): void {
    validateConstant(m, type, e.bytes, e.start, e.stop, e.first);
  }
  /** Checks that what a value or storage type refers to is among the first `count` types. */
  function known(type: number, count: number): void {
    if (HAS_TYPED_REFS && isRef(type) && heapOf(type) >= count) throw bad(F.UNKNOWN_TYPE, heapOf(type));
    if (HAS_SIMD && type === V128) m.features |= SIMD;
  }
  function allKnown(types: number[], count: number): void {
    if (!HAS_TYPED_REFS && !HAS_SIMD) return;
    for (let i = 0; i < types.length; i++) known(types[i], count);
  }
  function functionType(type: number): FuncType {
    if (type >= m.types.length) throw bad(F.UNKNOWN_TYPE, type);
    if (HAS_GC && formOf(m.types[type]) !== 0x60) throw bad(F.TYPE_MISMATCH, type);
    return m.types[type];
  }
  function func(type: number): void {
    functionType(type);
    m.funcs.push(type);
    if (m.funcs.length > L.MAX_FUNCTIONS) throw bad(F.LIMIT, L.MAX_FUNCTIONS);
  }
  function order(l: Limits): void {
    if (l.max >= 0 && l.min > l.max) throw bad(F.LIMITS_ORDER, l.min);
    // rounded alike: look at the words
    const w = l.wide;
    if (HAS_MEMORY64 && w !== null && l.min === l.max && (w[1] !== w[3] ? w[1] >>> 0 > w[3] >>> 0 : w[0] >>> 0 > w[2] >>> 0))
      throw bad(F.LIMITS_ORDER, l.min);
  }
  function wide(l: Limits): boolean {
    if (!HAS_MEMORY64 || l.wide === null) return false;
    m.features |= MEMORY64;
    return true;
  }
  function table(type: TableType): void {
    known(type.elem, m.types.length);
    if (HAS_MEMORY64 && !wide(type) && (type.min > 4294967295 || type.max > 4294967295)) throw bad(F.TABLE_SIZE, type.min);
    order(type);
    m.tables.push(type);
    if (m.tables.length > 1 && !on(MULTI_TABLE)) throw bad(F.MULTIPLE_TABLES, 1);
    if (m.tables.length > L.MAX_TABLES) throw bad(F.LIMIT, L.MAX_TABLES);
  }
  function memory(type: MemType): void {
    const page = type.pageBytes;
    if (HAS_CUSTOM_PAGES && on(CUSTOM_PAGES) && page !== L.PAGE_BYTES && page !== 1) throw bad(F.PAGE_SIZE, page);
    // of single bytes there may be as many as an address can tell apart, but one
    const single = HAS_CUSTOM_PAGES && page === 1;
    const most = wide(type) ? (single ? 18446744073709551616 : L.MAX_PAGES64) : single ? 4294967295 : L.MAX_PAGES;
    if (type.min > most || type.max > most) throw bad(F.MEMORY_SIZE, type.min);
    order(type);
    if (HAS_THREADS && type.shared) {
      m.features |= THREADS;
      if (type.max < 0) throw bad(F.SHARED_MAX, type.min);
    }
    m.mems.push(type);
    const several = HAS_MULTI_MEMORY && on(MULTI_MEMORY);
    if (m.mems.length > 1 && !several) throw bad(F.MULTIPLE_MEMORIES, 1);
    if (HAS_MULTI_MEMORY && m.mems.length > L.MAX_MEMORIES) throw bad(F.LIMIT, L.MAX_MEMORIES);
  }
  function tag(type: number): void {
    if (!HAS_EXCEPTIONS) return;
    if (functionType(type).results.length > 0) throw bad(F.TAG_RESULT, type);
    m.tags.push(type);
    if (m.tags.length > L.MAX_TAGS) throw bad(F.LIMIT, L.MAX_TAGS);
  }
  function global(type: GlobalType): void {
    known(type.type, m.types.length);
    m.globals.push(type);
    if (m.globals.length > L.MAX_GLOBALS) throw bad(F.LIMIT, L.MAX_GLOBALS);
  }
  /** How many there are of a kind. */
  function count(kind: number): number {
    if (kind === KIND_FUNC) return m.funcs.length;
    if (kind === KIND_TABLE) return m.tables.length;
    if (kind === KIND_MEM) return m.mems.length;
    return !HAS_EXCEPTIONS || kind === KIND_GLOBAL ? m.globals.length : m.tags.length;
  }

  const events: ModuleEvents = {
    section: function (_id, offset) {
      at = offset;
    },
    type: function (type: FuncType) {
      const index = m.types.length;
      const sub = type.sub;
      const end = sub === null ? index + 1 : sub.first + sub.count; // of its recursion group
      m.types.push(type);
      allKnown(type.params, end);
      allKnown(type.results, end);
      if (HAS_GC && sub !== null) {
        allKnown(sub.fields, end);
        if (sub.supertype >= index) throw bad(F.UNKNOWN_TYPE, sub.supertype);
      }
      if (m.types.length === end) closeGroup(m, canon, sub === null ? index : sub.first, at);
    },
    imported: function (module, name, kind, type) {
      const index = count(kind);
      if (kind === KIND_FUNC) {
        m.importedFuncs++;
        func(type as number);
      } else if (kind === KIND_TABLE) table(type as TableType);
      else if (kind === KIND_MEM) memory(type as MemType);
      else if (HAS_EXCEPTIONS && kind === KIND_TAG) tag(type as number);
      else {
        m.importedGlobals++;
        global(type as GlobalType);
      }
      m.imports.push({ module: module, name: name, kind: kind, index: index });
    },
    func: func,
    table: function (type, init) {
      table(type);
      if (HAS_TYPED_REFS && init !== null) constant(init, type.elem);
      else if (HAS_TYPED_REFS && !isNullable(type.elem)) throw bad(F.NOT_DEFAULTABLE, m.tables.length - 1);
      if (HAS_TYPED_REFS) m.tableInits.push(init === null ? null : span(init));
    },
    memory: memory,
    tag: tag,
    global: function (type, init) {
      known(type.type, m.types.length);
      constant(init, type.type);
      global(type);
      m.inits.push(span(init));
    },
    exported: function (name, kind, index) {
      // ORDER: faults.ts lists these as the kinds are numbered, tags apart
      if (index >= count(kind)) throw bad(HAS_EXCEPTIONS && kind === KIND_TAG ? F.UNKNOWN_TAG : F.UNKNOWN_FUNCTION + kind, index);
      const key = '$' + name; // so that __proto__ is a name like any other
      if (exported[key] === true) throw bad(F.DUPLICATE_EXPORT, index);
      exported[key] = true;
      if (kind === KIND_FUNC) m.declared[index] = true;
      m.exports.push({ name: name, kind: kind, index: index });
    },
    start: function (f) {
      if (f >= m.funcs.length) throw bad(F.UNKNOWN_FUNCTION, f);
      const type = m.types[m.funcs[f]];
      if (type.params.length > 0 || type.results.length > 0) throw bad(F.START_TYPE, f);
      m.start = f;
    },
    elem: function (mode, t, offset, type, count, expressions, itemsAt) {
      known(type, m.types.length);
      if (mode === ACTIVE) {
        if (t >= m.tables.length) throw bad(F.UNKNOWN_TABLE, t);
        if (!matches(m, type, m.tables[t].elem)) throw bad(F.TYPE_MISMATCH, t);
        constant(offset!, addressType(m.tables[t]));
      }
      m.elems.push(type);
      m.elemSegments.push({
        mode: mode,
        table: t,
        offset: offset === null ? null : span(offset),
        type: type,
        count: count,
        expressions: expressions,
        items: itemsAt,
      });
    },
    elemFunc: function (f) {
      if (f >= m.funcs.length) throw bad(F.UNKNOWN_FUNCTION, f);
      m.declared[f] = true;
    },
    elemExpr: function (init) {
      constant(init, m.elems[m.elems.length - 1]);
    },
    dataCount: function (count) {
      if (count > L.MAX_DATA_SEGMENTS) throw bad(F.LIMIT, L.MAX_DATA_SEGMENTS);
      m.datas = count;
    },
    data: function (mode, mem, offset, contentAt, size) {
      if (mode === ACTIVE) {
        if (mem >= m.mems.length) throw bad(F.UNKNOWN_MEMORY, mem);
        constant(offset!, addressType(m.mems[mem]));
      }
      m.dataSegments.push({
        mode: mode,
        memory: mem,
        offset: offset === null ? null : span(offset),
        content: { start: contentAt, end: contentAt + size },
      });
    },
    code: function (bytes, start, stop, first) {
      const f = m.bodies.length + m.importedFuncs;
      m.bodies.push({ start: first + start, end: first + stop });
      validateBody(m, m.funcs[f], bytes, start, stop, first, null);
    },
    custom: function (name, contentAt, size) {
      m.customs.push({ name: name, start: contentAt, end: contentAt + size });
    },
    content: function () {},
    end: function (offset) {
      m.size = offset;
    },
  };
  return { module: m, events: events };
}
