// From a byte of a module to its place in the text that the module was made of: for faults that validation finds. The parser keeps no such
// map; entries of sections and operators have the same order in both, so counting them finds the place. Desk only.

import * as c from '../binary/cursor';
import { readOperator } from '../binary/operator';
import { valueType } from '../binary/type';
import { SECTION_END } from '../spec/faults';
import { BLOCK, ELSE, IF, LOOP, TRY_TABLE } from '../spec/ops.gen';
import { createMark, errorAt, type TextError } from './error';
import { lex } from './lexer';
import { type Contents, contentsOf, type Stretch } from './print/contents';
import { CLOSE, END, OPEN, type Tokens, WORD } from './tokens';
import { opcodes, word } from './words';

const MODULE = word('module');
const TYPE = word('type');
const REC = word('rec');
const IMPORT = word('import');
const EXPORT = word('export');
const ELEM = word('elem');
const DATA = word('data');
const THEN = word('then');

const FUNCTIONS = 3;
const CODE = 10;
/** The section that a field adds an entry to. */
const SECTIONS = new Map([
  [TYPE, 1],
  [IMPORT, 2],
  [word('func'), FUNCTIONS],
  [word('table'), 4],
  [word('memory'), 5],
  [word('global'), 6],
  [EXPORT, 7],
  [word('start'), 8],
  [ELEM, 9],
  [DATA, 11],
  [word('tag'), 13],
]);

/** The error at the place of an entry of a section, by its index there; in code at the operator with that offset in the module. null: no field says it. */
export type PlaceOf = (section: number, entry: number, offset: number, reason: string) => TextError | null;

/** Finds places in the text of a module; best in the order they have there. */
export function createPlaces(text: Uint8Array, bytes: Uint8Array): PlaceOf {
  const t = lex(text);
  const entries = entriesOf(t);
  const mark = createMark();
  let m: Contents | null = null;
  return (section, entry, offset, reason) => {
    let token = entries[section === CODE ? FUNCTIONS : section]?.[entry];
    if (token === undefined) return null;
    if (section === CODE) {
      m ??= contentsOf(bytes, -1);
      token = operators(t, token)[ordinal(bytes, m.bodies[entry]!, offset)] ?? token;
    }
    return errorAt(text, t.start[token]!, reason, '', mark);
  };
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

/** By section, the tokens at which its entries begin: fields, and what is written inside others. */
function entriesOf(t: Tokens): number[][] {
  const found: number[][] = Array.from({ length: 14 }, () => []);
  const module = t.kind[0] === OPEN && wordAt(t, 0) === MODULE;
  for (const i of forms(t, module ? 2 : 0)) {
    const w = wordAt(t, i);
    const inner = forms(t, i + 2);
    if (w === REC) for (const k of inner) found[1]!.push(k);
    const section = SECTIONS.get(w);
    if (section === undefined) continue;
    let imported = false;
    if (section > 2 && section !== 7 && section !== 9 && section !== 11)
      for (const k of inner) {
        const part = wordAt(t, k);
        if (part === IMPORT) imported = true;
        if (part === IMPORT || part === EXPORT || part === ELEM || part === DATA) found[SECTIONS.get(part)!]!.push(k);
      }
    if (!imported) found[section]!.push(i);
  }
  return found;
}
/** The word of the form that opens at i, -1 = none. */
function wordAt(t: Tokens, i: number): number {
  return t.kind[i + 1] === WORD ? t.value[i + 1]! : -1;
}
/** Where the forms from i on begin that no other holds, up to the closing parenthesis around them. */
function forms(t: Tokens, i: number): number[] {
  const found: number[] = [];
  for (; t.kind[i] !== CLOSE && t.kind[i] !== END; i = t.kind[i] === OPEN ? t.value[i]! + 1 : i + 1) if (t.kind[i] === OPEN) found.push(i);
  return found;
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
