// What people do wrong at the command line, and what stops on Ctrl-C.

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startBroker } from '../../tools/link/broker';
import { fakeOnBroker } from '../manager/fake';
import { terminal } from './terminal';

const dir = mkdtempSync(join(tmpdir(), 'wasmote-errors-'));
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});
async function setup(options: Parameters<typeof fakeOnBroker>[1] = {}) {
  const broker = await startBroker({ dir: mkdtempSync(join(tmpdir(), 'wasmote-b-')), port: 0 });
  open.push(broker);
  open.push(await fakeOnBroker(broker.url, options));
  return { wasmote: terminal({ WASMOTE_BROKER: broker.url }), port: broker.port, url: broker.url };
}
const COUNTER = 'examples/c/counter/counter.wasm';

test.each([
  ['nope', 2, "unknown command 'nope'\nnext: see `wasmote --help`"],
  ['help nonsense', 2, "error 2 USAGE: unknown command 'nonsense'\nnext: see `wasmote --help`"],
  ['devices --port tcp://nope', 2, 'a port is a device path or tcp://host:port\nnext: see `wasmote devices --help`'],
  ['devices --broker foo', 2, 'foo: a broker is mqtt://host[:port], mqtts:// or ws://\nnext: see `wasmote devices --help`'],
  ['devices --broker http://me:pw@localhost', 2, 'http://me@localhost: a broker is'],
  ['broker --listen 99999', 2, 'a TCP port is a number up to 65535'],
  ['broker --host 192.0.2.1 --listen 0', 2, 'cannot listen at 192.0.2.1: EADDRNOTAVAIL\nnext: see `wasmote broker --help`'],
  ['validate none.wasm', 3, 'none.wasm: cannot read: no such file (error 3 FILE)'],
])('wasmote %s', async (line, code, text) => {
  const result = await terminal()(line);
  expect(result.err + result.out).toContain(text);
  expect(result.code).toBe(code);
});

test.each(['port', 'broker', 'device'])('an empty --%s is no default', async name => {
  const { code, err } = await terminal()(['ps', `--${name}`, '']);
  expect([code, err]).toEqual([2, `error 2 USAGE: --${name} is empty\nnext: see \`wasmote ps --help\``]);
});

test('a file where a directory is needed, a port that is taken', async () => {
  const { wasmote, port } = await setup();
  const file = join(dir, 'file');
  writeFileSync(file, '');
  for (const line of [`broker --dir ${file}`, `sim --dir ${file}`]) {
    const { code, err } = await wasmote(line);
    expect([code, err.split('\n')[0]]).toEqual([3, `error 3 FILE: cannot read ${file}: a file is where a directory is needed`]);
  }
  const { code, err } = await wasmote(`sim --name taken --serial tcp:${port}`);
  expect([code, err.split('\n')[0]]).toEqual([11, `error 11 BUSY: 127.0.0.1:${port} is in use`]);
});

test.runIf(process.platform === 'linux')('one folder is for one agent; free again when that ends', async () => {
  const { wasmote } = await setup();
  const line = `agent --name attic --store ${join(dir, 'store')}`;
  const stop = new AbortController();
  let up = () => {};
  const started = new Promise<void>(resolve => (up = resolve));
  const first = wasmote(line, stop.signal, () => up());
  await started;
  const second = await wasmote(line);
  expect([second.code, second.err.split('\n')[0]]).toEqual([
    11,
    `error 11 BUSY: ${join(dir, 'store')} is in use by another board or agent`,
  ]);
  stop.abort();
  expect((await first).code).toBe(0);
  expect((await wasmote(line, AbortSignal.abort())).code).toBe(0);
});

test('a message to an app that is not there reaches nobody', async () => {
  const { wasmote } = await setup();
  await wasmote(`install ${COUNTER} -d kitchen`);
  for (const verb of ['publish', 'request']) {
    const { code, err } = await wasmote(`${verb} nope path -d kitchen`);
    expect([code, err.split(';')[0]]).toEqual([28, 'error 28 NOAPP: no app named nope on kitchen\nnext: apps there: counter']);
  }
  expect((await wasmote('publish counter path text -d kitchen')).out).toBe('sent 4 B to counter on kitchen: path');
});

test('ps: one table for all boards, and which of them are not there', async () => {
  const { wasmote, url } = await setup();
  open.push(await fakeOnBroker(url, { id: 'cellar' }));
  await wasmote(`install ${COUNTER} -d kitchen,cellar`);
  const { default: mqtt } = await import('mqtt');
  const client = await mqtt.connectAsync(url);
  await client.publishAsync('w/1/cellar/state', '{"s":"lost","b":"1.1"}', { qos: 1, retain: true });
  await client.endAsync();
  const { out } = await wasmote('ps');
  expect(out.match(/DEVICE/g)).toHaveLength(1);
  expect(out).toMatch(/^cellar .*\nkitchen .*\ncellar is lost: this is what it said last$/m);
  expect((await wasmote('publish counter path -d cellar')).code).toBe(24);
});

test('Ctrl-C ends a verb that waits', async () => {
  const { wasmote } = await setup({ silentAfter: 512 });
  const stop = new AbortController();
  const installing = wasmote(`install ${COUNTER} -d kitchen`, stop.signal);
  setTimeout(() => stop.abort(), 500);
  const began = performance.now();
  expect((await installing).code).toBe(130);
  expect(performance.now() - began).toBeLessThan(5000);
});

test('Ctrl-C while an app is compiled is no error of its source', async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  const { code, err } = await terminal()('install examples/as/greeter/greeter.as.ts -d kitchen', stop.signal);
  expect([code, err]).toEqual([130, '']);
});

test('dump -d shows code, with the names of imported functions', async () => {
  const { code, out } = await terminal()('dump -d examples/c/hello/hello.wasm');
  expect(code).toBe(0);
  expect(out).toMatch(/call \$printf/);
});
