// Differential cases for everything without a signature: control, calls, variables, references, tables. Written out by hand, one function a
// situation, since what goes wrong there depends on what stands on the operand stack around it.

import { CALL_TYPE, OOB_TABLE, UNDEFINED_ELEMENT, UNINITIALIZED_ELEMENT } from '../../src/spec/traps';
import type { Batch, Call } from './batch';
import { many } from './edges';
import { type Builder, constant, createBuilder, END, get, i32, op, type Part, s64, set, tee, u32 } from './encode';

const ELSE = 0x05;
const INTS = [0, 1, 2, 3, 4, 5, -1, 7, 0x7fffffff, -0x80000000];
const INT: { [letter: string]: string } = { i: 'i', I: 'I', f: 'i', F: 'I', r: '', x: '' };
const toInt: { [letter: string]: Part } = { i: [], I: [], f: op('i32.reinterpret_f32'), F: op('i64.reinterpret_f64') };

/** A batch in the making: functions of i32 parameters, each called on numbers from INTS. */
function collect(
  title: string,
  setup: (b: Builder, fn: (params: string, results: string, locals: string, code: Part, trap?: number) => void) => void,
): Batch {
  const b = createBuilder();
  const calls: Call[] = [];
  let serial = 0;
  setup(b, (params, results, locals, code, trap = 0) => {
    const name = `f${serial++}`;
    b.func(params, results, locals, code, name);
    const n = params.length;
    const tuples = n === 0 ? [[]] : n === 1 ? INTS.map(x => [x]) : INTS.flatMap(x => INTS.map(y => (n === 2 ? [x, y] : [x, y, x ^ y])));
    for (const t of tuples)
      calls.push({ name, params, words: t.flatMap((x, k) => [x, params[k] === 'I' ? ~x : 0]), results, rule: 'x', trap });
  });
  return { title, wasm: b.build(), calls };
}

