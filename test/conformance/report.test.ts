// The suite runner's reckoning: the skip file, counts, and that a module or action that fails is not lost behind assertions that pass.

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeEngine } from '../../tools/conformance/engine';
import { asJson, runSuite } from '../../tools/conformance/report';
import { EVERYTHING, readSkips, type Script, scriptOf } from '../../tools/conformance/suite';

const WRONG: Script = { path: 'test/conformance/scripts/wrong.wast', name: 'core/wrong.wast', dir: 'core', features: EVERYTHING };
const GOOD: Script = { path: 'test/conformance/scripts/gcd.wast', name: 'proposals/gcd/gcd.wast', dir: 'gcd', features: EVERYTHING };

function skips(...entries: string[]) {
  const file = join(mkdtempSync(join(tmpdir(), 'wasmote-skips-')), 'skip.txt');
  writeFileSync(file, ['# a comment', 'engines core: a b', ...entries].join('\n'));
  return readSkips(file);
}
const lines = async (script: Script, ...entries: string[]) =>
  (await runSuite(script, nodeEngine(), skips(...entries))).failures.map(failure => failure.replace(/: expected .*/s, ''));

test('what fails is unexpected unless the skip file has it, what holds is unexpected if it has', async () => {
  expect(await lines(WRONG)).toEqual([
    'core/wrong.wast:7:1: assert_return',
    'core/wrong.wast:8:3: assert_trap',
    'core/wrong.wast:9:1: assert_invalid',
    'core/wrong.wast:10:1: invoke',
    'core/wrong.wast:11:78: module',
  ]);
  expect(await lines(WRONG, 'core/wrong.wast:6 prints', 'core/wrong.wast:7 is wrong', 'core/wrong.wast:8 (node) is wrong')).toEqual([
    'core/wrong.wast:6:1: is in the skip file, and holds',
    'core/wrong.wast:9:1: assert_invalid',
    'core/wrong.wast:10:1: invoke',
    'core/wrong.wast:11:78: module',
  ]);
  expect(await lines(GOOD, 'proposals/gcd/gcd.wast:2 (quickjs, mqjs) only there')).toEqual([]);
  expect(await lines(GOOD, 'proposals/gcd/gcd.wast:3 moved')).toEqual([
    'proposals/gcd/gcd.wast:3: is in the skip file, and no command begins there',
  ]);
});

test('the skip file: lists, entries, and nothing else', () => {
  expect(skips('core/a.wast:3 (quickjs, mqjs) why').engines).toEqual(['core/a.wast', 'core/b.wast']);
  expect(skips('core/a.wast:3 (quickjs, mqjs) why', 'core/a.wast:4 why').entries).toEqual([
    { at: 'core/a.wast:3', engines: ['quickjs', 'mqjs'] },
    { at: 'core/a.wast:4', engines: [] },
  ]);
  for (const line of ['core/a.wast:3', 'core/a.wast why', 'engines core a'])
    expect(() => skips(line)).toThrow('neither an entry nor a list');
});

test('the counts of all, and by directory', async () => {
  const reports = [await runSuite(WRONG, nodeEngine(), skips()), await runSuite(GOOD, nodeEngine(), skips())];
  expect(JSON.parse(asJson(reports))).toEqual({
    total: { passed: 7, failed: 3, skipped: 0 },
    dirs: {
      core: { passed: 0, failed: 3, skipped: 0, modules: 2, actions: 2 },
      gcd: { passed: 7, failed: 0, skipped: 0, modules: 2, actions: 0 },
    },
  });
});

test('a folder of the suite says which features its scripts are for', () => {
  const name = (path: string) => scriptOf(path).name;
  expect([name('/x/core/simd/a.wast'), name('/x/proposals/threads/a.wast')]).toEqual(['core/simd/a.wast', 'proposals/threads/a.wast']);
  const features = ['/x/core/a.wast', '/x/core/gc/a.wast', '/x/proposals/threads/a.wast', '/x/a.wast'].map(path => scriptOf(path).features);
  expect(features[0]).toBe(features[1]);
  expect(new Set(features).size).toBe(3);
  expect(features[3]).toBe(EVERYTHING);
});
