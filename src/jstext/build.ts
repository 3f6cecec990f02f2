// A validator sink that makes the tree of a body (tree.ts): a symbolic operand stack whose entries are expressions not yet placed. An entry
// is settled, put into a variable of its own, when a statement comes that would change it, and at the borders of constructs, where
// control may come from elsewhere. Device-safe.

import { holdsExceptions } from '../runtime/exception';
import type { Module } from '../runtime/module';
import { HAS_EXCEPTIONS, HAS_TAIL_CALL, HAS_TYPED_REFS } from '../spec/features';
import * as O from '../spec/ops.gen';
import { validateBody } from '../validate/body';
import type { Sink, SinkInMaking } from '../validate/sink';
import * as T from './tree';
import { A, B, C, CLASS_F32, CLASS_I32, CLASS_I64, classOf, EFFECTS, READS, READS_GLOBAL, READS_MEMORY, row, TRAPS, tree } from './tree';
import * as W from './webs';

/** Whether a call of a function of the module may stop (survey.ts); imports always may. */
export type MayStop = (func: number) => boolean;

/** Expressions deeper than this are cut, so that nobody recurses far over them: neither this compiler nor the engine's. */
const DEEPEST = 20;

let owner: Module;
let mayStop: MayStop;
let firstOwn = 0; // functions below are imports
let site = 0; // of the operator in hand
const value: number[] = []; // the operand stack: rows
const kind: number[] = []; // and their classes
let height = 0;
let slots: number[] = []; // variable by slot and class, -1 = none yet
let lastSet = -1; // row that gave the entry on top its variable, if it is the statement before; else -1

// Open constructs, a column per field, the function first.
let open = 0;
const openLabel: number[] = []; // index in tree.labels
const openHeight: number[] = []; // below the parameters
const openParams: number[][] = [];
const openResults: number[][] = [];
const openElse: boolean[] = []; // an `if` without else so far
const openTry: boolean[] = []; // a try_table
const openCost: number[] = []; // where operators are counted outside it
let counted = 0; // label that operators are counted for

function signatureOf(code: number): number {
  return O.signatures[O.signatureOf.charCodeAt(code) - 32];
}
function bit(variable: number): number {
  return 1 << (variable & 31);
}
/** Whether an expression reads a variable of that origin. */
export function reads(at: number, variable: number): boolean {
  const rows = tree.rows;
  if ((rows[at + READS] & bit(variable)) === 0) return false;
  const op = rows[at];
  if (op === T.X_VAR) return rows[at + B] === variable;
  const n = T.operandsOf(op);
  return (
    (n > 0 && reads(rows[at + A], variable)) ||
    (n > 1 && reads(rows[at + B], variable)) ||
    (op === T.X_SELECT && reads(rows[at + C], variable))
  );
}
function effects(at: number): number {
  return tree.rows[at + EFFECTS] & 255;
}
/** Effects of an expression over a and b: in the bits above them how deep it is. */
function combine(a: number, b: number, effect: number): number {
  const x = tree.rows[a + EFFECTS];
  const y = tree.rows[b + EFFECTS];
  return ((x | y) & 255) | effect | ((Math.max(x >> 8, y >> 8) + 1) << 8);
}

function newVariable(cls: number): number {
  W.addVariable();
  return tree.origins.push(tree.classes.push(cls) - 1) - 1;
}
/** A new variable of local x. */
function newPart(x: number): number {
  W.addVariable();
  tree.origins.push(x);
  return tree.classes.push(tree.classes[x]) - 1;
}
/** The variable for values of a class in a slot of the operand stack. */
function slot(at: number, cls: number): number {
  const i = at * 4 + cls;
  while (slots.length <= i) slots.push(-1);
  if (slots[i] < 0) slots[i] = newVariable(cls);
  return slots[i];
}

