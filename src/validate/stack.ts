// The two stacks of the validation algorithm, operands and control frames, and the body in hand: what body.ts and the files of
// instruction groups type operators with. One validation runs at a time; its state lives in module variables because those are the
// cheapest to reach on small engines. Device-safe. Spec: core 3.0, appendix 7.3 Validation Algorithm.

import * as c from '../binary/cursor';
import * as F from '../spec/faults';
import { HAS_TYPED_REFS } from '../spec/features';
import * as O from '../spec/ops.gen';
import { BOT, HEAP_BOT, heapOf, isNullable, isRef, refType } from '../spec/types';
import type { Context } from './context';
import { matches } from './match';

export const NONE: number[] = [];

export let cx: Context;
export let opAt = 0; // offset of the operator in hand

let stack: number[] = []; // operand types
let height = 0;
// The control stack, a column per field.
export let ctrlCode: number[] = [];
export let ctrlStart: number[][] = [];
export let ctrlEnd: number[][] = [];
export let ctrlLive: boolean[] = []; // began in reachable code, so the sink knows it
let ctrlHeight: number[] = [];
let ctrlDead: boolean[] = []; // unreachable from here to its end
let ctrlSets: number[] = []; // height of `sets`
export let depth = 0; // control frames
let floor = 0; // ctrlHeight of the innermost
export let dead = false; // ctrlDead of the innermost

// Types of the first locals; of those behind them, runs of one type: [index behind its last local, type]. What a body only announces costs
// next to nothing.
export let locals: number[] = [];
let runs: number[] = [];
export let localCount = 0;
let paramCount = 0;
// Of locals without default value [core 3.4.4]: which have been set, and in which order.
let isSet: { [local: number]: boolean } = {}; // ones that are unset again are false
let sets: number[] = [];

/** Begins a body or constant expression: its context, parameters and results. */
export function beginBody(context: Context, params: number[], results: number[]): void {
  cx = context;
  locals = params.concat();
  localCount = paramCount = params.length;
  if (runs.length > 0) runs = [];
  depth = height = floor = 0;
  dead = false;
  if (HAS_TYPED_REFS && sets.length > 0) {
    isSet = {};
    sets = [];
  }
  enter(O.BLOCK, NONE, results);
}
/** Ends a body, whether it is valid or not: stacks that grew large are given back. */
export function endBody(): void {
  if (stack.length + ctrlCode.length < 1000) return;
  stack = [];
  ctrlCode = [];
  ctrlStart = [];
  ctrlEnd = [];
  ctrlLive = [];
  ctrlHeight = [];
  ctrlDead = [];
  ctrlSets = [];
}
/** Adds n locals; as runs once there are more than `few`, which is the same in every call for a body. */
export function addLocals(n: number, type: number, few: number): void {
  localCount += n;
  if (localCount > few) runs.push(localCount, type);
  else for (; n > 0; n--) locals.push(type);
}
/** The type of a local that is there. */
export function localType(x: number): number {
  if (x < locals.length) return locals[x];
  let low = 0;
  for (let high = runs.length >> 1; low < high; ) {
    const middle = (low + high) >> 1;
    if (x < runs[2 * middle]) high = middle;
    else low = middle + 1;
  }
  return runs[2 * low + 1];
}
/** Begins an operator at the cursor. */
export function beginOperator(): void {
  opAt = c.offset();
}

export function mismatch(): number {
  return F.raise(F.TYPE_MISMATCH, opAt, 0);
}
export function push(type: number): void {
  stack[height++] = type;
}
export function pop(type: number): void {
  if (height === floor) {
    if (dead) return;
    throw mismatch();
  }
  const got = stack[--height];
  if (got !== type && got !== BOT && !matches(cx, got, type)) throw mismatch();
}
export function popAny(): number {
  if (height === floor) {
    if (dead) return BOT;
    throw mismatch();
  }
  return stack[--height];
}
/** Pops a reference; what unreachable code gives for one is a non-null reference to nothing. */
export function popRef(): number {
  const got = popAny();
  if (got === BOT) return refType(false, HEAP_BOT);
  if (!isRef(got)) throw mismatch();
  return got;
}
/** A reference type without null. */
export function nonNull(type: number): number {
  return refType(false, heapOf(type));
}
export function popAll(types: number[]): void {
  for (let i = types.length - 1; i >= 0; i--) pop(types[i]);
}
export function pushAll(types: number[]): void {
  for (let i = 0; i < types.length; i++) stack[height++] = types[i];
}

export function enter(code: number, start: number[], end: number[]): void {
  ctrlCode[depth] = code;
  ctrlStart[depth] = start;
  ctrlEnd[depth] = end;
  ctrlHeight[depth] = floor = height;
  ctrlLive[depth] = depth === 0 || (ctrlLive[depth - 1] && !dead);
  ctrlDead[depth] = dead = false;
  if (HAS_TYPED_REFS) ctrlSets[depth] = sets.length;
  depth++;
  pushAll(start);
}
/** Checks the innermost frame's results and that nothing else is left; what it set is unset again. */
export function leave(): void {
  popAll(ctrlEnd[depth - 1]);
  if (height !== floor) throw mismatch();
  if (HAS_TYPED_REFS) while (sets.length > ctrlSets[depth - 1]) isSet[sets.pop()!] = false;
}
export function exit(): void {
  depth--;
  if (depth > 0) {
    floor = ctrlHeight[depth - 1];
    dead = ctrlDead[depth - 1];
  }
}
/** The other half of an if begins. */
export function alternate(): void {
  const frame = depth - 1;
  ctrlCode[frame] = O.ELSE;
  ctrlDead[frame] = dead = false;
  height = floor;
  pushAll(ctrlStart[frame]);
}
export function unreachable(): void {
  height = floor;
  ctrlDead[depth - 1] = dead = true;
}
/** The frame that a label's depth means. */
export function label(index: number): number {
  if (index >= depth) throw F.raise(F.UNKNOWN_LABEL, opAt, index);
  return depth - 1 - index;
}
export function labelTypes(frame: number): number[] {
  return ctrlCode[frame] === O.LOOP ? ctrlStart[frame] : ctrlEnd[frame];
}
/** Checks that a label's types could be popped [core 7.3, br_table]. */
export function peekAll(types: number[]): void {
  const before = height;
  popAll(types);
  height = before;
}

/** An index immediate into a space of `count`; fault when it is not below that. */
export function index(count: number, fault: number): number {
  const x = c.u32();
  if (x >= count) throw F.raise(fault, opAt, x);
  return x;
}
/** Whether local x has neither a default value nor been set. */
function isUnset(x: number, type: number): boolean {
  return HAS_TYPED_REFS && isRef(type) && !isNullable(type) && x >= paramCount && isSet[x] !== true;
}
export function checkSet(x: number, type: number): void {
  if (isUnset(x, type)) throw F.raise(F.UNINITIALIZED_LOCAL, opAt, x);
}
export function markSet(x: number, type: number): void {
  if (!isUnset(x, type)) return;
  isSet[x] = true;
  sets.push(x);
}

/** A heap type read, if it is an index, of an existing type. */
export function checkHeap(heap: number): number {
  if (HAS_TYPED_REFS && heap >= cx.types.length) throw F.raise(F.UNKNOWN_TYPE, opAt, heap);
  return heap;
}
/** The same of a value type. */
export function checkType(type: number): number {
  if (HAS_TYPED_REFS && isRef(type)) checkHeap(heapOf(type));
  return type;
}
