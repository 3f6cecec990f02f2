// Every way a module can be malformed, with the fault and where it is told, and the same events and faults however the bytes are cut.
// Expectations: core 5.5 Modules; texts of the faults in spec/faults.ts.
import { describe, expect, test, vi } from 'vitest';
import { skipOperator } from '../../src/binary/expression';
import { createReader, type Expression, type ModuleEvents } from '../../src/binary/reader';
import * as F from '../../src/spec/faults';
import { ALL, MULTI_TABLE } from '../../src/spec/features';
import { createModuleValidator } from '../../src/validate/module';
import { originals } from '../fuzz/corpus';
import { flat, HEADER, limits, moduleOf, op, type Part, section, text, u32, vector } from '../fuzz/encode';
import { bytes, cuts, hex } from '../wire/bytes';

vi.mock(import('../../src/binary/expression'), async original => {
  const real = await original();
  return { ...real, skipOperator: vi.fn(real.skipOperator) };
});
const skipped = vi.mocked(skipOperator);

const END = 0x0b;
const DROP = 0x1a;
const TYPE = section(1, vector([[0x60, vector([]), vector([])]])); // one type, [] -> []: 6 bytes
const FUNC = section(3, vector([0])); // 4 bytes
const code = (...bodies: Part[]) => section(10, vector(bodies.map(b => [u32(flat(b).length), b])));
const NOP = [0, END];
const MEMORY = section(5, vector([limits(1)]));

const WASM2 = MULTI_TABLE; // the tables below are of 2.0; what came later: ../validate/features.test.ts

/** Feeds the pieces to the reader and module validator; returns code@offset, 'valid' when there is none. */
function verdict(pieces: Uint8Array[], features = WASM2): string {
  const reader = createReader(createModuleValidator(features).events, features);
  try {
    for (const piece of pieces) reader.feed(piece, 0, piece.length);
    reader.end();
  } catch (e) {
    expect(e).toBe(F.fault.code);
    return `${e}@${F.fault.offset}`;
  }
  return 'valid';
}

