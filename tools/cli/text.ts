// wasmote parse and print: from the text format to modules and back; and what other verbs need of modules in either form.

import { writeFileSync } from 'node:fs';
import { COMPONENT, FILE, USAGE, WASM } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import * as faults from '../../src/spec/faults';
import { faultText } from '../../src/spec/texts';
import { TextError } from '../../src/text/error';
import { parseWat } from '../../src/text/parser';
import { print as printModule } from '../../src/text/printer';
import type { Context, Options } from './context';
import { fileReason, readBytes } from './input';
import { size } from './print';

/** Whether a file's content is a module's text: its name says so, or its first character does, and it is no module. */
export function isText(file: string, content: Uint8Array): boolean {
  if (content[0] === 0) return false;
  return /\.wat$/i.test(file) || /^\s*[(;]/.test(Buffer.from(content.subarray(0, 256)).toString('latin1'));
}

/** A text as a module. Throws 47 WASM, with line, column and the source there. */
export function assemble(file: string, text: Uint8Array, names = true): Uint8Array {
  try {
    return parseWat(text, { names });
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    const [text, ...source] = error.message.split('\n');
    throw new WasmoteError(WASM, { file, text, line: error.line, column: error.column, source: source.join('\n') });
  }
}

/** The same, with the source shown where the text is wrong. */
function assembleShown(ctx: Context, file: string, text: Uint8Array, names?: boolean): Uint8Array {
  try {
    return assemble(file, text, names);
  } catch (error) {
    if (error instanceof WasmoteError && !ctx.json) ctx.err(String(error.data.source));
    throw error;
  }
}

/** The module in a file, be it binary or text; not validated. Throws 3 FILE, 47 WASM. */
export function readEither(ctx: Context, file: string): Uint8Array {
  const content = readBytes(file);
  return isText(file, content) ? assembleShown(ctx, file, content) : content;
}

/** Runs what throws fault numbers on a file's module; makes errors of them: 47 WASM, 55 COMPONENT. */
export function reading<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (typeof error !== 'number') throw error;
    const { offset, detail } = faults.fault;
    throw new WasmoteError(error === faults.COMPONENT ? COMPONENT : WASM, { file, offset, text: faultText(error, detail) });
  }
}

/** Writes a result: to the file named, - = standard output. Throws 3 FILE. */
export function writeResult(ctx: Context, file: string, content: Uint8Array | string): void {
  try {
    if (file === '-') ctx.write(content);
    else writeFileSync(file, content);
  } catch (error) {
    throw new WasmoteError(FILE, { file, text: `it cannot be written: ${fileReason(error)}` });
  }
}

export const parse = {
  async run(ctx: Context, [file]: string[], options: Options): Promise<void> {
    const bytes = assembleShown(ctx, file, readBytes(file), options.names);
    const out: string = options.output ?? file.replace(/(\.wat)?$/i, '.wasm');
    if (out === file) throw new WasmoteError(USAGE, { text: `${file} would be overwritten: name another with -o`, verb: options.verb });
    writeResult(ctx, out, bytes);
    if (out === '-') return;
    if (ctx.json) ctx.out(JSON.stringify({ file, out, bytes: bytes.length }));
    else ctx.out(`${out}: ${size(bytes.length)}`);
  },
};

export const print = {
  async run(ctx: Context, [file]: string[], options: Options): Promise<void> {
    const bytes = readEither(ctx, file);
    const text = reading(file, () => printModule(bytes, { folded: options.folded, offsets: options.offsets, names: options.names }));
    writeResult(ctx, options.output ?? '-', text);
  },
};
