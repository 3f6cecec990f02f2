// A fake instance window for the WASI natives: one page of memory, a clock that moves only when told, streams as arrays.
import type { Env, Native } from '../../src/runtime/native';
import { SIGNAL_WAIT } from '../../src/runtime/native';
import { createStore } from '../../src/runtime/store';
import { createThread, WAITING } from '../../src/runtime/thread';
import { type WasiOptions, wasi, wasiState } from '../../src/wasi/wasi';

/** "68 69" or a quoted ASCII text -> bytes. */
export function bytes(text: string): number[] {
  if (text[0] === "'") return [...Buffer.from(text.slice(1, -1), 'latin1')];
  return text
    .split(/[\s|]+/)
    .filter(Boolean)
    .map(word => Number.parseInt(word, 16)); // prettier-ignore
}
export function hex(u8: ArrayLike<number>): string {
  return Array.from(u8, byte => byte.toString(16).padStart(2, '0')).join(' ');
}

export const PAGE = 0x10000;
export const PARKED = 'parked';

export interface Fake {
  env: Env;
  options: WasiOptions;
  nowMs: number;
  utcMs: number;
  /** Arrived input, cut as it arrived; an empty piece is the end. */
  input: number[][];
  out: string[]; // "fd:text"
  room: number; // bytes that output takes at once
  parks: number[];
  poke(at: number, text: string): void;
  peek(at: number, size: number): string;
  /** Errno of a call, or PARKED. */
  call(name: string, ...args: number[]): number | string;
}

/** Every function alone: name, signature, function. */
export const rows: Native[] = wasi.natives.flatMap(([signature, names, ...functions]) =>
  names.split(' ').map((name, i): Native => [name, signature, functions[i] as Native[2]]),
);

export function fake(change: Partial<WasiOptions> = {}, from = 'wasi_snapshot_preview1'): Fake {
  const imports = rows.map(row => ({ module: from, name: row[0], kind: 0, type: 0 }));
  const thread = createThread(createStore({ name: 'none', memoryBytes: 1 << 30, compile() {}, run: () => 0, locate: () => -1 }));
  const env = { u8: new Uint8Array(PAGE), hi: 0, instance: { module: { imports } }, thread, state: {} } as unknown as Env;
  const f: Fake = {
    env,
    options: {
      args: [],
      env: [],
      nowMs: () => f.nowMs,
      utcMs: () => f.utcMs,
      tickNs: 1000,
      entropy: (target, start, n) => {
        for (let i = 0; i < n; i++) target[start + i] = 0xa0 + (i & 15);
      },
      input: (u8, start, end) => {
        const piece = f.input[0];
        if (piece === undefined) return -6;
        const taken = piece.splice(0, end - start);
        u8.set(taken, start);
        if (piece.length === 0 && taken.length > 0) f.input.shift();
        return taken.length;
      },
      ready: () => (f.input.length > 0 ? f.input[0].length : -6),
      output: (fd, u8, start, end) => {
        if (f.room <= 0) return f.room === 0 ? -6 : f.room;
        const stop = Math.min(end, start + f.room);
        f.out.push(fd + ':' + String.fromCharCode(...u8.subarray(start, stop)));
        f.room -= stop - start;
        return stop - start;
      },
      park: untilMs => f.parks.push(untilMs),
      ...change,
    },
    nowMs: 0,
    utcMs: 0,
    input: [],
    out: [],
    room: 1 << 30,
    parks: [],
    poke: (at, text) => env.u8.set(bytes(text), at),
    peek: (at, size) => hex(env.u8.subarray(at, at + size)),
    call(name, ...args) {
      const [, signature, fn] = rows.find(row => row[0] === name)!;
      const cells = signature.slice(1, signature.indexOf(')')).replace(/I/g, 'ii').length;
      if (cells !== args.length) throw new Error(`${name}${signature} takes ${cells} arguments`);
      thread.signal = 0;
      const errno = fn(env, ...args.map(arg => arg | 0));
      if (thread.signal !== SIGNAL_WAIT) return errno as number;
      thread.status = WAITING; // as an executor leaves it
      return PARKED;
    },
  };
  env.state.wasi = wasiState(f.options);
  return f;
}