// The header is 8 bytes; a section's id stands at 8, its size at 9, its content begins at 10.
const malformed: [string, Part, number, number][] = [
  ['nothing', [], F.UNEXPECTED_END, 0],
  ['half a magic', [0, 0x61, 0x73], F.UNEXPECTED_END, 3],
  ['another magic', [1, 0x61, 0x73, 0x6d, 1, 0, 0, 0], F.MAGIC, 0],
  ['a text module', [...Buffer.from('(module)')], F.MAGIC, 0],
  ['a wrong fourth byte', [0, 0x61, 0x73, 0x6e, 1, 0, 0, 0], F.MAGIC, 0],
  ['magic alone', [0, 0x61, 0x73, 0x6d], F.UNEXPECTED_END, 4],
  ['half a version', [0, 0x61, 0x73, 0x6d, 1], F.UNEXPECTED_END, 5],
  ['version 0', [0, 0x61, 0x73, 0x6d, 0, 0, 0, 0], F.VERSION, 4],
  ['version 2', [0, 0x61, 0x73, 0x6d, 2, 0, 0, 0], F.VERSION, 4],
  ['version 1 in the other byte order', [0, 0x61, 0x73, 0x6d, 0, 0, 0, 1], F.VERSION, 4],
  ['a component', [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0], F.COMPONENT, 4],

  ['section 14', [HEADER, 14, 0], F.SECTION_ID, 8],
  ['section 127', [HEADER, 127, 0], F.SECTION_ID, 8],
  ['section 128', [HEADER, 0x80, 1, 0], F.SECTION_ID, 8],
  ['a tag section', [HEADER, 13, 1, 0], F.FEATURE, 8],
  ['an id alone', [HEADER, 1], F.UNEXPECTED_END, 9],
  ['a section without content', [HEADER, 1, 5], F.LENGTH_BOUNDS, 10],
  ['a section cut short', [HEADER, 1, 5, 1, 0x60, 0], F.LENGTH_BOUNDS, 13],
  ['a custom section cut short', [HEADER, 0, 10, text('ab'), 1, 2], F.LENGTH_BOUNDS, 15],
  ['a section size too long', [HEADER, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 0], F.INT_LONG, 13],
  ['a section size too large', [HEADER, 1, 0xff, 0xff, 0xff, 0xff, 0x1f], F.INT_LARGE, 13],
  ['two type sections', [HEADER, TYPE, TYPE], F.SECTION_ORDER, 14],
  ['types behind functions', [HEADER, section(3, vector([])), TYPE], F.SECTION_ORDER, 11],
  ['data count behind code', [HEADER, code(), section(12, 0)], F.SECTION_ORDER, 11],
  ['elements behind data count', [HEADER, section(12, 0), section(9, 0)], F.SECTION_ORDER, 11],
  ['a section with bytes left', [HEADER, section(1, [vector([]), 0])], F.SECTION_SIZE, 11],
  ['a type section with bytes left', [HEADER, section(1, [1, 0x60, 0, 0, 0])], F.SECTION_SIZE, 14],
  ['a start section with bytes left', [HEADER, TYPE, FUNC, section(8, [0, 0]), code(NOP)], F.SECTION_SIZE, 21],
  ['a section ended inside an item', [HEADER, section(1, [1, 0x60, 1]), FUNC], F.SECTION_END, 13],
  ['an empty section where a count belongs', [HEADER, section(1, [])], F.SECTION_END, 10],
  ['a count too long', [HEADER, section(1, [0x80, 0x80, 0x80, 0x80, 0x80, 0])], F.INT_LONG, 14],

  ['a type that is no function', [HEADER, section(1, [1, 0x40, 0, 0])], F.FUNC_FORM, 11],
  ['a struct type', [HEADER, section(1, [1, 0x5f, 0])], F.FEATURE, 11],
  ['a recursive group', [HEADER, section(1, [1, 0x4e, 0])], F.FEATURE, 11],
  ['a type of a form that there is not', [HEADER, section(1, [1, 0x55, 0])], F.FUNC_FORM, 11],
  ['an unknown value type', [HEADER, section(1, [1, 0x60, 1, 0x68, 0])], F.VALUE_TYPE, 13],
  ['value type 0', [HEADER, section(1, [1, 0x60, 0, 1, 0])], F.VALUE_TYPE, 14],
  ['a vector type', [HEADER, section(1, [1, 0x60, 1, 0x7b, 0])], F.FEATURE, 13],
  ['a typed reference', [HEADER, section(1, [1, 0x60, 1, 0x64, 0, 0])], F.FEATURE, 13],

  ['import kind 5', [HEADER, section(2, [1, 0, 0, 5, 0])], F.IMPORT_KIND, 13],
  ['an imported tag', [HEADER, section(2, [1, 0, 0, 4, 0, 0])], F.FEATURE, 13],
  ['a module name past its section', [HEADER, section(2, [1, 9, 0x61])], F.LENGTH_BOUNDS, 12],
  ['an import name that is not UTF-8', [HEADER, section(2, [1, 0, 1, 0xff, 0, 0])], F.UTF8, 13],
  ['a module name that is not UTF-8', [HEADER, section(2, [1, 2, 0xc0, 0x80, 0, 0, 0])], F.UTF8, 12],
  ['a mutability of 2', [HEADER, section(2, [1, 0, 0, 3, 0x7f, 2])], F.MUTABILITY, 15],
  ['a table of numbers', [HEADER, section(2, [1, 0, 0, 1, 0x7f, 0, 0])], F.REF_TYPE, 14],
  ['limits flags 8', [HEADER, section(2, [1, 0, 0, 2, 8, 0])], F.LIMITS_FLAGS, 14],
  ['a shared memory', [HEADER, section(2, [1, 0, 0, 2, 3, 0, 1])], F.LIMITS_FLAGS, 14],
  ['a 64-bit memory', [HEADER, section(5, [1, 4, 0])], F.LIMITS_FLAGS, 11],
  ['a minimum too large', [HEADER, section(5, [1, 0, 0x82, 0x80, 0x80, 0x80, 0x70])], F.INT_LARGE, 16],
  ['two memories', [HEADER, section(5, vector([limits(0), limits(0)]))], F.MULTIPLE_MEMORIES, 8],
  ['a table with a 64-bit flag', [HEADER, section(4, [1, 0x70, 4, 0])], F.LIMITS_FLAGS, 12],

  ['functions without code', [HEADER, TYPE, FUNC], F.CODE_COUNT, 18],
  ['code without functions', [HEADER, code(NOP)], F.CODE_COUNT, 10],
  ['more code than functions', [HEADER, TYPE, FUNC, code(NOP, NOP)], F.CODE_COUNT, 20],
  ['a body past its section', [HEADER, TYPE, FUNC, section(10, [1, 9, 0, END])], F.LENGTH_BOUNDS, 22],
  ['a global without its end', [HEADER, section(6, [1, 0x7f, 0, 0x41, 0])], F.SECTION_END, 15],
  ['an illegal instruction in a global', [HEADER, section(6, [1, 0x7f, 0, 0x27, END])], F.ILLEGAL_OPCODE, 13],
  ['a vector instruction in a global', [HEADER, section(6, [1, 0x7b, 0, 0xfd, 12, END])], F.FEATURE, 11],
  ['export kind 5', [HEADER, section(7, [1, 0, 5, 0])], F.EXPORT_KIND, 12],
  ['an exported tag', [HEADER, section(7, [1, 0, 4, 0])], F.FEATURE, 12],

  ['element flags 8', [HEADER, section(9, [1, 8])], F.ELEM_KIND, 11],
  ['element kind 1', [HEADER, section(9, [1, 1, 1, 0])], F.ELEM_KIND, 12],
  ['elements of numbers', [HEADER, section(9, [1, 5, 0x7f, 0])], F.REF_TYPE, 12],
  ['data flags 3', [HEADER, MEMORY, section(11, [1, 3])], F.DATA_KIND, 16],
  ['data past its section', [HEADER, MEMORY, section(11, [1, 1, 5, 0])], F.SECTION_END, 18],
  ['fewer data than counted', [HEADER, section(12, 2), section(11, [1, 1, 0])], F.DATA_COUNT, 13],
  ['no data though counted', [HEADER, section(12, 1)], F.DATA_COUNT, 11],
  ['more data than counted', [HEADER, section(12, 0), section(11, [1, 1, 0])], F.DATA_COUNT, 13],

  ['a custom section without a name', [HEADER, section(0, [])], F.SECTION_END, 10],
  ['a custom name past its section', [HEADER, section(0, [9, 0x61])], F.LENGTH_BOUNDS, 11],
  ['a custom name that is not UTF-8', [HEADER, section(0, [1, 0x80])], F.UTF8, 11],
];

