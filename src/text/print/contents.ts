// Everything that is in a module, gathered for the printer: what the reader tells, with names and branch hints. It is read, not validated, so
// indices may lead nowhere. Desk only.

import * as c from '../../binary/cursor';
import { NAME_FIELD, NAME_LABEL, NAME_LOCAL, NAME_TAG, readNames } from '../../binary/names';
import { readOperator } from '../../binary/operator';
import { ACTIVE, type Expression, type ModuleEvents, readModule } from '../../binary/reader';
import { valueType } from '../../binary/type';
import { SECTION_END } from '../../spec/faults';
import { BR_IF, IF } from '../../spec/ops.gen';
import {
  type FuncType,
  type GlobalType,
  KIND_FUNC,
  KIND_GLOBAL,
  KIND_MEM,
  KIND_TABLE,
  type MemType,
  type TableType,
} from '../../spec/types';

/** A stretch of the module's bytes, [start, stop). */
export interface Stretch {
  start: number;
  stop: number;
}
export interface Imported {
  module: string;
  name: string;
  kind: number; // KIND_*
  index: number; // in the space of its kind
}
export interface Elem {
  mode: number;
  table: number;
  offset: Stretch | null;
  type: number;
  expressions: boolean;
  funcs: number[]; // its items, or
  items: Stretch[];
  at: number; // offset of its first item
}
export interface Data extends Stretch {
  mode: number;
  memory: number;
  offset: Stretch | null;
}
export interface Custom extends Stretch {
  name: string;
  after: number; // id of the section before it, 0 = none
}

export interface Contents {
  bytes: Uint8Array;
  types: FuncType[];
  imports: Imported[];
  // The index spaces, what is imported first.
  funcs: number[]; // type indices
  tables: TableType[];
  memories: MemType[];
  tags: number[]; // type indices
  globals: GlobalType[];
  /** How many of each kind are imported. */
  imported: number[];
  inits: Stretch[]; // of own globals
  tableInits: (Stretch | null)[]; // of own tables
  bodies: Stretch[];
  exports: { name: string; kind: number; index: number }[];
  start: number; // -1 = none
  elems: Elem[];
  datas: Data[];
  customs: Custom[];
  /** Names by space (NAME_*) and index; those of inner spaces by the outer index first. */
  names: Map<number, string>[];
  inner: Map<number, Map<number, string>>[];
  /** Branch hints, 0 or 1, by the offset of their operator. */
  hints: Map<number, number>;
}

export const BRANCH_HINT = 'metadata.code.branch_hint';
const SPACES = NAME_TAG + 1;
const INNER = [NAME_LOCAL, NAME_LABEL, NAME_FIELD];

function stretch(e: Expression | null): Stretch | null {
  return e && { start: e.first + e.start, stop: e.first + e.stop };
}

