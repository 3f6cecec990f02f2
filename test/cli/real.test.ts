// The command line against the real agent (the gateway's, in this process), on a real broker: what users do, and what goes wrong
// on the way there.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { boardFacts, loadBoard } from '../../boards/board';
import { run as runAgent } from '../../device/node/host';
import { BLK_HEAD_BYTES } from '../../src/wire/messages';
import { startBroker } from '../../tools/link/broker';
import { connectMqtt } from '../../tools/link/mqtt';
import { terminal } from './terminal';

const temporary = () => mkdtempSync(join(tmpdir(), 'wasmote-real-'));
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function broker(): Promise<string> {
  const started = await startBroker({ dir: temporary(), port: 0 });
  closers.push(() => started.close());
  return started.url;
}
function agent(url: string, store = temporary(), change: object = {}) {
  const running = runAgent({ name: 'gateway', broker: url, store, facts: { ...boardFacts(loadBoard('linux-node'), 'open'), ...change } });
  closers.push(() => running.stop());
  return running;
}
/** An app of about n bytes: the counter sample and a custom section of random bytes. */
function bigApp(n: number, seed: number): { path: string; bytes: Uint8Array } {
  let state = seed;
  const padding = Uint8Array.from({ length: n }, () => (state = (state * 1103515245 + 12345) & 0x7fffffff) >> 16);
  const size = padding.length + 4;
  const head = [0, (size & 127) | 128, ((size >> 7) & 127) | 128, size >> 14, 3, 0x70, 0x61, 0x64];
  const bytes = Uint8Array.from([...readFileSync('examples/c/counter/counter.wasm'), ...head, ...padding]);
  const path = join(temporary(), 'big-app.wasm');
  writeFileSync(path, bytes);
  return { path, bytes };
}

/** mosquitto with its defaults, where it is installed. */
async function mosquitto(): Promise<string> {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const { port } = free.address() as { port: number };
  free.close();
  const config = join(temporary(), 'mosquitto.conf');
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  const child = spawn('mosquitto', ['-c', config], { stdio: 'ignore' });
  closers.push(() => child.kill());
  const url = `mqtt://127.0.0.1:${port}`;
  await expect.poll(() => connectMqtt(url).then(client => client.close()), { timeout: 5000 }).toBeUndefined();
  return url;
}
const hasMosquitto = spawnSync('mosquitto', ['-h']).error === undefined;
const brokers: [string, () => Promise<string>][] = [
  ['the embedded broker', broker],
  ...(hasMosquitto ? [['mosquitto', mosquitto] as [string, () => Promise<string>]] : []),
];

test.each(brokers)('the life of an app, on %s', async (_name, start) => {
  const url = await start();
  agent(url);
  const wasmote = terminal({ WASMOTE_BROKER: url });
  await expect.poll(async () => (await wasmote('devices')).out).toMatch(/gateway +ready +linux-node/);
  expect((await wasmote('install examples/c/counter/counter.wasm -d gateway')).out).toMatch(/^installed counter on gateway: .*running$/);
  await expect.poll(async () => (await wasmote('logs counter -d gateway')).out, { timeout: 5000 }).toMatch(/counting[\s\S]*count 1/);
  const stop = new AbortController();
  const published = wasmote('watch counter -d gateway --count 1 --json', stop.signal);
  expect((await published).json).toMatchObject({ device: 'gateway', app: 'counter', path: 'count', text: expect.stringMatching(/^\d+$/) });

  // a program this short may be told of before it has ended
  expect((await wasmote('install examples/c/hello/hello.wasm -d gateway')).out).toMatch(/^installed hello .*(running|ended with code 0)$/);
  await expect.poll(async () => (await wasmote('ps -d gateway')).out).toMatch(/hello +ended .* exit code 0/);

  expect((await wasmote('install examples/c/thermo/thermo.wasm -d gateway')).code).toBe(0);
  expect((await wasmote('update examples/c/thermo2/thermo2.wasm --name thermo -d gateway')).out).toMatch(/^updated thermo/);
  expect((await wasmote('request thermo temp -d gateway')).out).toMatch(/^\d+\.\d\d$/);
  expect((await wasmote('request thermo nothing -d gateway')).code).toBe(67);

  expect((await wasmote('stop counter -d gateway')).code).toBe(0);
  expect((await wasmote('ps -d gateway')).out).toMatch(/counter +stopped/);
  expect((await wasmote('reboot -d gateway')).out).toBe('gateway is back, boot 2');
  await expect.poll(async () => (await wasmote('ps -d gateway')).out, { timeout: 5000 }).toMatch(/counter +stopped[\s\S]*thermo +running/);
  expect((await wasmote('start counter -d gateway')).code).toBe(0);
  for (const app of ['counter', 'thermo', 'hello']) expect((await wasmote(`uninstall ${app} -d gateway`)).code).toBe(0);
  expect((await wasmote('ps -d gateway')).out).toBe('gateway: no apps');
  expect((await wasmote('install examples/c/counter/counter.wasm -d gateway')).code).toBe(0); // a name can be used again
});

