// What the library takes for bytes and for text.

import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
  type ByteSource,
  Module,
  ModuleParser,
  parseText,
  printModule,
  Runtime,
  readEventStream,
  readEvents,
  validate,
} from '../../src/index';

const TEXT = '(module (func (export "f")))';
const module = parseText(TEXT);
const { memory } = new Runtime().instantiate(new Module(parseText('(module (memory 1))')));

/** bytes in all that can hold them; views begin and end within their buffer. */
function sources(bytes: Uint8Array, pad: number): [string, ByteSource][] {
  const size = Math.ceil(bytes.length / 4) * 4;
  const padded = new Uint8Array(size + 16).fill(pad);
  padded.set(bytes, 8);
  const { buffer } = padded;
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  return [
    ['Uint8Array', padded.subarray(8, 8 + bytes.length)],
    ['Buffer', Buffer.from(buffer, 8, bytes.length)],
    ['DataView', new DataView(buffer, 8, bytes.length)],
    ['Int8Array', new Int8Array(buffer, 8, bytes.length)],
    ['ArrayBuffer', bytes.slice().buffer],
    ['SharedArrayBuffer', shared],
    ['ArrayBuffer of another realm', runInNewContext('Uint8Array.from(bytes).buffer', { bytes: [...bytes] })],
    ['Uint8Array of another realm', runInNewContext('Uint8Array.from(bytes)', { bytes: [...bytes] })],
  ];
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe.each(sources(module, 0xff))('a module in a %s', (_, source) => {
  const events = [...readEvents(module)];
  test('is loaded', () => expect(new Module(source).exports.map(e => e.name)).toEqual(['f']));
  test('is valid', () => expect(validate(source)).toEqual({ ok: true }));
  test('is printed', () => expect(printModule(source)).toBe(printModule(module)));
  test('is written to memory', () => {
    memory.write(3, source);
    expect(memory.read(3, module.length)).toEqual(module);
    memory.bytes.fill(0);
  });
  test('is read', async () => {
    expect([...readEvents(source)]).toEqual(events);
    expect(await collect(readEventStream([source]))).toEqual(events);
  });
});

test.each(sources(new TextEncoder().encode(TEXT), 0x28))('a text in a %s', (_, source) => expect(parseText(source)).toEqual(module));

describe.each([
  ['string', TEXT],
  ['undefined', undefined],
  ['null', null],
  ['number', 5],
  ['object', [0, 0x61, 0x73, 0x6d]],
])('no bytes: %s', (got, value) => {
  const no = value as unknown as ByteSource;
  const error = new TypeError(`bytes must be an ArrayBuffer or a view of one, got ${got}`);
  test('Module', () => expect(() => new Module(no)).toThrow(error));
  test('validate', () => expect(() => validate(no)).toThrow(error));
  test('printModule', () => expect(() => printModule(no)).toThrow(error));
  test('readEvents', () => expect(() => [...readEvents(no)]).toThrow(error));
  test('readEventStream', () => expect(collect(readEventStream([no]))).rejects.toThrow(error));
  test('memory.write', () => expect(() => memory.write(0, no)).toThrow(error));
  test('feed, which then takes bytes', () => {
    const parser = new ModuleParser();
    expect(() => parser.feed(no)).toThrow(error);
    expect([...parser.feed(module), ...parser.end()]).toEqual([...readEvents(module)]);
  });
  test.skipIf(got === 'string')('parseText', () =>
    expect(() => parseText(no)).toThrow(new TypeError(`text must be a string, an ArrayBuffer or a view of one, got ${got}`)),
  );
});
