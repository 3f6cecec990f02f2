// Messages: every topic and payload between boards and desk, once. Types, topic builders and parsers, limits.
// Control is JSON with one-letter keys, bulk is raw bytes. The same messages travel over MQTT (topic = `w/1/<dev>/<rest>`)
// and over a serial line (frame.ts; `<rest> <body>`). No I/O, no codec: JSON.parse/stringify and utf8.ts do that.
// Device-safe. Reference: docs/wire.md.

import { get32, put } from './little';

/** Root of all topics: carries name and version of the protocol. */
export const ROOT = 'w/1/';

// One row per topic after `w/1/<dev>/`: name, from (d = device, m = manager, b = both), QoS, retained, max payload bytes.
// `+` stands for an app id, `#` for any path. docs/wire.md prints this table.
export const TOPICS =
  'state d 1 1 64;' +
  'info d 1 1 1024;' +
  'info/+ d 1 1 384;' +
  'want m 1 1 512;' +
  'want/+ m 1 1 512;' +
  'cmd m 1 0 512;' +
  'rsp d 1 0 1024;' +
  'ev d 0 0 1024;' +
  'get d 0 0 96;' +
  'blk m 0 0 1032;' +
  'app/+/# b 0 0 1024;';

/** How a topic is published. */
export interface TopicRule {
  from: string; // 'd', 'm' or 'b'
  qos: number;
  retain: boolean;
  maxBytes: number; // of the payload
}

/** The row of TOPICS for a kind such as 'state' or 'want/+'; null = no such topic. */
export function topicRule(kind: string): TopicRule | null {
  const at = (';' + TOPICS).indexOf(';' + kind + ' ');
  if (at < 0) return null;
  const row = TOPICS.slice(at, TOPICS.indexOf(';', at)).split(' ');
  if (row[0] !== kind) return null; // 'state d'
  return { from: row[1], qos: +row[2], retain: row[3] === '1', maxBytes: +row[4] };
}

/** Device, app, set and group ids: [a-z0-9-]{3,32}. */
export function isId(text: string): boolean {
  if (text.length < 3 || text.length > 32) return false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (!((c >= 97 && c <= 122) || (c >= 48 && c <= 57) || c === 45)) return false;
  }
  return true;
}

/** `w/1/<dev>/<rest>` */
export function topicOf(dev: string, rest: string): string {
  return ROOT + dev + '/' + rest;
}

/** What a topic after `w/1/<dev>/` means. */
export interface Topic {
  kind: string; // a name of TOPICS
  app: string; // '' where the kind has none
  path: string; // of app/<app>/<path>, else ''
}

/** The device id and the rest of a full topic; null when it is not below `w/1/<id>/`. */
export function splitTopic(topic: string): { dev: string; rest: string } | null {
  if (topic.indexOf(ROOT) !== 0) return null;
  const slash = topic.indexOf('/', ROOT.length);
  const dev = topic.slice(ROOT.length, slash);
  return slash > 0 && isId(dev) ? { dev: dev, rest: topic.slice(slash + 1) } : null;
}

/** Parses the part after `w/1/<dev>/`; null = unknown topic or bad app id. */
export function parseTopic(rest: string): Topic | null {
  const slash = rest.indexOf('/');
  if (slash < 0) return topicRule(rest) ? { kind: rest, app: '', path: '' } : null;
  const head = rest.slice(0, slash);
  let app = rest.slice(slash + 1);
  let path = '';
  if (head === 'app') {
    const next = app.indexOf('/');
    if (next < 0) return null;
    path = app.slice(next + 1);
    app = app.slice(0, next);
    if (path === '') return null;
  }
  const kind = head + (path === '' ? '/+' : '/+/#');
  return isId(app) && topicRule(kind) ? { kind: kind, app: app, path: path } : null;
}

// ---- blobs ---------------------------------------------------------------------------------------------------------

/** Blob reference [H, size in bytes]; H = the first 16 hex digits of its SHA-256: a locator, never a proof. */
export type BlobRef = [string, number];

/** H of a digest in lower-case hex. */
export function locator(hexDigest: string): string {
  return hexDigest.slice(0, 16);
}

