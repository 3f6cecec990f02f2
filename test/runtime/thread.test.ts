// Threads: fuel, limits of stack and depth, natives that answer later or call back, stopping from outside, and where a stopped one stands.
import { describe, expect, test } from 'vitest';
import { addInstance, addNatives, createLinker, findFunc, type Linker } from '../../src/runtime/link';
import { callGuest, type Env, fail, type Native, type NativeModule, wait } from '../../src/runtime/native';
import { funcOf } from '../../src/runtime/store';
import { answer, createThread, DONE, FUEL, prepare, run, type Thread, TRAPPED, WAITING } from '../../src/runtime/thread';
import { nameOf, traceOf } from '../../src/runtime/trace';
import * as T from '../../src/spec/traps';
import { type Builder, flat, get, i32, memarg, op, type Part, section, set, tee, text, u32, vector } from '../fuzz/encode';
import { call, callFunc, interpreted, load, moduleBytes, resume, stops, storeWith, thrown } from './rig';

const END = 0x0b;
const br = (n: number) => op('br', u32(n));

describe('fuel', () => {
  const forever = (b: Builder) => b.func('', '', '', [op('loop', 0x40), br(0), END], 'run');
  test.skipIf(!stops())('stops a loop at every slice, however small, and lets it go on', () => {
    const instance = load(b => void forever(b));
    const thread = createThread(instance.store);
    prepare(thread, findFunc(instance, 'run')!, []);
    for (const fuel of [1, 1, 100, 0, 5000]) expect(run(thread, fuel)).toBe(FUEL);
    prepare(thread, findFunc(instance, 'run')!, []);
    expect(run(thread, 10)).toBe(FUEL);
  });
  test('is one per operator outside loops when entered, one per operator of a turn', () => {
    const instance = load(b => {
      b.func('i', 'i', '', [get(0), i32(1), op('i32.add'), op('nop')], 'straight'); // five with its end
      b.func('i', '', '', [op('loop', 0x40), get(0), i32(1), op('i32.sub'), tee(0), op('br_if', 0), END], 'loop');
      b.memory(1);
      b.func('i', '', '', [i32(0), i32(0), get(0), op('memory.fill', 0)], 'fill');
    });
    const used = (name: string, arg: number) => {
      const thread = createThread(instance.store);
      prepare(thread, findFunc(instance, name)!, [arg, 0]);
      expect(run(thread, 1e6)).toBe(DONE);
      return 1e6 - thread.fuel;
    };
    expect(used('straight', 1)).toBe(5);
    expect(used('loop', 11) - used('loop', 1)).toBe(10 * 6);
    expect(used('fill', 6400) - used('fill', 0)).toBe(100);
  });
  test.skipIf(!stops())('is charged to bulk work of any size, so that it ends a slice', () => {
    const instance = load(b => {
      b.memory(1);
      b.func('', '', '', [op('loop', 0x40), i32(0), i32(1), i32(65536), op('memory.fill', 0), br(0), END], 'run');
    });
    const thread = createThread(instance.store);
    prepare(thread, findFunc(instance, 'run')!, []);
    expect(run(thread, 100)).toBe(FUEL);
    expect(thread.fuel).toBeGreaterThan(-2000);
  });
  test('is charged for clearing locals, for elements gone through on the way, and for growing, but not in vain', () => {
    const instance = load(b => {
      const many = b.func('', '', 'I'.repeat(8000), []);
      b.func('', '', '', op('call', u32(many)), 'locals');
      b.memory(1, 3);
      b.func('', 'i', '', [i32(1), op('memory.grow', 0)], 'grow');
      b.func('', 'i', '', [i32(-1), op('memory.grow', 0)], 'never');
      b.table('r', 1);
      b.elem(null, Array(4000).fill(many));
      b.table('r', 4000);
      b.func('', '', '', [op('ref.null', 0x70), i32(1), op('table.grow', 1), op('drop')], 'growTable');
      b.func('', '', '', [i32(0), i32(0), i32(4000), op('table.copy', 1, 1)], 'copy');
      b.func('', '', '', [i32(0), i32(3999), i32(1), op('table.init', 0, 0)], 'init');
    });
    const used = (name: string) => {
      const thread = createThread(instance.store);
      prepare(thread, findFunc(instance, name)!, []);
      expect(run(thread, 1e6)).toBe(DONE);
      return 1e6 - thread.fuel;
    };
    expect(used('locals')).toBeGreaterThanOrEqual(1000);
    expect(used('init')).toBeGreaterThanOrEqual(1000);
    expect(used('grow')).toBeGreaterThanOrEqual(2 * 1024);
    expect(used('never')).toBeLessThan(10);
    expect(used('growTable')).toBeGreaterThanOrEqual(1000); // by one element
    expect(used('copy')).toBeGreaterThanOrEqual(1000);
  });
});

