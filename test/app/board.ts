// A board for tests: fake clock, one bus, programs in turns of fuel as an agent gives them, everything they do in `seen`.

import { existsSync, readFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';
import wabt from 'wabt';
import { appNatives } from '../../src/app/api';
import { type Bus, busDueMs, createBus, expire, type Outside } from '../../src/app/bus';
import type { AppHost } from '../../src/app/host';
import { createProgram, dueMs, type Program, slice } from '../../src/app/program';
import { wamrNatives } from '../../src/app/wamr';
import { interpreter } from '../../src/interp/interp';
import { libc, libcMore, libcState } from '../../src/libc/libc';
import { addNatives, createLinker, instantiate } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { createStore } from '../../src/runtime/store';
import { wasi, wasiResume, wasiState } from '../../src/wasi/wasi';

const here = new URL('apps/', import.meta.url);
const latin = (u8: Uint8Array, start: number, end: number) => Buffer.from(u8.subarray(start, end)).toString('latin1');

/** An app of test/app/apps. */
export function app(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, here)));
}

const { parseWat } = await wabt();
export function wat(text: string): Uint8Array {
  const module = parseWat('test.wat', text);
  const { buffer } = module.toBinary({});
  module.destroy();
  return buffer;
}

/** Compiles AssemblyScript that stands in the project's root. */
export async function assemblyScript(source: string): Promise<Uint8Array> {
  let wasm = new Uint8Array(0);
  const { error, stderr } = await asc.main(['app.ts', '--exportRuntime', '-O', '--runtime', 'incremental', '-o', 'app.wasm'], {
    readFile(path: string) {
      if (path === 'app.ts') return source;
      const url = new URL(`../../${path}`, import.meta.url);
      return existsSync(url) ? readFileSync(url, 'utf8') : null;
    },
    writeFile(_, content) {
      wasm = new Uint8Array(content as Uint8Array);
    },
    listFiles: () => [],
  });
  if (error) throw new Error(stderr.toString());
  return wasm;
}

export interface Settings {
  args?: string[];
  fuelPerEvent?: number;
  maxTimers?: number;
  heapBytes?: number;
}

export interface Board {
  nowMs: number;
  seen: string[];
  bus: Bus;
  programs: Program[];
  add(name: string, wasm: Uint8Array, settings?: Settings): Program;
  /** Turns of `fuel` each until no program has anything to do now; returns the highest number of turns of one. */
  settle(fuel?: number): void;
  /** Lets time go by, stopping at whatever falls due. */
  pass(ms: number): void;
  /** What was seen since the last call. */
  take(): string[];
}

export function createBoard(outside?: Partial<Outside>): Board {
  const text = (bytes: Uint8Array) => latin(bytes, 0, bytes.length);
  const world: Outside = {
    publish(message) {
      board.seen.push(`> ${message.name} ${text(message.bytes)}`);
      return false;
    },
    subscribe: (filter, on) => board.seen.push(`${on ? '+' : '-'} ${filter}`),
    call(call) {
      board.seen.push(`desk ${call.id} ${call.name} ${text(call.bytes)}`);
      return true;
    },
    reply: reply => board.seen.push(`answer ${reply.mid} ${reply.code} ${text(reply.bytes)}`),
    ...outside,
  };
  const host: AppHost = {
    nowMs: () => board.nowMs,
    utcMs: () => 1700000000000 + board.nowMs,
    random: (target, start, n) => target.fill(0x52, start, start + n),
    log: (name, level, line) => board.seen.push(`${name} ${'EWID'[level]} ${line}`),
    ready: name => board.seen.push(`${name} ready`),
    bus: createBus(() => board.nowMs, world),
  };
  const linker = createLinker();
  for (const natives of [libc, libcMore, wasi, wamrNatives, appNatives]) addNatives(linker, natives);
  const wakes = new Map<Program, number>(); // WASI's parked calls

  function next(): number {
    return Math.min(busDueMs(board.bus), ...board.programs.map(dueMs), ...wakes.values());
  }
  const board: Board = {
    nowMs: 0,
    seen: [],
    bus: host.bus,
    programs: [],
    add(name, wasm, settings = {}) {
      const store = createStore(interpreter);
      const instance = instantiate(store, parseModule(wasm), linker, {
        heapBytes: settings.heapBytes ?? 1024,
        lenient: false,
        shrink: true,
      });
      const program = createProgram(name, instance, host, {
        args: settings.args ?? [],
        fuelPerEvent: settings.fuelPerEvent ?? 0,
        maxTimers: settings.maxTimers ?? 20,
      });
      let line = '';
      const out = (u8: Uint8Array, start: number, end: number) => {
        line += latin(u8, start, end);
        for (let at = line.indexOf('\n'); at >= 0; at = line.indexOf('\n')) {
          board.seen.push(`${name} : ${line.slice(0, at)}`);
          line = line.slice(at + 1);
        }
      };
      instance.env.state.libc = libcState({ out });
      instance.env.state.wasi = wasiState({
        args: [name],
        env: [],
        nowMs: host.nowMs,
        utcMs: host.utcMs,
        tickNs: 1000,
        entropy: host.random,
        input: null,
        ready: null,
        output(_, u8, start, end) {
          out(u8, start, end);
          return end - start;
        },
        park: untilMs => wakes.set(program, untilMs),
      });
      board.programs.push(program);
      return program;
    },
    settle(fuel = 1000) {
      for (const [program, untilMs] of [...wakes]) {
        if (untilMs > board.nowMs) continue;
        wakes.delete(program);
        wasiResume(program.thread.store.funcs[0].instance.env);
      }
      for (let turn = 0; turn < 10000; turn++) {
        expire(board.bus);
        const due = board.programs.filter(program => dueMs(program) <= board.nowMs);
        if (due.length === 0) return;
        for (const program of due) slice(program, fuel);
      }
      throw new Error('never comes to rest');
    },
    pass(ms) {
      const endMs = board.nowMs + ms;
      board.settle();
      while (next() <= endMs) {
        board.nowMs = Math.max(board.nowMs, next());
        board.settle();
      }
      board.nowMs = endMs;
    },
    take: () => board.seen.splice(0),
  };
  return board;
}

export const status = (program: Program) => ['exited', 'trapped', 'running', 'waiting', 'idle'][program.status];
