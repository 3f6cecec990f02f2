// What the fuzzer has found in text, a small module each: every executor comes to the same results, traps at the same operator, for the same fuel.

import { expect, test } from 'vitest';
import { interpreter } from '../../src/interp/interp';
import { jsA, jsB } from '../../src/jstext/executor';
import { addNatives, createLinker, findFunc, instantiate } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { callGuest, type NativeModule, wait } from '../../src/runtime/native';
import { createStore, type Executor } from '../../src/runtime/store';
import { answer, createThread, DONE, FUEL, prepare, run, WAITING } from '../../src/runtime/thread';
import { traceOf } from '../../src/runtime/trace';
import { ALL } from '../../src/spec/features';
import { BAD_CONVERSION, DIV_BY_ZERO, OOB_MEMORY, STACK_EXHAUSTED } from '../../src/spec/traps';
import { parseWat } from '../../src/text/parser';

const natives: NativeModule = {
  name: 'host',
  natives: [
    ['call', '', (env, f) => callGuest(env, f, [], (_, result) => result + 1)],
    ['later', '()i', env => wait(env)],
  ],
};
const slow = parseWat(`(module
  (import "host" "call" (func $call (param funcref) (result i32)))
  (import "host" "later" (func $later (result i32)))
  (elem declare func $later $seven $zero $tail)
  (func $seven (result i32) i32.const 7)
  (func $zero (result i32) i32.const 1 i32.const 0 i32.div_u)
  (func $tail (result i32) return_call $later)
  (func (export "f") (param i32) (result i32)
    (block (block (block (block local.get 0 br_table 0 1 2 3)
      ref.func $later call $call return)
      ref.func $seven call $call return)
      ref.func $tail call $call return)
    ref.func $zero call $call))`);

/** What f(args) comes to: result words or trap, function and whether it has a place; and the fuel of what ends well. */
function outcome(executor: Executor, wasm: Uint8Array, args: number[], slice: number): unknown {
  const store = createStore(executor);
  const linker = createLinker();
  addNatives(linker, natives);
  const instance = instantiate(store, parseModule(wasm, ALL), linker, { heapBytes: 0, lenient: false, shrink: false });
  const thread = createThread(store);
  const func = findFunc(instance, 'f')!;
  prepare(
    thread,
    func,
    args.flatMap(x => [x, x >> 31]),
  );
  let used = 0;
  let status = FUEL;
  while (status === FUEL) {
    status = run(thread, slice);
    used += slice - thread.fuel;
    if (status !== WAITING) continue;
    answer(thread, 41, 0);
    status = FUEL;
  }
  if (status === DONE) {
    const words = func.type.results.flatMap((type, k) => [...thread.cells.subarray(2 * k, 2 * k + (type === 0x7e ? 2 : 1))]);
    return { words, fuel: used };
  }
  const [at] = traceOf(thread, 1);
  return { trap: thread.trap, in: at?.func.index, at: at?.offset };
}
/** The same of all, in one piece and in slices where that can be. */
function everywhere(wasm: Uint8Array, args: number[], ways: Executor[] = [interpreter, jsA, jsB]): any {
  const whole = ways.map(way => outcome(way, wasm, args, 1e6));
  const sliced = ways.filter(way => way !== jsB).map(way => outcome(way, wasm, args, 1));
  for (const other of [...whole, ...sliced]) expect(other).toEqual(whole[0]);
  return whole[0];
}
const memory = (body: string) => parseWat(`(module (memory 1) (data (i32.const 0) "\\01\\02\\03\\04\\05\\06\\07\\08") ${body})`);
const TRAP = { trap: OOB_MEMORY };

test.each([
  ['i32.load offset=2147483648', -0x80000000, 'i32', TRAP],
  ['i32.load offset=4294967288', 8, 'i32', TRAP],
  ['i64.load', -1, 'i64', TRAP],
  ['f64.load', -1, 'f64', TRAP],
  ['i64.load offset=8', -8, 'i64', TRAP],
  ['i64.load', 65529, 'i64', TRAP],
  ['i64.load', 65528, 'i64', { words: [0, 0] }],
  ['i64.load', 1, 'i64', { words: [0x05040302, 0x080706] }],
])('%s at %i', (load, address, type, want) => {
  const wasm = memory(`(func (export "f") (param i32) (result ${type}) local.get 0 ${load})`);
  expect(everywhere(wasm, [address])).toMatchObject(want);
});

test.each([
  ['i32.store', 3, { words: [0x44030201, 0x08112233] }],
  ['i32.store16', 1, { words: [0x04334401, 0x08070605] }],
  ['i32.store8 offset=2147483648', -0x80000000, TRAP],
  ['i32.store', -1, TRAP],
  ['i32.store', 65533, TRAP],
])('%s at %i', (store, address, want) => {
  const wasm = memory(`(func (export "f") (param i32) (result i64) local.get 0 i32.const 0x11223344 ${store} i32.const 0 i64.load)`);
  expect(everywhere(wasm, [address])).toMatchObject(want);
});

test.each([-1, 0, -0x80000000])('an i64 at the last address and a store there trap: %i', value => {
  const wasm = memory('(func (export "f") (param i64) i32.const -1 local.get 0 i64.store)');
  expect(everywhere(wasm, [value])).toMatchObject(TRAP);
});

