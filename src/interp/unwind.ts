// Exceptions in the interpreter: throwing, finding the clause that catches, and giving it the values. Entering try_table costs nothing: each
// function's clauses are a list of code ranges, looked at when something is thrown. Device-safe. Spec: core 3.0, 4.6.13 (throw_ref, handler).
//
// A clause is six numbers of Code.handlers, inner try_tables before outer ones: first and last position (exclusive) of the body, tag index (-1 =
// any), 1 if it wants the reference, position of what the clause does, and the word in the frame from which on it finds the values.

import { createException, type Exception, exceptionOf, hold } from '../runtime/exception';
import type { Instance } from '../runtime/instance';
import type { Func } from '../runtime/store';
import type { Thread } from '../runtime/thread';
import { NULL_REFERENCE, OUT_OF_MEMORY, UNCAUGHT_EXCEPTION } from '../spec/traps';
import type { Code } from './compile';

/** throw of instance's tag with the values in the cells from word `at` on; with tag -1 throw_ref of the reference there. Returns what to throw. */
export function throwOf(instance: Instance, cells: Int32Array, at: number, tag: number): number {
  const store = instance.store;
  if (tag < 0) {
    if (cells[at] === 0) return NULL_REFERENCE;
    store.exceptions.thrown = exceptionOf(store, cells[at]);
    return UNCAUGHT_EXCEPTION;
  }
  const words: number[] = [];
  for (let i = 2 * instance.tags[tag].type.params.length; i > 0; i--) words.push(cells[at++]);
  store.exceptions.thrown = createException(instance.tags[tag], words);
  return UNCAUGHT_EXCEPTION;
}

/** Index in its code's handlers of the clause of func that catches at position pc, -1 = none. */
function find(func: Func, pc: number, exception: Exception): number {
  const handlers = (func.code as Code).handlers;
  if (handlers === undefined) return -1;
  for (let i = 0; i < handlers.length; i += 6) {
    if (pc < handlers[i] || pc >= handlers[i + 1]) continue;
    if (handlers[i + 2] < 0 || func.instance.tags[handlers[i + 2]] === exception.tag) return i;
  }
  return -1;
}

/**
 * UNCAUGHT_EXCEPTION was thrown where the thread stands. Returns 0 with the thread standing at the clause that catches, or a trap, and nothing is
 * changed, so that the trace shows where it came from. Costs nothing: entering the functions that are left has been paid for.
 */
export function unwind(thread: Thread): number {
  const store = thread.store;
  const frames = thread.frames;
  const exception = store.exceptions.thrown!;
  store.exceptions.thrown = null;
  let func = thread.current;
  let pc = thread.trapBehind ? thread.pc - 1 : thread.pc; // of a call the position behind it
  let fp = thread.fp;
  let depth = thread.depth;
  let natives = 0; // that wait for guest calls and will not get them
  let clause = -1;
  while (func === null || func.code === null || (clause = find(func, pc, exception)) < 0) {
    if (depth === 0) {
      thread.exception = exception;
      return UNCAUGHT_EXCEPTION;
    }
    depth -= 3;
    pc = frames[depth] - 1;
    fp = frames[depth + 1];
    const handle = frames[depth + 2];
    func = handle === 0 ? null : store.funcs[handle - 1];
    if (func !== null && func.native !== null) natives++;
  }
  const handlers = (func.code as Code).handlers!;
  let at = fp + handlers[clause + 5];
  const withRef = handlers[clause + 3] > 0;
  if (withRef && hold(thread, exception) === 0) return OUT_OF_MEMORY;
  if (handlers[clause + 2] >= 0) for (let i = 0; i < exception.words.length; i++) thread.cells[at++] = exception.words[i];
  if (withRef) thread.cells[at] = exception.handle;
  while (natives-- > 0) thread.thens.pop();
  thread.depth = depth;
  thread.current = func;
  thread.pc = handlers[clause + 4];
  thread.fp = fp;
  return 0;
}
