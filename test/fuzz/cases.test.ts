// Every instruction and random programs give what V8 gives, to the bit, on Node and inside QuickJS; and the same in any slices of fuel, by the
// interpreter and as text. Text of form A gives it inside QuickJS too, where compiling takes long: some of them.
// Duktape, where installed, shows a tenth of it without Math.imul and clz32. More: npx tsx test/fuzz/main.ts (docs/testing.md).
import { describe, expect, test } from 'vitest';
import { engines } from '../engines/engines';
import { allBatches, askV8, compare, compareSlices, countCalls } from './cases';
import { controlBatches } from './control';
import { countedBatches } from './counted';
import { numericBatches } from './numeric';
import { programBatches } from './program';

const SEED = Number(process.env.SEED ?? 1);
const batches = allBatches(SEED, 200);
const sample = [
  ...numericBatches().map(batch => ({ ...batch, calls: batch.calls.filter((_, i) => i % 10 === 0) })),
  ...programBatches(SEED, 20),
];
const few = [...controlBatches(), ...programBatches(SEED, 20), ...countedBatches(SEED, 20)];

test('there are enough of them', () => {
  expect(countCalls(batches)).toBeGreaterThan(20_000);
});

for (const engine of engines()) {
  const cases = engine.name === 'duktape' ? sample : batches;
  describe.skipIf(engine.missing !== null)(engine.missing ?? engine.name, () => {
    test(`${countCalls(cases)} cases equal V8 (seed ${SEED})`, { timeout: 240_000 }, async () => {
      expect((await compare(engine, cases, cases.map(askV8))).slice(0, 20)).toEqual([]);
    });
    test.skipIf(engine.name !== 'quickjs')(`${countCalls(few)} of them do as text (seed ${SEED})`, { timeout: 240_000 }, async () => {
      expect((await compare(engine, few, few.map(askV8), 'jsA')).slice(0, 20)).toEqual([]);
    });
  });
}

test(`neither slices of fuel nor being text change anything (seed ${SEED})`, { timeout: 240_000 }, () => {
  const every = batches.filter((batch, i) => i % 4 === 0 || /^(program|counted) /.test(batch.title) || !/\./.test(batch.title));
  expect(compareSlices(every, SEED, 40).slice(0, 20)).toEqual([]);
  expect(compareSlices(every.slice(-100), SEED + 1, 3).slice(0, 20)).toEqual([]);
});