function variable(v: number): number {
  const origin = tree.origins[v];
  return row(T.X_VAR, v, origin, 0, 0, 0, bit(origin));
}
function statement(op: number, a: number, b: number, c: number): number {
  lastSet = -1;
  const at = row(op, a, b, c, site, 0, 0);
  tree.body.push(at);
  return at;
}
/** Sets a variable; who waits to read its old value is settled before, and which of the first `before` entries would trap later too. */
function set(v: number, at: number, before: number): number {
  const traps = effects(at) & TRAPS;
  const origin = tree.origins[v];
  for (let i = 0; i < height; i++) if (reads(value[i], origin) || (i < before && (effects(value[i]) & traps) !== 0)) settle(i);
  return statement(T.Y_SET, v, at, 0);
}
/** Puts entry i into its slot's variable, unless it is there or is a constant. */
function settle(i: number): void {
  if (tree.rows[value[i]] !== T.X_CONST) place(i);
}
function place(i: number): void {
  const at = value[i];
  const v = slot(i, kind[i]);
  if (tree.rows[at] === T.X_VAR && tree.rows[at + A] === v) return;
  value[i] = variable(v); // first: it waits no more
  set(v, at, i);
}
/** Settles what depends on an effect that a statement is about to have. */
function flush(mask: number): void {
  for (let i = 0; i < height; i++) if ((effects(value[i]) & mask) !== 0) settle(i);
}
function settleAll(): void {
  for (let i = 0; i < height; i++) settle(i);
}

function push(at: number, cls: number): void {
  if (tree.rows[at + EFFECTS] >> 8 > DEEPEST) pushSet(at, cls);
  else {
    value[height] = at;
    kind[height++] = cls;
  }
}
function pop(): number {
  return value[--height];
}
/** Pushes an expression by way of a variable: where it takes several statements, or is not to be repeated. */
function pushSet(at: number, cls: number): void {
  const v = slot(height, cls);
  const y = set(v, at, height);
  push(variable(v), cls);
  lastSet = y;
}
/** A variable for the result of the statement in hand. */
function pushResult(cls: number): number {
  const v = slot(height, cls);
  for (let i = 0; i < height; i++) if (reads(value[i], v)) settle(i);
  push(variable(v), cls);
  return v;
}
/** Makes entry i something that may be written twice: a constant or a variable. */
function atom(i: number): void {
  const op = tree.rows[value[i]];
  if (op !== T.X_CONST && op !== T.X_VAR) settle(i);
}
function isConstant(at: number): boolean {
  return tree.rows[at] === T.X_CONST;
}

function unary(code: number, effect: number): number {
  const a = pop();
  return row(code, a, 0, 0, site, combine(a, a, effect), tree.rows[a + READS]);
}
function binary(code: number, effect: number): number {
  const b = pop();
  const a = pop();
  return row(code, a, b, 0, site, combine(a, b, effect), tree.rows[a + READS] | tree.rows[b + READS]);
}

/** Division by a constant other than 0 and -1 does not trap. */
function divides(code: number): boolean {
  const b = value[height - 1];
  const rows = tree.rows;
  if (!isConstant(b)) return true;
  const zero = rows[b + A] === 0 && rows[b + B] === 0;
  const minus = rows[b + A] === -1 && (code < O.I64_DIV_S || rows[b + B] === -1);
  return zero || minus;
}

function numeric(code: number): void {
  const s = signatureOf(code);
  const two = s >= 64;
  const result = s & 7;
  const wide = (s & 56) === 16; // i64 operands
  let traps = 0;
  if ((code >= O.I32_DIV_S && code <= O.I32_REM_U) || (code >= O.I64_DIV_S && code <= O.I64_REM_U)) traps = divides(code) ? TRAPS : 0;
  else if (code >= O.I32_TRUNC_F32_S && code <= O.I64_TRUNC_F64_U && code !== O.I64_EXTEND_I32_S && code !== O.I64_EXTEND_I32_U)
    traps = TRAPS;
  if (code >= O.F32_DEMOTE_F64 || (code >= O.F32_EQ && code <= O.F64_GE) || code >= O.I32_TRUNC_F32_S || code >= O.F32_ABS) {
    if (result > 2 || ((s >> 3) & 7) > 2) tree.floats = true;
  }
  if (two && wide) {
    const count = value[height - 1];
    if (code >= O.I64_AND && code <= O.I64_XOR) {
      push(binary(code, 0), CLASS_I64);
      return;
    }
    if (code >= O.I64_SHL && code <= O.I64_ROTR && isConstant(count)) {
      atom(height - 2);
      push(binary(code, 0), CLASS_I64);
      return;
    }
    if (code === O.I64_EQ || code === O.I64_NE) {
      push(binary(code, 0), CLASS_I32);
      return;
    }
    if ((code >= O.I64_LT_S && code <= O.I64_GE_U) || code === O.I64_ADD || code === O.I64_SUB || code === O.I64_MUL) {
      atom(height - 2);
      atom(height - 1);
    }
    if (result === 1) push(binary(code, 0), CLASS_I32);
    else {
      const at = binary(code, traps);
      pushSet(at, CLASS_I64);
    }
    return;
  }
  if (result === 2) {
    // one operand, an i64 result
    const once = code === O.I64_EXTEND_I32_U;
    if (!once && !(code >= O.I64_TRUNC_F32_S && code <= O.I64_TRUNC_F64_U) && code < 0x100 && code !== O.I64_REINTERPRET_F64)
      atom(height - 1);
    const direct =
      once ||
      code === O.I64_EXTEND_I32_S ||
      (code >= O.I64_CLZ && code <= O.I64_POPCNT) ||
      (code >= O.I64_EXTEND8_S && code <= O.I64_EXTEND32_S);
    const at = unary(code, traps);
    if (direct) push(at, CLASS_I64);
    else pushSet(at, CLASS_I64);
    return;
  }
  if (code === O.I32_ROTL || code === O.I32_ROTR) {
    atom(height - 2);
    atom(height - 1);
  }
  push(two ? binary(code, traps) : unary(code, traps), result - 1);
}

