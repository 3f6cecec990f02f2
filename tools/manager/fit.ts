// Will it fit: what a board would say of a package, found out here before a byte is sent. The same reader, validator, linker and
// natives as on the board, so that the verdicts agree; the board checks again and has the last word.

import { RECORD_BYTES } from '../../device/agent/install';
import { CODE_FACTOR, createNatives, HEAP_BYTES, TASK_BYTES } from '../../device/agent/task';
import { addParts } from '../../device/parts/all';
import { entryTexts, findEntry } from '../../src/app/entry';
import { COMPONENT, ENTRY, IMPORTS, MEM, NEEDS, RAM, SPACE, TRAP, WASM } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import { interpreter } from '../../src/interp/interp';
import { instantiate, missingImports } from '../../src/runtime/link';
import { type Module, parseModule } from '../../src/runtime/module';
import { createStore } from '../../src/runtime/store';
import * as faults from '../../src/spec/faults';
import { ALL } from '../../src/spec/features';
import { FEATURE_NAMES, faultText, featureNames, trapText } from '../../src/spec/texts';
import type { AppInfo, Info, Limits } from '../../src/wire/messages';

/** Bytes a package needs of a board. */
export interface Needs {
  flash: number;
  ram: number; // module, code, memory as it starts, and the engine's share
  memory: number; // linear memory alone
  features: number; // of the language beyond 2.0 (spec/features.ts)
}

/** Checks what is the same on every board. Throws COMPONENT, WASM (with offset), IMPORTS (all of them), ENTRY, MEM. */
export function checkModule(bytes: Uint8Array, file: string, lim: Limits): Needs {
  let module: Module;
  try {
    module = parseModule(bytes);
  } catch (fault) {
    if (typeof fault !== 'number') throw fault;
    if (fault === faults.COMPONENT) throw new WasmoteError(COMPONENT, { file });
    const { offset, detail } = faults.fault;
    throw new WasmoteError(WASM, { file, offset, text: faultText(fault, detail) });
  }
  const natives = addParts(createNatives());
  const missing = missingImports(natives, module);
  if (missing.length > 0) throw new WasmoteError(IMPORTS, { file, list: missing.map(each => `${each.module}.${each.name}`).join(', ') });
  const memory = instanceBytes(module, file, lim, natives);
  const code = module.bodies.reduce((sum, body) => sum + body.end - body.start, 0);
  return { flash: bytes.length, ram: TASK_BYTES + bytes.length + CODE_FACTOR * code + memory, memory, features: featuresOf(bytes) };
}

/** Bytes of memory that an instance starts with, by the board's rules (shrunk below 64 KiB where that is safe, heap added). */
function instanceBytes(module: Module, file: string, lim: Limits, natives: ReturnType<typeof createNatives>): number {
  const store = createStore(interpreter, { memoryBytes: lim.mem ?? 1 << 30, tableElems: 1 << 20, stackBytes: 1 << 16, callDepth: 1024 });
  try {
    const entry = findEntry(instantiate(store, module, natives, { heapBytes: lim.heap ?? HEAP_BYTES, lenient: false, shrink: true }));
    if (entry.fault !== 0) throw new WasmoteError(ENTRY, { file, text: entryTexts[entry.fault] });
  } catch (thrown) {
    if (thrown === faults.MEMORY_LIMIT && lim.mem !== undefined) throw new WasmoteError(MEM, { app: file, limit: lim.mem });
    if (thrown === faults.MEMORY_LIMIT) return 2 ** 32; // more than any board has
    if (typeof thrown !== 'number') throw thrown;
    if (thrown > 200) throw new WasmoteError(WASM, { file, offset: faults.fault.offset, text: faultText(thrown, faults.fault.detail) });
    throw new WasmoteError(TRAP, { app: file, trap: trapText(thrown, 0) }); // a segment outside its memory
  }
  return store.memoryUsed;
}

/** What of the language beyond 2.0 a valid module needs: what it is not valid without. */
function featuresOf(bytes: Uint8Array): number {
  const valid = (features: number): boolean => {
    try {
      parseModule(bytes, features);
      return true;
    } catch (fault) {
      if (typeof fault !== 'number') throw fault;
      return false;
    }
  };
  return Object.values(FEATURE_NAMES).reduce((needed, feature) => (valid(ALL & ~feature) ? needed : needed | feature), 0);
}

/**
 * Compares needs with what a board said it runs and has free; `have` = the app that would be replaced. Throws NEEDS (features of the
 * language), SPACE, RAM.
 */
export function checkFit(needs: Needs, info: Info, have: AppInfo | undefined): void {
  const lacking = needs.features & ~(info.wasm ?? 0);
  if (lacking !== 0) throw new WasmoteError(NEEDS, { what: `what the app's code uses of WebAssembly: ${featureNames(lacking)}` });
  const flash = needs.flash + RECORD_BYTES;
  if (flash > info.flash) throw new WasmoteError(SPACE, { need: flash, free: info.flash });
  const free = info.ram + (have?.run ? have.mem : 0);
  if (needs.ram > free) throw new WasmoteError(RAM, { need: needs.ram, free });
}
