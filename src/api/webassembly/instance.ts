// WebAssembly.Instance: reads the imports, links, exports. Spec: JS API, 5.2, "read the imports", "instantiate the core of a module".

import type { Tag } from '../../runtime/exception';
import type { Global, Instance as Raw, Table } from '../../runtime/instance';
import { addExtern, addNatives, createLinker, exportValue, instantiate } from '../../runtime/link';
import type { Memory } from '../../runtime/memory';
import type { Module as Parsed } from '../../runtime/module';
import type { NativeFn } from '../../runtime/native';
import type { Func } from '../../runtime/store';
import { storeType, typeIds } from '../../runtime/types';
import { fault, IMPORT_TYPE } from '../../spec/faults';
import { faultText, trapText } from '../../spec/texts';
import { F32, F64, I32, I64, KIND_FUNC, KIND_MEM, KIND_TABLE, KIND_TAG } from '../../spec/types';
import { LinkError, RuntimeError } from './errors';
import { call, hostFunction } from './functions';
import { globals, newGlobal } from './global';
import { memories } from './memory';
import { type Module, modules } from './module';
import { tables } from './table';
import { tags } from './tag';
import { allocate, functions, store } from './values';
import { asInterface, isObject, Pairs } from './webidl';

export type Imports = Record<string, Record<string, any>>;
export type Exports = Record<string, any>;

export class Instance {
  /** Links, allocates, runs the start function. Throws TypeError, LinkError, RuntimeError, and what the start function throws. */
  constructor(module: Module, importObject?: Imports) {
    const parsed = modules.raw(module);
    link(this, parsed, readImports(parsed, importObject));
  }

  /** A frozen object without prototype: functions, memories, tables, globals and tags by name. */
  get exports(): Exports {
    return instances.raw(this);
  }
}

/** What is given for each of the module's imports, in their order: a thing of the runtime, or a native that calls a function of JavaScript. */
export type Given = Func | Table | Memory | Global | Tag | NativeFn;

/** Reads the imports. Throws TypeError, LinkError, and what getters throw. */
export function readImports(module: Parsed, importObject: unknown): Given[] {
  if (importObject !== undefined && !isObject(importObject)) throw new TypeError('the import object must be an object');
  if (module.imports.length > 0 && importObject === undefined) throw new TypeError('the module has imports: an import object is needed');
  const ids = typeIds(store, module.types);
  return module.imports.map(({ module: from, name, kind, index }, at) => {
    const object = (importObject as Imports)[from];
    if (!isObject(object)) throw new TypeError(`import ${at}: "${from}" must be an object`);
    const value = object[name];
    const no = (what: string) => new LinkError(`import ${at} "${from}" "${name}": ${what}`);
    if (kind === KIND_FUNC) {
      if (typeof value !== 'function') throw no('must be a function');
      return functions.find(value) ?? hostFunction(value as () => unknown, module.types[module.funcs[index]], ids);
    }
    if (kind === KIND_MEM) return memories.find(value) ?? fail(no('must be a WebAssembly.Memory'));
    if (kind === KIND_TABLE) return tables.find(value) ?? fail(no('must be a WebAssembly.Table'));
    if (kind === KIND_TAG) return tags.find(value) ?? fail(no('must be a WebAssembly.Tag'));
    return globals.find(value) ?? constant(storeType(ids, module.globals[index].type), value, no);
  });
}

function fail(error: Error): never {
  throw error;
}

/** The immutable global that a value given for one becomes. Throws LinkError. */
function constant(type: number, value: unknown, no: (what: string) => Error): Global {
  const wanted = type === I64 ? 'bigint' : type === I32 || type === F32 || type === F64 ? 'number' : typeof value;
  if (typeof value !== wanted) throw no(`must be a ${wanted} or a WebAssembly.Global`);
  try {
    return newGlobal(type, false, [value]);
  } catch (error) {
    throw error instanceof TypeError ? no(error.message) : error;
  }
}

/** Instantiates into `instance` with what readImports gave. Throws LinkError, RuntimeError, RangeError, and what the start function throws. */
export function link(instance: Instance, module: Parsed, values: Given[]): Instance {
  // by position: one name may be imported twice, and be another thing each time
  const imports = module.imports.map((wanted, at) => ({ ...wanted, module: '', name: String(at) }));
  const linker = createLinker();
  imports.forEach(({ name, kind }, at) => {
    const value = values[at];
    if (typeof value === 'function') addNatives(linker, { name: '', natives: [[name, '', value]] });
    else addExtern(linker, { module: '', name, kind, value });
  });
  let raw: Raw;
  try {
    raw = allocate('instance', () => instantiate(store, { ...module, imports }, linker, { heapBytes: 0, lenient: false, shrink: false }));
  } catch (error) {
    throw typeof error === 'number' ? failure(error, module) : error;
  }
  const exports: Exports = Object.create(null);
  for (const { name, kind, index } of module.exports) exports[name] = OBJECTS[kind].api(exportValue(raw, kind, index));
  instances.add(instance, Object.freeze(exports));
  if (module.start >= 0) call(raw.funcs[module.start], [], []);
  return instance;
}

function failure(code: number, module: Parsed): Error {
  if (code < 200) return new RuntimeError(trapText(code, 0));
  if (code !== IMPORT_TYPE) return new LinkError(faultText(code, fault.detail));
  const { module: from, name } = module.imports[fault.detail];
  return new LinkError(`import ${fault.detail} "${from}" "${name}": ${faultText(code, 0)}`);
}

const OBJECTS: { api(raw: any): unknown }[] = [functions, tables, memories, globals, tags]; // by kind

/** Instances and their exports. */
export const instances = new Pairs<Instance, Exports>('Instance', () => Object.create(Instance.prototype));

asInterface('Instance', Instance, 1);
