// Tokens of a text, in typed arrays: kind, place, and what the parser wants of each at once: a word's number, an identifier's number, a small
// natural's value, a parenthesis' partner. What is made of them in errors and strings. lexer.ts makes them. Desk only.
// Spec: core 6.3 Lexical Format.

import { type Bytes, createBytes, view } from '../binary/bytes';
import type { Atoms } from './atoms';
import { errorAt, type TextError } from './error';
import { isUtf8, unescape } from './scan';

// Kinds of tokens, and what `value` is.
export const END = 0; // of the text; the last token
export const OPEN = 1; // index of the closing parenthesis, or of END if there is none
export const CLOSE = 2; // index of the opening one, -1 if there is none
export const WORD = 3; // number of the word (words.ts)
export const ID = 4; // number of the identifier: equal names have equal numbers
export const NAT = 5; // the value if it is below 2^31, else -1
export const INT = 6; // the value of a signed integer if it is within 31 bits, else FAR
export const FLOAT = 7;
export const STRING = 8;
export const OFFSET = 9; // offset=N, valued as NAT
export const ALIGN = 10; // align=N
export const RESERVED = 11;

export const FAR = -0x80000000; // what an INT's value is when it must be read from the text

/** An annotation the parser knows. Its content is text: lex(bytes, from, to). */
export interface Note {
  name: string;
  /** The index of the token after it. */
  before: number;
  at: number; // its place in the text
  from: number; // its content
  to: number;
}

export interface Tokens {
  bytes: Uint8Array; // the text
  count: number; // of tokens with END; the arrays may be longer
  kind: Uint8Array;
  start: Int32Array; // token i is bytes[start[i], end[i])
  end: Int32Array;
  value: Int32Array;
  notes: Note[];
  ids: Atoms;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The token as it is written. */
export function tokenText(t: Tokens, i: number): string {
  return decoder.decode(t.bytes.subarray(t.start[i], t.end[i]));
}
/** Appends what the string tokens from i on stand for; returns the index after them. */
export function putStrings(out: Bytes, t: Tokens, i: number): number {
  for (; t.kind[i] === STRING; i++) unescape(out, t.bytes, t.start[i]!, t.end[i]!);
  return i;
}
/** The bytes a string token stands for. */
export function stringBytes(t: Tokens, i: number): Uint8Array {
  const out = createBytes(t.end[i]! - t.start[i]!);
  unescape(out, t.bytes, t.start[i]!, t.end[i]!);
  return view(out);
}
/** The text a string token stands for; throws if it is no UTF-8. */
export function stringName(t: Tokens, i: number): string {
  const bytes = stringBytes(t, i);
  if (!isUtf8(bytes)) throw errorAt(t.bytes, t.start[i]!, 'malformed UTF-8 encoding', 'a name in UTF-8');
  return decoder.decode(bytes);
}

/** The error that token i, or the form it opens, may not stand here: its reason says whether the word could stand anywhere. */
export function unexpected(t: Tokens, i: number, expected: string): TextError {
  if (t.kind[i] === OPEN && (t.kind[i + 1] === WORD || t.kind[i + 1] === RESERVED)) i++;
  if (t.kind[i] === END) return errorAt(t.bytes, t.start[i]!, `unexpected token at the end of the text${unclosed(t, i)}`, expected);
  const text = tokenText(t, i);
  const shown = text.length > 40 ? text.slice(0, 40) + '...' : text;
  return errorAt(t.bytes, t.start[i]!, `${t.kind[i] === RESERVED ? 'unknown operator' : 'unexpected token'} ${shown}`, expected);
}
/** Which parenthesis is still open at the end, if one is: the innermost. */
function unclosed(t: Tokens, end: number): string {
  let i = end - 1;
  while (i >= 0 && (t.kind[i] !== OPEN || t.value[i] !== end)) i--;
  if (i < 0) return '';
  const { line, column } = errorAt(t.bytes, t.start[i]!, '');
  return `: the parenthesis at ${line}:${column} is not closed`;
}
/** The error that something is wrong about token i. */
export function wrong(t: Tokens, i: number, reason: string, expected = ''): TextError {
  return errorAt(t.bytes, t.start[i]!, reason, expected);
}
