// wasmote run: executes a module on this machine, as `main`, `_start` or an app with on_init, or one exported function.
// Exit codes: the program's own; 1 after a trap; 255 when the module could not be loaded or linked. Spec: docs/cli.md, iwasm's options.

import { readSync } from 'node:fs';
import { trapReason } from '../../src/api/instance';
import { appNatives } from '../../src/app/api';
import { createBus, nowhere } from '../../src/app/bus';
import { entryTexts, findEntry } from '../../src/app/entry';
import type { AppHost } from '../../src/app/host';
import { createProgram, dueMs, EXITED, kill, RUNNING, slice, TRAPPED, WAITING } from '../../src/app/program';
import { wamrNatives } from '../../src/app/wamr';
import { ENTRY, IMPORTS, TRAP, USAGE } from '../../src/errors/codes';
import { type ErrorData, WasmoteError } from '../../src/errors/table';
import {
  type Executor,
  Exit,
  type Instance,
  interpreter,
  LinkError,
  libc,
  libcMore,
  libcState,
  type Module,
  Runtime,
  Trap,
  type WasiOptions,
  wasi,
  wasiState,
} from '../../src/index';
import { artefactText, digest, openArtefact } from '../../src/jstext/artefact';
import { adoptText, jsA, jsB } from '../../src/jstext/executor';
import { nameOf, traceOf } from '../../src/runtime/trace';
import { fault, NOT_EXECUTABLE } from '../../src/spec/faults';
import { NOT_YET, wasiResume } from '../../src/wasi/wasi';
import type { Context, Options } from './context';
import { readBytes, readModule } from './input';
import { clean } from './print';
import { type Failure, failureOf, tellFailure } from './session';
import { parseValue, plain, typed } from './values';

const SLICE_FUEL = 2_000_000;
const ALL_FUEL = Number.MAX_SAFE_INTEGER;
const UNLOADED = 255;

export async function run(ctx: Context, [file, ...args]: string[], options: Options): Promise<void> {
  let module: Module;
  let world: World;
  try {
    module = readModule(ctx, file);
    world = load(ctx, module, file, args, options);
  } catch (error) {
    // what a caller sees of a module that never ran
    const failure = error instanceof LinkError ? notRun(file, error) : failureOf(error);
    if (ctx.json) ctx.out(JSON.stringify({ error: failure }));
    else tellFailure(ctx, failure);
    ctx.exit(UNLOADED);
    return;
  }
  const name = options.invoke ?? options.function;
  if (name !== undefined) await invoke(ctx, world, name, file, args, options);
  else await program(ctx, world, file, args, options);
}

/** A module that is valid and still cannot run: it uses features that no executor here has. */
function notRun(file: string, error: LinkError): Failure {
  const data = { file, text: error.message };
  const next = 'build it without these features, or run it where they are; docs/conformance.md lists what runs here';
  return { ...failureOf(new WasmoteError(error.code, data)), cause: `${file} ${error.message}`, next };
}

/** Executors by what --executor calls them. */
const EXECUTORS: Record<string, Executor> = { interp: interpreter, js: jsA, jsB };

/** The executor that was asked for; that of the compiled text, if there is one and it is good: else a warning is all that comes of it. */
function executorOf(ctx: Context, module: Module, options: Options): Executor {
  const name = options.executor ?? 'interp';
  const executor = EXECUTORS[name];
  if (executor === undefined)
    throw new WasmoteError(USAGE, { text: `no executor ${name}; there are ${Object.keys(EXECUTORS).join(', ')}`, verb: 'run' });
  if (options.compiled === undefined) return executor;
  try {
    const artefact = openArtefact(readBytes(options.compiled), digest(module.parsed.bytes, 0, module.parsed.bytes.length), digest);
    adoptText(module.parsed, artefact.options, artefactText(artefact));
    return artefact.options.form === 'A' ? jsA : jsB;
  } catch (error) {
    const failure = failureOf(typeof error === 'number' ? new WasmoteError(error, { file: options.compiled }) : error);
    ctx.err(`warning ${failure.code} ${failure.name}: ${failure.cause}; the module runs without it\nnext: ${failure.next}`);
    return executor;
  }
}

interface World {
  module: Module;
  instance: Instance;
  /** Fuel of a slice: all of it where what runs cannot stop. */
  sliceFuel: number;
  /** When the parked WASI call wants to be tried again, ms of the monotonic clock; -1 = not parked. */
  parkedMs: { at: number };
}

