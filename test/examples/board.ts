// A board for sample apps: the real linker, runtime, interpreter and natives around a clock that jumps to what is due next.
import { readFileSync } from 'node:fs';
import { appNatives } from '../../src/app/api';
import { type Bus, createBus, call as makeCall, receive } from '../../src/app/bus';
import { createProgram, dueMs, ended, type Program, slice, stop, WAITING } from '../../src/app/program';
import { wamrNatives } from '../../src/app/wamr';
import { interpreter } from '../../src/interp/interp';
import { libc, libcMore, libcState } from '../../src/libc/libc';
import type { Instance } from '../../src/runtime/instance';
import { addNatives, createLinker, instantiate, type Linker } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { createStore, defaultLimits } from '../../src/runtime/store';
import { wasi, wasiResume, wasiState } from '../../src/wasi/wasi';

export const FUEL_LIMIT = 2_000_000; // one event

export interface Board {
  nowMs: number;
  utcMs: number; // at boot, 0 = not known
  linker: Linker;
  bus: Bus;
  logs: string[]; // "app: text"
  published: string[]; // "topic = text"
  replies: string[]; // to ask(): "status text"
  ready: string[];
  programs: Program[];
  start(path: string | Uint8Array, name: string, args?: string[]): Program;
  /** Lets everything happen until the clock shows ms, or nothing is to come. */
  until(ms: number): void;
  send(topic: string, text: string): void;
  ask(method: number, url: string, text: string): void;
  stop(program: Program): void;
}

const text = (u8: Uint8Array, start = 0, end = u8.length) => Buffer.from(u8.subarray(start, end)).toString('utf8');

export function instanceOf(program: Program): Instance {
  return program.carrier.instance;
}

export function board(): Board {
  const wakes = new Map<Program, number>();
  const b: Board = {
    nowMs: 0,
    utcMs: 0,
    linker: createLinker(),
    bus: createBus(() => b.nowMs, {
      publish: message => {
        b.published.push(`${message.name} = ${text(message.bytes)}`);
        return false;
      },
      subscribe: () => {},
      call: () => false,
      reply: reply => b.replies.push(`${reply.code} ${text(reply.bytes)}`),
    }),
    logs: [],
    published: [],
    replies: [],
    ready: [],
    programs: [],
    start(path, name, args = []) {
      const bytes = typeof path === 'string' ? new Uint8Array(readFileSync(path)) : path;
      const limits = { ...defaultLimits, memoryBytes: 1 << 18, callDepth: 1024 };
      const module = parseModule(bytes);
      const instance = instantiate(createStore(interpreter, limits), module, b.linker, { heapBytes: 4096, lenient: false, shrink: true });
      const out = (u8: Uint8Array, start: number, end: number) => b.logs.push(`${name}: ${text(u8, start, end)}`);
      instance.env.state.libc = libcState({ out, nowMs: () => b.nowMs });
      instance.env.state.wasi = wasiState({
        args: [name, ...args],
        env: [],
        nowMs: () => b.nowMs,
        utcMs: () => b.utcMs && b.utcMs + b.nowMs,
        tickNs: 1000000,
        entropy: (target, start, n) => target.fill(7, start, start + n),
        input: null,
        ready: null,
        output: (_fd, u8, start, end) => {
          out(u8, start, end);
          return end - start;
        },
        park: untilMs => wakes.set(program, untilMs),
      });
      const program = createProgram(
        name,
        instance,
        {
          nowMs: () => b.nowMs,
          utcMs: () => b.utcMs && b.utcMs + b.nowMs,
          random: (target, start, n) => target.fill(7, start, start + n),
          log: (app, _level, line) => b.logs.push(`${app}: ${Buffer.from(line, 'latin1').toString('utf8')}`),
          ready: app => b.ready.push(app),
          bus: b.bus,
        },
        { args, fuelPerEvent: FUEL_LIMIT, maxTimers: 8 },
      );
      b.programs.push(program);
      return program;
    },
    until(ms) {
      for (;;) {
        let next = ms;
        let ran = false;
        for (const program of b.programs) {
          if (ended(program)) continue;
          const due = program.status === WAITING ? wakes.get(program)! : dueMs(program);
          if (due > b.nowMs) next = Math.min(next, due);
          else {
            if (program.status !== WAITING || wasiResume(instanceOf(program).env)) slice(program, 100_000);
            ran = true;
          }
        }
        if (ran) continue;
        if (next <= b.nowMs || b.programs.every(ended)) return;
        b.nowMs = next;
      }
    },
    send: (topic, body) => receive(b.bus, topic, new Uint8Array(Buffer.from(body))),
    ask: (method, url, body) => void makeCall(b.bus, null, method, url, new Uint8Array(Buffer.from(body)), 98, 0),
    stop,
  };
  for (const natives of [libc, libcMore, wasi, wamrNatives, appNatives]) addNatives(b.linker, natives);
  return b;
}
