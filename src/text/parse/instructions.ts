// Instruction sequences, flat and folded in any mixture, straight to bytes. One loop with a stack of its own, so that nesting costs no
// JavaScript stack: there is no limit but memory. What a folded instruction's operands come before waits in `pending` until its parenthesis
// closes. An `else` without instructions is not written. Desk only. Spec: core 6.5 Instructions, 6.5.9 Folded Instructions.

import { type Bytes, createBytes, putByte, putS33, putU32, room } from '../../binary/bytes';
import { putOpcode, putValueType } from '../../binary/writer';
import { atomBytes } from '../atoms';
import { lex } from '../lexer';
import { CLOSE, ID, OPEN, STRING, stringBytes, unexpected, WORD, wrong } from '../tokens';
import { immediates, opcodes, word } from '../words';
import { operands, takeLabel } from './operands';
import type { Parser } from './scope';
import * as s from './scope';
import { check, shared, signature, takeTypeIndex } from './types';

const BLOCK = word('block');
const LOOP = word('loop');
const IF = word('if');
const TRY_TABLE = word('try_table');
const THEN = word('then');
const ELSE = word('else');
const END_WORD = word('end');
const BR_IF = word('br_if');
const catches = ['catch', 'catch_ref', 'catch_all', 'catch_all_ref'].map(word); // by their number in the binary format
const CATCH_ALL = 2;
const OP_ELSE = 0x05;
const OP_END = 0x0b;
/** By word, whether the instruction needs a data count section. */
const needsData = immediates.map(letters => letters !== '' && 'dDu'.includes(letters));

// What an entry of the stack is in the midst of. Up to LAST_SEQUENCE: instructions of any form.
const BODY = 0; // up to a closing parenthesis that belongs to whoever called
const FLAT = 1; // a block up to `end`
const FLAT_IF = 2;
const FOLDED = 3; // a block up to its closing parenthesis
const ARM = 4; // of a folded `if`, up to the arm's closing parenthesis
const LAST_SEQUENCE = ARM;
const OPERANDS = 5; // of a folded plain instruction
const CONDITION = 6; // of a folded `if`
const AFTER_THEN = 7;
const AFTER_ELSE = 8;

const kinds: number[] = [];
const waits: number[] = []; // where in `pending` what is written later begins
const ids: number[] = []; // the block's identifier, -1 for none
const hidden: number[] = []; // what the identifier meant outside the block, -1 for nothing
const hints: number[] = []; // branch hint of what is written later, -1 for none
const pending: Bytes = createBytes();
let elseEnd = -1; // size of the output right behind an `else`

function push(kind: number, id: number, hint: number): void {
  kinds.push(kind);
  waits.push(pending.size);
  ids.push(id);
  hidden.push(-1);
  hints.push(hint);
}
function pop(): void {
  kinds.pop();
  waits.pop();
  ids.pop();
  hidden.pop();
  hints.pop();
}

/** The identifier of a block, if it has one. */
function takeId(p: Parser): number {
  const i = p.i;
  if (p.t.kind[i] !== ID) return -1;
  p.i++;
  return p.t.value[i]!;
}
/** Begins the block whose entry is on the stack. */
function enter(p: Parser): void {
  const top = kinds.length - 1;
  const id = ids[top]!;
  const { labels } = p;
  if (id >= 0) {
    hidden[top] = labels.ids.get(id) ?? -1;
    labels.ids.set(id, labels.count);
    if (p.names) s.putNaming(labels.names, p.blocks, atomBytes(p.t.ids, id));
  }
  labels.count++;
  p.blocks++;
}
/** Ends the block that is on top of the stack. */
function leave(p: Parser): void {
  const top = kinds.length - 1;
  const id = ids[top]!;
  p.labels.count--;
  if (id >= 0) {
    if (hidden[top]! >= 0) p.labels.ids.set(id, hidden[top]!);
    else p.labels.ids.delete(id);
  }
  if (p.out.size === elseEnd) p.out.size--;
  putByte(p.out, OP_END);
  pop();
}
/** The identifier that may be repeated after `else` and `end`. */
function matchId(p: Parser): void {
  if (p.t.kind[p.i] !== ID) return;
  if (p.t.value[p.i] !== ids.at(-1)) throw wrong(p.t, p.i, 'mismatching label');
  p.i++;
}

