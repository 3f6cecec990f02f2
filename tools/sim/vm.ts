// One JavaScript engine of a small device: QuickJS inside WebAssembly, under a byte limit, with the natives it is given.
// Knows nothing of agents or boards. Bytes cross the border by one copy into or out of the engine's own memory; every handle
// made here is freed here. Engine facts (limit, counter): docs/engines.md.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { CompileFlags, Intrinsics, type JSValueHandle, QuickJS } from 'quickjs-wasi';

/** A native. Bytes are borrowed until it returns (the engine's own memory). It answers a number, string, boolean, Vm.load's value, null or nothing. */
export type NativeFn = (...args: any[]) => unknown;

/** Letters say how arguments arrive: n number, s string, b bytes, f function (kept, for `Vm.call`). */
export type Natives = { [name: string]: [letters: string, fn: NativeFn] | string };

/** Why the engine stopped for good. */
export class VmError extends Error {
  /** 'memory' = over its limit, 'hung' = one entry took too long, 'thrown' = nothing caught it. */
  kind: 'memory' | 'hung' | 'thrown';
  constructor(kind: VmError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

export interface VmOptions {
  limitBytes: number;
  /** Name and members of the global object that holds the natives. A string is a constant. */
  global: string;
  natives: Natives;
  /** Longest that one entry may take, in ms of this machine. */
  entryMs?: number;
}

export interface Vm {
  /** Runs bytecode, or source text. */
  eval(code: Uint8Array | string): void;
  /** The same for text, and returns what it comes to as a string (tests, engine runs). */
  evalText(source: string): string;
  /** Runs bytecode inside a native, for it to return what that comes to. */
  load(code: Uint8Array): JSValueHandle;
  /** Evaluates an expression inside a native, as load() does: of the text nothing stays. */
  evaluate(text: string): JSValueHandle;
  /** Calls a function that a native got by letter f. Throws VmError. */
  call(fn: JSValueHandle, ...args: number[]): void;
  /** Calls global function `name` with bytes and a string; returns its string. */
  callGlobal(name: string, bytes: Uint8Array, text: string): string;
  /** Bytes of a typed array inside the engine, valid until the engine runs again. */
  bytesOf(array: JSValueHandle): Uint8Array;
  /** Keeps an argument beyond the native it was given to. */
  keep(value: JSValueHandle): JSValueHandle;
  /** Bytes that the engine has allocated, as its limit counts them, and the most seen at any entry, exit or native call. */
  used(): number;
  peak(): number;
  collect(): void;
  dispose(): void;
}

// Objects of a context that follow the device profile (engines.md section 1): no Map, Promise, Proxy, WeakRef.
const PROFILE = Intrinsics.DATE | Intrinsics.EVAL | Intrinsics.JSON | Intrinsics.REGEXP | Intrinsics.TYPED_ARRAYS;

// quickjs-wasi refuses ordinary allocations 64 KiB below its memoryLimit and keeps the rest for making the error. With this
// much on top the first refusal comes at the board's limit. What dips into the reserve is caught at the end of the entry.
const RESERVE = 65536;

interface Engine {
  module: WebAssembly.Module;
  /** Address of the allocator's count of bytes in use: the word that its limit is compared with. */
  counterAt: number;
}

let engine: Promise<Engine> | null = null;

/** The engine, compiled once per process and shared by all VMs. */
export function loadEngine(): Promise<Engine> {
  engine ??= compileEngine();
  return engine;
}

async function compileEngine(): Promise<Engine> {
  const file = createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm');
  const { compile } = (globalThis as any).WebAssembly; // Node's types name its types, not its functions
  const module: WebAssembly.Module = await compile(readFileSync(file));
  // The counter has no accessor: it is the third word of { limit, retry flag, used }, found by a limit that nothing else holds.
  // Proven by an allocation before it is trusted; mallocSize of getMemoryUsage leaves out what the context was made of.
  const mark = 0x3ade68b1;
  const vm = await QuickJS.create({ wasm: module, memoryLimit: mark, intrinsics: PROFILE });
  const memory = vm._getMemory();
  const limitAt = new Uint32Array(memory.buffer).indexOf(mark) * 4;
  const read = () => new Uint32Array(memory.buffer)[limitAt / 4 + 2]!;
  const before = read();
  vm.evalCode('var x = new Uint8Array(100000)').dispose();
  const grown = read() - before;
  vm.dispose();
  if (limitAt < 0 || grown < 100000 || grown > 104000) throw new Error(`quickjs-wasi keeps its memory count elsewhere (saw ${grown})`);
  return { module, counterAt: limitAt + 8 };
}

/** Makes a VM. Throws VmError('memory') when the limit is too small for the engine itself. */
export async function createVm(options: VmOptions): Promise<Vm> {
  const { module, counterAt } = await loadEngine();
  const entryMs = options.entryMs ?? 20_000;
  let deadline = Number.POSITIVE_INFINITY;
  let peak = 0;
  const qjs = await QuickJS.create({
    wasm: module,
    intrinsics: PROFILE,
    memoryLimit: options.limitBytes + RESERVE,
    timezoneOffset: 0,
    interruptHandler: () => {
      used(); // for the peak
      return performance.now() > deadline;
    },
  });
  const memory = qjs._getMemory();
  const exports = qjs._getExports();
  const scratch = exports.wasm_malloc(16);
  const kept: JSValueHandle[] = [];
  let lastValue: JSValueHandle | null = null;
  let disposed = false;

  // One wasm word at a time: views are made anew because the memory may have grown.
  const word = (at: number) => new Uint32Array(memory.buffer, at, 1)[0]!;
  function used(): number {
    const now = word(counterAt);
    if (now > peak) peak = now;
    return now;
  }

  function bytesOf(array: JSValueHandle): Uint8Array {
    const buffer = exports.qjs_get_typed_array_buffer(array.ptr, scratch, scratch + 4, scratch + 8);
    try {
      if (exports.qjs_is_exception(buffer) !== 0) throw new TypeError('a typed array is wanted');
      const start = word(scratch);
      const length = word(scratch + 4);
      return new Uint8Array(memory.buffer, exports.qjs_get_array_buffer(buffer, scratch + 12) + start, length);
    } finally {
      exports.qjs_free_value(buffer);
    }
  }

  function take(letter: string, arg: JSValueHandle): unknown {
    if (letter === 'n') return arg.toNumber();
    if (letter === 's') return arg.toString();
    return letter === 'b' ? bytesOf(arg) : arg;
  }

  // quickjs-wasi copies what a native returns and leaves the handle to us: constants are shared, the last value is freed by the next.
  function give(value: unknown): JSValueHandle {
    if (typeof value === 'boolean') return value ? qjs.true : qjs.false;
    if (value === null) return qjs.null;
    if (value === undefined) return qjs.undefined;
    lastValue?.dispose();
    lastValue =
      typeof value === 'number' ? qjs.newNumber(value) : typeof value === 'string' ? qjs.newString(value) : (value as JSValueHandle);
    return lastValue;
  }

  function install(): void {
    const holder = qjs.newObject();
    for (const [name, native] of Object.entries(options.natives)) {
      let value: JSValueHandle;
      if (typeof native === 'string') value = qjs.newString(native);
      else {
        const [letters, fn] = native;
        value = qjs.newFunction(name, (...args) => {
          used();
          const values: unknown[] = [];
          for (let i = 0; i < letters.length; i++) values.push(take(letters[i]!, args[i]!));
          return give(fn(...values));
        });
      }
      holder.setProp(name, value);
      value.dispose();
    }
    qjs.global.setProp(options.global, holder);
    holder.dispose();
  }

  function explain(error: any): VmError {
    let message = '';
    try {
      message = `${error.name}: ${error.message}`;
    } catch {
      message = 'an exception that could not be read';
    }
    const hung = performance.now() > deadline;
    const stack = String(error?.stack ?? '').trim();
    if (typeof error?.dispose === 'function') error.dispose();
    if (hung) return new VmError('hung', `still running after ${entryMs} ms`);
    return new VmError(/out of memory|null$/.test(message) ? 'memory' : 'thrown', stack === '' ? message : `${message}\n${stack}`);
  }

  /** One stay inside the engine. */
  function enter<T>(run: () => T): T {
    deadline = performance.now() + entryMs;
    let result: T;
    try {
      result = run();
    } catch (error) {
      throw explain(error);
    } finally {
      used();
      deadline = Number.POSITIVE_INFINITY;
    }
    if (used() > options.limitBytes) throw new VmError('memory', `${used()} bytes used of ${options.limitBytes}`);
    return result;
  }

  if (used() > options.limitBytes) {
    qjs.dispose();
    throw new VmError('memory', `the engine alone needs ${peak} bytes of ${options.limitBytes}`);
  }
  enter(install);

  return {
    eval: code => enter(() => (typeof code === 'string' ? qjs.evalCode(code) : qjs.evalBytecode(code)).dispose()),
    evalText: source => enter(() => qjs.evalCode(source).consume(value => value.toString())),
    load: code => qjs.evalBytecode(code),
    evaluate: text => qjs.evalBytecode(qjs.compile(text, '', 0, CompileFlags.STRIP_SOURCE | CompileFlags.STRIP_DEBUG)),
    call: (fn, ...args) =>
      enter(() => {
        const handles = args.map(arg => qjs.newNumber(arg));
        try {
          qjs.callFunction(fn, qjs.undefined, ...handles).dispose();
        } finally {
          for (const handle of handles) handle.dispose();
        }
      }),
    callGlobal: (name, bytes, text) =>
      enter(() => {
        const fn = qjs.global.getProp(name);
        const args = [qjs.newUint8Array(bytes), qjs.newString(text)];
        try {
          return qjs.callFunction(fn, qjs.undefined, ...args).consume(value => value.toString());
        } finally {
          for (const handle of [fn, ...args]) handle.dispose();
        }
      }),
    bytesOf,
    keep: value => {
      const copy = value.dup();
      kept.push(copy);
      return copy;
    },
    used,
    peak: () => peak,
    collect: () => qjs.runGC(),
    dispose: () => {
      if (disposed) return;
      disposed = true;
      qjs.dispose();
    },
  };
}
