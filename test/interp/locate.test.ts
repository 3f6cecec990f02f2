// A trap names the operator that trapped, also where the interpreter fused it with its neighbours.

import { expect, test } from 'vitest';
import wabt from 'wabt';
import { readEvents } from '../../src/api/parser';
import { Module, Runtime, Trap } from '../../src/index';

const { parseWat } = await wabt();

/** [name, body of (func (param i32 i32) (result i32)), arguments, the operator meant, which of them (0 = first)] */
const cases: [string, string, number[], string, number][] = [
  ['a load', '(i32.load (local.get 0))', [-1, 0], 'i32.load', 0],
  ['a load from base + index', '(i32.load (i32.add (local.get 0) (local.get 1)))', [-1, -5], 'i32.load', 0],
  ['a load from base + constant', '(i32.load (i32.add (local.get 0) (i32.const 70000)))', [0, 0], 'i32.load', 0],
  ['a load at an offset of its own operation', '(i32.load offset=0x80000000 (local.get 0))', [0, 0], 'i32.load', 0],
  ['a store', '(i32.store (local.get 0) (local.get 1)) (i32.const 0)', [-1, 0], 'i32.store', 0],
  ['a division behind a load', '(i32.div_s (i32.load (local.get 1)) (local.get 0))', [0, 0], 'i32.div_s', 0],
  ['the second of two divisions', '(i32.div_u (i32.div_u (local.get 0) (i32.const 3)) (local.get 1))', [9, 0], 'i32.div_u', 1],
  [
    'unreachable behind a fused branch',
    '(block (br_if 0 (i32.lt_s (local.get 0) (i32.const 5))) (unreachable)) (i32.const 1)',
    [9, 0],
    'unreachable',
    0,
  ],
];

test.each(cases)('%s', (_name, body, args, operator, which) => {
  const { buffer } = parseWat('case.wat', `(module (memory 1) (func (export "f") (param i32 i32) (result i32) ${body}))`).toBinary({});
  const module = new Module(buffer);
  const places = [...readEvents(buffer, { operators: true })].filter(event => event.kind === 'operator' && event.name === operator);
  let trap: Trap | null = null;
  try {
    new Runtime().instantiate(module).call('f', ...args);
  } catch (error) {
    trap = error as Trap;
  }
  expect(trap).toBeInstanceOf(Trap);
  expect(trap!.trace[0].offset).toBe(places[which].offset);
});

test('the trace names the calls on the way', () => {
  const text = `(module
    (func $inner (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
    (func $middle (param i32) (result i32) (i32.add (call $inner (local.get 0)) (i32.const 1)))
    (func $outer (export "outer") (result i32) (call $middle (i32.const 0))))`;
  const { buffer } = parseWat('trace.wat', text).toBinary({ write_debug_names: true });
  const module = new Module(buffer);
  let trap: Trap | null = null;
  try {
    new Runtime().instantiate(module).call('outer');
  } catch (error) {
    trap = error as Trap;
  }
  expect(trap!.trace.map(t => t.name)).toEqual(['inner', 'middle', 'outer']);
  const bodies = module.parsed.bodies;
  expect(trap!.trace.map((t, i) => buffer[t.offset].toString(16) + (t.offset > bodies[i].start && t.offset < bodies[i].end))).toEqual([
    '6dtrue',
    '10true',
    '10true',
  ]);
  expect(trap!.message).toMatch(/integer divide by zero in function inner at byte \d+/);
});

test('an import that lenient linking left out is named when it is called', () => {
  const { buffer } = parseWat('lenient.wat', '(module (import "env" "launch" (func $launch)) (func (export "f") (call $launch)))').toBinary(
    {},
  );
  expect(() => new Runtime().instantiate(new Module(buffer), { lenient: true }).call('f')).toThrow(
    'failed to call unlinked import function (env, launch)',
  );
});
