// A validated module with its bytes. Holds no copy of the code: bodies and segments are read in place. Device-safe.

import { readModule } from '../binary/reader';
import { createModuleValidator, type ModuleInfo } from '../validate/module';

export type { Custom, DataSegment, ElemSegment, Export, Import, ModuleInfo, Span } from '../validate/module';

export interface Module extends ModuleInfo {
  /** The whole module; must not change while instances of it live. */
  bytes: Uint8Array;
}

/** Decodes and fully validates a module. Borrows bytes for as long as the module lives. Throws a fault number; details in spec/faults.ts `fault`. */
export function parseModule(bytes: Uint8Array): Module {
  const v = createModuleValidator();
  readModule(bytes, v.events);
  const module = v.module as Module;
  module.bytes = bytes;
  return module;
}

/** The index of an export of that kind, -1 = none. */
export function exportIndex(module: Module, name: string, kind: number): number {
  for (let i = 0; i < module.exports.length; i++) {
    const e = module.exports[i];
    if (e.name === name && e.kind === kind) return e.index;
  }
  return -1;
}
