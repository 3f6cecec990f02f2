// The client against a scripted broker: bytes by hand, a clock that only the test moves.
import { describe, expect, test } from 'vitest';
import {
  type Client,
  createClient,
  DOWN_CLOSED,
  DOWN_PROTOCOL,
  DOWN_REFUSED,
  DOWN_STOPPED,
  DOWN_TIMEOUT,
  DOWN_TOO_LONG,
} from '../../src/wire/client';
import { ascii, bytes, hex, text } from './bytes';

const CONNECT = '10 0f 00 04 4d 51 54 54 04 02 00 3c 00 03 61 62 63';
const CONNACK = '20 02 00 00';

/** A client with its port; log holds what happened, packets in hex. random() is `luck`. */
function rig(config: Partial<Parameters<typeof createClient>[0]> = {}) {
  const log: string[] = [];
  const rig = {
    log,
    now: 1000,
    luck: 0.5,
    full: false,
    client: null as unknown as Client,
    take: () => log.splice(0),
    feed: (wire: string) => rig.client.feed(bytes(wire), 0, bytes(wire).length, rig.now),
    publish: (topic: string, body: string, qos: number, retain = false) =>
      rig.client.publish(topic, ascii(body), 0, body.length, qos, retain, rig.now),
    /** Moves the clock, ticking whenever the client asks. */
    until(ms: number) {
      for (let due = rig.client.tick(rig.now); due <= ms; due = rig.client.tick(rig.now)) rig.now = Math.max(rig.now, due);
      rig.now = ms;
      rig.client.tick(ms);
    },
    /** Up with `w/#` subscribed as packet 1. */
    up() {
      rig.client.subscribe('w/#', rig.now);
      rig.client.start(rig.now);
      rig.client.opened(rig.now);
      rig.feed(CONNACK);
      rig.feed('90 03 00 01 01');
      rig.take();
      return rig;
    },
  };
  rig.client = createClient(
    {
      id: 'abc',
      user: '',
      password: '',
      keepAliveS: 60,
      willTopic: '',
      spreadMs: 2000,
      rxBytes: 64,
      txBytes: 128,
      maxInFlight: 3,
      ...config,
    },
    {
      open: () => log.push('open'),
      write(b, start, end) {
        if (rig.full) return false;
        log.push(hex(b, start, end));
        return true;
      },
      close: () => log.push('close'),
      random: () => rig.luck,
      will: n => `17.${n}`,
      onUp: () => log.push('up'),
      onDenied: () => log.push('denied'),
      onDown: why => log.push('down ' + why),
      onMessage: (topic, b, start, end, retained) => log.push(`${topic}=${text(b, start, end)}${retained ? ' retained' : ''}`),
      onRoom: () => log.push('room'),
    },
  );
  return rig;
}

describe('connecting', () => {
  test('CONNECT, then one SUBSCRIBE for all filters, then up', () => {
    const r = rig();
    r.client.subscribe('a', r.now);
    r.client.subscribe('b/#', r.now);
    r.client.subscribe('a', r.now); // again: no change
    r.client.start(r.now);
    expect(r.take()).toEqual(['open']);
    r.client.opened(r.now);
    expect(r.take()).toEqual([CONNECT]);
    r.feed(CONNACK);
    expect(r.take()).toEqual(['82 0c 00 01 00 01 61 01 00 03 62 2f 23 01']);
    expect(r.client.isUp()).toBe(false);
    r.feed('30 04 00 01 61 68'); // a retained message may come before SUBACK [MQTT-3.8.4-3]
    r.feed('90 04 00 01 01 80'); // the second filter is refused
    expect(r.take()).toEqual(['a=h', 'denied', 'up']);
  });
  test('without filters CONNACK is enough', () => {
    const r = rig();
    r.client.start(r.now);
    r.client.opened(r.now);
    r.feed(CONNACK);
    expect(r.take()).toEqual(['open', CONNECT, 'up']);
  });
  test('the will names its connection', () => {
    const r = rig({ willTopic: 'w' });
    const wills = [1, 2].map(() => {
      r.client.start(r.now);
      r.client.opened(r.now);
      const packet = r.take().pop()!;
      r.client.closed(r.now);
      return text(bytes(packet)).slice(-7);
    });
    expect(wills).toEqual(['w\x00\x0417.1'.slice(-7), 'w\x00\x0417.2'.slice(-7)]);
  });
  test.each([1, 2, 3, 4, 5])('CONNACK %i', code => {
    const r = rig();
    r.client.start(r.now);
    r.client.opened(r.now);
    r.take();
    r.feed(`20 02 00 0${code}`);
    expect(r.take()).toEqual(['close', 'down ' + (DOWN_REFUSED + code)]);
  });
  test.each([
    ['no stream', () => {}],
    ['no CONNACK', (r: ReturnType<typeof rig>) => r.client.opened(r.now)],
  ])('gives up after 10 s: %s', (_name, step) => {
    const r = rig();
    r.client.start(r.now);
    step(r);
    r.take();
    expect(r.client.tick(10999)).toBe(11000);
    expect(r.take()).toEqual([]);
    r.client.tick(11000);
    expect(r.take()).toEqual(['close', 'down ' + DOWN_TIMEOUT]);
  });
  test('first reconnect within the spread, then full jitter doubling to 120 s; from the start after success', () => {
    const r = rig().up();
    r.luck = 0.999999;
    const waits: number[] = [];
    for (let i = 0; i < 9; i++) {
      r.client.closed(r.now);
      const due = r.client.tick(r.now);
      waits.push(Math.round((due - r.now) / 1000));
      r.now = due;
      r.client.tick(r.now);
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 120, 120, 120]);
    r.client.opened(r.now);
    r.feed(CONNACK);
    r.feed('90 03 00 02 01');
    expect(r.client.isUp()).toBe(true);
    r.luck = 0.25;
    r.client.closed(r.now);
    expect(r.client.tick(r.now)).toBe(r.now + 500);
  });
  test('stop says DISCONNECT, which drops the will, and stays down', () => {
    const r = rig().up();
    r.client.stop();
    expect(r.take()).toEqual(['e0 00', 'close', 'down ' + DOWN_STOPPED]);
    expect(r.client.tick(1e9)).toBe(Infinity);
  });
});

