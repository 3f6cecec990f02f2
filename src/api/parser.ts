// Modules as events: feed bytes in pieces of any size, take what is in them in order, with offsets; operators decoded and everything validated
// on the way if wanted. Holds no more than the piece in hand and what it left unfinished. Desk and gateway. Reference: docs/binary.md.

import * as c from '../binary/cursor';
import { kindOf } from '../binary/expression';
import { count, readOperator, values } from '../binary/operator';
import { ACTIVE, createReader, type Expression, type ModuleEvents, PASSIVE, type Reader } from '../binary/reader';
import { valueType } from '../binary/type';
import * as codes from '../errors/codes';
import { COMPONENT, fault, SECTION_END } from '../spec/faults';
import { rows } from '../spec/ops';
import { REF_CAST_NULL, REF_NULL, REF_TEST_NULL } from '../spec/ops.gen';
import { faultText } from '../spec/texts';
import * as T from '../spec/types';
import { heapText, typeText } from '../text/print/types';
import { createModuleValidator } from '../validate/module';
import { type ByteSource, bytesOf, LoadError } from './module';

export interface ParserOptions {
  /** Events for the operators of function bodies. */
  operators?: boolean;
  /** Check all rules of validity on the way, not just the form. */
  validate?: boolean;
  /** Bits of the language's features that are on; default all. */
  features?: number;
}

/** A type as the text format writes it: "i32", "funcref", "(ref null 3)"; of fields also "i8" and "i16". */
export type TypeText = string;
export type External = 'function' | 'table' | 'memory' | 'global' | 'tag';

export interface TypeInfo {
  form: 'function' | 'struct' | 'array';
  params: TypeText[];
  results: TypeText[];
  /** Of a struct, or of an array's elements (one). */
  fields: { type: TypeText; mutable: boolean }[];
  final: boolean;
  supertype: number | null;
  /** Its recursion group: index of the first type, and how many. */
  group: { first: number; count: number };
}
export interface LimitsInfo {
  /** Of 64-bit addresses bigint, else number. */
  min: number | bigint;
  max: number | bigint | null;
  address: 'i32' | 'i64';
}
export interface TableInfo extends LimitsInfo {
  element: TypeText;
}
export interface MemoryInfo extends LimitsInfo {
  shared: boolean;
  pageBytes: number;
}
export interface GlobalInfo {
  type: TypeText;
  mutable: boolean;
}

/** What an operator has of these is set. Indices are numbers; so are label depths. */
export interface Immediates {
  /** null = no parameters and results, a type = one result, a number = type index. */
  blockType?: TypeText | number | null;
  catches?: { kind: 'catch' | 'catch_ref' | 'catch_all' | 'catch_all_ref'; tag: number | null; label: number }[];
  label?: number;
  /** Of br_table, the default one last. */
  labels?: number[];
  function?: number;
  local?: number;
  global?: number;
  table?: number;
  type?: number;
  tag?: number;
  memory?: number;
  data?: number;
  element?: number;
  field?: number;
  count?: number;
  /** Of copying operators: memories, tables or array types. */
  destination?: number;
  source?: number;
  /** Of memory accesses: alignment in bytes, and offset, a bigint when it is not exact as a number. */
  align?: number;
  offset?: number | bigint;
  lane?: number;
  lanes?: number[];
  /** Of select. */
  types?: TypeText[];
  /** Of ref.null. */
  heapType?: string;
  /** What a cast or test is to, and where it says so, from. */
  to?: TypeText;
  from?: TypeText;
  /** Of constants: i64 bigint, v128 its bytes, else number. */
  value?: number | bigint | Uint8Array;
  /** Of float constants: what makes NaNs different. */
  bits?: number | bigint;
}
export interface Operator {
  offset: number;
  /** As in the text format. */
  name: string;
  immediates: Immediates;
}

