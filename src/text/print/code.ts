// Function bodies and constant expressions as text, an operator a line: operators with their immediates, names for indices. The folded form
// is fold.ts. Desk only. Spec: core 3.0, 6.5 Instructions.

import * as c from '../../binary/cursor';
import { CATCH_ALL, kindOf } from '../../binary/expression';
import { NAME_LABEL, NAME_LOCAL } from '../../binary/names';
import { count, readOperator, values } from '../../binary/operator';
import { valueType } from '../../binary/type';
import { ELSE_UNEXPECTED, END_EXPECTED, raise, SECTION_END, TOO_MANY_LOCALS } from '../../spec/faults';
import { MAX_LOCALS } from '../../spec/limits';
import { rows } from '../../spec/ops';
import { BLOCK, ELSE, END, IF, LOOP, REF_CAST_NULL, REF_TEST_NULL, TRY_TABLE } from '../../spec/ops.gen';
import { FORM_FUNC, type FuncType, KIND_FUNC, refType } from '../../spec/types';
import { BRANCH_HINT, type Contents, type Stretch } from './contents';
import { f32Text, f64Text, hexText, s64Text, u64Text } from './literal';
import { createIds, type Ids, idText, type ModuleIds } from './names';
import { heapText, typesText, typeText } from './types';

/** Takes a line: offset in the module of what it shows, depth of nesting in the function. */
export type OnLine = (offset: number, depth: number, text: string) => void;

const SPELLED: Record<string, string> = { select_t: 'select', 'ref.test_null': 'ref.test', 'ref.cast_null': 'ref.cast' };
const NAMES: string[] = [];
/** log2 of the bytes that a memory instruction accesses: its alignment unless it says otherwise. */
const WIDTHS: number[] = [];
for (const [code, name, , , meaning] of rows) {
  NAMES[code] = SPELLED[name] ?? name;
  const access = /^(?:load|store) (\d+)/.exec(meaning ?? '');
  if (access) WIDTHS[code] = Math.log2(Number(access[1]));
}
const CATCHES = ['catch', 'catch_ref', 'catch_all', 'catch_all_ref'];

/** Where an operator is: what its indices mean. */
export interface Scope {
  m: Contents;
  ids: ModuleIds;
  locals: Ids;
  labelNames: Map<number, string> | undefined;
  labels: string[]; // identifiers of the open blocks, '' without a name; outermost first
  openers: number[]; // their codes; of an `if` whose `else` was read, that
  blocks: number; // that were opened so far
}

/** How many locals a function's body declares. */
function localsOf(m: Contents, func: number): number {
  const body = m.bodies[func - m.imported[KIND_FUNC]];
  if (body === undefined) return 0;
  let locals = 0;
  c.open(m.bytes, body.start, body.stop, 0, SECTION_END);
  for (let n = c.u32(); n > 0; n--) {
    locals += c.u32();
    valueType();
  }
  return locals;
}

/** The scope of a function's body, or of a constant expression (func < 0). */
export function scopeOf(m: Contents, ids: ModuleIds, func: number): Scope {
  return {
    m,
    ids,
    locals: createIds(m.inner[NAME_LOCAL].get(func), func < 0 ? 0 : paramsOf(m, func) + localsOf(m, func)),
    labelNames: m.inner[NAME_LABEL].get(func),
    labels: [],
    openers: [],
    blocks: 0,
  };
}

/** The function type of that index, null when there is none. */
export function funcTypeAt(m: Contents, index: number): FuncType | null {
  const type = m.types[index];
  return type !== undefined && (type.sub === null || type.sub.form === FORM_FUNC) ? type : null;
}

function label(s: Scope, depth: number): string {
  const at = s.labels.length - 1 - depth;
  if (at < 0) return String(depth); // the function itself
  const id = s.labels[at];
  return id !== '' && s.labels.lastIndexOf(id) === at ? id : `${depth} (;@${at + 1};)`; // a label of the same name inside hides it
}

/** Opens a block and returns the definition of its label. */
function openLabel(s: Scope, code: number): string {
  s.openers.push(code);
  const name = s.labelNames?.get(s.blocks++);
  s.labels.push(name ? idText(name) : '');
  return name ? ` ${idText(name)}` : ` (;@${s.labels.length};)`;
}

function blockType(s: Scope): string {
  const index = values[0];
  const value = values[1];
  if (index < 0) return value === 0 ? '' : typesText('result', [value], s.ids.types.of);
  const type = funcTypeAt(s.m, index);
  return ` (type ${s.ids.types.of(index)})${type ? signatureText(type, s.ids) : ''}`;
}

