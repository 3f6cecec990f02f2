// Tail calls: in constant stack, to anything that can be called, out of try_table, and never for nothing.
import { describe, expect, test } from 'vitest';
import { addInstance, addNatives, createLinker, findFunc } from '../../src/runtime/link';
import { callGuest, several, wait } from '../../src/runtime/native';
import { answer, createThread, DONE, FUEL, prepare, run } from '../../src/runtime/thread';
import { traceOf } from '../../src/runtime/trace';
import * as T from '../../src/spec/traps';
import { callFunc, interpreted, resume, stops, storeWith } from '../runtime/rig';
import { both, instanceOf } from './rig';

const small = { stackBytes: 2048, callDepth: 16 };
const store = storeWith(small);
const linker = createLinker();
addNatives(linker, {
  name: 'host',
  natives: [
    ['double', '(i)i', (_env, a) => a * 2],
    ['later', '(i)i', env => wait(env)],
    ['call', '', (env, func, a) => callGuest(env, func, [a], (_, result) => result + 1)],
    ['fail', '()', () => { throw T.HOST_FAULT; }],
    ['several', '', (env, a) => several(env, [a, 0, -1, 7, a + 1, 0])],
  ],
}); // biome-ignore format: a table
addInstance(
  linker,
  'other',
  instanceOf(
    `(module (global $sum (mut i32) (i32.const 0)) (table (export "back") 1 funcref) (type $f (func (param i32 i32) (result i32)))
      (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
      (func (export "pong") (param i32 i32) (result i32)
        (return_call_indirect (type $f) (i32.sub (local.get 0) (i32.const 1)) (i32.add (local.get 1) (i32.const 3)) (i32.const 0))))`,
    { store },
  ),
);
const instance = instanceOf(
  `(module
    (type $f (func (param i32 i32) (result i32)))
    (import "host" "double" (func $double (param i32) (result i32)))
    (import "host" "later" (func $later (param i32) (result i32)))
    (import "host" "call" (func $call (param funcref i32) (result i32)))
    (import "host" "fail" (func $fail))
    (import "host" "several" (func $several (param i32) (result i32 i64 i32)))
    (import "other" "add" (func $add (param i32 i32) (result i32)))
    (import "other" "pong" (func $pong (param i32 i32) (result i32)))
    (import "other" "back" (table $back 1 funcref))
    (table $t 8 funcref)
    (elem (table $t) (i32.const 0) func $count $odd $even $double)
    (elem (table $back) (i32.const 0) func $ping)
    (tag $e)
    (memory 1)
    (func $count (export "count") (param i32 i32) (result i32)
      (if (result i32) (local.get 0)
        (then (return_call $count (i32.sub (local.get 0) (i32.const 1)) (i32.add (local.get 1) (i32.const 2))))
        (else (local.get 1))))
    (func $even (export "even") (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
      (return_call_indirect $t (param i32) (result i32) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))
    (func $odd (param i32) (result i32) (local i64 i64 i64)
      (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
      (return_call $even (i32.sub (local.get 0) (i32.const 1))))
    (func $ping (export "ping") (param i32 i32) (result i32)
      (if (i32.le_s (local.get 0) (i32.const 0)) (then (return (local.get 1))))
      (return_call $pong (local.get 0) (local.get 1)))
    ;; swaps and more arguments than it has itself, over junk
    (func $five (param i32 i32 i32 i32 i64) (result i32)
      (i32.sub (i32.sub (local.get 0) (local.get 1)) (i32.add (local.get 2) (i32.add (local.get 3) (i32.wrap_i64 (local.get 4))))))
    (func (export "swap") (param i32 i32) (result i32)
      (i32.const 99) (i32.const 98)
      (return_call $five (local.get 1) (local.get 0) (local.get 1) (i32.const 123456) (i64.const 3)))
    (func (export "native") (param i32) (result i32) (return_call $double (local.get 0)))
    (func (export "indirect native") (param i32) (result i32) (return_call_indirect $t (param i32) (result i32) (local.get 0) (i32.const 3)))
    (func (export "native below") (param i32) (result i32) (local i32)
      (local.set 1 (i32.const 70000)) (i32.add (call $viaNative (local.get 0)) (local.get 1)))
    (func $viaNative (param i32) (result i32) (return_call $double (local.get 0)))
    (func (export "several") (param i32) (result i32 i64 i32) (return_call $several (local.get 0)))
    (func (export "called several") (param i32) (result i32) (local i32)
      (call $several (local.get 0)) (local.set 1) (i32.wrap_i64) (i32.add) (i32.add (local.get 1)))
    (global $g (mut i32) (i32.const 5))
    (func (export "several past constants") (result i32 i64 i32) ;; in a frame of two cells and constants
      (loop (global.set $g (i32.xor (global.get $g) (i32.const 123456))) (br_if 0 (i32.gt_s (global.get $g) (i32.const 99999))))
      (return_call $several (global.get $g)))
    (func (export "later") (param i32) (result i32) (return_call $later (local.get 0)))
    (func (export "native calls back") (param i32) (result i32) (return_call $call (ref.func $even) (local.get 0)))
    (elem declare func $even)
    (func (export "import") (param i32 i32) (result i32) (return_call $add (local.get 0) (local.get 1)))
    (func (export "index") (param i32 i32) (result i32) (return_call_indirect $t (type $f) (local.get 0) (i32.const 5) (local.get 1)))
    (func (export "forever") (return_call $again (i32.const 1)))
    (func $again (param i32) (return_call $again (local.get 0)))
    (func $throw (throw $e))
    (func (export "not caught") (block $h (try_table (catch_all $h) (return_call $throw))))
    (func $failing (block $h (try_table (catch_all $h) (return_call $fail))))
    (func (export "native fails") (call $failing))
    (func (export "in a frame larger than the stack") (return_call $large))
    (func $large ${'(local i64)'.repeat(300)}))`,
  { store, linker },
);

