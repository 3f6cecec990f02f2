// The serial session over a channel with errors, drops, doubles and delay, in simulated time.
import { describe, expect, test } from 'vitest';
import { ACK, BLK, HELLO, MAX_PAYLOAD, MAX_WIRE, MSG, PART, writeFrame } from '../../src/wire/frame';
import { createLine, DOWN_SILENT, DOWN_VERSION, windowFor } from '../../src/wire/line';
import { ascii, bytes, hex, random, text } from './bytes';
import { CLEAN, createWorld, type EndName, type Trouble, type World } from './channel';

// more with SEEDS=n
const SEEDS = Array.from({ length: Number(process.env.SEEDS ?? 3) }, (_, i) => i + 1);
const SMALL = { windowBytes: windowFor(512), sendBytes: 432, queueBytes: 1200, messageBytes: 1100 };
const LARGE = { windowBytes: windowFor(1024), sendBytes: 864, queueBytes: 1200, messageBytes: 1100 };

test('windows of the receive buffers boards have', () => expect([512, 1024].map(windowFor)).toEqual([432, 864]));

/** Pulls `blocks` full blocks from the desk to the device; returns the share of the line that was data. */
function pull(seed: number, trouble: Trouble, config: typeof SMALL, total: number): { share: number; payload: number; world: World } {
  const data = Uint8Array.from({ length: total }, (_, i) => (i * 7 + (i >> 8)) & 255);
  let sent = 0;
  let got = 0;
  let wrong = 0;
  let startMs = 0;
  const push = () => {
    const line = world.end('desk').line;
    while (sent < total) {
      const n = Math.min(line.payloadBytes(), total - sent);
      if (!line.sendBlock(1, 0, data, sent, sent + n, world.now())) return;
      sent += n;
    }
  };
  const world = createWorld(
    seed,
    trouble,
    () => config,
    name =>
      name === 'desk'
        ? {
            onRoom: push,
            onUp() {
              startMs = world.now();
              push();
            },
          }
        : {
            onBlock(_channel, _number, bytes, start, end) {
              for (let i = start; i < end; i++) if (bytes[i] !== data[got++]) wrong++;
            },
          },
  );
  world.end('device').boot(17);
  world.end('desk').boot(99);
  world.run(600000, () => got >= total);
  expect([got, wrong]).toEqual([total, 0]);
  const lineMs = (total * 10000) / trouble.baud;
  return { share: lineMs / (world.now() - startMs), payload: world.end('desk').line.payloadBytes(), world };
}

describe('throughput of full blocks at 115,200 baud and 8 ms latency (share of the line)', () => {
  const cases: [string, number, typeof SMALL & { byteMs?: number }, number][] = [
    ['window 3, clean', 0, SMALL, 0.92],
    ['window 6, clean', 0, LARGE, 0.92],
    ['window 3, bit errors 1e-4', 1e-4, SMALL, 0.5],
    ['window 6, bit errors 1e-4', 1e-4, LARGE, 0.75],
    ['window 6, bit errors 5e-4', 5e-4, LARGE, 0.3],
    ['window 6, bit errors 1e-4, speed not known', 1e-4, { ...LARGE, byteMs: 0 }, 0.65],
  ];
  test.each(cases)('%s', (name, bitErrors, config, goal) => {
    const shares = [1, 2, 3].map(seed => pull(seed, { ...CLEAN, bitErrors }, config, 65536).share);
    const mean = shares.reduce((a, b) => a + b) / shares.length;
    if (process.env.FIGURES) process.stdout.write(`${name}: ${(100 * mean).toFixed(1)} %\n`);
    expect(mean).toBeGreaterThanOrEqual(goal);
  });
  test('and small frames above 10 % loss, large ones again below 1 %', () => {
    expect(pull(4, { ...CLEAN, bitErrors: 5e-4 }, LARGE, 16384).payload).toBe(64);
    expect(pull(4, CLEAN, LARGE, 16384).payload).toBe(128);
  });
  test('slow lines do not resend what is only late', () => {
    const { world } = pull(5, { ...CLEAN, baud: 9600 }, LARGE, 16384);
    expect(world.end('desk').line.stats.resent).toBeLessThan(8);
  });
});

