// The printer: what it writes is readable, and read back it is the same module to the byte. Round trips of the public suite too, where
// ../shared has it.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readModule } from '../../src/binary/reader';
import { strip } from '../../src/binary/strip';
import { createWriter } from '../../src/binary/writer';
import { CONST_REQUIRED } from '../../src/spec/faults';
import { parseWat } from '../../src/text/parser';
import { type PrintOptions, print } from '../../src/text/printer';
import { parseScript } from '../../src/text/script';

/** A module in its canonical encoding, without custom sections. */
function canonical(bytes: Uint8Array): Uint8Array {
  const writer = createWriter();
  readModule(bytes, writer.events);
  return strip(writer.bytes());
}
/** Whether the reader takes it: of what is invalid it refuses expressions that are not constant, for it must find their ends. */
function isRead(bytes: Uint8Array): boolean {
  try {
    readModule(bytes, createWriter().events);
    return true;
  } catch (error) {
    if (error !== CONST_REQUIRED) throw error;
    return false;
  }
}
const FORMS: PrintOptions[] = [{}, { folded: true }, { offsets: true }, { folded: true, offsets: true }, { names: false }];

/** The lines of a function's body as printed, without their indentation in the module. */
function body(text: string, options: PrintOptions = {}): string[] {
  const lines = print(parseWat(text), options).split('\n');
  const from = lines.findIndex(line => line.startsWith('  (func ') && !line.endsWith(')'));
  const first = lines.findIndex((line, i) => i >= from && line.startsWith('    '));
  return lines.slice(first, lines.indexOf('  )', first)).map(line => line.slice(4));
}
/** The line of a field as printed. */
function field(text: string, keyword: string): string {
  const line = print(parseWat(text))
    .split('\n')
    .find(each => each.startsWith(`  (${keyword}`));
  return line!.trim();
}

describe('fields', () => {
  test.each([
    ['type', '(type $t (func (param i32 i64) (result f32)))', '(type $t (;0;) (func (param i32 i64) (result f32)))'],
    ['type', '(type $s (sub (struct (field $x (mut i8)) (field i64))))', '(type $s (;0;) (sub (struct (field $x (mut i8)) (field i64))))'],
    ['type', '(type (array (mut (ref null eq))))', '(type (;0;) (array (mut eqref)))'],
    ['import', '(import "a\\u{202e}" "b\\"" (func $f (param i32)))', '(import "a\\u{202e}" "b\\"" (func $f (;0;) (type 0) (param i32)))'],
    ['import', '(import "a" "t" (tag (param i32)))', '(import "a" "t" (tag (;0;) (type 0) (param i32)))'],
    ['memory', '(memory $m i64 1 0x10000000000)', '(memory $m (;0;) i64 1 1099511627776)'],
    ['memory', '(memory 1 2 shared)', '(memory (;0;) 1 2 shared)'],
    ['memory', '(memory 0 (pagesize 1))', '(memory (;0;) 0 (pagesize 1))'],
    ['table', '(table 1 2 (ref func) (ref.func 0)) (func)', '(table (;0;) 1 2 (ref func) ref.func 0)'],
    ['global', '(global (mut i32) (i32.add (i32.const 1) (i32.const 2)))', '(global (;0;) (mut i32) i32.const 1 i32.const 2 i32.add)'],
    ['export', '(func $f) (export "f" (func $f))', '(export "f" (func $f))'],
    ['start', '(func $f) (start $f)', '(start $f)'],
    ['elem', '(table 1 funcref) (func $f) (elem (i32.const 0) $f 0)', '(elem (;0;) (i32.const 0) func $f $f)'],
    ['elem', '(elem $e declare (ref null func) (ref.func 0)) (func)', '(elem $e (;0;) declare funcref (ref.func 0))'],
    [
      'elem',
      '(table 0 funcref) (table $u 1 externref) (elem (table $u) (offset i32.const 0) externref (ref.null extern))',
      '(elem (;0;) (table $u) (i32.const 0) externref (ref.null extern))',
    ],
    [
      'data',
      '(memory 0) (memory $n 0) (data (memory $n) (i32.const 1) "a\\00\\ff\\"")',
      '(data (;0;) (memory $n) (i32.const 1) "a\\00\\ff\\"")',
    ],
    ['data', '(data $d "")', '(data $d (;0;) "")'],
  ])('%s: %s', (keyword, text, printed) => {
    expect(field(text, keyword)).toBe(printed);
  });

  test('recursion groups stand together', () => {
    const lines = print(parseWat('(module (rec (type $a (struct (field (ref $b)))) (type $b (sub $a (struct (field (ref $b)))))))')).split(
      '\n',
    );
    expect(lines.slice(1, 5)).toEqual([
      '  (rec',
      '    (type $a (;0;) (struct (field (ref $b))))',
      '    (type $b (;1;) (sub $a (struct (field (ref $b)))))',
      '  )',
    ]);
  });

  test('long data in lines', () => {
    const text = print(parseWat(`(module (data "${'x'.repeat(150)}"))`));
    expect(text).toBe(`(module\n  (data (;0;)\n    "${'x'.repeat(64)}"\n    "${'x'.repeat(64)}"\n    "${'x'.repeat(22)}"\n  )\n)\n`);
  });
});

