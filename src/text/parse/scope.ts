// The state of one module's parse: where in the tokens it is, the index spaces with their identifiers, the sections that grow. What every
// part of the parser shares: looking at tokens, taking them, binding and resolving indices. Desk only. Spec: core 6.2, 6.1.3 Contexts.

import { type Bytes, createBytes, putByte, putBytes, putU32, view } from '../../binary/bytes';
import { featureNames } from '../../spec/texts';
import { atomBytes } from '../atoms';
import type { TextError } from '../error';
import { lex } from '../lexer';
import { readU32 } from '../literal';
import { CLOSE, ID, NAT, type Note, OPEN, STRING, stringName, type Tokens, tokenText, unexpected, WORD, wrong } from '../tokens';
import { words } from '../words';

/** Entries of a name map or of any vector that grows: how many, and their bytes. */
export interface Vector {
  count: number;
  bytes: Bytes;
}
export function createVector(): Vector {
  return { count: 0, bytes: createBytes(64) };
}
/** Counts one more entry and says where it goes. */
export function entry(v: Vector): Bytes {
  v.count++;
  return v.bytes;
}
export function putVector(b: Bytes, v: Vector): void {
  putU32(b, v.count);
  putBytes(b, view(v.bytes));
}

/** An index space. */
export interface Space {
  what: string; // is numbered, in the words of errors
  ids: Map<number, number>; // indices by identifier
  count: number;
  names: Vector; // a name map of the name section
}
export function createSpace(what: string): Space {
  return { what, ids: new Map(), count: 0, names: createVector() };
}
export function clearVector(v: Vector): void {
  v.count = 0;
  v.bytes.size = 0;
}
export function clearSpace(space: Space): void {
  space.ids.clear();
  space.count = 0;
  clearVector(space.names);
}

/** A function type that is known by its index. */
export interface Signature {
  params: number[];
  results: number[];
}

export interface Parser {
  t: Tokens;
  i: number; // of the token that is next
  out: Bytes; // where instructions go
  names: boolean; // whether a name section is wanted
  off: number; // features that are off
  /** Annotations that nothing took yet, by the index of the token after them; null if the module has none. */
  notes: Map<number, Note[]> | null;

  types: Space;
  funcs: Space;
  tables: Space;
  mems: Space;
  globals: Space;
  tags: Space;
  elems: Space;
  datas: Space;
  locals: Space;
  fields: Map<number, number>[]; // indices of fields by identifier, by type index
  signatures: (Signature | null)[]; // by type index; null = no function type
  sharable: Map<string, number>; // types that a use without index may mean, by their key

  sections: Vector[]; // by id
  seen: number[]; // by external kind, how many of them are parsed: the index of the next
  needsDataCount: boolean;
  localNames: Vector; // indirect name maps, whole
  labelNames: Vector;
  fieldNames: Vector;
  // Of the function in hand:
  labels: Space; // count: how many blocks are open, and identifiers stand for how many were open outside theirs
  blocks: number; // so far
  hints: Vector; // for branches
  hintSection: Vector; // of all functions
}

/** The error that what stands at token i needs features of which some are off. */
export function needsFeature(p: Parser, i: number, features: number): TextError {
  const missing = features & p.off;
  return wrong(p.t, i, `${tokenText(p.t, i)} needs the feature ${featureNames(missing & -missing)}, which is off`);
}

