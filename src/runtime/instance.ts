// A module instance: its functions, tables, memories, globals and exports, and the window natives get of it. Device-safe.
// Spec: core 4.2.5 Module Instances.

import * as c from '../binary/cursor';
import { ACTIVE } from '../binary/reader';
import { OOB_MEMORY, OOB_TABLE } from '../spec/traps';
import type { GlobalType, TableType } from '../spec/types';
import { evaluate } from './constant';
import type { Tag } from './exception';
import type { Memory } from './memory';
import type { Module } from './module';
import type { Env } from './native';
import type { Func, Store } from './store';

/**
 * Reference handles: function references are Func.handle, external ones index + 1 in store.externs, exceptions as exception.ts says; 0 =
 * null. Types of tables and globals are the store's (types.ts storeType).
 */
export interface Table {
  type: TableType;
  store: Store;
  elems: Int32Array; // may be longer than size
  size: number;
}

/** A global's bits: low and high word (high unused for 32-bit types). */
export interface Global {
  type: GlobalType;
  lo: number;
  hi: number;
}

export interface Instance {
  module: Module;
  store: Store;
  env: Env;
  funcs: Func[];
  /** The executor's own; null until it runs code of the instance. */
  code: any;
  tables: Table[];
  mems: Memory[];
  globals: Global[];
  tags: Tag[]; // where exceptions are built in
  typeIds: number[]; // the store's number of each of the module's types
  /** Segments that are gone: active ones after instantiation, others after data.drop and elem.drop. */
  droppedData: boolean[];
  droppedElem: boolean[];
  /** The app heap inside memory 0 (heap.ts): start and size in bytes; 0, 0 = none. */
  heapBase: number;
  heapBytes: number;
  /** The stack pointer global and its bounds in bytes, where the shrink rule found one; -1 = none. */
  stackGlobal: number;
  stackLow: number;
  stackHigh: number;
}

/** Grows a table by n elements of value; returns the old size or -1 [core 4.5.3.7]. */
export function growTable(table: Table, n: number, value: number): number {
  const old = table.size;
  const max = table.type.max < 0 ? 4294967295 : table.type.max;
  const limit = table.store.limits.tableElems;
  if (n > limit || old + n > max || table.store.tableUsed + n > limit) return -1;
  if (old + n > table.elems.length) {
    try {
      const elems = new Int32Array(old + n);
      elems.set(table.elems.subarray(0, old), 0);
      table.elems = elems;
    } catch (_e) {
      return -1;
    }
  }
  table.store.tableUsed += n;
  table.size = old + n;
  for (let i = old; i < table.size; i++) table.elems[i] = value;
  return old;
}

/** Evaluates n items of element segment `index` from item `from` into table at `to`. Traps OOB_TABLE. Unsigned arguments. */
export function initTable(instance: Instance, index: number, table: Table, to: number, from: number, n: number): void {
  const segment = instance.module.elemSegments[index];
  const count = instance.droppedElem[index] ? 0 : segment.count;
  if (from + n > count || to + n > table.size) throw OOB_TABLE;
  if (n === 0) return;
  const bytes = instance.module.bytes;
  c.open(bytes, segment.items, bytes.length, 0, 0);
  for (let i = 0; i < from + n; i++) {
    const value = segment.expressions ? evaluate(instance, c.at()).lo : instance.funcs[c.u32()].handle;
    if (i >= from) table.elems[to + i - from] = value;
  }
}

/** Copies n bytes of data segment `index` from `from` to memory address `to`. Traps OOB_MEMORY. Unsigned arguments. */
export function initMemory(instance: Instance, index: number, memory: Memory, to: number, from: number, n: number): void {
  const content = instance.module.dataSegments[index].content;
  const size = instance.droppedData[index] ? 0 : content.end - content.start;
  if (from + n > size || to + n > memory.bytes) throw OOB_MEMORY;
  memory.u8.set(instance.module.bytes.subarray(content.start + from, content.start + from + n), to);
}

/** Runs the active segments in order [core 4.5.4]; a trap leaves what earlier ones wrote. */
export function initSegments(instance: Instance): void {
  const module = instance.module;
  for (let i = 0; i < module.elemSegments.length; i++) {
    const segment = module.elemSegments[i];
    if (segment.mode === ACTIVE) {
      const at = evaluate(instance, segment.offset!.start).lo >>> 0;
      initTable(instance, i, instance.tables[segment.table], at, 0, segment.count);
    }
    instance.droppedElem[i] = segment.mode !== 1;
  }
  for (let i = 0; i < module.dataSegments.length; i++) {
    const segment = module.dataSegments[i];
    if (segment.mode !== ACTIVE) continue;
    const at = evaluate(instance, segment.offset!.start).lo >>> 0;
    initMemory(instance, i, instance.mems[segment.memory], at, 0, segment.content.end - segment.content.start);
    instance.droppedData[i] = true;
  }
}
