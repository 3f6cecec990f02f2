// Modules that break one rule each, with the fault; and code that is valid only by the spec's typing of unreachable code. V8 must agree on
// every row. Expectations: core 3 Validation, appendix 7.3 Validation Algorithm.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { parseModule } from '../../src/runtime/module';
import * as F from '../../src/spec/faults';
import { validateBody } from '../../src/validate/body';
import type { Sink } from '../../src/validate/sink';
import {
  type Builder,
  createBuilder,
  END,
  flat,
  get,
  i32,
  limits,
  memarg,
  moduleOf,
  op,
  type Part,
  section,
  set,
  tee,
  text,
  u32,
  vector,
} from '../fuzz/encode';

const { WebAssembly } = globalThis as any; // Node's types name its types, not its functions

/** Fault and detail, or 'valid'. */
function verdict(wasm: Uint8Array): string {
  let ours = 'valid';
  try {
    parseModule(wasm);
  } catch (e) {
    expect(e).toBe(F.fault.code);
    ours = String(e);
  }
  expect([ours, WebAssembly.validate(wasm)]).toEqual([ours, ours === 'valid']);
  return ours;
}

/** A module with one of everything, and a function () -> results around the code. Locals 0..3 are i I f F, 4 is a funcref. */
function around(results: string, code: Part): Uint8Array {
  const b = createBuilder();
  b.imported('m', 'fixed', 3, [0x7f, 0]); // global 0: i32, immutable
  b.memory(1, 2);
  b.table('r', 2, 5); // table 0
  b.table('x', 2); // table 1
  b.global('i', true, i32(0)); // global 1
  b.global('F', true, [0x44, 0, 0, 0, 0, 0, 0, 0, 0]); // global 2
  b.func('iI', 'f', '', [0x43, 0, 0, 0, 0], 'first'); // function 0, exported: may be referred to
  b.elem(0, [0]); // segment 0
  b.data(0, [1, 2, 3]);
  b.type('ii', 'ii'); // type 1
  b.type('', 'i'); // type 2
  b.func('', results, 'iIfFr', code); // function 1, which nothing names
  return b.build();
}

const [I, J, X, Y] = [get(0), get(1), get(2), get(3)]; // an i32, i64, f32, f64
const block = (type: Part, ...code: Part[]): Part => [op('block', type), ...code, END];
const EMPTY = 0x40;
const DROP = op('drop');

