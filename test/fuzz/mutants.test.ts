// Random mutants, every byte changed to every other, every prefix: verdicts as V8's, no exception of the host, no hang, and no other app's
// memory touched. More of them: npx tsx test/fuzz/main.ts mutants (docs/testing.md).
import { beforeAll, expect, test } from 'vitest';
import { originals } from './corpus';
import { everyByte, everyPrefix, SMALL, smallModules, tryMutants } from './mutants';
import { loadWabt } from './verdict';

const SEED = Number(process.env.SEED ?? 1);
const MUTANTS = 100_000;

beforeAll(loadWabt);

test('the originals are valid modules', () => {
  expect(originals().length).toBeGreaterThanOrEqual(10);
  const small = smallModules(SEED);
  expect(small.length).toBe(SMALL);
  for (const [, bytes] of small) expect(bytes.length).toBeLessThanOrEqual(256);
  for (const [name, bytes] of [...originals(), ...small])
    expect([name, (globalThis as any).WebAssembly.validate(bytes)]).toEqual([name, true]);
});

test(`${MUTANTS} mutants (seed ${SEED})`, { timeout: 600_000 }, () => {
  const report = tryMutants(SEED, MUTANTS);
  expect(report.wrong.slice(0, 20)).toEqual([]);
  expect(report.mutants).toBe(MUTANTS);
  expect(report.ran).toBeGreaterThan(MUTANTS / 40);
});

test(`every byte of two modules changed to every other (seed ${SEED})`, { timeout: 600_000 }, () => {
  const report = everyByte(SEED, 0, 2);
  expect(report.wrong.slice(0, 20)).toEqual([]);
});

test(`every prefix (seed ${SEED})`, { timeout: 120_000 }, () => {
  expect(everyPrefix(SEED).wrong.slice(0, 20)).toEqual([]);
});
