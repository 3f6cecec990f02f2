// Random programs of counted loops: every way to count, addresses that move with the counter, with something beside it, by steps and scales, up to
// the last byte and over it; loops left in the middle, nested, with calls and growing memory. What a compiler may prove about such a loop
// at its beginning must hold in every turn. They end by themselves, so nothing stands in the loops but what was meant to.

import type { Batch, Call } from './batch';
import { createDice, type Dice } from './dice';
import { constant, createBuilder, END, get, i32, memarg, op, type Part, set, tee, u32 } from './encode';
import { accesses } from './probes';

const PAGE = 65536;
const TURNS = 100; // of a loop that might not end

// Locals: four parameters, then these.
const FREE = [4, 5, 6, 7]; // i32s: counters, limits, bases
const GUARD = 10; // counts turns, one for each depth
const [ACC, LONG, SINGLE, DOUBLE, OTHER] = [12, 13, 14, 15, 16]; // i I f F, and an i to go by
const LOCALS = 'iiiiiiiiiIfFi';
const FOLD: { [type: string]: Part } = {
  i: [get(ACC), i32(7), op('i32.rotl'), op('i32.xor'), set(ACC)],
  I: [get(LONG), constant('I', 13), op('i64.rotl'), op('i64.xor'), set(LONG)],
  f: [tee(SINGLE), op('i32.reinterpret_f32'), get(ACC), op('i32.add'), set(ACC)],
  F: [tee(DOUBLE), op('i64.reinterpret_f64'), get(LONG), op('i64.sub'), set(LONG)],
};
const VALUE: { [type: string]: number } = { i: ACC, I: LONG, f: SINGLE, F: DOUBLE };

