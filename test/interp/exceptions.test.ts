// Exceptions: what catches what, across frames, instances, threads and natives; what ends a thread; and that handles are given back.
import { describe, expect, test } from 'vitest';
import { createException, createTag, throwing } from '../../src/runtime/exception';
import { addExtern, addInstance, addNatives, createLinker, exportValue, findFunc } from '../../src/runtime/link';
import { callGuest, type Env, type NativeFn } from '../../src/runtime/native';
import { createThread, DONE, prepare, run, TRAPPED } from '../../src/runtime/thread';
import { traceOf } from '../../src/runtime/trace';
import * as T from '../../src/spec/traps';
import { F64, funcType, I32, I64, KIND_TAG } from '../../src/spec/types';
import { callFunc, stops, storeWith } from '../runtime/rig';
import { both, instanceOf } from './rig';

const UNCAUGHT = `trap ${T.UNCAUGHT_EXCEPTION}`;

describe('what catches what', () => {
  const instance = instanceOf(`(module
    (tag $none) (tag $one (param i32)) (tag $many (param i64 f64 i32 f32))
    (func $throw (param i32)
      (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $none)))
      (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $one (i32.const 77))))
      (if (i32.eq (local.get 0) (i32.const 3)) (then (throw $many (i64.const 0x100000005) (f64.const 2.5) (i32.const 9) (f32.const 4)))))
    (func (export "tags") (param i32) (result i32)
      (local $l i32)
      (local.set $l (i32.const 1000))
      (i32.const 5)
      (block $done (result i32)
        (block $all
          (block $none
            (block $one (result i32)
              (try_table (catch $none $none) (catch $one $one) (catch_all $all)
                (local.set $l (i32.const 2000))
                (call $throw (local.get 0)))
              (br $done (local.get $l)))
            (br $done (i32.add (local.get $l))))
          (br $done (i32.const -1)))
        (i32.sub (local.get $l) (i32.const 1)))
      (i32.sub))
    (func (export "values") (param i32) (result i64 f64 i32 f32)
      (block $h (result i64 f64 i32 f32)
        (try_table (catch $many $h) (call $throw (local.get 0)))
        (i64.const 1) (f64.const 1) (i32.const 1) (f32.const 1)))
    (func (export "to the function itself") (param i32) (result i32)
      (try_table (catch $one 0) (call $throw (local.get 0)))
      (i32.const 3))
    (func (export "inner first") (param i32) (result i32)
      (block $outer (result i32)
        (try_table (result i32) (catch $one $outer)
          (block $inner (result i32)
            (try_table (catch $one $inner) (call $throw (local.get 0)))
            (i32.const 1))
          (i32.add (i32.const 100)))))
    (func (export "clause from clause") (param i32) (result i32)
      (block $outer (result i32)
        (try_table (catch $one $outer)
          (block $inner (result i32)
            (try_table (catch $one $inner) (call $throw (local.get 0)))
            (i32.const 1))
          (throw $one (i32.add (i32.const 1))))
        (i32.const 4)))
    (func (export "behind the body") (param i32) (result i32)
      (block $h (try_table (catch_all $h)) (call $throw (local.get 0)) (return (i32.const 1))) (i32.const 2))
    (func (export "traps pass") (param i32) (result i32)
      (block $h (try_table (catch_all $h) (drop (i32.div_s (i32.const 1) (local.get 0))))) (i32.const 2))
    (func $deep (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (throw $one (i32.const 55))))
      (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))
    (func (export "through frames") (param i32) (result i32)
      (local $big i32)
      (i32.const 7)
      (block $h (result i32) (try_table (result i32) (catch $one $h) (call $deep (local.get 0))))
      (local.set $big (i32.const 3))
      (loop (local.set $big (i32.add (local.get $big) (i32.const 123456))) (br_if 0 (i32.lt_s (local.get $big) (i32.const 200000))))
      (i32.add (local.get $big)) (i32.sub)))`);
  test.each([
    ['tags', 0, [5 - 2000]],
    ['tags', 1, [5 + 1]],
    ['tags', 2, [5 - 2077]],
    ['tags', 3, [5 - 1999]],
    ['to the function itself', 2, [77]],
    ['to the function itself', 0, [3]],
    ['to the function itself', 1, UNCAUGHT],
    ['inner first', 2, [177]],
    ['inner first', 0, [101]],
    ['clause from clause', 2, [78]],
    ['clause from clause', 0, [2]],
    ['behind the body', 1, UNCAUGHT],
    ['behind the body', 0, [1]],
    ['traps pass', 0, `trap ${T.DIV_BY_ZERO}`],
    ['through frames', 60, [7 - (246915 + 55)]],
  ])('%s(%i)', (name, arg, expected) => {
    expect(both(instance, name, arg)).toEqual(expected);
  });
  test('values of every type arrive as they were', () => {
    const thread = createThread(instance.store);
    prepare(thread, findFunc(instance, 'values')!, [3, 0]);
    expect(run(thread, 1000)).toBe(DONE);
    expect([thread.cells[0], thread.cells[1], thread.doubles[1], thread.cells[4], thread.floats[6]]).toEqual([5, 1, 2.5, 9, 4]);
  });
});

