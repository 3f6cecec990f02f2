// Calls by embedders: no fuel but a number, no argument but one of its type.

import { describe, expect, test } from 'vitest';
import { Module, parseText, Runtime } from '../../src/index';

const load = (text: string) => new Runtime().instantiate(new Module(parseText(text)));

describe('fuel', () => {
  const endless = () => load('(module (func (export "f") (loop (br 0))))').start('f');

  test.each([undefined, null, Number.NaN, '1000', 1000n, {}])('%s is none', fuel => {
    const call = endless();
    expect(() => call.run(fuel as number)).toThrow(new TypeError(`fuel must be a number, got ${told(fuel)}`));
    expect(call.run(100)).toBe('fuel'); // it stands where it stood
  });

  test.each([0, -1, -1e9, Number.NEGATIVE_INFINITY])('%s is none left', fuel => {
    const call = endless();
    expect(call.run(fuel)).toBe('fuel');
    expect(call.fuelLeft).toBeLessThanOrEqual(0);
    expect(call.fuelLeft).toBeGreaterThan(-10);
  });
});

test('endless fuel lasts to the end', () => {
  const call = load('(module (func (export "f") (result i32) (i32.const 7)))').start('f');
  expect(call.run(Number.POSITIVE_INFINITY)).toBe('done');
  expect(call.results).toEqual([7]);
});

describe('arguments', () => {
  const types = ['i32', 'i64', 'f32', 'f64', 'funcref', 'externref', '(ref null $t)', '(ref $t)', '(ref extern)', 'exnref'];
  const instance = load(`(module
    (type $t (func (param i32) (result i32)))
    (func $t (export "t") (type $t) (local.get 0))
    (func (export "other"))
    (func (export "refs") (result (ref $t) funcref) (ref.func $t) (ref.func 1))
    (elem declare func $t 1)
    (func (export "two") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    ${types.map(type => `(func (export "${type}") (param ${type}) (result ${type}) (local.get 0))`).join('\n')})`);
  const [ofT, other] = instance.call('refs');
  const object = {};

  const pass: [type: string, value: unknown, result?: unknown][] = [
    ['i32', -1],
    ['i32', 0xffffffff, -1],
    ['i32', 2.9, 2],
    ['i32', Number.NaN, 0],
    ['i64', -1n],
    ['i64', 0xffffffffffffffffn, -1n],
    ['f32', 0.1, Math.fround(0.1)],
    ['f64', -0],
    ['funcref', null],
    ['funcref', 0, null],
    ['funcref', ofT],
    ['funcref', other],
    ['(ref null $t)', null],
    ['(ref null $t)', ofT],
    ['(ref $t)', ofT],
    ['externref', null],
    ['externref', undefined],
    ['externref', 0],
    ['externref', object],
    ['(ref extern)', object],
    ['exnref', null],
  ];
  test.each(pass)('%s takes %s', (type, value, result = value) => expect(instance.call(type, value)).toBe(result));

  const number = (type: string) => `a number (${type})`;
  const refuse: [type: string, value: unknown, wanted: string][] = [
    ...['i32', 'f32', 'f64'].flatMap(type =>
      ['1', 1n, true, null, undefined, object].map(value => [type, value, number(type)] as [string, unknown, string]),
    ),
    ...['1', 1, null, undefined].map(value => ['i64', value, 'a BigInt (i64)'] as [string, unknown, string]),
    ...[-1, 0.5, 1e6, Number.NaN, undefined, '1', () => {}].map(
      value => ['funcref', value, 'null or the handle of such a function (funcref)'] as [string, unknown, string],
    ),
    ['(ref null $t)', other, 'null or the handle of such a function ('],
    ['(ref $t)', other, 'the handle of such a function ('],
    ['(ref $t)', null, 'the handle of such a function ('],
    ['(ref $t)', 0, 'the handle of such a function ('],
    ['(ref extern)', null, 'anything but null ((ref extern))'],
    ['exnref', 1, 'null'],
  ];
  test.each(refuse)('%s does not take %s', (type, value, wanted) => {
    const call = () => instance.call(type, value);
    expect(call).toThrow(TypeError);
    expect(call).toThrow(`argument 1 must be ${wanted}`);
    expect(call).toThrow(`got ${told(value)}`);
  });

  test('the message says which', () => {
    expect(() => instance.start('two', 1, 'x')).toThrow(new TypeError('argument 2 must be a number (i32), got string'));
    expect(() => instance.start('two', 1)).toThrow(new RangeError('two takes 2 arguments, got 1'));
    expect(instance.call('two', 1, 2)).toBe(3);
  });
});

function told(value: unknown): string {
  return value === null || typeof value === 'number' ? `${value}` : typeof value;
}
