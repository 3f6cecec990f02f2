// Several memories, memories of one-byte pages, and constant expressions that compute.
import { describe, expect, test } from 'vitest';
import type { Instance } from '../../src/runtime/instance';
import { addInstance, createLinker, findFunc, instantiate } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { createThread, DONE, prepare, run } from '../../src/runtime/thread';
import { fault, IMPORT_TYPE, MEMORY_LIMIT, NOT_EXECUTABLE } from '../../src/spec/faults';
import { GC, SIMD } from '../../src/spec/features';
import * as T from '../../src/spec/traps';
import { parseWat } from '../../src/text/parser';
import { executor, load, plain, storeWith, thrown } from '../runtime/rig';
import { both, instanceOf } from './rig';

const OOB = `trap ${T.OOB_MEMORY}`;

describe.skipIf(executor.memoryBytes <= 2 ** 31)('beyond 2 GiB', () => {
  const bytes = parseWat(`(module (memory 32769)
    (func (export "i32") (param i32) (result i32 i32)
      (i32.store (local.get 0) (i32.const 0x12345678))
      (i32.load (local.get 0)) (i32.load (i32.add (local.get 0) (i32.const 0))))
    (func (export "i64") (param i32) (result i64 i64)
      (i64.store (local.get 0) (i64.const 0x100000002))
      (i64.load (local.get 0)) (i64.load (i32.add (local.get 0) (i32.const 0))))
    (func (export "unlike") (param i32) (result f32 i64)
      (f64.store (local.get 0) (f64.const 0)) (f32.store offset=4 (local.get 0) (f32.const 2)) (i64.store32 (local.get 0) (i64.const 7))
      (f32.load offset=4 (local.get 0)) (i64.load32_s (local.get 0))))`);
  let instance: Instance | null = null;
  try {
    instance = load(bytes, { store: storeWith({ memoryBytes: 2 ** 32 }) });
  } catch (e) {
    if (e !== MEMORY_LIMIT) throw e; // a machine without room for it
  }
  test.skipIf(instance === null).each([
    ['i32', [0x12345678, 0x12345678]],
    ['i64', [2, 2]],
    ['unlike', [0x40000000, 7]],
  ])('%s', (name, expected) => {
    for (const at of [0x7ffffff8, 0x7ffffffd, 0x80000000, 0x80000001, 0x8000fff8]) expect(both(instance!, name, at)).toEqual(expected);
    expect(both(instance!, name, 0x8000fffd)).toBe(OOB);
  });
});

