// What the agent tells: `state`, `info` and `info/<app>` (each as it is now, sent again until a road took it) and events
// (sent once, batched, lost when nobody listens). Device-safe. Messages: src/wire/messages.ts, docs/wire.md.

import { EXECUTABLE } from '../../src/spec/features';
import { FEATURES } from '../../src/spec/profile';
import { MAX_EVENTS, topicRule } from '../../src/wire/messages';
import type { Agent } from './agent';
import type { App } from './apps';
import type { Road } from './road';
import { bytesOf } from './store';
import { ramFree } from './task';

const RUNTIME = '0.1.0';
const ABI = 1;
const BATCH_MS = 100; // an event waits this long for company
const BATCH_BYTES = 960;
const GAP_MS = 40; // between two full batches

/** Marks `topic` (state, info, info/<app>) as changed: every road sends it as soon as it can, as it then is. */
export function touch(agent: Agent, topic: string): void {
  for (let i = 0; i < agent.roads.length; i++) {
    const stale = agent.roads[i].stale;
    if (stale.indexOf(topic) < 0) stale.push(topic);
  }
}
export function touchApp(agent: Agent, app: App): void {
  touch(agent, 'info/' + app.name);
  touch(agent, 'info'); // room left changes with every app
}
/** Everything, for a road that has just come up or whose other end has lost it. */
export function touchAll(agent: Agent, road: Road): void {
  road.stale = ['state', 'info'];
  for (let i = 0; i < agent.apps.length; i++) road.stale.push('info/' + agent.apps[i].name);
}

/** Sends what is stale on a road; stops when the road is full. */
export function sendStale(agent: Agent, road: Road): void {
  while (road.up && road.stale.length > 0) {
    if (!road.send(road.stale[0], bytesOf(bodyOf(agent, road, road.stale[0])), 1, true)) return;
    road.stale.shift();
  }
}

function bodyOf(agent: Agent, road: Road, topic: string): string {
  if (topic === 'state') return stateText(agent, road, 'ready');
  if (topic === 'info') return JSON.stringify(boardInfo(agent));
  const app = agent.find(topic.substring(5));
  return app === null ? '' : appText(app); // empty = not installed
}

/** `state` on a road; `b` tells its connection from earlier ones. */
export function stateText(agent: Agent, road: Road, s: string): string {
  return '{"s":"' + s + '","b":"' + agent.boot + '.' + road.connections + '"}';
}

export function boardInfo(agent: Agent): any {
  const facts = agent.host.facts;
  return {
    v: agent.infoCount,
    n: agent.want.n,
    board: facts.board,
    eng: facts.engine,
    rt: RUNTIME,
    abi: ABI,
    class: facts.deviceClass,
    trust: facts.trust,
    ram: ramFree(agent, null),
    flash: agent.host.storage.free(),
    win: facts.winBytes,
    blk: facts.blkBytes,
    cap: facts.cap,
    wasm: FEATURES & EXECUTABLE,
  };
}

/** `info/<app>`, within its limit: long lists and texts of an error are cut. */
function appText(app: App): string {
  const w = app.wish;
  const doc: any = {
    n: app.n,
    ver: app.ver,
    p: app.hash.substring(0, 16),
    st: app.state === 'kept' && w.run === 'off' ? 'loaded' : app.state,
    run: app.task === null ? 0 : 1,
    mem: app.task === null ? 0 : app.task.ram,
    rst: app.restarts,
    e: app.error,
    rs: app.rs,
  };
  if (app.data !== null) doc.ed = app.data;
  if (app.exitCode >= 0) doc.x = app.exitCode;
  if (app.trap !== null) {
    doc.tr = app.trap;
    doc.fn = app.trapName.substring(0, 48);
  }
  const task = app.task;
  if (task !== null && (task.compiler !== null || task.full)) {
    const all = task.instance.module.bodies.length;
    doc.c = [task.compiler === null ? 0 : task.compiler.compiled(task.instance), all, task.full ? 1 : 0];
  }
  if (app.state === 'loading') doc.o = app.pull === null ? 0 : app.pull.base;
  let out = JSON.stringify(doc);
  const max = topicRule('info/+')!.maxBytes;
  while (out.length > max && doc.ed !== undefined) {
    const ed = doc.ed;
    if (Array.isArray(ed.list) && ed.list.length > 1) {
      ed.list = ed.list.slice(0, ed.list.length - 1);
      ed.more = (ed.more || 0) + 1;
    } else doc.ed = undefined;
    out = JSON.stringify(doc);
  }
  return out;
}

/**
 * Sends an event (k and what belongs to it) in the next batch. More than 8 events in 40 ms are too many for a broker (50 messages a second): the
 * rest is dropped, and the gap in q says so.
 */
export function emit(agent: Agent, event: any): void {
  const nowMs = agent.host.nowMs();
  event.q = ++agent.eventCount;
  event.t = event.t || Math.floor(nowMs);
  const json = JSON.stringify(event);
  if (agent.events.length === MAX_EVENTS || agent.eventBytes + json.length > BATCH_BYTES) {
    if (nowMs < agent.eventsFreeMs) return;
    flushEvents(agent);
  }
  if (agent.events.length === 0) agent.eventsDueMs = nowMs + BATCH_MS;
  agent.events.push(json);
  agent.eventBytes += json.length + 1;
}

export function flushEvents(agent: Agent): void {
  if (agent.events.length === 0) return;
  const body = bytesOf(agent.events.length === 1 ? agent.events[0] : '[' + agent.events.join() + ']');
  agent.events = [];
  agent.eventBytes = 0;
  agent.eventsDueMs = Infinity;
  agent.eventsFreeMs = agent.host.nowMs() + GAP_MS;
  for (let i = 0; i < agent.roads.length; i++) if (agent.roads[i].up) agent.roads[i].send('ev', body, 0, false);
}