const invalid: [string, string, Part, number][] = [
  ['no result', 'i', [], F.TYPE_MISMATCH],
  ['a result too many', '', I, F.TYPE_MISMATCH],
  ['the wrong result', 'i', J, F.TYPE_MISMATCH],
  ['results in the wrong order', 'iI', [J, I], F.TYPE_MISMATCH],
  ['an operand short', 'i', [I, op('i32.add')], F.TYPE_MISMATCH],
  ['an operand of another type', 'i', [I, J, op('i32.add')], F.TYPE_MISMATCH],
  ['a float for an integer', 'i', [X, op('i32.eqz')], F.TYPE_MISMATCH],
  ['f32 for f64', 'F', [X, Y, op('f64.add')], F.TYPE_MISMATCH],
  ['drop of nothing', '', DROP, F.TYPE_MISMATCH],
  ['an operand from outside the block', 'i', [I, block(0x7f, I, op('i32.add'))], F.TYPE_MISMATCH],
  ['a drop from outside the block', '', [I, block(EMPTY, DROP)], F.TYPE_MISMATCH],
  ['select of two types', 'i', [I, J, I, op('select')], F.TYPE_MISMATCH],
  ['select by an i64', 'i', [I, I, J, op('select')], F.TYPE_MISMATCH],
  ['select of references without a type', 'r', [get(4), get(4), I, op('select')], F.TYPE_MISMATCH],
  ['select_t of other types', 'i', [J, J, I, op('select_t', u32(1), 0x7f)], F.TYPE_MISMATCH],
  ['select_t of no types', '', [I, I, I, op('select_t', u32(0)), DROP], F.RESULT_ARITY],
  ['select_t of two types', '', [I, I, I, op('select_t', u32(2), 0x7f, 0x7f), DROP], F.RESULT_ARITY],

  ['a label too far', '', op('br', 1), F.UNKNOWN_LABEL],
  ['a label of 2^32 - 1', '', op('br', u32(0xffffffff)), F.UNKNOWN_LABEL],
  ['br_if to a label too far', '', block(EMPTY, I, op('br_if', 2)), F.UNKNOWN_LABEL],
  ['br_table to a label too far', '', block(EMPTY, I, op('br_table', 1, 0, 3)), F.UNKNOWN_LABEL],
  ['br_table by default too far', '', block(EMPTY, I, op('br_table', 0, 2)), F.UNKNOWN_LABEL],
  ['br without the value', 'i', [block(0x7f, op('br', 0))], F.TYPE_MISMATCH],
  ['br with another value', 'i', [block(0x7f, J, op('br', 0))], F.TYPE_MISMATCH],
  ['br_if with another value', 'i', [block(0x7f, J, I, op('br_if', 0), DROP, I)], F.TYPE_MISMATCH],
  ['br_if without a condition', '', [block(EMPTY, op('br_if', 0))], F.TYPE_MISMATCH],
  ['br_if by a float', '', [block(EMPTY, X, op('br_if', 0))], F.TYPE_MISMATCH],
  ['br_table by a float', '', [block(EMPTY, X, op('br_table', 0, 0))], F.TYPE_MISMATCH],
  ['br_table to labels of two arities', 'i', [block(0x7f, block(EMPTY, I, I, op('br_table', 1, 0, 1)), I)], F.TYPE_MISMATCH],
  ['br_table to labels of two types', 'i', [block(0x7f, block(0x7e, I, I, op('br_table', 1, 0, 1)), DROP, I)], F.TYPE_MISMATCH],
  ['a loop branched to with its result', 'i', [op('loop', 0x7f), I, op('br', 0), END, op('i32.eqz'), DROP], F.TYPE_MISMATCH],
  ['return without a value', 'i', op('return'), F.TYPE_MISMATCH],
  ['return of another value', 'i', [J, op('return')], F.TYPE_MISMATCH],
  ['if by an i64', '', [J, op('if', EMPTY), END], F.TYPE_MISMATCH],
  ['if with a result and no else', 'i', [I, op('if', 0x7f), I, END], F.TYPE_MISMATCH],
  ['if whose arms differ', 'i', [I, op('if', 0x7f), I, op('else'), J, END], F.TYPE_MISMATCH],
  ['if whose first arm is short', 'i', [I, op('if', 0x7f), op('else'), I, END], F.TYPE_MISMATCH],
  ['if whose arm leaves more', '', [I, op('if', EMPTY), I, op('else'), END], F.TYPE_MISMATCH],
  ['a block of an unknown type', '', [op('block', 9), END], F.UNKNOWN_TYPE],
  ['a block with parameters and none there', '', [block(1, DROP, DROP, I, I), DROP, DROP], F.TYPE_MISMATCH],

  ['an unknown local', '', [get(5), DROP], F.UNKNOWN_LOCAL],
  ['set of an unknown local', '', [I, set(77)], F.UNKNOWN_LOCAL],
  ['tee of an unknown local', '', [I, tee(5), DROP], F.UNKNOWN_LOCAL],
  ['set of another type', '', [J, set(0)], F.TYPE_MISMATCH],
  ['tee of another type', '', [J, tee(0), DROP], F.TYPE_MISMATCH],
  ['an unknown global', '', [op('global.get', 3), DROP], F.UNKNOWN_GLOBAL],
  ['set of an unknown global', '', [I, op('global.set', 3)], F.UNKNOWN_GLOBAL],
  ['set of an immutable global', '', [I, op('global.set', 0)], F.IMMUTABLE],
  ['set of a global of another type', '', [I, op('global.set', 2)], F.TYPE_MISMATCH],

  ['a call of nothing', '', op('call', 2), F.UNKNOWN_FUNCTION],
  ['a call without arguments', '', [op('call', 0), DROP], F.TYPE_MISMATCH],
  ['a call with arguments in the wrong order', '', [J, I, op('call', 0), DROP], F.TYPE_MISMATCH],
  ['a call for another result', 'i', [I, J, op('call', 0)], F.TYPE_MISMATCH],
  ['an indirect call of an unknown type', '', [I, op('call_indirect', 9, 0)], F.UNKNOWN_TYPE],
  ['an indirect call through an unknown table', '', [I, op('call_indirect', 2, 2), DROP], F.UNKNOWN_TABLE],
  ['an indirect call through external references', '', [I, op('call_indirect', 2, 1), DROP], F.TYPE_MISMATCH],
  ['an indirect call by an i64', '', [J, op('call_indirect', 2, 0), DROP], F.TYPE_MISMATCH],

  ['a load by an i64', '', [J, op('i32.load', memarg(0, 0)), DROP], F.TYPE_MISMATCH],
  ['a store of another type', '', [I, I, op('i64.store', memarg(0, 0))], F.TYPE_MISMATCH],
  ['i32.load aligned to 8', '', [I, op('i32.load', memarg(3, 0)), DROP], F.ALIGNMENT],
  ['i32.load8_u aligned to 2', '', [I, op('i32.load8_u', memarg(1, 0)), DROP], F.ALIGNMENT],
  ['i64.load32_s aligned to 8', '', [I, op('i64.load32_s', memarg(3, 0)), DROP], F.ALIGNMENT],
  ['f64.store aligned to 16', '', [I, Y, op('f64.store', memarg(4, 0))], F.ALIGNMENT],
  ['i64.store16 aligned to 4', '', [I, J, op('i64.store16', memarg(2, 0))], F.ALIGNMENT],
  ['memory.grow by an i64', '', [J, op('memory.grow', 0), DROP], F.TYPE_MISMATCH],
  ['memory.copy of two operands', '', [I, I, op('memory.copy', 0, 0)], F.TYPE_MISMATCH],
  ['memory.fill with a float', '', [I, X, I, op('memory.fill', 0)], F.TYPE_MISMATCH],
  ['memory.init of unknown data', '', [I, I, I, op('memory.init', 1, 0)], F.UNKNOWN_DATA],
  ['data.drop of unknown data', '', op('data.drop', 1), F.UNKNOWN_DATA],

  ['ref.func of nothing', '', [op('ref.func', 2), DROP], F.UNKNOWN_FUNCTION],
  ['ref.func of a function that nothing names', '', [op('ref.func', 1), DROP], F.UNDECLARED_REF],
  ['ref.is_null of a number', '', [I, op('ref.is_null'), DROP], F.TYPE_MISMATCH],
  ['a funcref for an externref', 'x', op('ref.null', 0x70), F.TYPE_MISMATCH],
  ['table.get of an unknown table', '', [I, op('table.get', 2), DROP], F.UNKNOWN_TABLE],
  ['table.get by an i64', '', [J, op('table.get', 0), DROP], F.TYPE_MISMATCH],
  ['table.set of another reference', '', [I, op('ref.null', 0x6f), op('table.set', 0)], F.TYPE_MISMATCH],
  ['table.grow with a number', '', [I, I, op('table.grow', 0), DROP], F.TYPE_MISMATCH],
  ['table.fill of an unknown table', '', [I, get(4), I, op('table.fill', 3)], F.UNKNOWN_TABLE],
  ['table.fill with another reference', '', [I, op('ref.null', 0x6f), I, op('table.fill', 0)], F.TYPE_MISMATCH],
  ['table.size of an unknown table', '', [op('table.size', 2), DROP], F.UNKNOWN_TABLE],
  ['table.copy between types', '', [I, I, I, op('table.copy', 0, 1)], F.TYPE_MISMATCH],
  ['table.copy from an unknown table', '', [I, I, I, op('table.copy', 0, 2)], F.UNKNOWN_TABLE],
  ['table.init of an unknown segment', '', [I, I, I, op('table.init', 1, 0)], F.UNKNOWN_ELEM],
  ['table.init of an unknown table', '', [I, I, I, op('table.init', 0, 2)], F.UNKNOWN_TABLE],
  ['table.init between types', '', [I, I, I, op('table.init', 0, 1)], F.TYPE_MISMATCH],
  ['elem.drop of an unknown segment', '', op('elem.drop', 1), F.UNKNOWN_ELEM],

  // after an unconditional branch the stack is polymorphic, yet what is there keeps its type, and blocks begin anew
  ['a known operand after unreachable', '', [op('unreachable'), J, op('i32.eqz'), DROP], F.TYPE_MISMATCH],
  ['too much after unreachable', '', [op('unreachable'), I], F.TYPE_MISMATCH],
  ['a wrong result after br', 'i', [block(0x7f, I, op('br', 0), J)], F.TYPE_MISMATCH],
  ['nothing in a block that begins after br', 'i', [block(0x7f, I, op('br', 0), block(0x7f, op('i32.eqz')))], F.TYPE_MISMATCH],
  ['an unknown label in dead code', '', [op('unreachable'), op('br', 1)], F.UNKNOWN_LABEL],
  ['an unknown local in dead code', '', [op('return'), get(9)], F.UNKNOWN_LOCAL],
  ['an alignment in dead code', '', [op('return'), op('i32.load', memarg(3, 0)), DROP], F.ALIGNMENT],
  ['a wrong select in dead code', '', [op('unreachable'), I, J, I, op('select'), DROP], F.TYPE_MISMATCH],
  ['a select of references in dead code', '', [op('unreachable'), get(4), I, op('select'), DROP], F.TYPE_MISMATCH],
  [
    'br_table of two arities in dead code',
    'i',
    [block(0x7f, block(EMPTY, op('unreachable'), op('br_table', 1, 0, 1)), I)],
    F.TYPE_MISMATCH,
  ],
  ['the else arm is alive again', 'i', [I, op('if', 0x7f), op('unreachable'), op('else'), END], F.TYPE_MISMATCH],
  ['after a block whose inside is dead', 'i', block(EMPTY, op('unreachable')), F.TYPE_MISMATCH],
  ['br_if in dead code leaves its types', '', [block(0x7f, op('unreachable'), op('br_if', 0), op('i64.eqz')), DROP], F.TYPE_MISMATCH],
];

