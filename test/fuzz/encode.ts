// A small encoder of WebAssembly modules for tests: what tests need, malformed and invalid modules included, since nothing is checked.
// Apart from the mnemonics' numbers (src/spec/ops.ts) it shares nothing with src, so that it cannot repeat a reader's mistake.
// Spec: core 5 Binary Format.

import { rows } from '../../src/spec/ops';

/** Bytes, nested at will. */
export type Part = number | readonly Part[];

export function flat(part: Part, out: number[] = []): number[] {
  if (typeof part === 'number') out.push(part & 255);
  else for (const p of part) flat(p, out);
  return out;
}

export function u32(n: number): number[] {
  const out: number[] = [];
  for (n >>>= 0; n > 127; n >>>= 7) out.push((n & 127) | 128);
  return [...out, n];
}
export function u64(n: bigint): number[] {
  const out: number[] = [];
  for (; n > 127n; n >>= 7n) out.push(Number(n & 127n) | 128);
  return [...out, Number(n)];
}
export function s64(n: bigint): number[] {
  const out: number[] = [];
  for (;;) {
    const b = Number(n & 127n);
    n >>= 7n;
    if ((n === 0n && b < 64) || (n === -1n && b >= 64)) return [...out, b];
    out.push(b | 128);
  }
}
export const s32 = (n: number) => s64(BigInt(n | 0));
export const text = (s: string): Part => {
  const utf8 = [...Buffer.from(s, 'utf8')];
  return [u32(utf8.length), utf8];
};
export const vector = (items: readonly Part[]): Part => [u32(items.length), ...items];
export function section(id: number, content: Part): Part {
  const body = flat(content);
  return [id, u32(body.length), body];
}
export const HEADER: Part = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** Bytes of a module made of sections. */
export const moduleOf = (...sections: Part[]) => Uint8Array.from(flat([HEADER, ...sections]));

// Types by letter: i I f F are i32 i64 f32 f64, r is funcref, x is externref.
const TYPES: { [letter: string]: number } = { i: 0x7f, I: 0x7e, f: 0x7d, F: 0x7c, r: 0x70, x: 0x6f };
export const type = (letter: string): number => TYPES[letter]!;
export const types = (letters: string): Part => vector([...letters].map(type));

const PREFIXES: [from: number, prefix: number][] = [
  [0x400, 0xfe],
  [0x200, 0xfd],
  [0x180, 0xfb],
  [0x100, 0xfc],
];
/** The opcode of a row of the op table as bytes. */
export function opcode(code: number): number[] {
  const prefixed = PREFIXES.find(([from]) => code >= from);
  return prefixed === undefined ? [code] : [prefixed[1], ...u32(code - prefixed[0])];
}
const codes = new Map(rows.map(([code, name]) => [name, opcode(code)]));
/** An instruction: mnemonic and immediates as bytes. */
export function op(name: string, ...immediates: Part[]): Part {
  const code = codes.get(name);
  if (code === undefined) throw new Error(`no instruction ${name}`);
  return [code, ...immediates];
}
export const END = 0x0b;
export const get = (x: number): Part => op('local.get', u32(x));
export const set = (x: number): Part => op('local.set', u32(x));
export const tee = (x: number): Part => op('local.tee', u32(x));
export const i32 = (n: number): Part => op('i32.const', s32(n));

/** The constant of type letter with these bits. References: null. */
export function constant(letter: string, lo: number, hi = 0): Part {
  const words = new Uint8Array(Int32Array.of(lo, hi).buffer);
  if (letter === 'i') return i32(lo);
  if (letter === 'I') return op('i64.const', s64((BigInt(hi | 0) << 32n) | BigInt(lo >>> 0)));
  if (letter === 'f') return op('f32.const', [...words.subarray(0, 4)]);
  if (letter === 'F') return op('f64.const', [...words]);
  return op('ref.null', type(letter));
}

export const memarg = (align: number, offset: number): Part => [u32(align), u32(offset)];
/** The same for any memory and any offset. */
export const memarg64 = (align: number, memory: number, offset: bigint): Part =>
  memory === 0 ? [u32(align), u64(offset)] : [u32(align | 0x40), u32(memory), u64(offset)];
export const limits = (min: number, max?: number): Part => (max === undefined ? [0, u32(min)] : [1, u32(min), u32(max)]);

/** Collects a module. Index spaces: import before defining. */
export function createBuilder() {
  const sections: Part[][] = Array.from({ length: 13 }, () => []);
  const typeKeys: string[] = [];
  const counts = [0, 0, 0, 0];
  let first: Part | null = null;
  let counted = false;
  const b = {
    /** Index of the function type with these parameter and result letters. */
    type(params: string, results: string): number {
      const key = `${params}>${results}`;
      let at = typeKeys.indexOf(key);
      if (at < 0) {
        at = typeKeys.push(key) - 1;
        sections[1]!.push([0x60, types(params), types(results)]);
      }
      return at;
    },
    /** A block type: none, one value or a function type. */
    blockType(params: string, results: string): Part {
      if (params === '' && results.length < 2) return results === '' ? 0x40 : type(results);
      return s32(b.type(params, results));
    },
    imported(module: string, name: string, kind: number, what: Part): number {
      sections[2]!.push([text(module), text(name), kind, what]);
      return counts[kind]!++;
    },
    importedFunc: (module: string, name: string, params: string, results: string) =>
      b.imported(module, name, 0, u32(b.type(params, results))),
    /** A function; `locals` are letters behind the parameters. Code without its final end. */
    func(params: string, results: string, locals: string, code: Part, name?: string): number {
      sections[3]!.push(u32(b.type(params, results)));
      const body = flat([vector([...locals].map(l => [1, type(l)])), code, END]);
      sections[10]!.push([u32(body.length), body]);
      if (name !== undefined) b.exported(name, 0, counts[0]!);
      return counts[0]!++;
    },
    table(elem: string, min: number, max?: number): number {
      sections[4]!.push([type(elem), limits(min, max)]);
      return counts[1]!++;
    },
    memory(min: number, max?: number, name?: string): number {
      sections[5]!.push(limits(min, max));
      if (name !== undefined) b.exported(name, 2, counts[2]!);
      return counts[2]!++;
    },
    global(letter: string, mutable: boolean, init: Part): number {
      sections[6]!.push([type(letter), mutable ? 1 : 0, init, END]);
      return counts[3]!++;
    },
    exported(name: string, kind: number, index: number): void {
      sections[7]!.push([text(name), kind, u32(index)]);
    },
    start(func: number): void {
      first = u32(func);
    },
    /** Functions by index: active at an offset, or passive (null), or declared ('declare'). */
    elem(at: number | null | 'declare', funcs: number[]): number {
      const items = vector(funcs.map(u32));
      sections[9]!.push(typeof at === 'number' ? [0, i32(at), END, items] : [at === null ? 1 : 3, 0, items]);
      return sections[9]!.length - 1;
    },
    /** Bytes: active at an offset, or passive (null). */
    data(at: number | null, content: Uint8Array | number[]): number {
      sections[11]!.push([at === null ? 1 : [0, i32(at), END], vector([...content])]);
      counted = true;
      return sections[11]!.length - 1;
    },
    build(): Uint8Array {
      const out: Part[] = [];
      for (const id of [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11])
        if (id === 8 && first !== null) out.push(section(8, first));
        else if (id === 12 && counted) out.push(section(12, u32(sections[11]!.length)));
        else if (sections[id]!.length > 0) out.push(section(id, vector(sections[id]!)));
      return moduleOf(...out);
    },
  };
  return b;
}
export type Builder = ReturnType<typeof createBuilder>;