/** offset: of the first byte, from the module's. index: in the index space of its kind. */
export type ParserEvent = { offset: number } & (
  | { kind: 'section'; id: number; name: string; contentOffset: number; size: number }
  | { kind: 'type'; index: number; type: TypeInfo }
  | ({ kind: 'import'; module: string; name: string; index: number } & ExternalInfo)
  | { kind: 'function'; index: number; type: number }
  | { kind: 'table'; index: number; type: TableInfo; init: Operator[] | null }
  | { kind: 'memory'; index: number; type: MemoryInfo }
  | { kind: 'tag'; index: number; type: number }
  | { kind: 'global'; index: number; type: GlobalInfo; init: Operator[] }
  | { kind: 'export'; name: string; external: External; index: number }
  | { kind: 'start'; function: number }
  /** `count` items follow. */
  | { kind: 'element'; index: number; mode: SegmentMode; table: number; place: Operator[] | null; type: TypeText; count: number }
  | { kind: 'item'; function: number | null; init: Operator[] | null }
  | { kind: 'dataCount'; count: number }
  /** `size` bytes follow as content. */
  | { kind: 'data'; index: number; mode: SegmentMode; memory: number; place: Operator[] | null; contentOffset: number; size: number }
  /** A function's body; its operators follow if they were asked for. */
  | { kind: 'code'; index: number; contentOffset: number; size: number; locals: { count: number; type: TypeText }[] }
  | ({ kind: 'operator' } & Operator)
  /** `size` bytes follow as content. */
  | { kind: 'custom'; name: string; contentOffset: number; size: number }
  /** Bytes of the data segment or custom section before it, in pieces as they come; a copy. */
  | { kind: 'content'; bytes: Uint8Array }
  | { kind: 'end' }
);
export type SegmentMode = 'active' | 'passive' | 'declarative';
export type ExternalInfo =
  | { external: 'function' | 'tag'; type: number }
  | { external: 'table'; type: TableInfo }
  | { external: 'memory'; type: MemoryInfo }
  | { external: 'global'; type: GlobalInfo };

const SECTIONS = [
  'custom',
  'type',
  'import',
  'function',
  'table',
  'memory',
  'global',
  'export',
  'start',
  'element',
  'code',
  'data',
  'data count',
  'tag',
];
const EXTERNALS: External[] = ['function', 'table', 'memory', 'global', 'tag'];
const CATCHES = ['catch', 'catch_ref', 'catch_all', 'catch_all_ref'] as const;
const SPELLED: Record<string, string> = { select_t: 'select', 'ref.test_null': 'ref.test', 'ref.cast_null': 'ref.cast' };
const NAMES: string[] = [];
for (const [code, name] of rows) NAMES[code] = SPELLED[name] ?? name;

function big(lo: number, hi: number): bigint {
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}
function reference(nullable: boolean, heap: number): TypeText {
  return typeText(T.refType(nullable, heap));
}
const scratch = new DataView(new ArrayBuffer(16));
/** The words of a constant as bytes. */
function constant(): DataView {
  for (let i = 0; i < count; i++) scratch.setInt32(4 * i, values[i], true);
  return scratch;
}

function blockType(): TypeText | number | null {
  return values[0] >= 0 ? values[0] : values[1] === 0 ? null : typeText(values[1]);
}
function catches(): Immediates['catches'] {
  const clauses: Immediates['catches'] = [];
  for (let i = 2; i < count; i += 3)
    clauses.push({ kind: CATCHES[values[i]], tag: values[i] < 2 ? values[i + 1] : null, label: values[i + 2] });
  return clauses;
}
function offset(): number | bigint {
  if (values[3] === 0) return values[2] >>> 0;
  const wide = big(values[2], values[3]);
  return wide <= Number.MAX_SAFE_INTEGER ? Number(wide) : wide;
}

