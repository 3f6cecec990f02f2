// Tasks: what is behind a running app. Turns a module's bytes into an instance that may start (all checks, no guest code), starts
// and stops it, and counts RAM: module, code, memory, tables and stack of all apps share the board's. Device-safe.
// Design: management.md 4 (limits) and 8; what the numbers are by default: docs/agent.md.

import { appNatives } from '../../src/app/api';
import { findEntry, importsFrom } from '../../src/app/entry';
import type { AppHost } from '../../src/app/host';
import { stop as askToEnd, createProgram, ended, kill, type Program, slice } from '../../src/app/program';
import { textOf } from '../../src/app/texts';
import { COMPONENT, ENTRY, FORM, IMPORTS, INTERNAL, MEM, RAM, SIG, TRAP, WASM } from '../../src/errors/codes';
import { interpreter } from '../../src/interp/interp';
import { libcState } from '../../src/libc/state';
import type { Instance } from '../../src/runtime/instance';
import { addNatives, createLinker, instantiate, type Linker, missingImports } from '../../src/runtime/link';
import { endModule, type Import, type Module, type Parsing } from '../../src/runtime/module';
import { createStore, type Store } from '../../src/runtime/store';
import * as faults from '../../src/spec/faults';
import type { Limits } from '../../src/wire/messages';
import type { Compiler, Part } from '../host';
import { partOf } from '../parts/names';
import type { Agent } from './agent';
import { type App, readLimits } from './apps';
import { type Log, logText, plain } from './logs';
import { parseObject } from './store';

export const HEAP_BYTES = 8192; // app heap for modules without malloc, unless a limit says otherwise
const STACK_BYTES = 16384; // value stack, at most; it grows from 256 bytes as it is used
const CALL_DEPTH = 1024; // frames of 12 bytes
const GROWTH_BYTES = 65536; // memory beyond what the module starts with
const TABLE_BYTES = 16384;
const TIMERS = 20;
const MANIFEST_BYTES = 2048;
export const CODE_FACTOR = 2; // bytes of register code per byte of function bodies, roughly
export const TASK_BYTES = 12288; // what the engine holds for a small app beside that: functions, tables, program, log (measured on QuickJS)
const BUSY_STOPS = 16; // what makes an app worth compiling: eight are a slice
const COMPILER_BYTES = 300000; // of the engine's heap, beyond what apps may have: the compiler, and
const SPARE_BYTES = 90000; // of it that stay free when the compiler is there
const RETRY_STOPS = 1000; // after which room for compiling is looked for again
const STOP_MS = 20; // for on_destroy, and for the event that runs when an app is to stop

export interface Task {
  program: Program;
  instance: Instance;
  store: Store;
  limits: string; // as wished at the start
  bytes: number; // of module and code
  memoryMax: number; // quota of linear memory
  ram: number; // in use, all in all
  peak: number;
  startMs: number;
  cpuMs: number;
  eventMs: number; // processor time of the event that runs
  rate: number; // fuel per ms of this app, as measured
  wakeMs: number; // while it waits for the host
  // Compiling (docs/agent.md):
  compiler: Compiler | null; // null = not begun
  stops: number; // for want of fuel, as far as they have to be counted; -Infinity = it is never compiled
  code: number; // bytes of compiled code, less the register code that it stands for
  full: boolean; // there was no room for more
}

/** A module that may run, or why it may not. */
export interface Built {
  code: number; // of src/errors, 0 = fine
  data: any;
  instance: Instance | null;
  bytes: number;
  lim: Limits; // in force: as wished, else the package's own
  limits: string; // as wished
  ver: string; // the package's version
  env: string[]; // the package's environment, "KEY=value"
}

/** What an app may call on any board. The rest comes in parts. */
export function createNatives(): Linker {
  const linker = createLinker();
  addNatives(linker, appNatives);
  return linker;
}

