// Expectations: the byte examples of design/compat.md sections 5 and 6, which come from WAMR's own tools.
import { expect, test } from 'vitest';
import { readAttrs, writeAttrs } from '../../src/app/attr';
import { type Packet, packetBytes, readPacket, writePacket } from '../../src/app/packets';

/** '01 02 "text" 00' as bytes. */
function bytes(text: string): Uint8Array {
  const out: number[] = [];
  for (const [word] of text.matchAll(/"[^"]*"|\S+/g)) {
    if (word[0] === '"') out.push(...Buffer.from(word.slice(1, -1), 'latin1'));
    else out.push(parseInt(word, 16));
  }
  return Uint8Array.from(out);
}

const APPLETS = bytes(
  '00 00 3d 00 00 00 0d 00 "Applets Info" 00 03 00 04 00 "num" 00 02 01 00 00 00 ' +
    '08 00 "applet1" 00 0d 03 00 "t1" 00 06 00 "heap1" 00 02 00 20 00 00',
);
const applets = {
  tag: 'Applets Info',
  attrs: [
    { key: 'num', type: 2, value: 1 },
    { key: 'applet1', type: 13, value: 't1' },
    { key: 'heap1', type: 2, value: 8192 },
  ],
};
const none: Uint8Array = new Uint8Array(0);
const packet = (code: number, mid: number, peer: number, url: string, payload = none, fmt = 99): Packet => ({
  code,
  fmt,
  mid,
  peer,
  url,
  bytes: payload,
});

const requests: [string, string, Packet][] = [
  ['a query', '01 01 00 63 00 00 00 02 00 00 00 00 00 08 00 00 00 00 "/applet" 00', packet(1, 2, 0, '/applet')],
  ['a removal', '01 04 00 63 00 00 00 03 00 00 00 00 00 10 00 00 00 00 "/applet?name=t1" 00', packet(4, 3, 0, '/applet?name=t1')],
  [
    'a registration',
    '01 03 00 63 00 00 00 04 00 00 00 00 00 16 00 00 00 00 "/event/alert/overheat" 00',
    packet(3, 4, 0, '/event/alert/overheat'),
  ],
  ['what on_request sees', '01 01 00 63 00 00 00 05 ff ff ff fd 00 05 00 00 00 00 "url1" 00', packet(1, 5, 0xfffffffd, 'url1')],
  [
    'an installation',
    '01 03 00 62 00 00 00 01 00 00 00 00 00 10 00 00 00 0c "/applet?name=t1" 00 00 61 73 6d 01 00 00 00 00 02 01 78',
    packet(3, 1, 0, '/applet?name=t1', bytes('00 61 73 6d 01 00 00 00 00 02 01 78'), 98),
  ],
];
test.each(requests)('reads and writes %s', (_, wire, want) => {
  const u8 = bytes(wire);
  expect(readPacket(u8, 0, u8.length, true)).toEqual(want);
  expect(packetBytes(want, true)).toBe(u8.length);
  const written = new Uint8Array(u8.length + 2).fill(0xee);
  writePacket(written, 1, want, true);
  expect([...written]).toEqual([0xee, ...u8, 0xee]);
});

const responses: [string, string, Packet][] = [
  ['an empty one', '01 41 00 63 00 00 00 01 00 00 00 00 00 00 00 00', packet(65, 1, 0, '')],
  ['one with payload', '01 45 00 63 00 00 00 02 ff ff ff fd 00 00 00 02 aa bb', packet(69, 2, 0xfffffffd, '', bytes('aa bb'))],
];
test.each(responses)('reads and writes a response: %s', (_, wire, want) => {
  const u8 = bytes(wire);
  expect(readPacket(u8, 0, u8.length, false)).toEqual(want);
  expect(packetBytes(want, false)).toBe(u8.length);
  const written = new Uint8Array(u8.length + 2).fill(0xee);
  writePacket(written, 1, want, false);
  expect([...written]).toEqual([0xee, ...u8, 0xee]);
});

const badRequests: [string, string][] = [
  ['empty', ''],
  ['cut in its head', '01 01 00 63 00 00 00 02 00 00 00 00 00 08 00 00 00'],
  ['of another version', '02 01 00 63 00 00 00 02 00 00 00 00 00 02 00 00 00 00 "a" 00'],
  ['without URL', '01 01 00 63 00 00 00 02 00 00 00 00 00 00 00 00 00 00'],
  ['with an unterminated URL', '01 01 00 63 00 00 00 02 00 00 00 00 00 02 00 00 00 00 "ab"'],
  ['with a NUL inside its URL', '01 01 00 63 00 00 00 02 00 00 00 00 00 03 00 00 00 00 00 "b" 00'],
  ['shorter than it says', '01 01 00 63 00 00 00 02 00 00 00 00 00 02 00 00 00 02 "a" 00 aa'],
  ['longer than it says', '01 01 00 63 00 00 00 02 00 00 00 00 00 02 00 00 00 00 "a" 00 aa'],
  ['announcing 2^32 - 1 bytes', '01 01 00 63 00 00 00 02 00 00 00 00 00 02 ff ff ff ff "a" 00'],
];
test.each(badRequests)('refuses a request %s', (_, wire) => {
  const u8 = bytes(wire);
  expect(readPacket(u8, 0, u8.length, true)).toBeNull();
});

