// The text format for embedders: modules to text and back, with errors that say where. Desk and gateway. Reference: docs/text.md.

import { type ParseOptions, parseWat } from '../text/parser';
import { type PrintOptions, print } from '../text/printer';
import { loading } from './parser';

export { TextError } from '../text/error';
export type { ParseOptions } from '../text/parser';
export type { PrintOptions } from '../text/printer';

/** A module as text; read, not validated. Throws LoadError where it is malformed. */
export function printModule(bytes: Uint8Array, options?: PrintOptions): string {
  return loading(() => print(bytes, options));
}

/** The module that a text is of, in its canonical encoding; not validated. Throws TextError. */
export function parseText(text: string | Uint8Array, options?: ParseOptions): Uint8Array {
  return parseWat(text, options);
}
