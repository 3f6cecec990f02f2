// Imports and instances, on V8's WebAssembly and ours (both.ts).

import { type Api, EMPTY, each, exports, type Snippet, table, VALUES } from './both';

table('imports', [
  [
    'import objects',
    W =>
      each(
        W,
        [undefined, null, 5, 'x', {}, () => 1].map(x => (W: Api) => new W.Instance(new W.Module(EMPTY), x as any)),
      ),
  ],
  [
    'import objects that are needed',
    W =>
      each(
        W,
        [
          undefined,
          null,
          5,
          {},
          { m: 1 },
          { m: null },
          { m: {} },
          { m: { f: 1 } },
          { m: { f: {} } },
          { m: { f: () => 1 } },
          { m: Object.assign(() => 1, { f: () => 1 }) },
        ].map(x => (W: Api) => exports(W, '(import "m" "f" (func))', x)),
      ),
  ],
  [
    'what is no instance of a module',
    W => each(W, [W => new (W.Instance as any)(), W => new W.Instance({} as any), W => new W.Instance(EMPTY as any)]),
  ],
  [
    'order of look-ups',
    W => {
      const log: string[] = [];
      const spy = (name: string, of: any): any =>
        new Proxy(of, { get: (target, key) => log.push(`${name}.${String(key)}`) && target[key] });
      const m = spy('m', { a: () => 1, b: 3, c: new W.Memory({ initial: 1 }) });
      exports(
        W,
        '(import "m" "b" (global i32)) (import "n" "a" (func)) (import "m" "a" (func)) (import "m" "c" (memory 1)) (import "m" "a" (func))',
        spy('imports', { m, n: m }),
      );
      return log;
    },
  ],
  [
    'one name, two things',
    W => {
      let n = 0;
      const e = exports(
        W,
        '(import "m" "g" (global i32)) (import "m" "g" (global i32)) (func (export "f") (result i32 i32) global.get 0 global.get 1)',
        {
          m: {
            get g() {
              return ++n;
            },
          },
        },
      );
      return e.f();
    },
  ],
  [
    'an exception of a getter',
    W =>
      each(W, [
        W =>
          exports(W, '(import "m" "g" (global i32))', {
            get m() {
              throw new EvalError();
            },
          }),
      ]),
  ],
  ...['i32', 'i64', 'f32', 'f64', 'externref', 'funcref', '(mut i32)'].map(
    (type): Snippet => [
      `a global ${type} from a value`,
      W =>
        each(
          W,
          VALUES.map(
            value => (W: Api) => exports(W, `(import "m" "g" (global $g ${type})) (export "g" (global $g))`, { m: { g: value } }).g.value,
          ),
        ),
    ],
  ),
  [
    'globals from globals',
    W =>
      each(
        W,
        (['i32', 'i64', 'f32'] as const).flatMap(value =>
          [false, true].map(
            mutable => (W: Api) => exports(W, '(import "m" "g" (global i32))', { m: { g: new W.Global({ value, mutable }) } }),
          ),
        ),
      ),
  ],
  [
    'memories',
    W =>
      each(
        W,
        ([[1], [2], [0], [1, 5], [1, 2], [2, 3], [1, 1]] as const).map(
          ([initial, maximum]) =>
            (W: Api) =>
              exports(W, '(import "m" "m" (memory 1 2))', {
                m: { m: new W.Memory(maximum === undefined ? { initial } : { initial, maximum }) },
              }),
        ),
      ),
  ],
  [
    'tables',
    W =>
      each(
        W,
        ([[1], [2], [0], [1, 5], [1, 2], [2, 3], [1, 1]] as const).map(
          ([initial, maximum]) =>
            (W: Api) =>
              exports(W, '(import "m" "t" (table 1 2 funcref))', {
                m: { t: new W.Table({ element: 'anyfunc', initial, ...(maximum === undefined ? {} : { maximum }) }) },
              }),
        ),
      ),
  ],
  [
    'a table of another type',
    W => exports(W, '(import "m" "t" (table 1 funcref))', { m: { t: new W.Table({ element: 'externref', initial: 1 }) } }),
  ],
  [
    'a memory that has grown',
    W => {
      const m = new W.Memory({ initial: 1, maximum: 3 });
      m.grow(1);
      return exports(W, '(import "m" "m" (memory 2 3))', { m: { m } });
    },
  ],
  [
    'things of another kind',
    W =>
      each(
        W,
        ['(func)', '(memory 1)', '(table 1 funcref)', '(global i32)'].flatMap(kind =>
          [() => 1, new W.Memory({ initial: 1 }), new W.Table({ element: 'anyfunc', initial: 1 }), new W.Global({ value: 'i32' })].map(
            value => (W: Api) => exports(W, `(import "m" "x" ${kind.replace('(', '(').trim()})`, { m: { x: value } }),
          ),
        ),
      ),
  ],
]);