/** Whether an app that runs needs a part. */
function usesPart(app: App, name: string): boolean {
  if (app.task === null) return false;
  if (name === 'tier') return app.task.compiler !== null;
  const module = app.task.instance.module;
  for (let i = 0; i < module.imports.length; i++) if (partOf(module.imports[i].module, module.imports[i].name) === name) return true;
  return false;
}

/** Lets go of the parts that no app uses which has a task. */
function dropParts(agent: Agent): void {
  for (const name in agent.parts) {
    if (agent.apps.some(app => usesPart(app, name))) continue;
    const list = agent.natives.natives;
    list.splice(list.indexOf(agent.parts[name].natives), 1);
    delete agent.parts[name];
    agent.host.drop(name);
  }
}

/** A part that is not there yet; null = the firmware has none. Throws when memory does not suffice. */
function loadPart(agent: Agent, name: string): Part | null {
  const part = agent.host.part(name);
  if (part === null) return null;
  agent.parts[name] = part;
  addNatives(agent.natives, part.natives);
  return part;
}

/** The imports of a module that are not to be had here; loads the parts that have the others. */
function findImports(agent: Agent, module: Module): Import[] {
  dropParts(agent);
  const missing = missingImports(agent.natives, module);
  for (let i = 0; i < missing.length; i++) {
    const name = partOf(missing[i].module, missing[i].name);
    if (name !== '' && !agent.parts[name]) loadPart(agent, name);
  }
  return missing.length > 0 ? missingImports(agent.natives, module) : missing;
}

/** RAM in use by all tasks but one (null: by all), and by a module on its way. */
export function ramUsed(agent: Agent, except: App | null): number {
  let used = agent.load === null ? 0 : agent.load.bytes.length;
  for (let i = 0; i < agent.apps.length; i++) {
    const app = agent.apps[i];
    if (app !== except && app.task !== null) used += app.task.ram;
  }
  return used;
}
export function ramFree(agent: Agent, except: App | null): number {
  return agent.host.facts.appRamBytes - ramUsed(agent, except);
}

/** Whether this board takes signed packages only. There are no signatures yet: then it takes none. */
export function refusesUnsigned(agent: Agent): boolean {
  return agent.host.facts.trust !== 'open';
}

/** Links and instantiates a module that has been fed whole under `lim`, within `free` bytes of RAM. Runs nothing of it; keeps its bytes. */
export function build(agent: Agent, app: App, parsing: Parsing, lim: Limits, free: number): Built {
  const built: Built = {
    code: 0,
    data: null,
    instance: null,
    bytes: parsing.module.bytes.length + TASK_BYTES,
    lim: lim,
    limits: JSON.stringify(lim),
    ver: app.wish.ver,
    env: [],
  };
  try {
    if (refusesUnsigned(agent)) refuse(built, SIG, null);
    else prepare(agent, app, built, endModule(parsing), free);
  } catch (e) {
    explain(built, e, free);
  }
  if (built.code !== 0) built.instance = null;
  return built;
}

function refuse(built: Built, code: number, data: any): Built {
  built.code = code;
  built.data = data;
  return built;
}

