// MQTT 3.1.1 packets, as bytes by hand from the standard.
import { describe, expect, test } from 'vitest';
import {
  BAD_LENGTH,
  BAD_SIZE,
  connectPacket,
  createPacketReader,
  DISCONNECT,
  PINGREQ,
  subscribePacket,
  writeEmpty,
  writePuback,
  writePublish,
} from '../../src/wire/mqtt';
import { ascii, bytes, cuts, hex } from './bytes';

const nobody = { id: 'abc', user: '', password: '', keepAliveS: 60, willTopic: '' };
/** A packet as written at target[1]. */
const publish = (topic: string, body: string, flags: number, id: number) => {
  const target = new Uint8Array(100);
  return target.slice(1, writePublish(target, 1, topic, ascii('x' + body + 'y'), 1, 1 + body.length, flags, id));
};
const small = (write: (target: Uint8Array) => number) => {
  const target = new Uint8Array(4);
  return target.slice(0, write(target));
};

// by hand from OASIS MQTT 3.1.1, chapters 2 and 3
const packets: [string, Uint8Array, string][] = [
  ['CONNECT', connectPacket(nobody, ''), '10 0f 00 04 4d 51 54 54 04 02 00 3c 00 03 61 62 63'],
  [
    'CONNECT with will, user and password',
    connectPacket({ ...nobody, keepAliveS: 258, user: 'u', password: 'pw', willTopic: 'w/t' }, '{}'),
    '10 1f 00 04 4d 51 54 54 04 ee 01 02 00 03 61 62 63 00 03 77 2f 74 00 02 7b 7d 00 01 75 00 02 70 77',
  ],
  ['CONNECT with user alone', connectPacket({ ...nobody, user: 'u' }, ''), '10 12 00 04 4d 51 54 54 04 82 00 3c 00 03 61 62 63 00 01 75'],
  [
    'CONNECT: no password without user',
    connectPacket({ ...nobody, password: 'pw' }, ''),
    '10 0f 00 04 4d 51 54 54 04 02 00 3c 00 03 61 62 63',
  ],
  ['PUBLISH QoS 0', publish('a/b', 'hi', 0, 77), '30 07 00 03 61 2f 62 68 69'],
  ['PUBLISH QoS 1, DUP, retained', publish('a/b', 'hi', 11, 0x1234), '3b 09 00 03 61 2f 62 12 34 68 69'],
  ['PUBLISH empty, retained', publish('a', '', 1, 0), '31 03 00 01 61'],
  ['PUBACK', small(t => writePuback(t, 0xfffe)), '40 02 ff fe'],
  ['SUBSCRIBE', subscribePacket(10, ['a/b', 'c/#'], 1), '82 0e 00 0a 00 03 61 2f 62 01 00 03 63 2f 23 01'],
  ['UNSUBSCRIBE', subscribePacket(10, ['a/b', 'c/d'], -1), 'a2 0c 00 0a 00 03 61 2f 62 00 03 63 2f 64'],
  ['PINGREQ', small(t => writeEmpty(t, PINGREQ)), 'c0 00'],
  ['DISCONNECT', small(t => writeEmpty(t, DISCONNECT)), 'e0 00'],
];

describe('writes', () => {
  test.each(packets)('%s', (_name, packet, wire) => expect(hex(packet)).toBe(wire));
  test('no PUBLISH where it has no room', () => {
    const fits = (size: number) => writePublish(new Uint8Array(size), 1, 'a/b', ascii('hello'), 0, 5, 2, 1) > 0;
    expect([1, 14, 23].map(fits)).toEqual([false, false, false]);
    expect([24, 25].map(fits)).toEqual([true, true]);
  });
  test.each([
    [127, '7f'],
    [128, '80 01'],
    [16383, 'ff 7f'],
    [16384, '80 80 01'],
    [2097151, 'ff ff 7f'],
    [2097152, '80 80 80 01'],
  ])('remaining length %i', (length, want) => {
    const target = new Uint8Array(length + 20);
    const end = writePublish(target, 0, 'a', new Uint8Array(length), 0, length - 3, 0, 0);
    expect(hex(target, 1, end - length)).toBe(want);
  });
});

function read(pieces: Uint8Array[], maxBytes = 300): string[] {
  const got: string[] = [];
  const reader = createPacketReader(maxBytes, {
    onPacket: (first, b, size) =>
      got.push(first.toString(16) + ': ' + hex(b, 0, Math.min(size, b.length)) + (size > b.length ? ` of ${size}` : '')),
    onBad: why => got.push('!' + why),
  });
  for (const piece of pieces) reader.feed(piece, 0, piece.length);
  return got;
}

const streams: [string, string, string[]][] = [
  ['CONNACK, SUBACK, PINGRESP', '20 02 00 00 90 03 00 01 01 d0 00', ['20: 00 00', '90: 00 01 01', 'd0: ']],
  ['a packet of 128 bytes', `30 80 01 ${'ab '.repeat(128)}d0 00`, [`30: ${'ab '.repeat(128).trim()}`, 'd0: ']],
  ['a length in more bytes than it needs', '20 82 00 00 00 d0 00', ['20: 00 00', 'd0: ']],
  ['the largest that fits', `30 ac 02 ${'00 '.repeat(300)}`, [`30: ${'00 '.repeat(300).trim()}`]],
  [
    'one byte more: its beginning, and its size',
    `30 ad 02 ${'00 '.repeat(300)}11 d0 00`,
    [`30: ${'00 '.repeat(300).trim()} of 301`, 'd0: '],
  ],
  ['far more: refused by its header', '30 81 80 04 d0 00', [`!${BAD_SIZE}`]],
  ['2^28 - 1 announced', 'd0 00 30 ff ff ff 7f 01 02 d0 00', ['d0: ', `!${BAD_SIZE}`]],
  ['a length of five bytes', '30 80 80 80 80 01 d0 00', [`!${BAD_LENGTH}`]],
];
describe('reads', () => {
  for (const [how, cut] of cuts) test.each(streams)(`%s, ${how}`, (_name, wire, want) => expect(read(cut(bytes(wire)))).toEqual(want));
});
