// Counted innermost loops: how often they will turn is known when they begin, and every address in them moves by a fixed step. For these print.ts
// writes a second copy of the body, for all turns but the last, that tests nothing: bounds, alignment and fuel have been tested for all
// those turns at once. Where the test fails the first copy does everything as ever, so that a trap comes at its own operator. Device-safe.
//
// An address is written as a sum: constant + coefficients * variables + something between `low` and `high`. Sums are exact numbers; an i32 is
// the sum modulo 2^32, hence the sum itself once that is known to lie in memory.

import * as O from '../spec/ops.gen';
import { classAt, isRaw } from './floats';
import { alignment, constant, upper, widthOf } from './known';
import * as T from './tree';
import { A, B, C, CLASS_F32, CLASS_I64, EFFECTS, READS, tree } from './tree';

/** Bytes that are accessed at the same distance from each other in every turn. */
export interface Group {
  terms: number[]; // variable, coefficient: their values when the loop begins
  step: number; // bytes per turn
  // Distances from the sum of the terms in the first turn:
  low: number; // least one of an address without its offset, and
  high: number; // greatest one of a byte accessed, exclusive
  mask: number; // alignment - 1 that the terms must have, where it is not known
}
export interface Plan {
  counter: number; // variable
  step: number;
  changed: number; // statement that steps it
  limit: number; // row it is compared with, -1 = 0: at least (limit - counter) / step - 1 turns are whole ones
  unsigned: boolean; // counter and limit must not be negative
  groups: Group[];
  /** Base rows whose accesses need no test. */
  proven: { [row: number]: boolean };
  test: number; // the statement that decides whether there is another turn: left out of the copy
  end: number; // where the copy ends
}

const MOST_ROWS = 60; // statements of a loop worth writing twice

let sets: number[] = []; // variable, statement index, nesting of each
let inductions: { [variable: number]: number } = {}; // step
let setAt: { [variable: number]: number } = {}; // statement of its only set in the loop; -1 = several
let first = 0; // statements of the loop
let last = 0;
let exits: number[] = []; // statements that leave the loop on a condition, in every turn

function word(at: number, column: number): number {
  return tree.rows[at + column];
}

interface Sum {
  constant: number;
  terms: number[];
  low: number;
  high: number;
}

function add(a: Sum, b: Sum, factor: number): Sum {
  const terms = a.terms.slice(0);
  for (let i = 0; i < b.terms.length; i += 2) {
    let at = 0;
    while (at < terms.length && terms[at] !== b.terms[i]) at += 2;
    if (at === terms.length) terms.push(b.terms[i], 0);
    terms[at + 1] += factor * b.terms[i + 1];
  }
  const low = factor > 0 ? factor * b.low : factor * b.high;
  const high = factor > 0 ? factor * b.high : factor * b.low;
  return { constant: a.constant + factor * b.constant, terms: terms, low: a.low + low, high: a.high + high };
}
function plain(value: number): Sum {
  return { constant: value, terms: [], low: 0, high: 0 };
}