table('instances', [
  [
    'exports',
    W => {
      const e = exports(
        W,
        '(memory (export "m") 1) (table (export "t") 1 funcref) (global (export "g") i32 (i32.const 1)) (func (export "f")) (func (export "2")) (func (export "1")) (func (export "__proto__"))',
      );
      return [Object.isFrozen(e), Object.getPrototypeOf(e), Object.keys(e), e.m, e.t, e.g, Object.getOwnPropertyDescriptor(e, 'f')];
    },
  ],
  [
    'exports are one object',
    W => {
      const i = new W.Instance(new W.Module(EMPTY));
      return [i.exports === i.exports, Object.hasOwn(i, 'exports'), String(i)];
    },
  ],
  [
    'memories, tables, globals are one object each',
    W => {
      const e = exports(
        W,
        '(memory (export "m") 1) (table (export "t") 1 funcref) (global (export "g") (mut i32) (i32.const 1)) (export "m2" (memory 0)) (export "t2" (table 0)) (export "g2" (global 0))',
      );
      const o = exports(
        W,
        '(import "e" "m" (memory 1)) (import "e" "t" (table 1 funcref)) (import "e" "g" (global (mut i32))) (export "m" (memory 0)) (export "t" (table 0)) (export "g" (global 0))',
        { e },
      );
      return [e.m === e.m2, e.t === e.t2, e.g === e.g2, e.m === o.m, e.t === o.t, e.g === o.g];
    },
    [true, true, true, true, true, true], // V8: two exports of one global are two objects
  ],
  [
    'what is given stays what it is',
    W => {
      const m = new W.Memory({ initial: 1 });
      return exports(W, '(import "e" "m" (memory 1)) (export "m" (memory 0))', { e: { m } }).m === m;
    },
  ],
  [
    'the start function runs',
    W => {
      let n = 0;
      exports(W, '(import "m" "f" (func $f)) (start $f)', { m: { f: () => n++ } });
      return n;
    },
  ],
  [
    'no other function does',
    W => {
      let n = 0;
      exports(
        W,
        '(import "m" "f" (func $f)) (func (export "_initialize") call $f) (func (export "__wasm_call_ctors") call $f) (func (export "_start") call $f)',
        { m: { f: () => n++ } },
      );
      return n;
    },
  ],
  ['a start function that traps', W => exports(W, '(func $f unreachable) (start $f)')],
  [
    'a start function whose host throws',
    W =>
      each(W, [
        W =>
          exports(W, '(import "m" "f" (func $f)) (start $f)', {
            m: {
              f() {
                throw new SyntaxError();
              },
            },
          }),
      ]),
  ],
  [
    'segments out of bounds',
    W =>
      each(
        W,
        ['(memory 1) (data (i32.const 65536) "a")', '(table 1 funcref) (func $f) (elem (i32.const 1) $f)'].map(
          text => (W: Api) => exports(W, text),
        ),
      ),
  ],
  [
    'what segments wrote before the trap stays',
    W => {
      const m = new W.Memory({ initial: 1 });
      try {
        exports(W, '(import "m" "m" (memory 1)) (data (i32.const 0) "a") (data (i32.const 65536) "b")', { m: { m } });
      } catch {}
      return new Uint8Array(m.buffer)[0];
    },
  ],
]);
