// Tags and exceptions of the JS API: on V8's WebAssembly and ours (both.ts) as far as Node 20 has them, else ours alone.

import { describe, expect, test } from 'vitest';
import { parseWat } from '../../src/text/parser';
import { each, exports, ours, table, VALUES } from './both';

const TYPES = ['i32', 'i64', 'f32', 'f64', 'externref'] as const;

table('tags and exceptions', [
  [
    'tags',
    W =>
      each(
        W,
        [undefined, null, {}, { parameters: 5 }, { parameters: ['x'] }, { parameters: [] }, { parameters: ['i32', 'externref'] }].map(
          type => W => new W.Tag(type as any),
        ),
      ),
  ],
  [
    'exceptions',
    W => {
      const tag = new W.Tag({ parameters: ['i32', 'i64'] });
      return each(W, [
        W => new (W as any).Exception(),
        W => new W.Exception({} as any, []),
        W => new W.Exception(tag, 5 as any),
        W => new W.Exception(tag, [1, 2n]),
        W => new W.Exception(tag, new Set<unknown>(['3', 4n])),
        W => new W.Exception(tag, [1, 2]),
      ]);
    },
  ],
  ...TYPES.map((type): [string, (W: typeof ours) => unknown] => [
    `values of type ${type}`,
    W => {
      const tag = new W.Tag({ parameters: [type] });
      return each(
        W,
        VALUES.slice(1).map(value => W => new W.Exception(tag, [value]).getArg(tag, 0)),
      );
    },
  ]),
  [
    'is and getArg',
    W => {
      const tag = new W.Tag({ parameters: ['i32'] });
      const other = new W.Tag({ parameters: ['i32'] });
      const e = new W.Exception(tag, [7]);
      return each(W, [
        () => e.is(tag),
        () => e.is(other),
        () => e.is({} as any),
        () => e.getArg(tag, 0),
        () => e.getArg(tag, 1),
        () => e.getArg(other, 0),
        () => e.getArg(tag, -1),
        () => e.getArg(tag, '0' as any),
        () => (e as any).getArg(tag),
      ]);
    },
  ],
  ['brands', W => each(W, [W => W.Exception.prototype.is.call({}, new W.Tag({ parameters: [] }))])],
  [
    'guest code throws',
    W => {
      const e = exports(
        W,
        '(tag $t (export "t") (param i32 f64)) (func $f (throw $t (i32.const 5) (f64.const 2.5))) (func (export "f") call $f)',
      );
      return each(W, [
        () => e.f(),
        () => e.t instanceof W.Tag,
        () => {
          try {
            return e.f();
          } catch (error: any) {
            return [error instanceof W.Exception, error.is(e.t), error.getArg(e.t, 0), error.getArg(e.t, 1)];
          }
        },
      ]);
    },
  ],
  [
    'a tag is one object',
    W => {
      const t = new W.Tag({ parameters: ['i32'] });
      const e = exports(W, '(import "m" "t" (tag (param i32))) (export "t" (tag 0)) (export "u" (tag 0)) (tag (export "v") (param i32))', {
        m: { t },
      });
      return [e.t === t, e.u === t, e.v === t];
    },
  ],
  [
    'imports of tags',
    W =>
      each(
        W,
        [{}, 5, new W.Tag({ parameters: ['i32'] }), new W.Tag({ parameters: ['i64'] }), new W.Tag({ parameters: [] })].map(
          t => W => exports(W, '(import "m" "t" (tag (param i32)))', { m: { t } }),
        ),
      ),
  ],
  [
    'an exception of JavaScript goes through as it is',
    W => {
      const t = new W.Tag({ parameters: [] });
      const thrown = new W.Exception(t, []);
      const e = exports(W, '(import "m" "f" (func $f)) (func (export "g") call $f)', {
        m: {
          f() {
            throw thrown;
          },
        },
      });
      try {
        e.g();
      } catch (error) {
        return error === thrown;
      }
      return 'nothing thrown';
    },
  ],
  [
    'modules tell of tags',
    W => {
      const module = new W.Module(assembleTags());
      return [W.Module.imports(module), W.Module.exports(module)];
    },
  ],
]);

/** (import "m" "t" (tag)) (export "u" (tag 0)) */
function assembleTags(): Uint8Array<ArrayBuffer> {
  return new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 8, 1, 1, 109, 1, 116, 4, 0, 0, 7, 5, 1, 1, 117, 4, 0]);
}

test('as many values as the tag says', () => {
  const tag = new ours.Tag({ parameters: ['i32', 'i64'] }); // V8 takes any number, and undefined as 0
  for (const payload of [[], [1], [1, 2n, 3], [1, undefined]]) expect(() => new ours.Exception(tag, payload)).toThrow(TypeError);
});

