// compile, and run with what it makes: the same programs, the same output; an artefact that is not good is a warning.

import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { terminal } from './terminal';

const dir = mkdtempSync(join(tmpdir(), 'wasmote-compile-'));
const home = join(dir, 'home');
const wasmote = terminal({ WASMOTE_HOME: home });
const COUNTER = 'examples/c/counter/counter.wasm';
const art = (file: string) => join(dir, `${basename(file)}.js.art`);

const SHARED = '../shared/apps/wasm';
const WORDS = 'the quick brown fox\njumps over the extraordinarily lazy dog\n';
/** A program with its arguments, its standard input, and whether it is not for form B: that cannot sleep, and does not know where a native was called. */
const programs: [line: string, input?: string, onlyA?: boolean][] = [
  ['examples/c/hello/hello.wasm --timeout 300'],
  ['examples/c/trap/trap.wasm --invoke on_timer 1', '', true],
  ['examples/wasi/countdown/countdown.wasm 3', '', true],
  [`--env MOTE=dust ${SHARED}/hello.wasm one two`],
  [`${SHARED}/wordcount.wasm`, WORDS],
  [`${SHARED}/clock.wasm`, '', true],
  [`${SHARED}/tally.wasm abracadabra zoo`],
  [`${SHARED}/sensor.wasm`],
];
const fileOf = (line: string) => line.split(' ').find(word => word.endsWith('.wasm'))!;

describe.each(programs.filter(([line]) => existsSync(fileOf(line))))('%s', (line, input = '', onlyA = false) => {
  const run = async (options: string) => {
    const { code, out, err } = await wasmote(`run ${options} ${line}`, undefined, undefined, input);
    return { code, out, err };
  };
  test('says the same compiled', { timeout: 60_000 }, async () => {
    const file = fileOf(line);
    const plain = await run('--executor interp');
    expect(plain.out + plain.err).not.toBe('');
    for (const form of onlyA ? ['A'] : ['A', 'B']) {
      expect(await run(`--executor js${form === 'A' ? '' : form}`)).toEqual(plain);
      expect((await wasmote(`compile ${file} --form ${form} -o ${art(file)}`)).code).toBe(0);
      expect(await run(`--compiled ${art(file)}`)).toEqual(plain);
    }
  });
});

