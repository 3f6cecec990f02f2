// Every operator that traps, in functions that can stop and that cannot, called in every way: text traps with the same number as the
// interpreter, at the same operator of the same function; and where it can stop, with the same callers.

import { describe, expect, test } from 'vitest';
import { interpreter } from '../../src/interp/interp';
import { jsA, jsB } from '../../src/jstext/executor';
import { addInstance, addNatives, createLinker, findFunc, instantiate } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { callGuest } from '../../src/runtime/native';
import { createStore, defaultLimits, type Executor } from '../../src/runtime/store';
import { createThread, FUEL, prepare, run, TRAPPED } from '../../src/runtime/thread';
import { traceOf } from '../../src/runtime/trace';
import * as T from '../../src/spec/traps';
import { parseWat } from '../../src/text/parser';

const INTS = ['8_s', '8_u', '16_s', '16_u', ''];
const WIDE = ['8_s', '8_u', '16_s', '16_u', '32_s', '32_u', ''];
const loads = [...INTS.map(width => `i32.load${width}`), ...WIDE.map(width => `i64.load${width}`), 'f32.load', 'f64.load'];
const stores: [operator: string, value: string][] = [
  ...['', '8', '16'].map((width): [string, string] => [`i32.store${width}`, '(local.get $z)']),
  ...['', '8', '16', '32'].map((width): [string, string] => [`i64.store${width}`, '(local.get $wz)']),
  ['f32.store', '(local.get $f)'],
  ['f64.store', '(local.get $d)'],
];
const ADDRESSES = ['(local.get $m)', '(i32.const 65536)', '(i32.const 65535)', '(i32.add (local.get $z) (i32.const -3))'];
const quotients = ['div_s', 'div_u', 'rem_s', 'rem_u'];

