// Validates one function body or constant expression in one pass and hands each typed operator to a sink. The only code that
// knows the typing rules; unreachable code is typed by the spec's algorithm and not reported. Device-safe.
// Spec: core 3.0, 3.3 Instructions, appendix 7.3 Validation Algorithm.

import * as c from '../binary/cursor';
import { opcode } from '../binary/expression';
import * as F from '../spec/faults';
import { MAX_LOCALS } from '../spec/limits';
import * as O from '../spec/ops.gen';
import { BOT, EXTERNREF, F32, F64, FUNCREF, I32, I64, isRef, V128 } from '../spec/types';
import type { Context } from './context';
import type { Sink } from './sink';

const LETTERS = 'iIfF';
const NUMBERS = [I32, I64, F32, F64];
const NONE: number[] = [];

// One validation runs at a time; its state lives in module variables because those are the cheapest to reach on small engines.
let cx: Context;
let sink: Sink | null;
const stack: number[] = []; // operand types
let height = 0;
// The control stack, a column per field.
const ctrlCode: number[] = [];
const ctrlStart: number[][] = [];
const ctrlEnd: number[][] = [];
const ctrlHeight: number[] = [];
const ctrlDead: boolean[] = []; // unreachable from here to its end
const ctrlLive: boolean[] = []; // began in reachable code, so the sink knows it
let depth = 0; // control frames
let floor = 0; // ctrlHeight of the innermost
let dead = false; // ctrlDead of the innermost
let locals: number[] = [];
let opAt = 0; // offset of the operator in hand

function mismatch(): number {
  return F.raise(F.TYPE_MISMATCH, opAt, 0);
}
function push(type: number): void {
  stack[height++] = type;
}
function pop(type: number): void {
  if (height === floor) {
    if (dead) return;
    throw mismatch();
  }
  const got = stack[--height];
  if (got !== type && got !== BOT) throw mismatch();
}
function popAny(): number {
  if (height === floor) {
    if (dead) return BOT;
    throw mismatch();
  }
  return stack[--height];
}
function popAll(types: number[]): void {
  for (let i = types.length - 1; i >= 0; i--) pop(types[i]);
}
function pushAll(types: number[]): void {
  for (let i = 0; i < types.length; i++) stack[height++] = types[i];
}

function enter(code: number, start: number[], end: number[]): void {
  ctrlCode[depth] = code;
  ctrlStart[depth] = start;
  ctrlEnd[depth] = end;
  ctrlHeight[depth] = floor = height;
  ctrlLive[depth] = depth === 0 || (ctrlLive[depth - 1] && !dead);
  ctrlDead[depth] = dead = false;
  depth++;
  pushAll(start);
}
/** Checks the innermost frame's results and that nothing else is left. */
function leave(): void {
  popAll(ctrlEnd[depth - 1]);
  if (height !== floor) throw mismatch();
}
function exit(): void {
  depth--;
  if (depth > 0) {
    floor = ctrlHeight[depth - 1];
    dead = ctrlDead[depth - 1];
  }
}
function unreachable(): void {
  height = floor;
  ctrlDead[depth - 1] = dead = true;
}
function label(index: number): number {
  if (index >= depth) throw F.raise(F.UNKNOWN_LABEL, opAt, index);
  return depth - 1 - index;
}
function labelTypes(frame: number): number[] {
  return ctrlCode[frame] === O.LOOP ? ctrlStart[frame] : ctrlEnd[frame];
}

let blockParams = NONE;
let blockResults = NONE;
const single: { [type: number]: number[] } = {};
function one(type: number): number[] {
  return single[type] || (single[type] = [type]);
}

