// The two roads on real bytes: a scripted broker that speaks MQTT 3.1.1, and a desk's end of the serial line. The clock is the
// board's.

import { expect, test } from 'vitest';
import { road } from '../../device/agent/mqtt';
import type { Port } from '../../device/host';
import { createLine } from '../../src/wire/line';
import type { Get } from '../../src/wire/messages';
import { BLK_HEAD_BYTES, writeBlkHead } from '../../src/wire/messages';
import {
  CONNACK,
  CONNECT,
  createPacketReader,
  PINGREQ,
  PUBACK,
  PUBLISH,
  readU16,
  SUBACK,
  SUBSCRIBE,
  writePublish,
} from '../../src/wire/mqtt';
import { hello, talker, ticker } from './apps';
import { board } from './board';
import { sha256 } from './desk';

const ROOT = 'w/1/dev-1/';
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

/** A broker of one client: retains, delivers to its filters, and can be told to forget, cut and lie. */
function broker() {
  const sent: { topic: string; body: string; retain: boolean }[] = [];
  const retained = new Map<string, Uint8Array>();
  const filters: string[] = [];
  let onData: ((bytes: Uint8Array, start: number, end: number) => void) | null = null;
  let onClose = () => {};
  let out: Uint8Array[] = [];
  const self = { sent, retained, filters, will: '', connects: 0, refuse: 0, port: null as unknown as Port, deliver, publish, cut, flush };

  function matches(filter: string, topic: string): boolean {
    const want = filter.split('/');
    const have = topic.split('/');
    for (let i = 0; i < want.length; i++) {
      if (want[i] === '#') return true;
      if (want[i] !== '+' && want[i] !== have[i]) return want[i + 1] === '#' && i === have.length - 1 && want[i] === have[i];
    }
    return want.length === have.length || (want.length === have.length + 1 && want[want.length - 1] === '#');
  }
  function deliver(topic: string, body: Uint8Array, isRetained: boolean): void {
    if (!filters.some(filter => matches(filter, topic) || (filter.endsWith('/#') && matches(filter.slice(0, -2), topic)))) return;
    const bytes = new Uint8Array(body.length + 3 * topic.length + 16);
    const end = writePublish(bytes, 0, topic, body, 0, body.length, isRetained ? 1 : 0, 0);
    out.push(bytes.slice(0, end));
  }
  /** Somebody else publishes. */
  function publish(rest: string, body: string | Uint8Array, retain = false): void {
    const bytes = typeof body === 'string' ? Uint8Array.from(Buffer.from(body)) : body;
    if (retain) retained.set(ROOT + rest, bytes);
    deliver(ROOT + rest, bytes, false);
  }
  function cut(): void {
    onData = null;
    out = [];
    onClose();
  }
  /** Hands over what waits for the client; true if anything did. */
  function flush(): boolean {
    const all = out;
    out = [];
    for (const bytes of all) onData?.(bytes, 0, bytes.length);
    return all.length > 0;
  }
  const reader = createPacketReader(4096, {
    onBad: why => {
      throw new Error(`bad packet ${why}`);
    },
    onPacket(first, bytes, size) {
      const type = first >> 4;
      if (type === CONNECT) {
        const idEnd = 12 + readU16(bytes, 10);
        const topicEnd = idEnd + 2 + readU16(bytes, idEnd);
        expect(text(bytes.subarray(12, idEnd))).toBe('dev-1');
        self.will = `${text(bytes.subarray(idEnd + 2, topicEnd))} ${text(bytes.subarray(topicEnd + 2, topicEnd + 2 + readU16(bytes, topicEnd)))}`;
        self.connects++;
        out.push(Uint8Array.from([CONNACK << 4, 2, 0, self.refuse]));
      } else if (type === SUBSCRIBE) {
        const grants: number[] = [];
        for (let at = 2; at < size; grants.push(1)) {
          const end = at + 2 + readU16(bytes, at);
          const filter = text(bytes.subarray(at + 2, end));
          filters.push(filter);
          at = end + 1;
          for (const [topic, body] of retained) if (matches(filter, topic)) deliver(topic, body, true);
        }
        out.push(Uint8Array.from([SUBACK << 4, 2 + grants.length, bytes[0], bytes[1], ...grants]));
      } else if (type === PUBLISH) {
        const topicEnd = 2 + readU16(bytes, 0);
        const topic = text(bytes.subarray(2, topicEnd));
        const qos = (first >> 1) & 3;
        const body = bytes.slice(qos > 0 ? topicEnd + 2 : topicEnd, size);
        sent.push({ topic: topic.slice(ROOT.length), body: text(body), retain: (first & 1) === 1 });
        if (first & 1) retained.set(topic, body);
        if (qos > 0) out.push(Uint8Array.from([PUBACK << 4, 2, bytes[topicEnd], bytes[topicEnd + 1]]));
        deliver(topic, body, false);
      } else if (type === PINGREQ) out.push(Uint8Array.from([0xd0, 0]));
    },
  });
  self.port = {
    kind: 'mqtt',
    open(opened, data, closed) {
      onData = data;
      onClose = closed;
      reader.reset();
      filters.length = 0;
      setOpen = opened;
    },
    write(src, start, end) {
      reader.feed(src.slice(start, end), 0, end - start);
      return true;
    },
    close: () => {
      onData = null;
    },
  };
  let setOpen: (() => void) | null = null;
  return Object.assign(self, {
    /** Everything that waits happens; true if anything did. */
    step(): boolean {
      if (setOpen) {
        const opened = setOpen;
        setOpen = null;
        opened();
        return true;
      }
      return flush();
    },
  });
}

