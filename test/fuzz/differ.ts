// Runs modules here and on V8 with the same inputs, bounded by bound.ts: generated ones and those of their mutants that both take. Results,
// traps, memories, globals and tables must be equal after every call.

import { createHash } from 'node:crypto';
import { interpreter } from '../../src/interp/interp';
import type { Instance } from '../../src/runtime/instance';
import { createLinker, findFunc, instantiate, startFuncs } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { createStore } from '../../src/runtime/store';
import { createThread, DONE, FUEL, prepare, run } from '../../src/runtime/thread';
import { EXTENDED_CONST, MULTI_TABLE, TAIL_CALL } from '../../src/spec/features';
import { STACK_EXHAUSTED } from '../../src/spec/traps';
import { trapsOf } from './batch';
import { type Bounded, BUDGET, bound, STEPS } from './bound';
import { createDice, type Dice } from './dice';
import { type Bits, isNan, many } from './edges';
import { generate } from './generate';
import { mutate } from './mutants';
import { besideV8 } from './verdict'; // which also sets V8's flags

const { WebAssembly } = globalThis as any; // Node's types name its types, not its functions

/** What this V8 and the interpreter both run. */
export const SHARED = TAIL_CALL | EXTENDED_CONST | MULTI_TABLE;

const LETTERS: { [type: number]: string } = { 127: 'i', 126: 'I', 125: 'f', 124: 'F' };
const OPTIONS = { heapBytes: 0, lenient: false, shrink: false };
const LIMITS = { memoryBytes: 64 << 20, tableElems: 100_000, stackBytes: 16 << 20, callDepth: 10_000 };
const FUEL_MOST = 50_000_000; // far beyond what the budget leaves room for
const CALLS = 12; // of one module
const hash = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');

const words = new Int32Array(2);
const floats = new Float32Array(words.buffer);
const doubles = new Float64Array(words.buffer);
const longs = new BigInt64Array(words.buffer);

/** The JavaScript value with these bits; a reference is null. */
function fromBits(letter: string | undefined, [lo, hi]: Bits): unknown {
  words[0] = lo;
  words[1] = hi;
  if (letter === 'i') return lo;
  if (letter === 'I') return longs[0];
  if (letter === 'f') return floats[0];
  return letter === 'F' ? doubles[0] : null;
}
/** A value as text that tells values apart as far as engines must agree: NaNs are one, references are null or not. */
function shown(letter: string | undefined, [lo, hi]: Bits): string {
  if (letter === undefined) return lo === 0 ? 'null' : 'ref';
  if (isNan(letter, [lo, hi])) return 'nan';
  return letter === 'i' || letter === 'f' ? String(lo | 0) : `${lo | 0}:${hi | 0}`;
}
function toBits(letter: string | undefined, value: any): Bits {
  words.fill(0);
  if (letter === 'i') words[0] = value;
  else if (letter === 'I') longs[0] = value;
  else if (letter === 'f') floats[0] = value;
  else if (letter === 'F') doubles[0] = value;
  else words[0] = value === null ? 0 : 1;
  return [words[0]!, words[1]!];
}

interface Call {
  name: string;
  params: (string | undefined)[];
  results: (string | undefined)[];
  bits: Bits[];
}
function callsOf(it: Bounded, dice: Dice): Call[] {
  if (it.funcs.length === 0) return [];
  const bitsOf = (letter: string | undefined): Bits => {
    if (letter === undefined) return [0, 0];
    for (;;) {
      const bits = dice.pick(many[letter]!);
      if (!isNan(letter, bits)) return bits; // a payload need not survive the way through JavaScript
    }
  };
  return Array.from({ length: CALLS }, (_, k) => {
    const { name, signature } = it.funcs[k % it.funcs.length]!;
    const params = signature.params.map(t => LETTERS[t]);
    return { name, params, results: signature.results.map(t => LETTERS[t]), bits: params.map(bitsOf) };
  });
}

/** What a call or instantiation came to: its results, or the traps that V8's message may mean. */
type Came = { state: string } | { traps: number[] };

/** A line for each call, then the state the instance is left in. */
function onV8(it: Bounded, calls: Call[]): Came[] {
  let instance: any;
  try {
    instance = new WebAssembly.Instance(new WebAssembly.Module(it.wasm));
  } catch (error) {
    return [{ traps: trapsOf(error) }];
  }
  const x = instance.exports;
  const came = calls.map((call): Came => {
    x[BUDGET].value = STEPS;
    try {
      const got = x[call.name](...call.bits.map((bits, k) => fromBits(call.params[k], bits)));
      const list = call.results.length === 0 ? [] : call.results.length === 1 ? [got] : got;
      return { state: list.map((value: unknown, k: number) => shown(call.results[k], toBits(call.results[k], value))).join() };
    } catch (error) {
      return { traps: trapsOf(error) };
    }
  });
  const state = [
    ...it.globals.map(g => shown(LETTERS[g.type], toBits(LETTERS[g.type], x[g.name].value))),
    ...it.memories.map(m => `${x[m.name].buffer.byteLength}/${hash(new Uint8Array(x[m.name].buffer))}`),
    ...it.tables.map(t => Array.from({ length: x[t.name].length }, (_, k) => (x[t.name].get(k) === null ? 0 : 1)).join('')),
  ];
  return [...came, { state: state.join() }];
}

