// A board by script, for tests of the desk: does what management.md section 2 says of a device as far as a test lets it, and misbehaves
// where told to. Not the agent: expectations must not come from the code under test's counterpart.

import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import mqtt from 'mqtt';
import { createLine } from '../../src/wire/line';
import type { AppInfo, AppWant, Cmd, Info } from '../../src/wire/messages';

export interface FakeOptions {
  id?: string;
  info?: Partial<Info>;
  /** Stops answering after so many bytes of a package. */
  silentAfter?: number;
  /** Answers every wish to install with this error. */
  refuse?: [code: number, data: Record<string, string | number | string[]>];
  /** Answers to commands beside ping; undefined = silence. */
  commands?: (cmd: Cmd) => unknown;
  /** Commands dropped before one is answered. */
  deaf?: number;
}

type Send = (rest: string, body: string, retain: boolean) => void;

/** The board's mind; a road below carries what it sends. */
function createFake(options: FakeOptions, send: Send, blockBytes: number, isLine = false) {
  const files = new Map<string, Buffer>(); // digest -> package
  const apps = new Map<string, AppInfo>();
  const wants = new Map<string, AppWant>();
  let deaf = options.deaf ?? 0;
  let channel = 5; // on a line: of the transfer under way
  let pull: { app: string; want: AppWant; got: Buffer; at: number } | null = null;
  const fake = {
    options,
    apps,
    wants,
    files,
    received: 0, // bytes of blocks
    asked: [] as number[], // offsets of all gets
    commands: [] as string[],
    info: (): Info => ({
      v: 1,
      n: 0,
      board: 'sim-small',
      eng: 'test',
      rt: '0.1.0',
      abi: 1,
      class: 'quick',
      trust: 'open',
      ram: 65536,
      flash: 262144,
      win: 4 * blockBytes,
      blk: blockBytes,
      cap: ['timer'],
      ...options.info,
    }),
    hello(boot = '1.1') {
      send('state', JSON.stringify({ s: 'ready', b: boot }), true);
      send('info', JSON.stringify(fake.info()), true);
      for (const [name, app] of apps) send('info/' + name, JSON.stringify(app), true);
    },
    tell(app: string) {
      const have = apps.get(app);
      send('info/' + app, have ? JSON.stringify(have) : '', true);
    },
    onMessage(rest: string, body: string) {
      if (rest === 'cmd') {
        const cmd = JSON.parse(body) as Cmd;
        fake.commands.push(cmd.m);
        if (deaf-- > 0) return;
        const r = cmd.m === 'ping' ? { t: 1234 } : options.commands?.(cmd);
        if (r !== undefined) send('rsp', JSON.stringify(Array.isArray(r) ? { i: cmd.i, e: r } : { i: cmd.i, r }), false);
      } else if (rest.startsWith('want/')) {
        const app = rest.slice(5);
        if (body === '') {
          if (apps.get(app)?.st === 'gone') {
            apps.delete(app);
            fake.tell(app);
          }
          return;
        }
        const doc = read(body) as AppWant | null;
        if (!doc || typeof doc.n !== 'number' || doc.n < (wants.get(app)?.n ?? 0)) return;
        const want: AppWant = { ...wants.get(app), ...doc }; // what is absent stays
        if (!want.p && want.run !== 'gone') return;
        wants.set(app, want);
        if (want.run === 'gone') return set(app, want, { st: 'gone', run: 0, p: '' });
        if (options.refuse) return set(app, want, { st: 'refused', e: options.refuse[0], ed: options.refuse[1] });
        if (files.has(want.d ?? '')) return start(app, want);
        set(app, want, { st: 'loading', run: 0, o: 0 });
        if (pull && pull.want.d === want.d) pull.want = want;
        else {
          channel++;
          pull = { app, want, got: Buffer.alloc(want.p[1]), at: 0 };
        }
        fake.ask();
      }
    },
    ask() {
      if (!pull || (options.silentAfter !== undefined && pull.at >= options.silentAfter)) return;
      fake.asked.push(pull.at);
      send('get', JSON.stringify({ h: pull.want.p[0], o: pull.at, n: 4, z: blockBytes, ...(isLine ? { s: channel } : {}) }), false);
    },
    /** of: the first 8 digits of the blob's hash, or the channel. */
    onBlock(of: string | number, offset: number, data: Buffer) {
      fake.received += data.length;
      if (!pull || offset !== pull.at || (of !== channel && of !== pull.want.p[0].slice(0, 8))) return;
      data.copy(pull.got, offset);
      pull.at += data.length;
      send(
        'ev',
        JSON.stringify({ q: fake.received, k: 'prog', a: pull.app, t: 1, h: pull.want.p[0], o: pull.at, z: pull.got.length }),
        false,
      );
      if (pull.at === pull.got.length) {
        const digest = createHash('sha256').update(pull.got).digest('hex');
        const { app, want, got } = pull;
        pull = null;
        if (digest !== want.d) return set(app, want, { st: 'failed', e: 46 });
        files.set(digest, got);
        start(app, want);
      } else if (pull.at % (4 * blockBytes) === 0) fake.ask();
    },
  };
  function set(app: string, want: AppWant, change: Partial<AppInfo>) {
    const now = apps.get(app) ?? { n: 0, ver: '', p: '', st: 'loading', run: 0, mem: 0, rst: 0, e: 0 };
    apps.set(app, { ...now, e: 0, ...change, n: want.n, rs: want.rs ?? now.rs });
    fake.tell(app);
  }
  function start(app: string, want: AppWant) {
    set(app, want, { st: 'kept', p: want.p?.[0] ?? apps.get(app)!.p, run: want.run === 'on' ? 1 : 0, mem: 4096 });
  }
  return fake;
}

