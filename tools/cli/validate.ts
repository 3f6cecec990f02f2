// wasmote validate: whether files, binary or text, are valid modules by a set of features, and all that is wrong with them; with --json one
// object a line and file.

import { createReader } from '../../src/binary/reader';
import { COMPONENT, FILE, WASM } from '../../src/errors/codes';
import { describe, WasmoteError } from '../../src/errors/table';
import * as F from '../../src/spec/faults';
import { faultText } from '../../src/spec/texts';
import { errorOf } from '../../src/text/place';
import { createModuleValidator } from '../../src/validate/module';
import type { Context, Options } from './context';
import { featuresOf } from './features';
import { assemble, isText, readBytes } from './input';
import { failureOf } from './session';

const MOST = 100; // faults of a file

interface Fault {
  code: number; // of errors.md
  offset: number; // in the module; -1 = unknown
  message: string;
  /** In the text, where there is one. */
  line?: number;
  column?: number;
  source?: string;
}

export async function run(ctx: Context, files: string[], options: Options): Promise<void> {
  const features = featuresOf(options.features, options.verb);
  let first = 0;
  for (const file of files) {
    const faults = judge(file, features);
    const { code, offset, message } = faults[0] ?? { code: 0, offset: -1, message: 'valid' };
    if (first === 0) first = code;
    if (ctx.json)
      ctx.out(JSON.stringify({ file, ok: code === 0, code, offset, message, faults: faults.map(({ code: _, ...fault }) => fault) }));
    else if (code === 0) ctx.out(`${file}: valid`);
    else for (const fault of faults) ctx.out(`${file}${line(fault)}`);
  }
  ctx.exit(first);
}

/** ": type mismatch at byte 7 (error 47 WASM)", of a text with line and column before it. */
function line({ code, offset, message, line, column, source }: Fault): string {
  const place = line === undefined ? '' : `:${line}:${column}`;
  const at = offset >= 0 ? ` at byte ${offset}` : '';
  return `${place}: ${message}${at} (error ${code} ${describe(code, {}).name})${source ? `\n${source}` : ''}`;
}

function judge(file: string, features: number): Fault[] {
  let content: Uint8Array;
  try {
    content = readBytes(file);
  } catch (error) {
    return [{ code: FILE, offset: -1, message: failureOf(error).cause.replace(` ${file}`, '') }];
  }
  if (!isText(file, content)) return faultsOf(content, features);
  try {
    const bytes = assemble(file, content, { features });
    return faultsOf(bytes, features).map(fault => {
      const place = errorOf(content, bytes, fault.offset, fault.message);
      return { ...fault, line: place?.line, column: place?.column };
    });
  } catch (error) {
    if (!(error instanceof WasmoteError)) throw error;
    const { text, line, column, source } = error.data as { text: string; line: number; column: number; source: string };
    return [{ code: WASM, offset: -1, message: text.replace(/^\d+:\d+: /, ''), line, column, source }];
  }
}

/** What is wrong with a module. Function bodies are judged each on its own; all else ends it. */
function faultsOf(bytes: Uint8Array, features: number): Fault[] {
  const faults: Fault[] = [];
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      if (typeof error !== 'number') throw error;
      const { offset, detail } = F.fault;
      faults.push({ code: error === F.COMPONENT ? COMPONENT : WASM, offset, message: faultText(error, detail) });
      if (faults.length === MOST) throw error;
    }
  };
  const { events } = createModuleValidator(features);
  const { code } = events;
  events.code = (...body) => attempt(() => code(...body));
  try {
    const reader = createReader(events, features);
    attempt(() => {
      reader.feed(bytes, 0, bytes.length);
      reader.end();
    });
  } catch (error) {
    if (typeof error !== 'number') throw error; // enough of them
  }
  return faults.slice(0, MOST);
}
