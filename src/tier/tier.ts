// An executor of two parts: functions begin in the interpreter, those that the time is spent in are compiled to JavaScript text one by one, and a
// thread's frames may be of both kinds. Which part runs follows from who is called or returned to; each part stops with SWITCH there. Results,
// traps, fuel and traces are the interpreter's. Device-safe. Docs: docs/jstext.md, "Tiers".
//
//   sample(thread)   after each run that ended for want of fuel: the function it stands in, and its caller, get warmer
//   hottestFunc(instance)  -> a function worth compiling, null = none;   compileFunc(func, …)   compiles it
//
// A compiled function's code has frames of Infinity words, which is where the interpreter finds out. Frames of compiled code are
// [-2 - place, base of the cells that are free above what it was called from, handle] with their variables in thread.saved, by frame from index 1 on
// (index 0: how many all are); those of
// the interpreter and of natives are as the interpreter has them, whoever left them. A running loop, too, changes from the
// interpreter to compiled code: where it stopped for fuel at the loop's head with nothing on the operand stack, the frame is made anew from the locals.

import type { Code } from '../interp/compile';
import { compile, locate } from '../interp/compile';
import { execute } from '../interp/dispatch.gen';
import { unwind } from '../interp/unwind';
import { type Entrance, type Single, singleText, treeOf } from '../jstext/single';
import {
  argumentsFrom,
  createUnit,
  entry,
  type Frame,
  helper,
  JS_DEPTH,
  runAlone,
  running,
  several,
  siteFrame,
  type Unit,
  view,
} from '../jstext/support';
import { look } from '../jstext/survey';
import { CLASS_F64, CLASS_I64, classOf } from '../jstext/tree';
import type { Instance } from '../runtime/instance';
import type { Executor, Func } from '../runtime/store';
import { DONE, FUEL, growCells, growFrames, SWITCH, type Thread, TRAPPED, WAITING } from '../runtime/thread';
import { HAS_EXCEPTIONS } from '../spec/features';
import { EXIT, STACK_EXHAUSTED, UNCAUGHT_EXCEPTION } from '../spec/traps';

/** Points that make a function worth compiling; standing in it counts two, in what it called one. */
const HOT = 6;
const NEVER = 255; // points of a function that is not to be compiled: it cannot be, or is
/** Fuel that a call of a function that does not stop may cost (survey.ts). */
const MOST = 500;
/** Of a function that can stop: a hundred of its frames must fit on the engine's stack, and when they are saved into its heap. */
const MOST_VARIABLES = 100;
/** Bytes of a body that is looked at for whether it can stop. */
const SMALL = 200;
/** Of a native that a native calls (runtime/thread.ts). */
const NATIVE_COST = 16;
/** Stops on the way to the loop heads of frames below, per run. */
const PROBES = 30;
const MOST_RESTS = 255;
const LOOKED_AT = 24; // words of frames, for old ones

interface TierUnit extends Unit {
  z: any[] | null; // variables of the frame that goes on
  y: number; // calls may nest this deep
  points: Uint8Array; // by function index
  hottest: Func | null; // the one with most of them, since it was last asked for
  /** By function index: 0 = not known, 1 = may stop, else 2 + what a call costs. */
  bounded: Int16Array;
  plain: boolean[]; // compiled, and cannot stop
  compiled: number; // how many
  old: Func[]; // compiled functions that still have the interpreter's code, for frames of it
  entrances: { [index: number]: Entrance };
  helpers: { [name: string]: any };
  view: { [name: string]: any };
  refresh: ((view: any) => void)[];
  results: number; // most results of any call
  // Runs that go by before frames are probed again, and how many those were the last time: twice as many after each time in vain.
  rest: number;
  rests: number;
}

/** The function that compiled code calls and the interpreter has, once its frames are off JavaScript's stack. */
let wanted: Func | null = null;

