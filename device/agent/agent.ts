// The agent: what a board runs besides its apps. Brings the desk's wishes to pass, shares the processor and the RAM among the
// apps, and tells what happens. This file starts it, owns the one timer and hands messages to the parts that know them.
// Device-safe. Design: management.md 1-5 and 8. Docs: docs/agent.md.

import { type Bus, call, callById, createBus, type Outside, receive, reply } from '../../src/app/bus';
import type { AppHost } from '../../src/app/host';
import { textOf } from '../../src/app/texts';
import type { Linker } from '../../src/runtime/link';
import { parseTopic, topicRule } from '../../src/wire/messages';
import { utf8Bytes, utf8Read } from '../../src/wire/utf8';
import type { Host, Part } from '../host';
import { type App, emptyWish, isCount, readApp } from './apps';
import { onCommand } from './commands';
import { askAnew, collect, type Load, onBlock, onWish, stepInstall } from './install';
import { createLog, LEVELS, type Log, logNote } from './logs';
import { emit, flushEvents, sendStale, touch, touchAll } from './report';
import type { Road, RoadEvents, RoadKind } from './road';
import { runApps } from './schedule';
import { bytesOf, parseObject, readText, writeText } from './store';
import { createAppHost, createNatives, stop } from './task';

export interface Agent {
  host: Host;
  boot: number; // boots so far
  apps: App[];
  roads: Road[];
  bus: Bus;
  log: Log; // the agent's own
  level: string; // of new logs
  /** The device's own settings, an accepted `want`. */
  want: { n: number; name: string; log: string; spread: number; groups: string[] };
  natives: Linker;
  parts: { [name: string]: Part }; // loaded so far
  appHost: AppHost;
  load: Load | null; // the one blob being checked
  turn: number; // whose turn it is among the apps
  rate: number; // fuel per ms, as measured last
  infoCount: number;
  eventCount: number;
  events: string[]; // waiting for company, as JSON
  eventBytes: number;
  eventsDueMs: number;
  eventsFreeMs: number; // a full batch may follow the last one
  tellMs: number; // next progress event
  /** Calls of the desk: app and the desk's id; the bus knows the k-th as firstCall + k + 1. */
  calls: [string, number][];
  outSecond: number; // second in which outSent messages of apps were sent
  outSent: number;
  firstCall: number;
  answers: string[]; // i, answer, i, answer … oldest first
  utcAheadMs: number; // of nowMs, set by `cmd time`; 0 = not set
  rebootMs: number;
  stopped: boolean;
  find(name: string): App | null;
  newApp(name: string): App;
  setLevel(level: string): void;
  utcMs(): number;
  /** Something changed from outside: run a turn soon. */
  wake(): void;
  /** Ends apps and roads: for hosts that go on living (tests, the gateway service). */
  stop(): void;
}

const LOG_LINES_PER_S = 20;
const MESSAGES_PER_S = 20; // of all apps
const KEPT_CALLS = 32; // twice what the bus lets the desk have open