test('a trap and a runaway are reported with their place; the others go on', async () => {
  const url = await broker();
  agent(url);
  const wasmote = terminal({ WASMOTE_BROKER: url });
  await expect.poll(async () => (await wasmote('devices')).out).toMatch(/gateway +ready/);
  for (const app of ['counter', 'trap', 'runaway']) await wasmote(`install examples/c/${app}/${app}.wasm -d gateway`);
  await expect.poll(async () => (await wasmote('ps -d gateway')).out, { timeout: 10_000 }).toMatch(/61 FUEL[\s\S]*60 TRAP/);
  const { out } = await wasmote('ps -d gateway');
  expect(out).toMatch(/counter +running/);
  expect(out).toMatch(/^trap: trapped: integer divide by zero in function \d+ <share> at byte \d+$/m);
});

test('what only the board can refuse comes back with its numbers, and changes nothing', async () => {
  const url = await broker();
  agent(url, temporary(), { storeBytes: 4096 });
  const wasmote = terminal({ WASMOTE_BROKER: url });
  await expect.poll(async () => (await wasmote('devices')).out).toMatch(/gateway +ready/);
  const { path } = bigApp(8000, 1);
  const checked = await wasmote(`install ${path} -d gateway`);
  const forced = await wasmote(`install ${path} -d gateway --force`); // without the check of this side
  for (const { code, err } of [checked, forced]) {
    expect(err).toMatch(/^error 50 SPACE: the store is full: \d+ bytes needed, \d+ free\nnext: /);
    expect(code).toBe(50);
  }
});

/** A TCP hop to the broker that can be cut, and counts what passes. */
async function hop(url: string) {
  const target = new URL(url);
  let cut: () => void = () => {};
  const passed = { down: 0, cutAt: Infinity };
  const server = createServer(near => {
    const far = connect(Number(target.port), target.hostname);
    cut = () => {
      near.destroy();
      far.destroy();
    };
    near.on('error', () => {}).on('close', () => far.destroy());
    far.on('error', () => {}).on('close', () => near.destroy());
    near.on('data', bytes => far.write(bytes));
    far.on('data', bytes => {
      const room = Math.min(bytes.length, passed.cutAt - passed.down);
      near.write(bytes.subarray(0, room));
      passed.down += room;
      if (passed.down >= passed.cutAt) {
        passed.cutAt = Infinity;
        near.end(() => cut());
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    cut();
    server.close();
  });
  return { url: `mqtt://127.0.0.1:${(server.address() as { port: number }).port}`, passed };
}

test('an install cut at 20 random bytes resumes and sends at most a window again for each', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e6);
  let state = seed;
  const random = (n: number) => (state = (state * 1103515245 + 12345) & 0x7fffffff) % n;
  const url = await broker();
  const road = await hop(url);
  const { path, bytes } = bigApp(150_000, seed);
  const facts = boardFacts(loadBoard('linux-node'), 'open');
  agent(road.url);
  const wasmote = terminal({ WASMOTE_BROKER: url });
  await expect.poll(async () => (await wasmote('devices')).out).toMatch(/gateway +ready/);
  const watcher = await connectMqtt(url);
  closers.push(() => watcher.close());
  let sent = 0;
  let reconnects = -1;
  watcher.onMessage((topic, payload, retained) => {
    if (topic.endsWith('/blk')) sent += payload.length - BLK_HEAD_BYTES;
    if (topic.endsWith('/state') && !retained && JSON.parse(Buffer.from(payload).toString()).s === 'ready') {
      reconnects++;
      if (reconnects < 20) road.passed.cutAt = road.passed.down + 500 + random(12_000);
    }
  });
  await watcher.subscribe(['w/1/gateway/blk', 'w/1/gateway/state']);
  reconnects = 0;
  road.passed.cutAt = road.passed.down + 500 + random(12_000);
  const { out, err } = await wasmote(`install ${path} -d gateway`);
  expect(err + out, `seed ${seed}`).toMatch(/^installed big-app on gateway: .*running$/);
  expect(reconnects, `seed ${seed}`).toBeGreaterThan(8);
  expect(sent, `seed ${seed}`).toBeLessThanOrEqual(bytes.length + reconnects * facts.winBytes);
}, 120_000);

test('the broker killed with -9 in the middle and started again: the install goes on to its end', async () => {
  const dir = temporary();
  const start = async (port: number): Promise<[ChildProcess, string]> => {
    const code = `import { startBroker } from './tools/link/broker.ts';
      const broker = await startBroker({ dir: ${JSON.stringify(dir)}, port: ${port}, exact: ${port > 0} }); console.log(broker.url);`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(child.stdout!, 'data');
    return [child, String(line).trim()];
  };
  let [child, url] = await start(0);
  closers.push(() => child.kill('SIGKILL'));
  const port = Number(new URL(url).port);
  agent(url);
  const wasmote = terminal({ WASMOTE_BROKER: url });
  await expect.poll(async () => (await wasmote('devices')).out).toMatch(/gateway +ready/);
  const { path } = bigApp(400_000, 7);
  const installing = wasmote(`install ${path} -d gateway`);
  const watcher = await connectMqtt(url);
  closers.push(() => watcher.close());
  await watcher.subscribe(['w/1/gateway/get']);
  await new Promise<void>(resolve => watcher.onMessage(topic => topic.endsWith('/get') && resolve()));
  child.kill('SIGKILL');
  await once(child, 'exit');
  [child] = await start(port);
  const { out, err } = await installing;
  expect(err + out).toMatch(/^installed big-app on gateway: .*running$/);
  expect((await wasmote('ps -d gateway')).out).toMatch(/big-app +running/);
}, 120_000);
