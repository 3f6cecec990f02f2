// The bus between apps and to the desk: topics, messages, calls and their answers.
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type Bus,
  busDueMs,
  CALL,
  call,
  callById,
  createBus,
  type Event,
  expire,
  join,
  leave,
  MAX_BYTES,
  matches,
  OUTSIDE,
  type Peer,
  publish,
  receive,
  reply,
  serve,
  subscribe,
  topicOf,
  unsubscribe,
} from '../../src/app/bus';
import { callByMid } from '../../src/app/wamr';

let nowMs: number;
let outward: string[]; // what the outside saw
let echoes: boolean;
let linked: boolean;
let bus: Bus;

const bytes = (text: string) => Uint8Array.from(Buffer.from(text));
const show = (event: Event) =>
  `${event.id} ${event.code} ${event.name} "${Buffer.from(event.bytes)}" fmt ${event.fmt} mid ${event.mid} from ${event.from?.id ?? 'outside'}`;

function peer(name: string, takes = 15): Peer {
  const made = { id: 0, name, takes, filters: [], urls: [], queue: [], dropped: 0 };
  join(bus, made);
  return made;
}
function drain(of: Peer): string[] {
  const events: string[] = [];
  while (of.queue.length > 0) events.push(show(of.queue.shift()!));
  return events;
}

beforeEach(() => {
  nowMs = 1000;
  outward = [];
  echoes = false;
  linked = true;
  bus = createBus(() => nowMs, {
    publish: message => {
      outward.push('publish ' + message.name);
      return echoes;
    },
    subscribe: (filter, on) => outward.push(`${on ? 'subscribe' : 'unsubscribe'} ${filter}`),
    call: event => {
      outward.push('call ' + show(event));
      return linked;
    },
    reply: event => outward.push('reply ' + show(event)),
  });
});

describe('topics', () => {
  // MQTT 3.1.1, 4.7.1: its own examples, below a root of ours
  const matching: [string, string, boolean][] = [
    ['app/sport/tennis/player1/#', 'app/sport/tennis/player1', true],
    ['app/sport/tennis/player1/#', 'app/sport/tennis/player1/ranking', true],
    ['app/sport/tennis/player1/#', 'app/sport/tennis/player1/score/wimbledon', true],
    ['app/sport/#', 'app/sport', true],
    ['app/sport/#', 'app/sports', false],
    ['app/sport/tennis/+', 'app/sport/tennis/player1', true],
    ['app/sport/tennis/+', 'app/sport/tennis/player1/ranking', false],
    ['app/sport/+', 'app/sport', false],
    ['app/sport/+', 'app/sport/', true],
    ['app/+/tennis/#', 'app/sport/tennis', true],
    ['app/+/+', 'app//finance', true], // an empty level is a level [MQTT-4.7.1-3]
    ['app/a', 'app/A', false],
    ['app/a', 'app/a/', false],
    ['app/a/', 'app/a', false],
  ];
  test.each(matching)('%s matches %s: %s', (filter, topic, want) => expect(matches(filter, topic)).toBe(want));

  const forms: [string, boolean, string][] = [
    ['~/temp', false, 'app/thermo/temp'],
    ['app/other/set', false, 'app/other/set'],
    ['event/alert', false, 'event/alert'],
    ['~/+/x', true, 'app/thermo/+/x'],
    ['~/#', true, 'app/thermo/#'],
    ['~/+/x', false, ''],
    ['~/#', false, ''],
    ['~/a+', true, ''],
    ['~/#/a', true, ''],
    ['~/a#', true, ''],
    ['#', true, ''],
    ['+/x', true, ''],
    ['app', false, ''],
    ['state/x', false, ''],
    ['~/a\0b', false, ''],
    ['~/a\x1bb', false, ''],
    ['~/a b', false, ''],
    ['~/caf\xc3\xa9', false, 'app/thermo/caf\xc3\xa9'],
    ['~/\xc2\x85', false, ''], // U+0085, a control character
    ['~/\xef\xbf\xbf', false, ''], // U+FFFF
    ['~/~call/1/1/x', false, ''],
    ['app/other/~answer/1/69', false, ''],
    ['app/+/~call/#', true, ''],
    ['', false, ''],
    [`~/${'x'.repeat(245)}`, false, `app/thermo/${'x'.repeat(245)}`],
    [`~/${'x'.repeat(246)}`, false, ''],
  ];
  test.each(forms)('%j as a %j filter is %j', (text, wild, want) => expect(topicOf(peer('thermo'), text, wild)).toBe(want));
});

