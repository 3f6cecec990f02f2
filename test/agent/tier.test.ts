// Compiling on a board: what is compiled and when, what it may take, and that a compiled app is watched and shares the board as any other. The clock
// moves by the fuel that apps burn (board.ts).
import { expect, test } from 'vitest';
import * as codes from '../../src/errors/codes';
import { FUEL_LIMIT } from '../../src/spec/traps';
import type { FuelEvent } from '../../src/wire/messages';
import { hello, ticker, wat } from './apps';
import { rig } from './rig';

const HEAD = `(import "wasmote" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1) (global (export "__heap_base") i32 (i32.const 1024)) (global (export "__data_end") i32 (i32.const 512))`;

/** Sums in a function of its own, round after round, and logs one character of each tenth sum. Ends after `rounds`, 0 = never. */
const summer = (rounds: number, custom?: [string, string]): Uint8Array =>
  wat(
    `(module ${HEAD}
    (func $sum (param $n i32) (result i32) (local $i i32) (local $s i32)
      (loop $l
        (local.set $s (i32.xor (i32.mul (local.get $s) (i32.const 33)) (local.get $i)))
        (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
      (local.get $s))
    (func (export "on_init") (local $k i32)
      (loop $l
        (i32.store8 (i32.const 16) (i32.add (i32.const 97) (i32.rem_u (call $sum (i32.add (i32.const 500) (local.get $k))) (i32.const 26))))
        (if (i32.eqz (i32.rem_u (local.get $k) (i32.const 10))) (then (call $log (i32.const 2) (i32.const 16) (i32.const 1))))
        (local.set $k (i32.add (local.get $k) (i32.const 1)))
        (br_if $l (i32.ne (local.get $k) (i32.const ${rounds || -1}))))))`,
    custom,
  );
const LIM = { fuel: 1e9, log: 1000 };
const board = (facts: object = { compile: true }) => rig({ facts });

test('a busy app is compiled, function by function, and goes on as if nothing had happened', () => {
  const texts = (facts: object) => {
    const { d, b, install, logs } = board(facts);
    install('sum', summer(200), { lim: LIM });
    b.run(500);
    return {
      c: d.info('sum').c,
      mem: d.info('sum').mem,
      logs: logs('sum').filter(text => text.length === 1),
      cpu: b.agent.find('sum')!.task!.cpuMs,
    };
  };
  const interpreted = texts({});
  const compiled = texts({ compile: true });
  expect(interpreted.c).toBeUndefined();
  expect(compiled.c).toEqual([2, 2, 0]);
  expect(compiled.logs).toHaveLength(20);
  expect(compiled.logs).toEqual(interpreted.logs);
  expect(compiled.cpu).toBeCloseTo(interpreted.cpu, 0); // by fuel
  expect(compiled.mem).toBeGreaterThan(interpreted.mem); // the code counts
});

test('an app that is not busy is left alone, and the compiler is not loaded', () => {
  const { d, b, install } = board();
  install('tick', ticker(10));
  install('hello', hello('x'));
  b.run(1000);
  expect([d.info('tick').c, d.info('hello').c]).toEqual([undefined, undefined]);
  expect(Object.keys(b.agent.parts)).toEqual([]);
});

test('the compiler goes with the last app that it has compiled', () => {
  const { d, b, install } = board();
  install('sum', summer(0), { lim: LIM });
  b.run(100);
  expect(Object.keys(b.agent.parts)).toEqual(['tier']);
  d.want('sum', { run: 'off' });
  install('hello', hello('x'));
  expect(Object.keys(b.agent.parts)).toEqual([]);
});

test.each([
  ['by the wish', { lim: { ...LIM, compile: 0 } }, undefined, { compile: true }],
  ['by the package', { lim: LIM }, ['wasmote.app', '{"limits":{"compile":0}}'], { compile: true }],
  ['by the board', { lim: LIM }, undefined, { compile: false }],
] as [string, object, [string, string] | undefined, object][])('off %s', (_by, more, custom, facts) => {
  const { d, b, install } = board(facts);
  install('sum', summer(0, custom), more);
  b.run(200);
  expect(d.info('sum')).toMatchObject({ run: 1, e: 0 });
  expect(d.info('sum').c).toBeUndefined();
  expect(Object.keys(b.agent.parts)).toEqual([]);
});

