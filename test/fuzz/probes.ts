// Statements of generated bodies that aim at what a compiler to text may get wrong: checks of one address that stand for another, sums that wrap
// at 2^32, words of an i64 that are overwritten too early, NaNs whose payload must survive, values that swap places on their way to a
// label, tables of branches, long chains of tees. For modules that are run.

import { rows } from '../../src/spec/ops';
import type { Dice } from './dice';
import { many } from './edges';
import { constant, END, get, i32, memarg, op, type Part, set, tee, u32, vector } from './encode';
import type { T } from './types';

export interface Context {
  dice: Dice;
  put(...parts: Part[]): void;
  value(t: T, d: number): void;
  statement(d: number): void;
  /** Index of a local of number type t; there is one of each. */
  local(t: T): number;
  /** Index of an i32 local that nothing else uses; back with it when it is free again. */
  counter(): number;
  release(): void;
  blockType(params: T[], results: T[]): Part;
  /** Code inside a label that takes these. */
  inside(label: T[], code: () => void): void;
  /** What the function's own label takes, and its depth. */
  results: T[];
  depth(): number;
  consume(types: T[]): void;
  /** Mutable globals of type t. */
  globals(t: T): number[];
  memory: boolean; // 0, of 32-bit addresses and 64 kB at least
  /** Leaves a local's value in memory, where there is one. */
  watch(x: number): void;
}

const PAGE = 65536;
/** Every load and store of the op table. */
interface Access {
  name: string;
  bytes: number;
  type: T; // of the value
  loads: boolean;
}
export const accesses: Access[] = rows
  .filter(row => row[0] < 0x100 && /^(load|store) /.test(row[4] ?? ''))
  .map(([, name, , signature, meaning]) => {
    const loads = meaning!.startsWith('load');
    return { name, bytes: Number(meaning!.split(' ')[1]), type: loads ? signature![2]! : signature![1]!, loads };
  });
const named = (pattern: RegExp) => rows.flatMap(row => (pattern.test(row[1]) && row[0] < 0x200 ? [row[1]] : []));
const BINARY = named(/^i64\.(add|sub|mul|and|or|xor|shl|shr_[su]|rotl|rotr)$/);
const SHIFTS = named(/^i64\.(shl|shr_[su]|rotl|rotr)$/);
const DIVISIONS = named(/^i64\.(div|rem)_[su]$/);
const COMPARES = named(/^i64\.(eq|ne|[lg][te]_[su])$/);
const UNARY = named(/^i64\.(clz|ctz|popcnt|extend(8|16|32)_s)$/);
const FROM_I64 = named(/^(i32\.wrap_i64|f(32|64)\.convert_i64_[su]|f64\.reinterpret_i64)$/);
const I64 = [0n, 1n, -1n, 2n, 3n, 32n, 10n, 255n, 0xffffffffn, 0x100000000n, -0x100000000n, 0x7fffffffffffffffn, -0x8000000000000000n];
const word = (n: bigint) => Number(BigInt.asIntN(32, n));
const i64 = (n: bigint): Part => constant('I', word(n), word(n >> 32n));