function loops(dice: Dice, callee: number | null): Part {
  const { below, pick, chance } = dice;
  let free = FREE.slice();

  /** An i32 that is not known before it runs. */
  const unknown = (mask: number): Part => [get(below(4)), i32(mask), op('i32.and')];

  /** Makes one loop; outer: the counters of those around it. */
  function loop(outer: number[], depth: number): Part {
    const mine = free.slice();
    const counter = mine[0]!;
    const limit = mine[1]!;
    free = free.slice(2);
    const beside = chance(0.5) ? 8 + depth : -1; // another variable that moves
    const base = chance(0.6) ? below(4) : -1; // a parameter that does not
    const step = pick([1, 1, 1, 2, 3, 4, 4, 8, 16, 5]) * (chance(0.3) ? -1 : 1);
    const turns: Part = chance(0.5) ? i32(1 + below(20)) : [unknown(30), i32(1), op('i32.or')];
    const begin: Part =
      step < 0 && chance(0.8)
        ? [unknown(0x7f8), i32(512), op('i32.or')]
        : chance(0.4)
          ? i32(pick([0, 0, 0, 1, 4, 100, 8, -8, -64]))
          : chance(0.8)
            ? unknown(pick([0xff, 0x7f8, 0x3fc]))
            : near();
    const far: Part = [get(counter), turns, i32(step), op('i32.mul'), op('i32.add')];
    const guarded = chance(0.3);
    const sure = chance(0.5); // that it ends by its own condition
    const known = chance(0.3);
    // A limit that the counter surely meets, or any in the right direction.
    const to: Part = known ? i32(pick([0, 16, 60, 256, -16, PAGE - 8])) : get(limit);
    const compares = step > 0 ? ['i32.lt_s', 'i32.lt_u', 'i32.le_s', 'i32.le_u'] : ['i32.gt_s', 'i32.gt_u', 'i32.ge_s', 'i32.ge_u'];
    const stay = sure && !known ? 'i32.ne' : pick([...compares, 'i32.ne']);
    const mirrored: { [name: string]: string } = { lt: 'gt', gt: 'lt', le: 'ge', ge: 'le' };
    const opposite: { [name: string]: string } = { lt: 'ge', gt: 'le', le: 'gt', ge: 'lt' };
    const change = (name: string, table: { [name: string]: string }) =>
      name.replace(/(lt|gt|le|ge)/, m => table[m]!).replace(/\.ne$/, table === opposite ? '.eq' : '.ne');
    const condition = (name: string): Part =>
      chance(0.25) ? [to, get(counter), op(change(name, mirrored))] : [get(counter), to, op(name)];
    const stays = () => (chance(0.2) ? [condition(change(stay, opposite)), op('i32.eqz')] : condition(stay));
    const goes = () => (chance(0.2) ? [condition(stay), op('i32.eqz')] : condition(change(stay, opposite)));
    // What is not bound to end gets a guard of its own.
    const safe = guarded || stay !== 'i32.ne' || known || !sure;
    const guard: Part = safe
      ? [get(GUARD + depth), i32(1), op('i32.add'), tee(GUARD + depth), i32(TURNS), op('i32.gt_u'), op('br_if', u32(1))]
      : [];

    const stepped: Part =
      chance(0.6) || step < 0
        ? chance(0.8)
          ? [get(counter), i32(step), op('i32.add'), set(counter)]
          : [get(counter), i32(-step), op('i32.sub'), set(counter)]
        : [get(counter), i32(step), op('i32.add'), set(OTHER), get(OTHER), set(counter)];
    const moved: Part = beside < 0 ? [] : [get(beside), i32(pick([1, 2, 4, 8, -4, -1, 12])), op('i32.add'), set(beside)];

    /** An address from what moves and what stands. */
    function address(): { code: Part; least: number } {
      const k = pick([0, 0, 0, 1, 2, 3]);
      const moving = [counter, ...(beside < 0 ? [] : [beside]), ...outer];
      const index: Part = [get(pick(moving)), k === 0 ? [] : chance(0.5) ? [i32(k), op('i32.shl')] : [i32(1 << k), op('i32.mul')]];
      const r = below(12);
      const minus = pick([4, 8, 1, 64]);
      if (r < 3) return { code: index, least: 0 };
      if (r < 5 && base >= 0)
        return { code: chance(0.5) ? [get(base), index, op('i32.add')] : [index, get(base), op('i32.add')], least: 0 };
      if (r < 6) return { code: [index, i32(minus), op('i32.sub')], least: minus };
      if (r < 7) return { code: [index, i32(pick([4, 16, PAGE - 64, PAGE - 256])), op('i32.add')], least: 0 };
      if (r < 8) return { code: [get(pick(moving)), get(pick(moving)), op('i32.add')], least: 0 };
      if (r < 9) return { code: [index, i32(pick([0xff, 0xfffc, 0x7ff8])), op('i32.and')], least: 0 };
      if (r < 10) return { code: [get(ACC), i32(0xfc), op('i32.and'), index, op('i32.add')], least: 0 };
      if (r < 11 && base >= 0) return { code: [get(base), index, op('i32.sub')], least: 0 };
      return { code: index, least: 0 };
    }
    function access(): Part {
      const it = pick(accesses);
      const { code, least } = address();
      const offset = chance(0.4) ? least : chance(0.02) ? pick([PAGE, 0x7fffffff, 0x80000000, 0xfffffff8]) : pick([0, 4, 8, 1, 16, 3, 100]);
      const how = op(it.name, memarg(below(Math.log2(it.bytes) + 1), offset));
      if (it.loads) return [code, how, FOLD[it.type]!];
      const value: Part = chance(0.7) || it.type !== 'i' ? get(VALUE[it.type]!) : [get(counter), i32(0x1234567), op('i32.mul')];
      return [code, value, how];
    }
    /** On with the loop around this one. */
    const again = [get(GUARD), i32(1), op('i32.add'), tee(GUARD), i32(TURNS), op('i32.gt_u'), op('br_if', u32(4)), op('br', u32(3))];
    function one(): Part {
      const r = below(40);
      if (r < 22) return access();
      if (r < 26) return [get(ACC), i32(pick([1, 3, 7])), op('i32.and'), op('if', 0x40), access(), END];
      if (r < 28) return [get(ACC), i32(63), op('i32.and'), i32(below(64)), op('i32.eq'), op('br_if', u32(1))]; // out of it
      if (r < 29 && callee !== null) return [get(counter), get(ACC), op('call', u32(callee)), set(ACC)];
      if (r < 30) return [get(LONG), get(counter), op('i64.extend_i32_s'), op('i64.mul'), set(LONG)];
      if (r < 31) return [get(ACC), i32(1023), op('i32.and'), op('i32.eqz'), op('if', 0x40), i32(1), op('memory.grow', 0), op('drop'), END];
      if (r < 32) return [get(ACC), i32(255), op('i32.and'), op('i32.eqz'), op('if', 0x40), get(LONG), get(ACC), op('return'), END];
      if (r < 33) return [op('block', 0x40), get(ACC), i32(1), op('i32.and'), op('br_if', u32(0)), access(), END];
      if (r < 33 + depth) return [get(ACC), i32(7), op('i32.and'), op('i32.eqz'), op('if', 0x40), again, END];
      if (r < 35 && depth === 0) return loop([counter, ...outer], depth + 1);
      return [get(ACC), get(counter), op(pick(['i32.add', 'i32.xor', 'i32.sub'])), set(ACC)];
    }
    const body = () => Array.from({ length: 1 + below(4) }, one);

    const kind = below(4);
    const back = op('br', u32(0));
    // biome-ignore format: shapes
    const shapes: Part[] = [
      [body(), moved, body(), stepped, guard, stays(), op('br_if', u32(0))],
      [goes(), op('br_if', u32(1)), guard, body(), moved, stepped, back],
      [body(), stepped, goes(), op('br_if', u32(1)), guard, moved, body(), back],
      [guard, body(), stepped, moved, stays(), op('br_if', u32(0))],
    ];
    const made: Part = [
      [begin, set(counter)],
      [far, set(limit)],
      beside < 0 ? [] : [unknown(pick([0xff, 0xff8])), set(beside)],
      [i32(0), set(GUARD + depth)],
      [op('block', 0x40), op('loop', 0x40), shapes[kind]!, END, END],
    ];
    free = mine;
    return made;
  }
  function near(): Part {
    return i32(pick([PAGE - 64, PAGE - 8, PAGE, 0x7ffffff0, -32, -4]));
  }
  return Array.from({ length: 1 + below(2) }, () => loop([], 0));
}

