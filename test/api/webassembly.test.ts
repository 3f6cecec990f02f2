// The namespace, modules and promises of the JS API, on V8's WebAssembly and ours (both.ts).

import { describe, expect, test } from 'vitest';
import { type Api, assemble, EMPTY, each, exports, ours, table } from './both';

table('shape', [
  [
    'the namespace',
    W => [
      String(W),
      ...Object.keys(W)
        .filter(name => name !== 'JSTag') // newer than Node 20
        .sort(),
    ],
  ],
  [
    'its members',
    W =>
      ['Module', 'Instance', 'Memory', 'Table', 'Global', 'Tag', 'CompileError', 'LinkError', 'RuntimeError'].map(name => {
        const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(W, name)!;
        return [name, (W as any)[name].name, (W as any)[name].length, writable, enumerable, configurable];
      }),
  ],
  ['functions', W => [W.compile.length, W.validate.length, W.instantiate.length, W.compileStreaming.length, W.instantiateStreaming.length]],
  [
    'members of prototypes',
    W =>
      [W.Module, W.Instance, W.Memory, W.Table, W.Global].map(one => {
        const all = Object.entries(Object.getOwnPropertyDescriptors(one.prototype)).sort(([a], [b]) => (a < b ? -1 : 1));
        return all.map(([key, of]) => [key, of.enumerable, of.value?.length, typeof of.get, typeof of.set]);
      }),
  ],
  [
    'classes need new',
    W =>
      each(W, [
        W => (W.Module as any)(EMPTY),
        W => (W.Memory as any)({ initial: 1 }),
        W => (W.Table as any)({}),
        W => (W.Global as any)({}),
      ]),
  ],
  [
    'brands',
    W =>
      each(W, [
        W => W.Module.exports({} as any),
        W => Reflect.get(W.Memory.prototype, 'buffer', {}),
        W => W.Table.prototype.get.call({}, 0),
        W => Reflect.get(W.Instance.prototype, 'exports', {}),
      ]),
  ],
  [
    'errors',
    W =>
      [W.CompileError, W.LinkError, W.RuntimeError].map(E => {
        const made = [new E('m'), E('m'), new E()];
        return made.map(e => [
          e instanceof E,
          e instanceof Error,
          e.name,
          e.message,
          String(e),
          Object.getPrototypeOf(E) === Error,
          Object.hasOwn(e, 'message'),
          typeof e.stack,
        ]);
      }),
  ],
  ['an error with a cause', W => new W.RuntimeError('m', { cause: 5 }).cause],
  [
    'a subclass of an error',
    W => {
      class Mine extends W.RuntimeError {}
      const e = new Mine('x');
      return [e instanceof Mine, e instanceof W.RuntimeError, e.name];
    },
  ],
  [
    'a subclass of a class',
    W => {
      class Mine extends W.Memory {}
      const m = new Mine({ initial: 1 });
      return [m instanceof Mine, m.grow(1), m.buffer.byteLength];
    },
  ],
]);

table('modules', [
  [
    'what is no module',
    W =>
      each(
        W,
        [undefined, null, 5, 'x', {}, [], new Uint8Array(0), new Uint8Array(3), new Uint8Array(8), EMPTY.subarray(0, 7)].map(
          x => (W: Api) => new W.Module(x as any),
        ),
      ),
  ],
  [
    'validate',
    W =>
      each(
        W,
        [
          undefined,
          null,
          5,
          {},
          new Uint8Array(0),
          new Uint8Array(8),
          EMPTY,
          EMPTY.buffer,
          new DataView(EMPTY.buffer),
          new Uint16Array(EMPTY.buffer),
        ].map(x => (W: Api) => W.validate(x as any)),
      ),
    [...Array(4).fill('throws TypeError'), ...Array(2).fill('boolean false'), ...Array(4).fill('boolean true')], // V8: no DataView
  ],
  ['a part of a buffer', W => W.validate(new Uint8Array([9, ...EMPTY, 9]).subarray(1, 9))],
  [
    'bytes are copied',
    W => {
      const bytes = assemble('(func (export "f") (result i32) i32.const 7)').slice();
      const module = new W.Module(bytes);
      bytes.fill(0);
      return (new W.Instance(module).exports as any).f();
    },
  ],
  [
    'imports and exports',
    W => {
      const module = new W.Module(
        assemble(`(import "m" "f" (func)) (import "m" "" (memory 1)) (import "π" "t" (table 1 funcref)) (import "m" "g" (global i32))
      (export "b" (func 0)) (export "a" (memory 0)) (export "ü€😀" (table 0)) (export "1" (global 0))`),
      );
      return [W.Module.imports(module), W.Module.exports(module)];
    },
  ],
  [
    'custom sections',
    W => {
      const module = new W.Module(new Uint8Array([...EMPTY, 0, 4, 1, 97, 1, 2, 0, 3, 1, 97, 3, 0, 2, 1, 98]));
      return [
        W.Module.customSections(module, 'a').map(section => [...new Uint8Array(section)]),
        W.Module.customSections(module, 'b'),
        W.Module.customSections(module, 'c'),
        W.Module.customSections(module, 'a')[0] === W.Module.customSections(module, 'a')[0],
      ];
    },
  ],
  ['custom sections without a name', W => each(W, [W => (W.Module as any).customSections(new W.Module(EMPTY))])],
]);