/** The entries from `from` up, into the list: how many, and their rows. Returns where that begins. */
function listFrom(from: number): number {
  const start = tree.list.push(height - from) - 1;
  for (let i = from; i < height; i++) tree.list.push(value[i]);
  return start;
}
function classesOf(types: number[]): number[] {
  const list: number[] = [];
  for (let i = 0; i < types.length; i++) list.push(classOf(types[i]));
  return list;
}

/** Values of these types come to be: exceptions' handles among them are looked for where they are held. */
function note(types: number[]): void {
  if (HAS_EXCEPTIONS) for (let i = 0; i < types.length; i++) if (holdsExceptions(types[i])) tree.handles = true;
}
function enter(loop: boolean, params: number[], results: number[], isIf: boolean): number {
  const label = tree.labels.push({ loop: loop, used: 0, cost: 0, site: site, last: 0, lastThen: 0, calls: false }) - 1;
  note(params);
  note(results);
  openLabel[open] = label;
  openHeight[open] = height - params.length;
  openParams[open] = params;
  openResults[open] = results;
  openElse[open] = isIf;
  openTry[open] = false;
  openCost[open] = counted;
  W.openWeb(open, loop, isIf);
  open++;
  return label;
}
/** A place where the function may stop and go on. */
function stop(): void {
  tree.last = site;
  for (let i = 0; i < open; i++) tree.labels[openLabel[i]].last = site;
}
/** The entries of a construct that begins: in variables, and nothing below waits for what happens inside. */
function begin(params: number): void {
  settleAll();
  for (let i = height - params; i < height; i++) place(i);
}
/** Sets the stack to what a construct begins or ends with. */
function reset(at: number, types: number[]): void {
  height = at;
  for (let i = 0; i < types.length; i++) {
    const cls = classOf(types[i]);
    push(variable(slot(height, cls)), cls);
  }
  lastSet = -1;
}

