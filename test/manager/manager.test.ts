// The desk side of management against a board that misbehaves as told, over a broker and over a line.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { FORM, NOBROKER, NODEVICE, OFFLINE, RACE, SILENT, SPACE, TIMEOUT, TRAP, WASM } from '../../src/errors/codes';
import { UNKNOWN_LOCAL } from '../../src/spec/faults';
import { DIV_BY_ZERO } from '../../src/spec/traps';
import { type Broker, startBroker } from '../../tools/link/broker';
import { connectMqtt } from '../../tools/link/mqtt';
import { openBlobs } from '../../tools/manager/blobs';
import { blobRef, createManager, type Manager, type Progress, type WaitOptions } from '../../tools/manager/manager';
import { mqttRoad } from '../../tools/manager/mqtt';
import { serialRoad } from '../../tools/manager/serial';
import { failure } from '../../tools/manager/wish';
import { fakeOnBroker, fakeOnLine } from './fake';

const dir = () => mkdtempSync(join(tmpdir(), 'wasmote-manager-'));
const open: { close(): Promise<void> }[] = [];
const keep = <T extends { close(): Promise<void> }>(thing: T): T => {
  open.push(thing);
  return thing;
};
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

const cache = dir();
const broker = async (): Promise<Broker> => keep(await startBroker({ dir: dir(), port: 0 }));
const manage = async (at: string, options: { blobs?: string; retryMs?: number[]; idleMs?: number } = {}): Promise<Manager> =>
  keep(
    createManager({
      road: at.startsWith('mqtt') ? await mqttRoad(at) : await serialRoad(at, { upTimeoutMs: 3000 }),
      blobs: openBlobs(options.blobs ?? cache),
      retryMs: options.retryMs ?? [50, 50, 50],
      idleMs: options.idleMs ?? 3000,
    }),
  );
const sample = (n: number, seed = 1) => Uint8Array.from({ length: n }, (_, i) => (i * 31 + seed) & 255);

async function install(manager: Manager, name: string, app: string, bytes: Uint8Array, options: WaitOptions = {}) {
  const device = await manager.device(name);
  const change = { ...blobRef(bytes, manager.keep(bytes)), run: 'on' as const, rs: 0, lim: {} };
  return manager.wish(device, app, change, device.wants.get(app), options);
}

const roads: [
  string,
  () => Promise<{ at: string; fake: Awaited<ReturnType<typeof fakeOnLine>> | Awaited<ReturnType<typeof fakeOnBroker>>; name: string }>,
][] = [
  [
    'broker',
    async () => {
      const { url } = await broker();
      return { at: url, fake: keep(await fakeOnBroker(url)), name: 'kitchen' };
    },
  ],
  [
    'line',
    async () => {
      const fake = keep(await fakeOnLine());
      return { at: fake.port, fake, name: 'cellar' };
    },
  ],
];