describe('references to exceptions', () => {
  const instance = instanceOf(`(module
    (tag $e (param i32)) (tag $r (param exnref))
    (global $kept (mut exnref) (ref.null exn))
    (table $t 4 exnref)
    (func $catch (param i32) (result exnref)
      (block $h (result exnref)
        (try_table (catch_all_ref $h) (throw $e (local.get 0)))
        (unreachable)))
    (func $value (param exnref) (result i32)
      (block $h (result i32) (try_table (catch $e $h) (throw_ref (local.get 0))) (unreachable)))
    (func (export "rethrow") (param i32) (result i32)
      (local $x exnref)
      (local.set $x (call $catch (local.get 0)))
      (i32.add (call $value (local.get $x)) (call $value (local.get $x))))
    (func (export "value and reference") (param i32) (result i32)
      (local $x exnref)
      (block $h (result i32 exnref)
        (try_table (catch_ref $e $h) (throw $e (local.get 0)))
        (unreachable))
      (local.set $x)
      (i32.sub (call $value (local.get $x))))
    (func (export "null") (throw_ref (ref.null exn)))
    (func (export "uncaught") (param i32) (throw_ref (call $catch (local.get 0))))
    (func $wrapped (param exnref) (result exnref)
      (block $h (result exnref) (try_table (catch_all_ref $h) (throw $r (local.get 0))) (unreachable)))
    (func $unwrap (param exnref) (result exnref)
      (block $h (result exnref) (try_table (catch $r $h) (throw_ref (local.get 0))) (unreachable)))
    (func (export "churn") (param $n i32) (result i32)
      (local $mine exnref)
      (global.set $kept (call $catch (i32.const 1)))
      (table.set $t (i32.const 2) (call $catch (i32.const 20)))
      (table.set $t (i32.const 3) (call $wrapped (call $catch (i32.const 300))))
      (local.set $mine (call $catch (i32.const 4000)))
      (loop
        (drop (call $catch (i32.const 5)))
        (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (i32.add
        (i32.add (call $value (global.get $kept)) (call $value (table.get $t (i32.const 2))))
        (i32.add (call $value (call $unwrap (table.get $t (i32.const 3)))) (call $value (local.get $mine)))))
    (func (export "chain")
      (global.set $kept (call $catch (i32.const 1)))
      (loop (global.set $kept (call $wrapped (global.get $kept))) (br 0))))`);
  test.each([
    ['rethrow', [21], [42]],
    ['value and reference', [21], [0]],
    ['null', [], `trap ${T.NULL_REFERENCE}`],
    ['uncaught', [3], UNCAUGHT],
  ])('%s', (name, args, expected) => {
    expect(both(instance, name, ...args)).toEqual(expected);
  });
  test('those that nothing holds are given back, those that something holds stay', () => {
    expect(callFunc(findFunc(instance, 'churn')!, [5_000])).toEqual([4321]);
    expect(instance.store.exceptions.held.length).toBeLessThan(300);
    expect(both(instance, 'churn', 200)).toEqual([4321]);
  });
  test.each([60, 96, 1_000])('those that nothing holds make room where only %i are allowed', most => {
    const small = instanceOf(
      `(module (tag $e)
        (func $catch (result exnref) (block $h (result exnref) (try_table (catch_all_ref $h) (throw $e)) (unreachable)))
        (table $t 48 exnref)
        (func (export "f") (param $n i32)
          (loop
            (table.set $t (i32.rem_u (local.get $n) (i32.const 48)) (call $catch))
            (br_if 0 (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))`,
      { store: storeWith({ tableElems: most * 16 }) },
    );
    expect(callFunc(findFunc(small, 'f')!, [5_000])).toEqual([]);
  });
  test('a chain without end ends where the store does', () => {
    const { tableElems } = instance.store.limits;
    instance.store.limits.tableElems = 16_000;
    expect(callFunc(findFunc(instance, 'chain')!, [], undefined, 1e6)).toBe(`trap ${T.OUT_OF_MEMORY}`);
    expect(instance.store.exceptions.held.length).toBeLessThanOrEqual(1_000);
    instance.store.limits.tableElems = tableElems;
  });
  test.skipIf(!stops())('an exception that a paused thread holds stays while another churns', () => {
    const slow = createThread(instance.store);
    prepare(slow, findFunc(instance, 'churn')!, [50, 0]);
    run(slow, 200);
    expect(callFunc(findFunc(instance, 'churn')!, [5000])).toEqual([4321]);
    let status = 2;
    while (status === 2) status = run(slow, 100);
    expect([status, slow.cells[0]]).toEqual([DONE, 4321]);
    expect(instance.store.exceptions.threads).toEqual([]);
  });
  test.skipIf(!stops())('a thread that is stopped from outside holds nothing more', () => {
    const slow = createThread(instance.store);
    prepare(slow, findFunc(instance, 'churn')!, [50, 0]);
    run(slow, 200);
    expect(instance.store.exceptions.threads).toEqual([slow]);
    slow.terminate = true;
    expect(run(slow, 200)).toBe(TRAPPED);
    expect(instance.store.exceptions.threads).toEqual([]);
  });
});

