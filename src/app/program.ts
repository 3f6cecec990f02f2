// A running program: owns its thread, its queue of events and its timers, and goes through the phases of its life in slices of
// fuel: start functions, entry (main, _start or on_init), events until it is stopped, on_destroy. Schedules nothing: whoever
// holds programs calls slice by turns and sleeps until dueMs. Device-safe. Spec: docs/app-api.md, design/compat.md sections 2, 5.
//
//   createProgram -> slice … RUNNING | IDLE | WAITING … -> EXITED (exitCode) | TRAPPED (trap, trapDetail)
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
import { busDueMs, CALL, callById, type Event, expire, join, leave, reply, TIMER, take } from './bus';
import { argvBytes, eventBytes, placeArgv, placeEvent } from './deliver';
import { type Entry, findEntry, ON_DESTROY, takesOf } from './entry';
import { type AppHost, LOG_WARN, S_FAILED, S_UNAVAILABLE } from './host';
import { fireTimers, type TimerPeer, timerFired, timersDueMs } from './timers';

// What slice returns: thread.ts's numbers, and one more.
export const EXITED = DONE; // for good: see exitCode
export const RUNNING = FUEL; // has more to do
export const IDLE = 4; // until an event, or dueMs
export { TRAPPED, WAITING }; // for good: see trap; for the host's answer to its thread

export interface ProgramOptions {
  name: string; // app/<name>/… on the bus; unique there
  args: string[]; // Latin-1; main sees the name before them
  fuelPerEvent: number; // what one call into the program may burn before it counts as a runaway; 0 = no limit
  maxTimers: number;
}

export interface Program extends TimerPeer {
  instance: Instance;
  thread: Thread;
  host: AppHost;
  options: ProgramOptions;
  entry: Entry;
  todo: Func[]; // start functions and entry yet to run
  busy: boolean; // the thread is inside a call
  stopping: boolean;
  status: number; // of the last slice
  trap: number; // code of spec/traps.ts, where TRAPPED
  trapDetail: number;
  exitCode: number; // 0..255, where EXITED
  eventFuel: number; // burnt by the running call since it began or last waited
  fuelUsed: number; // in all
  func: Func | null; // being called
  // Where the call needs guest memory: the native that brings it there (carry), the event (null: argv) and its block.
  carrier: Func;
  event: Event | null;
  blockBytes: number;
  block: number;
}

/**
 * Makes a program of an instance none of whose code has run; it joins the bus. Throws ENTRY when it exports nothing to run
 * (findEntry tells why). The caller links the natives; they find the program in env.state.app.
 */
export function createProgram(instance: Instance, host: AppHost, options: ProgramOptions): Program {
  const entry = findEntry(instance);
  if (entry.fault !== 0) throw ENTRY;
  const program: Program = {
    id: 0,
    name: options.name,
    takes: takesOf(entry),
    filters: [],
    urls: [],
    queue: [],
    queuedBytes: 0,
    dropped: 0,
    timers: [],
    lastTimer: 0,
    maxTimers: options.maxTimers,
    instance: instance,
    thread: createThread(instance.store),
    host: host,
    options: options,
    entry: entry,
    todo: startFuncs(instance).concat(entry.calls),
    busy: false,
    stopping: false,
    status: RUNNING,
    trap: 0,
    trapDetail: 0,
    exitCode: 0,
    eventFuel: 0,
    fuelUsed: 0,
    carrier: { type: funcType([], []), typeId: -1, instance: instance, index: -1, handle: 0, native: carry, signature: '()', code: null },
    func: null,
    event: null,
    blockBytes: 0,
    block: 0,
  };
  program.carrier.handle = instance.store.funcs.push(program.carrier);
  instance.env.state.app = program;
  join(host.bus, program);
  return program;
}

/** True once a program has ended. */
export function ended(program: Program): boolean {
  return program.status === EXITED || program.status === TRAPPED;
}

// ---- calls with arguments in guest memory: a native of ours, run as the thread's entry, allocates, calls and frees

function argv(program: Program): string[] {
  return [program.options.name].concat(program.options.args);
}

function carry(env: Env): number | void {
  const program: Program = env.state.app;
  return guestAlloc(env, program.blockBytes, carried);
}

function carried(env: Env, block: number): number | void {
  const program: Program = env.state.app;
  const event = program.event;
  program.block = block;
  if (block === 0 || block + program.blockBytes > env.u8.length) {
    if (event === null) throw OUT_OF_MEMORY;
    program.dropped++;
    program.host.log(program.name, LOG_WARN, 'no memory for an event of ' + program.blockBytes + ' bytes');
    if (event.kind === CALL) reply(program.host.bus, callById(program.host.bus, program, event.id), S_UNAVAILABLE, new Uint8Array(0), 0);
    return;
  }
  const wamr = event !== null && program.entry.handlers[event.kind]!.wamr;
  const args = event === null ? placeArgv(env.u8, block, argv(program)) : placeEvent(env.u8, block, event, wamr, program.id);
  return callGuest(env, program.func!.handle, args, returned);
}

