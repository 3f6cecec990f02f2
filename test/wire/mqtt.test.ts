import { describe, expect, test } from 'vitest';
import {
  BAD_LENGTH,
  BAD_SIZE,
  createPacketReader,
  DISCONNECT,
  PINGREQ,
  writeConnect,
  writeEmpty,
  writePuback,
  writePublish,
  writeSubscribe,
} from '../../src/wire/mqtt';
import { ascii, bytes, cuts, hex } from './bytes';

const nobody = { id: 'abc', user: '', password: '', keepAliveS: 60, willTopic: '', willText: '' };
type Write = (target: Uint8Array, at: number) => number;

// by hand from OASIS MQTT 3.1.1, chapters 2 and 3
const packets: [string, Write, string][] = [
  ['CONNECT', (t, at) => writeConnect(t, at, nobody), '10 0f 00 04 4d 51 54 54 04 02 00 3c 00 03 61 62 63'],
  [
    'CONNECT with will, user and password',
    (t, at) => writeConnect(t, at, { ...nobody, keepAliveS: 258, user: 'u', password: 'pw', willTopic: 'w/t', willText: '{}' }),
    '10 1f 00 04 4d 51 54 54 04 ee 01 02 00 03 61 62 63 00 03 77 2f 74 00 02 7b 7d 00 01 75 00 02 70 77',
  ],
  [
    'CONNECT with user alone',
    (t, at) => writeConnect(t, at, { ...nobody, user: 'u' }),
    '10 12 00 04 4d 51 54 54 04 82 00 3c 00 03 61 62 63 00 01 75',
  ],
  [
    'CONNECT: no password without user',
    (t, at) => writeConnect(t, at, { ...nobody, password: 'pw' }),
    '10 0f 00 04 4d 51 54 54 04 02 00 3c 00 03 61 62 63',
  ],
  ['PUBLISH QoS 0', (t, at) => writePublish(t, at, 'a/b', ascii('xhiy'), 1, 3, 0, 77), '30 07 00 03 61 2f 62 68 69'],
  [
    'PUBLISH QoS 1, DUP, retained',
    (t, at) => writePublish(t, at, 'a/b', ascii('hi'), 0, 2, 11, 0x1234),
    '3b 09 00 03 61 2f 62 12 34 68 69',
  ],
  ['PUBLISH empty, retained', (t, at) => writePublish(t, at, 'a', ascii(''), 0, 0, 1, 0), '31 03 00 01 61'],
  ['PUBACK', (t, at) => writePuback(t, at, 0xfffe), '40 02 ff fe'],
  ['SUBSCRIBE', (t, at) => writeSubscribe(t, at, 10, ['a/b', 'c/#'], 1), '82 0e 00 0a 00 03 61 2f 62 01 00 03 63 2f 23 01'],
  ['UNSUBSCRIBE', (t, at) => writeSubscribe(t, at, 10, ['a/b', 'c/d'], -1), 'a2 0c 00 0a 00 03 61 2f 62 00 03 63 2f 64'],
  ['PINGREQ', (t, at) => writeEmpty(t, at, PINGREQ), 'c0 00'],
  ['DISCONNECT', (t, at) => writeEmpty(t, at, DISCONNECT), 'e0 00'],
];

describe('writes', () => {
  test.each(packets)('%s', (_name, write, wire) => {
    const target = new Uint8Array(3 + bytes(wire).length);
    expect(hex(target, 3, write(target, 3))).toBe(wire);
  });
  test.each(packets)('nothing where %s has no room', (_name, write, wire) => {
    const target = new Uint8Array(3 + bytes(wire).length - 1);
    expect(write(target, 3)).toBe(-1);
  });
  test.each([
    [127, '7f'],
    [128, '80 01'],
    [16383, 'ff 7f'],
    [16384, '80 80 01'],
    [2097151, 'ff ff 7f'],
    [2097152, '80 80 80 01'],
  ])('remaining length %i', (length, want) => {
    const target = new Uint8Array(length + 5);
    const end = writePublish(target, 0, 'a', new Uint8Array(length), 0, length - 3, 0, 0);
    expect(hex(target, 1, end - length)).toBe(want);
  });
});

function read(pieces: Uint8Array[], maxBytes = 300): string[] {
  const got: string[] = [];
  const reader = createPacketReader(maxBytes, {
    onPacket: (first, b, size) => got.push(first.toString(16) + ': ' + hex(b, 0, size)),
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
  ['one byte more: refused by its header', '30 ad 02 d0 00', [`!${BAD_SIZE}`]],
  ['2^28 - 1 announced', 'd0 00 30 ff ff ff 7f 01 02 d0 00', ['d0: ', `!${BAD_SIZE}`]],
  ['a length of five bytes', '30 80 80 80 80 01 d0 00', [`!${BAD_LENGTH}`]],
];
describe('reads', () => {
  for (const [how, cut] of cuts) test.each(streams)(`%s, ${how}`, (_name, wire, want) => expect(read(cut(bytes(wire)))).toEqual(want));
});
