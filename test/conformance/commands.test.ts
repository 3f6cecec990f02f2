// The script runner by scripts of our own: every command holds where it should, and every kind of assertion fails where it should: with
// a wrong expectation each of them is seen. In every engine the verdicts are the same.

import { expect, test } from 'vitest';
import { createScript, step } from '../../device/duktape/script';
import { interpreter } from '../../src/interp/interp';
import { FUEL_LIMIT } from '../../src/spec/traps';
import { FAILED, PASSED } from '../../src/text/command';
import { parseScript } from '../../src/text/script';
import { INTERPRETED, nodeEngine, type Way } from '../../tools/conformance/engine';
import { engines } from '../../tools/conformance/engines';
import { count, play } from '../../tools/conformance/play';
import { EVERYTHING } from '../../tools/conformance/suite';

const SUBJECT = `
  (module $M
    (memory (export "mem") 1 2)
    (global (export "g") i64 (i64.const -5))
    (table 2 funcref)
    (elem (i32.const 0) $seven)
    (func $seven (export "seven") (result i32) (i32.const 7))
    (func (export "echo32") (param f32) (result f32) (local.get 0))
    (func (export "echo64") (param f64) (result f64) (local.get 0))
    (func (export "add64") (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1)))
    (func (export "div") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
    (func (export "two") (result i32 i64) (i32.const 1) (i64.const 2))
    (func (export "extern") (param externref) (result externref) (local.get 0))
    (func (export "func") (result funcref) (ref.func $seven))
    (func (export "null") (result funcref) (ref.null func))
    (func $deep (export "deep") (call $deep))
    (func (export "loop") (loop (br 0)))
    (tag $e) (func (export "throw") (throw $e)))`;

