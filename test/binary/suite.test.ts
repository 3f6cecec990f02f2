// The WebAssembly suite's modules that are given as bytes, where ../shared has the suite: bad ones are refused, good ones
// taken. Those that need features of 3.0 are told by our fault FEATURE. Only the verdict counts here, not the script's text.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseModule } from '../../src/runtime/module';
import { FEATURE, fault } from '../../src/spec/faults';

const suite = join(dirname(fileURLToPath(import.meta.url)), '../../../shared/conformance/core');

type Sexpr = string | Uint8Array | Sexpr[]; // a word, a string's bytes, a list

/** The script as nested lists. Knows what byte modules need of the text format: words, strings, comments. */
function parse(script: string): Sexpr[] {
  const stack: Sexpr[][] = [[]];
  const token = /;;[^\n]*|\(;|"((?:[^"\\]|\\.)*)"|[()]|[^\s()";]+/g;
  for (let m = token.exec(script); m !== null; m = token.exec(script)) {
    if (m[0].startsWith(';;')) continue;
    if (m[0] === '(;') {
      for (let depth = 1; depth > 0; token.lastIndex++) {
        const two = script.slice(token.lastIndex, token.lastIndex + 2);
        if (two === '(;' || two === ';)') {
          depth += two === '(;' ? 1 : -1;
          token.lastIndex++;
        }
      }
    } else if (m[0] === '(') stack.push([]);
    else if (m[0] === ')') {
      const list = stack.pop()!;
      stack.at(-1)!.push(list);
    } else stack.at(-1)!.push(m[1] === undefined ? m[0] : stringBytes(m[1]));
  }
  return stack[0]!;
}
const SIMPLE: { [letter: string]: string } = { n: '\n', t: '\t', r: '\r', '"': '"', "'": "'", '\\': '\\' };
function stringBytes(body: string): Uint8Array {
  const out: Uint8Array[] = [];
  for (const [, hex, code, letter, plain] of body.matchAll(/\\([0-9a-fA-F]{2})|\\u\{([0-9a-fA-F_]+)\}|\\(.)|([^\\]+)/gs))
    if (hex !== undefined) out.push(Uint8Array.of(Number.parseInt(hex, 16)));
    else if (code !== undefined) out.push(Buffer.from(String.fromCodePoint(Number.parseInt(code.replace(/_/g, ''), 16))));
    else out.push(Buffer.from(letter !== undefined ? SIMPLE[letter]! : plain!));
  return Buffer.concat(out);
}

/** Bytes of (module $id? binary "..."), null for another form. */
function bytesOf(form: Sexpr | undefined): Uint8Array | null {
  if (!Array.isArray(form) || form[0] !== 'module' || !form.slice(1, 4).includes('binary')) return null;
  return Buffer.concat(form.filter((part): part is Uint8Array => part instanceof Uint8Array));
}
/** Fault, 0 = valid. */
function verdict(wasm: Uint8Array): number {
  try {
    parseModule(new Uint8Array(wasm));
    return 0;
  } catch (e) {
    if (typeof e !== 'number') throw e;
    return e;
  }
}

/** Modules in bytes of a script, each with the text of its fault, null = it is good. */
function modulesOf(file: string): [Uint8Array, string | null][] {
  return parse(readFileSync(join(suite, file), 'latin1')).flatMap((form): [Uint8Array, string | null][] => {
    const bad = Array.isArray(form) && (form[0] === 'assert_malformed' || form[0] === 'assert_invalid');
    const wasm = bytesOf(bad ? form[1] : form);
    return wasm === null ? [] : [[wasm, bad ? Buffer.from(form[2] as Uint8Array).toString() : null]];
  });
}

const files = existsSync(suite)
  ? readdirSync(suite)
      .filter(file => file.endsWith('.wast'))
      .map(file => ({ file, modules: modulesOf(file) }))
      .filter(({ modules }) => modules.length > 0)
  : [];

test.skipIf(files.length === 0)('there are hundreds of them', () => {
  expect(files.reduce((n, { modules }) => n + modules.length, 0)).toBeGreaterThan(700);
});
describe.skipIf(files.length === 0)('the suite in bytes', () => {
  test.each(files)('$file', ({ modules }) => {
    const wrong = modules.flatMap(([wasm, text]) => {
      const got = verdict(wasm);
      return got === FEATURE || (got === 0) === (text === null)
        ? []
        : [`${text ?? 'good'}: fault ${got} at ${fault.offset} of ${Buffer.from(wasm).toString('hex')}`];
    });
    expect(wrong).toEqual([]);
  });
});
