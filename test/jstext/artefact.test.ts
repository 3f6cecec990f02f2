// Artefacts: what is written is read, what is damaged or meant for something else is refused with its own code, and the compiler's version is fresh.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ARTDAMAGE, ARTEFACT, ARTFORMAT, ARTKEY } from '../../src/errors/codes';
import { artefactKey, artefactText, digest, openArtefact, pieceCount, pieceText, writeArtefact } from '../../src/jstext/artefact';
import { moduleText, type TextOptions } from '../../src/jstext/module';
import { parseModule } from '../../src/runtime/module';
import { generateCompiler } from '../../tools/gen/compiler';

const wasm = new Uint8Array(readFileSync('examples/c/counter/counter.wasm'));
const PACKAGE = digest(wasm, 0, wasm.length);
const options: TextOptions = { form: 'A', staticBytes: 64, names: false };

function write(pieces: string[], target = 'js', with_ = options) {
  const put = (into: Uint8Array, at: number) => into.set(Buffer.from(pieces.join('')), at);
  const lengths = pieces.map(piece => piece.length);
  return writeArtefact(PACKAGE, target, with_, lengths, put, digest);
}
const opened = (bytes: Uint8Array, hash = PACKAGE) => openArtefact(bytes, hash, digest);
function refusal(work: () => unknown): unknown {
  try {
    work();
    return 0;
  } catch (code) {
    return code;
  }
}

test.each([
  ['no pieces', []],
  ['empty ones', ['', '', '']],
  ['long ones', ['a'.repeat(127), 'b'.repeat(128), 'c'.repeat(70000), 'd']],
  ['many', Array.from({ length: 300 }, (_, i) => `${i};`)],
])('%s come back', (_, pieces) => {
  const artefact = opened(write(pieces, 'js:quickjs', { form: 'B', staticBytes: 65536, names: true }));
  expect(artefact).toMatchObject({ target: 'js:quickjs', options: { form: 'B', staticBytes: 65536, names: true } });
  expect(Array.from({ length: pieceCount(artefact) }, (_, i) => pieceText(artefact, i))).toEqual(pieces);
  expect(artefactText(artefact)).toBe(pieces.join(''));
});

describe('refuses', () => {
  const whole = write(['(function(E){', 'function $0(){}', '})']);
  const changed = (at: number, value: number) => {
    const copy = whole.slice();
    copy[at] = value;
    return copy;
  };
  const longer = new Uint8Array(whole.length + 1);
  longer.set(whole);
  test.each([
    ['nothing', new Uint8Array(0), ARTEFACT],
    ['a module', wasm, ARTEFACT],
    ['a newer format', changed(4, 2), ARTFORMAT],
    ['a byte too many', longer, ARTEFACT],
    ['a byte too few', whole.subarray(0, -1), ARTEFACT],
    ['a key of another', changed(8, whole[8]! ^ 1), ARTKEY],
    ['changed text', changed(whole.length - 1, 32), ARTDAMAGE],
  ])('%s', (_, bytes, code) => expect(refusal(() => opened(bytes))).toBe(code));

  test('another module', () =>
    expect(
      refusal(() =>
        opened(
          whole,
          PACKAGE.replace(/^./, digit => (digit === '0' ? '1' : '0')),
        ),
      ),
    ).toBe(ARTKEY));

  test('every flipped bit and every cut', () => {
    const codes = [ARTEFACT, ARTFORMAT, ARTKEY, ARTDAMAGE];
    for (let at = 0; at < whole.length; at++)
      for (let bit = 1; bit < 256; bit <<= 1) expect(codes).toContain(refusal(() => opened(changed(at, whole[at]! ^ bit))));
    for (let end = 0; end < whole.length; end++) expect(codes).toContain(refusal(() => opened(whole.subarray(0, end))));
  });
});

test('a key is of package, target and options', () => {
  const keys = [
    artefactKey(PACKAGE, 'js', options),
    artefactKey(PACKAGE.replace(/.$/, 'x'), 'js', options),
    artefactKey(PACKAGE, 'js:quickjs', options),
    artefactKey(PACKAGE, 'js', { ...options, form: 'B' }),
    artefactKey(PACKAGE, 'js', { ...options, staticBytes: 65 }),
    artefactKey(PACKAGE, 'js', { ...options, names: true }),
  ];
  expect(new Set(keys).size).toBe(keys.length);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{64}$/);
});

test('texts are ASCII, which is how artefacts hold them', () => {
  for (const form of ['A', 'B'] as const) expect(moduleText(parseModule(wasm), { ...options, form })).toMatch(/^[\0-\x7f]*$/);
});

test.each(Object.entries(generateCompiler()))('%s is fresh (else: npm run gen)', (path, text) => {
  expect(readFileSync(path, 'utf8')).toBe(text);
});
