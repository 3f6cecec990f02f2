// Compiling ahead of time: the bytes are the same however many threads make them and the text is the one that the executor makes itself; instances
// share what was compiled.

import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { Module, Runtime } from '../../src/index';
import { artefactText, openArtefact } from '../../src/jstext/artefact';
import { adoptText, jsA, jsB } from '../../src/jstext/executor';
import { moduleText } from '../../src/jstext/module';
import { parseModule } from '../../src/runtime/module';
import { parseWat } from '../../src/text/parser';
import { type CompileOptions, compile, createPool, sha256 } from '../../tools/compile/compile';

const read = (file: string) => new Uint8Array(readFileSync(file));
const SQL = 'node_modules/sql.js/dist/sql-wasm.wasm'; // 690 kB
const pools = [1, 2, 3].map(createPool);
afterAll(() => Promise.all(pools.map(pool => pool.close())));
const options = (form: 'A' | 'B', names = false): CompileOptions => ({ form, names, target: 'js' });
const textOf = (wasm: Uint8Array, bytes: Uint8Array) => artefactText(openArtefact(bytes, sha256(wasm, 0, wasm.length), sha256));

describe('one, two and three threads make the same', () => {
  test.each([
    ['nothing', parseWat('(module)')],
    ['a small module', read('examples/c/counter/counter.wasm')],
    ['one of WASI', read('examples/wasi/countdown/countdown.wasm')],
    ['a large one', read(SQL)],
  ])('%s', { timeout: 120_000 }, async (_, wasm) => {
    for (const form of ['A', 'B'] as const) {
      const made = await Promise.all(pools.map(pool => compile(wasm, options(form), pool)));
      for (const { bytes } of made) expect(Buffer.compare(bytes, made[0]!.bytes)).toBe(0);
      const { options: text } = openArtefact(made[0]!.bytes, sha256(wasm, 0, wasm.length), sha256);
      expect(textOf(wasm, made[0]!.bytes) === moduleText(parseModule(wasm), text)).toBe(true); // too long to print
    }
  });
});

test('every function of a large module is JavaScript', { timeout: 120_000 }, async () => {
  const wasm = read(SQL);
  for (const form of ['A', 'B'] as const) Function(`return ${textOf(wasm, (await compile(wasm, options(form), pools[1]!)).bytes)}`);
});

test('names stand in the text where that is wanted, and only there', async () => {
  const wasm = parseWat('(module (func $ask (result i32) (i32.const 42)) (func $"né w" (export "main") (result i32) (call $ask)))');
  const plain = textOf(wasm, (await compile(wasm, options('A'), pools[0]!)).bytes);
  const named = textOf(wasm, (await compile(wasm, options('A', true), pools[0]!)).bytes);
  expect(plain).not.toContain('ask');
  expect(named).toMatch(/function \$0_ask\(\).*function \$1_n_w\(.*\$0_ask\(\).*return\[\$0_ask,\$1_n_w\]/);
  const module = new Module(wasm);
  adoptText(module.parsed, { form: 'A', staticBytes: 0 }, named);
  expect(new Runtime({ executor: jsA }).instantiate(module).call('main')).toBe(42);
});

test('what became of each function', async () => {
  const wasm = parseWat(`(module (import "m" "out" (func $out)) (memory 1)
    (func $leaf (param i32) (result i32) (i32.add (i32.load (local.get 0)) (i32.load (local.get 0))))
    (func $loop (loop (br 0)))
    (func $vector (drop (v128.const i64x2 0 0)))
    (func $calls (call $out)))`);
  const made = await compile(wasm, options('A'), pools[0]!);
  expect(made.beyond).toBe(1);
  expect(made.functions.map(f => [f.name, f.form])).toEqual([
    ['out', 'import'],
    ['leaf', 'plain'],
    ['loop', 'stops'],
    ['vector', 'not run here'],
    ['calls', 'stops'],
  ]);
  // the second load is of bytes that the first has shown to be there, and their alignment is known of none
  expect(made.functions[1]).toMatchObject({ index: 1, checks: 1, bounds: 1, alignments: 0 });
  const b = await compile(wasm, options('B'), pools[0]!);
  expect(b.functions.map(f => f.form)).toEqual(['import', 'structured', 'structured', 'not run here', 'structured']);
});

test.each([
  ['no module', new Uint8Array([0, 1, 2, 3])],
  ['an invalid body', new Uint8Array([...parseWat('(module (func (drop (i32.const 1))))')].map(byte => (byte === 0x1a ? 0x6a : byte)))],
])('%s is refused, by every number of threads', async (_, wasm) => {
  for (const pool of pools) await expect(compile(wasm, options('A'), pool)).rejects.toBeTypeOf('number');
  expect((await compile(parseWat('(module (func))'), options('A'), pools[1]!)).functions.length).toBe(1); // and the threads live on
});

describe('instances', () => {
  const COUNTER = `(module (memory (export "memory") 1 3) (data (i32.const 8) "\\05") (global $g (mut i32) (i32.const 0))
    (func (export "next") (result i32) (global.set $g (i32.add (global.get $g) (i32.load8_u (i32.const 8)))) (global.get $g))
    (func (export "poke") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
    (func (export "peek") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "grow") (result i32) (memory.grow (i32.const 1))))`;

  test.each([
    ['A', jsA],
    ['B', jsB],
  ] as const)('of form %s share the text and nothing else', (form, executor) => {
    const module = new Module(parseWat(COUNTER));
    const one = new Runtime({ executor }).instantiate(module);
    expect([one.call('next'), one.call('next')]).toEqual([5, 10]);
    const made = module.parsed.code[form];
    const two = new Runtime({ executor }).instantiate(module);
    expect(two.call('next')).toBe(5);
    expect(module.parsed.code[form]).toBe(made);
    one.call('poke', 8, 7);
    expect([one.call('next'), two.call('next')]).toEqual([17, 10]);
    // each has the views of its own memory, also when that grows
    expect(() => two.call('peek', 65536)).toThrow('out of bounds');
    expect(two.call('grow')).toBe(1);
    expect(two.call('peek', 65536)).toBe(0);
    two.call('poke', 65536, 3);
    expect(two.call('peek', 65536)).toBe(3);
    expect(() => one.call('peek', 65536)).toThrow('out of bounds');
  });

  test('a text that counts on more memory than an instance has is not taken for it', () => {
    const wat = `(module (memory 1) (global (export "__heap_base") i32 (i32.const 1024)) (global (export "__data_end") i32 (i32.const 1024))
      (func (export "far") (result i32) (i32.load (i32.const 4096))))`;
    const module = new Module(parseWat(wat));
    const runtime = new Runtime({ executor: jsA });
    expect(runtime.instantiate(module).call('far')).toBe(0);
    expect(() => runtime.instantiate(module, { shrink: true, heapBytes: 0 }).call('far')).toThrow('out of bounds');
    expect(runtime.instantiate(module).call('far')).toBe(0);
  });
});