function onBroker() {
  const w = broker();
  const b = board({ ports: [w.port] });
  const until = (done: () => unknown, ms?: number) =>
    b.until(() => {
      while (w.step());
      return Boolean(done());
    }, ms);
  return { w, b, until, have: (rest: string) => text(w.retained.get(ROOT + rest) ?? new Uint8Array(0)) };
}

test('MQTT: subscribes to what boards read, says ready, and leaves a will with its own boot and connection', () => {
  const { w, until, have } = onBroker();
  until(() => have('info') !== '');
  expect(w.filters).toEqual(expect.arrayContaining(['state', 'want/#', 'cmd', 'blk'].map(rest => ROOT + rest)));
  expect(have('state')).toBe('{"s":"ready","b":"1.1"}');
  expect(w.will).toBe(`${ROOT}state {"s":"lost","b":"1.1"}`);
});

test('MQTT: repairs its state after a late will or another writer', () => {
  const { w, b, until, have } = onBroker();
  until(() => have('state').includes('ready'));
  w.cut();
  until(() => w.connects === 2 && have('state') === '{"s":"ready","b":"1.2"}');
  w.publish('state', '{"s":"lost","b":"1.1"}', true);
  until(() => have('state') === '{"s":"ready","b":"1.2"}');
  const count = w.sent.length;
  b.run(5000);
  expect(w.sent.slice(count).filter(message => message.topic === 'state')).toEqual([]);
});

test('MQTT: a broker that kept its store is told only what changed, one that lost it everything', () => {
  const { w, b, until, have } = onBroker();
  until(() => have('info') !== '');
  w.publish('want/ghost', '{"n":1,"run":"gone"}', true);
  until(() => have('info/ghost').includes('gone') && b.nowMs() > 5000);
  const told = (from: number) => w.sent.slice(from).map(message => message.topic);
  let from = w.sent.length;
  w.cut();
  until(() => w.connects === 2 && b.nowMs() > 60000, 100000);
  expect(told(from).filter(topic => topic === 'info')).toEqual([]);
  from = w.sent.length;
  w.cut();
  w.retained.clear();
  until(() => w.connects === 3 && told(from).includes('info/ghost'));
  expect(told(from)).toEqual(expect.arrayContaining(['state', 'info', 'info/ghost']));
});