describe('malformed modules', () => {
  test.each(malformed)('%s', (_name, part, fault, offset) => {
    const src = Uint8Array.from(flat(part));
    for (const [how, cut] of cuts) expect([how, verdict(cut(src))]).toEqual([how, `${fault}@${offset}`]);
  });
});

const body = (...instructions: Part[]) => flat([HEADER, TYPE, FUNC, MEMORY, code([instructions])]);
// Bodies begin at 27: header 8, type 6, function 4, memory 5, section id and size 2, count 1, body size 1. Locals first.
const malformedBodies: [string, Part[], number, number][] = [
  ['an unknown instruction', [0, 0xff, END], F.ILLEGAL_OPCODE, 28],
  ['a reserved instruction', [0, 0x27, END], F.ILLEGAL_OPCODE, 28],
  ['an unknown prefixed instruction', [0, 0xfc, 18, END], F.ILLEGAL_OPCODE, 28],
  ['a prefixed number beyond any table', [0, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f, END], F.ILLEGAL_OPCODE, 28],
  ['a vector instruction', [0, 0xfd, 12, END], F.FEATURE, 28],
  ['no end', [0, 1], F.SECTION_END, 29],
  ['nothing', [], F.SECTION_END, 27],
  ['something after the end', [0, END, 1], F.END_EXPECTED, 29],
  ['two ends', [0, END, END], F.END_EXPECTED, 29],
  ['a block type that is no type', [0, 2, 0x41, END, END], F.BLOCK_TYPE, 29],
  ['a vector block', [0, 2, 0x7b, END, END], F.FEATURE, 29],
  ['a negative type index', [0, 2, 0xff, 0x70, END, END], F.BLOCK_TYPE, 29],
  ['else without if', [0, 5, END], F.ELSE_UNEXPECTED, 28],
  ['else twice', [0, 0x41, 0, 4, 0x40, 5, 5, END, END], F.ELSE_UNEXPECTED, 33],
  ['2^32 locals', [[2, u32(0xffffffff), 0x7f, 1, 0x7e], END], F.TOO_MANY_LOCALS, 34],
  ['50001 locals', [[1, u32(50001), 0x7f], END], F.LIMIT, 32],
  ['a local of no type', [1, 1, 0x40, END], F.VALUE_TYPE, 29],
  ['locals cut short', [2, 1, 0x7f], F.SECTION_END, 30],
  ['a memory number in memory.size', [0, 0x3f, 1, END], F.ZERO_BYTE, 29],
  ['a memory number in memory.grow', [0, 0x41, 0, 0x40, 0x80, 0, END], F.ZERO_BYTE, 31],
  ['an i32.const too long', [0, 0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0, END], F.INT_LONG, 33],
  ['an i32.const too large', [0, 0x41, 0x80, 0x80, 0x80, 0x80, 0x10, END], F.INT_LARGE, 33],
  ['an i64.const too large', [0, 0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 2, END], F.INT_LARGE, 38],
  ['an f32.const cut short', [0, 0x43, 0, 0, 0], F.SECTION_END, 32],
  ['alignment 2^64', [0, 0x41, 0, 0x28, 64, 0, END], F.MEMOP_FLAGS, 31],
  ['an offset too large', [0, 0x41, 0, 0x28, 0, 0x80, 0x80, 0x80, 0x80, 0x10, END], F.INT_LARGE, 36],
  ['ref.null of a number', [0, 0xd0, 0x7f, END], F.HEAP_TYPE, 29],
  ['ref.null func as an s33 of two bytes', [0, 0xd0, 0xf0, 0x7f, DROP, END], F.HEAP_TYPE, 29],
  ['a br_table longer than the body', [0, 0x41, 0, 0x0e, 0xff, 0xff, 0xff, 0xff, 0x0f], F.UNEXPECTED_END, 36],
];
describe('malformed bodies', () => {
  test.each(malformedBodies)('%s', (_name, instructions, fault, offset) => {
    const src = Uint8Array.from(body(...instructions));
    for (const [how, cut] of cuts) expect([how, verdict(cut(src))]).toEqual([how, `${fault}@${offset}`]);
  });
});