describe('messages', () => {
  test('reach each subscriber once, the publisher too, and the outside below app/', () => {
    const [a, b, c] = [peer('aaa'), peer('bbb'), peer('ccc')];
    subscribe(bus, a, 'app/aaa/t');
    subscribe(bus, b, 'app/+/t');
    subscribe(bus, b, 'app/#');
    subscribe(bus, c, 'app/ccc/#');
    outward = [];
    expect(publish(bus, a, 'app/aaa/t', bytes('21'), 98, 0)).toBe(0);
    expect([drain(a), drain(b), drain(c)]).toEqual([
      ['0 0 app/aaa/t "21" fmt 98 mid 0 from 1'],
      ['0 0 app/aaa/t "21" fmt 98 mid 0 from 1'],
      [],
    ]);
    expect(outward).toEqual(['publish app/aaa/t']);
  });

  test('the outside hears of a filter with its first subscriber and after its last, and not of events', () => {
    const [a, b] = [peer('aaa'), peer('bbb')];
    for (const p of [a, b, a]) expect(subscribe(bus, p, 'app/x/+')).toBe(0);
    subscribe(bus, a, 'event/alarm');
    expect(unsubscribe(bus, a, 'app/x/+')).toBe(0);
    expect(unsubscribe(bus, a, 'app/x/+')).toBe(-2);
    expect(outward).toEqual(['subscribe app/x/+']);
    leave(bus, b, 163);
    expect(outward).toEqual(['subscribe app/x/+', 'unsubscribe app/x/+']);
  });

  test('from outside arrive, unless the topic is none of ours or the payload too large', () => {
    const a = peer('aaa');
    subscribe(bus, a, 'app/aaa/#');
    receive(bus, 'app/aaa/set', bytes('on'));
    receive(bus, 'app/aaa/+', bytes('on'));
    receive(bus, 'state', bytes('on'));
    receive(bus, 'app/aaa/set', new Uint8Array(MAX_BYTES + 1));
    expect(drain(a)).toEqual([`0 0 app/aaa/set "on" fmt 0 mid 0 from outside`]);
    expect(outward).toEqual(['subscribe app/aaa/#']);
  });

  test('that a broker brings back are dropped once, within 5 s', () => {
    const a = peer('aaa');
    subscribe(bus, a, 'app/aaa/#');
    echoes = true;
    for (let i = 0; i < 2; i++) {
      publish(bus, a, 'app/aaa/t', bytes('1'), 98, 0);
      receive(bus, 'app/aaa/t', bytes('2')); // somebody else's
      receive(bus, 'app/aaa/t', bytes('1')); // the echo
      expect(drain(a)).toHaveLength(2);
    }
    receive(bus, 'app/aaa/t', bytes('1')); // somebody else's, by chance the same
    expect(drain(a)).toHaveLength(1);
    publish(bus, a, 'app/aaa/t', bytes('1'), 98, 0); // its echo is lost
    nowMs += 5001;
    receive(bus, 'app/aaa/t', bytes('1'));
    expect(drain(a)).toHaveLength(2);
    publish(bus, a, 'app/nobody/t', bytes('1'), 98, 0); // nobody here wants it, so the broker has no reason to bring it
    expect(bus.echoes).toHaveLength(0);
  });

  test('limits: payload, filters, queue by number and bytes', () => {
    const a = peer('aaa');
    expect(publish(bus, a, '', bytes(''), 0, 0)).toBe(-1);
    expect(publish(bus, a, 'app/aaa/t', new Uint8Array(MAX_BYTES + 1), 98, 0)).toBe(-4);
    for (let i = 0; i < 16; i++) expect(subscribe(bus, a, `app/aaa/${i}`)).toBe(0);
    expect(subscribe(bus, a, 'app/aaa/16')).toBe(-3);
    expect(subscribe(bus, a, 'app/aaa/3')).toBe(0);
    for (let i = 0; i < 60; i++) publish(bus, a, 'app/aaa/1', bytes('x'), 98, 0);
    expect([drain(a).length, a.dropped]).toEqual([50, 10]);
    for (let i = 0; i < 10; i++) publish(bus, a, 'app/aaa/1', new Uint8Array(1000), 98, 0);
    expect([drain(a).length, a.dropped]).toEqual([8, 12]);
  });
});

