// A decoded and validated module. Holds no copy of the code: bodies are read in place from `bytes`. Device-safe.

import type { FuncType, GlobalType, Limits, MemType, TableType } from '../spec/types';

export interface Import {
  module: string;
  name: string;
  kind: number; // KIND_*
  type: number; // type index of a function, else index into the module's own list of that kind (tables, mems, globals)
}
export interface Export {
  name: string;
  kind: number;
  index: number;
}
/** Where a function's body lies in bytes: from its local declarations to its end. */
export interface Body {
  start: number;
  end: number;
}
export interface Custom {
  name: string;
  start: number;
  end: number;
}

export interface Module {
  bytes: Uint8Array;
  types: FuncType[];
  imports: Import[];
  exports: Export[];
  funcTypes: number[]; // type index of every function, imported ones first
  importedFuncs: number;
  bodies: Body[]; // of own functions
  tables: TableType[];
  mems: MemType[];
  globals: GlobalType[];
  customs: Custom[];
  start: number; // function index, -1 = none
}
export type { Limits };
