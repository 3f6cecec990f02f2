// From a wish to a running app: want != have -> room? -> pull blocks -> digest -> validate -> link -> commit -> start. One blob
// is pulled and one is checked at a time, a slice per turn, so that running apps keep their time. Before the commit (one
// record replaced) the old app runs, after it the new one. Device-safe. Design: management.md 5; docs/agent.md has the states.

import { FORM, HASH, LONG, RAM, ROT, SIG, SPACE } from '../../src/errors/codes';
import { beginModule, feedModule, type Parsing } from '../../src/runtime/module';
import { createSha256, type Sha256, sha256Hex, sha256Update } from '../../src/wire/sha256';
import type { Agent } from './agent';
import { type App, fits, isCount, readWish, saveApp } from './apps';
import { logNote } from './logs';
import { emit, touch, touchApp } from './report';
import type { Road } from './road';
import { blobFile, NO_ROOM, nextRun, openPull, parseObject, partFile, roomFor, sweep, TAKEN, TOO_LONG, takeBlock } from './store';
import { build, ramFree, refusesUnsigned, start, stop } from './task';

const RETRY_MS = 2000; // first time-out for a block; doubles up to RETRY_MAX_MS while the desk is silent
const RETRY_MAX_MS = 60000;
export const RECORD_BYTES = 512; // room kept for the app's record
const PIECE = 1024; // hashed and validated per turn
const TELL_MS = 500; // between two progress events

/** A blob on its way from the store into RAM, hashed and validated as it goes. */
export interface Load {
  app: App;
  install: boolean; // else: the installed blob, to start it again
  file: string;
  bytes: Uint8Array;
  at: number;
  sha: Sha256;
  parsing: Parsing;
}

// ---- wishes

/** Takes a `want/<app>`: body '' says nothing (and ends the memory of an app that is not here). */
export function onWish(agent: Agent, name: string, body: string): void {
  const known = agent.find(name);
  if (body !== '') {
    const app = known || agent.newApp(name);
    if (known === null) agent.apps.push(app);
    apply(agent, app, parseObject(body));
  } else if (known !== null && known.slot < 0) agent.apps.splice(agent.apps.indexOf(known), 1);
  touch(agent, 'info/' + name);
}

function apply(agent: Agent, app: App, doc: any): void {
  const old = app.wish;
  const wish = readWish(doc, old);
  if (wish !== null && wish.n < old.n) return; // an older one: the answer is the n in force
  if (doc !== null && isCount(doc.n)) app.n = doc.n;
  if (wish === null) {
    if (app.state === 'loading' && app.slot >= 0) return; // what is under way goes on
    refuse(app, FORM, { text: 'want/' + app.name });
    return;
  }
  app.wish = wish;
  if (wish.run === 'gone') {
    if (app.state !== 'gone') remove(agent, app);
    return;
  }
  const isHere = fits(wish, app.hash);
  const before = app.lim;
  if (isHere) app.lim = wish.lim;
  if (JSON.stringify(wish) !== JSON.stringify(old) && !saveApp(agent.host.storage, app)) {
    app.wish = old;
    app.lim = before;
    refuse(app, SPACE, { need: RECORD_BYTES, free: agent.host.storage.free() });
    return;
  }
  const blobChanged = wish.p[0] !== old.p[0] || wish.p[1] !== old.p[1] || wish.d !== old.d;
  const limits = JSON.stringify(wish.lim);
  const limitsChanged = limits !== JSON.stringify(old.lim);
  const isOutdated = isHere && app.task !== null && app.task.limits !== limits;
  const restart = isOutdated || (wish.rs !== app.rs && !blobChanged); // a new blob starts by itself, once it is here
  app.rs = wish.rs;
  if (blobChanged || limitsChanged) {
    app.misfits = 0;
    app.pull = null;
    forgetLoad(agent, app);
  }
  if (restart || wish.run !== 'on') {
    if (app.task !== null) touch(agent, 'info');
    stop(agent, app);
    makeRoom(agent);
  }
  if (restart || (wish.run === 'on' && old.run !== 'on')) {
    app.ended = false;
    app.exitCode = -1;
    app.startMs = app.backMs = app.inHour = 0;
    app.trap = null;
    if (app.state === 'kept') settle(app, 'kept');
  }
  if (isHere) {
    if (app.state !== 'kept') settle(app, 'kept');
  } else if (blobChanged || limitsChanged || app.state === 'gone' || app.error === SPACE || app.error === RAM) {
    begin(agent, app); // the same wish again does not repeat what failed for good
  }
}

