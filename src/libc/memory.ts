// Blocks of bytes, and the malloc family on the app heap (or the module's own allocator, runtime/heap.ts).
// Device-safe.

import { fillBytes, guestAlloc, guestFree, heapResize, payWalk } from '../runtime/heap';
import { type Env, fail, type NativeGroup } from '../runtime/native';
import { HEAP_EXHAUSTED } from '../spec/traps';
import { block, range } from './state';

/** Copies n bytes within memory; ranges may overlap. Bounds are the caller's. */
export function copy(u8: Uint8Array, to: number, from: number, n: number): void {
  // A view costs more than a short loop, on every engine.
  if (n > 32) u8.set(u8.subarray(from, from + n), to);
  else if (to <= from) for (let i = 0; i < n; i++) u8[to + i] = u8[from + i];
  else while (n-- > 0) u8[to + n] = u8[from + n];
}

function memcpy(env: Env, to: number, from: number, n: number): number {
  copy(env.u8, block(env, to, n), from, n);
  return to;
}

function memcmp(env: Env, a: number, b: number, n: number): number {
  const u8 = env.u8;
  range(env, a, n);
  for (let i = 0; i < n; i++) {
    const diff = u8[a + i] - u8[b + i];
    if (diff !== 0) return diff;
  }
  return 0;
}

function memset(env: Env, to: number, byte: number, n: number): number {
  n >>>= 0;
  fillBytes(env.u8, block(env, to, n), to + n, byte);
  return to;
}

function memchr(env: Env, from: number, byte: number, n: number): number {
  const u8 = env.u8;
  n >>>= 0;
  const end = range(env, from, n) + n;
  for (let i = from; i < end; i++) if (u8[i] === (byte & 255)) return i;
  return 0;
}

function malloc(env: Env, n: number) {
  return guestAlloc(env, n >>> 0, (_, pointer) => pointer);
}

/** A cleared block of n bytes; without room 0 or, on `need`, a trap. */
function zeroed(env: Env, n: number, need: boolean) {
  return guestAlloc(env, n, (_, pointer) => {
    if (pointer !== 0) fillBytes(env.u8, block(env, pointer, n), pointer + n, 0);
    else if (need) throw fail(env, HEAP_EXHAUSTED, 0);
    return pointer;
  });
}

function calloc(env: Env, count: number, size: number) {
  const n = (count >>> 0) * (size >>> 0);
  return n >= 0xffffffff ? 0 : zeroed(env, n, false);
}

function realloc(env: Env, pointer: number, n: number) {
  const instance = env.instance;
  n >>>= 0;
  if (instance.heapBytes !== 0 && pointer === 0) return zeroed(env, n, true);
  // The size of a foreign allocator's block is not known.
  const to = instance.heapBytes === 0 ? 0 : heapResize(env.u8, instance.heapBase, instance.heapBytes, pointer >>> 0, n);
  if (to === 0) throw fail(env, HEAP_EXHAUSTED, 0);
  payWalk(env);
  return to;
}

export const memory: NativeGroup[] = [
  ['(**~)i', 'memcmp memcpy memmove emscripten_memcpy_big', memcmp, memcpy, memcpy, memcpy],
  ['(*ii)i', 'memset memchr', memset, memchr],
  ['(i)i', 'malloc __cxa_allocate_exception', malloc, malloc],
  ['(ii)i', 'calloc realloc', calloc, realloc],
  ['(*)', 'free', guestFree],
];
