// The tool as a process: exit codes, streams, signals. Everything else is tested in-process.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const home = mkdtempSync(join(tmpdir(), 'wasmote-process-'));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function wasmote(...args: string[]) {
  const env: NodeJS.ProcessEnv = { ...process.env, WASMOTE_HOME: home };
  delete env.WASMOTE_BROKER;
  const child = spawn(process.execPath, ['--import', 'tsx', 'tools/cli/main.ts', ...args], { env });
  children.push(child);
  const text = { out: '', err: '' };
  child.stdout.on('data', bytes => {
    text.out += bytes;
  });
  child.stderr.on('data', bytes => {
    text.err += bytes;
  });
  return { child, text, exit: once(child, 'close').then(([code]) => code as number) };
}

test('an error: its code as exit code, two lines on standard error, no stack trace', async () => {
  const { text, exit } = wasmote('devices', '--broker', 'mqtt://127.0.0.1:9');
  expect(await exit).toBe(20);
  expect(text).toEqual({
    out: '',
    err: 'error 20 NOBROKER: cannot reach the broker at mqtt://127.0.0.1:9: nothing listens there\nnext: check the address, or start one: `wasmote broker`\n',
  });
});

test('with --json the error is on standard output', async () => {
  const { text, exit } = wasmote('devices', '--json', '--broker', 'mqtt://127.0.0.1:9');
  expect(await exit).toBe(20);
  expect(JSON.parse(text.out)).toMatchObject({
    error: { code: 20, name: 'NOBROKER', next: expect.any(String), data: { url: 'mqtt://127.0.0.1:9' } },
  });
  expect(text.err).toBe('');
});

test.runIf(existsSync('/dev/full'))(
  'output that cannot be written is an error, also without a file of its own',
  async () => {
    const full = openSync('/dev/full', 'w');
    for (const line of ['print COUNTER', 'dump COUNTER', 'validate COUNTER', 'strip -o - COUNTER', 'validate --json COUNTER']) {
      const args = line.replace('COUNTER', 'examples/c/counter/counter.wasm').split(' ');
      const child = spawn(process.execPath, ['--import', 'tsx', 'tools/cli/main.ts', ...args], { stdio: ['ignore', full, 'pipe'] });
      children.push(child);
      let err = '';
      child.stderr!.on('data', bytes => {
        err += bytes;
      });
      expect([line, ...(await once(child, 'close'))]).toEqual([line, 4, null]);
      expect(err).toMatch(/^error 4 OUTPUT: cannot write standard output: no room left\nnext: .*\n$/);
    }
    closeSync(full);
  },
  30_000,
);

test('a slow reader gets all of it; one that leaves ends it in silence', async () => {
  const large = join(home, 'large.wat');
  writeFileSync(large, `(func ${'i32.const 1 drop '.repeat(50_000)})`);
  const slow = wasmote('print', large);
  slow.child.stdout.pause();
  setTimeout(() => slow.child.stdout.resume(), 2500);
  expect(await slow.exit).toBe(0);
  expect(slow.text.out.match(/drop/g)).toHaveLength(50_000);
  const left = wasmote('print', large);
  left.child.stdout.once('data', () => left.child.stdout.destroy());
  expect(await left.exit).toBe(0);
  expect(left.text.err).toBe('');
}, 30_000);

test('the broker is found by other commands, also on a free port, and ends on a signal', async () => {
  const broker = wasmote('broker', '--listen', '0', '--json');
  await expect.poll(() => broker.text.out, { timeout: 15_000 }).toMatch(/\n$/);
  const { url } = JSON.parse(broker.text.out);
  expect(url).toMatch(/^mqtt:\/\/127\.0\.0\.1:\d+$/);

  const agent = wasmote('agent', '--name', 'gateway');
  await expect.poll(() => agent.text.out, { timeout: 15_000 }).toContain(`gateway on ${url}`);
  const devices = wasmote('devices', '--json');
  expect(await devices.exit).toBe(0);
  expect(JSON.parse(devices.text.out)).toMatchObject([{ device: 'gateway', state: 'ready', board: 'linux-node' }]);

  agent.child.kill('SIGTERM');
  expect(await agent.exit).toBe(0);
  broker.child.kill('SIGINT');
  expect(await broker.exit).toBe(0);
  const after = wasmote('devices');
  expect(await after.exit).toBe(after.text.err.includes('NOBROKER') ? 20 : 0); // whatever listens on 1883 here
});

test('one Ctrl-C that comes twice, through npm or timeout, still ends in order', async () => {
  const broker = wasmote('broker', '--listen', '0', '--json');
  await expect.poll(() => broker.text.out, { timeout: 15_000 }).toMatch(/\n$/);
  broker.child.kill('SIGINT');
  setTimeout(() => broker.child.kill('SIGINT'), 3);
  expect(await broker.exit).toBe(0);
});

test('an install goes on when the command that began it is gone: the broker serves from the cache', async () => {
  const broker = wasmote('broker', '--listen', '0', '--json');
  await expect.poll(() => broker.text.out, { timeout: 15_000 }).toMatch(/\n$/);
  const agent = wasmote('agent', '--name', 'attic');
  await expect.poll(() => agent.text.out, { timeout: 15_000 }).toContain('attic on');
  await expect
    .poll(
      async () => {
        const devices = wasmote('devices');
        await devices.exit;
        return devices.text.out;
      },
      { timeout: 20_000 },
    )
    .toMatch(/attic +ready/);
  agent.child.kill('SIGTERM'); // the board is off while the wish is made
  await agent.exit;
  const install = wasmote('install', 'examples/c/counter/counter.wasm', '-d', 'attic', '--timeout', '1');
  expect(await install.exit).toBe(24);
  expect(install.text.err).toMatch(/error 24 OFFLINE: device attic does not answer/);
  wasmote('agent', '--name', 'attic');
  await expect
    .poll(
      async () => {
        const ps = wasmote('ps', '-d', 'attic');
        await ps.exit;
        return ps.text.out;
      },
      { timeout: 20_000 },
    )
    .toMatch(/counter +running/);
}, 60_000);
