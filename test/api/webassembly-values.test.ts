// Values and calls over the border of guest code and JavaScript, on V8's WebAssembly and ours (both.ts).

import { describe, expect, test } from 'vitest';
import { parseWat } from '../../src/text/parser';
import { type Api, each, exports, ours, type Snippet, table, VALUES } from './both';

const SIGNATURES = ['i32', 'i64', 'f32', 'f64', 'externref', 'funcref'];
const identity = (type: string) => `(func (export "f") (param ${type}) (result ${type}) local.get 0)`;
table('values', [
  ...SIGNATURES.map(
    (type): Snippet => [
      `${type} in and out`,
      W => {
        const { f } = exports(W, identity(type));
        return each(
          W,
          VALUES.map(value => () => f(value)),
        );
      },
    ],
  ),
  ...SIGNATURES.map(
    (type): Snippet => [
      `${type} from a host function`,
      W =>
        each(
          W,
          VALUES.map(
            value => (W: Api) =>
              exports(W, `(import "m" "f" (func $f (result ${type}))) (func (export "g") (result ${type}) call $f)`, {
                m: { f: () => value },
              }).g(),
          ),
        ),
    ],
  ),
  ...SIGNATURES.map(
    (type): Snippet => [
      `${type} to a host function`,
      W => {
        const got: unknown[] = [];
        const { f, g } = exports(
          W,
          `(import "m" "f" (func $f (param ${type}))) (func (export "g") (param ${type}) (call $f (local.get 0))) (func (export "f"))`,
          { m: { f: (x: unknown) => got.push(x) } },
        );
        return each(
          W,
          [...VALUES, f].map(value => () => {
            g(value);
            return got.pop();
          }),
        );
      },
    ],
  ),
  [
    'missing and surplus arguments',
    W => {
      const { f } = exports(
        W,
        '(func (export "f") (param i32 f64 externref) (result i32 f64 externref) local.get 0 local.get 1 local.get 2)',
      );
      return [f(), f(1), f(1, 2), f(1, 2, 3), f(1, 2, 3, 4)];
    },
  ],
  [
    'order of conversions',
    W => {
      const log: string[] = [];
      const value = (name: string) => ({ valueOf: () => log.push(name) });
      const { f } = exports(W, '(func (export "f") (param i32 f32 f64))');
      f(value('a'), value('b'), value('c'), value('d'));
      return log;
    },
  ],
  [
    'no, one, several results',
    W => {
      const e = exports(
        W,
        `(func (export "a")) (func (export "b") (result i32) i32.const 1) (func (export "c") (result i32 i64 f32) i32.const 1 i64.const 2 f32.const 3)`,
      );
      return [e.a(), e.b(), e.c(), Array.isArray(e.c())];
    },
  ],
  [
    'several results from the host',
    W => {
      const text = '(import "m" "f" (func $f (result i32 i64 externref))) (func (export "g") (result i32 i64 externref) call $f)';
      const given = [
        [1, 2n, 'x'],
        new Set<unknown>([1, 2n, 3]),
        (function* () {
          yield 4;
          yield 5n;
          yield 6;
        })(),
        [1, 2n],
        [1, 2n, 3, 4],
        [1, 2, 3],
        5,
        undefined,
        null,
        {},
        'abc',
      ];
      return each(
        W,
        given.map(value => (W: Api) => exports(W, text, { m: { f: () => value } }).g()),
      );
    },
  ],
  [
    'a thousand parameters and results of a host function',
    W => {
      const types = 'i32 '.repeat(1000);
      const { g } = exports(
        W,
        `(import "m" "f" (func $f (param ${types}) (result ${types}))) (export "g" (func $f)) (func (export "h") (param ${types}) (result ${types}) ${Array.from({ length: 1000 }, (_, i) => `local.get ${i}`).join(' ')} call $f)`,
        { m: { f: (...args: number[]) => args.map(x => x + 1) } },
      );
      return g(...Array.from({ length: 1000 }, (_, i) => i));
    },
  ],
  [
    'this of host functions',
    W => {
      let self: unknown = 1;
      exports(W, '(import "m" "f" (func $f)) (start $f)', {
        m: {
          f(this: unknown) {
            self = this;
          },
        },
      });
      return self;
    },
  ],
  [
    'NaN payloads of f64 survive in globals',
    W => {
      const e = exports(W, '(global (export "g") f64 (f64.const nan:0x8000000000001))');
      return e.g.value;
    },
  ],
]);

