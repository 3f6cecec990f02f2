// wasmote parse and print: from the text format to modules and back; and what other verbs need to read modules and write results.

import { writeFileSync } from 'node:fs';
import { COMPONENT, OUTPUT, USAGE, WASM } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import * as faults from '../../src/spec/faults';
import { faultText } from '../../src/spec/texts';
import { print as printModule } from '../../src/text/printer';
import type { Context, Options } from './context';
import { assembleShown, fileReason, isText, readBytes, readEither } from './input';
import { size } from './print';

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

/** Writes a result: to the file named, - = standard output. Throws 4 OUTPUT. */
export function writeResult(ctx: Context, file: string, content: Uint8Array | string): void {
  try {
    if (file === '-') ctx.write(content);
    else writeFileSync(file, content);
  } catch (error) {
    throw new WasmoteError(OUTPUT, { file, text: fileReason(error) });
  }
}

/** "app.wat" -> "app.wasm" */
export function moduleName(file: string): string {
  return file.replace(/(\.wat)?$/i, '.wasm');
}

export const parse = {
  async run(ctx: Context, [file]: string[], options: Options): Promise<void> {
    const content = readBytes(file);
    if (content[0] === 0 && !isText(file, content))
      throw new WasmoteError(USAGE, { text: `${file} is a module already; \`wasmote print ${file}\` shows its text`, verb: options.verb });
    const bytes = assembleShown(ctx, file, content, { names: options.names });
    const out: string = options.output ?? moduleName(file);
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