function unitOf(instance: Instance): TierUnit {
  return instance.code || (instance.code = makeUnit(instance));
}
function makeUnit(instance: Instance): TierUnit {
  const unit = createUnit(instance, { make: noFunctions, names: [], views: [], staticBytes: 0 }) as TierUnit;
  const n = instance.funcs.length;
  const types = instance.module.types;
  unit.z = null;
  unit.y = 0;
  unit.points = new Uint8Array(n);
  unit.hottest = null;
  unit.bounded = new Int16Array(n);
  unit.functions = [];
  unit.plain = [];
  for (let i = 0; i < n; i++) {
    unit.functions.push(null);
    unit.plain.push(false);
  }
  unit.compiled = 0;
  unit.old = [];
  unit.entrances = {};
  unit.helpers = {};
  unit.view = {};
  unit.refresh = [];
  unit.rest = unit.rests = 0;
  unit.results = 1;
  for (let i = 0; i < types.length; i++) if (types[i].results !== undefined) unit.results = Math.max(unit.results, types[i].results.length);
  unit.set = function (fuel, values, depth) {
    unit.f = fuel;
    unit.z = values;
    unit.y = depth;
  };
  unit.missing = function (func) {
    return func.index < instance.module.importedFuncs ? null : (unit.functions[func.index] = standIn(unit, func));
  };
  return unit;
}
function noFunctions(): any[] {
  return [];
}

/** Whether a function has compiled code. */
export function isCompiled(func: Func): boolean {
  return func.native === null && func.code !== null && (func.code as Code).frameWords === Infinity;
}

/** What compiled code calls where a function is not compiled: leaves its arguments for the interpreter and takes all frames off JavaScript's stack. */
function standIn(unit: TierUnit, func: Func): any {
  return function () {
    const at = running.base;
    const thread = running.thread;
    const params = func.type.params;
    if (at + 2 * params.length + 2 > thread.cells.length) growCells(thread, at + 2 * params.length + 2);
    for (let i = 0, w = 0; i < params.length; i++) {
      const cls = classOf(params[i]);
      // biome-ignore lint/complexity/noArguments: rest parameters are not on the device's shelf
      const args = arguments;
      thread.cells[at + 2 * i] = args[w++];
      if (cls === CLASS_I64 || cls === CLASS_F64) thread.cells[at + 2 * i + 1] = args[w++];
    }
    warm(unit, func, 1);
    wanted = func;
    throw 0;
  };
}

// ---- heat

function warm(unit: TierUnit, func: Func, points: number): void {
  const now = unit.points[func.index];
  if (now === NEVER) return;
  unit.points[func.index] = Math.min(now + points, NEVER - 1);
  if (now + points >= HOT && (unit.hottest === null || unit.points[func.index] >= unit.points[unit.hottest.index])) unit.hottest = func;
}
function warmFunc(func: Func | null, points: number): void {
  if (func !== null && func.native === null && !isCompiled(func)) warm(unitOf(func.instance), func, points);
}

/** The thread has just stopped for want of fuel. */
export function sample(thread: Thread): void {
  let at = thread.depth - 3;
  const funcs = thread.store.funcs;
  if (thread.current !== null) warmFunc(thread.current, 2);
  else at -= 3;
  if (at >= 0 && thread.frames[at + 2] > 0) warmFunc(funcs[thread.frames[at + 2] - 1], 1);
}

/** The function most worth compiling, null = none; the same is told again only when it has warmed further. */
export function hottestFunc(instance: Instance): Func | null {
  const unit = unitOf(instance);
  const func = unit.hottest;
  unit.hottest = null;
  return func;
}
/** Bytes of a function's body. */
export function bodyBytes(func: Func): number {
  const body = func.instance.module.bodies[func.index - func.instance.module.importedFuncs];
  return body.end - body.start;
}
/** How many functions of an instance are compiled. */
export function compiledOf(instance: Instance): number {
  return instance.code === null ? 0 : (instance.code as TierUnit).compiled;
}
/** The function is left to the interpreter for good. */
export function leaveOut(func: Func): void {
  unitOf(func.instance).points[func.index] = NEVER;
}

// ---- compiling

