// More of the random tests than `npm test` has time for. Prints one JSON object; exits 1 when something differs.
//   npx tsx test/fuzz/main.ts cases    [--seed N] [--programs N] [--engine node|quickjs|duktape]
//   npx tsx test/fuzz/main.ts slices   [--seed N] [--programs N]
//   npx tsx test/fuzz/main.ts mutants  [--seed N] [--count N]
import { parseArgs } from 'node:util';
import { engines } from '../engines/engines';
import { allBatches, askV8, compare, compareSlices, countCalls } from './cases';
import { tryMutants } from './mutants';
import { programBatches } from './program';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    programs: { type: 'string', default: '2000' },
    count: { type: 'string', default: '1000000' },
    engine: { type: 'string', default: 'node' },
  },
});
const seed = Number(values.seed);
const programs = Number(values.programs);
const PIECE = 200; // programs in memory at a time

async function cases(): Promise<object> {
  const engine = engines().find(e => e.name === values.engine)!;
  if (engine.missing !== null) throw new Error(engine.missing);
  let n = 0;
  const wrong: string[] = [];
  for (let at = 0; at < programs; at += PIECE) {
    const batches = at === 0 ? allBatches(seed, Math.min(PIECE, programs)) : programBatches(seed + at, Math.min(PIECE, programs - at));
    n += countCalls(batches);
    wrong.push(...(await compare(engine, batches, batches.map(askV8))));
  }
  return { engine: engine.name, seed, cases: n, wrong };
}

const kinds: { [kind: string]: () => object | Promise<object> } = {
  cases,
  slices: () => {
    const batches = allBatches(seed, programs);
    return { seed, cases: countCalls(batches), wrong: compareSlices(batches, seed, 40) };
  },
  mutants: () => ({ seed, ...tryMutants(seed, Number(values.count)) }),
};

const kind = kinds[positionals[0] ?? ''];
if (kind === undefined) {
  process.stderr.write('usage: npx tsx test/fuzz/main.ts cases|slices|mutants [--seed N] [--programs N] [--count N] [--engine NAME]\n');
  process.exitCode = 2;
} else {
  const report: any = await kind();
  process.stdout.write(`${JSON.stringify(report, null, 1)}\n`);
  if (report.wrong.length > 0) process.exitCode = 1;
}