const blocks = () =>
  collect('blocks and branches', (b, fn) => {
    const t = b.blockType;
    const block = (params: string, results: string, ...code: Part[]): Part => [op('block', t(params, results)), ...code, END];
    const loop = (params: string, results: string, ...code: Part[]): Part => [op('loop', t(params, results)), ...code, END];
    const add = op('i32.add');
    const sub = op('i32.sub');
    const br = (n: number) => op('br', u32(n));
    const brIf = (n: number) => op('br_if', u32(n));
    // values through blocks, with something pending below each
    fn('ii', 'i', '', [get(0), block('', 'i', get(1), br(0)), sub]);
    fn('ii', 'i', '', [get(0), i32(9), block('', 'i', i32(1), i32(2), get(1), br(0)), sub, sub]);
    fn('ii', 'i', '', [get(0), get(1), block('i', 'i', i32(3), add), sub]);
    fn('ii', 'ii', '', [get(0), get(1), block('ii', 'ii', get(0), brIf(0), op('drop'), i32(5))]);
    fn('ii', 'ii', '', [get(1), get(0), block('ii', 'ii', get(1), brIf(0), set(0), set(1), get(0), get(1))]);
    fn('ii', 'iii', '', [i32(1), i32(2), i32(3), block('iii', 'iii', get(0), brIf(0), sub, get(1))]);
    // br_if that must move values down, over junk
    fn('ii', 'i', '', [block('', 'i', i32(100), get(0), get(1), brIf(0), sub), i32(1), add]);
    fn('ii', 'ii', '', [block('', 'ii', i32(100), get(0), get(1), get(1), brIf(0), op('drop'), op('drop'), get(1))]);
    fn('ii', 'ii', '', [block('', 'ii', get(1), get(1), get(0), get(0), brIf(0), sub)]);
    fn('ii', 'I', '', [block('', 'I', op('i64.const', 5), get(0), op('i64.extend_i32_s'), get(1), brIf(0), op('i64.sub'))]);
    // out of several levels, and out of the function
    fn('ii', 'i', '', [
      i32(8),
      block('', 'i', block('', '', block('', '', get(0), brIf(0), i32(11), br(2)), get(1), brIf(0), i32(12), br(1)), i32(13)),
      sub,
    ]);
    fn('ii', 'i', '', [
      i32(50),
      block(
        '',
        '',
        block('', '', get(0), op('i32.eqz'), brIf(1), get(1), get(0), brIf(2), op('drop')),
        i32(60),
        get(1),
        brIf(1),
        op('drop'),
      ),
    ]);
    fn('ii', 'ii', '', [get(1), get(0), i32(9), get(0), get(1), brIf(0), op('drop'), op('drop'), op('drop'), i32(1), i32(2), op('return')]);
    fn('ii', 'iI', '', [get(0), op('i64.const', 3), get(1), brIf(0), op('drop'), op('drop'), i32(7), op('i64.const', 9)]);
    // loops: results, parameters, swaps through a back edge
    fn('i', 'i', 'i', [i32(5), set(1), loop('', 'i', get(1), i32(1), sub, tee(1), brIf(0), get(0))]);
    fn('ii', 'i', 'i', [i32(4), set(2), get(0), loop('i', 'i', get(1), add, get(2), i32(1), sub, tee(2), brIf(0))]);
    fn('ii', 'ii', 'ii', [
      i32(5),
      set(2),
      get(0),
      get(1),
      loop('ii', 'ii', set(3), op('drop'), get(3), i32(2), op('i32.mul'), set(0), get(3), get(0), get(2), i32(1), sub, tee(2), brIf(0)),
    ]);
    fn('ii', 'ii', 'iii', [
      i32(3),
      set(2),
      get(0),
      get(1),
      loop('ii', 'ii', set(3), set(4), get(3), get(4), get(2), i32(1), sub, tee(2), brIf(0)),
    ]);
    fn('ii', 'ii', 'i', [
      i32(3),
      set(2),
      loop('', 'ii', get(1), get(0), set(1), set(0), get(2), i32(1), sub, tee(2), brIf(0), get(0), get(1)),
    ]);
    fn('i', 'i', 'ii', [
      i32(3),
      set(1),
      loop(
        '',
        '',
        i32(3),
        set(2),
        loop('', '', get(0), i32(7), add, set(0), get(2), i32(1), sub, tee(2), brIf(0)),
        get(1),
        i32(1),
        sub,
        tee(1),
        brIf(0),
      ),
      get(0),
    ]);
    fn('i', 'i', 'i', [
      block('', '', loop('', '', get(1), i32(10), op('i32.ge_s'), brIf(1), get(1), i32(1), add, set(1), br(0))),
      get(1),
      get(0),
      add,
    ]);
    // if: with and without else, parameters, results, nested, arms that end in br or return
    fn('ii', 'i', '', [get(0), op('if', t('', 'i')), get(1), ELSE, i32(-1), END]);
    fn('ii', 'i', '', [get(0), get(1), op('if', t('i', 'i')), i32(1), add, ELSE, i32(2), sub, END]);
    fn('ii', 'i', '', [get(0), get(1), op('if', t('i', 'i')), i32(1), add, END]);
    fn('ii', 'i', '', [i32(70000), get(0), get(0), get(1), op('if', t('ii', 'i')), sub, ELSE, op('drop'), END, sub]);
    fn('ii', 'ii', '', [get(0), get(1), get(1), op('if', t('ii', 'ii')), set(0), set(1), get(0), get(1), END]);
    fn('ii', 'i', '', [
      get(0),
      op('if', t('', 'i')),
      get(1),
      op('if', t('', 'i')),
      i32(1),
      br(1),
      ELSE,
      i32(2),
      op('return'),
      END,
      ELSE,
      i32(3),
      END,
      i32(100),
      add,
    ]);
    fn('ii', 'i', '', [get(1), get(0), op('if', 0x40), get(0), set(1), ELSE, i32(77), set(1), END, get(1), sub]);
    fn('ii', 'i', '', [get(0), get(1), get(0), op('if', 0x40), i32(5), set(0), END, get(0), sub, sub]);
    fn('ii', 'i', '', [get(0), get(1), op('i32.lt_s'), op('if', 0x40), get(0), op('return'), END, get(1)]);
    fn('i', 'i', '', [get(0), op('if', 0x40), op('unreachable'), END, i32(3)]);
    fn('i', 'i', '', [get(0), op('if', 0x40), ELSE, op('unreachable'), END, i32(3)]);
    // code that cannot be reached, in all its shapes
    fn('i', 'i', '', [get(0), op('return'), op('drop'), add, op('drop')]);
    fn('i', 'i', '', [
      block(
        '',
        'i',
        get(0),
        br(0),
        block('', 'i', get(0), get(0), add, br(1)),
        op('select'),
        op('drop'),
        loop('', 'I', br(0)),
        op('i64.eqz'),
      ),
    ]);
    fn('i', 'i', '', [
      block('', '', br(0), op('if', t('', 'i')), i32(1), ELSE, op('f32.const', [0, 0, 0, 0]), op('i32.trunc_f32_s'), END, op('drop')),
      get(0),
    ]);
    fn('ii', 'i', '', [get(0), op('if', t('', 'i')), i32(1), op('return'), get(1), ELSE, get(1), END]);
    fn('i', 'i', '', [loop('', 'i', get(0), op('return'), br(0))]);
    fn('i', '', '', [op('unreachable'), op('drop'), op('f64.add'), op('drop')]);
    // select, with each operand constant, local, made
    for (const a of [get(0), i32(5), [get(0), i32(1), add], i32(70000)])
      for (const c of [get(1), i32(6), [get(1), i32(1), add]])
        for (const d of [get(0), i32(0), i32(1), [get(1), op('i32.eqz')], [get(0), get(1), op('i32.gt_s')]])
          fn('ii', 'i', '', [a, c, d, op('select')]);
    fn('ii', 'i', '', [get(0), get(1), get(0), op('select'), set(0), get(0)]);
    fn('ii', 'i', '', [get(0), get(0), get(1), get(1), op('select'), set(0), get(0), sub]);
    // nop and drop between what would fuse
    fn('ii', 'i', '', [get(0), get(1), op('i32.lt_u'), op('nop'), op('if', t('', 'i')), i32(1), ELSE, i32(2), END]);
    fn('ii', 'i', '', [get(0), get(1), op('i32.lt_u'), i32(3), op('drop'), op('if', t('', 'i')), i32(1), ELSE, i32(2), END]);
    fn('ii', 'i', '', [get(0), get(1), op('i32.lt_u'), get(0), op('drop'), op('nop'), op('if', t('', 'i')), i32(1), ELSE, i32(2), END]);
    fn('ii', 'i', '', [get(0), get(1), op('i32.lt_s'), i32(9), set(0), op('if', t('', 'i')), get(0), ELSE, i32(2), END]);
    fn('ii', 'i', '', [get(0), get(1), op('i32.lt_s'), get(1), set(0), op('if', t('', 'i')), get(0), ELSE, i32(2), END]);
    fn('ii', 'i', '', [get(0), get(1), op('i32.lt_s'), tee(0), op('if', t('', 'i')), get(0), ELSE, i32(2), END]);
    fn('ii', 'i', '', [get(0), get(1), add, tee(0), get(1), set(0), get(0), sub]);
    fn('ii', 'i', '', [get(0), tee(1), get(1), add, tee(1), tee(0), get(1), sub, get(0), sub]);
    fn('i', 'i', '', [i32(3), tee(0), get(0), add, i32(70000), tee(0), op('drop'), get(0), add]);
    fn('ii', 'i', '', [get(0), get(0), get(0), get(1), set(0), sub, sub, get(0), sub]);
  });