describe('limits', () => {
  const down = (b: Builder, locals = '') => b.func('i', 'i', locals, [get(0), i32(1), op('i32.add'), op('call', 0)], 'down');
  test('endless recursion is call stack exhausted, by depth or by stack, and the thread is good for more', () => {
    for (const [limits, locals] of [
      [{ callDepth: 100 }, ''],
      [{ stackBytes: 4096 }, ''],
      [{ stackBytes: 65536 }, 'I'.repeat(1000)],
      [{}, ''],
    ] as const) {
      const instance = load(
        b => {
          down(b, locals);
          b.func('', 'i', '', i32(7), 'fine');
        },
        { store: storeWith(limits) },
      );
      const thread = createThread(instance.store);
      expect(callFunc(findFunc(instance, 'down')!, [0], thread, 1e7)).toBe(`trap ${T.STACK_EXHAUSTED}`);
      expect(callFunc(findFunc(instance, 'fine')!, [], thread)).toEqual([7]);
    }
  });
  test('recursion up to the limit works, and no further', () => {
    const count: Part = [
      get(0),
      op('i32.eqz'),
      op('if', 0x7f),
      i32(0),
      op('else'),
      get(0),
      i32(1),
      op('i32.sub'),
      op('call', 0),
      i32(1),
      op('i32.add'),
      END,
    ];
    for (const callDepth of stops() ? [10, 100, 50_000] : [10, 100]) {
      const instance = load(b => void b.func('i', 'i', '', count, 'count'), { store: storeWith({ callDepth, stackBytes: 1 << 24 }) });
      expect(call(instance, 'count', callDepth)).toEqual([callDepth]);
      expect(call(instance, 'count', callDepth + 1)).toBe(`trap ${T.STACK_EXHAUSTED}`);
    }
  });
  test.skipIf(!interpreted())('a frame larger than the stack may be is refused whole', () => {
    const instance = load(b => void b.func('', '', 'I'.repeat(3000), [], 'run'), { store: storeWith({ stackBytes: 8192 }) });
    expect(call(instance, 'run')).toBe(`trap ${T.STACK_EXHAUSTED}`);
  });
});

/** Module 'host' with natives for the tests below; what they were asked, in `asked`. */
function hosted(): { linker: Linker; asked: string[] } {
  const asked: string[] = [];
  const twice = (env: Env, func: number, a: number) =>
    callGuest(env, func, [a], (env2, first) => callGuest(env2, func, [first], (_env, second) => second * 10));
  const natives: NativeModule = {
    name: 'host',
    natives: [
      [
        'later',
        '(i)i',
        (env, a) => {
          asked.push(`later ${a}`);
          return wait(env);
        },
      ],
      ['laterI', '()I', env => wait(env)],
      ['ping', '()', env => void wait(env)],
      ['twice', '', twice],
      [
        'fail',
        '(i)',
        (env, detail) => {
          throw fail(env, T.HOST_FAULT, detail);
        },
      ],
      [
        'exit',
        '(i)',
        (env, code) => {
          env.thread!.exited = true;
          env.thread!.exitCode = code;
          throw T.EXIT;
        },
      ],
      [
        'wide',
        '(IfF)I',
        (env, lo, hi, f, d) => {
          env.hi = hi ^ d;
          return lo + f;
        },
      ],
      [
        'text',
        '($)i',
        (env, at) => {
          let n = 0;
          while (env.u8[at + n] !== 0) n++;
          return n;
        },
      ],
      [
        'bytes',
        '(*~)i',
        (env, at, n) => {
          let sum = 0;
          for (let i = 0; i < n; i++) sum += env.u8[at + i]!;
          return sum;
        },
      ],
      ['byte', '(*)i', (env, at) => env.u8[at]!],
      ['one', '()i', () => 1],
      [
        'again',
        '',
        (env, func, n) => {
          let sum = 0;
          const step = (_: Env, result: number): number => {
            sum += result;
            return n-- > 0 ? callGuest(env, func, [], step) : sum;
          };
          return step(env, 0);
        },
      ],
    ],
  };
  const linker = createLinker();
  addNatives(linker, natives);
  return { linker, asked };
}
const hostFunc = (b: Builder, name: string, params: string, results: string) => b.importedFunc('host', name, params, results);

