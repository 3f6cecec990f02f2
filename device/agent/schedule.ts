// Whose turn it is: apps with something due first, then one of those that have more to do, in slices of at most 3 ms measured
// in fuel. The watchdog stops an event that runs too long; a trap ends its app alone; both are reported, and the app starts
// again after a growing pause. Device-safe. Design: management.md 8.

import { dueMs, EXITED, kill, RUNNING, slice, TRAPPED, WAITING } from '../../src/app/program';
import { FUEL, LOOP, MEM, TRAP } from '../../src/errors/codes';
import { nameOf, traceOf } from '../../src/runtime/trace';
import { FUEL_LIMIT, HEAP_EXHAUSTED, HOST_FAULT, OUT_OF_MEMORY } from '../../src/spec/traps';
import type { TrapReport } from '../../src/wire/messages';
import type { Agent } from './agent';
import { type App, saveApp } from './apps';
import { makeRoom } from './install';
import { logNote, logTail, plain } from './logs';
import { emit, touch, touchApp } from './report';
import { improve, setRoom, type Task, weigh } from './task';

const SLICE_MS = 3;
const SLICE_MIN_MS = 0.5;
const PIECES = 8; // of a slice: the clock is looked at between them
const TURN_MS = 5; // then the host gets its turn
const EVENT_MS = 400; // processor time for one event, where no fuel limit is set
const RATE_MIN = 20; // fuel per ms
const RATE_MAX = 1000000;
const BACK_MS = 1000; // first pause after a crash; doubles
const BACK_MAX_MS = 300000;
const CRASHES_PER_HOUR = 5;
const HOUR_MS = 3600000;
const FRAMES = 8; // of a crash report

/** When a task has something to do by itself. */
function taskDueMs(task: Task): number {
  return task.program.status === WAITING && !task.program.stopping ? task.wakeMs : dueMs(task.program);
}
/** In the middle of an event: out of fuel, not out of work. */
function isBusy(task: Task): boolean {
  return task.program.status === RUNNING;
}

/** The app that is due first, of those that neither ran in this round nor are busy. */
function firstDue(agent: Agent, nowMs: number, ran: App[]): App | null {
  let first: App | null = null;
  let firstMs = nowMs;
  for (let i = 0; i < agent.apps.length; i++) {
    const app = agent.apps[i];
    if (app.task === null || isBusy(app.task) || ran.indexOf(app) >= 0) continue;
    const due = taskDueMs(app.task);
    if (due > firstMs || (first !== null && due === firstMs)) continue;
    first = app;
    firstMs = due;
  }
  return first;
}

/** When the next app that is not busy wants to run; Infinity = none does. */
function nextDueMs(agent: Agent): number {
  let due = Infinity;
  for (let i = 0; i < agent.apps.length; i++) {
    const task = agent.apps[i].task;
    if (task !== null && !isBusy(task)) due = Math.min(due, taskDueMs(task));
  }
  return due;
}

/** The next busy app in rotation. */
function nextBusy(agent: Agent): App | null {
  const n = agent.apps.length;
  for (let i = 1; i <= n; i++) {
    const at = (agent.turn + i) % n;
    const task = agent.apps[at].task;
    if (task === null || !isBusy(task)) continue;
    agent.turn = at;
    return agent.apps[at];
  }
  return null;
}

/** Runs apps for one turn; returns when the next is wanted, in ms of nowMs (-Infinity = at once). */
export function runApps(agent: Agent): number {
  const host = agent.host;
  const endMs = host.nowMs() + TURN_MS;
  for (;;) {
    const ran: App[] = [];
    let nowMs = host.nowMs();
    for (let app = firstDue(agent, nowMs, ran); app !== null; app = firstDue(agent, nowMs, ran)) {
      ran.push(app);
      runSlice(agent, app, SLICE_MS);
      nowMs = host.nowMs();
      if (nowMs >= endMs) return -Infinity;
    }
    const busy = nextBusy(agent);
    if (busy === null) return nextDueMs(agent);
    // Cut short where another app is due soon, so that a timer is never late by a whole slice.
    const most = Math.min(SLICE_MS, nextDueMs(agent) - nowMs, endMs - nowMs);
    runSlice(agent, busy, Math.max(most, SLICE_MIN_MS));
    if (host.nowMs() >= endMs) return -Infinity;
  }
}

function runSlice(agent: Agent, app: App, ms: number): void {
  const host = agent.host;
  const task = app.task!;
  const program = task.program;
  if (program.status === WAITING) {
    if (!agent.parts.wasi.resume!(task.instance.env)) return;
    task.wakeMs = Infinity;
  }
  setRoom(agent, task);
  const fuel = Math.floor(task.rate * ms);
  const fuelBefore = program.fuelUsed;
  const startMs = host.nowMs();
  const status = runGuarded(agent, task, fuel, startMs + ms);
  const tookMs = host.nowMs() - startMs;
  const used = program.fuelUsed - fuelBefore;
  task.cpuMs += tookMs;
  if (used * 2 > fuel || tookMs > ms * 1.25) measure(agent, task, used, tookMs, ms);
  const better = status === RUNNING && improve(agent, task); // outside of what is measured
  if (weigh(task) || better) touch(agent, 'info/' + app.name);
  if (status === TRAPPED) crash(agent, app, task);
  else if (status === EXITED) finish(agent, app, task);
  // The event that runs now began in this slice unless it has burnt more than this slice did.
  task.eventMs = status !== RUNNING ? 0 : program.eventFuel > used ? task.eventMs + tookMs : tookMs;
  if (status === RUNNING && task.eventMs > EVENT_MS && program.fuelPerEvent === Infinity) {
    program.fuelPerEvent = Math.max(1, program.eventFuel); // the next turn stops it where it stands
  }
}