const tables = () =>
  collect('br_table', (b, fn) => {
    const t = b.blockType;
    const block = (results: string, ...code: Part[]): Part => [op('block', t('', results)), ...code, END];
    const brTable = (...l: number[]): Part => op('br_table', u32(l.length - 1), l.map(u32));
    fn('i', 'i', '', [block('', block('', block('', get(0), brTable(0, 1, 2)), i32(10), op('return')), i32(11), op('return')), i32(12)]);
    fn('i', 'i', '', [block('', block('', get(0), brTable(1)), i32(5), op('return')), i32(6)]);
    fn('i', 'i', '', [block('i', i32(30), get(0), brTable(0, 1, 0, 1))]);
    fn('ii', 'i', '', [block('i', block('i', get(1), get(0), brTable(1, 0, 2, 0)), i32(100), op('i32.add')), i32(1000), op('i32.add')]);
    fn('ii', 'i', '', [
      block('i', block('i', i32(4), i32(5), get(1), get(0), brTable(1, 0, 2, 0)), i32(100), op('i32.add')),
      i32(1000),
      op('i32.add'),
    ]);
    fn('ii', 'ii', '', [
      block('ii', block('ii', i32(4), get(1), get(0), get(0), brTable(1, 0, 2)), op('i32.sub'), i32(3)),
      op('i32.add'),
      i32(8),
    ]);
    fn('ii', 'i', '', [
      get(0),
      i32(7),
      op('i32.and'),
      set(0),
      op('loop', t('', 'i')),
      block(
        'i',
        block(
          '',
          get(1),
          get(0),
          i32(1),
          op('i32.sub'),
          tee(0),
          op('drop'),
          op('drop'),
          get(0),
          i32(0),
          op('i32.gt_s'),
          brTable(0, 1 + 1, 0),
        ),
        get(1),
      ),
      END,
    ]);
    fn('i', 'i', 'i', [
      op('loop', t('', '')),
      block('', get(1), i32(1), op('i32.add'), tee(1), i32(9), op('i32.ge_u'), brTable(1, 0)),
      END,
      get(1),
      get(0),
      op('i32.add'),
    ]);
    fn('ii', 'i', 'i', [
      i32(7),
      set(2),
      get(1),
      op('loop', t('i', 'i')),
      i32(3),
      op('i32.add'),
      get(2),
      i32(1),
      op('i32.sub'),
      tee(2),
      i32(0),
      op('i32.eq'),
      brTable(0, 1),
      END,
    ]);
    const many = Array.from({ length: 300 }, (_, i) => i % 3);
    fn('i', 'i', '', [block('', block('', block('', get(0), brTable(...many, 1)), i32(10), op('return')), i32(11), op('return')), i32(12)]);
    for (const k of [0, 1, 2, 3, -1]) fn('', 'i', '', [block('', block('', i32(k), brTable(0, 1)), i32(10), op('return')), i32(11)]);
  });