/** Moves the n entries on top to the slots from `to` on. Leaves the stack as it is. */
function moveTop(n: number, to: number): void {
  const from = height - n;
  const rows: number[] = [];
  const targets: number[] = [];
  let clash = false;
  for (let i = 0; i < n; i++) {
    const v = slot(to + i, kind[from + i]);
    const at = value[from + i];
    if (tree.rows[at] === T.X_VAR && tree.rows[at + A] === v) continue;
    for (let k = 0; k < targets.length; k++) if (reads(at, targets[k])) clash = true;
    targets.push(v);
    rows.push(at);
  }
  if (clash) {
    for (let k = 0; k < rows.length; k++) {
      const aside = newVariable(tree.classes[targets[k]]);
      statement(T.Y_SET, aside, rows[k], 0);
      rows[k] = variable(aside);
    }
  }
  for (let k = 0; k < rows.length; k++) statement(T.Y_SET, targets[k], rows[k], 0);
}
function arity(at: number): number[] {
  return tree.labels[openLabel[at]].loop ? openParams[at] : openResults[at];
}
function giveBack(): void {
  const n = openResults[0].length;
  const start = listFrom(height - n);
  for (let i = 0; i < height - n; i++) if ((effects(value[i]) & TRAPS) !== 0) statement(T.Y_EVAL, value[i], 0, 0);
  statement(T.Y_RETURN, start, 0, 0);
}
/** Branches to the open construct `at`: its values to their slots, then there. */
function branchTo(at: number): void {
  if (at === 0) {
    giveBack();
    return;
  }
  const n = arity(at).length;
  for (let i = 0; i < height - n; i++) if ((effects(value[i]) & TRAPS) !== 0) statement(T.Y_EVAL, value[i], 0, 0);
  moveTop(n, openHeight[at]);
  const label = openLabel[at];
  tree.labels[label].used++;
  W.branchWeb(at);
  statement(T.Y_BR, label, 0, 0);
}
/** Branches there if the condition holds; condition is no entry any more. */
function branchIf(at: number, condition: number): void {
  flush(TRAPS); // what waits must trap first, whether it branches or not
  const n = at === 0 ? openResults[0].length : arity(at).length;
  const label = openLabel[at];
  if (n === 0 && at > 0) {
    tree.labels[label].used++;
    W.branchWeb(at);
    statement(T.Y_BR_IF, label, condition, 0);
    return;
  }
  const own = tree.labels.push({ loop: false, used: 0, cost: 0, site: site, last: 0, lastThen: 0, calls: false }) - 1;
  statement(T.Y_IF, own, condition, 0);
  branchTo(at);
  statement(T.Y_END, own, 0, 0);
}

/** A call: its arguments and result variables into the list, and a place to stop. Returns where the list begins. */
function callList(params: number, results: number[], stops: boolean): number {
  const start = listFrom(height - params);
  height -= params;
  flush(TRAPS | READS_MEMORY | READS_GLOBAL);
  tree.list.push(results.length);
  for (let i = 0; i < results.length; i++) tree.list.push(pushResult(classOf(results[i])));
  if (stops) {
    tree.calls = true;
    stop();
  }
  return start;
}
function call(op: number, a: number, c: number, table: number, params: number[], results: number[], stops: boolean, own: boolean): void {
  for (let i = 0; i < params.length; i++) if (classOf(params[i]) >= CLASS_F32) tree.floats = true;
  for (let i = 0; i < results.length; i++) if (classOf(results[i]) >= CLASS_F32) tree.floats = true;
  note(results);
  const start = callList(params.length, results, stops);
  const at = statement(op, a, start, c);
  tree.rows[at + READS] = table;
  tree.rows[at + EFFECTS] = stops ? 1 : 0;
  const inner = tree.labels[openLabel[open - 1]];
  if (stops && own && inner.used === 0) inner.calls = true;
  if (results.length === 1) lastSet = at;
}

/** Arguments trap before the callee is looked up, which is written before them. */
function settleTraps(params: number): void {
  for (let i = height - params; i < height; i++) if ((effects(value[i]) & TRAPS) !== 0) settle(i);
}

/** Sets local x to the entry on top, and pops it. */
function assign(x: number): void {
  const at = pop();
  const direct = lastSet;
  if (direct >= 0 && tree.rows[at] === T.X_VAR) {
    let waits = false;
    for (let i = 0; i < height && !waits; i++) waits = reads(value[i], x);
    if (!waits) {
      lastSet = -1;
      const to = W.renew(x, newPart);
      if (tree.rows[direct] === T.Y_SET) tree.rows[direct + A] = to;
      else if (tree.rows[direct] === T.Y_BULK) tree.rows[direct + C] = to;
      else tree.list[tree.list.length - 1] = to;
      return;
    }
  }
  if (tree.rows[at] === T.X_VAR && tree.rows[at + A] === W.variableOf(x)) return;
  set(W.renew(x, newPart), at, height);
}

