// Host: the only way device code reaches the world. One adapter per engine (quickjs/, duktape/, node/ …) implements it;
// tests pass a fake one with a clock of its own, so nothing sleeps. Device-safe: types only, no code.

import type { Instance } from '../src/runtime/instance';
import type { Env, NativeModule } from '../src/runtime/native';
import type { Executor } from '../src/runtime/store';
import type { Thread } from '../src/runtime/thread';

/** A board's facts, from its boards/<id>.json, as the agent needs them. Bytes throughout. */
export interface BoardFacts {
  board: string; // "sim-quickjs"
  engine: string; // "quickjs-ng-0.16"
  deviceClass: string; // script, micro, quick, gateway
  trust: string; // "open": takes unsigned plain wasm
  appRamBytes: number; // for all apps together: linear memories, stacks and code
  storeBytes: number; // room for packages
  winBytes: number; // blocks asked for at once, in bytes
  blkBytes: number; // largest block
  cap: string[]; // "timer", "mqtt", "gpio" …
  compile: boolean; // compiles what apps spend their time in, where there is room
  trustCompiled: boolean; // takes compiled text from outside
}

/** Files by flat name ([a-z0-9._-]{1,27}). Blobs are written once, in pieces; small records are replaced whole. */
export interface Storage {
  list(): string[];
  /** Size in bytes, -1 when absent. */
  size(name: string): number;
  /** Copies up to n bytes from offset into target at start; returns how many. */
  read(name: string, offset: number, target: Uint8Array, start: number, n: number): number;
  /** Writes src[start, end) at offset, creating the file; false = no room (nothing changed). Offsets may leave gaps (read as 0xFF or 0). */
  write(name: string, offset: number, src: Uint8Array, start: number, end: number): boolean;
  /** Replaces a small file whole and durably: after a cut either the old or the new content is there. false = no room. */
  replace(name: string, src: Uint8Array): boolean;
  remove(name: string): void;
  rename(from: string, to: string): void;
  /** Free bytes for new files. */
  free(): number;
}

/** A byte stream to the world, opened by the agent. Its functions need no `this`. Callbacks borrow bytes until they return. Never calls back from inside open/write/close. */
export interface Port {
  kind: string; // "mqtt": a TCP stream to a broker; "serial": a line with a desk at its other end
  /** Starts (again). onClose also reports a failed open. */
  open(onOpen: () => void, onData: (bytes: Uint8Array, start: number, end: number) => void, onClose: () => void): void;
  /** Takes all bytes src[start, end) or none (false: its buffer is full, try after the next timer or onData). */
  write(src: Uint8Array, start: number, end: number): boolean;
  close(): void;
}

/** Code that a board loads when an app first needs it (device/parts): what apps may import, and what else the agent needs of it. */
export interface Part {
  natives: NativeModule;
  state?: (options: any) => any; // makes the state of an instance
  resume?: (env: Env) => boolean; // tries again what an instance waits for
  compiler?: Compiler;
}

/** Makes running apps faster: compiles, one by one, the functions that their time is spent in (src/tier). */
export interface Compiler {
  /** What a store runs with from then on. */
  executor: Executor;
  /** A thread has just stopped for want of fuel. */
  sample(thread: Thread): void;
  /**
   * Compiles a function of an instance, if one has turned out to be worth it, within `room` bytes of apps' RAM and `heap` bytes that are nobody's. False =
   * there was no room. Throws what the engine throws. take: bytes of code that are there now, bytes of bodies that have no other code any more.
   */
  improve(
    instance: Instance,
    thread: Thread,
    room: number,
    heap: number,
    evaluate: (text: string) => any,
    take: (code: number, bodies: number) => void,
  ): boolean;
  /** How many functions of an instance are compiled. */
  compiled(instance: Instance): number;
}

export interface Host {
  id: string; // device id, [a-z0-9-]{3,32}
  facts: BoardFacts;
  /** Monotonic ms since boot, with fractions where the board has them. */
  nowMs(): number;
  /** Wall clock in ms since 1970, 0 = not known. */
  utcMs(): number;
  /** Calls fn once after ms (>= 0); a later setTimer replaces an earlier one: there is one timer, the agent multiplexes. */
  setTimer(ms: number, fn: () => void): void;
  /** n bytes of entropy (may be weak on small boards; good for ids and guests' random). */
  entropy(target: Uint8Array, start: number, n: number): void;
  storage: Storage;
  ports: Port[];
  /** The part of this name, loaded unless it is there; null where the firmware has none. Throws when memory does not suffice. */
  part(name: string): Part | null;
  /** Nothing uses this part any more: its memory may go. */
  drop(name: string): void;
  /** Bytes that the engine may still allocate; Infinity = not known. */
  heapFree(): number;
  /** Evaluates an expression, keeping its code alone. Throws what the engine throws: when it has no room. */
  evaluate(text: string): any;
  /** Text for the local console, if any. */
  log(text: string): void;
  /** Reboots the board; does not return on real ones. */
  reset(): void;
  /** User name and password for the broker, "" = none. */
  login: { user: string; password: string };
}
