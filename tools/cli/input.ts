// Module files as verbs take them, binary or text: read, with errors that name the file and the place in it.

import { readFileSync } from 'node:fs';
import { COMPONENT, FILE, WASM } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import { LoadError, Module } from '../../src/index';
import { TextError } from '../../src/text/error';
import { type ParseOptions, parseWat } from '../../src/text/parser';
import type { Context } from './context';
import { faultsOf } from './faults';

const REASONS: Record<string, string> = {
  ENOENT: 'no such file',
  EISDIR: 'is a directory',
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'nothing can be written there',
  ENOSPC: 'no room left',
  EEXIST: 'a file is where a directory is needed',
  ENOTDIR: 'a file is where a directory is needed',
};
/** Why a file could not be read or written, in words. */
export function fileReason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  return REASONS[code ?? ''] ?? String(code ?? error);
}

/** The bytes of a file. Throws 3 FILE. */
export function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new WasmoteError(FILE, { file, text: fileReason(error) });
  }
}

/** Whether it begins with a byte order mark, which the lexer refuses by its name. */
function hasMark(content: Uint8Array): boolean {
  return content[0] === 0xef && content[1] === 0xbb && content[2] === 0xbf;
}
/** Whether a file's content is a module's text: it begins as texts do, or is named so and does not begin as modules do. */
export function isText(file: string, content: Uint8Array): boolean {
  const first = content.find(byte => byte !== 32 && (byte < 9 || byte > 13));
  return first === 40 || first === 59 || hasMark(content) || (/\.wat$/i.test(file) && content[0] !== 0);
}

/** What is wrong with a text as an error: 47 WASM, with line, column and the source there. */
function wrongText(file: string, error: TextError): WasmoteError {
  const [text, ...source] = error.message.split('\n');
  return new WasmoteError(WASM, { file, text, line: error.line, column: error.column, source: source.join('\n') });
}
/** Runs what throws such errors, and shows people the source before it is told. */
function showing<T>(ctx: Context, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof WasmoteError && error.data.source && !ctx.json) ctx.err(String(error.data.source));
    throw error;
  }
}

/** A text as a module. Throws 47 WASM, with line, column and the source there. */
export function assemble(file: string, text: Uint8Array, options?: ParseOptions): Uint8Array {
  try {
    return parseWat(text, options);
  } catch (error) {
    throw error instanceof TextError ? wrongText(file, error) : error;
  }
}
/** The same, with the source shown where the text is wrong. */
export function assembleShown(ctx: Context, file: string, text: Uint8Array, options?: ParseOptions): Uint8Array {
  return showing(ctx, () => assemble(file, text, options));
}

/** The bytes of the module in a file, be it binary or text; not validated. Throws 3 FILE, 47 WASM. */
export function readEither(ctx: Context, file: string): Uint8Array {
  const content = readBytes(file);
  return isText(file, content) ? assembleShown(ctx, file, content) : content;
}

/** The module in a file, be it binary or text, validated. Throws 3 FILE, 47 WASM, 55 COMPONENT. */
export function readModule(ctx: Context, file: string): Module {
  const content = readBytes(file);
  return showing(ctx, () => {
    const text = isText(file, content);
    const bytes = text ? assemble(file, content) : content;
    try {
      return new Module(bytes);
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      const { code, offset, reason } = error;
      if (text && code !== COMPONENT) {
        const { message, line, column, source } = faultsOf(bytes, -1, content).list[0]!;
        throw new WasmoteError(WASM, { file, text: line === undefined ? message : `${line}:${column}: ${message}`, line, column, source });
      }
      throw new WasmoteError(code === COMPONENT ? COMPONENT : WASM, { file, offset, text: reason });
    }
  });
}
