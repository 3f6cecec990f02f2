// Round trips: a module printed as text and parsed again has its bytes, custom sections aside (and a data count that nothing needs). Generated modules of every feature set, and
// modules that binaryen's wasm-opt makes of random bytes (-ttf), which are shaped by another hand.

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { parseModule } from '../../src/runtime/module';
import { fault } from '../../src/spec/faults';
import { parseWat } from '../../src/text/parser';
import { print } from '../../src/text/printer';
import { bare } from './decode';
import { createDice } from './dice';
import { featuresOf, generate } from './generate';
import { besideV8 } from './verdict';

export interface RoundTrips {
  seed: number;
  modules: number;
  bytes: number;
  /** A line each; must stay empty. */
  wrong: string[];
}

/** What a round trip changes, null = nothing. */
export function roundTrip(wasm: Uint8Array, folded: boolean): string | null {
  let text: string;
  try {
    text = print(wasm, { folded });
  } catch (e) {
    return `print throws ${(e as Error).stack ?? `${e} (${JSON.stringify(fault)})`}`;
  }
  let back: Uint8Array;
  try {
    back = parseWat(text);
  } catch (e) {
    return `parseWat throws ${e}`;
  }
  const want = bare(wasm);
  const got = bare(back);
  const at = want.findIndex((byte, k) => byte !== got[k]);
  if (at < 0 && want.length === got.length) return null;
  return `byte ${at < 0 ? want.length : at} is 0x${got[at]?.toString(16)}, was 0x${want[at]?.toString(16)}`;
}

/** Generated modules seed, seed + 1, … */
export function generatedTrips(seed: number, count: number): RoundTrips {
  const report: RoundTrips = { seed, modules: 0, bytes: 0, wrong: [] };
  for (let k = seed; k < seed + count; k++) {
    const features = featuresOf(k);
    const wasm = generate(k, { features });
    const title = `module ${k}, features 0x${features.toString(16)}`;
    report.modules++;
    report.bytes += wasm.length;
    try {
      parseModule(wasm, features);
    } catch (e) {
      report.wrong.push(`${title}: not valid, ${e} ${JSON.stringify(fault)}`);
      continue;
    }
    const what = roundTrip(wasm, k % 2 === 0);
    if (what !== null) report.wrong.push(`${title}: ${what}`);
  }
  return report;
}

const PROGRAM = 'wasm-opt';
// The installed one: npm's, of the AssemblyScript compiler, is started by Node and a hundred times as slow.
const PATH = (process.env.PATH ?? '').split(delimiter).filter(folder => !folder.includes('node_modules'));
const run = (program: string, args: string[]) =>
  promisify(execFile)(program, args, { env: { ...process.env, PATH: PATH.join(delimiter) } });

/** Whether binaryen is installed. */
export async function hasBinaryen(): Promise<boolean> {
  return run(PROGRAM, ['--version']).then(
    () => true,
    () => false,
  );
}

/** Modules that wasm-opt makes of random bytes. Its text formats and newer encodings are its own, so the features are those of 2.0 and a few. */
export async function binaryenTrips(seed: number, count: number): Promise<RoundTrips> {
  const report: RoundTrips = { seed, modules: 0, bytes: 0, wrong: [] };
  const dir = mkdtempSync(join(tmpdir(), 'wasmote-ttf-'));
  try {
    for (let k = 0; report.modules < count; k++) {
      const dice = createDice(seed + k);
      const [input, output] = [join(dir, 'in'), join(dir, 'out.wasm')];
      writeFileSync(
        input,
        Uint8Array.from({ length: 100 + dice.below(700) }, () => dice.below(256)),
      );
      await run(PROGRAM, ['-ttf', input, '-o', output, ...FLAGS, dice.pick(['-O0', '-O0', '-O1'])]);
      const wasm = new Uint8Array(readFileSync(output));
      const { kind } = besideV8(wasm);
      if (kind === 'invalid') continue; // binaryen 108 has types of its own among block types now and then, as GC was written in 2022
      report.modules++;
      report.bytes += wasm.length;
      const what = roundTrip(wasm, k % 2 === 0);
      if (what !== null) report.wrong.push(`-ttf of seed ${seed + k}: ${what}`);
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
  return report;
}
// biome-ignore format: a list
const FLAGS = [
  '--enable-mutable-globals', '--enable-nontrapping-float-to-int', '--enable-sign-ext', '--enable-bulk-memory', '--enable-reference-types',
  '--enable-multivalue', '--enable-simd', '--enable-threads', '--enable-tail-call', '--enable-extended-const',
];
