// Instances for embedders: link, call, pause, resume, reach memory. Values are JavaScript numbers, an i64 a BigInt.
// Desk and gateway; boards use runtime/ directly.

import * as codes from '../errors/codes';
import { interpreter } from '../interp/interp';
import type { Instance as Raw } from '../runtime/instance';
import { addInstance, addNatives, createLinker, exportValue, findFunc, instantiate, missingImports, startFuncs } from '../runtime/link';
import type { NativeModule } from '../runtime/native';
import { createStore, type Executor, type Func, funcOf, type Store, type StoreLimits } from '../runtime/store';
import { answer, createThread, DONE, prepare, run, type Thread, TRAPPED, WAITING } from '../runtime/thread';
import { nameOf, traceOf } from '../runtime/trace';
import { fault, IMPORT_TYPE, MEMORY_LIMIT, TABLE_LIMIT, UNKNOWN_IMPORT } from '../spec/faults';
import { faultText, trapText } from '../spec/texts';
import { UNLINKED } from '../spec/traps';
import { F32, F64, HEAP_EXTERN, heapOf, I32, I64, isNullable, isRef, KIND_GLOBAL, KIND_MEM } from '../spec/types';
import { typeText } from '../text/print/types';
import type { Context } from '../validate/context';
import { heapMatches } from '../validate/match';
import { type ByteSource, bytesOf, type Module } from './module';

/** number for i32, f32, f64; bigint for i64; a function's handle, a number, or null for funcref; anything for externref. */
export type Value = any;

export interface TraceEntry {
  func: number;
  name: string;
  offset: number;
}

/** Guest code trapped. code: spec/traps.ts; trace: innermost function first, offsets in bytes from the module's start. */
export class Trap extends Error {
  override name = 'Trap';
  constructor(
    readonly code: number,
    readonly reason: string,
    readonly trace: TraceEntry[],
  ) {
    super(trace.length === 0 ? reason : `${reason} in function ${trace[0].name || trace[0].func} at byte ${trace[0].offset}`);
  }
}

/** The guest ended itself: proc_exit, exit. */
export class Exit extends Error {
  override name = 'Exit';
  constructor(readonly exitCode: number) {
    super(`exit ${exitCode}`);
  }
}

/** Instantiation failed. code: docs/errors.md; missing: every import without a match, as "module.name". */
export class LinkError extends Error {
  override name = 'LinkError';
  constructor(
    readonly code: number,
    message: string,
    readonly missing: string[],
  ) {
    super(message);
  }
}

export interface RuntimeOptions {
  /** What runs functions; the interpreter unless given. */
  executor?: Executor;
  limits?: Partial<StoreLimits>;
}

export interface InstanceOptions {
  /** Host functions by import module, with signature letters (docs/library.md). */
  natives?: NativeModule[];
  /** Other instances of the same runtime, by the module name they answer to. */
  link?: { [module: string]: Instance };
  /** Per-instance state of native areas: { libc: libcState(…), wasi: wasiState(…) }. */
  state?: { [area: string]: unknown };
  /** App heap for modules that bring no malloc; default 16384. */
  heapBytes?: number;
  /** Missing functions trap when called instead of failing here. */
  lenient?: boolean;
  /** Cut memory below 64 KiB by __heap_base and guard the stack pointer; default false: the spec to the letter. */
  shrink?: boolean;
  /** Runs the start function and toolchain initialisers; default true. Off, whoever runs the program does (app/program.ts). */
  start?: boolean;
}

const DEFAULT_LIMITS: StoreLimits = { memoryBytes: 0x100000000, tableElems: 10_000_000, stackBytes: 1 << 20, callDepth: 1 << 15 };
const scratch = new DataView(new ArrayBuffer(8));

/** Holds instances that may link to each other, under common limits. */
export class Runtime {
  readonly store;

  constructor(options: RuntimeOptions = {}) {
    this.store = createStore(options.executor ?? interpreter, { ...DEFAULT_LIMITS, ...options.limits });
  }