test('MQTT: installs from retained wishes and blocks, over a connection cut at every block', () => {
  const { w, b, until, have } = onBroker();
  const bytes = hello('over the air', 6000);
  const digest = sha256(bytes);
  let served = 0;
  let cuts = 0;
  w.publish(
    'want/blink',
    JSON.stringify({ n: 4, by: 't', p: [digest.slice(0, 16), bytes.length], d: digest, run: 'on', rs: 2, lim: {} }),
    true,
  );
  let seen = 0;
  until(() => {
    for (; seen < w.sent.length; seen++) {
      if (w.sent[seen].topic !== 'get') continue;
      const get: Get = JSON.parse(w.sent[seen].body);
      expect(get.h).toBe(digest.slice(0, 16));
      for (let k = 0; k < get.n && get.o + k * get.z < bytes.length; k++) {
        const at = get.o + k * get.z;
        const data = bytes.subarray(at, at + get.z);
        const block = new Uint8Array(BLK_HEAD_BYTES + data.length);
        block.set(data, writeBlkHead(block, 0, get.h, at));
        w.publish('blk', block);
        w.flush();
        served += data.length;
        if (++cuts <= 5) {
          w.cut();
          break;
        }
      }
    }
    return have('info/blink').includes('"run":1');
  }, 600000);
  expect(JSON.parse(have('info/blink'))).toMatchObject({ n: 4, rs: 2, st: 'kept', e: 0 });
  expect(served).toBeLessThanOrEqual(bytes.length + 4096);
  expect(b.agent.find('blink')!.hash).toBe(digest);
});

test('MQTT: a broker without our state has forgotten us, which is not a connection anew', () => {
  const told: string[] = [];
  const ignore = () => {};
  const w = broker();
  const b = board({ ports: [] });
  const events = {
    onUp: () => told.push('up'),
    onForgotten: () => told.push('forgotten'),
    onMessage: ignore,
    onBlock: ignore,
    onRoom: ignore,
  };
  const mqtt = road(b.agent, w.port, events);
  for (let ms = 0; ms < 10000; ms += 50) {
    while (w.step());
    mqtt.poll(b.nowMs());
    b.run(50);
  }
  expect(told).toEqual(['up', 'forgotten']); // 'up' twice would ask twice for every block under way
});

test('MQTT: messages and calls between desk and apps', () => {
  const { w, b, until, have } = onBroker();
  const bytes = talker();
  const digest = sha256(bytes);
  until(() => have('info') !== '');
  b.store.files.set(`b.${digest.slice(0, 16)}`, bytes);
  w.publish(
    'want/talk',
    JSON.stringify({ n: 1, by: 't', p: [digest.slice(0, 16), bytes.length], d: digest, run: 'on', rs: 0, lim: {} }),
    true,
  );
  const said = (topic: string) => w.sent.filter(message => message.topic === topic).map(message => message.body);
  const asks = () => w.sent.filter(message => message.topic.startsWith('app/talk/~ask/'));
  until(() => asks().length > 0);
  const [, , , id, method, url] = asks()[0].topic.split('/');
  expect([method, url]).toEqual(['1', 'time']);
  w.publish(`app/talk/~answer/${id}/69`, 'noon');
  until(() => said('app/talk/out').includes('noon'));
  w.publish('app/talk/in', 'echo me');
  until(() => said('app/talk/out').includes('echo me'));
  w.publish('app/talk/~call/77/1/some/where', '');
  until(() => said('app/talk/~reply/77/69').length > 0);
  expect(said('app/talk/~reply/77/69')).toEqual(['some/where']);
  w.publish('app/nobody/~call/78/1/x', '');
  until(() => said('app/nobody/~reply/78/132').length > 0); // not found
  w.publish('app/talk/~answer/9999/69', 'to nothing');
  w.publish('app/talk/~call/no/1/x', '');
  b.run(100);
});

