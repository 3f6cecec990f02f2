// Memories, tables and globals, on V8's WebAssembly and ours (both.ts).

import { type Api, each, exports, type Snippet, table, VALUES } from './both';

table('memories', [
  [
    'descriptors',
    W =>
      each(
        W,
        [
          undefined,
          null,
          5,
          {},
          { initial: 1 },
          { initial: '1' },
          { initial: 1.9 },
          { initial: -1 },
          { initial: Number.NaN },
          { initial: 1n },
          { initial: 65536.5 - 65536 },
          { initial: 65537 },
          { initial: 2 ** 32 },
          { initial: 2, maximum: 1 },
          { initial: 0, maximum: 65537 },
          { initial: 1, maximum: undefined },
          { maximum: 1 },
          { initial: 1, maximum: 'x' },
          { initial: 1, shared: true },
          { initial: 1, shared: false },
        ].map(x => (W: Api) => new W.Memory(x as any).buffer),
      ),
  ],
  [
    'grow',
    W => {
      const m = new W.Memory({ initial: 1, maximum: 3 });
      return each(
        W,
        [1, 1, 1, 0, -1, '0', undefined, 1n, 65536, 2 ** 32].map(n => () => [m.grow(n as any), m.buffer]),
      );
    },
  ],
  [
    'the buffer is one object until it grows',
    W => {
      const m = new W.Memory({ initial: 1 });
      const b = m.buffer;
      return [m.buffer === b, m.grow(1), m.buffer === b, b.byteLength, m.buffer.byteLength, m.buffer === m.buffer];
    },
  ],
  [
    'growing by nothing detaches too',
    W => {
      const m = new W.Memory({ initial: 1 });
      new Uint8Array(m.buffer)[3] = 9;
      const b = m.buffer;
      m.grow(0);
      return [b.byteLength, m.buffer === b, new Uint8Array(m.buffer)[3]];
    },
  ],
  [
    'views of the old buffer are empty',
    W => {
      const m = new W.Memory({ initial: 1 });
      const view = new Uint8Array(m.buffer);
      view[5] = 6;
      m.grow(1);
      return [view.length, view[5], new Uint8Array(m.buffer)[5]];
    },
  ],
  [
    'what fails to grow stays',
    async W => {
      const m = new W.Memory({ initial: 1, maximum: 1 });
      const b = m.buffer;
      return [...(await each(W, [() => m.grow(1)])), m.buffer === b, b.byteLength];
    },
  ],
  [
    'the guest grows',
    W => {
      const e = exports(
        W,
        '(memory (export "m") 1 3) (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))) (func (export "put") (param i32) (i32.store8 (local.get 0) (i32.const 7)))',
      );
      const old = e.m.buffer;
      const results = [e.grow(1), old.byteLength, e.m.buffer.byteLength, e.grow(5), e.m.buffer.byteLength];
      e.put(70000);
      return [...results, new Uint8Array(e.m.buffer)[70000]];
    },
  ],
  [
    'the guest grows while the host has a view',
    W => {
      const seen: unknown[] = [];
      const e = exports(
        W,
        '(import "m" "see" (func $see)) (memory (export "m") 1 3) (func (export "f") (call $see) (drop (memory.grow (i32.const 1))) (call $see) (i32.store8 (i32.const 65540) (i32.const 8)))',
        { m: { see: () => seen.push(view.length, e.m.buffer.byteLength) } },
      );
      let view = new Uint8Array(e.m.buffer);
      e.f();
      view = new Uint8Array(e.m.buffer);
      return [seen, view[65540]];
    },
  ],
  [
    'the host grows while the guest runs',
    W => {
      const e = exports(
        W,
        '(import "m" "grow" (func $grow)) (memory (export "m") 1 3) (func (export "f") (result i32 i32) (i32.store (i32.const 0) (i32.const 42)) (call $grow) (i32.store (i32.const 70000) (i32.const 3)) (i32.add (i32.load (i32.const 0)) (i32.load (i32.const 70000))) memory.size)',
        { m: { grow: () => e.m.grow(1) } },
      );
      return e.f();
    },
  ],
  [
    'writes of both sides meet',
    W => {
      const m = new W.Memory({ initial: 1 });
      const e = exports(
        W,
        '(import "m" "m" (memory 1)) (func (export "get") (param i32) (result i32) (i32.load (local.get 0))) (func (export "put") (param i32 i32) (i32.store (local.get 0) (local.get 1)))',
        { m: { m } },
      );
      new DataView(m.buffer).setInt32(12, 0x1234, true);
      e.put(16, 5);
      return [e.get(12), new Uint8Array(m.buffer)[16]];
    },
  ],
]);