describe('fuel', () => {
  const instance = instanceOf(`(module
    (tag $e)
    (func $throw (throw $e))
    (func (export "forever") (loop $again (try_table (catch $e $again) (call $throw))))
    (func (export "forever here") (loop $again (try_table (catch $e $again) (throw $e))))
    (func $down (param i32) (if (i32.eqz (local.get 0)) (then (throw $e))) (call $down (i32.sub (local.get 0) (i32.const 1))) (nop))
    (func (export "frames") (param i32) (block $h (try_table (catch $e $h) (call $down (local.get 0))))))`);
  test.skipIf(!stops()).each(['forever', 'forever here'])('%s runs out of it', name => {
    const thread = createThread(instance.store);
    prepare(thread, findFunc(instance, name)!, []);
    for (let i = 0; i < 100; i++) expect(run(thread, 50)).toBe(2);
    expect(thread.depth).toBeLessThanOrEqual(3);
  });
  test('that a native has spent stays spent when it throws', () => {
    const linker = createLinker();
    const store = storeWith();
    const tag = createTag(store, funcType([], []));
    const busy: NativeFn = env => {
      env.thread!.fuel -= 1000;
      throw throwing(env, createException(tag, []));
    };
    addNatives(linker, { name: 'host', natives: [['busy', '()', busy]] });
    const caller = instanceOf(
      '(module (import "host" "busy" (func $busy)) (func (export "f") (block $h (try_table (catch_all $h) (call $busy)))))',
      { store, linker },
    );
    const thread = createThread(store);
    prepare(thread, findFunc(caller, 'f')!, []);
    run(thread, 2000);
    expect(thread.fuel).toBeLessThan(1000);
  });
  test('is paid for each frame left', () => {
    const used = (n: number) => {
      const thread = createThread(instance.store);
      prepare(thread, findFunc(instance, 'frames')!, [n, 0]);
      expect(run(thread, 1e6)).toBe(DONE);
      return 1e6 - thread.fuel;
    };
    const turn = used(11) - used(10);
    expect(turn).toBeGreaterThan(9);
    expect(used(110) - used(10)).toBe(100 * turn);
  });
});