describe.each(roads)('over a %s', (_road, make) => {
  test('installs, with progress up to the last byte, and nothing twice', async () => {
    const { at, fake, name } = await make();
    const manager = await manage(at);
    const bytes = sample(3000);
    const seen: Progress[] = [];
    const have = await install(manager, name, 'blink', bytes, { onProgress: progress => seen.push(progress) });
    expect(have).toMatchObject({ n: 1, st: 'kept', run: 1 });
    expect(Buffer.compare([...fake.files.values()][0], bytes)).toBe(0);
    expect(fake.received).toBe(3000);
    expect(seen.at(-1)).toMatchObject({ bytes: 3000, total: 3000 });
    expect(seen.map(each => each.bytes)).toEqual([...new Set(seen.map(each => each.bytes))].sort((a, b) => a - b));
  });

  test('the same content again sends no byte', async () => {
    const { at, fake, name } = await make();
    await install(await manage(at), name, 'blink', sample(1000));
    const manager = await manage(at);
    const have = await install(manager, name, 'blink-too', sample(1000));
    expect(have).toMatchObject({ st: 'kept', run: 1 });
    expect(fake.received).toBe(1000);
  });

  test('counts wishes up from what the board has met', async () => {
    const { at, name } = await make();
    for (let n = 1; n <= 3; n++) {
      const manager = await manage(at);
      expect(await install(manager, name, 'blink', sample(300, n))).toMatchObject({ n });
      await manager.close();
    }
  });

  test('removes, and withdraws the wish so that the board forgets', async () => {
    const { at, fake, name } = await make();
    const manager = await manage(at);
    await install(manager, name, 'blink', sample(300));
    const device = await manager.device(name);
    await manager.wish(device, 'blink', { run: 'gone' }, device.wants.get('blink'));
    await expect.poll(() => [...fake.apps.keys()]).toEqual([]);
    await expect.poll(() => device.apps.size).toBe(0);
  });

  test('reports what the board refuses, with its data', async () => {
    const { at, fake, name } = await make();
    fake.options.refuse = [SPACE, { need: 9216, free: 4096 }];
    await expect(install(await manage(at), name, 'blink', sample(300))).rejects.toMatchObject({
      code: SPACE,
      data: { need: 9216, free: 4096 },
      message: 'the store is full: 9216 bytes needed, 4096 free',
    });
    expect(fake.received).toBe(0);
  });

  test('a board that goes silent half-way is a time-out that says how far it came, and the next manager goes on there', async () => {
    const { at, fake, name } = await make();
    fake.options.silentAfter = 1024;
    const bytes = sample(2048);
    const first = await manage(at, { idleMs: 300 });
    await expect(install(first, name, 'blink', bytes)).rejects.toMatchObject({
      code: TIMEOUT,
      data: { device: name, text: '1024 of 2048 bytes arrived' },
    });
    await first.close();

    const second = await manage(at); // knows nothing but the cache
    const device = await second.device(name);
    fake.options.silentAfter = undefined;
    const standing = device.wants.get('blink');
    const change = { ...blobRef(bytes, second.keep(bytes)), run: 'on' as const, rs: 0, lim: {} };
    if (standing) setTimeout(() => fake.ask(), 50); // as a board does when its time-out for blocks passes
    const have = standing ? await second.settle(device, 'blink', standing) : await second.wish(device, 'blink', change, undefined);
    expect(have).toMatchObject({ st: 'kept', run: 1 });
    expect(Buffer.compare([...fake.files.values()][0], bytes)).toBe(0);
    expect(fake.received).toBe(2048);
  });

  test('a command is tried again until it is answered, then given up', async () => {
    const { at, fake, name } = await make();
    const manager = await manage(at);
    await manager.device(name);
    expect(await manager.command(name, 'ping')).toEqual({ t: 1234 });
    await expect(manager.command(name, 'gc')).rejects.toMatchObject({ code: OFFLINE });
    expect(fake.commands.filter(each => each === 'gc')).toEqual(['gc', 'gc', 'gc']);
    fake.options.commands = () => [28, { text: 'logs', app: 'nosuch' }];
    await expect(manager.command(name, 'logs', { a: 'nosuch', n: 5 })).rejects.toMatchObject({ code: 28 });
  });

  test('a message that no board takes is not sent', async () => {
    const { at, name } = await make();
    const manager = await manage(at);
    await manager.device(name);
    await manager.tell(name, 'thermo', 'set', 'x'.repeat(1024));
    for (const [app, path, body] of [
      ['thermo', 'set', 'x'.repeat(1025)],
      ['thermo', 'a#b', ''],
      ['thermo', 'a b', ''],
      ['thermo', '', ''],
      ['No App', 'set', ''],
    ])
      await expect(manager.tell(name, app, path, body)).rejects.toMatchObject({ code: FORM });
  });

  test('an unknown device is told from a silent one', async () => {
    const { at, name } = await make();
    await expect((await manage(at)).device('nowhere')).rejects.toMatchObject({ code: NODEVICE, data: { seen: name } });
  });
});

