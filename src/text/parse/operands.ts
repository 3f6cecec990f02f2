// Immediates of plain instructions as text, one function for each letter of the op table (../spec/ops.ts); they write behind the opcode.
// Blocks, which hold instructions, are in instructions.ts. Desk only. Spec: core 6.5 Instructions.

import { putByte, putS32, putS33, putS64, putU32, putU64, putWord } from '../../binary/bytes';
import { putValueType } from '../../binary/writer';
import { heapOf, isNullable } from '../../spec/types';
import { num, readFloat, readInt, readU8, readU32, readU64 } from '../literal';
import { ALIGN, FLOAT, ID, NAT, OFFSET, RESERVED, unexpected, WORD, wrong } from '../tokens';
import { alignments, immediates, opcodes, word } from '../words';
import type { Parser } from './scope';
import * as s from './scope';
import { check, heapType, referenceType, shared, signature, takeTypeIndex, valueTypesOf } from './types';

const RESULT = word('result');
const REF_NULL = word('ref.null');

/** A label, as how many blocks lie between. */
export function takeLabel(p: Parser): number {
  if (p.t.kind[p.i] !== ID) return s.takeIndex(p, p.labels);
  return p.labels.count - 1 - s.takeIndex(p, p.labels);
}
const index =
  (space: 'types' | 'funcs' | 'tables' | 'mems' | 'globals' | 'tags' | 'elems' | 'datas' | 'locals') =>
  (p: Parser): void =>
    putU32(p.out, s.takeIndex(p, p[space]));
const indexOr0 = (space: 'tables' | 'mems') => (p: Parser) => putU32(p.out, s.takeIndexOr0(p, p[space]));

/** Two indices of one space, or none for 0 and 0. */
const pair = (space: 'tables' | 'mems') => (p: Parser) => {
  const given = s.isIndex(p);
  putU32(p.out, given ? s.takeIndex(p, p[space]) : 0);
  putU32(p.out, given ? s.takeIndex(p, p[space]) : 0);
};
/** A segment's index, before which the index of what it is written to may stand; in the binary format that comes second. */
const segment = (space: 'tables' | 'mems', segments: 'elems' | 'datas') => (p: Parser) => {
  const next = p.t.kind[p.i + 1];
  const target = next === NAT || next === ID ? s.takeIndex(p, p[space]) : 0;
  putU32(p.out, s.takeIndex(p, p[segments]));
  putU32(p.out, target);
};
/** A type's index and another. */
const typeAnd = (space: 'types' | 'elems' | 'datas') => (p: Parser) => {
  putU32(p.out, s.takeIndex(p, p.types));
  putU32(p.out, s.takeIndex(p, p[space]));
};

function field(p: Parser): void {
  const type = s.takeIndex(p, p.types);
  putU32(p.out, type);
  const ids = p.fields[type];
  const { what, count, names } = FIELDS;
  putU32(p.out, s.takeIndex(p, { what, count, names, ids: ids ?? FIELDS.ids }));
}
const FIELDS = s.createSpace('field');

/** Memory, offset and alignment; the memory's index may stand only where no lane follows it alone. */
function access(p: Parser, w: number): void {
  const { t } = p;
  const lane = immediates[w] === 'p';
  const after = t.kind[p.i + 1];
  const named = t.kind[p.i] === ID || (t.kind[p.i] === NAT && (!lane || after === NAT || after === OFFSET || after === ALIGN));
  const memory = named ? s.takeIndex(p, p.mems) : 0;
  let lo = 0;
  let hi = 0;
  if (t.kind[p.i] === OFFSET) {
    readU64(t, p.i, t.start[p.i]! + 'offset='.length);
    lo = num.lo;
    hi = num.hi;
    p.i++;
  }
  let log = alignments[w]!;
  if (t.kind[p.i] === ALIGN) {
    readU64(t, p.i, t.start[p.i]! + 'align='.length);
    const high = num.hi !== 0;
    const one = high ? num.hi : num.lo;
    if (one === 0 || (one & (one - 1)) !== 0 || (high && num.lo !== 0)) throw wrong(t, p.i, 'alignment must be a power of two');
    log = 31 - Math.clz32(one) + (high ? 32 : 0);
    p.i++;
  }
  putByte(p.out, memory === 0 ? log : log | 64);
  if (memory !== 0) putU32(p.out, memory);
  putU64(p.out, lo, hi);
  if (lane) laneIndex(p);
}
function laneIndex(p: Parser): void {
  putByte(p.out, readU8(p.t, p.i, 'a lane index'));
  p.i++;
}

/** Sees to it that so many numbers are next. */
function expectNumbers(p: Parser, wanted: number, reason: string): void {
  let n = 0;
  for (let kind = p.t.kind[p.i]!; kind >= NAT && kind <= FLOAT; kind = p.t.kind[p.i + ++n]!);
  if (p.t.kind[p.i + n] === RESERVED) throw unexpected(p.t, p.i + n, 'a number');
  if (n !== wanted) throw wrong(p.t, p.i + Math.min(n, wanted), reason, `${wanted} numbers`);
}
function shuffle(p: Parser): void {
  const { t } = p;
  expectNumbers(p, 16, 'invalid lane length');
  for (let n = 0; n < 16; n++, p.i++) {
    if (t.kind[p.i] !== NAT) throw wrong(t, p.i, 'i8 constant out of range', 'a lane index');
    putByte(p.out, readU8(t, p.i, 'a lane index'));
  }
}

