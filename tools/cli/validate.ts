// wasmote validate: whether files are valid modules; with --json one object a line and file.

import { COMPONENT, FILE, WASM } from '../../src/errors/codes';
import { describe } from '../../src/errors/table';
import { validate } from '../../src/index';
import type { Context, Options } from './context';
import { readBytes } from './input';
import { failureOf } from './session';

export async function run(ctx: Context, files: string[], _options: Options): Promise<void> {
  let first = 0;
  for (const file of files) {
    const verdict = judge(file);
    if (verdict.code !== 0 && first === 0) first = verdict.code;
    if (ctx.json) {
      ctx.out(JSON.stringify({ file, ok: verdict.code === 0, code: verdict.code, offset: verdict.offset, message: verdict.message }));
    } else if (verdict.code === 0) ctx.out(`${file}: valid`);
    else {
      const at = verdict.offset >= 0 ? ` at byte ${verdict.offset}` : '';
      ctx.out(`${file}: ${verdict.message}${at} (error ${verdict.code} ${describe(verdict.code, {}).name})`);
    }
  }
  ctx.exit(first);
}

function judge(file: string): { code: number; offset: number; message: string } {
  let bytes: Uint8Array;
  try {
    bytes = readBytes(file);
  } catch (error) {
    return { code: FILE, offset: -1, message: failureOf(error).cause.replace(` ${file}`, '') };
  }
  const verdict = validate(bytes);
  if (verdict.ok) return { code: 0, offset: -1, message: 'valid' };
  return { code: verdict.code === COMPONENT ? COMPONENT : WASM, offset: verdict.offset, message: verdict.message };
}
