// Makes a valid module safe to run on an engine without fuel, and its results the same on every engine: a step budget in a global of its own
// that functions and loops use up (it traps), bounds on what growing and bulk instructions take, canonical NaNs where arithmetic makes them. For
// modules of WebAssembly 2.0 and whatever of 3.0 leaves types to be functions' (no vectors, structures, wide memories). What the module did before is not kept, only that engines must agree.

import { rows } from '../../src/spec/ops';
import { type Cursor, instruction, u32 as read, type Section, sectionsOf, skipLimits, skipType, take } from './decode';
import { END, flat, i32, moduleOf, op, type Part, section, text, u32, vector } from './encode';
import { type Guest, HOST, type Imported, KNOWN } from './host';

/** The budget's export, which is set anew before each call. */
export const BUDGET = '\u0001budget';
export const STEPS = 600;
/** Modules that need more are not run. */
const PAGES = 16;
const ELEMS = 10_000;

export interface Signature {
  params: number[]; // first bytes of the value types
  results: number[];
}
export const LETTERS: { [type: number]: string } = { 127: 'i', 126: 'I', 125: 'f', 124: 'F' };
export interface Bounded {
  wasm: Uint8Array;
  /** What the budget is before each call. */
  steps: number;
  imports: Imported[];
  /** Exported functions. */
  funcs: { name: string; signature: Signature }[];
  globals: { name: string; index: number; type: number }[];
  tables: { name: string; index: number }[];
  memories: { name: string; index: number }[];
}

/** Functions that imports may call back: of i32s, with nothing or an integer as result. */
export function guestsOf(it: Bounded): Guest[] {
  const plain = it.funcs.filter(({ signature: { params, results } }) => {
    const letters = results.map(t => LETTERS[t]).join();
    return params.every(t => LETTERS[t] === 'i') && (results.length === 0 || letters === 'i' || letters === 'I');
  });
  return plain.map(({ name, signature }) => {
    const result = signature.results.map(t => LETTERS[t]).join() as Guest['result'];
    return { name, params: signature.params.length, result };
  });
}