/** Everything the reader tells, as text; bytes by content and place. */
function recorder(): { log: string[]; events: ModuleEvents } {
  const log: string[] = [];
  let content = '';
  const flush = () => {
    if (content !== '') log.push(`content ${content}`);
    content = '';
  };
  const place = (e: Expression | null) => e && `${hex(e.bytes, e.start, e.stop)} @${e.first + e.start}`;
  const events: any = {};
  for (const name of [
    'section',
    'type',
    'imported',
    'func',
    'table',
    'memory',
    'exported',
    'start',
    'dataCount',
    'elemFunc',
    'custom',
    'end',
  ])
    events[name] = (...args: unknown[]) => {
      flush();
      log.push(`${name} ${JSON.stringify(args)}`);
    };
  events.global = (t: unknown, init: Expression) => log.push(`global ${JSON.stringify(t)} ${place(init)}`);
  events.elem = (...args: any[]) => log.push(`elem ${JSON.stringify(args.map((a, i) => (i === 2 ? place(a) : a)))}`);
  events.elemExpr = (init: Expression) => log.push(`elemExpr ${place(init)}`);
  events.data = (...args: any[]) => {
    flush();
    log.push(`data ${JSON.stringify(args.map((a, i) => (i === 2 ? place(a) : a)))}`);
  };
  events.code = (src: Uint8Array, start: number, stop: number, first: number) =>
    log.push(`code ${hex(src, start, stop)} @${first + start}`);
  events.content = (src: Uint8Array, start: number, stop: number) => {
    content += (content === '' ? '' : ' ') + hex(src, start, stop);
  };
  return { log, events };
}
function eventsOf(pieces: Uint8Array[]): string[] {
  const { log, events } = recorder();
  const reader = createReader(events);
  try {
    for (const piece of pieces) {
      const lent = piece.slice();
      reader.feed(lent, 0, lent.length);
      lent.fill(0xee); // pieces are only borrowed
    }
    reader.end();
  } catch (e) {
    log.push(`fault ${e} @${F.fault.offset}`);
  }
  return log;
}