/** Bytes of a `blk` payload before its data: first 4 bytes of the hash, offset u32 LE. */
export const BLK_HEAD_BYTES = 8;

/** Writes the head of a `blk` payload at target[at]; returns the index after it. h is H. */
export function writeBlkHead(target: Uint8Array, at: number, h: string, offset: number): number {
  for (let i = 0; i < 4; i++) target[at + i] = parseInt(h.slice(2 * i, 2 * i + 2), 16);
  return put(target, at + 4, offset, 4);
}

/** Offset of the data in a `blk` payload bytes[start, end) of blob h; -1 = too short or of another blob. */
export function readBlkHead(bytes: Uint8Array, start: number, end: number, h: string): number {
  if (end - start < BLK_HEAD_BYTES) return -1;
  for (let i = 0; i < 4; i++) if (bytes[start + i] !== parseInt(h.slice(2 * i, 2 * i + 2), 16)) return -1;
  return get32(bytes, start + 4);
}

/** `get`: asks for n blocks of z bytes of blob h from offset o (a multiple of z; the blob's last block may be short). */
export interface Get {
  h: string; // H
  o: number;
  n: number;
  z: number; // 64 .. 1024; on a serial line 64 or 128
  s?: number; // serial only: channel 1..31 that carries the answer; block number k of it is the data at k * z
}

// ---- device -> manager ---------------------------------------------------------------------------------------------

/** `state`. Empty retained = the board was removed. */
export interface State {
  s: 'init' | 'ready' | 'sleep' | 'lost' | 'gone';
  b: string; // boot count, dot, connection count; a will with another b than the last `ready` is ignored
}

/** `info`: what the board is and has room for. Bytes throughout. */
export interface Info {
  v: number; // counts descriptions
  n: number; // `want` met, 0 = none yet
  board: string; // boards/<board>.json
  eng: string;
  rt: string; // version of the runtime
  abi: number; // host API number
  class: string; // script, micro, quick, gateway
  trust: string; // open: takes unsigned plain wasm; hmac, ed25519
  ram: number; // free for apps
  flash: number; // free for packages
  win: number; // blocks asked for at once
  blk: number; // largest block
  cap: string[]; // 'timer', 'mqtt', 'gpio' …
  wasm?: number; // what it runs beyond WebAssembly 2.0: bits of src/spec/features.ts; not there = nothing
}

/** Where an app stands: absent packages are loading, verified ones loaded, started ones kept. */
export type AppState = 'loading' | 'loaded' | 'kept' | 'failed' | 'refused' | 'gone';

/** Why an app stopped: [trap code (spec/traps.ts), detail, function index, byte offset in the module]. */
export type TrapReport = [number, number, number, number];

/** `info/<app>`: one app as it is. Empty retained = not installed. */
export interface AppInfo {
  n: number; // wish met or refused
  ver: string; // '' = the package names none
  p: string; // H of the package
  st: AppState;
  run: number; // 1 = running
  mem: number; // bytes of RAM in use
  rst: number; // restarts since install
  e: number; // last error code (errors/codes.ts), 0 = none; a refused wish says why here
  ed?: ErrorData; // what the error's text needs
  x?: number; // exit code, once the program has ended
  tr?: TrapReport;
  fn?: string; // name of the function that trapped, '' = unknown
  rs?: number; // restart counter applied
  o?: number; // st = loading: bytes stored so far
  c?: [number, number, number]; // functions compiled, functions, 1 = more would be but for want of room; not there = it has not been busy, or may not
}

/** What an error's text needs beside its code: {need, free}, {o, text}, {list: imports} … */
export interface ErrorData {
  [key: string]: number | string | string[];
}

export type LogLevel = 'e' | 'w' | 'i' | 'd';

/** `ev`: one event, or an array of up to 8. `q` counts over all kinds: on a gap the manager reads `info`. t = ms since boot. */
export type Event = LogEvent | TrapEvent | FuelEvent | ProgressEvent | MessageEvent;

export interface LogEvent {
  q: number;
  k: 'log';
  a: string; // app, '' = the agent itself
  l: LogLevel;
  t: number;
  m: string;
}

export interface TrapEvent {
  q: number;
  k: 'trap';
  a: string;
  t: number;
  tr: TrapReport;
  fn: string;
}