test('an i64 less a negative constant', () => {
  const wasm = parseWat('(module (func (export "f") (param i64) (result i64) local.get 0 i64.const -5 i64.sub))');
  expect(everywhere(wasm, [-7])).toMatchObject({ words: [-2, -1] });
});

test('an operand waits while a bulk operation gives its result to the same variable', () => {
  const wasm = memory(`(func (export "f") (param i32) (result i32)
    (block (result i32) local.get 0) (block (result i32) i32.const 3) i32.lt_s memory.size i32.add)`);
  expect(everywhere(wasm, [2])).toMatchObject({ words: [2] });
});

test('what stands in an else is not done again when the function goes on behind it', () => {
  const wasm = memory(`(func (export "f") (param i32) (result i32) (local $n i32)
    local.get 0
    (if (then (local.set $n (i32.const 3)) (loop (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
      (else (i32.store (i32.const -4) (i32.const 1))))
    (local.set $n (i32.const 5))
    (loop (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    local.get $n)`);
  expect(everywhere(wasm, [1])).toMatchObject({ words: [0] });
  expect(everywhere(wasm, [0])).toMatchObject(TRAP);
});

test('a function that only ends in tail calls may stop', () => {
  const wasm = parseWat(`(module (func $f (export "f") (param i32) (result i32)
    (if (result i32) (local.get 0) (then (return_call $f (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 9)))))`);
  expect(everywhere(wasm, [2000])).toMatchObject({ words: [9] });
});

test('natives that call natives cost the same; a trap below one has its place', () => {
  expect(everywhere(slow, [0], [interpreter, jsA])).toMatchObject({ words: [42] });
  expect(everywhere(slow, [1])).toMatchObject({ words: [8] });
  expect(everywhere(slow, [2], [interpreter, jsA])).toMatchObject({ words: [42] });
  expect(everywhere(slow, [3])).toMatchObject({ trap: DIV_BY_ZERO, in: 3 });
});

test('a counted loop does not take an offset into an address that wraps', () => {
  const wasm = memory(`(func (export "f") (param i32) (result i32) (local $n i32) (local $sum i32)
    (loop
      (local.set $sum (i32.add (local.get $sum) (i32.load offset=8 (i32.sub (i32.shl (local.get $n) (i32.const 2)) (local.get 0)))))
      (br_if 0 (i32.lt_s (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 20))))
    local.get $sum)`);
  expect(everywhere(wasm, [8])).toMatchObject(TRAP);
  expect(everywhere(wasm, [0])).toMatchObject({ words: [0] });
});

test('a counted loop knows a limit that is negative from one that is great', () => {
  const wasm = memory(`(func (export "f") (param i32) (result i32) (local $n i32)
    (loop
      (i32.store (i32.and (local.get 0) (i32.const 0xfc)) (local.get 0))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if 0 (i32.ge_u (local.tee 0 (i32.sub (local.get 0) (i32.const 8))) (i32.const -16))))
    local.get $n)`);
  expect(everywhere(wasm, [160])).toMatchObject({ words: [1] });
  expect(everywhere(wasm, [0])).toMatchObject({ words: [3] });
});

test('a counted loop is not entered where the way to its limit is beyond 2^31', () => {
  const wasm = parseWat(`(module (func (export "f") (param i32) (result i32) (local $n i32)
    (block (loop
      (br_if 1 (i32.eq (local.get 0) (i32.const -16)))
      (br_if 1 (i32.gt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 9)))
      (local.set 0 (i32.add (local.get 0) (i32.const 1)))
      (br 0)))
    local.get 0))`);
  expect(everywhere(wasm, [0x7ffffff8])).toMatchObject({ words: [-0x7fffffff] });
});

test('a counted loop may go on with the loop around it', () => {
  const wasm = parseWat(`(module (func (export "f") (param i32) (result i32) (local $n i32) (local $turns i32)
    (block $out (loop $outer
      (br_if $out (i32.gt_u (local.tee $turns (i32.add (local.get $turns) (i32.const 1))) (i32.const 5)))
      (local.set $n (i32.const 9))
      (loop
        (local.set 0 (i32.add (local.get 0) (i32.const 1)))
        (if (i32.and (local.get 0) (i32.const 4)) (then (local.set 0 (i32.add (local.get 0) (i32.const 4))) (br $outer)))
        (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
    local.get 0))`);
  expect(everywhere(wasm, [0])).toMatchObject({ words: [40] });
});

test('two entries that trap are settled in their order', () => {
  const wasm = memory(`(global $g (mut i32) (i32.const 0)) (func (export "f") (param f64) (result i32)
    (i32.and (i32.trunc_f64_s (local.get 0)) (i32.const 7)) (i32.and (i32.load (i32.const -4)) (i32.const 7))
    (global.set $g (i32.const 1)) i32.add)`);
  expect(everywhere(wasm, [-1])).toMatchObject({ trap: BAD_CONVERSION });
});

test('recursion without end exhausts the stack', () => {
  const wasm = parseWat(`(module (func $f (export "f") (param i32) (result i32)
    (i32.add (call $f (i32.add (local.get 0) (i32.const 1))) (i32.const 1))))`);
  for (const executor of [interpreter, jsA, jsB]) expect(outcome(executor, wasm, [0], 1e7)).toMatchObject({ trap: STACK_EXHAUSTED });
});