  /** Links and allocates, then runs the start function. Throws LinkError, Trap or Exit; TypeError for an instance of another runtime. */
  instantiate(module: Module, options: InstanceOptions = {}): Instance {
    const linker = createLinker();
    for (const natives of options.natives ?? []) addNatives(linker, natives);
    for (const [name, instance] of Object.entries(options.link ?? {})) {
      if (instance.raw.store !== this.store) throw new TypeError(`${name} is an instance of another runtime`);
      addInstance(linker, name, instance.raw);
    }
    let raw: Raw;
    try {
      raw = instantiate(this.store, module.parsed, linker, {
        heapBytes: options.heapBytes ?? 16384,
        lenient: options.lenient ?? false,
        shrink: options.shrink ?? false,
      });
    } catch (error) {
      if (typeof error !== 'number') throw error;
      if (error === UNKNOWN_IMPORT || error === IMPORT_TYPE) {
        const missing = missingImports(linker, module.parsed).map(i => `${i.module}.${i.name}`);
        throw new LinkError(codes.IMPORTS, `${faultText(error, 0)}: ${missing.join(', ')}`, missing);
      }
      const limit = error === MEMORY_LIMIT || error === TABLE_LIMIT;
      if (error >= 200) throw new LinkError(limit ? codes.RAM : codes.WASM, faultText(error, fault.detail), []);
      throw new Trap(error, trapText(error, 0), []);
    }
    Object.assign(raw.env.state, options.state);
    const instance = new Instance(module, raw);
    if (options.start ?? true) instance.runStarts();
    return instance;
  }
}

/** Reads and writes a guest memory. Nothing here outlives a growth of the memory: views are fetched anew each time. */
export class MemoryView {
  constructor(private readonly raw: Raw) {}
  /** The whole memory, current view. */
  get bytes(): Uint8Array {
    return this.raw.mems.length > 0 ? this.raw.mems[0].u8 : new Uint8Array(0);
  }
  /** A copy of n bytes. Throws RangeError outside memory. */
  read(address: number, n: number): Uint8Array {
    this.check(address, n);
    return this.bytes.slice(address, address + n);
  }
  /** Throws RangeError outside memory, TypeError for what is not bytes; then nothing is written. */
  write(address: number, source: ByteSource): void {
    const bytes = bytesOf(source);
    this.check(address, bytes.length);
    this.bytes.set(bytes, address);
  }
  /** The NUL-terminated UTF-8 string at address. */
  text(address: number): string {
    const end = this.bytes.indexOf(0, address);
    if (end < 0) throw new RangeError(`no NUL behind address ${address}`);
    return new TextDecoder().decode(this.read(address, end - address));
  }
  private check(address: number, n: number): void {
    if (!(address >= 0 && n >= 0 && address + n <= this.bytes.length)) {
      throw new RangeError(`${n} bytes at ${address} are outside the memory of ${this.bytes.length}`);
    }
  }
}

/** Why a thread trapped, in words; an import without a match by its name. */
export function trapReason(thread: Thread): string {
  const missing =
    thread.trap === UNLINKED && thread.current !== null ? thread.current.instance.module.imports[thread.trapDetail] : undefined;
  if (missing) return `failed to call unlinked import function (${missing.module}, ${missing.name})`;
  return trapText(thread.trap, thread.trapDetail);
}

export type CallStatus = 'done' | 'fuel' | 'waiting';

/** A call that runs in slices. */
export class Call {
  readonly thread: Thread;

  constructor(
    readonly instance: Instance,
    readonly func: Func,
    args: Value[],
  ) {
    this.thread = createThread(func.instance.store);
    const words: number[] = [];
    func.type.params.forEach((type, i) => {
      const pair = toWords(func.instance.store, type, args[i]);
      if (pair === null) throw new TypeError(`argument ${i + 1} must be ${wanted(type)} (${typeText(type)}), got ${told(args[i])}`);
      words.push(...pair);
    });
    prepare(this.thread, func, words);
  }

  /**
   * Runs on with that much fuel, negative as 0: done, out of fuel (call again), or waiting for answer(). Throws Trap or Exit; TypeError, and
   * runs nothing, when fuel is no number.
   */
  run(fuel: number): CallStatus {
    if (typeof fuel !== 'number' || Number.isNaN(fuel)) throw new TypeError(`fuel must be a number, got ${told(fuel)}`);
    const status = run(this.thread, Math.max(0, fuel));
    if (status === TRAPPED) throw this.trap();
    if (status === DONE && this.thread.exited) throw new Exit(this.thread.exitCode);
    return status === DONE ? 'done' : status === WAITING ? 'waiting' : 'fuel';
  }

  /** Answers the host function that waits. */
  answer(value: number | bigint = 0): void {
    const wide = BigInt.asIntN(64, BigInt(value));
    answer(this.thread, Number(BigInt.asIntN(32, wide)), Number(wide >> 32n));
  }

  /** Runs to the end and returns the results. Throws when a host function waits: use run() then. */
  finish(): Value[] {
    if (this.run(Number.MAX_SAFE_INTEGER) !== 'done') throw new Error('a host function waits for its answer: run this call in slices');
    return this.results;
  }

  /** Results of a done call. */
  get results(): Value[] {
    return this.func.type.results.map((type, i) => fromWords(this.instance, type, this.thread.cells[2 * i], this.thread.cells[2 * i + 1]));
  }

