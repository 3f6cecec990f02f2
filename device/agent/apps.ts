// Apps as the agent keeps them: the accepted wish, the installed blob, what runs. Reads wishes (`want/<app>`) and quotas and
// the app's record; decides nothing (install.ts and schedule.ts do). Device-safe. Design: management.md 2 and 4, docs/agent.md.

import type { AppState, Limits, TrapReport } from '../../src/wire/messages';
import type { Storage } from '../host';
import { type Log, plain } from './logs';
import { type Pull, parseObject, readText, writeText } from './store';
import type { Task } from './task';

/** An accepted `want/<app>`, complete. */
export interface Wish {
  n: number;
  by: string;
  p: [string, number]; // ['', 0] = nothing wished yet
  d: string; // full digest in hex, '' = not given: then H is all there is to compare
  run: string; // on, off, gone
  rs: number;
  lim: Limits;
  ver: string;
}

export interface App {
  name: string;
  slot: number; // of its record file a.<slot>; -1 = none yet
  wish: Wish;
  n: number; // of the last wish answered, also of a malformed one
  hash: string; // SHA-256 of the installed blob, 64 hex digits; '' = none
  bytes: number; // its size
  ver: string; // version of the installed blob
  lim: Limits; // wished for the installed blob
  old: string; // H of the blob before, kept for the way back
  pull: Pull | null;
  state: AppState;
  error: number; // code of src/errors, 0 = none: of the last failure, of installing or running
  data: any; // ErrorData or null: what the error's text needs
  misfits: number; // blobs of this wish whose digest was another
  log: Log;
  /** What runs; null while nothing does. */
  task: Task | null;
  rs: number; // restart counter applied
  ended: boolean; // ended by itself or given up: a new wish, another rs or a reboot starts it again
  exitCode: number; // of a program that ended, -1 = none
  trap: TrapReport | null; // of the last crash, until the next start by wish
  trapName: string;
  frames: [number, number][];
  trapMs: number;
  restarts: number; // since install
  startMs: number; // not before (back-off)
  backMs: number; // the next back-off
  hourMs: number; // start of the hour in which restarts are counted
  inHour: number;
}

/** A whole number in 0 .. 2^53 - 1. */
export function isCount(value: any): boolean {
  return typeof value === 'number' && value >= 0 && value <= 9007199254740991 && Math.floor(value) === value;
}
function isHex(text: any, digits: number): boolean {
  if (typeof text !== 'string' || text.length !== digits) return false;
  for (let i = 0; i < digits; i++) if ('0123456789abcdef'.indexOf(text.charAt(i)) < 0) return false;
  return true;
}

/** Reads quotas; null when anything in it is no count: an odd field never widens a right. */
export function readLimits(value: any): Limits | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  for (const name in value) if (!isCount(value[name])) return null;
  return value;
}

/** Reads a `want/<app>`; fields that are absent stay as in `now`, the wish in force. null = malformed. */
export function readWish(doc: any, now: Wish): Wish | null {
  if (doc === null || !isCount(doc.n)) return null;
  const wish: Wish = { n: doc.n, by: '', p: now.p, d: now.d, run: now.run, rs: now.rs, lim: now.lim, ver: now.ver };
  if (typeof doc.by === 'string') wish.by = doc.by.substring(0, 32);
  if (doc.ver !== undefined) {
    if (typeof doc.ver !== 'string') return null;
    wish.ver = plain(doc.ver, 32);
  }
  if (doc.run !== undefined) {
    if (doc.run !== 'on' && doc.run !== 'off' && doc.run !== 'gone') return null;
    wish.run = doc.run;
  }
  if (doc.rs !== undefined) {
    if (!isCount(doc.rs)) return null;
    wish.rs = doc.rs;
  }
  if (doc.lim !== undefined) {
    const lim = readLimits(doc.lim);
    if (lim === null) return null;
    wish.lim = lim;
  }
  if (doc.p !== undefined) {
    if (!Array.isArray(doc.p) || !isHex(doc.p[0], 16) || !isCount(doc.p[1]) || doc.p[1] === 0) return null;
    wish.p = [doc.p[0], doc.p[1]];
    wish.d = '';
  }
  if (doc.d !== undefined) {
    if (!isHex(doc.d, 64) || doc.d.substring(0, 16) !== wish.p[0]) return null;
    wish.d = doc.d;
  }
  return wish.p[1] === 0 && wish.run !== 'gone' ? null : wish;
}

export function emptyWish(): Wish {
  return { n: 0, by: '', p: ['', 0], d: '', run: 'off', rs: 0, lim: {}, ver: '' };
}

/** Whether a blob with this digest is the wished one. */
export function fits(wish: Wish, digest: string): boolean {
  return wish.d === '' ? digest.substring(0, 16) === wish.p[0] : digest === wish.d;
}

/** Writes the app's record: the one step that makes a wish or an install count. false = no room, nothing changed. */
export function saveApp(storage: Storage, app: App): boolean {
  let slot = app.slot;
  if (slot < 0) for (slot = 0; storage.size('a.' + slot) >= 0; ) slot++;
  const record = { a: app.name, w: app.wish, h: app.hash, z: app.bytes, v: app.ver, l: app.lim, o: app.old, rst: app.restarts };
  if (!writeText(storage, 'a.' + slot, JSON.stringify(record))) return false;
  app.slot = slot;
  return true;
}

/** Reads record file `file` into app; false (and no change) when it is not whole. */
export function readApp(storage: Storage, file: string, app: App): boolean {
  const record = parseObject(readText(storage, file));
  if (record === null || typeof record.a !== 'string' || (record.h !== '' && !isHex(record.h, 64))) return false;
  const wish = readWish(record.w, emptyWish());
  if (wish === null || readLimits(record.l) === null) return false;
  app.name = record.a;
  app.slot = parseInt(file.substring(2), 10);
  app.wish = wish;
  app.n = wish.n;
  app.rs = wish.rs;
  app.hash = record.h;
  app.bytes = record.z;
  app.ver = record.v;
  app.lim = record.l;
  app.old = record.o;
  app.restarts = record.rst;
  app.state = fits(wish, app.hash) ? 'kept' : 'loading';
  return true;
}
