// Text to tokens (tokens.ts). Spaces, comments and annotations are no tokens; annotations the parser knows are kept beside them. The whole text is
// read at once and what no token can be is an error here; a token that no rule wants (RESERVED) is the parser's to refuse. A script and all
// the modules in it are one token array. Desk only. Spec: core 6.3 Lexical Format, annotations 6.3.5.

import { createBytes, view } from '../binary/bytes';
import { createAtoms, find, hashStep, intern } from './atoms';
import { errorAt, TextError } from './error';
import { naturalValue, numberKind } from './literal';
import * as scan from './scan';
import { classes, DIGIT, IDCHAR } from './scan';
import { ALIGN, CLOSE, END, FAR, ID, INT, NAT, type Note, OFFSET, OPEN, RESERVED, STRING, type Tokens, WORD } from './tokens';
import { words } from './words';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const NOTES = ['custom', 'name', 'metadata.code.branch_hint']; // those that the parser knows

const keywords = createAtoms(2048);
const encoder = new TextEncoder();
for (const name of words) intern(keywords, encoder.encode(name), 0, name.length);

// What begins with a byte
const ILLEGAL = 0;
const SPACE = 1;
const LETTER = 2; // a word, or one of the numbers inf and nan
const FIGURE = 3; // a number
const SIGN = 4;
const DOLLAR = 5;
const QUOTE = 6;
const PARENTHESIS = 7;
const CLOSING = 8;
const SEMICOLON = 9;
const PUNCTUATION = 10; // a reserved token of one character
const OTHER = 11; // a reserved token of many
const firsts = new Uint8Array(256);
for (let c = 33; c < 127; c++)
  firsts[c] = (classes[c]! & DIGIT) !== 0 ? FIGURE : c >= 97 && c <= 122 ? LETTER : classes[c] === 0 ? PUNCTUATION : OTHER;
for (const c of ' \t\r\n') firsts[c.charCodeAt(0)] = SPACE;
for (const c of '+-') firsts[c.charCodeAt(0)] = SIGN;
firsts[36] = DOLLAR;
firsts[34] = QUOTE;
firsts[40] = PARENTHESIS;
firsts[41] = CLOSING;
firsts[59] = SEMICOLON;

/** Lexes bytes[from, to) of a text. Throws TextError. */
export function lex(text: string | Uint8Array, from = 0, to?: number): Tokens {
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  const stop = to ?? bytes.length;
  const ids = createAtoms();
  const notes: Note[] = [];
  let capacity = 64 + ((stop - from) >> 4);
  let kind = new Uint8Array(capacity);
  let start = new Int32Array(capacity);
  let end = new Int32Array(capacity);
  let value = new Int32Array(capacity);
  let count = 0;
  let open = -1; // the innermost open parenthesis; its `value` is the next outer one until its partner is found
  let i = from;
  while (i < stop) {
    const at = i;
    const c = bytes[i++]!;
    let what = RESERVED;
    let v = 0;
    switch (firsts[c]) {
      case SPACE:
        while (i < stop && bytes[i] === 32) i++;
        continue;
      case LETTER: {
        let hash = c;
        while (i < stop && (classes[bytes[i]!]! & IDCHAR) !== 0) hash = hashStep(hash, bytes[i++]!);
        if (i < stop && bytes[i] === 34) i = scan.tokenEnd(bytes, i, stop);
        else {
          v = find(keywords, bytes, at, i, hash);
          what = v >= 0 ? WORD : otherWord(bytes, at, i);
          if (what === OFFSET) v = naturalValue(bytes, at + 7, i);
          else if (what === ALIGN) v = naturalValue(bytes, at + 6, i);
        }
        break;
      }
      case FIGURE: {
        v = c - 48;
        for (let d = 0; i < stop && (d = bytes[i]! - 48) >= 0 && d < 10 && i < at + 9; i++) v = v * 10 + d;
        what = NAT;
        if (i === stop || ((classes[bytes[i]!]! & IDCHAR) === 0 && bytes[i] !== 34)) break;
        i = scan.tokenEnd(bytes, i, stop);
        what = numberKind(bytes, at, i);
        if (what === NAT) v = naturalValue(bytes, at, i);
        break;
      }
      case SIGN:
        i = scan.tokenEnd(bytes, i, stop);
        what = numberKind(bytes, at, i);
        if (what === INT) {
          v = naturalValue(bytes, at + 1, i);
          v = v < 0 ? FAR : c === 45 ? -v : v;
        }
        break;
      case DOLLAR: {
        const quoted = i < stop && bytes[i] === 34;
        if (quoted) i = quotedEnd(bytes, i, stop, at, 'empty identifier');
        else while (i < stop && (classes[bytes[i]!]! & IDCHAR) !== 0) i++;
        if (i === at + 1) throw errorAt(bytes, at, 'empty identifier', 'a name after $');
        const close = i;
        i = scan.tokenEnd(bytes, i, stop);
        if (i > close) break;
        what = ID;
        if (!quoted) v = intern(ids, bytes, at + 1, i);
        else {
          const name = quotedName(bytes, at + 1, i, at, 'empty identifier');
          v = intern(ids, name, 0, name.length);
        }
        break;
      }
      case QUOTE: {
        const close = scan.stringEnd(bytes, at, stop);
        i = scan.tokenEnd(bytes, close, stop);
        if (i === close) what = STRING;
        break;
      }
      case PARENTHESIS:
        if (i < stop && bytes[i] === 59) {
          i = scan.blockComment(bytes, at, stop);
          continue;
        }
        if (i < stop && bytes[i] === 64) {
          i = annotation(bytes, at, stop, notes, count);
          continue;
        }
        what = OPEN;
        v = open;
        open = count;
        break;
      case CLOSING:
        what = CLOSE;
        v = open;
        if (open < 0) break;
        open = value[open]!;
        value[v] = count;
        break;
      case SEMICOLON:
        if (i === stop || bytes[i] !== 59) break;
        i = scan.lineComment(bytes, i, stop);
        continue;
      case PUNCTUATION:
        break;
      case OTHER:
        i = scan.tokenEnd(bytes, i, stop);
        break;
      case ILLEGAL:
        throw illegal(bytes, at, stop, 'a token');
    }
    if (count + 1 === capacity) {
      capacity *= 2; // there is always room for END
      kind = longer(kind, new Uint8Array(capacity));
      start = longer(start, new Int32Array(capacity));
      end = longer(end, new Int32Array(capacity));
      value = longer(value, new Int32Array(capacity));
    }
    kind[count] = what;
    start[count] = at;
    end[count] = i;
    value[count++] = v;
  }
  kind[count] = END;
  start[count] = end[count] = stop;
  while (open >= 0) {
    const outer = value[open]!;
    value[open] = count;
    open = outer;
  }
  return { bytes, count: count + 1, kind, start, end, value, notes, ids };
}