describe('compile', () => {
  test('writes beside the module, says what it did, and does it once', async () => {
    const file = join(dir, 'counter.wasm');
    writeFileSync(file, readFileSync(COUNTER));
    const first = await wasmote(`compile ${file}`);
    const out = join(dir, 'counter.js.art');
    expect(first.out).toMatch(new RegExp(`^${out}: \\d\\.\\d kB of 669 B, in 0\\.\\d\\d s$`));
    const bytes = readFileSync(out);
    const again = (await wasmote(`compile ${file} --json`)).json;
    expect(again).toMatchObject({ file, out, bytes: bytes.length, wasm: 669, target: 'js', form: 'A', names: false, cached: true });
    expect(readFileSync(out).equals(bytes)).toBe(true);
    expect(readdirSync(join(home, 'compiled'))).toContain(again.key);
    expect((await wasmote(`compile ${file} --no-cache --jobs 2 --json`)).json).toMatchObject({ key: again.key, cached: false });
    expect(readFileSync(out).equals(bytes)).toBe(true);
  });
  test('a damaged file of the cache does not exist', async () => {
    const { key, out } = (await wasmote(`compile ${COUNTER} -o ${art('damaged')} --json`)).json;
    const bytes = readFileSync(out);
    writeFileSync(join(home, 'compiled', key), bytes.subarray(0, -1));
    expect((await wasmote(`compile ${COUNTER} -o ${art('damaged')} --json`)).json.cached).toBe(false);
    expect(readFileSync(out).equals(bytes)).toBe(true);
  });
  test('every target, form and naming has a key of its own', async () => {
    const lines = ['', '--target js:quickjs', '--target js:node', '--form B', '--names'];
    const keys = await Promise.all(
      lines.map(async line => (await wasmote(`compile ${COUNTER} -o ${art('keys')} --json ${line}`.trim())).json.key),
    );
    expect(new Set(keys).size).toBe(lines.length);
  });
  test('--explain: a row per function, and their sum', async () => {
    const { out } = await wasmote(`compile ${COUNTER} --explain`);
    const rows = out.split('\n').map(row => row.trim().split(/ {2,}/));
    expect(rows[0]).toEqual(['#', 'function', 'wasm', 'text', 'form', 'checks', 'bounds gone', 'alignments gone']);
    expect(rows.slice(1).map(row => row.slice(0, 2))).toContainEqual(['6', 'on_timer']);
    expect(rows.at(-1)![0]).toBe('in all');
    const { functions, out: file } = (await wasmote(`compile ${COUNTER} --explain --json`)).json;
    expect([functions.length, functions[6].name, functions[6].form, file]).toEqual([8, 'on_timer', 'stops', null]);
  });
  test('takes text', async () => {
    const file = join(dir, 'add.wat');
    writeFileSync(file, '(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))');
    expect((await wasmote(`compile ${file}`)).code).toBe(0);
    expect((await wasmote(`run --compiled ${join(dir, 'add.js.art')} --invoke add ${file} 2 3`)).out).toBe('5');
  });
  test('what nothing here runs is compiled to a trap, and said', async () => {
    const file = join(dir, 'vector.wat');
    writeFileSync(file, '(module (func (drop (v128.const i64x2 0 0))))');
    expect(await wasmote(`compile ${file}`)).toMatchObject({ code: 0, err: expect.stringMatching(/1 function uses what is not run here/) });
  });
  test.each([
    ['compile none.wasm', 3, 'cannot read none.wasm'],
    [`compile ${COUNTER} --target c`, 2, 'no target c; there is js, or js:ENGINE'],
    [`compile ${COUNTER} --target js:v9`, 2, 'no engine v9; there are node, quickjs'],
    [`compile ${COUNTER} --form C`, 2, 'no form C; there are A'],
    [`compile ${COUNTER} --jobs 0`, 2, '--jobs takes 1 to 64'],
    [`compile ${COUNTER} -o ${dir}`, 4, 'is a directory'],
    [`run --executor v8 ${COUNTER}`, 255, 'no executor v8; there are interp, js, jsB'],
  ])('%s', async (line, code, text) => {
    const result = await wasmote(line);
    expect([result.code, result.err]).toEqual([code, expect.stringContaining(text)]);
  });
  test('a module that is wrong: what reading it says', async () => {
    const file = join(dir, 'wrong.wasm');
    const bytes = readFileSync(COUNTER);
    bytes[bytes.length - 40] = 0xff;
    writeFileSync(file, bytes);
    for (const cut of [bytes, bytes.subarray(0, 300)]) {
      writeFileSync(file, cut);
      const [compiled, validated] = [await wasmote(`compile ${file} --json`), await wasmote(`validate ${file} --json`)];
      expect(compiled.code).toBe(validated.code);
      if (compiled.code > 0) expect(compiled.json.error.data).toMatchObject({ offset: validated.json.offset });
    }
  });
});

test.each([
  ['of another module', (bytes: Buffer) => bytes, 'examples/c/thermo/thermo.wasm', '34 ARTKEY'],
  ['that is damaged', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from('}')]), COUNTER, '35 ARTDAMAGE'],
  ['that is cut', (bytes: Buffer) => bytes.subarray(0, -1), COUNTER, '32 ARTEFACT'],
  [
    'of another format',
    (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 4), Buffer.from([9]), bytes.subarray(5)]),
    COUNTER,
    '33 ARTFORMAT',
  ],
  ['that is none', () => Buffer.from('hello'), COUNTER, '32 ARTEFACT'],
])('an artefact %s is a warning', async (_, change, file, words) => {
  await wasmote(`compile ${COUNTER} -o ${art('good')}`);
  writeFileSync(art('bad'), change(readFileSync(art('good'))));
  const line = `${file} --invoke on_destroy`;
  const { code, out, err } = await wasmote(`run ${line}`);
  const got = await wasmote(`run --compiled ${art('bad')} ${line}`);
  expect([got.code, got.out]).toEqual([code, out]);
  expect(got.err).toBe(`${got.err.split('\n').slice(0, 2).join('\n')}${err === '' ? '' : `\n${err}`}`);
  expect(got.err).toMatch(new RegExp(`^warning ${words}: .*; the module runs without it\nnext: `));
});