/** A runaway app was stopped: it used `f` fuel in one event (limit `max`). */
export interface FuelEvent {
  q: number;
  k: 'fuel';
  a: string;
  t: number;
  f: number;
  max: number;
  tr: TrapReport; // where it was
  fn: string;
}

/** A transfer moved: o of z bytes of blob h are stored. */
export interface ProgressEvent {
  q: number;
  k: 'prog';
  a: string;
  t: number;
  h: string;
  o: number;
  z: number;
}

/** A message of an app to whoever watches: p = its url or path. */
export interface MessageEvent {
  q: number;
  k: 'msg';
  a: string;
  t: number;
  p: string;
  m: string;
}

export const MAX_EVENTS = 8; // in one `ev`

// ---- manager -> device ---------------------------------------------------------------------------------------------

/** `want`: the device's own settings. An absent field means "leave as it is". */
export interface Want {
  n: number;
  groups?: string[];
  log?: 'error' | 'warn' | 'info' | 'debug';
  name?: string; // for people
  spread?: number; // s; first reconnect after random 0..spread
}

/** Limits of one app, in bytes; fuel = operators per event. Absent = the package's own, else the board's default. */
export interface Limits {
  mem?: number; // linear memory
  heap?: number; // app heap for malloc
  stack?: number;
  fuel?: number;
  tbl?: number; // tables
  compile?: number; // 0 = never
  [key: string]: number | undefined;
}

/** `want/<app>`: one app as it should be. Absent (or empty) means "leave as it is"; `run: 'gone'` removes. */
export interface AppWant {
  n: number; // per app; a device applies n >= the last one
  by: string; // who wrote it
  p: BlobRef; // the package
  d?: string; // full SHA-256 of the package in hex: needed to verify (H is no proof)
  run: 'on' | 'off' | 'gone';
  rs: number; // restart counter: a changed one restarts
  lim: Limits;
  ver?: string; // for people, when the package names no version
}

/** `cmd`: an interactive verb, harmless to repeat. i = manager prefix and counter, echoed by the answer. */
export interface Cmd<V extends Verb = Verb> {
  i: string;
  m: V;
  p?: Verbs[V]['p'];
}

/** `rsp`: result or [error code, data]. */
export interface Rsp<V extends Verb = Verb> {
  i: string;
  r?: Verbs[V]['r'];
  e?: [number, ErrorData];
}

export type Verb = keyof Verbs;

/** [q, level, ms since boot, text] */
export type LogLine = [number, LogLevel, number, string];

/** [app, bytes of RAM, peak bytes, fuel used, CPU ms, open handles, restarts] */
export type AppStats = [string, number, number, number, number, number, number];

/** p = parameters, r = result of each verb. A result is at most 1 kB: a device sends less than asked, the manager asks again. */
export interface Verbs {
  ping: { p: undefined; r: { t: number } }; // ms since boot
  info: { p: undefined; r: Info };
  /** The last n lines of app a ('' = agent), only those with a number above q, oldest first. d = lines dropped so far. */
  logs: { p: { a: string; n: number; q?: number }; r: { l: LogLine[]; d: number } };
  level: { p: { a?: string; l: LogLevel }; r: Record<string, never> };
  stats: {
    p: undefined;
    r: { t: number; ram: [number, number]; flash: [number, number]; apps: AppStats[]; link: { up: number; bad: number; re: number } };
  }; // ram, flash: [free, total]; link: connections, damaged frames, frames sent again
  /** The crash report of app a, until its next start: frames [function index, byte offset], innermost first, up to 8. */
  dump: { p: { a: string }; r: { p: string; tr: TrapReport; fn: string; st: [number, number][]; t: number; rst: number } | null };
  identify: { p: { s: number }; r: Record<string, never> }; // blinks or prints for s seconds
  time: { p: { t: number }; r: { t: number } }; // UTC in ms; the answer is the device's clock after it
  reboot: { p: undefined; r: Record<string, never> };
  gc: { p: undefined; r: { free: number } }; // bytes of storage after removing trash
}

/** Verbs a device knows, spaced. */
export const VERBS = 'ping info logs level stats dump identify time reboot gc';
