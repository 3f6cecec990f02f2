// Random valid programs from a seed: nested blocks, loops and ifs with parameters and results, branches out of and back into them with
// junk below, br_table, calls, memory, tables, globals, deep operand stacks, dead code. They end (a step budget traps) and their results
// are fixed to the bit: float results are made canonical where the spec leaves a NaN's payload open.

import { rows } from '../../src/spec/ops';
import { random } from '../wire/bytes';
import type { Batch, Call } from './batch';
import { many } from './edges';
import { constant, createBuilder, END, get, i32, memarg, op, type Part, set, tee, u32 } from './encode';

const NUMBERS = 'iIfF';
const ELSE = 0x05;
const NAN: { [letter: string]: Part } = { f: constant('f', 0x7fc00000), F: constant('F', 0, 0x7ff80000) };
const toInt: { [letter: string]: Part } = { i: [], I: [], f: op('i32.reinterpret_f32'), F: op('i64.reinterpret_f64') };
const INT: { [letter: string]: string } = { i: 'i', I: 'I', f: 'i', F: 'I' };

interface Simple {
  name: string;
  params: string;
  result: string;
  memory: boolean;
  size: number; // of the access
}
const simple: Simple[] = rows
  .filter(row => row[0] < 0x180 && row[3] !== null)
  .map(([, name, immediates, signature, meaning]) => {
    const [params, result] = signature!.split(':') as [string, string];
    return { name, params, result, memory: immediates === 'm', size: Number(meaning!.split(' ')[1]) };
  });
const open = /\.(ceil|floor|trunc|nearest|sqrt|add|sub|mul|div|min|max|demote_f64|promote_f32)$/; // NaN bits open
const traps = /div_|rem_|trunc_f/;

interface Fn {
  index: number;
  params: string;
  results: string;
}

