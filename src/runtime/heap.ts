// The app heap: malloc inside linear memory, kept by the host for modules that bring no allocator of their own.
// All of its records lie in guest memory and are believed only as far as they were checked just now: a guest that
// scribbles over them gets HEAP_CORRUPTED or strange blocks, never an access outside [base, base + size), a hang or a host
// exception. Keeps no host state: functions take (u8, base, size). Device-safe. Sizes and edges: WAMR's app heap.
//
//   base   8 list heads of 4 bytes, free blocks by size: 16.. 32.. 64.. 128.. 256.. 512.. 1024.. 2048..
//   +36    blocks, headers at 4 mod 8 so that what malloc returns is at 0 mod 8
//   end    the end mark: a live block of size 0
//   live   | header | n bytes of the program ............... |
//   free   | header | next | previous | ...... | size again  |
//   header = kind in bits 31-30 (LIVE, FREE) | size with header, a multiple of 8 | 1 if the block before is free
// Free neighbours are always joined, so a free block lies between live ones.

import { HEAP_CORRUPTED } from '../spec/traps';
import { KIND_FUNC, typeKey } from '../spec/types';
import { loadI32, storeI32 } from './memory';
import { exportIndex, type Module } from './module';
import { callGuest, type Env, type NativeFn } from './native';

const LIVE = 2 << 30; // kinds
const FREE = 1 << 30;
const KIND = 3 << 30;
const BEFORE_FREE = 1;
const SIZE = 0x3ffffff8;
const SMALLEST = 16;
const HEADS = 36; // the list heads begin that far before the first block

// The heap being worked on: set by enter, let go by leave so that no dead app's memory is held.
let mem: Uint8Array | null = null;
let first = 0;
let end = 0;

/** Blocks the last call had to look at: what it cost beyond a constant. */
let walked = 0;

function enter(u8: Uint8Array, base: number, size: number): void {
  mem = u8;
  walked = 0;
  first = base + (-base & 7) + HEADS;
  end = base + size - ((base + size) & 7) - 4;
  if (end < first) end = first - 8; // too small for anything, also for the end mark
}
function leave(result: number): number {
  mem = null;
  return result;
}

/** The word there, 0 outside the heap: addresses that the guest wrote need no check before their word is read. */
function load(at: number): number {
  return at >= first - HEADS && at <= end ? loadI32(mem!, at) : 0;
}
function save(at: number, value: number): void {
  storeI32(mem!, at, value);
}

/** The size of the block there if that can be its address and its header is a possible one of that kind, else 0. */
function sizeOf(block: number, kind: number): number {
  const header = load(block);
  const size = header & SIZE;
  const possible = block >= first && (block & 7) === 4 && (header & (KIND | 6)) === kind && size >= SMALLEST && block + size <= end;
  return possible ? size : 0;
}
/** The size of what must be a free block, linked after `before` (0: first of its list), and a live one or the end mark behind it. */
function checked(block: number, before: number): number {
  const size = sizeOf(block, FREE);
  const after = block + size;
  if (size === 0 || load(after - 4) !== size || load(block + 8) !== before || (load(after) & (KIND | 7)) !== (LIVE | BEFORE_FREE))
    throw leave(HEAP_CORRUPTED);
  return size;
}

/** Address of the head of the list for that size. */
function headFor(size: number): number {
  let at = first - HEADS;
  for (let n = size >>> 5; n > 0 && at < first - 8; n >>>= 1) at += 4;
  return at;
}

/** Takes a free block out of its list and wipes its header: a second free() of it must not find one inside a block. Returns its size. */
function unlink(block: number): number {
  const before = load(block + 8);
  const size = checked(block, before);
  const next = load(block + 4);
  const from = before === 0 ? headFor(size) : before + 4;
  if ((before !== 0 && sizeOf(before, FREE) === 0) || load(from) !== block) throw leave(HEAP_CORRUPTED);
  if (next !== 0) {
    checked(next, block);
    save(next + 8, before);
  }
  save(from, next);
  save(block, 0);
  return size;
}

/** Makes [block, block + size) a live block of `need` bytes and, if it is worth one, a free block. Bytes before the block keep their state. */
function carve(block: number, size: number, need: number): void {
  const rest = size - need;
  if (rest < SMALLEST) need = size;
  save(block, LIVE | need | (load(block) & BEFORE_FREE));
  if (need < size) release(block + need, rest, 0);
  else save(block + size, load(block + size) & ~BEFORE_FREE);
}