const NOTHING: Immediates = Object.freeze({});
/** By the letter of an operator's kind (spec/ops.ts): the immediates of the operator that operator.ts read last. */
const IMMEDIATES: Record<string, (a: number, b: number, code: number) => Immediates> = {
  '.': () => NOTHING,
  z: () => NOTHING,
  l: label => ({ label }),
  f: a => ({ function: a }),
  x: local => ({ local }),
  g: global => ({ global }),
  T: table => ({ table }),
  y: type => ({ type }),
  c: (type, table) => ({ type, table }),
  X: tag => ({ tag }),
  M: memory => ({ memory }),
  d: (data, memory) => ({ data, memory }),
  D: data => ({ data }),
  C: (destination, source) => ({ destination, source }),
  e: (element, table) => ({ element, table }),
  E: element => ({ element }),
  K: (destination, source) => ({ destination, source }),
  L: lane => ({ lane }),
  n: (type, field) => ({ type, field }),
  N: (type, n) => ({ type, count: n }),
  u: (type, data) => ({ type, data }),
  U: (type, element) => ({ type, element }),
  k: (destination, source) => ({ destination, source }),
  b: () => ({ blockType: blockType() }),
  h: () => ({ blockType: blockType(), catches: catches() }),
  t: () => ({ labels: values.slice(0, count) }),
  s: () => ({ types: values.slice(0, count).map(type => typeText(type)) }),
  w: () => ({ lanes: values.slice(0, count) }),
  m: (align, memory) => ({ memory, align: 2 ** align, offset: offset() }),
  p: (align, memory) => ({ memory, align: 2 ** align, offset: offset(), lane: values[4] }),
  r: (heap, _, code) =>
    code === REF_NULL ? { heapType: heapText(heap) } : { to: reference(code === REF_TEST_NULL || code === REF_CAST_NULL, heap) },
  B: (flags, label) => ({ label, from: reference((flags & 1) !== 0, values[2]), to: reference((flags & 2) !== 0, values[3]) }),
  i: value => ({ value }),
  I: (lo, hi) => ({ value: BigInt.asIntN(64, big(lo, hi)) }),
  q: () => ({ value: constant().getFloat32(0, true), bits: scratch.getUint32(0, true) }),
  Q: () => ({ value: constant().getFloat64(0, true), bits: scratch.getBigUint64(0, true) }),
  v: () => ({ value: new Uint8Array(constant().buffer.slice(0)) }),
};
/** The same by code. */
const immediatesOf = rows.reduce<(typeof IMMEDIATES)[string][]>((all, [code]) => {
  all[code] = IMMEDIATES[kindOf(code)];
  return all;
}, []);

function operator(): Operator {
  const at = c.offset();
  const code = readOperator();
  return { offset: at, name: NAMES[code], immediates: immediatesOf[code](values[0], values[1], code) };
}
function expression(e: Expression): Operator[];
function expression(e: Expression | null): Operator[] | null;
function expression(e: Expression | null): Operator[] | null {
  if (e === null) return null;
  const operators: Operator[] = [];
  c.open(e.bytes, e.start, e.stop, e.first, SECTION_END);
  while (c.left() > 1) operators.push(operator()); // its end says nothing
  return operators;
}

function typeInfo({ params, results, sub }: T.FuncType, index: number): TypeInfo {
  return {
    form: sub === null || sub.form === T.FORM_FUNC ? 'function' : sub.form === T.FORM_STRUCT ? 'struct' : 'array',
    params: params.map(type => typeText(type)),
    results: results.map(type => typeText(type)),
    fields: sub === null ? [] : sub.fields.map((field, i) => ({ type: typeText(field), mutable: sub.mutable[i] })),
    final: sub === null || sub.final,
    supertype: sub === null || sub.supertype < 0 ? null : sub.supertype,
    group: sub === null ? { first: index, count: 1 } : { first: sub.first, count: sub.count },
  };
}
function limitsInfo({ min, max, wide }: T.Limits): LimitsInfo {
  if (wide === null) return { min, max: max < 0 ? null : max, address: 'i32' };
  return { min: big(wide[0], wide[1]), max: max < 0 ? null : big(wide[2], wide[3]), address: 'i64' };
}
function tableInfo(type: T.TableType): TableInfo {
  return { ...limitsInfo(type), element: typeText(type.elem) };
}
function memoryInfo(type: T.MemType): MemoryInfo {
  return { ...limitsInfo(type), shared: type.shared, pageBytes: type.pageBytes };
}
function globalInfo({ type, mut }: T.GlobalType): GlobalInfo {
  return { type: typeText(type), mutable: mut };
}
function externalInfo(kind: number, type: number | T.TableType | T.MemType | T.GlobalType): ExternalInfo {
  if (kind === T.KIND_TABLE) return { external: 'table', type: tableInfo(type as T.TableType) };
  if (kind === T.KIND_MEM) return { external: 'memory', type: memoryInfo(type as T.MemType) };
  if (kind === T.KIND_GLOBAL) return { external: 'global', type: globalInfo(type as T.GlobalType) };
  return { external: kind === T.KIND_TAG ? 'tag' : 'function', type: type as number };
}

