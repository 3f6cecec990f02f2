// What every job of a compilation does, be it in the tool's own thread or a worker: looks at ranges of a module's functions, then makes their texts.
// A range's result depends on the module, the options and the range alone, so that who makes it changes nothing.

import { createReader } from '../../src/binary/reader';
import { tally } from '../../src/jstext/express';
import { planText, type TextOptions, textsOf } from '../../src/jstext/module';
import { BEYOND, look, type Sight } from '../../src/jstext/survey';
import { tree } from '../../src/jstext/tree';
import type { Module } from '../../src/runtime/module';
import { nameOf } from '../../src/runtime/trace';
import { EXPLAINS } from '../../src/spec/profile';
import { createModuleValidator } from '../../src/validate/module';

/** What is told of one function by --explain. Bytes; checks: tests that its accesses need, and those that they do without. */
export interface Explained {
  index: number;
  name: string;
  wasm: number;
  text: number;
  form: 'import' | 'plain' | 'stops' | 'structured' | 'not run here';
  checks: number;
  bounds: number;
  alignments: number;
}

/** The texts of a range of functions. */
export interface Written {
  bytes: Uint8Array; // one after another
  lengths: number[];
  used: string[];
  tails: number[];
  rows: Explained[];
}

/** A message to a worker: begin on a module, look at its functions, or write them. next: the next range that nobody has taken. */
export type Order =
  | { kind: 'open'; bytes: Uint8Array; options: TextOptions }
  | { kind: 'look'; next: Int32Array }
  | { kind: 'write'; next: Int32Array; stops: Uint8Array };

/** And its answers: what came of a range, that there is none left, or why it gave up. */
export type Answer = { range: number; result: Sight | Written } | { done: true } | { failed: unknown };

/** A module whose bodies have not been validated: looking at them does that. Throws fault numbers, as parseModule. */
export function openModule(bytes: Uint8Array): Module {
  const { module, events } = createModuleValidator();
  const opened: Module = Object.assign(module, { bytes, code: {} });
  const code: typeof events.code = (_bytes, start, stop, first) => void module.bodies.push({ start: first + start, end: first + stop });
  const reader = createReader({ ...events, code });
  reader.feed(bytes, 0, bytes.length);
  reader.end();
  return opened;
}

const RANGE_BYTES = 32768; // of code: as much as a job takes at a time

/** Where ranges begin, and where the last ends, in the function index space. */
export function rangesOf(module: Module): number[] {
  const starts = [0];
  let bytes = 0;
  module.bodies.forEach(({ start, end }, i) => {
    if (bytes >= RANGE_BYTES) {
      starts.push(module.importedFuncs + i);
      bytes = 0;
    }
    bytes += end - start;
  });
  return [...starts, module.funcs.length];
}

export interface Worker {
  look(range: number): Sight;
  write(range: number, stops: Uint8Array): Written;
}

export function createWork(bytes: Uint8Array, options: TextOptions): Worker {
  const module = openModule(bytes);
  const starts = rangesOf(module);
  return {
    look: range => look(module, starts[range]!, starts[range + 1]!),
    write(range, stops) {
      const plan = planText(module, options, stops);
      const texts: string[] = [];
      const used = new Set<string>();
      const tails: number[] = [];
      const rows: Explained[] = [];
      for (let f = starts[range]!; f < starts[range + 1]!; f++) {
        const before = { ...tally };
        const made = textsOf(plan, f, f + 1);
        const text = options.names ? withNames(module, made.functions[0]!) : made.functions[0]!;
        texts.push(text);
        for (const name in made.used) used.add(name);
        tails.push(...made.tails);
        if (EXPLAINS) rows.push(explain(module, options, stops, f, text, before));
      }
      const lengths = texts.map(text => text.length);
      return { bytes: new Uint8Array(Buffer.from(texts.join(''), 'latin1')), lengths, used: [...used], tails, rows };
    },
  };
}

function explain(module: Module, options: TextOptions, stops: Uint8Array, f: number, text: string, before: typeof tally): Explained {
  const own = f >= module.importedFuncs;
  const body = own ? module.bodies[f - module.importedFuncs]! : { start: 0, end: 0 };
  const form = !own
    ? 'import'
    : stops[f] === BEYOND
      ? 'not run here'
      : options.form === 'B'
        ? 'structured'
        : tree.last > 0
          ? 'stops'
          : 'plain';
  const bounds = tally.bounds - before.bounds;
  return {
    index: f,
    name: nameOf(module, f),
    wasm: body.end - body.start,
    text: text.length,
    form,
    checks: tally.accesses - before.accesses - bounds,
    bounds,
    alignments: tally.alignments - before.alignments,
  };
}

/** Function names behind the numbers by which a text knows functions: $7 becomes $7_main. */
export function withNames(module: Module, text: string): string {
  return text.replace(/\$(\d+)(t?)\b/g, (_, index: string, tail: string) => {
    const name = nameOf(module, Number(index)).replace(/[^A-Za-z0-9_]+/g, '_');
    return `$${index}${tail}${name === '' ? '' : `_${name}`}`;
  });
}
