// 100,000 random mutants: verdicts as V8's, no exception of the host, no hang, and no other app's memory touched.
// More of them: npx tsx test/fuzz/main.ts mutants (docs/testing.md).
import { expect, test } from 'vitest';
import { originals, tryMutants } from './mutants';

const SEED = Number(process.env.SEED ?? 1);
const MUTANTS = 100_000;

test('the originals are at least ten valid modules', () => {
  expect(originals().length).toBeGreaterThanOrEqual(10);
  for (const [name, bytes] of originals()) expect([name, (globalThis as any).WebAssembly.validate(bytes)]).toEqual([name, true]);
});

test(`${MUTANTS} mutants (seed ${SEED})`, { timeout: 240_000 }, () => {
  const report = tryMutants(SEED, MUTANTS);
  expect(report.wrong.slice(0, 20)).toEqual([]);
  const unshared = Object.values(report.unshared).reduce((a, b) => a + b, 0);
  expect(report.valid + report.invalid + unshared).toBe(MUTANTS);
  expect(report.ran).toBeGreaterThan(MUTANTS / 10);
});
