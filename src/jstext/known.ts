// What is known of values when a tree is printed: bounds, alignment, which bytes have been tested to lie in memory and which variables' addresses
// stand in scratch variables as indices. Nothing here makes text; what is not known here is tested there. Device-safe.

import * as O from '../spec/ops.gen';
import * as N from './names';
import * as T from './tree';
import { A, B, C, tree } from './tree';

function word(at: number, column: number): number {
  return tree.rows[at + column];
}
/** A constant operand's value, or NaN. */
export function constant(at: number): number {
  return word(at, 0) === T.X_CONST ? word(at, A) : NaN;
}

/** Least upper bound known of an i32's unsigned value, where that is below 2^31; else -1. */
export function upper(at: number): number {
  const op = word(at, 0);
  if (op === T.X_CONST) return word(at, A) >= 0 ? word(at, A) : -1;
  if (op >= T.X_CONST) {
    if (op !== T.X_SELECT) return -1;
    const a = upper(word(at, A));
    const b = upper(word(at, B));
    return a < 0 || b < 0 ? -1 : a > b ? a : b;
  }
  if ((op >= O.I32_EQZ && op <= O.F64_GE) || op === T.X_FUNC) return 1;
  if (op === O.I32_LOAD8_U) return 255;
  if (op === O.I32_LOAD16_U) return 65535;
  if (op >= O.I32_CLZ && op <= O.I32_POPCNT) return 32;
  if (op < O.I32_ADD || op > O.I32_SHR_U) return -1;
  const b = upper(word(at, B));
  if (op === O.I32_SHR_U) {
    const k = constant(word(at, B)) & 31;
    const a = upper(word(at, A));
    if (!(k > 0)) return a;
    return a >= 0 ? a >>> k : 0xffffffff >>> k;
  }
  if (op === O.I32_REM_U) return b > 0 && constant(word(at, B)) > 0 ? b - 1 : -1;
  const a = upper(word(at, A));
  if (op === O.I32_AND) return a < 0 ? b : b < 0 || a < b ? a : b;
  if (op === O.I32_DIV_U) return a;
  if (a < 0 || b < 0) return -1;
  let most = -1;
  if (op === O.I32_ADD) most = a + b;
  else if (op === O.I32_MUL) most = a * b;
  else if (op === O.I32_SHL && word(word(at, B), 0) === T.X_CONST) {
    const k = b & 31;
    if (a <= 0x7fffffff >>> k) most = a << k;
  } else if (op === O.I32_OR || op === O.I32_XOR) {
    most = a > b ? a : b;
    for (let k = 1; k < 32; k <<= 1) most |= most >> k;
  } else if (op === O.I32_SHR_S) return a;
  return most < 2147483648 ? most : -1;
}

/** Power of two, as its log2 up to 3, that an i32 is a multiple of. */
export function alignment(at: number): number {
  const op = word(at, 0);
  const a = word(at, A);
  const b = word(at, B);
  if (op === T.X_CONST) return (a & 7) === 0 ? 3 : (a & 3) === 0 ? 2 : (a & 1) === 0 ? 1 : 0;
  if (op === T.X_VAR) return aligned[a];
  const k = op === O.I32_SHL ? constant(b) & 31 : 0;
  if (k > 0) return Math.min(3, alignment(a) + k);
  if (op === O.I32_AND) return Math.max(alignment(a), alignment(b));
  if (op === O.I32_ADD || op === O.I32_SUB || op === O.I32_OR || op === O.I32_XOR || op === T.X_SELECT)
    return Math.min(alignment(a), alignment(b));
  if (op === O.I32_MUL) return Math.min(3, alignment(a) + alignment(b));
  return 0;
}
let aligned: number[] = [];
/** Finds what every variable is a multiple of, whatever path is taken: starts from the best and takes back what a statement contradicts. */
export function findAlignments(): void {
  const rows = tree.rows;
  aligned = [];
  setAt = [];
  for (let v = 0; v < tree.classes.length; v++) {
    aligned.push(v < tree.params || tree.classes[v] !== 0 ? 0 : 3);
    setAt.push(0);
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 0; i < tree.body.length; i++) {
      const y = tree.body[i];
      if (rows[y] === T.Y_SET && aligned[rows[y + A]] > 0) {
        const n = alignment(rows[y + B]);
        if (n < aligned[rows[y + A]]) {
          aligned[rows[y + A]] = n;
          changed = true;
        }
      } else if (rows[y] === T.Y_CALL || rows[y] === T.Y_CALL_INDIRECT || rows[y] === T.Y_CALL_REF) {
        const results = rows[y + B] + tree.list[rows[y + B]] + 1;
        for (let k = 1; k <= tree.list[results]; k++) unalign(tree.list[results + k]);
      } else if (rows[y] === T.Y_BULK && rows[y + C] >= 0) unalign(rows[y + C]);
      else if (rows[y] === T.Y_TRY) {
        for (let k = 0, at = rows[y + B]; k < rows[y + C]; k++) {
          for (let m = 0; m < tree.list[at + 3]; m++) unalign(tree.list[at + 4 + m]);
          at += 4 + tree.list[at + 3];
        }
      }
    }
  }
}
function unalign(v: number): void {
  aligned[v] = 0;
}

