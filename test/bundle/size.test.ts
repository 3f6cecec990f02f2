// The budgets, as npm run size measures against them.
import { beforeAll, expect, test } from 'vitest';
import { HEAP_BYTES } from '../../tools/bundle/budgets';
import { measure, type SizeReport } from '../../tools/bundle/size';

let report: SizeReport;
beforeAll(async () => {
  report = await measure();
});

test('every bundle is within its budget, and not empty', () => {
  for (const [name, { bytes, budget }] of Object.entries(report.bundles)) {
    expect(bytes, name).toBeLessThanOrEqual(budget);
    expect(bytes, name).toBeGreaterThan(10_000);
  }
});

test('agent and runtime keep their heap budget on every simulated board, and the board has room for apps', () => {
  expect(Object.keys(report.heap).sort()).toEqual(Object.keys(HEAP_BYTES).sort());
  for (const [id, { limit, engine, before, after, peak }] of Object.entries(report.heap)) {
    expect(before - engine, id).toBeLessThanOrEqual(HEAP_BYTES[id]!);
    expect(after, id).toBeGreaterThan(before);
    expect(peak, id).toBeLessThanOrEqual(limit);
  }
});