function blockType(p: Parser): void {
  const index = takeTypeIndex(p);
  const type = signature(p, null);
  if (index >= 0) {
    check(p, index, type);
    putS33(p.out, index);
  } else if (type.params.length > 0 || type.results.length > 1) putS33(p.out, shared(p, type));
  else if (type.results.length > 0) putValueType(p.out, type.results[0]!);
  else putByte(p.out, 0x40);
}
/** `(catch tag label)`... of a try_table: labels count from outside it. */
function clauses(p: Parser): void {
  const list = s.createVector();
  while (p.t.kind[p.i] === OPEN && p.t.kind[p.i + 1] === WORD) {
    const kind = catches.indexOf(p.t.value[p.i + 1]!);
    if (kind < 0) break;
    p.i += 2;
    const b = s.entry(list);
    putByte(b, kind);
    if (kind < CATCH_ALL) putU32(b, s.takeIndex(p, p.tags));
    putU32(b, takeLabel(p));
    s.takeClose(p);
  }
  s.putVector(p.out, list);
}
/** A block, loop or try_table from its word on, or an `if` up to its type: identifier, opcode, type, clauses. */
function head(p: Parser, w: number, kind: number, hint: number): void {
  p.i++;
  push(kind, takeId(p), hint);
  if (hint >= 0 && kind !== CONDITION) putHint(p, hint);
  const start = p.out.size;
  putByte(p.out, opcodes[w]!);
  blockType(p);
  if (w === TRY_TABLE) clauses(p);
  if (kind === CONDITION) postpone(p, start);
  else enter(p);
}

/** Moves what a buffer holds from `at` on to the end of another: a few bytes, mostly, which is why they are moved one by one. */
function move(from: Bytes, at: number, to: Bytes): void {
  room(to, from.size - at);
  for (let i = at; i < from.size; i++) to.u8[to.size++] = from.u8[i]!;
  from.size = at;
}
/** Takes what was written from start on back, into `pending`. */
function postpone(p: Parser, start: number): void {
  move(p.out, start, pending);
}
/** Writes what was postponed for the entry on top of the stack. */
function resume(p: Parser): void {
  const top = kinds.length - 1;
  if (hints[top]! >= 0) putHint(p, hints[top]!);
  move(pending, waits[top]!, p.out);
}

/** The hint for the branch that is written next. */
function putHint(p: Parser, hint: number): void {
  const b = s.entry(p.hints);
  putU32(b, p.out.size);
  putByte(b, 1);
  putByte(b, hint);
}
const HINT = 'metadata.code.branch_hint';
/** The branch hint before the token that is next, -1 for none. */
function takeHint(p: Parser, w: number): number {
  const note = s.takeNote(p, p.i, HINT);
  if (!note) return -1;
  const t = lex(p.t.bytes, note.from, note.to);
  const value = t.kind[0] === STRING && t.count === 2 ? stringBytes(t, 0) : [];
  if (value.length !== 1 || value[0]! > 1) throw wrong(t, 0, `@${HINT} annotation: unexpected token`, '"\\00" or "\\01"');
  if (w !== IF && w !== BR_IF) throw wrong(p.t, p.i, `@${HINT} annotation: invalid target`, 'if or br_if');
  return value[0]!;
}

function plain(p: Parser, w: number): void {
  const parse = operands[w];
  if (!parse) throw unexpected(p.t, p.i, 'an instruction');
  p.i++;
  putOpcode(p.out, opcodes[w]!);
  if (needsData[w]) p.needsDataCount = true;
  parse(p, w);
}

