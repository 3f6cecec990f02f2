// What generated text calls while it runs, by the names it uses: memory accesses that are not plain ones, arithmetic that JavaScript has not,
// calls that leave the module, traps. One Unit per instance; one thread runs at a time, `running` says which. Device-safe.
//
// Values across a border (calls by reference, imports, frames) are words: an i32, reference or f32's bits one, an i64 or f64 two, low first;
// of a result the low word is returned and the high one left in H (here: Unit.h). Several results go to V, two words each.

import { bulk, tableFunc } from '../runtime/bulk';
import { createException, type Exception, exceptionOf, hold } from '../runtime/exception';
import type { Instance } from '../runtime/instance';
import { loadF32, loadF64, loadI32, type Memory, storeF32, storeF64, storeI32 } from '../runtime/memory';
import { callNative, SIGNAL_CALL } from '../runtime/native';
import * as N from '../runtime/num';
import { type Func, funcOf } from '../runtime/store';
import { growCells, type Thread } from '../runtime/thread';
import { HAS_EXCEPTIONS } from '../spec/features';
import * as O from '../spec/ops.gen';
import {
  AUX_STACK_OVERFLOW,
  AUX_STACK_UNDERFLOW,
  FUEL_LIMIT,
  HOST_FAULT,
  NULL_FUNCTION,
  NULL_REFERENCE,
  OOB_MEMORY,
  OUT_OF_MEMORY,
  STACK_EXHAUSTED,
  UNCAUGHT_EXCEPTION,
} from '../spec/traps';
import { CLASS_F64, CLASS_I64, classOf } from './tree';

/** A frame on its way out of the JavaScript stack, or kept until it goes on. */
export interface Frame {
  func: Func;
  place: number; // byte offset in the module; 0 = at its beginning. Of a native: the fuel for what it has called
  values: any[] | null; // place, then its variables; null = it will not go on; of a native what the call that it asked for has returned, null = not yet
  goOn: any; // a native's continuation, or null
}

/** What runs now. */
export const running = {
  thread: null as any as Thread,
  /** Word of thread.cells from which on cells are free for natives' arguments and results. */
  base: 0,
  /** Frames that have been left, innermost first, since something was thrown. */
  left: [] as Frame[],
  /** Byte offset of the operator that trapped, -1 = a call's callee did. */
  site: -1,
  /** Byte offset of the call by index or reference that is being made. */
  caller: -1,
  /** What the call that a frame goes on from has returned; or an exception to throw there instead. */
  low: 0,
  high: 0,
  pending: 0,
  /** Whether what stopped is a native that waits for its answer. */
  waits: false,
  stops: true, // form A
};

/** Runs a thread by `drive`, with `running` for it alone: a native may run another one meanwhile. */
export function runAlone(thread: Thread, stops: boolean, drive: (thread: Thread) => number): number {
  const outer = running.thread;
  const base = running.base;
  const left = running.left;
  const site = running.site;
  const low = running.low;
  const high = running.high;
  const outerStops = running.stops;
  running.thread = thread;
  running.left = [];
  running.site = -1;
  running.stops = stops;
  running.pending = 0;
  running.waits = false;
  try {
    return drive(thread);
  } finally {
    running.thread = outer;
    running.base = base;
    running.left = left;
    running.site = site;
    running.low = low;
    running.high = high;
    running.stops = outerStops;
  }
}

export interface Unit {
  instance: Instance;
  functions: any[]; // by function index
  inner: { [index: number]: any }; // of functions that end in tail calls: those that leave them in `tail`
  foreign: { [handle: number]: any };
  f: number; // fuel, and
  h: number; // high word of a result, while out of the text
  tail: any[] | null; // function of its own, or a Func of another instance; its arguments
  set(fuel: number, values: any[] | null, depth: number, high: number): void;
  /** Writes f and h. */
  get(): void;
  /** Takes the views of memory 0 anew. */
  views(): void;
  /** Where not every function has a text: what stands in for this one. */
  missing(func: Func): any;
}

