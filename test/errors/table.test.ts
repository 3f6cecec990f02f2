// The error table: complete, in order, its texts filled in; docs/errors.md is fresh.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as codes from '../../src/errors/codes';
import { ERRORS, WasmoteError, describe as words } from '../../src/errors/table';
import { generateErrors } from '../../tools/gen/errors';

test('every code has one row, every row a code, in order', () => {
  expect(ERRORS.map(row => [row.name, row.code])).toEqual(Object.entries(codes).sort((a, b) => a[1] - b[1]));
  expect(ERRORS.map(row => row.code)).toEqual([...new Set(ERRORS.map(row => row.code))]);
});

test('codes fit an exit code', () => {
  for (const { code } of ERRORS) expect(code > 0 && code < 126).toBe(true);
});

const cases: [string, number, Parameters<typeof words>[1], string, string][] = [
  [
    'fills in what is known',
    codes.SPACE,
    { need: 9216, free: 0 },
    'the store is full: 9216 bytes needed, 0 free',
    'uninstall an app, or install a smaller one',
  ],
  ['leaves out parts that are not', codes.SPACE, { need: 9216 }, 'the store is full', 'uninstall an app, or install a smaller one'],
  [
    'shows a gap where a part must be',
    codes.DUPNAME,
    { device: 'kitchen' },
    'another app named ? is already on kitchen',
    '`wasmote update` replaces it; `--name` installs beside it',
  ],
  ['keeps brackets that are text', codes.FORM, {}, 'malformed message or setting', 'names match [a-z0-9-]{3,32}; see `wasmote --help`'],
  [
    'does not fill in twice',
    codes.FORM,
    { text: '{port}' },
    'malformed message or setting: {port}',
    'names match [a-z0-9-]{3,32}; see `wasmote --help`',
  ],
  [
    'names a holder without pid',
    codes.BUSY,
    { port: '/dev/ttyS0', holder: 'minicom' },
    '/dev/ttyS0 is in use by minicom',
    'close that program and try again',
  ],
  ['a code of a newer device', 199, {}, 'the device reports error 199', 'update this tool: it is older than the device'],
];
test.each(cases)('%s', (_name, code, data, cause, next) => {
  expect(words(code, data)).toMatchObject({ code, cause, next });
});

test('an error carries its cause as message', () => {
  expect(new WasmoteError(codes.NODEVICE, { device: 'attic' })).toMatchObject({ code: 27, message: 'no device named attic' });
});

test('docs/errors.md is fresh (npx tsx tools/gen/errors.ts)', () => {
  for (const [path, text] of Object.entries(generateErrors())) expect(readFileSync(path, 'utf8')).toBe(text);
});
