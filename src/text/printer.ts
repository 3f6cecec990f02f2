// Prints a module in the text format, flat or folded. The text is stable and complete: read back, it gives the module in its canonical
// encoding (binary/writer.ts). Types are always referred to by (type N), so that none moves; indices have their names, if they have any, and
// stand in comments; custom sections stand in annotations. Reads, does not validate. Desk only. Spec: core 3.0, 6.6 Modules, 7.6 annotations.

import { DECLARATIVE, PASSIVE } from '../binary/reader';
import { FORM_ARRAY, FORM_FUNC, type FuncType, KIND_FUNC, KIND_GLOBAL, KIND_MEM, KIND_TABLE, KIND_TAG } from '../spec/types';
import { expressionTexts, funcTypeAt, headText, ownFunc, paramsOf, printBody, scopeOf, signatureText } from './print/code';
import { type Contents, type Custom, contentsOf, type Elem, type Stretch, takeHints, takeNames } from './print/contents';
import { foldBody, foldExpression } from './print/fold';
import { bytesText, nameText } from './print/literal';
import { createModuleIds, type Ids, type ModuleIds } from './print/names';
import { globalText, memoryText, tableText, typeText } from './print/types';

export interface PrintOptions {
  /** Operators in parentheses with their operands. */
  folded?: boolean;
  /** Each line of code and data begins with its offset in the module, in a comment. */
  offsets?: boolean;
  /** Names from the name section as identifiers; default true. */
  names?: boolean;
  /** Bits of spec/features.ts that are on; default all. */
  features?: number;
}

const DEEPEST = 50; // levels that are indented
const INDENTS = Array.from({ length: DEEPEST + 1 }, (_, depth) => '  '.repeat(depth));
/** What stands before a line of that depth; of the deepest no more than of others, so that text grows with the code alone. */
export const indent = (depth: number): string => INDENTS[Math.min(depth, DEEPEST)]!;
const NO_OFFSET = ' '.repeat(12);
const PAGE_LINES = 200;
const LINE_BYTES = 64; // of data in a line of a long segment
const KINDS = ['func', 'table', 'memory', 'global', 'tag'];
const SECTIONS: Record<number, string> = {
  1: 'type',
  2: 'import',
  3: 'func',
  4: 'table',
  5: 'memory',
  6: 'global',
  7: 'export',
  8: 'start',
  9: 'elem',
  10: 'code',
  11: 'data',
  13: 'tag',
};

/** A module as text. Throws a fault number when bytes are no module; details in spec/faults.ts `fault`. */
export function print(bytes: Uint8Array, options: PrintOptions = {}): string {
  const m = contentsOf(bytes, options.features ?? -1);
  if (options.names !== false) takeNames(m);
  takeHints(m);
  const ids = createModuleIds(m);
  const pages: string[] = []; // lines joined early die young
  let lines: string[] = [];
  const on = (offset: number, depth: number, text: string) => {
    const place = !options.offsets ? '' : offset < 0 ? NO_OFFSET : `(;${offset.toString(16).padStart(7)};) `;
    lines.push(place + indent(depth) + text);
    if (lines.length < PAGE_LINES) return;
    pages.push(lines.join('\n'));
    lines = [];
  };
  new Printer(m, ids, options, on).module();
  return `${[...pages, ...lines].join('\n')}\n`;
}

class Printer {
  constructor(
    readonly m: Contents,
    readonly ids: ModuleIds,
    readonly options: PrintOptions,
    readonly line: (offset: number, depth: number, text: string) => void,
  ) {}

  module(): void {
    const { m, ids } = this;
    this.line(-1, 0, `(module${ids.module}`);
    const customs = m.customs.filter(custom => custom.name !== 'name');
    for (const custom of customs) if (custom.after === 0) this.custom(custom);
    this.types();
    for (const imported of m.imports)
      this.field(`(import ${nameText(imported.module)} ${nameText(imported.name)} ${this.extern(imported)})`);
    this.own(KIND_TABLE, m.tables, ids.tables, (table, i) => tableText(table, ids.types.of) + this.expression(m.tableInits[i]));
    this.own(KIND_MEM, m.memories, ids.memories, memoryText);
    this.own(KIND_TAG, m.tags, ids.tags, tag => this.use(tag));
    this.own(KIND_GLOBAL, m.globals, ids.globals, (global, i) => globalText(global, ids.types.of) + this.expression(m.inits[i]));
    const spaces = [ids.funcs, ids.tables, ids.memories, ids.globals, ids.tags];
    for (const { name, kind, index } of m.exports) this.field(`(export ${nameText(name)} (${KINDS[kind]} ${spaces[kind].of(index)}))`);
    if (m.start >= 0) this.field(`(start ${ids.funcs.of(m.start)})`);
    m.elems.forEach((elem, i) => void this.field(this.elem(elem, i), elem.at));
    m.bodies.forEach((body, i) => void this.func(ownFunc(m, i), body));
    for (let i = 0; i < m.datas.length; i++) this.data(i);
    for (const custom of customs) if (custom.after !== 0) this.custom(custom);
    this.line(-1, 0, ')');
  }

  field(text: string, offset = -1): void {
    this.line(offset, 1, text);
  }

  own<T>(kind: number, all: T[], ids: Ids, text: (each: T, i: number) => string): void {
    const first = this.m.imported[kind];
    for (let i = first; i < all.length; i++) this.field(`(${KINDS[kind]}${ids.define(i)} ${text(all[i], i - first)})`);
  }

