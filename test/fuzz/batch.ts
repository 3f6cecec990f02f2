// The form of a differential case, and V8's answer to it. A batch is one module and calls of its exports, in order, on one instance; a
// case is one call. Floats cross as bit patterns (the module reinterprets inside), so that NaN payloads are seen. Engine-neutral:
// a batch becomes a job of the engine tests (test/engines).

import type { ExecutorName } from '../../device/duktape/executors';
import * as T from '../../src/spec/traps';
import type { Task } from '../engines/engines';
import { arithmetic, type Bits, canonical, isNan } from './edges';

export interface Call {
  name: string;
  /** Of the exported function, i and I only. */
  params: string;
  /** Low and high word of each argument. */
  words: number[];
  /** Result letters, i and I only. The high word of an i result means nothing. */
  results: string;
  /**
   * How the result compares, a letter: 'x' to the bit; 'f' or 'F' a float result whose NaN is the spec's choice, canonical as
   * all NaN operands were; 'a' or 'A' the same where any arithmetic NaN will do.
   */
  rule: string;
  /** The trap where V8's message is too coarse to tell: 0 = by the message. */
  trap: number;
}
export interface Batch {
  title: string;
  wasm: Uint8Array;
  calls: Call[];
}

/** V8's answer: result words, or the traps its message may mean. */
export type Answer = { words: number[] } | { traps: number[] };
export interface Expected {
  /** Of instantiation; null when it went well. */
  failed: number[] | null;
  answers: Answer[];
  memory: number;
}

/** The batch as a job for an engine, run by the executor named. */
export const task = (batch: Batch, executor: ExecutorName = 'interp'): Task => [
  batch.wasm,
  { mode: 'calls', heapBytes: 0, executor, calls: batch.calls.map(call => [call.name, ...call.words]) },
];

const { WebAssembly } = globalThis as any; // Node's types name its types, not its functions

// Traps by V8's words (node 20: src/common/message-template.h). Several where it has one message for what the spec tells apart.
const TRAPS: [RegExp, number[]][] = [
  [/^unreachable/, [T.UNREACHABLE]],
  [/result unrepresentable/, [T.INT_OVERFLOW]],
  [/^(divide|remainder) by zero/, [T.DIV_BY_ZERO]],
  [/float unrepresentable/, [T.INT_OVERFLOW, T.BAD_CONVERSION]],
  [/memory access out of bounds|data segment/, [T.OOB_MEMORY]],
  [/table index|element segment|table access|table or/, [T.OOB_TABLE, T.UNDEFINED_ELEMENT]],
  [/signature mismatch/, [T.CALL_TYPE, T.UNINITIALIZED_ELEMENT]],
  [/call stack/, [T.STACK_EXHAUSTED]],
];
export function trapsOf(error: any): number[] {
  const found = TRAPS.find(([pattern]) => pattern.test(error.message));
  if (found === undefined) throw new Error(`V8 says "${error.message}"`);
  return found[1];
}

const wide = new BigInt64Array(1);
const words = new Int32Array(wide.buffer);
function wordsOf(value: number | bigint): number[] {
  if (typeof value === 'number') return [value | 0, 0];
  wide[0] = value;
  return [...words];
}

/** Adler-like sum of the engine tests' outcome: every byte and its place count. */
export function checksum(u8: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let i = 0; i < u8.length; i++) {
    a = (a + u8[i]!) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

export function askV8(batch: Batch): Expected {
  let instance: any;
  try {
    instance = new WebAssembly.Instance(new WebAssembly.Module(batch.wasm));
  } catch (error: any) {
    if (error instanceof WebAssembly.CompileError) throw new Error(`${batch.title}: ${error.message}`);
    return { failed: trapsOf(error), answers: [], memory: 0 };
  }
  const answers = batch.calls.map((call): Answer => {
    const fn = instance.exports[call.name];
    try {
      const value = invoke(fn, call);
      return { words: (value === undefined ? [] : Array.isArray(value) ? value : [value]).flatMap(wordsOf) };
    } catch (error) {
      return { traps: trapsOf(error).filter(trap => call.trap === 0 || trap === call.trap) };
    }
  });
  const memory = instance.exports.memory;
  return { failed: null, answers, memory: memory ? checksum(new Uint8Array(memory.buffer)) : 1 };
}

function invoke(fn: any, call: Call): any {
  const { words: w } = call;
  return fn(...[...call.params].map((l, k) => (l === 'I' ? (BigInt(w[2 * k + 1]!) << 32n) | BigInt(w[2 * k]! >>> 0) : w[2 * k])));
}

/** Why an outcome is not what V8 answered, null when it is. got: result words or a trap. */
export function differs(call: Call, want: Answer, got: number[] | number): string | null {
  const shown = `${call.name}(${call.words}) gave ${typeof got === 'number' ? `trap ${got}` : `[${got}]`}`;
  if ('traps' in want) return typeof got === 'number' && want.traps.includes(got) ? null : `${shown}, V8 traps (${want.traps})`;
  if (typeof got === 'number') return `${shown}, V8 gave [${want.words}]`;
  const letter = call.rule.toUpperCase() === call.rule ? 'F' : 'f'; // of 'x' too, which does not ask
  if (call.rule !== 'x' && isNan(letter, want.words as unknown as Bits)) {
    const bits = got as unknown as Bits;
    const ok = call.rule === 'a' || call.rule === 'A' ? arithmetic(letter, bits) : canonical(letter, bits);
    return ok ? null : `${shown}, not the NaN it should be (V8 [${want.words}])`;
  }
  const same =
    want.words.length === got.length && want.words.every((word, k) => word === got[k] || (k % 2 === 1 && call.results[k >> 1] === 'i'));
  return same ? null : `${shown}, V8 gave [${want.words}]`;
}
