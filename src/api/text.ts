// The text format for embedders: modules to text and back, with errors that say where. Desk and gateway. Reference: docs/text.md.

import { type ParseOptions, parseWat } from '../text/parser';
import { type PrintOptions, print } from '../text/printer';
import { type ByteSource, bytesOf } from './module';
import { loading } from './parser';

export { TextError } from '../text/error';
export type { ParseOptions } from '../text/parser';
export type { PrintOptions } from '../text/printer';

/** A module as text; read, not validated. Throws LoadError where it is malformed, TypeError for what is not bytes. */
export function printModule(source: ByteSource, options?: PrintOptions): string {
  const bytes = bytesOf(source);
  return loading(() => print(bytes, options));
}

/** The module that a text is of, in its canonical encoding; not validated. The text may come as bytes of UTF-8. Throws TextError; TypeError for what is no text. */
export function parseText(text: string | ByteSource, options?: ParseOptions): Uint8Array {
  return parseWat(typeof text === 'string' ? text : bytesOf(text, 'text must be a string, an ArrayBuffer or a view of one'), options);
}
