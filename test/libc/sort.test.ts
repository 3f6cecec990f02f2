// qsort and bsearch through guest comparisons, and the clocks.
import { describe, expect, test } from 'vitest';
import { CALL_TYPE, OOB_MEMORY, UNDEFINED_ELEMENT, UNINITIALIZED_ELEMENT } from '../../src/spec/traps';
import { EXTERNREF } from '../../src/spec/types';
import { type GuestFn, type Machine, MEMORY_BYTES, machine, random, thrown } from './env';

const BASE = 0x1000;
const KEY = 0x800;
const byI32: GuestFn = {
  key: '127,127>127',
  run: (env, [a, b]) => {
    const view = new DataView(env.u8.buffer);
    const x = view.getInt32(a, true);
    const y = view.getInt32(b, true);
    return x < y ? -1 : x > y ? 1 : 0;
  },
};
function withInts(values: number[], compare = byI32): Machine {
  const m = machine();
  m.table([null, compare]);
  new Int32Array(m.u8.buffer, BASE, values.length).set(values);
  return m;
}
const ints = (m: Machine, n: number) => [...new Int32Array(m.u8.buffer, BASE, n)];

describe('qsort', () => {
  for (let n = 0; n < 40; n++)
    test(`${n} elements`, () => {
      const next = random(n + 1);
      for (const most of [3, 1000000]) {
        const values = Array.from({ length: n }, () => next(most) - Math.floor(most / 2)) as number[];
        const m = withInts(values);
        m.call('qsort', BASE, n, 4, 1);
        expect(ints(m, n)).toEqual(values.sort((a, b) => a - b));
      }
    });
  const shapes: [string, (i: number) => number][] = [
    ['sorted', i => i],
    ['reversed', i => 2000 - i],
    ['all equal', () => 7],
    ['saw', i => i % 17],
    ['organ pipe', i => Math.min(i, 2000 - i)],
  ];
  for (const [name, shape] of shapes)
    test(`2000 elements, ${name}: no more than 1.5 n log2 n comparisons`, () => {
      const values = Array.from({ length: 2000 }, (_, i) => shape(i));
      const m = withInts(values);
      m.call('qsort', BASE, 2000, 4, 1);
      expect(ints(m, 2000)).toEqual(values.sort((a, b) => a - b));
      expect(m.guestCalls).toBeLessThan(1.5 * 2000 * Math.log2(2000));
    });
  test('odd element sizes move whole', () => {
    const m = machine();
    m.table([{ key: '127,127>127', run: (env, [a, b]) => env.u8[a] - env.u8[b] }]);
    const values = [5, 3, 9, 1, 7];
    for (let i = 0; i < 5; i++) m.u8.fill(values[i], BASE + 3 * i, BASE + 3 * i + 3);
    m.call('qsort', BASE, 5, 3, 0);
    expect([...m.u8.subarray(BASE, BASE + 16)]).toEqual([1, 1, 1, 3, 3, 3, 5, 5, 5, 7, 7, 7, 9, 9, 9, 0]);
  });
  test('a comparison without sense ends all the same, and keeps the elements', () => {
    const next = random(3);
    const m = withInts(
      Array.from({ length: 500 }, (_, i) => i),
      { key: '127,127>127', run: () => next(3) - 1 },
    );
    m.call('qsort', BASE, 500, 4, 1);
    expect(ints(m, 500).sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i));
    expect(m.guestCalls).toBeLessThan(1.5 * 500 * Math.log2(500));
  });
  test('size 0 does nothing', () => {
    const m = withInts([2, 1]);
    m.call('qsort', BASE, 2, 0, 1);
    expect(m.guestCalls).toBe(0);
  });
});

describe('the comparison is checked as call_indirect does', () => {
  const calls: [string, number[]][] = [
    ['qsort', [BASE, 2, 4]],
    ['bsearch', [KEY, BASE, 2, 4]],
  ];
  for (const [name, args] of calls) {
    test(name, () => {
      const m = machine();
      expect(thrown(() => m.call(name, ...args, 0))).toBe(UNDEFINED_ELEMENT);
      m.table([null, byI32, { key: '127>127', run: () => 0 }]);
      for (const index of [3, -1]) expect(thrown(() => m.call(name, ...args, index))).toBe(UNDEFINED_ELEMENT);
      expect(thrown(() => m.call(name, ...args, 0))).toBe(UNINITIALIZED_ELEMENT);
      expect(m.env.thread!.trapDetail).toBe(0);
      expect(thrown(() => m.call(name, ...args, 2))).toBe(CALL_TYPE);
      m.table([byI32], EXTERNREF);
      expect(thrown(() => m.call(name, ...args, 0))).toBe(CALL_TYPE);
    });
    test(`${name} wants the array in memory`, () => {
      const m = withInts([1]);
      const at = args.slice(0, -3);
      expect(thrown(() => m.call(name, ...at, MEMORY_BYTES - 4, 2, 4, 1))).toBe(OOB_MEMORY);
      expect(thrown(() => m.call(name, ...at, BASE, 0x10000, 0x10000, 1))).toBe(OOB_MEMORY);
      expect(thrown(() => m.call(name, ...at, -4, 1, 4, 1))).toBe(OOB_MEMORY);
    });
  }
});