function longer<T extends Uint8Array | Int32Array>(old: T, into: T): T {
  into.set(old);
  return into;
}

/** The kind of bytes[at, end), which begin with a letter and are no keyword. */
function otherWord(bytes: Uint8Array, at: number, end: number): number {
  const what = scan.spells(bytes, at, 'offset=') ? OFFSET : scan.spells(bytes, at, 'align=') ? ALIGN : 0;
  if (what === 0) return numberKind(bytes, at, end);
  const from = at + (what === OFFSET ? 7 : 6);
  return from < end && numberKind(bytes, from, end) === NAT ? what : RESERVED;
}

function illegal(bytes: Uint8Array, at: number, stop: number, expected: string): TextError {
  if (at === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
    return errorAt(bytes, 0, 'illegal character: a byte order mark', expected);
  return errorAt(bytes, at, scan.utf8Length(bytes, at, stop) === 0 ? 'malformed UTF-8 encoding' : 'illegal character', expected);
}

/** Where the string at i ends, which is a name of what begins at `at`: `empty` is said of one that is no string at all. */
function quotedEnd(bytes: Uint8Array, i: number, stop: number, at: number, empty: string): number {
  try {
    return scan.stringEnd(bytes, i, stop);
  } catch (error) {
    if (error instanceof TextError && (error.reason === scan.UNCLOSED || error.reason === scan.CONTROL)) throw errorAt(bytes, at, empty);
    throw error;
  }
}
/** What the string bytes[i, end) stands for, which is a name and not empty. */
function quotedName(bytes: Uint8Array, i: number, end: number, at: number, empty: string): Uint8Array {
  const out = createBytes(end - i);
  scan.unescape(out, bytes, i, end);
  if (out.size === 0) throw errorAt(bytes, at, empty, 'a name');
  if (!scan.isUtf8(view(out))) throw errorAt(bytes, i, 'malformed UTF-8 encoding');
  return view(out);
}

const EMPTY_NOTE = 'empty annotation id';
/** Where the name of the annotation at `at` ends. */
function noteNameEnd(bytes: Uint8Array, at: number, stop: number): number {
  let i = at + 2;
  if (i < stop && bytes[i] === 34) i = quotedEnd(bytes, i, stop, at, EMPTY_NOTE);
  else while (i < stop && (classes[bytes[i]!]! & IDCHAR) !== 0) i++;
  if (i === at + 2) throw errorAt(bytes, at, EMPTY_NOTE);
  return i;
}
function noteName(bytes: Uint8Array, at: number, end: number): string {
  return decoder.decode(bytes[at + 2] === 34 ? quotedName(bytes, at + 2, end, at, EMPTY_NOTE) : bytes.subarray(at + 2, end));
}

/** Where the annotation at `at` ends, with all in it. One that the parser knows is noted as before token `before`. */
function annotation(bytes: Uint8Array, at: number, stop: number, notes: Note[], before: number): number {
  const from = noteNameEnd(bytes, at, stop);
  const name = noteName(bytes, at, from);
  let i = from;
  for (let depth = 1; depth > 0; ) {
    if (i >= stop) throw scan.unclosed(bytes, 'annotation', at, stop, ')');
    const first = firsts[bytes[i]!];
    const next = i + 1 < stop ? bytes[i + 1]! : 0;
    if (first === PARENTHESIS && next === 59) i = scan.blockComment(bytes, i, stop);
    else if (first === SEMICOLON && next === 59) i = scan.lineComment(bytes, i, stop);
    else if (first === PARENTHESIS || first === CLOSING) {
      depth += first === PARENTHESIS ? 1 : -1;
      const inner = i++;
      if (first === PARENTHESIS && next === 64 && i + 1 < stop && (bytes[i + 1] === 34 || (classes[bytes[i + 1]!]! & IDCHAR) !== 0)) {
        i = noteNameEnd(bytes, inner, stop);
        noteName(bytes, inner, i);
      }
    } else if (first === ILLEGAL) throw illegal(bytes, i, stop, 'a token or )');
    else if (first === SPACE || first === SEMICOLON || first === PUNCTUATION) i++;
    else {
      const token = i;
      i = scan.tokenEnd(bytes, i, stop);
      if (first === DOLLAR && i === token + 1) throw errorAt(bytes, token, 'empty identifier');
    }
  }
  if (NOTES.includes(name)) notes.push({ name, before, at, from, to: i - 1 });
  return i;
}
