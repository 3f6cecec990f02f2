// Numbers to bits: every form, correct rounding where double rounding or a tie would show, ranges and NaN payloads.

import { expect, test } from 'vitest';
import { lex } from '../../src/text/lexer';
import { num, readFloat, readInt } from '../../src/text/literal';

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
const float = (text: string, width: number): string => {
  readFloat(lex(text), 0, width);
  return width === 32 ? hex(num.lo) : hex(num.hi) + hex(num.lo);
};
const integer = (text: string, width: number): string => {
  readInt(lex(text), 0, width);
  return hex(num.hi) + hex(num.lo);
};

test.each([
  ['0', '00000000'],
  ['-0', '80000000'],
  ['1_0.2_5', '41240000'],
  ['inf', '7f800000'],
  ['-nan', 'ffc00000'],
  ['nan:0x1', '7f800001'],
  ['-nan:0x7f_ffff', 'ffffffff'],
  ['16777217', '4b800000'], // a tie goes to even
  ['16777217.000000000000000000001', '4b800001'], // as a double it is that tie
  ['16777218.999999999999999999999', '4b800001'],
  ['16777219', '4b800002'],
  ['0x1.000001p0', '3f800000'],
  ['0x1.00000100000000000000001p0', '3f800001'],
  ['340282356779733661637539395458142568447', '7f7fffff'],
  ['1e-45', '00000001'],
  ['0x1p-149', '00000001'],
  ['0x1p-150', '00000000'],
  ['0x1.000000000001p-150', '00000001'],
  ['0x0.fffffffp-126', '00800000'],
  ['7.006492321624085354618e-46', '00000000'],
  ['1e-99999999999999999999', '00000000'],
])('f32 %s', (text, expected) => {
  expect(float(text, 32)).toBe(expected);
});

test.each([
  ['1', '3ff0000000000000'],
  ['0x1.8', '3ff8000000000000'],
  ['0x10', '4030000000000000'],
  ['9007199254740993', '4340000000000000'],
  ['0x20000000000001', '4340000000000000'],
  ['0x20000000000001.000001', '4340000000000001'],
  ['4.9406564584124654e-324', '0000000000000001'],
  ['0x1p-1074', '0000000000000001'],
  ['0x1p-1075', '0000000000000000'],
  ['0x1.fffffffffffff7p1023', '7fefffffffffffff'],
  ['0x0p99999999999999999999', '0000000000000000'],
  ['0x1p-99999999999999999999', '0000000000000000'],
  ['nan:0xf_ffff_ffff_ffff', '7fffffffffffffff'],
])('f64 %s', (text, expected) => {
  expect(float(text, 64)).toBe(expected);
});

test.each([
  ['0xffffffff', 32, '00000000ffffffff'],
  ['-0x80000000', 32, 'ffffffff80000000'],
  ['+5', 32, '0000000000000005'],
  ['-1', 64, 'ffffffffffffffff'],
  ['18446744073709551615', 64, 'ffffffffffffffff'],
  ['-0x8000_0000_0000_0000', 64, '8000000000000000'],
  ['4294967296', 64, '0000000100000000'],
  ['255', 8, '00000000000000ff'],
  ['-32768', 16, 'ffffffffffff8000'],
])('integer %s of %d bits', (text, width, expected) => {
  expect(integer(text, width)).toBe(expected);
});

test.each([
  ...['0x100000000', '-2147483649', '4294967296', '1.0', 'inf'].map(text => [text, () => integer(text, 32)] as const),
  ...['18446744073709551616', '-9223372036854775809'].map(text => [text, () => integer(text, 64)] as const),
  ...['256', '-129'].map(text => [text, () => integer(text, 8)] as const),
  ...[
    '0x1p128',
    '1e39',
    '340282356779733661637539395458142568448',
    '0x1.ffffffp127',
    'nan:0x0',
    'nan:0x80_0000',
    '0x1p99999999999999999999',
  ].map(text => [text, () => float(text, 32)] as const),
  ...['1e309', '0x1.fffffffffffff8p1023', 'nan:0x10_0000_0000_0000'].map(text => [text, () => float(text, 64)] as const),
])('%s is out of range', (_, read) => {
  expect(read).toThrow('constant out of range');
});

test('floats of random bits are read back from their shortest decimals and from hexadecimals', () => {
  const bits = new DataView(new ArrayBuffer(8));
  let seed = 20261124;
  const random = () => {
    seed = (Math.imul(seed, 1103515245) + 12345) | 0;
    return seed ^ (seed >>> 15);
  };
  for (let n = 0; n < 5000; n++) {
    bits.setInt32(0, random());
    bits.setInt32(4, random());
    const [narrow, wide] = [bits.getFloat32(0), bits.getFloat64(0)];
    if (Number.isFinite(narrow)) expect(float(String(narrow), 32)).toBe(hex(bits.getInt32(0)));
    if (Number.isFinite(wide)) expect(float(String(wide), 64)).toBe(hex(bits.getInt32(0)) + hex(bits.getInt32(4)));
    const exponent = (bits.getUint32(0) >>> 20) & 0x7ff;
    if (exponent === 0 || exponent === 0x7ff) continue;
    const fraction = (bits.getUint32(0) & 0xfffff).toString(16).padStart(5, '0') + hex(bits.getInt32(4));
    const sign = bits.getInt32(0) < 0 ? '-' : '';
    expect(float(`${sign}0x1.${fraction}p${exponent - 1023}`, 64)).toBe(hex(bits.getInt32(0)) + hex(bits.getInt32(4)));
  }
});

test('numbers of very many digits are read like others', () => {
  const many = 300_000;
  expect(integer(`0x${'0'.repeat(many)}1`, 32)).toBe('0000000000000001');
  expect(float(`0.5${'0'.repeat(many)}`, 64)).toBe('3fe0000000000000');
  expect(float(`0x0.8${'0'.repeat(many)}`, 32)).toBe('3f000000');
  expect(() => integer('9'.repeat(many), 64)).toThrow('1:1: constant out of range');
});