/** Makes [block, block + size) free, joined with its free neighbours. flag: its BEFORE_FREE. */
function release(block: number, size: number, flag: number): void {
  if ((load(block + size) & KIND) === FREE) size += unlink(block + size);
  if (flag !== 0) {
    const before = block - load(block - 4);
    const more = unlink(before);
    if (before + more !== block) throw leave(HEAP_CORRUPTED);
    save(block, 0);
    size += more;
    block = before;
  }
  const after = block + size;
  const head = headFor(size);
  const next = load(head);
  if (next !== 0) {
    checked(next, 0);
    save(next + 8, block);
  }
  save(head, block);
  save(block, FREE | size);
  save(block + 4, next);
  save(block + 8, 0);
  save(after - 4, size);
  save(after, load(after) | BEFORE_FREE);
}

/** The block of what malloc returned; 0 if that is no live block. Throws HEAP_CORRUPTED where a header was overwritten. */
function blockOf(pointer: number): number {
  const block = pointer - 4;
  if (block < first || block >= end || (block & 7) !== 4) return 0;
  const size = sizeOf(block, LIVE);
  const after = load(block + size);
  if (size !== 0 && (after & 7) === 0 && (after >>> 30 === LIVE >>> 30 || after >>> 30 === FREE >>> 30)) return block;
  // Rare: freed already, inside a block, or smashed. Going through all blocks tells which.
  let at = first;
  while (at < block) {
    const step = sizeOf(at, LIVE) || sizeOf(at, FREE);
    if (step === 0) throw leave(HEAP_CORRUPTED);
    at += step;
    walked++;
  }
  if (at === block && sizeOf(block, FREE) === 0) throw leave(HEAP_CORRUPTED);
  return 0;
}

function blockBytes(bytes: number): number {
  return bytes <= SMALLEST - 4 ? SMALLEST : (bytes + 11) & ~7;
}

function allocate(bytes: number): number {
  if (bytes > end - first) return 0;
  const need = blockBytes(bytes);
  for (let head = headFor(need); head < first - 4; head += 4) {
    // Ends, whatever the guest wrote: each block names the one before, so none can be met twice.
    for (let before = 0, block = load(head); block !== 0; before = block, block = load(block + 4)) {
      const size = checked(block, before);
      walked++;
      if (size >= need) {
        carve(block, unlink(block), need);
        return block + 4;
      }
    }
  }
  return 0;
}

/** Sets bytes [start, end) of u8: a few one by one, then by copying what is there, as no engine but the large ones has fill. */
export function fillBytes(u8: Uint8Array, start: number, end: number, byte: number): void {
  let at = start;
  while (at < end && at < start + 32) u8[at++] = byte;
  while (at < end) {
    const n = Math.min(at - start, end - at);
    u8.set(u8.subarray(start, start + n), at);
    at += n;
  }
}

/** Makes [base, base + size) an empty heap. */
export function heapInit(u8: Uint8Array, base: number, size: number): void {
  enter(u8, base, size);
  if (end >= first) {
    fillBytes(u8, first - HEADS, first, 0);
    save(end, LIVE);
    if (end - first >= SMALLEST) release(first, end - first, 0);
  }
  leave(0);
}

/** Address of a new 8-aligned block of at least max(bytes, 12) bytes, 0 when there is no room. Throws HEAP_CORRUPTED. */
export function heapAlloc(u8: Uint8Array, base: number, size: number, bytes: number): number {
  enter(u8, base, size);
  return leave(allocate(bytes));
}

/** Gives a block back; 0, foreign and freed pointers are ignored. Throws HEAP_CORRUPTED. */
export function heapFree(u8: Uint8Array, base: number, size: number, pointer: number): void {
  enter(u8, base, size);
  const block = blockOf(pointer);
  if (block !== 0) release(block, load(block) & SIZE, load(block) & BEFORE_FREE);
  leave(0);
}

/**
 * Makes a live block hold at least `bytes`, in place where possible, and returns its address; 0 (nothing changed) when there is no room or
 * pointer is no live block. A smaller size never moves it. What is added behind the old usable size is zero. Throws HEAP_CORRUPTED.
 */
export function heapResize(u8: Uint8Array, base: number, size: number, pointer: number, bytes: number): number {
  enter(u8, base, size);
  return leave(resize(pointer, bytes));
}
function resize(pointer: number, bytes: number): number {
  const block = blockOf(pointer);
  if (block === 0 || bytes > end - first) return 0;
  const had = load(block) & SIZE;
  const need = blockBytes(bytes);
  const next = block + had;
  let to = pointer;
  if (need <= had) {
    if (had - need >= SMALLEST) carve(block, had, need);
    return pointer;
  }
  const more = sizeOf(next, FREE);
  if (had + more >= need) {
    carve(block, had + unlink(next), need);
  } else {
    to = allocate(bytes);
    if (to === 0) return 0;
    mem!.set(mem!.subarray(pointer, next), to);
    release(block, had, load(block) & BEFORE_FREE);
  }
  fillBytes(mem!, to + had - 4, to - 4 + (load(to - 4) & SIZE), 0);
  return to;
}

