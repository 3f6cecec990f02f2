// The runtime without an agent, behind functions of bytes and text: what tests run in every engine (QuickJS under a limit,
// Duktape as the strict-ES5 gate, Node from source). Entry of dist/device/engine-test.js. run() does a job with a module, beginScript() and
// runCommands() take a script of assertions. Time is counted, not read: a clock that stands still but for a microsecond a look, and
// jumps to when a sleeping program wakes. Device-safe.

import { appNatives } from '../../src/app/api';
import { createBus, nowhere } from '../../src/app/bus';
import { createProgram, EXITED, type Program, RUNNING, slice, WAITING } from '../../src/app/program';
import { wamrNatives } from '../../src/app/wamr';
import { libc, libcMore, libcState } from '../../src/libc/libc';
import type { Instance } from '../../src/runtime/instance';
import { addNatives, createLinker, findFunc, instantiate, startFuncs } from '../../src/runtime/link';
import { type Module, parseModule } from '../../src/runtime/module';
import { createStore, type Func } from '../../src/runtime/store';
import { createThread, DONE, FUEL, prepare, run as runThread, type Thread } from '../../src/runtime/thread';
import { fault } from '../../src/spec/faults';
import { FUEL_LIMIT } from '../../src/spec/traps';
import type { Command, Verdict } from '../../src/text/command';
import { wasi, wasiResume, wasiState } from '../../src/wasi/wasi';
import { type ExecutorName, executors } from './executors';
import { createScript, type Script, step } from './script';

/** What to do with a module; anything left out takes its default. */
export interface Job {
  /** validate: that is all. calls: start functions, then `calls`. program: as the agent runs an app, until it ends. */
  mode: 'validate' | 'calls' | 'program';
  /** Exported name, then the words (low, high) of each argument. */
  calls?: any[][];
  name?: string; // of the program
  args?: string[];
  env?: string[]; // "KEY=value"
  stdin?: string; // Latin-1
  heapBytes?: number; // app heap for modules without malloc
  fuel?: number; // for each call, or for the whole program; 0 = no end
  shrink?: boolean; // cut memory, guard the stack
  executor?: ExecutorName; // interp
}

export interface Outcome {
  fault: number; // load fault or trap of instantiation, 0 = none
  offset: number;
  /** Of each call: its result words, or the trap's number. */
  results: (number[] | number)[];
  trap: number; // that ended the program
  exit: number; // the program's exit code, -1 = it did not end by itself
  out: string; // Latin-1
  err: string;
  memory: number; // checksum of memory 0 at the end
}

const SLICE = 1000000;
let nowMs = 0;

function tick(): number {
  nowMs += 0.001;
  return nowMs;
}
function utc(): number {
  return 1700000000000 + Math.floor(nowMs);
}
let seed = 1;
function entropy(target: Uint8Array, start: number, n: number): void {
  for (let i = 0; i < n; i++) {
    seed = (seed * 1103 + 12345) & 0xffff;
    target[start + i] = seed >> 4;
  }
}

function latin1(u8: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(u8[i]);
  return text;
}

function link(module: Module, job: Job, outcome: Outcome): Instance {
  const linker = createLinker();
  addNatives(linker, libc);
  addNatives(linker, libcMore);
  addNatives(linker, wasi);
  addNatives(linker, wamrNatives);
  addNatives(linker, appNatives);
  const instance = instantiate(createStore(executors[job.executor || 'interp']), module, linker, {
    heapBytes: job.heapBytes === undefined ? 8192 : job.heapBytes,
    lenient: false,
    shrink: job.shrink === true,
  });
  const input = job.stdin || '';
  let inputAt = 0;
  instance.env.state.libc = libcState({
    out: (u8, start, end) => {
      outcome.out += latin1(u8, start, end);
    },
    nowMs: tick,
    utcMs: utc,
  });
  instance.env.state.wasi = wasiState({
    args: [job.name || 'app'].concat(job.args || []),
    env: job.env || [],
    nowMs: tick,
    utcMs: utc,
    tickNs: 1000,
    entropy: entropy,
    input: (u8, start, end) => {
      let n = 0;
      while (start + n < end && inputAt < input.length) u8[start + n++] = input.charCodeAt(inputAt++);
      return n;
    },
    ready: null,
    output: (fd, u8, start, end) => {
      if (fd === 1) outcome.out += latin1(u8, start, end);
      else outcome.err += latin1(u8, start, end);
      return end - start;
    },
    park: untilMs => {
      if (untilMs > nowMs) nowMs = untilMs;
    },
  });
  return instance;
}

