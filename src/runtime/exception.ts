// Tags and exceptions, and the handles by which guest code holds exceptions (exnref). An exception gets a handle when a catch_ref
// hands it to the guest; handles that no cell, global or table holds any more are found by a mark over those when the list has filled
// up, so that endless throwing and catching takes no more and no more memory. Device-safe. Spec: core 3.0, 4.2.9 Tag, 4.2.11 Exception Instances.

import { UNCAUGHT_EXCEPTION } from '../spec/traps';
import { type FuncType, HEAP_EXN, heapOf, isRef } from '../spec/types';
import type { Global, Table } from './instance';
import type { Env } from './native';
import type { Store } from './store';
import type { Thread } from './thread';
import { typeId } from './types';

/** A tag instance: exceptions are matched by it itself, imports by the type, which is the store's (types.ts storeType). */
export interface Tag {
  type: FuncType;
  typeId: number;
}
export interface Exception {
  tag: Tag;
  words: number[]; // of its values: low and high word each; an exnref's is its handle
  handle: number; // 0 = none now
}

/** What a store keeps of exceptions. */
export interface Exceptions {
  /** On its way: whoever throws UNCAUGHT_EXCEPTION puts it here. */
  thrown: Exception | null;
  held: (Exception | null)[]; // by handle - 1
  free: number[]; // handles
  most: number; // handles before unreachable ones are looked for
  // What may hold handles:
  threads: Thread[];
  /** Variables of compiled functions that are running: each says what it has. */
  roots: ((mark: (handle: number) => void) => void)[];
  globals: Global[];
  tables: Table[];
}

export function createExceptions(): Exceptions {
  return { thrown: null, held: [], free: [], most: 64, threads: [], roots: [], globals: [], tables: [] };
}

/** A new tag. type: no results; of references to abstract types only. */
export function createTag(store: Store, type: FuncType): Tag {
  return { type: type, typeId: typeId(store, type) };
}
export function createException(tag: Tag, words: number[]): Exception {
  return { tag: tag, words: words, handle: 0 };
}
/** The exception behind an exnref handle (never 0). */
export function exceptionOf(store: Store, handle: number): Exception {
  return store.exceptions.held[handle - 1]!;
}

/** For natives: throws an exception into the guest that called. `throw throwing(env, createException(tag, words))`. */
export function throwing(env: Env, exception: Exception): number {
  env.instance.store.exceptions.thrown = exception;
  return UNCAUGHT_EXCEPTION;
}

/** Whether cells of this type hold exception handles. */
export function holdsExceptions(type: number): boolean {
  return isRef(type) && heapOf(type) === HEAP_EXN;
}

/** The variables of a saved frame: executors keep them as they are, or as `values` of it. */
function valuesOf(frame: any): any[] {
  if (frame === null || typeof frame !== 'object') return [];
  return Array.isArray(frame) ? frame : frame.values || [];
}

/** Frees the handles that nothing holds; `exception` is held too. Cells are looked at as if every word in them were a handle. */
function collect(thread: Thread, exception: Exception): void {
  const x = thread.store.exceptions;
  const held = x.held;
  const live = new Uint8Array(held.length + 1); // by handle
  const found: Exception[] = [exception];
  let seen = held.length;
  const mark = function (handle: number): void {
    if (!(handle > 0 && handle <= held.length) || live[handle] !== 0) return; // a variable may hold what is no whole number, too
    live[handle] = 1;
    if (held[handle - 1] !== null) found.push(held[handle - 1]!);
  };
  for (let t = 0; t < x.threads.length; t++) {
    const cells = x.threads[t].cells;
    for (let i = 0; i < cells.length; i += 2) mark(cells[i]);
    seen += cells.length >> 1;
    const saved = x.threads[t].saved;
    if (saved !== null) {
      for (let f = 0; f < saved.length; f++) {
        const values = valuesOf(saved[f]);
        for (let i = 0; i < values.length; i++) mark(values[i]);
        seen += values.length;
      }
    }
  }
  for (let r = 0; r < x.roots.length; r++) x.roots[r](mark);
  seen += 4 * x.roots.length;
  for (let g = 0; g < x.globals.length; g++) mark(x.globals[g].lo);
  for (let t = 0; t < x.tables.length; t++) {
    const table = x.tables[t];
    for (let i = 0; i < table.size; i++) mark(table.elems[i]);
    seen += table.size;
  }
  for (let e = found.pop(); e !== undefined; e = found.pop()) for (let i = 0; i < e.words.length; i += 2) mark(e.words[i]);
  for (let h = 1; h <= held.length; h++) {
    if (live[h] > 0 || held[h - 1] === null) continue;
    held[h - 1]!.handle = 0;
    held[h - 1] = null;
    x.free.push(h);
  }
  if (x.free.length * 2 < held.length) x.most = held.length * 2;
  thread.fuel -= seen >> 4;
}

/** The handle of an exception that a thread catches; 0 = the store has no room: one takes as much as 16 table elements. */
export function hold(thread: Thread, exception: Exception): number {
  const x = thread.store.exceptions;
  if (exception.handle > 0) return exception.handle;
  const room = thread.store.limits.tableElems >> 4;
  if (x.free.length === 0 && x.held.length >= Math.min(x.most, room)) collect(thread, exception);
  if (x.free.length > 0) {
    exception.handle = x.free.pop()!;
    x.held[exception.handle - 1] = exception;
  } else if (x.held.length < room) exception.handle = x.held.push(exception);
  return exception.handle;
}

/** A thread begins to run and may come to hold handles; */
export function enter(thread: Thread): void {
  const threads = thread.store.exceptions.threads;
  if (threads.indexOf(thread) < 0) threads.push(thread);
}
/** it has stopped, and still may if it will go on and there are any. */
export function leave(thread: Thread, goesOn: boolean): void {
  const x = thread.store.exceptions;
  if (goesOn && x.held.length > x.free.length) return;
  x.threads.splice(x.threads.indexOf(thread), 1);
}
