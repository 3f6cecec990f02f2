// Commands: what each verb answers, that a repeated one is answered from memory, and that nonsense changes nothing.

import { beforeEach, expect, test } from 'vitest';
import { FORM, NOAPP, USAGE } from '../../src/errors/codes';
import { hello, program, wat } from './apps';
import { FACTS } from './board';
import { rig } from './rig';

let { d, b, until, install } = rig();
beforeEach(() => {
  ({ d, b, until, install } = rig());
});
const answers = () => d.sent.filter(message => message.topic === 'rsp').map(message => message.body);

test('an app reads the environment of its package', () => {
  const reader = (name: string) =>
    wat(
      `(module (import "env" "getenv" (func $getenv (param i32) (result i32))) (import "env" "puts" (func $puts (param i32) (result i32)))
        (memory (export "memory") 1) (data (i32.const 16) "${name}\\00") (data (i32.const 64) "none")
        (func (export "main") (local $at i32)
          (local.set $at (call $getenv (i32.const 16)))
          (drop (call $puts (select (local.get $at) (i32.const 64) (local.get $at))))))`,
      ['wasmote.app', '{"env":{"PLACE":"caf\u00e9","PLACES":"2"}}'],
    );
  for (const [name, value] of [
    ['PLACE', 'caf\xc3\xa9'], // bytes of UTF-8
    ['PLACES', '2'],
    ['PLA', 'none'],
    ['toString', 'none'],
  ]) {
    install('env', reader(name));
    expect(b.agent.find('env')!.log.lines.some(line => line.endsWith(' ' + value))).toBe(true);
  }
});

test('ping, info, stats, gc', () => {
  install('blink', hello('x', 2000));
  expect(d.command('ping').r.t).toBeGreaterThanOrEqual(0);
  expect(d.command('info').r).toMatchObject({ board: 'test', class: 'quick', cap: ['timer'], ram: expect.any(Number) });
  const { r } = d.command('stats');
  expect(r.ram[1]).toBe(FACTS.appRamBytes);
  expect(r.flash[1]).toBe(FACTS.storeBytes);
  const [name, ram, peak, fuel, cpu, handles, restarts] = r.apps[0];
  expect([name, handles, restarts]).toEqual(['blink', 0, 0]);
  expect(ram).toBe(FACTS.appRamBytes - r.ram[0]);
  expect(peak).toBeGreaterThanOrEqual(ram);
  expect(fuel).toBeGreaterThan(0);
  expect(cpu).toBeGreaterThanOrEqual(0);
  const before = b.host.storage.free();
  install('blink', hello('y', 2000));
  expect(d.command('gc').r.free).toBeGreaterThanOrEqual(before - 100); // the old version went, the new one came
});

test('apps see topics as the bytes of UTF-8, roads as text', () => {
  const echo = wat(`(module
    (import "wasmote" "publish" (func $publish (param i32 i32 i32 i32) (result i32)))
    (import "wasmote" "subscribe" (func $subscribe (param i32 i32) (result i32)))
    (memory (export "memory") 1) (data (i32.const 16) "~/caf\\c3\\a9") (data (i32.const 32) "~/th\\c3\\a9")
    (func (export "on_init") (drop (call $subscribe (i32.const 16) (i32.const 7))))
    (func (export "on_message") (param $t i32) (param $tl i32) (param $p i32) (param $pl i32)
      (drop (call $publish (i32.const 32) (i32.const 6) (local.get $t) (local.get $tl)))))`);
  install('echo', echo);
  d.send('app/echo/caf\u00e9', '');
  until(() => d.sent.some(message => message.topic === 'app/echo/th\u00e9' && message.body === 'app/echo/caf\u00e9'));
});

test('time sets the clock of apps, reboot answers first', () => {
  expect(d.command('time', { t: 1790000000000 }).r.t).toBe(1790000000000);
  b.run(5000);
  expect(Math.floor(b.agent.utcMs())).toBe(1790000005000);
  expect(d.command('reboot').r).toEqual({});
  expect(b.resets).toBe(0);
  until(() => b.resets === 1);
});

test('identify shows on the console', () => {
  d.send('want', { n: 1, name: 'Door', log: 'debug', spread: 7 });
  d.command('identify', { s: 3 });
  expect(b.console).toEqual(['This is dev-1 (Door)']);
  b.boot();
  expect(b.agent.want).toMatchObject({ n: 1, name: 'Door', spread: 7 });
  expect(b.agent.level).toBe('d');
});

test('a repeated command gets the same answer again, without being done again', () => {
  d.send('cmd', { i: 'm-1', m: 'ping' });
  b.run(5000);
  d.send('cmd', { i: 'm-1', m: 'ping' });
  expect(answers()).toHaveLength(2);
  expect(answers()[0]).toBe(answers()[1]);
  for (let i = 2; i < 18; i++) d.send('cmd', { i: `m-${i}`, m: 'ping' });
  d.send('cmd', { i: 'm-1', m: 'ping' }); // forgotten: 16 later ones came
  expect(answers().pop()).not.toBe(answers()[0]);
});

const bad: [string, unknown, object][] = [
  ['an unknown verb', { i: 'a', m: 'format' }, { e: [USAGE, {}] }],
  ['two verbs', { i: 'a', m: 'ping info' }, { e: [USAGE, {}] }],
  ['no verb', { i: 'a' }, { e: [USAGE, {}] }],
  ['a verb that cannot be a text', { i: 'a', m: { toString: 1 } }, { e: [USAGE, { text: '' }] }],
  ['an app that cannot be a text', { i: 'a', m: 'ping', p: { a: { toString: 1 } } }, { e: [NOAPP, { app: '' }] }],
  ['an unknown app', { i: 'a', m: 'logs', p: { a: 'nobody', n: 5 } }, { e: [NOAPP, { app: 'nobody' }] }],
  ['an unknown level', { i: 'a', m: 'level', p: { l: 'x' } }, { e: [FORM, {}] }],
  ['a time that is none', { i: 'a', m: 'time', p: { t: 'now' } }, { e: [FORM, {}] }],
  ['parameters that are none', { i: 'a', m: 'ping', p: 5 }, { r: {} }],
];
test.each(bad)('%s', (_name, command, answer) => {
  d.send('cmd', command as object);
  expect(JSON.parse(answers()[0])).toMatchObject(answer);
});

test.each([
  '',
  '{',
  '[]',
  'null',
  '{"m":"ping"}',
  '{"i":5,"m":"ping"}',
  `{"i":"${'x'.repeat(40)}","m":"ping"}`,
  `{"i":"a","m":"${'x'.repeat(600)}"}`,
])('unanswerable: %s', body => {
  d.send('cmd', body);
  expect(answers()).toEqual([]);
});

test('dump is null until something crashed; logs of the agent itself', () => {
  install('calc', program(0));
  expect(d.command('dump', { a: 'calc' }).r).toBe(null);
  expect(d.command('logs', { a: '', n: 10 }).r.l).toEqual([[1, 'i', 0, 'boot 1']]);
});

test('a road that is full loses no answer for good, and later hears the newest state', () => {
  install('blink', hello('x'));
  d.full = true;
  d.send('cmd', { i: 'q', m: 'ping' });
  d.want('blink', { run: 'off' });
  b.run(1000);
  expect(answers()).toEqual([]);
  d.full = false;
  d.send('cmd', { i: 'q', m: 'ping' });
  until(() => d.info('blink').run === 0);
  expect(answers()).toHaveLength(1);
});
