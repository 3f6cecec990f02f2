// Bodies of generated functions: nested control with parameters and results, every instruction of the features chosen, dead code with
// operands of any type, deep stacks. Instructions are written in the order they run in, so that what is known of locals holds.

import * as F from '../../src/spec/features';
import { rows } from '../../src/spec/ops';
import type { Dice } from './dice';
import { many } from './edges';
import { constant, END, flat, i32, memarg64, op, opcode, type Part, s32, u32, vector } from './encode';
import { createProbes } from './probes';
import { encodeHeap, encodeType, heapOf, isDefaultable, isNullable, isRef, type T, type Types } from './types';

export interface Mem {
  wide: boolean; // 64-bit addresses
  shared: boolean;
  bytes: number; // at least
}
/** What bodies may name. */
export interface Space {
  features: number;
  types: Types;
  funcs: number[]; // type indices
  tables: { type: T; wide: boolean }[];
  mems: Mem[];
  globals: { type: T; mutable: boolean }[];
  tags: number[]; // type indices
  elems: T[];
  datas: number;
  /** Functions that ref.func names. */
  named: Set<number>;
  /** The code needs a data count section. */
  counts: boolean;
  /** It is to be run: code folds its locals into memory 0, so that whatever goes wrong shows, and has more of what goes wrong (probes.ts). */
  watched: boolean;
  /** Type index of the function that an element of table 0 begins as, by element. */
  known: number[];
}

/** A value of a type, a small integer (its type and a mask), or what code leaves. */
type Operand = T | [T, mask: number] | (() => void);

const ELSE = 0x05;
const CATCH = 0;
const CATCH_REF = 1;
const CATCH_ALL = 2;
const CATCH_ALL_REF = 3;

interface Simple {
  code: number;
  params: string;
  results: string;
  immediates: string;
  bytes: number; // of the access
  lanes: number;
  /** Traps on many operands. */
  traps: boolean;
  atomic: boolean;
}
function featureOf(code: number): number {
  if (code >= 0x400) return F.THREADS;
  if (code >= 0x300) return F.RELAXED_SIMD;
  if (code >= 0x200) return F.SIMD;
  return code >= 0x113 && code <= 0x116 ? F.WIDE_ARITHMETIC : 0;
}
const WIDE: { [code: number]: string } = { 275: 'IIII:II', 276: 'IIII:II', 277: 'II:II', 278: 'II:II' };
const LANES: { [shape: string]: number } = { i8x16: 16, i16x8: 8, i32x4: 4, i64x2: 2, f32x4: 4, f64x2: 2 };
const simple: Simple[] = rows
  .filter(row => row[3] !== null || WIDE[row[0]] !== undefined)
  .map(([code, name, immediates, signature, meaning]) => {
    const [params, results] = (WIDE[code] ?? signature!).split(':') as [string, string];
    const bytes = Number(/^(?:load|store) (\d+)/.exec(meaning ?? '')?.[1] ?? 0);
    return {
      ...{ code, params, results, immediates, bytes, atomic: code >= 0x400 },
      lanes: immediates === 'p' ? 16 / bytes : (LANES[name.slice(0, 5)] ?? 0),
      traps: /div_|rem_|trunc_f|atomic\.(wait|notify)/.test(name),
    };
  });