test('a message longer than the buffer is acked and dropped: a retained one would end every connection', () => {
  const r = rig().up();
  const long = (first: string, head: string) => `${first} c8 01 ${head} ${'78 '.repeat(200 - head.split(' ').length)}`;
  r.feed(`${long('33', '00 01 61 00 07')} ${long('30', '00 01 61')} 30 03 00 01 61`);
  expect(r.take()).toEqual(['40 02 00 07', 'a=']);
  r.feed(long('32', '00 70')); // its id lies behind what was kept
  expect(r.take()).toEqual(['close', 'down ' + DOWN_PROTOCOL]);
});

describe('bad packets end the connection', () => {
  test.each([
    ['a long one, by its header', '30 ff ff ff 7f', DOWN_TOO_LONG],
    ['a length of five bytes', '30 ff ff ff ff 01', DOWN_PROTOCOL],
    ['a second CONNACK', CONNACK, DOWN_PROTOCOL],
    ['a client packet', '82 00', DOWN_PROTOCOL],
    ['QoS 2', '34 05 00 01 61 00 01', DOWN_PROTOCOL],
    ['QoS 3', '36 05 00 01 61 00 01', DOWN_PROTOCOL],
    ['a topic beyond the packet', '30 03 00 02 61', DOWN_PROTOCOL],
    ['no topic', '30 01 00', DOWN_PROTOCOL],
    ['no packet id', '32 04 00 02 61 62', DOWN_PROTOCOL],
    ['packet id 0', '32 05 00 01 61 00 00', DOWN_PROTOCOL],
    ['a short PUBACK', '40 01 00', DOWN_PROTOCOL],
  ])('%s', (_name, wire, why) => {
    const r = rig().up();
    r.feed(wire + ' 30 03 00 01 61'); // what follows in the same piece is not read
    expect(r.take()).toEqual(['close', 'down ' + why]);
  });
  test('before CONNACK nothing else may come', () => {
    const r = rig();
    r.client.start(r.now);
    r.client.opened(r.now);
    r.take();
    r.feed('d0 00');
    expect(r.take()).toEqual(['close', 'down ' + DOWN_PROTOCOL]);
  });
});

