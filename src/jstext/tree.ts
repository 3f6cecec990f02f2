// The tree of one function: what build.ts makes of a body and print.ts turns into text. Expressions and statements are rows of one
// Int32Array, in the order they came; a list of numbers holds what has no fixed length. Device-safe.
//
// An expression never has an effect besides trapping: calls, stores and local.set are statements. So the printer may put an expression
// wherever it is used, as long as no statement that it depends on comes between (build.ts sees to that).

import * as O from '../spec/ops.gen';
import { F32, F64, I64 } from '../spec/types';

/** Columns of a row. An expression of a numeric operator or load has the operator's code as op. */
export const ROW = 7;
export const OP = 0;
export const A = 1;
export const B = 2;
export const C = 3;
export const SITE = 4; // byte offset in the module of the operator, where it may trap or be gone on from
export const EFFECTS = 5; // of an expression, all below it counted: bits TRAPS…
export const READS = 6; // the variables it reads, hashed into 32 bits; of statements another operand

// Effects
export const TRAPS = 1;
export const READS_MEMORY = 2;
export const READS_GLOBAL = 4;

// Other expressions
export const X_CONST = 0x600; // low word, high word, class
export const X_VAR = 0x601; // variable, its origin
export const X_GLOBAL = 0x602; // global, -, class
export const X_SELECT = 0x603; // value, value, condition; site: class
export const X_FUNC = 0x604; // function: a reference to it

// Statements
export const Y_SET = 0x700; // variable, expression
export const Y_EVAL = 0x701; // expression: for its trap
export const Y_STORE = 0x702; // address, value, offset; READS: code | memory << 16
export const Y_GLOBAL = 0x703; // global, expression
export const Y_BLOCK = 0x704; // label
export const Y_LOOP = 0x705; // label
export const Y_IF = 0x706; // label, condition
export const Y_ELSE = 0x707; // label
export const Y_END = 0x708; // label; 1 = falls through
export const Y_BR = 0x709; // label
export const Y_BR_IF = 0x70a; // label, condition
export const Y_BR_TABLE = 0x70b; // index, list of labels, count
export const Y_RETURN = 0x70c; // list of values (how many, then their rows)
export const Y_CALL = 0x70d; // function, list of values, behind it that of result variables; EFFECTS: 1 = may stop
export const Y_CALL_INDIRECT = 0x70e; // type, list as Y_CALL, index; READS: table
export const Y_CALL_REF = 0x70f; // type, list as Y_CALL, reference
export const Y_BULK = 0x710; // code, list: immediates a and b, then operands as a list; C: result variable, -1 = none
export const Y_UNREACHABLE = 0x711;
export const Y_NON_NULL = 0x712; // reference
export const Y_THROW = 0x713; // tag, list of values
export const Y_THROW_REF = 0x714; // reference
export const Y_TRY = 0x715; // label, list of clauses (kind, tag, label or -1 = the function, how many variables, these), count
export const Y_TAIL = 0x716; // as Y_CALL, without results
export const Y_TAIL_INDIRECT = 0x717;
export const Y_TAIL_REF = 0x718;

/** Classes of values: how many words, and which of them are numbers of JavaScript. */
export const CLASS_I32 = 0; // and references, which are handles
export const CLASS_I64 = 1;
export const CLASS_F32 = 2;
export const CLASS_F64 = 3;
export function classOf(type: number): number {
  return type === I64 ? CLASS_I64 : type === F32 ? CLASS_F32 : type === F64 ? CLASS_F64 : CLASS_I32;
}

/** A branch target. Loops have a cost in fuel per turn. */
export interface Label {
  loop: boolean;
  used: number; // branches to it
  cost: number;
  site: number; // of its operator
  last: number; // greatest site inside it where the function may stop and go on; 0 = none
  lastThen: number; // of the first arm of an `if`
  calls: boolean; // a loop whose every turn calls an own function that looks at the fuel
}

/** One function's tree. Rewritten for each function, so that a board has one at a time. */
export interface Tree {
  rows: Int32Array;
  size: number; // words of rows in use
  body: number[]; // the statements, as row positions
  list: number[];
  labels: Label[];
  classes: number[]; // of its variables: parameters, other locals, then what these are split into (webs.ts) and temporaries
  locals: number;
  origins: number[]; // by variable: the local it is part of; itself of temporaries
  params: number;
  results: number[]; // classes
  cost: number; // fuel for entering
  floats: boolean; // whether it handles any f32 or f64
  calls: boolean; // whether it calls what may stop
  last: number; // greatest site where it may stop, 0 = it never does
  bare: number[]; // sites of loops that begin with nothing on the operand stack
  tails: boolean; // whether it ends in tail calls
  handles: boolean; // whether any of its variables may hold an exception's handle
  checks: boolean; // whether it looks at the fuel when it is entered: it may stop, as far as its callers know
}

export const tree: Tree = {
  rows: new Int32Array(0),
  size: 0,
  body: [],
  list: [],
  labels: [],
  classes: [],
  origins: [],
  params: 0,
  locals: 0,
  results: [],
  cost: 0,
  floats: false,
  calls: false,
  last: 0,
  bare: [],
  tails: false,
  handles: false,
  checks: false,
};

export function clear(): void {
  if (tree.rows.length === 0 || tree.rows.length > 28672) tree.rows = new Int32Array(1792);
  tree.size = 0;
  tree.body = [];
  tree.list = [];
  tree.labels = [];
  tree.classes = [];
  tree.origins = [];
  tree.floats = tree.calls = tree.tails = tree.handles = false;
  tree.last = 0;
  tree.bare = [];
}

/** Lets go of the tree, its room included: a board needs it for other things until the next function. */
export function releaseTree(): void {
  tree.rows = new Int32Array(0);
  clear();
  tree.rows = new Int32Array(0);
}

/** Appends a row; returns its position. */
export function row(op: number, a: number, b: number, c: number, site: number, effects: number, reads: number): number {
  const at = tree.size;
  if (at + ROW > tree.rows.length) {
    const bigger = new Int32Array(tree.rows.length * 2);
    bigger.set(tree.rows, 0);
    tree.rows = bigger;
  }
  const rows = tree.rows;
  rows[at] = op;
  rows[at + A] = a;
  rows[at + B] = b;
  rows[at + C] = c;
  rows[at + SITE] = site;
  rows[at + EFFECTS] = effects;
  rows[at + READS] = reads;
  tree.size = at + ROW;
  return at;
}

/** How many operands an expression has in columns A and B. */
export function operandsOf(op: number): number {
  if (op >= X_CONST) return op === X_SELECT ? 2 : 0;
  const s = O.signatures[O.signatureOf.charCodeAt(op) - 32];
  return s < 8 ? 0 : s < 64 ? 1 : 2;
}
