// Validator sink that emits register code: operands are frame slots, no operand stack at run time. Device-safe.
//
// Frame: one 8-byte cell per parameter, local and operand height; a value's home is the cell of its height. The compile-time stack
// says where each value really is: at home, still in a local (nothing emitted for local.get), or a constant. Values go home at
// control joins, calls and before the local they stand for is written. `local.set` right after the operation that made the value
// redirects that operation's destination; a compare right before a branch fuses with it.
// Constants too large for an operand that are used inside loops get cells of their own, as long as they are not too many, filled when the
// function is entered.
// Code words: Int16Array; a function whose words do not fit gets an Int32Array, the same operations read both.

import type { Func } from '../runtime/store';
import { HAS_EXCEPTIONS, HAS_MULTI_MEMORY, HAS_TAIL_CALL, HAS_TYPED_REFS } from '../spec/features';
import * as O from '../spec/ops.gen';
import { F64, I64 } from '../spec/types';
import { validateBody } from '../validate/body';
import type { Sink, SinkInMaking } from '../validate/sink';
import * as D from './forms.gen';

export interface Code {
  words: Int16Array | Int32Array;
  frameWords: number; // cells of the whole frame, in words; Infinity = calls go to other code (tier/tier.ts)
  paramWords: number;
  localWords: number; // with the parameters
  constants: Int32Array | null; // words of the constant cells, and
  constantsAt: number; // where they begin in the frame, in words
  cost: number; // fuel of entering: operators outside loops, one per 8 locals
  handlers?: number[]; // catch clauses as unwind.ts reads them, where it has any
}

// Where a value is.
const HOME = 0;
const LOCAL = 1;
const CONST = 2;

// One compilation runs at a time; see validate/body.ts on module variables.
let out = new Int32Array(256);
let size = 0;
let func: Func;

const where: number[] = []; // by height: HOME, LOCAL, CONST
const low: number[] = []; // local index, or the constant's low word
const high: number[] = [];
const wide: boolean[] = []; // a 64-bit value
let height = 0;
let tallest = 0;
let base = 0; // cells of parameters and locals
let localWide: boolean[] = [];
let lastOp = -1; // position of the last operation when its destination is the value on top, at home; else -1
let lastCode = 0; // its instruction, when it is a numeric one
let lastConstant = false;

// Constant cells lie behind the tallest stack, which is known at the end: until then a use of cell k reads CONSTANT_CELL + 2k.
const CONSTANT_CELL = 0x20000000;
const MOST_CONSTANTS = 128; // each return of a call fills them all again
let constants: number[] = []; // low, high
let constantUses: number[] = []; // positions of such words

// Labels, a column per field, outermost (the function) first.
const PATCH_END = 0;
let labels = 0;
const labelLoop: boolean[] = [];
const labelHeight: number[] = []; // below its parameters
const labelParams: number[][] = [];
const labelResults: number[][] = [];
const labelTarget: number[] = []; // loops: where they begin; others: chain of words to patch
const labelElse: number[] = []; // word to patch with the else position, -1 = none
const labelCost: number[] = []; // loops: operators so far; the function: outside loops
let costLabel = 0; // innermost loop or the function

let handlers: number[] = [];
const labelClauses: (number[] | null)[] = []; // of try_table: kind, tag, depth each
const labelStart: number[] = []; // where its body begins
let hasTails = false; // tail calls: the code then ends in a return of its own

// For locate(): the offset of the operator whose code covers a position.
let seekPc = -1;
let seekOffset = 0;
let opOffset = 0; // of the operator in hand

