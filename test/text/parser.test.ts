// The parser: texts and the exact bytes the binary format prescribes for them, by section; names and custom sections; what is refused, where
// and in which words; mutated texts; depth. With the public suite beside the project, all of its texts.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readNames } from '../../src/binary/names';
import * as F from '../../src/spec/features';
import { TextError } from '../../src/text/error';
import { lex } from '../../src/text/lexer';
import { parseFields, parseWat, parseWatTokens } from '../../src/text/parser';
import { CLOSE, END, OPEN, stringName, tokenText } from '../../src/text/tokens';

const hex = (bytes: Uint8Array): string => [...bytes].map(b => b.toString(16).padStart(2, '0')).join(' ');

/** The sections of a module as hexadecimal: id (custom ones: name) to content. */
function sections(wasm: Uint8Array): Record<string, string> {
  expect(hex(wasm.subarray(0, 8))).toBe('00 61 73 6d 01 00 00 00');
  const found: Record<string, string> = {};
  let i = 8;
  const u32 = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[i++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (i < wasm.length) {
    let id = String(wasm[i++]);
    const end = u32() + i;
    if (id === '0') {
      const length = u32();
      id = new TextDecoder().decode(wasm.subarray(i, i + length));
      i += length;
    }
    found[id] = hex(wasm.subarray(i, end));
    i = end;
  }
  return found;
}
const parsed = (text: string) => sections(parseWat(text, { names: false }));

const CONTEXT =
  '(type $void (func)) (type $s (struct (field $a i32) (field $b (mut i64)))) (type $v (array (mut i8)))' +
  '(table $t0 1 funcref) (table $t1 1 funcref) (memory $m0 1) (memory $m1 1) (global $g (mut i32) (i32.const 0)) (tag $e)' +
  '(elem $el func) (data $da "") (func $f) (func (param $x i32) (local $y i64) ';

// [7.3 Index of Instructions] Each is parsed alone in that context; bytes without the end.
test.each([
  ['', ''],
  ['nop unreachable drop', '01 00 1a'],
  ['(i32.add (i32.const 1) (i32.const 2))', '41 01 41 02 6a'],
  ['(i32.const 1) (drop)', '41 01 1a'],
  ['i32.const -64 i32.const 64 i32.const 0xffffffff', '41 40 41 c0 00 41 7f'],
  ['i64.const -9223372036854775808', '42 80 80 80 80 80 80 80 80 80 7f'],
  ['f32.const 1 f64.const -0', '43 00 00 80 3f 44 00 00 00 00 00 00 00 80'],
  ['block end', '02 40 0b'],
  ['block $l (result i32) br $l end $l', '02 7f 0c 00 0b'],
  ['(block (result i32 i32))', '02 04 0b'],
  ['(block (type $void))', '02 00 0b'],
  ['(block (type 0) (param) (result))', '02 00 0b'],
  ['(loop $a (block $b (br $a) (br $b) (br 2)))', '03 40 02 40 0c 01 0c 00 0c 02 0b 0b'],
  ['(block $a (block $a (br $a)) (br $a))', '02 40 02 40 0c 00 0b 0c 00 0b'],
  ['if $i else $i nop end $i', '04 40 05 01 0b'],
  ['if nop else end', '04 40 01 0b'], // an `else` without instructions says nothing
  ['(if (i32.const 1) (then nop) (else drop))', '41 01 04 40 01 05 1a 0b'],
  ['(if $l (result i32) (i32.const 1) (nop) (then (br $l)))', '41 01 01 04 7f 0c 00 0b'],
  ['(block $l (br_table $l 1 $l))', '02 40 0e 02 00 01 00 0b'],
  [
    '(block $o (try_table (catch $e $o) (catch_ref 0 0) (catch_all $o) (catch_all_ref 1) nop))',
    '02 40 1f 40 04 00 00 00 01 00 00 02 00 03 01 01 0b 0b',
  ],
  ['throw $e throw_ref', '08 00 0a'],
  ['call $f return_call 0', '10 00 12 00'],
  ['(call_indirect $t1 (type $void) (i32.const 0)) call_indirect (param i32)', '41 00 11 00 01 11 03 00'],
  ['call_ref $void return_call_ref 0', '14 00 15 00'],
  ['local.get $x local.set $y local.tee 1', '20 00 21 01 22 01'],
  ['global.get $g global.set 0', '23 00 24 00'],
  ['table.get table.set $t1 table.size table.grow $t1 table.fill', '25 00 26 01 fc 10 00 fc 0f 01 fc 11 00'],
  [
    'table.copy table.copy $t0 $t1 table.init $el table.init $t1 $el elem.drop $el',
    'fc 0e 00 00 fc 0e 00 01 fc 0c 00 00 fc 0c 00 01 fc 0d 00',
  ],
  ['i32.load i64.load8_u offset=0x80 align=1 i32.store $m1 align=2', '28 02 00 31 00 80 01 36 41 01 00'],
  ['i32.load offset=0xffff_ffff_ffff_ffff', '28 02 ff ff ff ff ff ff ff ff ff 01'],
  ['memory.size memory.grow $m1 memory.fill 1', '3f 00 40 01 fc 0b 01'],
  [
    'memory.copy memory.copy $m0 $m1 memory.init $da memory.init $m1 $da data.drop 0',
    'fc 0a 00 00 fc 0a 00 01 fc 08 00 00 fc 08 00 01 fc 09 00',
  ],
  ['select select (result i32) (select (result) (result externref))', '1b 1c 01 7f 1c 01 6f'],
  ['ref.null func ref.null $s ref.func $f ref.is_null', 'd0 70 d0 01 d2 00 d1'],
  ['ref.test (ref any) ref.test anyref ref.cast (ref null $s) ref.cast (ref i31)', 'fb 14 6e fb 15 6e fb 17 01 fb 16 6c'],
  ['(block $l br_on_null $l br_on_non_null 0)', '02 40 d5 00 d6 00 0b'],
  ['br_on_cast_fail 1 (ref eq) nullref', 'fb 19 02 01 6d 71'],
  ['(block $l (br_on_cast $l anyref (ref $s)))', '02 40 fb 18 01 00 6e 01 0b'],
  ['struct.new $s struct.get $s $b struct.set 1 $a', 'fb 00 01 fb 02 01 01 fb 05 01 00'],
  [
    'array.new_fixed $v 200 array.new_data $v $da array.copy 2 $v array.init_elem $v $el',
    'fb 08 02 c8 01 fb 09 02 00 fb 11 02 02 fb 13 02 00',
  ],
  ['i32.trunc_sat_f32_s i64.add128', 'fc 00 fc 13'],
  ['v128.const i8x16 -1 0 1 2 3 4 5 6 7 8 9 10 11 12 13 255', 'fd 0c ff 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d ff'],
  ['v128.const f32x4 1 0 0 -0', 'fd 0c 00 00 80 3f 00 00 00 00 00 00 00 00 00 00 00 80'],
  [
    'i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31 i32x4.extract_lane 3',
    'fd 0d 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 1f fd 1b 03',
  ],
  ['v128.load8_lane 7 v128.load8_lane 1 7 v128.store64_lane $m1 offset=1 align=2 1', 'fd 54 00 00 07 fd 54 40 01 00 07 fd 5b 41 01 01 01'],
  ['i8x16.relaxed_swizzle', 'fd 80 02'],
  ['atomic.fence i32.atomic.rmw8.add_u memory.atomic.notify', 'fe 03 00 fe 20 00 00 fe 00 02 00'],
])('instructions %s', (text, expected) => {
  const [, body] = /^02 02 00 0b .. 01 01 7e (.*)0b$/.exec(parsed(`(module ${CONTEXT}${text}))`)[10]!)!;
  expect(body!.trim()).toBe(expected);
});

test.each<[string, Record<string, string>]>([
  ['', {}],
  ['(module)', {}],
  ['(module $m (rec))', {}],
  ['(type (func (param i32 i64) (param $x f32) (result v128) (result externref)))', { 1: '01 60 03 7f 7e 7d 02 7b 6f' }],
  ['(rec (type (sub (struct))) (type $a (sub final 0 (array (mut i16)))))', { 1: '01 4e 02 50 00 5f 00 4f 01 00 5e 77 01' }],
  ['(rec (type (func)))', { 1: '01 60 00 00' }],
  ['(type $s (struct (field i8 (mut (ref null $s))) (field $f (ref 0))))', { 1: '01 5f 03 78 00 63 00 01 64 00 00' }],
  ['(type (sub final (func)))', { 1: '01 60 00 00' }],
  [
    '(import "a" "b" (func (param i32))) (func (import "" "é"))',
    { 1: '02 60 01 7f 00 60 00 00', 2: '02 01 61 01 62 00 00 00 02 c3 a9 00 01' },
  ],
  ['(import "" "" (table 1 2 externref)) (import "" "" (global (mut i32)))', { 2: '02 00 00 01 6f 01 01 02 00 00 03 7f 01' }],
  ['(memory (export "a") (export "b") (import "" "") i64 1 2)', { 2: '01 00 00 02 05 01 02', 7: '02 01 61 02 00 01 62 02 00' }],
  [
    '(tag (import "" "") (param i32)) (tag $t (export "t") (type 0))',
    { 1: '01 60 01 7f 00', 2: '01 00 00 04 00 00', 13: '01 00 00', 7: '01 01 74 04 01' },
  ],
  ['(memory 1 2 shared) (memory i64 0 (pagesize 1)) (memory 3 (pagesize 65536))', { 5: '03 03 01 02 0c 00 00 00 03' }],
  ['(memory 0x1_0000_0000)', { 5: '01 00 80 80 80 80 10' }],
  ['(memory (data "ab" "\\00"))', { 5: '01 01 01 01', 11: '01 00 41 00 0b 03 61 62 00' }],
  ['(memory 0) (memory i64 (pagesize 1) (data "ab"))', { 5: '02 00 00 0d 02 02 00', 11: '01 02 01 42 00 0b 02 61 62' }],
  ['(table 1 (ref null func) (ref.null func))', { 4: '01 40 00 70 00 01 d0 70 0b' }],
  ['(table i64 1 funcref)', { 4: '01 70 04 01' }],
  [
    '(func) (table funcref (elem 0 0))',
    { 1: '01 60 00 00', 3: '01 00', 4: '01 70 01 02 02', 9: '01 00 41 00 0b 02 00 00', 10: '01 02 00 0b' },
  ],
  ['(table externref (elem (ref.null extern)))', { 4: '01 6f 01 01 01', 9: '01 06 00 41 00 0b 6f 01 d0 6f 0b' }],
  ['(global (export "g") (mut i64) i64.const 1)', { 6: '01 7e 01 42 01 0b', 7: '01 01 67 03 00' }],
  ['(start 0) (import "" "" (func))', { 1: '01 60 00 00', 2: '01 00 00 00 00', 8: '00' }],
  [
    '(data "x") (memory 1) (memory 1) (data (offset i32.const 1) "y" "z") (data (memory 1) (i32.const 2))',
    { 5: '02 00 01 00 01', 11: '03 01 01 78 00 41 01 0b 02 79 7a 02 01 41 02 0b 00' },
  ],
  ['(type $t (func)) (func (type $t)) (func)', { 1: '01 60 00 00', 3: '02 00 00', 10: '02 02 00 0b 02 00 0b' }],
  [
    '(func (result i32) (local i32 i32) (local $a i32) (local i64) unreachable)',
    { 1: '01 60 00 01 7f', 3: '01 00', 10: '01 07 02 03 7f 01 7e 00 0b' },
  ],
  ['(func data.drop 0) (data)', { 1: '01 60 00 00', 3: '01 00', 12: '01', 10: '01 05 00 fc 09 00 0b', 11: '01 01 00' }],
])('module %s', (text, expected) => {
  expect(parsed(text)).toEqual(expected);
});

// Element segments: [5.5.12], every flag; each behind a function, two tables and nothing else.
test.each([
  ['(elem (i32.const 0) 0)', '00 41 00 0b 01 00'],
  ['(elem (i32.const 0) func $f $f)', '00 41 00 0b 02 00 00'],
  ['(elem (table 0) (offset i32.const 0) func)', '00 41 00 0b 00'],
  ['(elem 0 (i32.const 0) $f)', '00 41 00 0b 01 00'],
  ['(elem func 0)', '01 00 01 00'],
  ['(elem (ref func) (ref.func 0))', '01 00 01 00'],
  ['(elem (table $t) (i32.const 0) func 0)', '02 01 41 00 0b 00 01 00'],
  ['(elem declare func 0)', '03 00 01 00'],
  ['(elem (i32.const 0) funcref (ref.func 0) (item ref.null func))', '04 41 00 0b 02 d2 00 0b d0 70 0b'],
  ['(elem funcref (ref.func 0))', '05 70 01 d2 00 0b'],
  ['(elem (ref null 0) (ref.null 0))', '05 63 00 01 d0 00 0b'],
  ['(elem (i32.const 0) externref)', '06 00 41 00 0b 6f 00'],
  ['(elem (table $t) (i32.const 0) funcref)', '06 01 41 00 0b 70 00'],
  ['(elem declare externref (ref.null extern))', '07 6f 01 d0 6f 0b'],
])('element segment %s', (text, expected) => {
  expect(parsed(`(func $f) (table 0 funcref) (table $t 0 funcref) ${text}`)[9]).toBe(`01 ${expected}`);
});

test('names go into a name section, those of annotations first', () => {
  const text = `(module $M
    (type $t (struct (field $a i32) (field i32) (field $c i32)))
    (func $f (@name "λ") (param $p i32) (param i32) (local $l i32) (block $b) (loop) (block $"c d"))
    (table $T 0 funcref) (memory $m 0) (global $g i32 (i32.const 0)) (tag $e) (elem $E func) (data $d))`;
  expect(sections(parseWat(text)).name).toBe(
    [
      '00 02 01 4d',
      '01 05 01 00 02 ce bb',
      '02 09 01 00 02 00 01 70 02 01 6c',
      '03 0b 01 00 02 00 01 62 02 03 63 20 64',
      '04 04 01 00 01 74',
      '05 04 01 00 01 54',
      '06 04 01 00 01 6d',
      '07 04 01 00 01 67',
      '08 04 01 00 01 45',
      '09 04 01 00 01 64',
      '0a 09 01 00 02 00 01 61 02 01 63',
      '0b 04 01 00 01 65',
    ].join(' '),
  );
  expect(sections(parseWat(text, { names: false })).name).toBeUndefined();
  expect(sections(parseWat('(func) (memory 0)')).name).toBeUndefined();
});

test('custom sections go where their annotations say', () => {
  const text =
    '(module (@custom "z") (@custom "a" (before first) "1" "2") (func) (@custom "c" (after code)) (@custom "b" (before code) "\\ff") (@custom "b2" (after type)))';
  expect(Object.keys(sections(parseWat(text)))).toEqual(expect.arrayContaining(['a', 'b2', 'b', 'c', 'z']));
  const whole = hex(parseWat(text));
  const order = ['01 61 31 32', '01 04 01 60 00 00', '02 62 32', '03 02 01 00', '01 62 ff', '0a 04 01 02 00 0b', '01 63', '01 7a'];
  expect(order.map(part => whole.indexOf(part))).toEqual([...order.map(part => whole.indexOf(part))].sort((a, b) => a - b));
  expect(order.every(part => whole.includes(part))).toBe(true);
});

test('branch hints count from the start of the body', () => {
  const text = `(func) (func (local i32) (@metadata.code.branch_hint "\\01") (if (local.get 0) (then))
    local.get 0 (@metadata.code.branch_hint "\\00") if end (block (@metadata.code.branch_hint "\\00") (br_if 0 (i32.const 1))))`;
  const found = sections(parseWat(text));
  expect(found[10]).toBe('02 02 00 0b 15 01 01 7f 20 00 04 40 0b 20 00 04 40 0b 02 40 41 01 0d 00 0b 0b');
  expect(found['metadata.code.branch_hint']).toBe('01 01 03 05 01 01 0a 01 00 11 01 00');
});

/** "space outer index name" of each entry of the name section, in its order. */
function namesOf(text: string): string[] {
  const bytes = Uint8Array.from((sections(parseWat(text)).name ?? '').split(' '), byte => Number.parseInt(byte, 16));
  const found: string[] = [];
  expect(readNames(bytes, 0, bytes.length, (...entry) => void found.push(entry.join(' ')))).toBe(true);
  return found;
}

test.each(['', '$id '])('@name names whatever is defined: %s', id => {
  const text = `(module ${id}(@name "m")
    (type ${id}(@name "type") (struct (field ${id}(@name "field") i32)))
    (rec (type (@name "first") (func)) (type (array i8)))
    (import "" "" (func ${id}(@name "imported func") (param (@name "its param") i32)))
    (import "" "" (table (@name "imported table") 0 funcref))
    (import "" "" (memory (@name "imported memory") 0))
    (import "" "" (global (@name "imported global") i32))
    (import "" "" (tag (@name "imported tag")))
    (func (@name "inline") (import "" ""))
    (func (@name "func") (export "f") (param $p (@name "param") i32) (param i32 (@name "second") i64)
      (local (@name "local") f32) (local i32 i32))
    (table ${id}(@name "table") 1 funcref)
    (memory ${id}(@name "memory") 1)
    (global ${id}(@name "global") i32 (i32.const 0))
    (tag ${id}(@name "tag"))
    (elem ${id}(@name "elem") funcref)
    (data ${id}(@name "data") ""))`;
  expect(namesOf(text)).toEqual([
    '0 0 0 m',
    ...['1 0 0 imported func', '1 0 1 inline', '1 0 2 func'],
    ...['2 0 0 its param', '2 2 0 param', '2 2 2 second', '2 2 3 local'],
    ...['4 0 0 type', '4 0 1 first'],
    ...['5 0 0 imported table', '5 0 1 table'],
    ...['6 0 0 imported memory', '6 0 1 memory'],
    ...['7 0 0 imported global', '7 0 1 global'],
    ...['8 0 0 elem', '9 0 0 data', '10 0 0 field'],
    ...['11 0 0 imported tag', '11 0 1 tag'],
  ]);
});
test('@name does not change what identifiers mean', () => {
  expect(namesOf('(func $f (@name "g") (call $f)) (func $g (@name "f") (call $g))')).toEqual(['1 0 0 g', '1 0 1 f']);
});

/** A word of each feature that has words, and where it stands. */
test.each<[string, number, string]>([
  ['(func (return_call 0))', F.TAIL_CALL, '1:8: return_call needs the feature tail-call, which is off'],
  ['(tag)', F.EXCEPTIONS, '1:2: tag needs the feature exceptions, which is off'],
  ['(func (param exnref))', F.EXCEPTIONS, '1:14: exnref needs'],
  ['(func try_table (catch_all 0) end)', F.EXCEPTIONS, '1:7: try_table needs'],
  ['(func (param (ref func)))', F.TYPED_REFS, '1:15: ref needs the feature function-references'],
  ['(func call_ref 0)', F.TYPED_REFS, '1:7: call_ref needs'],
  ['(func return_call_ref 0)', F.TYPED_REFS | F.TAIL_CALL, '1:7: return_call_ref needs the feature tail-call'],
  ['(memory i64 1)', F.MEMORY64, '1:9: i64 needs the feature memory64'],
  ['(table i64 1 funcref)', F.MEMORY64, '1:8: i64 needs the feature memory64'],
  ['(memory 1 2 shared)', F.THREADS, '1:13: shared needs the feature threads'],
  ['(func (atomic.fence))', F.THREADS, '1:8: atomic.fence needs'],
  ['(memory 1 (pagesize 1))', F.CUSTOM_PAGES, '1:12: pagesize needs the feature custom-page-sizes'],
  ['(func i64.add128)', F.WIDE_ARITHMETIC, '1:7: i64.add128 needs the feature wide-arithmetic'],
  ['(func (local v128))', F.SIMD, '1:14: v128 needs the feature simd'],
  ['(func\n  i32x4.add)', F.SIMD, '2:3: i32x4.add needs the feature simd'],
  ['(func i8x16.relaxed_swizzle)', F.RELAXED_SIMD, '1:7: i8x16.relaxed_swizzle needs the feature relaxed-simd'],
  ['(type (struct))', F.GC, '1:8: struct needs the feature gc'],
  ['(rec)', F.GC, '1:2: rec needs'],
  ['(func (ref.i31 (i32.const 0)))', F.GC, '1:8: ref.i31 needs'],
  ['(func (param anyref))', F.GC, '1:14: anyref needs'],
  ['(module quote "(tag)")', F.EXCEPTIONS, '1:2: tag needs'],
])('%s needs a feature', (text, features, message) => {
  expect(() => parseWat(text, { features: ~features })).toThrow(message);
  expect(() => parseWat(text)).not.toThrow();
  expect(() => parseWat(text, { features: features | F.SIMD })).not.toThrow();
});
test('words of 2.0 need none', () => {
  const text = `(type $t (func (param i32 i64 f32 f64) (result funcref externref)))
    (table 1 funcref) (memory 1) (global i64 (i64.const 0)) (elem declare func $f) (data "")
    (func $f (block (loop (br 0))) (select (result i64)) (memory.init 0) (table.grow 0) (ref.null func) (i32.trunc_sat_f32_s))`;
  expect(parseWat(text, { features: 0 })).toEqual(parseWat(text));
});

test('binary and quoted modules, definitions, fields alone, features', () => {
  expect(hex(parseWat('(module binary "\\00asm" "\\01\\00")'))).toBe('00 61 73 6d 01 00');
  expect(hex(parseWat('(module definition $m quote "(memory" " 0)")'))).toBe('00 61 73 6d 01 00 00 00 05 03 01 00 00');
  expect(() => parseWat('(memory 0x1_0000_0000)', { features: ~F.MEMORY64 })).toThrow('1:9: i32 constant out of range');
});

test.each([
  ['(func (i32.cnst 1))', '1:8: unknown operator i32.cnst, expected an instruction'],
  ['(func (result i32) (block (result i32) (i32.cnst 1)))', '1:41: unknown operator i32.cnst, expected an instruction'],
  ['(type (func (i32.cnst 1)))', '1:14: unknown operator i32.cnst, expected )'],
  ['(import "a" "b" (func (i32.cnst 1)))', '1:24: unknown operator i32.cnst, expected )'],
])('%s: what could have stood there', (text, message) => {
  expect(() => parseWat(text)).toThrow(message);
});

// In the words of the suite where it has some.
test.each<[string, number, number, string]>([
  ['(module))', 1, 9, 'unexpected token )'],
  ['(module', 1, 8, 'unexpected token at the end of the text: the parenthesis at 1:1 is not closed'],
  ['(func', 1, 6, 'unexpected token at the end of the text: the parenthesis at 1:1 is not closed'],

  ['func', 1, 1, 'unexpected token func'],
  ['(fun)', 1, 2, 'unknown operator fun'],
  ['(nop)', 1, 2, 'unexpected token nop'],
  ['(func\n  (i32.addd))', 2, 4, 'unknown operator i32.addd'],
  ['(func (local.get $x))', 1, 18, 'unknown local $x'],
  ['(func (call $x))', 1, 13, 'unknown function $x'],
  ['(func (br $x))', 1, 11, 'unknown label $x'],
  ['(func (block $a) (br $a))', 1, 22, 'unknown label $a'],
  ['(func $f) (func $f)', 1, 17, 'duplicate function $f'],
  ['(func (param $p i32) (local $p i32))', 1, 29, 'duplicate local $p'],
  ['(type (struct (field $a i32) (field $a i32)))', 1, 37, 'duplicate field $a'],
  ['(func block $a end $b)', 1, 20, 'mismatching label'],
  ['(func block (nop)', 1, 18, 'unexpected token at the end of the text: the parenthesis at 1:1 is not closed'],
  ['(func\n (block (nop)', 2, 14, 'unexpected token at the end of the text: the parenthesis at 2:2 is not closed'],
  ['\ufeff(module)', 1, 1, 'illegal character: a byte order mark'],
  ['(func block)', 1, 12, 'unexpected token )'],
  ['(func (block end))', 1, 14, 'unexpected token end'],
  ['(func else)', 1, 7, 'unexpected token else'],
  ['(func (if (i32.const 0) (nop)))', 1, 30, 'unexpected token )'],
  ['(func (if (then) (then)))', 1, 19, 'unexpected token then'],
  ['(func (nop) (local i32))', 1, 14, 'unexpected token local'],
  ['(func (result i32) (param i32))', 1, 21, 'unexpected token param'],
  ['(func (i32.const))', 1, 17, 'unexpected token )'],
  ['(func (i32.const 0x1_0000_0000))', 1, 18, 'constant out of range'],
  ['(func (call 0x1_0000_0000))', 1, 13, 'i32 constant out of range'],
  ['(func (i32.load align=3))', 1, 17, 'alignment must be a power of two'],
  ['(func (i32.load offset=0x1_0000_0000_0000_0000))', 1, 17, 'i64 constant out of range'],
  ['(func (i32x4.extract_lane 256))', 1, 27, 'i8 constant out of range'],
  ['(func (v128.const i32x4 0 0 0))', 1, 30, 'wrong number of lane literals'],
  ['(func (i8x16.shuffle 0))', 1, 23, 'invalid lane length'],
  ['(type $t (func)) (func (type $t) (param i32))', 1, 45, 'inline function type does not match explicit type'],
  ['(func (type 1) (param i32))', 1, 27, 'unknown type 1'],
  ['(type (array i8)) (func (type 0) (param i32))', 1, 45, 'non-function type 0'],
  ['(memory 0) (import "" "" (func))', 1, 13, 'import after memory definition'],
  ['(tag) (func (import "" ""))', 1, 8, 'import after tag definition'],
  ['(func) (start 0) (start 0)', 1, 19, 'multiple start sections'],
  ['(memory 0 (pagesize 3))', 1, 21, 'invalid custom page size'],
  ['(export "\\ff" (func 0))', 1, 9, 'malformed UTF-8 encoding'],
  ['(global i32 (@custom "a") (i32.const 0))', 1, 13, 'misplaced @custom annotation'],
  ['(@custom)', 1, 9, '@custom annotation: missing section name'],
  ['(@custom "a" (after types))', 1, 21, '@custom annotation: malformed section kind'],
  ['(@custom "a" here)', 1, 14, '@custom annotation: unexpected token'],
  ['(func nop (@name "n"))', 1, 11, 'misplaced @name annotation'],
  ['(func (@metadata.code.branch_hint "\\01") nop)', 1, 42, '@metadata.code.branch_hint annotation: invalid target'],
  ['(func (@metadata.code.branch_hint "\\02") if end)', 1, 35, '@metadata.code.branch_hint annotation: unexpected token'],
])('%s is refused', (text, line, column, reason) => {
  let error: unknown;
  try {
    parseWat(text);
  } catch (e) {
    error = e;
  }
  expect(error).toBeInstanceOf(TextError);
  expect(error).toMatchObject({ line, column, reason });
});

test('nesting costs no stack', () => {
  const n = 100000;
  const folded = `(func ${'(block (drop (i32.eqz '.repeat(n)}i32.const 0${')))'.repeat(n)})`;
  expect(() => parseWat(folded)).toThrow('unexpected token i32.const');
  const fits = folded.replace('i32.const 0', '(i32.const 0)');
  expect(sections(parseWat(fits))[10]!.length).toBeGreaterThan(3 * n);
  const flat = `(func ${'block $l loop '.repeat(n)} br $l ${'end end '.repeat(n)})`;
  expect(parseWat(flat).length).toBeGreaterThan(6 * n);
  expect(() => parseWat('('.repeat(n))).toThrow(TextError);
  expect(() => parseWat(`${'(@a '.repeat(n)}${'(;'.repeat(n)}`)).toThrow(TextError);
});

// Things are declared before they are used here, so that a mistake cannot show before the place where it was made.
const SAMPLE = `(module $sample
  (type $t (func (param i32 i64) (result f32))) ;; a comment
  (rec (type $node (sub (struct (field $next (ref null $node)) (field (mut i8))))) (type $list (array (mut (ref null $node)))))
  (import "env" "f" (func $imported (type $t)))
  (memory $m (export "memory") 1 2)
  (table $tab 4 funcref)
  (global $g (mut i32) (i32.const 0x10))
  (tag $e (param i32))
  (@custom "note" (after func) "text \\u{e9}")
  (func $work (type $t) (param $a i32) (param $b i64) (result f32) (local $i i32) (local f64 f64)
    (block $out (; nested (; comment ;) ;)
      (loop $again
        (br_if $out (i32.ge_s (local.get $i) (local.get $a)))
        (i32.store8 $m offset=4 align=1 (local.get $i) (i32.const -1))
        local.get $i i32.const 1 i32.add local.set $i
        br $again))
    (if (result f32) (i64.eqz (local.get $b))
      (then (f32.const 0x1.8p-3))
      (else (try_table (result f32) (catch_all 0) (call $work (local.get $a) (i64.const 0xff) )))))
  (func $"quoted name" (export "q\\"") (result v128)
    (v128.const i16x8 1 2 3 4 5 6 7 8))
  (elem $seg (table $tab) (i32.const 0) func $work $imported)
  (data $bytes (i32.const 8) "abc\\00" "def")
  (start $"quoted name"))
`;

test('of a mutated text the error is at or behind the change, and never another exception', () => {
  const seed = Date.now() & 0xffff;
  let state = seed;
  const random = (n: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % n;
  };
  const original = lex(SAMPLE);
  let refused = 0;
  for (let n = 0; n < 200; n++) {
    const at = random(SAMPLE.length);
    const put = ['', '(', ')', '"', '$', ' ', ';', '0', 'x', '(;', '\\', '\0', 'é', SAMPLE[random(SAMPLE.length)]!][random(14)]!;
    const text = SAMPLE.slice(0, at) + put + SAMPLE.slice(at + random(3));
    try {
      parseWat(text);
    } catch (error) {
      if (!(error instanceof TextError)) throw new Error(`seed ${seed}, mutant ${n}: ${error}`);
      refused++;
      const lines = text.split('\n').slice(0, error.line - 1);
      const place = lines.join('\n').length + (lines.length > 0 ? 1 : 0) + error.column - 1;
      // the token that the change touches, or was before it
      let first = 0;
      for (let i = 0; i < original.count && original.start[i]! < at; i++) first = original.start[i]!;
      for (const note of original.notes) if (note.at <= at && at < note.to) first = Math.min(first, note.at);
      if (place < first) throw new Error(`seed ${seed}, mutant ${n}, change at ${at}, error at ${place}: ${error.message}\n${text}`);
    }
  }
  expect(refused, `seed ${seed}`).toBeGreaterThan(50);
});

const suite = join(import.meta.dirname, '../../../shared/conformance');
test.skipIf(!existsSync(suite))('the public suite: all its texts are read, all its malformed ones refused in its words', () => {
  const wrong: string[] = [];
  let read = 0;
  let refused = 0;
  for (const file of readdirSync(suite, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.wast'))) {
    const features = file.includes('threads') ? ~F.MEMORY64 : -1;
    const t = lex(readFileSync(join(suite, file)));
    const first = tokenText(t, 1);
    if (first !== 'module' && !first.startsWith('assert') && first !== 'register' && first !== 'invoke') {
      parseFields(t, 0, { features });
      continue;
    }
    for (let i = 0; t.kind[i] !== END; i = t.value[i]! + 1) {
      const command = tokenText(t, i + 1);
      const at = command === 'module' ? i : t.kind[i + 2] === OPEN && tokenText(t, i + 3) === 'module' ? i + 2 : -1;
      if (at < 0 || tokenText(t, at + 2) === 'instance') continue;
      const close = t.value[at]!;
      let form = at + 2;
      while (form < close && (tokenText(t, form) === 'definition' || tokenText(t, form).startsWith('$'))) form++;
      if (t.kind[form] !== CLOSE && tokenText(t, form) === 'binary') continue;
      const reason = command === 'assert_malformed' ? stringName(t, close + 1) : null;
      let got: string | null = null;
      try {
        parseWatTokens(t, at, { features });
        read++;
      } catch (error) {
        if (!(error instanceof TextError)) throw error;
        got = error.reason;
        refused++;
      }
      if (reason === null ? got !== null : !got?.startsWith(reason)) wrong.push(`${file}, byte ${t.start[at]}: ${reason} / ${got}`);
    }
  }
  expect(wrong).toEqual([]);
  expect([read > 5000, refused]).toEqual([true, 1255]);
});