/** A command, and whether it holds. */
const COMMANDS: [command: string, holds: boolean][] = [
  ['(assert_return (invoke "seven") (i32.const 7))', true],
  ['(assert_return (invoke $M "seven") (i32.const 7))', true],
  ['(assert_return (invoke "seven") (i32.const 8))', false],
  ['(assert_return (invoke "seven") (i64.const 7))', false],
  ['(assert_return (invoke "seven"))', false],
  ['(assert_return (invoke "seven") (i32.const 7) (i32.const 7))', false],
  ['(assert_return (invoke "none") (i32.const 7))', false],
  ['(assert_return (invoke $N "seven") (i32.const 7))', false],
  ['(assert_return (invoke "seven" (i32.const 1)) (i32.const 7))', false],
  ['(assert_return (invoke "echo32" (f64.const 1)) (f32.const 1))', false],
  ['(assert_return (invoke "div" (i32.const 7) (i32.const 0)) (i32.const 7))', false],
  ['(assert_return (invoke "two") (i32.const 1) (i64.const 2))', true],
  ['(assert_return (invoke "two") (i32.const 1) (i64.const 3))', false],
  ['(assert_return (invoke "add64" (i64.const 0x7fffffffffffffff) (i64.const 1)) (i64.const -0x8000000000000000))', true],
  ['(assert_return (invoke "add64" (i64.const 0x7fffffffffffffff) (i64.const 1)) (i64.const 0x7fffffffffffffff))', false],
  ['(assert_return (invoke "echo32" (f32.const -0)) (f32.const -0))', true],
  ['(assert_return (invoke "echo32" (f32.const -0)) (f32.const 0))', false],
  ['(assert_return (invoke "echo32" (f32.const nan)) (f32.const nan:canonical))', true],
  ['(assert_return (invoke "echo32" (f32.const -nan)) (f32.const nan:canonical))', true],
  ['(assert_return (invoke "echo32" (f32.const nan:0x400001)) (f32.const nan:canonical))', false],
  ['(assert_return (invoke "echo32" (f32.const nan:0x400001)) (f32.const nan:arithmetic))', true],
  ['(assert_return (invoke "echo32" (f32.const nan:0x200000)) (f32.const nan:arithmetic))', false],
  ['(assert_return (invoke "echo32" (f32.const nan:0x200000)) (f32.const nan:0x200000))', true],
  ['(assert_return (invoke "echo32" (f32.const nan:0x200000)) (f32.const nan:0x200001))', false],
  ['(assert_return (invoke "echo32" (f32.const 1)) (f32.const nan:arithmetic))', false],
  ['(assert_return (invoke "echo64" (f64.const nan)) (f64.const nan:canonical))', true],
  ['(assert_return (invoke "echo64" (f64.const nan:0x8000000000001)) (f64.const nan:canonical))', false],
  ['(assert_return (invoke "echo64" (f64.const nan:0x8000000000001)) (f64.const nan:arithmetic))', true],
  ['(assert_return (invoke "echo64" (f64.const nan:0x4000000000000)) (f64.const nan:arithmetic))', false],
  ['(assert_return (invoke "echo64" (f64.const 0x1.0000000000001p0)) (f64.const 0x1.0000000000001p0))', true],
  ['(assert_return (invoke "echo64" (f64.const 0x1.0000000000001p0)) (f64.const 1))', false],
  ['(assert_return (invoke "seven") (either (i32.const 6) (i32.const 7)))', true],
  ['(assert_return (invoke "seven") (either (i32.const 6) (i32.const 8)))', false],
  ['(assert_return (invoke "extern" (ref.extern 5)) (ref.extern 5))', true],
  ['(assert_return (invoke "extern" (ref.extern 5)) (ref.extern))', true],
  ['(assert_return (invoke "extern" (ref.extern 5)) (ref.extern 6))', false],
  ['(assert_return (invoke "extern" (ref.extern 5)) (ref.null))', false],
  ['(assert_return (invoke "extern" (ref.extern 5)) (ref.func))', false],
  ['(assert_return (invoke "extern" (ref.null extern)) (ref.null extern))', true],
  ['(assert_return (invoke "extern" (ref.null extern)) (ref.extern 0))', false],
  ['(assert_return (invoke "func") (ref.func))', true],
  ['(assert_return (invoke "func") (ref.null func))', false],
  ['(assert_return (invoke "null") (ref.func))', false],
  ['(assert_return (invoke "null") (ref.null))', true],
  ['(assert_return (get "g") (i64.const -5))', true],
  ['(assert_return (get $M "g") (i64.const -5))', true],
  ['(assert_return (get "g") (i64.const 5))', false],
  ['(assert_return (get "seven") (i32.const 7))', false],
  ['(assert_return (invoke "g") (i64.const -5))', false],

  ['(assert_trap (invoke "div" (i32.const 1) (i32.const 0)) "integer divide by zero")', true],
  ['(assert_trap (invoke "div" (i32.const 1) (i32.const 1)) "integer divide by zero")', false],
  ['(assert_trap (invoke "div" (i32.const 1) (i32.const 0)) "integer overflow")', false],
  ['(assert_trap (invoke "deep") "call stack exhausted")', false],
  ['(assert_trap (invoke "throw") "unhandled exception")', false],
  ['(assert_trap (invoke "none") "integer divide by zero")', false],
  ['(assert_trap (module (func $f unreachable) (start $f)) "unreachable")', true],
  ['(assert_trap (module (func $f) (start $f)) "unreachable")', false],
  ['(assert_trap (module (memory 1) (data (i32.const 65536) "x")) "out of bounds memory access")', true],
  ['(assert_trap (module (import "spectest" "none" (func))) "unreachable")', false],
  ['(assert_trap (module (func (result i32))) "type mismatch")', false],
  ['(assert_exhaustion (invoke "deep") "call stack exhausted")', true],
  ['(assert_exhaustion (invoke "seven") "call stack exhausted")', false],
  ['(assert_exhaustion (invoke "div" (i32.const 1) (i32.const 0)) "call stack exhausted")', false],
  ['(assert_exception (invoke "throw"))', true],
  ['(assert_exception (invoke "seven"))', false],
  ['(assert_exception (invoke "div" (i32.const 1) (i32.const 0)))', false],

  ['(assert_invalid (module (func (result i32))) "type mismatch")', true],
  ['(assert_invalid (module quote "(func (result i32))") "type mismatch")', true],
  ['(assert_invalid (module binary "\\00asm" "\\01\\00\\00\\00" "\\01") "type mismatch")', false], // malformed
  ['(assert_invalid (module (func)) "type mismatch")', false],
  ['(assert_invalid (module (func (call $none))) "unknown function")', false], // the text is no module's
  ['(assert_malformed (module quote "(func") "unexpected token")', true],
  ['(assert_malformed (module quote "(func)") "unexpected token")', false],
  ['(assert_malformed (module quote "(func (result i32))") "type mismatch")', false],
  ['(assert_malformed (module binary "\\00as") "unexpected end")', true],
  ['(assert_malformed (module binary "\\00asm" "\\01\\00\\00\\00") "unexpected end")', false],
  ['(assert_malformed (module binary "\\00asm\\01\\00\\00\\00" "\\0a\\01\\00" "\\08\\01\\00") "unexpected content")', true],
  ['(assert_malformed_custom (module quote "(@custom)") "@custom annotation: missing section name")', true],
  ['(assert_malformed_custom (module quote "(@custom \\"a\\" \\"b\\")") "@custom annotation: missing section name")', false],
  ['(assert_unlinkable (module (import "spectest" "none" (func))) "unknown import")', true],
  ['(assert_unlinkable (module (import "spectest" "print_i32" (func (param i64)))) "incompatible import type")', true],
  ['(assert_unlinkable (module (import "spectest" "print_i32" (func (param i32)))) "unknown import")', false],
  ['(assert_unlinkable (module (import "spectest" "none" (func))) "incompatible import type")', false],
  ['(assert_unlinkable (module (import "spectest" "memory" (memory 3))) "incompatible import type")', true],
  ['(assert_unlinkable (module (func $f unreachable) (start $f)) "unknown import")', false],
  ['(assert_unlinkable (module (func (result i32))) "type mismatch")', false],

  ['(invoke "seven")', true],
  ['(invoke "div" (i32.const 1) (i32.const 0))', false],
  ['(get "g")', true],
  ['(get "none")', false],
  ['(register "m" $M)', true],
  ['(register "n" $N)', false],
  [
    '(module (import "spectest" "global_i32" (global i32)) (import "spectest" "memory" (memory 1)) (import "spectest" "table" (table 10 funcref)))',
    true,
  ],
  ['(module (import "m" "seven" (func)))', false],
  ['(module (func (result i32)))', false],
  ['(module quote "(func)")', true],
  ['(module quote "(func")', false],
  ['(module binary "\\00asm\\01\\00\\00\\00")', true],
  ['(module binary "\\00asm\\02\\00\\00\\00")', false],
  ['(module definition (func $f unreachable) (start $f))', true],
  ['(module instance $I $M)', true],
  ['(module instance $I $N)', false],
];