/** Calls nest this deep in JavaScript; then the frames are taken off its stack and the innermost goes on from an empty one. */
export const JS_DEPTH = 100;

/** Fuel for a native that a native has called. */
const NATIVE_COST = 16;

function trap(code: number, site: number): number {
  running.site = site;
  return code;
}

const cell = new Float64Array(1);
const cellWords = new Int32Array(cell.buffer);
const cellFloats = new Float32Array(cell.buffer);

function wordsOf(type: number): number {
  const cls = classOf(type);
  return cls === CLASS_I64 || cls === CLASS_F64 ? 2 : 1;
}

/** Arguments in cells (two words each) as the words of a call. */
export function argumentsFrom(thread: Thread, func: Func, at: number): any[] {
  const args: any[] = [];
  for (let i = 0; i < func.type.params.length; i++) {
    args.push(thread.cells[at + 2 * i]);
    if (wordsOf(func.type.params[i]) === 2) args.push(thread.cells[at + 2 * i + 1]);
  }
  return args;
}

// The helpers that need nothing of an instance, under the names of the text.
const several: number[] = [];
function ret64(text: (al: number, ah: number, bl: number, bh: number) => number): any {
  return function (al: number, ah: number, bl: number, bh: number, site: number) {
    running.site = site;
    return text(al, ah, bl, bh);
  };
}
function div32(text: (a: number, b: number) => number): any {
  return function (a: number, b: number, site: number) {
    running.site = site;
    return text(a, b);
  };
}
function trunc(text: (a: number) => number): any {
  return function (a: number, site: number) {
    running.site = site;
    return text(a);
  };
}
const M = N.num;
function shiftLeft(al: number, ah: number, by: number): number {
  const n = by & 31;
  if ((by & 32) !== 0) {
    M.hi = al << n;
    return 0;
  }
  M.hi = n === 0 ? ah : (ah << n) | (al >>> (32 - n));
  return al << n;
}
function shiftRight(al: number, ah: number, by: number, sign: number): number {
  const n = by & 31;
  const high = sign < 0 ? ah >> n : (ah >>> n) | 0;
  if ((by & 32) !== 0) {
    M.hi = sign < 0 ? ah >> 31 : 0;
    return high;
  }
  M.hi = high;
  return n === 0 ? al : (al >>> n) | (ah << (32 - n));
}
function rotateLeft(al: number, ah: number, by: number): number {
  const n = by & 31;
  const l = (by & 32) !== 0 ? ah : al;
  const h = (by & 32) !== 0 ? al : ah;
  if (n === 0) {
    M.hi = h;
    return l;
  }
  M.hi = (h << n) | (l >>> (32 - n));
  return (l << n) | (h >>> (32 - n));
}

