// wasmote compile: a module as JavaScript text, ahead of time, as an artefact that `run --compiled` and boards take instead of compiling. What has been
// compiled before is not compiled again: artefacts are kept by key in compiled/ of the tool's own files. Formats and keys: docs/jstext.md.

import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { USAGE } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import { openArtefact } from '../../src/jstext/artefact';
import type { Compiled, CompileOptions, Explained } from '../compile/compile';
import { type Context, type Options, stopped } from './context';
import { home } from './home';
import { readEither, readModule } from './input';
import { bar, size, table } from './print';
import { INTERRUPTED } from './session';
import { writeResult } from './text';

/** Engines that a text may be for. Espruino's is in a style of its own; that of the others is the same, the key is not. */
const ENGINES = ['node', 'quickjs', 'duktape', 'mqjs', 'espruino'];
const KEEP = 200; // newest artefacts; older ones go

const usage = (text: string) => new WasmoteError(USAGE, { text, verb: 'compile' });

function choose(options: Options): CompileOptions {
  const [kind, engine, ...more] = String(options.target ?? 'js').split(':');
  if (kind !== 'js' || more.length > 0) throw usage(`no target ${options.target}; there is js, or js:ENGINE`);
  if (engine !== undefined && !ENGINES.includes(engine)) throw usage(`no engine ${engine}; there are ${ENGINES.join(', ')}`);
  const form = options.form ?? 'A';
  if (form !== 'A' && form !== 'B') throw usage(`no form ${form}; there are A (can stop and go on) and B (cannot)`);
  return { form, names: options.names ?? false, target: engine === undefined ? 'js' : `js:${engine}` };
}

export async function run(ctx: Context, [file]: string[], options: Options): Promise<void> {
  const choice = choose(options);
  const jobs = options.jobs ?? availableParallelism();
  if (jobs < 1 || jobs > 64) throw usage('--jobs takes 1 to 64');
  const bytes = readEither(ctx, file!);
  const { compile, createPool, keyOf, sha256 } = await import('../compile/compile');
  /** What is said of a module that cannot be compiled is what is said of one that cannot be read. */
  const judged = async <T>(work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (typeof error === 'number') readModule(ctx, file!);
      throw error;
    }
  };
  const startedMs = performance.now();
  const key = await judged(() => keyOf(bytes, choice));
  const kept =
    options.explain || options.cache === false ? null : find(ctx, key, each => openArtefact(each, sha256(bytes, 0, bytes.length), sha256));
  let compiled: Compiled | null = null;
  if (kept === null) {
    const pool = createPool(Math.min(jobs, Math.ceil(bytes.length / SMALL)));
    let shownMs = startedMs;
    const onProgress = (done: number, total: number) => {
      const nowMs = performance.now();
      if (nowMs - shownMs < 100) return;
      shownMs = nowMs;
      ctx.status(bar(`compiling ${file}`, done, total, (done * 1000) / (nowMs - startedMs)));
    };
    try {
      compiled = await Promise.race([judged(() => compile(bytes, choice, pool, onProgress)), stopped(ctx).then(() => null)]);
    } finally {
      ctx.status(null);
      await pool.close();
    }
    if (compiled === null) return ctx.exit(INTERRUPTED);
    if (options.cache !== false) keep(ctx, key, compiled.bytes);
    if (compiled.beyond > 0) ctx.err(`${file}: ${beyond(compiled.beyond)} what is not run here (docs/conformance.md): compiled to a trap`);
  }
  const artefact = kept ?? compiled!.bytes;
  const ms = Math.round(performance.now() - startedMs);
  if (options.explain && !ctx.json) ctx.out(explained(ctx, compiled!.functions));
  const out: string | undefined = options.output ?? (options.explain ? undefined : `${file!.replace(/\.(wasm|wat)$/i, '')}.js.art`);
  if (out !== undefined) writeResult(ctx, out, artefact);
  if (out === '-') return;
  const { functions, beyond: left } = compiled ?? { functions: undefined, beyond: undefined };
  const facts = {
    file,
    out: out ?? null,
    bytes: artefact.length,
    wasm: bytes.length,
    ...choice,
    key,
    ms,
    cached: kept !== null,
    beyond: left,
  };
  if (ctx.json) ctx.out(JSON.stringify({ ...facts, functions: options.explain ? functions : undefined }));
  else if (out !== undefined)
    ctx.out(
      `${out}: ${size(artefact.length)} of ${size(bytes.length)}, ${kept === null ? `in ${(ms / 1000).toFixed(2)} s` : 'compiled before'}`,
    );
}

const SMALL = 65536; // of module for each thread: less is done before another has begun

const beyond = (n: number) => (n === 1 ? '1 function uses' : `${n} functions use`);

function explained(ctx: Context, functions: Explained[]): string {
  const rows = functions.map(f => [f.index, f.name, f.wasm, f.text, f.form, f.checks, f.bounds, f.alignments]);
  const sum = (column: 'wasm' | 'text' | 'checks' | 'bounds' | 'alignments') => functions.reduce((all, f) => all + f[column], 0);
  rows.push(['', 'in all', sum('wasm'), sum('text'), '', sum('checks'), sum('bounds'), sum('alignments')]);
  return table(ctx, ['#', 'function', 'wasm', 'text', 'form', 'checks', 'bounds gone', 'alignments gone'], rows);
}

/** The artefact that was kept under a key, if it is whole. */
function find(ctx: Context, key: string, check: (bytes: Uint8Array) => void): Uint8Array | null {
  try {
    const bytes = readFileSync(home(ctx, 'compiled', key));
    check(bytes);
    return bytes;
  } catch {
    return null;
  }
}
/** Keeps an artefact where the tool's files can be written; elsewhere it is compiled again another time. */
function keep(ctx: Context, key: string, bytes: Uint8Array): void {
  const dir = home(ctx, 'compiled');
  try {
    mkdirSync(dir, { recursive: true });
    const temporary = join(dir, `${randomBytes(8).toString('hex')}.tmp`);
    writeFileSync(temporary, bytes);
    renameSync(temporary, join(dir, key));
    const all = readdirSync(dir).map(name => ({ name, ms: statSync(join(dir, name)).mtimeMs }));
    for (const { name } of all.sort((a, b) => b.ms - a.ms).slice(KEEP)) rmSync(join(dir, name), { force: true });
  } catch {}
}