const valid: [string, string, Part][] = [
  ['anything after unreachable', 'iIfF', op('unreachable')],
  ['operands out of nothing', 'i', [op('unreachable'), op('i32.add')]],
  ['one operand out of nothing', 'i', [op('unreachable'), I, op('i32.add')]],
  ['drops without end', '', [op('return'), DROP, DROP, op('select'), DROP]],
  ['select of one known type', 'I', [op('unreachable'), J, I, op('select')]],
  ['select of no known type', 'F', [op('unreachable'), op('select')]],
  ['ref.is_null of nothing known', 'i', [op('unreachable'), op('ref.is_null')]],
  ['select of what is not known, used as a reference', '', [op('unreachable'), op('select'), op('ref.is_null'), DROP]],
  ['br_table of labels of two types', 'F', block(0x7c, block(0x7d, op('unreachable'), I, op('br_table', 1, 0, 1)), DROP, Y)],
  ['a block in dead code', 'i', [op('unreachable'), block(0x7e, J), DROP]],
  ['a block with parameters out of nothing', '', [op('unreachable'), block(1), DROP, DROP]],
  ['if in dead code', 'i', [op('unreachable'), op('if', 0x7f), I, op('else'), op('unreachable'), END]],
  ['br with values out of nothing', 'i', block(0x7f, op('unreachable'), op('br', 0))],
  ['a loop that never ends', 'i', [op('loop', EMPTY), op('br', 0), END, op('unreachable')]],
  ['a result behind a loop that never ends', 'i', [op('loop', 0x7f), op('br', 0), END]],
  ['if without else whose parameters are its results', 'ii', [I, I, I, op('if', 1), END]],
  ['return inside a block', 'i', [block(EMPTY, I, op('return')), I]],
  ['a call with arguments out of nothing', 'f', [op('unreachable'), op('call', 0)]],
  [
    'references everywhere',
    'r',
    [I, op('ref.func', 0), op('table.set', 0), I, op('table.get', 0), op('ref.null', 0x70), I, op('select_t', u32(1), 0x70)],
  ],
  ['widest alignment', 'F', [I, op('f64.load', memarg(3, 0xffffffff))]],
];

