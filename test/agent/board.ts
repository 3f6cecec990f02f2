// A board for tests of the agent: storage in memory with a limit, and a clock that moves only when told to, or by the fuel that
// apps burn: 5,000 operators a ms, whatever the machine. No timer of the real world.

import { type Agent, createAgent } from '../../device/agent/agent';
import { road as mqtt } from '../../device/agent/mqtt';
import type { RoadKind } from '../../device/agent/road';
import { road as serial } from '../../device/agent/serial';
import type { BoardFacts, Host, Port, Storage } from '../../device/host';
import { part } from '../../device/parts/all';

export const FUEL_PER_MS = 5000;

export const FACTS: BoardFacts = {
  board: 'test',
  engine: 'node',
  deviceClass: 'quick',
  trust: 'open',
  appRamBytes: 262144,
  storeBytes: 131072,
  winBytes: 4096,
  blkBytes: 1024,
  cap: ['timer'],
  compile: false, // but for tests of that
  trustCompiled: false,
};

export interface Files {
  files: Map<string, Uint8Array>;
  limit: number;
  /** Called before each change; may throw to cut the power there. */
  before: (what: string, name: string) => void;
}

export function memoryFiles(limit = FACTS.storeBytes): Files {
  return { files: new Map(), limit, before: () => {} };
}

function storageOf(store: Files): Storage {
  const { files } = store;
  const free = () => store.limit - [...files.values()].reduce((sum, file) => sum + file.length, 0);
  const check = (name: string) => {
    if (!/^[a-z0-9._-]{1,27}$/.test(name)) throw new RangeError(`bad file name ${name}`);
  };
  return {
    list: () => [...files.keys()],
    size: name => files.get(name)?.length ?? -1,
    read(name, offset, target, start, n) {
      const piece = files.get(name)?.subarray(offset, offset + n) ?? new Uint8Array(0);
      target.set(piece, start);
      return piece.length;
    },
    write(name, offset, src, start, end) {
      check(name);
      store.before('write', name);
      const old = files.get(name) ?? new Uint8Array(0);
      const size = Math.max(old.length, offset + end - start);
      if (size - old.length > free()) return false;
      const grown = new Uint8Array(size);
      grown.set(old);
      grown.set(src.subarray(start, end), offset);
      files.set(name, grown);
      return true;
    },
    replace(name, src) {
      check(name);
      store.before('replace', name);
      if (src.length - (files.get(name)?.length ?? 0) > free()) return false;
      files.set(name, src.slice());
      return true;
    },
    remove(name) {
      store.before('remove', name);
      files.delete(name);
    },
    rename(from, to) {
      check(to);
      store.before('rename', from);
      const file = files.get(from);
      if (file === undefined) return;
      files.set(to, file);
      files.delete(from);
    },
    free,
  };
}

export interface Board {
  host: Host;
  agent: Agent;
  store: Files;
  console: string[];
  heapFree: number; // what the engine may still allocate
  resets: number;
  nowMs(): number;
  /** Runs what is due until the clock has moved by ms. */
  run(ms: number): void;
  /** Runs until `done`, or fails after ms. */
  until(done: () => boolean, ms?: number): void;
  /** Power off and on: a new agent on the same storage, its clock from 0. */
  boot(): void;
}

/** Starts a board with these roads. */
export function board(options: {
  store?: Files;
  facts?: Partial<BoardFacts>;
  ports?: Port[];
  kinds?: { [kind: string]: RoadKind };
}): Board {
  const store = options.store ?? memoryFiles();
  let clock = 0;
  let seed = 1;
  let timer: { at: number; fn: () => void } | null = null;
  const burnt = new Map<object, number>();

  function nowMs(): number {
    for (const app of b.agent?.apps ?? []) {
      const program = app.task?.program;
      if (!program) continue;
      clock += (program.fuelUsed - (burnt.get(program) ?? 0)) / FUEL_PER_MS;
      burnt.set(program, program.fuelUsed);
    }
    return clock;
  }

  const host: Host = {
    id: 'dev-1',
    facts: { ...FACTS, storeBytes: store.limit, ...options.facts },
    nowMs,
    utcMs: () => 0,
    setTimer(ms, fn) {
      if (!(ms >= 0)) throw new RangeError(`timer of ${ms}`);
      timer = { at: nowMs() + ms, fn };
    },
    entropy(target, start, n) {
      for (let i = 0; i < n; i++) {
        seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
        target[start + i] = seed >>> 16;
      }
    },
    storage: storageOf(store),
    ports: options.ports ?? [],
    part,
    drop: () => {},
    heapFree: () => b.heapFree,
    evaluate: text => Function(`return ${text}`)(),
    log: text => b.console.push(text),
    reset: () => b.resets++,
    login: { user: '', password: '' },
  };

  const b = {
    host,
    store,
    console: [] as string[],
    heapFree: 1e9,
    resets: 0,
    nowMs,
    run(ms: number) {
      b.until(() => false, ms, true);
    },
    until(done: () => boolean, ms = 60000, whole = false) {
      const end = nowMs() + ms;
      for (let turns = 0; !done(); turns++) {
        if (turns > 200000) throw new Error('the agent spins');
        if (timer === null || timer.at > end) {
          clock = Math.max(clock, end);
          if (whole || done()) return;
          throw new Error(`not within ${ms} ms`);
        }
        clock = Math.max(clock, timer.at);
        const { fn } = timer;
        timer = null;
        fn();
      }
    },
    boot() {
      clock = 0;
      timer = null;
      burnt.clear();
      if (b.agent) b.agent.stopped = true; // whatever still calls the old one
      b.agent = undefined as unknown as Agent;
      b.agent = createAgent(host, options.kinds ?? { mqtt, serial });
    },
  } as Board & { until(done: () => boolean, ms?: number, whole?: boolean): void };
  b.boot();
  return b;
}