/** An instruction's word, outside parentheses. */
function flat(p: Parser, w: number): void {
  const hint = p.notes ? takeHint(p, w) : -1;
  if (w === BLOCK || w === LOOP || w === TRY_TABLE) head(p, w, FLAT, -1);
  else if (w === IF) head(p, w, FLAT_IF, hint);
  else if (w === ELSE || w === END_WORD) {
    const kind = kinds.at(-1)!;
    if (kind !== FLAT_IF && (kind !== FLAT || w === ELSE)) throw unexpected(p.t, p.i, 'an instruction');
    p.i++;
    matchId(p);
    if (w === ELSE) {
      kinds[kinds.length - 1] = FLAT;
      putElse(p);
    } else leave(p);
  } else {
    if (hint >= 0) putHint(p, hint);
    plain(p, w);
  }
}
function putElse(p: Parser): void {
  putByte(p.out, OP_ELSE);
  elseEnd = p.out.size;
}

/** What begins with a parenthesis. */
function folded(p: Parser): void {
  const { t } = p;
  const top = kinds.length - 1;
  const kind = kinds[top]!;
  const w = t.kind[p.i + 1] === WORD ? t.value[p.i + 1]! : -1;
  if (kind >= CONDITION) {
    if (kind === CONDITION && w === THEN) {
      p.i += 2;
      resume(p);
      kinds[top] = AFTER_THEN;
      enter(p);
      push(ARM, -1, -1);
      return;
    }
    if (kind === AFTER_THEN && w === ELSE) {
      p.i += 2;
      kinds[top] = AFTER_ELSE;
      putElse(p);
      push(ARM, -1, -1);
      return;
    }
    if (kind !== CONDITION) throw unexpected(t, p.i + 1, kind === AFTER_THEN ? 'else' : ')');
  }
  if (w < 0) throw unexpected(t, p.i + 1, 'an instruction');
  const hint = p.notes ? takeHint(p, w) : -1;
  p.i++;
  if (w === BLOCK || w === LOOP || w === TRY_TABLE) head(p, w, FOLDED, -1);
  else if (w === IF) head(p, w, CONDITION, hint);
  else {
    const start = p.out.size;
    plain(p, w);
    if (t.kind[p.i] === CLOSE && hint < 0) {
      p.i++;
      return;
    }
    push(OPERANDS, -1, hint);
    postpone(p, start);
  }
}

/** A closing parenthesis within what was begun here. */
function close(p: Parser): void {
  const kind = kinds.at(-1)!;
  if (kind === OPERANDS) {
    resume(p);
    pop();
  } else if (kind === FOLDED || kind === AFTER_THEN || kind === AFTER_ELSE) leave(p);
  else if (kind === ARM) pop();
  else throw unexpected(p.t, p.i, kind === CONDITION ? '(then' : kind === FLAT_IF ? 'else or end' : 'end');
  p.i++;
}

/** Parses up to the closing parenthesis that was not opened here, or one folded instruction. */
function run(p: Parser, one: boolean): void {
  const { kind, value } = p.t;
  kinds.length = waits.length = ids.length = hidden.length = hints.length = 0;
  pending.size = 0;
  elseEnd = -1;
  push(BODY, -1, -1);
  do {
    const what = kind[p.i];
    const top = kinds[kinds.length - 1]!;
    if (what === WORD && top <= LAST_SEQUENCE) flat(p, value[p.i]!);
    else if (what === OPEN) folded(p);
    else if (what === CLOSE) {
      if (top === BODY) return;
      close(p);
    } else throw unexpected(p.t, p.i, top <= LAST_SEQUENCE ? 'an instruction' : '( or )');
  } while (!one || kinds.length > 1);
}

/** Instructions up to a closing parenthesis, which is left. */
export function sequence(p: Parser): void {
  run(p, false);
}
/** A constant expression up to a closing parenthesis, or one folded instruction, with its `end`. */
export function constant(p: Parser, one: boolean): void {
  run(p, one);
  s.putEnd(p.out);
}
