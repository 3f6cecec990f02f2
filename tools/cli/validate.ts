// wasmote validate: whether files, binary or text, are valid modules by a set of features, and all that is wrong with them; with --json one
// object a line and file.

import { FILE, WASM } from '../../src/errors/codes';
import { describe, WasmoteError } from '../../src/errors/table';
import type { Context, Options } from './context';
import { type Fault, type Faults, faultsOf } from './faults';
import { featuresOf } from './features';
import { assemble, isText, readBytes } from './input';
import { failureOf } from './session';

export async function run(ctx: Context, files: string[], options: Options): Promise<void> {
  const features = featuresOf(options.features, options.verb);
  let first = 0;
  for (const file of files) {
    const { list: faults, more } = judge(file, features);
    const { code, offset, message } = faults[0] ?? { code: 0, offset: -1, message: 'valid' };
    if (first === 0) first = code;
    if (ctx.json)
      ctx.out(JSON.stringify({ file, ok: code === 0, code, offset, message, faults: faults.map(({ code: _, ...fault }) => fault), more }));
    else if (code === 0) ctx.out(`${file}: valid`);
    else {
      for (const fault of faults) ctx.out(`${file}${line(fault)}`);
      if (more > 0) ctx.out(`${file}: and ${more} more`);
    }
  }
  ctx.exit(first);
}

/** ": type mismatch at byte 7 (error 47 WASM)", of a text with line and column before it. */
function line({ code, offset, message, line, column, source }: Fault): string {
  const place = line === undefined ? '' : `:${line}:${column}`;
  const at = offset >= 0 && line === undefined ? ` at byte ${offset}` : '';
  return `${place}: ${message}${at} (error ${code} ${describe(code, {}).name})${source ? `\n${source}` : ''}`;
}

function judge(file: string, features: number): Faults {
  const only = (fault: Fault): Faults => ({ list: [fault], more: 0 });
  let content: Uint8Array;
  try {
    content = readBytes(file);
  } catch (error) {
    return only({ code: FILE, offset: -1, message: failureOf(error).cause.replace(` ${file}`, '') });
  }
  if (!isText(file, content)) return faultsOf(content, features);
  let bytes: Uint8Array;
  try {
    bytes = assemble(file, content, { features });
  } catch (error) {
    if (!(error instanceof WasmoteError)) throw error;
    const { text, line, column, source } = error.data as { text: string; line: number; column: number; source: string };
    return only({ code: WASM, offset: -1, message: text.replace(/^\d+:\d+: /, ''), line, column, source });
  }
  const faults = faultsOf(bytes, features, content);
  for (const fault of faults.list) if (fault.line === undefined) fault.offset = -1; // of a module that is in no file
  return faults;
}
