// The embedded broker: retained messages, sessions and limits, also over a restart.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { BUSY, LOGIN, NOBROKER } from '../../src/errors/codes';
import { type Broker, startBroker } from '../../tools/link/broker';
import { connectMqtt, type Mqtt } from '../../tools/link/mqtt';

const dir = () => mkdtempSync(join(tmpdir(), 'wasmote-broker-'));
const open: { close(): Promise<void> }[] = [];
const keep = <T extends { close(): Promise<void> }>(thing: T): T => {
  open.push(thing);
  return thing;
};
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

const start = async (options: Partial<Parameters<typeof startBroker>[0]> = {}): Promise<Broker> =>
  keep(await startBroker({ dir: dir(), port: 0, ...options }));
const connect = async (url: string): Promise<Mqtt> => keep(await connectMqtt(url, 3000));
const text = (payload: Uint8Array) => Buffer.from(payload).toString();

test('a message goes from one client to another', async () => {
  const broker = await start();
  const [a, b] = [await connect(broker.url), await connect(broker.url)];
  const got = new Promise(resolve => b.onMessage((topic, payload) => resolve([topic, text(payload)])));
  await b.subscribe(['w/1/+/cmd']);
  await a.publish('w/1/kitchen/cmd', 'hello');
  expect(await got).toEqual(['w/1/kitchen/cmd', 'hello']);
});

test('subscribe resolves after all retained messages, also with many of them', async () => {
  const broker = await start();
  const a = await connect(broker.url);
  await Promise.all(Array.from({ length: 300 }, (_, i) => a.publish(`w/1/dev-${i}/state`, `{"s":"ready"}`, { retain: true })));
  const b = await connect(broker.url);
  const seen: string[] = [];
  b.onMessage((topic, _payload, retained) => retained && seen.push(topic));
  await b.subscribe(['w/1/+/state']);
  expect(seen.length).toBe(300);
  seen.length = 0;
  await Promise.all([b.subscribe(['w/1/dev-7/state']), b.subscribe(['w/1/dev-8/state'])]); // again, and two at once
  expect(seen).toEqual(['w/1/dev-7/state', 'w/1/dev-8/state']);
});

test('an empty retained message removes', async () => {
  const broker = await start();
  const a = await connect(broker.url);
  await a.publish('w/1/dev-1/state', 'x', { retain: true });
  await a.publish('w/1/dev-1/state', '', { retain: true });
  const b = await connect(broker.url);
  const seen: string[] = [];
  b.onMessage(topic => seen.push(topic));
  await b.subscribe(['w/1/+/state']);
  expect(seen).toEqual([]);
});

test('retained messages survive kill -9', async () => {
  const state = dir();
  const code = `import { startBroker } from './tools/link/broker.ts';
    const broker = await startBroker({ dir: ${JSON.stringify(state)}, port: 0 }); console.log(broker.url);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const a = await connectMqtt(String(line).trim());
  await Promise.all([1, 2, 3].map(i => a.publish(`w/1/dev-${i}/want/blink`, `{"n":${i}}`, { retain: true })));
  child.kill('SIGKILL');
  await once(child, 'exit');
  await a.close();

  const broker = await start({ dir: state });
  const b = await connect(broker.url);
  const seen: string[] = [];
  b.onMessage((topic, payload) => seen.push(topic + ' ' + text(payload)));
  await b.subscribe(['w/1/+/want/+']);
  expect(seen.sort()).toEqual([1, 2, 3].map(i => `w/1/dev-${i}/want/blink {"n":${i}}`));
});

describe('ports', () => {
  test('a taken port moves the broker to a free one', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const broker = await start({ port });
    expect(broker.moved).toBe(true);
    expect(broker.port).not.toBe(port);
    await connect(broker.url);
    await expect(startBroker({ dir: dir(), port, exact: true })).rejects.toMatchObject({ code: BUSY });
    server.close();
  });
  test('a state directory belongs to one broker', async () => {
    const state = dir();
    await start({ dir: state });
    await expect(startBroker({ dir: state, port: 0 })).rejects.toMatchObject({ code: BUSY });
  });
});

describe('limits', () => {
  test('a payload over the limit closes the connection and is not delivered', async () => {
    const broker = await start({ limits: { payloadBytes: 100 } });
    const a = await connect(broker.url);
    const b = await connect(broker.url);
    const seen: number[] = [];
    b.onMessage((_topic, payload) => seen.push(payload.length));
    await b.subscribe(['t/#']);
    await a.publish('t/x', new Uint8Array(100));
    const cut = new Promise<void>(resolve => a.onLink(up => !up && resolve()));
    void a.publish('t/x', new Uint8Array(101), { qos: 0 });
    await cut;
    expect(seen).toEqual([100]);
  });
  test('retained messages stop at their limit', async () => {
    const broker = await start({ limits: { retainedBytes: 300 } });
    const a = await connect(broker.url);
    await a.publish('t/a', new Uint8Array(200), { retain: true });
    await a.publish('t/a', new Uint8Array(250), { retain: true }); // replaces
    const cut = new Promise<void>(resolve => a.onLink(up => !up && resolve()));
    void a.publish('t/b', new Uint8Array(100), { qos: 0, retain: true });
    await cut;
  });
});

describe('failures told apart', () => {
  test('nothing listens', async () => {
    await expect(connectMqtt('mqtt://127.0.0.1:9', 2000)).rejects.toMatchObject({
      code: NOBROKER,
      data: { text: 'nothing listens there' },
    });
  });
  test('something else listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`;
    await expect(connectMqtt(url, 300)).rejects.toMatchObject({ code: NOBROKER });
    server.close();
  });
  test('the broker refuses the user; the password is not shown', async () => {
    const { Aedes } = await import('aedes');
    const aedes = await Aedes.createBroker({
      authenticate: (_client, _user, _password, done) => done(Object.assign(new Error('no'), { returnCode: 4 }) as never, false),
    });
    const server = createServer(aedes.handle as never).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const error = await connectMqtt(`mqtt://eve:secret@127.0.0.1:${port}`, 2000).catch(e => e);
    expect(error).toMatchObject({ code: LOGIN, data: { user: 'eve' } });
    expect(JSON.stringify(error.data) + error.message).not.toContain('secret');
    aedes.close();
    server.close();
  });
});
