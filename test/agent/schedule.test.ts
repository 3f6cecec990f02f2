// Sharing the board: fair turns, the watchdog, crashes that stay where they are, restarts, RAM. The clock moves by the fuel
// that apps burn (board.ts), so these figures are the scheduler's own and the same on every machine.

import { beforeEach, describe, expect, test } from 'vitest';
import * as codes from '../../src/errors/codes';
import { FUEL_LIMIT, UNREACHABLE } from '../../src/spec/traps';
import type { FuelEvent, LogEvent, TrapEvent } from '../../src/wire/messages';
import { chatter, crasher, grower, hello, large, leaver, runaway, talker, ticker, wat } from './apps';
import { FACTS, FUEL_PER_MS } from './board';
import { rig } from './rig';

let { d, b, until, install, running, logs } = rig();
beforeEach(() => {
  ({ d, b, until, install, running, logs } = rig());
});

describe('the watchdog', () => {
  test('stops a runaway within a second of its start, and reports where it was', () => {
    d.want('spin', { ...refOf(runaway()), run: 'on', rs: 0, lim: { restarts: 0 } });
    until(() => b.agent.find('spin')!.task);
    const started = b.nowMs();
    until(() => d.info('spin').e !== 0);
    expect(b.nowMs() - started).toBeLessThan(1000);
    expect(d.info('spin')).toMatchObject({ st: 'kept', run: 0, e: codes.FUEL, fn: 'spin' });
    const [code, , func, offset] = d.info('spin').tr!;
    expect([code, func]).toEqual([FUEL_LIMIT, 2]); // two imports before it
    expect(offset).toBeGreaterThan(8);
    b.run(200);
    expect(d.events.filter(event => event.k === 'fuel') as FuelEvent[]).toMatchObject([
      { a: 'spin', fn: 'spin', tr: [FUEL_LIMIT, 0, 2, offset] },
    ]);
  });

  test('goes by the fuel limit where there is one', () => {
    d.want('spin', { ...refOf(runaway()), run: 'on', rs: 0, lim: { fuel: 20000, restarts: 0 } });
    until(() => d.events.some(event => event.k === 'fuel'));
    const [{ f, max }] = d.events.filter(event => event.k === 'fuel') as FuelEvent[];
    expect(max).toBe(20000);
    expect(f).toBeGreaterThanOrEqual(20000);
    expect(f).toBeLessThan(20100);
    expect(d.info('spin').e).toBe(codes.FUEL);
  });

  test('lets a long event run that its fuel limit allows', () => {
    const busy = `(module (func (export "on_init") (local $i i32)
      (loop (local.set $i (i32.add (local.get $i) (i32.const 1))) (br_if 0 (i32.lt_u (local.get $i) (i32.const 500000))))))`;
    install('busy', wat(busy), { lim: { fuel: 100000000 } });
    b.run(5000);
    expect(d.info('busy')).toMatchObject({ run: 1, e: 0 });
    expect(b.agent.find('busy')!.task!.cpuMs).toBeGreaterThan(400);
  });
});

test('ten timers of 10 ms beside a runaway: 99 % are at most max(2 x baseline, 5 ms) late', () => {
  const late = (withRunaway: boolean): number => {
    ({ d, b, until, install } = rig());
    for (let i = 0; i < 9; i++) install(`tick-${i}`, ticker(10));
    const seen = new Map<string, number[]>();
    const { log } = b.agent.appHost;
    b.agent.appHost.log = (app, level, text) => {
      seen.set(app, [...(seen.get(app) ?? []), b.nowMs()]);
      log(app, level, text);
    };
    if (withRunaway) d.want('spin', { ...refOf(runaway()), run: 'on', rs: 0, lim: { fuel: 1e12 } });
    else install('tick-9', ticker(10));
    until(() => b.agent.find(withRunaway ? 'spin' : 'tick-9')!.task);
    seen.clear();
    b.run(10000);
    if (withRunaway) expect(running('spin') || b.agent.find('spin')!.task).toBeTruthy();
    const lateness = [...seen.values()].flatMap(times => {
      const beat = Math.min(...times.map(time => time % 10)); // the grid its timer keeps to
      return times.map(time => (time - beat) % 10);
    });
    expect(lateness.length).toBeGreaterThan(8900);
    return lateness.sort((x, y) => x - y)[Math.floor(lateness.length * 0.99)];
  };
  const baseline = late(false);
  expect(late(true)).toBeLessThanOrEqual(Math.max(2 * baseline, 5));
});

