// The room for a function's code grows in steps: whatever operation stands at the end of one, all its words are kept. (The functions take more
// than 4096 words, so that each begins with the smallest room.)

import { expect, test } from 'vitest';
import wabt from 'wabt';
import { Module, Runtime } from '../../src/index';

const { parseWat } = await wabt();
const load = (text: string) => new Runtime().instantiate(new Module(parseWat('test.wat', text, {}).toBinary({}).buffer));

// what moves the operations under test by more and more words
const PADS = [0, 1, 2, 3, 4, 5, 6, 7].map(n => '(local.set 1 (i32.add (local.get 0) (i32.const 1))) (local.set 0 (local.get 1))'.repeat(n));
const MANY = Array.from({ length: 700 }, (_, i) => i);

test.each(PADS)('constants of two words %#', pad => {
  const sum = MANY.map(i => `(local.set 2 (i32.const ${0x10000 + i})) (local.set 0 (i32.xor (local.get 0) (local.get 2)))`).join(' ');
  const body = `(local i32 i32 i32) ${pad} (local.set 0 (i32.const 0)) ${sum} (local.get 0)`;
  expect(load(`(module (func (export "f") (result i32) ${body}))`).call('f')).toBe(MANY.reduce((all, i) => all ^ (0x10000 + i), 0));
});

test.each(PADS)('branches fused with a compare that take a value along %#', pad => {
  const branches = MANY.map(i => `(br_if 0 (local.get 0) (i32.eq (local.get 0) (i32.const ${i}))) drop`).join(' ');
  const body = `(param i32) (result i32) (local i32) ${pad} (i32.add (i32.const 1) (block (result i32) ${branches} (i32.const -3)))`;
  const instance = load(`(module (func (export "f") ${body}))`);
  const offset = pad.split('i32.add').length - 1;
  const got = [...MANY, 5000].map(x => {
    const call = instance.start('f', x - offset);
    return call.run(10_000) === 'done' ? call.results[0] : 'does not end';
  });
  expect(got).toEqual([...MANY.map(i => i + 1), -2]);
});