export function isWord(p: Parser, i: number, w: number): boolean {
  return p.t.value[i] === w && p.t.kind[i] === WORD;
}
/** Whether the next tokens are an opening parenthesis and that word. */
export function isForm(p: Parser, w: number): boolean {
  return p.t.kind[p.i] === OPEN && isWord(p, p.i + 1, w);
}
export function takeClose(p: Parser, expected = ')'): void {
  if (p.t.kind[p.i] !== CLOSE) throw unexpected(p.t, p.i, expected);
  p.i++;
}
/** Takes an opening parenthesis and that word if they are next. */
export function takeForm(p: Parser, w: number): boolean {
  if (!isForm(p, w)) return false;
  p.i += 2;
  return true;
}
export function takeWord(p: Parser, w: number): boolean {
  if (!isWord(p, p.i, w)) return false;
  p.i++;
  return true;
}
export function expectForm(p: Parser, w: number): void {
  if (p.t.kind[p.i] !== OPEN) throw unexpected(p.t, p.i, `(${words[w]}`);
  if (!isWord(p, p.i + 1, w)) throw unexpected(p.t, p.i + 1, words[w]!);
  p.i += 2;
}
/** A string that is a name. */
export function takeName(p: Parser): string {
  if (p.t.kind[p.i] !== STRING) throw unexpected(p.t, p.i, 'a string');
  return stringName(p.t, p.i++);
}

export function isIndex(p: Parser): boolean {
  const kind = p.t.kind[p.i];
  return kind === NAT || kind === ID;
}
/** An index of a space, as number or identifier. */
export function takeIndex(p: Parser, space: Space): number {
  const i = p.i;
  if (p.t.kind[i] !== ID) {
    const index = readU32(p.t, i, `a ${space.what} index`);
    p.i++;
    return index;
  }
  const index = space.ids.get(p.t.value[i]!);
  if (index === undefined) throw wrong(p.t, i, `unknown ${space.what} ${tokenText(p.t, i)}`);
  p.i++;
  return index;
}
/** The same where a missing one means 0. */
export function takeIndexOr0(p: Parser, space: Space): number {
  return isIndex(p) ? takeIndex(p, space) : 0;
}

export function putNaming(v: Vector, index: number, name: Uint8Array): void {
  const b = entry(v);
  putU32(b, index);
  putU32(b, name.length);
  putBytes(b, name);
}

/** Takes the annotation of that name before token i, if there is one. */
export function takeNote(p: Parser, i: number, name: string): Note | null {
  const list = p.notes?.get(i);
  const at = list ? list.findIndex(note => note.name === name) : -1;
  if (at < 0) return null;
  const [note] = list!.splice(at, 1);
  if (list!.some(other => other.name === name)) throw wrong(p.t, i, `@${name} annotation: duplicate annotation`);
  return note!;
}
const encoder = new TextEncoder();
/** The name that an annotation before token i gives, if one does. */
export function notedName(p: Parser, i: number): Uint8Array | null {
  const note = takeNote(p, i, 'name');
  if (!note) return null;
  const t = lex(p.t.bytes, note.from, note.to);
  if (t.kind[0] !== STRING) throw wrong(t, 0, '@name annotation: string expected');
  if (t.count !== 2) throw wrong(t, 1, '@name annotation: unexpected token');
  return encoder.encode(stringName(t, 0));
}

/**
 * Gives the next index of a space to what is declared with the identifier at token i, if there is one there. Returns the index of the token
 * after it. The name is the identifier's or an annotation's beside it.
 */
export function declare(p: Parser, space: Space, i: number): number {
  const { t } = p;
  const index = space.count++;
  const before = p.notes && notedName(p, i);
  let name: Uint8Array | null = null;
  if (t.kind[i] === ID) {
    const id = t.value[i]!;
    if (space.ids.has(id)) throw wrong(t, i, `duplicate ${space.what} ${tokenText(t, i)}`);
    space.ids.set(id, index);
    name = atomBytes(t.ids, id);
    i++;
  }
  name = (p.notes && notedName(p, i)) ?? before ?? name;
  if (name !== null && p.names) putNaming(space.names, index, name);
  return i;
}

/** Gives names of a function or type to an indirect name map. */
export function putNames(indirect: Vector, index: number, names: Vector): void {
  if (names.count === 0) return;
  const b = entry(indirect);
  putU32(b, index);
  putVector(b, names);
}
export function putEnd(b: Bytes): void {
  putByte(b, 0x0b);
}
