// Text to tokens, in typed arrays: kind, place, and what the parser wants of each at once: a word's number, an identifier's number, a small
// natural's value, a parenthesis' partner. Spaces, comments and annotations are no tokens; annotations the parser knows are kept beside
// them. The whole text is read at once and what no token can be is an error here; a token that no rule wants (`reserved`) is the parser's
// to refuse. A script and all the modules in it are one token array. Desk only. Spec: core 6.3 Lexical Format, annotations 6.3.5.

import { type Bytes, createBytes, putByte } from '../binary/bytes';
import { errorAt, type TextError } from './error';
import { words } from './words';

// Kinds of tokens, and what `value` is.
export const END = 0; // of the text; the last token
export const OPEN = 1; // index of the closing parenthesis, or of END if there is none
export const CLOSE = 2; // index of the opening one, -1 if there is none
export const WORD = 3; // number of the word (words.ts)
export const ID = 4; // number of the identifier: equal names have equal numbers
export const NAT = 5; // the value if it is below 2^31, else -1
export const INT = 6; // the value of a signed integer if it is within 31 bits, else FAR
export const FLOAT = 7;
export const STRING = 8; // 1 if it has escapes
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

const KNOWN = ['custom', 'name', 'metadata.code.branch_hint'];

// Character classes: bit 1 = may be in an identifier, 2 = decimal digit, 4 = space, 8 = hexadecimal digit.
const IDCHAR = 1;
const DIGIT = 2;
const SPACE = 4;
const HEX = 8;
const classes = new Uint8Array(256);
for (let c = 33; c < 127; c++) if (!'"(),;[]{}'.includes(String.fromCharCode(c))) classes[c] = IDCHAR;
for (let c = 48; c < 58; c++) classes[c]! |= DIGIT | HEX;
for (const c of 'abcdefABCDEF') classes[c.charCodeAt(0)]! |= HEX;
for (const c of [9, 10, 13, 32]) classes[c] = SPACE;

/** Strings of bytes by number: an open-addressed table over one pool. */
export interface Atoms {
  pool: Bytes;
  at: number[]; // atom i is pool[at[i], at[i + 1])
  table: Int32Array; // atom + 1 by hash, 0 = free
}
export function createAtoms(): Atoms {
  return { pool: createBytes(1024), at: [0], table: new Int32Array(64) };
}
const hashStep = (h: number, byte: number): number => (Math.imul(h, 31) + byte) | 0;
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let h = 0;
  for (let i = start; i < end; i++) h = hashStep(h, bytes[i]!);
  return h;
}
/** The place in the table of a string of that hash: its atom's, or the free one where it belongs. */
function slotOf(a: Atoms, bytes: Uint8Array, start: number, end: number, hash: number): number {
  const mask = a.table.length - 1;
  const pool = a.pool.u8;
  next: for (let slot = (hash ^ (hash >>> 15)) & mask; ; slot = (slot + 1) & mask) {
    const atom = a.table[slot]! - 1;
    if (atom < 0) return slot;
    let p = a.at[atom]!;
    if (a.at[atom + 1]! - p !== end - start) continue;
    for (let i = start; i < end; i++) if (pool[p++] !== bytes[i]) continue next;
    return slot;
  }
}
export function intern(a: Atoms, bytes: Uint8Array, start: number, end: number): number {
  const hash = hashOf(bytes, start, end);
  let slot = slotOf(a, bytes, start, end, hash);
  if (a.table[slot] !== 0) return a.table[slot]! - 1;
  const count = a.at.length - 1;
  if (count * 2 >= a.table.length) {
    const old = a.table;
    a.table = new Int32Array(old.length * 4);
    for (const atom of old) {
      if (atom === 0) continue;
      const [from, to] = [a.at[atom - 1]!, a.at[atom]!];
      a.table[slotOf(a, a.pool.u8, from, to, hashOf(a.pool.u8, from, to))] = atom;
    }
    slot = slotOf(a, bytes, start, end, hash);
  }
  for (let i = start; i < end; i++) putByte(a.pool, bytes[i]!);
  a.at.push(a.pool.size);
  a.table[slot] = count + 1;
  return count;
}
/** The bytes of an atom, borrowed. */
export function atomBytes(a: Atoms, atom: number): Uint8Array {
  return a.pool.u8.subarray(a.at[atom], a.at[atom + 1]);
}