table('exported functions', [
  [
    'are functions',
    W => {
      const { f } = exports(W, '(func) (func (export "f") (param i32 i32))');
      return [typeof f, f, f instanceof Function, Object.hasOwn(f, 'prototype'), Object.getOwnPropertyDescriptor(f, 'name')];
    },
  ],
  ['are no constructors', W => each(W, [W => new (exports(W, '(func (export "f"))').f)()])],
  [
    'are one object each',
    W => {
      const e = exports(
        W,
        '(table (export "t") 2 funcref) (func $f (export "f")) (export "g" (func $f)) (elem (i32.const 0) $f) (func (export "r") (result funcref) ref.func $f)',
      );
      return [e.f === e.g, e.t.get(0) === e.f, e.r() === e.f, e.t.get(1)];
    },
  ],
  [
    'stay one object through another instance',
    W => {
      const e = exports(W, '(func (export "f") (result i32) i32.const 4)');
      const other = exports(W, '(import "m" "f" (func $f (result i32))) (export "f" (func $f)) (func (export "g") (result i32) call $f)', {
        m: e,
      });
      return [e.f === other.f, other.g()];
    },
  ],
  [
    'a host function comes back wrapped',
    W => {
      const f = () => 5.5;
      const a = exports(W, '(import "m" "a" (func)) (import "m" "f" (func (result i32))) (export "f" (func 1))', { m: { a: f, f } });
      return [a.f === f, a.f(), a.f];
    },
  ],
  [
    'of the wrong type as import',
    W => {
      const e = exports(W, '(func (export "f") (result i32) i32.const 4)');
      return exports(W, '(import "m" "f" (func))', { m: e });
    },
  ],
]);

