// Mutants: ten modules, one to three bytes changed at random. Ours and V8's verdicts must agree, nothing but fault numbers may be
// thrown, and a mutant that validates runs beside other apps, whose memory must never change.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { interpreter } from '../../src/interp/interp';
import type { Instance } from '../../src/runtime/instance';
import { createLinker, findFunc, instantiate, startFuncs } from '../../src/runtime/link';
import { type Module, parseModule } from '../../src/runtime/module';
import { createStore, type Func, type Store } from '../../src/runtime/store';
import { createThread, DONE, prepare, run } from '../../src/runtime/thread';
import { CONST_REQUIRED, FEATURE, fault, ILLEGAL_OPCODE } from '../../src/spec/faults';
import { controlBatches } from './control';
import { createDice, type Dice } from './dice';
import { memoryBatches } from './memory';
import { program } from './program';

const { WebAssembly } = globalThis as any; // Node's types name its types, not its functions

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
// Compiled from C where small enough that most mutations hit something; generated ones for what C does not use.
// biome-ignore format: a list
const FILES = [
  'examples/c/counter/counter.wasm', 'examples/c/thermo/thermo.wasm', 'examples/c/trap/trap.wasm', 'test/engines/kernels/mix64.wasm',
  'test/engines/kernels/orbit.wasm', 'test/engines/kernels/collatz.wasm',
];
const SHARED = ['../shared/apps/wasm/sensor.wasm', '../shared/kernels/wasm/crc32.Oz.wasm'];

/** Name and bytes of the modules that are mutated. */
export function originals(): [string, Uint8Array][] {
  const files = [...FILES, ...SHARED].filter(file => existsSync(join(root, file)));
  const batch = (title: string) => [...controlBatches(), ...memoryBatches()].find(b => b.title === title)!.wasm;
  return [
    ...files.map((file): [string, Uint8Array] => [file, new Uint8Array(readFileSync(join(root, file)))]),
    ['references', batch('references and tables')],
    ['memory.init', batch('memory.init')],
    ['program 7', program(7).wasm],
    ['program 11', program(11).wasm],
  ];
}

export interface Report {
  mutants: number;
  /** Both say valid, both say invalid. */
  valid: number;
  invalid: number;
  /** V8 takes a feature that is not shared: told by our fault FEATURE, or by the opcode. */
  unshared: { [what: string]: number };
  /** Of the valid ones: instantiated and run. */
  ran: number;
  /** A line each; must stay empty. */
  wrong: string[];
}

// What Node 20's V8 takes beyond WebAssembly 2.0, by opcode: tail calls, legacy exceptions, atomics.
// biome-ignore format: a table
const UNSHARED: { [opcode: number]: string } = {
  6: 'exceptions', 7: 'exceptions', 8: 'exceptions', 9: 'exceptions', 24: 'exceptions', 25: 'exceptions',
  18: 'tail calls', 19: 'tail calls', 254: 'atomics',
};
const EXTENDED = [0x6a, 0x6b, 0x6c, 0x7c, 0x7d, 0x7e]; // integer arithmetic in constant expressions

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

/** Tries n mutants from a seed, in turn of every module. */
export function tryMutants(seed: number, n: number): Report {
  const dice = createDice(seed);
  const modules = originals();
  const report: Report = { mutants: n, valid: 0, invalid: 0, unshared: {}, ran: 0, wrong: [] };
  const quiet = parseModule(modules[3]![1]);
  const elsewhere = neighbour(createStore(interpreter, limits), quiet);
  let store = createStore(interpreter, limits);
  let beside = neighbour(store, quiet);
  for (let i = 0; i < n; i++) {
    const [name, bytes] = modules[i % modules.length]!;
    const mutant = mutate(bytes, dice);
    const wrong = (what: string) => report.wrong.push(`${name}, mutant ${i} of seed ${seed}: ${what} [${diff(bytes, mutant)}]`);
    const v8: boolean = WebAssembly.validate(mutant);
    let module: Module | null = null;
    try {
      module = parseModule(mutant);
    } catch (e) {
      if (typeof e !== 'number') {
        wrong(`parseModule throws ${e}`);
        continue;
      }
    }
    if (module === null) {
      if (!v8) report.invalid++;
      else {
        const what =
          fault.code === FEATURE
            ? `byte 0x${fault.detail.toString(16)}`
            : fault.code === ILLEGAL_OPCODE
              ? UNSHARED[fault.detail]
              : fault.code === CONST_REQUIRED && EXTENDED.includes(fault.detail)
                ? 'extended constants'
                : undefined;
        if (what === undefined) wrong(`V8 takes it, we have fault ${fault.code} (${fault.detail}) at ${fault.offset}`);
        else report.unshared[what] = (report.unshared[what] ?? 0) + 1;
      }
      continue;
    }
    if (!v8) {
      wrong('we take it, V8 does not');
      continue;
    }
    report.valid++;
    try {
      if (runMutant(store, module)) report.ran++;
    } catch (e) {
      wrong(`running throws ${(e as Error).stack ?? e}`);
    }
    if (!unchanged(beside)) wrong('the memory of an app in the same store changed');
    if (!unchanged(elsewhere)) wrong('the memory of an app in another store changed');
    if (store.memoryUsed > 2 << 20 || store.tableUsed > 2000 || store.funcs.length > 5000) {
      store = createStore(interpreter, limits); // what mutants allocated in it goes with it
      beside = neighbour(store, quiet);
    }
  }
  return report;
}

function diff(a: Uint8Array, b: Uint8Array): string {
  const out: string[] = [];
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) out.push(`${i}: ${a[i]!.toString(16)} -> ${b[i]!.toString(16)}`);
  return out.join(', ');
}