/** A state without an error. */
function settle(app: App, state: App['state']): void {
  app.state = state;
  app.error = 0;
  app.data = null;
}

/** A wish that is not tried: the app stays as it was. */
function refuse(app: App, code: number, data: any): void {
  app.state = 'refused';
  app.error = code;
  app.data = data;
}

/** Checks what can be checked before the first byte is fetched, then lets the blob load. */
function begin(agent: Agent, app: App): void {
  const storage = agent.host.storage;
  const size = app.wish.p[1];
  const ram = ramFree(agent, app);
  let need = spaceNeeded(agent, app);
  if (need > storage.free()) {
    collect(agent, true);
    need = spaceNeeded(agent, app); // a part of this very blob is kept
  }
  if (refusesUnsigned(agent)) refuse(app, SIG, null);
  else if (size > ram) refuse(app, RAM, { need: size, free: ram });
  else if (need > storage.free()) refuse(app, SPACE, { need: need, free: storage.free() });
  else settle(app, 'loading');
}

function spaceNeeded(agent: Agent, app: App): number {
  const storage = agent.host.storage;
  const h = app.wish.p[0];
  const size = app.wish.p[1];
  return storage.size(blobFile(h)) === size ? 0 : roomFor(storage, h, size) + RECORD_BYTES;
}

function remove(agent: Agent, app: App): void {
  stop(agent, app);
  forgetLoad(agent, app);
  if (app.slot >= 0) agent.host.storage.remove('a.' + app.slot);
  const gone = agent.newApp(app.name); // remembered until its wish is withdrawn, so that its n is answered
  gone.n = app.n;
  gone.wish.n = app.wish.n;
  gone.state = 'gone';
  agent.apps[agent.apps.indexOf(app)] = gone;
  collect(agent, false);
  makeRoom(agent);
  touch(agent, 'info');
}

/** Room has come: what failed for want of it is tried again. */
export function makeRoom(agent: Agent): void {
  for (let i = 0; i < agent.apps.length; i++) {
    const app = agent.apps[i];
    const free = app.error === RAM ? ramFree(agent, app) : app.error === SPACE ? agent.host.storage.free() : -1;
    if (app.data === null || !(app.data.need <= free)) continue;
    if (app.state === 'kept') app.ended = false;
    else if (app.wish.p[1] > 0 && app.wish.run !== 'gone') begin(agent, app);
    touchApp(agent, app);
  }
}

/** Removes blobs nothing refers to; hard: also those kept for a way back. Not while something is being pulled, unless hard. */
export function collect(agent: Agent, hard: boolean): void {
  let kept = '';
  for (let i = 0; i < agent.apps.length; i++) {
    const app = agent.apps[i];
    if (app.state === 'loading' && !hard) return; // nothing goes while something comes
    kept += ' ' + app.hash.substring(0, 16) + ' ' + app.wish.p[0] + (hard ? '' : ' ' + app.old);
  }
  sweep(agent.host.storage, kept);
}

// ---- pulling

/** One turn of installing and starting; returns when the next is wanted, in ms of nowMs (-Infinity = at once). */
export function stepInstall(agent: Agent): number {
  const storage = agent.host.storage;
  const nowMs = agent.host.nowMs();
  if (agent.load !== null) return stepLoad(agent, agent.load);
  let due = Infinity;
  let pulling: App | null = null;
  for (let i = 0; i < agent.apps.length; i++) {
    const app = agent.apps[i];
    const h = app.wish.p[0];
    const size = app.wish.p[1];
    if (app.state === 'loading') {
      if (storage.size(blobFile(h)) === size) return startLoad(agent, app, true, blobFile(h), size);
      if (app.pull === null) app.pull = openPull(storage, h, size);
      if (app.pull.base === size) return startLoad(agent, app, true, partFile(h), size);
      // One at a time; whom the desk does not answer lets the others go first.
      if (pulling === null || app.pull.tries < pulling.pull!.tries) pulling = app;
    }
    if (app.wish.run === 'on' && app.task === null && !app.ended && app.hash !== '') {
      if (nowMs >= app.startMs) return startLoad(agent, app, false, blobFile(app.hash.substring(0, 16)), app.bytes);
      due = Math.min(due, app.startMs);
    }
  }
  return pulling === null ? due : Math.min(due, ask(agent, pulling, nowMs));
}

