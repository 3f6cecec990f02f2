// Differential cases for loads, stores and bulk memory: aligned and not, at the last byte and one beyond, with offsets up to 2^32 - 1
// and addresses that only the sum puts out of bounds; overlapping copies, dropped segments, growth.

import { rows } from '../../src/spec/ops';
import type { Batch, Call } from './batch';
import { many } from './edges';
import { type Builder, constant, createBuilder, get, i32, memarg, op, type Part, set, u32 } from './encode';

const PAGE = 65536;
const INT: { [letter: string]: string } = { i: 'i', I: 'I', f: 'i', F: 'I' };
const toInt: { [letter: string]: Part } = { i: [], I: [], f: op('i32.reinterpret_f32'), F: op('i64.reinterpret_f64') };
const fromInt: { [letter: string]: Part } = { i: [], I: [], f: op('f32.reinterpret_i32'), F: op('f64.reinterpret_i64') };
const OFFSETS = [0, 1, 3, 8, 0xfff9, 0xffff, 0x10000, 0x20000000, 0x20000008, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff];

const exact = (name: string, params: string, words: number[], results: string): Call => ({
  name,
  params,
  words,
  results,
  rule: 'x',
  trap: 0,
});

/** Sixty-four KiB whose every byte tells its place. */
function pattern(b: Builder): void {
  b.memory(1, 4, 'memory');
  const bytes = (at: number, n: number) => Array.from({ length: n }, (_, i) => ((at + i) * 167 + ((at + i) >> 8) * 13) & 255);
  b.data(0, bytes(0, 600));
  b.data(PAGE - 600, bytes(PAGE - 600, 600));
}

/** Addresses at which base + offset is in, astride or out of memory, or wraps at 2^32. */
function addresses(offset: number, size: number): number[] {
  const list: number[] = [];
  for (const at of [0, 1, 2, 3, 5, 8, 300, PAGE - size - 1, PAGE - size, PAGE - size + 1, PAGE - 1, PAGE, PAGE + 1]) list.push(at - offset);
  list.push(0, PAGE - 1, PAGE, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff);
  return [...new Set(list.map(at => at | 0))];
}

function load(name: string, result: string, size: number): Batch {
  const b = createBuilder();
  const calls: Call[] = [];
  pattern(b);
  const out = INT[result]!;
  OFFSETS.forEach((offset, k) => {
    const at = op(name, memarg(0, offset));
    const hinted = op(name, memarg(Math.log2(size), offset));
    const forms: [string, string, Part][] = [
      ['l', '', [get(0), at, toInt[result]!]],
      ['t', '', [op('block', b.blockType('', 'i')), get(0), 0x0b, hinted, toInt[result]!]],
      ['r', result, [get(0), at, set(1), get(1), toInt[result]!]],
      ['u', '', [i32(0), get(0), op('i32.add'), hinted, toInt[result]!]],
    ];
    // base + index: the sum wraps at 2^32, the offset does not
    if (k % 3 === 0)
      forms.push(
        ['x', 'i', [i32(-77), set(1), get(0), i32(77), op('i32.add'), get(1), op('i32.add'), hinted, toInt[result]!]],
        ['y', 'i', [get(0), i32(1), op('i32.sub'), set(1), get(1), get(0), get(1), op('i32.sub'), op('i32.add'), at, toInt[result]!]],
      );
    if (result === 'i') forms.push(['a', '', [get(0), at, set(0), get(0)]]);
    for (const [form, locals, code] of forms) {
      b.func('i', out, locals, code, form + k);
      for (const address of addresses(offset, size)) calls.push(exact(form + k, 'i', [address, 0], out));
    }
    addresses(offset, size).forEach((address, i) => {
      b.func('', out, '', [i32(address), at, toInt[result]!], `k${k}_${i}`);
      calls.push(exact(`k${k}_${i}`, '', [], out));
    });
  });
  return { title: name, wasm: b.build(), calls };
}

function store(name: string, value: string, size: number): Batch {
  const b = createBuilder();
  const calls: Call[] = [];
  pattern(b);
  const type = INT[value]!;
  // what stands around an address afterwards
  b.func('i', 'II', '', [get(0), op('i64.load', memarg(0, 0)), get(0), op('i64.load', memarg(0, 8))], 'peek');
  let turn = 0;
  const call = (name: string, params: string, words: number[], place: number) => {
    calls.push(exact(name, params, words, ''));
    if (place >= 0 && place <= PAGE) calls.push(exact('peek', 'i', [Math.max(0, Math.min(PAGE - 16, place - 4)), 0], 'II'));
  };
  OFFSETS.forEach((offset, k) => {
    const at = op(name, memarg(0, offset));
    const hinted = op(name, memarg(Math.log2(size), offset));
    b.func('i' + type, '', '', [get(0), get(1), fromInt[value]!, at], `l${k}`);
    b.func(
      'i' + type,
      '',
      value,
      [get(1), fromInt[value]!, set(2), op('block', b.blockType('', 'i')), get(0), 0x0b, get(2), hinted],
      `t${k}`,
    );
    b.func('i' + type, '', '', [get(0), op('block', b.blockType('', type)), get(1), 0x0b, fromInt[value]!, at], `b${k}`);
    for (const address of addresses(offset, size))
      for (const form of ['l', 't', 'b']) {
        const [lo, hi] = many[value]![turn++ % many[value]!.length]!;
        call(form + k, 'i' + type, [address, 0, lo, hi], (address >>> 0) + offset);
      }
    addresses(offset, size).forEach((address, i) => {
      const [lo, hi] = many[value]![turn++ % many[value]!.length]!;
      b.func('', '', '', [i32(address), constant(value, lo, hi), at], `k${k}_${i}`);
      call(`k${k}_${i}`, '', [], (address >>> 0) + offset);
    });
  });
  return { title: name, wasm: b.build(), calls };
}

