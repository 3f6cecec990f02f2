// The room for a function's code grows in steps: whatever operation stands at the end of one, all its words are kept. (The functions take more
// than 4096 words, so that each begins with the smallest room.) And the room for constants in a frame: those that find none work too.

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

test('more constants in a loop than have cells of their own, in sums, products and comparisons', () => {
  const f64 = MANY.map(i => `(local.set $x (f64.add (f64.const ${i}.5) (f64.mul (local.get $x) (f64.const 0.${i + 100}))))`).join(' ');
  const i64 = MANY.map(i => `(local.set $y (i64.xor (i64.mul (local.get $y) (i64.const ${0x100000001 + i})) (i64.const ${i})))`).join(' ');
  const i32 = MANY.map(i => `(local.set $z (i32.add (local.get $z) (i32.lt_u (local.get $z) (i32.const ${0x10000 + i}))))`).join(' ');
  const instance = load(`(module (func (export "f") (result f64 i64 i32) (local $x f64) (local $y i64) (local $z i32) (local $n i32)
    (local.set $y (i64.const 1)) (local.set $z (i32.const 65900))
    (loop ${f64} ${i64} ${i32} (br_if 0 (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 2))))
    (local.get $x) (local.get $y) (local.get $z)))`);
  let [x, y, z] = [0, 1n, 65900];
  for (let n = 0; n < 2; n++) {
    for (const i of MANY) x = i + 0.5 + x * Number(`0.${i + 100}`);
    for (const i of MANY) y = BigInt.asIntN(64, y * BigInt(0x100000001 + i)) ^ BigInt(i);
    for (const i of MANY) z += z < 0x10000 + i ? 1 : 0;
  }
  expect(instance.call('f')).toEqual([x, y, z]);
});
