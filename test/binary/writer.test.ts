// The writer: a module that is read and written has the one canonical encoding; what it means, and where its custom sections are, stays.

import { expect, test } from 'vitest';
import { readModule } from '../../src/binary/reader';
import { customSections, strip } from '../../src/binary/strip';
import { createWriter } from '../../src/binary/writer';

function written(bytes: Uint8Array): Uint8Array {
  const writer = createWriter();
  readModule(bytes, writer.events);
  return writer.bytes();
}
const HEAD = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const section = (id: number, ...content: number[]) => [id, content.length, ...content];
const custom = (name: string, ...content: number[]) => section(0, name.length, ...Buffer.from(name), ...content);
const hex = (bytes: Uint8Array | number[]) => Buffer.from(bytes).toString('hex').replace(/../g, '$& ').trim();
const VOID = section(1, 1, 0x60, 0, 0);

/** [what, sections as read, sections as written; null = the same] */
const cases: [string, number[], number[] | null][] = [
  ['integers in their shortest form', [1, 0x86, 0x80, 0, 0x81, 0, 0x60, 0, 0x80, 0], VOID],
  ['empty sections', [...section(1, 0), ...section(3, 0), ...section(11, 0)], []],
  ['a recursion group of one', section(1, 1, 0x4e, 1, 0x60, 0, 0), VOID],
  ['an empty recursion group', section(1, 2, 0x4e, 0, 0x60, 0, 0), VOID],
  ['sub final without supertype', section(1, 1, 0x4f, 0, 0x60, 0, 0), VOID],
  ['what says more stays', section(1, 1, 0x4e, 2, 0x50, 0, 0x5f, 1, 0x78, 1, 0x4f, 1, 0, 0x5f, 1, 0x78, 1), null],
  ['(ref null func) as funcref', section(1, 1, 0x60, 1, 0x63, 0x70, 0), section(1, 1, 0x60, 1, 0x70, 0)],
  ['a page size that is the usual one', section(5, 1, 8, 1, 16), section(5, 1, 0, 1)],
  ['a shared memory of bytes', section(5, 1, 0x0b, 1, 2, 0), null],
  ['limits of 64 bits', section(5, 1, 5, 0x80, 0x80, 0x80, 0x80, 0x10, 0x80, 0x80, 0x80, 0x80, 0x20), null],
  [
    'element segments with the least said',
    [
      ...VOID,
      ...section(3, 1, 0),
      ...section(4, 1, 0x70, 0, 1),
      ...section(9, 1, 2, 0, 0x41, 0, 0x0b, 0, 1, 0),
      ...section(10, 1, 2, 0, 0x0b),
    ],
    [...VOID, ...section(3, 1, 0), ...section(4, 1, 0x70, 0, 1), ...section(9, 1, 0, 0x41, 0, 0x0b, 1, 0), ...section(10, 1, 2, 0, 0x0b)],
  ],
  [
    '(ref func) expressions that are function indices',
    [...VOID, ...section(3, 1, 0), ...section(9, 1, 5, 0x64, 0x70, 1, 0xd2, 0, 0x0b), ...section(10, 1, 2, 0, 0x0b)],
    [...VOID, ...section(3, 1, 0), ...section(9, 1, 1, 0, 1, 0), ...section(10, 1, 2, 0, 0x0b)],
  ],
  ['funcref expressions', [...VOID, ...section(9, 1, 5, 0x70, 1, 0xd2, 0, 0x0b)], null],
  ['a segment of funcref in table 0', section(9, 1, 6, 0, 0x41, 0, 0x0b, 0x70, 0), section(9, 1, 4, 0x41, 0, 0x0b, 0)],
  ['data for memory 0', section(11, 1, 2, 0, 0x41, 0, 0x0b, 1, 7), section(11, 1, 0, 0x41, 0, 0x0b, 1, 7)],
  ['data for another memory', section(11, 1, 2, 1, 0x41, 0, 0x0b, 1, 7), null],
  ['a data count that nothing needs', [...section(12, 1), ...section(11, 1, 1, 1, 7)], section(11, 1, 1, 1, 7)],
  [
    'a data count that code needs',
    [...VOID, ...section(3, 1, 0), ...section(12, 1), ...section(10, 1, 5, 0, 0xfc, 9, 0, 0x0b), ...section(11, 1, 1, 1, 7)],
    null,
  ],
  [
    'locals in runs',
    [...VOID, ...section(3, 1, 0), ...section(10, 1, 10, 4, 1, 0x7f, 0, 0x7e, 2, 0x7f, 1, 0x7d, 0x0b)],
    [...VOID, ...section(3, 1, 0), ...section(10, 1, 6, 2, 3, 0x7f, 1, 0x7d, 0x0b)],
  ],
  [
    'an else without code',
    [...VOID, ...section(3, 1, 0), ...section(10, 1, 8, 0, 0x41, 0, 0x04, 0x40, 0x05, 0x0b, 0x0b)],
    [...VOID, ...section(3, 1, 0), ...section(10, 1, 7, 0, 0x41, 0, 0x04, 0x40, 0x0b, 0x0b)],
  ],
  [
    'memory 0 unsaid in accesses',
    [...VOID, ...section(3, 1, 0), ...section(10, 1, 9, 0, 0x41, 0, 0x28, 0x42, 0, 0, 0x1a, 0x0b)],
    [...VOID, ...section(3, 1, 0), ...section(10, 1, 8, 0, 0x41, 0, 0x28, 2, 0, 0x1a, 0x0b)],
  ],
  [
    'operators of every prefix, lanes, casts, clauses',
    [
      ...VOID,
      ...section(3, 1, 0),
      ...section(
        ...[10, 1, 54, 0, 0xfd, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0xfd, 0x80, 2],
        ...[
          0xfd, 0x54, 0, 0, 200, 0xfb, 24, 1, 0, 0x6e, 0x6b, 0xfe, 3, 0, 0x1f, 0x40, 2, 0, 0, 0, 2, 1, 0x0b, 0xfc, 7, 0x1a, 0x43, 0, 0,
          0xc0, 0x7f, 0x0b,
        ],
      ),
    ],
    null,
  ],
];
test.each(cases)('%s', (_what, read, wanted) => {
  expect(hex(written(Uint8Array.of(...HEAD, ...read)))).toBe(hex([...HEAD, ...(wanted ?? read)]));
});

