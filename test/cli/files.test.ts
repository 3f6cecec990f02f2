// The verbs on module files: parse, print, validate, dump, strip; and that all take text.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseWat } from '../../src/text/parser';
import { terminal } from './terminal';

const dir = mkdtempSync(join(tmpdir(), 'wasmote-files-'));
const file = (name: string, content: string | Uint8Array) => {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
};
const wasmote = terminal();
const COUNTER = 'examples/c/counter/counter.wasm';
const ADD = file('add.wat', '(module (func $add (export "add") (param $a i32) (result i32)\n  local.get $a\n  i32.const 1\n  i32.add))\n');

describe('parse', () => {
  test('writes the module beside its text, ready to run', async () => {
    const { code, out } = await wasmote(`parse ${ADD}`);
    expect([code, out]).toEqual([0, `${join(dir, 'add.wasm')}: ${readFileSync(join(dir, 'add.wasm')).length} B`]);
    expect((await wasmote(`run ${join(dir, 'add.wasm')} --invoke add 41`)).out.trim()).toBe('42');
  });
  test('-o, --no-names, --json', async () => {
    const out = join(dir, 'bare.wasm');
    expect((await wasmote(`parse ${ADD} -o ${out} --no-names --json`)).json).toEqual({ file: ADD, out, bytes: readFileSync(out).length });
    expect(readFileSync(out).includes('name')).toBe(false);
  });
  test('shows where a text is wrong', async () => {
    const wrong = file('wrong.wat', '(module\n  (func (i32.addd)))\n');
    const { code, err } = await wasmote(`parse ${wrong}`);
    expect(code).toBe(47);
    expect(err.split('\n')).toEqual([
      '  (func (i32.addd)))',
      '         ^',
      expect.stringMatching(/^error 47 WASM: invalid module .*wrong\.wat: 2:10: unknown operator i32\.addd/),
      expect.stringMatching(/^next: /),
    ]);
    expect((await wasmote(`parse ${wrong} --json`)).json.error).toMatchObject({ code: 47, data: { line: 2, column: 10 } });
  });
  test.each([
    ['parse none.wat', 3, 'cannot read none.wat: no such file'],
    [`parse ${ADD} -o ${dir}`, 4, `cannot write ${dir}: is a directory`],
    [`parse ${ADD} -o ${ADD}`, 2, 'would be overwritten'],
    [`parse ${COUNTER}`, 2, `${COUNTER} is a module already; \`wasmote print ${COUNTER}\` shows its text`],
    [`parse ${file('mark', '\ufeff(module)')}`, 47, '1:1: illegal character: a byte order mark'],
  ])('%s', async (line, code, text) => {
    const result = await wasmote(line);
    expect(result.err).toContain(text);
    expect(result.code).toBe(code);
    expect(readFileSync(ADD, 'utf8')).toContain('(module');
  });
});

describe('print', () => {
  test('shows a module, flat or folded, and what parse makes of it is the module', async () => {
    const text = file('counter.wat', (await wasmote(`print ${COUNTER}`)).out);
    await wasmote(`parse ${text}`);
    await wasmote(`strip ${COUNTER} -o ${join(dir, 'a.wasm')}`);
    await wasmote(`strip ${join(dir, 'counter.wasm')} -o ${join(dir, 'b.wasm')}`);
    const again = (await wasmote(`print ${join(dir, 'b.wasm')}`)).out;
    expect(again).toBe((await wasmote(`print ${join(dir, 'a.wasm')}`)).out);
    expect((await wasmote(`print ${COUNTER} --folded`)).out).toContain('(drop (call $wasmote_timer_start (i32.const 1000) (i32.const 1)))');
  });
  test('takes text too: formats it', async () => {
    const { out } = await wasmote(`print ${ADD} --folded --no-names`);
    expect(out).toContain('    (i32.add (local.get 0) (i32.const 1))\n');
  });
  test('--offsets, -o', async () => {
    const out = join(dir, 'counter.txt');
    expect((await wasmote(`print ${COUNTER} --offsets -o ${out}`)).out).toBe('');
    expect(readFileSync(out, 'utf8')).toMatch(/^\(; +f4;\) +i32\.const 2$/m);
  });
  test('refuses what is no module', async () => {
    const { code, err } = await wasmote(`print ${file('cut.wasm', readFileSync(COUNTER).subarray(0, 300))}`);
    expect([code, err]).toEqual([47, expect.stringMatching(/^error 47 WASM: invalid module .*cut\.wasm at byte \d+: .*\nnext: /)]);
  });
});