/** [body, trap]. $z is 0, $m -1, $least -2^31, $wz, $wm and $wleast the same in 64 bits; $f and $d NaN, $big 2^70 in both sizes. */
const ROWS: [body: string, trap: number][] = [
  ...loads.flatMap((load): [string, number][] => [
    [`(drop (${load} (local.get $m)))`, T.OOB_MEMORY],
    [`(drop (${load} offset=65536 (local.get $z)))`, T.OOB_MEMORY],
    [`(drop (${load} offset=4294967295 (local.get $z)))`, T.OOB_MEMORY],
    [`(drop (${load} 1 (local.get $z)))`, T.OOB_MEMORY],
    [`(drop (${load} (local.get $z))) (drop (${load} offset=65535 (local.get $least)))`, T.OOB_MEMORY],
  ]),
  ...stores.flatMap(([store, value]): [string, number][] => [
    [`(${store} (local.get $m) ${value})`, T.OOB_MEMORY],
    [`(${store} offset=65536 (local.get $z) ${value})`, T.OOB_MEMORY],
    [`(${store} 1 (local.get $z) ${value})`, T.OOB_MEMORY],
    [`(${store} (local.get $z) ${value}) (${store} offset=65535 (local.get $least) ${value})`, T.OOB_MEMORY],
  ]),
  ...ADDRESSES.flatMap((address): [string, number][] => [
    [`(drop (i64.load ${address}))`, T.OOB_MEMORY],
    [`(f64.store ${address} (local.get $d))`, T.OOB_MEMORY],
  ]),
  ['(i32.store (i32.load (local.get $m)) (i32.load (i32.const 70000)))', T.OOB_MEMORY],
  ['(i32.store (local.get $m) (i32.div_s (i32.const 1) (local.get $z)))', T.DIV_BY_ZERO],
  ...quotients.flatMap((q): [string, number][] => [
    [`(drop (i32.${q} (local.get $m) (local.get $z)))`, T.DIV_BY_ZERO],
    [`(drop (i64.${q} (local.get $wm) (local.get $wz)))`, T.DIV_BY_ZERO],
    [`(drop (i32.${q} (local.get $m) (i32.const 0)))`, T.DIV_BY_ZERO],
    [`(drop (i64.${q} (local.get $wm) (i64.const 0)))`, T.DIV_BY_ZERO],
  ]),
  ['(drop (i32.div_s (local.get $least) (local.get $m)))', T.INT_OVERFLOW],
  ['(drop (i64.div_s (local.get $wleast) (local.get $wm)))', T.INT_OVERFLOW],
  ['(drop (i32.div_s (local.get $least) (i32.const -1)))', T.INT_OVERFLOW],
  ...['i32', 'i64'].flatMap(to =>
    ['s', 'u'].flatMap((sign): [string, number][] => [
      [`(drop (${to}.trunc_f32_${sign} (local.get $f)))`, T.BAD_CONVERSION],
      [`(drop (${to}.trunc_f64_${sign} (local.get $d)))`, T.BAD_CONVERSION],
      [`(drop (${to}.trunc_f32_${sign} (f32.const 0x1p70)))`, T.INT_OVERFLOW],
      [`(drop (${to}.trunc_f64_${sign} (local.get $big)))`, T.INT_OVERFLOW],
    ]),
  ),
  ['(unreachable)', T.UNREACHABLE],
  ['(if (local.get $m) (then (unreachable)))', T.UNREACHABLE],
  ['(block (br_if 0 (local.get $z)) (drop (i32.add (i32.const 1) (i32.rem_u (local.get $m) (local.get $z)))))', T.DIV_BY_ZERO],
  ['(call_indirect $t (local.get $m))', T.UNDEFINED_ELEMENT],
  ['(call_indirect $t (i32.const 3))', T.UNINITIALIZED_ELEMENT],
  ['(call_indirect $t (param i32) (i32.const 1) (i32.const 0))', T.CALL_TYPE],
  ['(call_ref $v (ref.null $v))', T.NULL_FUNCTION],
  ['(drop (ref.as_non_null (table.get $t (i32.const 3))))', T.NULL_REFERENCE],
  ['(throw $e (i32.const 5))', T.UNCAUGHT_EXCEPTION],
  ['(throw_ref (ref.null exn))', T.NULL_REFERENCE],
  ['(memory.fill (i32.const 1) (i32.const 0) (local.get $m))', T.OOB_MEMORY],
  ['(memory.copy (local.get $m) (i32.const 0) (i32.const 2))', T.OOB_MEMORY],
  ['(memory.init $data (i32.const 0) (i32.const 1) (i32.const 2))', T.OOB_MEMORY],
  ['(drop (table.get $t (local.get $m)))', T.OOB_TABLE],
  ['(table.set $t (i32.const 9) (ref.null func))', T.OOB_TABLE],
  ['(table.fill $t (i32.const 3) (ref.null func) (i32.const 5))', T.OOB_TABLE],
  ['(table.copy $t $t (i32.const 3) (i32.const 0) (i32.const 5))', T.OOB_TABLE],
  ['(table.init $t $elems (i32.const 0) (i32.const 0) (i32.const 5))', T.OOB_TABLE],
  ['(call $fail)', T.HOST_FAULT],
  ['(drop (call $calls (ref.func $thrower)))', T.DIV_BY_ZERO],
  ['(call $elsewhere (local.get $z))', T.DIV_BY_ZERO],
  ['(block $h (try_table (catch $other $h) (throw $e (i32.const 1))))', T.UNCAUGHT_EXCEPTION],
  ['(block $h (try_table (catch_all $h) (drop (i32.div_u (i32.const 1) (local.get $z)))))', T.DIV_BY_ZERO],
];

const LOCALS = `(local $z i32) (local $m i32) (local $least i32) (local $wz i64) (local $wm i64) (local $wleast i64) (local $f f32) (local $d f64)
  (local $big f64) (local $n i32)
  (local.set $m (i32.const -1)) (local.set $least (i32.const 0x80000000)) (local.set $wm (i64.const -1))
  (local.set $wleast (i64.const 0x8000000000000000)) (local.set $f (f32.const nan)) (local.set $d (f64.const nan)) (local.set $big (f64.const 0x1p70))`;