const badResponses: [string, string][] = [
  ['cut', '01 41 00 63 00 00 00 01 00 00 00 00 00 00 00'],
  ['of another version', '00 41 00 63 00 00 00 01 00 00 00 00 00 00 00 00'],
  ['longer than it says', '01 41 00 63 00 00 00 01 00 00 00 00 00 00 00 00 aa'],
  ['announcing 2^32 - 16 bytes', '01 41 00 63 00 00 00 01 00 00 00 00 ff ff ff f0'],
];
test.each(badResponses)('refuses a response %s', (_, wire) => {
  const u8 = bytes(wire);
  expect(readPacket(u8, 0, u8.length, false)).toBeNull();
});

test('attributes: the example, both ways', () => {
  expect(readAttrs(APPLETS, 0, APPLETS.length)).toEqual(applets);
  expect(writeAttrs(applets)).toEqual(APPLETS);
});

test('attributes: every type, both ways', () => {
  const all = {
    tag: '',
    attrs: [
      { key: 'i8', type: 0, value: -5 },
      { key: 'i16', type: 1, value: -30000 },
      { key: 'i32', type: 2, value: -2000000000 },
      { key: 'i64', type: 3, value: [1, -2] },
      { key: 'u8', type: 4, value: 250 },
      { key: 'u16', type: 5, value: 60000 },
      { key: 'u32', type: 6, value: 4000000000 },
      { key: 'u64', type: 7, value: [-1, 7] },
      { key: 'f32', type: 10, value: 1.5 },
      { key: 'f64', type: 11, value: -0.1 },
      { key: 'yes', type: 12, value: true },
      { key: 'no', type: 12, value: false },
      { key: 'text', type: 13, value: 'caf\xe9' },
      { key: 'bytes', type: 14, value: bytes('00 ff 00') },
      { key: 'nothing', type: 14, value: none },
    ],
  };
  const u8 = writeAttrs(all);
  expect(readAttrs(u8, 0, u8.length)).toEqual(all);
  // as it stands in a packet: elsewhere in memory
  const moved = new Uint8Array(u8.length + 3);
  moved.set(u8, 3);
  expect(readAttrs(moved, 3, u8.length)).toEqual(all);
});

/** APPLETS with spare bytes inside its total. */
function spared(n: number): Uint8Array {
  const u8 = new Uint8Array(APPLETS.length + n);
  u8.set(APPLETS);
  u8[2] += n;
  return u8;
}
test('attributes: spare bytes are accepted', () => {
  expect(readAttrs(spared(100), 0, 163)).toEqual(applets);
});

const empties: [string, string, boolean][] = [
  ['with a spare byte', '00 00 0a 00 00 00 01 00 00 00 00 00', true],
  ['without', '00 00 09 00 00 00 01 00 00 00 00', false],
];
test.each(empties)('attributes: an empty container %s', (_, wire, good) => {
  const u8 = bytes(wire);
  expect(readAttrs(u8, 0, u8.length)).toEqual(good ? { tag: '', attrs: [] } : null);
  if (good) expect(writeAttrs({ tag: '', attrs: [] })).toEqual(u8);
});

test('attributes: no cut of the example is accepted, whatever total it claims', () => {
  for (let n = 0; n < APPLETS.length; n++) {
    expect(readAttrs(APPLETS, 0, n)).toBeNull();
    const cut = APPLETS.slice(0, n);
    if (n >= 6) new DataView(cut.buffer).setUint32(2, n - 2, true);
    expect(readAttrs(cut, 0, n)).toBeNull();
  }
});

const patches: [string, number, number][] = [
  ['flag bit 0', 0, 1],
  ['total beyond the end', 2, 0x3e],
  ['a total of 4 GiB', 5, 0xff],
  ['an empty tag length', 6, 0],
  ['a tag length that misses the NUL', 6, 0x0c],
  ['more attributes than there are', 21, 4],
  ['a key length beyond the end', 24, 0xff],
  ['an unknown type', 29, 8],
  ['a type above the last', 29, 15],
];
test.each(patches)('attributes: refuses %s', (_, at, value) => {
  const u8 = APPLETS.slice();
  // the offsets above: 0 flags, 2 total, 6 tag_len, 21 count, 23 key_len, 29 type of num
  u8[at] = value;
  expect(readAttrs(u8, 0, u8.length)).toBeNull();
});
