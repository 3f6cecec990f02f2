// Runs modules here and on V8 with the same inputs, bounded by bound.ts: generated ones and those of their mutants that both take. Results,
// traps, memories, globals and tables must be equal after every call: on V8, in the interpreter and as text of form A, both in random slices of
// fuel, and as text of form B. Among ours NaNs are equal to the bit, traps have one place, and what ends without takes the same fuel.

import { EXCEPTIONS, MULTI_MEMORY, TYPED_REFS } from '../../src/spec/features';
import { STACK_EXHAUSTED } from '../../src/spec/traps';
import { trapsOf } from './batch';
import { type Bounded, BUDGET, bound, guestsOf, LETTERS, STEPS } from './bound';
import { createDice, type Dice } from './dice';
import { type Bits, isNan, many } from './edges';
import { generate } from './generate';
import { forV8 } from './host';
import { mutate } from './mutants';
import { type Call, type Came, hash, here, SHARED, seen, ways } from './ours';
import { besideV8 } from './verdict'; // which also sets V8's flags

const { WebAssembly } = globalThis as any; // Node's types name its types, not its functions

/** What only ours run: that V8 has exceptions of old, and typed references by other opcodes. */
const WIDER = SHARED | EXCEPTIONS | TYPED_REFS | MULTI_MEMORY;

const CALLS = 12; // of one module
const DEEP = 30_000; // steps of a module that may run out of stack
const words = new Int32Array(2);
const floats = new Float32Array(words.buffer);
const doubles = new Float64Array(words.buffer);
const longs = new BigInt64Array(words.buffer);

/** The JavaScript value with these bits; a reference is null. */
function fromBits(letter: string | undefined, [lo, hi]: Bits): unknown {
  words[0] = lo;
  words[1] = hi;
  if (letter === 'i') return lo;
  if (letter === 'I') return longs[0];
  if (letter === 'f') return floats[0];
  return letter === 'F' ? doubles[0] : null;
}
function toBits(letter: string | undefined, value: any): Bits {
  words.fill(0);
  if (letter === 'i') words[0] = value;
  else if (letter === 'I') longs[0] = value;
  else if (letter === 'f') floats[0] = value;
  else if (letter === 'F') doubles[0] = value;
  else words[0] = value === null ? 0 : 1;
  return [words[0]!, words[1]!];
}

function callsOf(it: Bounded, dice: Dice): Call[] {
  if (it.funcs.length === 0) return [];
  const bitsOf = (letter: string | undefined): Bits => {
    if (letter === undefined) return [0, 0];
    for (;;) {
      const bits = dice.pick(many[letter]!);
      if (!isNan(letter, bits)) return bits; // a payload need not survive the way through JavaScript
    }
  };
  return Array.from({ length: CALLS }, (_, k) => {
    const { name, signature } = it.funcs[k % it.funcs.length]!;
    const params = signature.params.map(t => LETTERS[t]);
    return { name, params, results: signature.results.map(t => LETTERS[t]), bits: params.map(bitsOf) };
  });
}

/** A line for each call, then the state the instance is left in. */
function onV8(it: Bounded, calls: Call[]): Came[] {
  let instance: any;
  try {
    const imports = forV8(it.imports, guestsOf(it), () => instance.exports);
    instance = new WebAssembly.Instance(new WebAssembly.Module(it.wasm), imports);
  } catch (error) {
    return [{ traps: trapsOf(error) }];
  }
  const x = instance.exports;
  const came = calls.map((call): Came => {
    x[BUDGET].value = it.steps;
    try {
      const got = x[call.name](...call.bits.map((bits, k) => fromBits(call.params[k], bits)));
      const list = call.results.length === 0 ? [] : call.results.length === 1 ? [got] : got;
      return { state: list.map((value: unknown, k: number) => seen(call.results[k], toBits(call.results[k], value))).join() };
    } catch (error) {
      return { traps: trapsOf(error) };
    }
  });
  const state = [
    ...it.globals.map(g => seen(LETTERS[g.type], toBits(LETTERS[g.type], x[g.name].value))),
    ...it.memories.map(m => `${x[m.name].buffer.byteLength}/${hash(new Uint8Array(x[m.name].buffer))}`),
    ...it.tables.map(t => Array.from({ length: x[t.name].length }, (_, k) => (x[t.name].get(k) === null ? 0 : 1)).join('')),
  ];
  return [...came, { state: state.join() }];
}

