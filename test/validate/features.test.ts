// Each feature beyond 2.0: modules that need it are valid when it is on, and refused, by what says so first, when it alone is off; modules that
// break its rules are invalid. Expectations: core 3.0, 3.4 Instructions, 5.3 Types; the proposals' overviews.
import { describe, expect, test } from 'vitest';
import { createReader, type ModuleEvents } from '../../src/binary/reader';
import { parseModule } from '../../src/runtime/module';
import * as F from '../../src/spec/faults';
import * as X from '../../src/spec/features';
import type { FuncType } from '../../src/spec/types';
import { parseWat } from '../../src/text/parser';
import type { Types } from '../../src/validate/context';
import { closeGroup } from '../../src/validate/match';

function verdict(wat: string, features = X.ALL): number {
  try {
    parseModule(parseWat(wat), features);
    return 0;
  } catch (e) {
    if (typeof e !== 'number') throw e;
    return e;
  }
}

// feature, what is wrong without it, modules that need it
const needs: [string, number, number, string[]][] = [
  ['tail calls', X.TAIL_CALL, F.FEATURE, ['(func return_call 0)', '(table 1 funcref) (func i32.const 0 return_call_indirect)']],
  [
    'exceptions',
    X.EXCEPTIONS,
    F.FEATURE,
    [
      '(tag)',
      '(import "a" "b" (tag (param i32)))',
      '(func (local exnref))',
      '(func try_table end)',
      '(func ref.null noexn drop)',
      '(tag) (func throw 0)',
    ],
  ],
  [
    'typed references',
    X.TYPED_REFS,
    F.FEATURE,
    [
      '(type $t (func)) (func (param (ref $t)) local.get 0 call_ref $t)',
      '(func (param funcref) (local (ref func)))',
      '(func (param externref) (result externref) block local.get 0 br_on_null 0 return end ref.null extern)',
      '(func (param funcref) local.get 0 ref.as_non_null drop)',
      '(func $f) (table 1 (ref func) (ref.func $f))',
    ],
  ],
  ['several memories', X.MULTI_MEMORY, F.MULTIPLE_MEMORIES, ['(memory 1) (memory 1)', '(import "a" "b" (memory 1)) (memory 0)']],
  [
    'extended constants',
    X.EXTENDED_CONST,
    F.CONST_REQUIRED,
    ['(global i32 i32.const 1 i32.const 2 i32.add)', '(global i64 i64.const 1 i64.const 2 i64.mul)'],
  ],
  ['custom page sizes', X.CUSTOM_PAGES, F.LIMITS_FLAGS, ['(memory 5 (pagesize 1))', '(memory 1 2 (pagesize 1))']],
  ['64-bit addresses', X.MEMORY64, F.LIMITS_FLAGS, ['(memory i64 1)', '(table i64 1 2 funcref)']],
  ['threads', X.THREADS, F.LIMITS_FLAGS, ['(memory 1 1 shared)']],
  ['atomics', X.THREADS, F.FEATURE, ['(memory 1) (func i32.const 0 i32.atomic.load drop)', '(func atomic.fence)']],
  ['wide arithmetic', X.WIDE_ARITHMETIC, F.FEATURE, ['(func (param i64 i64) local.get 0 local.get 1 i64.mul_wide_u drop drop)']],
  ['vectors', X.SIMD, F.FEATURE, ['(func (local v128))', '(func v128.const i64x2 1 2 drop)', '(global v128 v128.const i32x4 1 2 3 4)']],
  ['relaxed vectors', X.RELAXED_SIMD, F.ILLEGAL_OPCODE, ['(func (param v128) local.get 0 local.get 0 i8x16.relaxed_swizzle drop)']],
  [
    'garbage collection',
    X.GC,
    F.FEATURE,
    ['(type (struct))', '(rec (type (func)) (type (func)))', '(func (local anyref))', '(func (param i32) local.get 0 ref.i31 drop)'],
  ],
];

describe.each(needs)('%s', (_name, feature, fault, modules) => {
  test.each(modules)('%s', wat => {
    expect(verdict(wat)).toBe(0);
    expect(verdict(wat, X.ALL & ~feature)).toBe(fault);
  });
});