/** Names -> helpers that are the same for all units. */
const shared: { [name: string]: any } = {
  M: M,
  V: several,
  Ml: N.imul,
  Cz: N.clz32,
  Tz: N.ctz32,
  Pc: N.popcnt32,
  Da: div32(N.DIV_S),
  Db: div32(N.DIV_U),
  Dc: div32(N.REM_S),
  Dd: div32(N.REM_U),
  De: ret64(N.DIV64_S),
  Df: ret64(N.DIV64_U),
  Dg: ret64(N.REM64_S),
  Dh: ret64(N.REM64_U),
  Mw: N.mul64,
  Sa: shiftLeft,
  Sb: function (al: number, ah: number, by: number) {
    return shiftRight(al, ah, by, -1);
  },
  Sc: function (al: number, ah: number, by: number) {
    return shiftRight(al, ah, by, 0);
  },
  Sd: rotateLeft,
  Se: function (al: number, ah: number, by: number) {
    return rotateLeft(al, ah, -by & 63);
  },
  Ta: trunc(N.TRUNC_S),
  Tb: trunc(N.TRUNC_U),
  Tc: trunc(N.TRUNC64_S),
  Td: trunc(N.TRUNC64_U),
  Te: N.sat_s,
  Tf: N.sat_u,
  Tg: N.sat64_s,
  Th: N.sat64_u,
  R: N.fround,
  Ab: Math.abs,
  Sq: Math.sqrt,
  Fn: N.nearest,
  Fa: N.fmin,
  Fb: N.fmax,
  Fc: Math.ceil,
  Ff: Math.floor,
  Ft: function (a: number) {
    return a < 0 ? Math.ceil(a) : a === a ? Math.floor(a) : NaN;
  },
  /** Of what may be a signalling NaN, which Math's functions may pass on as it is. */
  Xc: function (a: number) {
    return a === a ? Math.ceil(a) : NaN;
  },
  Xf: function (a: number) {
    return a === a ? Math.floor(a) : NaN;
  },
  Va: function (l: number, h: number) {
    return N.f32_s64(l, h);
  },
  Vb: function (l: number, h: number) {
    return N.f32_u64(l, h);
  },
  /** Bits to numbers and back. */
  Q: function (bits: number) {
    cellWords[0] = bits;
    return cellFloats[0];
  },
  Qd: function (l: number, h: number) {
    cellWords[0] = l;
    cellWords[1] = h;
    return cell[0];
  },
  P: function (x: number) {
    cellFloats[0] = x;
    return cellWords[0];
  },
  Pd: function (x: number) {
    cell[0] = x;
    M.hi = cellWords[1];
    return cellWords[0];
  },
  /** The high word of what a helper has just left. */
  Ph: function (_low: number) {
    return M.hi;
  },
  Cs: function (x: number, sign: number) {
    const y = Math.abs(x);
    return sign < 0 ? -y : y;
  },
  Bn: function (l: number, h: number) {
    M.hi = h ^ -2147483648;
    return l;
  },
  /** Of a variable that is held both ways: null = it was set to the number. */
  Bb: function (l: number | null, h: number, x: number) {
    if (l === null) {
      cell[0] = x;
      M.hi = cellWords[1];
      return cellWords[0];
    }
    M.hi = h;
    return l;
  },
  Ba: function (l: number, h: number) {
    M.hi = h & 0x7fffffff;
    return l;
  },
  Bc: function (l: number, h: number, _low: number, sign: number) {
    M.hi = (h & 0x7fffffff) | (sign & -2147483648);
    return l;
  },
  Tr: function (code: number, site: number) {
    throw trap(code, site);
  },
  Tn: function (site: number) {
    throw trap(NULL_REFERENCE, site);
  },
  Mv: function (words: number[]) {
    for (let i = 0; i < words.length; i++) several[i] = words[i];
  },
  /** Form B: a loop has no fuel; a call none, or no stack. */
  Of: function (site: number) {
    throw trap(FUEL_LIMIT, site);
  },
  Oe: function (depth: number) {
    throw trap(depth > running.thread.store.limits.callDepth ? STACK_EXHAUSTED : FUEL_LIMIT, -1);
  },
};

function address(memory: Memory, p: number, offset: number, bytes: number, site: number): number {
  const e = (p >>> 0) + offset;
  if (e + bytes > memory.bytes) throw trap(OOB_MEMORY, site);
  return e;
}
function readWord(memory: Memory, e: number): number {
  return loadI32(memory.u8, e);
}

