// A simulated board: the device bundle as stripped bytecode in a QuickJS of the board's size (machine.ts), a folder as flash, and
// its cables. Says what a desk may do to it: power it, cut it, look at it. The agent runs in the engine, none of it here.

import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Board, boardFacts, heapBytes, loadBoard } from '../../boards/board';
import { openFolder } from '../../device/node/folder';
import type { Config } from '../../device/quickjs/native';
import { dial, hasPty, type Line, listenLine, ptyLine, type Wire } from './cable';
import { bootMachine, type Machine, type WireEvents } from './machine';

export interface SimOptions {
  /** Board id or description; its engine must be quickjs. */
  board: string | Board;
  /** Device id, [a-z0-9-]{3,32}. */
  id: string;
  /** Folder of this board alone: flash/ and, with a pty, tty. Made when missing. */
  dir: string;
  /** mqtt://[user[:password]@]host[:port]; absent = no broker link. */
  broker?: string;
  /** 'pty' falls back to 'tcp' where socat is missing. Absent = no serial line. */
  serial?: 'pty' | 'tcp';
  /** TCP port of the serial line, 0 = any free one. */
  port?: number;
  /** management.md section 6. "open" (takes unsigned apps) unless said otherwise: all its links are loopback. */
  trust?: string;
  /** Stripped bytecode; absent = dist/device/quickjs.qbc. Source text works too, for tests. */
  image?: Uint8Array | string;
  /** Bytecode of its parts by name; absent = dist/device/quickjs.<name>.qbc. */
  part?: (name: string) => Uint8Array | null;
  /** A line on the board's console. */
  onLog?: (text: string) => void;
  onState?: (state: SimState, error: Error | null) => void;
}

/** What a file costs beside its data, as Espruino's storage counts it. */
const FILE_HEADER_BYTES = 32;

/** off: no power. crashed: out of memory, hung, or nothing caught an exception; stays so until start(), stop() or kill(). */
export type SimState = 'off' | 'running' | 'crashed';

export interface SimBoard {
  id: string;
  board: Board;
  state(): SimState;
  /** Why it crashed. */
  error(): Error | null;
  /** Power on, also after a crash. Resolves once the bundle has run; rejects (state crashed) when it could not. */
  start(): Promise<void>;
  /** Power off, cables unplugged. What was written is kept. */
  stop(): Promise<void>;
  /** As a power cut: no warning, nothing flushed. The serial cable stays plugged; start() boots again. */
  kill(): void;
  /** Bytes: the limit, what the engine uses, its peak since boot as seen at events and native calls. `collect` first, for figures that repeat. */
  memory(collect?: boolean): { limit: number; used: number; peak: number };
  boots(): number;
  /** What a desk opens: device path or tcp://host:port; null without a serial line or before start(). */
  portPath(): string | null;
}

const shipped = new Map<string, Uint8Array>();

/** An image in dist/device, read once. Throws when the project was not built. */
function shippedImage(name: string): Uint8Array {
  const file = `dist/device/${name}.qbc`;
  for (let dir = dirname(fileURLToPath(import.meta.url)); !shipped.has(name); dir = dirname(dir)) {
    try {
      shipped.set(name, readFileSync(join(dir, file)));
    } catch {
      if (dir === dirname(dir)) throw Object.assign(new Error(`${file} is missing: npm run build`), { code: 'ENOENT' });
    }
  }
  return shipped.get(name)!;
}

export async function createSimBoard(options: SimOptions): Promise<SimBoard> {
  const board = typeof options.board === 'string' ? loadBoard(options.board) : options.board;
  if (board.engine.kind !== 'quickjs') throw new Error(`${board.id} is not a QuickJS board: it runs ${board.engine.kind}`);
  const broker = options.broker === undefined ? null : new URL(options.broker);
  if (broker !== null && !/^(mqtt|tcp):$/.test(broker.protocol)) throw new Error(`${options.broker}: a board's broker is mqtt://host:port`);
  const image = options.image ?? shippedImage('quickjs');
  const part = options.part ?? (name => shippedImage(`quickjs.${name}`));
  mkdirSync(options.dir, { recursive: true });

  const limit = heapBytes(board);
  const ports: string[] = [];
  if (broker !== null) ports.push('mqtt');
  if (options.serial !== undefined) ports.push('serial');
  const config: Config = {
    id: options.id,
    facts: boardFacts(board, options.trust ?? 'open'),
    rxBytes: board.rx.bytes,
    ports,
    user: decodeURIComponent(broker?.username ?? ''),
    password: decodeURIComponent(broker?.password ?? ''),
  };

  let machine: Machine | null = null;
  let line: Line | null = null;
  let state: SimState = 'off';
  let failure: Error | null = null;
  let boots = 0;
  let power = 0; // counts power-ons and cuts: a boot that was overtaken by one does not come up

  function turn(to: SimState, error: Error | null = null): void {
    const same = to === state && error === failure;
    state = to;
    failure = error;
    if (!same) options.onState?.(to, error);
  }

  function connect(at: number, on: WireEvents): Wire {
    if (ports[at] === 'mqtt') return dial(broker!.hostname, Number(broker!.port || 1883), on);
    line!.onData = on.data;
    setImmediate(on.open);
    const unplug = () => {
      if (line === null) return;
      line.onData = null;
      line.resume();
    };
    return { write: line!.write, pause: line!.pause, resume: line!.resume, close: unplug };
  }

  async function boot(): Promise<void> {
    const mine = ++power;
    boots++;
    const end = (error: Error | null) => {
      if (mine !== power) return;
      machine = null;
      if (error !== null) turn('crashed', error);
      else boot().catch(() => {}); // a reset; a boot that fails has said so by its state
    };
    try {
      const flash = openFolder(join(options.dir, 'flash'), board.storage.bytes, FILE_HEADER_BYTES);
      const booted = await bootMachine({ limitBytes: limit, image, part, config, flash, connect, onLog: options.onLog, onEnd: end });
      if (mine !== power) booted.off(true);
      else {
        machine = booted;
        turn('running');
      }
    } catch (error) {
      if (mine === power) turn('crashed', error as Error);
      throw error;
    }
  }

  function cut(hard: boolean): void {
    power++;
    machine?.off(hard);
    machine = null;
    turn('off');
  }

  return {
    id: options.id,
    board,
    state: () => state,
    error: () => failure,
    start: async () => {
      if (state === 'running') return;
      if (line === null && options.serial !== undefined) {
        const pty = options.serial === 'pty' && (await hasPty());
        line = await (pty ? ptyLine(join(options.dir, 'tty')) : listenLine(options.port ?? 0));
      }
      await boot();
    },
    stop: async () => {
      cut(false);
      line?.close(false);
      line = null;
    },
    kill: () => cut(true),
    memory: collect => {
      if (collect) machine?.collect();
      return { limit, used: machine?.used() ?? 0, peak: machine?.peak() ?? 0 };
    },
    boots: () => boots,
    portPath: () => line?.path ?? null,
  };
}