const calls = () =>
  collect('calls', (b, fn) => {
    b.table('r', 8, 8);
    const sub = b.func('ii', 'i', '', [get(0), get(1), op('i32.sub')]);
    const swap = b.func('iI', 'Ii', '', [get(1), get(0)]);
    const none = b.func('', '', '', []);
    const sum = b.func('iIfFi', 'F', '', [
      get(0),
      op('f64.convert_i32_s'),
      get(1),
      op('f64.convert_i64_s'),
      op('f64.add'),
      get(2),
      op('f64.promote_f32'),
      op('f64.add'),
      get(3),
      op('f64.add'),
      get(4),
      op('f64.convert_i32_s'),
      op('f64.add'),
    ]);
    const fresh = b.func('i', 'iI', 'iIfF', [
      get(1),
      get(2),
      get(0),
      set(1),
      op('i64.const', 9),
      set(2),
      get(0),
      op('f64.convert_i32_s'),
      set(4),
    ]);
    const deep = b.func('i', 'i', 'iiii', [
      get(0),
      op('i32.eqz'),
      op('if', b.blockType('', 'i')),
      i32(1),
      ELSE,
      get(0),
      get(0),
      i32(1),
      op('i32.sub'),
      op('call', u32(5)),
      op('i32.add'),
      END,
    ]);
    b.elem(0, [sub, swap, none, sum, fresh, deep]);
    const ii = u32(b.type('ii', 'i'));
    fn('ii', 'i', '', [get(0), get(1), op('call', u32(sub))]);
    fn('ii', 'i', '', [get(0), get(1), get(0), op('call', u32(sub)), op('i32.sub')]);
    fn('ii', 'i', '', [i32(5), i32(70000), op('call', u32(sub)), get(0), op('call', u32(none)), op('i32.add')]);
    fn('ii', 'i', '', [
      get(0),
      get(1),
      op('i32.add'),
      get(1),
      op('call', u32(sub)),
      set(0),
      get(0),
      get(0),
      op('call', u32(sub)),
      get(1),
      op('i32.add'),
    ]);
    fn('iI', 'Ii', '', [get(0), get(1), op('call', u32(swap))]);
    fn('iI', 'i', '', [get(0), get(0), get(1), op('call', u32(swap)), set(0), op('drop'), get(0), op('i32.sub')]);
    fn('ii', 'i', '', [
      get(0),
      op('i64.const', 7),
      [0x43, 0, 0, 0xc0, 0x3f],
      [0x44, 0, 0, 0, 0, 0, 0, 0xe0, 0x3f],
      get(1),
      op('call', u32(sum)),
      op('i32.trunc_sat_f64_s'),
    ]);
    fn('i', 'iI', '', [get(0), op('call', u32(fresh))]);
    fn('i', 'iI', '', [get(0), op('call', u32(fresh)), op('drop'), op('call', u32(fresh))]);
    fn('i', 'i', '', [get(0), i32(15), op('i32.and'), op('call', u32(deep))]);
    // indirect: the right one, another type, none, past the end; the index constant, local, made
    fn('ii', 'i', '', [get(0), get(1), i32(0), op('call_indirect', ii, 0)]);
    fn('ii', 'i', '', [get(0), get(1), i32(1), op('call_indirect', ii, 0)], CALL_TYPE);
    fn('ii', 'i', '', [get(0), get(1), i32(6), op('call_indirect', ii, 0)], UNINITIALIZED_ELEMENT);
    fn('ii', 'i', '', [get(0), get(1), i32(8), op('call_indirect', ii, 0)], UNDEFINED_ELEMENT);
    fn('ii', 'i', '', [get(0), get(1), i32(-1), op('call_indirect', ii, 0)], UNDEFINED_ELEMENT);
    fn('ii', 'i', '', [get(0), get(1), get(1), op('call_indirect', ii, 0)]);
    fn('ii', 'i', '', [get(1), get(0), get(0), get(1), op('i32.add'), op('call_indirect', ii, 0), get(0), op('i32.add')]);
    fn('iI', 'Ii', '', [get(0), get(1), i32(1), op('call_indirect', u32(b.type('iI', 'Ii')), 0)]);
    fn('i', 'i', '', [get(0), i32(31), op('i32.and'), i32(5), op('call_indirect', u32(b.type('i', 'i')), 0)]);
  });

