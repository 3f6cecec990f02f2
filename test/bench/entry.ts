// What the benchmark runs inside an engine: one module at a time, one call at a time, no natives. Device-safe.

import { interpreter } from '../../src/interp/interp';
import type { Instance } from '../../src/runtime/instance';
import { createLinker, findFunc, instantiate } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { createStore } from '../../src/runtime/store';
import { createThread, prepare, run as runThread } from '../../src/runtime/thread';

let instance: Instance | null = null;

/** Loads a module; returns ''. */
export function load(wasm: Uint8Array): string {
  instance = instantiate(createStore(interpreter), parseModule(wasm), createLinker(), { heapBytes: 0, lenient: false, shrink: false });
  return '';
}

/** Calls run(n) in slices like an agent's; returns the result as text, or 'trap N'. */
export function run(_: Uint8Array, n: string): string {
  const thread = createThread(instance!.store);
  prepare(thread, findFunc(instance!, 'run')!, [Number(n), 0]);
  while (runThread(thread, 200000) === 2);
  return thread.status === 0 ? String(thread.cells[0]) : 'trap ' + thread.trap;
}