describe('several memories', () => {
  const store = storeWith();
  const linker = createLinker();
  addInstance(
    linker,
    'm',
    instanceOf('(module (memory (export "a") 1 4) (memory (export "b") 1 2) (data (memory 1) (i32.const 3) "from b"))', { store }),
  );
  const instance = instanceOf(
    `(module
      (import "m" "b" (memory $b 1 2)) (import "m" "b" (memory $same 1 2))
      (memory $own 1 3) (memory $none 0)
      (data (memory $own) (i32.const 8) "\\11\\22\\33\\44\\55\\66\\77\\88")
      (data $passive "hello")
      (func (export "loads") (param i32 i32) (result i32)
        (i32.add
          (i32.add (i32.load8_u $b (local.get 0)) (i32.shl (i32.load8_u $own (local.get 1)) (i32.const 8)))
          (i32.load $own offset=4 (i32.add (local.get 1) (i32.const 4)))))
      (func (export "wide") (param i32 i32) (result i32)
        (local i64) (local.set 2 (i64.load $own offset=1 (local.get 0)))
        (f64.store $own (i32.const 64) (f64.reinterpret_i64 (local.get 2)))
        (i64.store32 $same (i32.const 64) (i64.shr_u (i64.load $own (i32.const 64)) (i64.const 24)))
        (i32.load $b (i32.const 64)))
      (func (export "same") (param i32 i32) (result i32)
        (i32.store $b (local.get 0) (local.get 1)) (i32.load $same (local.get 0)))
      (func (export "grown") (param i32 i32) (result i32)
        (i32.store $b (i32.const 65532) (i32.const 6))
        (drop (memory.grow $same (local.get 0)))
        (i32.store $b (i32.const 65536) (local.get 1))
        (i32.add (i32.load $b (i32.const 65532)) (i32.add (i32.load $same (i32.const 65536)) (memory.size $b))))
      (func (export "sizes") (param i32 i32) (result i32)
        (i32.add (memory.grow $own (local.get 0)) (i32.add (i32.mul (memory.size $own) (i32.const 10)) (i32.mul (memory.size $none) (i32.const 100)))))
      (func (export "copies") (param i32 i32) (result i32)
        (memory.init $own $passive (i32.const 100) (i32.const 0) (i32.const 5))
        (memory.copy $b $own (i32.const 200) (i32.const 101) (i32.const 4))
        (memory.fill $own (i32.const 102) (local.get 0) (i32.const 2))
        (i32.add (i32.load $b (i32.const 200)) (i32.load $own (i32.const 100))))
      (func (export "far") (param i32 i32) (result i32) (i32.load $own offset=0x80000000 (local.get 0)))
      (func (export "out") (param i32 i32) (result i32) (i32.load8_u $none (local.get 0)))
      (func (export "copy out") (param i32 i32) (result i32)
        (memory.copy $none $own (i32.const 0) (i32.const 0) (local.get 0)) (i32.const 1))
      (func (export "loop") (param i32 i32) (result i32) (local i32)
        (loop
          (i32.store $own offset=128 (local.get 0) (i32.add (local.get 0) (i32.load8_u $b (i32.const 3))))
          (local.set 2 (i32.add (local.get 2) (i32.load $own offset=128 (local.get 0))))
          (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 4)))))
        (local.get 2)))`,
    { store, linker },
  );
  const word = (text: string) => Buffer.from(text, 'latin1').readInt32LE(0);
  test.each<[string, number, number, number[] | string]>([
    ['loads', 3, 8, [0x66 + (0x11 << 8)]], // behind the text there are zeros
    ['wide', 8, 0, [0x88776655 | 0]],
    ['same', 77, 5, [5]],
    ['copies', 0x21, 0, [(word('ello') + word('he!!')) | 0]],
    ['far', 0, 0, OOB],
    ['out', 0, 0, OOB],
    ['copy out', 0, 0, [1]],
    ['copy out', 1, 0, OOB],
    ['loop', 8, 0, [0x66 + 8 + 0x66 + 4]],
    ['grown', 1, 60, [68]],
    ['grown', 1, 61, [69]],
    ['sizes', 0, 0, [11]],
  ])('%s(%i, %i)', (name, a, b, expected) => {
    expect(both(instance, name, a, b)).toEqual(expected);
  });
  test('a memory of its own in every place of the list is counted against the store', () => {
    const small = () => ({ store: storeWith({ memoryBytes: 2 * 65536 }) });
    expect(thrown(() => instanceOf('(module (memory 1) (memory 1) (memory 1))', small()))).toBe(MEMORY_LIMIT);
    const grows = '(module (memory 1) (memory 1) (func (export "f") (result i32) (memory.grow 1 (i32.const 1))))';
    expect(both(instanceOf(grows, small()), 'f')).toEqual([-1]);
  });
  test('fuel is charged for filling and growing any of them', () => {
    const filling = instanceOf(`(module (memory 0) (memory 1)
      (func (export "fill") (memory.fill 1 (i32.const 0) (i32.const 1) (i32.const 65536))) (func (export "grow") (drop (memory.grow 1 (i32.const 1)))))`);
    for (const name of ['fill', 'grow']) {
      const thread = createThread(filling.store);
      prepare(thread, findFunc(filling, name)!, []);
      expect(run(thread, 1e6)).toBe(DONE);
      expect(1e6 - thread.fuel).toBeGreaterThanOrEqual(1024);
    }
  });
});