describe('uncaught', () => {
  const instance = instanceOf(`(module
    (tag $e (export "e") (param i64 i32))
    (func $inner (throw $e (i64.const -2) (i32.const 8)))
    (func $outer (export "outer") (call $inner)))`);
  test('ends the thread like a trap; the exception and the trace say what and where', () => {
    const thread = createThread(instance.store);
    prepare(thread, findFunc(instance, 'outer')!, []);
    expect(run(thread, 100)).toBe(TRAPPED);
    expect(thread.trap).toBe(T.UNCAUGHT_EXCEPTION);
    expect(thread.exception!.tag).toBe(exportValue(instance, KIND_TAG, 0));
    expect(thread.exception!.words).toEqual([-2, -1, 8, 0]);
    expect(traceOf(thread, 9).map(frame => frame.func.index)).toEqual(stops() ? [0, 1] : [0]);
    expect(callFunc(findFunc(instance, 'outer')!, [], thread)).toBe(UNCAUGHT);
  });
});

describe('across modules', () => {
  const store = storeWith();
  const linker = createLinker();
  const source = instanceOf('(module (tag $e (export "e") (param i32)) (func (export "throw") (param i32) (throw $e (local.get 0))))', {
    store,
  });
  addInstance(linker, 'source', source);
  const other = instanceOf(
    `(module (import "source" "throw" (func $throw (param i32))) (import "source" "e" (tag $e (param i32))) (import "source" "e" (tag $same (param i32)))
      (tag $alike (param i32))
      (memory 1) (global $g i32 (i32.const 100))
      (func (export "imported") (param i32) (result i32)
        (i32.add (global.get $g) (block $h (result i32) (try_table (catch $alike $h) (catch $same $h) (call $throw (local.get 0))) (i32.const 1))))
      (func (export "alike") (param i32) (result i32)
        (block $h (result i32) (try_table (catch $alike $h) (call $throw (local.get 0))) (i32.const 1))))`,
    { store, linker },
  );
  test('a tag is the one that was imported, under any name, and no other', () => {
    expect(both(other, 'imported', 5)).toEqual([105]);
    expect(both(other, 'alike', 5)).toBe(UNCAUGHT);
    expect(other.tags[0]).toBe(source.tags[0]);
  });
  test('the type of an imported tag must be equal', () => {
    expect(() => instanceOf('(module (import "source" "e" (tag (param i64))))', { store, linker })).toThrow();
    expect(() => instanceOf('(module (import "source" "throw" (tag (param i32))))', { store, linker })).toThrow();
  });
});

