// A bounded module run by one of our executors, its fuel handed out as a way says.

import { createHash } from 'node:crypto';
import { interpreter } from '../../src/interp/interp';
import { jsA, jsB } from '../../src/jstext/executor';
import type { Instance } from '../../src/runtime/instance';
import { addNatives, createLinker, findFunc, instantiate, startFuncs } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { createStore, type Executor, type Func } from '../../src/runtime/store';
import { answer, createThread, DONE, FUEL, prepare, run, type Thread, TRAPPED, WAITING } from '../../src/runtime/thread';
import { traceOf } from '../../src/runtime/trace';
import { EXTENDED_CONST, MULTI_TABLE, TAIL_CALL } from '../../src/spec/features';
import { type Bounded, BUDGET, guestsOf, LETTERS } from './bound';
import type { Dice } from './dice';
import { type Bits, isNan } from './edges';
import { forUs } from './host';

/** What this V8 and ours both run. */
export const SHARED = TAIL_CALL | EXTENDED_CONST | MULTI_TABLE;
export const hash = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');

export interface Call {
  name: string;
  params: (string | undefined)[];
  results: (string | undefined)[];
  bits: Bits[];
}
/** A value as text; a reference is null or not. */
export function shown(letter: string | undefined, [lo, hi]: Bits): string {
  if (letter === undefined) return lo === 0 ? 'null' : 'ref';
  return letter === 'i' || letter === 'f' ? String(lo | 0) : `${lo | 0}:${hi | 0}`;
}
/** The same, where NaNs are one: their bits do not come through JavaScript. */
export function seen(letter: string | undefined, bits: Bits): string {
  return letter !== undefined && isNan(letter, bits) ? 'nan' : shown(letter, bits);
}

/** What a call or instantiation came to: its results, or the traps that V8's message may mean. Of ours besides: NaNs' bits, fuel, the place of a trap. */
export type Came = { state: string; bits?: string; fuel?: number } | { traps: number[]; where?: string };

export interface Way {
  executor: Executor;
  /** Fuel for the next slice. */
  slice(): number;
  /** Natives that answer later do. */
  waits: boolean;
}
const ALL = 50_000_000; // far beyond what the budget leaves room for

/** The ways to run a module; the first is what others are compared with. */
export function ways(dice: Dice): { [name: string]: Way } {
  const slice = () => 1 + dice.below(200);
  return {
    interpreter: { executor: interpreter, slice, waits: true },
    'form A': { executor: jsA, slice, waits: true },
    'form B': { executor: jsB, slice: () => ALL, waits: false },
  };
}

const OPTIONS = { heapBytes: 0, lenient: false, shrink: false };
const LIMITS = { memoryBytes: 64 << 20, tableElems: 100_000, stackBytes: 16 << 20, callDepth: 2000 };

/** Runs calls of a module, of the features given beyond those that V8 has; counts where it stopped. The last outcome is the state it ends in. */
export function here(it: Bounded, calls: Call[], way: Way, features: number, count: { stops: number; waits: number }): Came[] {
  const store = createStore(way.executor, LIMITS);
  const module = parseModule(it.wasm, features | SHARED);
  const thread = createThread(store);
  const budget = module.exports.find(e => e.name === BUDGET)!.index;
  const linker = createLinker();
  addNatives(linker, forUs(it.imports, guestsOf(it), way.waits));

  /** Runs a call to its end; returns the fuel it took. */
  function toEnd(func: Func, words: number[]): number {
    prepare(thread, func, words);
    for (let used = 0; used < ALL; ) {
      const given = way.slice();
      const status = run(thread, given);
      used += given - thread.fuel;
      if (status === FUEL) count.stops++;
      else if (status === WAITING) {
        const { later } = func.instance.env.state;
        answer(thread, later[0], later[1]);
        count.waits++;
      } else return used;
    }
    throw new Error(`a call of ${func.index} does not end by ${way.executor.name}`);
  }

  let instance: Instance;
  try {
    instance = instantiate(store, module, linker, OPTIONS);
    for (const func of startFuncs(instance)) {
      toEnd(func, []);
      if (thread.status === TRAPPED) return [{ traps: [thread.trap], where: place(thread) }];
    }
  } catch (error) {
    if (typeof error !== 'number') throw error;
    return [{ traps: [error], where: '' }];
  }
  const came = calls.map((call): Came => {
    instance.globals[budget]!.lo = it.steps;
    const fuel = toEnd(findFunc(instance, call.name)!, call.bits.flat());
    if (thread.status !== DONE) return { traps: [thread.trap], where: place(thread) };
    const cells = call.results.map((letter, k) => [letter, [thread.cells[2 * k]!, thread.cells[2 * k + 1]!]] as const);
    return { state: cells.map(([t, bits]) => seen(t, bits)).join(), bits: cells.map(([t, bits]) => shown(t, bits)).join(), fuel };
  });
  const globals = it.globals.map(g => [LETTERS[g.type], [instance.globals[g.index]!.lo, instance.globals[g.index]!.hi]] as const);
  const rest = [
    ...it.memories.map(m => {
      const { u8, bytes } = instance.mems[m.index]!;
      return `${bytes}/${hash(u8.subarray(0, bytes))}`;
    }),
    ...it.tables.map(t => {
      const { elems, size } = instance.tables[t.index]!;
      return Array.from(elems.subarray(0, size), e => (e === 0 ? 0 : 1)).join('');
    }),
  ];
  const state = [...globals.map(([t, bits]) => seen(t, bits)), ...rest].join();
  return [...came, { state, bits: [...globals.map(([t, bits]) => shown(t, bits)), ...rest].join(), fuel: 0 }];
}

/** Where a thread trapped: function and byte offset. */
export function place(thread: Thread): string {
  const at = traceOf(thread, 1)[0];
  return at === undefined ? 'nowhere' : `in ${at.func.index} at ${at.offset}`;
}
