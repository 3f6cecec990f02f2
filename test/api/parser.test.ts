// The event API: what is in a module, in order, with offsets, however the bytes arrive.

import { describe, expect, test } from 'vitest';
import { LoadError } from '../../src/api/module';
import { ModuleParser, type ParserEvent, type ParserOptions, readEventStream, readEvents } from '../../src/api/parser';
import { parseWat } from '../../src/text/parser';

const MODULE = parseWat(
  `(module $m
    (type $t (func (param i32) (result i32)))
    (import "a" "f" (func $f (type $t)))
    (import "a" "m" (memory i64 1 2))
    (table 3 funcref)
    (tag (param i32))
    (global (mut f32) (f32.const nan:0x200001))
    (export "g" (func $g))
    (start $s)
    (elem (i32.const 1) func $f $g)
    (elem declare funcref (ref.null func))
    (func $g (type $t) (local i32 i64 i64)
      (block $b (result i32) (br_if $b (i32.load offset=8 align=2 (i64.const -1)) (local.get 0))))
    (func $s (memory.init 0 (i64.const 0) (i32.const 0) (i32.const 2)))
    (data "xyz")
    (@custom "c" (after data) "123"))`,
);

/** The events when the module comes in pieces of n bytes. */
function inPieces(n: number, options?: ParserOptions, bytes = MODULE): ParserEvent[] {
  const parser = new ModuleParser(options);
  const events: ParserEvent[] = [];
  for (let at = 0; at < bytes.length; at += n) {
    const piece = bytes.slice(at, at + n);
    events.push(...parser.feed(piece));
    piece.fill(0); // pieces are not kept
  }
  return [...events, ...parser.end()];
}
/** Pieces of content joined, as how many there are depends on how the module came. */
function joined(events: ParserEvent[]): ParserEvent[] {
  const result: ParserEvent[] = [];
  for (const event of events) {
    const last = result.at(-1);
    if (event.kind === 'content' && last?.kind === 'content') last.bytes = Uint8Array.of(...last.bytes, ...event.bytes);
    else result.push({ ...event });
  }
  return result;
}
const all = [...readEvents(MODULE, { operators: true, validate: true })];
const of = <K extends ParserEvent['kind']>(kind: K) => all.filter(event => event.kind === kind) as Extract<ParserEvent, { kind: K }>[];

describe('events', () => {
  test('come in the order of the module', () => {
    expect(all.filter(event => event.kind === 'section').map(event => event.name)).toEqual([
      ...['type', 'import', 'function', 'table', 'tag', 'global', 'export', 'start', 'element', 'data count', 'code', 'data'],
      ...['custom', 'custom'],
    ]);
    expect(all.at(-1)).toEqual({ kind: 'end', offset: MODULE.length });
  });

  test('say what is there', () => {
    expect(of('type').map(({ type }) => type.params)).toEqual([['i32'], ['i32'], []]);
    expect(of('import')).toMatchObject([
      { module: 'a', name: 'f', external: 'function', index: 0, type: 0 },
      { module: 'a', name: 'm', external: 'memory', index: 0, type: { min: 1n, max: 2n, address: 'i64', shared: false, pageBytes: 65536 } },
    ]);
    expect(of('table')).toMatchObject([{ index: 0, type: { min: 3, max: null, element: 'funcref' }, init: null }]);
    expect(of('tag')).toMatchObject([{ index: 0, type: 1 }]);
    expect(of('global')).toMatchObject([
      { type: { type: 'f32', mutable: true }, init: [{ name: 'f32.const', immediates: { bits: 0x7fa00001 } }] },
    ]);
    expect(of('export')).toMatchObject([{ name: 'g', external: 'function', index: 1 }]);
    expect(of('start')).toMatchObject([{ function: 2 }]);
    expect(of('element')).toMatchObject([
      { mode: 'active', table: 0, place: [{ name: 'i32.const', immediates: { value: 1 } }], type: '(ref func)', count: 2 },
      { mode: 'declarative', place: null, type: 'funcref', count: 1 },
    ]);
    expect(of('item')).toMatchObject([
      { function: 0 },
      { function: 1 },
      { function: null, init: [{ name: 'ref.null', immediates: { heapType: 'func' } }] },
    ]);
    expect(of('data')).toMatchObject([{ mode: 'passive', place: null, size: 3 }]);
    expect(of('code')).toMatchObject([
      {
        index: 1,
        locals: [
          { count: 1, type: 'i32' },
          { count: 2, type: 'i64' },
        ],
      },
      { index: 2, locals: [] },
    ]);
    expect(of('custom').map(({ name }) => name)).toEqual(['c', 'name']);
    expect(of('content').map(({ bytes }) => Buffer.from(bytes).toString('latin1'))).toMatchObject(['xyz', '123', /./]);
  });

  test('have operators with their immediates', () => {
    expect(of('operator').map(({ name, immediates }) => [name, immediates])).toEqual([
      ['block', { blockType: 'i32' }],
      ['i64.const', { value: -1n }],
      ['i32.load', { memory: 0, align: 2, offset: 8 }],
      ['local.get', { local: 0 }],
      ['br_if', { label: 0 }],
      ['end', {}],
      ['end', {}],
      ['i64.const', { value: 0n }],
      ['i32.const', { value: 0 }],
      ['i32.const', { value: 2 }],
      ['memory.init', { data: 0, memory: 0 }],
      ['end', {}],
    ]);
  });

  test('lie where they say', () => {
    // What begins with a byte that the format prescribes begins with it.
    const first: Record<string, number[]> = {
      type: [0x60],
      table: [0x70],
      tag: [0],
      global: [0x7d],
      element: [0, 7],
      data: [1],
      import: [1],
    };
    for (const event of all) if (first[event.kind]) expect(first[event.kind], event.kind).toContain(MODULE[event.offset]);
    for (const { offset, name } of of('operator')) if (name === 'local.get') expect(MODULE[offset]).toBe(0x20);
    for (const { offset, bytes } of of('content')) expect(MODULE.slice(offset, offset + bytes.length)).toEqual(bytes);
    for (const { offset, size, contentOffset } of of('code')) expect([contentOffset - offset, MODULE[offset]]).toEqual([1, size]);
  });

  test.each([1, 2, 3, 7, 64])('are the same in pieces of %i bytes', n => {
    expect(joined(inPieces(n, { operators: true, validate: true }))).toEqual(all);
  });

  test('come from streams', async () => {
    const events: ParserEvent[] = [];
    for await (const event of readEventStream(new Blob([MODULE]).stream() as unknown as AsyncIterable<Uint8Array>, { operators: true }))
      events.push(event);
    expect(events).toEqual(all);
  });

  test('leave operators out unless asked', () => {
    expect([...readEvents(MODULE)]).toEqual(all.filter(event => event.kind !== 'operator'));
  });
});

