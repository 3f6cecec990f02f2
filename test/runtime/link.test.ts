// Linking and instantiation: who may stand for an import, what instances share, what is placed where in memory, what comes first.
// Expectations: core 3.2.9 Import Subtyping, 4.5.3 Allocation, 4.5.4 Instantiation; memory rules in docs/memory.md (compat.md 2).
import { describe, expect, test } from 'vitest';
import { Module, Runtime } from '../../src/index';
import {
  addExtern,
  addInstance,
  addNatives,
  createLinker,
  findFunc,
  instantiate,
  missingImports,
  startFuncs,
} from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import type { NativeModule } from '../../src/runtime/native';
import { createThread, prepare, run } from '../../src/runtime/thread';
import { fault, HEAP_INSERT, IMPORT_TYPE, MEMORY_LIMIT, TABLE_LIMIT, UNKNOWN_IMPORT } from '../../src/spec/faults';
import * as T from '../../src/spec/traps';
import { type Builder, get, i32, limits, memarg, op, set, u32 } from '../fuzz/encode';
import { call, callFunc, load, moduleBytes, plain, storeWith, thrown } from './rig';

const PAGE = 65536;
const module = (build: (b: Builder) => void) => parseModule(moduleBytes(build));
const importing = (kind: number, what: any) => module(b => void b.imported('a', 'x', kind, what));

/** An instance 'a' that exports one x of a kind. */
function offering(build: (b: Builder) => void) {
  const store = storeWith();
  const linker = createLinker();
  addInstance(linker, 'a', load(build, { store }));
  return { store, linker };
}