describe('natives', () => {
  test.skipIf(!stops())('answer later: the thread waits, runs nothing meanwhile, and goes on with the answer', () => {
    const { linker, asked } = hosted();
    const instance = load(
      b => {
        const later = hostFunc(b, 'later', 'i', 'i');
        const wide = hostFunc(b, 'laterI', '', 'I');
        b.func(
          'i',
          'i',
          'i',
          [i32(1000), set(1), get(0), op('call', u32(later)), get(1), op('i32.add'), get(0), op('call', u32(later)), op('i32.sub')],
          'two',
        );
        b.func('', 'I', '', op('call', u32(wide)), 'wide');
        b.exported('raw', 0, later);
      },
      { linker },
    );
    const thread = createThread(instance.store);
    const two = findFunc(instance, 'two')!;
    expect(callFunc(two, [5], thread)).toBe('waiting');
    expect(run(thread, 1000)).toBe(WAITING);
    expect(asked).toEqual(['later 5']);
    answer(thread, 70, 0);
    answer(thread, 71, 0); // it no longer waits: ignored
    expect(resume(thread, two)).toBe('waiting');
    answer(thread, 1, 0);
    expect(resume(thread, two)).toEqual([1069]);
    prepare(thread, findFunc(instance, 'wide')!, []);
    expect(run(thread, 1000)).toBe(WAITING);
    answer(thread, -2, 0x7fffffff);
    expect([run(thread, 1000), thread.cells[0], thread.cells[1]]).toEqual([DONE, -2, 0x7fffffff]);
    const raw = findFunc(instance, 'raw')!; // the embedder calls a native itself
    expect(callFunc(raw, [9], thread)).toBe('waiting');
    answer(thread, 4, 0);
    expect(resume(thread, raw)).toEqual([4]);
  });

  // index(1) is `add one, in a loop of its own`; 2 waits inside; 3 traps; 4 calls twice again
  const withGuest = (b: Builder) => {
    const twice = hostFunc(b, 'twice', 'ri', 'i');
    const later = hostFunc(b, 'later', 'i', 'i');
    const ping = hostFunc(b, 'ping', '', '');
    const addOne = b.func('i', 'i', 'i', [
      i32(20),
      set(1),
      op('loop', 0x40),
      get(1),
      i32(1),
      op('i32.sub'),
      tee(1),
      op('br_if', 0),
      END,
      get(0),
      i32(1),
      op('i32.add'),
    ]);
    const waits = b.func('i', 'i', '', [get(0), op('call', u32(later)), op('call', u32(ping)), get(0), op('i32.add')]);
    const traps = b.func('i', 'i', '', op('unreachable'));
    const again = b.func('i', 'i', '', [op('ref.func', u32(addOne)), get(0), op('call', u32(twice)), i32(1), op('i32.add')]);
    b.elem('declare', [addOne, waits, traps, again]);
    const via = (name: string, f: number) =>
      b.func('i', 'i', '', [i32(5), op('ref.func', u32(f)), get(0), op('call', u32(twice)), op('i32.add')], name);
    via('one', addOne);
    via('waits', waits);
    via('traps', traps);
    via('nested', again);
    b.exported('raw', 0, twice);
    b.exported('addOne', 0, addOne);
  };
  test('call guest code and go on, nested, in any slices of fuel', () => {
    const { linker } = hosted();
    const instance = load(withGuest, { linker });
    for (const slice of [1, 7, 1000]) {
      expect(callFunc(findFunc(instance, 'one')!, [3], undefined, slice)).toEqual([55]); // (3+1+1)*10 + 5
      expect(callFunc(findFunc(instance, 'nested')!, [1], undefined, slice)).toEqual([3315]); // 1 -> 31 -> 331, by (x+2)*10 + 1
    }
  });
  test.skipIf(!stops())('that call natives pay for each and can be paused between them', () => {
    const { linker } = hosted();
    const instance = load(
      b => {
        const again = hostFunc(b, 'again', 'ri', 'i');
        const size = hostFunc(b, 'one', '', 'i');
        b.elem('declare', [size]);
        b.exported('again', 0, again);
        b.exported('one', 0, size);
        b.func('i', 'i', '', [op('ref.func', u32(size)), get(0), op('call', u32(again))], 'run');
      },
      { linker },
    );
    const thread = createThread(instance.store);
    prepare(thread, findFunc(instance, 'run')!, [1000, 0]);
    expect(run(thread, 100)).toBe(FUEL);
    expect(thread.fuel).toBeGreaterThan(-20);
    expect(resume(thread, findFunc(instance, 'run')!, 1)).toEqual([1000]);
    prepare(thread, findFunc(instance, 'again')!, [findFunc(instance, 'one')!.handle, 0, 50, 0]);
    expect(run(thread, 10)).toBe(FUEL);
    expect(resume(thread, findFunc(instance, 'again')!, 7)).toEqual([50]);
  });
  test.skipIf(!stops())('call guest code that waits for the host', () => {
    const { linker, asked } = hosted();
    const instance = load(withGuest, { linker });
    const thread = createThread(instance.store);
    const waits = findFunc(instance, 'waits')!;
    expect(callFunc(waits, [3], thread)).toBe('waiting');
    answer(thread, 100, 0);
    expect(resume(thread, waits)).toBe('waiting'); // ping
    answer(thread, 0, 0);
    expect(resume(thread, waits)).toBe('waiting'); // second turn, with 103
    answer(thread, 1000, 0);
    expect(resume(thread, waits)).toBe('waiting');
    answer(thread, 0, 0);
    expect(resume(thread, waits)).toEqual([11035]);
    expect(asked).toEqual(['later 3', 'later 103']);
  });
  test('a trap in guest code that a native called ends the whole call; the thread is good for more', () => {
    const { linker } = hosted();
    const instance = load(withGuest, { linker });
    const thread = createThread(instance.store);
    expect(callFunc(findFunc(instance, 'traps')!, [3], thread)).toBe(`trap ${T.UNREACHABLE}`);
    expect(callFunc(findFunc(instance, 'one')!, [3], thread)).toEqual([55]);
  });
  test('may run another thread of the same instance inside, even one that traps in a native', () => {
    const inner: { thread?: Thread } = {};
    const linker = createLinker();
    const natives: NativeModule = {
      name: 'host',
      natives: [
        [
          'fail',
          '()',
          env => {
            throw fail(env, T.HOST_FAULT, 5);
          },
        ],
        [
          'nest',
          '()i',
          env => {
            const thread = (inner.thread = createThread(env.instance.store));
            prepare(thread, findFunc(env.instance, 'failing')!, []);
            if (run(thread, 100) !== TRAPPED) return 0;
            return callGuest(env, findFunc(env.instance, 'seven')!.handle, [], (_, seven) => seven + 1);
          },
        ],
      ],
    };
    addNatives(linker, natives);
    const instance = load(
      b => {
        const failing = hostFunc(b, 'fail', '', '');
        const nest = hostFunc(b, 'nest', '', 'i');
        b.func('', '', '', op('call', u32(failing)), 'failing');
        b.func('', 'i', '', i32(7), 'seven');
        b.func('', 'i', '', op('call', u32(nest)), 'run');
      },
      { linker },
    );
    const outer = createThread(instance.store);
    expect(callFunc(findFunc(instance, 'run')!, [], outer)).toEqual([8]);
    expect([inner.thread!.trapDetail, outer.trapDetail, instance.env.thread]).toEqual([5, 0, null]);
  });
  test('that throw an error of JavaScript end the call, and the error comes out', () => {
    const linker = createLinker();
    const error = new RangeError('mine');
    addNatives(linker, {
      name: 'host',
      natives: [['fail', '', () => { throw error; }]],
    }); // biome-ignore format: short
    const instance = load(
      b => {
        const fail = hostFunc(b, 'fail', '', '');
        b.func('', '', '', op('call', u32(fail)), 'run');
      },
      { linker },
    );
    const thread = createThread(instance.store);
    prepare(thread, findFunc(instance, 'run')!, []);
    expect(thrown(() => run(thread, 100))).toBe(error);
    expect([run(thread, 100), thread.trap]).toEqual([TRAPPED, T.HOST_FAULT]);
    expect(instance.store.exceptions.threads).toEqual([]);
  });
  test('called by the embedder may call guest code too', () => {
    const { linker } = hosted();
    const instance = load(withGuest, { linker });
    const addOne = findFunc(instance, 'addOne')!;
    expect(funcOf(instance.store, addOne.handle)).toBe(addOne);
    for (const slice of [1, 1000]) expect(callFunc(findFunc(instance, 'raw')!, [addOne.handle, 7], undefined, slice)).toEqual([90]);
  });
  test('trap with a code and a detail, and may end the program', () => {
    const { linker } = hosted();
    const instance = load(
      b => {
        const failing = hostFunc(b, 'fail', 'i', '');
        const exit = hostFunc(b, 'exit', 'i', '');
        b.func('i', '', '', [get(0), op('call', u32(failing))], 'fail');
        b.func('i', '', '', [get(0), op('call', u32(exit)), op('unreachable')], 'exit');
      },
      { linker },
    );
    const thread = createThread(instance.store);
    prepare(thread, findFunc(instance, 'fail')!, [77, 0]);
    expect([run(thread, 1000), thread.trap, thread.trapDetail]).toEqual([TRAPPED, T.HOST_FAULT, 77]);
    prepare(thread, findFunc(instance, 'exit')!, [3, 0]);
    expect([run(thread, 1000), thread.trap, thread.exited, thread.exitCode]).toEqual([DONE, 0, true, 3]);
    prepare(thread, findFunc(instance, 'exit')!, [0, 0]);
    expect([thread.exited, thread.exitCode, thread.trapDetail]).toEqual([false, 0, 0]);
  });
  test('get and give values of every type', () => {
    const { linker } = hosted();
    const instance = load(
      b => {
        const wide = hostFunc(b, 'wide', 'IfF', 'I');
        b.func('I', 'I', '', [get(0), [0x43, 0, 0, 0x80, 0x3f], [0x44, 0, 0, 0, 0, 0, 0, 0x10, 0x40], op('call', u32(wide))], 'wide');
      },
      { linker },
    );
    const thread = createThread(instance.store);
    prepare(thread, findFunc(instance, 'wide')!, [41, 0x70000001]);
    expect([run(thread, 1000), thread.cells[0], thread.cells[1]]).toEqual([DONE, 42, 0x70000005]);
  });
  test.skipIf(!interpreted())('find the end of a string at a price', () => {
    const { linker } = hosted();
    const instance = load(
      b => {
        const str = hostFunc(b, 'text', 'i', 'i');
        b.memory(1);
        b.data(0, Array(4000).fill(65));
        b.func('', 'i', '', [i32(0), op('call', u32(str))], 'run');
      },
      { linker },
    );
    const thread = createThread(instance.store);
    prepare(thread, findFunc(instance, 'run')!, []);
    expect(run(thread, 10)).toBe(FUEL);
    expect(thread.fuel).toBeLessThanOrEqual(-900);
    expect([run(thread, 0), thread.cells[0]]).toEqual([DONE, 4000]);
  });
  test('are spared addresses outside memory', () => {
    const { linker } = hosted();
    const instance = load(
      b => {
        const [str, bytes, byte] = [hostFunc(b, 'text', 'i', 'i'), hostFunc(b, 'bytes', 'ii', 'i'), hostFunc(b, 'byte', 'i', 'i')];
        b.memory(1);
        b.data(10, [...Buffer.from('abc\0')]);
        b.data(65530, [1, 2, 3, 4, 5, 6]); // no NUL to the end
        b.func('i', 'i', '', [get(0), op('call', u32(str))], 'text');
        b.func('ii', 'i', '', [get(0), get(1), op('call', u32(bytes))], 'bytes');
        b.func('i', 'i', '', [get(0), op('call', u32(byte))], 'byte');
      },
      { linker },
    );
    const oob = `trap ${T.OOB_MEMORY}`;
    expect([10, 12, 13, 65529].map(at => call(instance, 'text', at))).toEqual([[3], [1], [0], [0]]);
    expect([65530, 65535, 65536, -1].map(at => call(instance, 'text', at))).toEqual([oob, oob, oob, oob]);
    expect(call(instance, 'bytes', 65530, 6)).toEqual([21]);
    expect(call(instance, 'bytes', 65535, 0)).toEqual([0]);
    for (const [at, n] of [
      [65530, 7],
      [65535, 2],
      [65536, 0],
      [0, -1],
      [-1, 1],
      [-8, 16],
    ])
      expect(call(instance, 'bytes', at!, n!)).toBe(oob);
    expect([call(instance, 'byte', 65535), call(instance, 'byte', 65536)]).toEqual([[6], oob]);
  });
});