const variables = () => {
  const b = createBuilder();
  const out: Call[] = [];
  for (const letter of 'iIfF') {
    const type = INT[letter]!;
    const first = many[letter]![5]!;
    const g = b.global(letter, true, constant(letter, first[0], first[1]));
    const fixed = b.global(letter, false, constant(letter, first[1], first[0]));
    b.func('', type, '', [op('global.get', u32(fixed)), toInt[letter]!], `fixed${letter}`);
    b.func('', type, '', [op('global.get', u32(g)), toInt[letter]!], `get${letter}`);
    b.func('', type, letter, [op('global.get', u32(g)), set(0), get(0), toInt[letter]!], `local${letter}`);
    out.push({ name: `fixed${letter}`, params: '', words: [], results: type, rule: 'x', trap: 0 });
    const show = (name: string) => out.push({ name: name + letter, params: '', words: [], results: type, rule: 'x', trap: 0 });
    show('get');
    many[letter]!.forEach(([lo, hi], i) => {
      b.func(
        '',
        '',
        letter,
        [constant(letter, lo, hi), ...(i % 2 ? [] : [tee(0), op('drop'), get(0)]), op('global.set', u32(g))],
        `set${i}${letter}`,
      );
      // a constant through a local, a block, a select, the function's result
      b.func(
        '',
        type,
        letter,
        [
          op('block', b.blockType('', letter)),
          constant(letter, lo, hi),
          END,
          tee(0),
          constant(letter, hi, lo),
          i32(1),
          op('select'),
          toInt[letter]!,
        ],
        `pass${i}${letter}`,
      );
      b.func(
        'i',
        type,
        letter,
        [get(1), constant(letter, lo, hi), get(0), op('select'), set(1), get(1), toInt[letter]!],
        `pick${i}${letter}`,
      );
      show(`set${i}`);
      show('get');
      show('local');
      show(`pass${i}`);
      for (const x of [0, 1, -1]) out.push({ name: `pick${i}${letter}`, params: 'i', words: [x, 0], results: type, rule: 'x', trap: 0 });
    });
  }
  return { title: 'globals, constants, moves', wasm: b.build(), calls: out };
};

