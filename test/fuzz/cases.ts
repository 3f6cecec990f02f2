// All differential cases, and the ways to check them: in an engine against V8, and in slices of fuel against the same run in one piece.

import { interpreter } from '../../src/interp/interp';
import type { Instance } from '../../src/runtime/instance';
import { createLinker, findFunc, instantiate } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { createStore } from '../../src/runtime/store';
import { createThread, DONE, FUEL, prepare, run } from '../../src/runtime/thread';
import type { Engine } from '../engines/engines';
import { random } from '../wire/bytes';
import { type Batch, checksum, differs, type Expected, task } from './batch';
import { controlBatches } from './control';
import { memoryBatches } from './memory';
import { numericBatches } from './numeric';
import { programBatches } from './program';

export { askV8, type Batch } from './batch';

/** Every instruction by hand, and `programs` random programs from `seed` on. */
export function allBatches(seed: number, programs: number): Batch[] {
  return [...numericBatches(), ...memoryBatches(), ...controlBatches(), ...programBatches(seed, programs)];
}
export const countCalls = (batches: Batch[]) => batches.reduce((n, batch) => n + batch.calls.length, 0);

/** Runs the batches in the engine; returns a line for each case that is not as V8 has it. */
export async function compare(engine: Engine, batches: Batch[], expected: Expected[]): Promise<string[]> {
  const outcomes = await engine.run(batches.map(task));
  return batches.flatMap((batch, i) => {
    const { answers, memory } = expected[i]!;
    const outcome = outcomes[i]!;
    if (outcome.fault !== 0) return [`${batch.title}: fault ${outcome.fault} at ${outcome.offset}`];
    const lines = batch.calls.map((call, k) => differs(call, answers[k]!, outcome.results[k]!)).filter(line => line !== null);
    if (outcome.memory !== memory) lines.push('another memory');
    return lines.map(line => `${batch.title}: ${line}`);
  });
}

interface Trail {
  /** Of each call: result words or trap, and the fuel it took. */
  calls: string[];
  memory: number;
}
/** Runs a batch, its fuel handed out by slice(). */
function trail(batch: Batch, slice: () => number): Trail {
  const store = createStore(interpreter);
  const instance: Instance = instantiate(store, parseModule(batch.wasm), createLinker(), { heapBytes: 0, lenient: false, shrink: false });
  const thread = createThread(store);
  const calls = batch.calls.map(call => {
    const func = findFunc(instance, call.name)!;
    prepare(thread, func, call.words);
    let used = 0;
    let status = FUEL;
    while (status === FUEL) {
      const given = slice();
      status = run(thread, given);
      used += given - thread.fuel;
    }
    const words = Array.from(thread.cells.subarray(0, func.type.results.length * 2));
    return `${call.name}(${call.words}): ${status === DONE ? words.filter((_, k) => k % 2 === 0 || call.results[k >> 1] === 'I') : `trap ${thread.trap}`}, fuel ${used}`;
  });
  return { calls, memory: checksum(instance.env.u8) };
}

/** Runs batches in one piece and in random slices of 1 to `most`; returns a line for each difference. */
export function compareSlices(batches: Batch[], seed: number, most: number): string[] {
  const rnd = random(seed);
  return batches.flatMap(batch => {
    const whole = trail(batch, () => 1e9);
    const sliced = trail(batch, () => 1 + Math.floor(rnd() * most));
    const lines = whole.calls.flatMap((line, k) => (line === sliced.calls[k] ? [] : [`${line}; in slices ${sliced.calls[k]}`]));
    if (whole.memory !== sliced.memory) lines.push('another memory in slices');
    return lines.map(line => `${batch.title}: ${line}`);
  });
}
