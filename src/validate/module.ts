// Validates a module while it is read, and collects what the runtime needs to instantiate it: the ModuleInfo. Checks the rules that span
// sections; bodies and constant expressions go to body.ts. Works on bytes in pieces: it keeps offsets, never content. Device-safe.
// Spec: core 3.4 Modules.

import { ACTIVE, type Expression, type ModuleEvents } from '../binary/reader';
import * as F from '../spec/faults';
import * as L from '../spec/limits';
import {
  type FuncType,
  type GlobalType,
  I32,
  KIND_FUNC,
  KIND_MEM,
  KIND_TABLE,
  type Limits,
  type MemType,
  type TableType,
} from '../spec/types';
import { validateBody, validateConstant } from './body';
import type { Context } from './context';

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
  elemSegments: ElemSegment[];
  dataSegments: DataSegment[];
  customs: Custom[];
  start: number; // function index, -1 = none
  size: number; // bytes
}

function span(e: Expression): Span {
  return { start: e.first + e.start, end: e.first + e.stop };
}

/** Returns an empty module and the events that fill it. */
export function createModuleValidator(): { module: ModuleInfo; events: ModuleEvents } {
  const m: ModuleInfo = {
    types: [],
    funcs: [],
    tables: [],
    mems: [],
    globals: [],
    elems: [],
    datas: -1,
    importedGlobals: 0,
    declared: {},
    resizes: false,
    asksSize: false,
    imports: [],
    exports: [],
    importedFuncs: 0,
    bodies: [],
    inits: [],
    elemSegments: [],
    dataSegments: [],
    customs: [],
    start: -1,
    size: 0,
  };
  const exported: { [name: string]: boolean } = {};
  let at = 0; // offset of the open section: where faults of whole entries are reported

  function bad(code: number, detail: number): number {
    return F.raise(code, at, detail);
  }
  function constant(e: Expression, type: number): void {
    validateConstant(m, type, e.bytes, e.start, e.stop, e.first);
  }
  function func(type: number): void {
    if (type >= m.types.length) throw bad(F.UNKNOWN_TYPE, type);
    m.funcs.push(type);
    if (m.funcs.length > L.MAX_FUNCTIONS) throw bad(F.LIMIT, L.MAX_FUNCTIONS);
  }
  function order(l: Limits): void {
    if (l.max >= 0 && l.min > l.max) throw bad(F.LIMITS_ORDER, l.min);
  }
  function table(type: TableType): void {
    order(type);
    m.tables.push(type);
    if (m.tables.length > L.MAX_TABLES) throw bad(F.LIMIT, L.MAX_TABLES);
  }
  function memory(type: MemType): void {
    if (type.min > L.MAX_PAGES || type.max > L.MAX_PAGES) throw bad(F.MEMORY_SIZE, type.min);
    order(type);
    m.mems.push(type);
    if (m.mems.length > L.MAX_MEMORIES) throw bad(F.MULTIPLE_MEMORIES, 1);
  }

  const events: ModuleEvents = {
    section: function (_id, offset) {
      at = offset;
    },
    type: function (type: FuncType) {
      m.types.push(type);
    },
    imported: function (module, name, kind, type) {
      let index = m.globals.length;
      if (kind === KIND_FUNC) {
        index = m.importedFuncs++;
        func(type as number);
      } else if (kind === KIND_TABLE) {
        index = m.tables.length;
        table(type as TableType);
      } else if (kind === KIND_MEM) {
        index = m.mems.length;
        memory(type as MemType);
      } else {
        m.globals.push(type as GlobalType);
        m.importedGlobals++;
      }
      m.imports.push({ module: module, name: name, kind: kind, index: index });
    },
    func: func,
    table: table,
    memory: memory,
    tag: function () {},
    global: function (type, init) {
      constant(init, type.type);
      m.globals.push(type);
      if (m.globals.length > L.MAX_GLOBALS) throw bad(F.LIMIT, L.MAX_GLOBALS);
      m.inits.push(span(init));
    },
    exported: function (name, kind, index) {
      const count =
        kind === KIND_FUNC ? m.funcs.length : kind === KIND_TABLE ? m.tables.length : kind === KIND_MEM ? m.mems.length : m.globals.length;
      if (index >= count) throw bad(F.UNKNOWN_FUNCTION + kind, index); // ORDER: faults.ts lists these as the kinds are numbered
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
      if (mode === ACTIVE) {
        if (t >= m.tables.length) throw bad(F.UNKNOWN_TABLE, t);
        if (m.tables[t].elem !== type) throw bad(F.TYPE_MISMATCH, t);
        constant(offset!, I32);
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
        constant(offset!, I32);
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