export function createProbes(c: Context): ((d: number) => void)[] {
  const { dice, put, value, local } = c;
  const { below, pick, chance } = dice;

  /** A load whose value goes to a local, or a store, of what lies at the address that `base` pushes. */
  function access(base: () => void, offset: (bytes: number) => number, d: number): void {
    const it = pick(accesses);
    base();
    if (!it.loads) value(it.type, d);
    put(op(it.name, memarg(below(Math.log2(it.bytes) + 1), offset(it.bytes))));
    if (!it.loads) return;
    const x = local(it.type);
    put(chance(0.9) ? set(x) : op('drop'));
    if (chance(0.4)) c.watch(x);
  }

  /** One base in a local, accessed again and again with growing and shrinking offsets, changed now and then. */
  function reach(d: number): void {
    const x = local('i');
    const range = pick([0x7ff8, 0x7ffc, 0x7fff, 0xff, 0x3ff0]); // what the base stays below
    const begin = () => {
      value('i', d);
      put(i32(range), op('i32.and'), set(x));
    };
    begin();
    let span = pick([8, 40, 300, 0x7000]);
    for (let n = 2 + below(5); n > 0; n--) {
      const r = below(100);
      if (r < 8) put(get(x), i32(pick([1, 2, 4, 8, -1, 16])), op('i32.add'), set(x));
      else if (r < 11) put(get(x), i32(pick([1, 2])), op(pick(['i32.shl', 'i32.shr_u'])), set(x));
      else if (r < 15) begin();
      else if (r < 18) put(i32(below(2)), op('memory.grow', 0), pick([op('drop'), set(local('i'))]));
      else if (r < 22) c.statement(d);
      else if (r < 25) put(get(x), set(local('i')));
      const one = () =>
        access(
          () => put(get(x)),
          () => (chance(0.004) ? pick([PAGE, 0x7ffffffc, 0x80000000, -4, -1]) : below(span)),
          0,
        );
      if (chance(0.15)) {
        value('i', d);
        put(op('if', 0x40));
        c.inside([], () => {
          one();
          if (chance(0.3)) put(get(x), i32(8), op('i32.add'), set(x));
        });
        put(END);
      } else one();
      if (chance(0.3)) span = pick([8, 40, 300, 0x7000]);
    }
  }

  /** Around the last byte of memory, and addresses below 2^32 that wrap if an offset is added too early. */
  function ends(d: number): void {
    const negative = chance(0.2);
    const far = negative || chance(0.1);
    if (far) {
      value('i', d); // seldom: what traps ends the call
      put(i32(15), op('i32.and'), op('i32.eqz'), op('if', 0x40));
    }
    const base = negative ? -(1 + below(16)) : PAGE - 1 - below(40);
    const x = local('i');
    const literal = chance(0.4);
    if (!literal) {
      const part = below(100);
      put(i32(base - part), i32(part), op('i32.add'), set(x));
    }
    for (let n = 1 + below(3); n > 0; n--)
      access(
        () => put(literal ? i32(base) : get(x)),
        bytes => {
          if (negative) return below(40);
          const most = PAGE - base - bytes; // the last offset inside
          return far || most < 0 ? below(48) : below(most + 1);
        },
        0,
      );
    if (far) put(END);
  }

  const long = () => (chance(0.3) ? 1n << BigInt(below(64)) : chance(0.3) ? (1n << BigInt(below(64))) - 1n : pick(I64));
  /** Operators of i64 on few locals, so that operands and destination are often the same. */
  function wide(d: number): void {
    const some = [local('I'), local('I')];
    for (const x of some)
      if (chance(0.6)) put(get(x), i64(chance(0.5) ? long() : 0x123456789abcdef1n), op(pick(['i64.xor', 'i64.add'])), set(x));
    const operand = () => {
      const r = below(10);
      if (r < 5) put(get(pick(some)));
      else if (r < 8) put(i64(long()));
      else if (r < 9) {
        put(get(local('i')));
        put(op(pick(['i64.extend_i32_s', 'i64.extend_i32_u'])));
      } else value('I', d);
    };
    const to = () => {
      const x = pick(some);
      put(...(chance(0.7) ? [set(x)] : [tee(x), set(pick(some))]));
    };
    for (let n = 1 + below(6); n > 0; n--) {
      const r = below(100);
      if (r < 45) {
        operand();
        operand();
        if (chance(0.3)) {
          // one more pending below, which the destination may be read in
          put(op(pick(BINARY)));
          operand();
        }
        put(op(pick(BINARY)));
        to();
      } else if (r < 60) {
        operand();
        put(i64(chance(0.8) ? BigInt(below(70)) : long()), op(pick(SHIFTS)));
        to();
      } else if (r < 70) {
        operand();
        if (chance(0.7)) put(i64(pick([1n, 2n, 10n, 1n << 32n, 255n, (1n << 62n) + 1n, -3n])));
        else {
          operand();
          put(i64(1n), op('i64.or'));
        }
        put(op(pick(DIVISIONS)));
        to();
      } else if (r < 85) {
        operand();
        operand();
        put(op(pick(COMPARES)));
        if (chance(0.5)) put(set(local('i')));
        else {
          put(op('if', 0x40));
          c.inside([], () => {
            operand();
            to();
          });
          put(END);
        }
      } else if (r < 92) {
        operand();
        put(op(pick(UNARY)));
        to();
      } else {
        operand();
        const name = pick(FROM_I64);
        put(op(name), set(local(name.startsWith('i32') ? 'i' : name.startsWith('f32') ? 'f' : 'F')));
      }
    }
    for (const x of some) c.watch(x);
  }

  /** NaNs with any payload through everything that is not arithmetic. */
  function payload(d: number): void {
    const t = pick('fF');
    const [name, int, as] = t === 'f' ? ['f32', 'i', 'i32'] : ['f64', 'I', 'i64'];
    const nans = many[t]!.filter(([lo, hi]) => ((t === 'f' ? lo : hi) & 0x7f800000) === 0x7f800000);
    const [lo, hi] = pick(nans);
    put(constant(t, lo, hi));
    for (let n = 1 + below(4); n > 0; n--) {
      const r = below(11);
      if (r < 2) put(op(`${name}.${pick(['abs', 'neg'])}`));
      else if (r < 3) {
        value(t, d);
        put(op(`${name}.copysign`));
      } else if (r < 5) {
        const x = local(t);
        put(...(chance(0.5) ? [tee(x)] : [set(x), get(x)]));
      } else if (r < 6) {
        put(get(local(t)));
        value('i', d);
        put(op('select'));
      } else if (r < 7) put(op(`${as}.reinterpret_${name}`), set(local(int!)), get(local(int!)), op(`${name}.reinterpret_${as}`));
      else if (r < 9 && c.memory) {
        const x = local(t);
        const at = 0x100 + below(64);
        put(set(x), i32(at), get(x), op(`${name}.store`, memarg(0, 0)), i32(at), op(`${name}.load`, memarg(0, 0)));
      } else if (r < 10 && c.globals(t).length > 0) {
        const g = pick(c.globals(t));
        put(op('global.set', u32(g)), op('global.get', u32(g)));
      } else {
        put(op('block', c.blockType([t], [t])));
        c.inside([t], () => {
          put(get(local('i')), op('br_if', u32(0)));
          if (chance(0.5)) put(op(`${name}.neg`));
        });
        put(END);
      }
    }
    if (chance(0.3) && c.memory) {
      const x = local(t);
      put(set(x), i32(0x180 + 8 * below(8)), get(x), op(`${name}.store`, memarg(0, 0)));
    } else put(set(local(t)));
  }

  /** A counted loop whose parameters come back in another order. */
  function swaps(d: number): void {
    const types = Array.from({ length: 2 + below(3) }, () => pick('iIfF'));
    const n = c.counter();
    for (const t of types) value(t, d);
    put(i32(1 + below(4)), set(n), op('loop', c.blockType(types, types)));
    c.inside(types, () => {
      const homes = types.map(t => local(t)); // some may be the same
      for (const x of [...homes].reverse()) put(set(x));
      if (chance(0.4)) c.statement(d);
      types.forEach((t, k) => {
        const alike = homes.filter((_, j) => types[j] === t);
        if (chance(0.1)) value(t, d);
        else put(get(chance(0.8) ? pick(alike) : homes[k]!));
      });
      put(get(n), i32(1), op('i32.sub'), tee(n), op('br_if', u32(0)));
    });
    put(END);
    c.consume(types);
    c.release();
  }

  /** Nested blocks of one type, and a table of branches to them and perhaps out of the function. */
  function fan(d: number): void {
    const out = chance(0.4) && c.results.every(t => 'iIfF'.includes(t));
    const types = out ? c.results : dice.some(2, () => pick('iIfF'));
    const deep = 1 + below(4);
    const entries = pick([0, 1, 2, 3, 8, 40, 300]);
    const level = (k: number) => {
      put(op('block', c.blockType([], types)));
      c.inside(types, () => {
        if (k > 1) level(k - 1);
        else {
          const far = out ? c.depth() : -1;
          const target = () => u32(far >= 0 && chance(0.1) ? far : below(deep));
          if (chance(0.3)) value(pick('iIfF'), 0); // junk below
          for (const t of types) value(t, d);
          if (chance(0.5)) {
            value('i', d);
            put(i32(entries > 8 ? 511 : 3), op('i32.and'));
          } else value('i', d);
          put(op('br_table', vector(Array.from({ length: entries }, target)), target()));
          return;
        }
        c.consume(types);
        c.statement(d);
        for (const t of types) value(t, d);
      });
      put(END);
    };
    level(deep);
    c.consume(types);
  }

  /** Tees on tees, with reads of the same locals pending below. */
  function tees(d: number): void {
    const t = pick('iI');
    const name = t === 'i' ? 'i32' : 'i64';
    const few = [local(t), local(t), local(t)];
    let pending = 0;
    put(get(pick(few)));
    for (let n = 2 + below(5); n > 0; n--) {
      const r = below(10);
      if (r < 4) put(tee(pick(few)));
      else if (r < 7) {
        put(get(pick(few)));
        pending++;
      } else if (r < 8) {
        value(t, d);
        pending++;
      } else if (pending > 0) {
        put(op(`${name}.${pick(['add', 'sub', 'xor', 'mul'])}`));
        pending--;
      }
    }
    while (pending-- > 0) put(op(`${name}.${pick(['sub', 'add', 'or'])}`));
    put(set(pick(few)));
    for (const x of few) c.watch(x);
  }

  return [...(c.memory ? [reach, reach, ends] : []), wide, wide, payload, swaps, fan, tees];
}