test.each([
  ['the engine has no room for the compiler', 262144 + 100_000, {}],
  ["the board's RAM is used up", 1e9, { appRamBytes: 23_500 }],
])('an app stays interpreted and says so where %s', (_where, heapFree, facts) => {
  const { d, b, install, logs } = board({ compile: true, ...facts });
  b.heapFree = heapFree;
  install('sum', summer(0), { lim: LIM });
  b.run(300);
  expect(d.info('sum')).toMatchObject({ run: 1, e: 0, c: [0, 2, 1] });
  expect(logs('sum').length).toBeGreaterThan(10);
});

test('room that comes later is used', () => {
  const { d, b, install } = board();
  b.heapFree = 0;
  install('sum', summer(0), { lim: LIM });
  b.run(100);
  expect(d.info('sum').c).toEqual([0, 2, 1]);
  b.heapFree = 1e9;
  b.run(100);
  expect(d.info('sum').c).toEqual([2, 2, 0]);
});

test('the engine running out of memory while it compiles leaves the app as it was', () => {
  const { d, b, install, logs } = board();
  b.host.evaluate = () => {
    throw new Error('out of memory');
  };
  install('sum', summer(0), { lim: LIM });
  b.run(300);
  expect(d.info('sum')).toMatchObject({ run: 1, e: 0, c: [0, 2, 1] });
  expect(logs('sum').length).toBeGreaterThan(10);
});

test('a compiled runaway is stopped within its limit and one slice, and reports where it was', () => {
  const { d, b, until } = board();
  const bytes = wat(`(module ${HEAD} (func $spin (export "on_init") (local i32)
    (loop (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br 0))))`);
  const digest = d.put(bytes);
  d.want('spin', { p: [digest.slice(0, 16), bytes.length], d: digest, run: 'on', rs: 0, lim: { fuel: 200_000, restarts: 0 } });
  let compiled = false;
  until(() => {
    compiled ||= d.info('spin')?.c?.[0] === 1;
    return d.events.some(event => event.k === 'fuel');
  });
  expect(compiled).toBe(true);
  const [{ f, max, tr }] = d.events.filter(event => event.k === 'fuel') as FuelEvent[];
  expect([max, tr[0], tr[2]]).toEqual([200_000, FUEL_LIMIT, 1]);
  expect(f).toBeGreaterThanOrEqual(max);
  expect(f).toBeLessThan(max + 10); // one turn of its loop
  expect(tr[3]).toBeGreaterThan(8);
  expect(d.info('spin').e).toBe(codes.FUEL);
  b.run(100);
});

test('ten compiled apps have equal shares', () => {
  const { d, b, install } = board({ compile: true, appRamBytes: 1_000_000 });
  for (let i = 0; i < 10; i++) install(`sum-${i}`, summer(0), { lim: LIM });
  b.run(500);
  const tasks = Array.from({ length: 10 }, (_, i) => b.agent.find(`sum-${i}`)!.task!);
  const before = tasks.map(task => task.program.fuelUsed);
  b.run(1000);
  const used = tasks.map((task, i) => task.program.fuelUsed - before[i]!);
  for (let i = 0; i < 10; i++) expect(d.info(`sum-${i}`).c).toEqual([2, 2, 0]);
  expect(Math.min(...used)).toBeGreaterThan(0.5 * Math.max(...used));
});

test('timers of 10 ms beside ten compiled apps that never end are at most one slice late, for 99 %', () => {
  const { b, install } = board({ compile: true, appRamBytes: 1_000_000 });
  for (let i = 0; i < 10; i++) install(`sum-${i}`, summer(0), { lim: LIM });
  b.run(300);
  const seen: number[] = [];
  const { log } = b.agent.appHost;
  b.agent.appHost.log = (app, level, text) => {
    if (app === 'tick') seen.push(b.nowMs());
    else log(app, level, text);
  };
  install('tick', ticker(10));
  b.run(3000);
  const late = seen
    .slice(1)
    .map((at, i) => at - seen[i]! - 10)
    .sort((x, y) => x - y);
  expect(seen.length).toBeGreaterThan(250);
  expect(late[Math.floor(late.length * 0.99)]).toBeLessThanOrEqual(5);
});