test('bsearch finds what is there', () => {
  for (let n = 0; n < 20; n++) {
    const m = withInts(Array.from({ length: n }, (_, i) => i * 10));
    for (let key = -5; key < n * 10 + 5; key += 5) {
      new Int32Array(m.u8.buffer, KEY, 1)[0] = key;
      const there = key >= 0 && key < n * 10 && key % 10 === 0;
      expect(m.call('bsearch', KEY, BASE, n, 4, 1)).toBe(there ? BASE + (key / 10) * 4 : 0);
    }
    expect(m.guestCalls).toBeLessThan((2 * n + 3) * 6);
  }
});

describe('time', () => {
  const OUT = 0x400;
  const at = (ms: number, utcMs = 0) => machine({ nowMs: () => ms, utcMs: () => utcMs });
  test('clock_gettime: 12 bytes of 16, microsecond steps', () => {
    const m = at(1234567.8912);
    m.u8.fill(0xee, OUT, OUT + 16);
    expect(m.call('clock_gettime', 3, OUT)).toBe(0);
    const view = new DataView(m.u8.buffer);
    expect(view.getBigInt64(OUT, true)).toBe(1234n);
    expect(view.getInt32(OUT + 8, true)).toBe(567891000);
    expect(view.getUint32(OUT + 12)).toBe(0xeeeeeeee);
    expect(thrown(() => m.call('clock_gettime', 0, MEMORY_BYTES - 15))).toBe(OOB_MEMORY);
  });
  test.each([0, 1, 4294.967296, 86400000, 1e10 + 0.5])('clock at %d ms is that many nanoseconds', ms => {
    const [lo, hi] = at(ms).call('clock');
    expect((BigInt(hi) << 32n) | BigInt(lo >>> 0)).toBe(BigInt(Math.floor(ms * 1000)) * 1000n);
  });
  test('time: 32 and 64 bits, stored where asked; from boot when the wall clock is unknown', () => {
    const now = 5000000000123;
    const m = at(7000, now);
    expect(m.callAs('time', '(i)I', OUT)).toEqual([5000000000 | 0, 1]);
    expect(new DataView(m.u8.buffer).getBigInt64(OUT, true)).toBe(5000000000n);
    expect(m.callAs('time', '(i)i', OUT + 8)).toBe(5000000000 | 0);
    expect(new DataView(m.u8.buffer).getBigInt64(OUT + 8, true)).toBe(BigInt(5000000000 >>> 0) & 0xffffffffn);
    expect(at(7999).callAs('time', '(i)i', 0)).toBe(7);
    expect(thrown(() => m.callAs('time', '(i)I', MEMORY_BYTES - 7))).toBe(OOB_MEMORY);
  });
  test('difftime', () => {
    const m = machine();
    expect(m.call('difftime', 5, 0, 7, 0)).toBe(-2);
    expect(m.call('difftime', 0, 1, -1, 0)).toBe(1);
    expect(m.call('difftime', 0, 0, -1, -1)).toBe(1);
    expect(m.call('difftime', -1, 0x7fffffff, 0, -0x80000000)).toBe(2 ** 64);
  });
  test('gmtime agrees with Date (seed 8)', () => {
    const next = random(8);
    const m = machine();
    const view = new DataView(m.u8.buffer);
    const special = [0, -1, 86399, 86400, 951782400, 951868799, 4107542400, -2203891200, 253402300800];
    for (let n = 0; n < 3000; n++) {
      const t = n < special.length ? special[n] : (next(2 ** 31) - 2 ** 30) * (1 + next(2000));
      view.setBigInt64(OUT, BigInt(t), true);
      m.u8.fill(0xee, OUT + 64, OUT + 128);
      expect(m.call('gmtime_r', OUT, OUT + 64)).toBe(OUT + 64);
      const d = new Date(t * 1000);
      const yearStart = new Date(0);
      yearStart.setUTCFullYear(d.getUTCFullYear(), 0, 1);
      const fields = [
        d.getUTCSeconds(),
        d.getUTCMinutes(),
        d.getUTCHours(),
        d.getUTCDate(),
        d.getUTCMonth(),
        d.getUTCFullYear() - 1900,
        d.getUTCDay(),
      ];
      const dayOfYear = Math.floor((d.getTime() - yearStart.getTime()) / 86400000);
      expect([...new Int32Array(m.u8.buffer, OUT + 64, 12)], String(t)).toEqual([...fields, dayOfYear, 0, 0, 0, 0xeeeeeeee | 0]);
    }
  });
  test('gmtime: one struct on the app heap, 32-bit time_t where the program uses it, 0 when beyond all years', () => {
    const m = at(0, 1000);
    const view = new DataView(m.u8.buffer);
    view.setBigInt64(OUT, 0x7fffffff00000000n, true);
    expect(m.call('gmtime', OUT)).toBe(0);
    view.setBigInt64(OUT, 60n, true);
    const tm = m.call('gmtime', OUT);
    expect(tm).not.toBe(0);
    expect(view.getInt32(tm + 4, true)).toBe(1);
    expect(m.call('gmtime', OUT)).toBe(tm);
    m.callAs('time', '(i)i', 0);
    view.setInt32(OUT, -60, true);
    view.setInt32(OUT + 4, 0x7fffffff, true);
    expect(m.call('gmtime', OUT)).toBe(tm);
    expect(view.getInt32(tm + 20, true)).toBe(69);
    expect(thrown(() => m.call('gmtime_r', OUT, MEMORY_BYTES - 43))).toBe(OOB_MEMORY);
  });
});
