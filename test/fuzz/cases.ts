// All differential cases, and the ways to check them: in an engine against V8, and in slices of fuel and as text against the
// interpreter's run in one piece.

import type { ExecutorName } from '../../device/duktape/executors';
import { interpreter } from '../../src/interp/interp';
import { jsA, jsB } from '../../src/jstext/executor';
import type { Instance } from '../../src/runtime/instance';
import { createLinker, findFunc, instantiate } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { createStore, type Executor, type Func } from '../../src/runtime/store';
import { createThread, DONE, FUEL, prepare, run, type Thread } from '../../src/runtime/thread';
import { STACK_EXHAUSTED } from '../../src/spec/traps';
import type { Engine } from '../engines/engines';
import { random } from '../wire/bytes';
import { type Batch, type Call, checksum, differs, type Expected, task } from './batch';
import { controlBatches } from './control';
import { countedBatches } from './counted';
import { isNan } from './edges';
import { memoryBatches } from './memory';
import { numericBatches } from './numeric';
import { place } from './ours';
import { programBatches } from './program';

export { askV8, type Batch } from './batch';

/** Every instruction by hand, and `programs` random programs of each kind from `seed` on. */
export function allBatches(seed: number, programs: number): Batch[] {
  return [
    ...numericBatches(),
    ...memoryBatches(),
    ...controlBatches(),
    ...programBatches(seed, programs),
    ...countedBatches(seed, programs),
  ];
}
export const countCalls = (batches: Batch[]) => batches.reduce((n, batch) => n + batch.calls.length, 0);

/** Runs the batches in the engine by an executor; returns a line for each case that is not as V8 has it. */
export async function compare(engine: Engine, batches: Batch[], expected: Expected[], executor?: ExecutorName): Promise<string[]> {
  const outcomes = await engine.run(batches.map(batch => task(batch, executor)));
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
  /** Of each call: result words or trap and where, and the fuel it took. */
  calls: string[];
  memory: number;
}
/** Runs a batch, its fuel handed out by slice(). */
function trail(batch: Batch, executor: Executor, slice: () => number): Trail {
  const store = createStore(executor);
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
    return `${call.name}(${call.words}): ${status === DONE ? `${came(call, func, thread)}, fuel ${used}` : trapped(thread)}`;
  });
  return { calls, memory: checksum(instance.env.u8) };
}
/** A call's result words as far as they mean something, the bits of a NaN left out where they are open. */
function came(call: Call, func: Func, thread: Thread): string {
  const words = Array.from(thread.cells.subarray(0, func.type.results.length * 2));
  const letter = call.rule.toUpperCase() === call.rule ? 'F' : 'f';
  if (call.rule !== 'x' && isNan(letter, [words[0]!, words[1]!])) return 'nan';
  return words.filter((_, k) => k % 2 === 0 || call.results[k >> 1] === 'I').join();
}
/** The trap and where it is. */
function trapped(thread: Thread): string {
  return `trap ${thread.trap} ${thread.trap === STACK_EXHAUSTED ? '' : place(thread)}`;
}

/**
 * Runs batches with the interpreter in one piece, with it and as text of form A in random slices of 1 to `most`, as text of form B; returns a
 * line for each difference.
 */
export function compareSlices(batches: Batch[], seed: number, most: number): string[] {
  const rnd = random(seed);
  const slice = () => 1 + Math.floor(rnd() * most);
  const all = () => 1e9;
  const ways: [string, Executor, () => number][] = [
    ['in slices', interpreter, slice],
    ['form A in slices', jsA, slice],
    ['form B', jsB, all],
  ];
  return batches.flatMap(batch => {
    const whole = trail(batch, interpreter, all);
    return ways.flatMap(([way, executor, slice]) => {
      const other = trail(batch, executor, slice);
      const lines = whole.calls.flatMap((line, k) => (line === other.calls[k] ? [] : [`${line}; ${way} ${other.calls[k]}`]));
      if (whole.memory !== other.memory) lines.push(`another memory ${way}`);
      return lines.map(line => `${batch.title}: ${line}`);
    });
  });
}