function isWide(type: number): boolean {
  return type === I64 || type === F64;
}
function room(n: number): void {
  if (size + n > out.length) {
    const bigger = new Int32Array(out.length * 2 + n);
    bigger.set(out, 0);
    out = bigger;
  }
}
function put(word: number): void {
  if (word >= CONSTANT_CELL) constantUses.push(size);
  out[size++] = word;
}
/** Takes back everything from position `at` on: the operator in hand will emit it in another form, and owns it then. */
function cut(at: number): void {
  size = at;
  if (seekPc >= at) seekOffset = opOffset;
  while (constantUses.length > 0 && constantUses[constantUses.length - 1] >= at) constantUses.pop();
}
/** Begins an operation of up to n words. */
function emit(op: number, n: number): void {
  room(n);
  lastOp = -1;
  put(op);
}
function emit2(op: number, a: number, b: number): void {
  emit(op, 3);
  put(a);
  put(b);
}

/** The low half of a 32-bit constant as a signed word. */
function halfLow(value: number): number {
  return (value << 16) >> 16;
}

function home(at: number): number {
  return (base + at) * 2;
}
/** Pushes a value. Every column grows, whether its word counts or not: not all engines have arrays with holes. */
function push(place: number, lo: number, hi: number, isWideValue: boolean): void {
  where[height] = place;
  low[height] = lo;
  high[height] = hi;
  wide[height++] = isWideValue;
  if (height > tallest) tallest = height;
}
function pushHome(isWideValue: boolean): void {
  push(HOME, 0, 0, isWideValue);
}
/** Emits the value at `at` into register `to`. */
function move(at: number, to: number): void {
  const lo = low[at];
  if (where[at] === CONST) {
    if (wide[at]) {
      emit(D.I_CONST64, 6);
      put(to);
      put(halfLow(lo));
      put(lo >> 16);
      put(halfLow(high[at]));
      put(high[at] >> 16);
    } else if (lo >= -32768 && lo < 32768) emit2(D.I_CONST, to, lo);
    else {
      emit2(D.I_CONST32, to, halfLow(lo));
      room(1);
      put(lo >> 16);
    }
    return;
  }
  const from = where[at] === LOCAL ? lo * 2 : home(at);
  if (from !== to) emit2(wide[at] ? D.I_MOV64 : D.I_MOV, to, from);
}
/** Brings the value at `at` to its home. */
function settle(at: number): void {
  if (where[at] === HOME) return;
  move(at, home(at));
  where[at] = HOME;
}
function settleFrom(at: number): void {
  for (let i = at; i < height; i++) settle(i);
}
/** Brings every value home that stands for a local (constants may stay): what a construct needs before it begins. */
function settleLocals(): void {
  for (let i = 0; i < height; i++) if (where[i] === LOCAL) settle(i);
}
/** The register the value at `at` can be read from. */
function register(at: number): number {
  if (where[at] === LOCAL) return low[at] * 2;
  const cell = where[at] === CONST ? constantCell(at) : -1;
  if (cell >= 0) return cell;
  settle(at);
  return home(at);
}
/** The cell of its own that the constant at `at` has, -1 = none: it must be made where it is used. */
function constantCell(at: number): number {
  if (costLabel === 0) return -1;
  const lo = low[at];
  const hi = wide[at] ? high[at] : 0;
  let k = 0;
  while (k < constants.length && (constants[k] !== lo || constants[k + 1] !== hi)) k += 2;
  if (k === 2 * MOST_CONSTANTS) return -1;
  if (k === constants.length) constants.push(lo, hi);
  return CONSTANT_CELL + k;
}
function fits(at: number): boolean {
  return where[at] === CONST && low[at] >= -32768 && low[at] < 32768;
}

/** Removes the compare that made the top value, if it is the operation emitted last; returns its position, -1 = none. */
function takeCompare(): number {
  const at = height - 1;
  if (lastOp < 0 || where[at] !== HOME || out[lastOp + 1] !== home(at)) return -1;
  if (lastCode < O.I32_EQZ || lastCode > O.F64_GE) return -1;
  const form = lastConstant ? D.branchConstantForm : D.branchForm;
  if (lastCode !== O.I32_EQZ && !(form.charCodeAt(lastCode) > 0)) return -1;
  return lastOp;
}

