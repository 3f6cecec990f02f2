// Linking and instantiation: finds what a module imports (natives, host externs, other instances' exports), allocates its memories, tables
// and globals, runs its segments. Runs no guest code: startFuncs() says what the embedder must run first. Device-safe.
// Spec: core 4.5.3 Allocation, 4.5.4 Instantiation. Memory below 64 KiB and the app heap: WAMR's rules, docs/memory.md.

import * as F from '../spec/faults';
import { EXECUTABLE, HAS_EXCEPTIONS, HAS_MEMORY64, HAS_MULTI_MEMORY, HAS_THREADS, HAS_TYPED_REFS } from '../spec/features';
import { MAX_BYTES } from '../spec/limits';
import { FEATURES } from '../spec/profile';
import * as T from '../spec/traps';
import {
  type FuncType,
  funcType,
  type GlobalType,
  I32,
  KIND_FUNC,
  KIND_GLOBAL,
  KIND_MEM,
  KIND_TABLE,
  KIND_TAG,
  type Limits,
  type MemType,
  type TableType,
  typeKey,
} from '../spec/types';
import { heapMatches, matches as typeMatches } from '../validate/match';
import { evaluate } from './constant';
import { holdsExceptions, type Tag } from './exception';
import { findAllocator, heapInit } from './heap';
import { type Global, growTable, type Instance, initSegments, type Table } from './instance';
import { createMemory, type Memory } from './memory';
import { exportIndex, type Import, type Module } from './module';
import { type Env, fail, type NativeFn, type NativeModule, typeOfSignature } from './native';
import type { Func, Store } from './store';
import { storeType, typeIds } from './types';

/** Something to import that is neither a native nor an instance's export. value: Func, Table, Memory, Global or Tag by kind. */
export interface Extern {
  module: string;
  name: string;
  kind: number;
  value: any;
}

export interface Linker {
  natives: NativeModule[];
  instances: { name: string; instance: Instance }[];
  externs: Extern[];
}

export interface InstantiateOptions {
  /** Bytes of app heap for modules that bring no malloc; 0 = none. */
  heapBytes: number;
  /** Missing functions trap when called; missing memories, tables and globals of env and the like are made. */
  lenient: boolean;
  /** Cut memory by the shrink rule and guard the stack pointer. Off = the spec to the letter. */
  shrink: boolean;
}

export function createLinker(): Linker {
  return { natives: [], instances: [], externs: [] };
}
/** Offers natives; of equal ones the newest wins. */
export function addNatives(linker: Linker, natives: NativeModule): void {
  linker.natives.push(natives);
}
/** Offers an instance's exports under a module name. */
export function addInstance(linker: Linker, name: string, instance: Instance): void {
  linker.instances.push({ name: name, instance: instance });
}
export function addExtern(linker: Linker, extern: Extern): void {
  linker.externs.push(extern);
}

/** The value behind an instance's export. */
export function exportValue(instance: Instance, kind: number, index: number): any {
  return kind === KIND_FUNC
    ? instance.funcs[index]
    : kind === KIND_TABLE
      ? instance.tables[index]
      : kind === KIND_MEM
        ? instance.mems[index]
        : HAS_EXCEPTIONS && kind === KIND_TAG
          ? instance.tags[index]
          : instance.globals[index];
}

const NO_NATIVE: [string, NativeFn] = ['', function () {}];

/** Signature and function of the native that fits, NO_NATIVE when there is none; sets known when the name alone was found. */
let known = false;
function findNative(linker: Linker, module: string, name: string, type: FuncType): [string, NativeFn] {
  for (let m = linker.natives.length - 1; m >= 0; m--) {
    const natives = linker.natives[m];
    if (natives.name !== module && (!natives.alias || natives.alias.indexOf(module) < 0)) continue;
    for (let i = 0; i < natives.natives.length; i++) {
      const row = natives.natives[i];
      const grouped = row[0].charAt(0) === '(';
      const at = grouped ? row[1].split(' ').indexOf(name) : row[0] === name ? 0 : -1;
      if (at < 0) continue;
      const signature = row[grouped ? 0 : 1];
      if (signature === '' || typeKey(typeOfSignature(signature)) === typeKey(type))
        return [signature || rawSignature(type), row[2 + at] as NativeFn];
      known = true;
    }
  }
  return NO_NATIVE;
}
/** For natives registered without a signature: plain letters, nothing checked. */
function rawSignature(type: FuncType): string {
  const letter = function (t: number) {
    return t >= 0x7c && t <= 0x7f ? 'FfIi'.charAt(t - 0x7c) : 'r';
  };
  return '(' + type.params.map(letter).join('') + ')' + type.results.map(letter).join('');
}