function here(it: Bounded, calls: Call[]): Came[] {
  const store = createStore(interpreter, LIMITS);
  const module = parseModule(it.wasm, SHARED);
  const thread = createThread(store);
  const budget = module.exports.find(e => e.name === BUDGET)!.index;
  let instance: Instance;
  try {
    instance = instantiate(store, module, createLinker(), OPTIONS);
    for (const func of startFuncs(instance)) {
      prepare(thread, func, []);
      if (run(thread, FUEL_MOST) !== DONE) throw thread.trap;
    }
  } catch (error) {
    if (typeof error !== 'number') throw error;
    return [{ traps: [error] }];
  }
  const came = calls.map((call): Came => {
    instance.globals[budget]!.lo = STEPS;
    prepare(thread, findFunc(instance, call.name)!, call.bits.flat());
    const status = run(thread, FUEL_MOST);
    if (status === FUEL) throw new Error(`${call.name} does not end`);
    if (status !== DONE) return { traps: [thread.trap] };
    return { state: call.results.map((letter, k) => shown(letter, [thread.cells[2 * k]!, thread.cells[2 * k + 1]!])).join() };
  });
  const state = [
    ...it.globals.map(g => shown(LETTERS[g.type], [instance.globals[g.index]!.lo, instance.globals[g.index]!.hi])),
    ...it.memories.map(m => {
      const { u8, bytes } = instance.mems[m.index]!;
      return `${bytes}/${hash(u8.subarray(0, bytes))}`;
    }),
    ...it.tables.map(t => {
      const { elems, size } = instance.tables[t.index]!;
      return Array.from(elems.subarray(0, size), e => (e === 0 ? 0 : 1)).join('');
    }),
  ];
  return [...came, { state: state.join() }];
}

export interface Difference {
  modules: number;
  generated: number;
  mutants: number;
  calls: number;
  /** Calls that trapped, by V8's word for why. */
  traps: { [trap: string]: number };
  skipped: { [why: string]: number };
  /** A line each; must stay empty. */
  wrong: string[];
}

/** Why the outcomes differ, null when they do not. */
function unlike(want: Came, got: Came): string | null {
  if ('traps' in want !== 'traps' in got) return `V8 ${JSON.stringify(want)}, here ${JSON.stringify(got)}`;
  if ('traps' in want && 'traps' in got) return want.traps.includes(got.traps[0]!) ? null : `V8 traps ${want.traps}, here ${got.traps}`;
  if ('state' in want && 'state' in got && want.state !== got.state) return `V8 has ${want.state}, here ${got.state}`;
  return null;
}

/** Tries `count` modules from a seed: half of them generated, half valid mutants of those. */
export function differ(seed: number, count: number): Difference {
  const report: Difference = { modules: 0, generated: 0, mutants: 0, calls: 0, traps: {}, skipped: {}, wrong: [] };
  for (let k = 0; report.modules < count; k++) {
    const dice = createDice(seed + k);
    const wasm = generate(seed + k, { features: SHARED, closed: true });
    if (one(`module ${seed + k}`, wasm, dice, report)) report.generated++;
    for (let tries = 0, found = 0; found < 1 && tries < 40; tries++) {
      const mutant = mutate(wasm, dice);
      const { module } = besideV8(mutant); // what differs there mutants.ts tells
      if (module === null || (module.features & ~SHARED) !== 0) continue;
      found++;
      if (one(`mutant ${tries} of module ${seed + k}`, mutant, dice, report)) report.mutants++;
    }
  }
  return report;
}

/** Runs one module; whether it was one to run. */
function one(title: string, wasm: Uint8Array, dice: Dice, report: Difference): boolean {
  const it = bound(wasm);
  if (typeof it === 'string') {
    report.skipped[it] = (report.skipped[it] ?? 0) + 1;
    return false;
  }
  report.modules++;
  const calls = callsOf(it, dice);
  const wrong = (what: string) => report.wrong.push(`${title}: ${what}`);
  try {
    const want = onV8(it, calls);
    const got = here(it, calls);
    report.calls += calls.length;
    for (const [k, came] of want.entries()) {
      if ('traps' in came) report.traps[came.traps.join()] = (report.traps[came.traps.join()] ?? 0) + 1;
      if ('traps' in came && came.traps.includes(STACK_EXHAUSTED)) break; // engines' stacks differ, and what follows with them
      const what = got[k] === undefined ? 'here it ends earlier' : unlike(came, got[k]);
      if (what !== null) wrong(`${k < calls.length ? `${calls[k]!.name}(${calls[k]!.bits.join(' ')})` : 'at the end'}: ${what}`);
    }
  } catch (error) {
    wrong((error as Error).stack ?? String(error));
  }
  return true;
}
