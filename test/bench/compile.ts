// npm run bench -- --compile: how fast modules become text, here by one thread and by two, and inside QuickJS; and what an instance of compiled text
// takes: time, and bytes beyond its memory. Medians; CPU time beside time, since a machine may have others on it. Figures: docs/bench.md.

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { QuickJS } from 'quickjs-wasi';
import { parseModule } from '../../src/runtime/module';
import { compile as compileBundle } from '../../tools/bundle/build';
import { compile, createPool } from '../../tools/compile/compile';
import { loadEngine } from '../../tools/sim/vm';
import * as inside from './compiling';

/** Whole programs: the pinned one has vector instructions, which nothing here runs; its functions that use them are no part of its bytes below. */
const MODULES = ['oxc-parser/parser.wasm32-wasip1.wasm', 'sql.js/dist/sql-wasm.wasm', 'quickjs-wasi/quickjs.wasm'];
const SMALL = 'examples/wasi/countdown/countdown.wasm'; // for engines without a JIT
const INSTANCE = 'examples/c/counter/counter.wasm';
const INSTANCES = 10_000;
const KEPT = 2000; // to see what they take

const FORMS = ['A', 'B'] as const;
const median = (list: number[]) => [...list].sort((a, b) => a - b)[list.length >> 1]!;
const round = (value: number) => Number(value.toPrecision(3));
const now = () => performance.now();

interface Speed {
  module: string;
  bytes: number; // of the module, without functions that are not compiled
  text: Record<'A' | 'B', number>; // bytes
  /** MB of wasm a second, from bytes to artefact: by this thread alone (and by its CPU time), by two; and validation alone. */
  validate: number;
  one: Record<'A' | 'B', number>;
  cpu: Record<'A' | 'B', number>;
  two: Record<'A' | 'B', number>;
  /** The first time, when nothing is warm: ms. */
  coldMs: number;
}

/** Median ms of a work, and of its CPU time. */
async function timed(rounds: number, work: () => Promise<unknown> | unknown): Promise<{ ms: number; cpuMs: number }> {
  const ms: number[] = [];
  const cpuMs: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const cpu = process.cpuUsage();
    const began = now();
    await work();
    ms.push(now() - began);
    const { user, system } = process.cpuUsage(cpu);
    cpuMs.push((user + system) / 1000);
  }
  return { ms: median(ms), cpuMs: median(cpuMs) };
}

async function speedOf(name: string, rounds: number): Promise<Speed> {
  const wasm = new Uint8Array(readFileSync(`node_modules/${name}`));
  const [alone, both] = [createPool(1), createPool(2)];
  const speed: Speed = {
    module: name.split('/')[0]!,
    bytes: 0,
    text: { A: 0, B: 0 },
    validate: 0,
    one: { A: 0, B: 0 },
    cpu: { A: 0, B: 0 },
    two: { A: 0, B: 0 },
    coldMs: 0,
  };
  for (const form of FORMS) {
    const options = { form, names: false, target: 'js' };
    const began = now();
    const { functions, bytes } = await compile(wasm, options, alone);
    speed.coldMs ||= Math.round(now() - began);
    const left = functions.reduce((sum, f) => sum + (f.form === 'not run here' ? f.wasm : 0), 0);
    speed.bytes = wasm.length - left;
    speed.text[form] = bytes.length;
    const rate = (ms: number) => round(speed.bytes / 1000 / ms);
    for (let i = 0; i < 3; i++) await compile(wasm, options, both); // the other thread warms up too
    const [one, two] = [await timed(rounds, () => compile(wasm, options, alone)), await timed(rounds, () => compile(wasm, options, both))];
    speed.one[form] = rate(one.ms);
    speed.cpu[form] = rate(one.cpuMs);
    speed.two[form] = rate(two.ms);
  }
  speed.validate = round(wasm.length / 1000 / (await timed(rounds, () => parseModule(wasm))).ms);
  await both.close();
  return speed;
}

interface Cost {
  engine: string;
  us: Record<string, number>; // per instance, by executor
  /** Of it beyond its memory: many in one store; each with a store of its own. */
  bytes: Record<string, [shared: number, own: number]>;
}

/** What instances take here. */
function costHere(): Cost {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const settled = () => {
    for (let i = 0; i < 3; i++) collect(); // what array buffers leave behind goes the next time
  };
  const cost: Cost = { engine: `Node ${process.version}`, us: {}, bytes: {} };
  inside.load(new Uint8Array(readFileSync(INSTANCE)), now);
  for (const name of ['interp', ...FORMS]) {
    inside.instances(name, 2000, true, false, now);
    cost.us[name] = round(median(inside.instances(name, INSTANCES, true, false, now)));
    const bytes = (own: boolean) => {
      inside.instances(name, 0, own, false, now);
      settled();
      const before = process.memoryUsage().heapUsed; // which array buffers' contents are no part of
      inside.instances(name, KEPT, own, true, now);
      settled();
      return Math.round((process.memoryUsage().heapUsed - before) / KEPT);
    };
    cost.bytes[name] = [bytes(false), bytes(true)];
  }
  return cost;
}

