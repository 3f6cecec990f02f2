// COBS framing, whole and cut anywhere.
import { describe, expect, test } from 'vitest';
import { cobsDecode, cobsEncode } from '../../src/wire/cobs';
import { bytes, hex, random } from './bytes';

const A253 = 'aa '.repeat(253);
const A254 = 'aa '.repeat(254);
// bytes, wire: by hand from the paper
const good: [string, string, string][] = [
  ['nothing', '', '01'],
  ['one 00', '00', '01 01'],
  ['zeros at both ends', '00 11 00', '01 02 11 01'],
  ['zeros inside', '11 22 00 33', '03 11 22 02 33'],
  ['253 bytes', A253, `fe ${A253}`],
  ['254 bytes: no 00 after FF', A254, `ff ${A254}`],
  ['254 bytes, then one', `${A254}bb`, `ff ${A254}02 bb`],
  ['254 bytes, then 00', `${A254}00`, `ff ${A254}01 01`],
];
const bad: [string, string][] = [
  ['a cut block', '05 11'],
  ['a cut second block', '02 11 03 22'],
  ['a block longer than the buffer', `ff ${A254}ff ${A254}`],
  ['an implied 00 beyond the buffer', `ff ${A254}03 11 22 01`],
];

function encode(src: Uint8Array): Uint8Array {
  const wire = new Uint8Array(src.length + Math.floor(src.length / 254) + 1 + 2);
  return wire.subarray(2, cobsEncode(src, 0, src.length, wire, 2));
}

describe('COBS', () => {
  test.each(good)('encodes %s', (_name, plain, wire) => expect(hex(encode(bytes(plain)))).toBe(hex(bytes(wire))));
  test.each(good)('decodes %s', (_name, plain, wire) => {
    const out = new Uint8Array(256);
    const size = cobsDecode(bytes(wire), 0, bytes(wire).length, out);
    expect(hex(out, 0, size)).toBe(hex(bytes(plain)));
  });
  test.each(bad)('refuses %s', (_name, wire) => expect(cobsDecode(bytes(wire), 0, bytes(wire).length, new Uint8Array(256))).toBe(-1));

  test('brings back what it took, and writes no 00', () => {
    const rnd = random(7);
    for (let i = 0; i < 500; i++) {
      const src = Uint8Array.from({ length: Math.floor(rnd() * 600) }, () => (rnd() < 0.02 ? 0 : 1 + rnd() * 255));
      const wire = encode(src);
      expect(wire.includes(0)).toBe(false);
      expect(wire.length).toBeLessThanOrEqual(src.length + Math.floor(src.length / 254) + 1);
      const out = new Uint8Array(src.length);
      expect(cobsDecode(wire, 0, wire.length, out)).toBe(src.length);
      expect(hex(out)).toBe(hex(src));
    }
  });
});