/** Block type [core 5.4.1]: s33; negative = empty or one value type. */
function blockType(): void {
  const start = c.offset();
  const code = c.s33();
  blockParams = NONE;
  if (code >= 0) {
    if (code >= cx.types.length) throw F.raise(F.UNKNOWN_TYPE, opAt, code);
    blockParams = cx.types[code].params;
    blockResults = cx.types[code].results;
    return;
  }
  const b = code & 0x7f;
  if (code < -64) throw F.raise(F.BLOCK_TYPE, start, code);
  if (b === 0x40) blockResults = NONE;
  else if (b >= F64 && b <= I32) blockResults = one(b);
  else if (b === 0x70) blockResults = one(FUNCREF);
  else if (b === 0x6f) blockResults = one(EXTERNREF);
  else throw F.raise(b === V128 || b === 0x63 || b === 0x64 ? F.FEATURE : F.BLOCK_TYPE, start, b);
}

function valueType(): number {
  const b = c.byte();
  if (b >= F64 && b <= I32) return b;
  if (b === 0x70) return FUNCREF;
  if (b === 0x6f) return EXTERNREF;
  throw c.badBefore(b === V128 || b === 0x63 || b === 0x64 ? F.FEATURE : F.VALUE_TYPE, b);
}

function local(): number {
  const x = c.u32();
  if (x >= locals.length) throw F.raise(F.UNKNOWN_LOCAL, opAt, x);
  return x;
}
function index(count: number, fault: number): number {
  const x = c.u32();
  if (x >= count) throw F.raise(fault, opAt, x);
  return x;
}
function memoryIndex(): number {
  const x = c.byte(); // a zero byte until multi-memory
  if (x !== 0) throw c.badBefore(F.ZERO_BYTE, x);
  if (cx.mems.length === 0) throw F.raise(F.UNKNOWN_MEMORY, opAt, 0);
  return x;
}

let memOffset = 0;
function memarg(code: number): void {
  const align = c.u32();
  if (align >= 64) throw c.badBefore(F.MEMOP_FLAGS, align);
  memOffset = c.u32();
  if (cx.mems.length === 0) throw F.raise(F.UNKNOWN_MEMORY, opAt, 0);
  if (align > O.widths.charCodeAt(code - 0x28) - 48) throw F.raise(F.ALIGNMENT, opAt, align);
}

function applySignature(signature: string): void {
  const colon = signature.indexOf(':');
  for (let i = colon - 1; i >= 0; i--) pop(NUMBERS[LETTERS.indexOf(signature.charAt(i))]);
  if (colon + 1 < signature.length) push(NUMBERS[LETTERS.indexOf(signature.charAt(colon + 1))]);
}

function brTable(live: boolean): void {
  const n = c.u32();
  if (n > c.left()) throw c.bad(F.UNEXPECTED_END, n);
  const depths: number[] = [];
  for (let i = 0; i <= n; i++) depths.push(c.u32());
  pop(I32);
  const arity = labelTypes(label(depths[n])).length;
  for (let i = 0; i <= n; i++) {
    const types = labelTypes(label(depths[i]));
    if (types.length !== arity) throw mismatch();
    // [core 7.3]: pop the label's types, then push back what was there, so that BOT stays BOT
    const before = height;
    const kept: number[] = [];
    for (let k = arity - 1; k >= 0; k--) {
      const got = popAny();
      if (got !== types[k] && got !== BOT) throw mismatch();
      kept.push(got);
    }
    for (let k = arity - 1; k >= 0; k--) push(kept[k]);
    if (!dead && height !== before) throw mismatch();
  }
  if (live) sink!.brTable(depths);
  unreachable();
}

function select(live: boolean): void {
  pop(I32);
  const b = popAny();
  const a = popAny();
  if (isRef(a) || isRef(b) || (a !== b && a !== BOT && b !== BOT)) throw mismatch();
  const type = a === BOT ? b : a;
  push(type);
  if (live) sink!.select(type);
}