/** Messages and blocks of random sizes both ways, each with its number; says what arrived, per end. */
function talk(seed: number, trouble: Trouble, count: number, config = LARGE) {
  const rnd = random(seed ^ 0x5555);
  const sent: Record<EndName, number> = { device: 0, desk: 0 };
  const got: Record<EndName, string[]> = { device: [], desk: [] };
  const texts: Record<EndName, string> = { device: '', desk: '' };
  const ups: Record<EndName, number> = { device: 0, desk: 0 };
  const said: Record<EndName, string[]> = { device: [], desk: [] };
  const push = (name: EndName) => {
    const line = world.end(name).line;
    while (sent[name] < count) {
      const no = sent[name];
      const isBlock = no % 3 === 0;
      const size = 1 + ((no * 7919 + seed) % (isBlock ? line.payloadBytes() : 700));
      const body = Uint8Array.from({ length: size }, (_, i) => (no + i * i) & 255);
      const accepted = isBlock
        ? line.sendBlock(1 + (no % 31), no, body, 0, size, world.now())
        : line.sendMessage('app/abc/' + no, body, 0, size, world.now());
      if (!accepted) return;
      said[name].push(note(isBlock ? `block ${1 + (no % 31)} ${no}` : 'app/abc/' + no, body, 0, size));
      sent[name]++;
    }
  };
  const note = (what: string, bytes: Uint8Array, start: number, end: number) =>
    what + ':' + Buffer.from(bytes.slice(start, end)).toString('base64');
  const world: World = createWorld(
    seed,
    trouble,
    () => config,
    name => ({
      onRoom: () => push(name),
      onUp(_peer, fresh) {
        if (fresh) ups[name]++;
        push(name);
      },
      onMessage: (topic, bytes, start, end) => got[name].push(note(topic, bytes, start, end)),
      onBlock: (channel, number, bytes, start, end) => got[name].push(note(`block ${channel} ${number}`, bytes, start, end)),
      onText: (bytes, start, end) => (texts[name] += text(bytes, start, end)),
    }),
  );
  return { world, sent, got, said, texts, ups, rnd };
}

describe('exactly once and in order, both ways', () => {
  const noise: Trouble = { ...CLEAN, bitErrors: 1e-4, drop: 3e-4, double: 3e-4, insert: 3e-4, burst: 5e-5, late: 0.02 };
  const cases: [string, Trouble, typeof SMALL][] = [
    ['on a clean line', CLEAN, LARGE],
    ['with everything at once', noise, LARGE],
    ['with everything at once, small buffers', noise, SMALL],
    ['with bit errors 1e-3', { ...CLEAN, bitErrors: 1e-3 }, LARGE],
    ['at 9,600 baud', { ...noise, baud: 9600 }, SMALL],
  ];
  for (const [name, trouble, config] of cases)
    test.each(SEEDS)(`${name}, seed %i`, seed => {
      const { world, got, said } = talk(seed, trouble, 120, config);
      world.end('device').boot(seed);
      world.end('desk').boot(1000 + seed);
      world.run(3600000, () => got.device.length >= 120 && got.desk.length >= 120);
      // messages and blocks each keep their order; between the two kinds a block may overtake parts of a message that waits
      for (const [here, there] of [
        ['device', 'desk'],
        ['desk', 'device'],
      ] as const)
        for (const kind of ['app', 'block']) {
          const want = said[there].filter(x => x.startsWith(kind));
          expect(got[here].filter(x => x.startsWith(kind))).toEqual(want);
        }
    });
});

