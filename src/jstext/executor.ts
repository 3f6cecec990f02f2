// Generated text as an executor: makes a module's text when one of its instances is first called, its functions for each instance, and runs threads
// over them. Device-safe.
//
// Under form A a thread that is not running has no JavaScript frames: those it had when it stopped are in thread.frames (byte offset, how
// many values this one and those below have, handle) and thread.saved (the values), outermost first, like the interpreter's. run() takes the innermost off, lets it go on, and
// hands what it returns to the next, until none is left or something stops again.

import type { Instance } from '../runtime/instance';
import type { Module } from '../runtime/module';
import type { Executor, Func } from '../runtime/store';
import { DONE, FUEL, growCells, growFrames, type Thread, TRAPPED, WAITING } from '../runtime/thread';
import { EXIT, STACK_EXHAUSTED, UNCAUGHT_EXCEPTION } from '../spec/traps';
import { argumentNames, isView, leastBytes, moduleText, type TextOptions } from './module';
import {
  argumentsFrom,
  createUnit,
  entry,
  type Frame,
  finishTails,
  limit,
  type Made,
  proceed,
  runAlone,
  running,
  several,
  siteFrame,
  type Unit,
} from './support';

export type Form = 'A' | 'B';

/** Takes text as a module's: what moduleText makes with these options, here or elsewhere. */
export function adoptText(module: Module, options: TextOptions, text: string): void {
  const names = argumentNames(text);
  const made: Made = { make: Function('return ' + text)(), names: names, views: names.filter(isView), staticBytes: options.staticBytes };
  module.code[options.plain ? 'plain' : options.form] = made;
}

function makeUnit(instance: Instance, form: Form, plain: boolean): Unit {
  const module = instance.module;
  const bytes = instance.mems.length > 0 ? instance.mems[0].bytes : 0;
  const key = plain ? 'plain' : form;
  const made: Made | undefined = module.code[key];
  if (made === undefined || made.staticBytes > bytes) {
    const options = { form: form, staticBytes: Math.min(leastBytes(module), bytes), plain: plain };
    adoptText(module, options, moduleText(module, options));
  }
  return createUnit(instance, module.code[key]);
}

/** Puts the frames that were left on the thread, outermost first. Returns 0, or STACK_EXHAUSTED where they do not fit. */
function save(thread: Thread): number {
  const left = running.left;
  running.left = [];
  if (thread.saved === null) thread.saved = [];
  try {
    for (let i = left.length - 1; i >= 0; i--) push(thread, left[i]);
  } catch (_e) {
    return STACK_EXHAUSTED;
  }
  return sizeBelow(thread, thread.depth) * 8 > thread.store.limits.stackBytes ? STACK_EXHAUSTED : 0;
}
function sizeOf(frame: Frame): number {
  return frame.values === null ? 1 : frame.values.length;
}
/** How many values the frames below word `at` of thread.frames hold. */
function sizeBelow(thread: Thread, at: number): number {
  return at > 0 ? thread.frames[at - 2] : 0;
}
function push(thread: Thread, frame: Frame): void {
  const at = thread.depth;
  if (at + 3 > thread.frames.length) {
    if (at === thread.store.limits.callDepth * 3) {
      // the last frame that there may be
      const frames = new Int32Array(at + 3);
      frames.set(thread.frames, 0);
      thread.frames = frames;
    } else growFrames(thread);
  }
  thread.frames[at] = frame.func.native !== null ? -1 : frame.place;
  thread.frames[at + 1] = sizeBelow(thread, at) + sizeOf(frame);
  thread.frames[at + 2] = frame.func.handle;
  thread.depth = at + 3;
  thread.saved!.push(frame);
}
function pop(thread: Thread): Frame {
  thread.depth -= 3;
  return thread.saved!.pop();
}