/** " (param i32) (result i32)" */
export function signatureText(type: FuncType, ids: ModuleIds): string {
  return typesText('param', type.params, ids.types.of) + typesText('result', type.results, ids.types.of);
}

function clauses(s: Scope, from: number): string {
  let text = '';
  for (let i = from; i < count; i += 3) {
    const tag = values[i] < CATCH_ALL ? ` ${s.ids.tags.of(values[i + 1])}` : '';
    text += ` (${CATCHES[values[i]] ?? values[i]}${tag} ${label(s, values[i + 2])})`;
  }
  return text;
}

/** " 1", '' for the index that is meant when there is none. */
function unless0(ids: Ids, index: number): string {
  return index === 0 ? '' : ` ${ids.of(index)}`;
}
/** Both of two indices, or none when both are 0. */
function both(ids: Ids): string {
  return values[0] === 0 && values[1] === 0 ? '' : ` ${ids.of(values[0])} ${ids.of(values[1])}`;
}

function access(s: Scope, code: number): string {
  const [align, memory, lo, hi] = values;
  const offset = lo === 0 && hi === 0 ? '' : ` offset=${u64Text(lo, hi)}`;
  return unless0(s.ids.memories, memory) + offset + (align === WIDTHS[code] ? '' : ` align=${2n ** BigInt(align)}`);
}

/** The immediates of the operator read last, each with a space before it. */
function immediates(s: Scope, code: number): string {
  const { ids } = s;
  const a = values[0];
  const b = values[1];
  switch (kindOf(code)) {
    case '.':
    case 'z':
      return '';
    case 'x':
      return ` ${s.locals.of(a)}`;
    case 'i':
    case 'L':
      return ` ${a}`;
    case 'I':
      return ` ${s64Text(a, b)}`;
    case 'q':
      return ` ${f32Text(a)}`;
    case 'Q':
      return ` ${f64Text(a, b)}`;
    case 'v':
      return ` i32x4 ${values.slice(0, 4).map(hexText).join(' ')}`;
    case 'w':
      return ` ${values.slice(0, 16).join(' ')}`;
    case 'm':
      return access(s, code);
    case 'p':
      return `${access(s, code)} ${values[4]}`;
    case 'b': {
      const type = blockType(s);
      return openLabel(s, code) + type;
    }
    case 'h': {
      const type = blockType(s) + clauses(s, 2); // labels of clauses count from outside
      return openLabel(s, code) + type;
    }
    case 'l':
      return ` ${label(s, a)}`;
    case 't':
      return ` ${values
        .slice(0, count)
        .map(depth => label(s, depth))
        .join(' ')}`;
    case 'f':
      return ` ${ids.funcs.of(a)}`;
    case 'g':
      return ` ${ids.globals.of(a)}`;
    case 'T':
      return ` ${ids.tables.of(a)}`;
    case 'X':
      return ` ${ids.tags.of(a)}`;
    case 'y':
      return ` ${ids.types.of(a)}`;
    case 'c':
      return `${unless0(ids.tables, b)} (type ${ids.types.of(a)})`;
    case 'r':
      if (NAMES[code] === 'ref.null') return ` ${heapText(a, ids.types.of)}`;
      return ` ${typeText(refType(code === REF_TEST_NULL || code === REF_CAST_NULL, a), ids.types.of)}`;
    case 'B': {
      const [flags, depth, from, to] = values;
      const text = (nullable: boolean, heap: number) => ` ${typeText(refType(nullable, heap), ids.types.of)}`;
      return ` ${label(s, depth)}${text((flags & 1) !== 0, from)}${text((flags & 2) !== 0, to)}`;
    }
    case 's':
      return count === 0 ? ' (result)' : typesText('result', values.slice(0, count), ids.types.of);
    case 'M':
      return unless0(ids.memories, a);
    case 'd':
      return `${unless0(ids.memories, b)} ${ids.datas.of(a)}`;
    case 'D':
      return ` ${ids.datas.of(a)}`;
    case 'C':
      return both(ids.memories);
    case 'e':
      return `${unless0(ids.tables, b)} ${ids.elems.of(a)}`;
    case 'E':
      return ` ${ids.elems.of(a)}`;
    case 'K':
      return both(ids.tables);
    case 'n':
      return ` ${ids.types.of(a)} ${ids.fields(a).of(b)}`;
    case 'N':
      return ` ${ids.types.of(a)} ${b}`;
    case 'u':
      return ` ${ids.types.of(a)} ${ids.datas.of(b)}`;
    case 'U':
      return ` ${ids.types.of(a)} ${ids.elems.of(b)}`;
    case 'k':
      return ` ${ids.types.of(a)} ${ids.types.of(b)}`;
    default:
      throw new Error(`no text for the immediates of ${NAMES[code]}`);
  }
}

