// Whole programs, as toolchains make them, print and exit alike in every engine. Expectations: ../shared/apps/README.md.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { engines, type Job } from './engines';

const apps = join(dirname(fileURLToPath(import.meta.url)), '../../../shared/apps/wasm');

interface Row {
  app: string;
  job: Partial<Job>;
  out: string[];
  err: string[];
  exit: number;
}
const rows: Row[] = [
  {
    app: 'hello',
    job: { args: ['one', 'two'], env: ['MOTE=dust'] },
    out: [
      'hello one, 2 args, pi=3.141593,    42|42   |00042, beef z %',
      'arg 1: one (3)',
      'arg 2: two (3)',
      'MOTE=dust',
      'H(1000)=7.48547086055 7.485471e+10',
    ],
    err: ['to stderr'],
    exit: 3,
  },
  {
    app: 'wordcount',
    job: { stdin: 'the quick brown fox\njumps over the extraordinarily lazy dog\n' },
    out: ['2 10 60 extraordinarily'],
    err: [],
    exit: 0,
  },
  { app: 'clock', job: {}, out: ['ok'], err: [], exit: 0 },
  {
    app: 'tally',
    job: { args: ['abracadabra', 'zoo'] },
    out: ['a 5', 'b 2', 'o 2', 'r 2', 'c 1', 'd 1', 'z 1', 'mean 2.0000 1.4142135623730951'],
    err: [],
    exit: 7,
  },
  {
    app: 'sensor',
    job: { shrink: true },
    out: ['t= 40 avg=21.31 C (17)', 't= 80 avg=21.48 C (17)', 't=120 avg=21.85 C (17)', 't=160 avg=21.49 C (17)'],
    err: [],
    exit: 0,
  },
];
const text = (lines: string[]) => lines.map(line => `${line}\n`).join('');

for (const engine of engines())
  describe.skipIf(engine.missing !== null || !existsSync(apps))(engine.missing ?? engine.name, () => {
    test.each(rows)('$app', { timeout: 120_000 }, async ({ app, job, out, err, exit }) => {
      const wasm = new Uint8Array(readFileSync(join(apps, `${app}.wasm`)));
      const [outcome] = await engine.run([[wasm, { mode: 'program', name: app, ...job }]]);
      expect(outcome).toMatchObject({ fault: 0, trap: 0, out: text(out), err: text(err), exit });
    });
  });
