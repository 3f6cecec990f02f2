// The text format's parser: a module's text to its bytes, in two passes over the tokens. The first gives all fields their indices and defines
// the types; the second writes each field to its section; no tree is built. The bytes are the canonical encoding (binary/writer.ts writes the
// same), with a name section. Checks what makes a text malformed and nothing that makes a module invalid. Throws TextError and nothing else.
// Desk only. Spec: core 6 Text Format.

import { createBytes } from '../binary/bytes';
import { atomBytes } from './atoms';
import { lex } from './lexer';
import { assemble, type Custom, refuseNotes, takeCustoms } from './parse/custom';
import { EXTERNS, field, spaceOf } from './parse/fields';
import type { Parser } from './parse/scope';
import * as s from './parse/scope';
import { defineTypes } from './parse/types';
import { CLOSE, END, ID, type Note, OPEN, putStrings, type Tokens, unexpected, WORD, wrong } from './tokens';
import { needs, word, words } from './words';

export interface ParseOptions {
  /** Bits of spec/features.ts; words that need others are refused. What needs no word of its own is left to validation. Default: all. */
  features?: number;
  /** Whether to write identifiers into a name section. Default: true. */
  names?: boolean;
}

const MODULE = word('module');
const DEFINITION = word('definition');
const BINARY = word('binary');
const QUOTE = word('quote');
const TYPE = word('type');
const REC = word('rec');
const IMPORT = word('import');
const EXPORT = word('export');
const TABLE = word('table');
const MEMORY = word('memory');
const ELEM = word('elem');
const DATA = word('data');

function createParser(t: Tokens, from: number, to: number, options: ParseOptions): Parser {
  let notes: Parser['notes'] = null;
  for (const note of t.notes) {
    if (note.before < from || note.before > to) continue;
    notes ??= new Map<number, Note[]>();
    notes.set(note.before, [...(notes.get(note.before) ?? []), note]);
  }
  return {
    t,
    i: from,
    out: createBytes(0),
    names: options.names ?? true,
    off: ~(options.features ?? -1),
    notes,
    types: s.createSpace('type'),
    funcs: s.createSpace('function'),
    tables: s.createSpace('table'),
    mems: s.createSpace('memory'),
    globals: s.createSpace('global'),
    tags: s.createSpace('tag'),
    elems: s.createSpace('elem segment'),
    datas: s.createSpace('data segment'),
    locals: s.createSpace('local'),
    fields: [],
    signatures: [],
    sharable: new Map(),
    sections: Array.from({ length: 14 }, s.createVector),
    seen: [0, 0, 0, 0, 0],
    needsDataCount: false,
    localNames: s.createVector(),
    labelNames: s.createVector(),
    fieldNames: s.createVector(),
    labels: s.createSpace('label'),
    blocks: 0,
    hints: s.createVector(),
    hintSection: s.createVector(),
  };
}

/** Counts the field's parts of that form: segments that are written inside what they fill. */
function countParts(p: Parser, i: number, w: number): number {
  const { kind, value } = p.t;
  let n = 0;
  for (let k = i; kind[k] !== CLOSE && kind[k] !== END; k = kind[k] === OPEN ? value[k]! + 1 : k + 1) {
    if (kind[k] === OPEN && s.isWord(p, k + 1, w)) n++;
    if (kind[k] === OPEN && kind[value[k]!] === END) break;
  }
  return n;
}

/** Gives what the fields from token `from` to token `to` declare its indices, and refuses imports behind definitions. */
function declareFields(p: Parser, from: number, to: number, customs: Custom[]): void {
  const { t } = p;
  let defined = -1; // the kind of the last definition
  for (let i = from; i < to; i = t.value[i]! + 1) {
    if (p.notes) takeCustoms(p, i, customs);
    if (t.kind[i] !== OPEN) throw unexpected(t, i, 'a module field');
    const w = t.kind[i + 1] === WORD ? t.value[i + 1]! : -1;
    const kind = EXTERNS.indexOf(w);
    let imports = w === IMPORT;
    if (kind >= 0) {
      let k = s.declare(p, spaceOf(p, kind), i + 2);
      while (t.kind[k] === OPEN && s.isWord(p, k + 1, EXPORT)) k = t.value[k]! + 1;
      imports = t.kind[k] === OPEN && s.isWord(p, k + 1, IMPORT);
      if (!imports) defined = kind;
      if (w === TABLE) p.elems.count += countParts(p, k, ELEM);
      if (w === MEMORY) p.datas.count += countParts(p, k, DATA);
    } else if (imports) {
      const k = i + 4; // behind two names
      const what = t.kind[k] === OPEN && t.kind[k + 1] === WORD ? EXTERNS.indexOf(t.value[k + 1]!) : -1;
      if (what >= 0) s.declare(p, spaceOf(p, what), k + 2);
    } else if (w === TYPE) s.declare(p, p.types, i + 2);
    else if (w === REC) {
      for (let k = i + 2; t.kind[k] === OPEN && k < t.value[i]!; k = t.value[k]! + 1) s.declare(p, p.types, k + 2);
    } else if (w === ELEM) s.declare(p, p.elems, i + 2);
    else if (w === DATA) s.declare(p, p.datas, i + 2);
    if (imports && defined >= 0) throw wrong(t, i + 1, `import after ${spaceOf(p, defined).what} definition`);
  }
  if (p.notes) takeCustoms(p, to, customs);
}

