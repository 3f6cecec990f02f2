// A small decoder of valid modules for tests that take them apart: sections, types, where instructions begin and end. Like encode.ts it
// shares only the op table with src.

import { rows } from '../../src/spec/ops';

export interface Section {
  id: number;
  bytes: Uint8Array; // its content
  whole: Uint8Array; // with its head
}
export interface Cursor {
  bytes: Uint8Array;
  at: number;
}

export function u32(c: Cursor): number {
  let n = 0;
  for (let shift = 0; ; shift += 7) {
    const b = c.bytes[c.at++]!;
    n += (b & 127) * 2 ** shift;
    if (b < 128) return n;
  }
}
/** Over a LEB of any size. */
function skip(c: Cursor): void {
  while (c.bytes[c.at++]! >= 128);
}
/** Over n bytes, which it returns. */
export function take(c: Cursor, n: number): Uint8Array {
  c.at += n;
  return c.bytes.subarray(c.at - n, c.at);
}
export function skipType(c: Cursor): void {
  const b = c.bytes[c.at++]!;
  if (b === 0x63 || b === 0x64) skip(c);
}
export function skipLimits(c: Cursor): void {
  const flags = u32(c);
  skip(c);
  if ((flags & 1) !== 0) skip(c);
  if ((flags & 8) !== 0) skip(c);
}

export function sectionsOf(wasm: Uint8Array): Section[] {
  const c = { bytes: wasm, at: 8 };
  const found: Section[] = [];
  while (c.at < wasm.length) {
    const start = c.at;
    const id = wasm[c.at++]!;
    const bytes = take(c, u32(c));
    found.push({ id, bytes, whole: wasm.subarray(start, c.at) });
  }
  return found;
}

const immediates = new Map(rows.map(([code, , letters]) => [code, letters]));
const PREFIX: { [byte: number]: number } = { 251: 0x180, 252: 0x100, 253: 0x200, 254: 0x400 };

/** Reads the opcode at the cursor and moves behind the instruction; returns the op table's code. */
export function instruction(c: Cursor): number {
  const b = c.bytes[c.at++]!;
  const code = PREFIX[b] === undefined ? b : PREFIX[b] + u32(c);
  const letters = immediates.get(code);
  if (letters === undefined) throw new Error(`no instruction 0x${code.toString(16)} at ${c.at}`);
  for (const letter of letters) operand(letter, c);
  return code;
}
function operand(letter: string, c: Cursor): void {
  if (letter === 'z' || letter === 'L') c.at++;
  else if (letter === 'q') c.at += 4;
  else if (letter === 'Q') c.at += 8;
  else if (letter === 'v' || letter === 'w') c.at += 16;
  else if (letter === 'm' || letter === 'p') {
    if ((u32(c) & 0x40) !== 0) skip(c);
    skip(c);
    if (letter === 'p') c.at++;
  } else if (letter === 't') {
    for (let n = u32(c) + 1; n > 0; n--) skip(c);
  } else if (letter === 's') {
    for (let n = u32(c); n > 0; n--) skipType(c);
  } else if (letter === 'b') blockType(c);
  else if (letter === 'h') {
    blockType(c);
    for (let n = u32(c); n > 0; n--) {
      const kind = c.bytes[c.at++]!;
      skip(c);
      if (kind < 2) skip(c);
    }
  } else if (letter === 'B') {
    c.at++;
    for (let k = 0; k < 3; k++) skip(c);
  } else {
    skip(c); // an index or number
    if ('cdCeKnNuUk'.includes(letter)) skip(c);
  }
}
function blockType(c: Cursor): void {
  const b = c.bytes[c.at]!;
  if (b === 0x63 || b === 0x64) skipType(c);
  else skip(c);
}

const DATA_COUNT = 12;
const CODE = 10;
const NEEDS_COUNT = new Set(rows.filter(row => /^(memory\.init|data\.drop|array\.(new|init)_data)$/.test(row[1])).map(row => row[0]));

/** Whether the code needs a data count section. */
function needsCount(code: Section): boolean {
  const c = { bytes: code.bytes, at: 0 };
  for (let n = u32(c); n > 0; n--) {
    const end = u32(c) + c.at;
    for (let groups = u32(c); groups > 0; groups--) {
      skip(c);
      skipType(c);
    }
    while (c.at < end) if (NEEDS_COUNT.has(instruction(c))) return true;
  }
  return false;
}

/** What the text format says of a module: its bytes without custom sections, and without a data count that nothing needs. */
export function bare(wasm: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [wasm.subarray(0, 8)];
  const sections = sectionsOf(wasm);
  const code = sections.find(s => s.id === CODE);
  const counted = code !== undefined && needsCount(code);
  for (const { id, whole } of sections) if (id !== 0 && (id !== DATA_COUNT || counted)) kept.push(whole);
  return Uint8Array.from(Buffer.concat(kept));
}