/** Whether something of that size and type has the limits wanted, and addresses of the same width. */
function limitsMatch(size: number, type: Limits, wanted: Limits): boolean {
  if (HAS_MEMORY64 && (type.wide === null) !== (wanted.wide === null)) return false;
  return size >= wanted.min && (wanted.max < 0 || (type.max >= 0 && type.max <= wanted.max));
}
/**
 * Whether value may stand for the import [core 3.0, 3.3.12 External Types]. ids: the numbers of the module's types in store; without a store
 * (nothing there that could have types of its own) functions compare by structure.
 */
function matches(module: Module, imported: Import, value: any, store: Store | null, ids: number[]): boolean {
  const i = imported.index;
  if (imported.kind === KIND_FUNC) {
    const type = module.funcs[i];
    if (store === null) return typeKey((value as Func).type) === typeKey(module.types[type]);
    return heapMatches(store, (value as Func).typeId, ids[type]);
  }
  if (imported.kind === KIND_TABLE) {
    const table = value as Table;
    return table.type.elem === storeType(ids, module.tables[i].elem) && limitsMatch(table.size, table.type, module.tables[i]);
  }
  if (imported.kind === KIND_MEM) {
    const memory = value as Memory;
    const wanted = module.mems[i];
    if (memory.type.pageBytes !== wanted.pageBytes || (HAS_THREADS && memory.type.shared !== wanted.shared)) return false;
    return limitsMatch(Math.floor(memory.bytes / wanted.pageBytes), memory.type, wanted);
  }
  if (HAS_EXCEPTIONS && imported.kind === KIND_TAG) return (value as Tag).typeId === ids[module.tags[i]];
  const wanted = storeType(ids, module.globals[i].type);
  const type = (value as Global).type;
  return (
    type.mut === module.globals[i].mut && (type.type === wanted || (!type.mut && store !== null && typeMatches(store, type.type, wanted)))
  );
}

/** What stands for an import: a value, or null with the reason in `reason`. Natives become Funcs only at instantiation. */
let reason = 0;
function resolve(linker: Linker, module: Module, imported: Import, store: Store | null, ids: number[]): any {
  reason = F.UNKNOWN_IMPORT;
  known = false;
  for (let k = linker.externs.length - 1; k >= 0; k--) {
    const e = linker.externs[k];
    if (e.module !== imported.module || e.name !== imported.name) continue;
    reason = F.IMPORT_TYPE;
    if (e.kind === imported.kind && matches(module, imported, e.value, store, ids)) return e.value;
    return null;
  }
  for (let k = linker.instances.length - 1; k >= 0; k--) {
    const offered = linker.instances[k];
    if (offered.name !== imported.module) continue;
    const exports = offered.instance.module.exports;
    for (let i = 0; i < exports.length; i++) {
      if (exports[i].name !== imported.name) continue;
      reason = F.IMPORT_TYPE;
      if (exports[i].kind !== imported.kind) return null;
      const value = exportValue(offered.instance, imported.kind, exports[i].index);
      return matches(module, imported, value, store, ids) ? value : null;
    }
    return null;
  }
  if (imported.kind === KIND_FUNC) {
    const type = module.types[module.funcs[imported.index]];
    let native = findNative(linker, imported.module, imported.name, type);
    // WAMR also looks the name up without one leading underscore
    if (native === NO_NATIVE && imported.name.charAt(0) === '_')
      native = findNative(linker, imported.module, imported.name.substring(1), type);
    if (native !== NO_NATIVE) return native;
    if (known) reason = F.IMPORT_TYPE;
  }
  return null;
}

/** The imports that nothing of the right type stands for, in order. */
export function missingImports(linker: Linker, module: Module): Import[] {
  const store = linker.instances.length > 0 ? linker.instances[0].instance.store : null;
  const ids = store === null ? [] : typeIds(store, module.types);
  return module.imports.filter(function (imported) {
    return resolve(linker, module, imported, store, ids) === null;
  });
}

