// The files generated from the app API are fresh, and its words cover the API.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { appNatives } from '../../src/app/api';
import { CALLBACKS } from '../../src/app/entry';
import * as numbers from '../../src/app/host';
import { generateApp } from '../../tools/gen/app';
import { callbacks, constants, functions } from '../../tools/gen/appdocs';

const root = new URL('../../', import.meta.url);

test.each(Object.entries(generateApp()))('%s is what tools/gen/app.ts generates', (path, text) => {
  expect(readFileSync(new URL(path, root), 'utf8')).toBe(text);
});

const callbackRows = CALLBACKS.split(';').map(row => row.split(' '));
const covered: [string, string[], string[]][] = [
  ['functions', appNatives.natives.flatMap(([, names]) => names.split(' ')), Object.keys(functions)],
  ['callbacks', callbackRows.map(row => row[0]), Object.keys(callbacks)],
  ['numbers', Object.keys(numbers), Object.keys(constants)],
];
test.each(covered)('the words cover the %s, and nothing else', (_, there, described) => {
  expect([...described].sort()).toEqual([...there].sort());
});

test('no callback of ours has the name of one of WAMR with other arguments', () => {
  for (const [name] of callbackRows)
    for (const [, signature, wamr, wamrSignature] of callbackRows) if (name === wamr) expect(signature).toBe(wamrSignature);
});