describe('pages of one byte', () => {
  const instance = instanceOf(`(module
    (memory (export "m") 10 100 (pagesize 1)) (data (i32.const 4) "\\01\\02\\03\\04\\05\\06")
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "byte") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "grow") (param i32) (result i32) (i32.add (i32.mul (memory.grow (local.get 0)) (i32.const 1000)) (memory.size))))`);
  test.each<[string, number, number[] | string]>([
    ['load', 6, [0x06050403]],
    ['load', 7, OOB],
    ['byte', 9, [6]],
    ['byte', 10, OOB],
  ])('%s(%i)', (name, arg, expected) => {
    expect(both(instance, name, arg)).toEqual(expected);
  });
  test('grow by the byte, up to the maximum', () => {
    const { store } = instance;
    const used = store.memoryUsed;
    const grow = (n: number) => {
      const thread = createThread(store);
      prepare(thread, findFunc(instance, 'grow')!, [n, 0]);
      run(thread, 1e6);
      return thread.cells[0];
    };
    expect([grow(3), grow(0), grow(88), grow(87), grow(1)]).toEqual([10_013, 13_013, -1000 + 13, 13_100, -1000 + 100]);
    expect(store.memoryUsed - used).toBe(90);
  });
  test('without a maximum the most is 2^32 - 1, and the store says when', () => {
    const open = instanceOf('(module (memory 0 (pagesize 1)) (func (export "f") (param i32) (result i32) (memory.grow (local.get 0))))', {
      store: storeWith({ memoryBytes: 1000 }),
    });
    expect(both(open, 'f', -1)).toEqual([-1]);
    expect(both(open, 'f', 1001)).toEqual([-1]);
    expect(both(open, 'f', 0)).toEqual([0]);
  });
  test('match only their like', () => {
    const store = storeWith();
    const linker = createLinker();
    addInstance(linker, 'm', instanceOf('(module (memory (export "one") 65536 (pagesize 1)) (memory (export "large") 1))', { store }));
    const want = (what: string) => thrown(() => instanceOf(`(module (import "m" ${what}))`, { store, linker }));
    expect(want('"one" (memory 1 (pagesize 1))')).toBe('nothing');
    expect(want('"one" (memory 1)')).toBe(IMPORT_TYPE);
    expect(want('"large" (memory 1 (pagesize 65536))')).toBe('nothing');
    expect(want('"large" (memory 1 (pagesize 1))')).toBe(IMPORT_TYPE);
  });
});

describe('constant expressions', () => {
  const instance = instanceOf(`(module
    (global $a i32 (i32.const 7))
    (global $b i32 (i32.sub (i32.mul (global.get $a) (i32.const -3)) (i32.add (i32.const 1) (global.get $a))))
    (global $c i64 (i64.mul (i64.const 0x123456789abcdef) (i64.const -0x1000000003)))
    (global $d i64 (i64.sub (i64.add (i64.const 0xffffffff) (i64.const 1)) (i64.const 0x100000001)))
    (global $e i32 (i32.mul (i32.const 0x7fffffff) (i32.const 0x7fffffff)))
    (global $f funcref (ref.func $g))
    (global $h funcref (global.get $f))
    (memory 1) (data (i32.add (global.get $a) (i32.const 3)) "x")
    (table 4 funcref) (elem (i32.sub (global.get $a) (i32.const 5)) func $g)
    (elem (table 0) (i32.const 0) funcref (global.get $h) (ref.null func))
    (func $g (result i32) (i32.const 5))
    (func (export "b") (result i32) (global.get $b))
    (func (export "c") (result i32) (i64.eq (global.get $c) (i64.mul (i64.const 0x123456789abcdef) (i64.const -0x1000000003))))
    (func (export "d") (result i32) (i64.eq (global.get $d) (i64.const -1)))
    (func (export "e") (result i32) (global.get $e))
    (func (export "data") (result i32) (i32.load8_u (i32.const 10)))
    (func (export "elem") (param i32) (result i32) (call_indirect (result i32) (local.get 0))))`);
  test.each<[string, number[], number[] | string]>([
    ['b', [], [-29]],
    ['c', [], [1]],
    ['d', [], [1]],
    ['e', [], [1]],
    ['data', [], [120]],
    ['elem', [2], [5]],
    ['elem', [0], [5]],
    ['elem', [1], `trap ${T.UNINITIALIZED_ELEMENT}`],
  ])('%s(%j)', (name, args, expected) => {
    expect(both(instance, name, ...args)).toEqual(expected);
  });
});

test.each([
  ['(module (func (param v128)))', SIMD],
  ['(module (type $s (struct)) (func (drop (struct.new $s))))', GC],
])('%s is read, not run', (text, bits) => {
  const module = parseModule(parseWat(text));
  expect(thrown(() => instantiate(storeWith(), module, createLinker(), plain))).toBe(NOT_EXECUTABLE);
  expect(fault.detail).toBe(bits);
});