function newFunc(instance: Instance, index: number, native: NativeFn | null, signature: string): Func {
  const store = instance.store;
  const type = instance.module.funcs[index];
  const func: Func = {
    type: instance.module.types[type],
    typeId: instance.typeIds[type],
    instance: instance,
    index: index,
    handle: store.funcs.length + 1,
    native: native,
    signature: signature,
    code: null,
  };
  store.funcs.push(func);
  return func;
}

/** The type of a table of the instance's module as the store's. */
function tableType(instance: Instance, index: number): TableType {
  const own = instance.module.tables[index];
  const elem = storeType(instance.typeIds, own.elem);
  return elem === own.elem ? own : { elem: elem, min: own.min, max: own.max, wide: own.wide };
}

function newTag(instance: Instance, index: number): Tag {
  const ids = instance.typeIds;
  const type = instance.module.tags[index];
  const own = instance.module.types[type];
  const params = own.params.map(function (param) {
    return storeType(ids, param);
  });
  return { type: HAS_TYPED_REFS ? funcType(params, []) : own, typeId: ids[type] };
}

/** What lenient linking puts in the place of a missing import [WAMR]. */
function substitute(instance: Instance, imported: Import, index: number): any {
  const module = instance.module;
  const i = imported.index;
  if (imported.kind === KIND_FUNC) {
    const trap: NativeFn = function (env: Env) {
      throw fail(env, T.UNLINKED, index);
    };
    return newFunc(instance, i, trap, rawSignature(module.types[module.funcs[i]]));
  }
  if (imported.kind === KIND_GLOBAL) {
    if (imported.module !== 'global' || (imported.name !== 'NaN' && imported.name !== 'Infinity')) return null;
    return { type: module.globals[i], lo: 0, hi: imported.name === 'NaN' ? 0x7ff80000 : 0x7ff00000 };
  }
  if (' env wasi_unstable wasi_snapshot_preview1 spectest  '.indexOf(' ' + imported.module + ' ') < 0) return null;
  if (imported.kind === KIND_MEM) return createMemory(instance.store, module.mems[i], module.mems[i].min * module.mems[i].pageBytes);
  if (HAS_EXCEPTIONS && imported.kind === KIND_TAG) return newTag(instance, i);
  return createTable(instance.store, HAS_TYPED_REFS ? tableType(instance, i) : module.tables[i], 0);
}

/** A new table of the store, its elements `value`; type is the store's. Throws TABLE_LIMIT. */
export function createTable(store: Store, type: TableType, value: number): Table {
  const table: Table = { type: type, store: store, elems: new Int32Array(0), size: 0 };
  if (growTable(table, type.min, value) < 0) throw F.raise(F.TABLE_LIMIT, 0, type.min);
  if (HAS_EXCEPTIONS && holdsExceptions(type.elem)) store.exceptions.tables.push(table);
  return table;
}
/** A new global of the store; type is the store's. */
export function createGlobal(store: Store, type: GlobalType, lo: number, hi: number): Global {
  const global: Global = { type: type, lo: lo, hi: hi };
  if (HAS_EXCEPTIONS && holdsExceptions(type.type)) store.exceptions.globals.push(global);
  return global;
}

/** An exported own immutable i32 constant global, -1 = none. */
function exportedConstant(instance: Instance, name: string): number {
  const g = exportIndex(instance.module, name, KIND_GLOBAL);
  if (g < instance.module.importedGlobals) return -1;
  const global = instance.globals[g];
  return global.type.type === I32 && !global.type.mut ? global.lo >>> 0 : -1;
}

/** Whether the module takes memory from the host's allocator. WAMR takes names with and without a leading underscore. */
function importsMalloc(module: Module): boolean {
  return module.imports.some(function (i) {
    return i.module === 'env' && /^_?(malloc|calloc|realloc|strdup|getenv|gmtime|__cxa_allocate_exception)$/.test(i.name);
  });
}
/** Whether the host will have to bring texts into its memory: it has callbacks that take any (app/entry.ts). */
function takesTexts(module: Module): boolean {
  return module.exports.some(function (e) {
    return e.kind === KIND_FUNC && /^_?on_(message|call|reply|request|response)$/.test(e.name);
  });
}

