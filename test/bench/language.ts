// npm run bench -- --language: how fast modules are read, validated and parsed from text, beside V8 and wabt (npm's), on the wasm of a pinned
// package of more than 1 MB. One interleaved run: every round times every column once, so that the machine's moods hit all alike; the
// fastest round counts, since nothing can make a column faster than it is. Times are wall-clock ms of this process.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import wabtInit from 'wabt';
import * as c from '../../src/binary/cursor';
import { kindOf } from '../../src/binary/expression';
import { readOperator } from '../../src/binary/operator';
import { readModule } from '../../src/binary/reader';
import { valueType } from '../../src/binary/type';
import { createWriter } from '../../src/binary/writer';
import { parseModule } from '../../src/runtime/module';
import { SECTION_END } from '../../src/spec/faults';
import { parseWat } from '../../src/text/parser';
import { print } from '../../src/text/printer';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const PACKAGE = 'oxc-parser';
const FILE = join(root, 'node_modules', PACKAGE, 'parser.wasm32-wasip1.wasm');

export interface LanguageReport {
  module: { package: string; version: string; bytes: number; textBytes: number };
  ms: Record<string, number>;
  /** Ours to theirs: below 1 is faster than they are. */
  ratios: { validateToV8: number; validateToWabt: number; textToWabt: number };
}

/** rounds: how often every column is timed. */
export async function benchLanguage(rounds: number): Promise<LanguageReport> {
  const bytes = new Uint8Array(readFileSync(FILE));
  const wabt = await wabtInit();
  const features = { threads: true, bulk_memory: true, reference_types: true, simd: true, tail_call: true, extended_const: true };
  const source = wabt.readWasm(shallow(bytes), features);
  const text = source.toText({ foldExprs: false, inlineExport: false });
  source.destroy();

  const columns: Record<string, () => void> = {
    'validate, V8': () => check((globalThis as any).WebAssembly.validate(bytes)),
    'validate, wasmote': () => void parseModule(bytes),
    'validate, wabt': () => {
      const module = wabt.readWasm(bytes, features);
      module.validate();
      module.destroy();
    },
    'text, wasmote': () => check(parseWat(text).length > bytes.length / 2),
    'text, wabt': () => {
      const module = wabt.parseWat('bench.wat', text, features);
      module.resolveNames();
      check(module.toBinary({}).buffer.length > bytes.length / 2);
      module.destroy();
    },
    'print, wasmote': () => check(print(bytes).length > bytes.length),
  };
  const ms: Record<string, number> = {};
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(columns)) {
      const began = performance.now();
      run();
      ms[name] = Math.min(ms[name] ?? Infinity, performance.now() - began);
    }
  }
  const ratio = (a: string, b: string) => Number((ms[a]! / ms[b]!).toFixed(2));
  const version = createRequire(import.meta.url)(join(root, 'node_modules', PACKAGE, 'package.json')).version;
  return {
    module: { package: PACKAGE, version, bytes: bytes.length, textBytes: text.length },
    ms: Object.fromEntries(Object.entries(ms).map(([name, value]) => [name, Number(value.toFixed(1))])),
    ratios: {
      validateToV8: ratio('validate, wasmote', 'validate, V8'),
      validateToWabt: ratio('validate, wasmote', 'validate, wabt'),
      textToWabt: ratio('text, wasmote', 'text, wabt'),
    },
  };
}

/** npm's wabt hangs where blocks of a text are nested deeper than about 150: functions that are come without their code. */
function shallow(bytes: Uint8Array): Uint8Array {
  const writer = createWriter();
  const empty = new Uint8Array([0, 0, 0x0b]); // no locals, unreachable, end
  const { code } = writer.events;
  writer.events.code = (src, start, stop, first) => {
    if (depthOf(src, start, stop) > 100) code(empty, 0, empty.length, 0);
    else code(src, start, stop, first);
  };
  readModule(bytes, writer.events);
  return writer.bytes();
}
function depthOf(src: Uint8Array, start: number, stop: number): number {
  c.open(src, start, stop, 0, SECTION_END);
  for (let groups = c.u32(); groups > 0; groups--) {
    c.u32();
    valueType();
  }
  let depth = 0;
  let deepest = 0;
  while (c.left() > 0) {
    const code = readOperator();
    if (kindOf(code) === 'b') deepest = Math.max(deepest, ++depth);
    else if (code === 0x0b) depth--;
  }
  return deepest;
}

function check(good: boolean): void {
  if (!good) throw new Error('a column did not do its work');
}

export function languageText({ module, ms, ratios }: LanguageReport): string {
  return [
    `${module.package} ${module.version}: ${module.bytes} bytes, ${module.textBytes} of text`,
    ...Object.entries(ms).map(([name, value]) => `${name.padEnd(20)}${value.toFixed(1).padStart(10)} ms`),
    `validation: ${ratios.validateToV8} x V8, ${ratios.validateToWabt} x wabt; text: ${ratios.textToWabt} x wabt`,
  ].join('\n');
}