/** Bulk memory and table instructions: immediates, operands (all i32 but table values), one optional result. */
function bulk(code: number, live: boolean): void {
  let a = 0;
  let b = 0;
  let operands = 3;
  let results = 0;
  if (code === O.MEMORY_SIZE || code === O.MEMORY_GROW) {
    cx.resizes = true;
    if (code === O.MEMORY_SIZE) cx.asksSize = true;
    a = memoryIndex();
    operands = code === O.MEMORY_GROW ? 1 : 0;
    results = 1;
  } else if (code === O.MEMORY_FILL) a = memoryIndex();
  else if (code === O.MEMORY_COPY) {
    a = memoryIndex();
    b = memoryIndex();
  } else if (code === O.MEMORY_INIT || code === O.DATA_DROP) {
    a = c.u32();
    if (code === O.MEMORY_INIT) b = memoryIndex();
    else operands = 0;
    if (cx.datas < 0) throw F.raise(F.DATA_COUNT_REQUIRED, opAt, a);
    if (a >= cx.datas) throw F.raise(F.UNKNOWN_DATA, opAt, a);
  } else if (code === O.TABLE_INIT) {
    a = index(cx.elems.length, F.UNKNOWN_ELEM);
    b = index(cx.tables.length, F.UNKNOWN_TABLE);
    if (cx.elems[a] !== cx.tables[b].elem) throw mismatch();
  } else if (code === O.ELEM_DROP) {
    a = index(cx.elems.length, F.UNKNOWN_ELEM);
    operands = 0;
  } else {
    a = index(cx.tables.length, F.UNKNOWN_TABLE);
    const elem = cx.tables[a].elem;
    if (code === O.TABLE_COPY) {
      b = index(cx.tables.length, F.UNKNOWN_TABLE);
      if (cx.tables[b].elem !== elem) throw mismatch();
    } else if (code === O.TABLE_FILL) {
      pop(I32);
      pop(elem);
      pop(I32);
    } else if (code === O.TABLE_SET) {
      pop(elem);
      pop(I32);
      operands = 2;
    } else if (code === O.TABLE_GROW) {
      pop(I32);
      pop(elem);
      push(I32);
      operands = 2;
      results = 1;
    } else if (code === O.TABLE_GET) {
      pop(I32);
      push(elem);
      operands = results = 1;
    } else {
      push(I32);
      operands = 0;
      results = 1;
    }
    if (code !== O.TABLE_COPY) {
      if (live) sink!.bulk(code, a, b, operands, results);
      return;
    }
  }
  for (let i = 0; i < operands; i++) pop(I32);
  if (results > 0) push(I32);
  if (live) sink!.bulk(code, a, b, operands, results);
}

function call(code: number, live: boolean): void {
  if (code === O.CALL) {
    const f = index(cx.funcs.length, F.UNKNOWN_FUNCTION);
    const type = cx.types[cx.funcs[f]];
    popAll(type.params);
    pushAll(type.results);
    if (live) sink!.call(f, type.params, type.results);
    return;
  }
  const t = c.u32();
  const table = index(cx.tables.length, F.UNKNOWN_TABLE);
  if (cx.tables[table].elem !== FUNCREF) throw mismatch();
  if (t >= cx.types.length) throw F.raise(F.UNKNOWN_TYPE, opAt, t);
  const type = cx.types[t];
  pop(I32);
  popAll(type.params);
  pushAll(type.results);
  if (live) sink!.callIndirect(t, table, type.params, type.results);
}

function control(code: number, live: boolean): void {
  if (code === O.BLOCK || code === O.LOOP || code === O.IF) {
    blockType();
    const params = blockParams;
    const results = blockResults;
    if (code === O.IF) pop(I32);
    popAll(params);
    enter(code, params, results);
    if (!live) return;
    if (code === O.BLOCK) sink!.block(params, results);
    else if (code === O.LOOP) sink!.loop(params, results);
    else sink!.iff(params, results);
  } else if (code === O.ELSE) {
    const frame = depth - 1;
    if (ctrlCode[frame] !== O.IF) throw F.raise(F.ELSE_UNEXPECTED, opAt, 0);
    const falls = !dead;
    leave();
    if (sink !== null && ctrlLive[frame]) sink.els(falls);
    ctrlCode[frame] = O.ELSE;
    ctrlDead[frame] = dead = false;
    height = floor;
    pushAll(ctrlStart[frame]);
  } else {
    const frame = depth - 1;
    const falls = !dead;
    leave();
    if (ctrlCode[frame] === O.IF) {
      // no else: the parameters fall through as results
      const start = ctrlStart[frame];
      const end = ctrlEnd[frame];
      if (start.length !== end.length) throw mismatch();
      for (let i = 0; i < start.length; i++) if (start[i] !== end[i]) throw mismatch();
    }
    exit();
    pushAll(ctrlEnd[frame]);
    if (sink !== null && ctrlLive[frame]) sink.end(falls);
  }
}