  /** Fuel that was left when the last run() ended; negative by less than one charge. */
  get fuelLeft(): number {
    return this.thread.fuel;
  }

  /** Makes the next run() trap with "terminated by user". */
  terminate(): void {
    this.thread.terminate = true;
  }

  private trap(): Trap {
    const t = this.thread;
    const trace = traceOf(t, 32).map(f => ({ func: f.func.index, name: nameOf(f.func.instance.module, f.func.index), offset: f.offset }));
    return new Trap(t.trap, trapReason(t), trace);
  }
}

/** The words of a value, low and high; null when it is none of the type (of the store). Numbers for an i32 wrap as in the JS API. */
function toWords(store: Store, type: number, value: Value): [number, number] | null {
  if (isRef(type)) return toReference(store, type, value);
  if (typeof value !== (type === I64 ? 'bigint' : 'number')) return null;
  if (type === I64) {
    const wide = BigInt.asIntN(64, value);
    return [Number(BigInt.asIntN(32, wide)), Number(wide >> 32n)];
  }
  if (type === F32) {
    scratch.setFloat32(0, value);
    return [scratch.getInt32(0), 0];
  }
  if (type === F64) {
    scratch.setFloat64(0, value);
    return [scratch.getInt32(4), scratch.getInt32(0)];
  }
  return [value | 0, 0];
}

function toReference(store: Store, type: number, value: Value): [number, number] | null {
  const heap = heapOf(type);
  if (value === null || (value === 0 && heap !== HEAP_EXTERN)) return isNullable(type) ? [0, 0] : null;
  if (heap === HEAP_EXTERN) return [store.externs.push(value), 0];
  const func = typeof value === 'number' ? funcOf(store, value) : undefined;
  return func !== undefined && heapMatches(store as unknown as Context, func.typeId, heap) ? [value, 0] : null;
}

function wanted(type: number): string {
  if (!isRef(type)) return type === I64 ? 'a BigInt' : 'a number';
  if (heapOf(type) === HEAP_EXTERN) return 'anything but null';
  return isNullable(type) ? 'null or the handle of such a function' : 'the handle of such a function';
}

/** What a value is, for messages. */
function told(value: unknown): string {
  return value === null || typeof value === 'number' ? String(value) : typeof value;
}

function fromWords(instance: Instance, type: number, lo: number, hi: number): Value {
  if (type === I32) return lo;
  if (type === I64) return (BigInt(hi) << 32n) | BigInt(lo >>> 0);
  if (type === F32) {
    scratch.setInt32(0, lo);
    return scratch.getFloat32(0);
  }
  if (type === F64) {
    scratch.setInt32(4, lo);
    scratch.setInt32(0, hi);
    return scratch.getFloat64(0);
  }
  if (lo === 0) return null;
  return heapOf(type) === HEAP_EXTERN ? instance.raw.store.externs[lo - 1] : lo;
}

export class Instance {
  readonly memory: MemoryView;

  constructor(
    readonly module: Module,
    /** The runtime's own view. */
    readonly raw: Raw,
  ) {
    this.memory = new MemoryView(raw);
  }

  /** Runs the start function and the initialisers of toolchains: what instantiate does unless told not to. Throws Trap, Exit. */
  runStarts(): void {
    for (const func of startFuncs(this.raw)) new Call(this, func, []).finish();
  }

  /** Begins a call of an exported function, to be run in slices. Throws RangeError when there is no such export or an argument too few or many, TypeError when one is not of its type. */
  start(name: string, ...args: Value[]): Call {
    const func = findFunc(this.raw, name);
    if (func === null) throw new RangeError(`no exported function ${name}`);
    const n = func.type.params.length;
    if (args.length !== n) throw new RangeError(`${name} takes ${n} arguments, got ${args.length}`);
    return new Call(this, func, args);
  }

  /** Calls an exported function to its end: undefined, its result, or an array of several. Throws Trap, Exit. */
  call(name: string, ...args: Value[]): Value {
    const results = this.start(name, ...args).finish();
    return results.length > 1 ? results : results[0];
  }

  /** Value of an exported global. */
  global(name: string): Value {
    const e = this.raw.module.exports.find(x => x.name === name && x.kind === KIND_GLOBAL);
    if (!e) throw new RangeError(`no exported global ${name}`);
    const g = exportValue(this.raw, KIND_GLOBAL, e.index);
    return fromWords(this, g.type.type, g.lo, g.hi);
  }

  /** Whether a memory is exported under that name. */
  exportsMemory(name: string): boolean {
    return this.raw.module.exports.some(x => x.name === name && x.kind === KIND_MEM);
  }
}