describe('two managers', () => {
  test('a wish replaced by another one is a race, for the one who lost', async () => {
    const { url } = await broker();
    const fake = keep(await fakeOnBroker(url, { silentAfter: 0 })); // never finishes
    const [a, b] = [await manage(url), await manage(url)];
    const lost = install(a, 'kitchen', 'blink', sample(300, 1));
    await expect.poll(() => fake.wants.get('blink')?.n).toBe(1);
    fake.options.silentAfter = undefined;
    const won = install(b, 'kitchen', 'blink', sample(300, 2));
    await expect(lost).rejects.toMatchObject({ code: RACE, data: { by: b.by, app: 'blink' } });
    expect(await won).toMatchObject({ n: 2, run: 1 });
  });
  test('a wish that changed since it was read is not overwritten, unless forced', async () => {
    const { url } = await broker();
    keep(await fakeOnBroker(url));
    const [a, b] = [await manage(url), await manage(url)];
    const device = await a.device('kitchen');
    await install(b, 'kitchen', 'blink', sample(300, 2));
    await expect.poll(() => device.wants.get('blink')?.n).toBe(1);
    const bytes = sample(300, 1);
    const change = { ...blobRef(bytes, a.keep(bytes)), run: 'on' as const, rs: 0, lim: {} };
    await expect(a.wish(device, 'blink', change, undefined)).rejects.toMatchObject({ code: RACE, data: { by: b.by } });
    expect(await a.wish(device, 'blink', change, undefined, { force: true })).toMatchObject({ n: 2 });
  });
  test('of two that read the same and write at once, one is told and the other one stands', async () => {
    const { url } = await broker();
    const fake = keep(await fakeOnBroker(url));
    const [a, b] = [await manage(url), await manage(url)];
    const [da, db] = [await a.device('kitchen'), await b.device('kitchen')];
    const wish = (m: Manager, d: typeof da, seed: number) => {
      const bytes = sample(4000, seed);
      return m.wish(d, 'blink', { ...blobRef(bytes, m.keep(bytes)), run: 'on', rs: 0, lim: {} }, undefined);
    };
    const results = await Promise.allSettled([wish(a, da, 1), wish(b, db, 2)]);
    expect(results.map(each => each.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(each => each.status === 'rejected')).toMatchObject({ reason: { code: RACE } });
    const winner = results[0].status === 'fulfilled' ? a : b;
    expect(fake.wants.get('blink')!.by).toBe(winner.by);
  });
});

describe('on a broker', () => {
  test('another manager serves from the cache when the one that wished is gone', async () => {
    const { url } = await broker();
    const fake = keep(await fakeOnBroker(url, { silentAfter: 512 }));
    const first = await manage(url, { idleMs: 200 });
    await expect(install(first, 'kitchen', 'blink', sample(1024))).rejects.toMatchObject({ code: TIMEOUT });
    await first.close();
    const other = await manage(url);
    await other.devices();
    fake.options.silentAfter = undefined;
    fake.ask(); // nobody owns it: the first question is left to its owner
    await new Promise(resolve => setTimeout(resolve, 100));
    expect(fake.received).toBe(512);
    fake.ask();
    await expect.poll(() => fake.received).toBe(1024);
  });

  test('lists devices with their states, lost ones too', async () => {
    const { url } = await broker();
    keep(await fakeOnBroker(url, { id: 'attic' }));
    const gone = await fakeOnBroker(url, { id: 'garden' });
    const manager = await manage(url);
    gone.cut();
    await gone.close();
    await expect
      .poll(async () => (await manager.devices()).map(each => [each.id, each.state?.s]))
      .toEqual([
        ['attic', 'ready'],
        ['garden', 'lost'],
      ]);
  });

  test('an offline board keeps the wish: the command ends, the wish stands', async () => {
    const { url } = await broker();
    const gone = await fakeOnBroker(url, { id: 'garden' });
    gone.cut();
    await gone.close();
    const manager = await manage(url, { idleMs: 200 });
    await expect.poll(async () => (await manager.devices())[0]?.state?.s).toBe('lost');
    await expect(install(manager, 'garden', 'blink', sample(300))).rejects.toMatchObject({ code: OFFLINE, data: { state: 'lost' } });
    const back = keep(await fakeOnBroker(url, { id: 'garden' }));
    await expect.poll(() => back.wants.get('blink')?.n).toBe(1);
    await expect.poll(() => back.received).toBe(300); // the manager is still there and serves
  });

  test('garbage on any topic harms nothing', async () => {
    const { url } = await broker();
    keep(await fakeOnBroker(url));
    const manager = await manage(url);
    const noise = keep(await connectMqtt(url));
    for (const rest of ['state', 'info', 'info/blink', 'want/blink', 'get', 'rsp', 'ev'])
      for (const body of ['', '{', '[]', 'null', '{"n":"x"}', '{"h":"zz","o":-1,"n":1e9,"z":0}', '\u0000\u00ff'])
        if (rest !== 'state' || body !== '') await noise.publish(`w/1/kitchen/${rest}`, body);
    expect(await install(manager, 'kitchen', 'blink', sample(300))).toMatchObject({ run: 1 });
  });
});

test('a road that goes away is told as such: the broker, the line', async () => {
  const started = await startBroker({ dir: dir(), port: 0 });
  const board = keep(await fakeOnBroker(started.url));
  const manager = await manage(started.url, { idleMs: 300 });
  await manager.device('kitchen');
  await started.close();
  await expect(manager.command('kitchen', 'ping')).rejects.toMatchObject({ code: NOBROKER });
  const device = { id: 'kitchen', state: null, info: null, apps: new Map(), wants: new Map() };
  await expect(manager.wish(device, 'blink', { run: 'off' }, undefined)).rejects.toMatchObject({ code: NOBROKER });
  void board;

  const fake = await fakeOnLine();
  const onLine = await manage(fake.port, { idleMs: 300 });
  await onLine.device('cellar');
  await fake.close();
  await expect(onLine.command('cellar', 'ping')).rejects.toMatchObject({ code: SILENT });
  await expect(onLine.wish({ ...device, id: 'cellar' }, 'blink', { run: 'off' }, undefined)).rejects.toMatchObject({ code: SILENT });
});

test('a board on a line that reboots half-way is told its wish again', async () => {
  const fake = keep(await fakeOnLine({ silentAfter: 512 }));
  const manager = await manage(fake.port, { idleMs: 8000 });
  const done = install(manager, 'cellar', 'blink', sample(1024));
  await expect.poll(() => fake.received).toBeGreaterThanOrEqual(512);
  fake.options.silentAfter = undefined;
  fake.wants.clear();
  fake.apps.clear();
  fake.reboot();
  expect(await done).toMatchObject({ run: 1 });
});

test('what a board reports by number is said in words', () => {
  const have = { n: 1, ver: '', p: '', st: 'failed', run: 0, mem: 0, rst: 0, e: WASM } as const;
  expect(failure({ ...have, ed: { offset: 61, fault: UNKNOWN_LOCAL, detail: 77 } }, 'kitchen', 'blink').message).toBe(
    'invalid module at byte 61: unknown local 77',
  );
  expect(failure({ ...have, e: TRAP, tr: [DIV_BY_ZERO, 0, 12, 345], fn: 'blink' }, 'kitchen', 'blink').message).toBe(
    'blink trapped: integer divide by zero in function 12 <blink> at byte 345',
  );
});
