// What one program sees of the system: arguments, environment, clocks and a table of open descriptors; and the parking of
// calls that cannot be answered yet. Knows no file system: a descriptor is an Entry, and files will be entries of another
// filetype. Every errno a call answers is decided in the file of its area. Device-safe. Docs: docs/wasi.md.

import type { Env } from '../runtime/native';
import { wait } from '../runtime/native';
import type { Thread } from '../runtime/thread';
import { answer } from '../runtime/thread';
import { AGAIN, BADF, NOTCAPABLE } from './errno';

// Rights that something here asks for or grants: bits of the standard, all in the low word of the u64.
export const RIGHT_FD_DATASYNC = 1;
export const RIGHT_FD_READ = 1 << 1;
export const RIGHT_FD_FDSTAT_SET_FLAGS = 1 << 3;
export const RIGHT_FD_SYNC = 1 << 4;
export const RIGHT_FD_WRITE = 1 << 6;
export const RIGHT_FD_FILESTAT_GET = 1 << 21;
export const RIGHT_FD_FILESTAT_SET_TIMES = 1 << 23;
export const RIGHT_POLL_FD_READWRITE = 1 << 27;

export const CHARACTER_DEVICE = 2; // filetype

export const APPEND = 1; // fdflags
export const NONBLOCK = 4;

/** What a transfer or a readiness test answers when it has nothing to say yet. */
export const NOT_YET = -AGAIN;

/**
 * Moves bytes between u8[start, end), borrowed until it returns, and the world: returns how many (fewer is fine), NOT_YET, or
 * another errno, negated. A read answers 0 at the end of its input.
 */
export type Transfer = (u8: Uint8Array, start: number, end: number) => number;

/** An open descriptor. isatty() of C libraries is: a character device without the rights to seek and tell. */
export interface Entry {
  filetype: number;
  flags: number; // fdflags
  rights: number; // low word; the high word is 0 in all of preview 1
  inheriting: number;
  read: Transfer | null;
  write: Transfer | null;
  /** Bytes that could be moved at once, 0 at the end of input, NOT_YET; null: always ready. */
  ready: (() => number) | null;
}

/** What the embedder provides. A device's Host has nowMs, utcMs and entropy as they are wanted here. */
export interface WasiOptions {
  /** Byte strings: one character per byte, so text is UTF-8 that was decoded as Latin-1. NUL ends an argument early. */
  args: string[];
  env: string[]; // "KEY=value"
  /** Monotonic ms, with fractions where there are any. */
  nowMs(): number;
  /** Wall clock in ms since 1970, 0 = not known (then the clock counts from 1970 at boot, as boards do). */
  utcMs(): number;
  tickNs: number; // resolution of the clocks
  entropy(target: Uint8Array, start: number, n: number): void;
  /** Standard input; null = at its end from the start. `ready` as in Entry. */
  input: Transfer | null;
  ready: (() => number) | null;
  /** Standard output (fd 1) and error (fd 2). */
  output(fd: number, u8: Uint8Array, start: number, end: number): number;
  /**
   * The running call was parked (its thread's run answers WAITING): call wasiResume(env) at untilMs of the monotonic clock, and
   * when input arrives or output has room again, not from in here. untilMs -1: no time, only those. May be told again for the same call.
   */
  park(untilMs: number): void;
}

export interface WasiState {
  host: WasiOptions;
  fds: (Entry | null)[];
  // The parked call: tries again, errno or LATER; and whose it is.
  parked: (() => number) | null;
  thread: Thread | null;
  wakeMs: number; // set by whoever answers LATER: when to try again, -1 = no time
}

/** Not an errno: the call has to be tried again later. */
export const LATER = -1;

/** The state for `instance.env.state.wasi`; one per instance. Keeps the options. */
export function wasiState(options: WasiOptions): WasiState {
  const common = RIGHT_FD_FDSTAT_SET_FLAGS | RIGHT_FD_FILESTAT_GET | RIGHT_POLL_FD_READWRITE;
  const sink = common | RIGHT_FD_WRITE | RIGHT_FD_DATASYNC | RIGHT_FD_SYNC;
  const stdin = stream(common | RIGHT_FD_READ, options.input || atEnd, null, options.input === null ? atEnd : options.ready);
  const stdout = stream(sink, null, (u8, start, end) => options.output(1, u8, start, end), null);
  const stderr = stream(sink, null, (u8, start, end) => options.output(2, u8, start, end), null);
  return { host: options, fds: [stdin, stdout, stderr], parked: null, thread: null, wakeMs: -1 };
}

function atEnd(): number {
  return 0;
}

function stream(rights: number, read: Transfer | null, write: Transfer | null, ready: (() => number) | null): Entry {
  return { filetype: CHARACTER_DEVICE, flags: 0, rights: rights, inheriting: 0, read: read, write: write, ready: ready };
}

export function stateOf(env: Env): WasiState {
  return env.state.wasi;
}

/** True when n bytes from address `at` lie in memory. A guest's address is an i32: unsigned here. */
export function inside(env: Env, at: number, n: number): boolean {
  return (at >>> 0) + n <= env.u8.length;
}

/** The open descriptor fd, or null. */
export function entryOf(env: Env, fd: number): Entry | null {
  const fds = stateOf(env).fds;
  return fd >= 0 && fd < fds.length ? fds[fd] : null;
}

/** BADF, NOTCAPABLE, or 0 when fd is open and carries all of `rights`. */
export function refusal(env: Env, fd: number, rights: number): number {
  const entry = entryOf(env, fd);
  if (entry === null) return BADF;
  return (entry.rights & rights) === rights ? 0 : NOTCAPABLE;
}

/**
 * True when the calling module imports `name` from wasi_unstable (preview 0) alone. Natives are not told through which module
 * name they were linked; programs that mix both versions import each function from one of them.
 */
export function isUnstable(env: Env, name: string): boolean {
  const imports = env.instance.module.imports;
  let unstable = false;
  for (let i = 0; i < imports.length; i++) {
    if (imports[i].name !== name) continue;
    if (imports[i].module === 'wasi_snapshot_preview1') return false;
    if (imports[i].module === 'wasi_unstable') unstable = true;
  }
  return unstable;
}

/** Parks the call whose attempt has just answered LATER. `return park(env, attempt)`. */
export function park(env: Env, attempt: () => number): number {
  const state = stateOf(env);
  state.parked = attempt;
  state.thread = env.thread;
  state.host.park(state.wakeMs);
  return wait(env);
}

/**
 * Tries the parked call of this instance again. True: it was answered, so the thread can run. False: nothing is parked, or it
 * still waits (then `park` was told the time again).
 */
export function wasiResume(env: Env): boolean {
  const state = stateOf(env);
  if (state.parked === null) return false;
  const errno = state.parked();
  if (errno === LATER) {
    state.host.park(state.wakeMs);
    return false;
  }
  state.parked = null;
  answer(state.thread!, errno, 0);
  return true;
}
