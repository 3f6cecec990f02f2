// Integers and names at the edges of their encodings. Expectations: core 5.2.2 Integers, 5.2.4 Names.
import { describe, expect, test } from 'vitest';
import * as c from '../../src/binary/cursor';
import { fault, INT_LARGE, INT_LONG, LENGTH_BOUNDS, UNEXPECTED_END, UTF8 } from '../../src/spec/faults';
import { ascii, bytes } from '../wire/bytes';

const FIRST = 100; // offset of the window's buffer in its module

/** What read gives on these bytes: the value, or ! fault @ offset. Everything must be read. */
function reads(src: Uint8Array, read: () => unknown): unknown {
  c.open(src, 0, src.length, FIRST, UNEXPECTED_END);
  try {
    const value = read();
    return c.left() === 0 ? value : `${value}, ${c.left()} bytes left`;
  } catch (e) {
    expect(e).toBe(fault.code);
    return `!${e} @${fault.offset - FIRST}`;
  }
}

const readers = { u32: c.u32, s32: c.s32, s33: c.s33 };
const integers: [keyof typeof readers, string, number | string][] = [
  ['u32', '00', 0],
  ['u32', '7f', 127],
  ['u32', '80 01', 128],
  ['u32', '80 00', 0], // not the shortest form, and allowed
  ['u32', 'ff ff ff ff 0f', 4294967295],
  ['u32', '80 80 80 80 08', 2147483648],
  ['u32', '83 80 80 80 00', 3],
  ['u32', '82 80 80 80 70', `!${INT_LARGE} @4`],
  ['u32', 'ff ff ff ff 1f', `!${INT_LARGE} @4`],
  ['u32', '82 80 80 80 80 00', `!${INT_LONG} @4`],
  ['u32', '80 80', `!${UNEXPECTED_END} @2`],
  ['u32', '', `!${UNEXPECTED_END} @0`],
  ['s32', '7f', -1],
  ['s32', '3f', 63],
  ['s32', '40', -64],
  ['s32', 'ff 00', 127],
  ['s32', '80 7f', -128],
  ['s32', 'ff ff ff ff 07', 2147483647],
  ['s32', '80 80 80 80 78', -2147483648],
  ['s32', 'ff ff ff ff 7f', -1],
  ['s32', '80 80 80 80 08', `!${INT_LARGE} @4`], // 2^31
  ['s32', 'ff ff ff ff 77', `!${INT_LARGE} @4`],
  ['s32', 'ff ff ff ff 4f', `!${INT_LARGE} @4`],
  ['s32', '80 80 80 80 70', `!${INT_LARGE} @4`],
  ['s32', 'ff ff ff ff ff 7f', `!${INT_LONG} @4`],
  ['s33', '40', -64],
  ['s33', 'ff ff ff ff 0f', 4294967295],
  ['s33', '80 80 80 80 70', -4294967296],
  ['s33', 'ff ff ff ff 7f', -1],
  ['s33', '80 80 80 80 10', `!${INT_LARGE} @4`],
  ['s33', 'ff ff ff ff ff 00', `!${INT_LONG} @4`],
];
test.each(integers)('%s of %s', (read, hex, want) => {
  expect(reads(bytes(hex), readers[read])).toBe(want);
});

const wide: [string, bigint | string][] = [
  ['00', 0n],
  ['7f', -1n],
  ['40', -64n],
  ['80 7f', -128n],
  ['ff ff ff ff 07', 0x7fffffffn],
  ['80 80 80 80 08', 0x80000000n],
  ['80 80 80 80 78', -0x80000000n],
  ['80 80 80 80 10', 0x100000000n],
  ['80 80 80 80 70', -0x100000000n],
  ['ff ff ff ff ff ff ff ff ff 00', 0x7fffffffffffffffn],
  ['80 80 80 80 80 80 80 80 80 7f', -0x8000000000000000n],
  ['ff ff ff ff ff ff ff ff ff 7f', -1n],
  ['80 80 80 80 80 80 80 80 80 00', 0n],
  ['ff ff ff ff ff ff ff ff ff 01', `!${INT_LARGE} @9`],
  ['80 80 80 80 80 80 80 80 80 7e', `!${INT_LARGE} @9`],
  ['80 80 80 80 80 80 80 80 80 41', `!${INT_LARGE} @9`],
  ['80 80 80 80 80 80 80 80 80 80 00', `!${INT_LONG} @9`],
];
test.each(wide)('s64 of %s', (hex, want) => {
  const s64 = () => {
    const low = c.s64();
    return (BigInt(c.high) << 32n) | BigInt(low >>> 0);
  };
  expect(reads(bytes(hex), s64)).toBe(want);
});

describe('names', () => {
  const good: [string, string][] = [
    ['', ''],
    ['61', 'a'],
    ['00', '\0'],
    ['7f', '\x7f'],
    ['c2 80', '\u0080'],
    ['df bf', '\u07ff'],
    ['e0 a0 80', '\u0800'],
    ['ed 9f bf', '\ud7ff'],
    ['ee 80 80', '\ue000'],
    ['ef bf bf', '\uffff'],
    ['ef bb bf', '\ufeff'],
    ['f0 90 80 80', '\u{10000}'],
    ['f4 8f bf bf', '\u{10ffff}'],
  ];
  test.each(good)('takes %s', (hex, want) => {
    const src = bytes(hex);
    expect(reads(Uint8Array.of(src.length, ...src), c.name)).toBe(want);
  });
  // each byte after the length counts from 1
  // biome-ignore format: a table
  const bad: [string, number][] = [
    ['80', 1], ['bf', 1], ['c0 80', 1], ['c1 bf', 1], ['c2', 1], ['c2 2e', 2], ['c2 c0', 2], ['e0 80 80', 0], ['e0 9f bf', 0], ['e1 80', 1],
    ['e1 2e 80', 2], ['e1 80 2e', 3], ['ed a0 80', 0], ['ed bf bf', 0], ['f0 80 80 80', 0], ['f0 8f bf bf', 0], ['f1 80 80', 1], ['f1 80 80 c0', 4],
    ['f4 90 80 80', 0], ['f5 80 80 80', 1], ['f8 88 80 80 80', 1], ['fc 80 80 80 80 80', 1], ['fe', 1], ['ff', 1],
  ];
  test.each(bad)('refuses %s', (hex, at) => {
    const src = bytes(hex);
    const got = reads(Uint8Array.of(src.length, ...src), c.name);
    // where the sequence as a whole is at fault, anywhere inside it will do
    if (at > 0) expect(got).toBe(`!${UTF8} @${at}`);
    else expect(got).toMatch(new RegExp(`^!${UTF8} @[1-4]$`));
  });
  test('a length past the end is told behind the length', () => {
    expect(reads(Uint8Array.of(5, ...ascii('abcd')), c.name)).toBe(`!${LENGTH_BOUNDS} @1`);
    expect(reads(bytes('ff ff ff ff 0f 61'), c.name)).toBe(`!${LENGTH_BOUNDS} @5`);
  });
});
