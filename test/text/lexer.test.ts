// Tokens: what each piece of text is, where tokens may touch, strings and identifiers by their contents, comments and annotations; and
// what no token can be, with its place.

import { expect, test } from 'vitest';
import { atomBytes } from '../../src/text/atoms';
import { TextError } from '../../src/text/error';
import * as L from '../../src/text/lexer';
import { stringBytes } from '../../src/text/tokens';

const KINDS = ['END', '(', ')', 'word', 'id', 'nat', 'int', 'float', 'string', 'offset', 'align', 'reserved'];
const kinds = (text: string | Uint8Array): string => {
  const t = L.lex(text);
  return [...t.kind.subarray(0, t.count - 1)].map(kind => KINDS[kind]).join(' ');
};

test.each([
  ['', ''],
  ['(module)', '( word )'],
  ['i32.const 0', 'word nat'],
  ['i32.const0', 'reserved'],
  ['0 0x0 1_000 0xA_b', 'nat nat nat nat'],
  ['+0 -0x1_0', 'int int'],
  [
    '1. 1.5 1e5 1E-5 0x1p3 0x.8 0x1.8p+3 inf -inf nan +nan:0x1 1_0.0_1e1_0',
    'float float float float float reserved float float float float float float',
  ],
  ['.5 1_ _1 1__0 0x 0xg 1e 1e+ 0x1p nan:1 nan:0x 0X1 infinity', Array(13).fill('reserved').join(' ')],
  ['nan:canonical nan:arithmetic', 'word word'],
  ['offset=0 offset=0x10 align=8', 'offset offset align'],
  ['offset=-1 offset= align=x offset =', 'reserved reserved reserved word reserved'],
  ['$a $"a" $0 $$', 'id id id id'],
  ['$"a"b $a"b" "a"b "a""b" b"a" "a"$b', 'reserved reserved reserved reserved reserved reserved'],
  ['"a" "b"', 'string string'],
  ['"a"(nop)"b"', 'string ( word ) string'],
  [', ; [ ] { }', 'reserved reserved reserved reserved reserved reserved'],
  ['get_local Func', 'reserved reserved'],
  ['nop;;drop\nnop ;; (;\r nop', 'word word word'],
  ['nop(; (; ;) ;; ;)drop', 'word word'],
  ['(;é;) "é" ;; é', 'string'],
  ['(@a) nop (@"a b" ( ) "x" , (@b)) (@@)', 'word'],
])('%s', (text, expected) => {
  expect(kinds(text)).toBe(expected);
});

test('identifiers are equal by content', () => {
  const t = L.lex('$A $"A" $"\\41" $"\\u{41}" $B $"\\t" $"\\09"');
  expect([...t.value.subarray(0, 7)]).toEqual([0, 0, 0, 0, 1, 2, 2]);
  expect([...atomBytes(t.ids, 1)]).toEqual([66]);
});

test('many identifiers keep their numbers', () => {
  const names = Array.from({ length: 5000 }, (_, i) => `$x${(i * 7919) % 5000}`);
  const t = L.lex([...names, ...names].join(' '));
  expect(names.every((_, i) => t.value[i] === t.value[i + 5000])).toBe(true);
  expect(new Set(t.value.subarray(0, 5000)).size).toBe(5000);
});

test('parentheses know their partners', () => {
  const t = L.lex('(())) (');
  expect([...t.value.subarray(0, 6)]).toEqual([3, 2, 1, 0, -1, 6]);
});

test.each([
  ['"\\n\\r\\t\\\\\\\'\\"\\00\\fF"', [10, 13, 9, 92, 39, 34, 0, 255]],
  ['"\\u{0}\\u{e9}\\u{2_0aC}\\u{10ffff}"', [0, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf4, 0x8f, 0xbf, 0xbf]],
  ['"é;;(;"', [0xc3, 0xa9, 59, 59, 40, 59]],
])('string %s', (text, expected) => {
  expect([...stringBytes(L.lex(text), 0)]).toEqual(expected);
});

test('annotations that are known are kept with their content', () => {
  const t = L.lex('(module (@name "x") (@other "y") (@custom "z" (after func)))');
  expect(t.notes.map(note => [note.name, note.before, note.at])).toEqual([
    ['name', 2, 8],
    ['custom', 2, 33],
  ]);
});

const bytes = (...parts: (string | number)[]) =>
  Uint8Array.from(parts.flatMap(p => (typeof p === 'string' ? [...p].map(c => c.charCodeAt(0)) : [p])));
test.each<[string | Uint8Array, number, number, string]>([
  ['nop\n  é', 2, 3, 'illegal character'],
  ['nop \0', 1, 5, 'illegal character'],
  [bytes('nop ', 0x80), 1, 5, 'malformed UTF-8 encoding'],
  [bytes(';; ', 0xc0, 0x80), 1, 4, 'malformed UTF-8 encoding'],
  [bytes('"', 0xed, 0xa0, 0x80, '"'), 1, 2, 'malformed UTF-8 encoding'],
  ['(; é\r\n(; ;)', 2, 6, 'unclosed comment, begun at 1:1'],
  ['nop\r"abc\rnop', 2, 5, 'unclosed string literal'],
  ['"a\tb"', 1, 3, 'illegal control character in string literal'],
  ['"é\\x"', 1, 3, 'illegal escape'],
  ['"\\u{d800}"', 1, 2, 'illegal escape'],
  ['"\\u{110000}"', 1, 2, 'illegal escape'],
  ['"\\u{}"', 1, 2, 'illegal escape'],
  ['$', 1, 1, 'empty identifier'],
  ['$""', 1, 1, 'empty identifier'],
  ['$"\\ff"', 1, 2, 'malformed UTF-8 encoding'],
  ['(@)', 1, 1, 'empty annotation id'],
  ['(@"")', 1, 1, 'empty annotation id'],
  ['(@"\\ff")', 1, 3, 'malformed UTF-8 encoding'],
  ['\n(@a (b)', 2, 8, 'unclosed annotation, begun at 2:1'],
  ['(@a é)', 1, 5, 'illegal character'],
])('%s', (text, line, column, reason) => {
  let error: unknown;
  try {
    L.lex(text);
  } catch (e) {
    error = e;
  }
  expect(error).toBeInstanceOf(TextError);
  expect(error).toMatchObject({ line, column, reason });
});

test('an error shows its line with a caret, of a long one a part', () => {
  const shown = (text: string) => {
    try {
      L.lex(text);
      return '';
    } catch (e) {
      return (e as Error).message;
    }
  };
  expect(shown('(module\n\t(func é))')).toBe('2:8: illegal character, expected a token\n\t(func é))\n\t      ^');
  const [, line, caret] = shown(`${'nop '.repeat(100000)}\x01${' nop'.repeat(100000)}`).split('\n') as [string, string, string];
  expect(line.length).toBe(120);
  expect(line[caret.length - 1]).toBe('·');
});
