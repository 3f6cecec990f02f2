// npm run proof -- [--smoke] [--json] [--seed N] [--only ID[,ID]]: measures what the product promises, over its real path, and prints one
// row for each figure; with --json one array last. Exits 1 when a figure misses its goal. What the ids are: docs/proof.md.

import { parseArgs } from 'node:util';
import { broker } from './broker';
import { fair } from './fair';
import { cases, mutants } from './fuzz';
import { noise } from './noise';
import { resume } from './resume';
import { type Measurement, type Row, runMeasurement } from './rig';
import { small } from './small';

const MEASUREMENTS: Record<string, Measurement> = { fair, noise, resume, broker, small, cases, mutants };

const { values } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    only: { type: 'string', default: Object.keys(MEASUREMENTS).join() },
  },
});
const seed = Number(values.seed);
const wanted = values.only.split(',');
const unknown = wanted.filter(id => !(id in MEASUREMENTS));
const rows: Row[] = [];

function lineOf({ ok, id, name, figure, goal, unit, note }: Row): string {
  const what = `${ok ? 'ok  ' : 'MISS'} ${id.padEnd(8)} ${name}`;
  return `${what.padEnd(74)} ${String(figure ?? 'not reached').padStart(10)} ${unit} (goal ${goal})${note ? `; ${note}` : ''}`;
}

if (unknown.length > 0 || !Number.isSafeInteger(seed)) {
  process.stderr.write(`usage: npm run proof -- [--smoke] [--json] [--seed N] [--only ${Object.keys(MEASUREMENTS).join('|')}]\n`);
  process.exitCode = 2;
} else {
  for (const id of wanted) {
    const say = (text: string) => void process.stderr.write(`${id}: ${text}\n`);
    try {
      rows.push(...(await runMeasurement(id, MEASUREMENTS[id]!, { seed, smoke: values.smoke, say })));
    } catch (error) {
      rows.push({
        id,
        name: 'measured at all',
        figure: null,
        goal: '= 1',
        unit: '',
        ok: false,
        seed,
        note: String((error as Error).message),
      });
      if (process.env.WASMOTE_DEBUG) say(String((error as Error).stack));
    }
    if (!values.json) for (const row of rows.filter(each => each.id === id)) process.stdout.write(`${lineOf(row)}\n`);
  }
  if (values.json) process.stdout.write(`${JSON.stringify(rows.map(({ timing: _, ...row }) => row))}\n`);
  if (rows.some(row => !row.ok)) process.exitCode = 1;
}
