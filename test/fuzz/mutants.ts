// Mutants: modules with one to three bytes changed at random, with every byte changed to every other, and cut off at every byte. Our
// verdict and V8's must agree (verdict.ts), nothing but fault numbers may be thrown, and a mutant that validates runs beside other
// apps, whose memory must never change.

import { interpreter } from '../../src/interp/interp';
import type { Instance } from '../../src/runtime/instance';
import { createLinker, findFunc, instantiate, startFuncs } from '../../src/runtime/link';
import { type Module, parseModule } from '../../src/runtime/module';
import { createStore, type Func, type Store } from '../../src/runtime/store';
import { createThread, DONE, prepare, run } from '../../src/runtime/thread';
import { EXECUTABLE } from '../../src/spec/features';
import { generated, type Named, originals, suite } from './corpus';
import { createDice, type Dice } from './dice';
import { besideV8, besideWabt, NEWER, SHARED, type Verdict } from './verdict';

export interface Report {
  mutants: number;
  /** How many of each kind (verdict.ts). */
  kinds: { [kind: string]: number };
  /** Of the valid ones: instantiated and run. */
  ran: number;
  /** The longest that a verdict took, ms. */
  slowest: number;
  /** A line each; must stay empty. */
  wrong: string[];
}
const blank = (): Report => ({ mutants: 0, kinds: {}, ran: 0, slowest: 0, wrong: [] });
const count = (report: Report, kind: string) => {
  report.kinds[kind] = (report.kinds[kind] ?? 0) + 1;
};

/** The bytes with one to three of them changed. */
export function mutate(bytes: Uint8Array, dice: Dice): Uint8Array {
  const copy = bytes.slice();
  for (let n = 1 + dice.below(3); n > 0; n--) {
    const at = dice.below(copy.length);
    const r = dice.below(100);
    if (r < 50) copy[at] = dice.below(256);
    else if (r < 70) copy[at] ^= 1 << dice.below(8);
    else if (r < 85) copy[at] += dice.pick([1, 255]);
    else copy[at] = dice.pick([0, 1, 0x7f, 0x80, 0xff, 0x0b, 0x40, 0x0f]);
  }
  return copy;
}

const OPTIONS = { heapBytes: 0, lenient: true, shrink: false };
const limits = { memoryBytes: 4 << 20, tableElems: 5000, stackBytes: 1 << 16, callDepth: 200 };
const FUEL = 3000;

interface Neighbour {
  instance: Instance;
  before: Uint8Array;
  touch: Func;
}
/** An app that has filled its memory and reads it back when called. */
function neighbour(store: Store, module: Module): Neighbour {
  const instance = instantiate(store, module, createLinker(), OPTIONS);
  for (let i = 0; i < instance.env.u8.length; i++) instance.env.u8[i] = i * 7 + (i >> 8);
  return { instance, before: instance.env.u8.slice(), touch: findFunc(instance, 'run') ?? instance.funcs[0]! };
}
function unchanged({ instance, before }: Neighbour): boolean {
  return Buffer.compare(instance.env.u8, before) === 0;
}

/** Runs whatever a mutant exports, all within one budget. Returns whether it could be instantiated. */
function runMutant(store: Store, module: Module): boolean {
  let instance: Instance;
  try {
    instance = instantiate(store, module, createLinker(), OPTIONS);
  } catch (e) {
    if (typeof e !== 'number') throw e;
    return false;
  }
  const thread = createThread(store);
  const funcs = startFuncs(instance).concat(module.exports.filter(e => e.kind === 0).map(e => instance.funcs[e.index]!));
  let left = FUEL;
  for (const func of funcs) {
    prepare(
      thread,
      func,
      func.type.params.flatMap((_, i) => [i + 1, i]),
    );
    const status = run(thread, left);
    left = thread.fuel;
    if (left <= 0) break;
    if (status !== DONE && thread.trap === 0) throw new Error(`status ${status} without a trap`);
  }
  return true;
}

/** Takes down the verdict on a mutant; title says how to make it again. */
function judge(report: Report, original: Uint8Array, mutant: Uint8Array, title: () => string, by: (bytes: Uint8Array) => Verdict): Verdict {
  const begun = performance.now();
  const verdict = by(mutant);
  report.slowest = Math.max(report.slowest, Math.round(performance.now() - begun));
  report.mutants++;
  if (verdict.wrong) report.wrong.push(`${title()}: ${verdict.kind} [${diff(original, mutant)}]`);
  else count(report, verdict.kind);
  return verdict;
}