describe('imports', () => {
  const r = 0x70;
  const x = 0x6f;
  // offered, wanted, whether it fits
  const tables: [number[], any, boolean][] = [
    [[2, 5], [r, limits(2, 5)], true],
    [[2, 5], [r, limits(1)], true],
    [[2, 5], [r, limits(0, 6)], true],
    [[2, 5], [r, limits(3)], false],
    [[2, 5], [r, limits(2, 4)], false],
    [[2], [r, limits(2)], true],
    [[2], [r, limits(2, 9)], false],
    [[2, 5], [x, limits(2, 5)], false],
  ];
  test.each(tables)('a table of %j for %j: %j', ([min, max], wanted, fits) => {
    const { linker } = offering(b => b.exported('x', 1, b.table('r', min!, max)));
    expect(missingImports(linker, importing(1, wanted)).length).toBe(fits ? 0 : 1);
  });
  const memories: [number[], any, boolean][] = [
    [[1, 3], limits(1, 3), true],
    [[1, 3], limits(0), true],
    [[1, 3], limits(1, 4), true],
    [[1, 3], limits(2), false],
    [[1, 3], limits(1, 2), false],
    [[1], limits(1, 65536), false],
    [[1], limits(1), true],
  ];
  test.each(memories)('a memory of %j for %j: %j', ([min, max], wanted, fits) => {
    const { linker } = offering(b => void b.memory(min!, max, 'x'));
    expect(missingImports(linker, importing(2, wanted)).length).toBe(fits ? 0 : 1);
  });
  test.each([
    [0x7f, 0, true],
    [0x7f, 1, false],
    [0x7e, 0, false],
  ])('an immutable i32 global for type %i, mutable %i: %j', (type, mutable, fits) => {
    const { linker } = offering(b => b.exported('x', 3, b.global('i', false, i32(5))));
    expect(missingImports(linker, importing(3, [type, mutable])).length).toBe(fits ? 0 : 1);
  });
  test('a function by its structure, in whatever order types are listed', () => {
    const { linker } = offering(b => {
      b.type('F', '');
      b.func('iI', 'f', '', [0x43, 0, 0, 0, 0], 'x');
    });
    expect(
      missingImports(
        linker,
        module(b => void b.importedFunc('a', 'x', 'iI', 'f')),
      ),
    ).toEqual([]);
    expect(
      missingImports(
        linker,
        module(b => void b.importedFunc('a', 'x', 'iI', 'F')),
      ).length,
    ).toBe(1);
    expect(missingImports(linker, importing(3, [0x7f, 0])).length).toBe(1); // another kind
  });
  test('a grown memory and table count by their size now', () => {
    const { store, linker } = offering(b => {
      b.memory(1, 3, 'm');
      b.table('r', 1, 5);
      b.exported('t', 1, 0);
      b.func('', '', '', [i32(1), op('memory.grow', 0), op('drop'), op('ref.null', 0x70), i32(2), op('table.grow', 0), op('drop')], 'grow');
    });
    const wants = module(b => {
      b.imported('a', 'm', 2, limits(2));
      b.imported('a', 't', 1, [0x70, limits(3)]);
    });
    expect(missingImports(linker, wants).map(i => i.name)).toEqual(['m', 't']);
    call(linker.instances[0]!.instance, 'grow');
    expect(missingImports(linker, wants)).toEqual([]);
    instantiate(store, wants, linker, plain);
  });
  test('all that is missing is listed, in order, and nothing is made', () => {
    const wants = module(b => {
      b.importedFunc('env', 'one', 'i', '');
      b.imported('a', 'x', 3, [0x7f, 0]);
      b.importedFunc('nobody', 'two', '', 'i');
      b.imported('a', 'y', 2, limits(1));
    });
    const { store, linker } = offering(b => b.exported('x', 3, b.global('i', false, i32(5))));
    const before = store.memoryUsed;
    expect(missingImports(linker, wants).map(i => `${i.module}.${i.name}`)).toEqual(['env.one', 'nobody.two', 'a.y']);
    expect(thrown(() => instantiate(store, wants, linker, plain))).toBe(UNKNOWN_IMPORT);
    expect(fault.detail).toBe(0);
    expect(store.memoryUsed).toBe(before);
  });
  test('the wrong type is told apart from an unknown name', () => {
    const { store, linker } = offering(b => b.exported('x', 3, b.global('i', false, i32(5))));
    const natives: NativeModule = { name: 'env', natives: [['f', '(i)i', (_env, a) => a]] };
    addNatives(linker, natives);
    const why = (build: (b: Builder) => void) => thrown(() => instantiate(store, module(build), linker, plain));
    expect(why(b => void b.imported('a', 'x', 3, [0x7f, 1]))).toBe(IMPORT_TYPE);
    expect(why(b => void b.imported('a', 'z', 3, [0x7f, 1]))).toBe(UNKNOWN_IMPORT);
    expect(why(b => void b.importedFunc('env', 'f', 'I', 'i'))).toBe(IMPORT_TYPE);
    expect(why(b => void b.importedFunc('env', 'g', 'i', 'i'))).toBe(UNKNOWN_IMPORT);
    expect(why(b => void b.importedFunc('other', 'f', 'i', 'i'))).toBe(UNKNOWN_IMPORT);
  });
  test('natives answer to their aliases and to a leading underscore; the newest of equals wins', () => {
    const linker = createLinker();
    addNatives(linker, { name: 'one', alias: ['uno', 'eins'], natives: [['f', '()i', () => 1]] });
    addNatives(linker, {
      name: 'two',
      natives: [
        ['f', '()i', () => 2],
        ['g', '', (_env, a, b) => a + b],
      ],
    });
    addNatives(linker, { name: 'one', natives: [['f', '()i', () => 3]] });
    const instance = load(
      b => {
        const f = [b.importedFunc('one', 'f', '', 'i'), b.importedFunc('uno', 'f', '', 'i'), b.importedFunc('two', '_f', '', 'i')];
        const g = b.importedFunc('two', 'g', 'iF', 'F');
        for (const [k, index] of f.entries()) b.exported(`f${k}`, 0, index);
        b.func('', 'i', '', [i32(40), [0x44, 0, 0, 0, 0, 0, 0, 0, 0x40], op('call', u32(g)), op('i32.trunc_f64_s')], 'g');
      },
      { linker },
    );
    expect(['f0', 'f1', 'f2', 'g'].map(name => call(instance, name))).toEqual([[3], [1], [2], [42]]);
  });
  test('an extern comes before an instance, by its kind alone', () => {
    const { store, linker } = offering(b => b.exported('x', 3, b.global('i', false, i32(5))));
    const global = { type: { type: 0x7f, mut: false }, lo: 77, hi: 0 };
    addExtern(linker, { module: 'a', name: 'x', kind: 3, value: global });
    const instance = load(
      b => {
        const g = b.imported('a', 'x', 3, [0x7f, 0]);
        b.func('', 'i', '', op('global.get', u32(g)), 'get');
      },
      { store, linker },
    );
    expect(call(instance, 'get')).toEqual([77]);
    expect(missingImports(linker, importing(3, [0x7f, 1])).length).toBe(1);
  });
});

