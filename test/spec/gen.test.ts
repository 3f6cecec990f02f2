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

test('the op table has every instruction of WebAssembly 2.0 without vectors, once', () => {
  const codes = rows.map(row => row[0]);
  expect(new Set(codes).size).toBe(codes.length);
  expect(new Set(rows.map(row => row[1])).size).toBe(rows.length);
  // core 2.0, 7.7 Index of Instructions
  // biome-ignore format: a table
  const ranges: [number, number][] = [
    [0x00, 0x05], [0x0b, 0x11], [0x1a, 0x1c], [0x20, 0x26], [0x28, 0xc4], [0xd0, 0xd2], [0x100, 0x111],
  ];
  const want = ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
  expect([...codes].sort((a, b) => a - b)).toEqual(want);
});

test('device tables agree with the op table', () => {
  for (const [code, name, immediates, signature, meaning] of rows) {
    expect((O as any)[name.toUpperCase().replace(/\./g, '_')]).toBe(code);
    expect(O.immediates[code]).toBe(immediates || '.');
    expect(O.signatures[O.signatureOf.charCodeAt(code) - 32]).toBe(signature ?? '');
    const width = /^(?:load|store) (\d)/.exec(meaning ?? '');
    if (width !== null) expect(2 ** Number(O.widths[code - 0x28])).toBe(Number(width[1]));
  }
});
