// The runtime as the bench runs it inside an engine: one module under the executor of a column, no natives. Device-safe.

import { interpreter } from '../../src/interp/interp';
import { jsA, jsB } from '../../src/jstext/executor';
import { createLinker, findFunc, instantiate } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { createStore, type Executor } from '../../src/runtime/store';
import { createThread, FUEL, prepare, run } from '../../src/runtime/thread';

/** By column. What is not here is absent from the table. */
export const executors: { [column: string]: Executor } = { interp: interpreter, formA: jsA, formB: jsB };

/** The module's run(n), called in slices like an agent's; it returns the result as text, or 'trap N'. */
export function load(wasm: Uint8Array, column: string): (n: number) => string {
  const options = { heapBytes: 0, lenient: false, shrink: false };
  const instance = instantiate(createStore(executors[column]), parseModule(wasm), createLinker(), options);
  const func = findFunc(instance, 'run')!;
  const fuel = column === 'formB' ? 0x7fffffff : 200000; // form B does not stop
  return n => {
    const thread = createThread(instance.store);
    prepare(thread, func, [n, 0]);
    while (run(thread, fuel) === FUEL);
    return thread.status === 0 ? String(thread.cells[0]) : 'trap ' + thread.trap;
  };
}