async function statuses(script: string, engine = nodeEngine()): Promise<string[]> {
  return (await play(Buffer.from(script), EVERYTHING, engine, false)).map(outcome => outcome.status);
}

test.each(COMMANDS)('%s: %s', async (command, holds) => {
  expect((await statuses(`${SUBJECT}\n${command}`)).at(-1)).toBe(holds ? 'passed' : 'failed');
});

test('what goes on for ever is ended', () => {
  const script = createScript(0, interpreter);
  script.fuel = 1000;
  const [module, invoke] = parseScript('(module (func (export "loop") (loop (br 0)))) (invoke "loop")');
  expect(step(script, module!.command!, module!.wasm!)).toMatchObject({ status: PASSED });
  expect(step(script, invoke!.command!, new Uint8Array(0))).toMatchObject({ status: FAILED, code: FUEL_LIMIT });
});

test('modules link by registered names, instances of one definition are apart, and a module that failed is not replaced by an older one', async () => {
  const script = `
    (module definition $C
      (global $n (mut i32) (i32.const 0))
      (func (export "next") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n)))
    (module instance $A $C)
    (module instance $B $C)
    (assert_return (invoke $A "next") (i32.const 1))
    (assert_return (invoke $A "next") (i32.const 2))
    (assert_return (invoke $B "next") (i32.const 1))
    (register "counter" $A)
    (module (import "counter" "next" (func $next (result i32))) (func (export "after") (result i32) (call $next)))
    (assert_return (invoke "after") (i32.const 3))
    (assert_return (invoke $A "next") (i32.const 4))
    (module quote "(func")
    (assert_return (invoke "after") (i32.const 5))
    (module (import "counter" "none" (func)))
    (assert_return (invoke "after") (i32.const 5))`;
  const passed = 'passed';
  expect(await statuses(script)).toEqual([...Array(10).fill(passed), 'failed', 'failed', 'failed', 'failed']);
});