interface Inside {
  engine: string;
  module: string;
  bytes: number;
  validateMs: number;
  /** By form: ms for text, ms for the engine to take it, and heap of what it has made of it, per kB of wasm. */
  msPerKb: Record<'A' | 'B', number>;
  adoptMsPerKb: Record<'A' | 'B', number>;
  heapPerKb: Record<'A' | 'B', number>;
}

/** The same inside QuickJS. */
async function insideQuickjs(): Promise<{ compiling: Inside; cost: Cost }> {
  const { text } = await compileBundle({
    name: 'compiling',
    entry: 'test/bench/compiling.ts',
    exportsAs: 'compiling',
    globals: [],
    bytecode: false,
  });
  const engine = 'quickjs-ng (quickjs-wasi)';
  const { module } = await loadEngine();
  const withVm = async <T>(file: string, work: (say: (expression: string) => number[], heap: () => number) => T): Promise<T> => {
    const vm = await QuickJS.create({ wasm: module, memoryLimit: 256 << 20 });
    try {
      const clock = vm.newFunction('now', () => vm.newNumber(now()));
      vm.global.setProp('now', clock);
      clock.dispose();
      vm.evalCode(`${text};var wasm=new Uint8Array([${readFileSync(file).join()}])`).dispose();
      const say = (expression: string) =>
        vm
          .evalCode(`""+(${expression})`)
          .consume(value => value.toString())
          .split(',')
          .map(Number);
      const heap = () => {
        vm.runGC();
        return vm.getMemoryUsage().memoryUsedSize;
      };
      return work(say, heap);
    } finally {
      vm.dispose();
    }
  };
  const bytes = readFileSync(SMALL).length;
  const compiling: Inside = {
    engine,
    module: SMALL,
    bytes,
    validateMs: 0,
    msPerKb: { A: 0, B: 0 },
    adoptMsPerKb: { A: 0, B: 0 },
    heapPerKb: { A: 0, B: 0 },
  };
  for (const form of FORMS)
    await withVm(SMALL, (say, heap) => {
      compiling.validateMs = round(say('compiling.load(wasm,now)')[0]!);
      const perKb = (value: number) => round((value * 1024) / bytes);
      compiling.msPerKb[form] = perKb(median([1, 2, 3].map(() => say(`compiling.compile("${form}",now)`)[0]!)));
      say(`compiling.compile("${form}",now)`);
      const before = heap();
      compiling.adoptMsPerKb[form] = perKb(say(`compiling.adopt("${form}",now)`)[0]!);
      compiling.heapPerKb[form] = perKb(heap() - before + textBytes(form));
    });
  const cost: Cost = { engine, us: {}, bytes: {} };
  for (const name of ['interp', ...FORMS])
    await withVm(INSTANCE, (say, heap) => {
      say('compiling.load(wasm,now)');
      say(`compiling.instances("${name}",100,true,false,now)`);
      cost.us[name] = round(median(say(`compiling.instances("${name}",1000,true,false,now)`)));
      const bytes = (own: boolean) => {
        say(`compiling.instances("${name}",0,${own},false,now).length`);
        const before = heap();
        say(`compiling.instances("${name}",500,${own},true,now).length`);
        return Math.round((heap() - before - say('compiling.memoryBytes()')[0]!) / 500);
      };
      cost.bytes[name] = [bytes(false), bytes(true)];
    });
  return { compiling, cost };

  /** adopt() drops the text, which was there before. */
  function textBytes(form: 'A' | 'B'): number {
    inside.load(new Uint8Array(readFileSync(SMALL)), now);
    inside.compile(form, now);
    return inside.textLength();
  }
}

export async function benchCompile(rounds: number) {
  const speeds: Speed[] = [];
  for (const name of MODULES) speeds.push(await speedOf(name, rounds));
  const { compiling, cost } = await insideQuickjs();
  return { cores: availableParallelism(), speeds, compiling, instances: [costHere(), cost] };
}

export function compileText({ cores, speeds, compiling, instances }: Awaited<ReturnType<typeof benchCompile>>): string {
  const lines = [
    `compiling, MB of wasm a second (Node ${process.version}, ${cores} cores; one = 1 thread, cpu = by its CPU time, two = 2 threads)`,
    ...speeds.map(
      s =>
        `  ${s.module.padEnd(13)} ${(s.bytes / 1e6).toFixed(2)} MB  validation ${s.validate}  ` +
        FORMS.map(
          form => `form ${form}: one ${s.one[form]} cpu ${s.cpu[form]} two ${s.two[form]} text x${round(s.text[form] / s.bytes)}`,
        ).join('  ') +
        `  cold ${s.coldMs} ms`,
    ),
    `compiling in ${compiling.engine}, ${compiling.module} (${compiling.bytes} B): validation ${compiling.validateMs} ms`,
    ...FORMS.map(
      form =>
        `  form ${form}: ${compiling.msPerKb[form]} ms/kB to text, ${compiling.adoptMsPerKb[form]} ms/kB to take it, heap ${compiling.heapPerKb[form]} B/kB`,
    ),
    `instances of ${INSTANCE}, ready to be called: us, bytes beyond memory (with a store of their own)`,
    ...instances.map(
      i =>
        `  ${i.engine}: ${Object.keys(i.us)
          .map(name => `${name} ${i.us[name]} us ${i.bytes[name]![0]} B (${i.bytes[name]![1]})`)
          .join(', ')}`,
    ),
  ];
  return lines.join('\n');
}
