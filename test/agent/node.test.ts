// The agent as a service on Node, against the real broker and the real manager: what `wasmote agent` runs.

import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { boardFacts, loadBoard } from '../../boards/board';
import { openFolder } from '../../device/node/folder';
import { parseBroker, type Running, run } from '../../device/node/host';
import { WASM } from '../../src/errors/codes';
import { type Broker, startBroker } from '../../tools/link/broker';
import { openBlobs } from '../../tools/manager/blobs';
import { blobRef, createManager, type Manager } from '../../tools/manager/manager';
import { mqttRoad } from '../../tools/manager/mqtt';
import { hello, program } from './apps';

const dir = () => mkdtempSync(join(tmpdir(), 'wasmote-agent-'));
const open: { close(): Promise<void> | void }[] = [];
const keep = <T extends { close(): Promise<void> | void }>(thing: T): T => {
  open.push(thing);
  return thing;
};
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

const facts = boardFacts(loadBoard('linux-node'), 'open');
function service(name: string, broker: Broker, store: string): Running {
  const running = run({ name, broker: broker.url, store, facts });
  keep({ close: () => running.stop() });
  return running;
}
async function managed(broker: Broker): Promise<Manager> {
  return keep(createManager({ road: await mqttRoad(broker.url), blobs: openBlobs(dir()) }));
}
async function install(manager: Manager, device: string, app: string, bytes: Uint8Array) {
  const found = await manager.device(device);
  return manager.wish(found, app, { ...blobRef(bytes, manager.keep(bytes)), run: 'on', rs: 0, lim: {} }, found.wants.get(app));
}

test('installs over MQTT, keeps its apps over a restart, and says good-bye', async () => {
  const broker = keep(await startBroker({ dir: dir(), port: 0 }));
  const store = dir();
  const first = service('gate-1', broker, store);
  const manager = await managed(broker);
  expect(await install(manager, 'gate-1', 'blink', hello('on a gateway', 30000))).toMatchObject({ st: 'kept', run: 1, e: 0 });
  expect(await install(manager, 'gate-1', 'calc', program(7))).toMatchObject({ x: 7 });
  await expect(install(manager, 'gate-1', 'bad', Uint8Array.from([0, 0x61, 0x73, 0x6d, 2, 0, 0, 0]))).rejects.toMatchObject({ code: WASM });
  first.stop();
  expect(readdirSync(store).filter(name => name.startsWith('a.')).length).toBe(3);

  const second = service('gate-1', broker, store);
  const device = await manager.device('gate-1');
  expect(second.agent().boot).toBe(2);
  expect(device.id).toBe('gate-1');
  const again = await install(manager, 'gate-1', 'blink', hello('on a gateway', 30000));
  expect(again).toMatchObject({ st: 'kept', run: 1 });
});

test('two services in one process do not meet', async () => {
  const broker = keep(await startBroker({ dir: dir(), port: 0 }));
  const services = ['gate-a', 'gate-b'].map(name => service(name, broker, dir()));
  const manager = await managed(broker);
  await Promise.all([install(manager, 'gate-a', 'one', hello('a')), install(manager, 'gate-b', 'two', hello('b'))]);
  expect(services.map(each => each.agent().apps.map(app => app.name))).toEqual([['one'], ['two']]);
});

test('broker URLs', () => {
  expect(parseBroker('mqtt://me:p%40ss@host:1884')).toEqual({ host: 'host', port: 1884, tls: false, user: 'me', password: 'p@ss' });
  expect(parseBroker('mqtts://[::1]')).toEqual({ host: '::1', port: 8883, tls: true, user: '', password: '' });
  expect(() => parseBroker('http://host')).toThrow(TypeError);
  expect(() => parseBroker('nonsense')).toThrow(TypeError);
});

test('the folder store: limit, gaps, replacing, names', () => {
  const path = dir();
  const folder = openFolder(path, 1000);
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => i & 255);
  expect(folder.size('b.1')).toBe(-1);
  expect(folder.write('b.1', 100, bytes, 0, 300)).toBe(true);
  expect(folder.size('b.1')).toBe(400);
  expect(folder.write('b.1', 0, bytes, 0, 100)).toBe(true);
  expect(folder.free()).toBe(600);
  expect(folder.write('b.2', 0, new Uint8Array(601), 0, 601)).toBe(false);
  expect(folder.size('b.2')).toBe(-1);
  expect(folder.replace('a.0', bytes)).toBe(true);
  expect(folder.replace('a.0', bytes.subarray(0, 10))).toBe(true);
  expect(folder.replace('a.0', new Uint8Array(700))).toBe(false);
  folder.rename('b.1', 'b.3');
  folder.remove('none');
  expect(() => folder.write('../x', 0, bytes, 0, 1)).toThrow(RangeError);
  const again = openFolder(path, 1000);
  expect(again.list().sort()).toEqual(['a.0', 'b.3']);
  const back = new Uint8Array(500);
  expect(again.read('b.3', 50, back, 0, 500)).toBe(350);
  expect([back[0], back[50], back[349]]).toEqual([50, 0, bytes[299]]);
  again.remove('b.3');
  expect(again.free()).toBe(990);
});