/** A body: its local declarations and code, as it stands in the code section behind its size. */
export function body(space: Space, dice: Dice, func: number): number[] {
  const { types, tables, mems, globals, tags } = space;
  const { matches, allMatch, defs } = types;
  const { below, pick, chance } = dice;
  const has = (feature: number) => (space.features & feature) !== 0;
  const { params, results } = defs[space.funcs[func]!]!;
  const usable = simple.filter(s => (has(featureOf(s.code)) || featureOf(s.code) === 0) && (s.bytes === 0 || mems.length > 0));
  const ofResult = new Map(['', ...types.numbers].map(t => [t, usable.filter(s => s.results[0] === t || (t === '' && s.results === ''))]));

  const extra = [...'iIfF', ...dice.some(chance(0.05) ? 200 : 8, () => types.valueType())].sort(() => (chance(0.3) ? 1 : -1));
  const locals = [...params, ...extra];
  let set = locals.map((t, x) => x < params.length || isDefaultable(t)); // which locals may be read
  /** Types that a branch to each label takes, innermost last. */
  const labels: T[][] = [results];
  let left = pick([20, 60, 200]); // instructions, about
  let counters = 0; // i32 locals behind the others that count loops: in use,
  let mostCounters = 0; // and at most

  const out: number[] = [];
  function put(...parts: Part[]): void {
    flat(parts, out);
  }

  // Operands

  function values(wanted: T[], d: number): void {
    for (const t of wanted) value(t, d);
  }
  /** Code behind its operands. */
  function make(d: number, operands: Operand[], ...code: Part[]): void {
    for (const it of operands)
      if (typeof it === 'string') value(it, d);
      else if (typeof it === 'function') it();
      else small(it[0], it[1], d);
    put(...code);
  }
  const readable = (t: T) => locals.flatMap((type, x) => (set[x] && matches(type, t) ? [x] : []));
  const writable = (t: T) => locals.flatMap((type, x) => (matches(t, type) ? [x] : []));
  const drops = (n: number) => put(Array.from({ length: n }, () => op('drop')));

  function value(t: T, d: number) {
    left--;
    if (d <= 0 || left <= 0) return leaf(t);
    const r = below(100);
    if (r < 10) leaf(t);
    else if (r < 56) operate(t, d - 1);
    else if (r < 62) tee(t, d - 1);
    else if (r < 67) select(t, d - 1);
    else if (r < 75) construct([], [t], d - 1);
    else if (r < 80) {
      const given = dice.some(3, () => types.valueType());
      values(given, d - 1);
      construct(given, [t], d - 1);
    } else if (r < 85) {
      value(t, d - 1);
      statement(d - 1); // pending across a statement
    } else if (r < 94) {
      if (!call(t, d - 1)) operate(t, d - 1);
    } else operate(t, d - 1);
  }

  /** A value that needs no operands but for null references made non-null. */
  function leaf(t: T) {
    const xs = readable(t);
    if (xs.length > 0 && chance(0.5)) return put(op('local.get', u32(pick(xs))));
    const gs = globals.flatMap((g, x) => (matches(g.type, t) ? [x] : []));
    if (gs.length > 0 && chance(0.3)) return put(op('global.get', u32(pick(gs))));
    if (!isRef(t)) return number(t);
    const heap = heapOf(t);
    const fs = space.funcs.flatMap((type, x) => (matches(has(F.TYPED_REFS) ? `!${type}` : '?func', t) ? [x] : []));
    if (fs.length > 0 && chance(isNullable(t) ? 0.5 : 0.9)) {
      const f = pick(fs);
      space.named.add(f);
      return put(op('ref.func', u32(f)));
    }
    if (isNullable(t)) return put(op('ref.null', encodeHeap(heap)));
    if (xs.length > 0) return put(op('local.get', u32(pick(xs))));
    if (matches('!i31', t)) return put(i32(below(100)), op('ref.i31'));
    put(op('ref.null', encodeHeap(heap)), op('ref.as_non_null'));
  }
  function number(t: T) {
    if (t === 'V')
      return put(
        op(
          'v128.const',
          Array.from({ length: 16 }, () => below(256)),
        ),
      );
    if (t === 'i' && chance(0.4)) return put(i32(below(12) - 2));
    const [lo, hi] = pick(many[t]!);
    put(constant(t, lo, hi));
  }

  function tee(t: T, d: number) {
    const xs = locals.flatMap((type, x) => (matches(type, t) ? [x] : []));
    if (xs.length === 0) return operate(t, d);
    const x = pick(xs);
    value(locals[x]!, d);
    put(op('local.tee', u32(x)));
    set[x] = true;
  }
  function select(t: T, d: number) {
    values([t, t, 'i'], d);
    put(isRef(t) || chance(0.3) ? op('select_t', u32(1), encodeType(t)) : op('select'));
  }

  /** An address of memory m, mostly inside it. */
  function address(m: Mem, d: number) {
    const t = m.wide ? 'I' : 'i';
    if (chance(0.03)) return value(t, d);
    const mask = (Math.max(m.bytes, 2) >> 1) - 1;
    if (chance(0.3)) return put(constant(t, below(mask + 1)));
    value(t, d);
    put(constant(t, mask & ~7), op(t === 'i' ? 'i32.and' : 'i64.and'));
  }
  const offset = (m: Mem) => {
    if (chance(0.95)) return BigInt(below(40));
    return m.wide && chance(0.5) ? pick([0x1_0000_0000n, 0xffff_ffff_ffff_ffffn]) : BigInt(pick([0x10000, 70000, 0xffffffff]));
  };
  function apply(it: Simple, d: number): void {
    const operands = [...it.params];
    const m = it.bytes === 0 ? 0 : below(mems.length);
    if (it.bytes > 0) {
      operands.shift();
      address(mems[m]!, d);
    }
    values(operands, d);
    if (it.traps && it.code < 0x100 && operands.length === 2 && chance(0.9))
      put(constant(it.params[0]!, 1), op(it.params[0] === 'i' ? 'i32.or' : 'i64.or'));
    put(opcode(it.code));
    const { immediates } = it;
    if (immediates === 'm' || immediates === 'p') {
      const natural = Math.log2(it.bytes);
      put(memarg64(it.atomic ? natural : below(natural + 1), m, offset(mems[m]!)));
    }
    if (immediates === 'p' || immediates === 'L') put(below(it.lanes));
    if (immediates === 'v') put(Array.from({ length: 16 }, () => below(256)));
    if (immediates === 'w') put(Array.from({ length: 16 }, () => below(32)));
    if (immediates === 'z') put(0);
  }

  /** Ways to make a value of type t from others; most do not fit it. */
  function ways(t: T, d: number): (() => void)[] {
    const found: (() => void)[] = [];
    const way = (fits: boolean, make: () => void) => {
      if (fits) found.push(make);
    };
    const indexOf = (wide: boolean) => (wide ? 'I' : 'i');
    tables.forEach((table, x) => {
      const at = indexOf(table.wide);
      way(matches(table.type, t), () => make(d, [[at, 7]], op('table.get', u32(x))));
      way(at === t, () => put(op('table.size', u32(x))));
      way(at === t && chance(0.3), () => make(d, [table.type, [at, 1]], op('table.grow', u32(x))));
    });
    mems.forEach((m, x) => {
      way(indexOf(m.wide) === t, () => put(op('memory.size', u32(x))));
      way(indexOf(m.wide) === t && chance(0.3), () => make(d, [[t, 1]], op('memory.grow', u32(x))));
    });
    way(t === 'i', () => make(d, [types.refType()], op('ref.is_null')));
    if (has(F.TYPED_REFS)) way(isRef(t) && !isNullable(t), () => make(d, [`?${heapOf(t)}`], op('ref.as_non_null')));
    if (has(F.GC)) aggregates(t, d, way);
    return found;
  }
  function aggregates(t: T, d: number, way: (fits: boolean, make: () => void) => void): void {
    way(t === 'i', () => make(d, ['?eq', '?eq'], op('ref.eq')));
    way(t === 'i', () => make(d, ['?array'], op('array.len')));
    way(t === 'i', () => make(d, ['?i31'], op(pick(['i31.get_s', 'i31.get_u']))));
    way(t === 'i', () => {
      const to = types.refType();
      value(topOf(to), d);
      put(op(isNullable(to) ? 'ref.test_null' : 'ref.test', encodeHeap(heapOf(to))));
    });
    way(matches('!i31', t), () => make(d, ['i'], op('ref.i31')));
    way(isRef(t), () => make(d, [topOf(t)], op(isNullable(t) ? 'ref.cast_null' : 'ref.cast', encodeHeap(heapOf(t)))));
    way(isRef(t) && heapOf(t) === 'any', () => make(d, [`${t[0]}extern`], op('any.convert_extern')));
    way(isRef(t) && heapOf(t) === 'extern', () => make(d, [`${t[0]}any`], op('extern.convert_any')));
    defs.forEach(({ form, fields }, k) => {
      const fits = matches(`!${k}`, t);
      const plain = fields.map(f => unpacked(f.type));
      const defaultable = fields.every(f => isDefaultable(f.type));
      if (form === 'struct') {
        way(fits, () => make(d, [...plain], op('struct.new', u32(k))));
        way(fits && defaultable, () => put(op('struct.new_default', u32(k))));
        fields.forEach((field, x) => {
          const get = field.type === plain[x] ? 'struct.get' : pick(['struct.get_s', 'struct.get_u']);
          way(matches(plain[x]!, t), () => make(d, [`?${k}`], op(get, u32(k), u32(x))));
        });
      } else if (form === 'array') {
        const packed = plain[0] !== fields[0]!.type;
        way(fits, () => make(d, [plain[0]!, ['i', 15]], op('array.new', u32(k))));
        way(fits && defaultable, () => make(d, [['i', 15]], op('array.new_default', u32(k))));
        way(fits, () => {
          const n = below(4);
          values(Array(n).fill(plain[0]), d);
          put(op('array.new_fixed', u32(k), u32(n)));
        });
        way(fits && !isRef(fields[0]!.type) && space.datas > 0, () => {
          space.counts = true;
          make(
            d,
            [
              ['i', 3],
              ['i', 3],
            ],
            op('array.new_data', u32(k), u32(below(space.datas))),
          );
        });
        space.elems.forEach((e, x) => {
          way(fits && matches(e, fields[0]!.type), () =>
            make(
              d,
              [
                ['i', 1],
                ['i', 1],
              ],
              op('array.new_elem', u32(k), u32(x)),
            ),
          );
        });
        way(matches(plain[0]!, t), () => {
          value(`?${k}`, d);
          small('i', 3, d);
          put(op(packed ? pick(['array.get_s', 'array.get_u']) : 'array.get', u32(k)));
        });
      }
    });
  }
  const unpacked = (t: T) => (t === 'b' || t === 'h' ? 'i' : t);
  const topOf = (t: T) => `?${types.top(heapOf(t))}`;
  function small(t: T, mask: number, d: number) {
    if (chance(0.5)) return put(constant(t, below(mask + 1)));
    value(t, d);
    put(constant(t, mask), op(t === 'i' ? 'i32.and' : 'i64.and'));
  }

  function operate(t: T, d: number) {
    if (isRef(t) || chance(0.15)) {
      const found = ways(t, d);
      if (found.length > 0) return pick(found)();
      if (isRef(t)) return leaf(t);
    }
    const rank = below(10);
    const all = ofResult.get(t)!;
    // Vectors and atomics are many: not all the time.
    const some = all.filter(s => (rank < 5 ? s.code < 0x200 : rank < 8 ? s.code < 0x400 : s.atomic) && (!s.traps || chance(0.1)));
    if (some.length === 0 && all.length === 0) return leaf(t);
    const it = pick(some.length > 0 ? some : all);
    apply(it, d);
    drops(it.results.length - 1);
  }

  // Control

  const blockType = (given: T[], wanted: T[]): Part => {
    if (given.length > 0 || wanted.length > 1) return s32(types.func(given, wanted));
    return wanted.length === 0 ? 0x40 : encodeType(wanted[0]!);
  };
  /** Code inside a label that takes `label`; what it sets is not set behind it. */
  function inside(label: T[], code: () => void): void {
    const before = set.slice();
    labels.push(label);
    code();
    labels.pop();
    set = before;
  }
  /** Takes values off the stack, the last first. */
  function consume(given: T[]): void {
    for (const t of [...given].reverse()) {
      const xs = writable(t);
      if (xs.length === 0 || chance(0.3)) put(op('drop'));
      else {
        const x = pick(xs);
        put(op('local.set', u32(x)));
        set[x] = true;
      }
    }
  }
  function sequence(given: T[], wanted: T[], d: number): void {
    if (given.join() !== wanted.join() || chance(0.5)) {
      consume(given);
      for (let n = below(3); n > 0; n--) statement(d);
      values(wanted, d);
    } else for (let n = below(2); n > 0; n--) statement(d);
    if (chance(0.1)) {
      leave(d);
      dead();
      values(wanted, 0);
    }
  }
  /** A block, loop, if or try_table whose parameters are on the stack. */
  function construct(given: T[], wanted: T[], d: number) {
    const type = blockType(given, wanted);
    const kind = below(has(F.EXCEPTIONS) ? 5 : 4);
    if (kind === 4) return tryTable(given, wanted, d);
    if (kind === 0) {
      put(op('loop', type));
      inside(given, () => sequence(given, wanted, d));
    } else if (kind === 1) {
      value('i', d);
      put(op('if', type));
      inside(wanted, () => sequence(given, wanted, d));
      if (!allMatch(given, wanted) || chance(0.5)) {
        put(ELSE);
        const at = out.length;
        inside(wanted, () => sequence(given, wanted, d));
        if (out.length === at) put(op('nop')); // an empty else is the same as none
      }
    } else {
      put(op('block', type));
      inside(wanted, () => sequence(given, wanted, d));
    }
    put(END);
  }

  const exnref = () => (has(F.TYPED_REFS) && chance(0.5) ? '!exn' : '?exn');
  /** try_table around a sequence, its clauses to a block made for them and to labels that happen to fit. */
  function tryTable(given: T[], wanted: T[], d: number): void {
    consume(given);
    const kind = tags.length > 0 ? below(4) : 2 + below(2);
    const tag = kind < CATCH_ALL ? below(tags.length) : -1;
    const caught = [...(tag < 0 ? [] : defs[tags[tag]!]!.params), ...(kind % 2 === 1 ? [exnref()] : [])];
    put(op('block', blockType([], caught)));
    inside(caught, () => {
      const clauses: Part[] = [[kind, tag < 0 ? [] : u32(tag), u32(0)]];
      const depths = labels.map((_, k) => labels.length - 1 - k);
      const exn = has(F.TYPED_REFS) ? '!exn' : '?exn'; // a nullable label takes both
      labels.forEach((types, k) => {
        if (types.length === 0 && chance(0.2)) clauses.push([CATCH_ALL, u32(depths[k]!)]);
        if (types.length === 1 && matches(exn, types[0]!) && chance(0.5)) clauses.push([CATCH_ALL_REF, u32(depths[k]!)]);
        tags.forEach((t, x) => {
          const { params } = defs[t]!;
          if (allMatch(params, types) && chance(0.2)) clauses.push([CATCH, u32(x), u32(depths[k]!)]);
          if (allMatch([...params, exn], types) && chance(0.5)) clauses.push([CATCH_REF, u32(x), u32(depths[k]!)]);
        });
      });
      const inner = chance(0.5) ? caught : dice.some(2, () => types.valueType());
      put(op('try_table', blockType([], inner), vector(clauses.sort(() => (chance(0.5) ? 1 : -1)))));
      inside(inner, () => sequence([], inner, d));
      put(END);
      if (inner !== caught) {
        consume(inner);
        values(caught, 0);
      }
    });
    put(END);
    consume(caught);
    values(wanted, d);
  }

  /** Leaves for good: what follows is dead. */
  function leave(d: number): void {
    const r = below(20);
    if (r < 2) {
      values(results, d);
      put(op('return'));
    } else if (r < 5 && has(F.TAIL_CALL) && tailCall(d)) return;
    else if (r < 7 && has(F.EXCEPTIONS)) raise(d);
    else if (r < 11) table(d);
    else if (r < 19) {
      const to = below(labels.length);
      if (chance(0.3)) value(types.valueType(), 0); // junk below
      values(labels.at(-1 - to)!, d);
      put(op('br', u32(to)));
    } else put(op(space.watched && results.length === 0 ? 'return' : 'unreachable'));
  }
  function table(d: number): void {
    const wanted = pick(labels);
    const alike = labels.flatMap((t, k) => (allMatch(wanted, t) ? [labels.length - 1 - k] : []));
    values(wanted, d);
    value('i', d);
    put(op('br_table', vector(dice.some(chance(0.05) ? 150 : 4, () => u32(pick(alike)))), u32(pick(alike))));
  }
  function raise(d: number): void {
    if (tags.length > 0 && chance(space.watched ? 0.95 : 0.7)) {
      const tag = below(tags.length);
      values(defs[tags[tag]!]!.params, d);
      put(op('throw', u32(tag)));
    } else {
      value('?exn', d);
      put(op('throw_ref'));
    }
  }
  function tailCall(d: number): boolean {
    const fits = defs.flatMap((def, k) => (def.form === 'func' && allMatch(def.results, results) ? [k] : []));
    return fits.length > 0 && callType(pick(fits), d, 'return_');
  }
  /** Calls a function of type k in one of the ways there are. */
  function callType(k: number, d: number, prefix: '' | 'return_'): boolean {
    const direct = space.funcs.flatMap((type, x) => (type === k ? [x] : []));
    const through = tables.flatMap((t, x) => (matches(t.type, '?func') ? [x] : []));
    const ways = [
      ...(direct.length > 0 ? ['call', 'call'] : []),
      ...(through.length > 0 && (!space.watched || chance(0.2)) ? ['call_indirect'] : []),
      ...(space.known.includes(k) ? ['known'] : []),
      ...(has(F.TYPED_REFS) && (!space.watched || direct.length > 0) ? ['call_ref'] : []),
    ];
    if (ways.length === 0) return false;
    const way = pick(ways);
    values(defs[k]!.params, d);
    if (way === 'known') {
      const elements = space.known.flatMap((type, at) => (type === k ? [at] : []));
      put(i32(pick(elements)), op(`${prefix}call_indirect`, u32(k), u32(0)));
    } else if (way === 'call') put(op(`${prefix}call`, u32(pick(direct))));
    else if (way === 'call_ref') {
      value(chance(space.watched ? 0.1 : 0.5) ? `?${k}` : `!${k}`, space.watched ? 0 : d);
      put(op(`${prefix}call_ref`, u32(k)));
    } else {
      const x = pick(through);
      small(tables[x]!.wide ? 'I' : 'i', 7, 0);
      put(op(`${prefix}call_indirect`, u32(k), u32(x)));
    }
    return true;
  }
  /** A call whose first result is of type t; '' = any. The others are dropped. */
  function call(t: T, d: number): boolean {
    const fits = defs.flatMap((def, k) =>
      def.form === 'func' && (t === '' || (def.results.length > 0 && matches(def.results[0]!, t))) ? [k] : [],
    );
    if (fits.length === 0) return false;
    const used = fits.filter(k => space.funcs.includes(k));
    const k = pick(used.length > 0 && chance(0.8) ? used : fits);
    if (!callType(k, d, '')) return false;
    drops(defs[k]!.results.length - (t === '' ? 0 : 1));
    return true;
  }

  // Dead code: operands of any type come from nowhere.

  function dead(): void {
    const stack: string[] = []; // what is known to lie above the bottomless rest
    for (let n = below(4); n > 0; n--) {
      const it = pick(usable);
      if (it.bytes > 0) continue;
      let k = it.params.length;
      for (let j = 1; j <= Math.min(k, stack.length); j++) {
        if (stack.at(-j) === it.params[k - j]) continue;
        drops(stack.length); // they do not suit
        stack.length = 0;
      }
      for (; k > 0 && stack.length > 0; k--) stack.pop();
      apply({ ...it, params: '', traps: false }, 0);
      stack.push(...it.results);
    }
    drops(stack.length);
    if (chance(0.5)) deadShapes[below(deadShapes.length)]!();
  }
  const deadShapes: (() => void)[] = [
    () => put(op('drop'), op('drop')),
    () => put(op('select'), op('drop')),
    () => put(constant('F', 0), i32(0), op('select'), op('f64.sqrt'), op('drop')),
    () => put(op('ref.is_null'), op('drop')),
    () => put(op('if', 0x40), op('nop'), ELSE, op('br', 0), END),
    () => put(op('block', 0x7f), op('unreachable'), END, op('drop')),
    () => put(op('loop', 0x40), op('br', 0), END),
    () => put(op('return')),
    () => table(0),
    () => put(op('br_table', vector([u32(0)]), u32(0))),
    () => {
      const x = below(locals.length);
      put(op('local.tee', u32(x)), op('drop'));
      set[x] = true;
    },
    () => put(op('call', u32(below(space.funcs.length))), op('unreachable')),
    () => has(F.TYPED_REFS) && put(op('ref.as_non_null'), op('drop')),
    () => has(F.TYPED_REFS) && put(op('ref.as_non_null'), op('ref.is_null'), op('drop')),
    () => has(F.TYPED_REFS) && put(op('call_ref', u32(space.funcs[0]!)), op('unreachable')),
    () => has(F.GC) && put(op('array.len'), op('drop')),
    () => has(F.GC) && put(op('any.convert_extern'), op('ref.is_null'), op('drop')),
    () => has(F.GC) && put(op('ref.cast', encodeHeap('i31')), op('i31.get_s'), op('drop')),
    () => has(F.EXCEPTIONS) && put(op('throw_ref')),
    () => has(F.TAIL_CALL) && tailCall(0),
  ];

  /** Folds local x, a number, into a word of memory 0. */
  function watch(x: number): void {
    const word = op('i64.load', memarg64(0, 0, BigInt(0x8000 + 8 * x)));
    const bits: { [t: T]: Part } = {
      i: op('i64.extend_i32_u'),
      I: [],
      f: [op('i32.reinterpret_f32'), op('i64.extend_i32_u')],
      F: op('i64.reinterpret_f64'),
    };
    put(i32(0), i32(0), word, constant('I', 5), op('i64.rotl'), op('local.get', u32(x)), bits[locals[x]!]!, op('i64.xor'));
    put(op('i64.store', memarg64(0, 0, BigInt(0x8000 + 8 * x))));
  }
  const watchable =
    space.watched && mems[0]?.wide === false && mems[0].bytes >= 65536 ? locals.flatMap((t, x) => ('iIfF'.includes(t) ? [x] : [])) : [];

  const probes = createProbes({
    ...{ dice, put, value, statement, blockType, inside, results, consume },
    local: t => pick(locals.flatMap((type, x) => (type === t ? [x] : []))),
    counter() {
      mostCounters = Math.max(mostCounters, ++counters);
      return locals.length + counters - 1;
    },
    release: () => void counters--,
    depth: () => labels.length - 1,
    globals: t => globals.flatMap((g, x) => (g.mutable && g.type === t ? [x] : [])),
    memory: mems[0]?.wide === false && mems[0].bytes >= 65536,
    watch: x => watchable.includes(x) && watch(x),
  });

  // Statements

  function statement(d: number): void {
    left--;
    if (left <= 0) return;
    if (space.watched && chance(0.2)) {
      left -= 3;
      pick(probes)(d - 1);
      return;
    }
    if (watchable.length > 0 && chance(0.15)) watch(pick(watchable));
    const inner = d - 1;
    const r = below(100);
    const some = types.valueType();
    if (r < 25) {
      const x = below(locals.length);
      value(locals[x]!, d);
      put(op('local.set', u32(x)));
      set[x] = true;
    } else if (r < 30) {
      value(some, d);
      put(op('drop'));
    } else if (r < 42) {
      const stores = ofResult.get('')!;
      const it = stores.length === 0 ? null : pick(stores.filter(s => s.code < 0x200 || chance(0.3)));
      if (it) apply(it, d);
    } else if (r < 48) {
      const gs = globals.flatMap((g, x) => (g.mutable ? [x] : []));
      if (gs.length === 0) return;
      const g = pick(gs);
      value(globals[g]!.type, d);
      put(op('global.set', u32(g)));
    } else if (r < 62 && d > 0) {
      const wanted = dice.some(2, () => types.valueType());
      construct([], wanted, inner);
      consume(wanted);
    } else if (r < 69) {
      const to = below(labels.length);
      const wanted = labels.at(-1 - to)!;
      values(wanted, d);
      value('i', d);
      put(op('br_if', u32(to)));
      consume(wanted);
    } else if (r < 74 && d > 0) {
      value('i', d);
      put(op('if', 0x40));
      inside([], () => {
        statement(inner);
        if (chance(0.5)) {
          leave(inner);
          dead();
        }
      });
      put(END);
    } else if (r < 79) {
      const deep = dice.some(chance(0.1) ? 40 : 4, () => types.valueType());
      values(deep, deep.length > 4 ? 0 : d);
      consume(deep);
    } else if (r < 84) bulk(inner);
    else if (r < 90) call('', inner);
    else if (r < 95 && has(F.TYPED_REFS)) refBranch(inner);
    else if (r < 98 && has(F.GC)) mutate(inner);
    else put(op('nop'));
  }

  function bulk(d: number): void {
    const found: (() => void)[] = [];
    const t = (wide: boolean) => (wide ? 'I' : 'i');
    if (mems.length > 0) {
      const m = below(mems.length);
      const n = below(mems.length);
      const both = t(mems[m]!.wide && mems[n]!.wide);
      found.push(() => make(d, [() => address(mems[m]!, d), () => address(mems[n]!, d), [both, 63]], op('memory.copy', u32(m), u32(n))));
      found.push(() => make(d, [() => address(mems[m]!, d), 'i', [t(mems[m]!.wide), 63]], op('memory.fill', u32(m))));
      if (space.datas > 0)
        found.push(() => {
          space.counts = true;
          make(d, [() => address(mems[m]!, d), ['i', 3], ['i', 3]], op('memory.init', u32(below(space.datas)), u32(m)));
        });
    }
    if (space.datas > 0)
      found.push(() => {
        space.counts = true;
        put(op('data.drop', u32(below(space.datas))));
      });
    if (space.elems.length > 0) found.push(() => put(op('elem.drop', u32(below(space.elems.length)))));
    tables.forEach((table, x) => {
      const at = t(table.wide);
      found.push(() => make(d, [[at, 7], table.type], op('table.set', u32(x))));
      found.push(() => make(d, [[at, 7], table.type, [at, 3]], op('table.fill', u32(x))));
      tables.forEach((from, y) => {
        if (!matches(from.type, table.type)) return;
        const both = t(table.wide && from.wide);
        found.push(() =>
          make(
            d,
            [
              [at, 7],
              [t(from.wide), 7],
              [both, 3],
            ],
            op('table.copy', u32(x), u32(y)),
          ),
        );
      });
      space.elems.forEach((e, y) => {
        if (matches(e, table.type))
          found.push(() =>
            make(
              d,
              [
                [at, 7],
                ['i', 1],
                ['i', 1],
              ],
              op('table.init', u32(y), u32(x)),
            ),
          );
      });
    });
    if (found.length > 0) pick(found)();
  }

  /** A block that a branch on a reference leaves. */
  function refBranch(d: number): void {
    const below = dice.some(2, () => types.valueType());
    const t = types.refType();
    const nullable = `?${heapOf(t)}`;
    const nonNull = `!${heapOf(t)}`;
    const kind = has(F.GC) ? dice.below(4) : dice.below(2);
    const label = kind === 0 ? below : [...below, kind === 1 ? nonNull : t];
    put(op('block', blockType([], label)));
    inside(label, () => {
      values(below, d);
      if (kind === 0) {
        value(nullable, d);
        put(op('br_on_null', 0));
        consume([nonNull]);
      } else if (kind === 1) {
        value(nullable, d);
        put(op('br_on_non_null', 0));
        value(nonNull, 0);
      } else {
        // A cast from `from` down to t, which is what goes to the label or stays.
        const from = topOf(t);
        value(from, d);
        const flags = 1 + (isNullable(t) ? 2 : 0);
        const heaps: Part = [encodeHeap(heapOf(from)), encodeHeap(heapOf(t))];
        const rest = isNullable(t) ? `!${heapOf(from)}` : from; // what the cast did not take
        if (kind === 2) {
          put(op('br_on_cast', flags, 0, heaps));
          consume([rest]);
          value(t, 0);
        } else {
          put(op('block', blockType([], [...below, rest])));
          inside([...below, rest], () => {
            values(below, 0);
            value(from, 0);
            put(op('br_on_cast_fail', flags, 0, heaps));
            consume([t]);
            value(rest, 0);
          });
          put(END);
          consume([...below, rest]);
          consume([from]);
          value(t, 0);
        }
      }
    });
    put(END);
    consume(label);
  }

  /** Writes into a structure or array. */
  function mutate(d: number): void {
    const found: (() => void)[] = [];
    defs.forEach(({ form, fields }, k) => {
      if (form === 'struct')
        fields.forEach((f, x) => {
          if (f.mutable) found.push(() => make(d, [`?${k}`, unpacked(f.type)], op('struct.set', u32(k), u32(x))));
        });
      if (form !== 'array' || !fields[0]!.mutable) return;
      const { type } = fields[0]!;
      const at: Operand[] = [`?${k}`, ['i', 3]];
      found.push(() => make(d, [...at, unpacked(type)], op('array.set', u32(k))));
      found.push(() => make(d, [...at, unpacked(type), ['i', 3]], op('array.fill', u32(k))));
      defs.forEach((from, j) => {
        if (from.form !== 'array' || !(from.fields[0]!.type === type || matches(from.fields[0]!.type, type))) return;
        found.push(() => make(d, [...at, `?${j}`, ['i', 3], ['i', 3]], op('array.copy', u32(k), u32(j))));
      });
      if (!isRef(type) && space.datas > 0)
        found.push(() => {
          space.counts = true;
          make(d, [...at, ['i', 3], ['i', 3]], op('array.init_data', u32(k), u32(below(space.datas))));
        });
      space.elems.forEach((e, x) => {
        if (matches(e, type)) found.push(() => make(d, [...at, ['i', 1], ['i', 1]], op('array.init_elem', u32(k), u32(x))));
      });
    });
    if (found.length > 0) pick(found)();
  }

  for (const x of watchable) // what comes in goes about
    if (x < params.length && chance(0.8)) put(op('local.get', u32(x)), op('local.set', u32(pick(writable(params[x]!)))));
  for (let n = 1 + below(5); n > 0; n--) statement(3);
  for (const x of watchable) watch(x);
  if (chance(0.15)) {
    leave(2);
    dead();
  }
  values(results, 3);
  const runs: [number, T][] = [];
  for (const t of [...extra, ...Array<T>(mostCounters).fill('i')]) {
    if (runs.at(-1)?.[1] === t) runs.at(-1)![0]++;
    else runs.push([1, t]);
  }
  return flat([vector(runs.map(([n, t]) => [u32(n), encodeType(t)])), out, END]);
}