describe('what instances share', () => {
  test('a memory, its growth included; a table; a mutable global', () => {
    const store = storeWith();
    const linker = createLinker();
    const a = load(
      b => {
        b.memory(1, 4, 'memory');
        b.exported('table', 1, b.table('r', 4, 8));
        b.exported('g', 3, b.global('I', true, op('i64.const', 5)));
        b.func('i', 'i', '', [get(0), op('i32.load8_u', memarg(0, 0))], 'peek');
        b.func('i', 'i', '', [get(0), op('call_indirect', u32(b.type('', 'i')), 0)], 'through');
        b.func('', 'i', '', [op('global.get', 0), op('i32.wrap_i64')], 'g2');
        b.func('', 'i', '', i32(111));
      },
      { store },
    );
    addInstance(linker, 'a', a);
    const c = load(
      b => {
        b.imported('a', 'memory', 2, limits(1));
        b.imported('a', 'table', 1, [0x70, limits(2)]);
        const g = b.imported('a', 'g', 3, [0x7e, 1]);
        const own = b.func('', 'i', '', [i32(200), op('i32.load8_u', memarg(0, 0))]);
        b.elem(1, [own]);
        b.data(200, [77]);
        b.func('ii', '', '', [get(0), get(1), op('i32.store8', memarg(0, 0))], 'poke');
        b.func('i', 'i', '', [get(0), op('memory.grow', 0)], 'grow');
        b.func('I', '', '', [get(0), op('global.set', u32(g))], 'set');
      },
      { store, linker },
    );
    expect(a.mems[0]).toBe(c.mems[0]);
    expect(call(a, 'peek', 200)).toEqual([77]);
    call(c, 'poke', 201, 5);
    expect(call(a, 'peek', 201)).toEqual([5]);
    expect(call(a, 'peek', PAGE)).toBe(`trap ${T.OOB_MEMORY}`);
    expect(call(c, 'grow', 1)).toEqual([1]);
    expect(call(a, 'peek', PAGE)).toEqual([0]);
    expect(a.env.u8.length).toBe(2 * PAGE);
    call(c, 'poke', PAGE + 3, 9);
    expect(call(a, 'peek', PAGE + 3)).toEqual([9]);
    expect(call(a, 'through', 1)).toEqual([77]); // runs in c, whose memory it is
    expect(call(a, 'through', 0)).toBe(`trap ${T.UNINITIALIZED_ELEMENT}`);
    call(c, 'set', 1234);
    expect(call(a, 'g2')).toEqual([1234]);
  });
  test('a call into another instance runs on its memory and comes back to ours', () => {
    const store = storeWith();
    const linker = createLinker();
    addInstance(
      linker,
      'a',
      load(
        b => {
          b.memory(1);
          b.data(0, [10]);
          b.func('', 'i', '', [i32(0), op('i32.load8_u', memarg(0, 0))], 'first');
        },
        { store },
      ),
    );
    const c = load(
      b => {
        const f = b.importedFunc('a', 'first', '', 'i');
        b.memory(1);
        b.data(0, [3]);
        b.func(
          '',
          'i',
          '',
          [
            i32(0),
            op('i32.load8_u', memarg(0, 0)),
            op('call', u32(f)),
            op('i32.mul'),
            i32(0),
            op('i32.load8_u', memarg(0, 0)),
            op('i32.add'),
          ],
          'both',
        );
      },
      { store, linker },
    );
    expect(call(c, 'both')).toEqual([33]);
  });
});

