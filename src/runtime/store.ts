// The store: what instances share (core spec 4.2.3): function addresses, external references, the executor, hard limits.
// One store per app on a device, so that everything of an app goes with it; embedders may link many instances in one. Device-safe.

import { HAS_EXCEPTIONS, HAS_TYPED_REFS } from '../spec/features';
import type { FuncType } from '../spec/types';
import { createExceptions, type Exceptions } from './exception';
import type { Instance } from './instance';
import type { NativeFn } from './native';
import type { Thread } from './thread';

/** A function instance. Its reference handle is its index in store.funcs + 1 (0 is null). */
export interface Func {
  type: FuncType;
  typeId: number; // its type's number in the store (types.ts)
  instance: Instance; // whose code or, for a native, whose env it runs with
  index: number; // in instance's function index space
  handle: number;
  native: NativeFn | null;
  signature: string; // of a native
  code: any; // the executor's own; null until first called
}

/** Turns validated functions into something it can run. The interpreter is one; a JavaScript compiler will be another. */
export interface Executor {
  name: string;
  /** Most bytes of linear memory that it can address: less than 4 GiB makes a store's limit less. */
  memoryBytes: number;
  /** Makes func.code; called before a function first runs. May throw OUT_OF_MEMORY. */
  compile(func: Func): void;
  /** Runs the thread's pending call until it is done, traps, is out of fuel or waits. See thread.run. */
  run(thread: Thread): number;
  /** Byte offset in the module of the operator at position pc of func's code; `behind`: of the one before it. */
  locate(func: Func, pc: number, behind: boolean): number;
}

/** Hard limits of one store (an app). Bytes and elements. */
export interface StoreLimits {
  memoryBytes: number; // all linear memories together
  tableElems: number;
  stackBytes: number; // value stack of a thread
  callDepth: number;
}

export interface Store {
  executor: Executor;
  limits: StoreLimits;
  funcs: Func[];
  externs: any[]; // externref handles: index + 1
  memoryUsed: number; // bytes of linear memory, and
  tableUsed: number; // table elements, counted against limits
  // Its types (types.ts): structures by number where there are typed references, each here its only equal (`canon`); else their keys in a list.
  typeKeys: { [structure: string]: number };
  types: FuncType[];
  canon: number[];
  typeList: string[];
  exceptions: Exceptions; // where they are built in
}

export const defaultLimits: StoreLimits = { memoryBytes: 0x40000000, tableElems: 10000000, stackBytes: 1 << 20, callDepth: 1 << 16 };

export function createStore(executor: Executor, limits?: StoreLimits): Store {
  let most = limits || defaultLimits;
  if (most.memoryBytes > executor.memoryBytes) {
    most = {
      memoryBytes: executor.memoryBytes,
      tableElems: most.tableElems,
      stackBytes: most.stackBytes,
      callDepth: most.callDepth,
    };
  }
  const store = {
    executor: executor,
    limits: most,
    funcs: [],
    externs: [],
    memoryUsed: 0,
    tableUsed: 0,
  } as any as Store;
  if (HAS_TYPED_REFS) {
    store.typeKeys = {};
    store.types = [];
    store.canon = [];
  } else store.typeList = [];
  if (HAS_EXCEPTIONS) store.exceptions = createExceptions();
  return store;
}

/** The function behind a reference handle (never 0). */
export function funcOf(store: Store, handle: number): Func {
  return store.funcs[handle - 1];
}
