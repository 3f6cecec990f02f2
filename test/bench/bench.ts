// npm run bench: how fast executors run the kernels inside QuickJS, as time per unit of work and as ratios to hand-written JavaScript.
// One interleaved run: every round times every column of every kernel, so that the machine's moods hit all alike; medians count.
// Columns: interp; switch = the same register code under a switch in opcode order; handjs. --smoke: one short round. --json: one object last.
// --language: only what language.ts measures; --no-language: all but that.
// Kernels: test/engines/kernels, and ../shared/kernels when it is there.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QuickJS } from 'quickjs-wasi';
import { compile } from '../../tools/bundle/build';
import { generateDispatch } from '../../tools/gen/dispatch';
import { loadEngine } from '../../tools/sim/vm';
import { benchLanguage, languageText } from './language';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const sharedDir = join(root, '../shared/kernels');
const ownDir = join(root, 'test/engines/kernels');
const KERNELS = existsSync(sharedDir)
  ? ['fib', 'sha256', 'crc32', 'mandel', 'matmul32', 'matmul64', 'sort', 'i64mix', 'nbody', 'fft']
  : ['collatz', 'mix64', 'orbit'];
const wasmOf = (kernel: string) =>
  readFileSync(existsSync(sharedDir) ? join(sharedDir, 'wasm', `${kernel}.O2.wasm`) : join(ownDir, `${kernel}.wasm`));
const COLUMNS = ['interp', 'switch', 'handjs'] as const;
type Column = (typeof COLUMNS)[number];

const smoke = process.argv.includes('--smoke');
const json = process.argv.includes('--json');
const only =
  process.argv
    .find(a => a.startsWith('--only='))
    ?.slice(7)
    .split(',') ?? (smoke && existsSync(sharedDir) ? ['i64mix', 'matmul64', 'fft'] : KERNELS);
const columns =
  process.argv
    .find(a => a.startsWith('--columns='))
    ?.slice(10)
    .split(',') ?? COLUMNS;
const rounds = Number(process.argv.find(a => a.startsWith('--rounds='))?.slice(9) ?? (smoke ? 1 : 3));
const targetMs = smoke ? 5 : 50;

interface Runner {
  run(n: number): string;
}

async function vm(text: string): Promise<(name: string, bytes: Uint8Array, arg: string) => string> {
  const { module } = await loadEngine();
  const qjs = await QuickJS.create({ wasm: module, memoryLimit: 64 << 20 });
  qjs.evalCode(text).dispose();
  return (name, bytes, arg) => {
    const fn = qjs.evalCode(name);
    const array = qjs.newUint8Array(bytes);
    const string = qjs.newString(arg);
    const result = qjs.callFunction(fn, qjs.undefined, array, string);
    const value = result.toString();
    for (const handle of [fn, array, string, result]) handle.dispose();
    return value;
  };
}

async function wasmRunner(text: string, wasm: Uint8Array): Promise<Runner> {
  const call = await vm(text);
  call('bench.load', wasm, '');
  return { run: n => call('bench.run', new Uint8Array(0), String(n)) };
}

async function handRunner(kernel: string): Promise<Runner | null> {
  const file = join(sharedDir, 'js', `${kernel}.js`);
  if (!existsSync(file)) return null;
  const call = await vm(`${readFileSync(file, 'utf8')}\nfunction bench(_, n) { return String(run(Number(n))); }`);
  return { run: n => call('bench', new Uint8Array(0), String(n)) };
}

/** What V8 says of run(n): no column is timed that computes something else. */
async function v8(wasm: Uint8Array, n: number): Promise<string> {
  const { instance } = await (globalThis as any).WebAssembly.instantiate(wasm, {});
  return String(instance.exports.run(n));
}

function timed(runner: Runner, n: number): number {
  const began = performance.now();
  runner.run(n);
  return performance.now() - began;
}

/** How many units take about targetMs. */
function units(runner: Runner): number {
  for (let n = 1; ; n *= 2) {
    const ms = timed(runner, n);
    if (ms >= targetMs || n >= 4096) return Math.max(1, Math.min(4096, Math.round((n * targetMs) / Math.max(ms, 0.1))));
  }
}

const median = (list: number[]) => list.sort((a, b) => a - b)[list.length >> 1];

const out = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const language = process.argv.includes('--no-language') ? null : await benchLanguage(smoke ? 1 : 7);
  if (!json && language !== null) out(`${languageText(language)}\n`);
  if (process.argv.includes('--language')) {
    if (json) out(JSON.stringify({ language }));
    return;
  }
  const bundle = { name: 'bench', entry: 'test/bench/entry.ts', exportsAs: 'bench', globals: [], bytecode: false };
  const { text: tree } = await compile(bundle);
  const { text: opcodeOrder } = await compile({ ...bundle, replace: generateDispatch('switch') });
  const list = KERNELS.filter(k => only.includes(k));
  const runners: Record<string, Partial<Record<Column, Runner>>> = {};
  const work: Record<string, Partial<Record<Column, number>>> = {};
  for (const kernel of list) {
    const wasm = wasmOf(kernel);
    const expected = await v8(wasm, 1);
    const hand = await handRunner(kernel);
    runners[kernel] = {
      interp: await wasmRunner(tree, wasm),
      switch: await wasmRunner(opcodeOrder, wasm),
      ...(hand ? { handjs: hand } : {}),
    };
    work[kernel] = {};
    for (const column of COLUMNS) {
      const runner = runners[kernel][column];
      if (!runner || !columns.includes(column)) continue;
      const got = runner.run(1);
      if (got !== expected) throw new Error(`${kernel} under ${column}: ${got}`);
      work[kernel][column] = units(runner);
    }
  }
  const samples: Record<string, Partial<Record<Column, number[]>>> = {};
  for (let round = 0; round < rounds; round++) {
    for (const kernel of list) {
      for (const column of COLUMNS) {
        const runner = runners[kernel][column];
        if (!runner || !columns.includes(column)) continue;
        const n = work[kernel][column]!;
        const us = ((timed(runner, n) - timed(runner, 0)) * 1000) / n;
        ((samples[kernel] ??= {})[column] ??= []).push(us);
      }
    }
  }
  const kernels: Record<string, Record<Column, number | null>> = {};
  for (const kernel of list) {
    kernels[kernel] = Object.fromEntries(
      COLUMNS.map(c => [c, samples[kernel][c] ? Number(median(samples[kernel][c]!).toFixed(2)) : null]),
    ) as Record<Column, number | null>;
  }
  const geomean: Partial<Record<Column, number>> = {};
  const compared = list.filter(k => kernels[k].handjs !== null);
  for (const column of COLUMNS) {
    if (!columns.includes(column)) continue;
    const logs = compared.map(k => Math.log(kernels[k][column]! / kernels[k].handjs!));
    if (logs.length > 0) geomean[column] = Number(Math.exp(logs.reduce((a, b) => a + b) / logs.length).toFixed(2));
  }
  if (!json) {
    out(`${'us per unit'.padEnd(12)}${COLUMNS.map(c => c.padStart(12)).join('')}`);
    for (const kernel of list) out(kernel.padEnd(12) + COLUMNS.map(c => String(kernels[kernel][c] ?? '-').padStart(12)).join(''));
    out(`${'x handjs'.padEnd(12)}${COLUMNS.map(c => String(geomean[c] ?? '-').padStart(12)).join('')}`);
  } else out(JSON.stringify({ engine: 'quickjs-ng (quickjs-wasi)', unit: 'us', kernels, geomean, language }));
}

await main();
