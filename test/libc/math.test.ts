// math.h against V8's Math (fdlibm), in units of the last place, and the special cases of C (annex F).
import { describe, expect, test } from 'vitest';
import { OOB_MEMORY } from '../../src/spec/traps';
import { MEMORY_BYTES, machine, random, rows, thrown } from './env';

const m = machine();
const OUT = 0x100;
const view = new DataView(m.u8.buffer);
const cell = new DataView(new ArrayBuffer(8));

/** Doubles apart, with +-0 as neighbours; 0 for two NaNs. */
function ulps(a: number, b: number): number {
  if (Object.is(a, b) || (a !== a && b !== b)) return 0;
  if (a !== a || b !== b) return Infinity;
  const order = (x: number) => {
    cell.setFloat64(0, x);
    const bits = cell.getBigInt64(0);
    return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits;
  };
  const apart = order(a) - order(b);
  return Number(apart < 0n ? -apart : apart);
}

const next = random(271828);
const unit = () => next(2 ** 30) / 2 ** 30 + next(2 ** 22) / 2 ** 52;
const signed = () => (next(2) ? 1 : -1);
const upTo = (most: number) => () => signed() * unit() * most;
const scaled = (least: number, most: number) => () => signed() * (1 + unit()) * 2 ** (least + next(most - least));
const positive = (of: () => number) => () => Math.abs(of());
const specials = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -2,
  3,
  -3,
  10,
  1000,
  Infinity,
  -Infinity,
  NaN,
  5e-324,
  -5e-324,
  2.2250738585072014e-308,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  2 ** 53,
  1 + 2 ** -52,
  1 - 2 ** -53,
];

/** name, reference, how far apart at most, where */
const functions: [string, (x: number) => number, number, (() => number)[]][] = [
  ['sin', Math.sin, 0, [upTo(100)]],
  ['cos', Math.cos, 0, [upTo(100)]],
  ['tan', Math.tan, 2, [upTo(1), upTo(100), scaled(-60, 0)]],
  ['asin', Math.asin, 2, [upTo(1), scaled(-60, 0), () => signed() * (1 - unit() / 1e6)]],
  ['acos', Math.acos, 2, [upTo(1), scaled(-60, 0), () => signed() * (1 - unit() / 1e6)]],
  ['atan', Math.atan, 0, [upTo(10), scaled(-60, 60)]],
  ['sinh', Math.sinh, 2, [upTo(1), upTo(30), upTo(711), scaled(-60, 0)]],
  ['cosh', Math.cosh, 2, [upTo(1), upTo(30), upTo(711)]],
  ['tanh', Math.tanh, 3, [upTo(1), upTo(25), scaled(-60, 0)]],
  ['exp', Math.exp, 0, [upTo(700)]],
  ['exp2', x => 2 ** x, 2, [upTo(1), upTo(1074)]],
  ['expm1', Math.expm1, 2, [upTo(1), upTo(700), scaled(-60, 0)]],
  ['log', Math.log, 0, [positive(scaled(-1000, 1000))]],
  ['log2', Math.log2, 2, [positive(scaled(-1000, 1000)), positive(upTo(4))]],
  ['log10', Math.log10, 1, [positive(scaled(-1000, 1000)), positive(upTo(4))]],
  ['log1p', Math.log1p, 1, [positive(upTo(100)), () => -unit(), scaled(-60, -1)]],
  ['cbrt', Math.cbrt, 1, [scaled(-1070, 1020), upTo(1000)]],
  ['sqrt', Math.sqrt, 0, [positive(scaled(-1000, 1000))]],
  ['fabs', Math.abs, 0, [upTo(1e9)]],
  ['floor', Math.floor, 0, [upTo(1e9), upTo(3)]],
  ['ceil', Math.ceil, 0, [upTo(1e9), upTo(3)]],
  ['trunc', Math.trunc, 0, [upTo(1e9), upTo(3)]],
  [
    'round',
    x => (Math.abs(x) < 2 ** 52 ? Math.sign(x) * Math.floor(Math.abs(x) + 0.5) : x),
    0,
    [upTo(1e9), () => signed() * (next(100) / 2)],
  ],
];
for (const [name, reference, most, ranges] of functions)
  test(`${name}: within ${most} of V8`, () => {
    let worst = 0;
    let where = 0;
    for (const range of ranges)
      for (let i = 0; i < 4000; i++) {
        const x = range();
        const apart = ulps(m.call(name, x), reference(x));
        if (apart > worst) {
          worst = apart;
          where = x;
        }
      }
    expect(worst, `${name}(${where}) = ${m.call(name, where)}, V8 ${reference(where)}`).toBeLessThanOrEqual(most);
  });
for (const [name, reference, most] of functions)
  test(`${name}: special values`, () => {
    for (const x of specials) {
      if (name === 'round' && (x === -0.5 || Math.abs(x) === 0.5 || x !== x)) continue;
      const got = m.call(name, x);
      const want = reference(x);
      expect(ulps(got, want), `${name}(${x}) = ${got}, not ${want}`).toBeLessThanOrEqual(most);
      if (want === 0)
        expect(
          Object.is(got, name === 'round' ? (Object.is(x, -0) || x < 0 ? -0 : 0) : want),
          `${name}(${x}) = ${Object.is(got, -0) ? '-0' : got}`,
        ).toBe(true);
    }
  });

