// The device's client against brokers of others, over loopback sockets: aedes always, mosquitto where it is installed.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect as dial, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { afterEach, describe, expect, test } from 'vitest';
import { type Client, createClient, DOWN_REFUSED } from '../../src/wire/client';
import { ascii, text } from './bytes';

interface Broker {
  port: number;
  /** Ends it at once, with all its connections; start() may follow, on the same port. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const fn of cleanups.splice(0).reverse()) await fn();
});

async function aedesBroker(): Promise<Broker> {
  let aedes: Aedes;
  let server: Server;
  const sockets = new Set<Socket>();
  const broker: Broker = {
    port: await freePort(),
    async start() {
      aedes = await Aedes.createBroker();
      aedes.authenticate = (_client, user, password, done) =>
        user === 'bad' || String(password ?? '') === 'wrong'
          ? done(Object.assign(new Error('login'), { returnCode: 4 }) as never, false)
          : done(null, true);
      server = createServer(socket => {
        sockets.add(socket);
        aedes.handle(socket);
      }).listen(broker.port, '127.0.0.1');
      await once(server, 'listening');
    },
    async kill() {
      for (const socket of sockets) socket.destroy();
      sockets.clear();
      server.close();
      await new Promise<void>(done => aedes.close(done));
    },
  };
  return broker;
}

async function mosquittoBroker(): Promise<Broker> {
  let child: ChildProcess;
  const dir = mkdtempSync(join(tmpdir(), 'wasmote-mosquitto-'));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  const port = await freePort();
  writeFileSync(join(dir, 'conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  return {
    port,
    async start() {
      child = spawn('mosquitto', ['-c', join(dir, 'conf')], { stdio: 'ignore' });
      for (let i = 0; i < 100; i++) {
        const ok = await new Promise<boolean>(done => {
          const probe = dial(port, '127.0.0.1', () => {
            probe.destroy();
            done(true);
          }).on('error', () => done(false));
        });
        if (ok) return;
        await new Promise(done => setTimeout(done, 20));
      }
      throw new Error('mosquitto does not start');
    },
    async kill() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

/** A client on a socket, and what happened to it. */
function device(port: number, login = { user: '', password: '' }) {
  const log: string[] = [];
  let socket: Socket | null = null;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const now = () => performance.now();
  function plan() {
    clearTimeout(timer);
    if (!ended) timer = setTimeout(plan, Math.max(0, Math.min(1000, client.tick(now()) - now())));
  }
  const client: Client = createClient(
    {
      id: 'dev-1',
      ...login,
      keepAliveS: 60,
      willTopic: 'w/1/dev-1/state',
      spreadMs: 50,
      rxBytes: 1200,
      txBytes: 4000,
      maxInFlight: 8,
    },
    {
      open() {
        const mine = dial(port, '127.0.0.1');
        socket = mine;
        mine.on('connect', () => {
          if (mine !== socket) return;
          client.opened(now());
          plan();
        });
        mine.on('data', data => {
          if (mine !== socket) return;
          client.feed(data, 0, data.length, now());
          plan();
        });
        mine.on('error', () => {});
        mine.on('close', () => {
          if (mine !== socket) return;
          socket = null;
          client.closed(now());
          plan();
        });
      },
      write(b, start, end) {
        return socket!.write(b.slice(start, end)) || true;
      },
      close() {
        const old = socket;
        socket = null;
        old?.end();
      },
      random: Math.random,
      will: n => `{"s":"lost","b":"1.${n}"}`,
      onUp: () => log.push('up'),
      onDenied: () => log.push('denied'),
      onDown: why => log.push('down ' + why),
      onMessage: (topic, b, start, end, retained) => log.push(`${topic}=${text(b, start, end)}${retained ? ' retained' : ''}`),
      onRoom: () => log.push('room'),
    },
  );
  cleanups.push(() => {
    ended = true;
    clearTimeout(timer);
    socket?.destroy();
  });
  return {
    client,
    log,
    start() {
      client.start(now());
      plan();
    },
    publish: (topic: string, body: string, qos: number, retain = false) => {
      const ok = client.publish(topic, ascii(body), 0, body.length, qos, retain, now());
      plan();
      return ok;
    },
    /** The socket dies without DISCONNECT. */
    cut: () => socket?.destroy(),
    subscribe: (filter: string) => client.subscribe(filter, now()),
  };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !holds(); i++) await new Promise(done => setTimeout(done, 5));
  if (!holds()) throw new Error('never: ' + what);
}

function desk(port: number) {
  const got: string[] = [];
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 50 });
  client.on('error', () => {});
  client.on('message', (topic, payload, packet) => got.push(`${topic}=${payload}${packet.retain ? ' retained' : ''}`));
  cleanups.push(() => client.endAsync(true));
  return { client, got };
}