test('custom sections keep their places', () => {
  const bytes = Uint8Array.of(...HEAD, ...custom('a', 1), ...custom('b'), ...VOID, ...custom('c', 2, 3), ...custom('a', 4));
  expect(written(bytes)).toEqual(bytes);
  expect(customSections(bytes).map(({ name }) => name)).toEqual(['a', 'b', 'c', 'a']);
  expect(strip(bytes)).toEqual(Uint8Array.of(...HEAD, ...VOID));
  expect(strip(bytes, name => name === 'a')).toEqual(Uint8Array.of(...HEAD, ...custom('a', 1), ...VOID, ...custom('a', 4)));
});

test('branch hints follow their operators', () => {
  const hints = (at: number) => custom('metadata.code.branch_hint', 1, 0, 1, at, 1, 1);
  const module = (at: number, constant: number[]) =>
    Uint8Array.of(
      ...HEAD,
      ...VOID,
      ...section(3, 1, 0),
      ...hints(at),
      ...section(10, 1, 6 + constant.length, 0, 0x41, ...constant, 0x0d, 0, 1, 0x0b),
    );
  expect(hex(written(module(5, [0x81, 0x80, 0])))).toBe(hex(module(3, [1])));
});

test('what was written is written the same again', () => {
  for (const [, read] of cases) {
    const once = written(Uint8Array.of(...HEAD, ...read));
    expect(hex(written(once))).toBe(hex(once));
  }
});