/**
 * Memory 0's size in bytes by the shrink and heap rules; places the app heap.
 * Shrink rule: a module that exports __heap_base and __data_end and can neither ask nor change its memory's size gets align8(__heap_base)
 * bytes. The heap follows. A module that resizes may run an allocator of its own over all it has, so it gets a heap only when it
 * takes memory from us (from __heap_base on, as WAMR does), or when it needs one for events: then in pages of its own, which its
 * own allocator leaves alone as long as it takes what memory.grow gives. One that asks memory.size would not.
 */
function placeMemory(instance: Instance, type: MemType, options: InstantiateOptions): number {
  const initial = type.min * type.pageBytes;
  const fixed = !instance.module.resizes;
  const ours = (fixed && options.shrink) || importsMalloc(instance.module); // to the letter, memory is as large as it says
  const apart = options.shrink && !ours && !instance.module.asksSize && takesTexts(instance.module);
  const wanted = findAllocator(instance.module) === null && (ours || apart) ? options.heapBytes : 0;
  const heap = wanted <= 0 ? 0 : Math.max((wanted + 7) & -8, 256);
  const base = exportedConstant(instance, '__heap_base');
  const end = Math.ceil(base / 8) * 8;
  if (fixed && options.shrink) {
    const size = base >= 0 && exportedConstant(instance, '__data_end') >= 0 && end <= initial ? end : initial;
    instance.heapBase = heap > 0 ? size : 0;
    instance.heapBytes = heap;
    return size + heap;
  }
  if (heap === 0) return initial;
  instance.heapBase = !apart && base >= 0 && end <= initial ? end : initial;
  instance.heapBytes = heap;
  const size = Math.ceil((instance.heapBase + heap) / type.pageBytes) * type.pageBytes;
  if (size > MAX_BYTES) throw F.raise(F.HEAP_INSERT, 0, heap);
  return Math.max(size, initial);
}

/** Finds the stack pointer: the first own mutable i32 global that starts at or below __heap_base; its bounds as WAMR sets them. */
function guardStack(instance: Instance): void {
  const base = exportedConstant(instance, '__heap_base');
  const dataEnd = exportedConstant(instance, '__data_end');
  if (base < 0 || dataEnd < 0) return;
  for (let g = instance.module.importedGlobals; g < instance.globals.length; g++) {
    const global = instance.globals[g];
    if (global.type.type !== I32 || !global.type.mut || global.lo >>> 0 > base) continue;
    const low = Math.ceil(dataEnd / 16) * 16;
    instance.stackGlobal = g;
    instance.stackHigh = global.lo >>> 0;
    instance.stackLow = low < instance.stackHigh ? low : 0;
    return;
  }
}

/** Gives the instance what stands for its imports. */
function importAll(instance: Instance, linker: Linker, options: InstantiateOptions): void {
  const imports = instance.module.imports;
  for (let i = 0; i < imports.length; i++) {
    const imported = imports[i];
    let value = resolve(linker, instance.module, imported, instance.store, instance.typeIds);
    const why = reason;
    if (value === null && options.lenient) value = substitute(instance, imported, i);
    if (value === null) throw F.raise(why, 0, i);
    if (imported.kind === KIND_FUNC) instance.funcs.push(value.handle ? value : newFunc(instance, imported.index, value[1], value[0]));
    else if (imported.kind === KIND_TABLE) instance.tables.push(value);
    else if (imported.kind === KIND_MEM) instance.mems.push(value);
    else if (HAS_EXCEPTIONS && imported.kind === KIND_TAG) instance.tags.push(value);
    else instance.globals.push(value);
  }
}

