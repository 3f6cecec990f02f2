// The JS API's WebAssembly namespace, run by our interpreter: for engines that have none, and for programs that are to run in it. The default
// export is the namespace object. Where it differs from the specification: docs/webassembly.md. Spec: WebAssembly JavaScript Interface.

import { compile, compileStreaming, instantiate, instantiateStreaming } from './api/webassembly/compile';
import { CompileError, LinkError, RuntimeError } from './api/webassembly/errors';
import { Global } from './api/webassembly/global';
import { Instance } from './api/webassembly/instance';
import { Memory } from './api/webassembly/memory';
import { Module, validate } from './api/webassembly/module';
import { Table } from './api/webassembly/table';
import { Exception, JSTag, Tag } from './api/webassembly/tag';

export type { InstantiatedSource, ResponseLike } from './api/webassembly/compile';
export type { GlobalDescriptor } from './api/webassembly/global';
export type { Exports, Imports } from './api/webassembly/instance';
export type { MemoryDescriptor } from './api/webassembly/memory';
export type { BufferSource, ModuleExportDescriptor, ModuleImportDescriptor } from './api/webassembly/module';
export type { TableDescriptor } from './api/webassembly/table';
export type { ExceptionOptions, TagType } from './api/webassembly/tag';
export type { ImportExportKind, TableKind, ValueType } from './api/webassembly/types';

const functions = { compile, validate, instantiate, compileStreaming, instantiateStreaming };
const classes = { Module, Instance, Table, Memory, Global, Tag, Exception, CompileError, LinkError, RuntimeError };

const WebAssembly: typeof functions & typeof classes & { readonly JSTag: Tag } = Object.create(Object.prototype, {
  [Symbol.toStringTag]: { value: 'WebAssembly', configurable: true },
});
Object.assign(WebAssembly, functions);
for (const [name, value] of Object.entries(classes)) {
  Object.defineProperty(WebAssembly, name, { value, writable: true, configurable: true });
}
Object.defineProperty(WebAssembly, 'JSTag', { get: () => JSTag, enumerable: true, configurable: true });

export default WebAssembly;
export {
  CompileError,
  compile,
  compileStreaming,
  Exception,
  Global,
  Instance,
  instantiate,
  instantiateStreaming,
  JSTag,
  LinkError,
  Memory,
  Module,
  RuntimeError,
  Table,
  Tag,
  validate,
};