describe('sessions', () => {
  test('a reboot of either side: a suffix of what was under way is lost, nothing is doubled, late or wrong', () => {
    for (let seed = 1; seed <= 10 * SEEDS.length; seed++) {
      const { world, got, rnd, ups } = talk(seed, { ...CLEAN, bitErrors: 5e-5 }, 60, SMALL);
      let boots = 100;
      world.end('device').boot(++boots);
      world.end('desk').boot(++boots);
      for (let i = 1; i <= 5; i++) {
        const name: EndName = rnd() < 0.5 ? 'device' : 'desk';
        world.at(i * 400 + rnd() * 60, () => world.end(name).boot(++boots));
        if (rnd() < 0.3) world.at(i * 400 + rnd() * 60, () => world.end(name === 'device' ? 'desk' : 'device').boot(++boots));
      }
      world.run(60000);
      for (const name of ['device', 'desk'] as const) {
        for (const kind of ['app/abc/', 'block ']) {
          const numbers = got[name].filter(x => x.startsWith(kind)).map(x => Number(/(\d+):/.exec(x)![1]));
          for (let i = 1; i < numbers.length; i++) expect(numbers[i], `seed ${seed}`).toBeGreaterThan(numbers[i - 1]);
        }
        expect(got[name].length).toBeGreaterThan(0);
        expect(ups[name]).toBeGreaterThan(0);
        expect(world.end(name).line.isUp()).toBe(true);
      }
    }
  });

  test('topics beyond ASCII keep their place in the queue', () => {
    const got: string[] = [];
    const world = createWorld(
      1,
      CLEAN,
      () => SMALL,
      name => (name === 'desk' ? { onMessage: (topic, b, start, end) => got.push(topic + '=' + text(b, start, end)) } : {}),
    );
    world.end('device').boot(1);
    world.end('desk').boot(2);
    world.run(5000, () => world.end('device').line.isUp());
    for (const topic of ['app/abc/caf\u00e9', 'app/abc/\u2026', 'app/abc/plain'])
      expect(world.end('device').line.sendMessage(topic, ascii('body'), 0, 4, world.now())).toBe(true);
    world.run(5000, () => got.length >= 3);
    expect(got).toEqual(['app/abc/caf\u00e9=body', 'app/abc/\u2026=body', 'app/abc/plain=body']);
  });

  test('a cable pulled and put back: the session goes on, nothing is lost', () => {
    const trouble = { ...CLEAN };
    const { world, got, said, ups } = talk(9, trouble, 90);
    world.end('device').boot(1);
    world.end('desk').boot(2);
    world.at(300, () => (trouble.drop = 1));
    world.at(40000, () => (trouble.drop = 0));
    world.run(39000);
    expect(world.end('desk').line.isUp()).toBe(false);
    world.run(3600000, () => got.device.length >= 90 && got.desk.length >= 90);
    expect(ups).toEqual({ device: 1, desk: 1 });
    expect(got.device.slice().sort()).toEqual(said.desk.slice().sort());
    expect(got.desk.slice().sort()).toEqual(said.device.slice().sort());
  });

  test('a silent peer: down after 8 tries, then only hellos, ever rarer', () => {
    const downs: [number, number][] = [];
    const trouble = { ...CLEAN };
    const world = createWorld(
      1,
      trouble,
      () => SMALL,
      () => ({ onDown: why => downs.push([why, world.now()]) }),
    );
    world.end('device').boot(1);
    world.end('desk').boot(2);
    world.run(100);
    trouble.drop = 1;
    world.at(100, () => world.end('device').line.sendMessage('ev', ascii('{}'), 0, 2, world.now()));
    world.run(30000);
    expect(downs.length).toBe(1);
    expect(downs[0][0]).toBe(DOWN_SILENT);
    const before = world.carried('device');
    world.run(130000);
    expect(world.carried('device') - before).toBeLessThan(25 * 40);
  });

  test('console text passes between frames, whole lines, while both sides talk', () => {
    const { world, got, texts } = talk(3, CLEAN, 100);
    world.end('device').boot(1);
    world.end('desk').boot(2);
    let want = '';
    for (let i = 0; i < 20; i++)
      world.at(100 + i * 97, () => {
        want += `line ${i}\n`;
        world.print('device', `line ${i}\n`);
      });
    world.run(3600000, () => got.device.length >= 100 && got.desk.length >= 100 && texts.desk.length >= want.length && want.length > 100);
    expect(texts.desk).toBe(want);
  });

  test('an hour of noise makes nobody act', () => {
    const rnd = random(5);
    const acts: string[] = [];
    const world = createWorld(
      1,
      CLEAN,
      () => SMALL,
      () => ({ onMessage: () => acts.push('message'), onBlock: () => acts.push('block'), onUp: () => acts.push('up') }),
    );
    world.end('device').boot(1);
    for (let i = 0; i < 3000; i++) {
      const noise = Uint8Array.from({ length: 100 }, () => (rnd() < 0.1 ? 0 : rnd() * 256));
      world.end('device').line.feed(noise, 0, 100, i * 1200);
      world.end('device').line.tick(i * 1200);
    }
    expect(acts).toEqual([]);
    expect(world.end('device').line.stats.frames).toBe(0);
    expect(world.end('device').line.stats.damage).toBeGreaterThan(3000);
  });
});

test('a message longer than the cap is skipped whole; the next one comes', () => {
  const got: string[] = [];
  const world = createWorld(
    1,
    CLEAN,
    name => (name === 'device' ? { ...LARGE, messageBytes: 300 } : { ...LARGE, queueBytes: 5000 }),
    name => (name === 'desk' ? {} : { onMessage: (topic, _bytes, start, end) => got.push(topic + ' ' + (end - start)) }),
  );
  world.end('device').boot(1);
  world.end('desk').boot(2);
  world.run(100);
  const desk = world.end('desk').line;
  for (const size of [100, 290, 291, 299, 2000, 0, 3])
    expect(desk.sendMessage('want/abc', new Uint8Array(size), 0, size, world.now())).toBe(true);
  world.run(5000);
  expect(got).toEqual(['want/abc 100', 'want/abc 290', 'want/abc 291', 'want/abc 0', 'want/abc 3']);
  expect(world.end('device').line.stats.damage).toBe(2);
});

