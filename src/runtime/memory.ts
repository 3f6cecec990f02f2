// Linear memory: one ArrayBuffer with aliased views, growable by copying, always counted against its store's limit.
// Executors and natives hold views only between points where memory may grow. Device-safe. Spec: core 4.2.8, 4.5.3.

import type { MemType } from '../spec/types';
import type { Env } from './native';
import type { Store } from './store';

export interface Memory {
  type: MemType;
  store: Store;
  bytes: number; // current size; less than a page where the shrink rule cut it
  u8: Uint8Array;
  i8: Int8Array;
  u16: Uint16Array;
  i16: Int16Array;
  i32: Int32Array;
  /** Windows to refresh when the buffer is replaced. */
  envs: Env[];
  /** Counts replacements of the buffer, so that an executor knows that its cached views are stale. */
  epoch: number;
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