test('busy apps get equal shares', () => {
  const apps = ['one', 'two', 'three'];
  for (const app of apps) d.want(app, { ...refOf(runaway()), run: 'on', rs: 0, lim: { fuel: 1e12 } });
  until(() => apps.every(app => b.agent.find(app)?.task));
  const before = apps.map(app => b.agent.find(app)!.task!.program.fuelUsed);
  b.run(3000);
  const shares = apps.map((app, i) => b.agent.find(app)!.task!.program.fuelUsed - before[i]);
  expect(Math.min(...shares) / Math.max(...shares)).toBeGreaterThan(0.9);
  expect(shares.reduce((x, y) => x + y)).toBeGreaterThan(0.95 * 3000 * FUEL_PER_MS);
});

test('an app that seemed a hundred times as fast holds the board for an eighth of that slice', () => {
  d.want('spin', { ...refOf(runaway()), run: 'on', rs: 0, lim: { fuel: 1e12 } });
  until(() => b.agent.find('spin')?.task);
  b.run(200);
  const task = b.agent.find('spin')!.task!;
  const before = task.program.fuelUsed;
  task.rate = 100 * FUEL_PER_MS;
  until(() => task.rate < 2 * FUEL_PER_MS, 1000);
  expect((task.program.fuelUsed - before) / FUEL_PER_MS).toBeLessThan(60);
});

test('no slice is longer than 5 ms, once the speed is known', () => {
  d.want('spin', { ...refOf(runaway()), run: 'on', rs: 0, lim: { fuel: 1e12 } });
  until(() => b.agent.find('spin')?.task);
  b.run(200);
  const { program } = b.agent.find('spin')!.task!;
  let last = program.fuelUsed;
  let longest = 0;
  b.until(() => {
    longest = Math.max(longest, program.fuelUsed - last); // of a whole turn: all its slices
    last = program.fuelUsed;
    return b.nowMs() > 3000;
  });
  expect(longest / FUEL_PER_MS).toBeLessThan(9);
  expect(b.agent.rate).toBeGreaterThan(FUEL_PER_MS * 0.8);
  expect(b.agent.rate).toBeLessThan(FUEL_PER_MS * 1.3);
});

describe('a trap', () => {
  test('ends its app alone, and is reported with code, function, name and offset', () => {
    install('tick', ticker(10));
    install('crash', crasher(50), { lim: { restarts: 0 } });
    until(() => d.info('crash').e !== 0);
    const bytes = crasher(50);
    const { tr, fn, run, e } = d.info('crash');
    expect({ run, e, fn, code: tr![0], func: tr![2] }).toEqual({
      run: 0,
      e: codes.LOOP === e ? e : codes.TRAP,
      fn: 'oops',
      code: UNREACHABLE,
      func: 3,
    });
    expect(bytes[tr![3]]).toBe(0); // the opcode of unreachable stands there
    b.run(200);
    expect(d.events.filter(event => event.k === 'trap') as TrapEvent[]).toMatchObject([{ a: 'crash', tr, fn: 'oops' }]);
    const report = d.command('dump', { a: 'crash' }).r;
    expect(report).toMatchObject({ tr, fn: 'oops', rst: 0 });
    expect(report.st.map(([func]: [number, number]) => func)).toEqual([3, 4]);
    const ticks = b.agent.find('tick')!.task!.program.fuelUsed;
    b.run(1000);
    expect(b.agent.find('tick')!.task!.program.fuelUsed).toBeGreaterThan(ticks);
  });

  test.each([
    ['longer than a log', 'n'.repeat(3000), 'n'.repeat(64)],
    ['of control characters', '\x01'.repeat(64), ''],
  ])('in a function with a name %s is reported and counted like any other', (_what, name, shown) => {
    const bytes = wat(`(module (func $${'n'.repeat(name.length)} (export "on_init") unreachable))`);
    bytes.set(Buffer.from(name), Buffer.from(bytes).indexOf('n'.repeat(name.length)));
    install('crash', bytes, { lim: { restarts: 0 } });
    expect(d.info('crash')).toMatchObject({ run: 0, tr: [UNREACHABLE, 0, 0, expect.any(Number)], fn: shown.slice(0, 48) });
    expect(d.command('dump', { a: 'crash' }).r.fn).toBe(shown);
    expect(logs('crash').pop()).toContain('stopped by trap');
    expect(b.agent.find('crash')!.ended).toBe(true);
  });

  test('is followed by restarts after 1, 2, 4 … s, at most five an hour, then 64', () => {
    install('crash', crasher(50));
    const starts: number[] = [];
    let task: unknown = b.agent.find('crash')!.task;
    until(() => {
      const now = b.agent.find('crash')!.task;
      if (now && now !== task) {
        task = now;
        starts.push(b.nowMs());
      }
      return d.info('crash').e === codes.LOOP;
    }, 200000);
    const gaps = starts.map((at, i) => Math.round((at - (starts[i - 1] ?? 0)) / 1000));
    expect(gaps).toEqual([1, 2, 4, 8, 16]);
    expect(d.info('crash')).toMatchObject({ run: 0, rst: 5, e: codes.LOOP });
    b.run(4000000);
    expect(d.info('crash').run).toBe(0);
    d.want('crash', { rs: 1 });
    until(() => running('crash'));
  });

  test('keeps its count of restarts over a reboot', () => {
    install('crash', crasher(50));
    until(() => d.info('crash').rst === 2);
    b.boot();
    d.connect();
    expect(b.agent.find('crash')!.restarts).toBe(2);
  });
});

