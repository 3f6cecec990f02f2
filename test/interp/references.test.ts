// Typed function references: calls through them, null and what branches on it, tables that begin filled; and types across modules.
import { describe, expect, test } from 'vitest';
import { interpreter } from '../../src/interp/interp';
import { addInstance, createLinker, missingImports } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { createStore } from '../../src/runtime/store';
import { typeId, typeIds } from '../../src/runtime/types';
import { fault, IMPORT_TYPE } from '../../src/spec/faults';
import * as T from '../../src/spec/traps';
import { funcType, I32 } from '../../src/spec/types';
import { parseWat } from '../../src/text/parser';
import { load, storeWith, thrown } from '../runtime/rig';
import { both, instanceOf } from './rig';

describe('calls and null', () => {
  const instance = instanceOf(`(module
    (type $f (func (param i32) (result i32)))
    (type $g (func (param i64 i64) (result i64)))
    (func $add (type $f) (i32.add (local.get 0) (i32.const 10)))
    (func $mul (type $f) (i32.mul (local.get 0) (i32.const 10)))
    (func $sub (type $g) (i64.sub (local.get 0) (local.get 1)))
    (table $t 3 (ref null $f) (ref.func $mul))
    (table $filled 2 (ref $f) (ref.func $add))
    (global $g (mut (ref null $f)) (ref.null $f))
    (elem declare func $add $mul $sub)
    (func $pick (param i32) (result (ref null $f))
      (if (i32.eqz (local.get 0)) (then (return (ref.null $f))))
      (if (i32.eq (local.get 0) (i32.const 1)) (then (return (ref.func $add))))
      (ref.func $mul))
    (func (export "call_ref") (param i32 i32) (result i32)
      (i32.sub (local.get 1) (call_ref $f (local.get 1) (call $pick (local.get 0)))))
    (func (export "of a constant") (param i32 i32) (result i32) (local i64)
      (local.set 2 (call_ref $g (i64.extend_i32_s (local.get 1)) (i64.const 3) (ref.func $sub)))
      (loop (drop (call_ref $f (i32.const 1) (ref.func $add))))
      (i32.wrap_i64 (local.get 2)))
    (func (export "of null") (param i32 i32) (result i32) (call_ref $f (i32.const 1) (ref.null $f)))
    (func (export "return_call_ref") (param i32 i32) (result i32)
      (return_call_ref $f (local.get 1) (call $pick (local.get 0))))
    (func (export "as_non_null") (param i32 i32) (result i32)
      (ref.is_null (ref.as_non_null (call $pick (local.get 0)))))
    (func (export "as_non_null of a local") (param i32 i32) (result i32) (local $r (ref null $f))
      (local.set $r (call $pick (local.get 0)))
      (call_ref $f (local.get 1) (ref.as_non_null (local.get $r))))
    (func (export "as_non_null of null") (param i32 i32) (result i32)
      (ref.as_non_null (ref.null $f)) (drop) (i32.const 1))
    (func (export "br_on_null") (param i32 i32) (result i32)
      (i32.const 1000)
      (block $null (result i32)
        (i32.const 5)
        (br_on_null $null (call $pick (local.get 0)))
        (call_ref $f) (i32.add (local.get 1)))
      (i32.sub))
    (func (export "br_on_null over junk") (param i32 i32) (result i32) (local $r (ref null $f))
      (local.set $r (call $pick (local.get 0)))
      (block $null (result i32)
        (i32.const 77) (local.get 1)
        (br_on_null $null (local.get $r))
        (drop) (i32.add)))
    (func (export "br_on_null out") (param i32 i32) (result i32)
      (local.get 1) (br_on_null 0 (call $pick (local.get 0))) (drop) (drop) (i32.const -1))
    (func (export "br_on_null of null") (param i32 i32) (result i32)
      (block $null (br_on_null $null (ref.null $f)) (drop) (return (i32.const 1))) (i32.const 2))
    (func (export "br_on_non_null") (param i32 i32) (result i32)
      (block $there (result i32 (ref $f))
        (local.get 1)
        (br_on_non_null $there (call $pick (local.get 0)))
        (return (i32.add (i32.const 500))))
      (call_ref $f))
    (func (export "br_on_non_null over junk") (param i32 i32) (result i32) (local $r (ref null $f))
      (i32.const 1)
      (block $there (result (ref $f))
        (i32.const 99)
        (br_on_non_null $there (call $pick (local.get 0)))
        (drop) (br $there (ref.func $mul)))
      (local.set $r) (i32.sub (call_ref $f (i32.const 3) (local.get $r))))
    (func (export "br_on_non_null back") (param i32 i32) (result i32) (local $n i32)
      (call $pick (local.get 0))
      (loop $again (param (ref null $f))
        (if (i32.gt_s (local.tee $n (i32.add (local.get $n) (i32.const 1))) (local.get 1)) (then (return (local.get $n))))
        (br_on_non_null $again))
      (i32.const -5))
    (func (export "tables") (param i32 i32) (result i32)
      (i32.add
        (call_ref $f (local.get 1) (table.get $t (i32.const 2)))
        (call_ref $f (local.get 1) (table.get $filled (i32.const 1)))))
    (func (export "grown") (param i32 i32) (result i32)
      (drop (table.grow $t (ref.func $add) (i32.const 2)))
      (call_indirect $t (type $f) (local.get 1) (i32.const 4)))
    (func (export "global") (param i32 i32) (result i32)
      (global.set $g (call $pick (local.get 0)))
      (if (ref.is_null (global.get $g)) (then (return (i32.const 0))))
      (call_ref $f (local.get 1) (global.get $g)))
    (func (export "local without default") (param i32 i32) (result i32) (local $r (ref $f))
      (local.set $r (ref.func $mul)) (call_ref $f (local.get 1) (local.get $r))))`);
  const NULL_CALL = `trap ${T.NULL_FUNCTION}`;
  const NULL = `trap ${T.NULL_REFERENCE}`;
  test.each<[string, number, number, number[] | string]>([
    ['call_ref', 0, 6, NULL_CALL],
    ['call_ref', 1, 6, [-10]],
    ['call_ref', 2, 6, [-54]],
    ['of a constant', 1, 10, [7]],
    ['of null', 1, 10, NULL_CALL],
    ['return_call_ref', 0, 6, NULL_CALL],
    ['return_call_ref', 1, 6, [16]],
    ['as_non_null', 0, 0, NULL],
    ['as_non_null', 1, 0, [0]],
    ['as_non_null of a local', 0, 4, NULL],
    ['as_non_null of a local', 2, 4, [40]],
    ['as_non_null of null', 0, 0, NULL],
    ['br_on_null', 0, 3, [995]],
    ['br_on_null', 1, 3, [1000 - 18]],
    ['br_on_null over junk', 0, 3, [3]],
    ['br_on_null over junk', 1, 3, [80]],
    ['br_on_null out', 0, 8, [8]],
    ['br_on_null out', 1, 8, [-1]],
    ['br_on_null of null', 1, 8, [2]],
    ['br_on_non_null', 0, 8, [508]],
    ['br_on_non_null', 2, 8, [80]],
    ['br_on_non_null over junk', 0, 8, [1 - 30]],
    ['br_on_non_null over junk', 1, 8, [1 - 13]],
    ['br_on_non_null back', 0, 8, [-5]],
    ['br_on_non_null back', 1, 8, [9]],
    ['tables', 0, 4, [54]],
    ['grown', 0, 4, [14]],
    ['global', 0, 4, [0]],
    ['global', 1, 4, [14]],
    ['local without default', 1, 4, [40]],
  ])('%s(%i, %i)', (name, a, b, expected) => {
    expect(both(instance, name, a, b)).toEqual(expected);
  });
});

