// The budgets, as npm run size measures against them.
import { beforeAll, expect, test } from 'vitest';
import { loadBoard } from '../../boards/board';
import { HEAP_BYTES } from '../../tools/bundle/budgets';
import { measure, type SizeReport } from '../../tools/bundle/size';

let report: SizeReport;
beforeAll(async () => {
  report = await measure();
}, 240_000); // it may have to build every bundle, on a machine that has other things to do

test('every bundle is within its budget, and not empty', () => {
  for (const [name, { bytes, budget }] of Object.entries(report.bundles)) {
    expect(bytes, name).toBeLessThanOrEqual(budget);
    expect(bytes, name).toBeGreaterThan(200);
  }
});

test('every simulated board has a budget', () => {
  expect(Object.keys(report.heap).sort()).toEqual(Object.keys(HEAP_BYTES).sort());
});

test.each(Object.keys(HEAP_BYTES))('%s: agent and runtime keep their heap budget, and leave apps their RAM', id => {
  const { limit, engine, before, after, peak } = report.heap[id]!;
  expect(before! - engine).toBeGreaterThan(0);
  expect(before! - engine).toBeLessThanOrEqual(HEAP_BYTES[id]!);
  expect(limit - before!).toBeGreaterThanOrEqual(loadBoard(id).apps.memMax);
  expect(after!).toBeGreaterThan(before!);
  expect(peak!).toBeLessThanOrEqual(limit);
});
