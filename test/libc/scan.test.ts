// Text to numbers: tables by C and compat.md section 1; strtod against Number(), which ECMAScript defines as correctly rounded.
import { describe, expect, test } from 'vitest';
import { OOB_MEMORY } from '../../src/spec/traps';
import { MEMORY_BYTES, machine, putArgs, random, thrown } from './env';

const TEXT = 0x1000;
const END = 0x800;
const FMT = 0x2000;
const ARGS = 0x2800;
const OUT = 0x3000;
const word = (u8: Uint8Array, at: number) => new DataView(u8.buffer).getInt32(at, true);
const pair = ([lo, hi]: [number, number]) => (BigInt(hi) << 32n) | BigInt(lo >>> 0);

const integers: [string, string, number, number, number][] = [
  // function, text, base, value, characters taken
  ['strtol', '42', 10, 42, 2],
  ['strtol', '  \t\n\v\f\r-42x', 10, -42, 10],
  ['strtol', '+7', 0, 7, 2],
  ['strtol', '0x1fz', 16, 31, 4],
  ['strtol', '0X1F', 0, 31, 4],
  ['strtol', '0x', 0, 0, 1],
  ['strtol', '0xg', 16, 0, 1],
  ['strtol', '0778', 0, 63, 3],
  ['strtol', '08', 0, 0, 1],
  ['strtol', 'zz', 36, 1295, 2],
  ['strtol', '12', 2, 1, 1],
  ['strtol', '', 10, 0, 0],
  ['strtol', '  -', 10, 0, 0],
  ['strtol', 'x', 10, 0, 0],
  ['strtol', '5', 1, 0, 0],
  ['strtol', '5', 37, 0, 0],
  ['strtol', '5', -1, 0, 0],
  ['strtol', '2147483647', 10, 2147483647, 10],
  ['strtol', '2147483648', 10, 2147483647, 10],
  ['strtol', '-2147483648', 10, -2147483648, 11],
  ['strtol', '-2147483649', 10, -2147483648, 11],
  ['strtol', '4294967295', 10, 2147483647, 10],
  ['strtol', '99999999999999999999999', 10, 2147483647, 23],
  ['strtoul', '4294967295', 10, -1, 10],
  ['strtoul', '4294967296', 10, -1, 10],
  ['strtoul', '-1', 10, -1, 2],
  ['strtoul', '-4294967295', 10, 1, 11],
  ['strtoul', '-4294967296', 10, -1, 11],
];
for (const [name, text, base, value, taken] of integers)
  test(`${name}("${text.trim()}", ${base}) is ${value}`, () => {
    const m = machine();
    expect(m.call(name, m.put(TEXT, text), END, base)).toBe(value);
    expect(word(m.u8, END)).toBe(TEXT + taken);
  });

const longs: [string, string, number, bigint][] = [
  ['strtoll', '9223372036854775807', 10, 9223372036854775807n],
  ['strtoll', '9223372036854775808', 10, 9223372036854775807n],
  ['strtoll', '-9223372036854775808', 10, -9223372036854775808n],
  ['strtoll', '-9223372036854775809', 10, -9223372036854775808n],
  ['strtoll', '123456789012345678', 0, 123456789012345678n],
  ['strtoll', '-4294967296', 0, -4294967296n],
  ['strtoll', '0xfedcba987654321', 0, 0xfedcba987654321n],
  ['strtoull', '18446744073709551615', 10, -1n],
  ['strtoull', '18446744073709551616', 10, -1n],
  ['strtoull', '-1', 10, -1n],
  ['strtoull', '-5000000000', 10, -5000000000n],
  ['strtoull', '1777777777777777777777', 8, -1n],
];
for (const [name, text, base, value] of longs)
  test(`${name}("${text}", ${base}) is ${value}`, () => {
    const m = machine();
    expect(pair(m.call(name, m.put(TEXT, text), END, base))).toBe(value);
    expect(word(m.u8, END)).toBe(TEXT + text.length);
  });

