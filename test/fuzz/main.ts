// More of the random tests than `npm test` has time for. Prints one JSON object; exits 1 when something differs. --jobs: processes at a time.
//   npx tsx test/fuzz/main.ts cases      [--seed N] [--programs N] [--engine node|quickjs|duktape]
//   npx tsx test/fuzz/main.ts slices     [--seed N] [--programs N]
//   npx tsx test/fuzz/main.ts mutants    [--seed N] [--count N] [--jobs N]
//   npx tsx test/fuzz/main.ts differ     [--seed N] [--count N] [--jobs N]
//   npx tsx test/fuzz/main.ts roundtrip  [--seed N] [--count N] [--jobs N]
//   npx tsx test/fuzz/main.ts heap       [--seed N] [--count N]
// mutants: --count random ones, every byte of twenty small modules (of fewer, if --count is less than a million) and every prefix.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { engines } from '../engines/engines';
import { allBatches, askV8, compare, compareSlices, countCalls } from './cases';
import { countedBatches } from './counted';
import { differ } from './differ';
import { heapGrowth } from './heap';
import { everyByte, everyPrefix, SMALL, tryMutants } from './mutants';
import { programBatches } from './program';
import { binaryenTrips, generatedTrips, hasBinaryen } from './roundtrip';
import { loadWabt } from './verdict';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    programs: { type: 'string', default: '2000' },
    count: { type: 'string' },
    engine: { type: 'string', default: 'node' },
    jobs: { type: 'string', default: '2' },
    part: { type: 'string' }, // of a run in several processes: which one this is
  },
});
const seed = Number(values.seed);
const programs = Number(values.programs);
const jobs = Number(values.jobs);
const part = Number(values.part ?? 0);
const PIECE = 200; // programs in memory at a time

async function cases(): Promise<object> {
  const engine = engines().find(e => e.name === values.engine)!;
  if (engine.missing !== null) throw new Error(engine.missing);
  let n = 0;
  const wrong: string[] = [];
  for (let at = 0; at < programs; at += PIECE) {
    const count = Math.min(PIECE, programs - at);
    const batches = at === 0 ? allBatches(seed, count) : [...programBatches(seed + at, count), ...countedBatches(seed + at, count)];
    n += countCalls(batches);
    wrong.push(...(await compare(engine, batches, batches.map(askV8))));
  }
  return { engine: engine.name, seed, cases: n, wrong };
}

/** Two reports as one: numbers are added, lists joined, and so on inside. */
function merge(a: any, b: any): any {
  if (typeof a === 'number') return a + b;
  if (Array.isArray(a)) return [...a, ...b];
  if (typeof a !== 'object') return a;
  const both: any = { ...b, ...a };
  for (const key of Object.keys(both)) if (key in a && key in b) both[key] = key === 'seed' ? a[key] : merge(a[key], b[key]);
  return both;
}

/** Does the parts in processes of their own, which print their reports, and adds those up. */
async function inParts(count: number): Promise<object> {
  const each = Math.ceil(count / jobs);
  const run = async (k: number) => {
    const args = ['--seed', String(seed), '--count', String(each), '--jobs', String(jobs), '--part', String(k)];
    const argv = ['--import', 'tsx', fileURLToPath(import.meta.url), positionals[0]!, ...args];
    const { stdout } = await promisify(execFile)(process.execPath, argv, { maxBuffer: 1 << 28 }).catch(error => {
      if (!error.stdout) throw error; // it exits 1 when something is wrong, and prints its report all the same
      return error;
    });
    return JSON.parse(stdout);
  };
  const begun = Date.now();
  const reports = await Promise.all(Array.from({ length: jobs }, (_, k) => run(k)));
  return { ...reports.reduce(merge), seconds: Math.round((Date.now() - begun) / 1000) };
}
/** The same, if this is not one of them. */
const parted = (usual: number, one: (count: number) => object | Promise<object>) => () => {
  const count = Number(values.count ?? usual);
  return values.part === undefined ? inParts(count) : one(count);
};
const APART = 1_000_000; // seeds of one part and the next
const ours = () => seed + part * APART;

const kinds: { [kind: string]: () => object | Promise<object> } = {
  cases,
  slices: () => {
    const batches = allBatches(seed, programs);
    return { seed, cases: countCalls(batches), wrong: compareSlices(batches, seed, 40) };
  },
  mutants: parted(1_000_000, async count => {
    await loadWabt();
    const random = tryMutants(ours(), count);
    const small = Math.min(SMALL, Math.round((SMALL * count * jobs) / 1_000_000));
    const bytes = everyByte(seed, Math.floor((small * part) / jobs), Math.floor((small * (part + 1)) / jobs));
    const prefixes = everyPrefix(seed + part);
    const reports = [random, bytes, prefixes];
    const wrong = reports.flatMap(report => report.wrong.splice(0));
    return { seed, mutants: reports.reduce((n, report) => n + report.mutants, 0), random, bytes, prefixes, wrong };
  }),
  differ: parted(20_000, count => ({ seed, ...differ(ours(), count) })),
  roundtrip: parted(1000, async count => {
    const binaryen = (await hasBinaryen()) ? await binaryenTrips(ours(), count) : null;
    const generated = generatedTrips(ours(), 10 * count);
    const wrong = [binaryen, generated].flatMap(report => report?.wrong.splice(0) ?? []);
    return { seed, generated, ...(binaryen === null ? {} : { binaryen }), wrong };
  }),
  heap: () => heapGrowth(seed, Number(values.count ?? 500)),
};

const kind = kinds[positionals[0] ?? ''];
if (kind === undefined) {
  process.stderr.write(`usage: npx tsx test/fuzz/main.ts ${Object.keys(kinds).join('|')} [--seed N] [--count N] [--jobs N] …\n`);
  process.exitCode = 2;
} else {
  const report: any = await kind();
  process.stdout.write(`${JSON.stringify(report, null, 1)}\n`);
  if (report.wrong.length > 0) process.exitCode = 1;
}