export interface Difference {
  generated: number;
  mutants: number;
  /** Generated of features that V8 has not. */
  wider: number;
  calls: number;
  /** Calls that trapped, by V8's word for why (of wider ones, ours). */
  traps: { [trap: string]: number };
  /** Runs that stopped for lack of fuel, or for an answer of the host, and went on. */
  stops: number;
  waits: number;
  skipped: { [why: string]: number };
  /** A line each; must stay empty. */
  wrong: string[];
}

/** Why an outcome is not V8's, null when it is. */
function unlikeV8(want: Came, got: Came): string | null {
  if ('traps' in want !== 'traps' in got) return `V8 ${JSON.stringify(want)}, here ${JSON.stringify(got)}`;
  if ('traps' in want && 'traps' in got) return want.traps.includes(got.traps[0]!) ? null : `V8 traps ${want.traps}, here ${got.traps}`;
  if ('state' in want && 'state' in got && want.state !== got.state) return `V8 has ${want.state}, here ${got.state}`;
  return null;
}
/** Why two of ours are not the same, null when they are. */
function unlike(want: Came, got: Came): string | null {
  const [a, b] = [want, got].map(came => ('traps' in came ? `trap ${came.traps} ${came.where}` : `${came.bits}, fuel ${came.fuel}`));
  return a === b ? null : `${a}; ${b}`;
}
const exhausted = (came: Came | undefined) => came !== undefined && 'traps' in came && came.traps.includes(STACK_EXHAUSTED);

/** Tries `count` modules from a seed: half of them generated, half valid mutants of those; and for every fourth one that V8 cannot run. */
export function differ(seed: number, count: number): Difference {
  const report: Difference = {
    ...{ generated: 0, mutants: 0, wider: 0, calls: 0, traps: {}, stops: 0, waits: 0 },
    ...{ skipped: {}, wrong: [] },
  };
  for (let k = 0; report.generated + report.mutants < count; k++) {
    const dice = createDice(seed + k);
    const wasm = generate(seed + k, { features: SHARED, closed: true });
    if (one(`module ${seed + k}`, wasm, dice, true, report)) report.generated++;
    for (let tries = 0, found = 0; found < 1 && tries < 40; tries++) {
      const mutant = mutate(wasm, dice);
      const { module } = besideV8(mutant); // what differs there mutants.ts tells
      if (module === null || (module.features & ~SHARED) !== 0) continue;
      found++;
      if (one(`mutant ${tries} of module ${seed + k}`, mutant, dice, true, report)) report.mutants++;
    }
    if ((seed + k) % 4 > 0) continue;
    const wide = generate(seed + k, { features: WIDER, closed: true });
    if (one(`wider module ${seed + k}`, wide, dice, false, report)) report.wider++;
  }
  return report;
}

/** Runs one module, on V8 too or not; whether it was one to run. */
function one(title: string, wasm: Uint8Array, dice: Dice, onEvery: boolean, report: Difference): boolean {
  const it = bound(wasm, dice.chance(0.02) ? DEEP : STEPS);
  if (typeof it === 'string') {
    report.skipped[it] = (report.skipped[it] ?? 0) + 1;
    return false;
  }
  const calls = callsOf(it, dice);
  const place = (k: number) => (k < calls.length ? `${calls[k]!.name}(${calls[k]!.bits.join(' ')})` : 'at the end');
  const wrong = (k: number, what: string) => report.wrong.push(`${title}: ${place(k)}: ${what}`);
  try {
    const names = Object.keys(ways(dice));
    const all = Object.values(ways(dice)).map(way => here(it, calls, way, onEvery ? 0 : WIDER, report));
    const want = onEvery ? onV8(it, calls) : all[0]!;
    report.calls += calls.length;
    for (const [k, came] of want.entries()) {
      if ('traps' in came) report.traps[came.traps.join()] = (report.traps[came.traps.join()] ?? 0) + 1;
      // Engines' stacks differ, and what follows with them; ours have one limit.
      const out = all.filter(list => exhausted(list[k])).length;
      if (out > 0 && out < all.length) wrong(k, `the stack is exhausted in ${out} of ${all.length}`);
      if (out > 0 || exhausted(came)) break;
      const before = report.wrong.length;
      all.forEach((list, n) => {
        const got = list[k];
        if (got === undefined) {
          wrong(k, `${names[n]} ends earlier`);
          return;
        }
        if (onEvery && n === 0) {
          const what = unlikeV8(came, got);
          if (what !== null) wrong(k, what);
        }
        const what = unlike(all[0]![k]!, got);
        if (what !== null) wrong(k, `${names[0]}, ${names[n]}: ${what}`);
      });
      if (report.wrong.length > before) break; // what follows follows from it
    }
  } catch (error) {
    report.wrong.push(`${title}: ${(error as Error).stack ?? String(error)}`);
  }
  return true;
}