const atois: [string, bigint, number][] = [
  ['-12abc', -12n, -12],
  ['4294967297', 4294967297n, 1],
  ['2147483648', 2147483648n, -2147483648],
  ['18446744073709551617', 1n, 1],
  ['0x10', 0n, 0],
  ['', 0n, 0],
];
for (const [text, wide, cut] of atois)
  test(`atoi, atol, atoll of "${text}"`, () => {
    const m = machine();
    m.put(TEXT, text);
    expect([m.call('atoi', TEXT), m.call('atol', TEXT), pair(m.call('atoll', TEXT))]).toEqual([cut, cut, wide]);
  });

describe('end pointers', () => {
  test('not written through 0', () => {
    const m = machine();
    m.call('strtol', m.put(TEXT, '1'), 0, 10);
    m.call('strtod', TEXT, 0);
    expect(word(m.u8, 0)).toBe(0);
  });
  test('must lie in memory', () => {
    const m = machine();
    m.put(TEXT, '1');
    expect(thrown(() => m.call('strtol', TEXT, MEMORY_BYTES - 3, 10))).toBe(OOB_MEMORY);
    expect(thrown(() => m.call('strtod', TEXT, MEMORY_BYTES - 3))).toBe(OOB_MEMORY);
  });
  test.each(['atol', 'atof', 'strtod', 'strtoll'])('%s of text that runs out of memory traps', name => {
    const m = machine();
    m.u8.fill(49, MEMORY_BYTES - 4);
    expect(thrown(() => m.call(name, MEMORY_BYTES - 4, 0, 10))).toBe(OOB_MEMORY);
    expect(thrown(() => m.call(name, -1, 0, 10))).toBe(OOB_MEMORY);
  });
});