const moduleOf = (body: string) => `(module
  (type $v (func))
  (import "host" "fail" (func $fail))
  (import "host" "calls" (func $calls (param funcref) (result i32)))
  (import "other" "elsewhere" (func $elsewhere (param i32)))
  (memory 1) (memory 0) (data $data "a")
  (tag $e (param i32)) (tag $other)
  (table $t 4 funcref) (elem (table $t) (i32.const 0) func $straight $turning) (elem $elems func $straight)
  (elem declare func $thrower)
  (func $thrower (result i32) (local $x i32) (i32.div_s (i32.const 1) (local.get $x)))
  (func $straight (export "straight") ${LOCALS} (nop) ${body})
  (func $turning (export "turning") ${LOCALS}
    (loop $again
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 3)))
      ${body}
      (br $again)))
  (func $one (call $straight) (nop))
  (func (export "called") (nop) (call $one) (nop))
  (func (export "called by one of two calls") (local $i i32)
    (if (local.get $i) (then (call $straight))) (local.set $i (i32.const 1)) (call $one) (call $straight))
  (func (export "called behind a loop") (local $n i32)
    (loop (br_if 0 (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 3)))) (call $one) (nop))
  (func (export "called in a loop") (loop (call $one) (br 0)))
  (func (export "loop called") (nop) (call $turning))
  (func (export "called indirectly") (call_indirect $t (type $v) (i32.const 0)))
  (func (export "loop called indirectly") (local $n i32) (loop (call_indirect $t (type $v) (i32.const 1)) (br 0)))
  (func (export "called by reference") (call_ref $v (ref.func $straight)))
  (func $deep (param i32) (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1)))) (else (call $one))))
  (func (export "called from deep") (call $deep (i32.const 120)))
  (func (export "called last") (return_call $straight))
  (func (export "loop called last") (return_call_indirect $t (type $v) (i32.const 1))))`;

const WAYS = [...moduleOf('').matchAll(/export "([^"]+)"/g)].map(match => match[1]!);

interface Stop {
  trap: number;
  frames: string[];
}

/** Runs each way of getting to the body. */
function stops(executor: Executor, body: string, slice: number): Stop[] {
  const store = createStore(executor, { ...defaultLimits });
  const linker = createLinker();
  addNatives(linker, {
    name: 'host',
    natives: [
      ['fail', '()', () => { throw T.HOST_FAULT; }],
      ['calls', '', (env, func) => callGuest(env, func, [], (_, result) => result)],
    ],
  }); // biome-ignore format: a table
  const plain = { heapBytes: 0, lenient: false, shrink: false };
  const other = parseWat('(module (func (export "elsewhere") (param i32) (nop) (drop (i32.div_u (i32.const 1) (local.get 0)))))');
  addInstance(linker, 'other', instantiate(store, parseModule(other), linker, plain));
  const instance = instantiate(store, parseModule(parseWat(moduleOf(body))), linker, plain);
  return WAYS.map(way => {
    const thread = createThread(store);
    prepare(thread, findFunc(instance, way)!, []);
    let status = FUEL;
    for (let turns = 0; status === FUEL && turns < 100_000; turns++) status = run(thread, slice);
    if (status !== TRAPPED) throw new Error(`${way}: status ${status}`);
    const frames = traceOf(thread, 200).map(
      frame => `${frame.func.instance === instance ? '' : 'other '}${frame.func.index}:${frame.offset}`,
    );
    return { trap: thread.trap, frames };
  });
}

describe.each(ROWS)('%s', (body, trap) => {
  const wanted = stops(interpreter, body, 1e6);
  test('traps', () => {
    expect(wanted.map(stop => stop.trap)).toEqual(WAYS.map(() => trap));
  });
  test.each([1e6, 7, 1])('alike in form A, in pieces of %i', slice => {
    expect(stops(jsA, body, slice)).toEqual(wanted);
  });
  test('there in form B', () => {
    const innermost = (list: Stop[]) => list.map(stop => [stop.trap, stop.frames[0]]);
    expect(innermost(stops(jsB, body, 1e6))).toEqual(innermost(wanted));
  });
});
