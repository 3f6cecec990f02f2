// What validation knows of a module: its index spaces. Filled while the sections pass by (module.ts), read by body.ts. Device-safe.

import type { FuncType, GlobalType, MemType, TableType } from '../spec/types';

export interface Context {
  types: FuncType[];
  funcs: number[]; // type index of every function, imported ones first
  tables: TableType[];
  mems: MemType[];
  globals: GlobalType[];
  elems: number[]; // reference type of every element segment
  datas: number; // announced by the data count section; -1 = there is none
  importedGlobals: number; // those constant expressions may read
  /** Functions that ref.func may name in bodies: those that occur outside them. */
  declared: { [func: number]: boolean };
  /** Some body has memory.size or memory.grow. */
  resizes: boolean;
  asksSize: boolean; // memory.size
}