function branch(code: number, live: boolean): void {
  if (code === O.BR_TABLE) {
    brTable(live);
    return;
  }
  if (code === O.RETURN) {
    popAll(ctrlEnd[0]);
    if (live) sink!.ret();
    unreachable();
    return;
  }
  const l = c.u32();
  const types = labelTypes(label(l));
  if (code === O.BR_IF) pop(I32);
  popAll(types);
  if (code === O.BR_IF) {
    pushAll(types);
    if (live) sink!.brIf(l);
  } else {
    if (live) sink!.br(l);
    unreachable();
  }
}

function constant(code: number, live: boolean): void {
  let lo = 0;
  let hi = 0;
  if (code === O.I32_CONST) lo = c.s32();
  else if (code === O.I64_CONST) {
    lo = c.s64();
    hi = c.high;
  } else {
    lo = c.word();
    if (code === O.F64_CONST) hi = c.word();
  }
  const type = NUMBERS[code - O.I32_CONST];
  push(type);
  if (live) sink!.constant(type, lo, hi);
}

function variable(code: number, live: boolean): void {
  if (code === O.GLOBAL_GET || code === O.GLOBAL_SET) {
    const g = index(cx.globals.length, F.UNKNOWN_GLOBAL);
    const global = cx.globals[g];
    if (code === O.GLOBAL_GET) {
      push(global.type);
      if (live) sink!.globalGet(g, global.type);
      return;
    }
    if (!global.mut) throw F.raise(F.IMMUTABLE, opAt, g);
    pop(global.type);
    if (live) sink!.globalSet(g, global.type);
    return;
  }
  const x = local();
  const type = locals[x];
  if (code === O.LOCAL_GET) {
    push(type);
    if (live) sink!.localGet(x);
    return;
  }
  pop(type);
  if (code === O.LOCAL_TEE) {
    push(type);
    if (live) sink!.localTee(x);
  } else if (live) sink!.localSet(x);
}

function reference(code: number, live: boolean): void {
  if (code === O.REF_NULL) {
    const b = c.byte();
    if (b !== 0x70 && b !== 0x6f) throw c.badBefore(b >= 0x40 ? F.REF_TYPE : F.FEATURE, b);
    push(b === 0x70 ? FUNCREF : EXTERNREF);
    if (live) sink!.refNull();
  } else if (code === O.REF_IS_NULL) {
    const type = popAny();
    if (type !== BOT && !isRef(type)) throw mismatch();
    push(I32);
    if (live) sink!.refIsNull();
  } else {
    const f = index(cx.funcs.length, F.UNKNOWN_FUNCTION);
    if (cx.declared[f] !== true) throw F.raise(F.UNDECLARED_REF, opAt, f);
    push(FUNCREF);
    if (live) sink!.refFunc(f);
  }
}