describe('RAM', () => {
  test('is shared: what does not fit is refused with what it needs and what there is', () => {
    for (let i = 0; i < 3; i++) install(`big-${i}`, large(1));
    install('big-3', large(1));
    const info = d.info('big-3');
    expect(info).toMatchObject({ e: codes.RAM, run: 0 });
    expect(info.ed!.need as number).toBeGreaterThan(info.ed!.free as number);
    expect(JSON.parse(d.retained.get('info')!).ram).toBe(info.ed!.free);
    d.want('big-0', { run: 'off' });
    until(() => running('big-3'));
  });

  test('memory grows within the quota, else 64 KiB beyond its start', () => {
    install('grow', grower());
    until(() => logs('grow').length > 1);
    expect(logs('grow')).toContain('..');
    expect(d.info('grow').mem).toBeGreaterThan(131072);
    install('grow', grower(), { lim: { mem: 196608 } });
    until(() => logs('grow').includes('...'));
  });

  test('of a board is never exceeded by growing', () => {
    install('grow', grower(), { lim: { mem: 16777216 } });
    until(() => logs('grow').length > 1);
    b.run(100);
    expect(JSON.parse(d.retained.get('info')!).ram).toBeGreaterThanOrEqual(0);
    expect(d.info('grow').mem).toBeLessThanOrEqual(FACTS.appRamBytes);
  });

  test('the package may bring its own limits, the wish overrides them', () => {
    const module = '(module (memory (export "memory") 1) (func (export "on_init")))';
    install('own', wat(module, ['wasmote.app', '{"version":"2.1.0","limits":{"mem":4096}}']));
    expect(d.info('own')).toMatchObject({ e: codes.MEM, ed: { limit: 4096 } });
    install('own', wat(module, ['wasmote.app', '{"version":"2.1.0","limits":{"mem":4096}}']), { lim: { mem: 131072 } });
    expect(d.info('own')).toMatchObject({ e: 0, run: 1, ver: '2.1.0' });
  });
});

describe('stopping', () => {
  test.each([false, true])('runs on_destroy, and ends even if that does not (never ends: %s)', stubborn => {
    install('leave', leaver(stubborn));
    d.want('leave', { run: 'off' });
    until(() => d.info('leave').run === 0);
    expect(logs('leave')).toContain('bye');
    expect(b.agent.bus.peers).toEqual([]);
    expect(b.nowMs()).toBeLessThan(2000);
  });
});

