// Function bodies in folded form: an operator in parentheses with the operands it takes, where it is plain which these are. Folding changes no
// order, so the text means the same whatever is folded; operators whose operands are not complete expressions just before them (in
// unreachable code, between results of several) stand in line, as in the flat form. Desk only. Spec: core 3.0, 6.5.8 Folded Instructions.

import * as c from '../../binary/cursor';
import { count, readOperator, values } from '../../binary/operator';
import { SECTION_END } from '../../spec/faults';
import { rows } from '../../spec/ops';
import * as O from '../../spec/ops.gen';
import type { FuncType } from '../../spec/types';
import { closeBlock, emptyElse, funcTypeAt, hintText, type OnLine, openBody, opensBlock, operatorText, type Scope } from './code';
import type { Contents, Stretch } from './contents';

const DEEPEST = 40; // expressions in each other
const WIDEST = 72; // characters of an expression in one line

interface Node {
  offset: number;
  text: string; // without parentheses
  hint: string; // in front of it
  kids: Node[]; // operands; of a block what is in it
  block: boolean;
  results: number; // -1: it cannot be an operand
  height: number;
  width: number; // in one line, -1 = not in one line
}

/** Operands and results of the operators whose row has no signature and that always have as many. */
const FIXED: Record<string, string> = {};
for (const [arity, names] of [
  ['00', 'unreachable nop data.drop elem.drop'],
  ['10', 'throw_ref drop local.set global.set'],
  ['01', 'local.get global.get memory.size table.size i32.const i64.const f32.const f64.const ref.null ref.func struct.new_default'],
  ['11', 'local.tee table.get memory.grow ref.is_null ref.as_non_null struct.get struct.get_s struct.get_u array.new_default array.len'],
  ['11', 'ref.test ref.test_null ref.cast ref.cast_null any.convert_extern extern.convert_any ref.i31 i31.get_s i31.get_u'],
  ['20', 'table.set struct.set'],
  ['21', 'ref.eq table.grow array.new array.new_data array.new_elem array.get array.get_s array.get_u'],
  ['31', 'select select_t'],
  ['30', 'memory.init memory.copy memory.fill table.init table.copy table.fill array.set'],
  ['40', 'array.fill array.init_data array.init_elem'],
  ['50', 'array.copy'],
  ['42', 'i64.add128 i64.sub128'],
  ['22', 'i64.mul_wide_s i64.mul_wide_u'],
])
  for (const name of names.split(' ')) FIXED[name] = arity;

/** By code: operands and results as two digits; undefined where it depends. */
const ARITY: (string | undefined)[] = [];
for (const [code, name, , signature] of rows)
  ARITY[code] =
    signature === null
      ? FIXED[name]
      : signature
          .split(':')
          .map(side => side.length)
          .join('');

/** A block that is open: how many values a branch to it takes, -1 = unknown. */
interface Frame {
  node: Node;
  list: Node[]; // the code at this level, so far
  label: number;
}

/** Operands and results of the operator read last, -1 = unknown; set by arity(). */
let pops = 0;
let pushes = 0;

function ofType(type: FuncType | null, more: number, returns: boolean): void {
  pops = type ? type.params.length + more : -1;
  pushes = type && !returns ? type.results.length : 0;
}

/** Of a branch to a label, or of null, on which it takes so many more operands and leaves so many more results than the label's values. */
function ofBranch(frame: Frame | undefined, more: number, left: number | null): void {
  const n = frame?.label ?? -1;
  pops = n < 0 ? -1 : n + more;
  pushes = left === null ? 0 : n + left;
}

/** Sets pops and pushes for the operator read last. */
function arity(m: Contents, code: number, frames: Frame[]): void {
  const fixed = ARITY[code];
  if (fixed !== undefined) {
    pops = fixed.charCodeAt(0) - 48;
    pushes = fixed.charCodeAt(1) - 48;
    return;
  }
  const target = (depth: number) => frames[frames.length - 1 - depth];
  const index = values[0];
  if (code === O.BR) ofBranch(target(index), 0, null);
  else if (code === O.BR_IF) ofBranch(target(index), 1, 0);
  else if (code === O.BR_TABLE) ofBranch(target(values[count - 1]), 1, null);
  else if (code === O.RETURN) ofBranch(frames[0], 0, null);
  else if (code === O.BR_ON_NULL) ofBranch(target(index), 1, 1);
  else if (code === O.BR_ON_NON_NULL) ofBranch(target(index), 0, -1);
  else if (code === O.BR_ON_CAST || code === O.BR_ON_CAST_FAIL) ofBranch(target(values[1]), 0, 0);
  else if (code === O.CALL || code === O.RETURN_CALL) ofType(funcTypeAt(m, m.funcs[index]), 0, code === O.RETURN_CALL);
  else if (code === O.CALL_INDIRECT || code === O.CALL_REF) ofType(funcTypeAt(m, index), 1, false);
  else if (code === O.RETURN_CALL_INDIRECT || code === O.RETURN_CALL_REF) ofType(funcTypeAt(m, index), 1, true);
  else if (code === O.THROW) ofType(funcTypeAt(m, m.tags[index]), 0, true);
  else if (code === O.STRUCT_NEW || code === O.ARRAY_NEW_FIXED) {
    pops = code === O.ARRAY_NEW_FIXED ? values[1] : (m.types[index]?.sub?.fields.length ?? -1);
    pushes = 1;
  } else pops = -1;
}

