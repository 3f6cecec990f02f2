// Reads a module section by section and reports events, from bytes that may arrive in pieces of any size. Checks everything
// that makes a module malformed outside function bodies; knows no validity rules (../validate). Announced counts allocate
// nothing: memory use is bounded by the bytes fed. Device-safe. Spec: core 5.5 Modules.
//
// Offsets in events count from the module's first byte. Where an event carries bytes, they lie in `bytes` at [start, stop), borrowed
// until the handler returns, and first + start is their offset in the module.

import * as F from '../spec/faults';
import {
  ALL,
  CUSTOM_PAGES,
  EXCEPTIONS,
  enable,
  GC,
  HAS_CUSTOM_PAGES,
  HAS_EXCEPTIONS,
  HAS_GC,
  HAS_MEMORY64,
  HAS_THREADS,
  HAS_TYPED_REFS,
  MEMORY64,
  on,
  THREADS,
  TYPED_REFS,
} from '../spec/features';
import * as L from '../spec/limits';
import { END } from '../spec/ops.gen';
import {
  FORM_ARRAY,
  FORM_FUNC,
  FORM_STRUCT,
  FUNCREF,
  type FuncType,
  type GlobalType,
  HEAP_FUNC,
  KIND_FUNC,
  KIND_GLOBAL,
  KIND_MEM,
  KIND_TABLE,
  KIND_TAG,
  type Limits,
  type MemType,
  refType,
  type SubType,
  type TableType,
} from '../spec/types';
import * as c from './cursor';
import { skipOperator } from './expression';
import { left, referenceType, storageType, valueType } from './type';

/** A constant expression's place in `bytes`; [start, stop) includes its `end`. */
export interface Expression {
  bytes: Uint8Array;
  start: number;
  stop: number;
  first: number;
}

// Segment modes.
export const ACTIVE = 0;
export const PASSIVE = 1;
export const DECLARATIVE = 2;

export interface ModuleEvents {
  section(id: number, offset: number, size: number): void;
  type(type: FuncType): void;
  /** type: of a function or tag its type index. */
  imported(module: string, name: string, kind: number, type: number | TableType | MemType | GlobalType): void;
  func(type: number): void;
  /** init: its elements' initial value, null = null references. */
  table(type: TableType, init: Expression | null): void;
  memory(type: MemType): void;
  tag(type: number): void;
  global(type: GlobalType, init: Expression): void;
  exported(name: string, kind: number, index: number): void;
  start(func: number): void;
  /** An element segment begins; count items follow as elemFunc or elemExpr. offset is null unless ACTIVE; itemsAt is the offset of its first item. */
  elem(mode: number, table: number, offset: Expression | null, type: number, count: number, expressions: boolean, itemsAt: number): void;
  elemFunc(index: number): void;
  elemExpr(init: Expression): void;
  dataCount(count: number): void;
  /** A data segment of `size` bytes that begin at contentAt; they follow as content(). */
  data(mode: number, memory: number, offset: Expression | null, contentAt: number, size: number): void;
  /** A function body: local declarations and code. */
  code(bytes: Uint8Array, start: number, stop: number, first: number): void;
  custom(name: string, contentAt: number, size: number): void;
  /** Bytes of the data segment or custom section announced last, in pieces as they come. */
  content(bytes: Uint8Array, start: number, stop: number): void;
  end(offset: number): void;
}

const CUSTOM = 0;
const CODE = 10;
const TAG = 13;
const ORDER = '\x01\x02\x03\x04\x05\x0d\x06\x07\x08\x09\x0c\x0a\x0b'; // the sections' order in a module [core 5.5.2]
const MAX_COUNT = [
  0,
  L.MAX_TYPES,
  L.MAX_IMPORTS,
  L.MAX_FUNCTIONS,
  L.MAX_TABLES,
  L.MAX_MEMORIES,
  L.MAX_GLOBALS,
  L.MAX_EXPORTS,
  0,
  L.MAX_ELEM_SEGMENTS,
  L.MAX_FUNCTIONS,
  L.MAX_DATA_SEGMENTS,
  0,
  L.MAX_TAGS,
];