/** What a call of an own function may cost, where it cannot stop; 0 = it may stop. */
function boundOf(unit: TierUnit, index: number): number {
  if (unit.bounded[index] === 0) {
    unit.bounded[index] = 1; // as long as it is not known: it may call itself
    const module = unit.instance.module;
    const sight = index < module.importedFuncs || bodyBytes(unit.instance.funcs[index]) > SMALL ? null : look(module, index, index + 1);
    let cost = sight === null ? -1 : sight.costs[0];
    for (let i = 0; cost >= 0 && i < sight!.edges.length; i += 2) {
      const more = boundOf(unit, sight!.edges[i + 1]);
      cost = more > 0 && cost + more <= MOST ? cost + more : -1;
    }
    if (cost >= 0) unit.bounded[index] = 2 + cost;
  }
  return unit.bounded[index] - 1;
}

/** Makes a function from its text, which has to be evaluated. */
export type Evaluate = (text: string) => any;

/**
 * Compiles a function, after those that it calls and that cannot stop. False = it stays interpreted, now and later. What the engine throws when it has no
 * room passes through, and nothing has changed.
 */
export function compileFunc(func: Func, evaluate: Evaluate): boolean {
  const unit = unitOf(func.instance);
  const instance = func.instance;
  const module = instance.module;
  const own = boundOf(unit, func.index) === 0; // now: bodies are read one at a time
  const mayStop = function (index: number): boolean {
    return index === func.index ? own : !unit.plain[index];
  };
  unit.points[func.index] = NEVER;
  if (isCompiled(func)) return true;
  if (HAS_EXCEPTIONS && module.tags.length > 0) return false; // exceptions that JavaScript's variables hold would be taken for unused (runtime/exception.ts)
  const callees = treeOf(module, func.index, mayStop);
  let built = true;
  for (let i = 0; i < callees.length; i++) {
    const callee = instance.funcs[callees[i]];
    if (callees[i] < module.importedFuncs || unit.points[callees[i]] === NEVER || bodyBytes(callee) > SMALL) continue;
    if (boundOf(unit, callees[i]) === 0) continue;
    compileFunc(callee, evaluate);
    built = false; // there is one tree at a time
  }
  if (!built) treeOf(module, func.index, mayStop);
  const bytes = instance.mems.length > 0 ? instance.mems[0].bytes : 0;
  const single = singleText(func.index, { stops: true, stackGlobal: instance.stackGlobal, imports: 0, staticBytes: bytes, plain: false });
  if (single === null || (single.entrance !== null && single.entrance.values.length > MOST_VARIABLES)) return false;
  for (let i = 0; i < callees.length; i++) {
    if (unit.functions[callees[i]] !== null) continue;
    const callee = instance.funcs[callees[i]];
    unit.functions[callees[i]] = callees[i] < module.importedFuncs ? entry(unit, callee) : standIn(unit, callee);
  }
  attach(unit, func.index, single, evaluate(single.text));
  if (func.code === null) func.code = COMPILED;
  else {
    (func.code as Code).frameWords = Infinity;
    unit.old.push(func);
  }
  unit.compiled++;
  return true;
}
const COMPILED: Code = {
  words: new Int16Array(0),
  frameWords: Infinity,
  paramWords: 0,
  localWords: 0,
  constants: null,
  constantsAt: 0,
  cost: 0,
};

/** Drops interpreter's code that the thread, the only one of its store, has no frames of any more. Returns the bytes of those functions' bodies. */
export function dropOld(instance: Instance, thread: Thread): number {
  const old = unitOf(instance).old;
  let bytes = 0;
  for (let i = old.length - 1; i >= 0; i--) {
    const func = old[i];
    let used = thread.current === func;
    for (let at = 0; at < thread.depth && !used; at += 3) used = thread.frames[at] >= 0 && thread.frames[at + 2] === func.handle;
    if (used) continue;
    func.code = COMPILED;
    bytes += bodyBytes(func);
    old.splice(i, 1);
  }
  return bytes;
}

