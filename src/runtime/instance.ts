// A module instance: its functions, tables, memories, globals and exports. Device-safe. Spec: core 4.2.5, 4.5.4.

import type { GlobalType, TableType } from '../spec/types';
import type { Memory } from './memory';
import type { Module } from './module';
import type { Env } from './native';
import type { Func, Store } from './store';

/** Reference handles: function references are Func.handle, external ones index + 1 in store.externs; 0 = null. */
export interface Table {
  type: TableType;
  elems: Int32Array; // elems.length may exceed size while it has room to grow
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
  tables: Table[];
  mems: Memory[];
  globals: Global[];
  /** Segments dropped by data.drop / elem.drop or by being active. */
  droppedData: boolean[];
  droppedElem: boolean[];
  /** The app heap inside memory 0 (heap.ts): start and size in bytes; 0, 0 = none. */
  heapBase: number;
  heapBytes: number;
}