/** A load by its code: the low word; the high one in num.hi. */
function loadAny(memory: Memory, code: number, p: number, offset: number, site: number): number {
  const width = 1 << (O.widths.charCodeAt(code - O.I32_LOAD) - 48);
  const e = address(memory, p, offset, width, site);
  const u8 = memory.u8;
  if (width === 8) {
    M.hi = loadI32(u8, e + 4);
    return loadI32(u8, e);
  }
  if (width === 4) return loadI32(u8, e);
  const signed = code === O.I32_LOAD8_S || code === O.I64_LOAD8_S || code === O.I32_LOAD16_S || code === O.I64_LOAD16_S;
  if (width === 1) return signed ? (u8[e] << 24) >> 24 : u8[e];
  const v = u8[e] | (u8[e + 1] << 8);
  return signed ? (v << 16) >> 16 : v;
}
function storeAny(memory: Memory, width: number, p: number, offset: number, l: number, h: number, site: number): void {
  const e = address(memory, p, offset, width, site);
  const u8 = memory.u8;
  if (width === 1) u8[e] = l;
  else if (width === 2) {
    u8[e] = l;
    u8[e + 1] = l >> 8;
  } else {
    storeI32(u8, e, l);
    if (width === 8) storeI32(u8, e + 4, h);
  }
}

/** A view of memory, or its size in elements. */
export function view(memory: Memory, name: string): any {
  const buffer = memory.u8.buffer;
  const n = memory.bytes;
  const words = Math.floor(n / 4);
  if (name === 'B') return memory.u8;
  if (name === 'I') return memory.i32.length === words ? memory.i32 : new Int32Array(buffer, 0, words);
  if (name === 'C') return new Int8Array(buffer, 0, n);
  if (name === 'S') return new Int16Array(buffer, 0, Math.floor(n / 2));
  if (name === 'U') return new Uint16Array(buffer, 0, Math.floor(n / 2));
  if (name === 'K') return new Float32Array(buffer, 0, words);
  if (name === 'D') return new Float64Array(buffer, 0, Math.floor(n / 8));
  return Math.floor(n / (1 << ('abcd'.indexOf(name.charAt(1)) & 3)));
}

/** Runs a native with words as arguments; depth: of JavaScript calls so far. Returns the result's low word; the high one in unit.h. */
function callHost(unit: Unit, func: Func, words: any[], depth: number): number {
  const thread = running.thread;
  const at = running.base;
  const params = func.type.params;
  if (at + 2 * params.length + 8 > thread.cells.length) growCells(thread, at + 2 * params.length + 8);
  for (let i = 0, w = 0; i < params.length; i++) {
    thread.cells[at + 2 * i] = words[w++];
    if (wordsOf(params[i]) === 2) thread.cells[at + 2 * i + 1] = words[w++];
  }
  return proceed(unit, func, at, null, 0, depth);
}

/** Calls a native, or what it left to do after a guest call that returned `result`; and the guest calls that it asks for. */
export function proceed(unit: Unit, func: Func, at: number, then: any, result: number, depth: number): number {
  const thread = running.thread;
  for (;;) {
    running.site = -1;
    thread.fuel = unit.f;
    thread.calleeAt = at;
    thread.callee = func;
    try {
      callNative(thread, func, at, then, result);
    } finally {
      unit.f = thread.fuel;
      unit.set(thread.fuel, null, limit(), 0);
    }
    thread.callee = null;
    const signal = thread.signal;
    thread.signal = 0;
    if (signal === 0) break;
    if (signal !== SIGNAL_CALL) {
      if (!running.stops) throw HOST_FAULT; // nobody could go on from here
      running.waits = true;
      throw 0;
    }
    then = thread.guestThen;
    const guest = thread.store.funcs[thread.guestFunc - 1];
    running.caller = -1;
    const args = wordsFor(guest, thread.guestArgs);
    try {
      args.push(depth + 1);
      result = entry(unit, guest).apply(null, args);
      unit.get();
      if (guest.native !== null) unit.f -= NATIVE_COST;
    } catch (e) {
      if (e !== 0 && guest.native === null) siteFrame(guest.instance);
      running.left.push({ func: func, place: guest.native !== null ? NATIVE_COST : 0, values: null, goOn: then });
      throw e;
    }
    if (unit.f < 0 && guest.native !== null && running.stops) {
      // natives that call natives are stopped between them
      unit.set(unit.f, null, 0, 0);
      running.left.push({ func: func, place: 0, values: [result], goOn: then });
      throw 0;
    }
  }
  const results = func.type.results.length;
  if (results > 1) for (let i = 0; i < 2 * results; i++) several[i] = thread.cells[at + i];
  unit.h = thread.cells[at + 1];
  return thread.cells[at];
}
/** i32 arguments as words of a guest function's parameters. */
function wordsFor(func: Func, args: number[]): any[] {
  const words: any[] = [];
  for (let i = 0; i < func.type.params.length; i++) {
    words.push(i < args.length ? args[i] : 0);
    if (wordsOf(func.type.params[i]) === 2) words.push(0);
  }
  return words;
}