test('what a module of 2.0 is does not depend on them', () => {
  const wat = '(memory 1) (table 1 funcref) (table 1 externref) (func (param i32) (result i64 f32) i64.const 1 f32.const 2)';
  expect([verdict(wat), verdict(wat, X.MULTI_TABLE)]).toEqual([0, 0]);
});

// biome-ignore format: a table
const invalid: [string, string, number][] = [
  ['a tail call to other results', '(func (result i32) return_call 1) (func)', F.TYPE_MISMATCH],
  ['a local that is not set yet', '(func (local (ref func)) local.get 0 drop)', F.UNINITIALIZED_LOCAL],
  ['a local set in a block that ended', '(func (param (ref func)) (local (ref func)) block local.get 0 local.set 1 end local.get 1 drop)', F.UNINITIALIZED_LOCAL],
  ['a local set in one branch', '(func (param (ref func)) (local (ref func)) i32.const 0 if local.get 0 local.set 1 else local.get 1 drop end)', F.UNINITIALIZED_LOCAL],
  ['a table of non-null references without a value', '(table 1 (ref func))', F.NOT_DEFAULTABLE],
  ['null for a non-null reference', '(func (param (ref func))) (func ref.null func call 0)', F.TYPE_MISMATCH],
  ['another type of function reference', '(type $t (func)) (type $u (func (param i32))) (func (param (ref $u)) local.get 0 call_ref $t)', F.TYPE_MISMATCH],
  ['a tag with results', '(type $t (func (result i32))) (tag (type $t))', F.TAG_RESULT],
  ['a throw of an unknown tag', '(func throw 0)', F.UNKNOWN_TAG],
  ['a throw without its values', '(tag (param i32)) (func throw 0)', F.TYPE_MISMATCH],
  ['a catch whose label takes other values', '(tag (param i32)) (func block try_table (catch 0 0) end end)', F.TYPE_MISMATCH],
  ['an unknown second memory', '(memory 1) (func i32.const 0 i32.load 1 drop)', F.UNKNOWN_MEMORY],
  ['32-bit addresses of a 64-bit memory', '(memory i64 1) (func i32.const 0 i32.load drop)', F.TYPE_MISMATCH],
  ['an offset beyond 32 bits', '(memory 1) (func i32.const 0 i32.load offset=4294967296 drop)', F.OFFSET_RANGE],
  ['another page size', '(memory 1 (pagesize 2))', F.PAGE_SIZE],
  ['a shared memory without maximum', '(memory 1 shared)', F.SHARED_MAX],
  ['an unaligned atomic', '(memory 1) (func i32.const 0 i32.atomic.load align=2 drop)', F.ATOMIC_ALIGNMENT],
  ['a lane that is not there', '(func (param v128) local.get 0 i32x4.extract_lane 4 drop)', F.LANE_INDEX],
  ['a constant that reads a mutable global', '(global (mut i32) i32.const 0) (global i32 global.get 0)', F.CONST_REQUIRED],
  ['a constant that reads a later global', '(global i32 global.get 1) (global i32 i32.const 0)', F.UNKNOWN_GLOBAL],
  ['a final supertype', '(type $a (struct)) (type (sub $a (struct)))', F.SUB_TYPE],
  ['a subtype of another form', '(type $a (sub (struct))) (type (sub $a (func)))', F.SUB_TYPE],
  ['a subtype with fewer fields', '(type $a (sub (struct (field i32)))) (type (sub $a (struct)))', F.SUB_TYPE],
  ['a subtype with a field of another mutability', '(type $a (sub (struct (field i32)))) (type (sub $a (struct (field (mut i32)))))', F.SUB_TYPE],
  ['an immutable field set', '(type $a (struct (field i32))) (func (param (ref $a)) local.get 0 i32.const 1 struct.set $a 0)', F.FIELD_IMMUTABLE],
  ['an unknown field', '(type $a (struct)) (func (param (ref $a)) local.get 0 struct.get $a 0 drop)', F.UNKNOWN_FIELD],
  ['a packed field read without sign', '(type $a (struct (field i8))) (func (param (ref $a)) local.get 0 struct.get $a 0 drop)', F.TYPE_MISMATCH],
  ['an immutable array set', '(type $a (array i32)) (func (param (ref $a)) local.get 0 i32.const 0 i32.const 0 array.set $a)', F.ARRAY_IMMUTABLE],
  ['a cast to another hierarchy', '(func (param anyref) local.get 0 ref.cast (ref func) drop)', F.TYPE_MISMATCH],
  ['br_on_cast to what is not a subtype', '(func (param eqref) (result anyref) local.get 0 br_on_cast 0 eqref anyref)', F.TYPE_MISMATCH],
];
test.each(invalid)('%s', (_name, wat, fault) => {
  expect(verdict(wat)).toBe(fault);
});

