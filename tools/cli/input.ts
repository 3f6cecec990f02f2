// Module files as verbs take them: read, with errors that name the file.

import { readFileSync } from 'node:fs';
import { COMPONENT, FILE, WASM } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import { LoadError, Module } from '../../src/index';

/** Why a file could not be read, in words. */
export function fileReason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT'
    ? 'no such file'
    : code === 'EISDIR'
      ? 'is a directory'
      : code === 'EACCES'
        ? 'no permission'
        : code === 'EEXIST' || code === 'ENOTDIR'
          ? 'a file is where a directory is needed'
          : String(code ?? error);
}

/** The bytes of a file. Throws 3 FILE. */
export function readBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new WasmoteError(FILE, { file, text: fileReason(error) });
  }
}

/** A validated module from a file. Throws 3 FILE, 47 WASM, 55 COMPONENT. */
export function readModule(file: string): Module {
  const bytes = readBytes(file);
  try {
    return new Module(bytes);
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    throw new WasmoteError(error.code === COMPONENT ? COMPONENT : WASM, { file, offset: error.offset, text: error.reason });
  }
}