describe('exact values', () => {
  const rows: [string, number, number][] = [
    ['round', 0.5, 1],
    ['round', -0.5, -1],
    ['round', 2.5, 3],
    ['round', -2.5, -3],
    ['round', 0.49999999999999994, 0],
    ['round', -0.2, -0],
    ['round', 4503599627370497.5, 4503599627370498],
    ['rint', 0.5, 0],
    ['rint', 1.5, 2],
    ['rint', 2.5, 2],
    ['rint', -0.5, -0],
    ['rint', -3.5, -4],
    ['rint', 0.5000000000000001, 1],
    ['rint', -0, -0],
    ['trunc', -0.9, -0],
    ['ceil', -0.9, -0],
    ['cbrt', 27, 3],
    ['cbrt', -1000, -10],
    ['cbrt', 5e-324, Math.cbrt(5e-324)],
    ['exp2', 10, 1024],
    ['exp2', -1074, 5e-324],
    ['exp2', 1024, Infinity],
    ['exp2', -1080, 0],
    ['log2', 8, 3],
    ['log2', 5e-324, -1074],
    ['log2', 2 ** 1023, 1023],
  ];
  for (const [name, x, expected] of rows) test(`${name}(${x})`, () => expect(m.call(name, x)).toBe(expected));
  test('log10 of powers of ten, log2 of powers of two', () => {
    for (let n = 0; n <= 22; n++) expect(m.call('log10', Number('1e' + n))).toBe(n);
    for (let n = -1074; n < 1024; n++) expect(m.call('log2', 2 ** n)).toBe(n);
  });
  test('cbrt of cubes', () => {
    for (let n = 1; n < 2000; n++) expect(m.call('cbrt', n * n * n)).toBe(n);
  });
});

describe('pow', () => {
  const exact: [number, number, number][] = [
    [NaN, 0, 1],
    [1, NaN, 1],
    [NaN, 1, NaN],
    [2, NaN, NaN],
    [-1, Infinity, 1],
    [-1, -Infinity, 1],
    [1, Infinity, 1],
    [0.5, Infinity, 0],
    [0.5, -Infinity, Infinity],
    [-2, Infinity, Infinity],
    [2, -Infinity, 0],
    [0, 3, 0],
    [-0, 3, -0],
    [-0, 2, 0],
    [-0, 0.5, 0],
    [0, -3, Infinity],
    [-0, -3, -Infinity],
    [-0, -2, Infinity],
    [Infinity, 2, Infinity],
    [Infinity, -2, 0],
    [-Infinity, 3, -Infinity],
    [-Infinity, 2, Infinity],
    [-Infinity, -3, -0],
    [-Infinity, -2, 0],
    [-Infinity, 0.5, Infinity],
    [-8, 1 / 3, NaN],
    [-2, 3, -8],
    [-2, 2, 4],
    [-2, 2 ** 53, Infinity],
    [-1, 2 ** 53 - 1, -1],
    [2, 1023, 2 ** 1023],
    [2, 1024, Infinity],
    [2, -1074, 5e-324],
    [2, -1076, 0],
    [-2, -1077, -0],
    [10, 2, 100],
    [10, 22, Number('1e22')],
    [3, 20, 3486784401],
    [Number.MAX_VALUE, 1, Number.MAX_VALUE],
    [5e-324, 1, 5e-324],
    [1e300, 1e300, Infinity],
    [1e-300, 1e300, 0],
    [1 + 2 ** -52, 1e300, Infinity],
    [1 - 2 ** -53, 1e300, 0],
  ];
  for (const [x, y, expected] of exact) test(`pow(${x}, ${y})`, () => expect(m.call('pow', x, y)).toBe(expected));
  const ranges: [string, () => number, () => number][] = [
    ['moderate', positive(upTo(100)), upTo(50)],
    ['near 1', () => 1 + upTo(1e-3)(), upTo(1e5)],
    ['very near 1', () => 1 + upTo(1e-9)(), upTo(1e11)],
    ['any size', positive(scaled(-1000, 1000)), upTo(1)],
    ['whole', () => next(50) - 25, () => next(40) - 20],
  ];
  for (const [name, xs, ys] of ranges)
    test(`within 1 of V8: ${name}`, () => {
      for (let i = 0; i < 4000; i++) {
        const x = xs();
        const y = ys();
        expect(ulps(m.call('pow', x, y), x ** y), `pow(${x}, ${y}) = ${m.call('pow', x, y)}, V8 ${x ** y}`).toBeLessThanOrEqual(1);
      }
    });
});