describe('types across modules', () => {
  const store = storeWith();
  const linker = createLinker();
  addInstance(
    linker,
    'm',
    instanceOf(
      `(module
        (type $f (func (param i32) (result i32)))
        (type $r (func (param (ref $f))))
        (rec (type $a (func (param (ref null $b)))) (type $b (func (result (ref null $a)))))
        (rec (type $one (func)) (type $two (func)))
        (func $plain (export "plain") (type $f) (local.get 0))
        (func (export "takes") (type $r))
        (func (export "a") (type $a))
        (func (export "one") (type $one))
        (func (export "two") (type $two))
        (func $alone (export "alone"))
        (table (export "table") 4 (ref null $f))
        (table (export "funcs") 4 funcref)
        (elem (table 1) (i32.const 0) func $plain $alone)
        (global (export "exact") (ref $f) (ref.func $plain))
        (global (export "changing") (mut (ref null $f)) (ref.func $plain)))`,
      { store },
    ),
  );
  const preamble = `(type $junk (func (param f64 f64 f64))) (type $f (func (param i32) (result i32))) (type $r (func (param (ref $f))))
    (type $other (func (param i64) (result i32))) (type $s (func (param (ref $other))))
    (rec (type $a (func (param (ref null $b)))) (type $b (func (result (ref null $a)))))
    (rec (type $one (func)) (type $two (func))) (type $alone (func))`;
  test.each<[string, boolean]>([
    ['"plain" (func (type $f))', true],
    ['"plain" (func (type $other))', false],
    ['"takes" (func (type $r))', true],
    ['"takes" (func (type $s))', false],
    ['"a" (func (type $a))', true],
    ['"a" (func (type $b))', false],
    ['"one" (func (type $one))', true],
    ['"two" (func (type $two))', true],
    ['"one" (func (type $two))', false],
    ['"one" (func (type $alone))', false],
    ['"alone" (func)', true],
    ['"alone" (func (type $one))', false],
    ['"table" (table 4 (ref null $f))', true],
    ['"table" (table 4 (ref null $other))', false],
    ['"table" (table 4 funcref)', false],
    ['"exact" (global (ref $f))', true],
    ['"exact" (global (ref null $f))', true],
    ['"exact" (global (ref func))', true],
    ['"exact" (global funcref)', true],
    ['"exact" (global (ref $other))', false],
    ['"exact" (global externref)', false],
    ['"changing" (global (mut (ref null $f)))', true],
    ['"changing" (global (mut funcref))', false],
    ['"changing" (global (ref null $f))', false],
  ])('%s', (wanted, fits) => {
    const module = parseModule(parseWat(`(module ${preamble} (import "m" ${wanted}))`));
    expect(missingImports(linker, module).length === 0).toBe(fits);
    const got = thrown(() => load(module.bytes, { store, linker }));
    expect([got, got === IMPORT_TYPE ? fault.detail : 0]).toEqual([fits ? 'nothing' : IMPORT_TYPE, 0]);
  });
  test('call_indirect compares what types are, not their numbers in their modules', () => {
    const caller = instanceOf(
      `(module ${preamble} (import "m" "funcs" (table 4 funcref))
        (func (export "f") (param i32) (result i32) (call_indirect (type $f) (i32.const 7) (local.get 0)))
        (func (export "alone") (param i32) (call_indirect (type $alone) (local.get 0)))
        (func (export "one") (param i32) (call_indirect (type $one) (local.get 0))))`,
      { store, linker },
    );
    expect(both(caller, 'f', 0)).toEqual([7]);
    expect(both(caller, 'f', 1)).toBe(`trap ${T.CALL_TYPE}`);
    expect(both(caller, 'alone', 1)).toEqual([]);
    expect(both(caller, 'one', 1)).toBe(`trap ${T.CALL_TYPE}`);
  });
  test('equal groups have equal numbers, wherever they stand', () => {
    const here = createStore(interpreter);
    const types = (text: string) => typeIds(here, parseModule(parseWat(`(module ${text})`)).types);
    const first = types(preamble);
    expect(types(preamble)).toEqual(first);
    expect(new Set(first).size).toBe(first.length);
    const again = types(
      '(rec (type $x (func (param (ref null $y)))) (type $y (func (result (ref null $x))))) (type (func (param i32) (result i32)))',
    );
    expect(again).toEqual([first[5], first[6], first[1]]);
    expect(typeId(here, funcType([I32], [I32]))).toBe(first[1]);
    const self = types('(type $l (func (param (ref $l)))) (rec (type $m (func (param (ref $m)))))');
    expect(self[0]).toBe(self[1]);
  });
  test('a supertype named in another module is found through its own', () => {
    const hierarchy = '(type $super (sub (func))) (type $sub (sub $super (func)))';
    const offer = createLinker();
    addInstance(
      offer,
      'h',
      instanceOf(`(module ${hierarchy} (func (export "sub") (type $sub)) (func (export "super") (type $super)))`, { store }),
    );
    const want = (what: string) =>
      thrown(() => instanceOf(`(module (type (func (param f32))) ${hierarchy} (import "h" ${what}))`, { store, linker: offer }));
    expect(want('"sub" (func (type $super))')).toBe('nothing');
    expect(want('"sub" (func (type $sub))')).toBe('nothing');
    expect(want('"super" (func (type $sub))')).toBe(IMPORT_TYPE);
  });
});

test('a table made for a missing import has a type that other modules know', () => {
  const store = storeWith();
  instanceOf('(module (type (func (param f32))) (type (func (result f32))))', { store });
  const linker = createLinker();
  const made = instanceOf('(module (type $f (func (param i32))) (import "env" "t" (table 1 (ref null $f))) (export "t" (table 0)))', {
    store,
    options: { lenient: true },
  });
  addInstance(linker, 'made', made);
  const wants = (type: string) => () =>
    instanceOf(`(module (type (func)) (type $f (func ${type})) (import "made" "t" (table 1 (ref null $f))))`, { store, linker });
  expect(thrown(wants('(param i32)'))).toBe('nothing');
  expect(thrown(wants('(param f32)'))).toBe(IMPORT_TYPE);
});