/** Refuses words, from token `from` to token `to`, that need features that are off. */
function refuseWords(p: Parser, from: number, to: number): void {
  const { kind, value } = p.t;
  for (let i = from; i < to; i++) if (kind[i] === WORD && (needs[value[i]!]! & p.off) !== 0) throw s.needsFeature(p, i, needs[value[i]!]!);
}

const isType = (p: Parser, i: number): boolean => s.isWord(p, i + 1, TYPE) || s.isWord(p, i + 1, REC);

/** Parses the fields from token `from` up to token `to`, which closes the module or is END. */
function parse(t: Tokens, from: number, to: number, id: number, options: ParseOptions): Uint8Array {
  const p = createParser(t, from, to, options);
  if (p.off !== 0) refuseWords(p, from, to);
  const customs: Custom[] = [];
  const moduleName = (p.notes && s.notedName(p, from)) ?? (id >= 0 ? atomBytes(t.ids, id) : null);
  declareFields(p, from, to, customs);
  let index = 0;
  for (let i = from; i < to; i = t.value[i]! + 1) {
    if (!isType(p, i)) continue;
    p.i = i;
    index += defineTypes(p, index);
    if (p.i !== t.value[i]! + 1) throw unexpected(t, p.i, 'a module field');
  }
  for (let i = from; i < to; i = t.value[i]! + 1) {
    if (isType(p, i)) continue;
    p.i = i;
    field(p);
  }
  if (p.notes) refuseNotes(p);
  return assemble(p, customs, moduleName);
}

/**
 * The bytes of the module `(module ...)` that begins at token i: text, or `binary` or `quote` and strings; `definition` may stand there as in
 * scripts.
 */
export function parseWatTokens(t: Tokens, i: number, options: ParseOptions = {}): Uint8Array {
  const close = t.value[i]!;
  if (t.kind[i] !== OPEN) throw unexpected(t, i, '(module');
  if (t.kind[i + 1] !== WORD || t.value[i + 1] !== MODULE) throw unexpected(t, i + 1, words[MODULE]!);
  let from = i + 2;
  if (t.kind[from] === WORD && t.value[from] === DEFINITION) from++;
  const id = t.kind[from] === ID ? t.value[from++]! : -1;
  const form = t.kind[from] === WORD ? t.value[from]! : -1;
  if (form === BINARY || form === QUOTE) {
    const out = createBytes();
    const next = putStrings(out, t, from + 1);
    if (next !== close) throw unexpected(t, next, 'a string');
    if (t.kind[close] === END) throw unexpected(t, close, ')');
    const content = out.u8.slice(0, out.size);
    return form === BINARY ? content : parseWat(content, options);
  }
  const wasm = parse(t, from, close, id, options);
  if (t.kind[close] === END) throw unexpected(t, close, ')');
  return wasm;
}

/** The bytes of the module whose fields, without `(module`, are the tokens from i to the text's end. */
export function parseFields(t: Tokens, i: number, options: ParseOptions = {}): Uint8Array {
  return parse(t, i, t.count - 1, -1, options);
}

/** The bytes of a module's text: `(module ...)`, or its fields alone. Throws TextError. */
export function parseWat(text: string | Uint8Array, options: ParseOptions = {}): Uint8Array {
  const t = lex(text);
  if (t.kind[0] !== OPEN || t.kind[1] !== WORD || t.value[1] !== MODULE) return parseFields(t, 0, options);
  const wasm = parseWatTokens(t, 0, options);
  const next = t.value[0]! + 1;
  if (t.kind[next] !== END) throw unexpected(t, next, 'the end of the text');
  return wasm;
}
