// CRC-32 and SHA-256 against published values and node:crypto.
import { createHash } from 'node:crypto';
import { crc32 as zlibCrc } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { crc32 } from '../../src/wire/crc32';
import { createSha256, sha256Hex, sha256Update } from '../../src/wire/sha256';
import { ascii, cuts, random } from './bytes';

describe('CRC-32', () => {
  const cases: [string, number][] = [
    ['', 0],
    ['123456789', 0xcbf43926], // the check value of every CRC catalogue
    ['a', 0xe8b7be43],
    ['The quick brown fox jumps over the lazy dog', 0x414fa339],
  ];
  test.each(cases)('of "%s"', (text, want) => {
    const src = ascii(text);
    expect(crc32(src, 0, src.length, 0)).toBe(want);
    for (const [, cut] of cuts) expect(cut(src).reduce((crc, piece) => crc32(piece, 0, piece.length, crc), 0)).toBe(want);
  });
  test.runIf(zlibCrc)('equals zlib', () => {
    const src = Uint8Array.from({ length: 1000 }, (_, i) => (i * i) & 255);
    for (let n = 0; n < src.length; n += 37) expect(crc32(src, n, src.length, 0)).toBe(zlibCrc(src.subarray(n)));
  });
});

describe('SHA-256', () => {
  const of = (pieces: Uint8Array[]) => {
    const s = createSha256();
    for (const piece of pieces) sha256Update(s, piece, 0, piece.length);
    return sha256Hex(s);
  };
  // FIPS 180-4 examples (NIST, "SHA256.pdf" and "SHA2_Additional.pdf")
  const cases: [string, string, string][] = [
    ['nothing', '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'two blocks',
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
    ['a million a', 'a'.repeat(1000000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ];
  test.each(cases)('of %s', (_name, text, want) => expect(of([ascii(text)])).toBe(want));
  test('takes pieces, and equals node:crypto at every length around a block', () => {
    const rnd = random(3);
    for (let n = 0; n < 200; n++) {
      const src = Uint8Array.from({ length: n }, () => rnd() * 256);
      const want = createHash('sha256').update(src).digest('hex');
      for (const [, cut] of cuts) expect(of(cut(src))).toBe(want);
    }
  });
});