const F = '(func (export "f") (result i32) i32.const 9)';
table('promises', [
  ['compile', async W => (new W.Instance(await W.compile(assemble(F))).exports as any).f()],
  ['compile refuses', W => each(W, [W => W.compile(new Uint8Array(8)), W => W.compile(5 as any), W => (W as any).compile()])],
  [
    'instantiate bytes',
    async W => {
      const r = await W.instantiate(assemble(F));
      return [Object.keys(r), r.module instanceof W.Module, r.instance instanceof W.Instance, (r.instance.exports as any).f()];
    },
  ],
  [
    'instantiate a module',
    async W => {
      const i = await W.instantiate(new W.Module(assemble(F)));
      return [i instanceof W.Instance, (i.exports as any).f()];
    },
  ],
  [
    'they answer with promises and never throw',
    W => [W.compile(EMPTY), W.instantiate(EMPTY), W.instantiate(new W.Module(EMPTY))].map(p => p instanceof Promise),
  ],
  [
    'instantiate refuses',
    W =>
      each(W, [
        W => W.instantiate(new Uint8Array(8)),
        W => W.instantiate(5 as any),
        W => W.instantiate(EMPTY, 5 as any),
        W => W.instantiate(new W.Module(EMPTY), null as any),
        W => W.instantiate(assemble('(import "m" "f" (func))')),
        W => W.instantiate(assemble('(import "m" "f" (func))'), { m: {} }),
        W => W.instantiate(new W.Module(assemble('(import "m" "f" (func))')), { m: {} }),
        W => W.instantiate(assemble('(func $f unreachable) (start $f)')),
      ]),
  ],
  [
    'bytes are copied at once',
    async W => {
      const bytes = assemble(F).slice();
      const p = W.instantiate(bytes);
      bytes.fill(0);
      return ((await p).instance.exports as any).f();
    },
  ],
  [
    'when imports are read',
    async W => {
      const log: string[] = [];
      const imports = {
        get m() {
          log.push('read');
          return { f() {} };
        },
      };
      const bytes = assemble('(import "m" "f" (func))');
      const one = W.instantiate(new W.Module(bytes), imports);
      log.push('module');
      await one;
      const two = W.instantiate(bytes, imports);
      log.push('bytes');
      await two;
      return log;
    },
  ],
  [
    'streaming',
    async W => {
      const response = (type?: string, status = 200) =>
        new Response(assemble(F), { status, headers: type ? { 'Content-Type': type } : {} }) as any;
      return each(W, [
        async W => (new W.Instance(await W.compileStreaming(response('application/wasm'))).exports as any).f(),
        async W => ((await W.instantiateStreaming(Promise.resolve(response('application/wasm')))).instance.exports as any).f(),
        W => W.compileStreaming(response('text/html')),
        W => W.compileStreaming(response('application/wasm; charset=x')),
        W => W.compileStreaming(response()),
        W => W.compileStreaming(response('application/wasm', 404)),
        W => W.compileStreaming({} as any),
        W => W.compileStreaming(Promise.reject(new EvalError()) as any),
      ]);
    },
  ],
]);

describe('ours alone', () => {
  test('a trap says where it happened', () => {
    const { f } = exports(ours, '(func $inner unreachable) (func (export "f") (call $inner))');
    expect(() => f()).toThrow(
      expect.objectContaining({
        message: 'unreachable',
        stack: expect.stringMatching(
          /^RuntimeError: unreachable\n {4}at .*\(wasm-function\[0\]:0x[0-9a-f]+\)\n {4}at f \(wasm-function\[1\]:/,
        ),
      }),
    );
  });
  test('what does not fit is named', () => {
    expect(() => exports(ours, '(import "env" "go" (func))', { env: {} })).toThrow('import 0 "env" "go": must be a function');
    expect(() => exports(ours, '(import "env" "m" (memory 2))', { env: { m: new ours.Memory({ initial: 1 }) } })).toThrow(
      'import 0 "env" "m": incompatible import type',
    );
  });
});