function valueTypes(max: number): number[] {
  const n = c.u32();
  if (n > max) throw c.badBefore(F.LIMIT, max);
  const types: number[] = [];
  for (let i = 0; i < n; i++) types.push(valueType());
  return types;
}
function mutability(): boolean {
  const mut = c.byte();
  if (mut > 1) throw c.badBefore(F.MUTABILITY, mut);
  return mut === 1;
}

const LIMITS_MAX = 1;
const LIMITS_SHARED = 2;
const LIMITS_WIDE = 4;
const LIMITS_PAGE_SIZE = 8;

/** A limit of a 32-bit memory or table; with memory64 all of them are u64, and validation refuses those that are too large. */
function size(): number {
  if (!HAS_MEMORY64 || !on(MEMORY64)) return c.u32();
  const low = c.u64() >>> 0;
  return (c.high >>> 0) * 4294967296 + low;
}
/** Reads flags, minimum and maximum into l; the flags in `known` may be set. Returns them. */
function limits(known: number, l: Limits): number {
  const at = c.offset();
  const flags = c.byte();
  let built = LIMITS_MAX;
  if (HAS_THREADS && on(THREADS)) built |= LIMITS_SHARED;
  if (HAS_MEMORY64 && on(MEMORY64)) built |= LIMITS_WIDE;
  if (HAS_CUSTOM_PAGES && on(CUSTOM_PAGES)) built |= LIMITS_PAGE_SIZE;
  // a language without them has no such flags; a build without them says so
  const all = HAS_THREADS && HAS_MEMORY64 && HAS_CUSTOM_PAGES;
  if ((flags & ~(known & built)) !== 0) throw F.raise(all || (flags & ~known) !== 0 ? F.LIMITS_FLAGS : F.FEATURE, at, flags);
  if (HAS_MEMORY64 && (flags & LIMITS_WIDE) !== 0) {
    const wide = [c.u64(), c.high, 0, 0];
    l.min = (wide[1] >>> 0) * 4294967296 + (wide[0] >>> 0);
    if ((flags & LIMITS_MAX) !== 0) {
      wide[2] = c.u64();
      wide[3] = c.high;
      l.max = (wide[3] >>> 0) * 4294967296 + (wide[2] >>> 0);
    }
    l.wide = wide;
  } else {
    l.min = size();
    if ((flags & LIMITS_MAX) !== 0) l.max = size();
  }
  return flags;
}
function tableType(): TableType {
  const type: TableType = { elem: referenceType(), min: 0, max: -1, wide: null };
  limits(LIMITS_MAX | LIMITS_WIDE, type);
  return type;
}
function memType(): MemType {
  const type: MemType = { min: 0, max: -1, wide: null, shared: false, pageBytes: L.PAGE_BYTES };
  const flags = limits(LIMITS_MAX | LIMITS_SHARED | LIMITS_WIDE | LIMITS_PAGE_SIZE, type);
  if (HAS_THREADS) type.shared = (flags & LIMITS_SHARED) !== 0;
  if (HAS_CUSTOM_PAGES && (flags & LIMITS_PAGE_SIZE) !== 0) {
    const log = c.u32();
    if (log >= 64) throw c.badBefore(F.PAGE_SIZE_MALFORMED, log);
    type.pageBytes = log < 31 ? 1 << log : 0;
  }
  return type;
}
function globalType(): GlobalType {
  const type = valueType();
  return { type: type, mut: mutability() };
}
/** A tag's type index. */
function tagType(): number {
  if (!HAS_EXCEPTIONS) return 0;
  const attribute = c.byte();
  if (attribute !== 0) throw c.badBefore(F.TAG_ATTRIBUTE, attribute);
  return c.u32();
}

export interface Reader {
  /** Takes the next piece bytes[start, stop); throws a fault number (spec/faults.ts); after that the reader is dead. */
  feed(bytes: Uint8Array, start: number, stop: number): void;
  /** No more bytes: checks that the module is whole. */
  end(): void;
}

