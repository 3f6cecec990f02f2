// Serial frames: bytes from the design, damage, console text in between.
import { describe, expect, test } from 'vitest';
import { ACK, BLK, createFrameReader, HELLO, MAX_PAYLOAD, MAX_WIRE, MSG, PART, TEXT, writeFrame } from '../../src/wire/frame';
import { ascii, bytes, cuts, hex, random, text } from './bytes';

// The byte examples of docs/wire.md: h, seq, block number, payload, wire.
const examples: [string, number, number, number, string, string][] = [
  [
    'msg, seq 5',
    MSG << 5,
    5,
    -1,
    hex(ascii('cmd {"i":"a7","m":"ping"}')),
    '00 01 1f 05 63 6d 64 20 7b 22 69 22 3a 22 61 37 22 2c 22 6d 22 3a 22 70 69 6e 67 22 7d ba af bb 35 00',
  ],
  [
    'blk, channel 1, seq 7, block 0',
    (BLK << 5) | 1,
    7,
    0,
    '00 61 73 6d 01 00 00 00',
    '00 03 41 07 01 01 05 61 73 6d 01 01 01 05 d4 c4 41 80 00',
  ],
  ['ack, next 6, 8 arrived, window 432', ACK << 5, 0, -1, '06 02 00 00 00 b0 01', '00 02 60 03 06 02 01 01 07 b0 01 15 9f b0 07 00'],
  [
    'hello v1, boot 17, window 432, 128, puck-a',
    HELLO << 5,
    0,
    -1,
    `01 00 11 00 00 00 b0 01 80 ${hex(ascii('puck-a'))}`,
    '00 02 80 02 01 02 11 01 01 0e b0 01 80 70 75 63 6b 2d 61 60 a1 4f e2 00',
  ],
];

function frame(h: number, seq: number, number: number, payload: Uint8Array): Uint8Array {
  const wire = new Uint8Array(MAX_WIRE);
  return wire.slice(0, writeFrame(wire, 1, h, seq, number, payload, 0, payload.length));
}

/** What a reader tells of pieces fed `gapMs` apart: frames in hex, "text", ! for damage. */
function read(pieces: Uint8Array[], gapMs = 0): string[] {
  const got: string[] = [];
  const reader = createFrameReader({
    onFrame: (b, size) => got.push(hex(b, 0, size)),
    onText: (b, start, end) => got.push(JSON.stringify(text(b, start, end))),
    onDamage: () => got.push('!'),
  });
  let nowMs = 0;
  for (const piece of pieces) {
    reader.feed(piece, 0, piece.length, nowMs);
    nowMs += gapMs;
    reader.tick(nowMs);
  }
  reader.tick(nowMs + 10000);
  return got;
}

const join = (...parts: (Uint8Array | string)[]) => Uint8Array.from(parts.flatMap(p => [...(typeof p === 'string' ? ascii(p) : p)]));
const ping = bytes(examples[0][5]);
const pingPlain = hex(join(bytes('00 05'), 'cmd {"i":"a7","m":"ping"}'));