describe('from outside', () => {
  test.skipIf(!stops())('a running thread is stopped at its next slice', () => {
    const instance = load(b => void b.func('', '', '', [op('loop', 0x40), br(0), END], 'run'));
    const thread = createThread(instance.store);
    prepare(thread, findFunc(instance, 'run')!, []);
    expect(run(thread, 100)).toBe(FUEL);
    thread.terminate = true;
    expect([run(thread, 100), thread.trap]).toEqual([TRAPPED, T.TERMINATED]);
    expect(run(thread, 100)).toBe(TRAPPED);
  });
  test.skipIf(!stops())('two threads of one instance take turns', () => {
    const instance = load(b => {
      b.memory(1);
      b.func(
        'i',
        'i',
        'i',
        [
          i32(50),
          set(1),
          op('loop', 0x40),
          get(0),
          get(0),
          op('i32.load', memarg(2, 0)),
          i32(1),
          op('i32.add'),
          op('i32.store', memarg(2, 0)),
          get(1),
          i32(1),
          op('i32.sub'),
          tee(1),
          op('br_if', 0),
          END,
          get(0),
          op('i32.load', memarg(2, 0)),
        ],
        'count',
      );
    });
    const count = findFunc(instance, 'count')!;
    const threads = [createThread(instance.store), createThread(instance.store)];
    for (const [k, thread] of threads.entries()) prepare(thread, count, [8 * k, 0]);
    const statuses = [FUEL, FUEL];
    while (statuses.includes(FUEL)) for (const [k, thread] of threads.entries()) statuses[k] = run(thread, 17 + k);
    expect(threads.map(thread => thread.cells[0])).toEqual([50, 50]);
  });
});

