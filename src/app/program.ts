// A running program: owns its thread, its queue of events and its timers, and goes through the phases of its life in slices of
// fuel: start functions, entry (main, _start or on_init), events until it is stopped, on_destroy. Schedules nothing: whoever
// holds programs calls slice by turns and sleeps until dueMs. Device-safe. Spec: docs/app-api.md, design/compat.md sections 2, 5.
//
//   createProgram -> slice … RUNNING | IDLE | WAITING … -> EXITED (thread.exitCode) | TRAPPED (thread.trap, trapDetail)
//
// At its end a program leaves nothing behind: no timer, subscription, prefix, call or queued event.

import { ENTRY } from '../errors/codes';
import { guestAlloc, guestFree } from '../runtime/heap';
import type { Instance } from '../runtime/instance';
import { startFuncs } from '../runtime/link';
import { callGuest, type Env } from '../runtime/native';
import type { Func } from '../runtime/store';
import { createThread, DONE, FUEL, prepare, run, type Thread, TRAPPED, WAITING } from '../runtime/thread';
import { FUEL_LIMIT, OUT_OF_MEMORY, TERMINATED } from '../spec/traps';
import { funcType } from '../spec/types';
import { type Bus, busDueMs, CALL, callById, type Event, expire, join, leave, NO_BYTES, reply, TIMER } from './bus';
import { argvBytes, eventBytes, placeArgv, placeEvent } from './deliver';
import { type Entry, findEntry, ON_DESTROY, takesOf } from './entry';
import { type AppHost, LOG_WARN, S_FAILED, S_UNAVAILABLE } from './host';
import { fireTimers, freeTimer, type Timer, type TimerPeer, timersDueMs } from './timers';

// What slice returns: thread.ts's numbers, and one more.
export const EXITED = DONE; // for good; exit code 0..255
export const RUNNING = FUEL; // has more to do
export const IDLE = 4; // until an event, or dueMs
export { TRAPPED, WAITING }; // for good; for the host's answer to its thread

export interface ProgramOptions {
  args: string[]; // Latin-1; main sees the name before them
  fuelPerEvent: number; // what one call into the program may burn before it counts as a runaway; 0 = no limit
  maxTimers: number;
}

export interface Program extends TimerPeer {
  thread: Thread;
  host: AppHost;
  bus: Bus;
  entry: Entry;
  todo: Func[]; // start functions and entry yet to run
  argv: string[];
  busy: boolean; // the thread is inside a call
  stopping: boolean;
  status: number; // of the last slice
  fuelPerEvent: number;
  eventFuel: number; // burnt by the running call since it began or last waited
  fuelUsed: number; // in all
  func: Func | null; // being called
  // Where the call needs guest memory: the native that brings it there (carry), the event (null: argv) and its block.
  carrier: Func;
  event: Event | null;
  block: number;
  blockBytes: number;
}

/**
 * Makes a program of an instance none of whose code has run; it joins the bus. name: app/<name>/… there, unique. Throws ENTRY
 * when it exports nothing to run (findEntry tells why). The caller links the natives; they find the program in env.state.app.
 */
export function createProgram(name: string, instance: Instance, host: AppHost, options: ProgramOptions): Program {
  const entry = findEntry(instance);
  if (entry.fault !== 0) throw ENTRY;
  const funcs = instance.store.funcs;
  const carrier = {
    type: funcType([], []),
    typeId: -1,
    instance: instance,
    index: -1,
    handle: funcs.length + 1,
    native: carry,
    signature: '()',
    code: null,
  };
  funcs.push(carrier);
  const program: Program = (instance.env.state.app = {
    id: 0,
    name: name,
    takes: takesOf(entry),
    filters: [],
    urls: [],
    queue: [],
    dropped: 0,
    timers: [],
    lastTimer: 0,
    maxTimers: options.maxTimers,
    thread: createThread(instance.store),
    host: host,
    bus: host.bus,
    entry: entry,
    todo: startFuncs(instance).concat(entry.calls),
    argv: [name].concat(options.args),
    busy: false,
    stopping: false,
    status: RUNNING,
    fuelPerEvent: options.fuelPerEvent || 1 / 0,
    eventFuel: 0,
    fuelUsed: 0,
    func: null,
    carrier: carrier,
    event: null,
    block: 0,
    blockBytes: 0,
  });
  join(host.bus, program);
  return program;
}

/** True once a program has ended. */
export function ended(program: Program): boolean {
  return program.status === EXITED || program.status === TRAPPED;
}

// ---- calls with arguments in guest memory: a native of ours, run as the thread's entry, allocates, calls and frees

function carry(env: Env): number | void {
  return guestAlloc(env, (env.state.app as Program).blockBytes, carried);
}

function carried(env: Env, block: number): number | void {
  const program: Program = env.state.app;
  const event = program.event;
  program.block = block;
  if (block === 0 || block + program.blockBytes > env.u8.length) {
    if (event === null) throw OUT_OF_MEMORY;
    program.dropped++;
    program.host.log(program.name, LOG_WARN, 'no memory for an event');
    if (event.kind === CALL) reply(program.bus, callById(program.bus, program, event.id), S_UNAVAILABLE, NO_BYTES, 0);
    return;
  }
  const args =
    event === null
      ? placeArgv(env.u8, block, program.argv)
      : placeEvent(env.u8, block, event, program.entry.handlers[event.kind]!.wamr, program.id);
  return callGuest(env, program.func!.handle, args, returned);
}

