// A rig for the JS API: each snippet runs on V8's WebAssembly and on ours, and what comes of it must be equal: value, or class of the error.
// Where V8 of Node 20 departs from the specification, the snippet says what is expected instead.

import { describe, expect, test } from 'vitest';
import wabt from 'wabt';
import ours from '../../src/webassembly';

export { ours };
export type Api = typeof ours;
const native = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;

const { parseWat } = await wabt();
const FEATURES: any = { exceptions: true, tail_call: true, multi_memory: true, extended_const: true };
/** The bytes of a module with these fields. */
export const assemble = (fields: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(parseWat('test.wat', `(module ${fields})`, FEATURES).toBinary({}).buffer);
/** Exports of an instance of it. */
export const exports = (W: Api, fields: string, imports?: any): any => new W.Instance(new W.Module(assemble(fields)), imports).exports;

/** A value as text that says all about it but which of the two APIs it is of. */
function show(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `function ${value.name}/${value.length}`;
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`;
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (value instanceof ArrayBuffer) return `buffer ${value.byteLength}`;
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  return `${tag} {${Object.entries(value).map(([key, item]) => `${key}: ${show(item)}`)}}`;
}
async function outcome(run: (W: Api) => unknown, W: Api): Promise<string> {
  try {
    return show(await run(W));
  } catch (error) {
    return `throws ${error instanceof Error ? error.constructor.name : show(error)}`;
  }
}

/** What each of the attempts comes to. */
export async function each(W: Api, attempts: ((W: Api) => unknown)[]): Promise<string[]> {
  const outcomes: string[] = [];
  for (const attempt of attempts) outcomes.push(await outcome(attempt, W));
  return outcomes;
}

/** A name, what to run, and what is expected of ours where it is not what V8 does: the value that a snippet would give to come to the same. */
export type Snippet = [name: string, run: (W: Api) => unknown, expected?: unknown];

export function table(name: string, snippets: Snippet[]): void {
  describe(name, () => {
    test.each(snippets)('%s', async (_name, run, ...expected) => {
      expect(await outcome(run, ours)).toBe(expected.length > 0 ? show(expected[0]) : await outcome(run, native));
    });
  });
}

export const EMPTY = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);

/** Values of every kind, for whatever takes any. */
export const VALUES: unknown[] = [
  ...[undefined, null, true, 0, -0, 1.9, -1.9, 2 ** 31, 2 ** 32 + 5, -(2 ** 31) - 1, 1e300, Number.NaN, Number.POSITIVE_INFINITY, 0.1],
  ...['7', 'x', '', 5n, -1n, 2n ** 63n, 2n ** 64n + 3n, Symbol.iterator, {}, [], [3], { valueOf: () => 9 }, () => 1],
];