describe('bodies', () => {
  test.each(invalid)('%s', (_name, results, code, fault) => {
    expect(verdict(around(results, code))).toBe(String(fault));
  });
  test.each(valid)('valid: %s', (_name, results, code) => {
    expect(verdict(around(results, code))).toBe('valid');
  });
  test('an instruction at fault is told by its offset', () => {
    const wasm = around('', [op('nop'), op('nop'), I, J, op('i32.add'), DROP]);
    expect(verdict(wasm)).toBe(String(F.TYPE_MISMATCH));
    const tail = flat([op('nop'), op('nop'), I, J, op('i32.add'), DROP, END]);
    const data = flat(section(11, vector([[0, i32(0), END, vector([1, 2, 3])]])));
    expect(F.fault.offset).toBe(wasm.length - data.length - tail.length + 6); // the i32.add behind two nops and two local.gets
  });
});

describe('many locals', () => {
  const RUNS: Part = [u32(4), u32(300), 0x7f, u32(0), 0x7c, u32(40000), 0x7e, u32(9000), 0x7d]; // behind two parameters, i64 and f32
  // biome-ignore format: a table
  const NUMBERS: [local: number, type: number][] = [[0, 0x7e], [1, 0x7d], [2, 0x7f], [301, 0x7f], [302, 0x7e], [40301, 0x7e], [40302, 0x7d], [49301, 0x7d]];
  const PARAMS = vector([0x7e, 0x7d]);
  const withLocals = (declared: Part, ...code: Part[]) => {
    const body = flat([declared, code, END]);
    return moduleOf(section(1, vector([[0x60, PARAMS, 0]])), section(3, vector([0])), section(10, vector([[u32(body.length), body]])));
  };
  test('each has the type of its run', () => {
    for (const [local, type] of NUMBERS)
      for (const wanted of [0x7f, 0x7e, 0x7d, 0x7c]) {
        const fault = wanted === type ? 'valid' : String(F.TYPE_MISMATCH);
        expect(verdict(withLocals(RUNS, block(wanted, get(local)), set(local)))).toBe(fault);
      }
    expect(verdict(withLocals(RUNS, get(49302), DROP))).toBe(String(F.UNKNOWN_LOCAL));
  });
  test('a sink is told all of them', () => {
    const wasm = withLocals(RUNS);
    const { start, end } = parseModule(wasm).bodies[0]!;
    let told: number[] = [];
    const begin = (locals: number[]) => void (told = locals);
    const sink = new Proxy({ begin }, { get: (own, name) => (name === 'begin' ? own.begin : () => {}) }) as unknown as Sink;
    validateBody(parseModule(wasm), 0, wasm, start, end, 0, sink);
    expect(told.length).toBe(49302);
    for (const [local, type] of NUMBERS) expect(told[local]).toBe(type);
  });
  test('that are only announced cost next to nothing', () => {
    const body: Part = [6, 1, u32(50000), 0x7f, END];
    const n = 500;
    const bodies = section(10, vector(Array(n).fill(body)));
    const wasm = moduleOf(section(1, vector([[0x60, 0, 0]])), section(3, vector(Array(n).fill(0))), bodies);
    const push = Array.prototype.push;
    let pushed = 0;
    Array.prototype.push = function (...items) {
      pushed++;
      return push.apply(this, items);
    };
    try {
      parseModule(wasm);
    } finally {
      Array.prototype.push = push;
    }
    expect(pushed).toBeLessThan(20 * wasm.length);
  });
});