function attach(unit: TierUnit, index: number, single: Single, make: any): void {
  const memory = unit.instance.mems[0];
  const args: any[] = [unit, unit.functions, unit.view];
  for (let i = 0; i < single.views.length; i++) {
    const name = single.views[i];
    if (unit.view[name] === undefined) unit.view[name] = view(memory, name);
  }
  for (let i = 0; i < single.helpers.length; i++) {
    const name = single.helpers[i];
    if (unit.helpers[name] === undefined) unit.helpers[name] = helper(unit, name);
    args.push(unit.helpers[name]);
  }
  const refresh = make.apply(null, args);
  if (refresh !== null) {
    if (unit.refresh.length === 0) {
      memory.watchers.push(function () {
        for (const name in unit.view) unit.view[name] = view(memory, name);
        for (let i = 0; i < unit.refresh.length; i++) unit.refresh[i](unit.view);
      });
    }
    unit.refresh.push(refresh);
  }
  unit.plain[index] = single.plain;
  if (single.entrance !== null) unit.entrances[index] = single.entrance;
}

// ---- running

/** Saves a frame: position (-1 a native, below -1 compiled), base, function (0 = none). Throws STACK_EXHAUSTED. */
function pushFrame(thread: Thread, pc: number, base: number, handle: number): void {
  if (thread.depth + 6 > thread.frames.length) growFrames(thread);
  const at = thread.depth;
  thread.frames[at] = pc;
  thread.frames[at + 1] = base;
  thread.frames[at + 2] = handle;
  thread.depth = at + 3;
}
/** Saves a frame of compiled code with its variables. */
function pushCompiled(thread: Thread, base: number, func: Func, place: number, values: any[] | null): void {
  pushFrame(thread, -2 - place, base, func.handle);
  const saved = thread.saved || (thread.saved = [0]);
  const at = thread.depth / 3;
  while (saved.length <= at) saved.push(null);
  saved[0] += sizeOf(values) - sizeOf(saved[at]); // what an exception has passed by may still stand there
  saved[at] = values;
}
/** Takes the variables of the innermost frame, which is one of compiled code, off the thread; its three words stay. */
function popCompiled(thread: Thread): any[] | null {
  const saved = thread.saved!;
  const at = thread.depth / 3;
  const values = saved[at];
  saved[0] -= sizeOf(values);
  saved[at] = null;
  return values;
}
function sizeOf(values: any[] | null): number {
  return values === null ? 0 : values.length;
}
/** Puts the frames that were left on the thread, outermost first. Returns 0, or STACK_EXHAUSTED where they do not fit. */
function save(thread: Thread): number {
  const left = running.left;
  running.left = [];
  try {
    for (let i = left.length - 1; i >= 0; i--) {
      const frame: Frame = left[i];
      if (frame.func.native === null) pushCompiled(thread, running.base, frame.func, frame.place, frame.values);
      else {
        // a native that a native called has nothing between, for the interpreter
        if (i + 1 < left.length && left[i + 1].func.native !== null) pushFrame(thread, 0, running.base, 0);
        pushFrame(thread, -1, running.base, frame.func.handle);
        thread.thens.push(frame.goOn);
        if (frame.values !== null) thread.cells[running.base] = frame.values[0]; // what its guest call has returned already
      }
    }
  } catch (_e) {
    return STACK_EXHAUSTED;
  }
  return thread.saved !== null && thread.saved[0] * 8 > thread.store.limits.stackBytes ? STACK_EXHAUSTED : 0;
}

/** Whether compiled code goes on: it is called, or its frame is the one returned to. */
function isCompiledTurn(thread: Thread): boolean {
  if (thread.callee !== null) return isCompiled(thread.callee);
  return thread.current === null && thread.depth > 0 && thread.frames[thread.depth - 3] < -1;
}