/** Base rows of accesses that a counted loop's entry has tested (loops.ts). */
let proven: { [row: number]: boolean } = {};
export function setProven(rows: { [row: number]: boolean }): void {
  proven = rows;
}
/** Bytes that memory 0 is known to have from the beginning. */
let staticBytes = 0;
export function setStaticBytes(bytes: number): void {
  staticBytes = bytes;
}
// What is known of the variables that addresses are made of: every byte below base + extent is in memory.
let checked: number[] = []; // variable, extent
export function facts(): number[] {
  return checked.slice(0);
}
export function setFacts(list: number[]): void {
  checked = list;
}
let time = 0; // counts values given to variables, and
let setAt: number[] = []; // when each variable was given its last
export function now(): number {
  return time;
}
/** What was known before a construct is known behind it, of the variables that have not been set since. */
export function restoreFacts(list: number[], since: number): void {
  checked = list;
  for (let i = 0; i < checked.length; i += 2) if (setAt[checked[i]] > since) checked[i + 1] = 0;
}
/** A variable got another value. */
export function forget(v: number): void {
  setAt[v] = ++time;
  for (let i = 0; i < 4; i++) if (aliases[i] >> 2 === v) aliases[i] = -1;
  for (let i = 0; i < checked.length; i += 2) if (checked[i] === v) checked[i + 1] = 0;
}
function extent(v: number): number {
  for (let i = 0; i < checked.length; i += 2) if (checked[i] === v) return checked[i + 1];
  return 0;
}
/** An access of the bytes [base + offset, … + bytes) is about to succeed. */
export function learn(base: number, offset: number, bytes: number): void {
  if (word(base, 0) !== T.X_VAR) return;
  const v = word(base, A);
  for (let i = 0; i < checked.length; i += 2) {
    if (checked[i] !== v) continue;
    checked[i + 1] = Math.max(checked[i + 1], offset + bytes);
    return;
  }
  checked.push(v, offset + bytes);
}
/** Whether the bytes of an access are known to be in memory, */
export function isKnown(base: number, offset: number, bytes: number): boolean {
  if (proven[base]) return true;
  const most = upper(base);
  return (most >= 0 && most + offset + bytes <= staticBytes) || isChecked(base, offset, bytes);
}
/** and to lie in one element; */
export function isAligned(base: number, offset: number, alignedTo: number): boolean {
  return proven[base] || (alignment(base) >= alignedTo && (offset & ((1 << alignedTo) - 1)) === 0);
}
/** both: it needs no test. */
export function isSafe(base: number, offset: number, shiftBits: number, bytes: number): boolean {
  return isKnown(base, offset, bytes) && isAligned(base, offset, shiftBits);
}
/** Whether the same bytes, or ones behind them, have been accessed by way of the same variable. */
function isChecked(base: number, offset: number, bytes: number): boolean {
  return word(base, 0) === T.X_VAR && offset + bytes <= extent(word(base, A));
}

// Indices of elements that a variable's address has been turned into, kept in scratch variables: four, the oldest gives way. By variable * 4 + shift.
let aliases: number[] = [];
let oldest = 0;
export let isNew = false;
/** Groups of accesses: how many are in each. Which one those of a base row are in stands in its column C, counted from 1. */
let uses: number[] = [];
export function forgetAliases(): void {
  aliases = [-1, -1, -1, -1];
}
/** The name of the scratch variable with v's index; isNew: it has yet to be set. */
export function aliasOf(v: number, shiftBits: number): string {
  const key = v * 4 + shiftBits;
  let at = aliases.indexOf(key);
  isNew = at < 0;
  if (isNew) {
    at = oldest;
    oldest = (oldest + 1) & 3;
    aliases[at] = key;
  }
  return N.scratchName('i' + at);
}
/** Whether others could use the index of the access by this base row. */
export function sharesIndex(base: number): boolean {
  return uses[word(base, C) - 1] > 1;
}
/** Counts the accesses that could share an index: by way of one variable, between two points where indices are forgotten. */
export function countUses(): void {
  const rows = tree.rows;
  const group: { [key: number]: number } = {}; // of accesses so far, by variable * 4 + shift
  let stretch = 0; // first group behind the last point
  uses = [];
  for (let at = 0; at < tree.size; at += T.ROW) {
    const op = rows[at];
    if (op === T.Y_SET) for (let k = 0; k < 4; k++) group[rows[at + A] * 4 + k] = -1;
    else if (op === T.Y_LOOP || op === T.Y_END || op === T.Y_ELSE || (op >= T.Y_CALL && op <= T.Y_CALL_REF)) stretch = uses.length;
    const isStore = op === T.Y_STORE;
    if (!isStore && (op < O.I32_LOAD || op > O.I64_LOAD32_U)) continue;
    const base = rows[at + A];
    if (rows[base] !== T.X_VAR) continue;
    const code = isStore ? rows[at + T.READS] & 0xffff : op;
    const key = rows[base + A] * 4 + (code === O.I64_LOAD || code === O.I64_STORE ? 2 : widthOf(code));
    if (!(group[key] >= stretch)) group[key] = uses.push(0) - 1;
    rows[base + C] = group[key] + 1;
    uses[group[key]]++;
  }
}

const WIDTHS = O.widths;
/** log2 of the bytes a load or store moves. */
export function widthOf(code: number): number {
  return WIDTHS.charCodeAt(code - O.I32_LOAD) - 48;
}

/** Lets go of what the last function has left. */
export function releaseKnown(): void {
  aligned = setAt = checked = aliases = uses = [];
  proven = {};
}