/** The JavaScript function that runs func when it is called from unit: words in, words out, the depth last. */
export function entry(unit: Unit, func: Func): any {
  if (func.native === null && func.instance === unit.instance) return unit.functions[func.index] || unit.missing(func);
  if (unit.foreign === NONE) unit.foreign = {};
  return unit.foreign[func.handle] || (unit.foreign[func.handle] = foreign(unit, func));
}
function foreign(unit: Unit, func: Func): any {
  let words = 0;
  for (let i = 0; i < func.type.params.length; i++) words += wordsOf(func.type.params[i]);
  return function () {
    const args: any[] = [];
    // biome-ignore lint/complexity/noArguments: rest parameters are not on the device's shelf
    for (let i = 0; i < arguments.length; i++) args.push(arguments[i]);
    const depth = args[words];
    unit.get();
    const low = host(unit, func, args, depth, running.caller);
    unit.set(unit.f, null, limit(), unit.h);
    return low;
  };
}
/** How deep calls may nest in JavaScript from here on. */
export function limit(): number {
  const thread = running.thread;
  const most = thread.store.limits.callDepth;
  return running.stops ? Math.min(JS_DEPTH, most - thread.depth / 3) : most;
}
/** Calls a function that is a native or another instance's. unit.f is the fuel before and after. */
function outside(unit: Unit, func: Func, args: any[], depth: number): number {
  if (func.native !== null) return callHost(unit, func, args, depth);
  if (func.instance.code === null) func.instance.store.executor.compile(func);
  const to: Unit = func.instance.code;
  to.set(unit.f, null, limit(), 0);
  try {
    return entry(to, func).apply(null, args);
  } catch (e) {
    if (e !== 0) siteFrame(func.instance);
    throw e;
  } finally {
    to.get();
    unit.f = to.f;
    unit.h = to.h;
    unit.set(unit.f, null, limit(), 0);
  }
}

/** outside() for a call at `site`: form B, whose functions do not say where they stood, says it of what a native throws. */
function host(unit: Unit, func: Func, args: any[], depth: number, site: number): number {
  if (running.stops) return outside(unit, func, args, depth);
  try {
    return outside(unit, func, args, depth);
  } catch (e) {
    if (running.left.length === 0 && running.site < 0) running.site = site;
    throw e;
  }
}

/** A frame is left because x was thrown. Returns x. */
function leave(unit: Unit, x: any, index: number, values: any[]): any {
  const left = running.left;
  const func = unit.instance.funcs[index];
  let place = values[0] | 0; // none yet: at its beginning
  if (left.length === 0 && running.site >= 0 && x !== 0) {
    const at = running.site;
    const body = unit.instance.module.bodies[index - unit.instance.module.importedFuncs];
    if (at >= body.start && at < body.end) place = at;
    else left.push({ func: functionAt(unit.instance, at), place: at, values: null, goOn: null });
  }
  left.push({ func: func, place: place, values: values, goOn: null });
  return x;
}
/** Where no frame has been left yet, the one of the operator that trapped: its function leaves none itself. */
export function siteFrame(instance: Instance): void {
  if (running.left.length > 0 || running.site < 0) return;
  running.left.push({ func: functionAt(instance, running.site), place: running.site, values: null, goOn: null });
}
/** The own function whose body holds a byte offset. */
function functionAt(instance: Instance, offset: number): Func {
  const bodies = instance.module.bodies;
  let i = 0;
  while (i < bodies.length - 1 && bodies[i].end <= offset) i++;
  return instance.funcs[i + instance.module.importedFuncs];
}