/** Bytes that may be used at pointer, 0 if it is no live block. Throws HEAP_CORRUPTED. */
export function heapUsable(u8: Uint8Array, base: number, size: number, pointer: number): number {
  enter(u8, base, size);
  const block = blockOf(pointer);
  return leave(block === 0 ? 0 : (load(block) & SIZE) - 4);
}

/** Usable bytes of all free blocks together and of the largest; ok is false when the count ended early at a smashed header. */
export interface HeapStats {
  free: number;
  largest: number;
  ok: boolean;
}

/** Counts what is free. Never throws. */
export function heapStats(u8: Uint8Array, base: number, size: number): HeapStats {
  enter(u8, base, size);
  const stats = { free: 0, largest: 0, ok: true };
  for (let at = first; stats.ok && at < end; ) {
    const free = sizeOf(at, FREE);
    const step = free || sizeOf(at, LIVE);
    if (free !== 0) stats.free += free - 4;
    if (free - 4 > stats.largest) stats.largest = free - 4;
    stats.ok = step !== 0;
    at += step;
  }
  leave(0);
  return stats;
}

/** Function indexes of a module's own allocator; pin is -1 for malloc and free, which take one argument. */
export interface Allocator {
  alloc: number;
  free: number;
  pin: number;
}

/** The allocator a module exports: malloc with free, or AssemblyScript's __new, __pin, __unpin (once __retain, __release). Null: none. */
export function findAllocator(module: Module): Allocator | null {
  const find = (name: string, type: string): number => {
    const f = exportIndex(module, name, KIND_FUNC);
    return f >= 0 && typeKey(module.types[module.funcs[f]]) === type ? f : -1;
  };
  const alloc = find('malloc', '127>127');
  const free = find('free', '127>');
  if (alloc >= 0 && free >= 0) return { alloc: alloc, free: free, pin: -1 };
  const fresh = find('__new', '127,127>127');
  const pin = Math.max(find('__pin', '127>127'), find('__retain', '127>127'));
  const unpin = Math.max(find('__unpin', '127>'), find('__release', '127>'));
  return fresh >= 0 && pin >= 0 && unpin >= 0 ? { alloc: fresh, free: unpin, pin: pin } : null;
}

function allocatorOf(env: Env): Allocator | null {
  const state = env.state;
  if (state.allocator === undefined) state.allocator = findAllocator(env.instance.module);
  return state.allocator;
}

/** Pays fuel for what the last call walked: a scattered heap is slow, and the slice must know. */
export function payWalk(env: Env): void {
  if (env.thread !== null) env.thread.fuel -= walked * 16;
}

type Answer = ReturnType<NativeFn>;

/**
 * For natives: allocates where the program does, on the app heap or by the module's own allocator (guest code, so env.u8 may
 * be another afterwards), and goes on in `then` with the address, 0 = no room. Use: `return guestAlloc(env, bytes, then)`.
 */
export function guestAlloc(env: Env, bytes: number, then: (env: Env, pointer: number) => Answer): Answer {
  const instance = env.instance;
  if (instance.heapBytes > 0) {
    const pointer = heapAlloc(env.u8, instance.heapBase, instance.heapBytes, bytes);
    payWalk(env);
    return then(env, pointer);
  }
  const own = allocatorOf(env);
  if (own === null) return then(env, 0);
  // A pointer from the guest's allocator is as good as its word: `then` must check before it writes.
  const funcs = instance.funcs;
  let pin = own.pin;
  const got = (_: Env, pointer: number): Answer => {
    if (pin < 0 || pointer === 0) return then(env, pointer >>> 0);
    const func = funcs[pin].handle;
    pin = -1;
    return callGuest(env, func, [pointer], got);
  };
  return callGuest(env, funcs[own.alloc].handle, pin < 0 ? [bytes | 0] : [bytes | 0, 0], got);
}

/** For natives: frees what guestAlloc gave. Use: `return guestFree(env, pointer)`. */
export function guestFree(env: Env, pointer: number): Answer {
  const instance = env.instance;
  if (pointer === 0) return;
  if (instance.heapBytes > 0) {
    heapFree(env.u8, instance.heapBase, instance.heapBytes, pointer);
    return payWalk(env);
  }
  const own = allocatorOf(env);
  if (own !== null) return callGuest(env, instance.funcs[own.free].handle, [pointer | 0], ignore);
}
function ignore(): void {}
