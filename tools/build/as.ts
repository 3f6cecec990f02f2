// Builds AssemblyScript apps with the npm compiler, which is heavy and optional: it is loaded when the first app is built.
// The options make apps for small boards; docs/wasi.md and examples/README.md give the same as a command line.

import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { FILE, USAGE } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';

/**
 * Smallest code (-Oz) with function names for traps (--debug); failed checks trap without a text (--noAssert, --use abort=); an
 * allocator with a collector that runs only when the app calls __collect() (minimal), exported so that
 * events are stored by it instead of a second heap (--exportRuntime).
 */
export const AS_OPTIONS = ['-Oz', '--debug', '--noAssert', '--use', 'abort=', '--runtime', 'minimal', '--exportRuntime'];

/**
 * Compiles the module at `entry` (a .ts file; imports are looked up beside it) and returns its wasm. Throws WasmoteError: FILE when
 * there is no such file, USAGE with the compiler's report or when the package `assemblyscript` is missing.
 */
export async function buildAssemblyScript(entry: string): Promise<Uint8Array> {
  const path = resolve(entry);
  if (!existsSync(path)) throw new WasmoteError(FILE, { file: entry, text: 'no such file' });
  const asc = await import('assemblyscript/asc').catch(() => {
    throw new WasmoteError(USAGE, { text: `building ${entry} needs the AssemblyScript compiler: npm install --save-dev assemblyscript` });
  });

  let wasm: Uint8Array | undefined;
  const report: string[] = [];
  const collect = { write: (text: string | Uint8Array) => void report.push(String(text)) };
  const { error } = await asc.main([basename(path), '--baseDir', dirname(path), '--outFile', 'app.wasm', '--noColors', ...AS_OPTIONS], {
    stdout: collect,
    stderr: collect,
    writeFile: (_name, contents) => {
      wasm = contents as Uint8Array;
    },
  });
  if (error !== null || wasm === undefined)
    throw new WasmoteError(USAGE, { text: `${entry} does not compile: ${report.join('').trim() || error?.message}` });
  return wasm;
}
