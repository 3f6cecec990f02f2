// Generated modules and valid mutants of them give here what they give on V8. More: npx tsx test/fuzz/main.ts differ (docs/testing.md).
import { expect, test } from 'vitest';
import { differ } from './differ';

const SEED = Number(process.env.SEED ?? 1);
const MODULES = 2000;

test(`${MODULES} modules equal V8 (seed ${SEED})`, { timeout: 600_000 }, () => {
  const report = differ(SEED, MODULES);
  expect(report.wrong.slice(0, 20)).toEqual([]);
  expect(report.mutants).toBeGreaterThan(MODULES / 3);
  const trapped = Object.values(report.traps).reduce((a, b) => a + b, 0);
  expect(trapped).toBeLessThan((report.calls * 2) / 3); // most must come to a result
});