describe('refusals', () => {
  const refusal = (bytes: Uint8Array, options?: ParserOptions): [number, string] | null => {
    try {
      inPieces(1, options, bytes);
      return null;
    } catch (error) {
      if (!(error instanceof LoadError)) throw error;
      return [error.offset, error.reason];
    }
  };

  test('malformed modules', () => {
    expect(refusal(MODULE.slice(0, -1))).toMatchObject([MODULE.length - 1, 'length out of bounds']);
    expect(refusal(Uint8Array.of(0, 0x61, 0x73, 0x6e))).toEqual([0, 'magic header not detected']);
    expect(refusal(Uint8Array.of(0, 0x61, 0x73, 0x6d, 13, 0, 1, 0))?.[1]).toMatch(/component/);
  });

  test('what comes before the fault is given first', () => {
    const at = of('code')[1]!.offset;
    const broken = MODULE.slice();
    broken[of('code')[1]!.contentOffset] = 99; // groups of locals that are not there
    const before = all.filter(event => event.offset < at);
    const seen: ParserEvent[] = [];
    expect(() => {
      for (const event of readEvents(broken, { operators: true })) seen.push(event);
    }).toThrow(LoadError);
    expect(seen).toEqual(before);

    const parser = new ModuleParser({ operators: true });
    expect(parser.feed(broken)).toEqual(before);
    expect(parser.error!.offset).toBeGreaterThan(at);
    for (const next of [() => parser.feed(MODULE), () => parser.end()]) expect(next).toThrow(parser.error!);
    expect(() => new ModuleParser().feed(Uint8Array.of(1, 2, 3, 4))).toThrow(LoadError);
  });

  test('no more of a stream is read than up to the fault', async () => {
    let pieces = 0;
    function* stream() {
      for (const piece of [MODULE.slice(0, 8), Uint8Array.of(1, 1, 0, 99, 0), MODULE]) {
        pieces++;
        yield piece;
      }
    }
    const kinds: string[] = [];
    const read = async () => {
      for await (const event of readEventStream(stream())) kinds.push(event.kind);
    };
    await expect(read()).rejects.toThrow(LoadError);
    expect([pieces, kinds]).toEqual([2, ['section']]);
  });

  test('invalid ones where validation is on', () => {
    const invalid = parseWat('(module (func (result i32) (i64.const 0)))');
    expect(refusal(invalid)).toBeNull();
    expect(refusal(invalid, { validate: true })).toMatchObject([expect.any(Number), 'type mismatch']);
  });
});
