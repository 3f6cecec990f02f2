// The timers of one program: a small pool, searched linearly. A timer is its own event of kind TIMER and stands in the program's
// queue while due. Sets no timer of the host: whoever runs the program sleeps until timersDueMs. Device-safe.
// Spec: design/compat.md section 5.

import { createEvent, type Event, NO_BYTES, type Peer, post, TIMER } from './bus';

/** What timers need of a program. */
export interface TimerPeer extends Peer {
  timers: Timer[];
  lastTimer: number;
  maxTimers: number;
  host: { nowMs(): number };
}

export interface Timer extends Event {
  id: number; // counts up from 1, never used again
  dueMs: number; // Infinity = idle
  ms: number; // interval, >= 1
  periodic: boolean;
  keep: boolean; // WAMR's keep their slot when they have fired or were stopped, and may start again
}

const IDLE = 1 / 0;

export function timerById(peer: TimerPeer, id: number): Timer | null {
  for (let i = 0; i < peer.timers.length; i++) if (peer.timers[i].id === id) return peer.timers[i];
  return null;
}

/**
 * A new idle timer of ms (0 counts as 1); null = the pool is used up. Then the oldest idle one makes room: WAMR's C library
 * never destroys a timer, so every cancel would cost a slot for good.
 */
export function createTimer(peer: TimerPeer, ms: number, periodic: boolean, keep: boolean): Timer | null {
  if (peer.timers.length >= peer.maxTimers) {
    let i = 0;
    while (i < peer.timers.length && (peer.timers[i].dueMs !== IDLE || peer.queue.indexOf(peer.timers[i]) >= 0)) i++;
    if (i === peer.timers.length) return null;
    freeTimer(peer, peer.timers[i]);
  }
  const timer = createEvent(TIMER, ++peer.lastTimer, 0, '', NO_BYTES, 0, 0, peer) as Timer;
  timer.dueMs = IDLE;
  timer.ms = Math.max(ms, 1);
  timer.periodic = periodic;
  timer.keep = keep;
  peer.timers.push(timer);
  return timer;
}

/** Makes a timer idle: it is not heard of any more, even where it was queued already. */
export function stopTimer(peer: TimerPeer, timer: Timer): void {
  const at = peer.queue.indexOf(timer);
  if (at >= 0) peer.queue.splice(at, 1);
  timer.dueMs = IDLE;
}

/** (Re)starts a timer from now. */
export function startTimer(peer: TimerPeer, timer: Timer): void {
  stopTimer(peer, timer);
  timer.dueMs = peer.host.nowMs() + timer.ms;
}

/** Stops a timer and gives its slot back. */
export function freeTimer(peer: TimerPeer, timer: Timer): void {
  stopTimer(peer, timer);
  peer.timers.splice(peer.timers.indexOf(timer), 1);
}

function earliest(peer: TimerPeer): Timer | null {
  let first: Timer | null = null;
  for (let i = 0; i < peer.timers.length; i++) if (first === null || peer.timers[i].dueMs < first.dueMs) first = peer.timers[i];
  return first;
}

/** When fireTimers has something to do; Infinity = never. */
export function timersDueMs(peer: TimerPeer): number {
  const first = earliest(peer);
  return first === null ? IDLE : first.dueMs;
}

/**
 * Queues all due timers in the order they fell due. Turns missed while the app was busy are not made up for, and a periodic
 * timer keeps its beat.
 */
export function fireTimers(peer: TimerPeer): void {
  const nowMs = peer.host.nowMs();
  for (let timer = earliest(peer); timer !== null && timer.dueMs <= nowMs; timer = earliest(peer)) {
    if (peer.queue.indexOf(timer) < 0) post(peer, timer);
    timer.dueMs = timer.periodic ? timer.dueMs + timer.ms * (1 + Math.floor((nowMs - timer.dueMs) / timer.ms)) : IDLE;
  }
}