/** Runs one call to its end; returns its result words or its trap. */
function call(thread: Thread, func: Func, words: number[], fuel: number): number[] | number {
  prepare(thread, func, words);
  let status = FUEL;
  let left = fuel === 0 ? Infinity : fuel;
  while (left > 0 && (status === FUEL || (status === WAITING && wasiResume(func.instance.env)))) {
    status = runThread(thread, Math.min(left, SLICE));
    left -= SLICE;
  }
  if (status === FUEL) return FUEL_LIMIT;
  if (status !== DONE) return thread.trap;
  const results: number[] = [];
  for (let i = 0; i < func.type.results.length * 2; i++) results.push(thread.cells[i]);
  return results;
}

function runProgram(instance: Instance, job: Job, outcome: Outcome): void {
  const host = {
    nowMs: tick,
    utcMs: utc,
    random: entropy,
    log: (_app: string, _level: number, line: string) => {
      outcome.out += line + '\n';
    },
    ready: () => {},
    bus: createBus(tick, nowhere),
  };
  const program: Program = createProgram(job.name || 'app', instance, host, {
    args: job.args || [],
    fuelPerEvent: job.fuel || 0,
    maxTimers: 20,
  });
  let status = RUNNING;
  while (status === RUNNING || (status === WAITING && wasiResume(instance.env))) status = slice(program, SLICE);
  outcome.trap = program.thread.trap;
  if (status === EXITED) outcome.exit = program.thread.exitCode;
}

/** CRC-like sum that tells one memory from another; every byte and its place count. */
function checksum(u8: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let i = 0; i < u8.length; i++) {
    a = (a + u8[i]) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

/** Does a Job (as JSON) with a module; returns the Outcome as JSON. Throws only what is a fault of ours. */
export function run(bytes: Uint8Array, jobText: string): string {
  const job: Job = JSON.parse(jobText);
  const outcome: Outcome = { fault: 0, offset: 0, results: [], trap: 0, exit: -1, out: '', err: '', memory: 0 };
  nowMs = 1000;
  seed = 1;
  try {
    const module = parseModule(bytes);
    if (job.mode !== 'validate') {
      const instance = link(module, job, outcome);
      if (job.mode === 'program') runProgram(instance, job, outcome);
      else runCalls(instance, job, outcome);
      outcome.memory = checksum(instance.env.u8);
    }
  } catch (e) {
    if (typeof e !== 'number') throw e;
    outcome.fault = e;
    outcome.offset = fault.offset;
  }
  return JSON.stringify(outcome);
}

function runCalls(instance: Instance, job: Job, outcome: Outcome): void {
  const thread = createThread(instance.store);
  const first = startFuncs(instance);
  for (let i = 0; i < first.length; i++) {
    const result = call(thread, first[i], [], job.fuel || 0);
    if (typeof result === 'number') {
      outcome.trap = result;
      return;
    }
  }
  const calls = job.calls || [];
  for (let i = 0; i < calls.length; i++) {
    const func = findFunc(instance, calls[i][0]);
    outcome.results.push(func === null ? -1 : call(thread, func, calls[i].slice(1), job.fuel || 0));
  }
}

let script: Script | null = null;

/**
 * Begins a script anew; features: bits of spec/features.ts, on for its modules. executor: what runs it (executors.ts). slice: fuel that a call
 * is given at once, 0 = all it may use.
 */
export function beginScript(features: number, executor: ExecutorName, slice: number): void {
  script = createScript(features, executors[executor]);
  if (slice > 0) script.slice = slice;
}

/** Runs commands (JSON, their modules as ranges of bytes) of the script that was begun; returns their verdicts as JSON. */
export function runCommands(bytes: Uint8Array, commandsText: string): string {
  const commands: Command[] = JSON.parse(commandsText);
  const verdicts: Verdict[] = [];
  for (let i = 0; i < commands.length; i++) verdicts.push(step(script!, commands[i], bytes));
  return JSON.stringify(verdicts);
}

export { unhex } from './hex';