test('MQTT: a refused login is tried again, ever more slowly', () => {
  const { w, b, until } = onBroker();
  w.refuse = 5;
  until(() => b.nowMs() > 600000, 700000);
  expect(w.connects).toBeGreaterThan(5);
  expect(w.connects).toBeLessThan(40);
});

/** The desk's end of the line: serves one blob, keeps what it hears. */
function cable() {
  const heard = new Map<string, string>();
  const toBoard: Uint8Array[] = [];
  let onData: ((bytes: Uint8Array, start: number, end: number) => void) | null = null;
  let opened: (() => void) | null = null;
  let closed = () => {};
  const blocks: { channel: number; k: number; data: Uint8Array }[] = [];
  const self = {
    heard,
    answers: [] as string[],
    blob: new Uint8Array(0) as Uint8Array,
    ups: 0,
    clock: 0, // the desk's own: it does not reboot
    /** Changes bytes from the board. */
    damage: (_bytes: Uint8Array) => {},
    /** The same, of those to the board. */
    damageBack: (_bytes: Uint8Array) => {},
    serve: (get: Get) => {
      for (let i = 0; i < get.n && get.o + i * get.z < self.blob.length; i++) {
        const at = get.o + i * get.z;
        blocks.push({ channel: get.s!, k: at / get.z, data: self.blob.slice(at, at + get.z) });
      }
    },
    unplug: () => {
      onData = null;
      closed();
    },
    line: null as unknown as ReturnType<typeof createLine>,
    port: {
      kind: 'serial',
      open(open: () => void, data: typeof onData, close: () => void) {
        onData = data;
        opened = open;
        closed = close;
      },
      write(src: Uint8Array, start: number, end: number) {
        const bytes = src.slice(start, end);
        self.damage(bytes);
        self.line.feed(bytes, 0, bytes.length, self.clock);
        return true;
      },
      close() {},
    } as Port,
    say: (topic: string, body: string) => {
      const bytes = Buffer.from(body);
      return self.line.sendMessage(topic, bytes, 0, bytes.length, self.clock);
    },
    step() {
      self.clock += 5;
      if (opened) {
        const fn = opened;
        opened = null;
        fn();
      }
      self.line.tick(self.clock);
      while (blocks.length > 0 && self.line.sendBlock(blocks[0].channel, blocks[0].k, blocks[0].data, 0, blocks[0].data.length, self.clock))
        blocks.shift();
      for (const bytes of toBoard.splice(0)) onData?.(bytes, 0, bytes.length);
    },
  };
  self.line = createLine(
    { id: 'desk', boot: 99, windowBytes: 4000, sendBytes: 4000, queueBytes: 4000, messageBytes: 1300 },
    {
      send: (bytes, start, end) => {
        const copy = bytes.slice(start, end);
        self.damageBack(copy);
        toBoard.push(copy);
        return true;
      },
      onMessage(topic, bytes, start, end) {
        const body = text(bytes.subarray(start, end));
        if (topic === 'rsp') self.answers.push(body);
        else if (topic === 'get') self.serve(JSON.parse(body));
        else heard.set(topic, body);
      },
      onBlock: () => {},
      onText: () => {},
      onUp: () => {
        self.ups++;
      },
      onDown: () => {},
      onRoom: () => {},
    },
  );
  return self;
}