const sink: SinkInMaking = {
  begin: function (locals, params, results) {
    T.clear();
    height = open = counted = 0;
    slots = [];
    lastSet = -1;
    tree.params = params;
    tree.locals = locals.length;
    tree.classes = classesOf(locals);
    for (let i = 0; i < locals.length; i++) tree.origins.push(i);
    W.beginWebs();
    tree.results = classesOf(results);
    note(locals);
    for (let i = 0; i < locals.length; i++) if (tree.classes[i] >= CLASS_F32) tree.floats = true;
    for (let i = 0; i < results.length; i++) if (tree.results[i] >= CLASS_F32) tree.floats = true;
    enter(false, [], results, false);
  },
  at: function (offset) {
    site = offset;
    tree.labels[counted].cost++;
  },
  numeric: numeric,
  load: function (code, offset, memory) {
    const a = pop();
    const cls = classOf(128 - (signatureOf(code) & 7));
    if (cls >= CLASS_F32) tree.floats = true;
    const at = row(code, a, offset, memory, site, combine(a, a, TRAPS | READS_MEMORY), tree.rows[a + READS]);
    const unsigned = code === O.I64_LOAD8_U || code === O.I64_LOAD16_U || code === O.I64_LOAD32_U;
    if (cls === CLASS_I64 && !unsigned) pushSet(at, cls);
    else push(at, cls);
  },
  store: function (code, offset, memory) {
    // what traps in the address does so before what traps in the value, which is written first
    if ((effects(value[height - 1]) & effects(value[height - 2]) & TRAPS) !== 0) settle(height - 2);
    const v = pop();
    const a = pop();
    flush(TRAPS | READS_MEMORY);
    const at = statement(T.Y_STORE, a, v, offset);
    tree.rows[at + READS] = code | (memory << 16);
  },
  constant: function (type, lo, hi) {
    const cls = classOf(type);
    if (cls >= CLASS_F32) tree.floats = true;
    push(row(T.X_CONST, lo, hi, cls, 0, 0, 0), cls);
  },
  block: function (params, results) {
    begin(0);
    statement(T.Y_BLOCK, enter(false, params, results, false), 0, 0);
  },
  loop: function (params, results) {
    begin(params.length);
    if (height === 0) tree.bare.push(site);
    const label = enter(true, params, results, false);
    stop();
    statement(T.Y_LOOP, label, 0, 0);
    counted = label;
  },
  iff: function (params, results) {
    const condition = pop();
    if ((effects(condition) & TRAPS) !== 0) flush(TRAPS);
    begin(params.length);
    statement(T.Y_IF, enter(false, params, results, true), condition, 0);
  },
  els: function (reachable) {
    const at = open - 1;
    const label = openLabel[at];
    if (reachable) finish(at);
    openElse[at] = false;
    tree.labels[label].lastThen = tree.labels[label].last;
    statement(T.Y_ELSE, label, reachable ? 1 : 0, 0);
    W.elseWeb(at, reachable);
    reset(openHeight[at], openParams[at]);
  },
  end: function (reachable) {
    const at = open - 1;
    if (at === 0) {
      if (reachable) giveBack();
      tree.cost = tree.labels[0].cost + ((tree.locals - tree.params) >> 3);
      return;
    }
    const label = openLabel[at];
    if (reachable) finish(at);
    if (openElse[at]) tree.labels[label].lastThen = tree.labels[label].last;
    if (openTry[at]) W.freeze(-1);
    W.endWeb(at, tree.labels[label].loop, reachable, openElse[at]);
    const cost = tree.labels[label].cost;
    if (cost > 65535) tree.labels[label].cost = 65535;
    statement(T.Y_END, label, reachable ? 1 : 0, 0);
    counted = openCost[at];
    open--;
    reset(openHeight[at], openResults[at]);
  },
  br: function (depth) {
    branchTo(open - 1 - depth);
  },
  brIf: function (depth) {
    const condition = pop();
    branchIf(open - 1 - depth, condition);
  },
  brTable: function (depths) {
    const index = pop();
    const n = arity(open - 1 - depths[0]).length;
    flush(TRAPS);
    let plain = true;
    for (let i = 0; i < depths.length; i++) if (depths[i] === open - 1) plain = false;
    const start = tree.list.length;
    if (n === 0 && plain) {
      for (let i = 0; i < depths.length; i++) {
        const label = openLabel[open - 1 - depths[i]];
        tree.labels[label].used++;
        W.branchWeb(open - 1 - depths[i]);
        tree.list.push(label);
      }
      statement(T.Y_BR_TABLE, index, start, depths.length);
      return;
    }
    // with values, or out of the function: a block per target, and its branch behind it
    for (let i = height - n; i < height; i++) place(i);
    const targets: number[] = [];
    const own: number[] = [];
    for (let i = 0; i < depths.length; i++) {
      if (targets.indexOf(depths[i]) >= 0) continue;
      targets.push(depths[i]);
      own.push(tree.labels.push({ loop: false, used: 0, cost: 0, site: site, last: 0, lastThen: 0, calls: false }) - 1);
    }
    for (let k = own.length - 1; k >= 0; k--) statement(T.Y_BLOCK, own[k], 0, 0);
    for (let i = 0; i < depths.length; i++) {
      const label = own[targets.indexOf(depths[i])];
      tree.labels[label].used++;
      tree.list.push(label);
    }
    statement(T.Y_BR_TABLE, index, start, depths.length);
    for (let k = 0; k < own.length; k++) {
      statement(T.Y_END, own[k], 0, 0);
      branchTo(open - 1 - targets[k]);
    }
  },
  ret: giveBack,
  unreachable: function () {
    flush(TRAPS);
    statement(T.Y_UNREACHABLE, 0, 0, 0);
  },
  call: function (index, params, results) {
    call(T.Y_CALL, index, 0, 0, params, results, mayStop(index), index >= firstOwn);
  },
  callIndirect: function (type, table, params, results) {
    const index = pop();
    settleTraps(params.length);
    call(T.Y_CALL_INDIRECT, type, index, table, params, results, true, false);
  },
  drop: function () {
    const at = pop();
    if ((effects(at) & TRAPS) !== 0) {
      flush(TRAPS);
      statement(T.Y_EVAL, at, 0, 0);
    }
    lastSet = -1;
  },
  select: function (type) {
    const cls = classOf(type);
    // only one of the values will be evaluated
    for (let i = height - 3; i < height - 1; i++) if ((effects(value[i]) & TRAPS) !== 0) settle(i);
    if (cls === CLASS_I64 || cls > CLASS_F32) atom(height - 1);
    const c = pop();
    const b = pop();
    const a = pop();
    const rows = tree.rows;
    const mask = rows[a + READS] | rows[b + READS] | rows[c + READS];
    const effect = combine(a, b, rows[c + EFFECTS] & 255) + (rows[c + EFFECTS] & -256);
    push(row(T.X_SELECT, a, b, c, cls, effect, mask), cls);
  },
  localGet: function (x) {
    lastSet = -1;
    push(variable(W.variableOf(x)), tree.classes[x]);
  },
  localSet: assign,
  localTee: function (x) {
    const cls = kind[height - 1];
    const same = isConstant(value[height - 1]) ? value[height - 1] : -1;
    assign(x);
    push(same >= 0 ? same : variable(W.variableOf(x)), cls);
    lastSet = -1;
  },
  globalGet: function (index, type) {
    const cls = classOf(type);
    if (cls >= CLASS_F32) tree.floats = true;
    note([type]);
    push(row(T.X_GLOBAL, index, 0, cls, 0, READS_GLOBAL, 0), cls);
    if (cls === CLASS_I64) {
      const at = pop();
      pushSet(at, cls);
    }
  },
  globalSet: function (index, _type) {
    const at = pop();
    flush(READS_GLOBAL | TRAPS);
    statement(T.Y_GLOBAL, index, at, 0);
  },
  refNull: function () {
    push(row(T.X_CONST, 0, 0, CLASS_I32, 0, 0, 0), CLASS_I32);
  },
  refIsNull: function () {
    numeric(O.I32_EQZ);
  },
  refFunc: function (index) {
    push(row(T.X_FUNC, index, 0, 0, 0, 0, 0), CLASS_I32);
  },
  bulk: function (code, a, b, operands, results) {
    const start = tree.list.length;
    tree.list.push(a, b);
    listFrom(height - operands);
    height -= operands;
    flush(TRAPS | READS_MEMORY | READS_GLOBAL);
    if (code === O.TABLE_GET) note([owner.tables[a].elem]);
    const v = results > 0 ? pushResult(CLASS_I32) : -1; // before the statement: who waits for the old value is settled
    const at = statement(T.Y_BULK, code, start, v);
    if (results > 0) lastSet = at;
  },
};

