// What the bench runs: small C programs as wasm that export run(n), n units of work to a checksum, and the same work as JavaScript written by
// hand where there is any. Those of ../shared/kernels when they are there, else the project's own three.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Kernel {
  name: string;
  file: string; // of its wasm
  wasm: Uint8Array;
  /** A script that defines run(n); null = nobody wrote one. */
  hand: string | null;
  /** What V8 says of run(1) of a fresh instance: no column is timed that computes something else. */
  answer: string;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const SHARED = join(root, '../shared/kernels');
const OWN = join(root, 'test/engines/kernels');
const isShared = existsSync(SHARED);

export const KERNELS = isShared
  ? ['fib', 'sha256', 'crc32', 'mandel', 'matmul32', 'matmul64', 'sort', 'i64mix', 'nbody', 'fft']
  : ['collatz', 'mix64', 'orbit'];
/** Few, of each kind of number. */
export const SMOKE = isShared ? ['i64mix', 'matmul64', 'fft'] : KERNELS;

export function loadKernel(name: string): Kernel {
  const file = isShared ? join(SHARED, 'wasm', `${name}.O2.wasm`) : join(OWN, `${name}.wasm`);
  const hand = join(SHARED, 'js', `${name}.js`);
  const wasm = new Uint8Array(readFileSync(file));
  const { Instance, Module } = (globalThis as any).WebAssembly; // Node's types name its types, not its functions
  const { run } = new Instance(new Module(wasm)).exports;
  return { name, file, wasm, hand: existsSync(hand) ? readFileSync(hand, 'utf8') : null, answer: String(run(1)) };
}
