// Validates one function body or constant expression in one pass and hands each typed operator to a sink. With stack.ts, match.ts, bulk.ts
// and aggregate.ts the only code that knows the typing rules; unreachable code is typed by the spec's algorithm and not reported.
// Device-safe. Spec: core 3.0, 3.4 Instructions, appendix 7.3 Validation Algorithm.

import * as c from '../binary/cursor';
import { CATCH_ALL, CATCH_ALL_REF, CATCH_REF, opcode } from '../binary/expression';
import { blockValue, heapType, left, valueType } from '../binary/type';
import * as F from '../spec/faults';
import {
  EXCEPTIONS,
  EXTENDED_CONST,
  enable,
  GC,
  HAS_EXCEPTIONS,
  HAS_EXTENDED_CONST,
  HAS_GC,
  HAS_MEMORY64,
  HAS_MULTI_MEMORY,
  HAS_RELAXED_SIMD,
  HAS_SIMD,
  HAS_TAIL_CALL,
  HAS_THREADS,
  HAS_TYPED_REFS,
  HAS_WIDE_ARITHMETIC,
  MEMORY64,
  MULTI_MEMORY,
  on,
  RELAXED_SIMD,
  SIMD,
  TAIL_CALL,
  THREADS,
  TYPED_REFS,
  WIDE_ARITHMETIC,
} from '../spec/features';
import { MAX_LOCALS } from '../spec/limits';
import * as O from '../spec/ops.gen';
import { BOT, FUNCREF, type FuncType, HEAP_EXN, heapOf, I32, I64, isRef, refType, V128 } from '../spec/types';
import { aggregate } from './aggregate';
import { addressType, bulk } from './bulk';
import type { Context } from './context';
import { allMatch, formOf, matches } from './match';
import type { Sink } from './sink';
import * as s from './stack';
import { cx, dead, depth, index, label, labelTypes, mismatch, NONE, opAt, pop, popAll, popAny, push, pushAll, unreachable } from './stack';

let sink: Sink | null;

/** So many locals have their types in an array; of those behind them, runs are kept (stack.ts). */
const FEW_LOCALS = 256;

let blockParams = NONE;
let blockResults = NONE;
const single: { [type: number]: number[] } = {};
/** A sequence of one type; kept for the few types that are no module's own. */
function one(type: number): number[] {
  if (HAS_TYPED_REFS && isRef(type) && heapOf(type) >= 0) return [type];
  return single[type] || (single[type] = [type]);
}
/** The function type that a type index immediate means. */
function functionType(type: number): FuncType {
  if (type >= cx.types.length) throw F.raise(F.UNKNOWN_TYPE, opAt, type);
  const t = cx.types[type];
  if (HAS_GC && formOf(t) !== 0x60) throw mismatch();
  return t;
}

/** Block type [core 5.4.1]: s33; negative = empty or one value type. */
function blockType(): void {
  blockParams = NONE;
  const type = blockValue();
  if (type >= 0) blockResults = type === 0 ? NONE : one(s.checkType(type));
  else {
    const start = c.offset();
    const code = c.s33();
    if (code < 0) throw F.raise(F.BLOCK_TYPE, start, code);
    const t = functionType(code);
    blockParams = t.params;
    blockResults = t.results;
  }
}

let memOffset = 0;
let memory = 0;
/** Reads alignment, memory and offset; width = log2 of the bytes accessed; exact: the alignment must be that. Returns the type of addresses. */
function memarg(width: number, exact: boolean): number {
  let align = c.u32();
  if (HAS_MULTI_MEMORY) memory = 0;
  const several = HAS_MULTI_MEMORY && on(MULTI_MEMORY);
  if (align >= (several ? 128 : 64)) throw c.badBefore(F.MEMOP_FLAGS, align);
  if (several && align >= 64) {
    align -= 64;
    memory = c.u32();
  }
  let beyond = false;
  if (HAS_MEMORY64 && on(MEMORY64)) {
    memOffset = c.u64() >>> 0;
    beyond = c.high !== 0;
  } else memOffset = c.u32();
  if (memory >= cx.mems.length) throw F.raise(F.UNKNOWN_MEMORY, opAt, memory);
  if (align > width) throw F.raise(F.ALIGNMENT, opAt, align);
  if (HAS_THREADS && exact && align !== width) throw F.raise(F.ATOMIC_ALIGNMENT, opAt, align);
  const type = addressType(cx.mems[memory]);
  if (beyond && type === I32) throw F.raise(F.OFFSET_RANGE, opAt, 0);
  return type;
}

