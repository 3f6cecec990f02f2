// How much of QuickJS's heap a verdict takes: modules and mutants are validated under a limit of what the engine uses idle, 4 bytes for each
// of the file's and 8 kB (the file itself among them). To reach the limit is a failure; so are other exceptions, hangs, and keeping anything.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Intrinsics, QuickJS } from 'quickjs-wasi';
import { bundleText } from '../../tools/bundle/build';
import { generated, originals } from './corpus';
import { createDice } from './dice';
import { createBuilder } from './encode';
import { mutate, smallModules } from './mutants';
import { NEWER } from './verdict';

const MOST_MS = 20_000; // for one verdict; more is a hang
const KEPT = 1024;
const JSON_BYTES = 512; // the job and its outcome as text, in and out of the engine
const ROOM = 1 << 20;
const RESERVE = 65536; // the engine refuses that far below its limit (tools/sim/vm.ts)
const ROOMY = 0x3ade68b1; // nothing else in the engine's memory holds this number
const PROFILE = Intrinsics.DATE | Intrinsics.EVAL | Intrinsics.JSON | Intrinsics.REGEXP | Intrinsics.TYPED_ARRAYS;

const allowance = (wasm: Uint8Array) => 4 * wasm.length + 8192 + JSON_BYTES;

/** An engine with the runtime, whose limit can be set while it is there. */
async function createEngine(bundle: string) {
  const { compile } = (globalThis as any).WebAssembly; // Node's types name its types, not its functions
  const wasm = await compile(readFileSync(createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm')));
  let deadline = Number.POSITIVE_INFINITY;
  const qjs = await QuickJS.create({ wasm, memoryLimit: ROOMY, intrinsics: PROFILE, interruptHandler: () => performance.now() > deadline });
  const memory = qjs._getMemory();
  const limitAt = new Uint32Array(memory.buffer).indexOf(ROOMY);
  const used = () => new Uint32Array(memory.buffer)[limitAt + 2]!;
  qjs.evalCode(bundle).dispose();
  qjs.evalCode('var job = \'{"mode":"validate"}\'').dispose();
  const verdict = qjs.evalCode('(function (bytes) { return JSON.parse(wasmote.run(bytes, job)).fault })');
  const none = qjs.undefined;

  /** The fault, 0 = none, under a limit of so many bytes beyond what is in use. Throws what is thrown inside. */
  function validate(bytes: Uint8Array, more: number): number {
    qjs.runGC();
    qjs._getExports().qjs_set_memory_limit(used() + more + RESERVE);
    deadline = performance.now() + MOST_MS;
    try {
      const copy = qjs.newUint8Array(bytes);
      try {
        return qjs.callFunction(verdict, none, copy).consume(value => value.toNumber());
      } finally {
        copy.dispose();
      }
    } finally {
      qjs._getExports().qjs_set_memory_limit(ROOMY);
    }
  }
  return {
    validate,
    idle: () => {
      qjs.runGC();
      return used();
    },
    dispose: () => {
      verdict.dispose();
      qjs.dispose();
    },
  };
}

/** A module of many exports. */
function manyNames(): Uint8Array {
  const b = createBuilder();
  for (let k = 0; k < 1000; k++) b.func('', '', '', [], `name ${k}`);
  return b.build();
}

export interface HeapReport {
  seed: number;
  modules: number;
  mutants: number;
  valid: number;
  /** Refused at first; and bytes that all modules once more leave behind. */
  again: number;
  kept: number;
  /** A line each; must stay empty. */
  wrong: string[];
}

/** Validates modules and `each` mutants of every one of them in the engine with this bundle's text. */
export async function heapGrowth(seed: number, each: number, bundle?: string): Promise<HeapReport> {
  const dice = createDice(seed);
  const report: HeapReport = { seed, modules: 0, mutants: 0, valid: 0, again: 0, kept: 0, wrong: [] };
  const engine = await createEngine(bundle ?? (await bundleText('engine-test')));
  // The engine's arrays take the whole of the chunk its allocator finds for them, some kilobytes more at times and kept: those refused
  // are tried again when they have run with room.
  const verdict = (wasm: Uint8Array): number => {
    try {
      return engine.validate(wasm, allowance(wasm));
    } catch {
      report.again++;
      engine.validate(wasm, ROOM);
      return engine.validate(wasm, allowance(wasm));
    }
  };
  const all = [...originals(), ...smallModules(seed), ...generated(seed, 10, NEWER, 8000)];
  // What the engine makes once and keeps is no growth of a verdict: its table of names, which grows in one large step, and our buffers.
  for (const wasm of [manyNames(), ...all.map(([, bytes]) => bytes)]) engine.validate(wasm, ROOM);
  const idle = engine.idle();
  for (const [, wasm] of all) engine.validate(wasm, ROOM);
  report.kept = engine.idle() - idle;
  if (report.kept > KEPT) report.wrong.push(`${report.kept} bytes are kept after what was there before`);
  for (const [name, wasm] of all) {
    report.modules++;
    for (let k = 0; k < each; k++) {
      const mutant = k === 0 ? wasm : mutate(wasm, dice);
      report.mutants++;
      try {
        if (verdict(mutant) === 0) report.valid++;
      } catch (error: any) {
        report.wrong.push(`${name}, mutant ${k} of seed ${seed}: ${error.name} ${error.message}`);
      }
    }
  }
  engine.dispose();
  return report;
}