describe('logs', () => {
  test('keep no control characters: as JSON they would hold up the lines behind them', () => {
    const text = wat(`(module (import "wasmote" "log" (func $log (param i32 i32 i32))) (memory (export "memory") 1)
      (data (i32.const 0) "${'\\1b[1m'.repeat(50)}") (data (i32.const 500) "after\\r")
      (func (export "on_init") (call $log (i32.const 2) (i32.const 0) (i32.const 200)) (call $log (i32.const 2) (i32.const 500) (i32.const 6))))`);
    install('esc', text);
    const { l } = d.command('logs', { a: 'esc', n: 10 }).r;
    expect(l.slice(1).map((line: unknown[]) => line[3])).toEqual(['[1m'.repeat(50), 'after']);
  });
  test('a ring of 2 kB; floods are dropped and counted; live lines are batched', () => {
    install('chat', chatter(500));
    b.run(2000);
    const { l, d: dropped } = d.command('logs', { a: 'chat', n: 1000 }).r;
    expect(dropped).toBeGreaterThan(400);
    expect(l.length).toBeGreaterThan(20);
    const live = d.events.filter(event => event.k === 'log' && event.a === 'chat') as LogEvent[];
    expect(live.length).toBeGreaterThan(20);
    expect(d.sent.filter(message => message.topic === 'ev').every(message => [JSON.parse(message.body)].flat().length <= 8)).toBe(true);
    const numbers = d.events.map(event => event.q);
    expect(numbers).toEqual([...new Set(numbers)].sort((x, y) => x - y));
  });

  test('however much apps say, a broker gets at most 30 messages a second of it', () => {
    for (let i = 0; i < 9; i++) install(`tick-${i}`, ticker(10), { lim: { log: 1000 } });
    const before = d.sent.length;
    b.run(4000);
    const events = d.sent.slice(before).filter(message => message.topic === 'ev').length;
    expect(events).toBeGreaterThan(40);
    expect(events).toBeLessThan(120);
    d.command('ping');
    expect(d.sent[d.sent.length - 1].topic).toBe('rsp');
  });

  test('however much an app publishes, another one answers the desk', () => {
    install('talk', talker());
    const flood = wat(`(module (import "wasmote" "publish" (func $say (param i32 i32 i32 i32) (result i32)))
      (import "wasmote" "timer_start" (func $timer (param i32 i32) (result i32)))
      (memory (export "memory") 1) (data (i32.const 16) "~/x")
      (func (export "on_init") (drop (call $timer (i32.const 5) (i32.const 1))))
      (func (export "on_timer") (param i32) (drop (call $say (i32.const 16) (i32.const 3) (i32.const 16) (i32.const 3)))))`);
    install('flood', flood);
    b.run(537);
    for (let i = 1; i <= 10; i++) {
      d.send(`app/talk/~call/${i}/1/hey`, '');
      until(() => d.sent.some(message => message.topic === `app/talk/~reply/${i}/69`), 200);
      b.run(187);
    }
    expect(d.sent.filter(message => message.topic === 'app/flood/x').length).toBeLessThan(100);
  });

  test('are read on from the last number, piece by piece', () => {
    install('chat', chatter(60));
    b.run(1000);
    const all: number[] = [];
    for (let q = 0; ; ) {
      const { l } = d.command('logs', { a: 'chat', n: 1000, q }).r;
      if (l.length === 0) break;
      expect(JSON.stringify(l).length).toBeLessThanOrEqual(1024);
      all.push(...l.map((line: [number]) => line[0]));
      q = all[all.length - 1];
    }
    expect(all).toEqual(all.map((_, i) => all[0] + i));
    expect(all.length).toBe(b.agent.find('chat')!.log.lines.length);
  });

  test('a level hides what is chattier', () => {
    install('one', hello('seen'));
    until(() => logs('one').includes('seen'));
    expect(d.command('level', { a: 'one', l: 'e' })).toMatchObject({ r: {} });
    d.want('one', { rs: 1 });
    b.run(2000);
    expect(logs('one').filter(line => line === 'seen').length).toBe(1);
  });

  test('standard output arrives line by line', () => {
    const puts = `(module (import "env" "puts" (func $puts (param i32) (result i32))) (import "env" "putchar" (func $c (param i32) (result i32)))
      (memory (export "memory") 1) (data (i32.const 16) "whole line\\00")
      (func (export "main") (result i32) (drop (call $puts (i32.const 16))) (drop (call $c (i32.const 104))) (drop (call $c (i32.const 105))) (i32.const 0)))`;
    install('print', wat(puts));
    expect(logs('print').slice(1)).toEqual(['whole line', 'hi', 'exited with 0']);
  });
});

function refOf(bytes: Uint8Array): object {
  const digest = d.put(bytes);
  return { p: [digest.slice(0, 16), bytes.length], d: digest };
}
