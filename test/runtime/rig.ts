// For tests that run modules made by hand: build, instantiate, call. What they run on is the interpreter unless runOn() says another.

import { interpreter } from '../../src/interp/interp';
import type { Instance } from '../../src/runtime/instance';
import { createLinker, findFunc, type InstantiateOptions, instantiate, type Linker } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { createStore, defaultLimits, type Executor, type Func, type Store, type StoreLimits } from '../../src/runtime/store';
import { createThread, DONE, FUEL, prepare, run, type Thread, WAITING } from '../../src/runtime/thread';
import { type Builder, createBuilder } from '../fuzz/encode';

export const plain: InstantiateOptions = { heapBytes: 0, lenient: false, shrink: false };
/** What stores are made with from here on. A file of tests may say so and then import another one's tests. */
export let executor: Executor = interpreter;
export function runOn(other: Executor): void {
  executor = other;
}
/** Whether a thread can be stopped and go on: form B cannot. */
export const stops = (): boolean => executor.name !== 'jsB';
export const interpreted = (): boolean => executor === interpreter;

export const storeWith = (limits: Partial<StoreLimits> = {}): Store => createStore(executor, { ...defaultLimits, ...limits });

export function moduleBytes(build: (b: Builder) => void): Uint8Array {
  const b = createBuilder();
  build(b);
  return b.build();
}
export interface Setting {
  store?: Store;
  linker?: Linker;
  options?: Partial<InstantiateOptions>;
}
export function load(
  build: ((b: Builder) => void) | Uint8Array,
  { store = storeWith(), linker = createLinker(), options }: Setting = {},
): Instance {
  const wasm = typeof build === 'function' ? moduleBytes(build) : build;
  return instantiate(store, parseModule(wasm), linker, { ...plain, ...options });
}

/** Low words of the results, or 'trap N'; 'waiting' when it does. Fuel comes in slices, where that can be. */
export function callFunc(
  func: Func,
  args: number[] = [],
  thread: Thread = createThread(func.instance.store),
  slice = 1000,
): number[] | string {
  prepare(
    thread,
    func,
    args.flatMap(a => [a | 0, a < 0 ? -1 : 0]),
  );
  return resume(thread, func, slice);
}
export function resume(thread: Thread, func: Func, slice = 1000): number[] | string {
  let status = FUEL;
  for (let turns = 0; status === FUEL; turns++) {
    if (turns > 1e6) throw new Error('it does not end');
    status = run(thread, stops() ? slice : 1e9);
  }
  if (status === WAITING) return 'waiting';
  if (status !== DONE) return `trap ${thread.trap}`;
  return func.type.results.map((_, i) => thread.cells[2 * i]!);
}
export const call = (instance: Instance, name: string, ...args: number[]) => callFunc(findFunc(instance, name)!, args);

/** The fault or trap number that fn throws. */
export function thrown(fn: () => unknown): unknown {
  try {
    fn();
  } catch (e) {
    return e;
  }
  return 'nothing';
}
