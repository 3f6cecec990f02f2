// The functions of the namespace that answer with promises. Compiling is not in parallel: it happens when the promise's turn comes.
// Spec: JS API, 5 (compile, instantiate); Web API, 4 (compileStreaming, instantiateStreaming).

import { type Imports, Instance, link, readImports } from './instance';
import { type BufferSource, compileBytes, type Module, modules } from './module';
import { copyBytes, isObject } from './webidl';

export interface InstantiatedSource {
  module: Module;
  instance: Instance;
}

/** What is needed of a Response. */
export interface ResponseLike {
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Compiles a copy of the bytes. Rejects with TypeError, CompileError. */
export async function compile(bytes: BufferSource): Promise<Module> {
  const copy = copyBytes(bytes);
  await null;
  return modules.api(compileBytes(copy));
}

/** From bytes: a module and an instance of it. From a module: an instance; its imports are read at once. */
export function instantiate(bytes: BufferSource, importObject?: Imports): Promise<InstantiatedSource>;
export function instantiate(module: Module, importObject?: Imports): Promise<Instance>;
export async function instantiate(
  source: BufferSource | Module,
  ...[importObject]: [importObject?: Imports]
): Promise<InstantiatedSource | Instance> {
  const parsed = modules.find(source);
  if (importObject !== undefined && !isObject(importObject)) throw new TypeError('the import object must be an object');
  if (parsed === undefined) return instantiateModule(await compile(source as BufferSource), importObject);
  const values = readImports(parsed, importObject);
  await null;
  return link(Object.create(Instance.prototype), parsed, values);
}

export async function compileStreaming(source: ResponseLike | PromiseLike<ResponseLike>): Promise<Module> {
  return modules.api(compileBytes(new Uint8Array(await bytesOf(source))));
}

export async function instantiateStreaming(
  source: ResponseLike | PromiseLike<ResponseLike>,
  ...[importObject]: [importObject?: Imports]
): Promise<InstantiatedSource> {
  return instantiateModule(await compileStreaming(source), importObject);
}

function instantiateModule(module: Module, importObject?: Imports): InstantiatedSource {
  return { module, instance: new Instance(module, importObject) };
}

/** The bytes of a response that says it is a module. Throws TypeError. */
async function bytesOf(source: ResponseLike | PromiseLike<ResponseLike>): Promise<ArrayBuffer> {
  const response = await source;
  if (!isObject(response) || typeof response.arrayBuffer !== 'function') throw new TypeError('not a Response');
  const type = response.headers.get('Content-Type') ?? '';
  if (type.trim().toLowerCase() !== 'application/wasm')
    throw new TypeError(`a module is of type application/wasm, not ${type || 'unknown'}`);
  if (!response.ok) throw new TypeError('the response is no success');
  return response.arrayBuffer();
}