/** Tables of functions and of external references (only null can be made inside a module). */
const references = () => {
  const b = createBuilder();
  const t = b.table('r', 6, 20);
  const u = b.table('r', 5);
  const x = b.table('x', 3, 10);
  const f = [0, 1, 2, 3].map(k => b.func('', 'i', '', i32(100 + k)));
  b.elem(1, [f[0]!, f[1]!, f[2]!]);
  const passive = b.elem(null, [f[3]!, f[2]!, f[1]!, f[0]!]);
  b.elem('declare', [f[3]!]);
  const e = u32(b.type('', 'i'));
  const three = [get(0), get(1), get(2)];
  const out: Call[] = [];
  const fn = (name: string, params: string, results: string, code: Part, tuples: number[][], trap = 0) => {
    b.func(params, results, '', code, name);
    for (const tuple of tuples) out.push({ name, params, words: tuple.flatMap(n => [n | 0, 0]), results, rule: 'x', trap });
  };
  const one = [0, 1, 2, 3, 4, 5, 6, 19, 20, -1, 0x80000000].map(n => [n]);
  const probe = (name: string, table: number) =>
    fn(
      name,
      'i',
      'i',
      [get(0), op('call_indirect', e, u32(table))],
      [0, 1, 2, 3, 4, 5, 6, 7].map(n => [n]),
    );
  const numbers = [0, 1, 2, 4, 5, 6, 7, -1];
  const sets = numbers.flatMap(a => numbers.flatMap(c => [0, 1, 3, 5, 6, -1].map(n => [a, c, n])));
  probe('call', t);
  fn('null', 'i', 'i', [get(0), op('table.get', u32(t)), op('ref.is_null')], one, OOB_TABLE);
  fn('nullx', 'i', 'i', [get(0), op('table.get', u32(x)), op('ref.is_null')], one, OOB_TABLE);
  fn('if', 'i', 'i', [get(0), op('table.get', u32(t)), op('ref.is_null'), op('if', 0x7f), i32(1), ELSE, i32(2), END], one, OOB_TABLE);
  fn('setx', 'i', '', [get(0), op('ref.null', 0x6f), op('table.set', u32(x))], one, OOB_TABLE);
  fn('set', 'i', '', [get(0), op('ref.func', u32(f[3]!)), op('table.set', u32(t))], [[0], [5], [6], [-1]], OOB_TABLE);
  out.push(...again('call', out));
  fn(
    'move',
    'ii',
    '',
    [get(0), get(1), op('table.get', u32(t)), op('table.set', u32(u))],
    numbers.flatMap(a => numbers.map(c => [a, c])),
    OOB_TABLE,
  );
  probe('callu', u);
  fn('init', 'iii', '', [three, op('table.init', u32(passive), u32(t))], sets, OOB_TABLE);
  out.push(...again('call', out));
  fn('copy', 'iii', '', [three, op('table.copy', u32(t), u32(t))], sets, OOB_TABLE);
  out.push(...again('call', out));
  fn('copyu', 'iii', '', [three, op('table.copy', u32(u), u32(t))], sets, OOB_TABLE);
  out.push(...again('callu', out));
  fn('fill', 'iii', '', [get(0), op('ref.func', u32(f[1]!)), get(2), op('table.fill', u32(t))], sets.slice(0, 60), OOB_TABLE);
  out.push(...again('call', out));
  fn('fillx', 'iii', '', [get(0), op('ref.null', 0x6f), get(2), op('table.fill', u32(x))], sets.slice(0, 60), OOB_TABLE);
  fn('grow', 'i', 'i', [op('ref.func', u32(f[2]!)), get(0), op('table.grow', u32(t))], [[0], [3], [-1], [12], [0x80000000], [11], [1]]);
  fn('growx', 'i', 'i', [op('ref.null', 0x6f), get(0), op('table.grow', u32(x))], [[0], [3], [-1], [5], [0], [2]]);
  fn('size', '', 'i', op('table.size', u32(t)), [[]]);
  fn('sizex', '', 'i', op('table.size', u32(x)), [[]]);
  out.push(...again('call', out), ...again('null', out), ...again('nullx', out));
  fn('drop', '', '', op('elem.drop', u32(passive)), [[], []]);
  out.push(...again('init', out), ...again('call', out));
  // references as locals, block results, select_t operands, parameters and results
  const pass = b.func('r', 'r', 'r', [get(0), tee(1), op('ref.null', 0x70), get(0), op('ref.is_null'), op('select_t', u32(1), 0x70)]);
  fn('pass', 'i', 'i', [get(0), op('table.get', u32(t)), op('call', u32(pass)), op('ref.is_null')], one, OOB_TABLE);
  fn(
    'block',
    'i',
    'i',
    [op('block', 0x70), op('ref.func', u32(f[3]!)), get(0), op('br_if', 0), op('drop'), op('ref.null', 0x70), END, op('ref.is_null')],
    [[0], [1]],
  );
  return { title: 'references and tables', wasm: b.build(), calls: out };
};
function again(name: string, calls: Call[]): Call[] {
  return calls.filter(
    (call, i) => call.name === name && calls.findIndex(c => c.name === name && String(c.words) === String(call.words)) === i,
  );
}