/** An i32 expression read in statement `where` as a sum; null = it is none. */
function sumOf(at: number, where: number, depth: number): Sum | null {
  const op = word(at, 0);
  if (op === T.X_CONST) return plain(word(at, A));
  if (op === T.X_VAR) return variable(word(at, A), where, depth);
  if (op === O.I32_ADD || op === O.I32_SUB) {
    const a = sumOf(word(at, A), where, depth);
    const b = a === null ? null : sumOf(word(at, B), where, depth);
    if (b !== null) return add(a!, b, op === O.I32_ADD ? 1 : -1);
  } else if (op === O.I32_SHL || op === O.I32_MUL) {
    const k = constant(word(at, B));
    const factor = op === O.I32_SHL ? 1 << (k & 31) : k;
    const a = factor > 0 && factor < 65536 ? sumOf(word(at, A), where, depth) : null;
    if (a !== null) return add(plain(0), a, factor);
  }
  const most = upper(at);
  return most < 0 ? null : { constant: 0, terms: [], low: 0, high: most };
}
function variable(v: number, where: number, depth: number): Sum | null {
  if (setAt[v] === undefined) return { constant: 0, terms: [v, 1], low: 0, high: 0 };
  const step = inductions[v];
  if (step !== undefined) return { constant: where > setAt[v] ? step : 0, terms: [v, 1], low: 0, high: 0 };
  // what has been set in this turn, on every way here: what it was set to last
  let at = -1;
  for (let k = 0; k < sets.length; k += 3) if (sets[k] === v && sets[k + 1] < where) at = sets[k + 1];
  if (at < 0 || depth > 4 || !dominates(at, where)) return null;
  return sumOf(word(tree.body[at], B), at, depth + 1);
}
/** Whether statement `at` is always executed before `where` in the same turn: `where` stands in the construct that `at` stands in. */
function dominates(at: number, where: number): boolean {
  for (let i = at + 1, nesting = 0; i <= where; i++) {
    const op = word(tree.body[i], 0);
    if ((op >= T.Y_BLOCK && op <= T.Y_IF) || op === T.Y_TRY) nesting++;
    else if (op === T.Y_END && --nesting < 0) return false;
    else if (op === T.Y_ELSE && nesting === 0) return false;
  }
  return true;
}

/** Looks at every statement of the loop; false = not a loop of this kind. */
function scan(label: number): boolean {
  sets = [];
  setAt = {};
  inductions = {};
  exits = [];
  let nesting = 0;
  for (let i = first; i < last; i++) {
    const y = tree.body[i];
    const op = word(y, 0);
    if (op === T.Y_LOOP || op === T.Y_TRY || (op > T.Y_RETURN && op !== T.Y_UNREACHABLE) || op === T.Y_BR_TABLE) return false;
    if (op === T.Y_BLOCK || op === T.Y_IF) nesting++;
    else if (op === T.Y_END) nesting--;
    else if (op === T.Y_BR || op === T.Y_BR_IF) {
      if (word(y, A) === label) {
        if (i !== last - 1) return false;
      } else if (op === T.Y_BR_IF && nesting === 0 && leaves(word(y, A))) exits.push(i);
    } else if (op === T.Y_SET) {
      const v = word(y, A);
      setAt[v] = setAt[v] === undefined ? i : -1;
      sets.push(v, i, nesting);
    }
  }
  for (let k = 0; k < sets.length; k += 3) {
    const v = sets[k];
    if (setAt[v] < 0 || sets[k + 2] > 0 || tree.classes[v] !== 0) continue;
    const step = increment(v, word(tree.body[sets[k + 1]], B), sets[k + 1], 0);
    if (step !== 0) inductions[v] = step;
  }
  return true;
}
/** Whether a branch to this label leaves the loop. */
export function leaves(label: number): boolean {
  for (let i = first; i < last; i++) {
    const op = word(tree.body[i], 0);
    if ((op === T.Y_BLOCK || op === T.Y_IF) && word(tree.body[i], A) === label) return false;
  }
  return true;
}
/** By how much v, set to the expression in statement `where`, changes per turn; 0 = not by a constant. */
function increment(v: number, at: number, where: number, depth: number): number {
  const op = word(at, 0);
  if (op === O.I32_ADD || op === O.I32_SUB) {
    const a = word(at, A);
    const k = constant(word(at, B));
    if (k === k && word(a, 0) === T.X_VAR && word(a, A) === v) return op === O.I32_ADD ? k : -k;
  }
  // by way of another variable, as compilers write what they need twice
  if (op === T.X_VAR && depth < 2) {
    const other = word(at, A);
    const set = setAt[other];
    if (set !== undefined && set >= first && set < where && dominates(set, where))
      return increment(v, word(tree.body[set], B), set, depth + 1);
  }
  return 0;
}