test('refuses what has no room, and says when it has', () => {
  let rooms = 0;
  const world = createWorld(
    1,
    CLEAN,
    () => ({ ...SMALL, byteMs: 0 }),
    name => (name === 'desk' ? { onRoom: () => rooms++ } : {}),
  );
  const desk = () => world.end('desk').line;
  world.end('device').boot(1);
  world.end('desk').boot(2);
  expect(desk().sendMessage('cmd', ascii('x'), 0, 1, world.now())).toBe(false); // not up yet
  world.run(100);
  let blocks = 0;
  while (desk().sendBlock(1, 0, new Uint8Array(MAX_PAYLOAD), 0, MAX_PAYLOAD, world.now())) blocks++;
  expect(blocks).toBe(3); // 432 bytes
  rooms = 0;
  world.run(150);
  expect(rooms).toBeGreaterThan(0);
});

/** A line whose peer is the test: frames go in as h, seq, payload, and come out of `take` as hex. */
function solo(boot = 300) {
  const log: string[] = [];
  const port = { full: false };
  const rig = {
    now: 0,
    port,
    take: () => log.splice(0),
    line: createLine(
      { id: 'dev-1', boot, ...SMALL },
      {
        send(b, start, end) {
          if (!port.full) log.push(hex(b, start, end));
          return !port.full;
        },
        onMessage: (topic, b, start, end) => log.push(`${topic}=${text(b, start, end)}`),
        onBlock: (channel, number, b, start, end) => log.push(`${channel}:${number}=${text(b, start, end)}`),
        onText: (b, start, end) => log.push(JSON.stringify(text(b, start, end))),
        onUp: (peer, fresh) => log.push(`up ${peer.id} ${peer.boot}${fresh ? ' fresh' : ''}`),
        onDown: why => log.push('down ' + why),
        onRoom: () => log.push('room'),
      },
    ),
    frame(h: number, seq: number, payload: Uint8Array, number = -1) {
      const wire = new Uint8Array(MAX_WIRE);
      rig.line.feed(wire, 0, writeFrame(wire, 1, h, seq, number, payload, 0, payload.length), rig.now);
    },
    hello: (flags: number, peerBoot = 7, window = 432, version = 1) =>
      rig.frame(HELLO << 5, 0, Uint8Array.from([version, flags, peerBoot, 0, 0, 0, window & 255, window >> 8, 128, ...ascii('desk')])),
    up() {
      rig.line.tick(0);
      rig.hello(1 | ((boot & 127) << 1));
      rig.take();
      return rig;
    },
  };
  return rig;
}
const ack = (next: number, bitmap: number, window: number) => hex(frameOf(ACK << 5, bytesOf(next, bitmap, window)));
const bytesOf = (next: number, bitmap: number, window: number) => Uint8Array.from([next, bitmap, 0, 0, 0, window & 255, window >> 8]);
function frameOf(h: number, payload: Uint8Array, seq = 0, number = -1): Uint8Array {
  const wire = new Uint8Array(MAX_WIRE);
  return wire.subarray(0, writeFrame(wire, 1, h, seq, number, payload, 0, payload.length));
}

