// What validation knows of a module: its index spaces. Filled while the sections pass by (module.ts), read by body.ts. Device-safe.

import type { FuncType, GlobalType, MemType, TableType } from '../spec/types';

/** What matching types must know (match.ts): of a module, or of a store. */
export interface Types {
  types: FuncType[];
  /** By type index: the smallest index of an equal type [core 3.1.4]. */
  canon: number[];
}

export interface Context extends Types {
  funcs: number[]; // type index of every function, imported ones first
  tables: TableType[];
  mems: MemType[];
  globals: GlobalType[];
  tags: number[]; // type index of every tag
  elems: number[]; // reference type of every element segment
  datas: number; // announced by the data count section; -1 = there is none
  importedGlobals: number;
  /** Functions that ref.func may name in bodies: those that occur outside them. */
  declared: { [func: number]: boolean };
  /** Some body has memory.size or memory.grow. */
  resizes: boolean;
  asksSize: boolean; // memory.size
  /** Features (spec/features.ts) that are on, and those it uses that no executor runs. */
  enabled: number;
  features: number;
}