const named = new Map(rows.map(row => [row[1], row[0]]));
const code = (name: string) => named.get(name)!;
const LOOP = code('loop');
// What an instruction takes at most, by its last operand; it costs steps.
const MASKS = new Map([
  [code('memory.grow'), 3],
  [code('table.grow'), 7],
  [code('memory.fill'), 0x3fff],
  [code('memory.copy'), 0x3fff],
  [code('table.fill'), 0xff],
  [code('table.copy'), 0xff],
]);
const COST = 20; // at least: a call has room for thirty
// Results whose NaN bits the spec leaves open [core 4.3.3].
const open = /^f(32|64)\.(ceil|floor|trunc|nearest|sqrt|add|sub|mul|div|min|max|demote_f64|promote_f32)$/;
const openings = new Map(rows.filter(row => open.test(row[1])).map(row => [row[0], row[1].startsWith('f32') ? 'f' : 'F']));
const RANKS = [0, 1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/** The bounded module, or why it is not run. steps: how many function entries and turns of loops a call may take, times three. */
export function bound(wasm: Uint8Array, steps = STEPS): Bounded | string {
  const sections = sectionsOf(wasm).filter(s => s.id !== 0);
  const open = (id: number): Cursor | null => {
    const found = sections.find(s => s.id === id);
    return found === undefined ? null : { bytes: found.bytes, at: 0 };
  };
  const items = <R>(id: number, item: (c: Cursor) => R): R[] => {
    const c = open(id);
    return c === null ? [] : Array.from({ length: read(c) }, () => item(c));
  };

  const typeOf = (c: Cursor): number => {
    const first = c.bytes[c.at]!;
    skipType(c);
    return first;
  };
  const list = (c: Cursor) => Array.from({ length: read(c) }, () => typeOf(c));
  const types = items(1, (c): Signature => {
    c.at++;
    return { params: list(c), results: list(c) };
  });
  const utf8 = (c: Cursor) => Buffer.from(take(c, read(c))).toString('utf8');
  const imported: { name: string; type: Signature }[] = [];
  let strange = false;
  items(2, c => {
    if (strange) return;
    const host = utf8(c) === HOST;
    const name = utf8(c);
    const type = host && c.bytes[c.at++] === 0 && KNOWN.test(name) ? types[read(c)]! : null;
    strange =
      type === null || [...type.params, ...type.results].some(t => LETTERS[t] === undefined) || imported.some(other => other.name === name);
    if (!strange) imported.push({ name, type: type! });
  });
  if (strange) return 'imports';
  const funcs = [...imported.map(it => it.type), ...items(3, c => types[read(c)]!)];
  const letters = (list: number[]) => list.map(t => LETTERS[t]).join('');
  const sizes = (id: number) =>
    items(id, c => {
      const initialized = c.bytes[c.at] === 0x40;
      if (initialized) c.at += 2;
      if (id === 4) skipType(c);
      const min = read({ bytes: c.bytes, at: c.at + 1 });
      skipLimits(c);
      while (initialized && instruction(c) !== END);
      return min;
    });
  if (sizes(4).reduce((a, b) => a + b, 0) > ELEMS) return 'a large table';
  if (sizes(5).some(min => min > PAGES)) return 'a large memory';
  const globals = items(6, c => {
    const type = typeOf(c);
    c.at++;
    while (instruction(c) !== END);
    return type;
  });
  const exports = items(7, c => {
    const name = utf8(c);
    const kind = c.bytes[c.at++]!;
    return { name, kind, index: read(c) };
  });
  const budget = globals.length;

  const spend = (steps: number): Part => [
    ...[op('global.get', u32(budget)), i32(steps), op('i32.sub'), op('global.set', u32(budget))],
    ...[op('global.get', u32(budget)), i32(0), op('i32.lt_s'), op('if', 0x40), op('unreachable'), END],
  ];
  function body(bytes: Uint8Array, { params }: Signature): Part {
    const c = { bytes, at: 0 };
    let next = params.length;
    const groups = Array.from({ length: read(c) }, (): Part => {
      const n = read(c);
      const from = c.at;
      next += n;
      skipType(c);
      return [u32(n), [...c.bytes.subarray(from, c.at)]];
    });
    const scratch: { [letter: string]: number } = { f: next, F: next + 1 };
    const out = flat([vector([...groups, [1, 0x7d], [1, 0x7c]]), spend(3)]);
    while (c.at < bytes.length) {
      const start = c.at;
      const it = instruction(c);
      const mask = MASKS.get(it);
      if (mask !== undefined) flat([spend(Math.max(COST, steps / 30)), i32(mask), op('i32.and')], out);
      for (let k = start; k < c.at; k++) out.push(bytes[k]!);
      if (it === LOOP) flat(spend(1), out);
      const letter = openings.get(it);
      if (letter === undefined) continue;
      const get = op('local.get', u32(scratch[letter]!));
      const nan = letter === 'f' ? op('f32.const', [0, 0, 0xc0, 0x7f]) : op('f64.const', [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]);
      flat([op('local.set', u32(scratch[letter]!)), nan, get, get, get, op(letter === 'f' ? 'f32.ne' : 'f64.ne'), op('select')], out);
    }
    return [u32(out.length), out];
  }

  const bodies = items(10, c => take(c, read(c)));
  /** A section's items as they are, and one more. */
  const longer = (id: number, more: Part): Omit<Section, 'whole'> => {
    const c = open(id) ?? { bytes: Uint8Array.of(0), at: 0 };
    const n = read(c) + 1;
    return { id, bytes: Uint8Array.from(flat([u32(n), [...c.bytes.subarray(c.at)], more])) };
  };
  const made = [
    ...sections.filter(s => ![6, 7, 10].includes(s.id)),
    longer(6, [0x7f, 1, i32(steps), END]),
    longer(7, [text(BUDGET), 3, u32(budget)]),
    ...(bodies.length > 0
      ? [{ id: 10, bytes: Uint8Array.from(flat(vector(bodies.map((b, k) => body(b, funcs[imported.length + k]!))))) }]
      : []),
  ];
  made.sort((a, b) => RANKS.indexOf(a.id) - RANKS.indexOf(b.id));
  const of = (kind: number) => exports.filter(e => e.kind === kind);
  return {
    wasm: moduleOf(...made.map(s => section(s.id, [...s.bytes]))),
    steps,
    imports: imported.map(({ name, type }) => ({ name, params: letters(type.params), results: letters(type.results) })),
    funcs: of(0).map(({ name, index }) => ({ name, signature: funcs[index]! })),
    globals: of(3).map(({ name, index }) => ({ name, index, type: globals[index]! })),
    tables: of(1),
    memories: of(2),
  };
}