table('tables', [
  [
    'descriptors',
    W =>
      each(
        W,
        [
          undefined,
          null,
          {},
          { element: 'anyfunc' },
          { initial: 1 },
          { element: 'i32', initial: 1 },
          { element: 'anyfunc', initial: 1 },
          { element: 'externref', initial: 2 },
          { element: 'anyfunc', initial: 3, maximum: 2 },
          { element: 'anyfunc', initial: 0, maximum: 2 ** 32 - 1 },
          { element: 'anyfunc', initial: 10_000_001 },
          { element: 'anyfunc', initial: -1 },
        ].map(x => (W: Api) => new W.Table(x as any).length),
      ),
  ],
  [
    'first values',
    W => {
      const { f } = exports(W, '(func (export "f"))');
      const make =
        (element: 'anyfunc' | 'externref', ...value: unknown[]) =>
        () =>
          new W.Table({ element, initial: 1 }, ...(value as [])).get(0);
      return each(W, [
        make('anyfunc'),
        make('anyfunc', undefined),
        make('anyfunc', null),
        make('anyfunc', f),
        make('anyfunc', () => 1),
        make('externref'),
        make('externref', undefined),
        make('externref', null),
        make('externref', 'x'),
      ]);
    },
  ],
  [
    'get and set of functions',
    W => {
      const { f } = exports(W, '(func (export "f"))');
      const t = new W.Table({ element: 'anyfunc', initial: 2 });
      return each(W, [
        () => t.get(0),
        () => t.set(0, f),
        () => t.get(0) === f,
        () => t.set(0),
        () => t.get(0),
        () => t.set(0, null),
        () => t.set(0, undefined),
        () => t.set(0, () => 1),
        () => t.set(0, {}),
        () => t.set(2, f),
        () => t.get(2),
        () => t.get(-1),
        () => t.get('1' as any),
        () => t.get(undefined as any),
        () => (t as any).set(),
      ]);
    },
  ],
  [
    'get and set of anything',
    W => {
      const t = new W.Table({ element: 'externref', initial: 1 });
      return each(W, [
        ...VALUES.flatMap(value => [() => t.set(0, value), () => Object.is(t.get(0), value)]),
        () => t.set(0),
        () => t.get(0),
      ]);
    },
  ],
  [
    'grow',
    W => {
      const { f } = exports(W, '(func (export "f"))');
      const t = new W.Table({ element: 'anyfunc', initial: 1, maximum: 4 });
      return each(W, [
        () => [t.grow(1), t.length, t.get(1)],
        () => [t.grow(1, f), t.get(2) === f],
        () => t.grow(1, undefined),
        () => t.grow(1),
        () => t.length,
        () => t.grow(0),
        () => t.grow(-1),
        () => t.grow(2 ** 31),
      ]);
    },
  ],
  [
    'length is read-only',
    W =>
      each(W, [
        () => {
          (new W.Table({ element: 'anyfunc', initial: 1 }) as any).length = 5;
        },
      ]),
  ],
]);

const types = ['i32', 'i64', 'f32', 'f64', 'externref', 'anyfunc', 'v128', 'i16', undefined] as const;
table('globals', [
  ...types.map(
    (value): Snippet => [
      `defaults and values of ${value}`,
      W =>
        each(W, [
          ...(value === 'externref' ? [] : [() => new W.Global({ value: value as any }).value]),
          ...VALUES.map(v => () => new W.Global({ value: value as any }, v).value),
        ]),
    ],
  ),
  ['the default of externref', W => new W.Global({ value: 'externref' }).value, undefined], // V8 of Node 20: null
  [
    'descriptors',
    W =>
      each(
        W,
        [undefined, null, 5, {}].map(x => (W: Api) => new W.Global(x as any).value),
      ),
  ],
  [
    'assignment',
    W => {
      const g = new W.Global({ value: 'i32', mutable: true }, 5);
      return each(
        W,
        [...VALUES].map(v => () => {
          g.value = v;
          return [g.value, g.valueOf()];
        }),
      );
    },
  ],
  [
    'assignment to an immutable one',
    W =>
      each(W, [
        () => {
          new W.Global({ value: 'i32' }, 5).value = 6;
        },
      ]),
  ],
  [
    'the guest sees and sets',
    W => {
      const g = new W.Global({ value: 'i64', mutable: true }, 5n);
      const e = exports(
        W,
        '(import "m" "g" (global $g (mut i64))) (func (export "inc") (global.set $g (i64.add (global.get $g) (i64.const 1))))',
        { m: { g } },
      );
      e.inc();
      g.value = (g.value as bigint) * 2n;
      e.inc();
      return g.value;
    },
  ],
  ['arithmetic by valueOf', W => (new W.Global({ value: 'i32' }, 5) as any) + 1],
]);
