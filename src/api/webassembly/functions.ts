// Exported functions and host functions: calls over the border, in either direction and nested. Spec: JS API, 5.6 Exported Functions.

import { throwing } from '../../runtime/exception';
import { type Env, type NativeFn, several } from '../../runtime/native';
import type { Func } from '../../runtime/store';
import { createThread, FUEL, prepare, run, type Thread, TRAPPED } from '../../runtime/thread';
import { storeType } from '../../runtime/types';
import { UNCAUGHT_EXCEPTION } from '../../spec/traps';
import { F32, F64, type FuncType } from '../../spec/types';
import { trapError } from './errors';
import { toException, toThrown } from './tag';
import { crosses, makeFunctionsBy, pushValue, store, toValue } from './values';
import { list } from './webidl';

/** Errors for traps, which guest code must not catch when they come through it, and how they do. */
const traps = new WeakSet<object>();
class Passing {
  constructor(readonly error: unknown) {}
}

// Threads that run nothing. Calls nest when a host function calls an export, so several may be at work.
const idle: Thread[] = [];

/** The types of a signature with the type indices of its module resolved. */
function signature(type: FuncType, typeIds: number[]): { params: number[]; results: number[]; check: () => void } {
  const params = type.params.map(one => storeType(typeIds, one));
  const results = type.results.map(one => storeType(typeIds, one));
  const able = [...params, ...results].every(crosses);
  const check = () => {
    if (!able) throw new TypeError('JavaScript has no values of a type in the signature of this function');
  };
  return { params, results, check };
}

makeFunctionsBy(func => {
  const { params, results, check } = signature(func.type, func.instance.typeIds);
  const exported = (...args: unknown[]): unknown => {
    check();
    const words: number[] = [];
    for (let i = 0; i < params.length; i++) pushValue(words, params[i], args[i]);
    return call(func, words, results);
  };
  return Object.defineProperties(exported, { length: { value: params.length }, name: { value: String(func.index) } });
});

/** Runs func to its end; its results as JavaScript has them. Throws what guest code throws. */
export function call(func: Func, words: number[], results: number[]): unknown {
  const thread = idle.pop() ?? createThread(store);
  try {
    prepare(thread, func, words);
    let status: number;
    do status = run(thread, Number.MAX_SAFE_INTEGER);
    while (status === FUEL);
    if (status === TRAPPED) throw failure(thread);
    if (results.length === 0) return undefined;
    const values = results.map((type, i) => toValue(type, thread.cells[2 * i], thread.cells[2 * i + 1]));
    return values.length === 1 ? values[0] : values;
  } catch (error) {
    throw error instanceof Passing ? error.error : error;
  } finally {
    idle.push(thread);
  }
}

function failure(thread: Thread): unknown {
  if (thread.trap === UNCAUGHT_EXCEPTION && thread.exception !== null) return toThrown(thread.exception);
  const error = trapError(thread);
  traps.add(error);
  return error;
}

/** The native that calls a JavaScript function [create a host function]. typeIds: of the module whose import it is. */
export function hostFunction(callee: (...args: unknown[]) => unknown, type: FuncType, typeIds: number[]): NativeFn {
  const { params, results, check } = signature(type, typeIds);
  return (env: Env) => {
    const thread = env.thread!;
    const base = thread.calleeAt;
    const words: number[] = [];
    let answer: unknown;
    try {
      check();
      const args = params.map((param, i) => toValue(param, thread.cells[base + 2 * i], thread.cells[base + 2 * i + 1]));
      answer = Reflect.apply(callee, undefined, args);
      if (results.length === 1) pushValue(words, results[0], answer);
      else if (results.length > 1) pushAll(words, results, answer);
    } catch (error) {
      if (traps.has(error as object)) throw new Passing(error);
      throw throwing(env, toException(error));
    }
    if (results.length !== 1) return several(env, words);
    env.hi = words[1];
    return (results[0] === F32 || results[0] === F64 ? toValue(results[0], words[0], words[1]) : words[0]) as number;
  };
}

/** Several results come as one iterable [run a host function]. */
function pushAll(words: number[], types: number[], answer: unknown): void {
  const values = list(answer, 'several results');
  if (values.length !== types.length) throw new TypeError(`${types.length} results expected, got ${values.length}`);
  types.forEach((type, i) => {
    pushValue(words, type, values[i]);
  });
}
