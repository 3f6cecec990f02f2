// The bench's arithmetic, by a clock that goes as told.

import { expect, test } from 'vitest';
import { measure } from './inside';
import { ratiosTo, tables } from './report';

/** A kernel that takes setupMs and unitMs of its own clock. */
function kernel(setupMs: number, unitMs: number) {
  let ms = 0;
  const runs: number[] = [];
  const run = (n: number) => {
    runs.push(n);
    ms += setupMs + n * unitMs;
    return n * 7;
  };
  return { run, now: () => ms, runs };
}

test.each([
  ['quick', 0.01, 0.001],
  ['with a long set-up', 30, 2],
  ['about as long as a timing', 1, 40],
  ['longer than many timings', 5, 5000],
])('a kernel that is %s: time per unit, set-up apart', (_, setupMs, unitMs) => {
  const { run, now } = kernel(setupMs, unitMs);
  expect(Number(measure(run, now, '7', 50))).toBeCloseTo(unitMs * 1000, 3);
});

test('a wrong answer is named and not timed', () => {
  const { run, now, runs } = kernel(1, 1);
  expect(measure(run, now, '8', 50)).toBe('wrong: 7');
  expect(runs).toEqual([1]);
});

test('what lasts long runs once', () => {
  const { run, now, runs } = kernel(0, 1000);
  measure(run, now, '7', 50);
  expect(runs).toEqual([1, 0]);
});

test('ratios are over the kernels that have both columns', () => {
  const figures = {
    a: { interp: 8, wasm2js: 2, handjs: 1 },
    b: { interp: 4, wasm2js: 4, handjs: 2 },
    c: { interp: 6, wasm2js: null, handjs: null },
  };
  expect(ratiosTo('handjs', ['interp', 'wasm2js', 'formA'], figures)).toEqual({
    geomean: { interp: 4, wasm2js: 2 },
    kernels: { interp: 2, wasm2js: 2 },
  });
});

test('a figure that is missing is a dash, with its reason once', () => {
  const missing = [
    { kernel: 'a', column: 'polywasm' as const, why: 'wrong: 1' },
    { kernel: 'b', column: 'polywasm' as const, why: 'wrong: 1' },
    { kernel: 'a', column: 'handjs' as const, why: 'absent' },
  ];
  const figures = { a: { polywasm: null, handjs: null }, b: { polywasm: null, handjs: 3 } };
  const lines = tables(['polywasm', 'handjs'], figures, missing, {}).split('\n');
  expect(lines[2]!.split(/\s+/)).toEqual(['b', '-', '3']);
  expect(lines.slice(-2)).toEqual(['polywasm: wrong: 1 (all)', 'handjs: absent (a)']);
});