/** Starts the agent on a board. `kinds`: the roads there are, by kind of port; ports of other kinds stay unused. */
export function createAgent(host: Host, kinds: { [kind: string]: RoadKind }): Agent {
  const storage = host.storage;
  const boot = (parseInt(readText(storage, 'boot'), 10) || 0) + 1;
  writeText(storage, 'boot', '' + boot);

  const agent: Agent = {
    host: host,
    boot: boot,
    apps: [],
    roads: [],
    bus: null as any,
    log: createLog(LOG_LINES_PER_S, line => emit(agent, { k: 'log', a: '', l: line[1], t: line[2], m: line[3] })),
    level: 'i',
    want: { n: 0, name: '', log: 'info', spread: 2, groups: [] },
    natives: createNatives(),
    parts: {},
    appHost: null as any,
    load: null,
    turn: 0,
    rate: 200,
    infoCount: 1,
    eventCount: 0,
    events: [],
    eventBytes: 0,
    eventsDueMs: Infinity,
    eventsFreeMs: 0,
    tellMs: 0,
    calls: [],
    outSecond: 0,
    outSent: 0,
    firstCall: 0,
    answers: [],
    utcAheadMs: 0,
    rebootMs: Infinity,
    stopped: false,
    find: name => {
      for (let i = 0; i < agent.apps.length; i++) if (agent.apps[i].name === name) return agent.apps[i];
      return null;
    },
    newApp: name => newApp(agent, name),
    setLevel: level => {
      agent.level = agent.log.level = level as any;
      for (let i = 0; i < agent.apps.length; i++) agent.apps[i].log.level = level as any;
    },
    utcMs: () => (agent.utcAheadMs > 0 ? agent.utcAheadMs + host.nowMs() : host.utcMs()),
    wake: () => {
      if (!agent.stopped) host.setTimer(0, turn);
    },
    stop: () => {
      agent.stopped = true;
      for (let i = 0; i < agent.apps.length; i++) stop(agent, agent.apps[i]);
      for (let i = 0; i < agent.roads.length; i++) agent.roads[i].close();
    },
  };

  /** One turn: everything that is due, at most about 5 ms of apps; then the timer is set for the next. */
  function turn(): void {
    if (agent.stopped) return;
    if (host.nowMs() >= agent.rebootMs) {
      agent.stop();
      host.reset();
      return;
    }
    let due = host.nowMs() + 1000;
    try {
      due = work();
    } catch (e) {
      host.log('agent: ' + e); // out of memory, or a fault of ours: the next turn goes on
    }
    const waitMs = due - host.nowMs();
    host.setTimer(waitMs > 0 ? Math.min(waitMs, 60000) : 0, turn);
  }

  function work(): number {
    let due = Math.min(stepInstall(agent), runApps(agent));
    if (host.nowMs() >= agent.eventsDueMs) flushEvents(agent);
    for (let i = 0; i < agent.roads.length; i++) {
      sendStale(agent, agent.roads[i]);
      due = Math.min(due, agent.roads[i].poll(host.nowMs()));
    }
    return Math.min(due, agent.eventsDueMs, agent.rebootMs);
  }

  agent.bus = createBus(host.nowMs, outside(agent));
  agent.appHost = createAppHost(agent);
  restore(agent);
  const events: RoadEvents = {
    onUp: (road, lost) => {
      if (lost) touchAll(agent, road);
      askAnew(agent);
      agent.wake();
    },
    onForgotten: road => {
      touchAll(agent, road);
      agent.wake();
    },
    onMessage: (road, topic, bytes, start, end) => {
      try {
        onMessage(agent, road, topic, bytes, start, end);
      } catch (e) {
        host.log('agent: ' + e); // as in a turn; the road has done its part and must not stumble
      }
      agent.wake();
    },
    onBlock: (h, offset, bytes, start, end) => {
      onBlock(agent, h, offset, bytes, start, end);
      agent.wake();
    },
    onRoom: agent.wake,
  };
  for (let i = 0; i < host.ports.length; i++) {
    const kind = kinds[host.ports[i].kind];
    if (kind) agent.roads.push(kind(agent, host.ports[i], events));
  }
  for (let i = 0; i < agent.roads.length; i++) touchAll(agent, agent.roads[i]);
  logNote(agent.log, 'i', host.nowMs(), 'boot ' + boot);
  agent.wake();
  return agent;
}

function newApp(agent: Agent, name: string): App {
  const app: App = {
    name: name,
    slot: -1,
    wish: emptyWish(),
    n: 0,
    hash: '',
    bytes: 0,
    ver: '',
    lim: {},
    old: '',
    pull: null,
    state: 'loading',
    error: 0,
    data: null,
    misfits: 0,
    log: createLog(LOG_LINES_PER_S, line => emit(agent, { k: 'log', a: app.name, l: line[1], t: line[2], m: line[3] })),
    task: null,
    rs: 0,
    ended: false,
    exitCode: -1,
    trap: null,
    trapName: '',
    frames: [],
    trapMs: 0,
    restarts: 0,
    startMs: 0,
    backMs: 0,
    hourMs: 0,
    inHour: 0,
  };
  app.log.level = agent.level as any;
  return app;
}

/** Reads settings and apps back after a boot; records that are not whole are dropped, as are blobs nothing names. */
function restore(agent: Agent): void {
  const storage = agent.host.storage;
  onSettings(agent, readText(storage, 'want'), false);
  const names = storage.list();
  for (let i = 0; i < names.length; i++) {
    if (names[i].substring(0, 2) !== 'a.') continue;
    const app = newApp(agent, '');
    if (readApp(storage, names[i], app) && agent.find(app.name) === null) agent.apps.push(app);
    else storage.remove(names[i]);
  }
  collect(agent, false);
}