test('what a large body made the validator grow to is given back', () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  const used = () => {
    gc();
    return process.memoryUsage().heapUsed;
  };
  const deep = (tail: Part) => {
    const body = flat([0, Array(100_000).fill([0x02, EMPTY]), tail]);
    return moduleOf(section(1, vector([[0x60, 0, 0]])), section(3, vector([0])), section(10, vector([[u32(body.length), body]])));
  };
  for (const [wasm, fault] of [
    [deep(Array(100_001).fill(END)), 'valid'],
    [deep(op('drop')), String(F.TYPE_MISMATCH)],
  ] as const) {
    const before = used();
    expect(verdict(wasm)).toBe(fault);
    expect(used() - before).toBeLessThan(2 << 20);
  }
});

/** A module made by hand with the builder. */
const make = (build: (b: Builder) => void) => {
  const b = createBuilder();
  build(b);
  return b.build();
};
// biome-ignore format: a table
const modules: [string, Uint8Array, number][] = [
  ['memory.size without a memory', make(b => b.func('', 'i', '', op('memory.size', 0))), F.UNKNOWN_MEMORY],
  ['a load without a memory', make(b => b.func('', 'i', '', [i32(0), op('i32.load', memarg(0, 0))])), F.UNKNOWN_MEMORY],
  ['memory.fill without a memory', make(b => b.func('', '', '', [i32(0), i32(0), i32(0), op('memory.fill', 0)])), F.UNKNOWN_MEMORY],
  ['memory.init without a data count', moduleOf(section(1, vector([[0x60, 0, 0]])), section(3, vector([0])), section(5, vector([limits(0)])), section(10, vector([[12, 0, i32(0), i32(0), i32(0), op('memory.init', 0, 0), END]])), section(11, vector([[1, 0]]))), F.DATA_COUNT_REQUIRED],
  ['a function of an unknown type', moduleOf(section(1, vector([])), section(3, vector([0])), section(10, vector([[2, 0, END]]))), F.UNKNOWN_TYPE],
  ['an import of an unknown type', moduleOf(section(2, vector([[text('m'), text('f'), 0, 0]]))), F.UNKNOWN_TYPE],
  ['a table larger than its maximum', make(b => b.table('r', 3, 2)), F.LIMITS_ORDER],
  ['a memory larger than its maximum', make(b => b.memory(2, 1)), F.LIMITS_ORDER],
  ['a memory of 65537 pages', make(b => b.memory(65537)), F.MEMORY_SIZE],
  ['a memory that may grow to 65537 pages', make(b => b.memory(0, 65537)), F.MEMORY_SIZE],
  ['an imported memory of 65537 pages', make(b => b.imported('m', 'm', 2, limits(65537))), F.MEMORY_SIZE],
  ['an export of an unknown function', make(b => b.exported('f', 0, 0)), F.UNKNOWN_FUNCTION],
  ['an export of an unknown table', make(b => b.exported('t', 1, 0)), F.UNKNOWN_TABLE],
  ['an export of an unknown memory', make(b => b.exported('m', 2, 0)), F.UNKNOWN_MEMORY],
  ['an export of an unknown global', make(b => b.exported('g', 3, 0)), F.UNKNOWN_GLOBAL],
  ['two exports of one name', make(b => { b.func('', '', '', [], 'f'); b.exported('f', 0, 0); }), F.DUPLICATE_EXPORT],
  ['two exports of one name and two kinds', make(b => { b.memory(0, 1, '__proto__'); b.func('', '', '', [], '__proto__'); }), F.DUPLICATE_EXPORT],
  ['an unknown start function', make(b => b.start(0)), F.UNKNOWN_FUNCTION],
  ['a start function with a parameter', make(b => b.start(b.func('i', '', '', []))), F.START_TYPE],
  ['a start function with a result', make(b => b.start(b.func('', 'i', '', i32(0)))), F.START_TYPE],
  ['a global of another type', make(b => b.global('i', false, op('i64.const', 0))), F.TYPE_MISMATCH],
  ['a global of nothing', make(b => b.global('i', false, [])), F.TYPE_MISMATCH],
  ['a global of two values', make(b => b.global('i', false, [i32(0), i32(0)])), F.TYPE_MISMATCH],
  ['a global by a call', make(b => { b.func('', 'i', '', i32(0)); b.global('i', false, op('call', 0)); }), F.CONST_REQUIRED],
  ['a global by arithmetic', make(b => b.global('i', false, [i32(0), op('i32.eqz')])), F.CONST_REQUIRED],
  ['a global by nop', make(b => b.global('i', false, [op('nop'), i32(0)])), F.CONST_REQUIRED],
  ['a global by one that is not there', make(b => b.global('i', false, op('global.get', 0))), F.UNKNOWN_GLOBAL],
  ['a global by a mutable one', make(b => { b.imported('m', 'g', 3, [0x7f, 1]); b.global('i', false, op('global.get', 0)); }), F.CONST_REQUIRED],
  ['a global by one of another type', make(b => { b.imported('m', 'g', 3, [0x7e, 0]); b.global('i', false, op('global.get', 0)); }), F.TYPE_MISMATCH],
  ['a global by a function that is not there', make(b => b.global('r', false, op('ref.func', 0))), F.UNKNOWN_FUNCTION],
  ['a funcref global by a null externref', make(b => b.global('r', false, op('ref.null', 0x6f))), F.TYPE_MISMATCH],
  ['elements without a table', make(b => { b.func('', '', '', []); b.elem(0, [0]); }), F.UNKNOWN_TABLE],
  ['elements that are not there', make(b => { b.table('r', 1); b.elem(0, [0]); }), F.UNKNOWN_FUNCTION],
  ['functions in a table of external references', make(b => { b.table('x', 1); b.func('', '', '', []); b.elem(0, [0]); }), F.TYPE_MISMATCH],
  ['elements of another reference type', moduleOf(section(4, vector([[0x70, limits(1)]])), section(9, vector([[5, 0x70, vector([[op('ref.null', 0x6f), END]])]]))), F.TYPE_MISMATCH],
  ['elements at a float', moduleOf(section(4, vector([[0x70, limits(1)]])), section(9, vector([[0, 0x43, 0, 0, 0, 0, END, vector([])]]))), F.TYPE_MISMATCH],
  ['data without a memory', make(b => b.data(0, [1])), F.UNKNOWN_MEMORY],
  ['data in memory 1', moduleOf(section(5, vector([limits(1)])), section(11, vector([[2, 1, i32(0), END, vector([])]]))), F.UNKNOWN_MEMORY],
  ['data at an i64', moduleOf(section(5, vector([limits(1)])), section(11, vector([[0, op('i64.const', 0), END, vector([])]]))), F.TYPE_MISMATCH],
];

