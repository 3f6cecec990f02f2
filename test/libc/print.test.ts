// printf: tables by the C standard and compat.md section 1, and thousands of random conversions against this machine's C library.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FUEL_LIMIT, OOB_MEMORY } from '../../src/spec/traps';
import { MEMORY_BYTES, machine, putArgs, random, thrown } from './env';

const CC = process.env.CC ?? 'cc';
const FMT = 0x1000;
const ARGS = 0x2000;
const TEXT = 0x3000;
const OUT = 0x4000;

type Arg = [number | bigint, 4 | 8 | 'f'] | string;

/** printf of a format with values; strings are put into memory first. */
function printed(format: string, ...args: Arg[]): string {
  const m = machine();
  let at = TEXT;
  const values = args.map((a): [number | bigint, 4 | 8 | 'f'] => {
    if (typeof a !== 'string') return a;
    const slot = m.put(at, a);
    at += a.length + 1;
    return [slot, 4];
  });
  const n = m.call('printf', m.put(FMT, format), putArgs(m.u8, ARGS, values));
  expect(n).toBe(m.text().length);
  return m.text();
}
const i = (n: number): Arg => [n, 4];
const l = (n: bigint): Arg => [n, 8];
const f = (n: number): Arg => [n, 'f'];

const table: [string, Arg[], string][] = [
  ['plain', [], 'plain'],
  ['%%|%5%|', [], '%|%|'],
  ['%d %i', [i(-5), i(2147483647)], '-5 2147483647'],
  ['%d', [i(-2147483648)], '-2147483648'],
  ['[%5d][%-5d][%05d]', [i(42), i(42), i(42)], '[   42][42   ][00042]'],
  ['[%+d][% d][%+ d]', [i(1), i(1), i(1)], '[+1][ 1][+1]'],
  ['[%5.3d][%-6.3d][%06.3d]', [i(7), i(7), i(7)], '[  007][007   ][   007]'],
  ['[%.0d][%.d][%5.0d]', [i(0), i(0), i(0)], '[][][     ]'],
  ['%u %x %X %o', [i(-1), i(-1), i(0xbeef), i(8)], '4294967295 ffffffff BEEF 10'],
  ['%#x %#X %#o %#x %#o', [i(255), i(255), i(8), i(0), i(0)], '0xff 0XFF 010 0 0'],
  ['[%#08x][%#-8x|][%#.0o]', [i(255), i(255), i(0)], '[0x0000ff][0xff    |][0]'],
  ['%hd %hu %hx %hhd %hhu', [i(0x18000), i(0x18000), i(-1), i(0x180), i(0x1ff)], '-32768 32768 ffff -128 255'],
  ['%ld %zu %td %lu', [i(-1), i(-1), i(-1), i(-1)], '-1 4294967295 -1 4294967295'],
  ['%lld %llu', [l(-9223372036854775808n), l(-1n)], '-9223372036854775808 18446744073709551615'],
  ['%jd %llx %llo %#llX', [l(-1n), l(0x123456789abcdefn), l(-1n), l(255n)], '-1 123456789abcdef 1777777777777777777777 0XFF'],
  ['%d %lld %d', [i(1), l(4294967296n), i(3)], '1 4294967296 3'],
  ['%c%c', [i(65), i(0x142)], 'AB'],
  ['[%3c][%-3c]', [i(65), i(65)], '[  A][A  ]'],
  ['[%c][%3c][%-3c]', [i(0), i(0), i(0)], '[][  ][]'],
  ['%s|%5s|%-5s|%.2s|%5.1s|', ['abc', 'abc', 'abc', 'abc', 'abc'], 'abc|  abc|abc  |ab|    a|'],
  ['%ls %lc', ['wide', i(66)], 'wide B'],
  ['%p %p %p', [i(0x1234), i(0), i(-1)], '0x1234 (nil) 0xffffffff'],
  ['[%10p][%-10p][%10p]', [i(16), i(16), i(0)], '[      0x10][0x10      ][     (nil)]'],
  ['a%nb%lln%d', [i(7)], 'ab7'],
  ['%Lf %5q %a %$ %', [], '%Lf %q %a %$ '],
  ['%5', [], ''],
  ['%-+ #05', [], ''],
  ['%f %f %f', [f(7.14159265), f(-0), f(1e15)], '7.141593 -0.000000 1000000000000000.000000'],
  ['%.0f %.0f %.0f %.0f %#.0f', [f(0.5), f(1.5), f(2.5), f(3.5), f(1)], '0 2 2 4 1.'],
  ['%.1f %.2f %.3f', [f(0.25), f(2.675), f(1.0005)], '0.2 2.67 1.000'],
  ['%.20f', [f(0.1)], '0.10000000000000000555'],
  ['%.30f', [f(1e-20)], '0.000000000000000000010000000000'],
  ['%e %E %.0e %#.0e', [f(12345.678), f(0.00012), f(15), f(15)], '1.234568e+04 1.200000E-04 2e+01 2.e+01'],
  ['%e %e', [f(0), f(5e-324)], '0.000000e+00 4.940656e-324'],
  ['%.3e %.0e', [f(9.9996), f(9.5)], '1.000e+01 1e+01'],
  ['%g %g %g %g', [f(100000), f(1000000), f(0.0001), f(0.00001)], '100000 1e+06 0.0001 1e-05'],
  ['%g %G %#g %.3g %.0g', [f(0), f(1e-10), f(1), f(1234), f(0.05)], '0 1E-10 1.00000 1.23e+03 0.05'],
  ['%g %.10g %.17g', [f(0.1), f(0.1), f(0.1)], '0.1 0.1 0.10000000000000001'],
  ['%g', [f(999999.5)], '1e+06'],
  [
    '[%10.3f][%-10.3f][%010.3f][%+.1f][% .1f]',
    [f(7.14159), f(7.14159), f(-7.14159), f(1), f(1)],
    '[     7.142][7.142     ][-00007.142][+1.0][ 1.0]',
  ],
  ['%f %F %e %G', [f(Infinity), f(-Infinity), f(NaN), f(NaN)], 'inf -INF nan NAN'],
  ['[%06f][%-6f][%+f]', [f(Infinity), f(Infinity), f(Infinity)], '[   inf][inf   ][+inf]'],
  // Cut at 63 characters, as WAMR's buffers did.
  ['%f|', [f(1e300)], '1000000000000000052504760255204420248704468581108159154915854111'.slice(0, 63) + '|'],
  ['%100d|', [i(5)], ' '.repeat(63) + '|'],
  ['%-100d|', [i(5)], '5' + ' '.repeat(62) + '|'],
  ['%.100d|', [i(5)], '0'.repeat(63) + '|'],
  ['%0100x|', [i(5)], '0'.repeat(63) + '|'],
  ['%.70f|', [f(1.5)], '1.5' + '0'.repeat(60) + '|'],
  ['%.4000000000f|', [f(1.5)], '1.5' + '0'.repeat(60) + '|'],
  ['%200c|', [i(65)], ' '.repeat(63) + '|'],
  ['%200s|', ['ab'], ' '.repeat(65) + '|'],
  ['%-200s|', ['ab'], 'ab' + ' '.repeat(63) + '|'],
  ['%64s|', ['ab'], ' '.repeat(62) + 'ab|'],
  ['%99999999999999999999d|%.99999999999999999999s|', [i(1), 'ok'], ' '.repeat(63) + '|ok|'],
];
for (const [format, args, expected] of table)
  test(`printf("${format}") prints ${expected}`, () => expect(printed(format, ...args)).toBe(expected));