/** Keeps the window of asked-for blocks full, asks again for what did not come; returns when to call again. */
function ask(agent: Agent, app: App, nowMs: number): number {
  const pull = app.pull!;
  const road = chooseRoad(agent, pull.tries);
  if (road === null) return Infinity; // until one comes up
  const z = road.blockBytes();
  const window = Math.max(agent.host.facts.winBytes, z);
  if (nowMs >= pull.dueMs) {
    if (pull.asked > pull.base) pull.tries++;
    pull.asked = pull.base;
    pull.dueMs = nowMs + Math.min(RETRY_MAX_MS, RETRY_MS * (1 << Math.min(pull.tries, 5)));
  } else if (pull.asked - pull.base > window >> 1) return pull.dueMs; // half a window at a time: fewer requests
  for (;;) {
    const before = pull.asked;
    const n = nextRun(pull, window, z);
    if (n === 0) return pull.dueMs;
    if (!road.ask(pull.h, pull.from, n, z)) {
      pull.asked = before;
      return pull.dueMs;
    }
  }
}

/** The road to ask on: the one that works, another after every second silence. */
function chooseRoad(agent: Agent, tries: number): Road | null {
  const n = agent.roads.length;
  for (let i = 0; i < n; i++) {
    const road = agent.roads[(i + (tries >> 1)) % n];
    if (road.up) return road;
  }
  return null;
}

/** A road came up: what was asked for on the old connection is asked for again at once. */
export function askAnew(agent: Agent): void {
  for (let i = 0; i < agent.apps.length; i++) {
    const pull = agent.apps[i].pull;
    if (pull !== null) pull.dueMs = pull.tries = 0;
    if (pull !== null) pull.asked = pull.base;
  }
}

/** A block arrived: the first 4 bytes of its blob's hash as 8 hex digits. */
export function onBlock(agent: Agent, h: string, offset: number, bytes: Uint8Array, start: number, end: number): void {
  for (let i = 0; i < agent.apps.length; i++) {
    const app = agent.apps[i];
    const pull = app.pull;
    if (pull === null || app.state !== 'loading' || pull.h.substring(0, 8) !== h.substring(0, 8)) continue;
    const taken = takeBlock(agent.host.storage, pull, offset, bytes, start, end);
    if (taken === TOO_LONG) fail(agent, app, LONG, { got: offset + end - start, size: pull.size });
    else if (taken === NO_ROOM) fail(agent, app, SPACE, { need: pull.size - pull.base, free: agent.host.storage.free() });
    else if (taken === TAKEN) {
      const nowMs = agent.host.nowMs();
      pull.tries = 0;
      pull.dueMs = nowMs + RETRY_MS;
      if (nowMs >= agent.tellMs || pull.base === pull.size) {
        agent.tellMs = nowMs + TELL_MS;
        emit(agent, { k: 'prog', a: app.name, h: pull.h, o: pull.base, z: pull.size });
      }
    }
    return;
  }
}

/** The install failed: the old app, if there is one, runs on. */
function fail(agent: Agent, app: App, code: number, data: any): void {
  app.state = 'failed';
  app.error = code;
  app.data = data;
  app.pull = null;
  logNote(app.log, 'e', agent.host.nowMs(), 'install failed: ' + code);
  touchApp(agent, app);
}

// ---- checking and starting

/** Begins to load a blob into RAM; -Infinity = go on at once. */
function startLoad(agent: Agent, app: App, install: boolean, file: string, size: number): number {
  if (install && size > ramFree(agent, null)) stop(agent, app); // old and new do not fit side by side
  const free = ramFree(agent, null);
  if (size > free) giveUp(agent, app, install, RAM, { need: size, free: free });
  else {
    const bytes = new Uint8Array(size);
    agent.load = { app: app, install: install, file: file, bytes: bytes, at: 0, sha: createSha256(), parsing: beginModule(bytes) };
  }
  return -Infinity;
}