describe('calls', () => {
  const ask = (from: Peer | null, url: string, mid = 0) => call(bus, from, 1, url, bytes('q'), 98, mid);

  const routes: [string, string, string][] = [
    // URL, receiver, URL it sees
    ['app/srv/temp', 'srv', 'temp'],
    ['/app/srv/temp?unit=c', 'srv', 'temp?unit=c'],
    ['app/srv', 'srv', ''],
    ['app/srv?x', 'srv', '?x'],
    ['/sensor', 'other', '/sensor'],
    ['sensor/1/x', 'other', 'sensor/1/x'],
    ['/sensor/temp', 'srv', '/sensor/temp'],
    ['/sensor/temp?k=v', 'srv', '/sensor/temp?k=v'],
    ['/sensor/temp/7', 'srv', '/sensor/temp/7'],
    ['/sensor/temperature', 'other', '/sensor/temperature'],
  ];
  test.each(routes)('%s reaches %s as %j', (url, name, seen) => {
    const peers = [peer('asker'), peer('srv'), peer('other')];
    expect(serve(bus, peers[1], '/sensor/temp/')).toBe(0);
    expect(serve(bus, peers[2], 'sensor')).toBe(0);
    expect(ask(peers[0], url)).toBe(1);
    for (const p of peers) expect(drain(p)).toEqual(p.name === name ? [`1 1 ${seen} "q" fmt 98 mid 1 from 1`] : []);
  });

  const failures: [string, string, number][] = [
    ['nobody there', 'app/nobody/x', 132],
    ['no such prefix', '/x', 132],
    ['only a longer one', '/sens', 132],
    ['the manager', '/applet?name=x', 131],
    ['its events', '/event/x', 131],
    ['an app without handler', 'app/mute/x', 161],
    ['no link', 'desk/x', 163],
    ['a topic with a wildcard', 'desk/a+b', 131],
    ['a topic a broker hangs up on', 'desk/a\x01b', 131],
    ['a full queue', 'app/full/x', 163],
  ];
  test.each(failures)('fail with a reply: %s', (_, url, status) => {
    const asker = peer('asker');
    peer('mute', 15 & ~(1 << CALL));
    serve(bus, peer('srv'), '/sensor');
    const full = peer('full');
    subscribe(bus, full, 'event/x');
    for (let i = 0; i < 50; i++) publish(bus, asker, 'event/x', bytes(''), 0, 0);
    linked = false;
    expect(ask(asker, url)).toBe(1);
    expect(drain(asker).map(line => line.replace(/ from .*/, ''))).toEqual([`1 ${status}  "" fmt 0 mid 1`]);
    expect(bus.calls).toEqual([]);
  });

  test('refused at once: malformed, too large, too many open', () => {
    const asker = peer('asker');
    peer('srv');
    expect(ask(asker, '')).toBe(-1);
    expect(ask(asker, 'app/srv/\0')).toBe(-1);
    expect(ask(asker, 'app/srv/' + 'x'.repeat(249))).toBe(-1);
    expect(call(bus, asker, 1, 'app/srv/x', new Uint8Array(MAX_BYTES + 1), 98, 0)).toBe(-4);
    for (let i = 1; i <= 16; i++) expect(ask(asker, 'app/srv/x')).toBe(i);
    expect(ask(asker, 'app/srv/x')).toBe(-3);
    expect(ask(null, 'app/srv/x')).toBe(17); // others may
  });

  test('are answered once, by the one who was asked', () => {
    const [asker, srv, thief] = [peer('asker'), peer('srv'), peer('thief')];
    const id = ask(asker, 'app/srv/x', 77);
    expect(reply(bus, callById(bus, thief, id), 69, bytes('no'), 98)).toBe(-2);
    expect(reply(bus, callByMid(bus, srv, 78, asker.id), 69, bytes('no'), 98)).toBe(-2);
    expect(reply(bus, callByMid(bus, srv, 77, thief.id), 69, bytes('no'), 98)).toBe(-2);
    expect(reply(bus, callByMid(bus, srv, 77, asker.id), 69, new Uint8Array(MAX_BYTES + 1), 98)).toBe(-4);
    expect(reply(bus, callByMid(bus, srv, 77, asker.id), 69, bytes('yes'), 98)).toBe(0);
    expect(reply(bus, callById(bus, srv, id), 69, bytes('again'), 98)).toBe(-2);
    expect(drain(asker)).toEqual(['1 69  "yes" fmt 98 mid 77 from 2']);
  });

  test('between the desk and an app, both ways', () => {
    const app = peer('app1');
    const id = ask(app, '/desk/time?zone=x');
    expect(outward).toEqual(['call 1 1 time?zone=x "q" fmt 98 mid 1 from 1']);
    expect(reply(bus, callById(bus, null, id), 69, bytes('noon'), 98)).toBe(0);
    expect(drain(app)).toEqual([`1 69  "noon" fmt 98 mid 1 from outside`]);
    outward = [];
    expect(ask(null, 'app/app1/url1', 5)).toBe(2);
    expect(drain(app)).toEqual([`2 1 url1 "q" fmt 98 mid 5 from outside`]);
    reply(bus, callByMid(bus, app, 5, OUTSIDE), 68, bytes(''), 99);
    ask(null, 'desk/x', 6); // the desk is not to be reached from the desk
    expect(outward).toEqual(['reply 2 68  "" fmt 99 mid 5 from 1', `reply 3 132  "" fmt 0 mid 6 from outside`]);
  });

  test('expire after 5 s, each at its time', () => {
    const asker = peer('asker');
    const srv = peer('srv');
    expect(busDueMs(bus)).toBe(Infinity);
    ask(asker, 'app/srv/1');
    nowMs = 2000;
    ask(null, 'app/srv/2', 9);
    expect(busDueMs(bus)).toBe(6000);
    nowMs = 5999;
    expire(bus);
    expect(drain(asker)).toEqual([]);
    nowMs = 6000;
    expire(bus);
    expect(drain(asker)).toEqual(['1 164  "" fmt 0 mid 1 from 2']);
    expect(reply(bus, callById(bus, srv, 1), 69, bytes('late'), 98)).toBe(-2);
    expect(busDueMs(bus)).toBe(7000);
    nowMs = 8000;
    expire(bus);
    expect(outward).toEqual(['reply 2 164  "" fmt 0 mid 9 from 2']);
  });

  test('end with their server, and without a sound with their asker', () => {
    const [asker, srv] = [peer('asker'), peer('srv')];
    ask(asker, 'app/srv/1');
    ask(srv, 'app/asker/2');
    ask(null, 'app/srv/3');
    leave(bus, srv, 160);
    leave(bus, srv, 160);
    expect(drain(asker).sort()).toEqual(['1 160  "" fmt 0 mid 1 from 2', '2 1 2 "q" fmt 98 mid 2 from 2']);
    expect(outward).toEqual(['reply 3 160  "" fmt 0 mid 3 from 2']);
    expect([bus.calls, srv.queue, srv.urls]).toEqual([[], [], []]);
  });

  const prefixes: [string, number][] = [
    ['/a', 0],
    ['a/', 0], // the same again
    ['/taken', -1],
    ['taken/more', 0],
    ['/', -1],
    ['', -1],
    ['/applet', -1],
    ['event/x', -1],
    ['app/mine', -1],
    ['desk', -1],
    ['apple', 0],
    ['x'.repeat(257), -1],
  ];
  test.each(prefixes)('serving %j: %d', (url, want) => {
    serve(bus, peer('other'), 'taken');
    const p = peer('me');
    serve(bus, p, '/a');
    expect(serve(bus, p, url)).toBe(want);
    for (let i = p.urls.length; i < 16; i++) expect(serve(bus, p, '/n' + i)).toBe(0);
    expect(serve(bus, p, '/n16')).toBe(-3);
  });

  test('replies find room in a queue full of messages', () => {
    const [asker, srv] = [peer('asker'), peer('srv')];
    const id = ask(asker, 'app/srv/x');
    subscribe(bus, asker, 'event/x');
    for (let i = 0; i < 50; i++) publish(bus, srv, 'event/x', bytes(''), 0, 0);
    reply(bus, callById(bus, srv, id), 69, bytes('y'), 98);
    expect(drain(asker)).toHaveLength(51);
  });
});
