// What a module exports for us to call: its entry and its callbacks, ours or those of WAMR's app framework. Device-safe.
// Spec: design/compat.md sections 2 (main) and 5 (framework); docs/app-api.md.
//
// A module that exports on_init, or callbacks and no main, is a resident app: it stays and gets events. Any other is a
// program: it ends when its _start or main returns, whatever timers it set. (Resident apps that import WASI get _start first.)

import type { Instance } from '../runtime/instance';
import { findFunc } from '../runtime/link';
import type { Module } from '../runtime/module';
import type { Func } from '../runtime/store';
import { typeKey } from '../spec/types';
import { REPLY, TIMER } from './bus';

/**
 * Name and signature of each callback, and WAMR's name and signature for the same. A row's index is the event's kind
 * (ORDER: event kinds of bus.ts), then the two that no event calls.
 */
export const CALLBACKS =
  'on_timer (i) on_timer_callback (i);' +
  'on_message (*~*~) on_request (*~);' +
  'on_call (ii*~*~) on_request (*~);' +
  'on_reply (ii*~) on_response (*~);' +
  'on_init () on_init ();' +
  'on_destroy () on_destroy ()';
export const ON_INIT = 4;
export const ON_DESTROY = 5;

export interface Handler {
  func: Func;
  wamr: boolean; // takes WAMR's arguments
}

/** Why a module cannot run. */
export const ENTRY_MISSING = 1;
export const ENTRY_TYPE = 2;
/** WAMR's texts of these, for the desk. */
export const entryTexts = [
  '',
  'lookup the entry point symbol (like _start, main, _main, __main_argc_argv) failed',
  'invalid function type of main function',
];

export interface Entry {
  handlers: (Handler | null)[]; // by row of CALLBACKS
  calls: Func[]; // what runs first, in order
  resident: boolean;
  fault: number; // 0, or why there is nothing to run
}

// The key of the function type behind a signature without result, all of whose letters are i32.
function keyOf(signature: string): string {
  let key = '';
  for (let i = 1; i < signature.length - 1; i++) key += (i > 1 ? ',' : '') + '127';
  return key + '>';
}

function typed(instance: Instance, name: string, key: string): Func | null {
  const func = findFunc(instance, name);
  return func !== null && typeKey(func.type) === key ? func : null;
}

// Our name first; WAMR's with a leading _ before the one without, as WAMR looks.
function findHandler(instance: Instance, callback: string): Handler | null {
  const row = callback.split(' ');
  const own = row[0] === row[2] ? null : typed(instance, row[0], keyOf(row[1]));
  const wamrKey = keyOf(row[3]);
  const func = own || typed(instance, '_' + row[2], wamrKey) || typed(instance, row[2], wamrKey);
  return func === null ? null : { func: func, wamr: own === null };
}

/** Whether a module imports from modules whose names begin so. */
export function importsFrom(module: Module, prefix: string): boolean {
  for (let i = 0; i < module.imports.length; i++) if (module.imports[i].module.indexOf(prefix) === 0) return true;
  return false;
}

/** Finds what to call. Runs nothing; callbacks of another type count as absent. */
export function findEntry(instance: Instance): Entry {
  const handlers: (Handler | null)[] = [];
  const rows = CALLBACKS.split(';');
  for (let i = 0; i < rows.length; i++) handlers.push(findHandler(instance, rows[i]));
  const entry: Entry = { handlers: handlers, calls: [], resident: false, fault: 0 };
  const init = handlers[ON_INIT];
  const start = typed(instance, '_start', '>');
  const main = start || findFunc(instance, 'main') || findFunc(instance, '__main_argc_argv') || findFunc(instance, '_main');
  entry.resident = init !== null || (main === null && takesOf(entry) !== 0);
  if (entry.resident) {
    if (start !== null && importsFrom(instance.module, 'wasi_')) entry.calls.push(start);
    if (init !== null) entry.calls.push(init.func);
  } else if (main === null) {
    entry.fault = ENTRY_MISSING;
  } else if (/^(127,127)?>(127)?$/.test(typeKey(main.type))) {
    entry.calls.push(main);
  } else {
    entry.fault = ENTRY_TYPE;
  }
  return entry;
}

/** Peer.takes: the kinds of events that have a handler. */
export function takesOf(entry: Entry): number {
  let takes = 0;
  for (let kind = TIMER; kind <= REPLY; kind++) if (entry.handlers[kind] !== null) takes |= 1 << kind;
  return takes;
}
