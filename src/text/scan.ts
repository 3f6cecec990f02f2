// Where in a text what begins somewhere ends: strings, comments, runs of characters and digits; and what a string stands for.
// Functions of bytes and places alone. What cannot end is a TextError. Desk only. Spec: core 6.3 Lexical Format.

import { type Bytes, putByte, putBytes, room } from '../binary/bytes';
import { errorAt } from './error';

// Character classes, bits
export const IDCHAR = 1; // may be in words, numbers, identifiers
export const DIGIT = 2;
export const HEX = 4;
export const classes = new Uint8Array(256);
for (let c = 33; c < 127; c++) if (!'"(),;[]{}'.includes(String.fromCharCode(c))) classes[c] = IDCHAR;
for (let c = 48; c < 58; c++) classes[c]! |= DIGIT | HEX;
for (const c of 'abcdefABCDEF') classes[c.charCodeAt(0)]! |= HEX;

/** Length of the UTF-8 sequence at i of bytes[i, end), 0 if there is no well-formed one. */
export function utf8Length(bytes: Uint8Array, i: number, end: number): number {
  const c = bytes[i]!;
  if (c < 0x80) return 1;
  const n = c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
  if (n === 0 || i + n > end) return 0;
  const second = bytes[i + 1]!;
  if (c === 0xe0 ? second < 0xa0 : c === 0xf0 && second < 0x90) return 0;
  if (c === 0xed ? second > 0x9f : c === 0xf4 && second > 0x8f) return 0;
  for (let k = 1; k < n; k++) if (bytes[i + k]! >> 6 !== 2) return 0;
  return n;
}
/** Whether bytes are UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  for (let i = 0, n = 0; i < bytes.length; i += n) {
    n = utf8Length(bytes, i, bytes.length);
    if (n === 0) return false;
  }
  return true;
}
/** Where the character at i ends. */
function character(bytes: Uint8Array, i: number, stop: number): number {
  if (bytes[i]! < 0x80) return i + 1;
  const n = utf8Length(bytes, i, stop);
  if (n === 0) throw errorAt(bytes, i, 'malformed UTF-8 encoding');
  return i + n;
}

/** Where the comment at i ends, before the end of its line. */
export function lineComment(bytes: Uint8Array, i: number, stop: number): number {
  while (i < stop && bytes[i] !== 10 && bytes[i] !== 13) i = character(bytes, i, stop);
  return i;
}
/** Where the comment at `at` ends, with those in it. */
export function blockComment(bytes: Uint8Array, at: number, stop: number): number {
  let depth = 0;
  for (let i = at; i < stop; ) {
    const c = bytes[i];
    if (c === 40 && i + 1 < stop && bytes[i + 1] === 59) {
      depth++;
      i += 2;
    } else if (c === 59 && i + 1 < stop && bytes[i + 1] === 41) {
      i += 2;
      if (--depth === 0) return i;
    } else i = character(bytes, i, stop);
  }
  throw unclosed(bytes, 'comment', at, stop, ';)');
}
/** The error that what began there does not end. */
export function unclosed(bytes: Uint8Array, what: string, at: number, stop: number, expected: string): Error {
  const { line, column } = errorAt(bytes, at, '');
  return errorAt(bytes, stop, `unclosed ${what}, begun at ${line}:${column}`, expected);
}

export const UNCLOSED = 'unclosed string literal';
export const CONTROL = 'illegal control character in string literal';

/** Where the string that begins at `at` ends, after its quote. */
export function stringEnd(bytes: Uint8Array, at: number, stop: number): number {
  let i = at + 1;
  while (i < stop) {
    const c = bytes[i]!;
    if (c === 34) return i + 1;
    if (c === 92) i = escapeEnd(bytes, i, stop);
    else if (c === 10 || c === 13) break;
    else if (c < 32 || c === 127) throw errorAt(bytes, i, CONTROL);
    else i = character(bytes, i, stop);
  }
  throw errorAt(bytes, i, UNCLOSED, '"');
}

/** Of a hexadecimal digit. */
export function hexValue(c: number): number {
  return c < 58 ? c - 48 : (c | 32) - 87;
}
/** What a letter stands for behind a backslash, 0 = nothing. */
const escapes = new Uint8Array(256);
for (const [letter, byte] of [...'n\nr\rt\t\\\\\'\'""'.matchAll(/(.)(.)/gs)].map(m => [m[1]!.charCodeAt(0), m[2]!.charCodeAt(0)]))
  escapes[letter!] = byte!;

function escapeEnd(bytes: Uint8Array, at: number, stop: number): number {
  const next = at + 1 < stop ? bytes[at + 1]! : 0;
  if (escapes[next] !== 0) return at + 2;
  if (at + 2 < stop && (classes[next]! & classes[bytes[at + 2]!]! & HEX) !== 0) return at + 3;
  if (next === 117 && at + 2 < stop && bytes[at + 2] === 123) {
    const close = digits(bytes, at + 3, stop, HEX);
    if (close > at + 3 && close < stop && bytes[close] === 125) {
      const code = codePoint(bytes, at + 3);
      if (code < 0x110000 && (code < 0xd800 || code >= 0xe000)) return close + 1;
    }
  }
  throw errorAt(bytes, at, 'illegal escape', 'one of \\n \\r \\t \\\\ \\\' \\" \\hh \\u{h...}');
}
/** The hexadecimal number at i, up to a brace; one above all code points if it is too large. */
function codePoint(bytes: Uint8Array, i: number): number {
  let code = 0;
  for (; bytes[i] !== 125 && code < 0x110000; i++) if (bytes[i] !== 95) code = code * 16 + hexValue(bytes[i]!);
  return code;
}

const encoder = new TextEncoder();
/** What the string bytes[start, end), with its quotes, stands for, appended. */
export function unescape(out: Bytes, bytes: Uint8Array, start: number, end: number): void {
  room(out, end - start);
  for (let i = start + 1; i < end - 1; i++) {
    const c = bytes[i]!;
    if (c !== 92) {
      out.u8[out.size++] = c;
      continue;
    }
    const letter = bytes[++i]!;
    if (escapes[letter] !== 0) putByte(out, escapes[letter]!);
    else if (letter === 117) {
      putBytes(out, encoder.encode(String.fromCodePoint(codePoint(bytes, i + 2))));
      while (bytes[i] !== 125) i++;
    } else putByte(out, hexValue(letter) * 16 + hexValue(bytes[++i]!));
  }
}

/** The end of the run of identifier characters and strings at i: the longest token there may be. */
export function tokenEnd(bytes: Uint8Array, i: number, stop: number): number {
  while (i < stop) {
    const c = bytes[i]!;
    if (c === 34) i = stringEnd(bytes, i, stop);
    else if ((classes[c]! & IDCHAR) !== 0) i++;
    else break;
  }
  return i;
}

/** A run of digits of a class, single underscores between them, from i on: where it ends, i if there is none. */
export function digits(bytes: Uint8Array, i: number, end: number, digit: number): number {
  let k = i;
  while (k < end && (classes[bytes[k]!]! & digit) !== 0) {
    k++;
    if (k + 1 < end && bytes[k] === 95 && (classes[bytes[k + 1]!]! & digit) !== 0) k++;
  }
  return k;
}

/** Whether that text, of ASCII, stands at i. */
export function spells(bytes: Uint8Array, i: number, text: string): boolean {
  if (i + text.length > bytes.length) return false;
  for (let k = 0; k < text.length; k++) if (bytes[i + k] !== text.charCodeAt(k)) return false;
  return true;
}