test('serial: says everything on hello, installs, answers commands, survives being unplugged', () => {
  const c = cable();
  const b = board({ ports: [c.port] });
  const until = (done: () => unknown) => {
    const end = b.nowMs() + 60000;
    while (!done()) {
      if (b.nowMs() > end) throw new Error('not within a minute');
      c.step();
      b.run(5);
    }
  };
  until(() => c.heard.has('info'));
  expect(c.heard.get('state')).toBe('{"s":"ready","b":"1.1"}');
  const bytes = hello('over the cable', 9000);
  const digest = sha256(bytes);
  c.blob = bytes;
  let n = 0;
  c.damage = data => {
    if (++n % 7 === 0) data[data.length >> 1] ^= 16; // one frame in seven arrives damaged
  };
  c.say('want/blink', JSON.stringify({ n: 1, by: 't', p: [digest.slice(0, 16), bytes.length], d: digest, run: 'on', rs: 0, lim: {} }));
  until(() => c.heard.get('info/blink')?.includes('"run":1'));
  expect(b.agent.find('blink')!.hash).toBe(digest);
  c.damage = () => {};
  c.say('cmd', '{"i":"k-1","m":"ping"}');
  until(() => c.answers.length > 0);
  expect(JSON.parse(c.answers[0])).toMatchObject({ i: 'k-1', r: { t: expect.any(Number) } });
  c.unplug();
  b.run(3000);
  const { ups } = c;
  c.say('cmd', '{"i":"k-2","m":"stats"}');
  until(() => c.answers.length > 1);
  expect(c.ups).toBeGreaterThanOrEqual(ups);
  expect(JSON.parse(c.answers[1]).r.link.bad).toBeGreaterThanOrEqual(0);
});

test('serial: while the line loses much, smaller blocks come, and none is waited for in vain', () => {
  const c = cable();
  const b = board({ ports: [c.port] });
  const bytes = hello('over a bad cable', 40000);
  const digest = sha256(bytes);
  c.blob = bytes;
  let n = 0;
  let sizes = '';
  let base = 0;
  let movedMs = 0;
  let longestMs = 0;
  const seen = c.serve;
  c.serve = get => {
    if (!sizes.endsWith(` ${get.z}`)) sizes += ` ${get.z}`;
    seen(get);
  };
  for (let i = 0; !c.heard.get('info/blink')?.includes('"run":1'); i++) {
    if (i > 12000) throw new Error('not within a minute');
    if (i === 100) {
      c.say('want/blink', JSON.stringify({ n: 1, by: 't', p: [digest.slice(0, 16), bytes.length], d: digest, run: 'on', rs: 0, lim: {} }));
    }
    c.step();
    b.run(5);
    const app = b.agent.find('blink');
    const at = app?.pull ? app.pull.base : base;
    // good, then one frame in four of either side is damaged, then good again
    const isBad = at > 5000 && at < 20000;
    c.damage = c.damageBack = data => {
      if (isBad && ++n % 4 === 0) data[data.length >> 1] ^= 16;
    };
    if (at !== base || !app?.pull) movedMs = b.nowMs();
    longestMs = Math.max(longestMs, b.nowMs() - movedMs);
    base = at;
  }
  expect(sizes).toMatch(/^ 128 64( 128)*( 64 128)*$/);
  expect(longestMs).toBeLessThan(1500);
  expect(b.agent.find('blink')!.hash).toBe(digest);
});

test('serial: a reboot of the board is a new session in which everything is said again', () => {
  const c = cable();
  const b = board({ ports: [c.port] });
  const until = (done: () => unknown) => {
    for (let i = 0; !done(); i++) {
      if (i > 12000) throw new Error('not within a minute');
      c.step();
      b.run(5);
    }
  };
  const bytes = ticker(100);
  const digest = sha256(bytes);
  c.blob = bytes;
  until(() => c.heard.has('info'));
  c.say('want/tick', JSON.stringify({ n: 1, by: 't', p: [digest.slice(0, 16), bytes.length], d: digest, run: 'on', rs: 0, lim: {} }));
  until(() => c.heard.get('info/tick')?.includes('"run":1'));
  c.heard.clear();
  b.boot();
  until(() => c.heard.get('info/tick')?.includes('"run":1'));
  expect(c.heard.get('state')).toBe('{"s":"ready","b":"2.1"}');
});