const keywords = createAtoms();
const encoder = new TextEncoder();
const OFFSET_EQUALS = encoder.encode('offset=');
const ALIGN_EQUALS = encoder.encode('align=');
for (const name of words) intern(keywords, encoder.encode(name), 0, name.length);

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

/** A run of digits of a class, single underscores between them, from i on: where it ends, i if there is none. */
function digits(bytes: Uint8Array, i: number, end: number, digit: number): number {
  let k = i;
  while (k < end && (classes[bytes[k]!]! & digit) !== 0) {
    k++;
    if (k + 1 < end && bytes[k] === 95 && (classes[bytes[k + 1]!]! & digit) !== 0) k++;
  }
  return k;
}

/** Which number bytes[i, end) is: NAT, INT, FLOAT, or RESERVED for none. */
export function numberKind(bytes: Uint8Array, i: number, end: number): number {
  const signed = bytes[i] === 43 || bytes[i] === 45;
  if (signed) i++;
  const c = bytes[i];
  if (c === 105) return end - i === 3 && bytes[i + 1] === 110 && bytes[i + 2] === 102 ? FLOAT : RESERVED; // inf
  if (c === 110) {
    if (end - i < 3 || bytes[i + 1] !== 97 || bytes[i + 2] !== 110) return RESERVED; // nan
    if (end - i === 3) return FLOAT;
    if (end - i < 7 || bytes[i + 3] !== 58 || bytes[i + 4] !== 48 || bytes[i + 5] !== 120) return RESERVED; // :0x
    return digits(bytes, i + 6, end, HEX) === end ? FLOAT : RESERVED;
  }
  const hex = c === 48 && bytes[i + 1] === 120 && end - i > 2;
  const digit = hex ? HEX : DIGIT;
  if (hex) i += 2;
  let k = digits(bytes, i, end, digit);
  if (k === i) return RESERVED;
  if (k === end) return signed ? INT : NAT;
  if (bytes[k] === 46) k = digits(bytes, k + 1, end, digit);
  if (k < end && (bytes[k]! | 32) === (hex ? 112 : 101)) {
    k++;
    if (bytes[k] === 43 || bytes[k] === 45) k++;
    const from = k;
    k = digits(bytes, k, end, DIGIT);
    if (k === from) return RESERVED;
  }
  return k === end ? FLOAT : RESERVED;
}

/** The value of the natural bytes[i, end) if below 2^31, else -1. */
function smallNat(bytes: Uint8Array, i: number, end: number): number {
  const hex = end - i > 2 && bytes[i + 1] === 120;
  let value = 0;
  for (let k = hex ? i + 2 : i; k < end; k++) {
    const c = bytes[k]!;
    if (c === 95) continue;
    value = value * (hex ? 16 : 10) + (c < 58 ? c - 48 : (c | 32) - 87);
    if (value > 0x7fffffff) return -1;
  }
  return value;
}

const hexValue = (c: number): number => (c < 58 ? c - 48 : (c | 32) - 87);
const escapes: Record<number, number> = { 110: 10, 114: 13, 116: 9, 92: 92, 39: 39, 34: 34 };

/** What the string bytes[start, end), with its quotes, stands for, appended. */
export function unescape(out: Bytes, bytes: Uint8Array, start: number, end: number): void {
  for (let i = start + 1; i < end - 1; i++) {
    if (bytes[i] !== 92) {
      putByte(out, bytes[i]!);
      continue;
    }
    const c = bytes[++i]!;
    if (c === 117) {
      let code = 0;
      for (i += 2; bytes[i] !== 125; i++) if (bytes[i] !== 95) code = code * 16 + hexValue(bytes[i]!);
      for (const byte of encoder.encode(String.fromCodePoint(code))) putByte(out, byte);
    } else if (escapes[c] !== undefined) putByte(out, escapes[c]!);
    else putByte(out, hexValue(c) * 16 + hexValue(bytes[++i]!));
  }
}