describe('two arguments', () => {
  const rows: [string, number, number, number][] = [
    ['fmod', 5.5, 2, 1.5],
    ['fmod', -5.5, 2, -1.5],
    ['fmod', -4, 2, -0],
    ['fmod', 1, 0, NaN],
    ['fmod', Infinity, 1, NaN],
    ['fmod', 1, Infinity, 1],
    ['fmod', 1e300, 3, 1e300 % 3],
    ['fmin', 1, NaN, 1],
    ['fmin', NaN, 1, 1],
    ['fmin', 0, -0, -0],
    ['fmin', -0, 0, -0],
    ['fmax', 0, -0, 0],
    ['fmax', -0, 0, 0],
    ['fmax', NaN, -1, -1],
    ['fmax', NaN, NaN, NaN],
    ['fmax', 2, 1, 2],
    ['copysign', 3, -0, -3],
    ['copysign', -3, 1, 3],
    ['copysign', Infinity, -1, -Infinity],
    ['hypot', 3, 4, 5],
    ['hypot', -3, 0, 3],
    ['hypot', NaN, Infinity, Infinity],
    ['hypot', -Infinity, NaN, Infinity],
    ['hypot', NaN, 1, NaN],
    ['hypot', 0, -0, 0],
    ['hypot', 3e307, 4e307, 5e307],
    ['hypot', 3e-320, 4e-320, 5e-320],
    ['hypot', Number.MAX_VALUE, Number.MAX_VALUE, Infinity],
    ['hypot', 1e300, 1, 1e300],
    ['atan2', 0, -1, Math.PI],
    ['atan2', -0, -1, -Math.PI],
    ['ldexp', 0.75, 2, 3],
    ['ldexp', 1, 1023, 2 ** 1023],
    ['ldexp', 1, 2000, Infinity],
    ['ldexp', 5e-324, 2097, 2 ** 1023],
    ['ldexp', 1, -1074, 5e-324],
    ['ldexp', Number.MAX_VALUE, -2098, 5e-324],
    ['ldexp', 1, -3000, 0],
    ['ldexp', -0, 5, -0],
    ['ldexp', 1, -2147483648, 0],
    ['ldexp', 1, 2147483647, Infinity],
    ['ldexp', NaN, 5, NaN],
    // one rounding: 1.5 steps below the smallest normal, to even
    ['scalbn', 1 + 2 ** -52 + 2 ** -51, -1074 + 51, 2 ** -1023 + 2 ** -1073],
  ];
  for (const [name, x, y, expected] of rows) test(`${name}(${x}, ${y})`, () => expect(m.call(name, x, y)).toBe(expected));
  test('hypot: within 2 of V8', () => {
    for (let i = 0; i < 4000; i++) {
      const x = upTo(10)();
      const y = scaled(-30, 4)();
      expect(ulps(m.call('hypot', x, y), Math.hypot(x, y))).toBeLessThanOrEqual(2);
    }
  });
});

describe('results through pointers', () => {
  const frexps: [number, number, number][] = [
    [8, 0.5, 4],
    [-0.75, -0.75, 0],
    [1, 0.5, 1],
    [5e-324, 0.5, -1073],
    [0, 0, 0],
    [-0, -0, 0],
    [Infinity, Infinity, 0],
    [NaN, NaN, 0],
  ];
  for (const [x, fraction, exponent] of frexps)
    test(`frexp(${x})`, () => {
      view.setInt32(OUT, 99, true);
      expect([m.call('frexp', x, OUT), view.getInt32(OUT, true)]).toEqual([fraction, exponent]);
    });
  const modfs: [number, number, number][] = [
    [3.25, 0.25, 3],
    [-3.25, -0.25, -3],
    [-0.5, -0.5, -0],
    [4, 0, 4],
    [-4, -0, -4],
    [Infinity, 0, Infinity],
    [-Infinity, -0, -Infinity],
    [NaN, NaN, NaN],
  ];
  for (const [x, fraction, whole] of modfs)
    test(`modf(${x})`, () => {
      expect([m.call('modf', x, OUT), view.getFloat64(OUT, true)]).toEqual([fraction, whole]);
      view.setUint32(OUT + 4, 0xeeeeeeee);
      expect([m.call('modff', x, OUT), view.getFloat32(OUT, true), view.getUint32(OUT + 4)]).toEqual([fraction, whole, 0xeeeeeeee]);
    });
  test('pointers are checked', () => {
    for (const [name, bytes] of [
      ['frexp', 4],
      ['modf', 8],
      ['modff', 4],
    ] as [string, number][]) {
      expect(thrown(() => m.call(name, 1.5, MEMORY_BYTES - bytes))).toBe(undefined);
      expect(thrown(() => m.call(name, 1.5, MEMORY_BYTES - bytes + 1))).toBe(OOB_MEMORY);
    }
  });
});

test('every double function has a float twin', () => {
  const signatures = new Map(rows.map(r => [r[0], r[1]]));
  const names = [
    ...functions.map(f => f[0]),
    'rint',
    'pow',
    'atan2',
    'fmod',
    'hypot',
    'fmin',
    'fmax',
    'copysign',
    'ldexp',
    'scalbn',
    'frexp',
    'modf',
  ];
  for (const name of names) expect(signatures.get(name + 'f')).toBe(signatures.get(name)!.replace(/F/g, 'f'));
  expect(m.call('powf', 2, 0.5)).toBe(Math.fround(Math.SQRT2));
});
