// The management verbs against a scripted board, on a real broker and on a real TCP line.

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Cmd } from '../../src/wire/messages';
import { type Broker, startBroker } from '../../tools/link/broker';
import { fakeOnBroker, fakeOnLine } from '../manager/fake';
import { terminal } from './terminal';

const dir = mkdtempSync(join(tmpdir(), 'wasmote-cli-'));
const open: { close(): Promise<void> }[] = [];
const keep = <T extends { close(): Promise<void> }>(thing: T): T => {
  open.push(thing);
  return thing;
};
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});
const broker = async (): Promise<Broker> => keep(await startBroker({ dir: mkdtempSync(join(tmpdir(), 'wasmote-b-')), port: 0 }));
const setup = async (options: Parameters<typeof fakeOnBroker>[1] = {}) => {
  const { url } = await broker();
  const fake = keep(await fakeOnBroker(url, options));
  return { fake, wasmote: terminal({ WASMOTE_BROKER: url }), url };
};

const COUNTER = 'examples/c/counter/counter.wasm';
const file = (name: string, bytes: Uint8Array | number[]) => {
  const path = join(dir, name);
  writeFileSync(path, Uint8Array.from(bytes));
  return path;
};
/** A module with these function imports (module.name as () -> ()), 64 KiB pages of memory and an empty on_init. */
function moduleOf(imports: string[] = [], pages = 0): number[] {
  const text = (s: string) => [s.length, ...Buffer.from(s)];
  const section = (id: number, body: number[]) => [
    id,
    (body.length & 127) | (body.length > 127 ? 128 : 0),
    ...(body.length > 127 ? [body.length >> 7] : []),
    ...body,
  ];
  const fields = imports.flatMap(each => [...text(each.split('.')[0]), ...text(each.split('.')[1]), 0, 0]);
  return [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 0]),
    ...(imports.length > 0 ? section(2, [imports.length, ...fields]) : []),
    ...section(3, [1, 0]),
    ...(pages > 0 ? section(5, [1, 0, pages]) : []),
    ...section(7, [1, ...text('on_init'), 0, imports.length]),
    ...section(10, [1, 2, 0, 0x0b]),
  ];
}

