// UTF-8 from and to Latin-1 strings of bytes.
import { describe, expect, test } from 'vitest';
import { UTF8_BAD, utf8At, utf8Bytes, utf8Read, utf8Size } from '../../src/wire/utf8';
import { bytes, hex } from './bytes';

const cases: [string, string, string][] = [
  ['ASCII', 'A\x00\x7f', '41 00 7f'],
  ['two bytes', '\x80\xfc\u07ff', 'c2 80 c3 bc df bf'],
  ['three bytes', '\u0800\u20ac\uffff', 'e0 a0 80 e2 82 ac ef bf bf'],
  ['four bytes', '\u{10000}\u{1f600}\u{10ffff}', 'f0 90 80 80 f0 9f 98 80 f4 8f bf bf'],
];
const wrong: [string, string, string][] = [
  ['a lone continuation', '41 80 42', 'A\ufffdB'],
  ['an overlong form', 'c0 80', '\ufffd\ufffd'],
  ['an overlong third', 'e0 9f bf', '\ufffd\ufffd\ufffd'],
  ['a surrogate', 'ed a0 80', '\ufffd\ufffd\ufffd'],
  ['beyond U+10FFFF', 'f4 90 80 80', '\ufffd\ufffd\ufffd\ufffd'],
  ['a cut sequence', 'e2 82', '\ufffd\ufffd'],
  ['FE and FF', 'fe ff', '\ufffd\ufffd'],
];

describe('UTF-8', () => {
  test.each(cases)('%s', (_name, text, wire) => {
    expect(hex(utf8Bytes(text))).toBe(wire);
    expect(utf8Size(text)).toBe(bytes(wire).length);
    expect(utf8Read(bytes(wire), 0, bytes(wire).length)).toBe(text);
  });
  test.each(wrong)('reads %s without harm', (_name, wire, text) => expect(utf8Read(bytes(wire), 0, bytes(wire).length)).toBe(text));
  test('writes a lone surrogate as U+FFFD', () => expect(hex(utf8Bytes('\ud800A\udc00'))).toBe('ef bf bd 41 ef bf bd'));
  test('does not look beyond the end', () => expect(utf8At(bytes('41 c3 bc'), 1, 2)).toBe(UTF8_BAD));
});
