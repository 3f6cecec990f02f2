// Every instruction and random programs give what V8 gives, to the bit, on Node and inside QuickJS; and the same in any slices of fuel.
// More of them: npx tsx test/fuzz/main.ts (docs/testing.md).
import { describe, expect, test } from 'vitest';
import { engines } from '../engines/engines';
import { allBatches, askV8, compare, compareSlices, countCalls } from './cases';

const SEED = Number(process.env.SEED ?? 1);
const batches = allBatches(SEED, 200);
const expected = batches.map(askV8);
const cases = countCalls(batches);

test('there are enough of them', () => {
  expect(cases).toBeGreaterThan(20_000);
});

for (const engine of engines().filter(e => e.name !== 'duktape'))
  describe.skipIf(engine.missing !== null)(engine.name, () => {
    test(`${cases} cases equal V8 (seed ${SEED})`, { timeout: 240_000 }, async () => {
      expect((await compare(engine, batches, expected)).slice(0, 20)).toEqual([]);
    });
  });

test(`slices of fuel change nothing (seed ${SEED})`, { timeout: 120_000 }, () => {
  const every = batches.filter((batch, i) => i % 4 === 0 || batch.title.startsWith('program') || !/\./.test(batch.title));
  expect(compareSlices(every, SEED, 40).slice(0, 20)).toEqual([]);
  expect(compareSlices(every.slice(-100), SEED + 1, 3).slice(0, 20)).toEqual([]);
});