function prepare(agent: Agent, app: App, built: Built, module: Module, free: number): Built {
  const missing = findImports(agent, module);
  const list: string[] = [];
  for (let i = 0; i < missing.length; i++) list.push(missing[i].module + '.' + missing[i].name);
  if (list.length > 0) return refuse(built, IMPORTS, { list: list });
  if (!readManifest(built, module)) return refuse(built, FORM, { text: 'wasmote.app' });
  for (let i = 0; i < module.bodies.length; i++) built.bytes += CODE_FACTOR * (module.bodies[i].end - module.bodies[i].start);
  const lim = built.lim;
  const room = free - built.bytes;
  const store = createStore(interpreter, {
    memoryBytes: lim.mem === undefined ? room : Math.min(lim.mem, room),
    tableElems: (lim.tbl === undefined ? TABLE_BYTES : lim.tbl) >> 2,
    stackBytes: lim.stack === undefined ? STACK_BYTES : lim.stack,
    callDepth: CALL_DEPTH,
  });
  if (room < 0) return refuse(built, RAM, { need: built.bytes, free: free });
  const made = instantiate(store, module, agent.natives, {
    heapBytes: lim.heap === undefined ? HEAP_BYTES : lim.heap,
    lenient: false,
    shrink: true,
  });
  const entry = findEntry(made);
  if (entry.fault !== 0) return refuse(built, ENTRY, { text: entry.fault === 1 ? 'missing' : 'type' });
  built.instance = made;
  if (importsFrom(module, 'env')) {
    made.env.state.libc = libcState({
      out: (u8, start, end) => print(agent, app.log, 1, u8, start, end),
      nowMs: agent.host.nowMs,
      utcMs: agent.utcMs,
      getenv: name => valueOf(built.env, name),
    });
  }
  if (!importsFrom(module, 'wasi_')) return built;
  made.env.state.wasi = agent.parts.wasi.state!({
    args: [app.name],
    env: built.env,
    nowMs: agent.host.nowMs,
    utcMs: agent.utcMs,
    tickNs: 1000000,
    entropy: agent.host.entropy,
    input: null,
    ready: null,
    output: (fd: number, u8: Uint8Array, start: number, end: number) => print(agent, app.log, fd, u8, start, end),
    park: (untilMs: number) => {
      app.task!.wakeMs = untilMs < 0 ? Infinity : untilMs;
    },
  });
  return built;
}

function print(agent: Agent, log: Log, fd: number, u8: Uint8Array, start: number, end: number): number {
  logText(log, fd === 2 ? 'w' : 'i', agent.host.nowMs(), textOf(u8, start, end - start));
  return end - start;
}

function valueOf(env: string[], name: string): string | null {
  for (let i = 0; i < env.length; i++) if (env[i].indexOf(name + '=') === 0) return env[i].substring(name.length + 1);
  return null;
}

/** Reads the custom section wasmote.app: version, environment and limits; the wish's limits win. False = malformed. */
function readManifest(built: Built, module: Module): boolean {
  for (let i = 0; i < module.customs.length; i++) {
    const section = module.customs[i];
    if (section.name !== 'wasmote.app') continue;
    if (section.end - section.start > MANIFEST_BYTES) return false;
    const doc = parseObject(textOf(module.bytes, section.start, section.end - section.start));
    if (doc === null) return false;
    if (typeof doc.version === 'string') built.ver = plain(doc.version, 32);
    if (doc.env !== undefined && !readEnv(built, doc.env)) return false;
    if (doc.limits === undefined) return true;
    const own = readLimits(doc.limits);
    if (own === null) return false;
    for (const name in built.lim) own[name] = built.lim[name];
    built.lim = own;
    return true;
  }
  return true;
}

function readEnv(built: Built, env: any): boolean {
  if (typeof env !== 'object' || env === null) return false;
  for (const name in env) {
    if (typeof env[name] !== 'string') return false;
    built.env.push(name + '=' + env[name]);
  }
  return true;
}

/** What a thrown fault, trap or engine error says to the desk. */
function explain(built: Built, e: any, free: number): void {
  if (e === faults.COMPONENT) refuse(built, COMPONENT, null);
  else if (e === faults.MEMORY_LIMIT && faults.fault.detail > built.lim.mem!) refuse(built, MEM, { limit: built.lim.mem });
  else if (e === faults.MEMORY_LIMIT || e === faults.HEAP_INSERT)
    refuse(built, RAM, { need: built.bytes + faults.fault.detail, free: free });
  else if (e === faults.TABLE_LIMIT) refuse(built, RAM, { need: faults.fault.detail * 4, free: built.lim.tbl || TABLE_BYTES });
  else if (e > 200) refuse(built, WASM, { offset: faults.fault.offset, fault: e, detail: faults.fault.detail });
  else if (typeof e === 'number')
    refuse(built, TRAP, { trap: e }); // a segment out of bounds
  else if (/memory|alloc/i.test('' + e))
    refuse(built, RAM, { need: built.bytes, free: free }); // the engine's own limit
  else refuse(built, INTERNAL, { text: ('' + e).substring(0, 80) });
}

