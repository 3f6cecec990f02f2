// What a verdict takes of a small engine's heap, on valid modules and on mutants. More: npx tsx test/fuzz/main.ts heap (docs/testing.md).
import { expect, test } from 'vitest';
import { heapGrowth } from './heap';

const SEED = Number(process.env.SEED ?? 1);

test(`at most 4 bytes for each byte of the file, and 8 kB (seed ${SEED})`, { timeout: 300_000 }, async () => {
  const report = await heapGrowth(SEED, 10);
  expect(report.wrong.slice(0, 20)).toEqual([]);
});
