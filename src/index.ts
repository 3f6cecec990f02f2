// The library: `import { Module, Runtime } from 'wasmote'`. Reference: docs/library.md.

export {
  Call,
  type CallStatus,
  Exit,
  Instance,
  type InstanceOptions,
  LinkError,
  type MemoryView,
  Runtime,
  type RuntimeOptions,
  type TraceEntry,
  Trap,
  type Value,
} from './api/instance';
export {
  type ByteSource,
  type ExternKind,
  type FunctionType,
  LoadError,
  Module,
  type ValueType,
  type Verdict,
  validate,
} from './api/module';
export {
  type Immediates,
  ModuleParser,
  type Operator,
  type ParserEvent,
  type ParserOptions,
  readEventStream,
  readEvents,
} from './api/parser';
export { type ParseOptions, type PrintOptions, parseText, printModule, TextError } from './api/text';
export { interpreter } from './interp/interp';
export { jsA, jsB } from './jstext/executor';
export { libc, libcMore } from './libc/libc';
export { type LibcOptions, libcState } from './libc/state';
export { callGuest, type Env, fail, type Native, type NativeModule, wait } from './runtime/native';
export type { Executor, StoreLimits } from './runtime/store';
export * as traps from './spec/traps';
export type { WasiOptions } from './wasi/state';
export { wasi, wasiState } from './wasi/wasi';
