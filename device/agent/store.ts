// What the agent keeps on the board: blobs named by their SHA-256, arriving in blocks and resumed where they stopped;
// small records replaced whole. Knows neither roads nor apps' states. Device-safe. Design: docs/agent.md, "Records".
//
//   b.<H>   a blob, whole and verified            H = first 16 hex digits of its SHA-256
//   p.<H>   its part while blocks arrive; turned into b.<H> by a rename once the digest fits
//   a.<k>   record of one app (JSON)              k = slot, any free number
//   boot    number of boots (decimal)             want = the device's own settings (JSON)

import { textOf } from '../../src/app/texts';
import type { Storage } from '../host';

/** Blocks are whole units: the smallest block that a line which loses much asks for. */
const UNIT = 64;
/** Largest window. */
const WINDOW = 4096;
/** Largest block. */
const BLOCK = 1024;

export function blobFile(h: string): string {
  return 'b.' + h;
}
export function partFile(h: string): string {
  return 'p.' + h;
}

/** A small file as a byte string, '' when absent. */
export function readText(storage: Storage, name: string): string {
  const size = storage.size(name);
  if (size <= 0) return '';
  const bytes = new Uint8Array(size);
  return textOf(bytes, 0, storage.read(name, 0, bytes, 0, size));
}
/** Replaces a small file; false = no room. */
export function writeText(storage: Storage, name: string, content: string): boolean {
  return storage.replace(name, bytesOf(content));
}

/** A string as bytes of the same codes (those above 255 become '?'); textOf turns them back. UTF-8 inside passes through unread. */
export function bytesOf(content: string): Uint8Array {
  const out = new Uint8Array(content.length);
  for (let i = 0; i < content.length; i++) {
    const code = content.charCodeAt(i);
    out[i] = code > 255 ? 63 : code;
  }
  return out;
}

/** JSON of a byte string, null when it is no JSON object. */
export function parseObject(content: string): any {
  let value: any = null;
  try {
    value = JSON.parse(content);
  } catch (_) {
    return null;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
}

/** A blob on its way: bytes [0, base) are in its part file. */
export interface Pull {
  h: string;
  size: number;
  base: number;
  got: Uint8Array; // of each unit of the window, by its number modulo the window's: 1 = in the file too
  asked: number; // asked for up to here
  from: number; // start of the run that nextRun found
  tries: number; // time-outs since the last new block
  dueMs: number; // when to ask again
}

/** Starts or resumes. After a reboot the last window may have holes (or a torn block), so it is fetched again. */
export function openPull(storage: Storage, h: string, size: number): Pull {
  const had = storage.size(partFile(h));
  let base = 0;
  if (had > size) storage.remove(partFile(h));
  else if (had > WINDOW) base = Math.ceil((had - WINDOW) / BLOCK) * BLOCK;
  return { h: h, size: size, base: base, got: new Uint8Array(WINDOW / UNIT), asked: base, from: 0, tries: 0, dueMs: 0 };
}

/** Bytes of room that finishing this blob still takes. */
export function roomFor(storage: Storage, h: string, size: number): number {
  const had = storage.size(partFile(h));
  return had > 0 && had <= size ? size - had : size;
}

/**
 * The next missing blocks of z bytes (z divides BLOCK, UNIT divides z) within `window` bytes of base that were not asked for:
 * returns how many, 0 = none; pull.from is where they start, a multiple of z. Counts them as asked for.
 */
export function nextRun(pull: Pull, window: number, z: number): number {
  const limit = Math.min(pull.size, pull.base + Math.min(window, WINDOW));
  let at = Math.max(pull.asked, pull.base);
  while (at < limit && has(pull, at)) at += UNIT;
  if (at >= limit) return 0;
  pull.from = at - (at % z);
  while (at < limit && !has(pull, at)) at += UNIT;
  // A block that the window's edge cuts waits for the next turn.
  const blocks = (at - pull.from) / z;
  const n = at === limit && limit < pull.size ? Math.floor(blocks) : Math.ceil(blocks);
  if (n > 0) pull.asked = Math.min(limit, pull.from + n * z);
  return n;
}

function has(pull: Pull, at: number): boolean {
  return pull.got[(at % WINDOW) / UNIT] === 1;
}

export const TAKEN = 0;
export const STALE = 1; // already here, or not asked for: harmless
export const TOO_LONG = 2; // reaches past the announced size
export const NO_ROOM = 3;

/** Stores block src[start, end) at offset, in any order and any number of times. */
export function takeBlock(storage: Storage, pull: Pull, offset: number, src: Uint8Array, start: number, end: number): number {
  const stop = offset + (end - start);
  if (offset >= pull.asked) return STALE;
  if (stop > pull.size) return TOO_LONG;
  const skip = Math.max(0, pull.base - offset); // already in place: flash is not written twice
  if (stop <= pull.base || stop > pull.asked || (offset & (UNIT - 1)) !== 0) return STALE;
  if (stop !== pull.size && (stop & (UNIT - 1)) !== 0) return STALE;
  let at = offset + skip;
  while (at < stop && has(pull, at)) at += UNIT;
  if (at >= stop) return STALE;
  if (!storage.write(partFile(pull.h), offset + skip, src, start + skip, end)) return NO_ROOM;
  for (at = offset + skip; at < stop; at += UNIT) pull.got[(at % WINDOW) / UNIT] = 1;
  for (at = pull.base; at < pull.size && has(pull, at); at += UNIT) pull.got[(at % WINDOW) / UNIT] = 0;
  pull.base = Math.min(at, pull.size);
  return TAKEN;
}

/** Removes blobs and parts whose H is not in `kept` (a string of all wanted H with spaces between). Returns bytes freed. */
export function sweep(storage: Storage, kept: string): number {
  const names = storage.list();
  let freed = 0;
  for (let i = 0; i < names.length; i++) {
    const kind = names[i].substring(0, 2);
    if ((kind === 'b.' || kind === 'p.') && kept.indexOf(names[i].substring(2)) < 0) {
      freed += storage.size(names[i]);
      storage.remove(names[i]);
    }
  }
  return freed;
}