/** Lexes bytes[from, to) of a text. Throws TextError. */
export function lex(text: string | Uint8Array, from = 0, to?: number): Tokens {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  const stop = to ?? bytes.length;
  const ids = createAtoms();
  const notes: Note[] = [];
  let capacity = 64 + ((stop - from) >> 2);
  let kind = new Uint8Array(capacity);
  let start = new Int32Array(capacity);
  let end = new Int32Array(capacity);
  let value = new Int32Array(capacity);
  let count = 0;
  let open = -1; // the innermost open parenthesis; its `value` is the next outer one until its partner is found
  let i = from;
  let problem: TextError | null = null;

  const fail = (at: number, reason: string, expected = ''): TextError => errorAt(bytes, at, reason, expected);

  const placeOf = (at: number): string => {
    const { line, column } = fail(at, '');
    return `${line}:${column}`;
  };

  function grow(): void {
    capacity *= 2;
    const more = <T extends Uint8Array | Int32Array>(old: T, wider: T): T => {
      wider.set(old);
      return wider;
    };
    kind = more(kind, new Uint8Array(capacity));
    start = more(start, new Int32Array(capacity));
    end = more(end, new Int32Array(capacity));
    value = more(value, new Int32Array(capacity));
  }
  function push(what: number, at: number, v: number): void {
    if (count === capacity) grow();
    kind[count] = what;
    start[count] = at;
    end[count] = i;
    value[count++] = v;
  }

  /** Where the string that begins at `at` ends, after its quote; -1 and `problem` if it does not. */
  function stringEnd(at: number): number {
    let k = at + 1;
    while (k < stop) {
      const c = bytes[k]!;
      if (c === 34) return k + 1;
      if (c === 92) {
        const next = bytes[k + 1]!;
        if (k + 1 < stop && escapes[next] !== undefined) k += 2;
        else if (k + 2 < stop && (classes[next]! & classes[bytes[k + 2]!]! & HEX) !== 0) k += 3;
        else {
          const close = next === 117 && bytes[k + 2] === 123 ? digits(bytes, k + 3, stop, HEX) : k + 3;
          let code = close > k + 3 && bytes[close] === 125 ? 0 : 0x110000;
          for (let d = k + 3; d < close && code < 0x110000; d++) if (bytes[d] !== 95) code = code * 16 + hexValue(bytes[d]!);
          if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
            problem = fail(k, 'illegal escape', 'one of \\n \\r \\t \\\\ \\\' \\" \\hh \\u{h...}');
            return -1;
          }
          k = close + 1;
        }
      } else if (c >= 128) {
        const n = utf8Length(bytes, k, stop);
        if (n === 0) {
          problem = fail(k, 'malformed UTF-8 encoding');
          return -1;
        }
        k += n;
      } else if (c === 10 || c === 13) break;
      else if (c < 32 || c === 127) {
        problem = fail(k, 'illegal control character in string literal');
        return -1;
      } else k++;
    }
    problem = fail(k, 'unclosed string literal', '"');
    return -1;
  }

  /** The end of the run of identifier characters and strings at k: the longest token there may be. */
  function run(k: number): number {
    for (;;) {
      while (k < stop && (classes[bytes[k]!]! & IDCHAR) !== 0) k++;
      if (k >= stop || bytes[k] !== 34) return k;
      const close = stringEnd(k);
      if (close < 0) throw problem;
      k = close;
    }
  }

  function lineComment(): void {
    while (i < stop && bytes[i] !== 10 && bytes[i] !== 13) {
      if (bytes[i]! < 0x80) {
        i++;
        continue;
      }
      const n = utf8Length(bytes, i, stop);
      if (n === 0) throw fail(i, 'malformed UTF-8 encoding');
      i += n;
    }
  }
  function blockComment(): void {
    const at = i;
    let depth = 0;
    while (i < stop) {
      const c = bytes[i];
      if (c === 40 && bytes[i + 1] === 59 && i + 1 < stop) {
        depth++;
        i += 2;
      } else if (c === 59 && bytes[i + 1] === 41 && i + 1 < stop) {
        i += 2;
        if (--depth === 0) return;
      } else {
        const n = utf8Length(bytes, i, stop);
        if (n === 0) throw fail(i, 'malformed UTF-8 encoding');
        i += n;
      }
    }
    throw fail(stop, `unclosed comment, begun at ${placeOf(at)}`, ';)');
  }

  /** The name of the annotation at i, which is behind it then. */
  function noteName(): string {
    const at = i;
    i += 2;
    const out = createBytes(32);
    if (bytes[i] === 34 && i < stop) {
      const close = stringEnd(i);
      if (close < 0)
        throw problem!.reason.startsWith('illegal control') || problem!.reason.startsWith('unclosed')
          ? fail(at, 'empty annotation id')
          : problem;
      unescape(out, bytes, i, close);
      for (let k = 0, n = 0; k < out.size; k += n) {
        n = utf8Length(out.u8, k, out.size);
        if (n === 0) throw fail(i, 'malformed UTF-8 encoding');
      }
      i = close;
    } else while (i < stop && (classes[bytes[i]!]! & IDCHAR) !== 0) putByte(out, bytes[i++]!);
    if (out.size === 0) throw fail(at, 'empty annotation id');
    return new TextDecoder().decode(out.u8.subarray(0, out.size));
  }

  /** Passes the annotation at i with all in it. */
  function annotation(): void {
    const at = i;
    const name = noteName();
    const content = i;
    for (let depth = 1; depth > 0; ) {
      if (i >= stop) throw fail(stop, `unclosed annotation, begun at ${placeOf(at)}`, ')');
      const c = bytes[i]!;
      const next = i + 1 < stop ? bytes[i + 1]! : 0;
      if (c === 40 && next === 59) blockComment();
      else if (c === 59 && next === 59) lineComment();
      else if (c === 40 && next === 64 && i + 2 < stop && (bytes[i + 2] === 34 || (classes[bytes[i + 2]!]! & IDCHAR) !== 0)) {
        noteName();
        depth++;
      } else if (c === 40 || c === 41) {
        depth += c === 40 ? 1 : -1;
        i++;
      } else if (c === 34 || (classes[c]! & IDCHAR) !== 0) {
        const first = i;
        i = run(i);
        if (c === 36 && i === first + 1) throw fail(first, 'empty identifier');
      } else if ((classes[c]! & SPACE) !== 0 || ',;[]{}'.includes(String.fromCharCode(c))) i++;
      else throw fail(i, utf8Length(bytes, i, stop) === 0 ? 'malformed UTF-8 encoding' : 'illegal character', 'a token or )');
    }
    if (KNOWN.includes(name)) notes.push({ name, before: count, at, from: content, to: i - 1 });
  }

  /** `$name` or `$"name"` at i. */
  function identifier(): void {
    const at = i;
    if (bytes[i + 1] !== 34 || i + 1 >= stop) {
      i = run(i + 1);
      if (i === at + 1) throw fail(at, 'empty identifier', 'a name after $');
      const quoted = bytes.subarray(at, i).includes(34);
      push(quoted ? RESERVED : ID, at, quoted ? 0 : intern(ids, bytes, at + 1, i));
      return;
    }
    const close = stringEnd(at + 1);
    if (close < 0)
      throw problem!.reason.startsWith('illegal control') || problem!.reason.startsWith('unclosed')
        ? fail(at, 'empty identifier')
        : problem;
    i = run(close);
    if (i > close) {
      push(RESERVED, at, 0);
      return;
    }
    const name = createBytes(close - at);
    unescape(name, bytes, at + 1, close);
    if (name.size === 0) throw fail(at, 'empty identifier', 'a name after $');
    for (let k = 0, n = 0; k < name.size; k += n) {
      n = utf8Length(name.u8, k, name.size);
      if (n === 0) throw fail(at, 'malformed UTF-8 encoding');
    }
    push(ID, at, intern(ids, name.u8, 0, name.size));
  }

  /** A word or number at i, or something reserved. */
  function atom(): void {
    const at = i;
    let hash = 0;
    while (i < stop && (classes[bytes[i]!]! & IDCHAR) !== 0) hash = hashStep(hash, bytes[i++]!);
    if (i < stop && bytes[i] === 34) {
      i = run(i);
      push(RESERVED, at, 0);
      return;
    }
    const c = bytes[at]!;
    if (c >= 97 && c <= 122) {
      const found = keywords.table[slotOf(keywords, bytes, at, i, hash)]! - 1;
      if (found >= 0) push(WORD, at, found);
      else if (c === 111 || c === 97) assignment(at);
      else push(numberKind(bytes, at, i), at, 0);
    } else {
      const what = (classes[c]! & DIGIT) !== 0 || c === 43 || c === 45 ? numberKind(bytes, at, i) : RESERVED;
      let v = 0;
      if (what === NAT) v = smallNat(bytes, at, i);
      else if (what === INT) {
        v = smallNat(bytes, at + 1, i);
        v = v < 0 ? FAR : c === 45 ? -v : v;
      }
      push(what, at, v);
    }
  }
  /** offset= or align= and a natural. */
  function assignment(at: number): void {
    const what = bytes[at] === 111 ? OFFSET : ALIGN;
    const name = what === OFFSET ? OFFSET_EQUALS : ALIGN_EQUALS;
    let k = 0;
    while (k < name.length && bytes[at + k] === name[k]) k++;
    const digit = bytes[at + k]!;
    if (k === name.length && at + k < i && (classes[digit]! & DIGIT) !== 0 && numberKind(bytes, at + k, i) === NAT)
      push(what, at, smallNat(bytes, at + k, i));
    else push(RESERVED, at, 0);
  }

  while (i < stop) {
    const c = bytes[i]!;
    const class_ = classes[c]!;
    if ((class_ & SPACE) !== 0) i++;
    else if (c === 36) identifier();
    else if ((class_ & IDCHAR) !== 0) atom();
    else if (c === 40) {
      const next = i + 1 < stop ? bytes[i + 1] : 0;
      if (next === 59) blockComment();
      else if (next === 64) annotation();
      else {
        i++;
        push(OPEN, i - 1, open);
        open = count - 1;
      }
    } else if (c === 41) {
      i++;
      push(CLOSE, i - 1, open);
      if (open >= 0) {
        const outer = value[open]!;
        value[open] = count - 1;
        open = outer;
      }
    } else if (c === 34) {
      const at = i;
      const close = stringEnd(at);
      if (close < 0) throw problem;
      i = run(close);
      const escaped = i === close && bytes.subarray(at, close).includes(92);
      push(i > close ? RESERVED : STRING, at, escaped ? 1 : 0);
    } else if (c === 59 && bytes[i + 1] === 59 && i + 1 < stop) lineComment();
    else if (',;[]{}'.includes(String.fromCharCode(c))) {
      i++;
      push(RESERVED, i - 1, 0);
    } else throw fail(i, utf8Length(bytes, i, stop) === 0 ? 'malformed UTF-8 encoding' : 'illegal character', 'a token');
  }
  push(END, stop, 0);
  while (open >= 0) {
    const outer = value[open]!;
    value[open] = count - 1;
    open = outer;
  }
  return { bytes, count, kind, start, end, value, notes, ids };
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
  return out.u8.subarray(0, out.size);
}
/** The text a string token stands for; throws if it is no UTF-8. */
export function stringName(t: Tokens, i: number): string {
  const bytes = stringBytes(t, i);
  for (let k = 0, n = 0; k < bytes.length; k += n) {
    n = utf8Length(bytes, k, bytes.length);
    if (n === 0) throw errorAt(t.bytes, t.start[i]!, 'malformed UTF-8 encoding', 'a name in UTF-8');
  }
  return decoder.decode(bytes);
}

/** The error that token i, or the form it opens, may not stand here: its reason says whether the word could stand anywhere. */
export function unexpected(t: Tokens, i: number, expected: string): TextError {
  if (t.kind[i] === OPEN && (t.kind[i + 1] === WORD || t.kind[i + 1] === RESERVED)) i++;
  if (t.kind[i] === END) return errorAt(t.bytes, t.start[i]!, 'unexpected token at the end of the text', expected);
  const text = tokenText(t, i);
  const shown = text.length > 40 ? text.slice(0, 40) + '...' : text;
  return errorAt(t.bytes, t.start[i]!, `${t.kind[i] === RESERVED ? 'unknown operator' : 'unexpected token'} ${shown}`, expected);
}
/** The error that something is wrong about token i. */
export function wrong(t: Tokens, i: number, reason: string, expected = ''): TextError {
  return errorAt(t.bytes, t.start[i]!, reason, expected);
}
