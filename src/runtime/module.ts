// A validated module with its bytes. Holds no copy of the code: bodies and segments are read in place. Device-safe.

import { createReader, type Reader } from '../binary/reader';
import { fault, raise } from '../spec/faults';
import { createModuleValidator, type ModuleInfo } from '../validate/module';

export type { Custom, DataSegment, ElemSegment, Export, Import, ModuleInfo, Span } from '../validate/module';

export interface Module extends ModuleInfo {
  /** The whole module; must not change while instances of it live. */
  bytes: Uint8Array;
  /** What executors keep for all its instances, by their names. */
  code: { [executor: string]: any };
}

/** A module on its way in: validated as its bytes come, so that a board never stands still for the whole of it. */
export interface Parsing {
  module: Module;
  reader: Reader;
  done: boolean; // read to its end, or refused
  // The first fault (0 = none), kept because others overwrite spec/faults.ts `fault` meanwhile:
  code: number;
  offset: number;
  detail: number;
}

/** Begins to parse the module that `bytes` will hold; borrows bytes for as long as the module lives. features: those that are on (spec/features.ts), all unless given. */
export function beginModule(bytes: Uint8Array, features?: number): Parsing {
  const v = createModuleValidator(features);
  const module = v.module as Module;
  module.bytes = bytes;
  module.code = {};
  return { module: module, reader: createReader(v.events, features), done: false, code: 0, offset: 0, detail: 0 };
}

/** Takes the next piece, bytes[start, end) of the module. Throws nothing: a fault is told at the end. */
export function feedModule(parsing: Parsing, start: number, end: number): void {
  if (parsing.done) return;
  try {
    parsing.reader.feed(parsing.module.bytes, start, end);
  } catch (e) {
    refuse(parsing, e);
  }
}

function refuse(parsing: Parsing, e: any): void {
  if (typeof e !== 'number') throw e;
  parsing.done = true;
  parsing.code = e;
  parsing.offset = fault.offset;
  parsing.detail = fault.detail;
}

/** The module, all of whose bytes have been fed. Throws a fault number; details in spec/faults.ts `fault`. May be asked again. */
export function endModule(parsing: Parsing): Module {
  if (!parsing.done) {
    try {
      parsing.reader.end();
      parsing.done = true;
    } catch (e) {
      refuse(parsing, e);
    }
  }
  if (parsing.code !== 0) throw raise(parsing.code, parsing.offset, parsing.detail);
  return parsing.module;
}

/** Decodes and fully validates a module at once. Arguments as beginModule. Throws a fault number; details in spec/faults.ts `fault`. */
export function parseModule(bytes: Uint8Array, features?: number): Module {
  const parsing = beginModule(bytes, features);
  feedModule(parsing, 0, bytes.length);
  return endModule(parsing);
}

/** The index of an export of that kind, -1 = none. */
export function exportIndex(module: Module, name: string, kind: number): number {
  for (let i = 0; i < module.exports.length; i++) {
    const e = module.exports[i];
    if (e.name === name && e.kind === kind) return e.index;
  }
  return -1;
}