describe('traces', () => {
  /** Offset in the module of these bytes. */
  const find = (wasm: Uint8Array, part: Part) => Buffer.from(wasm).indexOf(Uint8Array.from(flat(part)));
  const frames = (thread: Thread, most = 10) => traceOf(thread, most).map(f => [f.func.index, f.offset]);

  test.skipIf(!stops())('name the operator that trapped and the calls that led there', () => {
    const marked = [op('f32.const', [1, 2, 3, 4]), op('drop')];
    const build = (b: Builder) => {
      b.func('ii', 'i', '', [marked, get(0), get(1), op('i32.div_s')]); // 0
      b.func('i', 'i', 'i', [
        i32(4),
        set(1),
        op('block', 0x40),
        op('loop', 0x40),
        get(1),
        i32(77),
        op('i32.add'),
        op('drop'),
        i32(9),
        get(1),
        op('call', 0),
        op('drop'),
        get(1),
        i32(1),
        op('i32.sub'),
        set(1),
        get(1),
        i32(-1),
        op('i32.gt_s'),
        op('br_if', 0),
        END,
        END,
        i32(0),
      ]); // 1
      b.func('', 'i', '', [op('nop'), i32(1), op('call', 1), i32(5), op('i32.add')], 'run'); // 2
    };
    const wasm = moduleBytes(build);
    const instance = load(wasm);
    const thread = createThread(instance.store);
    expect(callFunc(findFunc(instance, 'run')!, [], thread, 3)).toBe(`trap ${T.DIV_BY_ZERO}`);
    expect(frames(thread)).toEqual([
      [0, find(wasm, marked) + 5 + 1 + 4],
      [1, find(wasm, [op('call', 0), op('drop')])],
      [2, find(wasm, [op('call', 1)])],
    ]);
    expect(frames(thread, 2).length).toBe(2);
  });
  // what stands before the operator that traps, it, and what follows
  const rows: [string, Part, Part, Part, number][] = [
    ['a load', i32(-1), op('i32.load', memarg(2, 4)), op('drop'), T.OOB_MEMORY],
    ['a load with a far offset', i32(-1), op('i32.load8_s', memarg(0, 0xf0000000)), op('drop'), T.OOB_MEMORY],
    ['a store', [i32(-1), op('f64.const', Array(8).fill(0))], op('f64.store', memarg(0, 0)), [], T.OOB_MEMORY],
    ['a load from a sum', [get(0), get(0), op('i32.add')], op('i64.load', memarg(0, 65530)), op('drop'), T.OOB_MEMORY],
    ['a truncation into a local', op('f32.const', [0, 0, 0x80, 0x7f]), op('i32.trunc_f32_s'), set(0), T.INT_OVERFLOW],
    ['unreachable in an if', [i32(1), op('if', 0x40)], op('unreachable'), END, T.UNREACHABLE],
    ['memory.fill', [i32(1), i32(2), i32(-1)], op('memory.fill', 0), [], T.OOB_MEMORY],
    ['table.get', i32(1), op('table.get', 0), op('drop'), T.OOB_TABLE],
    ['an indirect call of nothing', i32(0), op('call_indirect', 0, 0), [], T.UNINITIALIZED_ELEMENT],
    [
      'one behind a fused branch',
      [op('block', 0x40), get(0), i32(5), op('i32.gt_s'), op('br_if', 0), i32(1), get(0)],
      op('i32.rem_u'),
      [op('drop'), END],
      T.DIV_BY_ZERO,
    ],
    [
      'one between constants',
      [i32(70000), i32(70001), i32(1), i32(0)],
      op('i32.div_u'),
      [op('i32.add'), op('i32.sub'), op('drop')],
      T.DIV_BY_ZERO,
    ],
    ['one in a loop of large constants', [op('loop', 0x40), i32(70000), get(0)], op('i32.div_u'), [op('br_if', 0), END], T.DIV_BY_ZERO],
  ];
  test.each(rows)('name %s', (_name, before, operator, after, trap) => {
    const code = [before, operator, after];
    const wasm = moduleBytes(b => {
      b.type('', '');
      b.memory(1);
      b.table('r', 1);
      b.func('', '', 'i', code, 'run');
    });
    const instance = load(wasm);
    const thread = createThread(instance.store);
    expect(callFunc(findFunc(instance, 'run')!, [], thread)).toBe(`trap ${trap}`);
    expect(frames(thread)).toEqual([[0, find(wasm, code) + flat(before).length]]);
  });
  test.skipIf(!stops())('go through natives and other instances', () => {
    const { linker } = hosted();
    const store = storeWith();
    const inner = load(
      b => {
        const f = b.func('i', 'i', '', [op('nop'), op('unreachable')]);
        b.exported('boom', 0, f);
      },
      { store },
    );
    addInstance(linker, 'inner', inner);
    const outer = load(
      b => {
        const twice = hostFunc(b, 'twice', 'ri', 'i');
        const boom = b.importedFunc('inner', 'boom', 'i', 'i');
        b.elem('declare', [boom]);
        b.func('', 'i', '', [op('ref.func', u32(boom)), i32(1), op('call', u32(twice))], 'run');
      },
      { store, linker },
    );
    const thread = createThread(store);
    expect(callFunc(findFunc(outer, 'run')!, [], thread)).toBe(`trap ${T.UNREACHABLE}`);
    const trace = traceOf(thread, 10);
    expect(trace.map(f => [f.func.instance === inner, f.func.index])).toEqual([
      [true, 0],
      [false, 0],
      [false, 2],
    ]);
    expect(trace[1]!.offset).toBe(0);
  });
  test.skipIf(!stops())('of a native that called back and then traps begin at its caller', () => {
    const linker = createLinker();
    const fails: Native = ['fails', '', (env, func) => callGuest(env, func, [], () => { throw T.HOST_FAULT; })]; // biome-ignore format: short
    addNatives(linker, { name: 'host', natives: [fails] });
    const instance = load(
      b => {
        const native = hostFunc(b, 'fails', 'r', '');
        const fine = b.func('', '', '', op('nop'));
        b.elem('declare', [fine]);
        b.func('', '', '', [op('ref.func', u32(fine)), op('call', u32(native))], 'run');
      },
      { linker },
    );
    const thread = createThread(instance.store);
    expect(callFunc(findFunc(instance, 'run')!, [], thread)).toBe(`trap ${T.HOST_FAULT}`);
    const trace = traceOf(thread, 10);
    expect(trace.map(f => f.func.index)).toEqual([2]);
    expect(trace[0]!.offset).toBeGreaterThan(0);
  });
  test.skipIf(!stops())('of a thread that ran out of stack end where it stood', () => {
    const instance = load(b => void b.func('', '', '', [op('nop'), op('call', 0)], 'run'), { store: storeWith({ callDepth: 20 }) });
    const thread = createThread(instance.store);
    expect(callFunc(findFunc(instance, 'run')!, [], thread)).toBe(`trap ${T.STACK_EXHAUSTED}`);
    const trace = frames(thread, 100);
    expect(trace.length).toBeGreaterThan(15);
    expect(new Set(trace.map(String)).size).toBe(1);
  });

  test('names come from the name section, else from exports, and a broken section is no fault', () => {
    const names = (content: Part) => section(0, [text('name'), content]);
    const functions = vector([
      [u32(0), text('zero')],
      [u32(2), text('zwei')],
    ]);
    const plain = moduleBytes(b => {
      b.func('', '', '', [], 'first');
      b.func('', '', '', [], 'second');
      b.func('', '', '', []);
    });
    const named = (content: Part) => load(Uint8Array.from([...plain, ...flat(names(content))])).module;
    const all = (content: Part) => [0, 1, 2, 3].map(f => nameOf(named(content), f));
    expect(all(section(1, functions))).toEqual(['zero', 'second', 'zwei', '']);
    expect(all([section(0, text('module')), section(1, functions)])).toEqual(['zero', 'second', 'zwei', '']);
    expect(all([])).toEqual(['first', 'second', '', '']);
    expect(all([1, 200, 3])).toEqual(['first', 'second', '', '']);
    expect(all(section(1, [u32(0xffffffff)]))).toEqual(['first', 'second', '', '']);
    expect(all(section(1, vector([[0, 1, 0xff]])))).toEqual(['first', 'second', '', '']);
  });
});