describe('install', () => {
  test('puts an app on a board and says so', async () => {
    const { fake, wasmote } = await setup();
    const { code, out, status } = await wasmote(`install ${COUNTER} -d kitchen`);
    expect(out).toMatch(/^installed counter on kitchen: 669 B in \d+\.\d s, running$/);
    expect(code).toBe(0);
    expect(status.at(-1)).toMatch(/^counter -> kitchen {2}\[#{24}\] {2}100 %/);
    expect(Buffer.compare([...fake.files.values()][0], readFileSync(COUNTER))).toBe(0);
  });
  test('--json: one object per device', async () => {
    const { wasmote } = await setup();
    const { json, code } = await wasmote(`install ${COUNTER} -d kitchen,nowhere --name count-1 --heap 4k --fuel 50000 --no-start --json`);
    expect(json).toMatchObject([
      { device: 'kitchen', ok: true, app: 'count-1', n: 1, running: false, bytes: 669, unchanged: false, resumed: false, exitCode: null },
      { device: 'nowhere', ok: false, error: { code: 27, name: 'NODEVICE', cause: 'no device named nowhere' } },
    ]);
    expect(code).toBe(27);
  });
  test('limits, name and --no-start reach the board', async () => {
    const { fake, wasmote } = await setup();
    await wasmote(`install ${COUNTER} -d kitchen --name count-1 --heap 4k --stack 2048 --mem 32k --fuel 50000 --no-start`);
    expect(fake.wants.get('count-1')).toMatchObject({ lim: { heap: 4096, stack: 2048, mem: 32768, fuel: 50000 }, run: 'off', n: 1 });
  });
  test('again: nothing is sent, nothing changes', async () => {
    const { fake, wasmote } = await setup();
    await wasmote(`install ${COUNTER} -d kitchen`);
    const { out, code } = await wasmote(`install ${COUNTER} -d kitchen`);
    expect([out, code, fake.received, fake.wants.get('counter')!.n]).toEqual([
      'installed counter on kitchen: already there, running',
      0,
      669,
      1,
    ]);
  });
  test('on a line, where the one board there needs no name', async () => {
    const fake = keep(await fakeOnLine());
    const wasmote = terminal();
    expect((await wasmote(`install ${COUNTER} --port ${fake.port}`)).out).toMatch(/^installed counter on cellar/);
    expect((await wasmote(`ps --port ${fake.port}`)).out).toMatch(/^cellar {2}counter {2}running/m);
    expect((await wasmote(`stop counter --port ${fake.port}`)).out).toBe('stopped counter on cellar');
    expect((await wasmote(`uninstall counter --port ${fake.port}`)).out).toBe('uninstalled counter on cellar');
    expect((await wasmote(`devices --port ${fake.port} --json`)).json).toMatchObject([
      { device: 'cellar', state: 'ready', board: 'sim-small', apps: [] },
    ]);
  });
  test('cut and begun again: goes on with the wish that stands', async () => {
    const { fake, wasmote } = await setup({ silentAfter: 512 });
    const first = await wasmote(`install ${COUNTER} -d kitchen --timeout 0.3`);
    expect(first.code).toBe(72);
    expect(first.err).toBe(
      'error 72 TIMEOUT: kitchen did not finish in 0.3 s: 512 of 669 bytes arrived\nnext: run the same command again; what was wished is kept and goes on where it stopped',
    );
    fake.options.silentAfter = undefined;
    setTimeout(() => fake.ask(), 100); // as a board does when its time-out for blocks passes
    const second = await wasmote(`install ${COUNTER} -d kitchen --json`);
    expect(second.json).toMatchObject([{ ok: true, resumed: true, n: 1 }]);
    expect(fake.received).toBe(669);
  });
});

test('update replaces an app, and only an app that is there', async () => {
  const { fake, wasmote } = await setup();
  const missing = await wasmote('update examples/c/thermo2/thermo2.wasm --name thermo -d kitchen');
  expect([missing.code, missing.err]).toEqual([
    28,
    'error 28 NOAPP: no app named thermo on kitchen\nnext: `wasmote ps -d kitchen` lists them',
  ]);
  await wasmote('install examples/c/thermo/thermo.wasm -d kitchen --heap 1k');
  const { out } = await wasmote('update examples/c/thermo2/thermo2.wasm --name thermo -d kitchen');
  expect(out).toMatch(/^updated thermo on kitchen: 1.\d kB in \d+\.\d s, running$/);
  expect(fake.wants.get('thermo')).toMatchObject({ n: 2, lim: { heap: 1024 } }); // its limits stay
});

test('start, stop, restart and uninstall', async () => {
  const { fake, wasmote } = await setup();
  await wasmote(`install ${COUNTER} -d kitchen`);
  expect((await wasmote('stop counter -d kitchen')).out).toBe('stopped counter on kitchen');
  expect(fake.apps.get('counter')).toMatchObject({ run: 0, n: 2 });
  expect((await wasmote('start counter -d kitchen')).out).toBe('started counter on kitchen');
  expect((await wasmote('restart counter -d kitchen --json')).json).toMatchObject([
    { device: 'kitchen', ok: true, app: 'counter', running: true },
  ]);
  expect(fake.wants.get('counter')).toMatchObject({ rs: 1, run: 'on', p: [expect.any(String), 669] });
  expect((await wasmote('uninstall counter -d kitchen')).out).toBe('uninstalled counter on kitchen');
  expect((await wasmote('ps -d kitchen')).out).toBe('kitchen: no apps');
  const none = await wasmote('start counter -d kitchen');
  expect([none.code, none.err]).toEqual([28, 'error 28 NOAPP: no app named counter on kitchen\nnext: `wasmote ps -d kitchen` lists them']);
});

describe('what boards say', () => {
  test('devices, as a table and as JSON', async () => {
    const { wasmote } = await setup({ info: { ram: 54000 } });
    expect((await wasmote('devices')).out).toBe(
      [
        'DEVICE   STATE  BOARD      ENGINE  RUNTIME  FREE RAM  FREE FLASH  APPS',
        'kitchen  ready  sim-small  test      0.1.0     53 kB      256 kB  -',
      ].join('\n'),
    );
    expect((await wasmote('devices --json')).json).toEqual([
      {
        device: 'kitchen',
        state: 'ready',
        board: 'sim-small',
        class: 'quick',
        engine: 'test',
        runtime: '0.1.0',
        freeRam: 54000,
        freeFlash: 262144,
        apps: [],
      },
    ]);
  });
  test('ps tells a trap with its place, and what a wish waits for', async () => {
    const { fake, wasmote } = await setup();
    await wasmote(`install ${COUNTER} -d kitchen`);
    fake.apps.set('share-it', {
      n: 1,
      ver: '',
      p: 'ab'.repeat(8),
      st: 'kept',
      run: 0,
      mem: 0,
      rst: 2,
      e: 60,
      tr: [3, 0, 5, 377],
      fn: 'share',
    });
    fake.tell('share-it');
    await expect
      .poll(async () => (await wasmote('ps')).out)
      .toBe(
        [
          'DEVICE   APP       STATE    MEMORY  RESTARTS  PACKAGE   NOTE',
          'kitchen  counter   running  4.0 kB         0  110bde5a',
          'kitchen  share-it  waiting       -         2  abababab  60 TRAP',
          'share-it: trapped: integer divide by zero in function 5 <share> at byte 377',
        ].join('\n'),
      );
    expect((await wasmote('ps -d kitchen --json')).json).toMatchObject([
      {
        device: 'kitchen',
        ok: true,
        apps: [
          { app: 'counter', state: 'running', running: true, restarts: 0, error: 0, trap: null, wish: { n: 1, run: 'on', met: true } },
          {
            app: 'share-it',
            state: 'waiting',
            running: false,
            restarts: 2,
            error: 60,
            trap: { code: 3, function: 5, offset: 377, name: 'share' },
            wish: null,
          },
        ],
      },
    ]);
  });
  test('info', async () => {
    const { wasmote } = await setup();
    expect((await wasmote('info -d kitchen')).out).toContain('transfers      blocks of 128 B, window 512 B');
    expect((await wasmote('info --json')).json).toMatchObject([
      { device: 'kitchen', ok: true, hostApi: 1, trust: 'open', boot: 1, can: ['timer'] },
    ]);
  });
  test('ping', async () => {
    const { wasmote } = await setup();
    expect((await wasmote('ping -d kitchen')).out).toMatch(/^kitchen answers after \d+(\.\d)? ms, up 1 s$/);
  });
  test('logs: kept lines, asked for in pieces as small as the board sends them, then those that come', async () => {
    const kept = Array.from({ length: 5 }, (_, i) => [i + 1, 'i', 1000 + i, `line ${i + 1}`] as const);
    const commands = (cmd: Cmd) => {
      const p = cmd.p as { n: number; q?: number };
      const last = kept.slice(-p.n).filter(line => line[0] > (p.q ?? 0));
      return { l: last.slice(0, 2), d: 0 };
    };
    const { fake, wasmote, url } = await setup({ commands });
    expect((await wasmote('logs counter -d kitchen -n 4')).out.split('\n').map(line => line.trim())).toEqual([
      '1.001  line 2',
      '1.002  line 3',
      '1.003  line 4',
      '1.004  line 5',
    ]);
    const stop = new AbortController();
    const lines: string[] = [];
    const following = wasmote('logs counter -f -d kitchen --json', stop.signal, text => lines.push(JSON.parse(text).text));
    await expect.poll(() => lines.length).toBe(5);
    const say = async (event: object) => {
      const { default: mqtt } = await import('mqtt');
      const client = await mqtt.connectAsync(url);
      await client.publishAsync('w/1/kitchen/ev', JSON.stringify(event), { qos: 1 });
      await client.endAsync();
    };
    await say({ q: 1, k: 'log', a: 'counter', l: 'i', t: 1004, m: 'line 5' }); // printed already
    await say({ q: 2, k: 'log', a: 'other', l: 'i', t: 1005, m: 'not this app' });
    await say({ q: 3, k: 'log', a: 'counter' }); // not an event at all
    await say({ q: 3, k: 'log', a: 'counter', l: '__proto__', t: 'now', m: [] });
    await say({ q: 3, k: 'log', a: 'counter', l: 'e', t: 1006, m: 'line 6' });
    await expect.poll(() => lines).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5', 'line 6']);
    stop.abort();
    expect((await following).code).toBe(0);
    expect(fake.commands.filter(each => each === 'logs').length).toBeGreaterThan(2);
  });
  test('text of guests cannot steer the terminal', async () => {
    const { wasmote } = await setup({ commands: () => ({ l: [[1, 'i', 5, '\u001b[2Jred\u009b31m\r\u0007 \u202egnp.exe']], d: 0 }) });
    expect((await wasmote('logs counter -d kitchen -n 1')).out).toBe('     0.005  [2Jred31m gnp.exe');
  });
});

test('request: the answer, a refusal, silence', async () => {
  const { wasmote, url } = await setup();
  await wasmote(`install ${COUNTER} -d kitchen --name thermo`);
  const { default: mqtt } = await import('mqtt');
  const app = keep(Object.assign(await mqtt.connectAsync(url), {}) as never as { close(): Promise<void> });
  const client = app as never as import('mqtt').MqttClient;
  app.close = () => client.endAsync();
  client.on('message', (topic, body) => {
    const [, id, method, ...path] = topic.slice('w/1/kitchen/app/thermo/'.length).split('/');
    if (path.join('/') === 'slow') return;
    const known = path.join('/') === 'temp/now';
    client.publish(`w/1/kitchen/app/thermo/~reply/${id}/${known ? 69 : 132}`, known ? `${method}:${body}:21.5` : '');
  });
  await client.subscribeAsync('w/1/kitchen/app/thermo/~call/#');
  expect((await wasmote('request thermo temp/now -d kitchen')).out).toBe('1::21.5');
  expect((await wasmote('request thermo /temp/now hot -d kitchen --json')).json).toMatchObject([
    { ok: true, status: 69, text: '2:hot:21.5' },
  ]);
  const refused = await wasmote('request thermo nothing -d kitchen');
  expect([refused.code, refused.err.split('\n')[0]]).toEqual([67, 'error 67 STATUS: thermo answered 4.04 not found']);
});

describe('bad input changes nothing and says what to do', () => {
  const good = readFileSync(COUNTER);
  const cases: [string, () => string, number, RegExp, string?][] = [
    [
      'a file that is not there',
      () => join(dir, 'none.wasm'),
      3,
      /^error 3 FILE: cannot read .*none.wasm: no such file\nnext: check the path/,
    ],
    [
      'a truncated module',
      () => file('cut.wasm', good.subarray(0, 300)),
      47,
      /^error 47 WASM: invalid module .*cut.wasm at byte \d+: .+\nnext: rebuild it/,
    ],
    [
      'a mutated module',
      () =>
        file(
          'mutant.wasm',
          good.map((byte, i) => (i === 10 ? byte ^ 0x55 : byte)),
        ),
      47,
      /^error 47 WASM: invalid module .* at byte \d+: /,
    ],
    ['no module at all', () => file('text.wasm', Buffer.from('hello world')), 47, /at byte 0: magic header not detected/],
    [
      'a component',
      () => file('comp.wasm', [0x00, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]),
      55,
      /^error 55 COMPONENT: .*comp.wasm is a component.*\nnext: build a core module/,
    ],
    [
      'unknown imports, all listed',
      () => file('imports.wasm', moduleOf(['env.abs', 'env.frobnicate', 'gpu.draw', 'wasmote.ready'])),
      56,
      /^error 56 IMPORTS: unknown imports: .*env\.frobnicate, gpu\.draw\nnext: /,
    ],
    ['no entry point', () => file('noentry.wasm', [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), 57, /^error 57 ENTRY: /],
    [
      'more memory than the board has',
      () => file('big.wasm', moduleOf([], 2)),
      51,
      /^error 51 RAM: not enough memory for apps: \d+ bytes needed, 65536 free\nnext: /,
    ],
    ['more memory than --mem grants', () => file('big2.wasm', moduleOf([], 1)), 62, /^error 62 MEM: .* limit of 1024 bytes/, '--mem 1024'],
    ['a name that is none', () => COUNTER, 30, /^error 30 FORM: .*"Kitchen Light" is no app name/, '--name Kitchen_Light'],
  ];
  test.each(cases)('%s', async (_name, path, code, expected, more = '') => {
    const { fake, wasmote } = await setup();
    const result = await wasmote([
      ...`install -d kitchen ${more.replace('_', '\u00a0')}`
        .trim()
        .split(' ')
        .map(word => word.replace('\u00a0', ' ')),
      path(),
    ]);
    expect(result.err).toMatch(expected);
    expect(result.code).toBe(code);
    expect(result.err).not.toMatch(/\n\s+at /);
    expect([fake.wants.size, fake.apps.size, fake.received]).toEqual([0, 0, 0]);
  });
  test('a package over the free flash', async () => {
    const { fake, wasmote } = await setup({ info: { flash: 1000 } });
    const result = await wasmote(`install ${COUNTER} -d kitchen`);
    expect([result.code, result.err]).toEqual([
      50,
      'error 50 SPACE: the store is full: 1181 bytes needed, 1000 free\nnext: uninstall an app, or install a smaller one',
    ]);
    expect(fake.wants.size).toBe(0);
  });
  test('what only the board knows: a full store, a wrong hash', async () => {
    const { fake, wasmote } = await setup({ refuse: [50, { need: 9216, free: 4096 }] });
    expect((await wasmote(`install ${COUNTER} -d kitchen`)).err).toMatch(
      /^error 50 SPACE: the store is full: 9216 bytes needed, 4096 free/,
    );
    fake.options.refuse = [46, {}];
    expect((await wasmote(`install ${COUNTER} -d kitchen --name other-one`)).code).toBe(46);
  });
  test('another app of that name: update is suggested', async () => {
    const { fake, wasmote } = await setup();
    await wasmote(`install ${COUNTER} -d kitchen`);
    const result = await wasmote('install examples/c/thermo/thermo.wasm -d kitchen --name counter');
    expect([result.code, result.err]).toEqual([
      29,
      'error 29 DUPNAME: another app named counter is already on kitchen\nnext: `wasmote update` replaces it; `--name` installs beside it',
    ]);
    expect(fake.wants.get('counter')!.n).toBe(1);
  });
  test('an unknown device', async () => {
    const { wasmote } = await setup();
    const result = await wasmote(`install ${COUNTER} -d nowhere`);
    expect([result.code, result.err]).toEqual([
      27,
      'error 27 NODEVICE: no device named nowhere\nnext: devices seen: kitchen; `wasmote devices` lists them, `wasmote sim --name nowhere` simulates one',
    ]);
  });
  test('no broker', async () => {
    const result = await terminal()('devices --broker mqtt://127.0.0.1:9');
    expect([result.code, result.err]).toEqual([
      20,
      'error 20 NOBROKER: cannot reach the broker at mqtt://127.0.0.1:9: nothing listens there\nnext: check the address, or start one: `wasmote broker`',
    ]);
    expect((await terminal()('devices --broker mqtt://127.0.0.1:9 --json')).json).toMatchObject({ error: { code: 20, name: 'NOBROKER' } });
  });
  test('no port', async () => {
    const result = await terminal()('devices --port /dev/ttyNONE7');
    expect([result.code, result.err.split('\n')[0]]).toEqual([10, 'error 10 NOPORT: no such port: /dev/ttyNONE7']);
    expect(result.err).toContain('next: ports seen: ');
    const tcp = await terminal()('devices --port tcp://127.0.0.1:9');
    expect([tcp.code, tcp.err.split('\n')[0]]).toEqual([10, 'error 10 NOPORT: no such port: tcp://127.0.0.1:9 (nothing listens there)']);
  });
});

describe('usage', () => {
  const cases: [string, RegExp][] = [
    ['frobnicate', /^error 2 USAGE: unknown command 'frobnicate'/],
    ['install', /missing required argument 'file'/],
    ['install a.wasm --heap 4096x -d k', /--heap <bytes>' argument '4096x' is invalid\. a whole number is needed/],
    ['install a.wasm --heap 0x10 -d k', /a whole number is needed/],
    [`install ${COUNTER}`, /name a device: -d NAME.*\nnext: see `wasmote install --help`/],
    ['devices --wrong', /unknown option '--wrong'/],
    ['ping --port x --broker y', /exclude each other/],
    ['sim --serial usb', /--serial usb: pty, tcp or tcp:PORT/],
    ['sim --board nosuch', /no board "nosuch"; there are .*sim-small/],
  ];
  test.each(cases)('wasmote %s', async (line, expected) => {
    const { code, err } = await terminal({ WASMOTE_BROKER: (await broker()).url })(line);
    expect(err).toMatch(expected);
    expect(code).toBe(2);
  });
  test('--help names every verb, --version the version', async () => {
    const { out, code } = await terminal()('--help');
    for (const verb of ['install', 'update', 'ps', 'logs', 'devices', 'broker', 'sim', 'agent', 'run', 'validate', 'dump'])
      expect(out).toContain(verb);
    expect(code).toBe(0);
    expect((await terminal()('install --help')).out).toContain('--no-start');
  });
});