/** Reads a module. Borrows bytes; throws a fault number, details in spec/faults.ts `fault`. */
export function contentsOf(bytes: Uint8Array, features: number): Contents {
  const m: Contents = {
    bytes,
    types: [],
    imports: [],
    funcs: [],
    tables: [],
    memories: [],
    tags: [],
    globals: [],
    imported: [0, 0, 0, 0, 0],
    inits: [],
    tableInits: [],
    bodies: [],
    exports: [],
    start: -1,
    elems: [],
    datas: [],
    customs: [],
    names: Array.from({ length: SPACES }, () => new Map()),
    inner: Array.from({ length: SPACES }, () => new Map()),
    hints: new Map(),
  };
  let lastSection = 0;
  const events: ModuleEvents = {
    section: id => {
      if (id !== 0) lastSection = id;
    },
    type: type => void m.types.push(type),
    imported: (module, name, kind, type) => {
      const index = m.imported[kind]++;
      m.imports.push({ module, name, kind, index });
      if (kind === KIND_FUNC) m.funcs.push(type as number);
      else if (kind === KIND_TABLE) m.tables.push(type as TableType);
      else if (kind === KIND_MEM) m.memories.push(type as MemType);
      else if (kind === KIND_GLOBAL) m.globals.push(type as GlobalType);
      else m.tags.push(type as number);
    },
    func: type => void m.funcs.push(type),
    table: (type, init) => {
      m.tables.push(type);
      m.tableInits.push(stretch(init));
    },
    memory: type => void m.memories.push(type),
    tag: type => void m.tags.push(type),
    global: (type, init) => {
      m.globals.push(type);
      m.inits.push(stretch(init)!);
    },
    exported: (name, kind, index) => void m.exports.push({ name, kind, index }),
    start: func => {
      m.start = func;
    },
    elem: (mode, table, offset, type, _count, expressions, at) =>
      void m.elems.push({ mode, table, offset: mode === ACTIVE ? stretch(offset) : null, type, expressions, funcs: [], items: [], at }),
    elemFunc: index => void m.elems.at(-1)!.funcs.push(index),
    elemExpr: init => void m.elems.at(-1)!.items.push(stretch(init)!),
    dataCount: () => {},
    data: (mode, memory, offset, start, size) => void m.datas.push({ mode, memory, offset: stretch(offset), start, stop: start + size }),
    code: (_bytes, start, stop, first) => void m.bodies.push({ start: first + start, stop: first + stop }),
    custom: (name, start, size) => void m.customs.push({ name, start, stop: start + size, after: lastSection }),
    content: () => {},
    end: () => {},
  };
  readModule(bytes, events, features);
  return m;
}

/** Takes the names out of the name sections; of two for one thing the first. */
export function takeNames(m: Contents): void {
  for (const custom of m.customs) {
    if (custom.name !== 'name') continue;
    readNames(m.bytes, custom.start, custom.stop, (space, outer, index, name) => {
      let names = m.names[space];
      if (INNER.includes(space)) {
        names = m.inner[space].get(outer) ?? new Map();
        m.inner[space].set(outer, names);
      }
      if (!names.has(index)) names.set(index, name);
    });
  }
}

/** Takes the branch hints out of the custom sections; a section that is not just hints of branches stays as it is. */
export function takeHints(m: Contents): void {
  m.customs = m.customs.filter(custom => {
    const hints = custom.name === BRANCH_HINT && m.hints.size === 0 ? hintsOf(m, custom) : null;
    if (hints !== null) m.hints = hints;
    return hints === null;
  });
}

function hintsOf(m: Contents, custom: Custom): Map<number, number> | null {
  const hints = new Map<number, number>();
  const bodies = new Set<Stretch>();
  try {
    c.open(m.bytes, custom.start, custom.stop, 0, SECTION_END);
    for (let funcs = c.u32(); funcs > 0; funcs--) {
      const body = m.bodies[c.u32() - m.imported[KIND_FUNC]];
      if (body === undefined) return null;
      bodies.add(body);
      for (let items = c.u32(); items > 0; items--) {
        const at = body.start + c.u32();
        const size = c.u32();
        const hint = c.byte();
        if (size !== 1 || hint > 1 || hints.has(at)) return null;
        hints.set(at, hint);
      }
    }
    if (c.left() > 0) return null;
    let branches = 0;
    for (const body of bodies) branches += hintedBranches(m, body, hints);
    return branches === hints.size ? hints : null;
  } catch (e) {
    if (typeof e !== 'number') throw e;
    return null;
  }
}

/** How many branches of a body have hints. */
function hintedBranches(m: Contents, body: Stretch, hints: Map<number, number>): number {
  let branches = 0;
  c.open(m.bytes, body.start, body.stop, 0, SECTION_END);
  for (let n = c.u32(); n > 0; n--) {
    c.u32();
    valueType();
  }
  while (c.left() > 0) {
    const at = c.offset();
    const code = readOperator();
    if ((code === IF || code === BR_IF) && hints.has(at)) branches++;
  }
  return branches;
}
