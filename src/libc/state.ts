// What libc keeps per instance (env.state.libc), the embedder's side of it, and the checks every function of it makes.
// Device-safe.

import { type Env, fail, spend } from '../runtime/native';
import { OOB_MEMORY } from '../spec/traps';

export { spend };

/** What an embedder gives; anything left out does nothing or answers 0. */
export interface LibcOptions {
  /** Takes u8[start, end) of standard output, borrowed until it returns; pieces as they come, lines are the sink's affair. */
  out?: (u8: Uint8Array, start: number, end: number) => void;
  /** Milliseconds since boot, with fractions where there are any. */
  nowMs?: () => number;
  /** Milliseconds since 1970, 0 = not known. */
  utcMs?: () => number;
  /** The value of an environment variable (Latin-1), null = not set. */
  getenv?: (name: string) => string | null;
}

export interface LibcState {
  out: (u8: Uint8Array, start: number, end: number) => void;
  nowMs: () => number;
  utcMs: () => number;
  getenv: (name: string) => string | null;
  seed: number; // of rand, 0 = as after srand(1)
  token?: number; // where strtok goes on, 0 = nowhere
  tm?: number; // gmtime's struct tm on the app heap, 0 = not yet
  time32?: boolean; // the program's time_t has 32 bits: it called time as (i)i
  values?: { [name: string]: number }; // addresses of what getenv gave
}

/** Makes env.state.libc for one instance. */
export function libcState(options: LibcOptions): LibcState {
  const zero = () => 0;
  return {
    out: options.out || zero,
    nowMs: options.nowMs || zero,
    utcMs: options.utcMs || zero,
    getenv: options.getenv || (() => null),
    seed: 0,
  };
}

/** The instance's libc state; made with nothing behind it where the embedder gave none. */
export function stateOf(env: Env): LibcState {
  return env.state.libc || (env.state.libc = libcState({}));
}

function inMemory(env: Env, address: number, n: number): number {
  address >>>= 0;
  if (address + n > env.u8.length) throw fail(env, OOB_MEMORY, 0);
  return address;
}

/** An i32 parameter as an address whose n bytes lie in memory; else traps. n = 0 is fine up to the end. Pays for them. */
export function range(env: Env, address: number, n: number): number {
  spend(env, n);
  return inMemory(env, address, n);
}

/** As range, for what the engine itself goes through, which is faster: pays as the operators memory.copy and memory.fill do. */
export function block(env: Env, address: number, n: number): number {
  spend(env, n >>> 4);
  return inMemory(env, address, n);
}

/** Address of the NUL of the string at address (an i32 parameter); traps when there is none in memory. */
export function stringEnd(env: Env, address: number): number {
  const u8 = env.u8;
  let end = address >>> 0;
  while (end < u8.length && u8[end] !== 0) end++;
  if (end >= u8.length) throw fail(env, OOB_MEMORY, 0);
  spend(env, end - (address >>> 0));
  return end;
}
