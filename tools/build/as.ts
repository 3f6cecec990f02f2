// Builds AssemblyScript apps with the npm compiler, which is heavy and optional: looked for when an app is built.
// The options make apps for small boards; docs/wasi.md and examples/README.md give the same as a command line.

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { BUILD, FILE } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';

/**
 * Smallest code (-Oz) with function names for traps (--debug); failed checks trap without a text (--noAssert, --use abort=); an
 * allocator with a collector that runs only when the app calls __collect() (minimal), exported so that
 * events are stored by it instead of a second heap (--exportRuntime).
 */
export const AS_OPTIONS = ['-Oz', '--debug', '--noAssert', '--use', 'abort=', '--runtime', 'minimal', '--exportRuntime'];

/**
 * Compiles the module at `entry` (a .ts file; imports are looked up beside it) and returns its wasm. The compiler runs in a process of its
 * own: it takes seconds, in which whoever asked goes on. Throws WasmoteError: FILE when there is no such file, BUILD with the
 * compiler's report or when the package `assemblyscript` is missing.
 */
export async function buildAssemblyScript(entry: string): Promise<Uint8Array> {
  const path = resolve(entry);
  if (!existsSync(path)) throw new WasmoteError(FILE, { file: entry, text: 'no such file' });
  const compiler = findCompiler();
  if (compiler === null) {
    throw new WasmoteError(BUILD, { file: entry, text: 'the AssemblyScript compiler is missing: npm install --save-dev assemblyscript' });
  }
  const dir = mkdtempSync(join(tmpdir(), 'wasmote-as-'));
  try {
    const out = join(dir, 'app.wasm');
    const args = [
      compiler,
      basename(path),
      '--baseDir',
      dirname(path),
      '--outFile',
      relative(dirname(path), out),
      '--noColors',
      ...AS_OPTIONS,
    ];
    await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 24 }).catch(error => {
      throw new WasmoteError(BUILD, { file: entry, text: String(error.stderr || error.stdout || error.message).trim() });
    });
    return readFileSync(out);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function findCompiler(): string | null {
  try {
    return createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
  } catch {
    return null;
  }
}