describe('edges', () => {
  test('negative NaN by its sign bit', () => {
    const m = machine();
    m.u8.set([0, 0, 0, 0, 0, 0, 0xf8, 0xff], ARGS);
    m.call('printf', m.put(FMT, '%f'), ARGS);
    expect(m.text()).toBe('-nan');
  });
  test.each([
    ['%s', '(null)'],
    ['%.6s', '(null)'],
    ['%.5s', ''],
    ['[%8s]', '[  (null)]'],
    ['[%-8s]', '[(null)  ]'],
  ])('%s of address 0 with nothing there prints %s', (format, expected) => expect(printed(format, i(0))).toBe(expected));
  test('%s of address 0 with text there prints the text', () => {
    const m = machine();
    m.put(0, 'zero');
    m.call('printf', m.put(FMT, '%s'), ARGS);
    expect(m.text()).toBe('zero');
  });
  test('the values must have 4 bytes even when nothing is formatted', () => {
    const m = machine();
    m.put(FMT, 'x');
    expect(m.call('printf', FMT, MEMORY_BYTES - 4)).toBe(1);
    expect(thrown(() => m.call('printf', FMT, MEMORY_BYTES - 3))).toBe(OOB_MEMORY);
  });
  test('a slot past the end of memory traps, what came before is out', () => {
    const m = machine({ heapBytes: 0 });
    m.put(FMT, 'a%db%d');
    expect(thrown(() => m.call('printf', FMT, MEMORY_BYTES - 4))).toBe(OOB_MEMORY);
    expect(m.text()).toBe('a0b');
    m.put(FMT, '%f');
    expect(thrown(() => m.call('printf', FMT, MEMORY_BYTES - 4))).toBe(OOB_MEMORY);
  });
  test.each([MEMORY_BYTES, MEMORY_BYTES - 1, 0xffffffff])('%%s of a string without end at %i traps', at => {
    const m = machine();
    m.u8.fill(65, MEMORY_BYTES - 16);
    m.put(FMT, '%s');
    putArgs(m.u8, ARGS, [[at, 4]]);
    expect(thrown(() => m.call('printf', FMT, ARGS))).toBe(OOB_MEMORY);
  });
  test('long output arrives whole', () => {
    const long = 'x'.repeat(1000);
    expect(printed('%s-%s', long, long)).toBe(`${long}-${long}`);
  });
  test('one call cannot be made to run for ever', () => {
    const m = machine();
    m.u8.fill(65, 0, 0x4000);
    let format = '';
    for (let k = 0; k < 2000; k++) format += '%s';
    m.put(0x4000, format);
    expect(thrown(() => m.call('snprintf', 0, 1, 0x4000, 0x6000))).toBe(FUEL_LIMIT);
  });
});

