// The modules that mutants are made of: compiled C, hand-made batches, generated modules, and where ../shared exists its samples and the
// modules of the public suite.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseScript } from '../../src/text/script';
import { controlBatches } from './control';
import { generate } from './generate';
import { memoryBatches } from './memory';
import { program } from './program';

export type Named = [name: string, wasm: Uint8Array];

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
// Compiled from C where small enough that most mutations hit something; generated ones for what C does not use.
// biome-ignore format: a list
const FILES = [
  'examples/c/counter/counter.wasm', 'examples/c/thermo/thermo.wasm', 'examples/c/trap/trap.wasm', 'test/engines/kernels/mix64.wasm',
  'test/engines/kernels/orbit.wasm', 'test/engines/kernels/collatz.wasm',
];
const SHARED = ['../shared/apps/wasm/sensor.wasm', '../shared/kernels/wasm/crc32.Oz.wasm'];
const SUITE = '../shared/conformance';

/** Modules of WebAssembly 2.0 that can be run. */
export function originals(): Named[] {
  const files = [...FILES, ...SHARED].filter(file => existsSync(join(ROOT, file)));
  const batch = (title: string) => [...controlBatches(), ...memoryBatches()].find(b => b.title === title)!.wasm;
  return [
    ...files.map((file): Named => [file, new Uint8Array(readFileSync(join(ROOT, file)))]),
    ['references', batch('references and tables')],
    ['memory.init', batch('memory.init')],
    ['program 7', program(7).wasm],
    ['program 11', program(11).wasm],
  ];
}

/** Modules of at most `most` bytes from a seed, of the features given. */
export function generated(seed: number, count: number, features: number, most: number): Named[] {
  const found: Named[] = [];
  for (let s = seed; found.length < count; s++) {
    const wasm = generate(s, { features });
    if (wasm.length <= most) found.push([`generated ${s}`, wasm]);
  }
  return found;
}

/** Modules of the public suite that are at most `most` bytes and every `each`th of those, [] without it. */
export function suite(most: number, each: number): Named[] {
  read ??= readSuite();
  return read.filter(([, wasm]) => wasm.length <= most).filter((_, k) => k % each === 0);
}
let read: Named[] | null = null; // once a process

function readSuite(): Named[] {
  const folder = join(ROOT, SUITE);
  if (!existsSync(folder)) return [];
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter(file => file.endsWith('.wast')).sort();
  const found: Named[] = [];
  for (const file of files)
    for (const { form, wasm, line } of parseScript(readFileSync(join(folder, file))))
      if (form === 'module' && wasm !== null) found.push([`${file}:${line}`, wasm]);
  return found;
}