/** Makes what the module defines and instance has not yet: functions, globals, tables, memories, tags [core 4.7.1]. */
function allocate(instance: Instance, options: InstantiateOptions): void {
  const module = instance.module;
  const store = instance.store;
  const ids = instance.typeIds;
  for (let f = module.importedFuncs; f < module.funcs.length; f++) instance.funcs.push(newFunc(instance, f, null, ''));
  for (let g = 0; g < module.inits.length; g++) {
    const bits = evaluate(instance, module.inits[g].start);
    const own = module.globals[module.importedGlobals + g];
    const type = storeType(ids, own.type);
    instance.globals.push(createGlobal(store, !HAS_TYPED_REFS || type === own.type ? own : { type: type, mut: own.mut }, bits.lo, bits.hi));
  }
  const imported = instance.tables.length;
  for (let t = imported; t < module.tables.length; t++) {
    const init = HAS_TYPED_REFS ? module.tableInits[t - imported] : null;
    instance.tables.push(
      createTable(store, HAS_TYPED_REFS ? tableType(instance, t) : module.tables[t], init === null ? 0 : evaluate(instance, init.start).lo),
    );
  }
  for (let m = instance.mems.length; m < module.mems.length; m++) {
    const type = module.mems[m];
    const bytes = HAS_MULTI_MEMORY && m > 0 ? type.min * type.pageBytes : placeMemory(instance, type, options);
    instance.mems.push(createMemory(store, type, bytes));
  }
  if (!HAS_EXCEPTIONS) return;
  for (let t = instance.tags.length; t < module.tags.length; t++) instance.tags.push(newTag(instance, t));
}

function none(): boolean {
  return false;
}

/**
 * Instantiates a module: links, allocates, runs the active segments. Guest code has not run yet: see startFuncs. Throws
 * NOT_EXECUTABLE, UNKNOWN_IMPORT or IMPORT_TYPE (fault.detail = import index), a limit fault, or a segment's trap.
 */
export function instantiate(store: Store, module: Module, linker: Linker, options: InstantiateOptions): Instance {
  if ((FEATURES & ~EXECUTABLE) !== 0 && (module.features & ~EXECUTABLE) !== 0)
    throw F.raise(F.NOT_EXECUTABLE, 0, module.features & ~EXECUTABLE);
  const env: Env = { u8: new Uint8Array(0), hi: 0, instance: null as any, thread: null, state: {} };
  const instance = {
    module: module,
    store: store,
    env: env,
    funcs: [],
    code: null,
    tables: [],
    mems: [],
    globals: [],
    typeIds: typeIds(store, module.types).slice(0),
    droppedData: [],
    droppedElem: [],
    heapBase: 0,
    heapBytes: 0,
    stackGlobal: -1,
    stackLow: 0,
    stackHigh: 0,
  } as any as Instance;
  if (HAS_EXCEPTIONS) instance.tags = []; // else it has none
  env.instance = instance;
  const memoryUsed = store.memoryUsed;
  const tableUsed = store.tableUsed;
  try {
    importAll(instance, linker, options);
    allocate(instance, options);
  } catch (e) {
    store.memoryUsed = memoryUsed; // nothing of it can be reached yet
    store.tableUsed = tableUsed;
    throw e;
  }
  if (instance.mems.length > 0) {
    instance.mems[0].envs = instance.mems[0].envs.concat([env]);
    env.u8 = instance.mems[0].u8;
  }
  if (options.shrink) guardStack(instance);
  // a list that has been pushed to keeps room for more: 150 bytes for one entry on V8
  instance.funcs = instance.funcs.slice(0);
  instance.mems = instance.mems.slice(0);
  instance.tables = instance.tables.slice(0);
  instance.globals = instance.globals.slice(0);
  instance.droppedData = module.dataSegments.map(none);
  instance.droppedElem = module.elemSegments.map(none);
  initSegments(instance);
  if (instance.heapBytes > 0) heapInit(env.u8, instance.heapBase, instance.heapBytes);
  return instance;
}

/** An exported function, null = none. */
export function findFunc(instance: Instance, name: string): Func | null {
  const f = exportIndex(instance.module, name, KIND_FUNC);
  return f < 0 ? null : instance.funcs[f];
}

/** What must run, in this order, before anything else of the instance: the start function and the initialisers toolchains export. */
export function startFuncs(instance: Instance): Func[] {
  const module = instance.module;
  const funcs: Func[] = [];
  if (module.start >= 0) funcs.push(instance.funcs[module.start]);
  const wasi = module.imports.some(function (i) {
    return i.module.indexOf('wasi_') === 0;
  });
  const names = wasi ? ['_initialize', '__post_instantiate'] : ['__post_instantiate', '__wasm_call_ctors'];
  for (let n = 0; n < names.length; n++) {
    const func = findFunc(instance, names[n]);
    if (func !== null && typeKey(func.type) === '>') funcs.push(func);
  }
  return funcs;
}