/** One module and calls of its functions. */
export function countedProgram(seed: number): Batch {
  const dice = createDice(seed);
  const { below, pick } = dice;
  const b = createBuilder();
  b.memory(1, 2, 'memory');
  for (const at of [0, 1000, PAGE - 300])
    b.data(
      at,
      Array.from({ length: 300 }, () => below(256)),
    );
  const callee = b.func('ii', 'i', '', [get(0), get(1), op('i32.add'), i32(5), op('i32.mul')]);
  const calls: Call[] = [];
  for (let n = 3; n > 0; n--) {
    const name = `f${n}`;
    const tame = [0, 1, 2, 3].filter(() => dice.chance(0.6)).map(x => [get(x), i32(0x3fff), op('i32.and'), set(x)]); // most addresses stay inside
    b.func('iiii', 'Ii', LOCALS, [tame, get(3), set(ACC), loops(dice, dice.chance(0.5) ? callee : null), get(LONG), get(ACC)], name);
    for (let k = 0; k < 6; k++) {
      const word = () =>
        dice.chance(0.75)
          ? pick([0, 1, 2, 3, 4, 7, 8, 64, 100, below(256), below(0x8000)])
          : pick([0xfff8, PAGE - 8, PAGE - 65, PAGE, -4, -8, -1, 0x7fffffff, below(PAGE)]);
      calls.push({ name, params: 'iiii', words: [0, 0, 0, 0].flatMap(() => [word(), 0]), results: 'Ii', rule: 'x', trap: 0 });
    }
  }
  return { title: `counted ${seed}`, wasm: b.build(), calls };
}

/** Programs seed, seed + 1, … */
export const countedBatches = (seed: number, n: number): Batch[] => Array.from({ length: n }, (_, i) => countedProgram(seed + i));