describe('validate', () => {
  const GC = file('gc.wat', '(module (type (struct)))');
  test.each([
    ['', 0],
    ['all', 0],
    ['wasm3', 0],
    ['wasm2', 47],
    ['wasm2,gc,function-references', 0],
    ['-gc', 47],
    ['-simd,tail-call', 0],
  ])('--features=%s', async (features, code) => {
    expect((await wasmote(['validate', ...(features ? [`--features=${features}`] : []), GC])).code).toBe(code);
  });
  test('a feature nobody knows', async () => {
    const { code, err } = await wasmote(`validate --features=frobs ${GC}`);
    expect([code, err]).toEqual([2, expect.stringMatching(/^error 2 USAGE: no feature frobs; there are all, wasm3, wasm2, tail-call, /)]);
  });
  test('every function that is wrong, with its place in the text', async () => {
    const wrong = file(
      'faults.wat',
      `(module
  (func $a (param i32) (result i32)
    (i32.add (local.get 0)
      (i64.const 1)))

  (func (if (i32.const 1)
    (then (drop (f32.neg (i32.const 2)))) (else nop)))
  (func (result i64) i64.const 1)
  (func (result i32)
    nop
    i32.const 1
    i32.eqz
    drop
  ))`,
    );
    const { out, code } = await wasmote(`validate ${wrong}`);
    expect(code).toBe(47);
    expect(out.split('\n').map(line => line.replace(/^.*faults\.wat/g, ''))).toEqual([
      ':3:6: type mismatch (error 47 WASM)',
      '    (i32.add (local.get 0)',
      '     ^',
      ':7:18: type mismatch (error 47 WASM)',
      '    (then (drop (f32.neg (i32.const 2)))) (else nop)))',
      '                 ^',
      ':14:3: type mismatch (error 47 WASM)',
      '  ))',
      '  ^',
    ]);
    const { faults, offset } = (await wasmote(`validate --json ${wrong}`)).json;
    expect(faults).toMatchObject([{ line: 3, column: 6, offset }, { line: 7 }, { line: 14 }]);
  });
  test.each([
    ['(module (memory 1)\n (func (export "a"))\n (func (export "a")))', '3:8: duplicate export name', ' (func (export "a")))'],
    ['(func (export "m"))\n(export "m" (func 0))', '2:1: duplicate export name', '(export "m" (func 0))'],
    ['(memory 1)\n(data (memory 0) (i32.const 0))\n(data (memory 1) (i32.const 0))', '3:1: unknown memory 1', undefined],
    ['(func)\n(func (param i32))\n(start 1)', '3:1: start function must', '(start 1)'],
    ['(global i32 (i32.const 0))\n (global (export "g") i32\n (i64.const 0))', '2:2: type mismatch', undefined],
    ['(table 1 funcref)\n(table funcref (elem 0))\n(elem (i32.const 0) 9) (func)', '3:1: unknown function 9', undefined],
    ['(import "a" "a" (memory 1))\n(memory (import "a" "b") 3 2)', '2:9: size minimum', undefined],
    ['(rec (type (func)) \n(type (func (param (ref 7)))))', '2:1: unknown type', undefined],
  ])('the field that is wrong: %s', async (text, message, source) => {
    const wrong = file('field.wat', text);
    const validated = await wasmote(`validate ${wrong}`);
    expect(validated.out).toContain(`field.wat:${message}`);
    if (source) expect(validated.out.split('\n')[1]).toBe(source);
    const run = await wasmote(`run ${wrong}`);
    expect(run.err).toContain(`field.wat: ${message}`);
    expect(run.err + validated.out).not.toContain('byte');
    expect(run.err.split('\n').slice(0, 2)).toEqual(validated.out.split('\n').slice(1, 3));
  });
  test('a module in a text that is none', async () => {
    const { out, code } = await wasmote(`validate ${file('none.wat', '(module binary "\\00as")')}`);
    expect([code, out]).toEqual([47, expect.stringMatching(/none\.wat: unexpected end \(error 47 WASM\)$/)]);
  });
  test('of very many faults the first, each at its place, and how many there are', async () => {
    const wrong = file('many.wat', '(func (drop (i32.eqz (i64.const 0))))\n'.repeat(20_000));
    const { out } = await wasmote(`validate ${wrong}`);
    expect(out.split('\n').filter(line => line.includes('many.wat'))).toHaveLength(101);
    expect(out).toContain('many.wat:100:14: type mismatch');
    expect(out).toMatch(/many\.wat: and 19900 more$/);
    const { faults, more } = (await wasmote(`validate --json ${wrong}`)).json;
    expect([faults.length, more]).toEqual([100, 19900]);
  });
  const binary = (text: string) => file('features.wasm', parseWat(text));
  test.each([
    ['(type (struct))', 'wasm2', 'needs the feature gc, which is off at byte'],
    ['(func (drop (v128.const i32x4 0 0 0 0)))', '-simd', 'needs the feature simd, which is off at byte'],
    [
      '(func (drop (v128.const i32x4 0 0 0 0))) (func (return_call 0))',
      '-simd,-tail-call',
      'needs the feature tail-call, which is off at byte',
    ],
    ['(memory 0) (memory 0)', 'wasm2', 'multiple memories; it needs the feature multi-memory, which is off at byte'],
    ['(func (result i32) (i64.const 0))', 'wasm2', 'features.wasm: type mismatch at byte'],
  ])('%s by %s: what is off', async (text, features, message) => {
    const { out, code } = await wasmote(`validate --features=${features} ${binary(text)}`);
    expect(code).toBe(47);
    expect(out).toContain(message);
  });
});