/** Constants of every size used inside loops, with calls and nested loops between their uses; counters; sums of products. */
const loops = () =>
  collect('constants, counters and products in loops', (b, fn) => {
    const callee = b.func('ii', 'i', 'iIfFiIfF', [
      get(0),
      get(1),
      op('i32.xor'),
      tee(2),
      op('i64.extend_i32_s'),
      set(3),
      get(0),
      i32(0x55555555),
      op('i32.add'),
    ]);
    const turns = (n: number, counter: number, ...code: Part[]): Part => [
      i32(n),
      set(counter),
      op('loop', 0x40),
      code,
      get(counter),
      i32(1),
      op('i32.sub'),
      tee(counter),
      op('br_if', 0),
      END,
    ];
    const big = [70000, -70000, 0x7fffffff, -0x80000000, 32767, 32768, -32768, -32769, 65535, 65536];
    for (const k of big) {
      fn('ii', 'i', 'i', [turns(3, 2, get(0), i32(k), op('i32.xor'), i32(k), op('i32.add'), set(0)), get(0), get(1), op('i32.sub')]);
      fn('ii', 'i', 'i', [
        turns(
          3,
          2,
          i32(k),
          get(0),
          op('i32.sub'),
          i32(k),
          op('i32.rotl'),
          get(1),
          i32(k),
          op('call', u32(callee)),
          i32(k),
          op('i32.sub'),
          op('i32.add'),
          set(0),
        ),
        get(0),
      ]);
      fn('ii', 'i', 'i', [
        turns(3, 2, get(0), i32(k), op('i32.div_u'), i32(k), get(1), i32(7), op('i32.or'), op('i32.rem_u'), op('i32.add'), set(0)),
        get(0),
      ]);
      fn('ii', 'i', 'i', [
        turns(
          3,
          2,
          get(0),
          get(1),
          i32(k),
          op('i32.lt_s'),
          op('if', 0x40),
          i32(k),
          set(1),
          END,
          i32(k),
          get(0),
          op('i32.ge_u'),
          op('if', 0x40),
          get(0),
          i32(k - 1),
          op('i32.sub'),
          set(0),
          END,
          op('drop'),
        ),
        get(0),
        get(1),
        op('i32.sub'),
      ]);
      fn('ii', 'i', 'ii', [
        turns(
          3,
          2,
          turns(2, 3, get(0), i32(k), op('i32.mul'), i32(k + 1), op('i32.add'), set(0)),
          get(0),
          i32(k + 2),
          op('call', u32(callee)),
          i32(k),
          op('i32.or'),
          set(0),
        ),
        get(0),
      ]);
      fn('i', 'I', 'iI', [
        turns(
          3,
          1,
          get(2),
          op('i64.const', s64(BigInt(k) * 0x10000n)),
          op('i64.add'),
          get(0),
          op('i64.extend_i32_s'),
          op('i64.const', s64(BigInt(k))),
          op('i64.mul'),
          op('i64.xor'),
          set(2),
        ),
        get(2),
      ]);
      fn('i', 'i', 'i', [
        turns(
          3,
          1,
          get(0),
          i32(k),
          op('i32.add'),
          set(0),
          i32(k),
          get(0),
          op('i32.add'),
          set(0),
          get(0),
          i32(k),
          op('i32.sub'),
          tee(0),
          op('drop'),
        ),
        get(0),
      ]);
      fn('ii', 'i', 'i', [
        turns(3, 2, get(0), get(0), i32(k), op('i32.add'), set(0), get(1), op('i32.add'), set(1)),
        get(0),
        get(1),
        op('i32.xor'),
      ]);
      fn('ii', 'i', 'i', [
        turns(2, 2, i32(k), get(1), get(0), op('select'), i32(k), op('i32.ne'), op('if', 0x40), get(0), i32(k), op('i32.add'), set(0), END),
        get(0),
      ]);
      fn('ii', 'i', 'i', [turns(3, 2, get(0), i32(k), tee(1), op('i32.add'), set(0)), get(0), get(1), op('i32.sub')]);
    }
    for (const [letter, t, from, to] of [
      ['F', 'f64', 'f64.convert_i32_s', 'i64.reinterpret_f64'],
      ['f', 'f32', 'f32.convert_i32_s', 'i32.reinterpret_f32'],
    ] as const) {
      const [a, c, d] = [2, 3, 4]; // locals
      const third = constant(letter, letter === 'f' ? 0x3eaaaaab : 0x55555555, 0x3fd55555);
      const enter = [
        get(0),
        op(from),
        third,
        op(`${t}.mul`),
        set(a),
        get(1),
        op(from),
        third,
        op(`${t}.div`),
        set(c),
        get(0),
        get(1),
        op('i32.xor'),
        op(from),
        set(d),
      ];
      const product = [get(a), get(c), op(`${t}.mul`)];
      const made = [get(d), get(a), op(`${t}.sub`)];
      for (const sum of ['add', 'sub'])
        for (const code of [
          [product, get(d)],
          [get(d), product],
          [product, made],
          [made, product],
          [product, third],
          [third, product],
          [product, product],
          [made, get(c), op(`${t}.mul`), get(d)],
          [get(d), get(c), made, op(`${t}.mul`)],
          [product, tee(d), get(a)],
          [product, set(d), get(d), get(c)],
        ]) {
          const all = [code, op(`${t}.${sum}`)];
          fn('ii', INT[letter]!, letter.repeat(3), [enter, all, op(to)]);
          fn('ii', INT[letter]!, `${letter.repeat(3)}i`, [enter, turns(2, 5, all, set(a)), get(a), op(to)]);
          fn('ii', INT[letter]!, `${letter.repeat(3)}i`, [
            enter,
            turns(2, 5, get(a), all, set(d), set(c)),
            get(d),
            get(c),
            op(`${t}.mul`),
            op(to),
          ]);
        }
    }
  });