/** One operator; returns false at the end of the outermost construct. */
function step(): boolean {
  opAt = c.offset();
  const code = opcode();
  const live = sink !== null && !dead && ctrlLive[depth - 1];
  if (live) sink!.at(opAt);
  const signature = O.signatureOf.charCodeAt(code) - 32;
  if (signature !== 0) {
    if (code <= O.I64_STORE32) {
      memarg(code);
      applySignature(O.signatures[signature]);
      if (live) {
        if (code < O.I32_STORE) sink!.load(code, memOffset, 0);
        else sink!.store(code, memOffset, 0);
      }
    } else {
      applySignature(O.signatures[signature]);
      if (live) sink!.numeric(code);
    }
  } else if (code >= O.LOCAL_GET && code <= O.GLOBAL_SET) variable(code, live);
  else if (code >= O.I32_CONST && code <= O.F64_CONST) constant(code, live);
  else if (code >= O.BLOCK && code <= O.END) {
    control(code, live);
    return depth > 0;
  } else if (code >= O.BR && code <= O.RETURN) branch(code, live);
  else if (code === O.CALL || code === O.CALL_INDIRECT) call(code, live);
  else if (code === O.DROP) {
    popAny();
    if (live) sink!.drop();
  } else if (code === O.SELECT) select(live);
  else if (code === O.SELECT_T) {
    if (c.u32() !== 1) throw F.raise(F.RESULT_ARITY, opAt, 0);
    const type = valueType();
    pop(I32);
    pop(type);
    pop(type);
    push(type);
    if (live) sink!.select(type);
  } else if (code === O.UNREACHABLE) {
    if (live) sink!.unreachable();
    unreachable();
  } else if (code === O.NOP) {
    // nothing to type, nothing to do
  } else if (code >= O.REF_NULL && code <= O.REF_FUNC) reference(code, live);
  else bulk(code, live);
  return true;
}

/** Reads the local declarations into `locals`, after the parameters. */
function readLocals(params: number[]): void {
  locals = params.concat();
  let total = locals.length;
  for (let groups = c.u32(); groups > 0; groups--) {
    const n = c.u32();
    total += n;
    if (total > 4294967295) throw c.badBefore(F.TOO_MANY_LOCALS, n);
    const type = valueType();
    for (let k = total <= MAX_LOCALS ? n : 0; k > 0; k--) locals.push(type);
  }
  if (total > MAX_LOCALS) throw c.bad(F.LIMIT, MAX_LOCALS);
}

/**
 * Validates the body bytes[start, stop) of own function `func` of context; first = offset in the module of bytes[0]. With a
 * sink, hands it every reachable operator. Throws a fault number. Not re-entrant: a sink must not validate.
 */
export function validateBody(
  context: Context,
  type: number,
  bytes: Uint8Array,
  start: number,
  stop: number,
  first: number,
  to: Sink | null,
): void {
  cx = context;
  sink = to;
  const func = context.types[type];
  c.open(bytes, start, stop, first, F.SECTION_END);
  readLocals(func.params);
  depth = height = floor = 0;
  dead = false;
  enter(O.BLOCK, NONE, func.results);
  if (sink !== null) sink.begin(locals, func.params.length, func.results);
  while (step());
  if (c.left() > 0) throw c.bad(F.END_EXPECTED, 0);
  sink = null;
}

/**
 * Validates a constant expression of the given type [core 3.3.13]: constants, ref.null, ref.func, global.get of an imported immutable
 * global. A sink is not used: runtime/constant.ts evaluates it.
 */
export function validateConstant(context: Context, type: number, bytes: Uint8Array, start: number, stop: number, first: number): void {
  cx = context;
  sink = null;
  c.open(bytes, start, stop, first, F.SECTION_END);
  locals = NONE;
  depth = height = floor = 0;
  dead = false;
  enter(O.BLOCK, NONE, one(type));
  for (;;) {
    opAt = c.offset();
    const code = c.peek();
    const isConstant = (code >= O.I32_CONST && code <= O.F64_CONST) || code === O.REF_NULL || code === O.END;
    if (!isConstant && code !== O.GLOBAL_GET && code !== O.REF_FUNC) throw F.raise(F.CONST_REQUIRED, opAt, code);
    if (code === O.GLOBAL_GET) {
      c.byte();
      const g = c.u32();
      if (g >= cx.globals.length || g >= cx.importedGlobals) throw F.raise(F.UNKNOWN_GLOBAL, opAt, g);
      if (cx.globals[g].mut) throw F.raise(F.CONST_REQUIRED, opAt, g);
      push(cx.globals[g].type);
    } else if (code === O.REF_FUNC) {
      c.byte();
      const f = index(cx.funcs.length, F.UNKNOWN_FUNCTION);
      cx.declared[f] = true;
      push(FUNCREF);
    } else if (!step()) return;
  }
}
