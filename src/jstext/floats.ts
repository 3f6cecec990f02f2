// In which form each float variable of a tree is held. A number of JavaScript loses a NaN's payload (an f32 signalling NaN is quieted by the
// conversion, an engine may keep one NaN for all), so what comes from memory, a parameter or a call and goes to memory, an argument or a result
// without arithmetic in between is held as bits: an int32, or two for an f64. What only arithmetic reads is a number; what both read is both.
// Device-safe. Spec: core 4.3.3 (NaN propagation), 2.2 (what is not arithmetic preserves bits).

import * as O from '../spec/ops.gen';
import * as T from './tree';
import { A, B, C, CLASS_F32, OP, tree } from './tree';

export const NUMBER = 1;
export const BITS = 2;

let raw: boolean[] = []; // variables that may hold bits which a number would lose
let wantsBits: boolean[] = []; // that are read as bits
let wantsNumber: boolean[] = [];
let changed = false;

/** Operators that pass bits on: their result may be a NaN with a payload. */
function passes(op: number): boolean {
  return op === O.F32_ABS || op === O.F32_NEG || op === O.F32_COPYSIGN || op === O.F64_ABS || op === O.F64_NEG || op === O.F64_COPYSIGN;
}

/** Whether the value of a float expression may have bits that a number loses. */
export function isRaw(at: number): boolean {
  const rows = tree.rows;
  const op = rows[at];
  if (op === T.X_VAR) return raw[rows[at + A]];
  if (op === T.X_CONST) {
    if (rows[at + C] === CLASS_F32) return (rows[at + A] & 0x7fffffff) > 0x7f800000;
    const hi = rows[at + B] & 0x7fffffff;
    return hi > 0x7ff00000 || (hi === 0x7ff00000 && rows[at + A] !== 0);
  }
  if (op === T.X_SELECT) return isRaw(rows[at + A]) || isRaw(rows[at + B]);
  if (passes(op)) return true;
  return op === T.X_GLOBAL || op === O.F32_LOAD || op === O.F64_LOAD || op === O.F32_REINTERPRET_I32 || op === O.F64_REINTERPRET_I64;
}

function want(list: boolean[], v: number): void {
  if (list[v]) return;
  list[v] = true;
  changed = true;
}
/** A float expression is read: as bits where they matter, else as a number. */
function read(at: number, bits: boolean): void {
  const rows = tree.rows;
  const op = rows[at];
  if (op === T.X_VAR) want(bits && raw[rows[at + A]] ? wantsBits : wantsNumber, rows[at + A]);
  else if (op === T.X_SELECT) {
    read(rows[at + A], bits);
    read(rows[at + B], bits);
    look(rows[at + C]);
  } else if (passes(op)) {
    read(rows[at + A], bits);
    // the sign of a NaN is in its bits
    if (op === O.F32_COPYSIGN || op === O.F64_COPYSIGN) read(rows[at + B], true);
  } else look(at);
}
/** Reads what is below an expression. */
function look(at: number): void {
  const rows = tree.rows;
  const op = rows[at];
  const bits = op === O.I32_REINTERPRET_F32 || op === O.I64_REINTERPRET_F64;
  const n = T.operandsOf(op);
  if (n > 0) operand(rows[at + A], bits);
  if (n > 1) operand(rows[at + B], false);
  if (op === T.X_SELECT) look(rows[at + C]);
}
/** Class of an expression's value. */
export function classAt(at: number): number {
  const rows = tree.rows;
  const op = rows[at];
  if (op === T.X_VAR) return tree.classes[rows[at + A]];
  if (op === T.X_CONST || op === T.X_GLOBAL) return rows[at + C];
  if (op === T.X_SELECT) return rows[at + T.SITE];
  if (op === T.X_FUNC) return T.CLASS_I32;
  return (O.signatures[O.signatureOf.charCodeAt(op) - 32] & 7) - 1;
}
function operand(at: number, bits: boolean): void {
  if (classAt(at) >= CLASS_F32) read(at, bits);
  else look(at);
}

function visit(y: number): void {
  const rows = tree.rows;
  const list = tree.list;
  const op = rows[y + OP];
  const a = rows[y + A];
  const b = rows[y + B];
  if (op === T.Y_SET) {
    if (tree.classes[a] < CLASS_F32) look(b);
    else {
      if (!raw[a] && isRaw(b)) {
        raw[a] = changed = true;
      }
      if (wantsBits[a] && raw[a]) read(b, true);
      if (wantsNumber[a] || !raw[a]) read(b, false);
    }
  } else if (op === T.Y_EVAL) operand(a, false);
  else if (op === T.Y_STORE) {
    look(a);
    operand(b, true);
  } else if (op === T.Y_GLOBAL) operand(b, true);
  else if (op === T.Y_IF || op === T.Y_BR_IF) look(b);
  else if (op === T.Y_BR_TABLE || op === T.Y_NON_NULL || op === T.Y_THROW_REF) look(a);
  else if (op === T.Y_RETURN) readAll(a);
  else if (op === T.Y_THROW) readAll(b);
  else if (op === T.Y_BULK) readAll(b + 2);
  else if (op === T.Y_CALL || op === T.Y_CALL_INDIRECT || op === T.Y_CALL_REF || op >= T.Y_TAIL) {
    if (op !== T.Y_CALL && op !== T.Y_TAIL) look(rows[y + C]);
    readAll(b);
    const results = b + list[b] + 1;
    for (let i = 1; i <= list[results]; i++) markRaw(list[results + i]);
  } else if (op === T.Y_TRY) {
    // clauses give values to variables
    for (let i = 0, at = b; i < rows[y + C]; i++) {
      const n = list[at + 3];
      for (let k = 0; k < n; k++) markRaw(list[at + 4 + k]);
      at += 4 + n;
    }
  }
}
function readAll(at: number): void {
  for (let i = 1; i <= tree.list[at]; i++) operand(tree.list[at + i], true);
}
function markRaw(v: number): void {
  if (tree.classes[v] < CLASS_F32 || raw[v]) return;
  raw[v] = changed = true;
}

/** The forms of each variable of the tree: bits NUMBER and BITS; 0 of those that are never read, and of other classes. */
export function forms(): number[] {
  const n = tree.classes.length;
  const result: number[] = [];
  raw = [];
  wantsBits = [];
  wantsNumber = [];
  for (let v = 0; v < n; v++) {
    raw.push(v < tree.params && tree.classes[v] >= CLASS_F32);
    wantsBits.push(false);
    wantsNumber.push(false);
  }
  if (tree.floats) {
    do {
      changed = false;
      for (let i = 0; i < tree.body.length; i++) visit(tree.body[i]);
    } while (changed);
  }
  for (let v = 0; v < n; v++) result.push((wantsBits[v] ? BITS : 0) | (wantsNumber[v] ? NUMBER : 0));
  return result;
}

/** Lets go of what the last function has left. */
export function releaseForms(): void {
  raw = wantsBits = wantsNumber = [];
}