/** Whether turns go on by a condition that can be counted (stays: while it holds; else until it does): fills the plan's counter. */
function count(plan: Plan, at: number, stays: boolean): boolean {
  let op = word(at, 0);
  let a = word(at, A);
  let b = word(at, B);
  if (op === O.I32_EQZ) return count(plan, a, !stays);
  if (op === T.X_VAR) {
    a = at;
    op = O.I32_NE;
    b = -1;
  } else if (op < O.I32_EQ || op > O.I32_GE_U) return false;
  if (!stays) op = op === O.I32_EQ ? O.I32_NE : op === O.I32_NE ? O.I32_EQ : OPPOSITE[op];
  if (op === O.I32_EQ) return false;
  if (!counts(a)) {
    // the other way round
    if (b < 0 || !counts(b)) return false;
    const swap = a;
    a = b;
    b = swap;
    if (op !== O.I32_NE) op = MIRROR[op];
  }
  const v = word(a, A);
  const step = inductions[v];
  if (b >= 0 && !(word(b, 0) === T.X_CONST || (word(b, 0) === T.X_VAR && setAt[word(b, A)] === undefined))) return false;
  const unsigned = op === O.I32_LT_U || op === O.I32_GT_U || op === O.I32_LE_U || op === O.I32_GE_U;
  if (unsigned && b >= 0 && constant(b) < 0) return false;
  const up = op === O.I32_LT_S || op === O.I32_LT_U || op === O.I32_LE_S || op === O.I32_LE_U;
  if (op !== O.I32_NE && up !== step > 0) return false;
  plan.counter = v;
  plan.changed = setAt[v];
  plan.step = step;
  plan.limit = b;
  plan.unsigned = unsigned;
  return true;
}
function counts(at: number): boolean {
  return word(at, 0) === T.X_VAR && inductions[word(at, A)] !== undefined;
}
const OPPOSITE: { [op: number]: number } = {};
OPPOSITE[O.I32_LT_S] = O.I32_GE_S;
OPPOSITE[O.I32_LT_U] = O.I32_GE_U;
OPPOSITE[O.I32_GT_S] = O.I32_LE_S;
OPPOSITE[O.I32_GT_U] = O.I32_LE_U;
OPPOSITE[O.I32_LE_S] = O.I32_GT_S;
OPPOSITE[O.I32_LE_U] = O.I32_GT_U;
OPPOSITE[O.I32_GE_S] = O.I32_LT_S;
OPPOSITE[O.I32_GE_U] = O.I32_LT_U;
const MIRROR: { [op: number]: number } = {};
function mirror(a: number, b: number): void {
  MIRROR[a] = b;
  MIRROR[b] = a;
}
mirror(O.I32_LT_S, O.I32_GT_S);
mirror(O.I32_LT_U, O.I32_GT_U);
mirror(O.I32_LE_S, O.I32_GE_S);
mirror(O.I32_LE_U, O.I32_GE_U);