describe('catching in guest code', () => {
  const CATCH_ALL =
    '(import "m" "f" (func $f)) (func (export "g") (result i32) (block $h (try_table (catch_all $h) (call $f)) (return (i32.const 0))) (i32.const 1))';
  const throwing = (thrown: unknown) => ({
    f() {
      throw thrown;
    },
  });

  test.each([new Error('x'), 5, undefined, new ours.Exception(new ours.Tag({ parameters: [] }), []), new ours.RuntimeError('made up')])(
    'catch_all catches what JavaScript throws: %s',
    thrown => {
      expect(exports(ours, CATCH_ALL, { m: throwing(thrown) }).g()).toBe(1);
      expect(exports(ours, CATCH_ALL, { m: { f() {} } }).g()).toBe(0);
    },
  );

  test('a trap that comes through JavaScript is not caught', () => {
    const { bad } = exports(ours, '(func (export "bad") unreachable)');
    expect(() => exports(ours, CATCH_ALL, { m: { f: () => bad() } }).g()).toThrow(ours.RuntimeError);
  });

  test('by tag, with its values', () => {
    const tag = new ours.Tag({ parameters: ['i32'] });
    const text =
      '(import "m" "f" (func $f)) (import "m" "t" (tag $t (param i32))) (func (export "g") (result i32) (block $h (result i32) (try_table (catch $t $h) (call $f)) (i32.const 0)))';
    expect(exports(ours, text, { m: { t: tag, ...throwing(new ours.Exception(tag, [42])) } }).g()).toBe(42);
    const other = new ours.Exception(new ours.Tag({ parameters: ['i32'] }), [42]);
    expect(() => exports(ours, text, { m: { t: tag, ...throwing(other) } }).g()).toThrow(other as unknown as Error);
  });

  test('JSTag gives the guest what was thrown, and throws what the guest gives it', () => {
    const text = `(import "m" "f" (func $f)) (import "m" "t" (tag $t (param externref)))
      (func (export "caught") (result externref) (block $h (result externref) (try_table (catch $t $h) (call $f)) (ref.null extern)))
      (func (export "throw") (param externref) (throw $t (local.get 0)))`;
    for (const thrown of [new Error('x'), 'text', 5, undefined, null]) {
      const e = exports(ours, text, { m: { t: ours.JSTag, ...throwing(thrown) } });
      expect(e.caught()).toBe(thrown);
      let got: unknown = 'nothing';
      try {
        e.throw(thrown);
      } catch (error) {
        got = error;
      }
      expect(got).toBe(thrown);
    }
    expect(() => new ours.Exception(ours.JSTag, [1])).toThrow(TypeError);
  });

  test('throw_ref throws the same object on', () => {
    const text =
      '(import "m" "f" (func $f)) (func (export "g") (block $h (result exnref) (try_table (catch_all_ref $h) (call $f)) (return)) throw_ref)';
    for (const thrown of [new Error('x'), new ours.Exception(new ours.Tag({ parameters: [] }), [])]) {
      expect(() => exports(ours, text, { m: throwing(thrown) }).g()).toThrow(thrown as Error);
    }
  });

  test('an exception crosses instances and JavaScript between them', () => {
    const a = exports(ours, '(tag $t (export "t") (param i64)) (func (export "f") (throw $t (i64.const 9)))');
    const b = exports(
      ours,
      '(import "a" "t" (tag $t (param i64))) (import "m" "f" (func $f)) (func (export "g") (result i64) (block $h (result i64) (try_table (catch $t $h) (call $f)) (i64.const 0)))',
      { a, m: { f: () => a.f() } },
    );
    expect(b.g()).toBe(9n);
  });

  test('functions with exnref in their types are not for JavaScript', () => {
    const e = exports(ours, '(func (export "f") (param exnref)) (func (export "g") (result exnref) (ref.null exn))');
    expect(() => e.f(null)).toThrow(TypeError);
    expect(() => e.g()).toThrow(TypeError);
  });
});

describe('references in exceptions', () => {
  const load = (text: string, imports?: any): any =>
    new ours.Instance(new ours.Module(parseWat(text) as Uint8Array<ArrayBuffer>), imports).exports;
  test('an exnref that went out with its exception is still there when it comes back', () => {
    let thrown: unknown;
    const host = () => {
      throw thrown;
    };
    const guest = load(
      `(module
        (import "host" "throw" (func $host))
        (tag $e (param i32)) (tag $x (param exnref))
        (func $catch (param i32) (result exnref)
          (block $h (result exnref) (try_table (catch_all_ref $h) (throw $e (local.get 0))) (unreachable)))
        (func (export "out") (throw $x (call $catch (i32.const 42))))
        (func (export "churn") (param i32)
          (loop (drop (call $catch (i32.const 7))) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
        (func (export "back") (result i32) (local exnref)
          (block $x (result exnref) (try_table (catch $x $x) (call $host)) (unreachable))
          (local.set 0)
          (block $e (result i32) (try_table (catch $e $e) (throw_ref (local.get 0))) (unreachable))))`,
      { host: { throw: host } },
    );
    try {
      guest.out();
    } catch (error) {
      thrown = error;
    }
    guest.churn(1000);
    expect(guest.back()).toBe(42);
  });
  test('a tag of typed references takes functions of that type, whatever modules came before', () => {
    load('(module (type (func (result f64))) (type (func (param f32 f32))) (func (type 0) (f64.const 0)) (func (type 1)))');
    const { tag, fine, other } = load(
      `(module
        (type $i (func (param i32) (result i32))) (type $n (func))
        (tag (export "tag") (param (ref $i)))
        (func (export "fine") (type $i) (local.get 0)) (func (export "other") (type $n)))`,
    );
    expect(new ours.Exception(tag, [fine]).getArg(tag, 0)).toBe(fine);
    expect(() => new ours.Exception(tag, [other])).toThrow(TypeError);
  });
});