/** The values a construct yields, into their slots. */
function finish(at: number): void {
  const n = openResults[at].length;
  for (let i = height - n; i < height; i++) place(i);
}

if (HAS_TYPED_REFS) {
  sink.callRef = function (type, params, results) {
    const reference = pop();
    settleTraps(params.length);
    call(T.Y_CALL_REF, type, reference, 0, params, results, true, false);
  };
  sink.refAsNonNull = function () {
    atom(height - 1);
    flush(TRAPS);
    statement(T.Y_NON_NULL, value[height - 1], 0, 0);
  };
  sink.brOnNull = function (depth) {
    atom(height - 1);
    const at = pop();
    branchIf(open - 1 - depth, row(O.I32_EQZ, at, 0, 0, site, effects(at), tree.rows[at + READS]));
    push(at, CLASS_I32);
  };
  sink.brOnNonNull = function (depth) {
    atom(height - 1);
    const at = value[height - 1];
    const to = open - 1 - depth;
    flush(TRAPS);
    const own = tree.labels.push({ loop: false, used: 0, cost: 0, site: site, last: 0, lastThen: 0, calls: false }) - 1;
    statement(T.Y_IF, own, at, 0);
    branchTo(to);
    statement(T.Y_END, own, 0, 0);
    height--;
  };
}