describe('natives', () => {
  const store = storeWith();
  const tag = createTag(store, funcType([I32, I64, F64], []));
  const linker = createLinker();
  const natives: [string, string, NativeFn][] = [
    [
      'throw',
      '(i)',
      (env: Env, value: number) => {
        throw throwing(env, createException(tag, [value, 0, 2, -1, 0, 0x40000000]));
      },
    ],
    ['call', '(ri)i', (env, func, value) => callGuest(env, func, [value], (_env, result) => result + 1)],
    ['twice', '(ri)i', (env, func, value) => callGuest(env, func, [value], again => callGuest(again, func, [0], (_env, result) => result))],
    [
      'late',
      '(ri)i',
      (env, func, value) =>
        callGuest(env, func, [value], last => {
          throw throwing(last, createException(tag, [value + 1, 0, 0, 0, 0, 0]));
        }),
    ],
  ];
  // a funcref parameter has no letter
  for (const row of natives.slice(1)) row[1] = '';
  addNatives(linker, { name: 'host', natives });
  addExtern(linker, { module: 'host', name: 'tag', kind: KIND_TAG, value: tag });
  const instance = instanceOf(
    `(module
      (import "host" "throw" (func $throw (param i32)))
      (import "host" "call" (func $call (param funcref i32) (result i32)))
      (import "host" "twice" (func $twice (param funcref i32) (result i32)))
      (import "host" "late" (func $late (param funcref i32) (result i32)))
      (import "host" "tag" (tag $e (param i32 i64 f64)))
      (elem declare func $odd $nested $fine)
      (func $odd (param i32) (result i32)
        (if (i32.and (local.get 0) (i32.const 1)) (then (call $throw (local.get 0)))) (local.get 0))
      (func $fine (param i32) (result i32) (local.get 0))
      (func $caught (param i32 i64 f64) (result i32)
        (i32.add (local.get 0) (i32.add (i32.wrap_i64 (local.get 1)) (i32.trunc_f64_s (local.get 2)))))
      (func (export "thrown") (param i32) (result i32)
        (block $h (result i32 i64 f64) (try_table (catch $e $h) (call $throw (local.get 0))) (unreachable))
        (return (call $caught)))
      (func $through (export "through") (param i32) (result i32)
        (block $h (result i32 i64 f64)
          (try_table (catch $e $h) (return (call $call (ref.func $odd) (local.get 0)))) (unreachable))
        (return (call $caught)))
      (func $nested (param i32) (result i32) (call $call (ref.func $odd) (local.get 0)))
      (func (export "through two") (param i32) (result i32)
        (block $h (result i32 i64 f64)
          (try_table (catch $e $h) (return (i32.add (call $through (local.get 0)) (call $call (ref.func $nested) (local.get 0))))) (unreachable))
        (return (call $caught)))
      (func (export "twice") (param i32) (result i32)
        (block $h (result i32 i64 f64)
          (try_table (catch $e $h) (return (call $twice (ref.func $odd) (local.get 0)))) (unreachable))
        (return (call $caught)))
      (func (export "late") (param i32) (result i32)
        (block $h (result i32 i64 f64)
          (try_table (catch $e $h) (return (call $late (ref.func $fine) (local.get 0)))) (unreachable))
        (call $caught) (return (i32.add (call $through (local.get 0)))))
      (func (export "uncaught") (param i32) (result i32) (call $call (ref.func $nested) (local.get 0))))`,
    { store, linker },
  );
  test.each([
    ['thrown', 5, [5 + 2 - 0 + 2]],
    ['through', 5, [9]],
    ['through', 4, [5]],
    ['through two', 7, [11]],
    ['through two', 4, [11]],
    ['twice', 4, [0]],
    ['twice', 3, [7]],
    ['late', 4, [5 + 5]],
    ['late', 5, [9 + 6]],
    ['uncaught', 5, UNCAUGHT],
    ['uncaught', 6, [8]],
  ])('%s(%i)', (name, arg, expected) => {
    const thread = createThread(store);
    expect(callFunc(findFunc(instance, name)!, [arg], thread)).toEqual(expected);
    expect(callFunc(findFunc(instance, name)!, [arg], thread, 1)).toEqual(expected);
    if (thread.trap === 0) expect([thread.thens.length, thread.depth]).toEqual([0, 0]);
  });
});