/** Of each shape: lanes, and bits of a lane; a float's are negative. */
const shapes = new Map(
  (
    [
      ['i8x16', 16, 8],
      ['i16x8', 8, 16],
      ['i32x4', 4, 32],
      ['i64x2', 2, 64],
      ['f32x4', 4, -32],
      ['f64x2', 2, -64],
    ] as const
  ).map(([name, lanes, bits]) => [word(name), { lanes, bits }]),
);
function vector(p: Parser): void {
  const { t } = p;
  const shape = t.kind[p.i] === WORD ? shapes.get(t.value[p.i]!) : undefined;
  if (!shape) throw unexpected(t, p.i, 'a shape as i32x4');
  p.i++;
  expectNumbers(p, shape.lanes, 'wrong number of lane literals');
  const width = Math.abs(shape.bits);
  for (let n = 0; n < shape.lanes; n++, p.i++) {
    if (shape.bits < 0) readFloat(t, p.i, width);
    else readInt(t, p.i, width);
    if (width >= 32) putWord(p.out, num.lo);
    else putByte(p.out, num.lo);
    if (width === 16) putByte(p.out, num.lo >> 8);
    if (width === 64) putWord(p.out, num.hi);
  }
}

/** The row after that of the opcode just written, for what the text spells alike: `select` with types, casts to nullable types. */
function nextRow(p: Parser): void {
  p.out.u8[p.out.size - 1]!++;
}
function select(p: Parser): void {
  if (!s.isForm(p, RESULT)) return;
  const types: number[] = [];
  while (s.takeForm(p, RESULT)) valueTypesOf(p, types);
  nextRow(p);
  putU32(p.out, types.length);
  for (const type of types) putValueType(p.out, type);
}
function heap(p: Parser, w: number): void {
  if (w === REF_NULL) {
    putS33(p.out, heapType(p));
    return;
  }
  const type = referenceType(p);
  if (isNullable(type)) nextRow(p);
  putS33(p.out, heapOf(type));
}
function branchOnCast(p: Parser): void {
  const label = takeLabel(p);
  const from = referenceType(p);
  const to = referenceType(p);
  putByte(p.out, (isNullable(from) ? 1 : 0) | (isNullable(to) ? 2 : 0));
  putU32(p.out, label);
  putS33(p.out, heapOf(from));
  putS33(p.out, heapOf(to));
}
function labelTable(p: Parser): void {
  const labels = [takeLabel(p)];
  while (s.isIndex(p)) labels.push(takeLabel(p));
  putU32(p.out, labels.length - 1);
  for (const label of labels) putU32(p.out, label);
}
function indirect(p: Parser): void {
  const table = s.takeIndexOr0(p, p.tables);
  const type = takeTypeIndex(p);
  const beside = signature(p, null);
  if (type >= 0) check(p, type, beside);
  putU32(p.out, type >= 0 ? type : shared(p, beside));
  putU32(p.out, table);
}

const byLetter: Record<string, (p: Parser, w: number) => void> = {
  '': () => {},
  l: p => putU32(p.out, takeLabel(p)),
  t: labelTable,
  f: index('funcs'),
  x: index('locals'),
  g: index('globals'),
  T: indexOr0('tables'),
  y: index('types'),
  c: indirect,
  X: index('tags'),
  r: heap,
  i: p => {
    readInt(p.t, p.i++, 32);
    putS32(p.out, num.lo);
  },
  I: p => {
    readInt(p.t, p.i++, 64);
    putS64(p.out, num.lo, num.hi);
  },
  q: p => {
    readFloat(p.t, p.i++, 32);
    putWord(p.out, num.lo);
  },
  Q: p => {
    readFloat(p.t, p.i++, 64);
    putWord(p.out, num.lo);
    putWord(p.out, num.hi);
  },
  v: vector,
  z: p => putByte(p.out, 0),
  m: access,
  p: access,
  M: indexOr0('mems'),
  d: segment('mems', 'datas'),
  D: index('datas'),
  C: pair('mems'),
  e: segment('tables', 'elems'),
  E: index('elems'),
  K: pair('tables'),
  L: laneIndex,
  w: shuffle,
  n: field,
  N: p => {
    putU32(p.out, s.takeIndex(p, p.types));
    putU32(p.out, readU32(p.t, p.i++, 'a number of elements'));
  },
  u: typeAnd('datas'),
  U: typeAnd('elems'),
  k: typeAnd('types'),
  B: branchOnCast,
};

/** By word, what reads an instruction's immediates and writes them; undefined for words that are none, or blocks. */
export const operands = immediates.map((letters, w) => (opcodes[w]! < 0 ? undefined : byLetter[letters]));
operands[word('select')] = select;