/** Takes a `want`: the device's own settings. */
function onSettings(agent: Agent, body: string, save: boolean): void {
  const doc = parseObject(body);
  const want = agent.want;
  if (doc === null || !isCount(doc.n) || doc.n < want.n) return;
  if (save && doc.n === want.n) return;
  if (save && !writeText(agent.host.storage, 'want', body)) return;
  want.n = doc.n;
  if (typeof doc.name === 'string') want.name = doc.name.substring(0, 64);
  if (isCount(doc.spread)) want.spread = doc.spread;
  if (typeof doc.log === 'string' && doc.log !== '' && LEVELS.indexOf(doc.log.charAt(0)) >= 0) agent.setLevel(doc.log.charAt(0));
  agent.infoCount++;
  touch(agent, 'info');
}

/** A message from the desk; `topic` without `w/1/<dev>/`. What is unknown, too long or not for boards is ignored. */
function onMessage(agent: Agent, road: Road, topic: string, bytes: Uint8Array, start: number, end: number): void {
  const parsed = parseTopic(topic);
  if (parsed === null) return;
  const rule = topicRule(parsed.kind)!;
  if (rule.from === 'd' || end - start > rule.maxBytes) return;
  const body = textOf(bytes, start, end - start);
  if (parsed.kind === 'app/+/#') {
    const name = utf8Bytes(topic); // apps see the bytes of names
    onAppTopic(agent, textOf(name, 0, name.length), parsed.app, bytesOf(body));
  } else if (parsed.kind === 'want/+') onWish(agent, parsed.app, body);
  else if (parsed.kind === 'want') onSettings(agent, body, true);
  else if (parsed.kind === 'cmd') onCommand(agent, road, body);
}

// Calls travel as app topics below names that apps cannot use (they begin with ~):
//   desk -> board   app/<app>/~call/<id>/<method>/<url>     answered by   app/<app>/~reply/<id>/<status>
//   board -> desk   app/<app>/~ask/<id>/<method>/<url>      answered by   app/<app>/~answer/<id>/<status>

function onAppTopic(agent: Agent, topic: string, app: string, bytes: Uint8Array): void {
  const path = topic.substring(5 + app.length);
  if (path.charAt(0) !== '~') {
    receive(agent.bus, topic, bytes);
    return;
  }
  const parts = path.split('/');
  const id = parseInt(parts[1], 10);
  const code = parseInt(parts[2], 10);
  if (!isCount(id) || !isCount(code)) return;
  if (parts[0] === '~answer') {
    const asked = callById(agent.bus, null, id);
    if (asked !== null && asked.from !== null && asked.from.name === app) reply(agent.bus, asked, code, bytes, 98);
  } else if (parts[0] === '~call') {
    const calls = agent.calls;
    calls.push([app, id]);
    call(agent.bus, null, code, 'app/' + app + '/' + parts.slice(3).join('/'), bytes, 98, agent.firstCall + calls.length);
    if (calls.length > KEPT_CALLS) {
      calls.shift();
      agent.firstCall++;
    }
  }
}

/** A topic or filter of an app, whose characters are the bytes of UTF-8, as text: roads turn it into bytes again. */
function wireText(name: string): string {
  return utf8Read(bytesOf(name), 0, name.length);
}

/** Sends a message of an app; true = it will come back on one of the roads. More than 20 a second are dropped: the desk must get through. */
function sendOut(agent: Agent, topic: string, bytes: Uint8Array): boolean {
  const second = Math.floor(agent.host.nowMs() / 1000);
  if (second !== agent.outSecond) agent.outSent = 0;
  agent.outSecond = second;
  return agent.outSent++ < MESSAGES_PER_S && send(agent, topic, bytes);
}

function send(agent: Agent, topic: string, bytes: Uint8Array): boolean {
  let echoes = false;
  for (let i = 0; i < agent.roads.length; i++) {
    const road = agent.roads[i];
    if (road.send(wireText(topic), bytes, 0, false) && road.echoes) echoes = true;
  }
  return echoes;
}

/** The bus's way off the board. */
function outside(agent: Agent): Outside {
  return {
    publish: message => sendOut(agent, message.name, message.bytes),
    subscribe: (filter, on) => {
      for (let i = 0; i < agent.roads.length; i++) agent.roads[i].hear(wireText(filter), on);
    },
    call: asked => {
      sendOut(agent, 'app/' + asked.from!.name + '/~ask/' + asked.id + '/' + asked.code + '/' + asked.name, asked.bytes);
      for (let i = 0; i < agent.roads.length; i++) if (agent.roads[i].up) return true;
      return false;
    },
    reply: answer => {
      const asked = agent.calls[answer.mid - agent.firstCall - 1];
      // not rationed: the desk asked, and no other app's flood shall cost it the answer
      if (asked) send(agent, 'app/' + asked[0] + '/~reply/' + asked[1] + '/' + answer.code, answer.bytes);
    },
  };
}
