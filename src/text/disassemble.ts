// Function bodies as text, an operator a line with its offset: what `wasmote dump` shows. The text format proper (a grammar that can
// be read back) is another file's affair. Names and immediates come from the op table. Desk only.

import * as c from '../binary/cursor';
import { opcode } from '../binary/expression';
import type { Span } from '../runtime/module';
import { SECTION_END } from '../spec/faults';
import { rows } from '../spec/ops';
import { widths } from '../spec/ops.gen';

const byCode = new Map(rows.map(row => [row[0], row]));
const VALUE_TYPES: Record<number, string> = { 127: 'i32', 126: 'i64', 125: 'f32', 124: 'f64', 112: 'funcref', 111: 'externref' };
const bits = new DataView(new ArrayBuffer(8));

export interface Line {
  offset: number; // in the module
  depth: number; // of nesting
  text: string;
}

function float(lo: number, hi: number, double: boolean): string {
  bits.setInt32(4, lo);
  bits.setInt32(0, double ? hi : lo);
  const value = double ? bits.getFloat64(0) : bits.getFloat32(0);
  if (Number.isNaN(value))
    return double ? `nan:0x${((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)).toString(16)}` : `nan:0x${(lo >>> 0).toString(16)}`;
  return Object.is(value, -0) ? '-0' : String(value).replace('Infinity', 'inf');
}

/** Reads one operator's immediates as text. name gives functions a name. */
function immediate(kind: string, code: number, name: (func: number) => string): string {
  switch (kind) {
    case 'b': {
      const type = c.s33();
      return type === -64 ? '' : ` ${type >= 0 ? `(type ${type})` : `(result ${VALUE_TYPES[type & 0x7f]})`}`;
    }
    case 't': {
      const targets: number[] = [];
      for (let n = c.u32(); n >= 0; n--) targets.push(c.u32());
      return ` ${targets.join(' ')}`;
    }
    case 's': {
      const types: string[] = [];
      for (let n = c.u32(); n > 0; n--) types.push(VALUE_TYPES[c.byte()]);
      return ` (result ${types.join(' ')})`;
    }
    case 'm': {
      const align = c.u32();
      const offset = c.u32();
      const natural = widths.charCodeAt(code - 0x28) - 48;
      return (offset ? ` offset=${offset}` : '') + (align !== natural ? ` align=${2 ** align}` : '');
    }
    case 'i':
      return ` ${c.s32()}`;
    case 'I': {
      const lo = c.s64();
      return ` ${(BigInt(c.high) << 32n) | BigInt(lo >>> 0)}`;
    }
    case 'q':
      return ` ${float(c.word(), 0, false)}`;
    case 'Q': {
      const lo = c.word();
      return ` ${float(lo, c.word(), true)}`;
    }
    case 'r':
      return c.s33() === -16 ? ' func' : ' extern';
    case 'f': {
      const func = c.u32();
      const text = name(func);
      return ` ${func}${text ? ` ;; ${text}` : ''}`;
    }
    case 'c': {
      const type = c.u32();
      const table = c.u32();
      return `${table ? ` ${table}` : ''} (type ${type})`;
    }
    case 'M':
      return c.u32() ? ' ?' : '';
    case 'd': {
      const data = c.u32();
      c.u32();
      return ` ${data}`;
    }
    case 'e': {
      const elem = c.u32();
      return ` ${c.u32()} ${elem}`;
    }
    case 'C':
      c.u32();
      c.u32();
      return '';
    case 'K':
      return ` ${c.u32()} ${c.u32()}`;
    case '':
      return '';
    default:
      return ` ${c.u32()}`;
  }
}

/** Lines of a validated function body, its local declarations first. */
export function disassemble(bytes: Uint8Array, body: Span, name: (func: number) => string): Line[] {
  const lines: Line[] = [];
  c.open(bytes, body.start, body.end, 0, SECTION_END);
  const at = c.offset();
  const groups: string[] = [];
  for (let n = c.u32(); n > 0; n--) {
    const count = c.u32();
    const type = VALUE_TYPES[c.byte()];
    groups.push(count === 1 ? type : `${type} x ${count}`);
  }
  if (groups.length > 0) lines.push({ offset: at, depth: 0, text: `(local ${groups.join(', ')})` });
  let depth = 0;
  while (c.left() > 0) {
    const offset = c.offset();
    const code = opcode();
    const row = byCode.get(code)!;
    if (row[1] === 'end' || row[1] === 'else') depth--;
    if (depth >= 0) lines.push({ offset, depth, text: row[1].replace('_t', '') + immediate(row[2], code, name) });
    if (row[2] === 'b' || row[1] === 'else') depth++;
  }
  return lines;
}