describe('to memory', () => {
  test('snprintf returns the whole length and ends with NUL', () => {
    const m = machine();
    m.u8.fill(0xee, OUT, OUT + 16);
    m.put(FMT, 'abc%d');
    putArgs(m.u8, ARGS, [[12345, 4]]);
    expect(m.call('snprintf', OUT, 6, FMT, ARGS)).toBe(8);
    expect([...m.u8.subarray(OUT, OUT + 7)]).toEqual([97, 98, 99, 49, 50, 0, 0xee]);
    expect(m.call('snprintf', 0, 0, FMT, ARGS)).toBe(8);
    expect(m.call('snprintf', OUT, 1, FMT, ARGS)).toBe(8);
    expect(m.get(OUT)).toBe('');
    expect(m.text()).toBe('');
  });
  test('snprintf wants all its bytes in memory', () => {
    const m = machine();
    m.put(FMT, 'x');
    expect(m.call('snprintf', MEMORY_BYTES - 8, 8, FMT, ARGS)).toBe(1);
    expect(thrown(() => m.call('snprintf', MEMORY_BYTES - 8, 9, FMT, ARGS))).toBe(OOB_MEMORY);
    expect(thrown(() => m.call('snprintf', OUT, 0x7fffffff, FMT, ARGS))).toBe(OOB_MEMORY);
  });
  test('sprintf stops at the end of memory with a NUL there', () => {
    const m = machine();
    m.put(FMT, 'abcdefgh');
    expect(m.call('sprintf', MEMORY_BYTES - 4, FMT, ARGS)).toBe(8);
    expect(m.get(MEMORY_BYTES - 4)).toBe('abc');
    expect(m.call('vsprintf', OUT, FMT, ARGS)).toBe(8);
    expect(m.get(OUT)).toBe('abcdefgh');
  });
});

test('puts and putchar', () => {
  const m = machine();
  expect(m.call('puts', m.put(FMT, 'hello'))).toBe(6);
  expect(m.call('putchar', 0x141)).toBe(1);
  expect(m.text()).toBe('hello\nA');
});