/** Pops the condition and emits a branch on its truth (or falsehood); returns the position of the target's word. Settles values from `keep` on first. */
function branchOn(truth: boolean, keep: number): number {
  let at = takeCompare();
  let code = lastCode;
  if (at >= 0 && !truth && code !== O.I32_EQZ) {
    code = code <= O.I32_GE_U ? D.opposite.charCodeAt(code) : 0;
    if (!(code > 0)) at = -1; // floats have no opposite: NaN
  }
  height--;
  if (at < 0) {
    const condition = register(height);
    const op = truth ? D.I_JNZ : D.I_JZ;
    settleFrom(keep);
    emit2(op, condition, 0);
    return size - 1;
  }
  const constant = lastConstant;
  const a = out[at + 2];
  const b = out[at + 3];
  cut(at);
  settleFrom(keep);
  if (code === O.I32_EQZ) {
    emit2(truth ? D.I_JZ : D.I_JNZ, a, 0);
    return size - 1;
  }
  emit2((constant ? D.branchConstantForm : D.branchForm).charCodeAt(code), a, b);
  room(1);
  put(0);
  return size - 1;
}

/** Copies the n top values to the homes from height `to` on, in order (sources lie at or above their targets). */
function moveTop(n: number, to: number): void {
  const from = height - n;
  if (n > 1) settleFrom(from); // a source may be a target's local only for single values
  for (let i = 0; i < n; i++) move(from + i, home(to + i));
}
function arity(label: number): number {
  return (labelLoop[label] ? labelParams[label] : labelResults[label]).length;
}
/** Puts label's position into the word at `word`, now or when it is known. */
function target(label: number, word: number): void {
  if (labelLoop[label]) {
    out[word] = labelTarget[label];
    return;
  }
  out[word] = labelTarget[label];
  labelTarget[label] = word + 1; // chain; PATCH_END = 0
}
function patch(chain: number): void {
  while (chain !== PATCH_END) {
    const next = out[chain - 1];
    out[chain - 1] = size;
    chain = next;
  }
}
function jump(label: number): void {
  emit(D.I_BR, 2);
  put(0);
  target(label, size - 1);
}

function enterLabel(loop: boolean, params: number[], results: number[]): void {
  labelLoop[labels] = loop;
  labelHeight[labels] = height - params.length;
  labelParams[labels] = params;
  labelResults[labels] = results;
  labelTarget[labels] = loop ? size : PATCH_END;
  labelElse[labels] = -1;
  labelCost[labels] = costLabel;
  costs[labels] = 0;
  loopWord[labels] = size - 1;
  if (HAS_EXCEPTIONS) {
    labelClauses[labels] = null;
    labelStart[labels] = size;
  }
  labels++;
  lastOp = -1;
}
function resetTo(at: number, types: number[]): void {
  height = at;
  for (let i = 0; i < types.length; i++) pushHome(isWide(types[i]));
  lastOp = -1;
}

/** Operators executed per turn of each loop and of the function: costs[label], kept where the loop operation can be patched. */
let costs: number[] = [];
let loopWord: number[] = [];

function giveBack(): void {
  const results = labelResults[0];
  if (results.length === 0) emit(D.I_RETURN, 1);
  else if (results.length === 1) {
    const from = register(height - 1);
    emit(wide[height - 1] ? D.I_RETURN_V64 : D.I_RETURN_V, 2);
    put(from);
  } else {
    const from = height - results.length;
    settleFrom(from);
    for (let i = 0; i < results.length; i++)
      if (home(from + i) !== i * 2) emit2(wide[from + i] ? D.I_MOV64 : D.I_MOV, i * 2, home(from + i));
    emit(D.I_RETURN, 1);
  }
}

function branchTo(depth: number): void {
  const label = labels - 1 - depth;
  if (label === 0) {
    giveBack();
    return;
  }
  moveTop(arity(label), labelHeight[label]);
  jump(label);
}

