// Custom sections of a module's text: those that `@custom` annotations spell out, at their places; names, from identifiers and `@name`; branch
// hints. Desk only. Spec: core 7.4 Custom Sections, 7.5 Custom Annotations; names beyond functions and locals: the extended name section.

import { type Bytes, createBytes, putByte, putBytes, putName, putSection, putU32, view } from '../../binary/bytes';
import { lex } from '../lexer';
import { CLOSE, OPEN, putStrings, RESERVED, STRING, stringName, tokenText, wrong } from '../tokens';
import type { Parser, Vector } from './scope';
import * as s from './scope';

/** Section ids in the order of a module, and their names in annotations. */
const ORDER = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];
const NAMES = ['type', 'import', 'func', 'table', 'memory', 'tag', 'global', 'export', 'start', 'elem', 'datacount', 'code', 'data'];
const START = 8;
const CODE = 10;
const DATA_COUNT = 12;
const AFTER_LAST = 2 * ORDER.length - 1;

/** place: 2 * the rank of a section, + 1 if it comes after that. */
export interface Custom {
  place: number;
  name: string;
  content: Bytes;
}

/** Takes the `@custom` annotations before token i, where a field or the module's end is. */
export function takeCustoms(p: Parser, i: number, customs: Custom[]): void {
  const list = p.notes?.get(i);
  if (!list) return;
  for (const note of list) {
    if (note.name !== 'custom') continue;
    const t = lex(p.t.bytes, note.from, note.to);
    if (t.kind[0] !== STRING) throw wrong(t, 0, '@custom annotation: missing section name');
    const name = stringName(t, 0);
    let next = 1;
    let place = AFTER_LAST;
    if (t.kind[1] === OPEN) {
      const side = tokenText(t, 2);
      if (side !== 'before' && side !== 'after') throw wrong(t, 2, '@custom annotation: malformed placement', 'before or after');
      const section = t.kind[3] === CLOSE || t.kind[3] === RESERVED ? '' : tokenText(t, 3);
      const rank = section === 'first' ? 0 : section === 'last' ? ORDER.length - 1 : NAMES.indexOf(section);
      if (rank < 0) throw wrong(t, 3, '@custom annotation: malformed section kind', NAMES.join(', '));
      if (t.kind[4] !== CLOSE) throw wrong(t, 4, '@custom annotation: unexpected token', ')');
      place = 2 * rank + (side === 'after' ? 1 : 0);
      next = 5;
    }
    const content = createBytes();
    next = putStrings(content, t, next);
    if (next !== t.count - 1) throw wrong(t, next, '@custom annotation: unexpected token', 'a string');
    customs.push({ place, name, content });
  }
  p.notes!.set(
    i,
    list.filter(note => note.name !== 'custom'),
  );
}

/** Refuses what annotations nothing took. */
export function refuseNotes(p: Parser): void {
  for (const list of p.notes?.values() ?? []) {
    for (const note of list) {
      const reason = note.name.startsWith('metadata')
        ? `@${note.name} annotation: not in a function`
        : `misplaced @${note.name} annotation`;
      throw wrong({ ...p.t, start: new Int32Array([note.at]) }, 0, reason);
    }
  }
}

function nameSection(p: Parser, moduleName: Uint8Array | null): Bytes {
  const b = createBytes();
  const maps: [id: number, map: Vector][] = [
    [1, p.funcs.names],
    [2, p.localNames],
    [3, p.labelNames],
    [4, p.types.names],
    [5, p.tables.names],
    [6, p.mems.names],
    [7, p.globals.names],
    [8, p.elems.names],
    [9, p.datas.names],
    [10, p.fieldNames],
    [11, p.tags.names],
  ];
  if (moduleName) {
    const content = createBytes();
    putU32(content, moduleName.length);
    putBytes(content, moduleName);
    putSection(b, 0, content);
  }
  for (const [id, map] of maps) {
    if (map.count === 0) continue;
    const content = createBytes(map.bytes.size + 5);
    s.putVector(content, map);
    putSection(b, id, content);
  }
  return b;
}

function putCustom(b: Bytes, name: string, content: Bytes): void {
  const whole = createBytes(content.size + name.length + 8);
  putName(whole, name);
  putBytes(whole, view(content));
  putSection(b, 0, whole);
}

/** The module that was parsed, as bytes. */
export function assemble(p: Parser, customs: Custom[], moduleName: Uint8Array | null): Uint8Array {
  const b = createBytes(1024 + p.sections.reduce((sum, section) => sum + section.bytes.size + 16, 0));
  for (const byte of [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) putByte(b, byte);
  if (p.hintSection.count > 0) {
    const content = createBytes();
    s.putVector(content, p.hintSection);
    customs.push({ place: 2 * ORDER.indexOf(CODE), name: 'metadata.code.branch_hint', content });
  }
  if (p.needsDataCount) {
    putU32(p.sections[DATA_COUNT]!.bytes, p.datas.count);
    p.sections[DATA_COUNT]!.count = 1;
  }
  const placed = (place: number) => {
    for (const custom of customs) if (custom.place === place) putCustom(b, custom.name, custom.content);
  };
  ORDER.forEach((id, rank) => {
    const section = p.sections[id]!;
    placed(2 * rank);
    if (section.count > 0) {
      const bare = id === START || id === DATA_COUNT;
      const content = createBytes(section.bytes.size + 5);
      if (bare) putBytes(content, view(section.bytes));
      else s.putVector(content, section);
      putSection(b, id, content);
    }
    placed(2 * rank + 1);
  });
  if (p.names && !customs.some(custom => custom.name === 'name')) {
    const names = nameSection(p, moduleName);
    if (names.size > 0) putCustom(b, 'name', names);
  }
  return b.u8.slice(0, b.size);
}