function load(ctx: Context, module: Module, file: string, args: string[], options: Options): World {
  const parkedMs = { at: -1 };
  const environment: string[] = options.env ?? [];
  for (const each of environment)
    if (!each.includes('=')) throw new WasmoteError(USAGE, { text: `--env takes K=V, not ${each}`, verb: 'run' });
  const usesWasi = module.imports.some(i => i.module.startsWith('wasi_'));
  const lenient = !options.strict;
  const executor = executorOf(ctx, module, options);
  const runtime = new Runtime({ executor, limits: { stackBytes: options.stackSize ?? 65536, memoryBytes: options.mem ?? 0x100000000 } });
  const state = {
    libc: libcState({
      out: (u8, start, end) => ctx.write(u8.slice(start, end)),
      nowMs: () => performance.now(),
      utcMs: () => Date.now(),
      getenv: key => latin1(environment.find(each => each.startsWith(`${key}=`))?.slice(key.length + 1)) ?? null,
    }),
    wasi: wasiState(wasiWorld(ctx, [file, ...args], environment, parkedMs)),
  };
  try {
    const instance = runtime.instantiate(module, {
      natives: [libc, libcMore, wasi, appNatives, wamrNatives],
      state,
      heapBytes: options.heapSize ?? (usesWasi ? 0 : 16384),
      lenient,
      shrink: lenient,
      start: false,
    });
    return { module, instance, sliceFuel: executor === jsB ? ALL_FUEL : SLICE_FUEL, parkedMs };
  } catch (error) {
    if (error instanceof LinkError && fault.code !== NOT_EXECUTABLE)
      throw new WasmoteError(error.code, error.code === IMPORTS ? { list: error.missing.join(', ') } : { text: error.message });
    if (error instanceof Trap) throw new WasmoteError(TRAP, { trap: error.reason, text: error.reason });
    throw error;
  }
}

/** Bytes of a text as one character each; the programs' side of the world is bytes. */
function latin1(text: string | undefined): string | undefined {
  return text === undefined ? undefined : Buffer.from(text, 'utf8').toString('latin1');
}

function wasiWorld(ctx: Context, args: string[], environment: string[], parkedMs: { at: number }): WasiOptions {
  let rest = Buffer.alloc(0);
  return {
    args: args.map(each => latin1(each)!),
    env: environment.map(each => latin1(each)!),
    nowMs: () => performance.now(),
    utcMs: () => Date.now(),
    tickNs: 1000,
    entropy: (target, start, n) => void crypto.getRandomValues(target.subarray(start, start + n)),
    input: (u8, start, end) => {
      if (rest.length === 0) {
        const read = readInput(ctx, 4096);
        if (read === null) return NOT_YET;
        rest = Buffer.from(read);
      }
      const n = Math.min(rest.length, end - start);
      u8.set(rest.subarray(0, n), start);
      rest = rest.subarray(n);
      return n;
    },
    ready: null,
    output: (fd, u8, start, end) => {
      const bytes = u8.slice(start, end);
      if (fd === 2) ctx.writeErr(bytes);
      else ctx.write(bytes);
      return end - start;
    },
    park: untilMs => {
      parkedMs.at = untilMs < 0 ? performance.now() + 10 : untilMs;
    },
  };
}

/** Up to n bytes of standard input, none at its end, null when none are there yet. */
function readInput(ctx: Context, n: number): Uint8Array | null {
  if (ctx.input) return ctx.input(n);
  const buffer = Buffer.alloc(n);
  try {
    return buffer.subarray(0, readSync(0, buffer));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EAGAIN') return null;
    return buffer.subarray(0, 0); // EOF and closed input alike
  }
}

/** Sleeps until then, or until the user wants to stop. */
function sleepUntil(ctx: Context, atMs: number): Promise<void> {
  const ms = Math.max(0, Math.min(atMs - performance.now(), 0x7fffffff));
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer);
      ctx.signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    ctx.signal.addEventListener('abort', done);
  });
}

/** Yields to signals between slices. */
const breathe = () => new Promise<void>(resolve => setImmediate(resolve));

const LISTED = 20; // exports
function missing({ exports }: Module, name: string, file: string): string {
  const names = exports.filter(one => one.kind === 'function').map(one => clean(one.name));
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : '';
  const known = names.length > 0 ? `there are ${names.slice(0, LISTED).join(', ')}${more}` : 'it exports none';
  return `no exported function ${name} in ${file}; ${known}`;
}