describe('operators', () => {
  test.each([
    ['i32.const 4294967295', 'i32.const -1'],
    ['i64.const 0x8000000000000000', 'i64.const -9223372036854775808'],
    ['f32.const 0.1', 'f32.const 0.1'],
    ['f32.const 0x1.fffffep127', 'f32.const 3.4028235e+38'],
    ['f32.const 0x1p-149', 'f32.const 1e-45'],
    ['f32.const -0', 'f32.const -0'],
    ['f32.const 16777217', 'f32.const 16777216'],
    ['f32.const nan:0x200001', 'f32.const nan:0x200001'],
    ['f64.const -nan', 'f64.const -nan'],
    ['f64.const nan:0x1', 'f64.const nan:0x1'],
    ['f64.const -inf', 'f64.const -inf'],
    ['f64.const 0x1p-1074', 'f64.const 5e-324'],
    ['f64.const 1e300', 'f64.const 1e+300'],
    ['v128.const i8x16 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16', 'v128.const i32x4 0x04030201 0x08070605 0x0c0b0a09 0x100f0e0d'],
    ['i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31', 'i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31'],
    ['i32.load8_u offset=4294967296', 'i32.load8_u offset=4294967296'],
    ['i64.load $m offset=1 align=2', 'i64.load $m offset=1 align=2'],
    ['i64.load align=8', 'i64.load'],
    ['v128.load32_lane $m align=1 3', 'v128.load32_lane $m align=1 3'],
    ['i32.atomic.rmw8.add_u', 'i32.atomic.rmw8.add_u'],
    ['atomic.fence', 'atomic.fence'],
    ['memory.copy 0 0', 'memory.copy'],
    ['memory.copy $m 0', 'memory.copy $m 0'],
    ['memory.init $m 0', 'memory.init $m 0'],
    ['memory.size', 'memory.size'],
    ['table.init 1 0', 'table.init 1 0'],
    ['table.get', 'table.get 0'],
    ['call_indirect (type $t)', 'call_indirect (type $t)'],
    ['call_indirect 1 (param i32)', 'call_indirect 1 (type $t)'],
    ['return_call_ref $t', 'return_call_ref $t'],
    ['select (result i32)', 'select (result i32)'],
    ['select', 'select'],
    ['ref.null $t', 'ref.null $t'],
    ['ref.test (ref null i31)', 'ref.test i31ref'],
    ['ref.cast (ref struct)', 'ref.cast (ref struct)'],
    ['br_on_cast 0 anyref (ref eq)', 'br_on_cast 0 anyref (ref eq)'],
    ['struct.get $s $x', 'struct.get $s $x'],
    ['array.new_fixed $a 3', 'array.new_fixed $a 3'],
    ['array.copy $a $a', 'array.copy $a $a'],
    ['array.init_data $a 0', 'array.init_data $a 0'],
    ['i64.add128', 'i64.add128'],
  ])('%s', (text, printed) => {
    const module = `(module (type $t (func (param i32))) (type $s (struct (field $x i32))) (type $a (array (mut i8)))
      (memory 0) (memory $m 0) (table 0 funcref) (table 0 funcref) (data "") (elem func) (func ${text}))`;
    expect(body(module)).toEqual([printed]);
    expect(body(module, { folded: true })).toEqual([`(${printed})`]);
  });

  test('blocks, labels and their types', () => {
    expect(
      body(`(module (type (func (param i32) (result i32))) (tag $e)
        (func (param $p i32) (local $l i64) (local f32 f32)
          block $out (result i32) loop local.get $p br_if $out br 1 end i32.const 1 br_table 0 $out 1 end
          if (type 0) i32.eqz else end
          try_table $t (result exnref) (catch $e 0) (catch_all_ref 0) unreachable end drop))`),
    ).toEqual([
      '(local $l i64)',
      '(local f32 f32)',
      'block $out (result i32)',
      '  loop (;@2;)',
      '    local.get $p',
      '    br_if $out',
      '    br $out',
      '  end',
      '  i32.const 1',
      '  br_table $out $out 1',
      'end',
      'if (;@1;) (type 0) (param i32) (result i32)',
      '  i32.eqz',
      'end',
      'try_table $t (result exnref) (catch $e 0) (catch_all_ref 0)',
      '  unreachable',
      'end',
      'drop',
    ]);
  });
});