/** Starts what was built; nothing of the app may be running. */
export function start(agent: Agent, app: App, built: Built): void {
  const store = built.instance!.store;
  const lim = built.lim;
  const nowMs = agent.host.nowMs();
  app.task = {
    program: createProgram(app.name, built.instance!, agent.appHost, {
      args: [],
      fuelPerEvent: lim.fuel || 0,
      maxTimers: lim.timers === undefined ? TIMERS : lim.timers,
    }),
    instance: built.instance!,
    store: store,
    limits: built.limits,
    bytes: built.bytes,
    memoryMax: lim.mem === undefined ? store.memoryUsed + GROWTH_BYTES : lim.mem,
    ram: 0,
    peak: 0,
    startMs: nowMs,
    cpuMs: 0,
    eventMs: 0,
    rate: agent.rate,
    wakeMs: Infinity,
    compiler: null,
    stops: agent.host.facts.compile && lim.compile !== 0 ? 0 : -Infinity,
    code: 0,
    full: false,
  };
  weigh(app.task);
  if (lim.log !== undefined) app.log.rate = lim.log;
}

/** Counts a task's RAM again; true when it changed. */
export function weigh(task: Task): boolean {
  const thread = task.program.thread;
  const ram = task.bytes + task.code + task.store.memoryUsed + 4 * (task.store.tableUsed + thread.cells.length + thread.frames.length);
  const changed = ram !== task.ram;
  task.ram = ram;
  if (ram > task.peak) task.peak = ram;
  return changed;
}

/**
 * Compiles a function of a busy app, if there is one worth it and room for it: of apps' RAM for its code, of what is nobody's for the compiler and its work.
 * True when there is something to tell.
 */
export function improve(agent: Agent, task: Task): boolean {
  if (task.stops < BUSY_STOPS) return false;
  const host = agent.host;
  const room = ramFree(agent, null);
  let fits = false;
  let changed = false;
  try {
    const part = agent.parts.tier || (host.heapFree() - room > COMPILER_BYTES ? loadPart(agent, 'tier') : null);
    // what apps may still ask for must really be there, whatever the part has turned out to take
    const heap = host.heapFree() - room;
    if (part !== null && heap <= SPARE_BYTES) task.stops = -RETRY_STOPS;
    else if (part !== null) {
      task.compiler = part.compiler!;
      task.store.executor = task.compiler.executor;
      fits = task.compiler.improve(task.instance, task.program.thread, room, heap, host.evaluate, (code, bodies) => {
        task.code += code - CODE_FACTOR * bodies;
        changed = true;
        if (code > 0) task.full = false;
      });
    }
  } catch (e) {
    host.log('agent: ' + e); // no room after all
  }
  if (fits || task.full) return changed;
  task.full = true;
  return true;
}

/** Lets memory grow within the app's quota and what the board has left. */
export function setRoom(agent: Agent, task: Task): void {
  task.store.limits.memoryBytes = Math.min(task.memoryMax, task.store.memoryUsed + ramFree(agent, null));
}

/** Ends what runs of an app, if anything: on_destroy gets a moment, then nothing of it is ever called again. */
export function stop(agent: Agent, app: App): void {
  const task = app.task;
  if (task === null) return;
  const program = task.program;
  const untilMs = agent.host.nowMs() + STOP_MS;
  askToEnd(program);
  while (!ended(program) && agent.host.nowMs() < untilMs) if (slice(program, task.rate) === 3) break; // waits: not for long enough
  kill(program);
  app.task = null;
}

/** The world as apps see it. */
export function createAppHost(agent: Agent): AppHost {
  return {
    nowMs: agent.host.nowMs,
    utcMs: agent.utcMs,
    random: agent.host.entropy,
    log: (name, level, entry) => {
      const app = agent.find(name);
      if (app !== null) logText(app.log, 'ewid'.charAt(level) as any, agent.host.nowMs(), entry + '\n');
    },
    ready: () => {}, // nothing is on trial
    bus: agent.bus,
  };
}