async function invoke(ctx: Context, world: World, name: string, file: string, args: string[], options: Options): Promise<void> {
  const index = world.module.functionIndex(name);
  if (index < 0) throw new WasmoteError(USAGE, { text: missing(world.module, name, file), verb: 'run' });
  const type = world.module.functionType(index);
  if (args.length !== type.params.length) {
    throw new WasmoteError(USAGE, { text: `invalid input argument count: ${name} takes ${type.params.length}`, verb: 'run' });
  }
  const values = args.map((text, i) => {
    const value = parseValue(text, type.params[i]);
    if (value === null) throw new WasmoteError(USAGE, { text: `invalid input argument ${i}: ${text}`, verb: 'run' });
    return value;
  });
  const began = performance.now();
  let fuelLeft = options.fuel ?? Number.POSITIVE_INFINITY;
  try {
    world.instance.runStarts();
    const call = world.instance.start(name, ...values);
    for (;;) {
      const given = Math.min(world.sliceFuel, fuelLeft);
      const status = call.run(given);
      fuelLeft -= given - call.fuelLeft;
      if (status === 'done') break;
      if (status === 'waiting') {
        await sleepUntil(ctx, world.parkedMs.at);
        wasiResume(world.instance.raw.env);
      } else if (fuelLeft <= 0) return trapped(ctx, { trap: 'instruction limit exceeded' });
      if (overdue(ctx, began, options)) return trapped(ctx, { trap: 'terminated by user' });
      await breathe();
    }
    const results = call.results;
    if (ctx.json) ctx.out(JSON.stringify({ exit: 0, results: results.map((value, i) => plain(value, type.results[i])) }));
    else if (options.invoke !== undefined) for (const [i, value] of results.entries()) ctx.out(plain(value, type.results[i]));
    else if (results.length > 0) ctx.out(results.map((value, i) => typed(value, type.results[i])).join(','));
  } catch (error) {
    if (error instanceof Exit) return ctx.exit(error.exitCode);
    if (!(error instanceof Trap)) throw error;
    const at = error.trace[0];
    trapped(ctx, { trap: error.reason, ...(at ? { func: at.func, name: at.name, offset: at.offset } : {}) });
  }
}

function overdue(ctx: Context, beganMs: number, options: Options): boolean {
  return ctx.signal.aborted || (options.timeout !== undefined && performance.now() - beganMs > options.timeout);
}

function trapped(ctx: Context, data: ErrorData): void {
  const failure = failureOf(new WasmoteError(TRAP, data));
  if (ctx.json) ctx.out(JSON.stringify({ exit: 1, error: failure }));
  else {
    ctx.err(`Exception: ${data.trap}`);
    if (data.offset !== undefined) ctx.err(`  in function ${data.name || `#${data.func}`} at byte ${data.offset}`);
  }
  ctx.exit(1);
}

async function program(ctx: Context, world: World, file: string, args: string[], options: Options): Promise<void> {
  const raw = world.instance.raw;
  const entry = findEntry(raw);
  if (entry.fault !== 0) throw new WasmoteError(ENTRY, { file, text: entryTexts[entry.fault] });
  const host: AppHost = {
    nowMs: () => performance.now(),
    utcMs: () => Date.now(),
    random: (target, start, n) => void crypto.getRandomValues(target.subarray(start, start + n)),
    log: (_app, level, text) => ctx.err(`${'ewid'[level]} ${Buffer.from(text, 'latin1').toString('utf8')}`),
    ready: () => {},
    bus: createBus(() => performance.now(), nowhere),
  };
  const running = createProgram(latin1(file)!, raw, host, {
    args: args.map(each => latin1(each)!),
    fuelPerEvent: options.fuel ?? 0,
    maxTimers: 30,
  });
  const began = performance.now();
  for (;;) {
    const status = slice(running, world.sliceFuel);
    if (status === EXITED) {
      if (ctx.json) ctx.out(JSON.stringify({ exit: running.thread.exitCode }));
      return ctx.exit(running.thread.exitCode);
    }
    if (status === TRAPPED) {
      const at = traceOf(running.thread, 1)[0];
      const where =
        at && at.func.index >= 0 ? { func: at.func.index, name: nameOf(at.func.instance.module, at.func.index), offset: at.offset } : {};
      return trapped(ctx, { trap: trapReason(running.thread), ...where });
    }
    if (status === RUNNING) await breathe();
    else {
      const due = status === WAITING ? world.parkedMs.at : dueMs(running);
      await sleepUntil(ctx, options.timeout === undefined ? due : Math.min(due, began + options.timeout + 1));
      if (status === WAITING) wasiResume(raw.env);
    }
    if (ctx.signal.aborted && !entry.resident) return ctx.exit(130);
    if (ctx.signal.aborted) return ctx.exit(0);
    if (overdue(ctx, began, options)) {
      kill(running);
      return trapped(ctx, { trap: 'terminated by user' });
    }
  }
}