describe('modules', () => {
  test.each(modules)('%s', (_name, wasm, fault) => {
    expect(verdict(wasm)).toBe(String(fault));
  });
  test('an empty module, and one of empty sections, are valid', () => {
    expect(verdict(moduleOf())).toBe('valid');
    expect(verdict(moduleOf(...[1, 2, 3, 4, 5, 6, 7, 9, 10, 11].map(id => section(id, vector([])))))).toBe('valid');
    expect(verdict(moduleOf(section(0, text('')), section(1, vector([])), section(0, [text('x'), 1, 2]), section(0, text('x'))))).toBe(
      'valid',
    );
  });
  test('a function may be referred to wherever a module names it', () => {
    const named: ((b: Builder) => void)[] = [
      b => b.elem('declare', [0]),
      b => b.elem(null, [0]),
      b => b.exported('f', 0, 0),
      b => b.global('r', false, op('ref.func', 0)),
    ];
    for (const name of named) {
      const b = createBuilder();
      b.func('', 'r', '', op('ref.func', 0));
      name(b);
      expect(verdict(b.build())).toBe('valid');
    }
    expect(verdict(make(b => void b.func('', 'r', '', op('ref.func', 0))))).toBe(String(F.UNDECLARED_REF));
    expect(verdict(make(b => b.start(b.func('', '', '', [op('ref.func', 0), DROP]))))).toBe(String(F.UNDECLARED_REF));
  });
  test('a table of any size is valid; stores have limits', () => {
    expect(verdict(make(b => b.table('r', 10_000_001)))).toBe('valid');
    expect(verdict(make(b => b.table('r', 0xffffffff, 0xffffffff)))).toBe('valid');
  });
  test('what a module announces beyond all limits is told as a limit', () => {
    for (const wasm of [
      moduleOf(section(1, [1, 0x60, 0, u32(1001), Array(1001).fill(0x7f)])),
      moduleOf(section(1, [1, 0x60, u32(1001), Array(1001).fill(0x7f), 0])),
      moduleOf(section(1, u32(1_000_001))),
    ])
      expect(verdict(wasm)).toBe(String(F.LIMIT));
  });
});