test.each([
  ['count', [3, 4], [10]],
  ['even', [7], [0]],
  ['even', [8], [1]],
  ['ping', [9, 100], [127]],
  ['swap', [10, 20], [20 - 10 - (20 + 123456 + 3)]],
  ['native', [21], [42]],
  ['indirect native', [21], [42]],
  ['native below', [4], [70008]],
  ['several', [5], [5, -1, 6]],
  ['called several', [5], [10]],
  ['several past constants', [], [5, -1, 6]],
  ['native calls back', [6], [2]],
  ['import', [3, 4], [7]],
  ['index', [6, 0], [17]],
  ['index', [6, 1], `trap ${T.CALL_TYPE}`],
  ['index', [6, 6], `trap ${T.UNINITIALIZED_ELEMENT}`],
  ['index', [6, 8], `trap ${T.UNDEFINED_ELEMENT}`],
  ['index', [6, -1], `trap ${T.UNDEFINED_ELEMENT}`],
  ['not caught', [], `trap ${T.UNCAUGHT_EXCEPTION}`],
  ['native fails', [], `trap ${T.HOST_FAULT}`],
])('%s(%j)', (name, args, expected) => {
  expect(both(instance, name, ...args)).toEqual(expected);
});

test.skipIf(!interpreted())('into a frame larger than the stack', () => {
  expect(both(instance, 'in a frame larger than the stack')).toBe(`trap ${T.STACK_EXHAUSTED}`);
});

describe('any number of them', () => {
  test.each([
    ['to itself', 'count', [1_000_000, 0], [2_000_000]],
    ['to each other, one through a table', 'even', [100_001], [0]],
    ['across instances', 'ping', [100_000, 0], [300_000]],
  ])('%s needs no more stack than one', (_, name, args, expected) => {
    const thread = createThread(store);
    expect(callFunc(findFunc(instance, name)!, args, thread, 1e6)).toEqual(expected);
    expect(thread.cells.length * 4).toBeLessThanOrEqual(small.stackBytes);
  });
});

test.skipIf(!stops())('without end run out of fuel, with nothing piled up', () => {
  const thread = createThread(store);
  prepare(thread, findFunc(instance, 'forever')!, []);
  for (let i = 0; i < 1000; i++) expect(run(thread, 20)).toBe(FUEL);
  expect([thread.depth <= 3, thread.fuel > -20]).toEqual([true, true]);
});

test.skipIf(!stops())('a native that waits answers whoever called its caller', () => {
  const thread = createThread(store);
  const later = findFunc(instance, 'later')!;
  expect(callFunc(later, [1], thread)).toBe('waiting');
  answer(thread, 33, 0);
  expect(resume(thread, later)).toEqual([33]);
  expect(thread.status).toBe(DONE);
});

test('the trace of a trap leaves out who was replaced', () => {
  const thread = createThread(store);
  callFunc(findFunc(instance, 'not caught')!, [], thread);
  const named = traceOf(thread, 9).map(frame => frame.func.index);
  expect(named).toHaveLength(1);
});