/** Calls `func`, or (null) lets the innermost frame go on with what has been returned to it; leaves what comes of it in the cells at the base. */
function step(thread: Thread, func: Func | null): void {
  const cells = thread.cells;
  let values: any[] | null = null;
  let callee = func;
  if (callee === null) {
    values = popCompiled(thread);
    const at = (thread.depth -= 3);
    callee = thread.store.funcs[thread.frames[at + 2] - 1];
    const from = thread.calleeAt;
    running.low = cells[from];
    running.high = cells[from + 1];
    const n = unitOf(callee.instance).results;
    if (n > 1) for (let i = 0; i < 2 * n; i++) several[i] = from + i < cells.length ? cells[from + i] : 0;
    running.base = thread.frames[at + 1];
  } else running.base = thread.calleeAt;
  last = callee;
  const unit = unitOf(callee.instance);
  unit.set(thread.fuel, values, JS_DEPTH, 0);
  const code = unit.functions[callee.index];
  let low: number;
  if (func === null) low = code();
  else {
    const args = argumentsFrom(thread, callee, running.base);
    args.push(0);
    low = code.apply(null, args);
  }
  thread.fuel = unit.f;
  const n = callee.type.results.length;
  const base = running.base;
  if (base + 2 * n > thread.cells.length) growCells(thread, base + 2 * n);
  if (n === 1) {
    thread.cells[base] = low;
    thread.cells[base + 1] = unit.h;
  } else for (let i = 0; i < 2 * n; i++) thread.cells[base + i] = several[i];
  thread.calleeAt = base;
}
/** The function that step() has called; null while nothing runs, so that an app that has ended is not held. */
let last: Func | null = null;

/** Runs compiled code as long as it is its turn. */
function runCompiled(thread: Thread): number {
  let func = thread.callee;
  thread.callee = null;
  for (;;) {
    try {
      step(thread, func);
    } catch (x) {
      const status = caught(thread, x);
      if (status !== DEEP) return status;
    }
    func = null;
    if (isCompiledTurn(thread)) continue;
    if (thread.depth === 0) return DONE;
    // the interpreter takes what returns to a native for a native, which costs
    if (thread.callee === null && thread.current === null && thread.frames[thread.depth - 3] === -1) thread.fuel += NATIVE_COST;
    return SWITCH;
  }
}
const DEEP = -1; // JavaScript's stack was deep: on from an empty one

/** Compiled code has thrown x: a stop, a trap, an exception. Returns how the run ends or goes on. */
function caught(thread: Thread, x: any): number {
  thread.fuel = unitOf(last!.instance).f;
  thread.callee = thread.current = null;
  let trap: any = x;
  if (x === 0) {
    trap = save(thread);
    thread.calleeAt = running.base;
    const func = wanted;
    wanted = null;
    if (trap === 0) {
      if (running.waits) {
        running.waits = false;
        return WAITING;
      }
      if (func === null && thread.frames[thread.depth - 3] === -1) {
        // between a native and the native that it has called, and paid: the interpreter will charge that
        thread.fuel += NATIVE_COST;
        return thread.fuel < 0 ? FUEL : SWITCH;
      }
      thread.callee = func;
      return thread.fuel < 0 ? FUEL : func === null ? DEEP : SWITCH;
    }
  } else if (x === EXIT) {
    thread.depth = 0;
    return DONE;
  } else if (typeof x !== 'number') {
    if (!/stack|recursion/i.test('' + x)) throw x;
    trap = STACK_EXHAUSTED;
  }
  if (x !== 0) {
    siteFrame(last!.instance);
    save(thread);
    if (HAS_EXCEPTIONS && x === UNCAUGHT_EXCEPTION) {
      thread.trapBehind = false;
      trap = unwind(thread);
      if (trap === 0) return SWITCH;
    }
  }
  thread.trap = trap;
  return TRAPPED;
}