if (HAS_TAIL_CALL) {
  const tail = function (op: number, a: number, c: number, table: number, params: number[]): void {
    const start = listFrom(height - params.length);
    tree.list.push(0);
    height -= params.length;
    for (let i = 0; i < height; i++) if ((effects(value[i]) & TRAPS) !== 0) statement(T.Y_EVAL, value[i], 0, 0);
    tree.tails = true;
    const at = statement(op, a, start, c);
    tree.rows[at + READS] = table;
  };
  sink.returnCall = function (index, params) {
    tail(T.Y_TAIL, index, 0, 0, params);
  };
  sink.returnCallIndirect = function (type, table, params) {
    const at = pop();
    tail(T.Y_TAIL_INDIRECT, type, at, table, params);
  };
  sink.returnCallRef = function (type, params) {
    const at = pop();
    tail(T.Y_TAIL_REF, type, at, 0, params);
  };
}

if (HAS_EXCEPTIONS) {
  sink.tryTable = function (params, results, clauses) {
    begin(params.length);
    const label = enter(false, params, results, false);
    openTry[open - 1] = true;
    W.freeze(1);
    const start = tree.list.length;
    for (let i = 0; i < clauses.length; i += 3) {
      const at = open - 2 - clauses[i + 2];
      tree.list.push(clauses[i], clauses[i + 1], at === 0 ? -1 : openLabel[at]);
      if (at > 0) tree.labels[openLabel[at]].used++;
      W.branchWeb(at);
      // the variables that the clause's values go to
      const types = arity(at);
      tree.list.push(types.length);
      for (let k = 0; k < types.length; k++) tree.list.push(slot((at === 0 ? height + 1 : openHeight[at]) + k, classOf(types[k])));
    }
    statement(T.Y_TRY, label, start, clauses.length / 3);
  };
  sink.throwTag = function (tag, params) {
    const start = listFrom(height - params.length);
    height -= params.length;
    flush(TRAPS);
    statement(T.Y_THROW, tag, start, 0);
  };
  sink.throwRef = function () {
    const at = pop();
    flush(TRAPS);
    statement(T.Y_THROW_REF, at, 0, 0);
  };
}

/** Every variable by the one that stands for it. */
function resolve(): void {
  const rows = tree.rows;
  const list = tree.list;
  for (let at = 0; at < tree.size; at += T.ROW) {
    const op = rows[at];
    if (op === T.X_VAR || op === T.Y_SET) rows[at + A] = W.find(rows[at + A]);
    else if (op === T.Y_BULK && rows[at + C] >= 0) rows[at + C] = W.find(rows[at + C]);
    else if (op >= T.Y_CALL && op <= T.Y_CALL_REF) {
      const results = rows[at + B] + list[rows[at + B]] + 1;
      for (let i = 1; i <= list[results]; i++) list[results + i] = W.find(list[results + i]);
    }
  }
}

/** Makes the tree of own function `func` (an index of the function index space). */
export function build(module: Module, func: number, stops: MayStop): void {
  const body = module.bodies[func - module.importedFuncs];
  owner = module;
  mayStop = stops;
  firstOwn = module.importedFuncs;
  validateBody(module, module.funcs[func], module.bytes, body.start, body.end, 0, sink as Sink);
  tree.checks = stops(func);
  resolve();
}