function returned(env: Env, result: number): number | void {
  const program: Program = env.state.app;
  if (program.event !== null) return guestFree(env, program.block);
  program.thread.exitCode = result & 255; // of main; its argv stays: nothing runs any more
}

function begin(program: Program, func: Func, event: Event | null, bytes: number): void {
  program.func = func;
  program.event = event;
  program.blockBytes = bytes;
  program.eventFuel = 0;
  program.busy = true;
  prepare(program.thread, bytes > 0 ? program.carrier : func, event === null ? [] : [event.id, 0]);
}

// ---- phases

// Begins the next call; false = there is none now (idle), or the program has ended.
function next(program: Program): boolean {
  const handlers = program.entry.handlers;
  if (program.stopping) {
    const last = program.todo.length > 0 ? null : handlers[ON_DESTROY]; // none where on_init has not run
    if (last === null) return end(program, EXITED);
    handlers[ON_DESTROY] = null; // once
    begin(program, last.func, null, 0);
    return true;
  }
  if (program.todo.length > 0) {
    const func = program.todo.shift()!;
    begin(program, func, null, func.type.params.length > 0 ? argvBytes(program.argv) : 0);
    return true;
  }
  if (!program.entry.resident) return end(program, EXITED);
  fireTimers(program);
  while (program.queue.length > 0) {
    const event = program.queue.shift()!;
    const handler = handlers[event.kind];
    if (event.kind === TIMER && event.dueMs === 1 / 0 && !(event as Timer).keep) freeTimer(program, event as Timer);
    if (handler === null) continue;
    begin(program, handler.func, event, eventBytes(event, handler.wamr));
    return true;
  }
  return false;
}

// Ends the program and everything of it. Returns false, for next.
function end(program: Program, status: number): boolean {
  program.status = status;
  program.timers = [];
  program.todo = [];
  leave(program.bus, program, status === TRAPPED ? S_FAILED : S_UNAVAILABLE);
  return false;
}

function trap(program: Program, code: number): void {
  program.thread.trap = code;
  program.thread.trapDetail = 0;
  end(program, TRAPPED);
}

// What a call costs besides the guest's own operators, so that a flood of small events cannot outrun a slice.
const CALL_FUEL = 50;

/**
 * Runs a program for about `fuel`, through as many calls as that is worth, and returns RUNNING, IDLE, WAITING, EXITED or TRAPPED.
 * After a trap the thread's frames stay readable.
 */
export function slice(program: Program, fuel: number): number {
  const thread = program.thread;
  if (ended(program)) return program.status;
  expire(program.bus);
  program.status = RUNNING;
  while (fuel > 0 && program.status === RUNNING) {
    if (program.busy && thread.status === WAITING) program.status = WAITING;
    else if (program.busy || next(program)) fuel -= step(program, fuel);
    else if (!ended(program)) program.status = IDLE;
  }
  return program.status;
}

// Runs the call begun for at most `fuel` and goes by how it ends; returns what it cost.
function step(program: Program, fuel: number): number {
  const thread = program.thread;
  const given = Math.min(fuel, program.fuelPerEvent - program.eventFuel);
  const status = run(thread, given);
  const used = given - thread.fuel;
  program.fuelUsed += used;
  program.eventFuel = status === WAITING ? 0 : program.eventFuel + used;
  if (thread.exited) {
    end(program, EXITED);
  } else if (status === TRAPPED) {
    end(program, TRAPPED);
  } else if (status === DONE) {
    const type = program.func!.type;
    program.busy = false;
    // a main without arguments may have a result too (returned has seen the others)
    if (!program.entry.resident && type.params.length === 0 && type.results.length > 0) thread.exitCode = thread.cells[0] & 255;
  } else if (program.eventFuel >= program.fuelPerEvent) {
    trap(program, FUEL_LIMIT);
  }
  return used + CALL_FUEL;
}

/** When slice has something to do: -Infinity = now, Infinity = only an event or the host's answer brings something. */
export function dueMs(program: Program): number {
  if (ended(program) || (program.busy && program.thread.status === WAITING)) return 1 / 0;
  if (program.busy || program.status === RUNNING || program.stopping || program.queue.length > 0) return -1 / 0;
  return Math.min(timersDueMs(program), busDueMs(program.bus));
}

/**
 * Asks a program to end: a resident app finishes the call it is in, gets no more events, runs on_destroy and exits; a program
 * ends at once, with 0. An app may take its time, or wait for ever: kill it then.
 */
export function stop(program: Program): void {
  program.stopping = true;
  if (ended(program) || program.entry.resident) return;
  program.thread.exitCode = 0;
  end(program, EXITED);
}

/** Ends a program at once: TRAPPED, TERMINATED. */
export function kill(program: Program): void {
  if (!ended(program)) trap(program, TERMINATED);
}
