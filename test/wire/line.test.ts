import { describe, expect, test } from 'vitest';
import { MAX_PAYLOAD } from '../../src/wire/frame';
import { DOWN_SILENT, windowFor } from '../../src/wire/line';
import { ascii, random, text } from './bytes';
import { CLEAN, createWorld, type EndName, type Trouble, type World } from './channel';

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
  const cases: [string, number, typeof SMALL, number][] = [
    ['window 3, clean', 0, SMALL, 0.92],
    ['window 6, clean', 0, LARGE, 0.92],
    ['window 3, bit errors 1e-4', 1e-4, SMALL, 0.5],
    ['window 6, bit errors 1e-4', 1e-4, LARGE, 0.75],
    ['window 6, bit errors 5e-4', 5e-4, LARGE, 0.3],
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
  const noise: Trouble = { ...CLEAN, bitErrors: 1e-4, drop: 3e-4, double: 3e-4, insert: 3e-4, burst: 5e-5 };
  const cases: [string, Trouble, typeof SMALL][] = [
    ['on a clean line', CLEAN, LARGE],
    ['with everything at once', noise, LARGE],
    ['with everything at once, small buffers', noise, SMALL],
    ['with bit errors 1e-3', { ...CLEAN, bitErrors: 1e-3 }, LARGE],
    ['at 9,600 baud', { ...noise, baud: 9600 }, SMALL],
  ];
  for (const [name, trouble, config] of cases)
    test.each([1, 2, 3])(`${name}, seed %i`, seed => {
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
    for (let seed = 1; seed <= 30; seed++) {
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