/** A run of mutants beside two other apps. */
function createHosts() {
  const quiet = parseModule(originals()[3]![1]);
  const elsewhere = neighbour(createStore(interpreter, limits), quiet);
  let store = createStore(interpreter, limits);
  let beside = neighbour(store, quiet);
  return (report: Report, module: Module, title: () => string) => {
    try {
      if (runMutant(store, module)) report.ran++;
    } catch (e) {
      report.wrong.push(`${title()}: running throws ${(e as Error).stack ?? e}`);
    }
    if (!unchanged(beside)) report.wrong.push(`${title()}: the memory of an app in the same store changed`);
    if (!unchanged(elsewhere)) report.wrong.push(`${title()}: the memory of an app in another store changed`);
    if (store.memoryUsed > 2 << 20 || store.tableUsed > 2000 || store.funcs.length > 5000) {
      store = createStore(interpreter, limits); // what mutants allocated in it goes with it
      beside = neighbour(store, quiet);
    }
  };
}

const OF_ONE = 50; // mutants of one generated module

/**
 * Tries n mutants from a seed: three in ten of originals(), two of the suite's modules where they are, the others of generated modules, of which
 * one in ten is of newer features and is held against wabt.
 */
export function tryMutants(seed: number, n: number): Report {
  const dice = createDice(seed);
  const report = blank();
  const runIt = createHosts();
  const first = originals();
  const others = suite(2000, 7);
  let shared: Named[] = [];
  let newer: Named[] = [];
  for (let i = 0; i < n; i++) {
    if (i % (OF_ONE * 10) === 0) {
      shared = generated(seed + i, 10, SHARED, 1000);
      newer = generated(seed + i, 10, NEWER, 1000);
    }
    const kind = i % 10;
    const from = kind < 3 ? first : kind < 5 && others.length > 0 ? others : kind < 9 ? shared : newer;
    const [name, bytes] = dice.pick(from);
    const mutant = mutate(bytes, dice);
    const title = () => `${name}, mutant ${i} of seed ${seed}`;
    const { module } = judge(report, bytes, mutant, title, kind === 9 ? besideWabt : besideV8);
    if (module !== null && (module.features & ~EXECUTABLE) === 0) runIt(report, module, title);
  }
  return report;
}

/** How many smallModules() are. */
export const SMALL = 20;

/** Modules of at most 256 bytes, of the shared features; eight of them the suite's where it is. */
export function smallModules(seed: number): Named[] {
  const own = generated(seed, 12, SHARED, 256).filter(([, wasm]) => wasm.length > 100);
  const others = suite(256, 1).filter(([, wasm]) => wasm.length > 80);
  const dice = createDice(seed);
  const found = own;
  while (others.length > 0 && found.length < SMALL) {
    const it = dice.pick(others);
    if (besideV8(it[1]).kind === 'valid') found.push(it);
  }
  return [...found, ...generated(seed + 1000, SMALL - found.length, SHARED, 256)];
}

/** Every byte of modules [from, to) of smallModules() changed to every other value. */
export function everyByte(seed: number, from: number, to: number): Report {
  const report = blank();
  for (const [name, bytes] of smallModules(seed).slice(from, to))
    for (let at = 0; at < bytes.length; at++) {
      const mutant = bytes.slice();
      for (let k = 1; k < 256; k++) {
        mutant[at] = bytes[at]! + k;
        judge(report, bytes, mutant, () => `${name} of everyByte ${seed}`, besideV8);
      }
    }
  return report;
}

/** Every prefix of smallModules() and originals(). */
export function everyPrefix(seed: number): Report {
  const report = blank();
  for (const [name, bytes] of [...smallModules(seed), ...originals()])
    for (let n = 0; n <= bytes.length; n++)
      judge(report, bytes.subarray(0, n), bytes.subarray(0, n), () => `${name}, ${n} bytes of it`, besideV8);
  return report;
}

function diff(a: Uint8Array, b: Uint8Array): string {
  const out: string[] = [];
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) out.push(`${i}: ${a[i]!.toString(16)} -> ${b[i]!.toString(16)}`);
  return out.join(', ');
}