/** Takes an access into the plan, if its address is a sum. */
function prove(plan: Plan, base: number, offset: number, width: number, aligned: number, where: number): void {
  const sum = sumOf(base, where, 0);
  if (sum === null) return;
  const size = 1 << aligned;
  let step = 0;
  for (let i = 0; i < sum.terms.length; i += 2) {
    const each = inductions[sum.terms[i]];
    if (each !== undefined) step += each * sum.terms[i + 1];
  }
  const distance = sum.constant + offset;
  if (step % size !== 0 || distance % size !== 0) return;
  if (sum.high > 0 && alignment(base) < aligned && sum.high !== sum.low && aligned > 0) return;
  let known = true;
  for (let i = 0; i < sum.terms.length; i += 2) {
    const coefficient = sum.terms[i + 1];
    const by = coefficient % 8 === 0 ? 3 : coefficient % 4 === 0 ? 2 : coefficient % 2 === 0 ? 1 : 0;
    if (alignment(varRow(sum.terms[i])) + by < aligned) known = false;
  }
  const low = sum.constant + sum.low; // without the offset, which is not added modulo 2^32
  const high = distance + sum.high + (1 << width);
  const mask = known ? 0 : size - 1;
  for (let g = 0; g < plan.groups.length; g++) {
    const group = plan.groups[g];
    if (group.step !== step || !sameTerms(group.terms, sum.terms)) continue;
    if (low < group.low) group.low = low;
    if (high > group.high) group.high = high;
    group.mask |= mask;
    plan.proven[base] = true;
    return;
  }
  plan.groups.push({ terms: sum.terms, step: step, low: low, high: high, mask: mask });
  plan.proven[base] = true;
}
let scratchRow = -1;
function varRow(v: number): number {
  if (scratchRow < 0 || scratchRow >= tree.size) scratchRow = T.row(T.X_VAR, v, 0, 0, 0, 0, 0);
  tree.rows[scratchRow] = T.X_VAR;
  tree.rows[scratchRow + A] = v;
  return scratchRow;
}
function sameTerms(a: number[], b: number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 2) {
    let k = 0;
    while (k < b.length && b[k] !== a[i]) k += 2;
    if (k === b.length || b[k + 1] !== a[i + 1]) return false;
  }
  return true;
}

/** Finds the loads below an expression. */
function look(plan: Plan, at: number, where: number): void {
  const op = word(at, 0);
  if (op >= O.I32_LOAD && op <= O.I64_LOAD32_U) {
    if (word(at, C) === 0) {
      const width = widthOf(op);
      prove(plan, word(at, A), word(at, B) >>> 0, width, op === O.I64_LOAD ? 2 : width, where);
    }
    look(plan, word(at, A), where);
    return;
  }
  const n = T.operandsOf(op);
  if (n > 0) look(plan, word(at, A), where);
  if (n > 1) look(plan, word(at, B), where);
  if (op === T.X_SELECT) look(plan, word(at, C), where);
}

/** The plan for the loop whose statements are tree.body[begin, end); null = there is none. */
export function planLoop(label: number, begin: number, end: number): Plan | null {
  if (end - begin > MOST_ROWS || end - begin < 2) return null;
  first = begin;
  last = end;
  const y = tree.body[end - 1];
  if (word(y, A) !== label || tree.labels[label].used !== 1 || !scan(label)) return null;
  const plan: Plan = { counter: 0, step: 0, changed: 0, limit: -1, unsigned: false, groups: [], proven: {}, test: -1, end: end - 1 };
  if (word(y, 0) === T.Y_BR_IF) {
    // the test at the end
    if ((word(word(y, B), EFFECTS) & 255) !== 0 || !count(plan, word(y, B), true)) return null;
  } else {
    // somewhere in between
    if (word(y, 0) !== T.Y_BR) return null;
    for (let i = 0; i < exits.length && plan.test < 0; i++) {
      const condition = word(tree.body[exits[i]], B);
      if ((word(condition, EFFECTS) & 255) === 0 && count(plan, condition, false)) plan.test = exits[i];
    }
    if (plan.test < 0) return null;
  }
  scratchRow = -1;
  for (let i = begin; i < end - 1; i++) {
    const s = tree.body[i];
    const op = word(s, 0);
    if (op === T.Y_SET) look(plan, word(s, B), i);
    else if (op === T.Y_EVAL) look(plan, word(s, A), i);
    else if (op === T.Y_GLOBAL || op === T.Y_IF || op === T.Y_BR_IF) look(plan, word(s, B), i);
    else if (op === T.Y_STORE) {
      look(plan, word(s, A), i);
      look(plan, word(s, B), i);
      if (word(s, READS) >> 16 === 0) {
        const width = widthOf(word(s, READS) & 0xffff);
        const cls = classAt(word(s, B));
        const words = width === 3 && (cls === CLASS_I64 || (cls > CLASS_F32 && isRaw(word(s, B))));
        prove(plan, word(s, A), word(s, C) >>> 0, width, words ? 2 : width, i);
      }
    }
  }
  return plan;
}