/** The packed signature (ops.gen.ts) of an instruction that has one: from 64 on it takes two operands, an even one yields 64 bits. */
function signatureOf(code: number): number {
  return O.signatures[O.signatureOf.charCodeAt(code) - 32];
}

function numericForm(code: number): void {
  if ((code === O.F64_ADD || code === O.F64_SUB || code === O.F32_ADD || code === O.F32_SUB) && fuseProduct(code)) return;
  const operands = signatureOf(code) < 64 ? 1 : 2;
  let op = D.registerForm.charCodeAt(code);
  let b = 0;
  let constant = false;
  if (operands === 2) {
    const at = height - 1;
    const k = low[at];
    const shift = code >= O.I32_SHL && code <= O.I32_SHR_U;
    if (code === O.I32_SUB && where[at] === CONST && k >= -32767 && k <= 32768) {
      constant = true;
      code = O.I32_ADD; // of its opposite
      op = D.constantForm.charCodeAt(code);
      b = -k;
    } else if (D.constantForm.charCodeAt(code) > 0 && (fits(at) || (shift && where[at] === CONST))) {
      constant = true;
      op = D.constantForm.charCodeAt(code);
      b = shift ? k & 31 : k;
    } else if (where[at - 1] === CONST && commutes(code) && fits(at - 1) && D.constantForm.charCodeAt(code) > 0) {
      constant = true;
      op = D.constantForm.charCodeAt(code);
      b = low[at - 1];
      where[at - 1] = where[at];
      low[at - 1] = where[at] === HOME ? 0 : low[at];
      if (where[at] === HOME) {
        // the operand stays where it is: read it there
        height -= 2;
        finish(op, code, home(at), b, constant);
        return;
      }
    } else b = register(at);
  }
  height -= operands;
  const a = register(height);
  finish(op, code, a, b, constant);
}
/** Position of the sum that is the address just popped and nothing else, -1 = it is something else. */
function addressSum(): number {
  return lastOp >= 0 && lastCode === O.I32_ADD && where[height] === HOME && out[lastOp + 1] === home(height) ? lastOp : -1;
}
/** The load from base + index, or base + constant; 0 = there is none for this instruction. */
function sumLoad(code: number): number {
  if (code === O.I32_LOAD || code === O.F32_LOAD) return lastConstant ? D.I_LOAD32_K : D.I_LOAD32_X;
  if (code === O.I64_LOAD || code === O.F64_LOAD) return lastConstant ? D.I_LOAD64_K : D.I_LOAD64_X;
  return code !== O.I32_LOAD8_U ? 0 : lastConstant ? D.I_LOAD8_K : D.I_LOAD8_X;
}

/** Sum or difference with a product made by the operation just before: one operation. False = not such a case. */
function fuseProduct(code: number): boolean {
  const double = code >= O.F64_ADD;
  if (lastOp < 0 || lastCode !== (double ? O.F64_MUL : O.F32_MUL)) return false;
  const product = out[lastOp + 1];
  const top = where[height - 1] === HOME && product === home(height - 1);
  const below = where[height - 2] === HOME && product === home(height - 2) && where[height - 1] === LOCAL;
  if (!top && !below) return false;
  const other = top ? height - 2 : height - 1;
  const c = where[other] === CONST ? constantCell(other) : register(other);
  if (c < 0) return false; // it would have to be made first
  const a = out[lastOp + 2];
  const b = out[lastOp + 3];
  cut(lastOp);
  const sum = code === O.F64_ADD || code === O.F32_ADD;
  let op = sum ? D.I_F64_MULADD : top ? D.I_F64_SUBMUL : D.I_F64_MULSUB;
  if (!double) op = sum ? D.I_F32_MULADD : top ? D.I_F32_SUBMUL : D.I_F32_MULSUB;
  height -= 2;
  const at = size;
  emit2(op, home(height), a);
  room(2);
  put(b);
  put(c);
  pushHome(double);
  lastOp = at;
  lastCode = O.NOP;
  return true;
}

