// Values on their way between JavaScript and guest code. One store per realm holds all instances, so that they may link to each other.
// Spec: JS API, 5.7 (ToJSValue, ToWebAssemblyValue, DefaultValue).
//
// What stays alive as long as the realm: functions of every instance with the instances behind them, functions given as imports, and values
// passed as externref (each once). Modules, memories, tables and globals without an instance go with their last reference.

import { interpreter } from '../../interp/interp';
import { createStore, type Func, funcOf } from '../../runtime/store';
import { MEMORY_LIMIT, TABLE_LIMIT } from '../../spec/faults';
import {
  EXTERNREF,
  F32,
  F64,
  HEAP_EXTERN,
  HEAP_FUNC,
  HEAP_NOEXTERN,
  HEAP_NOFUNC,
  heapOf,
  I32,
  I64,
  isNullable,
  isRef,
} from '../../spec/types';
import type { Context } from '../../validate/context';
import { heapMatches } from '../../validate/match';
import { Pairs } from './webidl';

/** The surrounding agent's associated store. How large memories may be is the engine's affair. */
export const store = createStore(interpreter, {
  memoryBytes: Number.POSITIVE_INFINITY,
  tableElems: 10_000_000, // JS API, "Implementation-defined Limits"
  stackBytes: 1 << 20,
  callDepth: 1 << 15,
});

/**
 * Allocates in the store. Its limits are for one thing at a time: it counts what was ever made, but here things are collected. Throws
 * RangeError when there is no room, and what `make` throws.
 */
export function allocate<T>(what: string, make: () => T): T {
  store.memoryUsed = store.tableUsed = 0;
  try {
    return make();
  } catch (error) {
    throw error === MEMORY_LIMIT || error === TABLE_LIMIT ? new RangeError(`no room for the ${what}`) : error;
  }
}

export type ExportedFunction = (...args: any[]) => any;

let makeFunction: (func: Func) => ExportedFunction;
/** How a function object is made: functions.ts says it, which needs the values here. */
export function makeFunctionsBy(make: (func: Func) => ExportedFunction): void {
  makeFunction = make;
}
/** Functions of the store and the function objects for them. */
export const functions = new Pairs<ExportedFunction, Func>('Function', func => makeFunction(func));

const scratch = new DataView(new ArrayBuffer(8));
const LITTLE = true;

// externref handles. Equal values share one; Map takes -0 for 0, which guest code must not.
const handles = new Map<unknown, number>();
const MINUS_ZERO = {};

function externHandle(value: unknown): number {
  const key = Object.is(value, -0) ? MINUS_ZERO : value;
  let handle = handles.get(key);
  if (handle === undefined) handles.set(key, (handle = store.externs.push(value)));
  return handle;
}

function isExtern(heap: number): boolean {
  return heap === HEAP_EXTERN || heap === HEAP_NOEXTERN;
}

/** Whether JavaScript can have values of the type (of the store): not v128, not exnref. */
export function crosses(type: number): boolean {
  if (!isRef(type)) return type >= F64 && type <= I32;
  const heap = heapOf(type);
  return heap >= 0 || heap === HEAP_FUNC || heap === HEAP_NOFUNC || isExtern(heap);
}

/** ToWebAssemblyValue: appends the value's words, low and high, to words. Throws TypeError. */
export function pushValue(words: number[], type: number, value: unknown): void {
  if (type === I32) words.push((value as number) | 0, 0);
  else if (type === F64) {
    scratch.setFloat64(0, +(value as number), LITTLE);
    words.push(scratch.getInt32(0, LITTLE), scratch.getInt32(4, LITTLE));
  } else if (type === F32) {
    scratch.setFloat32(0, +(value as number), LITTLE);
    words.push(scratch.getInt32(0, LITTLE), 0);
  } else if (type === I64) {
    const wide = bigInt().asIntN(64, value as bigint); // ToBigInt: numbers are refused
    words.push(Number(BigInt.asIntN(32, wide)), Number(wide >> BigInt(32)));
  } else words.push(toHandle(type, value), 0);
}

function bigInt(): BigIntConstructor {
  if (typeof BigInt === 'undefined') throw new TypeError('an i64 is a BigInt, which this engine does not have');
  return BigInt;
}

function toHandle(type: number, value: unknown): number {
  if (!crosses(type)) throw new TypeError('JavaScript has no values of this type');
  if (value === null && isNullable(type)) return 0;
  const heap = heapOf(type);
  if (heap === HEAP_EXTERN && value !== null) return externHandle(value);
  const func = functions.find(value);
  if (func === undefined || isExtern(heap))
    throw new TypeError(`a ${isExtern(heap) ? 'reference' : 'function exported from WebAssembly'} is needed`);
  if (heap !== HEAP_FUNC && !heapMatches(store as unknown as Context, func.typeId, heap))
    throw new TypeError('a function of another type is needed');
  return func.handle;
}

/** ToJSValue of a value's words. Throws TypeError. */
export function toValue(type: number, lo: number, hi: number): unknown {
  if (type === I32) return lo;
  if (type === I64) return (bigInt()(hi) << BigInt(32)) | BigInt(lo >>> 0);
  scratch.setInt32(0, lo, LITTLE);
  if (type === F32) return scratch.getFloat32(0, LITTLE);
  if (type === F64) {
    scratch.setInt32(4, hi, LITTLE);
    return scratch.getFloat64(0, LITTLE);
  }
  if (!crosses(type)) throw new TypeError('JavaScript has no values of this type');
  if (lo === 0) return null;
  return isExtern(heapOf(type)) ? store.externs[lo - 1] : functions.api(funcOf(store, lo));
}

/** DefaultValue: appends the words of what a value of the type is when none is given. Throws TypeError when there is none. */
export function pushDefault(words: number[], type: number): void {
  if (type === EXTERNREF) pushValue(words, type, undefined);
  else words.push(0, 0);
}