/** What a try_table does with x: index of the clause that catches it, its values in V; else throws x on. clauses: kind, tag each. */
function caught(unit: Unit, x: any, clauses: number[]): number {
  const instance = unit.instance;
  const exceptions = instance.store.exceptions;
  const exception: Exception | null = x === UNCAUGHT_EXCEPTION ? exceptions.thrown : null;
  if (exception === null) throw x;
  for (let i = 0; i < clauses.length; i += 2) {
    const tag = clauses[i + 1];
    if (tag >= 0 && instance.tags[tag] !== exception.tag) continue;
    let at = 0;
    if (tag >= 0) for (; at < exception.words.length; at++) several[at] = exception.words[at];
    if ((clauses[i] & 1) === 1) {
      const thread = running.thread;
      unit.get();
      thread.fuel = unit.f;
      several[at] = hold(thread, exception);
      unit.set(thread.fuel, null, limit(), 0);
      if (several[at] === 0) throw OUT_OF_MEMORY;
    }
    exceptions.thrown = null;
    running.left = [];
    running.site = -1;
    return i >> 1;
  }
  throw x;
}

function callee(unit: Unit, func: Func, tail: number): any {
  if (!tail || func.native !== null) return entry(unit, func);
  return func.instance === unit.instance ? unit.inner[func.index] || entry(unit, func) : func;
}

