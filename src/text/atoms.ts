// Strings of bytes by number, equal strings by equal numbers: keywords and identifiers. An open-addressed table over one pool. Desk only.

import { type Bytes, createBytes, putBytes } from '../binary/bytes';

export interface Atoms {
  pool: Bytes;
  at: number[]; // atom i is pool[at[i], at[i + 1])
  table: Int32Array; // atom + 1 by hash, 0 = free
}

/** room: for how many there are places before the table grows; a power of two. */
export function createAtoms(room = 32): Atoms {
  return { pool: createBytes(1024), at: [0], table: new Int32Array(room * 2) };
}

/** The hash of a string that goes on with a byte; that of an empty one is 0. */
export function hashStep(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0;
}
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let i = start; i < end; i++) hash = hashStep(hash, bytes[i]!);
  return hash;
}

/** The place in the table of the string bytes[start, end) of that hash: its atom's, or the free one where it belongs. */
function slotOf(a: Atoms, bytes: Uint8Array, start: number, end: number, hash: number): number {
  const { table, at } = a;
  const mask = table.length - 1;
  const pool = a.pool.u8;
  let slot = (hash ^ (hash >>> 15)) & mask;
  for (; ; slot = (slot + 1) & mask) {
    const atom = table[slot]! - 1;
    if (atom < 0) return slot;
    const from = at[atom]!;
    if (at[atom + 1]! - from !== end - start) continue;
    let i = start;
    for (let p = from; i < end && pool[p] === bytes[i]; p++) i++;
    if (i === end) return slot;
  }
}

/** The atom of bytes[start, end), whose hash it is; -1 if it is none. */
export function find(a: Atoms, bytes: Uint8Array, start: number, end: number, hash: number): number {
  return a.table[slotOf(a, bytes, start, end, hash)]! - 1;
}

/** The atom of bytes[start, end), a new one if it was none. */
export function intern(a: Atoms, bytes: Uint8Array, start: number, end: number): number {
  const hash = hashOf(bytes, start, end);
  let slot = slotOf(a, bytes, start, end, hash);
  if (a.table[slot] !== 0) return a.table[slot]! - 1;
  const count = a.at.length - 1;
  if (count * 2 >= a.table.length) {
    const old = a.table;
    a.table = new Int32Array(old.length * 4);
    for (const atom of old) {
      if (atom === 0) continue;
      const [from, to] = [a.at[atom - 1]!, a.at[atom]!];
      a.table[slotOf(a, a.pool.u8, from, to, hashOf(a.pool.u8, from, to))] = atom;
    }
    slot = slotOf(a, bytes, start, end, hash);
  }
  putBytes(a.pool, bytes.subarray(start, end));
  a.at.push(a.pool.size);
  a.table[slot] = count + 1;
  return count;
}

/** The bytes of an atom, borrowed. */
export function atomBytes(a: Atoms, atom: number): Uint8Array {
  return a.pool.u8.subarray(a.at[atom], a.at[atom + 1]);
}
