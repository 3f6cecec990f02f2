// Operators decoded: reads one with its immediates into a small array of numbers, laid out by the kind of immediates. For what looks at
// operators one by one without typing them: the printer, the writer, the event API. Device-safe. Spec: core 3.0, 5.4 Instructions.

import { CATCH_CLAUSE, LENGTH_BOUNDS, MEMOP_FLAGS } from '../spec/faults';
import * as c from './cursor';
import { CATCH_ALL, CATCH_ALL_REF, kindOf, opcode } from './expression';
import { blockValue, heapType, valueType } from './type';

/**
 * The immediates of the operator read last, `count` numbers, by their letter (ops.ts):
 *   b            type index or -1, value type or 0 (both none: empty)
 *   h            as b, then three for each clause: CATCH_*, tag (0 if it has none), label
 *   t            labels, the default one last
 *   s            value types
 *   i q          the word          I Q  low word, high word          v  four words
 *   m p          log2 of the alignment, memory, offset: low word, high word; of p the lane too
 *   w            16 lanes
 *   B            flags, label, heap type, heap type
 *   c            type, table       d u  data, memory or type... in the order of the binary format, as all others
 */
export const values: number[] = [];
export let count = 0;

function add(value: number): void {
  values[count++] = value;
}

/** A count of things of at least a byte each. */
function vector(): number {
  const n = c.u32();
  if (n > c.left()) throw c.bad(LENGTH_BOUNDS, n);
  return n;
}

function blockType(): void {
  const type = blockValue();
  add(type < 0 ? c.s33() : -1);
  add(type < 0 ? 0 : type);
}

function clauses(): void {
  for (let n = vector(); n > 0; n--) {
    const kind = c.byte();
    if (kind > CATCH_ALL_REF) throw c.badBefore(CATCH_CLAUSE, kind);
    add(kind);
    add(kind < CATCH_ALL ? c.u32() : 0);
    add(c.u32());
  }
}

function memoryAccess(): void {
  const align = c.u32();
  if (align >= 128) throw c.badBefore(MEMOP_FLAGS, align);
  add(align & 63);
  add((align & 64) !== 0 ? c.u32() : 0);
  add(c.u64());
  add(c.high);
}

/** Reads the operator at the cursor with its immediates and returns its code, in the numbering of ops.ts. Throws a fault number. */
export function readOperator(): number {
  const code = opcode();
  const kind = kindOf(code);
  count = 0;
  if (kind === '.') return code;
  if (kind === 'x' || kind === 'l' || kind === 'f' || kind === 'g') add(c.u32());
  else if (kind === 'i') add(c.s32());
  else if (kind === 'm' || kind === 'p') {
    memoryAccess();
    if (kind === 'p') add(c.byte());
  } else if (kind === 'b' || kind === 'h') {
    blockType();
    if (kind === 'h') clauses();
  } else if (kind === 't') for (let n = vector(); n >= 0; n--) add(c.u32());
  else if (kind === 's') for (let n = vector(); n > 0; n--) add(valueType());
  else if (kind === 'I') {
    add(c.s64());
    add(c.high);
  } else if (kind === 'q') add(c.word());
  else if (kind === 'Q' || kind === 'v') for (let n = kind === 'Q' ? 2 : 4; n > 0; n--) add(c.word());
  else if (kind === 'w') for (let n = 16; n > 0; n--) add(c.byte());
  else if (kind === 'L' || kind === 'z') add(c.byte());
  else if (kind === 'r') add(heapType());
  else if (kind === 'B') {
    add(c.byte());
    add(c.u32());
    add(heapType());
    add(heapType());
  } else {
    add(c.u32());
    if ('cdCeKnNuUk'.indexOf(kind) >= 0) add(c.u32());
  }
  return code;
}