/** Makes the interpreter's frame that the thread stands in, at a loop's head or its function's beginning, one of compiled code, if that can begin there. */
function changeFrame(thread: Thread): boolean {
  const func = thread.current!;
  const entrance = unitOf(func.instance).entrances[func.index];
  if (entrance === undefined) return false;
  let place = entrance.known[thread.pc];
  if (place === undefined) {
    place = thread.pc === 0 ? 0 : locate(func, thread.pc, true);
    entrance.known[thread.pc] = place = entrance.places.indexOf(place) < 0 ? -1 : place;
  }
  if (place < 0) return false;
  const fp = thread.fp;
  const values: any[] = [place];
  for (let i = 0; i < entrance.values.length; i++) {
    const at = fp + 2 * (entrance.values[i] >> 2);
    const kind = entrance.values[i] & 3;
    if (entrance.values[i] < 0) values.push(0);
    else if (kind < 2) values.push(thread.cells[at + kind]);
    else values.push(kind === 2 ? thread.floats[at] : thread.doubles[at >> 1]);
  }
  pushCompiled(thread, fp, func, place, values);
  thread.current = null;
  thread.calleeAt = fp;
  return true;
}

/** The unit of a function that has compiled code by now, and a frame of the interpreter; null = there is none, or it is to be left in peace. */
function oldFrame(thread: Thread): TierUnit | null {
  let func = thread.current;
  const last = Math.max(0, thread.depth - LOOKED_AT);
  for (let at = thread.depth - 3; at >= last && (func === null || !isCompiled(func)); at -= 3) {
    const handle = thread.frames[at + 2];
    func = thread.frames[at] >= 0 && handle > 0 ? thread.store.funcs[handle - 1] : null;
  }
  if (func === null || !isCompiled(func)) return null;
  const unit = unitOf(func.instance);
  return unit.rest-- > 0 ? null : unit;
}
function rested(unit: TierUnit, inVain: boolean): void {
  unit.rests = inVain ? Math.min(2 * unit.rests + 1, MOST_RESTS) : 0;
  unit.rest = unit.rests;
}

function drive(thread: Thread): number {
  const old = oldFrame(thread);
  let probes = old === null ? 0 : PROBES;
  for (;;) {
    if (isCompiledTurn(thread)) {
      const status = runCompiled(thread);
      if (status !== SWITCH) return status;
      continue;
    }
    const top = thread.depth - 3;
    if (thread.callee === null && thread.current === null && top >= 0 && thread.frames[top] >= 0 && thread.frames[top + 2] > 0) {
      // compiled code returns to the interpreter
      thread.depth = top;
      thread.current = thread.store.funcs[thread.frames[top + 2] - 1];
      thread.pc = thread.frames[top];
      thread.fp = thread.frames[top + 1];
    }
    // while frames are to be changed, the interpreter stops wherever it is charged
    const held = probes > 0 ? thread.fuel : 0;
    if (probes > 0) {
      if (thread.callee === null && thread.current !== null && isCompiled(thread.current) && changeFrame(thread)) {
        rested(old!, false);
        probes = oldFrame(thread) === null ? 0 : probes - 1;
        continue;
      }
      if (--probes === 0) rested(old!, true);
      thread.fuel = 0;
    }
    const status = execute(thread);
    thread.fuel += held;
    if (status === FUEL && thread.fuel >= 0) continue;
    if (status !== SWITCH) return status;
    if (thread.current === null) continue;
    try {
      pushFrame(thread, thread.pc, thread.fp, thread.current.handle);
      thread.current = null;
    } catch (x: any) {
      thread.callee = null;
      thread.trapBehind = true;
      thread.trap = x;
      return TRAPPED;
    }
  }
}

function run(thread: Thread): number {
  const outer = last;
  try {
    return runAlone(thread, true, drive);
  } finally {
    last = outer;
  }
}

/** Makes the interpreter's code; units of other instances are wanted besides. */
function compileFirst(func: Func): void {
  unitOf(func.instance);
  if (func.code === null) compile(func);
}

export const tiered: Executor = {
  memoryBytes: 0x80000000, // as text has it
  name: 'tiered',
  compile: compileFirst,
  run: run,
  locate: function (func, pc, behind) {
    return pc < -1 ? -2 - pc : locate(func, pc, behind);
  },
};
