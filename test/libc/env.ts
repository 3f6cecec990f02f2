// A fake instance for libc's tests: plain memory, an app heap, guest functions in JavaScript, and the linker's checks of
// `* ~ $` as runtime/native.ts states them.
import { type LibcOptions, libc, libcMore, libcState } from '../../src/libc/libc';
import { heapInit } from '../../src/runtime/heap';
import { type Env, type Native, SIGNAL_CALL } from '../../src/runtime/native';
import { OOB_MEMORY } from '../../src/spec/traps';
import { FUNCREF, type FuncType, funcType } from '../../src/spec/types';
import { ungroup } from '../../tools/gen/libc';

export type GuestFn = { key: string; run: (env: Env, args: number[]) => number };

/** "127,127>127" as a type. */
function typeOfKey(key: string): FuncType {
  const [params, results] = key.split('>').map(types => types.split(',').filter(Boolean).map(Number));
  return funcType(params!, results!);
}

export interface Machine {
  env: Env;
  u8: Uint8Array;
  /** Standard output so far, as Latin-1. */
  text: () => string;
  /** Calls a libc function with converted arguments; an I result comes as [low, high]. Throws trap numbers. */
  call: (name: string, ...args: number[]) => any;
  /** The same by exact signature, for names with several rows. */
  callAs: (name: string, signature: string, ...args: number[]) => any;
  /** Puts a NUL-terminated string and returns its address. */
  put: (at: number, text: string) => number;
  get: (at: number) => string;
  /** Calls that guest code received. */
  guestCalls: number;
  /** Puts functions into table 0 (null: an empty slot). */
  table: (functions: (GuestFn | null)[], elem?: number) => void;
}

export const HEAP_BASE = 0x8000;
export const HEAP_BYTES = 0x4000;
export const MEMORY_BYTES = HEAP_BASE + HEAP_BYTES;

/** Every row of both modules. */
export const rows: Native[] = ungroup(libc.natives.concat(libcMore.natives));

export function row(name: string, signature?: string): Native {
  const found = rows.filter(r => r[0] === name && (signature === undefined || r[1].replace('!', '') === signature));
  if (found.length === 0) throw new Error(`no ${name}${signature ?? ''}`);
  return found[0];
}

export function machine(options: LibcOptions & { exports?: any[]; types?: any[]; heapBytes?: number } = {}): Machine {
  const u8 = new Uint8Array(MEMORY_BYTES);
  let text = '';
  const thread: any = { signal: 0, trapDetail: -1, exited: false, exitCode: 0 };
  const funcs: any[] = [];
  const heapBytes = options.heapBytes ?? HEAP_BYTES;
  const instance: any = {
    module: { exports: options.exports ?? [], types: options.types ?? [], funcs: [] },
    store: { funcs },
    funcs: [],
    tables: [],
    heapBase: heapBytes ? HEAP_BASE : 0,
    heapBytes,
  };
  if (heapBytes) heapInit(u8, HEAP_BASE, heapBytes);
  const out = (bytes: Uint8Array, start: number, end: number) => {
    for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]);
  };
  const env: Env = { u8, hi: 0, instance, thread, state: { libc: libcState({ out, ...options }) } };

  function check(signature: string, args: number[]): void {
    const letters = signature.slice(1, signature.indexOf(')'));
    for (let i = 0, a = 0; i < letters.length; i++, a++) {
      const at = args[a];
      if (letters[i] === 'I') a++;
      else if (letters[i] === '*' && (at >= env.u8.length || at + (letters[i + 1] === '~' ? args[a + 1] : 1) > env.u8.length))
        throw OOB_MEMORY;
      else if (letters[i] === '$') {
        let end = at;
        while (end < env.u8.length && env.u8[end] !== 0) end++;
        if (end >= env.u8.length) throw OOB_MEMORY;
      }
    }
  }
  function run(native: Native, args: number[]): any {
    check(native[1], args);
    thread.signal = 0;
    let result = native[1].endsWith('!') ? (native[2] as any)(...args) : native[2](env, ...args);
    while (thread.signal === SIGNAL_CALL) {
      const then = thread.guestThen;
      thread.signal = 0;
      m.guestCalls++;
      result = then(env, funcs[thread.guestFunc - 1].guest(env, thread.guestArgs.slice()) | 0);
    }
    const kind = native[1].charAt(native[1].indexOf(')') + 1);
    return kind === 'I' ? [result, env.hi] : kind === 'i' ? (result as number) | 0 : kind === 'f' ? Math.fround(result as number) : result;
  }
  const m: Machine = {
    env,
    u8,
    text: () => text,
    call: (name, ...args) => run(row(name), args),
    callAs: (name, signature, ...args) => run(row(name, signature), args),
    put(at, value) {
      for (let i = 0; i < value.length; i++) u8[at + i] = value.charCodeAt(i);
      u8[at + value.length] = 0;
      return at;
    },
    get(at) {
      let value = '';
      for (; env.u8[at] !== 0; at++) value += String.fromCharCode(env.u8[at]);
      return value;
    },
    guestCalls: 0,
    table(functions, elem = FUNCREF) {
      const elems = new Int32Array(functions.length + 2);
      functions.forEach((f, i) => {
        if (f !== null) elems[i] = funcs.push({ type: typeOfKey(f.key), handle: funcs.length + 1, guest: f.run });
      });
      instance.tables = [{ type: { elem }, elems, size: functions.length }];
    },
  };
  return m;
}

/** Adds a guest function that the module exports, for allocators; returns nothing. */
export function addExport(m: Machine, name: string, key: string, run: GuestFn['run']): void {
  const instance: any = m.env.instance;
  const handle = instance.store.funcs.push({ type: typeOfKey(key), guest: run });
  const index = instance.funcs.push({ handle }) - 1;
  instance.module.types[index] = typeOfKey(key);
  instance.module.funcs[index] = index;
  instance.module.exports.push({ name, kind: 0, index });
}

/** What run throws; undefined if it does not. */
export function thrown(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Marsaglia xorshift; returns integers below n. */
export function random(seed: number): (n: number) => number {
  return n => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) % n;
  };
}

const cell = new DataView(new ArrayBuffer(8));
/** Writes values as varargs from `at` on: numbers with a size of 4 or 8 (doubles: 'f'). */
export function putArgs(u8: Uint8Array, at: number, values: [number | bigint, 4 | 8 | 'f'][]): number {
  const start = at;
  for (const [value, size] of values) {
    if (size !== 4) at = (at + 7) & -8;
    if (size === 'f') cell.setFloat64(0, value as number, true);
    else cell.setBigInt64(0, BigInt.asIntN(64, BigInt(value)), true);
    for (let i = 0; i < (size === 4 ? 4 : 8); i++) u8[at++] = cell.getUint8(i);
  }
  return start;
}