function read(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

export type Fake = ReturnType<typeof createFake>;

/** The board on a broker. */
export async function fakeOnBroker(url: string, options: FakeOptions = {}): Promise<Fake & { close(): Promise<void>; cut(): void }> {
  const id = options.id ?? 'kitchen';
  const root = `w/1/${id}/`;
  const client = await mqtt.connectAsync(url, {
    clientId: id,
    will: { topic: root + 'state', payload: Buffer.from('{"s":"lost","b":"1.1"}'), qos: 1, retain: true },
  });
  const fake = createFake(options, (rest, body, retain) => void client.publish(root + rest, body, { retain, qos: retain ? 1 : 0 }), 128);
  client.on('message', (topic, payload) => {
    const rest = topic.slice(root.length);
    if (rest === 'blk') fake.onBlock(payload.toString('hex', 0, 4), payload.readUInt32LE(4), payload.subarray(8));
    else fake.onMessage(rest, payload.toString());
  });
  await client.subscribeAsync([root + 'want/#', root + 'cmd', root + 'blk'], { qos: 1 });
  fake.hello();
  await client.publishAsync(root + 'ev', '[]', { qos: 1 }); // the retained ones are on the broker before this returns
  return Object.assign(fake, { close: () => client.endAsync(), cut: () => client.stream.destroy() });
}

/** The board behind a TCP line. */
export async function fakeOnLine(options: FakeOptions = {}): Promise<Fake & { port: string; close(): Promise<void>; reboot(): void }> {
  let socket: Socket | null = null;
  let boot = 7;
  let line = make();
  function make() {
    const made = createLine(
      { id: options.id ?? 'cellar', boot, windowBytes: 864, sendBytes: 864, queueBytes: 4096, messageBytes: 1300 },
      {
        send: (bytes, start, end) => socket?.write(Buffer.from(bytes.slice(start, end))) !== undefined,
        onMessage: (topic, bytes, start, end) => fake.onMessage(topic, Buffer.from(bytes.slice(start, end)).toString()),
        onBlock: (channel, number, bytes, start, end) => fake.onBlock(channel, number * 128, Buffer.from(bytes.slice(start, end))),
        onText() {},
        onUp: () => fake.hello(`${boot}.1`),
        onDown() {},
        onRoom() {},
      },
    );
    return made;
  }
  const fake: Fake = createFake(
    options,
    (rest, body) => {
      const bytes = Buffer.from(body);
      if (!line.sendMessage(rest, bytes, 0, bytes.length, performance.now())) throw new Error('test line full');
    },
    128,
    true,
  );
  const server = createServer(peer => {
    socket = peer;
    peer.on('data', bytes => line.feed(bytes, 0, bytes.length, performance.now()));
    peer.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const timer = setInterval(() => line.tick(performance.now()), 5);
  return Object.assign(fake, {
    port: `tcp://127.0.0.1:${(server.address() as { port: number }).port}`,
    async close() {
      clearInterval(timer);
      socket?.destroy();
      server.close();
    },
    reboot() {
      boot++;
      line = make();
    },
  });
}
