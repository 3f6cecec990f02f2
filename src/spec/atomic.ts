// Rows of the op table (ops.ts says what they hold): atomic instructions of the threads proposal. 0xfe-prefixed ones are 0x400 + their
// number. They are read, validated and printed; no executor runs them yet, so they have no meaning but the size of their access. Desk only.

import type { Row } from './ops';

/** Memory accesses of n bytes; the alignment must be the natural one. */
const access = (code: number, name: string, signature: string, bytes: number): Row => [code, name, 'm', signature, `load ${bytes}`];

/** The seven widths a read-modify-write instruction has. */
const WIDTHS: [name: string, letter: string, bytes: number][] = [
  ['i32.atomic.rmw.#', 'i', 4],
  ['i64.atomic.rmw.#', 'I', 8],
  ['i32.atomic.rmw8.#_u', 'i', 1],
  ['i32.atomic.rmw16.#_u', 'i', 2],
  ['i64.atomic.rmw8.#_u', 'I', 1],
  ['i64.atomic.rmw16.#_u', 'I', 2],
  ['i64.atomic.rmw32.#_u', 'I', 4],
];

export const atomicRows: Row[] = [
  access(0x400, 'memory.atomic.notify', 'ii:i', 4),
  access(0x401, 'memory.atomic.wait32', 'iiI:i', 4),
  access(0x402, 'memory.atomic.wait64', 'iII:i', 8),
  [0x403, 'atomic.fence', 'z', ':', null],
  access(0x410, 'i32.atomic.load', 'i:i', 4),
  access(0x411, 'i64.atomic.load', 'i:I', 8),
  access(0x412, 'i32.atomic.load8_u', 'i:i', 1),
  access(0x413, 'i32.atomic.load16_u', 'i:i', 2),
  access(0x414, 'i64.atomic.load8_u', 'i:I', 1),
  access(0x415, 'i64.atomic.load16_u', 'i:I', 2),
  access(0x416, 'i64.atomic.load32_u', 'i:I', 4),
  access(0x417, 'i32.atomic.store', 'ii:', 4),
  access(0x418, 'i64.atomic.store', 'iI:', 8),
  access(0x419, 'i32.atomic.store8', 'ii:', 1),
  access(0x41a, 'i32.atomic.store16', 'ii:', 2),
  access(0x41b, 'i64.atomic.store8', 'iI:', 1),
  access(0x41c, 'i64.atomic.store16', 'iI:', 2),
  access(0x41d, 'i64.atomic.store32', 'iI:', 4),
  ...['add', 'sub', 'and', 'or', 'xor', 'xchg', 'cmpxchg'].flatMap((verb, k) =>
    WIDTHS.map(([name, letter, bytes], i) =>
      access(0x41e + 7 * k + i, name.replace('#', verb), `i${letter}${verb === 'cmpxchg' ? letter : ''}:${letter}`, bytes),
    ),
  ),
];