describe('frames', () => {
  test.each(examples)('%s is written', (_name, h, seq, number, payload, wire) => {
    expect(hex(frame(h, seq, number, bytes(payload)))).toBe(wire);
  });
  for (const [how, cut] of cuts)
    test.each(examples)(`%s is read, ${how}`, (_name, h, seq, number, payload, wire) => {
      const head = number < 0 ? [h, seq] : [h, seq, number & 255, number >> 8];
      expect(read(cut(bytes(wire)))).toEqual([hex(join(Uint8Array.from(head), bytes(payload)))]);
    });

  test('a full block takes 139 bytes', () => {
    expect(frame((BLK << 5) | 1, 1, 0x101, new Uint8Array(MAX_PAYLOAD).fill(0xaa)).length).toBe(139);
  });

  const first = hex(frame(MSG << 5, 0, -1, ascii('a b')));
  const streams: [string, Uint8Array, string[]][] = [
    ['an idle line', bytes('00 00 00'), []],
    ['one 00 between two frames', join(ping, ping.subarray(1)), [pingPlain, pingPlain]],
    [
      'text before, between and after',
      join('boot\r\n', ping, 'hi\n', ping, 'bye\n'),
      ['"boot\\r\\n"', pingPlain, '"hi\\n"', pingPlain, '"bye\\n"'],
    ],
    ['text that looks like a block', join('xHello\n', ping), ['"xHello\\n"', pingPlain]],
    ['text in UTF-8', join(bytes('47 72 c3 bc c3 9f 65 0a'), ping), [`"Gr\xc3\xbc\xc3\x9fe\\n"`, pingPlain]],
    ['noise, one damage', join(bytes('80 01 ff fe'), ping), ['!', pingPlain]],
    ['a frame cut short', join(ping.subarray(0, 20), ping), ['!', pingPlain]],
    ['a lost mark: both frames are gone, the next is not', join(ping.subarray(0, -1), ping.subarray(1), ping), ['!', pingPlain]],
    ['a type nobody knows', join(frame(6 << 5, 0, -1, ascii('xxxx')), ping), ['!', pingPlain]],
    ['a block without channel', join(frame(BLK << 5, 0, 1, ascii('xxxx')), ping), ['!', pingPlain]],
    ['a block without data', join(frame((BLK << 5) | 1, 0, 1, ascii('')), ping), ['!', pingPlain]],
    ['a message on a channel', join(frame((MSG << 5) | 1, 0, -1, ascii('a b')), ping), ['!', pingPlain]],
    ['an ack of another size', join(frame(ACK << 5, 0, -1, ascii('123456')), ping), ['!', pingPlain]],
    ['a hello without id', join(frame(HELLO << 5, 0, -1, ascii('123456789')), ping), ['!', pingPlain]],
    [
      'an endless frame without 00',
      join(new Uint8Array(10000).fill(0x81), ping, bytes(first)),
      [...Array(34).fill('!'), pingPlain, hex(join(bytes('00 00'), 'a b'))],
    ],
  ];
  for (const [how, cut] of cuts) test.each(streams)(`%s, ${how}`, (_name, wire, want) => expect(read(cut(wire))).toEqual(want));

  test('payload of every size, with zeros', () => {
    for (let n = 1; n <= MAX_PAYLOAD; n++)
      for (const fill of [0, 1, 0xff]) {
        const payload = new Uint8Array(n).fill(fill);
        expect(read([frame(PART << 5, 255, -1, payload)])).toEqual([hex(join(bytes('20 ff'), payload))]);
        expect(frame((BLK << 5) | 31, 255, 65535, payload).length).toBeLessThanOrEqual(n + 11);
      }
  });
  test('a text frame', () => expect(read([frame(TEXT << 5, 0, -1, ascii('log line'))])).toEqual([hex(join(bytes('a0 00'), 'log line'))]));

  test('text without a mark behind it is shown at a pause after its line end', () => {
    const got: string[] = [];
    const reader = createFrameReader({
      onFrame: () => got.push('frame'),
      onText: (b, s, e) => got.push(text(b, s, e)),
      onDamage: () => got.push('!'),
    });
    reader.feed(ascii('I (5) wifi'), 0, 10, 1000);
    expect(reader.tick(1000)).toBe(3000); // a half frame at most lives 2 s
    reader.feed(ascii(' up\n'), 0, 4, 1500);
    expect(reader.tick(1500)).toBe(1600);
    expect(got).toEqual([]);
    expect(reader.tick(1600)).toBe(Infinity);
    expect(got).toEqual(['I (5) wifi up\n']);
    reader.feed(ping, 0, 9, 2000);
    expect(reader.tick(2100)).toBe(4000);
    reader.feed(ping, 0, ping.length, 4000); // the half frame is given up before these are read
    expect(got).toEqual(['I (5) wifi up\n', '!', 'frame']);
  });

  test('every flipped bit of a frame is found, and the next frame is taken', () => {
    for (let bit = 8; bit < (ping.length - 1) * 8; bit++) {
      const wire = join(ping, ping, ping);
      wire[bit >> 3] ^= 1 << (bit & 7);
      const got = read([wire]).filter(x => x.length > 50);
      expect(got.every(x => x === pingPlain)).toBe(true);
      expect(got.length).toBe(2);
    }
  });

  test('seeded noise makes no frame', () => {
    const rnd = random(11);
    const noise = Uint8Array.from({ length: 300000 }, () => (rnd() < 0.05 ? 0 : rnd() * 256));
    expect(read([noise]).filter(x => x !== '!' && x[0] !== '"')).toEqual([]);
  });
});