/** memory.copy, fill, init, data.drop, size and grow, each operand constant or local. */
function bulk(): Batch[] {
  const numbers = [0, 1, 2, 31, 64, 65, 300, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE, 0x7fffffff, 0x80000000, 0xffffffff].map(n => n | 0);
  const triples: number[][] = [];
  for (const x of numbers)
    for (const y of numbers)
      for (const n of [0, 1, 40, 200, PAGE - 300, PAGE, 0xffffffff]) if (((x ^ (y * 3) ^ n) & 3) !== 1) triples.push([x, y, n | 0]);
  const batches: Batch[] = [];
  const three = [get(0), get(1), get(2)];
  for (const [name, operation] of [
    ['memory.copy', op('memory.copy', 0, 0)],
    ['memory.fill', op('memory.fill', 0)],
  ] as [string, Part][]) {
    const b = createBuilder();
    pattern(b);
    b.func('iii', '', '', [three, operation], 'f');
    b.func('iii', 'i', '', [i32(77), three, operation], 'g'); // with something below
    const calls = triples.map((t, i) =>
      exact(
        i & 1 ? 'f' : 'g',
        'iii',
        t.flatMap(n => [n, 0]),
        i & 1 ? '' : 'i',
      ),
    );
    for (const t of [
      [0, 100, 50],
      [100, 110, 300],
      [110, 100, 300],
      [65000, 64990, 536],
      [3, 5, 0],
      [5, 3, 77],
    ])
      calls.push(
        exact(
          'f',
          'iii',
          t.flatMap(n => [n, 0]),
          '',
        ),
      );
    triples.slice(0, 60).forEach((t, i) => {
      b.func('', '', '', [t.map(i32), operation], `k${i}`);
      calls.push(exact(`k${i}`, '', [], ''));
    });
    batches.push({ title: name, wasm: b.build(), calls });
  }
  const b = createBuilder();
  pattern(b);
  const segment = b.data(
    null,
    Array.from({ length: 100 }, (_, i) => i + 100),
  );
  const empty = b.data(null, []);
  b.func('iii', '', '', [three, op('memory.init', u32(segment), 0)], 'init');
  b.func('iii', '', '', [three, op('memory.init', u32(empty), 0)], 'none');
  b.func('iii', '', '', [three, op('memory.init', u32(0), 0)], 'active'); // gone since instantiation
  b.func('', '', '', op('data.drop', u32(segment)), 'drop');
  const calls: Call[] = [];
  const inits = [0, 1, 50, 99, 100, 101, -1].flatMap(from =>
    [0, 1, 50, 100, 101, -1].flatMap(n => [0, 20, PAGE - 50, PAGE - 100, PAGE, -1].map(to => [to, from, n])),
  );
  for (const name of ['init', 'none', 'active', 'drop', 'init', 'drop'])
    if (name === 'drop') calls.push(exact(name, '', [], ''));
    else
      for (const t of inits)
        calls.push(
          exact(
            name,
            'iii',
            t.flatMap(n => [n, 0]),
            '',
          ),
        );
  batches.push({ title: 'memory.init', wasm: b.build(), calls });
  return [...batches, growth(0, 3), growth(1, 5), growth(2, 2)];
}

/** Growth to the maximum and past it; what was there stays, what is new is zero and reachable at once. */
function growth(min: number, max: number): Batch {
  const b = createBuilder();
  b.memory(min, max, 'memory');
  b.func('i', 'i', '', [get(0), op('memory.grow', 0)], 'grow');
  b.func('', 'i', '', op('memory.size', 0), 'size');
  // grows between operands, so that views taken too early are seen
  b.func(
    'iI',
    'iI',
    'i',
    [get(0), i32(1), op('memory.grow', 0), set(2), get(1), op('i64.store', memarg(0, 0)), get(2), i32(0), op('i64.load', memarg(0, 0))],
    'write',
  );
  const calls: Call[] = [];
  for (const n of [0, 0x10000, -1, 0x7fffffff, 1, 0, 1, -0x80000000, 65535])
    calls.push(exact('grow', 'i', [n, 0], 'i'), exact('size', '', [], 'i'));
  for (const at of [0, 8, PAGE - 8, PAGE - 7, PAGE, 2 * PAGE - 8, 2 * PAGE]) calls.push(exact('write', 'iI', [at, 0, at + 1, -at], 'iI'));
  return { title: `memory.grow from ${min} to ${max}`, wasm: b.build(), calls };
}

export function memoryBatches(): Batch[] {
  const batches: Batch[] = [];
  for (const [code, name, , signature, meaning] of rows) {
    if (code >= 0x180) continue; // no executor runs them yet
    const what = /^(load|store) (\d)/.exec(meaning ?? '');
    if (what === null || signature === null) continue;
    if (what[1] === 'load') batches.push(load(name, signature[2]!, Number(what[2])));
    else batches.push(store(name, signature[1]!, Number(what[2])));
  }
  return [...batches, ...bulk()];
}