/** One module and calls of its functions. */
export function program(seed: number): Batch {
  const rnd = random(seed);
  const below = (n: number) => Math.floor(rnd() * n);
  const pick = <T>(list: ArrayLike<T>): T => list[below(list.length)]!;
  const chance = (p: number) => rnd() < p;
  const letters = (most: number) => Array.from({ length: below(most + 1) }, () => pick(NUMBERS)).join('');

  const b = createBuilder();
  b.memory(1, 3, 'memory');
  const table = b.table('r', 10, 14);
  const budget = b.global('i', true, i32(1500));
  const globals: [string, number][] = [...NUMBERS, ...NUMBERS].map(letter => {
    const [lo, hi] = pick(many[letter]!);
    return [letter, b.global(letter, true, constant(letter, lo, hi))];
  });
  b.data(
    16,
    Array.from({ length: 400 }, () => below(256)),
  );
  const segment = b.data(
    null,
    Array.from({ length: 60 }, () => below(256)),
  );
  const done: Fn[] = [];

  function makeFunction(): Fn {
    const params = letters(4).replace(/[fF]/g, l => INT[l]!); // callable from outside
    const results = pick(['', 'i', 'I', 'f', 'F', 'ii', 'iI', 'Fi', 'ifIF'.slice(0, 1 + below(4))]);
    const extra = `iIfFiIfF${letters(6)}iiii`; // the last four count loops
    const all = params + extra;
    const free = all.length - 4;
    let loops = 0;
    let size = 0;
    /** Result letters of the enclosing labels, innermost last; loops take their parameters. */
    const labels: string[] = [results];

    const localOf = (letter: string): number => {
      for (;;) {
        const x = below(free);
        if (all[x] === letter) return x;
      }
    };
    // biome-ignore format: a sequence
    const spend: Part = [
      op('global.get', u32(budget)), i32(1), op('i32.sub'), op('global.set', u32(budget)), op('global.get', u32(budget)), i32(0), op('i32.lt_s'),
      op('if', 0x40), op('unreachable'), END,
    ];

    /** Code that pushes one value. */
    function value(letter: string, depth: number): Part {
      size++;
      if (depth <= 0 || size > 260 || chance(0.15)) {
        const r = rnd();
        if (r < 0.45) return get(localOf(letter));
        if (r < 0.55) return op('global.get', u32(pick(globals.filter(g => g[0] === letter))[1]));
        if (letter === 'i' && chance(0.3)) return i32(below(12) - 2);
        const [lo, hi] = pick(many[letter]!);
        return constant(letter, lo, hi);
      }
      const d = depth - 1;
      const r = rnd();
      if (r < 0.5) return operation(letter, d);
      if (r < 0.58) return [value(letter, d), tee(localOf(letter))];
      if (r < 0.64)
        return [value(letter, d), value(letter, d), value('i', d), chance(0.5) ? op('select') : op('select_t', u32(1), typeByte(letter))];
      if (r < 0.72) return construct('', letter, d);
      if (r < 0.76) return [values('iI', d), construct('iI', letter, d)];
      if (r < 0.8) return [value(letter, d), statement(d)]; // pending across a statement
      if (r < 0.84) {
        const other = pick(NUMBERS);
        return [value(other, d), value(letter, d), set(localOf(letter)), op('drop'), get(localOf(letter))];
      }
      if (r < 0.9) return call(letter, d) ?? value(letter, d);
      if (letter === 'i') {
        const q = rnd();
        if (q < 0.2) return op('memory.size', 0);
        if (q < 0.3) return [i32(below(3)), op('memory.grow', 0)];
        if (q < 0.45) return [value('i', d), i32(7), op('i32.and'), op('table.get', u32(table)), op('ref.is_null')];
        if (q < 0.5) return op('table.size', u32(table));
        return [value('i', d), op('i32.eqz')];
      }
      return operation(letter, d);
    }
    function values(types: string, depth: number): Part {
      return [...types].map(letter => value(letter, depth));
    }
    function address(depth: number): Part {
      return chance(0.04) ? value('i', depth) : [value('i', depth), i32(pick([0x3f8, 0x1ff, 0xffff])), op('i32.and')];
    }
    function operation(letter: string, depth: number): Part {
      const it = pick(simple.filter(s => s.result === letter && (!/trunc_f/.test(s.name) || chance(0.1))));
      if (it.memory)
        return [
          address(depth),
          op(it.name, memarg(below(Math.log2(it.size) + 1), chance(0.1) ? pick([0x10000, 0xffffffff, 70000]) : below(40))),
        ];
      const code: Part[] = [values(it.params, depth)];
      if (traps.test(it.name) && it.params.length === 2 && chance(0.9))
        code.push(constant(it.params[0]!, 1), op(`${it.params[0] === 'i' ? 'i32' : 'i64'}.or`));
      code.push(op(it.name));
      return open.test(it.name) && /[fF]/.test(letter) ? [code, canonical(letter)] : code;
    }
    function canonical(letter: string): Part {
      const x = localOf(letter);
      return [set(x), NAN[letter]!, get(x), get(x), get(x), op(letter === 'f' ? 'f32.ne' : 'f64.ne'), op('select'), tee(x)];
    }

    /** A block, loop or if whose parameters are on the stack. */
    function construct(params: string, wanted: string, depth: number): Part {
      const type = b.blockType(params, wanted);
      const kind = rnd();
      const begin: Part = [...params].reverse().map(letter => set(localOf(letter)));
      if (kind < 0.35) return [op('block', type), begin, body(wanted, wanted, depth), END];
      if (kind < 0.7 || loops >= 4) {
        const condition = chance(0.5) ? value('i', depth) : comparison(depth);
        // the condition goes above the parameters; without else only where both are alike
        if (params === wanted && chance(0.5)) return [condition, op('if', type), begin, body(wanted, wanted, depth), END];
        return [condition, op('if', type), begin, body(wanted, wanted, depth), ELSE, begin, body(wanted, wanted, depth), END];
      }
      const counter = free + loops++;
      const turn = body(wanted, params, depth);
      labels.push(params);
      // biome-ignore format: a sequence
      const code: Part[] = [
        i32(1 + below(4)), set(counter), op('loop', type), spend, begin, turn, [...wanted].reverse().map(letter => set(localOf(letter))),
        values(params, 0), get(counter), i32(1), op('i32.sub'), tee(counter), op('br_if', 0), [...params].map(() => op('drop')), values(wanted, 1), END,
      ];
      labels.pop();
      loops--;
      return code;
    }
    function comparison(depth: number): Part {
      const it = pick(simple.filter(s => s.result === 'i' && /\.(eq|ne|[lg][te])/.test(s.name)));
      const code: Part = [values(it.params, depth), op(it.name)];
      return chance(0.3) ? [code, op('i32.eqz')] : code;
    }
    /** Statements, then the values wanted; inside a label that takes `label`. */
    function body(wanted: string, label: string, depth: number): Part {
      labels.push(label);
      const code: Part[] = [];
      for (let n = below(3); n > 0; n--) code.push(statement(depth));
      code.push(values(wanted, depth));
      if (chance(0.12))
        code.push(
          leave(depth),
          dead(),
          [...wanted].map(letter => constant(letter, 1)),
        );
      labels.pop();
      return chance(0.12) && wanted === '' ? [op('nop'), code] : code;
    }
    /** Somewhere to go that is not a loop without a counter: any enclosing label that takes what we can make. Loops count their turns. */
    function leave(depth: number): Part {
      if (chance(0.1)) return [values(results, depth), op('return')];
      const to = below(labels.length);
      const types = labels[labels.length - 1 - to]!;
      if (chance(0.25)) {
        const alike = labels.map((t, i) => [t, labels.length - 1 - i] as const).filter(([t]) => t === types);
        const targets = Array.from({ length: 1 + below(4) }, () => pick(alike)[1]);
        return [values(types, depth), value('i', depth), op('br_table', u32(targets.length - 1), targets.map(u32))];
      }
      return [chance(0.3) ? value(pick(NUMBERS), 1) : [], values(types, depth), op('br', u32(to))];
    }
    function dead(): Part {
      return pick<Part>([
        [],
        [op('drop'), op('i32.add'), op('drop')],
        [op('if', 0x40), op('nop'), ELSE, op('br', 0), END],
        [op('block', 0x7f), i32(1), END, op('drop')],
        [op('f64.sqrt'), op('local.set', u32(localOf('F')))],
        [op('loop', 0x40), op('br', 0), END],
        [op('select'), op('drop')],
      ]);
    }

    function statement(depth: number): Part {
      size++;
      if (size > 300) return op('nop');
      const d = depth - 1;
      const letter = pick(NUMBERS);
      const r = rnd();
      if (r < 0.3) return [value(letter, d), set(localOf(letter))];
      if (r < 0.36) return [value(letter, d), op('drop')];
      if (r < 0.46) {
        const it = pick(simple.filter(s => s.memory && s.result === ''));
        return [
          address(d),
          value(it.params[1]!, d),
          op(it.name, memarg(below(Math.log2(it.size) + 1), chance(0.08) ? pick([0x10000, 0xfffffff0]) : below(64))),
        ];
      }
      if (r < 0.52) {
        const [type, g] = pick(globals);
        return [value(type, d), op('global.set', u32(g))];
      }
      if (r < 0.68 && depth > 0) return construct('', '', d);
      if (r < 0.78) {
        // a way out that may not be taken, with values
        const to = below(labels.length);
        const types = labels[labels.length - 1 - to]!;
        return [values(types, d), chance(0.5) ? comparison(d) : value('i', d), op('br_if', u32(to)), [...types].map(() => op('drop'))];
      }
      if (r < 0.82 && depth > 0) return [value('i', d), op('if', 0x40), inside(d), END];
      if (r < 0.87) {
        const types = letters(3);
        return [values(types, d), [...types].reverse().map(l => (chance(0.5) ? set(localOf(l)) : op('drop')))];
      }
      if (r < 0.9) return bulk(d);
      if (r < 0.97) {
        const code = call('', d);
        if (code !== null) return code;
      }
      return chance(0.03) ? [value('i', d), op('if', 0x40), op('unreachable'), END] : op('nop');
    }
    function inside(depth: number): Part {
      labels.push('');
      const code = [statement(depth), chance(0.3) ? [leave(depth), dead()] : []];
      labels.pop();
      return code;
    }
    function small(depth: number, mask: number): Part {
      return [value('i', depth), i32(mask), op('i32.and')];
    }
    function bulk(d: number): Part {
      const three = [small(d, 0x1ff), small(d, 0x1ff), small(d, 0xff)];
      return pick<Part>([
        [three, op('memory.copy', 0, 0)],
        [three, op('memory.fill', 0)],
        [small(d, 0x1ff), small(d, 15), small(d, 31), op('memory.init', u32(segment), 0)],
        [small(d, 7), small(d, 7), i32(2), op('table.copy', u32(table), u32(table))],
        [small(d, 7), op('ref.null', 0x70), i32(1), op('table.fill', u32(table))],
        [small(d, 7), small(d, 7), op('table.get', u32(table)), op('table.set', u32(table))],
        [op('ref.null', 0x70), small(d, 1), op('table.grow', u32(table)), op('drop')],
        chance(0.2) ? op('data.drop', u32(segment)) : [],
      ]);
    }
    /** A call whose first result is letter ('' = any; the others are dropped), direct or through the table. */
    function call(letter: string, d: number): Part | null {
      const fits = done.filter(f => letter === '' || f.results[0] === letter);
      if (fits.length === 0) return null;
      const f = pick(fits);
      const keep = letter === '' ? 0 : 1;
      const through = chance(0.3);
      const how = through
        ? [i32(chance(0.9) ? f.index : below(12)), op('call_indirect', u32(b.type(f.params, f.results)), u32(table))]
        : op('call', u32(f.index));
      return [spend, values(f.params, d), how, Array.from({ length: f.results.length - keep }, () => op('drop'))];
    }

    const code: Part[] = [];
    for (let n = 1 + below(5); n > 0; n--) code.push(statement(4));
    code.push(values(results, 4));
    const index = b.func(params, results, extra, code);
    return { index, params, results };
  }

  const n = 2 + below(4);
  for (let i = 0; i < n; i++) done.push(makeFunction());
  b.elem(
    0,
    done.map(f => f.index),
  );

  const calls: Call[] = [];
  for (const f of done) {
    // outside, floats are integers
    const outer = [...f.results].map(l => INT[l]).join('');
    const unpack = [...f.results].reverse().map((_, i) => set(f.params.length + f.results.length - 1 - i));
    const repack = [...f.results].map((l, i) => [get(f.params.length + i), toInt[l]!]);
    const name = `f${f.index}`;
    const refill: Part = [i32(1500), op('global.set', u32(budget))];
    b.func(f.params, outer, f.results, [refill, [...f.params].map((_, i) => get(i)), op('call', u32(f.index)), unpack, repack], name);
    for (let i = 0; i < 4; i++) {
      const words = [...f.params].flatMap(l => [...pick(many[l]!)]);
      calls.push({ name, params: f.params, words, results: outer, rule: 'x', trap: 0 });
    }
  }
  return { title: `program ${seed}`, wasm: b.build(), calls };
}

const BYTES: { [letter: string]: number } = { i: 0x7f, I: 0x7e, f: 0x7d, F: 0x7c };
const typeByte = (letter: string) => BYTES[letter]!;

/** Programs seed, seed + 1, … */
export const programBatches = (seed: number, n: number): Batch[] => Array.from({ length: n }, (_, i) => program(seed + i));