function commutes(code: number): boolean {
  return (
    code === O.I32_ADD ||
    code === O.I32_MUL ||
    code === O.I32_AND ||
    code === O.I32_OR ||
    code === O.I32_XOR ||
    code === O.I32_EQ ||
    code === O.I32_NE
  );
}
function finish(op: number, code: number, a: number, b: number, constant: boolean): void {
  const at = size;
  const signature = signatureOf(code);
  emit2(op, home(height), a);
  if (signature >= 64) {
    room(1);
    put(b);
  }
  pushHome((signature & 1) === 0);
  lastOp = at;
  lastCode = code;
  lastConstant = constant;
}

/** Makes the last operation write to register `to`; a counter then becomes shorter. */
function redirect(to: number): void {
  const at = lastOp;
  if (lastCode === O.I32_ADD && lastConstant && out[at + 2] === to) {
    const k = out[at + 3];
    cut(at);
    emit2(D.I_INC, to, k);
  } else out[at + 1] = to;
}

/** Writes the top value into local x and pops it. */
function store(x: number): void {
  const at = height - 1;
  // Whoever still stands for x goes home first. That emits a copy behind the operation that made the top value, which then must not
  // be redirected to x: the copy would read the new value. Emitting has already cleared lastOp.
  for (let i = 0; i < at; i++) if (where[i] === LOCAL && low[i] === x) settle(i);
  if (lastOp >= 0 && where[at] === HOME && out[lastOp + 1] === home(at)) redirect(x * 2);
  else move(at, x * 2);
  lastOp = -1;
  height--;
}