  use(type: number): string {
    const known = funcTypeAt(this.m, type);
    return `(type ${this.ids.types.of(type)})${known ? signatureText(known, this.ids) : ''}`;
  }

  extern({ kind, index }: { kind: number; index: number }): string {
    const { m, ids } = this;
    if (kind === KIND_FUNC) return `(func${ids.funcs.define(index)}${headText(scopeOf(m, ids, index), index)})`;
    if (kind === KIND_TABLE) return `(table${ids.tables.define(index)} ${tableText(m.tables[index], ids.types.of)})`;
    if (kind === KIND_MEM) return `(memory${ids.memories.define(index)} ${memoryText(m.memories[index])})`;
    if (kind === KIND_GLOBAL) return `(global${ids.globals.define(index)} ${globalText(m.globals[index], ids.types.of)})`;
    return `(tag${ids.tags.define(index)} ${this.use(m.tags[index])})`;
  }

  types(): void {
    const { types } = this.m;
    types.forEach((type, i) => {
      const group = type.sub !== null && type.sub.count > 1 ? type.sub : null;
      if (group && group.first === i) this.line(-1, 1, '(rec');
      this.line(-1, group ? 2 : 1, `(type${this.ids.types.define(i)} ${this.type(type, i)})`);
      if (group && group.first + group.count - 1 === i) this.line(-1, 1, ')');
    });
  }

  type(type: FuncType, index: number): string {
    const name = this.ids.types.of;
    const { sub } = type;
    let text = `(func${signatureText(type, this.ids)})`;
    if (sub !== null && sub.form !== FORM_FUNC) {
      const fields = sub.fields.map((field, i) => (sub.mutable[i] ? `(mut ${typeText(field, name)})` : typeText(field, name)));
      const ids = this.ids.fields(index);
      text =
        sub.form === FORM_ARRAY
          ? `(array ${fields[0]})`
          : `(struct${fields.map((field, i) => ` (field${ids.plain(i)} ${field})`).join('')})`;
    }
    if (sub === null || (sub.final && sub.supertype < 0)) return text;
    return `(sub${sub.final ? ' final' : ''}${sub.supertype >= 0 ? ` ${name(sub.supertype)}` : ''} ${text})`;
  }

  /** A constant expression with a space before it; '' for none. */
  expression(place: Stretch | null): string {
    if (place === null) return '';
    const texts = this.options.folded ? foldExpression(scopeOf(this.m, this.ids, -1), place) : expressionTexts(this.m, this.ids, place);
    return texts.map(text => ` ${text}`).join('');
  }
  /** " (i32.const 0)", or under the keyword when it has more than one operator. */
  wrapped(keyword: string, place: Stretch): string {
    const texts = expressionTexts(this.m, this.ids, place);
    return texts.length === 1 ? ` (${texts[0]})` : ` (${keyword}${this.expression(place)})`;
  }

  elem(elem: Elem, index: number): string {
    const { ids } = this;
    const table = elem.table === 0 ? '' : ` (table ${ids.tables.of(elem.table)})`;
    const place = elem.mode === PASSIVE ? '' : elem.mode === DECLARATIVE ? ' declare' : table + this.wrapped('offset', elem.offset!);
    const items = elem.expressions
      ? ` ${typeText(elem.type, ids.types.of)}${elem.items.map(item => this.wrapped('item', item)).join('')}`
      : ` func${elem.funcs.map(func => ` ${ids.funcs.of(func)}`).join('')}`;
    return `(elem${ids.elems.define(index)}${place}${items})`;
  }

  func(func: number, body: Stretch): void {
    const { m, ids, options } = this;
    const scope = scopeOf(m, ids, func);
    this.line(body.start, 1, `(func${ids.funcs.define(func)}${headText(scope, func)}`);
    const on = (offset: number, depth: number, text: string) => this.line(offset, depth + 2, text);
    if (options.folded) foldBody(scope, body, funcTypeAt(m, m.funcs[func]), !options.offsets, on);
    else printBody(scope, body, paramsOf(m, func), on);
    this.line(-1, 1, ')');
  }

  data(index: number): void {
    const { m, ids } = this;
    const { mode, memory, offset, start, stop } = m.datas[index];
    const place = mode === PASSIVE ? '' : (memory === 0 ? '' : ` (memory ${ids.memories.of(memory)})`) + this.wrapped('offset', offset!);
    this.bytes(`(data${ids.datas.define(index)}${place}`, start, stop);
  }

  custom({ name, start, stop, after }: Custom): void {
    const place = after === 0 ? '(before first)' : after === 12 ? '(before code)' : `(after ${SECTIONS[after]})`;
    this.bytes(`(@custom ${nameText(name)} ${place}`, start, stop);
  }

  /** A field that ends in these bytes, in several lines when they are many. */
  bytes(head: string, start: number, stop: number): void {
    const { bytes } = this.m;
    if (stop - start <= LINE_BYTES) this.line(start, 1, `${head} ${bytesText(bytes, start, stop)})`);
    else {
      this.line(start, 1, head);
      for (let at = start; at < stop; at += LINE_BYTES) this.line(at, 2, bytesText(bytes, at, Math.min(stop, at + LINE_BYTES)));
      this.line(-1, 1, ')');
    }
  }
}
