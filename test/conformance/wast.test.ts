// wasmote wast: what it prints and how it exits.

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { terminal } from '../cli/terminal';

const GOOD = 'test/conformance/scripts/gcd.wast';
const WRONG = 'test/conformance/scripts/wrong.wast';
const script = (text: string) => {
  const file = join(mkdtempSync(join(tmpdir(), 'wasmote-wast-')), 'a.wast');
  writeFileSync(file, text);
  return file;
};

test('a script that holds', async () => {
  expect(await terminal()(`wast ${GOOD}`)).toMatchObject({ code: 0, out: `${GOOD}: 7 passed`, err: '' });
});

test('what fails is told with its place, what was expected and what came; the exit code is 1, whatever comes after', async () => {
  const { code, out } = await terminal()(`wast ${WRONG} ${GOOD}`);
  expect(code).toBe(1);
  expect(out.split('\n')).toEqual([
    'print_i64 -5000000000',
    `${WRONG}:7:1: assert_return: expected (f32.const 1), got (f32.const 1.5)`,
    `${WRONG}:8:3: assert_trap: expected trap: integer overflow, got (f32.const 1.5)`,
    `${WRONG}:9:1: assert_invalid: expected invalid: type mismatch, got nothing wrong`,
    `${WRONG}:10:1: invoke: expected no trap, got there is no such export`,
    `${WRONG}:11:78: module: expected an instance, got unknown local $b`,
    '(module (func (param $a i32) (result i32) (i32.add (local.get $a) (local.get $b))))',
    `${' '.repeat(77)}^`,
    `${WRONG}: 0 passed, 3 failed, 2 of its modules and actions failed`,
    `${GOOD}: 7 passed`,
  ]);
});

test('--json: an object a line and file', async () => {
  const { code, out } = await terminal()(`wast --json ${GOOD} ${WRONG}`);
  const [good, wrong] = out.split('\n').map(line => JSON.parse(line));
  expect(code).toBe(1);
  expect(good).toEqual({ file: GOOD, passed: 7, failed: 0, skipped: 0, modules: 2, actions: 0, failures: [] });
  expect(wrong).toMatchObject({ file: WRONG, passed: 0, failed: 3, skipped: 0, modules: 2, actions: 2 });
  expect(wrong.failures[1]).toEqual({
    line: 8,
    column: 3,
    form: 'assert_trap',
    expected: 'trap: integer overflow',
    got: '(f32.const 1.5)',
  });
});

test('what is no script, what is skipped, and a file that is not there', async () => {
  const bad = script('(module)\n (assert_return)');
  const told = await terminal()(`wast ${bad}`);
  expect([told.code, told.out.split('\n')[0]]).toEqual([
    1,
    `${bad}:2:16: script: expected a script, got unexpected token ), expected a module or an action`,
  ]);
  const wide = script('(module (memory i64 1) (func (export "f"))) (assert_return (invoke "f"))');
  expect(await terminal()(`wast ${wide}`)).toMatchObject({ code: 0, out: `${wide}: 0 passed, 1 skipped (features that are not run yet)` });
  expect((await terminal()('wast none.wast')).code).toBe(3);
});

test('--features: what is off is refused', async () => {
  const file = script('(assert_malformed (module binary "\\00asm\\01\\00\\00\\00" "\\05\\03\\01\\04\\01") "malformed limits flags")');
  expect((await terminal()(`wast ${file}`)).code).toBe(1);
  expect((await terminal()(`wast ${file} --features wasm2`)).code).toBe(0);
  expect((await terminal()(`wast ${file} --features none`)).code).toBe(2);
});