const sink: SinkInMaking = {
  begin: function (locals, _params, results) {
    localWide = [];
    for (let i = 0; i < locals.length; i++) localWide.push(isWide(locals[i]));
    base = locals.length;
    size = height = tallest = labels = costLabel = 0;
    lastOp = -1;
    costs = [];
    loopWord = [];
    constants = [];
    constantUses = [];
    handlers = [];
    hasTails = false;
    enterLabel(false, [], results);
  },
  at: function (offset) {
    opOffset = offset;
    if (size <= seekPc) seekOffset = offset;
    costs[costLabel]++;
  },
  numeric: numericForm,
  load: function (code, offset, memory) {
    height--;
    let address = register(height);
    const sum = addressSum();
    const sumOp = sum >= 0 && offset < CONSTANT_CELL && memory === 0 ? sumLoad(code) : 0;
    if (sumOp > 0) {
      const index = out[sum + 3];
      address = out[sum + 2];
      cut(sum);
      const at = size;
      emit2(sumOp, home(height), address);
      room(2);
      put(index);
      put(offset);
      pushHome(code === O.I64_LOAD || code === O.F64_LOAD);
      lastOp = at;
      lastCode = code;
      return;
    }
    if (offset >= CONSTANT_CELL) {
      emit2(D.I_FAR, home(height), address);
      room(2);
      put(halfLow(offset));
      put(offset >> 16);
      address = home(height);
      offset = 0;
    }
    if (HAS_MULTI_MEMORY && memory > 0) useMemory(memory);
    const at = size;
    emit2(D.memoryForm.charCodeAt(code), home(height), address);
    room(1);
    put(offset);
    pushHome((signatureOf(code) & 1) === 0);
    lastOp = at;
    lastCode = code;
    if (HAS_MULTI_MEMORY && memory > 0) useMemory(0);
  },
  store: function (code, offset, memory) {
    const value = register(height - 1);
    let address = register(height - 2);
    if (offset >= CONSTANT_CELL) {
      emit2(D.I_FAR, home(height - 2), address);
      room(2);
      put(halfLow(offset));
      put(offset >> 16);
      address = home(height - 2);
      offset = 0;
    }
    if (HAS_MULTI_MEMORY && memory > 0) useMemory(memory);
    emit2(D.memoryForm.charCodeAt(code), address, offset);
    room(1);
    put(value);
    if (HAS_MULTI_MEMORY && memory > 0) useMemory(0);
    height -= 2;
  },
  constant: function (type, lo, hi) {
    push(CONST, lo, hi, isWide(type));
  },
  block: function (params, results) {
    settleLocals();
    settleFrom(height - params.length);
    enterLabel(false, params, results);
  },
  loop: function (params, results) {
    settleLocals();
    settleFrom(height - params.length);
    emit(D.I_LOOP, 2);
    put(0);
    enterLabel(true, params, results);
    costLabel = labels - 1;
  },
  iff: function (params, results) {
    // locals below must go home before the branch: both arms start from the same picture
    const word = branchOnSettled(false, height - 1 - params.length);
    enterLabel(false, params, results);
    labelElse[labels - 1] = word;
  },
  els: function (reachable) {
    const label = labels - 1;
    if (reachable) {
      moveTop(labelResults[label].length, labelHeight[label]);
      jump(label);
    }
    out[labelElse[label]] = size;
    labelElse[label] = -1;
    resetTo(labelHeight[label], labelParams[label]);
  },
  end: function (reachable) {
    const label = labels - 1;
    if (label === 0) {
      if (reachable) giveBack();
      if (HAS_TAIL_CALL && hasTails) emit(D.I_RETURN, 1);
      labels--;
      return;
    }
    if (reachable) moveTop(labelResults[label].length, labelHeight[label]);
    if (HAS_EXCEPTIONS && labelClauses[label] !== null) land(label, labelClauses[label]!, reachable);
    if (labelElse[label] >= 0) out[labelElse[label]] = size;
    if (labelLoop[label]) out[loopWord[label]] = costs[label] < 65535 ? costs[label] : 65535;
    else patch(labelTarget[label]);
    costLabel = labelCost[label];
    labels--;
    resetTo(labelHeight[label], labelResults[label]);
  },
  br: branchTo,
  brIf: function (depth) {
    const label = labels - 1 - depth;
    const n = arity(label);
    const from = height - 1 - n;
    if (label > 0 && (n === 0 || from === labelHeight[label])) {
      target(label, branchOn(true, from));
      return;
    }
    const skip = branchOn(false, from);
    branchTo(depth);
    out[skip] = size;
    lastOp = -1;
  },
  brTable: function (depths) {
    height--;
    const index = register(height);
    const n = depths.length;
    const values = arity(labels - 1 - depths[0]);
    settleFrom(height - values);
    emit2(D.I_BR_TABLE, index, n - 1);
    room(n);
    const first = size;
    for (let i = 0; i < n; i++) put(0);
    for (let i = 0; i < n; i++) {
      const label = labels - 1 - depths[i];
      if (label > 0 && (values === 0 || height - values === labelHeight[label])) target(label, first + i);
      else {
        // values must move: each such target gets a few words of its own behind the table
        out[first + i] = size;
        branchTo(depths[i]);
      }
    }
  },
  ret: giveBack,
  unreachable: function () {
    emit(D.I_UNREACHABLE, 1);
  },
  call: function (index, params, results) {
    const at = height - params.length;
    settleFrom(at);
    emit2(D.I_CALL, index, home(at));
    resetTo(at, results);
  },
  callIndirect: function (type, table, params, results) {
    height--;
    const index = register(height);
    const at = height - params.length;
    settleFrom(at);
    emit2(D.I_CALL_INDIRECT, index, type);
    room(2);
    put(table);
    put(home(at));
    resetTo(at, results);
  },
  drop: function () {
    height--;
    lastOp = -1;
  },
  select: function () {
    const condition = register(height - 1);
    const b = register(height - 2);
    const a = register(height - 3);
    height -= 3;
    const at = size;
    emit2(wide[height] ? D.I_SELECT64 : D.I_SELECT, home(height), a);
    room(2);
    put(b);
    put(condition);
    pushHome(wide[height]);
    lastOp = at;
    lastCode = O.SELECT;
  },
  localGet: function (x) {
    push(LOCAL, x, 0, localWide[x]);
  },
  localSet: store,
  localTee: function (x) {
    const at = height - 1;
    const same = where[at] === CONST;
    store(x);
    height++;
    if (!same) {
      where[at] = LOCAL;
      low[at] = x;
    }
  },
  globalGet: function (index, type) {
    const at = size;
    emit2(isWide(type) ? D.I_GLOBAL_GET64 : D.I_GLOBAL_GET, home(height), index);
    pushHome(isWide(type));
    lastOp = at;
    lastCode = O.GLOBAL_GET;
  },
  globalSet: function (index, type) {
    height--;
    const from = register(height);
    emit2(isWide(type) ? D.I_GLOBAL_SET64 : index === func.instance.stackGlobal ? D.I_GLOBAL_SET_SP : D.I_GLOBAL_SET, from, index);
  },
  refNull: function () {
    push(CONST, 0, 0, false);
  },
  refIsNull: function () {
    numericForm(O.I32_EQZ);
  },
  refFunc: function (index) {
    push(CONST, func.instance.funcs[index].handle, 0, false);
  },
  bulk: function (code, a, b, operands, results) {
    const at = height - operands;
    settleFrom(at);
    emit2(D.I_BULK, code, home(at));
    room(2);
    put(a);
    put(b);
    height = at;
    if (height + 3 > tallest) tallest = height + 3; // bulk.ts looks at three cells whatever the operation
    if (results > 0) pushHome(false);
  },
};

