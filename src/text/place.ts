// From a byte of a module to its place in the text that the module was made of: for faults that validation finds. The parser keeps no such
// map; operators have the same order in both, so counting them in their function finds the place. Desk only.

import * as c from '../binary/cursor';
import { readOperator } from '../binary/operator';
import { valueType } from '../binary/type';
import { SECTION_END } from '../spec/faults';
import { BLOCK, ELSE, IF, LOOP, TRY_TABLE } from '../spec/ops.gen';
import { errorAt, type TextError } from './error';
import { lex } from './lexer';
import { contentsOf, type Stretch } from './print/contents';
import { CLOSE, END, OPEN, type Tokens, WORD } from './tokens';
import { opcodes, word } from './words';

const MODULE = word('module');
const FUNC = word('func');
const IMPORT = word('import');
const THEN = word('then');

/** The error at the place in the text of the operator at that offset of the module, or of its function; null where it is in no function. */
export function errorOf(text: Uint8Array, bytes: Uint8Array, offset: number, reason: string): TextError | null {
  const m = contentsOf(bytes, -1);
  const index = m.bodies.findIndex(body => offset >= body.start && offset < body.stop);
  if (index < 0) return null;
  const t = lex(text);
  const func = functions(t)[index];
  if (func === undefined) return null;
  const token = operators(t, func)[ordinal(bytes, m.bodies[index], offset)] ?? func;
  return errorAt(text, t.start[token]!, reason);
}

/** How many operators of a body, not counting `else`, come before the one that is at the offset; -1: it is among the locals. */
function ordinal(bytes: Uint8Array, body: Stretch, offset: number): number {
  c.open(bytes, body.start, body.stop, 0, SECTION_END);
  for (let n = c.u32(); n > 0; n--) {
    c.u32();
    valueType();
  }
  let n = -1;
  while (c.left() > 0 && c.offset() <= offset) if (readOperator() !== ELSE) n++;
  return n;
}

/** The tokens at which own functions begin. */
function functions(t: Tokens): number[] {
  const found: number[] = [];
  const module = t.kind[0] === OPEN && t.kind[1] === WORD && t.value[1] === MODULE;
  for (let i = module ? 2 : 0; t.kind[i] !== CLOSE && t.kind[i] !== END; i = t.kind[i] === OPEN ? t.value[i]! + 1 : i + 1)
    if (isForm(t, i, FUNC) && !imported(t, i)) found.push(i);
  return found;
}
function isForm(t: Tokens, i: number, w: number): boolean {
  return t.kind[i] === OPEN && t.kind[i + 1] === WORD && t.value[i + 1] === w;
}
function imported(t: Tokens, func: number): boolean {
  for (let i = func + 2; i < t.value[func]!; i = t.kind[i] === OPEN ? t.value[i]! + 1 : i + 1) if (isForm(t, i, IMPORT)) return true;
  return false;
}

/** The tokens of a function's operators in the order of the binary format, without `else`; of an `end` the closing parenthesis, unless it is written. */
function operators(t: Tokens, func: number): number[] {
  const found: number[] = [];
  /** Open forms: closing token, and what stands for the operator that is written there; -1 = none. */
  const open: { close: number; operator: number; condition: number }[] = [];
  const end = t.value[func]!;
  for (let i = func + 2; i < end; i++) {
    if (t.kind[i] === OPEN) {
      const close = t.value[i]!;
      const w = t.kind[i + 1] === WORD ? t.value[i + 1]! : -1;
      const code = w < 0 ? -1 : opcodes[w]!;
      const top = open.at(-1);
      if (w === THEN && top) {
        if (top.condition >= 0) found.push(top.condition);
        top.condition = -1;
        open.push({ close, operator: -1, condition: -1 });
      } else if (code === ELSE) open.push({ close, operator: -1, condition: -1 });
      else if (code === IF) open.push({ close, operator: close, condition: i + 1 });
      else if (code === BLOCK || code === LOOP || code === TRY_TABLE) {
        found.push(i + 1);
        open.push({ close, operator: close, condition: -1 });
      } else if (code >= 0) open.push({ close, operator: i + 1, condition: -1 });
      else {
        i = close; // types, locals, clauses
        continue;
      }
      i++;
    } else if (t.kind[i] === CLOSE) {
      const { operator } = open.pop()!;
      if (operator >= 0) found.push(operator);
    } else if (t.kind[i] === WORD) {
      const code = opcodes[t.value[i]!]!;
      if (code >= 0 && code !== ELSE) found.push(i);
    }
  }
  found.push(end);
  return found;
}