const hasMosquitto = (() => {
  try {
    execFileSync('mosquitto', ['-h'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== 'ENOENT';
  }
})();
if (!hasMosquitto) process.stderr.write('SKIPPED: mosquitto is not installed; the client is tested against aedes only\n');

describe.each([
  ['aedes', aedesBroker, true],
  ['mosquitto', mosquittoBroker, hasMosquitto],
] as const)('%s', (_name, create, present) => {
  async function begin() {
    const broker = await create();
    await broker.start();
    cleanups.push(() => broker.kill());
    return broker;
  }

  test.runIf(present)('messages both ways, QoS 0 and 1, retained and not, empty and 1 kB', async () => {
    const broker = await begin();
    const { client, got } = desk(broker.port);
    await client.subscribeAsync(['w/1/dev-1/info', 'w/1/dev-1/ev'], { qos: 1 });
    await client.publishAsync('w/1/dev-1/want/abc', '{"n":1}', { qos: 1, retain: true });
    const dev = device(broker.port);
    dev.subscribe('w/1/dev-1/want/#');
    dev.subscribe('w/1/dev-1/cmd');
    dev.start();
    await until('up', () => dev.client.isUp());
    const kilo = 'x'.repeat(1024);
    for (const [topic, body, qos] of [
      ['cmd', 'zero', 0],
      ['cmd', 'one', 1],
      ['cmd', '', 1],
      ['want/abc', kilo, 1],
    ] as const)
      await client.publishAsync('w/1/dev-1/' + topic, body, { qos });
    await until('all came', () => dev.log.filter(x => x.startsWith('w/')).length === 5);
    expect(dev.log.filter(x => x.startsWith('w/')).sort()).toEqual(
      [
        'w/1/dev-1/cmd=',
        'w/1/dev-1/cmd=one',
        'w/1/dev-1/cmd=zero',
        'w/1/dev-1/want/abc={"n":1} retained',
        'w/1/dev-1/want/abc=' + kilo,
      ].sort(),
    );
    expect(dev.publish('w/1/dev-1/ev', 'e', 0)).toBe(true);
    expect(dev.publish('w/1/dev-1/info', kilo, 1, true)).toBe(true);
    await until('desk got both', () => got.length === 2);
    expect(got.sort()).toEqual(['w/1/dev-1/ev=e', 'w/1/dev-1/info=' + kilo]);
    const late = desk(broker.port);
    await late.client.subscribeAsync('w/1/dev-1/#');
    await until('retained', () => late.got.some(x => x === 'w/1/dev-1/info=' + kilo + ' retained'));
  });

  test.runIf(present)('200 publications through a window of 8: each once, in order', async () => {
    const broker = await begin();
    const { client, got } = desk(broker.port);
    await client.subscribeAsync('w/1/dev-1/rsp', { qos: 1 });
    const dev = device(broker.port);
    dev.start();
    await until('up', () => dev.client.isUp());
    for (let i = 0; i < 200; ) {
      if (dev.publish('w/1/dev-1/rsp', String(i), 1)) i++;
      else await new Promise(done => setTimeout(done, 1));
    }
    await until('all came', () => got.length >= 200);
    expect(got).toEqual(Array.from({ length: 200 }, (_, i) => 'w/1/dev-1/rsp=' + i));
  });

  test.runIf(present)('the will of a cut connection names it; stop leaves none', async () => {
    const broker = await begin();
    const { client, got } = desk(broker.port);
    await client.subscribeAsync('w/1/dev-1/state', { qos: 1 });
    const dev = device(broker.port);
    dev.start();
    await until('up', () => dev.client.isUp());
    dev.cut();
    await until('first will', () => got.length === 1);
    await until('up again', () => dev.log.filter(x => x === 'up').length === 2);
    dev.client.stop();
    await new Promise(done => setTimeout(done, 100));
    expect(got).toEqual(['w/1/dev-1/state={"s":"lost","b":"1.1"}']);
  });

  test.runIf(present)('a broker killed and started again: back by itself, filters and unacked publications too', async () => {
    const broker = await begin();
    const dev = device(broker.port);
    dev.subscribe('w/1/dev-1/cmd');
    dev.start();
    await until('up', () => dev.client.isUp());
    await broker.kill();
    await until('down', () => !dev.client.isUp());
    expect(dev.publish('w/1/dev-1/info', 'x', 1)).toBe(false);
    await new Promise(done => setTimeout(done, 200)); // a few attempts fail meanwhile
    await broker.start();
    await until('up again', () => dev.client.isUp());
    const { client } = desk(broker.port);
    await client.publishAsync('w/1/dev-1/cmd', 'hello', { qos: 1 });
    await until('command', () => dev.log.includes('w/1/dev-1/cmd=hello'));
  });

  test.runIf(present)('a packet beyond the buffer ends the connection, and it comes back', async () => {
    const broker = await begin();
    const { client } = desk(broker.port);
    const dev = device(broker.port);
    dev.subscribe('w/1/dev-1/cmd');
    dev.start();
    await until('up', () => dev.client.isUp());
    await client.publishAsync('w/1/dev-1/cmd', 'x'.repeat(100000), { qos: 0 });
    await until('down', () => dev.log.some(x => x.startsWith('down')));
    await until('up again', () => dev.log.filter(x => x === 'up').length === 2);
  });
});

test('aedes: a refused login is told by its CONNACK code', async () => {
  const broker = await aedesBroker();
  await broker.start();
  cleanups.push(() => broker.kill());
  const dev = device(broker.port, { user: 'bad', password: 'wrong' });
  dev.start();
  await until('refused', () => dev.log.includes('down ' + (DOWN_REFUSED + 4)));
});
