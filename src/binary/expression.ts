// Opcodes, and the immediates of what may stand in constant expressions, whose end must be found before they are typed. The body validator
// reads immediates as it types them; operator.ts decodes all. Device-safe.

import * as F from '../spec/faults';
import { GC, HAS_GC, HAS_RELAXED_SIMD, HAS_SIMD, HAS_THREADS, on, RELAXED_SIMD, SIMD, THREADS } from '../spec/features';
import { immediates, immediatesAtomic, immediatesGc, immediatesRelaxed, immediatesSimd } from '../spec/ops.gen';
import * as c from './cursor';
import { heapType, left } from './type';

// Kinds of catch clauses [core 5.4.1]; 0 is `catch` itself.
export const CATCH_REF = 1;
export const CATCH_ALL = 2;
export const CATCH_ALL_REF = 3;

/** Reads an opcode in the numbering of ops.ts; a code without a row is ILLEGAL_OPCODE. */
export function opcode(): number {
  const start = c.offset();
  let code = c.byte();
  if (code < 0xfb && immediates.charCodeAt(code) !== 33) return code; // nearly always; 33 is '!'
  if (code >= 0xfb) code = prefixed(code, start);
  if (kindOf(code) === '!') throw F.raise(F.ILLEGAL_OPCODE, start, code);
  return code;
}

/** The code behind a prefix; 0xff, which is none, when there is no such instruction. */
function prefixed(prefix: number, start: number): number {
  if (prefix === 0xff) return prefix;
  if (prefix === 0xfc) return below(0x100, 0x17);
  if (HAS_GC && prefix === 0xfb && on(GC)) return below(0x180, 0x1f);
  if (HAS_THREADS && prefix === 0xfe && on(THREADS)) return below(0x400, 0x4f);
  if (HAS_SIMD && prefix === 0xfd && on(SIMD)) return below(0x200, HAS_RELAXED_SIMD && on(RELAXED_SIMD) ? 0x114 : 0x100);
  throw left(start, prefix);
}
/** first + the number that follows, if that is below n. */
function below(first: number, n: number): number {
  const sub = c.u32();
  return sub < n ? first + sub : 0xff;
}

/** The letter (ops.ts) of an instruction's immediates, '.' = none, '!' = no such instruction. */
export function kindOf(code: number): string {
  if (code < 0x117) return immediates.charAt(code);
  if (HAS_GC && code < 0x200) return immediatesGc.charAt(code - 0x180);
  if (HAS_SIMD && code < 0x300) return immediatesSimd.charAt(code - 0x200);
  if (HAS_RELAXED_SIMD && code < 0x400) return immediatesRelaxed.charAt(code - 0x300);
  return HAS_THREADS ? immediatesAtomic.charAt(code - 0x400) : '!';
}

/**
 * Reads an operator of a constant expression with its immediates; returns its code. One whose immediates no constant instruction has is
 * refused at once: so an expression ends with its first `end`, and no operator is long. Whether the others are constant is validation's.
 */
export function skipOperator(): number {
  const start = c.offset();
  const code = opcode();
  const kind = kindOf(code);
  if (kind === '.') return code;
  if (kind === 'i') c.s32();
  else if (kind === 'I') c.s64();
  else if (kind === 'q') c.word();
  else if (kind === 'Q') skipWords(2);
  else if (kind === 'r') heapType();
  else if (kind === 'f' || kind === 'g' || (HAS_GC && kind === 'y')) c.u32();
  else if (HAS_GC && kind === 'N') {
    c.u32();
    c.u32();
  } else if (HAS_SIMD && kind === 'v') skipWords(4);
  else throw F.raise(F.CONST_REQUIRED, start, code);
  return code;
}
function skipWords(n: number): void {
  while (n-- > 0) c.word();
}