describe('against the C library', () => {
  const hasCc = spawnSync(CC, ['--version']).status === 0;
  test.skipIf(!hasCc)('20,000 random conversions (seed 31337; needs cc)', () => {
    const next = random(31337);
    const bits = new DataView(new ArrayBuffer(8));
    const lines: string[] = [];
    const cases: { format: string; arg: Arg }[] = [];
    for (let n = 0; n < 20000; n++) {
      let format = '%';
      for (const flag of '+- #0') if (next(5) === 0) format += flag;
      if (next(2) === 0) format += String(next(4) === 0 ? next(90) : 1 + next(20)).replace(/^0/, '1');
      if (next(2) === 0) format += '.' + (next(8) === 0 ? '' : next(6) === 0 ? next(90) : next(12));
      const kind = next(10);
      if (kind < 4) {
        // doubles: any bits, short decimals, halves
        bits.setUint32(0, next(2 ** 31) * 2 + next(2));
        bits.setUint32(4, next(2 ** 31) * 2 + next(2));
        const value = [
          bits.getFloat64(0),
          next(200000) / 1000 - 100,
          next(4096) / 8,
          Number(`${next(1000)}e${next(40) - 20}`),
          0,
          -0,
          1 / 0,
        ][next(kind === 0 ? 7 : 4)];
        format += 'eEfFgG'[next(6)];
        bits.setFloat64(0, value);
        if (value !== value) continue;
        cases.push({ format, arg: f(value) });
        lines.push(`f ${bits.getBigUint64(0).toString(16)} ${format}`);
      } else if (kind < 9) {
        const size = ['', 'h', 'hh', 'l', 'll', 'j', 'z', 't'][next(8)];
        const letter = 'diuoxX'[next(6)];
        const wide = size === 'll' || size === 'j';
        let value =
          BigInt.asIntN(64, (BigInt(next(2 ** 31)) << 33n) ^ BigInt(next(2 ** 31)) ^ (BigInt(next(2 ** 31)) << 62n)) >> BigInt(next(64));
        if (!wide) value = BigInt.asIntN(32, value);
        cases.push({ format: format + size + letter, arg: wide ? l(value) : i(Number(value)) });
        // long, size_t and ptrdiff_t have 32 bits in wasm: there an int or an unsigned says the same here
        lines.push(
          `${wide ? 'l' : 'i'} ${BigInt.asUintN(64, value).toString(16)} ${format}${wide || size[0] === 'h' ? size : ''}${letter}`,
        );
      } else {
        const text = 'the quick brown fox'.slice(0, next(20));
        format = format.replace(/[+ #0]/g, '').replace(/%(-*)0+/, '%$1');
        cases.push({ format: format + 's', arg: text });
        lines.push(`s ${Buffer.from(text + '\0').toString('hex')} ${format}s`);
      }
    }
    const dir = mkdtempSync(join(tmpdir(), 'wasmote-printf-'));
    try {
      writeFileSync(join(dir, 'p.c'), C_DRIVER);
      const built = spawnSync(CC, ['-w', '-O1', '-o', join(dir, 'p'), join(dir, 'p.c')], { encoding: 'utf8' });
      expect(built.stderr).toBe('');
      const run = spawnSync(join(dir, 'p'), { input: lines.join('\n') + '\n', encoding: 'latin1', maxBuffer: 1 << 28 });
      const expected = run.stdout.split('\n');
      const wrong: string[] = [];
      cases.forEach((c, n) => {
        const got = printed(c.format, c.arg);
        if (got !== expected[n]) wrong.push(`${lines[n]}: C "${expected[n]}", ours "${got}"`);
      });
      expect(wrong.slice(0, 20)).toEqual([]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

const C_DRIVER = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) {
  static char line[4096], hex[2048], fmt[256], out[8192];
  while (fgets(line, sizeof line, stdin)) {
    char kind;
    line[strcspn(line, "\\n")] = 0;
    char *p = strchr(line + 2, ' ');
    *p = 0;
    strcpy(hex, line + 2);
    strcpy(fmt, p + 1);
    kind = line[0];
    unsigned long long bits = kind == 's' ? 0 : strtoull(hex, 0, 16);
    size_t most = 64;
    if (kind == 'f') { double d; memcpy(&d, &bits, 8); snprintf(out, most, fmt, d); }
    else if (kind == 'l') snprintf(out, most, fmt, bits);
    else if (kind == 'i') snprintf(out, most, fmt, (int)bits);
    else {
      char text[64];
      size_t n = strlen(hex) / 2;
      for (size_t i = 0; i < n; i++) { unsigned v; sscanf(hex + 2 * i, "%2x", &v); text[i] = v; }
      snprintf(out, strlen(text) + 64, fmt, text);
    }
    puts(out);
  }
  return 0;
}
`;
