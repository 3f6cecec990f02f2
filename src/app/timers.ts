// The timers of one program: a small pool, searched linearly, that puts events of kind TIMER in the program's queue.
// Sets no timer of the host: whoever runs the program sleeps until timersDueMs. Device-safe. Spec: design/compat.md section 5.

import { type Event, type Peer, post, TIMER } from './bus';

export interface Timer {
  id: number; // counts up from 1, never used again
  ms: number; // interval, >= 1
  periodic: boolean;
  keep: boolean; // WAMR's keep their slot when they have fired or were stopped, and may start again
  dueMs: number; // Infinity = idle
}

/** A peer that has timers. */
export interface TimerPeer extends Peer {
  timers: Timer[];
  lastTimer: number;
  maxTimers: number;
}

const IDLE = 1 / 0;
const NO_BYTES = new Uint8Array(0);

export function timerById(peer: TimerPeer, id: number): Timer | null {
  for (let i = 0; i < peer.timers.length; i++) if (peer.timers[i].id === id) return peer.timers[i];
  return null;
}

// Where in the queue a timer's event waits; -1 = it does not.
function queuedAt(peer: Peer, timer: Timer): number {
  for (let i = 0; i < peer.queue.length; i++) if (peer.queue[i].kind === TIMER && peer.queue[i].id === timer.id) return i;
  return -1;
}

/**
 * A new idle timer; null = the pool is used up. Then the oldest idle one makes room: WAMR's C library never destroys a
 * timer, so every cancel would cost a slot for good.
 */
export function createTimer(peer: TimerPeer, periodic: boolean, keep: boolean): Timer | null {
  if (peer.timers.length >= peer.maxTimers) {
    let at = 0;
    while (at < peer.timers.length && (peer.timers[at].dueMs !== IDLE || queuedAt(peer, peer.timers[at]) >= 0)) at++;
    if (at === peer.timers.length) return null;
    peer.timers.splice(at, 1);
  }
  const timer = { id: ++peer.lastTimer, ms: 1, periodic: periodic, keep: keep, dueMs: IDLE };
  peer.timers.push(timer);
  return timer;
}

/** (Re)starts a timer from now; an interval of 0 counts as 1. */
export function startTimer(timer: Timer, ms: number, nowMs: number): void {
  timer.ms = Math.max(ms, 1);
  timer.dueMs = nowMs + timer.ms;
}

/** Makes a timer idle: it is not heard of any more, even where its event was queued already. */
export function stopTimer(peer: TimerPeer, timer: Timer): void {
  timer.dueMs = IDLE;
  const at = queuedAt(peer, timer);
  if (at >= 0) peer.queue.splice(at, 1);
}

/** Stops a timer and gives its slot back. */
export function freeTimer(peer: TimerPeer, timer: Timer): void {
  stopTimer(peer, timer);
  peer.timers.splice(peer.timers.indexOf(timer), 1);
}

function earliest(peer: TimerPeer): Timer | null {
  let first: Timer | null = null;
  for (let i = 0; i < peer.timers.length; i++) {
    if (first === null || peer.timers[i].dueMs < first.dueMs) first = peer.timers[i];
  }
  return first;
}

/** When fireTimers has something to do; Infinity = never. */
export function timersDueMs(peer: TimerPeer): number {
  const first = earliest(peer);
  return first === null ? IDLE : first.dueMs;
}

/**
 * Queues the events of all due timers in the order they fell due. A timer has at most one event in the queue: turns missed
 * while the app was busy are not made up for, and a periodic timer keeps its beat.
 */
export function fireTimers(peer: TimerPeer, nowMs: number): void {
  for (;;) {
    const timer = earliest(peer);
    if (timer === null || timer.dueMs > nowMs) return;
    if (queuedAt(peer, timer) < 0) {
      const event: Event = { kind: TIMER, id: timer.id, code: 0, name: '', bytes: NO_BYTES, fmt: 0, mid: 0, sender: peer.id };
      post(peer, event);
    }
    timer.dueMs = timer.periodic ? timer.dueMs + timer.ms * (1 + Math.floor((nowMs - timer.dueMs) / timer.ms)) : IDLE;
  }
}

/** A timer's event is about to be delivered: one-shot timers that need not be kept end here. False = it is gone already. */
export function timerFired(peer: TimerPeer, id: number): boolean {
  const timer = timerById(peer, id);
  if (timer !== null && timer.dueMs === IDLE && !timer.keep) freeTimer(peer, timer);
  return timer !== null;
}