/** Names -> what makes the helpers that need something of an instance. A unit has those that its text uses. */
const own: { [name: string]: (unit: Unit, memory: Memory) => any } = {
  Li: function (_unit: Unit, memory: Memory) {
    return function (p: number, offset: number, site: number) {
      return readWord(memory, address(memory, p, offset, 4, site));
    };
  },
  La: function (_unit: Unit, memory: Memory) {
    return function (p: number, offset: number, site: number) {
      return (memory.u8[address(memory, p, offset, 1, site)] << 24) >> 24;
    };
  },
  Lb: function (_unit: Unit, memory: Memory) {
    return function (p: number, offset: number, site: number) {
      return memory.u8[address(memory, p, offset, 1, site)];
    };
  },
  Lc: function (_unit: Unit, memory: Memory) {
    return function (p: number, offset: number, site: number) {
      return loadAny(memory, O.I32_LOAD16_S, p, offset, site);
    };
  },
  Ld: function (_unit: Unit, memory: Memory) {
    return function (p: number, offset: number, site: number) {
      return loadAny(memory, O.I32_LOAD16_U, p, offset, site);
    };
  },
  Lj: function (_unit: Unit, memory: Memory) {
    return function (p: number, offset: number, site: number) {
      return loadAny(memory, O.I64_LOAD, p, offset, site);
    };
  },
  Lf: function (_unit: Unit, memory: Memory) {
    return function (p: number, offset: number, site: number) {
      return loadF32(memory.u8, address(memory, p, offset, 4, site));
    };
  },
  Lg: function (_unit: Unit, memory: Memory) {
    return function (p: number, offset: number, site: number) {
      return loadF64(memory.u8, address(memory, p, offset, 8, site));
    };
  },
  Wb: function (_unit: Unit, memory: Memory) {
    return function (p: number, offset: number, l: number, site: number) {
      storeAny(memory, 1, p, offset, l, 0, site);
    };
  },
  Wh: function (_unit: Unit, memory: Memory) {
    return function (p: number, offset: number, l: number, site: number) {
      storeAny(memory, 2, p, offset, l, 0, site);
    };
  },
  Wi: function (_unit: Unit, memory: Memory) {
    return function (p: number, offset: number, l: number, site: number) {
      storeAny(memory, 4, p, offset, l, 0, site);
    };
  },
  Wj: function (_unit: Unit, memory: Memory) {
    return function (p: number, offset: number, l: number, h: number, site: number) {
      storeAny(memory, 8, p, offset, l, h, site);
    };
  },
  Wf: function (_unit: Unit, memory: Memory) {
    return function (p: number, offset: number, x: number, site: number) {
      storeF32(memory.u8, address(memory, p, offset, 4, site), x);
    };
  },
  Wg: function (_unit: Unit, memory: Memory) {
    return function (p: number, offset: number, x: number, site: number) {
      storeF64(memory.u8, address(memory, p, offset, 8, site), x);
    };
  },
  Lm: function (unit: Unit) {
    return function (index: number, code: number, p: number, offset: number, site: number) {
      const low = loadAny(unit.instance.mems[index], code, p, offset, site);
      if (code === O.F32_LOAD) return shared.Q(low);
      if (code === O.F64_LOAD) return shared.Qd(low, M.hi);
      return low;
    };
  },
  Wm: function (unit: Unit) {
    return function (index: number, code: number, p: number, offset: number, l: number, h: number, site: number) {
      const width = 1 << (O.widths.charCodeAt(code - O.I32_LOAD) - 48);
      storeAny(unit.instance.mems[index], width, p, offset, l, h, site);
    };
  },
  Fr: function (unit: Unit) {
    return function (index: number) {
      return unit.instance.funcs[index].handle;
    };
  },
  Sp: function (unit: Unit) {
    return function (index: number, value: number, site: number) {
      if (unit.instance.stackGlobal === index) {
        if (value >>> 0 > unit.instance.stackHigh) throw trap(AUX_STACK_UNDERFLOW, site);
        if (value >>> 0 <= unit.instance.stackLow) throw trap(AUX_STACK_OVERFLOW, site);
      }
      unit.instance.globals[index].lo = value;
    };
  },
  Ci: function (unit: Unit) {
    const instance = unit.instance;
    return function (index: number, type: number, table: number, site: number, tail: number) {
      running.site = site;
      running.thread.trapDetail = index >>> 0;
      const handle = tableFunc(instance, index >>> 0, type, table);
      running.site = -1;
      running.caller = site;
      return callee(unit, funcOf(instance.store, handle), tail);
    };
  },
  Cr: function (unit: Unit) {
    return function (handle: number, site: number, tail: number) {
      if (handle === 0) throw trap(NULL_FUNCTION, site);
      running.caller = site;
      return callee(unit, funcOf(unit.instance.store, handle), tail);
    };
  },
  Tt: function (unit: Unit) {
    return function (index: number) {
      const func = unit.instance.funcs[index];
      return func.instance !== unit.instance && func.native === null ? func : unit.inner[index] || unit.functions[index];
    };
  },
  Tl: function (unit: Unit) {
    return function (low: number, depth: number) {
      return finishTails(unit, low, depth);
    };
  },
  W: function (unit: Unit) {
    return function (x: any, index: number, values: any[]) {
      return leave(unit, x, index, values);
    };
  },
};
if (HAS_EXCEPTIONS) {
  own.Xp = function (unit: Unit) {
    const roots = unit.instance.store.exceptions.roots;
    return function (variables: any) {
      roots.push(variables);
    };
  };
  own.Xq = function (unit: Unit) {
    const roots = unit.instance.store.exceptions.roots;
    return function () {
      roots.pop();
    };
  };
  own.Ca = function (unit: Unit) {
    return function (x: any, clauses: number[]) {
      return caught(unit, x, clauses);
    };
  };
  own.Th_ = function (unit: Unit) {
    return function (tag: number, words: number[], site: number) {
      unit.instance.store.exceptions.thrown = createException(unit.instance.tags[tag], words);
      throw trap(UNCAUGHT_EXCEPTION, site);
    };
  };
  own.Tx = function (unit: Unit) {
    return function (handle: number, site: number) {
      if (handle === 0) throw trap(NULL_REFERENCE, site);
      unit.instance.store.exceptions.thrown = exceptionOf(unit.instance.store, handle);
      throw trap(UNCAUGHT_EXCEPTION, site);
    };
  };
}

