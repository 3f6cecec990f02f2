// Scripts as text: places, forms and names of commands, values as words; what is no script, and where.

import { expect, test } from 'vitest';
import { MULTI_TABLE, THREADS } from '../../src/spec/features';
import type { Pattern } from '../../src/text/command';
import { TextError } from '../../src/text/error';
import { parseScript, prelude, type Step } from '../../src/text/script';

const one = (text: string): Step => parseScript(text)[0]!;

test('commands have the place of their parenthesis', () => {
  const text = '(module)\r\n;; é\r  (module $M)\n(; é ;) (register "a" $M) (invoke "f")';
  expect(parseScript(text).map(({ form, line, column }) => [form, line, column])).toEqual([
    ['module', 1, 1],
    ['module', 3, 3],
    ['register', 4, 9],
    ['invoke', 4, 27],
  ]);
});

test.each<[string, object]>([
  ['(module $M)', { op: 'module', name: '$M', wasm: [0, 8] }],
  ['(module definition $M)', { op: 'definition', name: '$M', wasm: [0, 8] }],
  ['(module definition binary "\\00asm" "\\01\\00\\00\\00")', { op: 'definition', name: '', wasm: [0, 8] }],
  ['(module $M quote "")', { op: 'module', name: '$M', wasm: [0, 8] }],
  ['(module instance $I $M)', { op: 'instance', name: '$I', from: '$M' }],
  ['(module instance)', { op: 'instance', name: '', from: '' }],
  ['(register "m")', { op: 'register', field: 'm', name: '' }],
  ['(register "m" $"a b")', { op: 'register', field: 'm', name: '$a b' }],
  ['(get $M "\\c3\\a9")', { op: 'action', name: '$M', field: 'é' }],
  ['(invoke "" (i32.const 1))', { op: 'action', name: '', field: '', args: [['i32', 1]] }],
  ['(assert_return (get "g") (i32.const 1))', { op: 'return', name: '', field: 'g', results: [['i32', 1]] }],
  ['(assert_trap (invoke $M "f") "unreachable")', { op: 'trap', name: '$M', field: 'f', args: [] }],
  ['(assert_trap (module) "unreachable")', { op: 'trap', name: '', wasm: [0, 8] }],
  ['(assert_exception (invoke "f"))', { op: 'exception', name: '', field: 'f', args: [] }],
  ['(assert_exhaustion (invoke "f") "call stack exhausted")', { op: 'exhaustion', name: '', field: 'f', args: [] }],
  ['(assert_invalid (module) "type mismatch")', { op: 'invalid', name: '', wasm: [0, 8] }],
  ['(assert_invalid_custom (module) "x")', { op: 'invalid', name: '', wasm: [0, 8] }],
  ['(assert_malformed (module binary "abc") "magic header not detected")', { op: 'malformed', name: '', wasm: [0, 3] }],
  ['(assert_unlinkable (module) "unknown import")', { op: 'unlinkable', name: '', wasm: [0, 8] }],
])('%s', (text, command) => {
  expect(one(text).command).toEqual(command);
});

test.each<[string, Pattern]>([
  ['i32.const 0xffffffff', ['i32', -1]],
  ['i64.const -2', ['i64', -2, -1]],
  ['i64.const 0x1_00000002', ['i64', 2, 1]],
  ['f32.const -0x1p-1', ['f32', 0xbf000000 | 0]],
  ['f64.const 1', ['f64', 0, 0x3ff00000]],
  ['f32.const nan:canonical', ['f32', 0x7fc00000, 0x7fffffff]],
  ['f32.const nan:arithmetic', ['f32', 0x7fc00000, 0x7fc00000]],
  ['f64.const nan:canonical', ['f64', 0, 0x7ff80000, -1, 0x7fffffff]],
  ['f64.const nan:arithmetic', ['f64', 0, 0x7ff80000, 0, 0x7ff80000]],
  ['v128.const i8x16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 -1', ['v128', 0x04030201, 0x08070605, 0x0c0b0a09, 0xff0f0e0d | 0]],
  ['v128.const i16x8 1 2 3 4 5 6 7 -1', ['v128', 0x00020001, 0x00040003, 0x00060005, 0xffff0007 | 0]],
  ['v128.const i32x4 1 2 3 -1', ['v128', 1, 2, 3, -1]],
  ['v128.const i64x2 1 -1', ['v128', 1, 0, -1, -1]],
  ['v128.const f32x4 1 nan:canonical nan:arithmetic 0', ['v128', 0x3f800000, 0x7fc00000, 0x7fc00000, 0, -1, 0x7fffffff, 0x7fc00000, -1]],
  ['v128.const f64x2 nan:arithmetic 1', ['v128', 0, 0x7ff80000, 0, 0x3ff00000, 0, 0x7ff80000, -1, -1]],
  ['ref.null', ['null']],
  ['ref.null func', ['null']],
  ['ref.func', ['func']],
  ['ref.extern 7', ['extern', 7]],
  ['ref.host 7', ['host', 7]],
  ['ref.i31', ['i31']],
  ['ref.struct', ['struct']],
  ['either (i32.const 1) (either (i32.const 2) (ref.array))', ['either', ['i32', 1], ['either', ['i32', 2], ['array']]]],
])('(%s)', (text, pattern) => {
  expect(one(`(assert_return (invoke "f") (${text}))`).command!.results).toEqual([pattern]);
});

test('a module whose text is wrong is told in its step; the script goes on', () => {
  const [bad, quoted, next] = parseScript(
    '(module\n (func (local.get $x)))\n(assert_malformed (module quote "(func") "unexpected") (module)',
  );
  expect([bad!.error!.line, bad!.error!.column, bad!.error!.reason, bad!.command!.op]).toEqual([2, 19, 'unknown local $x', 'absent']);
  expect([quoted!.written, quoted!.text, quoted!.error !== null, quoted!.command]).toEqual(['quote', 'unexpected', true, null]);
  expect(next!.error).toBe(null);
});

test.each<[string, string]>([
  ['module', '1:1'],
  ['(module) (', '1:10'],
  ['(module))', '1:9'],
  ['(module) (modul)', '1:11'],
  ['(assert_return (module))', '1:17'],
  ['(assert_trap (invoke "f"))', '1:26'],
  ['(assert_return (invoke f))', '1:24'],
  ['(assert_return (invoke "f") (i33.const 1))', '1:30'],
  ['(assert_return (invoke "f") (i32.add))', '1:30'],
  ['(assert_return (invoke "f") (i32.const))', '1:39'],
  ['(assert_return (invoke "f") (v128.const i9x9 1))', '1:41'],
  ['(invoke "\\ff")', '1:9'],
])('%s is wrong at %s', (text, place) => {
  let error: unknown;
  try {
    parseScript(text);
  } catch (e) {
    error = e;
  }
  expect(error).toBeInstanceOf(TextError);
  expect(`${(error as TextError).line}:${(error as TextError).column}`).toBe(place);
});

test('the module spectest stands before every script, in two parts where some of it cannot run', () => {
  expect(prelude(MULTI_TABLE).map(step => step.form)).toEqual(['module', 'register']);
  expect(prelude(THREADS).map(step => step.form)).toEqual(['module', 'register', 'module', 'register']);
});
