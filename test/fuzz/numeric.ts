// Differential cases for every instruction with a signature but no memory: each on edge operands, in every form the interpreter
// has for it: operands in locals, at home, constant; results returned, into a local (the operands' own too), into a branch, an `if`,
// a `select`, behind a pending read of the local that is overwritten.

import { rows } from '../../src/spec/ops';
import { BAD_CONVERSION, INT_OVERFLOW } from '../../src/spec/traps';
import { random } from '../wire/bytes';
import type { Batch, Call } from './batch';
import { type Bits, few, isNan, many, nanRule } from './edges';
import { type Builder, constant, createBuilder, get, i32, op, type Part, set, tee, u32 } from './encode';

/** Results whose NaN bits the spec fixes. */
const EXACT = /abs|neg|copysign|reinterpret/;
const INT: { [letter: string]: string } = { i: 'i', I: 'I', f: 'i', F: 'I' };
const fromInt: { [letter: string]: Part } = { i: [], I: [], f: op('f32.reinterpret_i32'), F: op('f64.reinterpret_i64') };
const toInt: { [letter: string]: Part } = { i: [], I: [], f: op('i32.reinterpret_f32'), F: op('i64.reinterpret_f64') };

/** Sources of an operand. */
type Source = 'local' | 'temp' | Bits;

interface Instruction {
  name: string;
  params: string;
  result: string;
}

interface Plan {
  b: Builder;
  in: Instruction;
  calls: Call[];
  forms: number; // so far
}

/** Floats come as integer parameters and move to locals behind them: [prologue, locals, index of each operand's local]. */
function operands({ params }: Instruction): { enter: Part; locals: string; at: number[] } {
  const enter: Part[] = [];
  let locals = '';
  const at = [...params].map((letter, k) => {
    if (INT[letter] === letter) return k;
    const x = params.length + locals.length;
    locals += letter;
    enter.push(get(k), fromInt[letter]!, set(x));
    return x;
  });
  return { enter, locals, at };
}

function push(plan: Plan, k: number, source: Source, at: number): Part {
  const letter = plan.in.params[k]!;
  if (source === 'local') return get(at);
  if (source === 'temp') return [op('block', plan.b.blockType('', letter)), get(at), 0x0b];
  return constant(letter, source[0], source[1]);
}

/** Adds a function around the instruction and its calls on the given operand tuples. shape turns the operation into a body. */
function form(
  plan: Plan,
  sources: Source[],
  tuples: Bits[][],
  shape: (o: { operation: Part; at: number[]; extra: number }) => Part,
  results: string,
  exact = false,
  extra = '',
) {
  const { b, in: ins, calls } = plan;
  const { enter, locals, at } = operands(ins);
  const operation: Part = [sources.map((s, k) => push(plan, k, s, at[k]!)), op(ins.name)];
  const name = `f${plan.forms++}`;
  const params = [...ins.params].map(l => INT[l]).join('');
  b.func(params, results, locals + extra, [enter, shape({ operation, at, extra: ins.params.length + locals.length })], name);
  for (const tuple of tuples) {
    const used = tuple.map((bits, k) => (Array.isArray(sources[k]) ? (sources[k] as Bits) : bits));
    let rule = 'x';
    if (!exact && !EXACT.test(ins.name) && /[fF]/.test(ins.result)) {
      rule = nanRule(ins.params, used) === 'c' ? 'f' : 'a';
      if (ins.result === 'F') rule = rule.toUpperCase();
    }
    const trap = !/trunc_f/.test(ins.name) ? 0 : isNan(ins.params, used[0]!) ? BAD_CONVERSION : INT_OVERFLOW;
    calls.push({ name, params, words: tuple.flat(), results, rule, trap });
  }
}

const product = (a: Bits[], b: Bits[]): Bits[][] => a.flatMap(x => b.map(y => [x, y]));

/** Every tuple of edge operands, and a way to draw some of them. */
function tuplesOf(params: string, seed: number): { all: Bits[][]; some: (n: number) => Bits[][] } {
  const all = params.length === 1 ? many[params]!.map(x => [x]) : product(few[params[0]!]!, few[params[1]!]!);
  const rnd = random(seed);
  return { all, some: n => Array.from({ length: n }, () => all[Math.floor(rnd() * all.length)]!) };
}

function instruction(code: number, ins: Instruction): Batch {
  const plan: Plan = { b: createBuilder(), in: ins, calls: [], forms: 0 };
  const { all, some } = tuplesOf(ins.params, code);
  const n = ins.params.length;
  const { result } = ins;
  const out = INT[result]!;
  const plain = ({ operation }: { operation: Part }): Part => [operation, toInt[result]!];
  const locals: Source[] = Array(n).fill('local');
  const temps: Source[] = Array(n).fill('temp');

  form(plan, locals, all, plain, out);
  form(plan, temps, some(30), plain, out);
  if (n === 2) {
    form(plan, ['local', 'temp'], some(12), plain, out);
    form(plan, ['temp', 'local'], some(12), plain, out);
    // both the same local; the same again behind a write to it
    if (ins.params[0] === ins.params[1]) {
      form(plan, locals, some(6), ({ at }) => [get(at[1]!), get(at[1]!), op(ins.name), toInt[result]!], out);
      form(plan, locals, some(6), ({ at }) => [get(at[1]!), tee(at[0]!), get(at[1]!), op(ins.name), toInt[result]!], out);
    }
  }
  constants(plan, some, plain, out);
  destinations(plan, some, out);
  if (result === 'i') conditions(plan, some);
  return { title: ins.name, wasm: plan.b.build(), calls: plan.calls };
}