/** A slice; what the engine throws (it ran out of memory, or of stack) ends this app alone. */
function runGuarded(agent: Agent, task: Task, fuel: number, endMs: number): number {
  const program = task.program;
  try {
    // Piece by piece, since fuel is not time: an app that has natives copy much seems fast, until it does something else.
    const piece = Math.ceil(fuel / PIECES);
    for (let left = fuel; ; left -= piece) {
      const status = slice(program, piece);
      if (status === RUNNING) {
        task.stops++;
        if (task.compiler !== null) task.compiler.sample(program.thread);
      }
      if (status !== RUNNING || left <= piece || agent.host.nowMs() >= endMs) return status;
    }
  } catch (e) {
    kill(program);
    program.thread.trap = /memory|alloc/i.test('' + e) ? OUT_OF_MEMORY : HOST_FAULT;
    return TRAPPED;
  }
}

/** Learns how much fuel a ms is; the clock may be as coarse as the slice. */
function measure(agent: Agent, task: Task, used: number, tookMs: number, ms: number): void {
  let rate = task.rate;
  if (tookMs > ms * 1.25) rate = used / tookMs;
  else if (tookMs < ms * 0.75) rate *= 1.5;
  else rate = (3 * rate + used / tookMs) / 4;
  agent.rate = task.rate = Math.max(RATE_MIN, Math.min(RATE_MAX, rate));
}

function finish(agent: Agent, app: App, task: Task): void {
  const program = task.program;
  const nowMs = agent.host.nowMs();
  app.exitCode = program.thread.exitCode & 255;
  app.ended = true;
  app.task = null;
  logTail(app.log, 'i', nowMs);
  logNote(app.log, 'i', nowMs, 'exited with ' + app.exitCode);
  makeRoom(agent);
  touchApp(agent, app);
}

/** A trap or the watchdog ended the app: report, then start again after a pause, unless that happens too often. */
function crash(agent: Agent, app: App, task: Task): void {
  const program = task.program;
  const nowMs = agent.host.nowMs();
  const ranMs = nowMs - task.startMs;
  const trap = program.thread.trap;
  const frames = traceOf(program.thread, FRAMES);
  app.frames = [];
  for (let i = 0; i < frames.length; i++) app.frames.push([frames[i].func.index, frames[i].offset]);
  const at = app.frames.length > 0 ? app.frames[0] : [-1, 0];
  const report: TrapReport = [trap, program.thread.trapDetail, at[0], at[1]];
  app.trap = report;
  app.trapName = at[0] < 0 ? '' : plain(nameOf(task.instance.module, at[0]), 64);
  app.trapMs = Math.floor(nowMs);
  app.task = null;
  logTail(app.log, 'i', nowMs);
  if (trap === FUEL_LIMIT) {
    app.error = FUEL;
    emit(agent, {
      k: 'fuel',
      a: app.name,
      f: program.eventFuel,
      max: program.fuelPerEvent,
      tr: report,
      fn: app.trapName,
    });
  } else {
    app.error = trap === OUT_OF_MEMORY || trap === HEAP_EXHAUSTED ? MEM : TRAP;
    emit(agent, { k: 'trap', a: app.name, tr: report, fn: app.trapName });
  }
  app.data = null;
  logNote(app.log, 'e', nowMs, 'stopped by trap ' + trap + ' in ' + (app.trapName || 'function ' + at[0]) + ' at byte ' + at[1]);
  planRestart(agent, app, nowMs, ranMs);
  makeRoom(agent);
  touchApp(agent, app);
}

function planRestart(agent: Agent, app: App, nowMs: number, ranMs: number): void {
  const lim = app.wish.lim;
  const most = lim.restarts === undefined ? CRASHES_PER_HOUR : lim.restarts;
  if (app.inHour === 0 || nowMs - app.hourMs > HOUR_MS) {
    app.hourMs = nowMs;
    app.inHour = 0;
  }
  if (++app.inHour > most) {
    app.ended = true;
    if (most > 0) app.error = LOOP;
    return;
  }
  app.backMs = app.backMs === 0 || ranMs > BACK_MAX_MS ? BACK_MS : Math.min(2 * app.backMs, BACK_MAX_MS);
  app.startMs = nowMs + app.backMs;
  app.restarts++;
  saveApp(agent.host.storage, app); // the count survives a reboot; no room: it does not
}