function forgetLoad(agent: Agent, app: App): void {
  if (agent.load !== null && agent.load.app === app) agent.load = null;
}

function giveUp(agent: Agent, app: App, install: boolean, code: number, data: any): void {
  if (install) {
    fail(agent, app, code, data);
    return;
  }
  app.ended = true;
  app.error = code;
  app.data = data;
  touchApp(agent, app);
}

function stepLoad(agent: Agent, load: Load): number {
  const size = load.bytes.length;
  const n = agent.host.storage.read(load.file, load.at, load.bytes, load.at, Math.min(PIECE, size - load.at));
  sha256Update(load.sha, load.bytes, load.at, load.at + n);
  feedModule(load.parsing, load.at, load.at + n);
  load.at += n;
  if (n > 0 && load.at < size) return -Infinity;
  agent.load = null;
  const digest = load.at === size ? sha256Hex(load.sha) : '';
  if (load.install) arrived(agent, load, digest);
  else if (digest === load.app.hash) launch(agent, load.app, load.parsing, '');
  else rotten(agent, load.app, load.file);
  return -Infinity;
}

/** The stored blob is no longer what was installed: it is fetched again, if the wish still names it. */
function rotten(agent: Agent, app: App, file: string): void {
  agent.host.storage.remove(file);
  app.hash = '';
  saveApp(agent.host.storage, app);
  if (app.state === 'kept') begin(agent, app);
  app.error = ROT;
  app.data = { app: app.name };
  touchApp(agent, app);
}

/** A blob is whole: if it is the wished one, it gets its name and goes on to be checked. */
function arrived(agent: Agent, load: Load, digest: string): void {
  const app = load.app;
  app.pull = null;
  if (!fits(app.wish, digest)) {
    agent.host.storage.remove(load.file);
    if (++app.misfits > 1) fail(agent, app, HASH, null); // fetched again once
    return;
  }
  const blob = blobFile(app.wish.p[0]);
  if (load.file !== blob) agent.host.storage.rename(load.file, blob);
  launch(agent, app, load.parsing, digest);
}

/**
 * Checks a module to the end and starts it, if it shall run. digest '' = it is installed already, else this installs it: only what passed
 * every check is committed, and only then the old app ends (earlier where RAM does not hold both; it starts again if the new one fails).
 */
function launch(agent: Agent, app: App, parsing: Parsing, digest: string): void {
  const install = digest !== '';
  const lim = install ? app.wish.lim : app.lim;
  let built = build(agent, app, parsing, lim, ramFree(agent, null));
  if (built.code === RAM && app.task !== null && built.data.need <= ramFree(agent, app)) {
    stop(agent, app);
    built = build(agent, app, parsing, lim, ramFree(agent, null));
  }
  if (built.code !== 0) {
    giveUp(agent, app, install, built.code, built.data);
    return;
  }
  if (install && !commit(agent, app, parsing.module.bytes.length, digest, built.ver)) return;
  stop(agent, app);
  if (install) logNote(app.log, 'i', agent.host.nowMs(), 'installed ' + app.hash.substring(0, 16));
  if (app.wish.run === 'on') start(agent, app, built);
  touchApp(agent, app);
  if (install) collect(agent, false);
}

/** The commit: one record replaced. False = no room for it (told): the old app stays. */
function commit(agent: Agent, app: App, size: number, digest: string, ver: string): boolean {
  const before = [app.hash, app.bytes, app.ver, app.old, app.lim] as const;
  if (app.hash !== digest) app.old = app.hash.substring(0, 16);
  app.hash = digest;
  app.bytes = size;
  app.ver = ver;
  app.lim = app.wish.lim;
  if (!saveApp(agent.host.storage, app)) {
    app.hash = before[0];
    app.bytes = before[1];
    app.ver = before[2];
    app.old = before[3];
    app.lim = before[4];
    fail(agent, app, SPACE, { need: RECORD_BYTES, free: agent.host.storage.free() });
    return false;
  }
  app.state = 'kept';
  app.error = app.restarts = app.inHour = app.backMs = app.startMs = 0;
  app.data = app.trap = null;
  app.ended = false;
  app.exitCode = -1;
  return true;
}