/** Constant operands: every edge on either side, a local or a temporary on the other. */
function constants(plan: Plan, some: (n: number) => Bits[][], plain: (o: { operation: Part }) => Part, out: string): void {
  const { params } = plan.in;
  if (params.length === 1) {
    for (const k of many[params]!) form(plan, [k], [[k]], plain, out);
    return;
  }
  for (const k of few[params[1]!]!) {
    form(plan, ['local', k], some(4), plain, out);
    form(plan, ['temp', k], some(2), plain, out);
  }
  for (const k of few[params[0]!]!) {
    form(plan, [k, 'local'], some(4), plain, out);
    form(plan, [k, 'temp'], some(2), plain, out);
  }
  for (const [a, b] of some(12)) form(plan, [a!, b!], some(1), plain, out);
}

/** The result into a local: a fresh one, an operand's own, one that is still pending on the stack; tee; and to nowhere. */
function destinations(plan: Plan, some: (n: number) => Bits[][], out: string): void {
  const { params, result, name } = plan.in;
  const locals: Source[] = Array(params.length).fill('local');
  const temps: Source[] = Array(params.length).fill('temp');
  const back = toInt[result]!;
  for (const sources of [locals, temps]) {
    form(plan, sources, some(8), ({ operation, extra }) => [operation, set(extra), get(extra), back], out, false, result);
    form(plan, sources, some(4), ({ operation, extra }) => [operation, tee(extra), back, get(extra), op('drop')], out, false, result);
    form(plan, sources, some(3), ({ operation }) => [operation, op('drop'), constant(out, 7)], out, true);
  }
  [...params].forEach((letter, k) => {
    if (letter !== result) return;
    form(plan, locals, some(10), ({ operation, at }) => [operation, set(at[k]!), get(at[k]!), back], out);
    form(plan, locals, some(6), ({ operation, at }) => [get(at[k]!), operation, set(at[k]!), op('drop'), get(at[k]!), back], out);
    // the pending read must see the old value
    form(plan, locals, some(8), ({ operation, at }) => [get(at[k]!), operation, set(at[k]!), toInt[letter]!], INT[letter]!, true);
    form(
      plan,
      locals,
      some(6),
      ({ operation, at }) => [get(at[k]!), operation, tee(at[k]!), op('drop'), toInt[letter]!],
      INT[letter]!,
      true,
    );
    form(
      plan,
      locals,
      some(6),
      ({ operation, at }) => [
        i32(1),
        op('if', plan.b.blockType('', result)),
        get(at[k]!),
        operation,
        set(at[k]!),
        0x05,
        get(at[k]!),
        0x0b,
        op('drop'),
        get(at[k]!),
        back,
      ],
      out,
    );
  });
  // used twice: as operand of itself
  if (params.length === 2 && params[1] === result && params[0] === result)
    form(plan, locals, some(8), ({ operation, at }) => [operation, get(at[1]!), op(name), back], out, false);
}

/** The result as a condition: of br_if (either sense, with and without a value), if, select, br_table. */
function conditions(plan: Plan, some: (n: number) => Bits[][]): void {
  const { b, in: ins } = plan;
  const n = ins.params.length;
  const L: Source[] = Array(n).fill('local');
  const sources: Source[][] = [L, Array(n).fill('temp')];
  for (const k of few[ins.params[n - 1]!]!.slice(0, 20)) sources.push([...L.slice(1), k]);
  if (n === 2) for (const k of few[ins.params[0]!]!.slice(0, 6)) sources.push([k, 'local']);
  const not = op('i32.eqz');
  const shapes: ((operation: Part) => Part)[] = [
    o => [op('block', 0x40), o, op('br_if', 0), i32(10), op('return'), 0x0b, i32(20)],
    o => [op('block', 0x40), o, not, op('br_if', 0), i32(10), op('return'), 0x0b, i32(20)],
    o => [o, op('if', b.blockType('', 'i')), i32(10), 0x05, i32(20), 0x0b],
    o => [o, not, not, op('if', 0x40), i32(10), op('return'), 0x0b, i32(20)],
    o => [op('block', b.blockType('', 'i')), i32(10), o, op('br_if', 0), op('drop'), i32(20), 0x0b],
    o => [op('block', b.blockType('', 'i')), i32(5), i32(10), o, op('br_if', 0), op('i32.sub'), 0x0b],
    o => [i32(10), o, op('br_if', 0), op('drop'), i32(20)],
    o => [i32(10), i32(20), o, op('select')],
    o => [i32(10), i32(20), o, not, op('select_t', u32(1), 0x7f)],
    o => [op('block', 0x40), op('block', 0x40), o, op('br_table', u32(1), 0, 1), 0x0b, i32(10), op('return'), 0x0b, i32(20)],
  ];
  sources.forEach((source, at) => {
    shapes.forEach((shape, k) => {
      if (at < 2 || (at + k) % 3 === 0) form(plan, source, some(at < 2 ? 6 : 2), ({ operation }) => shape(operation), 'i', true);
    });
  });
}

/** A batch an instruction. */
export function numericBatches(): Batch[] {
  const batches: Batch[] = [];
  for (const [code, name, immediates, signature] of rows) {
    if (code >= 0x180 || signature === null || immediates === 'm') continue; // no executor runs the others yet
    const [params, result] = signature.split(':') as [string, string];
    batches.push(instruction(code, { name, params, result }));
  }
  return batches;
}