describe('publishing', () => {
  test('QoS 0 goes or is refused', () => {
    const r = rig();
    expect(r.publish('a', 'x', 0)).toBe(false); // not up
    r.up();
    expect(r.publish('a', 'x', 0)).toBe(true);
    expect(r.take()).toEqual(['30 04 00 01 61 78']);
    r.full = true;
    expect(r.publish('a', 'x', 0)).toBe(false);
    r.full = false;
    r.client.tick(r.now + 10);
    expect(r.take()).toEqual(['room']);
    expect(r.publish('a', 'x'.repeat(200), 0)).toBe(false); // never fits
  });
  test('QoS 1 is limited in number, and room is told', () => {
    const r = rig().up();
    expect(['1', '2', '3', '4'].map(x => r.publish('a', x, 1))).toEqual([true, true, true, false]);
    expect(r.take()).toEqual(['32 06 00 01 61 00 02 31', '32 06 00 01 61 00 03 32', '32 06 00 01 61 00 04 33']);
    r.feed('40 02 00 09'); // not ours
    expect(r.take()).toEqual([]);
    r.feed('40 02 00 03');
    expect(r.take()).toEqual(['room']);
    expect(r.publish('a', '4', 1)).toBe(true);
  });
  test('what was not acked is sent again first, in order, with DUP', () => {
    const r = rig().up();
    r.publish('a', '1', 1);
    r.publish('a', '2', 1, true);
    r.publish('a', '3', 1);
    r.feed('40 02 00 02');
    r.client.closed(r.now);
    expect(r.publish('a', '4', 1)).toBe(false);
    r.until(r.now + 2000);
    r.client.opened(r.now);
    r.take();
    r.feed(CONNACK);
    r.feed('90 03 00 05 01');
    expect(r.take()).toEqual(['82 08 00 05 00 03 77 2f 23 01', '3b 06 00 01 61 00 03 32', '3a 06 00 01 61 00 04 33', 'up', 'room']);
  });
  test('a full port delays, keeps the order, and never doubles', () => {
    const r = rig().up();
    r.full = true;
    expect([r.publish('a', '1', 1), r.publish('a', '2', 1), r.publish('a', '3', 0)]).toEqual([true, true, false]);
    r.feed('32 06 00 01 61 00 07 68'); // its PUBACK waits too
    expect(r.take()).toEqual(['a=h']);
    expect(r.client.tick(r.now)).toBe(r.now + 10);
    r.full = false;
    r.client.tick(r.now + 10);
    expect(r.take()).toEqual(['40 02 00 07', '32 06 00 01 61 00 02 31', '32 06 00 01 61 00 03 32', 'room']);
  });
  test('an unanswered publication ends the connection after the keep-alive time', () => {
    const r = rig().up();
    r.publish('a', '1', 1);
    for (; r.now < 60000; r.now += 1000) {
      r.client.tick(r.now);
      r.feed('d0 00');
    }
    expect(r.client.isUp()).toBe(true);
    r.until(61000);
    expect(r.take().slice(-2)).toEqual(['close', 'down ' + DOWN_TIMEOUT]);
  });
});

describe('keep-alive', () => {
  test('pings after three quarters of it without sending, and gives up 10 s later', () => {
    const r = rig().up();
    expect(r.client.tick(r.now)).toBe(46000);
    r.until(46000);
    expect(r.take()).toEqual(['c0 00']);
    r.feed('d0 00');
    r.until(91000);
    expect(r.take()).toEqual(['c0 00']);
    r.until(100999);
    expect(r.take()).toEqual([]);
    r.until(101000);
    expect(r.take()).toEqual(['close', 'down ' + DOWN_TIMEOUT]);
  });
  test('pings although it sends, when it hears nothing: a half-open connection', () => {
    const r = rig().up();
    for (; r.now < 46000; r.now += 500) {
      r.publish('a', 'x', 0);
      r.client.tick(r.now);
    }
    r.take();
    r.client.tick(46000);
    expect(r.take()).toEqual(['c0 00']);
    r.until(56000);
    expect(r.take()).toEqual(['close', 'down ' + DOWN_TIMEOUT]);
  });
  test('0 = none', () => expect(rig({ keepAliveS: 0 }).up().client.tick(5000)).toBe(Infinity));
});

describe('receiving', () => {
  test('QoS 0, QoS 1 with its PUBACK, retained, empty', () => {
    const r = rig().up();
    r.feed('30 05 00 01 61 68 69 33 06 00 01 61 01 02 68 30 03 00 01 61');
    expect(r.take()).toEqual(['a=hi', 'a=h retained', '40 02 01 02', 'a=']);
  });
  test('filters may come and go while up', () => {
    const r = rig().up();
    r.client.subscribe('x', r.now);
    r.client.unsubscribe('w/#', r.now);
    r.client.unsubscribe('never', r.now);
    expect(r.take()).toEqual(['82 06 00 02 00 01 78 01', 'a2 07 00 03 00 03 77 2f 23']);
    r.feed('90 03 00 02 01 b0 02 00 03');
    r.client.closed(r.now);
    expect(r.take()).toEqual(['down ' + DOWN_CLOSED]);
    r.until(r.now + 2000);
    r.client.opened(r.now);
    r.feed(CONNACK);
    expect(r.take().pop()).toBe('82 06 00 04 00 01 78 01'); // only what is left
  });
});