/** Names -> helpers of every unit that are given it as E. */
shared.Ho = function (unit: Unit, index: number, words: any[], depth: number, site: number): number {
  return host(unit, unit.instance.funcs[index], words.concat([depth]), depth, site);
};
shared.Bk = function (unit: Unit, code: number, a: number, b: number, x: number, y: number, z: number, site: number): number {
  const thread = running.thread;
  const at = running.base;
  if (at + 8 > thread.cells.length) growCells(thread, at + 8);
  const cells = thread.cells;
  cells[at] = x;
  cells[at + 2] = y;
  cells[at + 4] = z;
  running.site = site;
  unit.f -= bulk(unit.instance, cells, at, code, a, b);
  running.site = -1;
  return thread.cells[at];
};
shared.Vw = function (unit: Unit, name: string): any {
  return view(unit.instance.mems[0], name);
};
shared.Rs = function (unit: Unit): number {
  if (running.pending !== 0) {
    const x = running.pending;
    running.pending = 0;
    throw x;
  }
  unit.h = running.high;
  return running.low;
};

/** Goes on with the tail call that a function has ended in, and the ones that that ends in. */
export function finishTails(unit: Unit, low: number, depth: number): number {
  if (unit.tail === null) return low;
  let at = unit; // whose function has just ended
  try {
    while (at.tail !== null) {
      let f = at.tail[0];
      const args = at.tail[1];
      at.tail = null;
      args.push(depth);
      if (typeof f !== 'function') {
        const func: Func = f;
        if (func.instance.code === null) func.instance.store.executor.compile(func);
        at.get();
        const to: Unit = func.instance.code;
        to.set(at.f, null, limit(), 0);
        at = to;
        f = to.inner[func.index] || to.functions[func.index];
      }
      low = f.apply(null, args);
    }
  } catch (e) {
    if (e !== 0) siteFrame(at.instance);
    throw e;
  } finally {
    if (at !== unit) {
      at.get();
      unit.f = at.f;
      unit.set(at.f, null, limit(), at.h);
    }
  }
  return low;
}

/** What a text means by a name that is none of a view. */
export function helper(unit: Unit, name: string): any {
  return own[name] ? own[name](unit, unit.instance.mems[0]) : shared[name];
}

/** A module's text as a function: what it returns, called for each instance, and what it wants to be called with. */
export interface Made {
  make: (...args: any[]) => any[];
  names: string[]; // of the arguments behind the unit
  views: string[]; // those of them that change when memory 0 grows
  staticBytes: number; // it counts on so much of memory 0
}

const NONE = {};
function nothing(): void {}

/** Makes an instance's functions. */
export function createUnit(instance: Instance, made: Made): Unit {
  const unit: Unit = {
    instance: instance,
    functions: [],
    inner: NONE,
    foreign: NONE,
    f: 0,
    h: 0,
    tail: null,
    set: nothing,
    get: nothing,
    views: nothing,
    missing: nothing,
  };
  const memory = instance.mems[0];
  const args: any[] = [unit];
  for (let i = 0; i < made.names.length; i++) {
    const name = made.names[i];
    args.push(made.views.indexOf(name) >= 0 ? view(memory, name) : helper(unit, name));
  }
  unit.functions = made.make.apply(null, args);
  if (made.views.length > 0) memory.watchers = memory.watchers.concat([unit.views]);
  return unit;
}

export { several };
