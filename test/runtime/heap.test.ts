// The app heap: sizes and edges of compat.md section 2, random work against a model, and guests that overwrite its records.
import { describe, expect, test } from 'vitest';
import { findAllocator, heapAlloc, heapFree, heapInit, heapResize, heapStats, heapUsable } from '../../src/runtime/heap';
import { HEAP_CORRUPTED } from '../../src/spec/traps';
import { funcType, I32 } from '../../src/spec/types';

const OVERHEAD = 40; // list heads, alignment, end mark

function rng(seed: number): (n: number) => number {
  return n => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) % n;
  };
}

function thrown(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

function heap(base: number, size: number) {
  const u8 = new Uint8Array(base + size + 64).fill(0xa5);
  heapInit(u8, base, size);
  return {
    u8,
    alloc: (n: number) => heapAlloc(u8, base, size, n),
    free: (p: number) => heapFree(u8, base, size, p),
    resize: (p: number, n: number) => heapResize(u8, base, size, p, n),
    usable: (p: number) => heapUsable(u8, base, size, p),
    stats: () => heapStats(u8, base, size),
  };
}

describe('sizes', () => {
  const rows: [number, number][] = [
    [0, 12],
    [1, 12],
    [12, 12],
    [13, 20],
    [20, 20],
    [21, 28],
    [100, 100],
    [101, 108],
  ];
  for (const [asked, usable] of rows)
    test(`malloc(${asked}) is 8-aligned with ${usable} usable bytes`, () => {
      const h = heap(1000, 1024);
      const p = h.alloc(asked);
      expect(p % 8).toBe(0);
      expect(h.usable(p)).toBe(usable);
    });

  test('an empty heap is one block', () => {
    expect(heap(1024, 8192).stats()).toEqual({ free: 8192 - OVERHEAD - 4, largest: 8192 - OVERHEAD - 4, ok: true });
  });
  test('the largest free block can be had, one byte more cannot', () => {
    const h = heap(1024, 8192);
    const most = h.stats().largest;
    expect(h.alloc(most + 1)).toBe(0);
    expect(h.alloc(most)).not.toBe(0);
    expect(h.stats()).toEqual({ free: 0, largest: 0, ok: true });
    expect(h.alloc(0)).toBe(0);
  });
  test.each([0xffffffff, 0x80000000, 0x7fffffff, 0x40000000])('malloc(%i) is refused', n => expect(heap(8, 4096).alloc(n)).toBe(0));
  test.each([0, 1, 8, 39, 40, 47, 55, 56, 63, 256])('a heap of %i bytes writes nothing outside itself', size => {
    for (let base = 64; base < 72; base++) {
      const h = heap(base, size);
      while (h.alloc(1) !== 0);
      expect(h.u8.subarray(0, base).every(b => b === 0xa5)).toBe(true);
      expect(h.u8.subarray(base + size).every(b => b === 0xa5)).toBe(true);
    }
  });
});

describe('pointers', () => {
  test('0, foreign, inner and freed pointers are ignored', () => {
    const h = heap(1024, 1024);
    const p = h.alloc(100);
    const q = h.alloc(100);
    h.u8.fill(0, p, p + 100);
    h.free(p);
    const before = h.stats();
    for (const bad of [0, 8, 1024, 1025, p, p + 8, q + 1, q + 8, q + 4, 2048, 0xfffffff8]) h.free(bad);
    expect(h.stats()).toEqual(before);
    h.free(q);
    h.free(q);
    h.free(p);
    expect(h.stats().largest).toBe(1024 - OVERHEAD - 4);
  });
  test('resize refuses what is no live block', () => {
    const h = heap(1024, 1024);
    const p = h.alloc(10);
    h.alloc(10);
    h.free(p);
    for (const bad of [0, p, p + 8, 4096]) expect(h.resize(bad, 20)).toBe(0);
  });
  test('resize: smaller stays, larger is zeroed behind the old usable bytes', () => {
    const h = heap(1024, 4096);
    const p = h.alloc(100);
    h.u8.fill(7, p, p + 100);
    expect(h.resize(p, 0)).toBe(p);
    expect(h.usable(p)).toBe(12);
    const wall = h.alloc(60);
    const q = h.resize(p, 600);
    expect(q).not.toBe(p);
    expect([...h.u8.subarray(q, q + 600)]).toEqual([...new Array(12).fill(7), ...new Array(588).fill(0)]);
    expect(h.resize(q, 900)).toBe(q); // room behind it
    expect(h.resize(q, 1e9)).toBe(0);
    expect(h.usable(q)).toBeGreaterThanOrEqual(900);
    expect(h.usable(wall)).toBe(60);
  });
});

describe('overwritten records', () => {
  test('a write past the end of a block is noticed', () => {
    const h = heap(1024, 1024);
    const p = h.alloc(12);
    const q = h.alloc(12);
    h.alloc(12);
    h.u8.fill(0x41, p, p + 16);
    expect(thrown(() => h.free(q))).toBe(HEAP_CORRUPTED);
    expect(thrown(() => h.free(p))).toBe(HEAP_CORRUPTED);
    expect(h.stats().ok).toBe(false);
  });
  test('a write into a freed block is noticed', () => {
    const h = heap(1024, 1024);
    const p = h.alloc(100);
    h.alloc(100);
    h.free(p);
    h.u8.fill(0x41, p, p + 8);
    expect(thrown(() => h.alloc(100))).toBe(HEAP_CORRUPTED);
  });

  test('whatever a guest writes, nothing outside is touched, nothing hangs, only HEAP_CORRUPTED is thrown', () => {
    const random = rng(20250101);
    const size = 512;
    for (let round = 0; round < 400; round++) {
      const base = 64 + random(9);
      const bytes = new Uint8Array(base + size + 64);
      const bad: string[] = [];
      const check = (key: string) => {
        if (/^-?\d/.test(key) && (Number(key) < base || Number(key) >= base + size)) bad.push(key);
      };
      const u8 = new Proxy(bytes, {
        get(target: any, key: string) {
          check(key);
          const value = target[key];
          return typeof value === 'function' ? value.bind(target) : value;
        },
        set(target: any, key: string, value) {
          check(key);
          target[key] = value;
          return true;
        },
      });
      heapInit(u8, base, size);
      const pointers: number[] = [];
      for (let step = 0; step < 40; step++) {
        try {
          const kind = random(8);
          if (kind < 3) pointers.push(heapAlloc(u8, base, size, random(80)));
          else if (kind === 3) heapFree(u8, base, size, pointers[random(pointers.length)] ?? 0);
          else if (kind === 4) heapResize(u8, base, size, pointers[random(pointers.length)] ?? 0, random(120));
          else if (kind === 5) heapFree(u8, base, size, random(base + size + 64));
          else if (kind === 6) heapStats(u8, base, size);
          else {
            // plausible nonsense: words that look like headers, links and sizes
            const at = base + random(size - 3);
            const word = [random(2 ** 31) * 2, (random(4) << 30) | (random(64) * 8), base + random(size), random(64) * 8][random(4)];
            for (let i = 0; i < 4; i++) bytes[at + i] = word >>> (8 * i);
          }
        } catch (error) {
          if (error !== HEAP_CORRUPTED) throw error;
        }
      }
      expect(bad, `round ${round}`).toEqual([]);
    }
  });
});

test('random work keeps every byte and loses no room (seed 7)', () => {
  const random = rng(7);
  const h = heap(4104, 16384);
  const live = new Map<number, number[]>();
  const room = h.stats().free;
  for (let step = 0; step < 20000; step++) {
    const pick = [...live.keys()][random(live.size || 1)];
    const kind = random(3);
    if (kind === 0 || pick === undefined) {
      const n = random(10) === 0 ? random(2000) : random(60);
      const p = h.alloc(n);
      if (p === 0) continue;
      expect(live.has(p)).toBe(false);
      live.set(p, fill(p, n));
    } else if (kind === 1) {
      expect([...h.u8.subarray(pick, pick + live.get(pick)!.length)]).toEqual(live.get(pick));
      h.free(pick);
      live.delete(pick);
    } else {
      const n = random(300);
      const q = h.resize(pick, n);
      if (q === 0) continue;
      const old = live.get(pick)!;
      const kept = Math.min(n, old.length);
      expect([...h.u8.subarray(q, q + kept)]).toEqual(old.slice(0, kept));
      live.delete(pick);
      live.set(q, fill(q, n));
    }
  }
  for (const p of live.keys()) h.free(p);
  expect(h.stats()).toEqual({ free: room, largest: room, ok: true });

  function fill(p: number, n: number): number[] {
    const bytes: number[] = [];
    for (let i = 0; i < n; i++) bytes.push((h.u8[p + i] = random(256)));
    return bytes;
  }
});

describe('findAllocator', () => {
  const types = [funcType([I32], [I32]), funcType([I32], []), funcType([I32, I32], [I32])];
  const find = (exports: [string, number][]) =>
    findAllocator({ types, funcs: exports.map(e => e[1]), exports: exports.map((e, i) => ({ name: e[0], kind: 0, index: i })) } as any);
  test('malloc and free', () =>
    expect(
      find([
        ['malloc', 0],
        ['free', 1],
      ]),
    ).toEqual({ alloc: 0, free: 1, pin: -1 }));
  test('malloc alone or of another type is none', () => {
    expect(find([['malloc', 0]])).toBe(null);
    expect(
      find([
        ['malloc', 2],
        ['free', 1],
      ]),
    ).toBe(null);
  });
  test.each([
    ['__pin', '__unpin'],
    ['__retain', '__release'],
  ])('AssemblyScript: __new, %s, %s', (pin, unpin) =>
    expect(
      find([
        [unpin, 1],
        ['__new', 2],
        [pin, 0],
      ]),
    ).toEqual({ alloc: 1, free: 0, pin: 2 }),
  );
});