/** Pops and pushes what a packed signature (ops.gen.ts) says. */
function apply(signature: number): void {
  for (let p = signature >> 3; p !== 0; p >>= 3) pop(128 - (p & 7));
  if ((signature & 7) !== 0) push(128 - (signature & 7));
}
/** The same of a memory instruction, whose first operand is an address of type `at`. */
function applyAt(signature: number, at: number): void {
  let p = signature >> 3;
  for (; p > 7; p >>= 3) pop(128 - (p & 7));
  pop(at);
  if ((signature & 7) !== 0) push(128 - (signature & 7));
}

function vector(code: number): void {
  const relaxed = HAS_RELAXED_SIMD && code >= 0x300;
  cx.features |= relaxed ? RELAXED_SIMD : SIMD;
  const signature =
    O.signatures[(relaxed ? O.signatureOfRelaxed.charCodeAt(code - 0x300) : O.signatureOfSimd.charCodeAt(code - 0x200)) - 32];
  const width = code < 0x25e ? O.widthsSimd.charCodeAt(code - 0x200) - 48 : -1;
  if (width >= 0) {
    const at = memarg(width, false);
    if (code >= O.V128_LOAD8_LANE && code <= O.V128_STORE64_LANE) lane(16 >> width);
    applyAt(signature, at);
    return;
  }
  if (code === O.V128_CONST || code === O.I8X16_SHUFFLE) {
    for (let i = 0; i < 16; i++) {
      if (code === O.I8X16_SHUFFLE) lane(32);
      else c.byte();
    }
  } else if (code >= O.I8X16_EXTRACT_LANE_S && code <= O.F64X2_REPLACE_LANE) lane(laneCount(code));
  apply(signature);
}
function lane(count: number): void {
  const x = c.byte();
  if (x >= count) throw F.raise(F.LANE_INDEX, opAt, x);
}
/** Lanes of the shape of an extract_lane or replace_lane. */
function laneCount(code: number): number {
  if (code < O.I16X8_EXTRACT_LANE_S) return 16;
  if (code < O.I32X4_EXTRACT_LANE) return 8;
  return (code >= O.I64X2_EXTRACT_LANE && code <= O.I64X2_REPLACE_LANE) || code >= O.F64X2_EXTRACT_LANE ? 2 : 4;
}

function atomic(code: number): void {
  cx.features |= THREADS;
  if (code === O.ATOMIC_FENCE) {
    const zero = c.byte();
    if (zero !== 0) throw c.badBefore(F.ZERO_BYTE, zero);
    return;
  }
  const width = O.widthsAtomic.charCodeAt(code - 0x400) - 48;
  const at = memarg(width, true);
  applyAt(O.signatures[O.signatureOfAtomic.charCodeAt(code - 0x400) - 32], at);
}

function wideArithmetic(code: number): void {
  cx.features |= WIDE_ARITHMETIC;
  for (let i = code <= O.I64_SUB128 ? 4 : 2; i > 0; i--) pop(I64);
  push(I64);
  push(I64);
}