/** Runs what throws fault numbers; throws a LoadError for them. */
export function loading<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (typeof error !== 'number') throw error;
    throw new LoadError(error === COMPONENT ? codes.COMPONENT : codes.WASM, error, fault.offset, faultText(error, fault.detail));
  }
}

/** A parser of one module. */
export class ModuleParser {
  readonly #reader: Reader;
  #events: ParserEvent[] = [];
  #fed = 0; // bytes
  #chunk: Uint8Array = new Uint8Array(0); // the piece in hand
  #itemAt = 0; // offset of what is told next
  #counting = false; // itemAt is in the open section's count
  #error: LoadError | null = null;

  constructor(options: ParserOptions = {}) {
    const validator = options.validate ? createModuleValidator(options.features).events : null;
    this.#reader = createReader(this.#listener(validator, options.operators ?? false), options.features);
  }

  /** What is wrong with the module, once it was reached. */
  get error(): LoadError | null {
    return this.#error;
  }

  /**
   * Takes the next piece, which it does not keep; returns what it completed, up to what is wrong in it if something is: then `error` is set,
   * and thrown at once when nothing came before it, else by the next call. After that the parser is of no use.
   * What is not bytes is a TypeError and changes nothing.
   */
  feed(piece: ByteSource): ParserEvent[] {
    const bytes = bytesOf(piece);
    this.#chunk = bytes;
    this.#skipCount();
    return this.#take(() => {
      this.#reader.feed(bytes, 0, bytes.length);
      this.#fed += bytes.length;
    });
  }

  /** No more bytes: returns the last events. Throws LoadError, also when the module is not whole. */
  end(): ParserEvent[] {
    return this.#take(() => this.#reader.end());
  }

  #take(work: () => void): ParserEvent[] {
    if (this.#error) throw this.#error;
    try {
      loading(work);
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      this.#error = error;
      if (this.#events.length === 0) throw error;
    }
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Moves itemAt behind the bytes of a count, as far as they are there. */
  #skipCount(): void {
    while (this.#counting && this.#itemAt - this.#fed < this.#chunk.length) this.#counting = this.#chunk[this.#itemAt++ - this.#fed] > 127;
  }

  #listener(validator: ModuleEvents | null, operators: boolean): ModuleEvents {
    const counts = { type: 0, table: 0, memory: 0, tag: 0, global: 0, function: 0, element: 0, data: 0 };
    let bodies = 0; // index of the next one's function
    let contentAt = 0; // offset of the next content
    const tell = (event: ParserEvent) => void this.#events.push(event);
    /** Offset of the thing just read, which ends at the cursor. */
    const next = (end = c.offset()) => {
      const offset = this.#itemAt;
      this.#itemAt = end;
      return offset;
    };
    const mode = (m: number): SegmentMode => (m === ACTIVE ? 'active' : m === PASSIVE ? 'passive' : 'declarative');

    // Each handler first notes where the cursor is: the validator and expressions move it.
    return {
      section: (id, offset, size) => {
        validator?.section(id, offset, size);
        const contentOffset = c.offset();
        tell({ kind: 'section', offset, id, name: SECTIONS[id], contentOffset, size });
        this.#itemAt = contentOffset;
        this.#counting = id !== 0 && id !== 8 && id !== 12;
        this.#skipCount();
      },
      type: type => {
        validator?.type(type);
        tell({ kind: 'type', offset: next(), index: counts.type, type: typeInfo(type, counts.type) });
        counts.type++;
      },
      imported: (module, name, kind, type) => {
        validator?.imported(module, name, kind, type);
        const index = counts[EXTERNALS[kind]]++;
        if (kind === T.KIND_FUNC) bodies++;
        tell({ kind: 'import', offset: next(), module, name, index, ...externalInfo(kind, type) });
      },
      func: type => {
        validator?.func(type);
        tell({ kind: 'function', offset: next(), index: counts.function++, type });
      },
      table: (type, init) => {
        const offset = next();
        validator?.table(type, init);
        tell({ kind: 'table', offset, index: counts.table++, type: tableInfo(type), init: expression(init) });
      },
      memory: type => {
        validator?.memory(type);
        tell({ kind: 'memory', offset: next(), index: counts.memory++, type: memoryInfo(type) });
      },
      tag: type => {
        validator?.tag(type);
        tell({ kind: 'tag', offset: next(), index: counts.tag++, type });
      },
      global: (type, init) => {
        const offset = next();
        validator?.global(type, init);
        tell({ kind: 'global', offset, index: counts.global++, type: globalInfo(type), init: expression(init) });
      },
      exported: (name, kind, index) => {
        validator?.exported(name, kind, index);
        tell({ kind: 'export', offset: next(), name, external: EXTERNALS[kind], index });
      },
      start: func => {
        validator?.start(func);
        tell({ kind: 'start', offset: next(), function: func });
      },
      elem: (m, table, place, type, n, expressions, itemsAt) => {
        const offset = next(itemsAt);
        validator?.elem(m, table, place, type, n, expressions, itemsAt);
        tell({
          kind: 'element',
          offset,
          index: counts.element++,
          mode: mode(m),
          table,
          place: expression(place),
          type: typeText(type),
          count: n,
        });
      },
      elemFunc: func => {
        validator?.elemFunc(func);
        tell({ kind: 'item', offset: next(), function: func, init: null });
      },
      elemExpr: init => {
        const offset = next();
        validator?.elemExpr(init);
        tell({ kind: 'item', offset, function: null, init: expression(init) });
      },
      dataCount: n => {
        validator?.dataCount(n);
        tell({ kind: 'dataCount', offset: next(), count: n });
      },
      data: (m, memory, place, contentOffset, size) => {
        const offset = next(contentOffset + size);
        contentAt = contentOffset;
        validator?.data(m, memory, place, contentOffset, size);
        tell({ kind: 'data', offset, index: counts.data++, mode: mode(m), memory, place: expression(place), contentOffset, size });
      },
      code: (bytes, start, stop, first) => {
        const offset = next();
        validator?.code(bytes, start, stop, first);
        c.open(bytes, start, stop, first, SECTION_END);
        const locals: { count: number; type: TypeText }[] = [];
        for (let n = c.u32(); n > 0; n--) locals.push({ count: c.u32(), type: typeText(valueType()) });
        tell({ kind: 'code', offset, index: bodies++, contentOffset: first + start, size: stop - start, locals });
        while (operators && c.left() > 0) {
          const { offset, name, immediates } = operator();
          tell({ kind: 'operator', offset, name, immediates });
        }
      },
      custom: (name, contentOffset, size) => {
        validator?.custom(name, contentOffset, size);
        contentAt = contentOffset;
        tell({ kind: 'custom', offset: this.#itemAt, name, contentOffset, size });
      },
      content: (bytes, start, stop) => {
        validator?.content(bytes, start, stop);
        tell({ kind: 'content', offset: contentAt, bytes: bytes.slice(start, stop) });
        contentAt += stop - start;
      },
      end: offset => {
        validator?.end(offset);
        tell({ kind: 'end', offset });
      },
    };
  }
}

/** The events of a whole module. Throws LoadError behind the events that come before what is wrong; TypeError for what is not bytes. */
export function* readEvents(source: ByteSource, options: ParserOptions = {}): Generator<ParserEvent> {
  const bytes = bytesOf(source);
  const parser = new ModuleParser(options);
  const step = 16384; // so that events need no more room than a part of the module does
  for (let at = 0; at < bytes.length && !parser.error; at += step) yield* parser.feed(bytes.subarray(at, at + step));
  yield* parser.end();
}

/** The events of a module that arrives: a ReadableStream of bytes, a file's stream, any iterable of pieces. Throws LoadError as readEvents does. */
export async function* readEventStream(
  pieces: AsyncIterable<ByteSource> | Iterable<ByteSource>,
  options: ParserOptions = {},
): AsyncGenerator<ParserEvent> {
  const parser = new ModuleParser(options);
  for await (const piece of pieces) {
    yield* parser.feed(piece);
    if (parser.error) break;
  }
  yield* parser.end();
}