function createExecutor(form: Form, plain: boolean): Executor {
  const stops = form === 'A';

  function unitOf(func: Func): Unit {
    const instance = func.instance;
    return instance.code || (instance.code = makeUnit(instance, form, plain));
  }

  /** Takes fuel and a result's high word back. */
  function leaveUnit(thread: Thread, unit: Unit): void {
    unit.get();
    running.high = unit.h;
    thread.fuel = unit.f;
  }

  /** Lets a frame go on with what the call it stands at has returned. Leaves the result's low word in running.low. */
  function goOn(thread: Thread, frame: Frame): void {
    const func = frame.func;
    const unit = unitOf(func);
    if (func.native !== null) {
      thread.fuel -= frame.place;
      unit.f = thread.fuel;
      unit.set(thread.fuel, null, limit(), 0);
      if (frame.values !== null) running.low = frame.values[0];
      running.low = proceed(unit, func, running.base, frame.goOn, running.low, 0);
      running.high = unit.h;
      thread.fuel = unit.f;
      return;
    }
    const code = unit.inner[func.index] || unit.functions[func.index];
    unit.set(thread.fuel, frame.values, limit(), 0);
    const low = code();
    running.low = finishTails(unit, low, 0);
    leaveUnit(thread, unit);
  }

  function start(thread: Thread, func: Func): void {
    const unit = unitOf(func);
    unit.f = thread.fuel;
    unit.set(thread.fuel, null, limit(), 0);
    const args = argumentsFrom(thread, func, thread.calleeAt);
    args.push(0);
    running.low = entry(unit, func).apply(null, args);
    leaveUnit(thread, unit);
  }

  function finish(thread: Thread, func: Func | null): number {
    const n = func === null ? 1 : func.type.results.length;
    if (2 * n > thread.cells.length) growCells(thread, 2 * n);
    if (n <= 1) {
      thread.cells[0] = running.low;
      thread.cells[1] = running.high;
    } else for (let i = 0; i < 2 * n; i++) thread.cells[i] = several[i];
    thread.current = null;
    return DONE;
  }

  function run(thread: Thread): number {
    return runAlone(thread, stops, drive);
  }

  function drive(thread: Thread): number {
    let func = thread.callee; // to call; null = the innermost frame goes on
    let last: Func | null = null; // which result stands in running.low
    let trail: Frame[] = []; // frames that an exception on its way has left
    thread.callee = thread.current = null;
    if (func === null) {
      // what a native has been answered; a frame that stopped for fuel takes no notice
      running.low = thread.cells[thread.calleeAt];
      running.high = thread.cells[thread.calleeAt + 1];
    }
    for (;;) {
      try {
        if (func !== null) {
          last = func;
          func = null;
          start(thread, last);
        } else if (thread.depth === 0) return finish(thread, last);
        else {
          const frame = pop(thread);
          last = frame.func;
          goOn(thread, frame);
        }
        trail = [];
      } catch (x) {
        if (last !== null) leaveUnit(thread, unitOf(last));
        let trap: any = x;
        if (x === 0) {
          trap = save(thread);
          if (trap === 0) {
            if (running.waits) {
              thread.calleeAt = running.base;
              return WAITING;
            }
            if (thread.fuel < 0) return FUEL;
            continue; // the JavaScript stack was deep: on from an empty one
          }
        } else if (x === UNCAUGHT_EXCEPTION) {
          if (last !== null) siteFrame(last.instance);
          trail = trail.concat(running.left);
          running.left = [];
          running.site = -1; // it is in the trail
          while (thread.depth > 0 && thread.saved![thread.saved!.length - 1].func.native !== null) trail.push(pop(thread));
          if (thread.depth > 0) {
            running.pending = x; // thrown again where the next frame stands
            continue;
          }
          const exceptions = thread.store.exceptions;
          thread.exception = exceptions.thrown;
          exceptions.thrown = null;
          running.left = trail;
        }
        if (x === EXIT) {
          thread.depth = 0;
          thread.saved = null;
          return DONE;
        }
        if (typeof trap !== 'number') {
          if (!isOverflow(trap)) throw trap;
          trap = STACK_EXHAUSTED;
        }
        if (trap > 0 && x !== 0) {
          if (last !== null) siteFrame(last.instance);
          save(thread);
        }
        thread.trap = trap;
        return TRAPPED;
      }
    }
  }
  // known addresses are taken for positive int32s
  return { name: 'js' + form, memoryBytes: 0x80000000, compile: unitOf, run: run, locate: locate };
}

/** The engine's own stack had no room. */
function isOverflow(x: any): boolean {
  return /stack|recursion/i.test('' + x);
}

/** A place is a byte offset already. */
function locate(_func: Func, pc: number): number {
  return pc;
}

export const jsA = createExecutor('A', false);
export const jsB = createExecutor('B', false);
/** Form A in plain style (print.ts). */
export const jsPlain = createExecutor('A', true);