/** A reference known already: code belongs to one instance, whose functions have their handles. */
function pushReference(handle: number): void {
  push(CONST, handle, 0, false);
}

/** Lets the memory operations behind it work on memory `index`. All others expect it to be 0. */
function useMemory(index: number): void {
  emit(D.I_MEMORY, 2);
  put(index);
}

if (HAS_TYPED_REFS) {
  sink.callRef = function (_type, params, results) {
    const at = height - 1 - params.length;
    settleFrom(at); // the reference too: it may be a constant, which lies in no register
    height--;
    emit2(D.I_CALL_REF, home(height), home(at));
    resetTo(at, results);
  };
  sink.refAsNonNull = function () {
    if (where[height - 1] === CONST) settle(height - 1);
    emit(D.I_AS_NON_NULL, 2);
    put(register(height - 1));
  };
  sink.brOnNull = function (depth) {
    nullBranch(depth, false);
  };
  sink.brOnNonNull = function (depth) {
    nullBranch(depth, true);
  };
}

/** Branches on the reference on top; one that is not null is a value of the branch, or else what falls through. */
function nullBranch(depth: number, nonNull: boolean): void {
  const label = labels - 1 - depth;
  const from = height - (nonNull ? 0 : 1) - arity(label); // of the branch's values
  settleFrom(from);
  const reference = home(height - 1);
  if (!nonNull) height--;
  if (label > 0 && (arity(label) === 0 || from === labelHeight[label])) {
    emit2(nonNull ? D.I_JNZ : D.I_JZ, reference, 0);
    target(label, size - 1);
  } else {
    emit2(nonNull ? D.I_JZ : D.I_JNZ, reference, 0);
    const skip = size - 1;
    branchTo(depth);
    out[skip] = size;
    lastOp = -1;
  }
  height += nonNull ? -1 : 1;
}

if (HAS_TAIL_CALL) {
  sink.returnCall = function (index, params) {
    pushReference(func.instance.funcs[index].handle);
    tailCall(params);
  };
  sink.returnCallIndirect = function (type, table, params) {
    const at = height - 1;
    const index = register(at);
    emit2(D.I_TABLE_FUNC, home(at), index);
    room(2);
    put(type);
    put(table);
    where[at] = HOME;
    tailCall(params);
  };
  sink.returnCallRef = function (_type, params) {
    tailCall(params);
  };
}