/** Sets pops and pushes for a block just read: its parameters and results. */
function blockArity(m: Contents): void {
  const index = values[0];
  const value = values[1];
  const type = index < 0 ? null : funcTypeAt(m, index);
  pops = index < 0 ? 0 : (type?.params.length ?? -1);
  pushes = index < 0 ? (value === 0 ? 0 : 1) : (type?.results.length ?? -1);
}

/** Takes the operands of an operator off the end of the code before it: all of them, complete, or none. */
function operands(list: Node[], n: number): Node[] {
  let at = list.length;
  while (n > 0 && at > 0) {
    const { results, height } = list[at - 1];
    if (results < 1 || results > n || height >= DEEPEST) break;
    n -= results;
    at--;
  }
  return n === 0 ? list.splice(at) : [];
}

function leaf(offset: number, text: string, hint: string): Node {
  return { offset, text, hint, kids: [], block: false, results: 0, height: 1, width: hint === '' ? text.length + 2 : -1 };
}

/** An operator that is no block, with what operands it can take from the list. */
function fold(list: Node[], node: Node, n: number, results: number): void {
  if (n > 0) node.kids = operands(list, n);
  if (n === 0 || node.kids.length > 0) node.results = results;
  else node.results = -1;
  for (const kid of node.kids) {
    node.height = Math.max(node.height, kid.height + 1);
    node.width = node.width < 0 || kid.width < 0 ? -1 : node.width + kid.width + 1;
  }
  list.push(node);
}

/** Reads the body at the cursor; returns its code at the outermost level. */
function readFolded(s: Scope, results: number): Node[] {
  const outer: Frame = { node: leaf(0, '', ''), list: [], label: results };
  const frames = [outer];
  for (;;) {
    const offset = c.offset();
    const code = readOperator();
    const frame = frames[frames.length - 1];
    if (code === O.END) {
      if (!closeBlock(s, code, offset)) return outer.list;
      frames.pop();
    } else if (code === O.ELSE) {
      closeBlock(s, code, offset);
      if (!emptyElse()) frame.list = section(frame.node, offset, 'else').kids;
    } else if (opensBlock(code)) {
      blockArity(s.m);
      const node = leaf(offset, '', hintText(s.m, offset));
      node.text = operatorText(s, code);
      node.block = true;
      node.width = -1;
      if (code === O.IF) node.kids = operands(frame.list, 1);
      const folds = pops === 0 && (code !== O.IF || node.kids.length > 0);
      node.results = folds ? pushes : -1;
      for (const kid of node.kids) node.height = Math.max(node.height, kid.height + 1);
      frame.list.push(node);
      const list = code === O.IF ? section(node, offset, 'then').kids : node.kids;
      frames.push({ node, list, label: code === O.LOOP ? pops : pushes });
    } else {
      arity(s.m, code, frames);
      const n = pops;
      fold(frame.list, leaf(offset, operatorText(s, code), hintText(s.m, offset)), n, pushes);
    }
  }
}

/** Adds `then` or `else` to an if. */
function section(node: Node, offset: number, text: string): Node {
  const branch = leaf(offset, text, '');
  branch.block = true;
  branch.width = -1;
  node.kids.push(branch);
  return branch;
}

function inline(node: Node): string {
  return node.kids.length === 0 ? `(${node.text})` : `(${node.text} ${node.kids.map(inline).join(' ')})`;
}

/** Hands on the lines of a list of nodes; a closing parenthesis belongs to the line before it, that of a block has its own. */
function render(list: Node[], oneLine: boolean, on: OnLine): void {
  let held: { offset: number; depth: number; text: string } | null = null;
  const line = (offset: number, depth: number, text: string) => {
    if (held) on(held.offset, held.depth, held.text);
    held = { offset, depth, text };
  };
  const work: { node: Node; depth: number; close: boolean }[] = [];
  const push = (nodes: Node[], depth: number) => {
    for (let i = nodes.length - 1; i >= 0; i--) work.push({ node: nodes[i], depth, close: false });
  };
  push(list, 0);
  while (work.length > 0) {
    const { node, depth, close } = work.pop()!;
    if (close) {
      if (node.block) line(-1, depth, ')');
      else held!.text += ')';
    } else if (node.kids.length === 0) line(node.offset, depth, `${node.hint}(${node.text})`);
    else if (oneLine && node.width >= 0 && node.width <= WIDEST) line(node.offset, depth, inline(node));
    else {
      line(node.offset, depth, `${node.hint}(${node.text}`);
      work.push({ node, depth, close: true });
      push(node.kids, depth + 1);
    }
  }
  if (held) on((held as Line).offset, (held as Line).depth, (held as Line).text);
}
interface Line {
  offset: number;
  depth: number;
  text: string;
}

/** A function's body, folded. oneLine: short expressions stand in one line. */
export function foldBody(s: Scope, body: Stretch, type: FuncType | null, oneLine: boolean, on: OnLine): void {
  openBody(s, body, type?.params.length ?? 0, on);
  render(readFolded(s, type ? type.results.length : -1), oneLine, on);
}

/** A constant expression, folded: its parts in a row. */
export function foldExpression(s: Scope, place: Stretch): string[] {
  c.open(s.m.bytes, place.start, place.stop, 0, SECTION_END);
  return readFolded(s, 1).map(inline);
}