describe('folded', () => {
  const folded = (text: string) => body(`(module (func $two (result i32 i32) unreachable) ${text})`, { folded: true });
  test('operands go into what takes them', () => {
    expect(body('(func (param i32) (result i32) local.get 0 i32.const 2 i32.mul local.get 0 i32.add)', { folded: true })).toEqual([
      '(i32.add (i32.mul (local.get 0) (i32.const 2)) (local.get 0))',
    ]);
  });
  test('conditions, blocks with results', () => {
    expect(
      body(
        '(func (param i32) (result i32) local.get 0 if (result i32) i32.const 1 else i32.const 2 end block (result i32) i32.const 3 end i32.add)',
        {
          folded: true,
        },
      ),
    ).toEqual([
      '(i32.add',
      '  (if (;@1;) (result i32)',
      '    (local.get 0)',
      '    (then',
      '      (i32.const 1)',
      '    )',
      '    (else',
      '      (i32.const 2)',
      '    )',
      '  )',
      '  (block (;@1;) (result i32)',
      '    (i32.const 3)',
      '  ))',
    ]);
  });
  test('several results where all are taken, and not where some are', () => {
    expect(
      print(parseWat('(func $two (result i32 i32) i32.const 1 i32.const 2) (func call $two i32.add drop call $two drop drop)'), {
        folded: true,
      }),
    ).toContain('    (drop (i32.add (call $two)))\n    (call $two)\n    (drop)\n    (drop)\n');
  });
  test('unreachable code stands as it is', () => {
    expect(folded('')).toEqual(['(unreachable)']);
    expect(body('(func (result i32) unreachable i32.add br 0 i32.eqz)', { folded: true })).toEqual([
      '(unreachable)',
      '(i32.add)',
      '(br 0)',
      '(i32.eqz)',
    ]);
  });
  test('what is nested deep is folded no deeper than can be read', () => {
    const deep = `(func (result i32) i32.const 0 ${'i32.eqz '.repeat(30_000)})`;
    const bytes = parseWat(deep);
    for (const options of FORMS) expect(Buffer.compare(parseWat(print(bytes, options)), bytes)).toBe(0);
    expect(
      Math.max(
        ...print(bytes, { folded: true })
          .split('\n')
          .map(line => line.length),
      ),
    ).toBeLessThan(400);
  });
  test('thousands of blocks in each other', () => {
    const bytes = parseWat(`(func ${'block '.repeat(30_000)}${'end '.repeat(30_000)})`);
    for (const options of FORMS) expect(Buffer.compare(parseWat(print(bytes, options)), bytes)).toBe(0);
  });
});