/** A tail call of the reference on top. */
function tailCall(params: number[]): void {
  const at = height - 1 - params.length;
  settleFrom(at);
  emit2(D.I_RETURN_CALL_REF, home(height - 1), home(at));
  room(1);
  put(params.length * 2);
  // what a native answers lies at the frame's beginning while the return is run, where no constant may have its cell
  tallest = Math.max(tallest, labelResults[0].length - base);
  hasTails = true;
}

if (HAS_EXCEPTIONS) {
  sink.tryTable = function (params, results, clauses) {
    settleLocals();
    settleFrom(height - params.length);
    enterLabel(false, params, results);
    labelClauses[labels - 1] = clauses;
  };
  sink.throwTag = function (tag, params) {
    const at = height - params.length;
    settleFrom(at);
    emit2(D.I_THROW, tag, home(at));
  };
  sink.throwRef = function () {
    settle(height - 1);
    emit2(D.I_THROW, -1, register(height - 1));
  };
}

/** Behind the body of try_table: for each clause a handler, and the branch it takes with the values that lie where its operands began. */
function land(label: number, clauses: number[], reachable: boolean): void {
  const end = size;
  const module = func.instance.module;
  if (reachable) jump(label);
  for (let i = 0; i < clauses.length; i += 3) {
    const withRef = clauses[i] & 1; // catch_ref, catch_all_ref
    const tag = clauses[i + 1];
    resetTo(labelHeight[label], tag < 0 ? [] : module.types[module.tags[tag]].params);
    if (withRef > 0) pushHome(false);
    handlers.push(labelStart[label], end, tag, withRef, size, home(labelHeight[label]));
    branchTo(clauses[i + 2] + 1);
  }
}

/** Like branchOn, with every local below the condition sent home too. */
function branchOnSettled(truth: boolean, keep: number): number {
  let lowest = keep;
  for (let i = 0; i < keep; i++) {
    if (where[i] === LOCAL) {
      lowest = i;
      break;
    }
  }
  return branchOn(truth, lowest);
}

function translate(f: Func): void {
  const module = f.instance.module;
  const body = module.bodies[f.index - module.importedFuncs];
  func = f;
  validateBody(module, module.funcs[f.index], module.bytes, body.start, body.end, 0, sink as Sink);
}

/** Executor.compile: translates func's body and sets func.code. */
export function compile(f: Func): void {
  seekPc = -1;
  translate(f);
  const constantsAt = (base + tallest) * 2;
  for (let i = 0; i < constantUses.length; i++) out[constantUses[i]] += constantsAt - CONSTANT_CELL;
  let narrow = size < 32768;
  for (let i = 0; narrow && i < size; i++) narrow = out[i] >= -32768 && out[i] < 32768;
  const words = narrow ? new Int16Array(size) : new Int32Array(size);
  words.set(out.subarray(0, size), 0);
  const params = f.type.params.length;
  const code: Code = {
    words: words,
    frameWords: constantsAt + constants.length + 2,
    paramWords: params * 2,
    localWords: base * 2,
    constants: constants.length > 0 ? new Int32Array(constants) : null,
    constantsAt: constantsAt,
    cost: costs[0] + ((base - params) >> 3), // and clearing the locals
  };
  if (HAS_EXCEPTIONS && handlers.length > 0) code.handlers = handlers;
  f.code = code;
  if (out.length > 4096) out = new Int32Array(256);
}

/** Executor.locate: translates again and watches which operator's code covers the position. */
export function locate(f: Func, pc: number, behind: boolean): number {
  seekPc = behind ? pc - 1 : pc;
  seekOffset = 0;
  translate(f);
  seekPc = -1;
  return seekOffset;
}
