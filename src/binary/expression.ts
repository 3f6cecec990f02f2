// Walks operators without judging them: reads an opcode and skips its immediates. The body validator does not use it (it reads
// immediates as it types them); constant expressions, whose end must be found first, and disassembly do. Device-safe.

import * as F from '../spec/faults';
import { immediates } from '../spec/ops.gen';
import * as c from './cursor';

/** Reads an opcode in the numbering of ops.ts; a code without a row is ILLEGAL_OPCODE. */
export function opcode(): number {
  const start = c.offset();
  let code = c.byte();
  if (code === 0xfc) {
    const sub = c.u32();
    code = sub < 0x100 ? 0x100 + sub : 0xfff;
  } else if (code === 0xfd) throw F.raise(F.FEATURE, start, code);
  if (code >= immediates.length || immediates.charAt(code) === '!') throw F.raise(F.ILLEGAL_OPCODE, start, code);
  return code;
}

/** Skips the immediates of an operator just read. */
export function skipImmediates(code: number): void {
  const kind = immediates.charAt(code);
  if (kind === '.') return;
  if (kind === 'b') c.s33();
  else if (kind === 't' || kind === 's') {
    const n = c.u32();
    if (n > c.left()) throw c.bad(F.UNEXPECTED_END, 0);
    for (let i = kind === 't' ? -1 : 0; i < n; i++) c.u32();
  } else if (kind === 'i') c.s32();
  else if (kind === 'I') c.s64();
  else if (kind === 'q') c.word();
  else if (kind === 'Q') {
    c.word();
    c.word();
  } else if (kind === 'r') c.s33();
  else {
    c.u32();
    if ('cmdeCK'.indexOf(kind) >= 0) c.u32();
  }
}

/** Skips a constant expression with its `end`. Nested blocks cannot occur in one; they are left to the validator to refuse. */
export function skipExpression(): void {
  let depth = 0;
  for (;;) {
    const code = opcode();
    if (code >= 2 && code <= 4) depth++;
    skipImmediates(code);
    if (code === 0x0b && depth-- === 0) return;
  }
}