describe('strtod', () => {
  const rows: [string, number, number][] = [
    ['1', 1, 1],
    [' -1.5e3x', -1500, 7],
    ['.5', 0.5, 2],
    ['5.', 5, 2],
    ['.', 0, 0],
    ['-', 0, 0],
    ['e5', 0, 0],
    ['1e', 1, 1],
    ['1e+', 1, 1],
    ['1e+5', 1e5, 4],
    ['-0', -0, 2],
    ['1e400', Infinity, 5],
    ['-1e400', -Infinity, 6],
    ['1e-400', 0, 6],
    ['1e999999999999', Infinity, 14],
    ['1e-999999999999', 0, 15],
    ['0e999999999999', 0, 14],
    ['inf', Infinity, 3],
    ['-InFiNiTyx', -Infinity, 9],
    ['infin', Infinity, 3],
    ['nan', NaN, 3],
    ['-nan(12_a)', NaN, 4],
    ['nan(', NaN, 3],
    ['0x1p4', 16, 5],
    ['0x.8', 0.5, 4],
    ['0x1.8p-1z', 0.75, 8],
    ['0x', 0, 1],
    ['0x.p1', 0, 1],
    ['0x1p', 1, 3],
    ['0x1.fffffffffffffp1023', Number.MAX_VALUE, 22],
    ['0x1.fffffffffffff8p1023', Infinity, 23],
    ['0x1p-1074', 5e-324, 9],
    ['0x1p-1075', 0, 9],
    ['0x1.00000000000001p-1075', 5e-324, 24],
  ];
  for (const [text, value, taken] of rows)
    test(`"${text}" is ${value}, ${taken} characters`, () => {
      const m = machine();
      expect(m.call('strtod', m.put(TEXT, text), END)).toBe(value);
      expect(word(m.u8, END)).toBe(TEXT + taken);
    });

  // Half-way cases, limits of the range, long digit strings.
  const hard = [
    '9007199254740993',
    '9007199254740993.00000000000000000000000000000001',
    '9007199254740992.99999999999999999999999999999999',
    '1.7976931348623157e308',
    '1.7976931348623158e308',
    '1.7976931348623159e308',
    '2.2250738585072011e-308',
    '2.2250738585072014e-308',
    '4.9406564584124654e-324',
    '2.4703282292062327e-324',
    '2.4703282292062328e-324',
    '0.1',
    '123456789012345678901234567890',
    '6.631236871469758276785396630275967e-4',
    '1.448997445238699',
    '100000000000000016777215',
    '100000000000000016777216',
    '8.5e-320',
    '0.000000000000000000000000000000000000000000000000000001e54',
    '3.5e-323',
    '1' + '0'.repeat(308),
    '1' + '0'.repeat(309),
    '0.' + '0'.repeat(323) + '5',
    '9'.repeat(1000) + 'e-1000',
    '0.' + '3'.repeat(2000),
    // 2^-1075 exactly, then a hair above it: 751 digits
    String((5n ** 1075n).toString()) + 'e-1075',
    String((5n ** 1075n).toString()) + '0'.repeat(200) + '1e-1276',
  ];
  for (const text of hard)
    test(`${text.slice(0, 40)}… is rounded correctly`, () => {
      const m = machine();
      expect(m.call('strtod', m.put(TEXT, text), 0)).toBe(Number(text));
    });

  test('30,000 random decimals (seed 4711)', () => {
    const next = random(4711);
    const m = machine();
    const bits = new DataView(new ArrayBuffer(8));
    for (let n = 0; n < 30000; n++) {
      let text = '';
      const kind = next(4);
      if (kind === 0) {
        // near the middle between two doubles
        bits.setInt32(0, next(2 ** 31));
        bits.setUint32(4, next(2 ** 31) * 2 + next(2));
        const value = bits.getFloat64(0);
        if (!(value < 1e300)) continue;
        text = value.toPrecision(17 + next(5)) + String(next(10));
        text = text.replace(/(e.*)?(\d)$/, '$2$1');
        if (/e.*e|e[+-]\d+\./.test(text)) continue;
      } else {
        const digits = 1 + next(kind === 1 ? 8 : 40);
        for (let d = 0; d < digits; d++) text += String(next(10));
        if (next(2)) text = text.slice(0, next(digits + 1)) + '.' + text.slice(next(digits + 1));
        if (next(2)) text += 'e' + (next(kind === 1 ? 60 : 700) - (kind === 1 ? 30 : 350));
        if (!/^\d*\.?\d*(e-?\d+)?$/.test(text) || !/\d/.test(text.split('e')[0])) continue;
      }
      const got = m.call('strtod', m.put(TEXT, text), END);
      if (!Object.is(got, Number(text))) throw new Error(`${text}: ${got}`);
      expect(word(m.u8, END)).toBe(TEXT + text.length);
    }
  });
});

describe('strtof rounds once', () => {
  const rows: [string, number][] = [
    ['16777217', 16777216],
    ['16777217.0000000001', 16777218],
    ['1.00000005960464477539062500', 1],
    ['1.000000059604644775390625001', 1.00000011920928955],
    ['3.4028235e38', 3.4028234663852886e38],
    ['3.4028236e38', Infinity],
    ['1e-45', 1.401298464324817e-45],
    ['7e-46', 0],
    ['7.1e-46', 1.401298464324817e-45],
    ['0.1', Math.fround(0.1)],
    ['0x1.000001p0', 1],
    ['0x1.0000011p0', 1.00000011920928955],
  ];
  for (const [text, value] of rows)
    test(text, () => {
      const m = machine();
      expect(m.call('strtof', m.put(TEXT, text), 0)).toBe(Math.fround(value));
    });
});