table('calls', [
  [
    'traps',
    W =>
      each(
        W,
        [
          'unreachable',
          '(drop (i32.div_u (i32.const 1) (i32.const 0)))',
          '(drop (i32.load (i32.const -1)))',
          '(call_indirect (i32.const 0))',
          '(drop (i32.trunc_f32_s (f32.const nan)))',
        ].map(body => (W: Api) => exports(W, `(memory 1) (table 1 funcref) (func (export "f") ${body})`).f()),
      ),
  ],
  ['endless recursion', W => exports(W, '(func $f (export "f") (call $f))').f()],
  [
    'a function after its stack was exhausted',
    W => {
      const e = exports(W, '(func $f (export "f") (call $f)) (func (export "g") (result i32) i32.const 3)');
      try {
        e.f();
      } catch {}
      return e.g();
    },
  ],
  ...[new RangeError('x'), 'text', 5, 0, 100, undefined, null, Symbol.iterator, {}].map(
    (thrown): Snippet => [
      `what a host function throws comes through: ${String(thrown)}`,
      W => {
        const { g } = exports(W, '(import "m" "f" (func $f)) (func $h (call $f)) (func (export "g") (call $h))', {
          m: {
            f() {
              throw thrown;
            },
          },
        });
        try {
          g();
        } catch (error) {
          return Object.is(error, thrown);
        }
        return 'nothing thrown';
      },
    ],
  ),
  [
    'a host function calls back',
    W => {
      const log: unknown[] = [];
      const e = exports(
        W,
        '(import "m" "f" (func $f (param i32) (result i32))) (func (export "g") (param i32) (result i32) (i32.add (i32.const 100) (call $f (local.get 0))))',
        {
          m: { f: (n: number) => log.push(n) && (n > 0 ? e.g(n - 1) * 2 : 1) },
        },
      );
      return [e.g(5), log];
    },
  ],
  [
    'mutual recursion of wasm and JavaScript without end',
    W => {
      const e = exports(W, '(import "m" "f" (func $f)) (func (export "g") (call $f))', { m: { f: () => e.g() } });
      return e.g();
    },
  ],
  [
    'a trap in a nested call can be caught between',
    W => {
      const e = exports(
        W,
        '(import "m" "f" (func $f (result i32))) (func (export "bad") unreachable) (func (export "g") (result i32) (i32.add (call $f) (i32.const 1)))',
        {
          m: {
            f: () => {
              try {
                e.bad();
                return 0;
              } catch (error) {
                return error instanceof W.RuntimeError ? 41 : 1;
              }
            },
          },
        },
      );
      return e.g();
    },
  ],
  [
    'a trap in a nested call goes through',
    W => {
      const e = exports(W, '(import "m" "f" (func $f)) (func (export "bad") unreachable) (func (export "g") (call $f))', {
        m: { f: () => e.bad() },
      });
      return e.g();
    },
  ],
  [
    'between instances',
    W => {
      const a = exports(W, '(memory (export "m") 1) (func (export "put") (param i32 i32) (i32.store (local.get 0) (local.get 1)))');
      const b = exports(
        W,
        '(import "a" "m" (memory 1)) (import "a" "put" (func $put (param i32 i32))) (func (export "f") (result i32) (call $put (i32.const 8) (i32.const 77)) (i32.load (i32.const 8)))',
        { a },
      );
      return [b.f(), new Int32Array(a.m.buffer)[2]];
    },
  ],
  [
    'indirectly through a shared table',
    W => {
      const t = new W.Table({ element: 'anyfunc', initial: 2 });
      const a = exports(W, '(func (export "f") (result i32) i32.const 5)');
      const b = exports(
        W,
        '(import "m" "t" (table 1 funcref)) (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0)))',
        { m: { t } },
      );
      t.set(1, a.f);
      return each(W, [() => b.call(1), () => b.call(0), () => b.call(2)]);
    },
  ],
]);

describe('typed function references', () => {
  const fields = `(type $t (func (result i32))) (func $a (export "a") (type $t) i32.const 5) (func (export "b")) (elem declare func $a)
    (func (export "call") (param (ref $t)) (result i32) (call_ref $t (local.get 0)))
    (func (export "maybe") (param (ref null $t)) (result (ref null $t)) local.get 0)
    (func (export "give") (result (ref $t)) ref.func $a)`;
  const e = new ours.Instance(new ours.Module(new Uint8Array(parseWat(`(module ${fields})`)))).exports; // npm wabt cannot read it

  test('functions of the type go in and out', () => {
    expect([e.call(e.a), e.maybe(e.a) === e.a, e.maybe(null), e.give() === e.a]).toEqual([5, true, null, true]);
    expect(exports(ours, '(func (export "f") (result i32) i32.const 6)').f).toSatisfy(f => e.call(f) === 6); // of another instance
  });
  test.each([[e.b], [null], [undefined], [() => 5], [{}]])('nothing else does: %s', value => {
    expect(() => e.call(value)).toThrow(TypeError);
  });
});

test('several memories', () => {
  const e = exports(ours, '(memory (export "a") 1) (memory (export "b") 1) (func (export "f") (result i32) (i32.load 1 (i32.const 4)))');
  new DataView(e.b.buffer).setInt32(4, 77, true);
  expect(e.f()).toBe(77);
});

test('what cannot be run here is invalid', () => {
  const v128 = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 1, 0x7b, 0]);
  const memory64 = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 5, 3, 1, 4, 1]);
  const shared = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 5, 4, 1, 3, 1, 1]);
  for (const bytes of [v128, memory64, shared]) expect(ours.validate(bytes)).toBe(false);
  expect(() => new ours.Module(v128)).toThrow(ours.CompileError);
  expect(() => new ours.Memory({ initial: 1, maximum: 1, shared: true })).toThrow(TypeError);
});