function returned(env: Env, result: number): number | void {
  const program: Program = env.state.app;
  if (program.event !== null) return guestFree(env, program.block);
  program.exitCode = result & 255; // of main; its argv stays: nothing runs any more
}

function begin(program: Program, func: Func, words: number[]): void {
  program.func = func;
  prepare(program.thread, func, words);
  program.busy = true;
}

function beginWithBlock(program: Program, func: Func, event: Event | null, bytes: number): void {
  begin(program, program.carrier, []);
  program.func = func;
  program.event = event;
  program.blockBytes = bytes;
}

// ---- phases

// Begins the next call; false = there is none now (idle), or the program has ended.
function next(program: Program): boolean {
  program.eventFuel = 0;
  if (program.stopping) {
    const last = program.todo.length > 0 ? null : program.entry.handlers[ON_DESTROY]; // none where on_init has not run
    if (last === null) return end(program, EXITED);
    program.entry.handlers[ON_DESTROY] = null; // once
    begin(program, last.func, []);
    return true;
  }
  if (program.todo.length > 0) {
    const func = program.todo.shift()!;
    if (func.type.params.length === 2) beginWithBlock(program, func, null, argvBytes(argv(program)));
    else begin(program, func, []);
    return true;
  }
  if (!program.entry.resident) return end(program, EXITED);
  fireTimers(program, program.host.nowMs());
  while (program.queue.length > 0) {
    const event = take(program);
    const handler = program.entry.handlers[event.kind];
    if (event.kind === TIMER && !timerFired(program, event.id)) continue;
    if (handler === null) continue;
    const bytes = eventBytes(event, handler.wamr);
    if (bytes > 0) beginWithBlock(program, handler.func, event, bytes);
    else begin(program, handler.func, [event.id, 0]);
    return true;
  }
  return false;
}

// Ends the program and everything of it. Returns false, for next.
function end(program: Program, status: number): boolean {
  program.status = status;
  program.busy = false;
  program.timers.length = program.todo.length = 0;
  leave(program.host.bus, program, status === TRAPPED ? S_FAILED : S_UNAVAILABLE);
  return false;
}

function trap(program: Program, code: number, detail: number): number {
  program.trap = code;
  program.trapDetail = detail;
  end(program, TRAPPED);
  return TRAPPED;
}

// What a call costs besides the guest's own operators, so that a flood of small events cannot outrun a slice.
const CALL_FUEL = 50;

/**
 * Runs a program for about `fuel`, through as many calls as that is worth, and returns RUNNING, IDLE, WAITING, EXITED or TRAPPED.
 * A stopped thread's frames stay readable after a trap.
 */
export function slice(program: Program, fuel: number): number {
  const thread = program.thread;
  const limit = program.options.fuelPerEvent;
  if (ended(program)) return program.status;
  if (program.busy && thread.status === WAITING) return (program.status = WAITING);
  expire(program.host.bus);
  while (fuel > 0) {
    if (!program.busy && !next(program)) return ended(program) ? program.status : (program.status = IDLE);
    const given = limit > 0 && limit - program.eventFuel < fuel ? limit - program.eventFuel : fuel;
    const status = run(thread, given);
    const used = given - thread.fuel;
    fuel -= used;
    program.fuelUsed += used;
    program.eventFuel += used;
    if (status === WAITING) {
      program.eventFuel = 0;
      return (program.status = WAITING);
    }
    if (thread.exited) {
      program.exitCode = thread.exitCode;
      end(program, EXITED);
      return EXITED;
    }
    if (status === TRAPPED) return trap(program, thread.trap, thread.trapDetail);
    if (status === DONE) {
      done(program);
      fuel -= CALL_FUEL;
    } else if (limit > 0 && program.eventFuel >= limit) {
      return trap(program, FUEL_LIMIT, 0);
    }
  }
  return (program.status = RUNNING);
}

// The running call has returned. A main without arguments may have a result too (returned has seen the others).
function done(program: Program): void {
  const type = program.func!.type;
  program.busy = false;
  if (!program.entry.resident && program.todo.length === 0 && type.params.length === 0 && type.results.length > 0) {
    program.exitCode = program.thread.cells[0] & 255;
  }
}

/** When slice has something to do: -Infinity = now, Infinity = only an event or the host's answer brings something. */
export function dueMs(program: Program): number {
  if (ended(program)) return 1 / 0;
  if (program.busy) return program.thread.status === WAITING ? 1 / 0 : -1 / 0;
  if (program.status === RUNNING || program.stopping || program.queue.length > 0) return -1 / 0;
  return Math.min(timersDueMs(program), busDueMs(program.host.bus));
}

/**
 * Asks a program to end: a resident app finishes the call it is in, gets no more events, runs on_destroy and exits with 0; a
 * program ends at once. It may take its time, or wait for ever: kill it then.
 */
export function stop(program: Program): void {
  if (ended(program)) return;
  program.stopping = true;
  program.timers.length = 0;
  if (!program.entry.resident) end(program, EXITED);
}

/** Ends a program at once: TRAPPED, TERMINATED. */
export function kill(program: Program): void {
  if (!ended(program)) trap(program, TERMINATED, 0);
}