test('modules of features that are not run are linked by their types; what would run them is skipped', async () => {
  const script = `
    (module $M (memory (export "mem") i64 1 2)
      (func (export "size") (result i64) (memory.size))
      (global (export "g") i32 (i32.const 1)))
    (register "m" $M)
    (assert_return (invoke "size") (i64.const 1))
    (assert_trap (module (memory i64 1) (data (i64.const 65536) "x")) "out of bounds memory access")
    (assert_unlinkable (module (import "m" "mem" (memory 1))) "incompatible import type")
    (assert_unlinkable (module (import "m" "mem" (memory i64 2))) "incompatible import type")
    (assert_unlinkable (module (import "m" "mem" (memory i64 1))) "incompatible import type")
    (module (import "m" "mem" (memory i64 1)))
    (invoke $M "size")
    (assert_invalid (module (memory i64 1) (func (drop (i32.load (i32.const 0))))) "type mismatch")`;
  expect(await statuses(script)).toEqual([
    'passed',
    'passed',
    'skipped',
    'skipped',
    'passed',
    'passed',
    'failed',
    'passed',
    'skipped',
    'passed',
  ]);
});

test('threads of scripts are known, and skipped', async () => {
  const script = '(module $M) (thread $T (shared (module $M)) (assert_return (invoke "f"))) (wait $T)';
  expect(await statuses(script)).toEqual(['passed', 'skipped', 'skipped']);
});

test('a script may be the fields of one module', async () => {
  expect(await statuses('(func) (memory 0) (func (export "f"))')).toEqual(['passed']);
  expect(await statuses('(func (result i32))')).toEqual(['failed']);
});

test('assertions, modules and actions are counted apart', async () => {
  const script = `${SUBJECT}
    (register "m") (invoke "seven") (get "g") (module quote "(func")
    (assert_return (invoke $M "seven") (i32.const 7)) (assert_return (invoke $M "seven") (i32.const 8))
    (assert_invalid (module (func (result i32))) "type mismatch")
    (module (memory i64 1) (func (export "f"))) (assert_return (invoke "f"))`;
  const outcomes = await play(Buffer.from(script), EVERYTHING, nodeEngine(), false);
  expect(count(outcomes)).toEqual({ passed: 2, failed: 1, skipped: 1, modules: 3, actions: 2 });
});

test('what came instead is told in the words of a script', async () => {
  const told = async (command: string) => {
    const [outcome] = (await play(Buffer.from(`${SUBJECT}\n ${command}`), EVERYTHING, nodeEngine(), false)).slice(-1);
    const { line, column, expected, got } = outcome!;
    return [line - SUBJECT.split('\n').length, column, expected, got];
  };
  expect(await told('(assert_return (invoke "two") (i32.const 1) (i64.const 3))')).toEqual([
    1,
    2,
    '(i32.const 1) (i64.const 3)',
    '(i32.const 1) (i64.const 2)',
  ]);
  expect(await told('(assert_return (invoke "echo32" (f32.const 1)) (f32.const nan:canonical))')).toEqual([
    1,
    2,
    '(f32.const nan:canonical)',
    '(f32.const 1)',
  ]);
  expect(await told('(assert_return (invoke "echo64" (f64.const -inf)) (f64.const -nan:0x8000000000001))')).toEqual([
    1,
    2,
    '(f64.const -nan:0x8000000000001)',
    '(f64.const -inf)',
  ]);
  expect(await told('(module (func\n   (local.get $x)))')).toEqual([
    2,
    15,
    'an instance',
    'unknown local $x\n   (local.get $x)))\n              ^',
  ]);
  expect(await told('(assert_trap (invoke "seven") "unreachable")')).toEqual([1, 2, 'trap: unreachable', '(i32.const 7)']);
  expect(await told('(assert_return (invoke "div" (i32.const 1) (i32.const 0)) (i32.const 0))')).toEqual([
    1,
    2,
    '(i32.const 0)',
    'integer divide by zero',
  ]);
});

const WAYS: Way[] = [INTERPRETED, { executor: 'jsA', slice: 0 }, { executor: 'jsA', slice: 7 }, { executor: 'jsB', slice: 0 }];
const compiled = WAYS.slice(1).map(way => nodeEngine(way));
const others = WAYS.slice(0, 2).flatMap(way => engines(way).filter(({ name }) => name !== 'node'));
for (const engine of [...compiled, ...others]) {
  test.skipIf(engine.missing !== null)(
    `${engine.name}, ${engine.way.executor} in pieces of ${engine.way.slice}${engine.missing === null ? ' comes to the same verdicts' : `: ${engine.missing}`}`,
    async () => {
      const script = COMMANDS.map(([command]) => `${SUBJECT}\n${command}`).join('\n');
      expect(await statuses(script, engine)).toEqual(await statuses(script));
    },
    120_000,
  );
}