describe('against a scripted peer', () => {
  const boot300 = '01 00 2c 01 00 00 b0 01 80'; // version 1, boot 300, window 432, 128
  const helloHex = (flags: string) => hex(frameOf(HELLO << 5, bytes(boot300.replace('01 00', '01 ' + flags) + hex(ascii('dev-1')))));

  test('says hello, answers hello, is up once answered', () => {
    const r = solo();
    expect(r.line.tick(0)).toBe(250);
    expect(r.take()).toEqual([helloHex('00')]);
    r.hello(0);
    expect(r.take()).toEqual([helloHex('0f')]); // an answer to boot 7
    expect(r.line.isUp()).toBe(false);
    r.frame(MSG << 5, 0, ascii('cmd {}')); // not taken yet
    expect(r.take()).toEqual([]);
    r.hello(1 | (((300 & 127) ^ 1) << 1)); // an answer to another boot of ours
    expect(r.line.isUp()).toBe(false);
    r.hello(1 | ((300 & 127) << 1));
    expect(r.take()).toEqual(['up desk 7 fresh']);
    r.hello(1); // says not whom it answers: taken, but nothing new
    r.hello(0);
    expect(r.take()).toEqual([helloHex('0f')]);
    r.hello(0, 8); // the peer has started anew
    expect(r.take()).toEqual([helloHex('11'), 'up desk 8 fresh']);
  });

  test('another version is told once', () => {
    const r = solo();
    r.line.tick(0);
    r.take();
    r.hello(0, 7, 432, 2);
    r.hello(0, 7, 432, 2);
    expect(r.take()).toEqual(['down ' + DOWN_VERSION]);
  });

  test('puts frames in order, tells gaps in the bitmap, counts doubles, refuses the absurd', () => {
    const r = solo().up();
    r.frame(MSG << 5, 0, ascii('cmd 0'));
    expect(r.take()).toEqual(['cmd=0', ack(1, 0, 432)]);
    r.frame((BLK << 5) | 3, 2, ascii('two'), 258);
    expect(r.take()).toEqual([ack(1, 1, 432 - 3 - 2 - 11)]);
    r.frame(PART << 5, 3, ascii('cmd th'));
    r.take();
    r.frame(PART << 5, 3, ascii('cmd th')); // a double of a held one
    expect(r.take()).toEqual([ack(1, 3, 432 - 16 - 17)]);
    r.frame(MSG << 5, 1, ascii('cmd 1'));
    expect(r.take()).toEqual(['cmd=1', '3:258=two', ack(4, 0, 432)]);
    r.frame(MSG << 5, 4, ascii('ree'));
    expect(r.take()).toEqual(['cmd=three', ack(5, 0, 432)]);
    r.frame(MSG << 5, 4, ascii('ree'));
    expect(r.take()).toEqual([ack(5, 0, 432)]);
    expect(r.line.stats.doubles).toBe(2);
    r.frame(MSG << 5, 5 + 33, ascii('cmd x'));
    r.frame(MSG << 5, 100, ascii('cmd x'));
    expect(r.take()).toEqual([]);
    expect(r.line.stats.damage).toBe(2);
  });

  test('a message needs a topic and a space', () => {
    const r = solo().up();
    r.frame(MSG << 5, 0, ascii('nospace'));
    r.frame(MSG << 5, 1, ascii('state '));
    expect(r.take()).toEqual([ack(1, 0, 432), 'state=', ack(2, 0, 432)]);
  });

  test('resends after two later acks, or after the wait; ignores acks of what was never sent', () => {
    const r = solo().up();
    const msg = (no: number, open: boolean) => hex(frameOf(MSG << 5, ascii('ev ' + no), no)).slice(open ? 0 : 3);
    for (let i = 0; i < 4; i++) r.line.sendMessage('ev', ascii(String(i)), 0, 1, 0);
    expect(r.take()).toEqual([msg(0, true), msg(1, false), msg(2, false), msg(3, false)]);
    r.now = 20;
    r.frame(ACK << 5, 0, bytesOf(9, 0, 432));
    r.frame(ACK << 5, 0, bytesOf(0, 1, 400)); // 1 is in
    expect(r.take()).toEqual([]);
    r.frame(ACK << 5, 0, bytesOf(0, 3, 400)); // 2 too
    expect(r.take()).toEqual([msg(0, true)]);
    expect(r.line.tick(20)).toBe(50);
    r.now = 50;
    expect(r.line.tick(50)).toBe(70 + 50); // 3 has waited 50 ms; the wait doubles
    expect(r.take()).toEqual([msg(3, true)]);
    r.frame(ACK << 5, 0, bytesOf(4, 0, 432));
    expect(r.line.tick(51)).toBe(Infinity);
  });

  test('a window of 0: one frame alone finds out', () => {
    const r = solo();
    r.line.tick(0);
    r.hello(1, 7, 0);
    r.take();
    const block = () => r.line.sendBlock(1, 0, ascii('x'), 0, 1, r.now);
    expect([block(), block()]).toEqual([true, false]);
    r.frame(ACK << 5, 0, bytesOf(1, 0, 432));
    expect(r.take().pop()).toBe('room');
    expect([block(), block()]).toEqual([true, true]);
  });

  test('a full port: the frame goes later, once', () => {
    const r = solo().up();
    r.port.full = true;
    expect(r.line.sendMessage('ev', ascii('x'), 0, 1, 0)).toBe(true);
    expect(r.line.tick(0)).toBe(10);
    r.port.full = false;
    r.line.tick(10);
    expect(r.take()).toEqual([hex(frameOf(MSG << 5, ascii('ev x')))]);
    expect([r.line.stats.sent, r.line.stats.resent]).toEqual([1, 0]);
  });
});