describe('names', () => {
  /** A module with a name section for its functions. */
  const named = (...names: string[]) => {
    const items = names.flatMap((name, i) => {
      const utf8 = Buffer.from(name);
      return [i, utf8.length, ...utf8];
    });
    const map = [names.length, ...items];
    const section = [4, ...Buffer.from('name'), 1, map.length, ...map];
    return Uint8Array.of(...parseWat(`(module ${'(func)'.repeat(names.length)})`), 0, section.length, ...section);
  };
  const ids = (bytes: Uint8Array) =>
    print(bytes)
      .split('\n')
      .flatMap(line => /^ {2}\(func(.*) \(;/.exec(line)?.[1] ?? []);

  test('become identifiers, in quotes where they must', () => {
    expect(ids(named('plain.name', 'with space', 'a"b\\', 'élan', 'new\nline'))).toEqual([
      ' $plain.name',
      ' $"with space"',
      ' $"a\\"b\\\\"',
      ' $"élan"',
      ' $"new\\u{a}line"',
    ]);
  });
  test('are made unique and kept', () => {
    const bytes = named('f', 'f', 'f#1', '', 'f');
    expect(ids(bytes)).toEqual([' $f', ' $f#1# (@name "f")', ' $f#1', ' (@name "")', ' $f#4 (@name "f")']);
    expect(ids(parseWat(print(bytes)))).toEqual(ids(bytes));
  });
  test('of labels, locals, fields and all else come back', () => {
    const text = `(module $m (type $t (func)) (type $s (struct (field $x i32))) (memory $me 0) (table $ta 0 funcref) (tag $ta)
      (global $g i32 (i32.const 0)) (elem $e func) (data $d "") (func $f (param $p i32) (local $l i32) (block $b (br $b) (block $b (br $b) (br 1)))))`;
    const bytes = parseWat(text);
    for (const options of FORMS.slice(0, 4)) expect(parseWat(print(bytes, options))).toEqual(bytes);
    expect(print(bytes)).toMatch(/^\(module \$m\n/);
  });
  test('are left out when not wanted', () => {
    expect(print(parseWat('(module $m (func $f (param $p i32) local.get $p drop))'), { names: false })).not.toContain('$');
  });
});

describe('custom sections', () => {
  test('stand in annotations with their places', () => {
    const bytes = parseWat(`(module (@custom "first" (before first) "1") (func) (@custom "mid" (after type) "2\\00") (@custom "end" "3"))`);
    const text = print(bytes);
    expect(text).toContain('(@custom "first" (before first) "1")');
    expect(text).toContain('(@custom "mid" (after type) "2\\00")');
    expect(parseWat(text)).toEqual(bytes);
  });
  test('branch hints stand before their branches', () => {
    const bytes = parseWat(`(module (func (param i32)
      (block (@metadata.code.branch_hint "\\01") (br_if 0 (local.get 0)))
      local.get 0 (@metadata.code.branch_hint "\\00") if nop end))`);
    expect(print(bytes)).toContain('      (@metadata.code.branch_hint "\\01") br_if 0 (;@1;)\n');
    expect(print(bytes, { folded: true })).toContain('      (@metadata.code.branch_hint "\\01") (br_if 0 (;@1;)\n');
    for (const options of FORMS) expect(Buffer.compare(parseWat(print(bytes, options)), bytes)).toBe(0);
  });
  test('hints that are none of a branch stay a custom section', () => {
    const bytes = parseWat('(module (@custom "metadata.code.branch_hint" (before code) "\\01\\00\\01\\01\\01\\07") (func nop))');
    expect(print(bytes)).toContain('(@custom "metadata.code.branch_hint" (after func)');
    expect(parseWat(print(bytes))).toEqual(bytes);
  });
});

test('offsets are those of the module', () => {
  const bytes = parseWat('(func (result i32) i32.const 1 i32.const 2 i32.add)');
  const lines = print(bytes, { offsets: true }).split('\n');
  const offset = (text: string) => Number.parseInt(/^\(; *([0-9a-f]+);\)/.exec(lines.find(line => line.endsWith(text))!)![1]!, 16);
  expect([bytes[offset('i32.const 2')], bytes[offset('i32.add')]]).toEqual([0x41, 0x6a]);
});

test('modules that are not valid are printed all the same', () => {
  const bytes = parseWat('(func (type 0) br 7 call 9 local.get 8 struct.new 0) (type (func))');
  for (const options of FORMS) expect(Buffer.compare(parseWat(print(bytes, options)), bytes)).toBe(0);
});

const SUITE = '../shared/conformance';
test.skipIf(!existsSync(SUITE))('every module of the public suite, flat and folded: the same bytes', { timeout: 240_000 }, () => {
  const scripts = readdirSync(SUITE, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.wast'));
  let modules = 0;
  const wrong: string[] = [];
  for (const script of scripts.sort())
    for (const step of parseScript(readFileSync(join(SUITE, script)))) {
      if (step.wasm === null || step.form === 'assert_malformed' || (step.form === 'assert_invalid' && !isRead(step.wasm))) continue;
      modules++;
      const wanted = Buffer.from(canonical(step.wasm));
      // what the text parser writes is canonical as it is
      if (step.written === 'text' && wanted.compare(strip(step.wasm)) !== 0) wrong.push(`${script}:${step.line}: not canonical`);
      for (const options of FORMS.slice(0, 2))
        if (wanted.compare(strip(parseWat(print(step.wasm, options)))) !== 0)
          wrong.push(`${script}:${step.line} ${JSON.stringify(options)}`);
    }
  expect(wrong).toEqual([]);
  expect(modules).toBeGreaterThan(5_500);
});
