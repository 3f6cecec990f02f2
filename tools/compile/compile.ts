// Compiles modules to text, spread over worker threads, as artefacts (src/jstext/artefact.ts). The bytes are the same however many there are.

import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker as Thread } from 'node:worker_threads';
import { artefactKey, type Digest, writeArtefact } from '../../src/jstext/artefact';
import { frame, leastBytes, type TextOptions, type Texts } from '../../src/jstext/module';
import { BEYOND, type Sight, settle } from '../../src/jstext/survey';
import { evaluate } from '../../src/runtime/constant';
import type { Instance } from '../../src/runtime/instance';
import { exportIndex, type Module } from '../../src/runtime/module';
import { I32, KIND_GLOBAL } from '../../src/spec/types';
import { type Answer, createWork, type Explained, type Order, openModule, rangesOf, type Written, withNames } from './work';

export type { Explained };

export interface Compiled {
  bytes: Uint8Array; // the artefact
  functions: Explained[];
  /** Functions that use what no executor runs: they trap when they are called. */
  beyond: number;
}

export interface CompileOptions {
  form: 'A' | 'B';
  names: boolean;
  /** "js:A", "js:A:quickjs" */
  target: string;
}

/** Threads that compile, this one among them. */
export interface Pool {
  jobs: number;
  threads: Thread[];
  close(): Promise<void>;
}

export const sha256: Digest = (bytes, start, end) => createHash('sha256').update(bytes.subarray(start, end)).digest('hex');

function startThread(): Thread {
  const here = import.meta.url;
  if (!here.endsWith('.ts')) return new Thread(new URL('../compile-worker.js', here)); // in dist/chunks
  // run from its sources, as in tests: what reads them has to be told in each thread
  const reader = pathToFileURL(createRequire(here).resolve('tsx/esm/api').replace(/cjs$/, 'mjs')).href;
  const program = `import('${reader}').then(({ register }) => { register(); return import('${new URL('./worker.ts', here).href}'); })`;
  return new Thread(program, { eval: true });
}

/** Begins jobs - 1 threads. */
export function createPool(jobs: number): Pool {
  const threads = Array.from({ length: jobs - 1 }, startThread);
  for (const thread of threads) thread.unref();
  return { jobs, threads, close: async () => void (await Promise.all(threads.map(thread => thread.terminate()))) };
}

/** What every instance of the module is sure to have of memory 0: less than a page count says where memory may be cut (runtime/link.ts). */
function sureBytes(module: Module): number {
  const least = leastBytes(module);
  const global = (name: string) => {
    const own = exportIndex(module, name, KIND_GLOBAL) - module.importedGlobals;
    const init = module.inits[own];
    const type = module.globals[own + module.importedGlobals];
    return init === undefined || type?.type !== I32 || type.mut
      ? -1
      : evaluate({ module, globals: [] } as unknown as Instance, init.start).lo >>> 0;
  };
  const base = global('__heap_base');
  return base < 0 || global('__data_end') < 0 ? least : Math.min(least, Math.ceil(base / 8) * 8);
}

/** What the texts of a module are made with. Throws fault numbers. */
export function textOptions(bytes: Uint8Array, { form, names, target }: CompileOptions): TextOptions {
  return { form, names, plain: target === 'js:espruino', staticBytes: sureBytes(openModule(bytes)) };
}
/** The key of the artefact that compiling would make. Throws fault numbers. */
export function keyOf(bytes: Uint8Array, options: CompileOptions): string {
  return artefactKey(sha256(bytes, 0, bytes.length), options.target, textOptions(bytes, options));
}

/** Gives the loop its turn: progress is shown, signals arrive. */
const breathe = () => new Promise<void>(resolve => setImmediate(resolve));

/** One pass over all ranges by all threads. work: what this one does with a range. */
async function pass<Result extends Sight | Written>(
  pool: Pool,
  ranges: number,
  order: (next: Int32Array) => Order,
  work: (range: number) => Result,
  onRange: (range: number) => void,
): Promise<Result[]> {
  const next = new Int32Array(new SharedArrayBuffer(8));
  next[1] = ranges;
  const results: Result[] = Array.from({ length: ranges });
  const take = (range: number, result: Result) => {
    results[range] = result;
    onRange(range);
  };
  const others = pool.threads.map(
    thread =>
      new Promise<void>((resolve, reject) => {
        const settle = (end: () => void) => {
          thread.off('message', hear).off('error', reject).unref();
          end();
        };
        const hear = (answer: Answer) => {
          if ('failed' in answer) settle(() => reject(answer.failed));
          else if ('done' in answer) settle(resolve);
          else take(answer.range, answer.result as Result);
        };
        thread.on('message', hear).on('error', reject).ref();
        thread.postMessage(order(next));
      }),
  );
  const own = async () => {
    for (let range = Atomics.add(next, 0, 1); range < ranges; range = Atomics.add(next, 0, 1)) {
      take(range, work(range));
      await breathe();
    }
  };
  await Promise.all([own(), ...others]);
  return results;
}

/**
 * The artefact of a module. Throws fault numbers for what is no valid module: whichever was met first, not the first there is. onProgress: of how
 * many bytes of code the texts are made.
 */
export async function compile(
  source: Uint8Array,
  options: CompileOptions,
  pool: Pool,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Compiled> {
  const shared = new Uint8Array(new SharedArrayBuffer(source.length));
  const bytes = pool.threads.length > 0 ? shared : source;
  shared.set(source);
  const module = openModule(bytes);
  const text = textOptions(bytes, options);
  const starts = rangesOf(module);
  const ranges = starts.length - 1;
  for (const thread of pool.threads) thread.postMessage({ kind: 'open', bytes, options: text } satisfies Order);
  const work = createWork(bytes, text);

  const sights = await pass(
    pool,
    ranges,
    next => ({ kind: 'look', next }),
    work.look,
    () => {},
  );
  const stops = settle({ costs: sights.flatMap(sight => sight.costs), edges: sights.flatMap(sight => sight.edges) });

  const size = (f: number) =>
    f < module.importedFuncs ? 0 : module.bodies[f - module.importedFuncs]!.end - module.bodies[f - module.importedFuncs]!.start;
  const sizes = starts.slice(0, -1).map((from, i) => {
    let sum = 0;
    for (let f = from; f < starts[i + 1]!; f++) sum += size(f);
    return sum;
  });
  const total = sizes.reduce((sum, each) => sum + each, 0);
  let done = 0;
  const parts = await pass(
    pool,
    ranges,
    next => ({ kind: 'write', next, stops }),
    range => work.write(range, stops),
    range => onProgress((done += sizes[range]!), total),
  );
  const texts: Texts = {
    functions: [],
    used: Object.fromEntries(parts.flatMap(part => part.used.map(name => [name, true]))),
    tails: parts.flatMap(part => part.tails),
  };
  const [head, tail] = frame(stops.length, texts).map(piece => Buffer.from(text.names ? withNames(module, piece) : piece, 'latin1')) as [
    Buffer,
    Buffer,
  ];
  const pieces = [head, ...parts.map(part => part.bytes), tail];
  const write = (into: Uint8Array, at: number) => {
    for (const piece of pieces) {
      into.set(piece, at);
      at += piece.length;
    }
  };
  const lengths = [head.length, ...parts.flatMap(part => part.lengths), tail.length];
  return {
    bytes: writeArtefact(sha256(source, 0, source.length), options.target, text, lengths, write, sha256),
    functions: parts.flatMap(part => part.rows),
    beyond: stops.filter(verdict => verdict === BEYOND).length,
  };
}
