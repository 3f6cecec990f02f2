// Linear memory: one ArrayBuffer with aliased views, growable by copying, always counted against its store's limit.
// Executors and natives hold views only between points where memory may grow. Device-safe. Spec: core 4.2.8, 4.5.3.

import { MEMORY_LIMIT, raise } from '../spec/faults';
import { HAS_CUSTOM_PAGES } from '../spec/features';
import { MAX_BYTES, MAX_PAGES } from '../spec/limits';
import type { MemType } from '../spec/types';
import type { Env } from './native';
import type { Store } from './store';

export interface Memory {
  type: MemType;
  store: Store;
  bytes: number; // current size; less than a page where the shrink rule cut it
  u8: Uint8Array; // exactly `bytes` long
  i32: Int32Array; // the same buffer, rounded up to 8 bytes
  /** Windows to refresh when the buffer is replaced, */
  envs: Env[];
  /** and who else wants to know: executors that keep views. */
  watchers: (() => void)[];
}

function allocate(memory: Memory, bytes: number): boolean {
  const store = memory.store;
  if (store.memoryUsed - memory.bytes + bytes > store.limits.memoryBytes) return false;
  let buffer: ArrayBuffer;
  try {
    buffer = new ArrayBuffer(Math.ceil(bytes / 8) * 8);
  } catch (_e) {
    return false; // the engine has no room; what was there stays
  }
  const u8 = new Uint8Array(buffer, 0, bytes);
  u8.set(memory.u8, 0);
  store.memoryUsed += bytes - memory.bytes;
  memory.bytes = bytes;
  memory.u8 = u8;
  memory.i32 = new Int32Array(buffer);
  for (let i = 0; i < memory.envs.length; i++) memory.envs[i].u8 = u8;
  for (let i = 0; i < memory.watchers.length; i++) memory.watchers[i]();
  return true;
}

/** A new memory of `bytes` (the type's minimum, or less by the shrink rule). Throws MEMORY_LIMIT. */
export function createMemory(store: Store, type: MemType, bytes: number): Memory {
  const none = new Uint8Array(0);
  const memory: Memory = { type: type, store: store, bytes: 0, u8: none, i32: new Int32Array(0), envs: [], watchers: [] };
  if (!allocate(memory, bytes)) throw raise(MEMORY_LIMIT, 0, bytes);
  return memory;
}

/** The most pages of pageBytes that 32-bit addresses allow. */
function mostPages(pageBytes: number): number {
  return HAS_CUSTOM_PAGES && pageBytes === 1 ? MAX_BYTES - 1 : MAX_PAGES;
}

/** Grows by `pages`; returns the old size in pages or -1 [core 4.5.3.8]. */
export function growMemory(memory: Memory, pages: number): number {
  const page = memory.type.pageBytes;
  const old = Math.floor(memory.bytes / page);
  const most = mostPages(page);
  const max = memory.type.max < 0 || memory.type.max > most ? most : memory.type.max;
  if (old + pages > max) return -1;
  if (pages === 0) return old;
  return allocate(memory, memory.bytes + pages * page) ? old : -1;
}

// Little-endian access to bytes at any alignment; callers have checked the bounds. Pairs are low word, high word.
export function loadI32(u8: Uint8Array, at: number): number {
  return u8[at] | (u8[at + 1] << 8) | (u8[at + 2] << 16) | (u8[at + 3] << 24);
}
export function storeI32(u8: Uint8Array, at: number, value: number): void {
  u8[at] = value;
  u8[at + 1] = value >> 8;
  u8[at + 2] = value >> 16;
  u8[at + 3] = value >> 24;
}

const cellF64 = new Float64Array(1);
const cellI32 = new Int32Array(cellF64.buffer);
const cellF32 = new Float32Array(cellF64.buffer);

export function loadF64(u8: Uint8Array, at: number): number {
  cellI32[0] = loadI32(u8, at);
  cellI32[1] = loadI32(u8, at + 4);
  return cellF64[0];
}
export function storeF64(u8: Uint8Array, at: number, value: number): void {
  cellF64[0] = value;
  storeI32(u8, at, cellI32[0]);
  storeI32(u8, at + 4, cellI32[1]);
}
export function loadF32(u8: Uint8Array, at: number): number {
  cellI32[0] = loadI32(u8, at);
  return cellF32[0];
}
export function storeF32(u8: Uint8Array, at: number, value: number): void {
  cellF32[0] = value;
  storeI32(u8, at, cellI32[0]);
}