test('equal recursion groups are one type, unequal ones are not', () => {
  const pass = (group: string) =>
    verdict(`(rec (type $a (func)) (type (struct))) (rec ${group}) (func (param (ref $b)) (result (ref $a)) local.get 0)`);
  expect(pass('(type $b (func)) (type (struct))')).toBe(0);
  expect(pass('(type $b (func))')).toBe(F.TYPE_MISMATCH);
  expect(pass('(type $b (func)) (type (struct (field i32)))')).toBe(F.TYPE_MISMATCH);
  expect(pass('(type (struct)) (type $b (func))')).toBe(F.TYPE_MISMATCH);
});

test('a type of a local that is not there is told by its place', () => {
  expect(verdict('(func nop) (func (local i32 (ref 7)))')).toBe(F.UNKNOWN_TYPE);
  expect(F.fault.offset).toBe(8 + 6 + 5 + 2 + 1 + 4 + 4); // header, types, functions, code, count, first body; size, two runs, i32
});

test('a long chain of subtypes is refused before anything is matched along it', () => {
  const n = 3000;
  const fields = Array(200)
    .fill(`(field (ref null $t${n - 1}))`)
    .join('');
  const types = Array.from({ length: n }, (_, i) => `(type $t${i} (sub ${i > 0 ? `$t${i - 1}` : ''} (struct ${i < 60 ? fields : ''})))`);
  let looked = 0;
  const cx = { types: [], canon: [] } as Types;
  const type = (one: FuncType) => void cx.types.push(one);
  const events = new Proxy({ type }, { get: (own, name) => (name === 'type' ? own.type : () => {}) }) as unknown as ModuleEvents;
  const reader = createReader(events);
  const wasm = parseWat(`(rec ${types.join('')})`);
  reader.feed(wasm, 0, wasm.length);
  cx.types = new Proxy(cx.types, {
    get: (all, key: any) => {
      looked++;
      return all[key];
    },
  });
  let fault = 0;
  try {
    closeGroup(cx, {}, 0, 0);
  } catch (e) {
    fault = e as number;
  }
  expect(fault).toBe(F.LIMIT);
  expect(looked).toBeLessThan(50 * n);
});

test('types that are not there are unknown wherever they are named', () => {
  for (const wat of [
    '(table 1 funcref) (elem (i32.const 0) (ref 7))',
    '(elem (ref 7))',
    '(table 1 (ref null 7))',
    '(global (ref null 7) (ref.null 7))',
    '(func (local (ref null 7)))',
    '(func (param (ref 7)))',
    '(type (sub 7 (func)))',
    '(type (struct (field (ref 7))))',
    '(func block (result (ref null 7)) unreachable end drop)',
    '(func ref.null 7 drop)',
    '(func unreachable select (result (ref 7)) drop)',
    '(func unreachable call_ref 7)',
    '(func unreachable ref.cast (ref 7) drop)',
    '(func (result anyref) unreachable br_on_cast 0 anyref (ref 7))',
    '(func unreachable struct.new 7 drop)',
    '(tag (type 7))',
  ])
    expect([wat, verdict(wat)]).toEqual([wat, F.UNKNOWN_TYPE]);
});