describe('dump', () => {
  test('sections, and functions by size or name', async () => {
    const { out } = await wasmote(`dump ${COUNTER}`);
    expect(out).toMatch(/^ {2}code +184 B at 238$/m);
    expect(out).toMatch(/^ {2}function wasmote\.log \(i32 i32 i32\) -> \(\)$/m);
    const order = (text: string) => [...text.matchAll(/^ +\d+ +\d+ B at \d+ +(on_\w+)/gm)].map(match => match[1]);
    expect(order(out)).toEqual(['on_timer', 'on_init', 'on_destroy']);
    expect(order((await wasmote(`dump ${COUNTER} --sort name`)).out)).toEqual(['on_destroy', 'on_init', 'on_timer']);
    expect((await wasmote(`dump ${COUNTER} --sort colour`)).code).toBe(2);
  });
  test('code with offsets and names', async () => {
    const { out } = await wasmote(`dump ${COUNTER} -f on_init`);
    expect(out).toContain('    000110  call $wasmote_ready');
    const bytes = readFileSync(COUNTER);
    for (const { offset, text } of (await wasmote(`dump ${COUNTER} -d --json`)).json.functions.flatMap((f: any) => f.code))
      if (text.startsWith('i32.const')) expect(bytes[offset]).toBe(0x41);
    expect((await wasmote(`dump ${COUNTER} -f nobody`)).err).toContain('has no function nobody');
  });
  test('code is indented as far as print does, however deep it is', async () => {
    const deep = file('deep.wat', `(func ${'block '.repeat(5000)}${'end '.repeat(5000)})`);
    const lines = (await wasmote(`dump -d ${deep}`)).out.split('\n').filter(line => line.includes(' block'));
    expect(lines).toHaveLength(5000);
    expect(Math.max(...lines.map(line => line.length))).toBeLessThan(150);
  });
});

