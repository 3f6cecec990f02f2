// Generated modules and valid mutants of them give here, interpreted and as text of both forms, what they give on V8; and the executors agree on
// modules that V8 cannot run. More: npx tsx test/fuzz/main.ts differ (docs/testing.md).
import { expect, test } from 'vitest';
import { differ } from './differ';

const SEED = Number(process.env.SEED ?? 1);
const MODULES = 300;

test(`${MODULES} modules equal V8, by every executor (seed ${SEED})`, { timeout: 600_000 }, () => {
  const report = differ(SEED, MODULES);
  expect(report.wrong.slice(0, 20)).toEqual([]);
  expect(report.mutants).toBeGreaterThan(MODULES / 3);
  expect(report.wider).toBeGreaterThan(MODULES / 10);
  expect(Math.min(report.stops, report.waits)).toBeGreaterThan(MODULES); // that went on
  const trapped = Object.values(report.traps).reduce((a, b) => a + b, 0);
  expect(trapped).toBeLessThan((report.calls * 2) / 3); // most must come to a result
});
