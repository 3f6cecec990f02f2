// Generated files are as the generators make them, and the constants that device code writes out are what they stand for.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { rows } from '../../src/spec/ops';
import * as O from '../../src/spec/ops.gen';
import { generateDispatch } from '../../tools/gen/dispatch';
import { generateOps } from '../../tools/gen/ops';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

test.each(Object.entries({ ...generateOps(), ...generateDispatch() }))('%s is fresh (else: npm run gen)', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8') === text).toBe(true); // the texts are too long to print
});

test('the op table has every instruction of WebAssembly 3.0, threads and wide arithmetic, once', () => {
  const codes = rows.map(row => row[0]);
  expect(new Set(codes).size).toBe(codes.length);
  expect(new Set(rows.map(row => row[1])).size).toBe(rows.length);
  // core 3.0, 7.3 Index of Instructions; the proposals' overviews
  // biome-ignore format: a table
  const ranges: [number, number][] = [
    [0x00, 0x05], [0x08, 0x08], [0x0a, 0x15], [0x1a, 0x1c], [0x1f, 0x26], [0x28, 0xc4], [0xd0, 0xd6], [0x100, 0x111], [0x113, 0x116], [0x180, 0x19e],
    [0x200, 0x299], [0x29b, 0x2a1], [0x2a3, 0x2a4], [0x2a7, 0x2ae], [0x2b1, 0x2b1], [0x2b5, 0x2ba], [0x2bc, 0x2c1], [0x2c3, 0x2c4], [0x2c7, 0x2ce],
    [0x2d1, 0x2d1], [0x2d5, 0x2e1], [0x2e3, 0x2ed], [0x2ef, 0x313], [0x400, 0x403], [0x410, 0x44e],
  ];
  const want = ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
  expect([...codes].sort((a, b) => a - b)).toEqual(want);
});

test('device tables agree with the op table', () => {
  for (const [code, name, immediates, signature, meaning] of rows) {
    expect((O as any)[name.toUpperCase().replace(/\./g, '_')]).toBe(code);
    const [first, suffix] =
      code < 0x180
        ? [0, '']
        : code < 0x200
          ? [0x180, 'Gc']
          : code < 0x300
            ? [0x200, 'Simd']
            : code < 0x400
              ? [0x300, 'Relaxed']
              : [0x400, 'Atomic'];
    const table = (name: string): string => (O as any)[name + suffix];
    expect(table('immediates')[code - first]).toBe(immediates || '.');
    const index = table('signatureOf').charCodeAt(code - first) - 32;
    expect(index === 0).toBe(signature === null);
    if (signature !== null) {
      const digits = O.signatures[index]!.toString(8);
      const [operands = '', result = ''] = signature.split(':');
      expect(digits).toBe(`${[...operands].map(letter => ' iIfFV'.indexOf(letter)).join('')}${result ? ' iIfFV'.indexOf(result) : 0}`);
    }
    const width = /^(?:load|store) (\d+)/.exec(meaning ?? '');
    if (width !== null) expect(2 ** Number(table('widths')[code - (first || 0x28)])).toBe(Number(width[1]));
  }
});