describe('strip', () => {
  test('takes out custom sections, but what is to be kept', async () => {
    const copy = file('copy.wasm', readFileSync(COUNTER));
    const before = readFileSync(COUNTER).length;
    const kept = join(dir, 'kept.wasm');
    expect((await wasmote(`strip ${copy} -o ${kept} --keep name --json`)).json).toEqual({
      file: copy,
      out: kept,
      before,
      after: readFileSync(kept).length,
      removed: ['producers'],
    });
    expect(readFileSync(copy).length).toBe(before);
    expect((await wasmote(`strip ${copy}`)).out).toMatch(/: 669 B -> 468 B, without name, producers$/);
    expect((await wasmote(`validate ${copy} ${kept}`)).code).toBe(0);
    expect((await wasmote(`strip ${copy}`)).out).toMatch(/: 468 B -> 468 B$/);
  });
});

describe('text in place of a module', () => {
  const lines = (err: string) => err.split('\n').map(line => line.replace(dir, ''));
  const UNNAMED = file('unnamed', '\n  ;; says so itself\n(func (export "f") (result i64) i64.const 7)');

  test('run', async () => {
    expect((await wasmote(`run ${ADD} --invoke add 41`)).out).toBe('42');
    expect((await wasmote(`run ${UNNAMED} --invoke f`)).out).toBe('7');
  });
  test('dump, validate', async () => {
    expect((await wasmote(`dump ${ADD}`)).out).toMatch(/^ {2}function add \(i32\) -> \(i32\)$/m);
    expect((await wasmote(`validate ${UNNAMED}`)).out).toBe(`${UNNAMED}: valid`);
  });
  test('strip makes a module of it and leaves it alone', async () => {
    const copy = file('copy.wat', readFileSync(ADD));
    const { out, removed } = (await wasmote(`strip ${copy} --json`)).json;
    expect([out, removed]).toEqual([join(dir, 'copy.wasm'), ['name']]);
    expect(readFileSync(copy)).toEqual(readFileSync(ADD));
    expect((await wasmote(`run ${out} --invoke add 1`)).out).toBe('2');
  });

  const MALFORMED = file('malformed.wat', '(module\n  (func i32.addd))');
  test.each([
    ['run', 255],
    ['print', 47],
    ['dump', 47],
    ['strip', 47],
    ['install -d kitchen', 47],
  ])('%s shows where it is wrong', async (verb, code) => {
    const result = await wasmote(`${verb} ${MALFORMED}`);
    expect([result.code, ...lines(result.err)]).toEqual([
      code,
      '  (func i32.addd))',
      '        ^',
      expect.stringMatching(/^error 47 WASM: invalid module \/malformed\.wat: 2:9: unknown operator i32\.addd/),
      expect.stringMatching(/^next: /),
    ]);
  });
  test('run of what is not exported, of what is not run here', async () => {
    const nope = await wasmote(`run ${ADD} --invoke nope`);
    expect([nope.code, ...lines(nope.err)]).toEqual([
      2,
      'error 2 USAGE: no exported function nope in /add.wat; there are add',
      'next: see `wasmote run --help`',
    ]);
    expect((await wasmote(`run ${file('bare.wat', '(func)')} -f nope`)).err).toContain('bare.wat; it exports none');
    const simd = await wasmote(`run ${file('simd.wat', '(func (drop (v128.const i32x4 0 0 0 0)))')}`);
    expect([simd.code, ...lines(simd.err)]).toEqual([
      255,
      'error 47 WASM: /simd.wat is valid, but uses what is not run here: simd',
      expect.stringMatching(/^next: build it without /),
    ]);
  });
  test('run shows where it is invalid', async () => {
    const invalid = file('invalid.wat', '(module\n  (func (result i32)\n    (i64.const 0)))');
    const { err, code } = await wasmote(`run ${invalid} --invoke f`);
    expect([code, ...lines(err).slice(0, 3)]).toEqual([
      255,
      '    (i64.const 0)))',
      '                 ^',
      'error 47 WASM: invalid module /invalid.wat: 3:18: type mismatch',
    ]);
    expect((await wasmote(`run ${invalid} --json`)).json.error).toMatchObject({ code: 47, data: { line: 3, column: 18 } });
  });
  test('what is neither is no module', async () => {
    for (const verb of ['run', 'print', 'dump'])
      expect((await wasmote(`${verb} ${file('neither', '#!/bin/sh\n(module)')}`)).err).toContain('at byte 0: magic header not detected');
  });
});
