// The columns of the bench. Each is a way to run a kernel, as a plain script that defines run(n) and stands alone: every engine, in this process or
// beside it, is given the same text. Ours are the bench's bundle and an executor by name (entry.ts); peers are npm's, unminified, as they come.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { transform } from 'esbuild';
import { type Bundle, compile } from '../../tools/bundle/build';
import { generateDispatch } from '../../tools/gen/dispatch';
import { executors } from './entry';
import type { Kernel } from './kernels';

export const COLUMNS = [
  'interp',
  'switch', // the interpreter's code under a switch in opcode order
  'formA', // compiled to JavaScript text: pausable
  'formB', // structured
  'wasm2js',
  'polywasm',
  'handjs',
  'wasm', // the engine's own WebAssembly
] as const;
export type Column = (typeof COLUMNS)[number];

/** Columns that must be right wherever they run: the others are peers. */
export const OURS: Column[] = ['interp', 'switch', 'formA', 'formB'];

/** The script of a kernel under a column, null when there is none. */
export type Scripts = (kernel: Kernel, column: Column) => Promise<string | null>;

const require = createRequire(import.meta.url);

const hex = (wasm: Uint8Array) => `inside.unhex("${Buffer.from(wasm).toString('hex')}")`;

/** Makes what the scripts of these columns share. */
export async function createScripts(columns: Column[]): Promise<Scripts> {
  const has = (...some: Column[]) => columns.some(column => some.includes(column));
  const [inside, ours, opcodeOrder, polywasm] = await Promise.all([
    bundle('inside'),
    has('interp', 'formA', 'formB') ? bundle('entry') : '',
    has('switch') ? bundle('entry', generateDispatch('switch')) : '',
    has('polywasm') ? polywasmText() : '',
  ]);

  async function body({ wasm, file, hand }: Kernel, column: Column): Promise<string | null> {
    switch (column) {
      case 'switch':
        return `${opcodeOrder}\nvar run=entry.load(${hex(wasm)},"interp");`;
      case 'wasm2js':
        return wasm2jsText(file);
      case 'polywasm':
        return `${polywasm}\n${instance('polywasm.WebAssembly', wasm)}`;
      case 'handjs':
        return hand;
      case 'wasm':
        return instance('WebAssembly', wasm);
      default:
        return column in executors ? `${ours}\nvar run=entry.load(${hex(wasm)},"${column}");` : null;
    }
  }
  return async (kernel, column) => {
    const text = await body(kernel, column);
    return text === null ? null : `${inside}\n${text}\n`;
  };
}

/** A device-safe file of this folder as a script that defines its name. */
async function bundle(name: string, replace?: Bundle['replace']): Promise<string> {
  const { text } = await compile({ name, entry: `test/bench/${name}.ts`, exportsAs: name, globals: [], bytecode: false, replace });
  return text;
}

function instance(api: string, wasm: Uint8Array): string {
  return `var run=new ${api}.Instance(new ${api}.Module(${hex(wasm)})).exports.run;`;
}

/**
 * What `wasm2js -O` makes of a module without imports, as a script that exports run alone: small engines know neither `export` nor the objects that
 * it makes of memories and globals. And MicroQuickJS wants `label:`, not `label :`.
 */
async function wasm2jsText(file: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [require.resolve('binaryen/bin/wasm2js'), '-O', file], {
    maxBuffer: 1 << 26,
  });
  const script = stdout
    .replace(/^ return \{$[\s\S]*?^ \};$/m, exports => ` return ${/"run": ([\w$]+)/.exec(exports)![1]};`)
    .replace(/^export var .*$/gm, '')
    .replace(/^( *[\w$]+) : \{$/gm, '$1: {');
  if (/^import\b/m.test(script)) throw new Error(`${file} has imports, which the bench's modules must not`);
  return `${script}\nvar run=retasmFunc;`;
}

async function polywasmText(): Promise<string> {
  const { code } = await transform(readFileSync(require.resolve('polywasm'), 'utf8'), { format: 'iife', globalName: 'polywasm' });
  return code;
}