/** Frames whose registers need more than a byte, constants beyond 16 bits, a body whose code needs wide words. */
const large = () =>
  collect('large frames and bodies', (_b, fn) => {
    const locals = 'iIF'.repeat(120);
    const last = 2 + locals.length - 3; // an i
    fn('ii', 'i', locals, [
      get(0),
      set(last),
      get(1),
      op('i64.extend_i32_s'),
      set(last + 1),
      get(last),
      get(last + 1),
      op('i32.wrap_i64'),
      op('i32.sub'),
    ]);
    fn('ii', 'i', '', [
      Array.from({ length: 200 }, (_, i) => (i % 2 ? get(0) : i32(i * 1000))),
      get(1),
      Array.from({ length: 200 }, (_, i) => op(i % 3 ? 'i32.sub' : 'i32.xor')),
    ]);
    const step = [
      get(0),
      i32(70001),
      op('i32.mul'),
      get(1),
      op('i32.add'),
      set(0),
      get(0),
      get(1),
      op('i32.lt_s'),
      op('if', 0x40),
      get(1),
      i32(3),
      op('i32.add'),
      set(1),
      END,
    ];
    fn('ii', 'i', '', [Array(3500).fill(step), get(0), get(1), op('i32.xor')]);
    // a loop and branches across all of it
    fn('ii', 'i', 'i', [
      i32(3),
      set(2),
      op('block', 0x40),
      op('loop', 0x40),
      Array(3500).fill(step),
      get(0),
      i32(1),
      op('i32.eq'),
      op('br_if', 1),
      get(2),
      i32(1),
      op('i32.sub'),
      tee(2),
      op('br_if', 0),
      END,
      END,
      get(0),
      get(1),
      op('i32.xor'),
    ]);
  });

export function controlBatches(): Batch[] {
  return [blocks(), tables(), calls(), variables(), references(), loops(), large()];
}