describe('sscanf', () => {
  /** Runs it with one pointer per 16 bytes of OUT; returns [result, memory]. */
  function scanned(text: string, format: string): { n: number; u8: Uint8Array; get: (k: number) => string } {
    const m = machine();
    m.u8.fill(0xee, OUT, OUT + 256);
    putArgs(
      m.u8,
      ARGS,
      [0, 1, 2, 3, 4, 5, 6, 7].map(k => [OUT + 16 * k, 4] as [number, 4]),
    );
    const n = m.call('sscanf', m.put(TEXT, text), m.put(FMT, format), ARGS);
    return { n, u8: m.u8, get: k => m.get(OUT + 16 * k) };
  }
  const ints: [string, string, number, number[]][] = [
    ['12 34', '%d%d', 2, [12, 34]],
    ['12,34', '%d,%d', 2, [12, 34]],
    ['12 , 34', '%d , %d', 2, [12, 34]],
    ['-5 0x1f 017 9', '%i%i%i%u', 4, [-5, 31, 15, 9]],
    ['ff 0xFE 17', '%x%X%o', 3, [255, 254, 15]],
    ['12345', '%2d%3d', 2, [12, 345]],
    ['12 34 56', '%d%*d%d', 2, [12, 56]],
    ['x', '%d', 0, []],
    ['', '%d', -1, []],
    ['   ', '%d', -1, []],
    ['7 x', '%d%d', 1, [7]],
    ['7', '%d%d', 1, [7]],
    ['7%8', '%d%%%d', 2, [7, 8]],
    ['99999999999', '%d', 1, [2147483647]],
    ['abc 5', 'abc%n %d%n', 1, [3, 5, 5]],
    ['a', 'b', 0, []],
    ['', 'b', -1, []],
    ['1', '%q', 0, []],
  ];
  for (const [text, format, n, values] of ints)
    test(`"${text}" by "${format}" is ${n}: ${values}`, () => {
      const got = scanned(text, format);
      expect(got.n).toBe(n);
      expect(values.map((_, k) => word(got.u8, OUT + 16 * k))).toEqual(values);
      expect(got.u8[OUT + 16 * values.length]).toBe(0xee);
    });

  test('sizes', () => {
    const { n, u8 } = scanned('300 70000 -1 1.5 2.5 -2', '%hhd%hd%lld%f%lf%ld');
    const view = new DataView(u8.buffer);
    expect(n).toBe(6);
    expect([...u8.subarray(OUT, OUT + 2)]).toEqual([44, 0xee]);
    expect(view.getInt16(OUT + 16, true)).toBe(4464);
    expect(u8[OUT + 18]).toBe(0xee);
    expect(view.getBigInt64(OUT + 32, true)).toBe(-1n);
    expect(view.getFloat32(OUT + 48, true)).toBe(1.5);
    expect(view.getFloat64(OUT + 64, true)).toBe(2.5);
    expect(view.getInt32(OUT + 80, true)).toBe(-2);
  });
  test('strings, characters and sets', () => {
    const got = scanned('  hello world 12ab-c]x', '%3s%s %c%c%*s %2[0-9]%[a-c-]%[]x]');
    expect(got.n).toBe(7);
    expect([0, 1, 4, 5, 6].map(got.get)).toEqual(['hel', 'lo', '12', 'ab-c', ']x']);
    expect([got.u8[OUT + 32], got.u8[OUT + 33], got.u8[OUT + 48]]).toEqual([119, 0xee, 111]);
  });
  test('an inverted set and %c with a width', () => {
    const got = scanned('key=value;rest', '%[^=]=%[^;];%4c');
    expect(got.n).toBe(3);
    expect([got.get(0), got.get(1)]).toEqual(['key', 'value']);
    expect([...got.u8.subarray(OUT + 32, OUT + 37)]).toEqual([114, 101, 115, 116, 0xee]);
  });
  test('a set that matches nothing ends it', () => expect(scanned('abc', '%[0-9]').n).toBe(0));
  test('pointers are checked', () => {
    const m = machine();
    m.put(TEXT, '1 abc');
    m.put(FMT, '%d');
    putArgs(m.u8, ARGS, [[MEMORY_BYTES - 3, 4]]);
    expect(thrown(() => m.call('sscanf', TEXT, FMT, ARGS))).toBe(OOB_MEMORY);
    expect(thrown(() => m.call('sscanf', TEXT, FMT, MEMORY_BYTES - 2))).toBe(OOB_MEMORY);
    m.put(FMT, '%*d%s');
    expect(thrown(() => m.call('sscanf', TEXT, FMT, ARGS))).toBe(OOB_MEMORY);
  });
});