/** The operator read last as text; a block's label is open from then on. */
export function operatorText(s: Scope, code: number): string {
  return NAMES[code] + immediates(s, code);
}

/** '(@metadata.code.branch_hint "\01") ', '' where there is none for the operator. */
export function hintText(m: Contents, offset: number): string {
  const hint = m.hints.size === 0 ? undefined : m.hints.get(offset);
  return hint === undefined ? '' : `(@${BRANCH_HINT} "\\0${hint}") `;
}

export function opensBlock(code: number): boolean {
  return code === BLOCK || code === LOOP || code === IF || code === TRY_TABLE;
}

/** Points the cursor at a body and prints its local declarations, which have a name each or stand in a row. */
export function openBody(s: Scope, body: Stretch, params: number, on: OnLine): void {
  c.open(s.m.bytes, body.start, body.stop, 0, SECTION_END);
  let index = params;
  let row: number[] = [];
  const flush = () => {
    if (row.length > 0) on(body.start, 0, typesText('local', row, s.ids.types.of).slice(1));
    row = [];
  };
  for (let n = c.u32(); n > 0; n--) {
    const many = c.u32();
    if (index + many > params + MAX_LOCALS) throw c.badBefore(TOO_MANY_LOCALS, 0);
    const type = valueType();
    for (let i = 0; i < many; i++, index++) {
      const id = s.locals.plain(index);
      if (id !== '') {
        flush();
        on(body.start, 0, `(local${id} ${typeText(type, s.ids.types.of)})`);
      } else if (row.push(type) === 16) flush();
    }
  }
  flush();
}

/** Takes note of an `end` or `else` just read. Returns false for the `end` of the function itself. Throws where there is no such block. */
export function closeBlock(s: Scope, code: number, offset: number): boolean {
  const top = s.openers.length - 1;
  if (code === ELSE) {
    if (s.openers[top] !== IF) throw raise(ELSE_UNEXPECTED, offset, 0);
    s.openers[top] = ELSE;
    return true;
  }
  if (top < 0) {
    if (c.left() > 0) throw c.bad(END_EXPECTED, 0);
    return false;
  }
  s.openers.pop();
  s.labels.pop();
  return true;
}

/** A function's body, flat. The line before a block's `end` or `else` is a level deeper than these. */
export function printBody(s: Scope, body: Stretch, params: number, on: OnLine): void {
  openBody(s, body, params, on);
  for (;;) {
    const offset = c.offset();
    const code = readOperator();
    if (code === END || code === ELSE) {
      if (!closeBlock(s, code, offset)) return;
      if (code === ELSE && emptyElse()) continue;
    }
    const depth = s.labels.length - (code === ELSE ? 1 : 0);
    on(offset, depth, hintText(s.m, offset) + operatorText(s, code));
  }
}

/** Whether the operator after an `else` just read ends its block: then it says nothing, and is not written. */
export function emptyElse(): boolean {
  return c.left() > 0 && c.peek() === END;
}

/** A constant expression as its operators in a row, without `end`. */
export function expressionTexts(m: Contents, ids: ModuleIds, place: Stretch): string[] {
  const s = scopeOf(m, ids, -1);
  c.open(m.bytes, place.start, place.stop, 0, SECTION_END);
  const texts: string[] = [];
  for (;;) {
    const offset = c.offset();
    const code = readOperator();
    if ((code === END || code === ELSE) && !closeBlock(s, code, offset)) return texts;
    texts.push(operatorText(s, code));
  }
}

/** The parameters and results of function `func` as its definition shows them. */
export function headText(s: Scope, func: number): string {
  const type = funcTypeAt(s.m, s.m.funcs[func]);
  const use = ` (type ${s.ids.types.of(s.m.funcs[func])})`;
  if (type === null) return use;
  let params = '';
  let row: number[] = [];
  type.params.forEach((param, i) => {
    const id = s.locals.plain(i);
    if (id === '') row.push(param);
    else {
      params += `${typesText('param', row, s.ids.types.of)} (param${id} ${typeText(param, s.ids.types.of)})`;
      row = [];
    }
  });
  params += typesText('param', row, s.ids.types.of);
  return use + params + typesText('result', type.results, s.ids.types.of);
}

/** How many parameters function `func` has, which come before its locals. */
export function paramsOf(m: Contents, func: number): number {
  return funcTypeAt(m, m.funcs[func])?.params.length ?? 0;
}

/** The index of the function whose body comes at that place among the bodies. */
export function ownFunc(m: Contents, body: number): number {
  return m.imported[KIND_FUNC] + body;
}