test('with everything on, a form that there is not is no feature left out', () => {
  const forms = [0x4d, 0x51, 0x55, 0x5d, 0x61];
  const types = forms.flatMap(form => [
    [1, form, 0],
    [1, 0x50, 0, form, 0],
    [1, 0x4e, 1, form, 0],
  ]);
  for (const type of [...types, [1, 0x4e, 1, 0x4e, 0]])
    expect([type, verdict([moduleOf(section(1, type))], ALL)]).toEqual([type, `${F.FUNC_FORM}@${10 + type.length - 2}`]);
});

test('a constant expression in pieces is read once', () => {
  const n = 2000;
  const long = [Array.from({ length: n }, () => [0x41, 0, 0x6a]), END]; // sums of zeros
  const src = Uint8Array.from(flat([HEADER, section(6, [1, 0x7f, 0, 0x41, 0, long])]));
  skipped.mockClear();
  for (const [, cut] of cuts) expect(verdict(cut(src), ALL)).toBe('valid');
  // whatever is cut is read again from its beginning, and pieces are of a byte at least
  expect(skipped.mock.calls.length).toBeLessThan(cuts.length * (2 * n + src.length + 10));
});

describe('pieces', () => {
  const samples: [string, Uint8Array][] = [
    ...originals(),
    [
      'elements by expression',
      moduleOf(
        TYPE, FUNC, section(4, vector([[0x70, limits(3)]])),
        section(9, vector([[4, 0x41, 0, END, vector([[op('ref.func', 0), END], [op('ref.null', 0x70), END]])], [5, 0x6f, vector([[op('ref.null', 0x6f), END]])], [3, 0, vector([0, 0])]])),
        code(NOP), section(0, [text('name'), bytes('00 02 01 61') as unknown as Part[]].flatMap(p => flat(p))),
      ),
    ],
  ]; // biome-ignore format: a module
  test.each(samples)('of %s give the events of the whole', (_name, src) => {
    const [[, wholeCut], ...others] = cuts;
    const want = eventsOf(wholeCut(src));
    expect(want.at(-1)).toBe(`end [${src.length}]`);
    for (const [, cut] of others) expect(eventsOf(cut(src))).toEqual(want);
  });
  test.each(samples)('of every beginning of %s give one fault', (_name, src) => {
    for (let n = 0; n < src.length; n += src.length > 400 ? 13 : 1) {
      const [whole, bytewise] = cuts.slice(0, 2).map(([, cut]) => eventsOf(cut(src.subarray(0, n))));
      expect(bytewise).toEqual(whole);
    }
  });
});