function brTable(live: boolean): void {
  const n = c.u32();
  if (n > c.left()) throw c.bad(F.UNEXPECTED_END, n);
  pop(I32);
  const depths: number[] = [];
  let last: number[] | null = null; // types that have been checked: many labels have the same
  for (let i = 0; i <= n; i++) {
    const l = c.u32();
    const types = labelTypes(label(l));
    if (types !== last) {
      if (last !== null && types.length !== last.length) throw mismatch();
      s.peekAll(types);
      last = types;
    }
    if (live) depths.push(l);
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
function selectTyped(live: boolean): void {
  if (c.u32() !== 1) throw F.raise(F.RESULT_ARITY, opAt, 0);
  const type = s.checkType(valueType());
  pop(I32);
  pop(type);
  pop(type);
  push(type);
  if (live) sink!.select(type);
}

/** Types what is common to calls of every kind: pops the parameters; of a tail call, leaves. */
function callType(type: FuncType, tail: boolean): void {
  popAll(type.params);
  if (!HAS_TAIL_CALL || !tail) {
    pushAll(type.results);
    return;
  }
  if (!allMatch(cx, type.results, s.ctrlEnd[0])) throw mismatch();
  unreachable();
}
function call(code: number, live: boolean): void {
  const tail = code !== O.CALL && code !== O.CALL_INDIRECT && code !== O.CALL_REF;
  if (tail && (!HAS_TAIL_CALL || !on(TAIL_CALL))) throw left(opAt, code);
  if (code <= O.RETURN_CALL_INDIRECT && (code & 1) === 0) {
    // call, return_call
    const f = index(cx.funcs.length, F.UNKNOWN_FUNCTION);
    const type = cx.types[cx.funcs[f]];
    callType(type, tail);
    if (!live) return;
    if (HAS_TAIL_CALL && tail) sink!.returnCall(f, type.params);
    else sink!.call(f, type.params, type.results);
    return;
  }
  const t = c.u32();
  if (code <= O.RETURN_CALL_INDIRECT) {
    const table = index(cx.tables.length, F.UNKNOWN_TABLE);
    if (!matches(cx, cx.tables[table].elem, FUNCREF)) throw mismatch();
    const type = functionType(t);
    pop(addressType(cx.tables[table]));
    callType(type, tail);
    if (!live) return;
    if (HAS_TAIL_CALL && tail) sink!.returnCallIndirect(t, table, type.params);
    else sink!.callIndirect(t, table, type.params, type.results);
    return;
  }
  if (!HAS_TYPED_REFS || !on(TYPED_REFS)) throw left(opAt, code);
  const type = functionType(t);
  pop(refType(true, t));
  callType(type, tail);
  if (!live) return;
  if (HAS_TAIL_CALL && tail) sink!.returnCallRef(t, type.params);
  else sink!.callRef(t, type.params, type.results);
}

function control(code: number, live: boolean): void {
  if (code === O.BLOCK || code === O.LOOP || code === O.IF) {
    blockType();
    const params = blockParams;
    const results = blockResults;
    if (code === O.IF) pop(I32);
    popAll(params);
    s.enter(code, params, results);
    if (!live) return;
    if (code === O.BLOCK) sink!.block(params, results);
    else if (code === O.LOOP) sink!.loop(params, results);
    else sink!.iff(params, results);
  } else if (code === O.ELSE) {
    const frame = depth - 1;
    if (s.ctrlCode[frame] !== O.IF) throw F.raise(F.ELSE_UNEXPECTED, opAt, 0);
    const falls = !dead;
    s.leave();
    if (sink !== null && s.ctrlLive[frame]) sink.els(falls);
    s.alternate();
  } else if (code === O.END) {
    const frame = depth - 1;
    const falls = !dead;
    s.leave();
    // no else: the parameters fall through as results
    if (s.ctrlCode[frame] === O.IF && !allMatch(cx, s.ctrlStart[frame], s.ctrlEnd[frame])) throw mismatch();
    s.exit();
    pushAll(s.ctrlEnd[frame]);
    if (sink !== null && s.ctrlLive[frame]) sink.end(falls);
  } else {
    if (!HAS_EXCEPTIONS || !on(EXCEPTIONS)) throw left(opAt, code);
    exception(code, live);
  }
}

/** Parameters of a tag immediate's type. */
function tagParams(tag: number): number[] {
  return cx.types[cx.tags[tag]].params;
}
function exception(code: number, live: boolean): void {
  if (code === O.THROW) {
    const tag = index(cx.tags.length, F.UNKNOWN_TAG);
    popAll(tagParams(tag));
    if (live) sink!.throwTag(tag, tagParams(tag));
    unreachable();
    return;
  }
  if (code === O.THROW_REF) {
    pop(refType(true, HEAP_EXN));
    if (live) sink!.throwRef();
    unreachable();
    return;
  }
  blockType();
  const params = blockParams;
  const results = blockResults;
  const clauses: number[] = [];
  for (let n = c.u32(); n > 0; n--) {
    const kind = c.byte();
    if (kind > CATCH_ALL_REF) throw c.badBefore(F.CATCH_CLAUSE, kind);
    const tag = kind < CATCH_ALL ? index(cx.tags.length, F.UNKNOWN_TAG) : -1;
    const l = c.u32();
    const caught = tag < 0 ? [] : tagParams(tag).slice(0);
    if (kind === CATCH_REF || kind === CATCH_ALL_REF) caught.push(refType(false, HEAP_EXN));
    if (!allMatch(cx, caught, labelTypes(label(l)))) throw mismatch();
    clauses.push(kind, tag, l);
  }
  popAll(params);
  s.enter(O.TRY_TABLE, params, results);
  if (live) sink!.tryTable(params, results, clauses);
}

function branch(code: number, live: boolean): void {
  if (code === O.BR_TABLE) {
    brTable(live);
    return;
  }
  if (code === O.RETURN) {
    popAll(s.ctrlEnd[0]);
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
  const type = I32 + O.I32_CONST - code; // ORDER: value types count down as the opcodes count up
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
  const x = index(s.localCount, F.UNKNOWN_LOCAL);
  const type = s.localType(x);
  if (code === O.LOCAL_GET) {
    s.checkSet(x, type);
    push(type);
    if (live) sink!.localGet(x);
    return;
  }
  pop(type);
  s.markSet(x, type);
  if (code === O.LOCAL_TEE) {
    push(type);
    if (live) sink!.localTee(x);
  } else if (live) sink!.localSet(x);
}

function reference(code: number, live: boolean): void {
  if (code === O.REF_NULL) {
    push(refType(true, s.checkHeap(heapType())));
    if (live) sink!.refNull();
  } else if (code === O.REF_IS_NULL) {
    s.popRef();
    push(I32);
    if (live) sink!.refIsNull();
  } else if (code === O.REF_FUNC) {
    const f = index(cx.funcs.length, F.UNKNOWN_FUNCTION);
    if (cx.declared[f] !== true) throw F.raise(F.UNDECLARED_REF, opAt, f);
    push(funcRef(f));
    if (live) sink!.refFunc(f);
  } else if (HAS_GC && code === O.REF_EQ && on(GC)) {
    aggregate(code);
    cx.features |= GC;
  } else if (HAS_TYPED_REFS && code !== O.REF_EQ && on(TYPED_REFS)) nullness(code, live);
  else throw left(opAt, code);
}
/** Type of a reference to function f. */
function funcRef(f: number): number {
  return HAS_TYPED_REFS && on(TYPED_REFS) ? refType(false, cx.funcs[f]) : FUNCREF;
}
function nullness(code: number, live: boolean): void {
  if (code === O.REF_AS_NON_NULL) {
    push(s.nonNull(s.popRef()));
    if (live) sink!.refAsNonNull();
    return;
  }
  const l = c.u32();
  const types = labelTypes(label(l));
  const type = s.nonNull(s.popRef());
  if (code === O.BR_ON_NULL) {
    popAll(types);
    pushAll(types);
    push(type);
    if (live) sink!.brOnNull(l);
    return;
  }
  push(type);
  if (types.length === 0) throw mismatch();
  popAll(types);
  pushAll(types);
  popAny();
  if (live) sink!.brOnNonNull(l);
}

/** One operator; returns false at the end of the outermost construct. */
function step(): boolean {
  s.beginOperator();
  const code = opcode();
  const live = sink !== null && !dead && s.ctrlLive[depth - 1];
  if (live) sink!.at(opAt);
  if (code >= 0x180) {
    if (HAS_THREADS && code >= 0x400) atomic(code);
    else if (HAS_SIMD && code >= 0x200) vector(code);
    else if (HAS_GC) {
      aggregate(code);
      cx.features |= GC;
    }
    return true;
  }
  const signature = O.signatureOf.charCodeAt(code) - 32;
  if (signature !== 0) {
    const packed = O.signatures[signature];
    if (code <= O.I64_STORE32) {
      applyAt(packed, memarg(O.widths.charCodeAt(code - 0x28) - 48, false));
      if (live) {
        if (code < O.I32_STORE) sink!.load(code, memOffset, memory);
        else sink!.store(code, memOffset, memory);
      }
    } else {
      apply(packed);
      if (live) sink!.numeric(code);
    }
  } else if (code >= O.LOCAL_GET && code <= O.GLOBAL_SET) variable(code, live);
  else if (code >= O.I32_CONST && code <= O.F64_CONST) constant(code, live);
  else if ((code >= O.BLOCK && code <= O.END) || code === O.TRY_TABLE) {
    control(code, live);
    return depth > 0;
  } else if (code >= O.BR && code <= O.RETURN) branch(code, live);
  else if (code >= O.CALL && code <= O.RETURN_CALL_REF) call(code, live);
  else if (code === O.DROP) {
    popAny();
    if (live) sink!.drop();
  } else if (code === O.SELECT) select(live);
  else if (code === O.SELECT_T) selectTyped(live);
  else if (code === O.UNREACHABLE) {
    if (live) sink!.unreachable();
    unreachable();
  } else if (code === O.NOP) {
    // nothing to type, nothing to do
  } else if (code >= O.REF_NULL && code <= O.BR_ON_NON_NULL) reference(code, live);
  else if (code >= O.I64_ADD128) {
    if (!HAS_WIDE_ARITHMETIC || !on(WIDE_ARITHMETIC)) throw left(opAt, code);
    wideArithmetic(code);
  } else bulk(code, live ? sink : null);
  return true;
}

/** Reads the local declarations. */
function readLocals(): void {
  for (let groups = c.u32(); groups > 0; groups--) {
    s.beginOperator(); // for the faults of its type
    const n = c.u32();
    if (s.localCount + n > 4294967295) throw c.badBefore(F.TOO_MANY_LOCALS, n);
    const type = s.checkType(valueType());
    if (HAS_SIMD && type === V128) cx.features |= SIMD;
    s.addLocals(n, type, sink === null ? FEW_LOCALS : MAX_LOCALS); // a sink has use for each of them
  }
  if (s.localCount > MAX_LOCALS) throw c.bad(F.LIMIT, MAX_LOCALS);
}

/**
 * Validates the body bytes[start, stop) of an own function of context and of type index `type`; first = offset in the module of bytes[0].
 * With a sink, hands it every reachable operator. Throws a fault number. Not re-entrant: a sink must not validate.
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
  enable(context.enabled);
  sink = to;
  const func = context.types[type];
  c.open(bytes, start, stop, first, F.SECTION_END);
  s.beginBody(context, func.params, func.results);
  try {
    readLocals();
    if (sink !== null) sink.begin(s.locals, func.params.length, func.results);
    while (step());
    if (c.left() > 0) throw c.bad(F.END_EXPECTED, 0);
  } finally {
    s.endBody();
  }
  sink = null;
}

/** Whether an instruction may occur in constant expressions [core 3.4.14] whatever its immediates. */
function isConstant(code: number): boolean {
  if ((code >= O.I32_CONST && code <= O.F64_CONST) || code === O.REF_NULL || code === O.END) return true;
  if (HAS_EXTENDED_CONST && on(EXTENDED_CONST))
    if ((code >= O.I32_ADD && code <= O.I32_MUL) || (code >= O.I64_ADD && code <= O.I64_MUL)) return true;
  if (HAS_GC && ((code >= O.ARRAY_NEW && code <= O.ARRAY_NEW_FIXED) || (code >= O.ANY_CONVERT_EXTERN && code <= O.REF_I31))) return true;
  return (HAS_GC && (code === O.STRUCT_NEW || code === O.STRUCT_NEW_DEFAULT)) || (HAS_SIMD && code === O.V128_CONST);
}

/** Validates a constant expression of the given type. A sink is not used: runtime/constant.ts evaluates it. */
export function validateConstant(context: Context, type: number, bytes: Uint8Array, start: number, stop: number, first: number): void {
  enable(context.enabled);
  sink = null;
  c.open(bytes, start, stop, first, F.SECTION_END);
  s.beginBody(context, NONE, one(type));
  for (;;) {
    s.beginOperator();
    const at = c.at();
    const code = opcode();
    if (code === O.GLOBAL_GET) {
      const g = c.u32();
      const own = HAS_GC && on(GC); // may be read too, once they are there
      if (g >= (own ? cx.globals.length : cx.importedGlobals)) throw F.raise(F.UNKNOWN_GLOBAL, opAt, g);
      if (cx.globals[g].mut) throw F.raise(F.CONST_REQUIRED, opAt, g);
      push(cx.globals[g].type);
    } else if (code === O.REF_FUNC) {
      const f = index(cx.funcs.length, F.UNKNOWN_FUNCTION);
      cx.declared[f] = true;
      push(funcRef(f));
    } else {
      if (!isConstant(code)) throw F.raise(F.CONST_REQUIRED, opAt, code);
      c.seek(at);
      if (!step()) return;
    }
  }
}