describe('segments', () => {
  test('run in order; a trap leaves what earlier ones wrote', () => {
    const { store, linker } = offering(b => {
      b.memory(1, 1, 'm');
      b.exported('t', 1, b.table('r', 3));
    });
    const wants = module(b => {
      b.imported('a', 'm', 2, limits(1));
      b.imported('a', 't', 1, [0x70, limits(1)]);
      const f = b.func('', '', '', []);
      b.elem(0, [f]);
      b.elem(2, [f, f]);
      b.data(0, [1]);
    });
    const a = linker.instances[0]!.instance;
    expect(thrown(() => instantiate(store, wants, linker, plain))).toBe(T.OOB_TABLE);
    expect([a.tables[0]!.elems[0]! > 0, a.tables[0]!.elems[2], a.env.u8[0]]).toEqual([true, 0, 0]); // elements come before data
    const data = module(b => {
      b.imported('a', 'm', 2, limits(1));
      b.data(1, [1, 2]);
      b.data(2, [7]);
      b.data(PAGE - 1, [8, 9]);
      b.data(9, [5]);
    });
    expect(thrown(() => instantiate(store, data, linker, plain))).toBe(T.OOB_MEMORY);
    expect([...a.env.u8.subarray(0, 10), a.env.u8[PAGE - 1]]).toEqual([0, 1, 7, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
  test('at an imported global; of no bytes at the very end, not beyond it', () => {
    const { store, linker } = offering(b => b.exported('x', 3, b.global('i', false, i32(100))));
    const at = (n: number, bytes: number[]) => {
      const wants = module(b => {
        b.memory(1);
        b.data(n, bytes);
      });
      return thrown(() => instantiate(store, wants, linker, plain));
    };
    expect([at(PAGE, []), at(PAGE + 1, []), at(PAGE - 1, [1]), at(-1, [])]).toEqual(['nothing', T.OOB_MEMORY, 'nothing', T.OOB_MEMORY]);
  });
});

describe('what runs first', () => {
  const empty = (b: Builder, name: string, params = '') => b.func(params, '', '', [], name);
  const names = (build: (b: Builder) => void) => {
    const linker = createLinker();
    addNatives(linker, { name: 'wasi_snapshot_preview1', natives: [['sched_yield', '()i', () => 0]] });
    const instance = load(build, { linker });
    const exports = instance.module.exports;
    return startFuncs(instance).map(f => exports.find(e => e.kind === 0 && e.index === f.index)?.name ?? `function ${f.index}`);
  };
  test('the start function, then what toolchains export', () => {
    expect(
      names(b => {
        empty(b, '__wasm_call_ctors');
        empty(b, '__post_instantiate');
        b.start(b.func('', '', '', []));
      }),
    ).toEqual(['function 2', '__post_instantiate', '__wasm_call_ctors']);
    expect(
      names(b => {
        empty(b, '_initialize');
        empty(b, 'main');
      }),
    ).toEqual([]);
    expect(
      names(b => {
        b.importedFunc('wasi_snapshot_preview1', 'sched_yield', '', 'i');
        empty(b, '_initialize');
        empty(b, '__wasm_call_ctors');
      }),
    ).toEqual(['_initialize']);
    expect(names(b => empty(b, '__post_instantiate', 'i'))).toEqual([]);
  });
  test('nothing at instantiation', () => {
    const instance = load(b => {
      b.memory(1);
      b.start(b.func('', '', '', [i32(0), i32(5), op('i32.store8', memarg(0, 0))]));
    });
    expect(instance.env.u8[0]).toBe(0);
    expect(callFunc(startFuncs(instance)[0]!)).toEqual([]);
    expect(instance.env.u8[0]).toBe(5);
  });
});

describe('memory below a page', () => {
  /** A module as wasm-ld makes them: exported bounds, a stack pointer, and perhaps something that resizes. */
  const linked =
    (heapBase: number, dataEnd: number, stack: number, more: (b: Builder) => void = () => {}) =>
    (b: Builder) => {
      b.memory(1, 1, 'memory');
      b.global('i', true, i32(stack));
      b.exported('__heap_base', 3, b.global('i', false, i32(heapBase)));
      b.exported('__data_end', 3, b.global('i', false, i32(dataEnd)));
      b.func('i', '', '', [get(0), op('global.set', 0)], 'sp');
      b.func('i', 'i', '', [get(0), op('i32.load8_u', memarg(0, 0))], 'peek');
      more(b);
    };
  const shrink = { shrink: true };
  const resizes = (b: Builder) => void b.func('', 'i', '', op('memory.size', 0));

  test('is __heap_base rounded up to 8, and the heap behind it', () => {
    expect(load(linked(1001, 100, 1000), { options: shrink }).mems[0]!.bytes).toBe(1008);
    const instance = load(linked(1001, 100, 1000), { options: { ...shrink, heapBytes: 600 } });
    expect([instance.mems[0]!.bytes, instance.heapBase, instance.heapBytes]).toEqual([1608, 1008, 600]);
    expect(call(instance, 'peek', 1607)).toEqual([expect.any(Number)]);
    expect(call(instance, 'peek', 1608)).toBe(`trap ${T.OOB_MEMORY}`);
  });
  test('is not for modules that ask for their size, nor without the rule, nor without the exports', () => {
    expect(load(linked(1001, 100, 1000, resizes), { options: shrink }).mems[0]!.bytes).toBe(PAGE);
    expect(load(linked(1001, 100, 1000)).mems[0]!.bytes).toBe(PAGE);
    expect(load(b => void b.memory(1), { options: shrink }).mems[0]!.bytes).toBe(PAGE);
    expect(load(linked(PAGE + 8, 100, 1000), { options: shrink }).mems[0]!.bytes).toBe(PAGE);
  });
  test('takes no stack pointer below the data or above its start', () => {
    const instance = load(linked(1024, 100, 1000), { options: shrink });
    expect([instance.stackGlobal, instance.stackLow, instance.stackHigh]).toEqual([0, 112, 1000]);
    expect(call(instance, 'sp', 1000)).toEqual([]);
    expect(call(instance, 'sp', 113)).toEqual([]);
    expect(call(instance, 'sp', 112)).toBe(`trap ${T.AUX_STACK_OVERFLOW}`);
    expect(call(instance, 'sp', 1001)).toBe(`trap ${T.AUX_STACK_UNDERFLOW}`);
    expect(call(instance, 'sp', -8)).toBe(`trap ${T.AUX_STACK_UNDERFLOW}`);
    expect(call(load(linked(1024, 100, 1000)), 'sp', 5)).toEqual([]); // no guard without the rule
  });
  test('a heap in pages of its own for a module that resizes and takes malloc from us', () => {
    const linker = createLinker();
    addNatives(linker, { name: 'env', natives: [['malloc', '(i)i', () => 0]] });
    const instance = load(
      b => {
        b.importedFunc('env', 'malloc', 'i', 'i');
        linked(1000, 100, 1000, resizes)(b);
      },
      { linker, options: { ...shrink, heapBytes: 1000 } },
    );
    expect([instance.mems[0]!.bytes % PAGE, instance.heapBase, instance.heapBytes]).toEqual([0, 1000, 1000]);
    const alone = load(linked(1000, 100, 1000, resizes), { options: { ...shrink, heapBytes: 1000 } });
    expect([alone.mems[0]!.bytes, alone.heapBytes]).toEqual([PAGE, 0]);
  });
  test.each([
    ['env', 'strdup', true],
    ['env', '_strdup', true],
    ['env', 'getenv', true],
    ['env', 'gmtime', true],
    ['env', '__cxa_allocate_exception', true],
    ['env', '___cxa_allocate_exception', true],
    ['env', '__malloc', false],
    ['env', 'mallocs', false],
    ['other', 'malloc', false],
  ])('%s.%s takes memory from us: %s', (module, name, takes) => {
    const linker = createLinker();
    addNatives(linker, { name: module, natives: [[name, '(i)i', () => 0]] });
    const build = (b: Builder) => {
      b.importedFunc(module, name, 'i', 'i');
      linked(1000, 100, 1000, resizes)(b);
    };
    expect(load(build, { linker, options: { ...shrink, heapBytes: 1000 } }).heapBytes).toBe(takes ? 1000 : 0);
  });
  test('a heap that cannot be is a fault', () => {
    const linker = createLinker();
    addNatives(linker, { name: 'env', natives: [['malloc', '(i)i', () => 0]] });
    const build = (b: Builder) => {
      b.importedFunc('env', 'malloc', 'i', 'i');
      b.memory(65536);
      resizes(b);
    };
    expect(thrown(() => load(build, { linker, options: { heapBytes: 1000 } }))).toBe(HEAP_INSERT);
  });
});

describe('limits of a store', () => {
  test('memories count together; a refused growth changes nothing', () => {
    const store = storeWith({ memoryBytes: 3 * PAGE });
    const grower = (b: Builder) => {
      b.memory(1, 10, 'memory');
      b.func('i', 'i', '', [get(0), op('memory.grow', 0)], 'grow');
      b.func('', 'i', '', op('memory.size', 0), 'size');
    };
    const a = load(grower, { store });
    const c = load(grower, { store });
    expect(call(a, 'grow', 2)).toEqual([-1]);
    expect(call(a, 'grow', 1)).toEqual([1]);
    expect(call(c, 'grow', 1)).toEqual([-1]);
    expect(call(c, 'grow', 0)).toEqual([1]);
    expect([call(a, 'size'), call(c, 'size'), store.memoryUsed]).toEqual([[2], [1], 3 * PAGE]);
    expect(thrown(() => load(grower, { store }))).toBe(MEMORY_LIMIT);
    expect(store.memoryUsed).toBe(3 * PAGE);
  });
  test('what fails to be made takes no room', () => {
    const store = storeWith({ memoryBytes: 3 * PAGE, tableElems: 10 });
    for (let i = 0; i < 3; i++) {
      const tooMuch = (b: Builder) => {
        b.table('r', 6);
        b.memory(2);
        b.memory(2);
      };
      expect(thrown(() => load(tooMuch, { store }))).toBe(MEMORY_LIMIT);
      const unlinked = (b: Builder) => {
        b.imported('env', 'memory', 2, limits(2));
        b.imported('nowhere', 'memory', 2, limits(2));
      };
      expect(thrown(() => load(unlinked, { store, options: { lenient: true } }))).toBe(UNKNOWN_IMPORT);
    }
    expect([store.memoryUsed, store.tableUsed]).toEqual([0, 0]);
  });
  test('growth stops at the maximum, and at 65536 pages', () => {
    const instance = load(b => {
      b.memory(0, 2, 'memory');
      b.func('i', 'i', '', [get(0), op('memory.grow', 0)], 'grow');
    });
    expect([3, -1, 0x7fffffff, 2, 1, 0].map(n => call(instance, 'grow', n))).toEqual([[-1], [-1], [-1], [0], [-1], [2]]);
  });
  test('tables count together', () => {
    const store = storeWith({ tableElems: 10 });
    const instance = load(
      b => {
        b.table('r', 4);
        b.func('i', 'i', '', [op('ref.null', 0x70), get(0), op('table.grow', 0)], 'grow');
      },
      { store },
    );
    expect(call(instance, 'grow', 7)).toEqual([-1]);
    expect(call(instance, 'grow', 5)).toEqual([4]);
    expect(thrown(() => load(b => void b.table('r', 2), { store }))).toBe(TABLE_LIMIT);
    expect(thrown(() => load(b => void b.table('x', 1), { store }))).toBe('nothing');
    expect(thrown(() => load(b => void b.table('r', 0xffffffff)))).toBe(TABLE_LIMIT);
  });
});

describe('lenient linking', () => {
  const build = (b: Builder) => {
    const f = b.importedFunc('nowhere', 'f', 'i', 'i');
    b.imported('env', 'memory', 2, limits(1));
    b.imported('env', 'table', 1, [0x70, limits(3)]);
    const nan = b.imported('global', 'NaN', 3, [0x7c, 0]);
    const inf = b.imported('global', 'Infinity', 3, [0x7c, 0]);
    b.func('', 'i', '', [i32(0), op('i32.load', memarg(0, 0))], 'peek');
    b.func('', 'i', '', [i32(9), op('call', u32(f))], 'call');
    b.func(
      '',
      'i',
      'F',
      [
        op('global.get', u32(nan)),
        op('global.get', u32(nan)),
        op('f64.ne'),
        op('global.get', u32(inf)),
        set(0),
        get(0),
        get(0),
        op('f64.sub'),
        get(0),
        op('f64.ne'),
        op('i32.add'),
      ],
      'floats',
    );
  };
  test('makes what is missing; a missing function traps when called, with its import index', () => {
    const instance = load(build, { options: { lenient: true } });
    expect(call(instance, 'peek')).toEqual([0]);
    expect(call(instance, 'floats')).toEqual([2]);
    const thread = createThread(instance.store);
    prepare(thread, findFunc(instance, 'call')!, []);
    run(thread, 1000);
    expect([thread.trap, thread.trapDetail]).toEqual([T.UNLINKED, 0]);
  });
  test('makes no memories or globals of other modules', () => {
    const lenient = { options: { lenient: true } };
    expect(thrown(() => load(b => void b.imported('nowhere', 'm', 2, limits(1)), lenient))).toBe(UNKNOWN_IMPORT);
    expect(thrown(() => load(b => void b.imported('env', 'g', 3, [0x7f, 0]), lenient))).toBe(UNKNOWN_IMPORT);
    expect(thrown(() => load(build))).toBe(UNKNOWN_IMPORT);
  });
});

test('an instance of another runtime is refused: its handles mean nothing here', () => {
  const bytes = moduleBytes(b => void b.func('', '', '', [], 'f'));
  const other = new Runtime().instantiate(new Module(bytes));
  const runtime = new Runtime();
  expect(() => runtime.instantiate(new Module(bytes), { link: { other } })).toThrow(TypeError);
  expect(() => runtime.instantiate(new Module(bytes), { link: { mine: runtime.instantiate(new Module(bytes)) } })).not.toThrow();
});