describe('announced sizes', () => {
  /** Elements of all typed arrays made while fn runs. */
  function allocated(fn: () => void): number {
    const names = ['Uint8Array', 'Int32Array', 'Uint16Array', 'Float64Array', 'ArrayBuffer'] as const;
    const saved = names.map(name => (globalThis as any)[name]);
    let total = 0;
    names.forEach((name, i) => {
      (globalThis as any)[name] = new Proxy(saved[i], {
        construct(target, args) {
          total += typeof args[0] === 'number' ? args[0] : 0;
          return new target(...args);
        },
      });
    });
    try {
      fn();
    } finally {
      names.forEach((name, i) => {
        (globalThis as any)[name] = saved[i];
      });
    }
    return total;
  }
  const HUGE = [0xff, 0xff, 0xff, 0xff, 0x0f];
  const MILLION = u32(1_000_000);
  const rows: [string, Part][] = [
    ...[1, 2, 3, 4, 6, 7, 9, 11].flatMap((id): [string, Part][] => [
      [`2^32 - 1 items of section ${id}`, [HEADER, section(id, HUGE)]],
      [`10^6 items of section ${id}`, [HEADER, section(id, MILLION)]],
    ]),
    ['a section of 2^32 - 1 bytes', [HEADER, 1, HUGE, 1, 0x60]],
    ['a custom section of 2^32 - 1 bytes', [HEADER, 0, HUGE, text('x'), 1, 2, 3]],
    ['2^32 - 1 functions and bodies', [HEADER, TYPE, 3, 6, HUGE, 0, 10, 6, HUGE, 0]],
    ['2^32 - 1 parameters', [HEADER, section(1, [1, 0x60, HUGE])]],
    ['a name of 2^32 - 1 bytes', [HEADER, section(2, [1, HUGE])]],
    ['2^32 - 1 elements', [HEADER, TYPE, section(9, [1, 1, 0, HUGE])]],
    ['10^6 elements', [HEADER, TYPE, section(9, [1, 1, 0, MILLION])]],
    ['2^32 - 1 data', [HEADER, section(12, HUGE)]],
    ['2^32 - 1 bytes of data', [HEADER, section(11, [1, 1, HUGE])]],
    ['a body of 2^32 - 1 bytes', [HEADER, TYPE, FUNC, section(10, [1, HUGE])]],
    ['2^32 - 1 locals', [HEADER, TYPE, FUNC, code([[1, HUGE, 0x7f], END])]],
    ['2^32 - 1 branch targets', [HEADER, TYPE, FUNC, code([[0, 0x41, 0, 0x0e, HUGE], END])]],
    ['2^32 - 1 selected types', [HEADER, TYPE, FUNC, code([[0, 0x1c, HUGE], END])]],
    ['2^32 - 1 branch targets in a constant', [HEADER, section(6, [1, 0x7f, 0, 0x0e, HUGE, END])]],
    ['a table of 2^32 - 1', [HEADER, section(4, vector([[0x70, 0, HUGE]]))]],
    ['2^32 - 1 names of functions', [HEADER, section(0, [text('name'), 1, 6, HUGE, 0])]],
  ];
  test.each(rows)('%s allocate nothing', (_name, part) => {
    const src = Uint8Array.from(flat(part));
    const before = process.memoryUsage().heapUsed;
    let got = '';
    const total = allocated(() => {
      got = verdict([src]);
      for (let i = 0; i < src.length; i += 7) verdict([src.subarray(0, i), src.subarray(i)]);
    });
    if (!/names|table of/.test(_name)) expect(got).not.toBe('valid');
    expect(total).toBeLessThan(40 * src.length * 10); // pieces that wait for their rest, several runs of it
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 << 20);
  });
});
