// Types memory.*, data.drop, table.* and elem.drop: instructions on indices, addresses of a memory or table, and counts. Device-safe.
// Spec: core 3.0, 3.4.8 Table, 3.4.9 Memory Instructions.

import * as c from '../binary/cursor';
import * as F from '../spec/faults';
import { HAS_MEMORY64, HAS_MULTI_MEMORY, MULTI_MEMORY, on } from '../spec/features';
import * as O from '../spec/ops.gen';
import { I32, I64, type Limits } from '../spec/types';
import { matches } from './match';
import type { Sink } from './sink';
import { cx, index, mismatch, opAt, pop, push } from './stack';

/** The type of addresses and sizes of a memory or table. */
export function addressType(limits: Limits): number {
  return !HAS_MEMORY64 || limits.wide === null ? I32 : I64;
}

/** A memory index immediate that stands alone; a zero byte until multi-memory. */
export function memoryIndex(): number {
  if (HAS_MULTI_MEMORY && on(MULTI_MEMORY)) return index(cx.mems.length, F.UNKNOWN_MEMORY);
  const x = c.byte();
  if (x !== 0) throw c.badBefore(F.ZERO_BYTE, x);
  if (cx.mems.length === 0) throw F.raise(F.UNKNOWN_MEMORY, opAt, 0);
  return x;
}
function tableIndex(): number {
  return index(cx.tables.length, F.UNKNOWN_TABLE);
}
/** A data index immediate. */
export function dataIndex(): number {
  const x = c.u32();
  if (cx.datas < 0) throw F.raise(F.DATA_COUNT_REQUIRED, opAt, x);
  if (x >= cx.datas) throw F.raise(F.UNKNOWN_DATA, opAt, x);
  return x;
}
/** The address type of what is copied between two: the smaller of theirs. */
function smaller(a: number, b: number): number {
  return !HAS_MEMORY64 || a === I32 || b === I32 ? I32 : I64;
}
/** to: null in unreachable code. */
export function bulk(code: number, to: Sink | null): void {
  let a = 0;
  let b = 0;
  let operands = 3; // of these types, unless a branch pops its own:
  let first = I32;
  let second = I32;
  let third = I32;
  let results = 0;
  if (code === O.MEMORY_SIZE || code === O.MEMORY_GROW) {
    cx.resizes = true;
    if (code === O.MEMORY_SIZE) cx.asksSize = true;
    a = memoryIndex();
    const at = addressType(cx.mems[a]);
    operands = code === O.MEMORY_GROW ? 1 : 0;
    results = 1;
    if (operands > 0) pop(at);
    push(at);
  } else if (code === O.MEMORY_FILL) {
    a = memoryIndex();
    first = third = addressType(cx.mems[a]);
  } else if (code === O.MEMORY_COPY) {
    a = memoryIndex();
    b = memoryIndex();
    first = addressType(cx.mems[a]);
    second = addressType(cx.mems[b]);
    third = smaller(first, second);
  } else if (code === O.MEMORY_INIT) {
    const x = c.u32(); // the memory is looked at first: whether it exists is asked before what to read
    b = memoryIndex();
    if (cx.datas < 0) throw F.raise(F.DATA_COUNT_REQUIRED, opAt, x);
    if (x >= cx.datas) throw F.raise(F.UNKNOWN_DATA, opAt, x);
    a = x;
    first = addressType(cx.mems[b]);
  } else if (code === O.DATA_DROP) {
    a = dataIndex();
    operands = 0;
  } else if (code === O.TABLE_INIT) {
    a = c.u32();
    b = tableIndex();
    if (a >= cx.elems.length) throw F.raise(F.UNKNOWN_ELEM, opAt, a);
    if (!matches(cx, cx.elems[a], cx.tables[b].elem)) throw mismatch();
    first = addressType(cx.tables[b]);
  } else if (code === O.ELEM_DROP) {
    a = index(cx.elems.length, F.UNKNOWN_ELEM);
    operands = 0;
  } else {
    a = tableIndex();
    const elem = cx.tables[a].elem;
    const at = addressType(cx.tables[a]);
    if (code === O.TABLE_COPY) {
      b = tableIndex();
      if (!matches(cx, cx.tables[b].elem, elem)) throw mismatch();
      first = at;
      second = addressType(cx.tables[b]);
      third = smaller(first, second);
    } else if (code === O.TABLE_FILL) {
      first = third = at;
      second = elem;
    } else if (code === O.TABLE_SET) {
      pop(elem);
      pop(at);
      operands = 2;
    } else if (code === O.TABLE_GROW) {
      pop(at);
      pop(elem);
      push(at);
      operands = 2;
      results = 1;
    } else if (code === O.TABLE_GET) {
      pop(at);
      push(elem);
      operands = results = 1;
    } else {
      push(at);
      operands = 0;
      results = 1;
    }
  }
  if (operands === 3) {
    pop(third);
    pop(second);
    pop(first);
  }
  if (to !== null) to.bulk(code, a, b, operands, results);
}