export function createReader(to: ModuleEvents, features?: number): Reader {
  const chosen = features === undefined ? ALL : features;
  let buf: Uint8Array = new Uint8Array(0); // the unread rest of what was fed
  let used = 0; // of buf
  let available = 0;
  let first = 0; // offset of buf[0]
  let owned = false; // buf is ours, not the caller's
  let final = false;

  let begun = false;
  let section = -1; // id of the open section, -1 between sections
  let sectionEnd = 0; // offset
  let lastRank = -1;
  let items = -1; // left in the open section; -1 = its count is not read yet
  let elems = 0; // items left in the open element segment
  let elemExprs = false;
  let group = 0; // types left in the open recursion group,
  let groupCount = 0; // of so many
  let types = 0;
  let content = 0; // bytes left to hand to content()
  let scanned = 0; // offset to which the expression in hand has been read, 0 = none is

  let funcs = 0;
  let bodies = 0;
  let datas = 0;
  let announcedDatas = -1;

  /** What is known of an expression when the bytes run out is not read again: of many pieces it would be read many times. */
  function expression(): Expression {
    const start = c.at();
    if (scanned > 0) c.seek(scanned - first);
    while (skipOperator() !== END) scanned = c.offset();
    scanned = 0;
    return { bytes: buf, start: start, stop: c.at(), first: first };
  }

  function importItem(): void {
    const module = c.name();
    const name = c.name();
    const kind = c.byte();
    let type: number | TableType | MemType | GlobalType;
    if (kind === KIND_FUNC) type = c.u32();
    else if (kind === KIND_TABLE) type = tableType();
    else if (kind === KIND_MEM) type = memType();
    else if (kind === KIND_GLOBAL) type = globalType();
    else if (HAS_EXCEPTIONS && kind === KIND_TAG && on(EXCEPTIONS)) type = tagType();
    else throw c.badBefore(kind === KIND_TAG ? F.FEATURE : F.IMPORT_KIND, kind);
    to.imported(module, name, kind, type);
  }

  function elemItem(): void {
    const flags = c.u32();
    if (flags > 7) throw c.badBefore(F.ELEM_KIND, flags);
    const mode = (flags & 1) === 0 ? ACTIVE : (flags & 2) === 0 ? PASSIVE : DECLARATIVE;
    const table = mode === ACTIVE && (flags & 2) !== 0 ? c.u32() : 0;
    const place = mode === ACTIVE ? expression() : null;
    const exprs = (flags & 4) !== 0;
    // function indices are never null [core 5.5.12]; without typed references no one could tell
    let type = exprs || !HAS_TYPED_REFS || !on(TYPED_REFS) ? FUNCREF : refType(false, HEAP_FUNC);
    if ((flags & 3) !== 0) {
      if (exprs) type = referenceType();
      else if (c.byte() !== 0) throw c.badBefore(F.ELEM_KIND, 0);
    }
    const count = c.u32();
    if (count > L.MAX_TABLE_ELEMS) throw c.badBefore(F.LIMIT, L.MAX_TABLE_ELEMS);
    elems = count;
    elemExprs = exprs;
    const next = c.at();
    to.elem(mode, table, place, type, count, exprs, c.offset());
    window(next);
  }

  function dataItem(): void {
    const flags = c.u32();
    if (flags > 2) throw c.badBefore(F.DATA_KIND, flags);
    const memory = flags === 2 ? c.u32() : 0;
    const place = flags === 1 ? null : expression();
    const size = c.u32();
    if (c.offset() + size > sectionEnd) throw c.bad(F.SECTION_END, size);
    datas++;
    content = size;
    const next = c.at();
    to.data(flags === 1 ? PASSIVE : ACTIVE, memory, place, c.offset(), size);
    window(next);
  }

  function codeItem(): void {
    const size = c.u32();
    if (c.offset() + size > sectionEnd) throw c.bad(F.LENGTH_BOUNDS, size);
    if (size > L.MAX_BODY_BYTES) throw c.badBefore(F.LIMIT, L.MAX_BODY_BYTES);
    const start = c.at();
    c.skip(size);
    const next = c.at();
    to.code(buf, start, next, first);
    window(next); // handlers of code and expressions may use the cursor
  }

  /** A type of the open recursion group, or alone in one of its own [core 5.3.9]. */
  function typeItem(): void {
    const at = c.offset();
    let form = c.byte();
    let sub: SubType | null = null;
    const newer = form === 0x50 || form === 0x4f || form === FORM_STRUCT || form === FORM_ARRAY;
    if (HAS_GC && on(GC) && (group > 0 || newer)) {
      const alone = group === 0;
      sub = {
        form: 0,
        fields: [],
        mutable: [],
        supertype: -1,
        final: true,
        first: alone ? types : types - groupCount,
        count: alone ? 1 : groupCount,
      };
      if (form === 0x50 || form === 0x4f) {
        sub.final = form === 0x4f;
        const n = c.u32();
        if (n > 1) throw c.badBefore(F.LIMIT, 1); // supertypes
        if (n === 1) sub.supertype = c.u32();
        form = c.byte();
      }
      sub.form = form;
    }
    let params: number[] = [];
    let results: number[] = [];
    if (form === FORM_FUNC) {
      params = valueTypes(L.MAX_PARAMS);
      results = valueTypes(L.MAX_RESULTS);
    } else if (HAS_GC && sub !== null && (form === FORM_STRUCT || form === FORM_ARRAY)) fields(sub);
    else if (sub === null && (newer || form === 0x4e)) throw left(at, form);
    else throw c.badBefore(form > 127 ? F.INT_LONG : F.FUNC_FORM, form); // an s7
    if (HAS_GC && sub !== null && form === FORM_FUNC && sub.count === 1 && sub.final && sub.supertype < 0) sub = null;
    to.type({ params: params, results: results, sub: sub });
  }
  function fields(sub: SubType): void {
    const n = sub.form === FORM_ARRAY ? 1 : c.u32();
    if (n > L.MAX_FIELDS) throw c.badBefore(F.LIMIT, L.MAX_FIELDS);
    for (let i = 0; i < n; i++) {
      sub.fields.push(storageType());
      sub.mutable.push(mutability());
    }
  }

  /** A recursion group's head, or a single type. */
  function typeEntry(): void {
    let count = 1;
    if (HAS_GC && on(GC) && c.peek() === 0x4e) {
      c.byte();
      count = c.u32();
      group = groupCount = count;
    } else typeItem();
    types += count;
    if (types > L.MAX_TYPES) throw c.badBefore(F.LIMIT, L.MAX_TYPES);
  }

  function item(): void {
    if (section === 1) typeEntry();
    else if (section === 2) importItem();
    else if (section === 3) {
      const type = c.u32(); // before it counts: a read may be cut off and come again
      funcs++;
      to.func(type);
    } else if (section === 4) tableItem();
    else if (section === 5) to.memory(memType());
    else if (section === TAG) to.tag(tagType());
    else if (section === 6) {
      const type = globalType();
      const init = expression();
      const next = c.at();
      to.global(type, init);
      window(next);
    } else if (section === 7) {
      const name = c.name();
      const kind = c.byte();
      if (kind > KIND_TAG || (kind === KIND_TAG && (!HAS_EXCEPTIONS || !on(EXCEPTIONS))))
        throw c.badBefore(kind === KIND_TAG ? F.FEATURE : F.EXPORT_KIND, kind);
      to.exported(name, kind, c.u32());
    } else if (section === 9) elemItem();
    else if (section === CODE) codeItem();
    else dataItem();
  }

  function tableItem(): void {
    if (c.peek() !== 0x40) {
      to.table(tableType(), null);
      return;
    }
    if (!HAS_TYPED_REFS || !on(TYPED_REFS)) throw left(c.offset(), 0x40);
    c.byte();
    const zero = c.byte();
    if (zero !== 0) throw c.badBefore(F.ZERO_BYTE, zero);
    const type = tableType();
    const init = expression();
    const next = c.at();
    to.table(type, init);
    window(next);
  }

  /** Points the cursor at what is there of the open section. */
  function window(position: number): void {
    const cut = sectionEnd - first;
    if (section < 0) c.open(buf, position, available, first, final ? F.UNEXPECTED_END : c.NEED);
    else if (cut <= available) c.open(buf, position, cut, first, F.SECTION_END);
    else c.open(buf, position, available, first, final ? F.LENGTH_BOUNDS : c.NEED);
  }

  function openSection(): void {
    const start = c.offset();
    const id = c.byte();
    const rank = id === CUSTOM ? lastRank : ORDER.indexOf(String.fromCharCode(id));
    if (rank < 0 && id !== CUSTOM) throw c.badBefore(F.SECTION_ID, id);
    if (id !== CUSTOM && rank <= lastRank) throw c.badBefore(F.SECTION_ORDER, id);
    if (id === TAG && (!HAS_EXCEPTIONS || !on(EXCEPTIONS))) throw left(start, id);
    const size = c.u32();
    const at = c.at();
    if (final && c.left() < size) throw c.bad(F.LENGTH_BOUNDS, size);
    section = id;
    sectionEnd = c.offset() + size;
    lastRank = rank;
    items = -1;
    to.section(id, start, size);
    window(at);
  }

  /** Reads one thing whole; a NEED thrown on the way leaves no trace. */
  function step(): void {
    if (!begun) {
      if (c.word() !== 0x6d736100) throw F.raise(F.MAGIC, 0, 0);
      const version = c.word();
      if (version !== 1) throw F.raise(version === 0x1000d ? F.COMPONENT : F.VERSION, 4, version);
      begun = true;
    } else if (section < 0) openSection();
    else if (HAS_GC && group > 0) {
      typeItem();
      group--;
    } else if (elems > 0) {
      if (elemExprs) {
        const init = expression();
        const next = c.at();
        to.elemExpr(init);
        window(next);
      } else to.elemFunc(c.u32());
      elems--;
    } else if (items === -1) {
      if (section === CUSTOM) {
        const name = c.name();
        content = sectionEnd - c.offset();
        items = 0;
        to.custom(name, c.offset(), content);
        return;
      }
      const count = c.u32();
      if (section === 8 || section === 12) {
        items = 0;
        if (section === 8) to.start(count);
        else to.dataCount((announcedDatas = count));
        return;
      }
      if (section === CODE && count > funcs) throw c.badBefore(F.CODE_COUNT, count); // fewer: at the end
      if (section === CODE) bodies = count;
      if (section === 11 && announcedDatas >= 0 && count !== announcedDatas) throw c.badBefore(F.DATA_COUNT, count);
      if (count > MAX_COUNT[section]) throw c.badBefore(F.LIMIT, MAX_COUNT[section]);
      items = count;
    } else if (items > 0) {
      item();
      items--;
    } else {
      if (c.offset() !== sectionEnd) throw c.bad(F.SECTION_SIZE, section);
      section = -1;
      window(c.at());
    }
  }

  function pass(position: number): number {
    const n = Math.min(available - position, content);
    if (n > 0) to.content(buf, position, position + n);
    content -= n;
    return position + n;
  }

  /** Steps until the bytes are used up. */
  function drain(): void {
    window(used);
    for (;;) {
      if (content > 0) {
        used = pass(used);
        if (content > 0) {
          if (final) throw F.raise(F.LENGTH_BOUNDS, first + used, content);
          return;
        }
        window(used);
      }
      if (used >= available && section < 0 && begun) return;
      try {
        step();
      } catch (e) {
        if (e === c.NEED) return;
        throw e;
      }
      used = c.at();
    }
  }

  /** Appends to what is left over; the buffer at least doubles, so that feeding byte by byte stays linear. */
  function append(bytes: Uint8Array, start: number, stop: number): void {
    const rest = available - used;
    const size = rest + stop - start;
    if (!owned || used + size > buf.length) {
      const room = new Uint8Array(owned ? size * 2 : size);
      room.set(buf.subarray(used, available), 0);
      first += used;
      buf = room;
      used = 0;
      owned = true;
    }
    buf.set(bytes.subarray(start, stop), used + rest);
    available = used + size;
  }

  return {
    feed: function (bytes, start, stop) {
      enable(chosen);
      if (used < available) {
        append(bytes, start, stop);
        drain();
        return;
      }
      buf = bytes; // nothing is left over: read in place
      first += used - start;
      used = start;
      available = stop;
      owned = false;
      drain();
      if (used < available) append(bytes, stop, stop); // keep the rest: the bytes are only borrowed
    },
    end: function () {
      enable(chosen);
      final = true;
      drain();
      if (!begun || used < available || section >= 0) throw F.raise(F.UNEXPECTED_END, first + available, 0);
      if (bodies !== funcs) throw F.raise(F.CODE_COUNT, first + available, bodies);
      if (announcedDatas > datas) throw F.raise(F.DATA_COUNT, first + available, announcedDatas);
      to.end(first + available);
    },
  };
}

/** Reads a whole module in place. */
export function readModule(bytes: Uint8Array, to: ModuleEvents, features?: number): void {
  const reader = createReader(to, features);
  reader.feed(bytes, 0, bytes.length);
  reader.end();
}
