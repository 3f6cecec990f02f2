// Expressions of a tree as text. Every function returns text and leaves its precedence in `p`; the values it stands for are int32, an i64's
// words one by one, numbers for floats or their bits. Semantics are the spec's, shortcuts only where it is the same number. Device-safe.
// Spec: core 4.3 Numerics.

import * as O from '../spec/ops.gen';
import { EXPLAINS } from '../spec/profile';
import { classAt, isRaw } from './floats';
import { aliasOf, constant, isAligned, isKnown, isNew, learn, sharesIndex, upper, widthOf } from './known';
import * as N from './names';
import * as T from './tree';
import { A, B, C, CLASS_F32, EFFECTS, SITE, TRAPS, tree } from './tree';

// Precedences, loosest first.
export const COMMA = 0;
export const ASSIGN = 1;
export const COND = 2;
const OR = 3;
const AND = 4;
const BOR = 5;
const BXOR = 6;
const BAND = 7;
const EQ = 8;
const REL = 9;
const SHIFT = 10;
const ADD = 11;
const MUL = 12;
const UNARY = 13;
const CALL = 14;
const ATOM = 15;

// What an i32's text may stand for.
const SIGNED = 0; // exactly the int32
const LOOSE = 1; // any integer below 2^53 that is the same modulo 2^32: whoever reads it truncates
const UNSIGNED = 2; // exactly the unsigned value

/** Precedence of the text returned last. */
export let p = 0;
/** What of the shared names (support.ts) the texts since begin() use. */
export let used: { [name: string]: boolean } = {};
export function beginExpressions(): void {
  used = {};
}
export function use(name: string): string {
  used[name] = true;
  return name;
}

function word(at: number, column: number): number {
  return tree.rows[at + column];
}
function done(text: string, precedence: number): string {
  p = precedence;
  return text;
}
/** Text of precedence p as an operand that needs at least `need`. */
function inside(text: string, need: number): string {
  return p < need ? '(' + text + ')' : text;
}
/** A left-associative binary operator of two texts; of the right one the precedence is p, of the left one given. */
function join(left: string, leftP: number, operator: string, right: string, precedence: number): string {
  const l = leftP < precedence ? '(' + left + ')' : left;
  const r = p <= precedence ? '(' + right + ')' : right;
  // no `--` or `++`, and no `<!--`
  const first = r.charCodeAt(0);
  const gap = (operator === '-' && first === 45) || (operator === '+' && first === 43) ? ' ' : '';
  return done(l + operator + gap + r, precedence);
}
function call(name: string, args: string): string {
  return done(use(name) + '(' + args + ')', CALL);
}

/** Style.plain */
let plain = false;
export function setPlain(isPlainStyle: boolean): void {
  plain = isPlainStyle;
}

const INT_OPERATOR: { [code: number]: string } = {};
INT_OPERATOR[O.I32_EQ] = INT_OPERATOR[O.F32_EQ] = INT_OPERATOR[O.F64_EQ] = '==';
INT_OPERATOR[O.I32_NE] = INT_OPERATOR[O.F32_NE] = INT_OPERATOR[O.F64_NE] = '!=';
INT_OPERATOR[O.I32_LT_S] = INT_OPERATOR[O.I32_LT_U] = INT_OPERATOR[O.F32_LT] = INT_OPERATOR[O.F64_LT] = '<';
INT_OPERATOR[O.I32_GT_S] = INT_OPERATOR[O.I32_GT_U] = INT_OPERATOR[O.F32_GT] = INT_OPERATOR[O.F64_GT] = '>';
INT_OPERATOR[O.I32_LE_S] = INT_OPERATOR[O.I32_LE_U] = INT_OPERATOR[O.F32_LE] = INT_OPERATOR[O.F64_LE] = '<=';
INT_OPERATOR[O.I32_GE_S] = INT_OPERATOR[O.I32_GE_U] = INT_OPERATOR[O.F32_GE] = INT_OPERATOR[O.F64_GE] = '>=';
const OPPOSITE: { [operator: string]: string } = { '==': '!=', '!=': '==', '<': '>=', '>': '<=', '<=': '>', '>=': '<' };

function isIntCompare(op: number): boolean {
  return op >= O.I32_EQ && op <= O.I32_GE_U;
}
function isUnsignedCompare(op: number): boolean {
  return op === O.I32_LT_U || op === O.I32_GT_U || op === O.I32_LE_U || op === O.I32_GE_U;
}

/** A compare of i32s, or its opposite. */
function compare(at: number, opposite: boolean): string {
  const op = word(at, 0);
  const a = word(at, A);
  const b = word(at, B);
  let operator = INT_OPERATOR[op];
  if (opposite) operator = OPPOSITE[operator];
  const precedence = operator === '==' || operator === '!=' ? EQ : REL;
  const mode = isUnsignedCompare(op) ? UNSIGNED : SIGNED;
  if (constant(b) === 0 && precedence === EQ) {
    // a difference is 0 where its operands are equal, and so on: truth needs no truncation
    return operator === '!=' ? condition(a, false) : condition(a, true);
  }
  const left = i32(a, mode);
  const leftP = p;
  return join(left, leftP, operator, i32(b, mode), precedence);
}

/** An i32 as a condition, true where it is not 0; or `opposite`. */
export function condition(at: number, opposite: boolean): string {
  const op = word(at, 0);
  if (op === O.I32_EQZ) return condition(word(at, A), !opposite);
  if (isIntCompare(op)) return compare(at, opposite);
  if (op >= O.I64_EQZ && op <= O.F64_GE) {
    const text = op <= O.I64_GE_U ? compare64(at, opposite) : compareFloats(at);
    return opposite && op > O.I64_GE_U ? done('!(' + text + ')', UNARY) : text;
  }
  if (op === O.I32_SUB) {
    const a = i32(word(at, A), SIGNED);
    const aP = p;
    return join(a, aP, opposite ? '==' : '!=', i32(word(at, B), SIGNED), EQ);
  }
  const text = i32(at, SIGNED);
  return opposite ? done('!' + inside(text, UNARY), UNARY) : text;
}

function compareFloats(at: number): string {
  const left = num(word(at, A));
  const leftP = p;
  const operator = INT_OPERATOR[word(at, 0)];
  return join(left, leftP, operator, num(word(at, B)), operator.charAt(1) === '=' && operator !== '<=' && operator !== '>=' ? EQ : REL);
}

/** Bitwise operator of two texts. */
function bitwise(a: string, aP: number, operator: string, b: string): string {
  return join(a, aP, operator, b, operator === '|' ? BOR : operator === '^' ? BXOR : BAND);
}

function isZero(at: number): boolean {
  return word(at, 0) === T.X_CONST && word(at, A) === 0 && word(at, B) === 0;
}

function compare64(at: number, opposite: boolean): string {
  const op = word(at, 0);
  const a = word(at, A);
  if (op === O.I64_EQZ || ((op === O.I64_EQ || op === O.I64_NE) && isZero(word(at, B)))) {
    const l = lo(a);
    const lP = p;
    const text = bitwise(l, lP, '|', hi(a));
    return (op === O.I64_NE) === opposite ? done('!' + inside(text, UNARY), UNARY) : text;
  }
  const b = word(at, B);
  const al = lo(a);
  const alP = p;
  if (op === O.I64_EQ || op === O.I64_NE) {
    const equal = (op === O.I64_EQ) !== opposite;
    const first = join(al, alP, equal ? '==' : '!=', lo(b), EQ);
    const ah = hi(a);
    const ahP = p;
    return done(first + (equal ? '&&' : '||') + inside(join(ah, ahP, equal ? '==' : '!=', hi(b), EQ), EQ), equal ? AND : OR);
  }
  const index = op - O.I64_LT_S; // ORDER: lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u
  const unsigned = (index & 1) === 1;
  let operator = ['<', '>', '<=', '>='][index >> 1];
  if (opposite) operator = OPPOSITE[operator];
  if (!unsigned && isZero(b) && (operator === '<' || operator === '>=')) {
    const h = hi(a);
    const hP = p;
    return join(h, hP, operator, done('0', ATOM), REL);
  }
  const shift = unsigned ? '>>>0' : '';
  const high = function (of: number): string {
    const text = hi(of);
    return unsigned ? done(inside(text, SHIFT) + shift, SHIFT) : text;
  };
  const strict = operator.charAt(0);
  const h = high(a);
  const hP = p;
  const first = join(h, hP, strict, high(b), REL);
  const ah = hi(a);
  const ahP = p;
  const second = join(ah, ahP, '==', hi(b), EQ);
  const l = done(inside(lo(a), SHIFT) + '>>>0', SHIFT);
  const third = join(l, SHIFT, operator, inside(lo(b), SHIFT) + '>>>0', REL);
  return done(first + '||' + second + '&&' + third, OR);
}

/** Text of an i32 expression in a mode. */
export function i32(at: number, mode: number): string {
  const most = mode === UNSIGNED ? upper(at) : 0;
  if (mode !== UNSIGNED || most >= 0) return signed(at, mode === LOOSE);
  if (word(at, 0) === T.X_CONST) return done('' + (word(at, A) >>> 0), ATOM);
  const op = word(at, 0);
  if (op === O.I32_SHR_U) {
    const a = i32(word(at, A), LOOSE);
    return shift(a, '>>>', word(at, B));
  }
  const text = signed(at, true);
  return done(inside(text, SHIFT) + '>>>0', SHIFT);
}
export function int(at: number): string {
  return i32(at, SIGNED);
}
export function looseInt(at: number): string {
  return i32(at, LOOSE);
}
export function uint(at: number): string {
  return i32(at, UNSIGNED);
}

/** text (of precedence p) shifted by the amount in row `by`. */
function shift(text: string, operator: string, by: number): string {
  const left = inside(text, SHIFT);
  const k = constant(by);
  if (k === k) return done(left + operator + (k & 31), SHIFT);
  if (plain) return done(left + operator + '(' + inside(i32(by, LOOSE), BAND) + '&31)', SHIFT);
  return join(left, SHIFT, operator, i32(by, LOOSE), SHIFT);
}

function sumOrDifference(at: number, loose: boolean): string {
  const op = word(at, 0);
  let b = constant(word(at, B));
  if (b === 0) return signed(word(at, A), loose);
  const a = i32(word(at, A), LOOSE);
  const aP = p;
  let text: string;
  if (b === b) {
    if (op === O.I32_SUB) b = -b;
    text = b < 0 ? join(a, aP, '-', done('' + -b, ATOM), ADD) : join(a, aP, '+', done('' + b, ATOM), ADD);
  } else text = join(a, aP, op === O.I32_ADD ? '+' : '-', i32(word(at, B), LOOSE), ADD);
  return loose || upper(at) >= 0 ? text : done(inside(text, BOR) + '|0', BOR);
}

function product(at: number, loose: boolean): string {
  const a = word(at, A);
  const b = word(at, B);
  const ka = constant(a);
  const kb = constant(b);
  const most = upper(a) >= 0 && upper(b) >= 0 ? upper(a) * upper(b) : Infinity;
  const small = function (k: number, bound: number): boolean {
    return k < bound && k > -bound;
  };
  const bound = loose ? 32768 : 2097152;
  if (small(kb, bound) || small(ka, bound) || most < (loose ? 140737488355328 : 9007199254740992)) {
    const left = i32(a, SIGNED);
    const leftP = p;
    const text = join(left, leftP, '*', i32(b, SIGNED), MUL);
    return loose || most < 2147483648 ? text : done(text + '|0', BOR);
  }
  return call('Ml', i32(a, SIGNED) + ',' + i32(b, SIGNED));
}

const HELPER: { [code: number]: string } = {};
HELPER[O.I32_CLZ] = 'Cz';
HELPER[O.I32_CTZ] = 'Tz';
HELPER[O.I32_POPCNT] = 'Pc';
HELPER[O.I32_DIV_S] = 'Da';
HELPER[O.I32_DIV_U] = 'Db';
HELPER[O.I32_REM_S] = 'Dc';
HELPER[O.I32_REM_U] = 'Dd';
HELPER[O.I64_MUL] = 'Mw';
HELPER[O.I64_DIV_S] = 'De';
HELPER[O.I64_DIV_U] = 'Df';
HELPER[O.I64_REM_S] = 'Dg';
HELPER[O.I64_REM_U] = 'Dh';
HELPER[O.I64_SHL] = 'Sa';
HELPER[O.I64_SHR_S] = 'Sb';
HELPER[O.I64_SHR_U] = 'Sc';
HELPER[O.I64_ROTL] = 'Sd';
HELPER[O.I64_ROTR] = 'Se';
HELPER[O.I32_TRUNC_F32_S] = HELPER[O.I32_TRUNC_F64_S] = 'Ta';
HELPER[O.I32_TRUNC_F32_U] = HELPER[O.I32_TRUNC_F64_U] = 'Tb';
HELPER[O.I64_TRUNC_F32_S] = HELPER[O.I64_TRUNC_F64_S] = 'Tc';
HELPER[O.I64_TRUNC_F32_U] = HELPER[O.I64_TRUNC_F64_U] = 'Td';
HELPER[O.I32_TRUNC_SAT_F32_S] = HELPER[O.I32_TRUNC_SAT_F64_S] = 'Te';
HELPER[O.I32_TRUNC_SAT_F32_U] = HELPER[O.I32_TRUNC_SAT_F64_U] = 'Tf';
HELPER[O.I64_TRUNC_SAT_F32_S] = HELPER[O.I64_TRUNC_SAT_F64_S] = 'Tg';
HELPER[O.I64_TRUNC_SAT_F32_U] = HELPER[O.I64_TRUNC_SAT_F64_U] = 'Th';
HELPER[O.F32_NEAREST] = HELPER[O.F64_NEAREST] = 'Fn';
HELPER[O.F32_MIN] = HELPER[O.F64_MIN] = 'Fa';
HELPER[O.F32_MAX] = HELPER[O.F64_MAX] = 'Fb';
HELPER[O.F32_CEIL] = HELPER[O.F64_CEIL] = 'Fc';
HELPER[O.F32_FLOOR] = HELPER[O.F64_FLOOR] = 'Ff';
HELPER[O.F32_TRUNC] = HELPER[O.F64_TRUNC] = 'Ft';

function division(at: number): string {
  const op = word(at, 0);
  const b = word(at, B);
  const traps = (word(at, EFFECTS) & TRAPS) !== 0 && (word(b, 0) !== T.X_CONST || word(b, A) === 0 || word(b, A) === -1);
  const mode = op === O.I32_DIV_U || op === O.I32_REM_U ? UNSIGNED : SIGNED;
  if (traps) return call(HELPER[op], i32(word(at, A), SIGNED) + ',' + i32(b, SIGNED) + ',' + word(at, SITE));
  const a = i32(word(at, A), mode);
  const aP = p;
  const text = join(a, aP, op === O.I32_DIV_S || op === O.I32_DIV_U ? '/' : '%', i32(b, mode), MUL);
  return mode === UNSIGNED && op === O.I32_REM_U && upper(at) >= 0 ? text : done(text + '|0', BOR);
}

function signed(at: number, loose: boolean): string {
  const op = word(at, 0);
  const a = word(at, A);
  const b = word(at, B);
  if (op === T.X_VAR) return done(N.lowName(a), ATOM);
  if (op === T.X_CONST) return done('' + a, a < 0 ? UNARY : ATOM);
  if (op === T.X_GLOBAL) return done(use('G' + a) + '.lo', CALL);
  if (op === T.X_FUNC) return call('Fr', '' + a);
  if (op === T.X_SELECT) {
    const c = inside(condition(word(at, C), false), COND + 1);
    const first = inside(signed(a, loose), ASSIGN);
    return done(c + '?' + first + ':' + inside(signed(b, loose), COND), COND);
  }
  if (op <= O.I32_LOAD16_U) return load(at);
  if (op <= O.F64_GE) {
    const text = op === O.I32_EQZ ? condition(a, false) : condition(at, false);
    return done(inside(text, COND + 1) + (op === O.I32_EQZ ? '?0:1' : '?1:0'), COND);
  }
  if (op === O.I32_ADD || op === O.I32_SUB) return sumOrDifference(at, loose);
  if (op === O.I32_MUL) return product(at, loose);
  if (op >= O.I32_CLZ && op <= O.I32_POPCNT) return call(HELPER[op], i32(a, SIGNED));
  if (op <= O.I32_REM_U) return division(at);
  if (op <= O.I32_XOR) {
    if (op === O.I32_XOR && constant(b) === -1) return done('~' + inside(i32(a, LOOSE), UNARY), UNARY);
    const left = i32(a, LOOSE);
    const leftP = p;
    return bitwise(left, leftP, op === O.I32_AND ? '&' : op === O.I32_OR ? '|' : '^', i32(b, LOOSE));
  }
  if (op <= O.I32_SHR_S) return shift(i32(a, LOOSE), op === O.I32_SHL ? '<<' : '>>', b);
  if (op === O.I32_SHR_U) {
    const text = shift(i32(a, LOOSE), '>>>', b);
    return loose || upper(at) >= 0 ? text : done(inside(text, BOR) + '|0', BOR);
  }
  if (op <= O.I32_ROTR) return rotation(a, b, op === O.I32_ROTL);
  if (op === O.I32_WRAP_I64) return lo(a);
  if (op === O.I32_REINTERPRET_F32) return bits32(a);
  if (op === O.I32_EXTEND8_S) return done(inside(i32(a, LOOSE), SHIFT) + '<<24>>24', SHIFT);
  if (op === O.I32_EXTEND16_S) return done(inside(i32(a, LOOSE), SHIFT) + '<<16>>16', SHIFT);
  // truncations
  return call(HELPER[op], num(a) + (op < 0x100 ? ',' + word(at, SITE) : ''));
}

function rotation(a: number, b: number, left: boolean): string {
  const x = inside(i32(a, SIGNED), SHIFT);
  const k = constant(b);
  if (k === k) {
    const n = (left ? k : -k) & 31;
    return n === 0 ? done(x, p) : done(x + '<<' + n + '|' + x + '>>>' + (32 - n), BOR);
  }
  const y = i32(b, SIGNED);
  const by = plain ? '(' + inside(y, BAND) + '&31)' : inside(y, SHIFT + 1);
  const minus = plain ? '(-' + inside(y, UNARY) + '&31)' : '-' + inside(y, UNARY);
  return done(x + (left ? '<<' : '>>>') + by + '|' + x + (left ? '>>>' : '<<') + minus, BOR);
}

// i64 by words. An operand that would be evaluated twice is an atom (build.ts), or has no effect in one of its words.

function shifted(at: number, wantHigh: boolean): string {
  const op = word(at, 0);
  const a = word(at, A);
  const k = constant(word(at, B)) & 63;
  const l = inside(lo(a), SHIFT);
  const h = inside(hi(a), SHIFT);
  if (op === O.I64_ROTL || op === O.I64_ROTR) {
    const n = (op === O.I64_ROTL ? k : -k) & 63;
    const from = n < 32 === wantHigh ? h : l; // what goes up into the word wanted
    const other = n < 32 === wantHigh ? l : h;
    const by = n & 31;
    return by === 0 ? done(from, SHIFT) : done(from + '<<' + by + '|' + other + '>>>' + (32 - by), BOR);
  }
  if (k === 0) return wantHigh ? hi(a) : lo(a);
  if (op === O.I64_SHL) {
    if (k >= 32) return wantHigh ? (k === 32 ? lo(a) : done(l + '<<' + (k - 32), SHIFT)) : done('0', ATOM);
    return wantHigh ? done(h + '<<' + k + '|' + l + '>>>' + (32 - k), BOR) : done(l + '<<' + k, SHIFT);
  }
  const right = op === O.I64_SHR_S ? '>>' : '>>>';
  if (wantHigh) {
    if (k >= 32) return op === O.I64_SHR_S ? done(h + '>>31', SHIFT) : done('0', ATOM);
    return op === O.I64_SHR_S ? done(h + '>>' + k, SHIFT) : done(h + '>>>' + k, SHIFT);
  }
  if (k === 32) return hi(a);
  if (k > 32) return op === O.I64_SHR_S || k > 32 ? done(h + right + (k - 32), SHIFT) : done(h, SHIFT);
  return done(l + '>>>' + k + '|' + h + '<<' + (32 - k), BOR);
}

function bitwise64(at: number, wantHigh: boolean): string {
  const op = word(at, 0);
  const a = word(at, A);
  const b = word(at, B);
  const operator = op === O.I64_AND ? '&' : op === O.I64_OR ? '|' : '^';
  const x = wantHigh ? constantHigh(b) : constant(b);
  if (x === x && !((word(a, EFFECTS) & TRAPS) !== 0)) {
    if (x === 0) return op === O.I64_AND ? done('0', ATOM) : wantHigh ? hi(a) : lo(a);
    if (x === -1 && op === O.I64_AND) return wantHigh ? hi(a) : lo(a);
  }
  const zero = wantHigh ? isHighZero(b) : false;
  if (zero && op !== O.I64_AND) return hi(a);
  if (wantHigh && isHighZero(a) && op !== O.I64_AND) return hi(b);
  const left = wantHigh ? hi(a) : lo(a);
  const leftP = p;
  return bitwise(left, leftP, operator, wantHigh ? hi(b) : lo(b));
}
function constantHigh(at: number): number {
  return word(at, 0) === T.X_CONST ? word(at, B) : NaN;
}
function isHighZero(at: number): boolean {
  const op = word(at, 0);
  return op === O.I64_EXTEND_I32_U || op === O.I64_LOAD8_U || op === O.I64_LOAD16_U || op === O.I64_LOAD32_U || constantHigh(at) === 0;
}

/** Low word of an i64 expression that needs no statement. */
export function lo(at: number): string {
  const op = word(at, 0);
  const a = word(at, A);
  if (op === T.X_VAR) return done(N.lowName(a), ATOM);
  if (op === T.X_CONST) return done('' + a, a < 0 ? UNARY : ATOM);
  if (op === T.X_GLOBAL) return done(use('G' + a) + '.lo', CALL);
  if (op === T.X_SELECT) return select64(at, false);
  if (op === O.I64_EXTEND_I32_S || op === O.I64_EXTEND_I32_U) return i32(a, SIGNED);
  if (op >= O.I64_AND && op <= O.I64_XOR) return bitwise64(at, false);
  if (op >= O.I64_SHL && op <= O.I64_ROTR) return shifted(at, false);
  if (op === O.I64_LOAD8_U || op === O.I64_LOAD16_U || op === O.I64_LOAD32_U) return load(at);
  if (op === O.I64_EXTEND8_S) return done(inside(lo(a), SHIFT) + '<<24>>24', SHIFT);
  if (op === O.I64_EXTEND16_S) return done(inside(lo(a), SHIFT) + '<<16>>16', SHIFT);
  if (op === O.I64_EXTEND32_S) return lo(a);
  if (op === O.I64_POPCNT) {
    const l = call('Pc', lo(a));
    return join(l, CALL, '+', call('Pc', hi(a)), ADD);
  }
  // clz, ctz
  const first = op === O.I64_CLZ ? hi(a) : lo(a);
  const name = op === O.I64_CLZ ? 'Cz' : 'Tz';
  const test = inside(first, COND + 1);
  const ifAny = call(name, first);
  return done(test + '?' + ifAny + ':32+' + call(name, op === O.I64_CLZ ? lo(a) : hi(a)), COND);
}
/** High word; to be evaluated after the low one. */
export function hi(at: number): string {
  const op = word(at, 0);
  const a = word(at, A);
  if (op === T.X_VAR) return done(N.highName(a), ATOM);
  if (op === T.X_CONST) return done('' + word(at, B), word(at, B) < 0 ? UNARY : ATOM);
  if (op === T.X_GLOBAL) return done(use('G' + a) + '.hi', CALL);
  if (op === T.X_SELECT) return select64(at, true);
  if (op === O.I64_EXTEND_I32_S) return done(inside(i32(a, SIGNED), SHIFT) + '>>31', SHIFT);
  if (op >= O.I64_AND && op <= O.I64_XOR) return bitwise64(at, true);
  if (op >= O.I64_SHL && op <= O.I64_ROTR) return shifted(at, true);
  if (op === O.I64_EXTEND8_S) return done(inside(lo(a), SHIFT) + '<<24>>31', SHIFT);
  if (op === O.I64_EXTEND16_S) return done(inside(lo(a), SHIFT) + '<<16>>31', SHIFT);
  if (op === O.I64_EXTEND32_S) return done(inside(lo(a), SHIFT) + '>>31', SHIFT);
  return done('0', ATOM); // unsigned extensions and loads, counts
}
function select64(at: number, wantHigh: boolean): string {
  const c = inside(condition(word(at, C), false), COND + 1);
  const a = word(at, A);
  const b = word(at, B);
  const first = inside(wantHigh ? hi(a) : lo(a), ASSIGN);
  return done(c + '?' + first + ':' + inside(wantHigh ? hi(b) : lo(b), COND), COND);
}
/** Both words as arguments. */
export function pair(at: number): string {
  if (classAt(at) === T.CLASS_F64) return bits64(at);
  return lo(at) + ',' + hi(at);
}

/** An i64 operation done by a helper: its low word, and the high one as helperHigh(). */
export function helper64(at: number): string {
  const op = word(at, 0);
  const a = word(at, A);
  if (op === O.I64_REINTERPRET_F64) return lowBits(a);
  if (op === O.I64_LOAD) return slowLoad(at, 'Lj');
  if (op >= O.I64_LOAD8_S && op <= O.I64_LOAD32_S) return load(at);
  if (op < O.I64_ADD || op > O.I64_ROTR) return call(HELPER[op], num(a) + (op < 0x100 ? ',' + word(at, SITE) : ''));
  const b = word(at, B);
  if (op >= O.I64_SHL) return call(HELPER[op], pair(a) + ',' + lo(b));
  const traps = op >= O.I64_DIV_S && op <= O.I64_REM_U ? ',' + word(at, SITE) : '';
  return call(HELPER[op], pair(a) + ',' + pair(b) + traps);
}

// Memory. VIEW by log2 of the bytes; see access().
export const BOUND = ['Na', 'Nb', 'Nc', 'Nd'];

/** Where an element of 2^shift bytes lies, as one of: */
export interface Place {
  base: string; // the address without offset, an atom
  index: string; // of the element, or something that is not below the number of elements where it lies outside or across elements
  again: string; // the index once more, where that is short; else ''
  exact: boolean; // the index needs no test
  misaligned: string; // test of whether it lies across elements; '' = settled by index
  slow: boolean; // must be done by the helper: no index
}

/** Whether a sum of int32s in text cannot differ from the address by a multiple of 2^32. */
function isPlain(base: number): boolean {
  if (word(base, 0) === T.X_VAR) return true;
  return word(base, 0) === O.I32_ADD && word(word(base, A), 0) === T.X_VAR && constant(word(base, B)) >= 0;
}

/** Accesses that texts have been made for, and how many tests of bounds and of alignment they needed not. */
export const tally = { accesses: 0, bounds: 0, alignments: 0 };

/**
 * How to get at the `bytes` at base + offset by way of elements of 2^shiftBits bytes; natural: an index that is no element's is not negative, so that a compare or a sum settles it. Names of scratch
 * variables: e (address).
 */
export function access(base: number, offset: number, shiftBits: number, bytes: number, natural: boolean): Place {
  const alignedTo = shiftBits;
  const op = word(base, 0);
  const atom = op === T.X_VAR || op === T.X_CONST;
  const whole = isAligned(base, offset, alignedTo);
  const known = isKnown(base, offset, bytes);
  if (EXPLAINS) {
    tally.accesses++;
    if (known) tally.bounds++;
    if (whole && shiftBits > 0) tally.alignments++;
  }
  const place: Place = { base: atom ? int(base) : '', index: '', again: '', exact: known, misaligned: '', slow: false };
  if (known && whole) {
    // the sum is below 2^31
    if (op === T.X_CONST) place.index = done('' + (word(base, A) + offset) / (1 << shiftBits), ATOM);
    else {
      const left = shiftBits === 0 && !isPlain(base) ? int(base) : looseInt(base);
      const sum = offset === 0 ? left : inside(left, ADD) + '+' + offset;
      if (offset !== 0) p = ADD;
      place.index = shiftBits === 0 ? sum : inside(sum, SHIFT) + '>>' + shiftBits;
    }
    return place;
  }
  if (op === T.X_VAR && shiftBits > 0 && offset % (1 << shiftBits) === 0 && sharesIndex(base)) {
    const name = aliasOf(word(base, A), shiftBits);
    const k = offset / (1 << shiftBits);
    place.exact = false;
    place.again = k === 0 ? name : name + '+' + k;
    place.index = place.again;
    if (isNew) {
      const rest = whole ? '' : '|' + place.base + '<<' + (32 - shiftBits) + '>>>1';
      const assigned = name + '=' + place.base + '>>>' + shiftBits + rest;
      place.index = k === 0 ? assigned : '(' + assigned + ')+' + k;
    }
    return place;
  }
  let text = place.base;
  let first = text; // at its first use
  if (!atom) {
    text = place.base = N.scratchName('e');
    first = '(' + text + '=' + looseInt(base) + ')';
    if (shiftBits === 0 && offset === 0 && p >= ASSIGN) first = '(' + text + '=' + uint(base) + ')';
  }
  if (known) {
    const sum = offset === 0 ? text : text + '+' + offset;
    place.index = shiftBits === 0 ? sum : sum + '>>' + shiftBits;
    const mask = '&' + ((1 << alignedTo) - 1);
    place.misaligned = (offset % (1 << alignedTo) === 0 ? first : first + '+' + offset) + mask;
    return place;
  }
  if (shiftBits === 0) {
    if (offset === 0 && plain && op === T.X_VAR) place.index = first + '>>>0';
    else place.index = offset === 0 ? first : upper(base) >= 0 ? first + '+' + offset : '(' + first + '>>>0)+' + offset;
    return place;
  }
  if (offset % (1 << shiftBits) !== 0) {
    place.slow = true;
    place.base = first;
    return place;
  }
  const add = offset === 0 ? '' : '+' + offset / (1 << shiftBits);
  if (whole) place.index = add === '' ? first + '>>>' + shiftBits : '(' + first + '>>>' + shiftBits + ')' + add;
  else {
    const rest = '<<' + (32 - shiftBits);
    place.index =
      add === '' && !natural
        ? first + '>>>' + shiftBits + '|' + text + rest
        : '(' + first + '>>>' + shiftBits + '|' + text + rest + '>>>1)' + add;
  }
  return place;
}

/** The helper for a load: address, offset, site. */
export function slowLoad(at: number, name: string): string {
  const memory = word(at, C);
  const args = int(word(at, A)) + ',' + (word(at, B) >>> 0) + ',' + word(at, SITE);
  if (memory === 0) return call(name, args);
  // bits where the name says so
  const code = name === 'Li' ? O.I32_LOAD : name === 'Lj' ? O.I64_LOAD : word(at, 0);
  return call('Lm', memory + ',' + code + ',' + args);
}

// By load: its view, and the helper where the access is not a plain one.
const VIEW: { [code: number]: string } = {};
const SLOW: { [code: number]: string } = {};
function loads(code: number, view: string, slow: string): void {
  VIEW[code] = view;
  SLOW[code] = slow;
}
loads(O.I32_LOAD, 'I', 'Li');
loads(O.F32_LOAD, 'K', 'Lf');
loads(O.F64_LOAD, 'D', 'Lg');
loads(O.I32_LOAD8_S, 'C', 'La');
loads(O.I64_LOAD8_S, 'C', 'La');
loads(O.I32_LOAD8_U, 'B', 'Lb');
loads(O.I64_LOAD8_U, 'B', 'Lb');
loads(O.I32_LOAD16_S, 'S', 'Lc');
loads(O.I64_LOAD16_S, 'S', 'Lc');
loads(O.I32_LOAD16_U, 'U', 'Ld');
loads(O.I64_LOAD16_U, 'U', 'Ld');
loads(O.I64_LOAD32_S, 'I', 'Li');
loads(O.I64_LOAD32_U, 'I', 'Li');

/** A load of one element, as the view's type gives it: int32, or a number. */
export function load(at: number): string {
  const code = word(at, 0);
  return element(at, VIEW[code], SLOW[code], widthOf(code));
}
function element(at: number, view: string, slow: string, width: number): string {
  if (word(at, C) > 0) return slowLoad(at, slow);
  const base = word(at, A);
  const offset = word(at, B) >>> 0;
  const place = access(base, offset, width, 1 << width, false);
  if (place.slow) return slowLoad(at, slow);
  const read = use(view) + '[' + place.index + ']';
  learn(base, offset, 1 << width);
  if (place.exact && place.misaligned === '') return done(read, CALL);
  const helper = use(slow) + '(' + place.base + ',' + offset + ',' + word(at, SITE) + ')';
  if (place.exact) return done(place.misaligned + '?' + helper + ':' + read, COND);
  const x = N.scratchName('x');
  return done('(' + x + '=' + read + ')==null?' + helper + ':' + x, COND);
}

// Floats as numbers.

function round(text: string): string {
  return call('R', text);
}
function number32(text: string, is32: boolean, exact: boolean): string {
  return is32 && !exact ? round(text) : text;
}

function decimal(x: number): string {
  if (x !== x) return done('NaN', ATOM);
  if (x === Infinity || x === -Infinity) return done(x > 0 ? '1/0' : '-1/0', MUL);
  if (x === 0) return 1 / x < 0 ? done('-0', UNARY) : done('0', ATOM);
  let text = '' + x;
  if (text.substring(0, 2) === '0.') text = text.substring(1);
  return done(text, x < 0 ? UNARY : ATOM);
}
const cell = new Float64Array(1);
const cellWords = new Int32Array(cell.buffer);
const cellFloat = new Float32Array(cell.buffer);

/** A float expression as a number; stored: into a Float32Array, which rounds. */
export function num(at: number): string {
  return number(at, false);
}
export function storedNumber(at: number): string {
  return number(at, true);
}
function number(at: number, stored: boolean): string {
  const op = word(at, 0);
  const a = word(at, A);
  const b = word(at, B);
  if (op === T.X_VAR) {
    if (N.holdsNumber(a)) return done(N.numberName(a), ATOM);
    return tree.classes[a] === CLASS_F32 ? call('Q', N.lowName(a)) : call('Qd', N.lowName(a) + ',' + N.highName(a));
  }
  if (op === T.X_CONST) {
    cellWords[0] = a;
    cellWords[1] = b;
    const is32 = word(at, C) === CLASS_F32;
    const x = is32 ? cellFloat[0] : cell[0];
    if (plain && !(x === (x | 0) && (x !== 0 || 1 / x > 0))) return is32 ? call('Q', '' + a) : call('Qd', a + ',' + b);
    return decimal(x);
  }
  if (op === T.X_GLOBAL) {
    const g = use('G' + a);
    return word(at, C) === CLASS_F32 ? call('Q', g + '.lo') : call('Qd', g + '.lo,' + g + '.hi');
  }
  if (op === T.X_SELECT) {
    const c = inside(condition(word(at, C), false), COND + 1);
    const first = inside(number(a, stored), ASSIGN);
    return done(c + '?' + first + ':' + inside(number(b, stored), COND), COND);
  }
  if (op === O.F32_LOAD || op === O.F64_LOAD) return load(at);
  if (op === O.F32_REINTERPRET_I32) return call('Q', i32(a, SIGNED));
  if (op === O.F64_REINTERPRET_I64) return call('Qd', pair(a));
  const is32 = op <= O.F32_COPYSIGN ? op >= O.F32_ABS : op >= O.F32_CONVERT_I32_S && op <= O.F32_DEMOTE_F64;
  const base = is32 && op <= O.F32_COPYSIGN ? op - O.F32_ABS : op - O.F64_ABS; // ORDER: f32 and f64 operators alike
  if (op <= O.F64_COPYSIGN) {
    const code = base + O.F32_ABS;
    if (code === O.F32_NEG) return done('-' + inside(number(a, false), UNARY + 1), UNARY);
    if (code === O.F32_ABS) return call('Ab', num(a));
    if (code === O.F32_SQRT) return number32(call('Sq', num(a)), is32, stored);
    if ((code === O.F32_CEIL || code === O.F32_FLOOR) && isRaw(a)) return call(code === O.F32_CEIL ? 'Xc' : 'Xf', num(a));
    if (code <= O.F32_NEAREST) return call(HELPER[op], num(a));
    if (code === O.F32_COPYSIGN) return call('Cs', num(a) + ',' + (is32 ? bits32(b) : highBits(b)));
    if (code >= O.F32_MIN) return call(HELPER[op], num(a) + ',' + num(b));
    const operator = '+-*/'.charAt(code - O.F32_ADD);
    const left = num(a);
    const leftP = p;
    const text = join(left, leftP, operator, num(b), operator === '+' || operator === '-' ? ADD : MUL);
    return number32(text, is32, stored);
  }
  if (op === O.F32_CONVERT_I32_S || op === O.F64_CONVERT_I32_S) return number32(i32(a, SIGNED), is32, stored);
  if (op === O.F32_CONVERT_I32_U || op === O.F64_CONVERT_I32_U) return number32(i32(a, UNSIGNED), is32, stored);
  if (op === O.F32_DEMOTE_F64) return number32(num(a), true, stored);
  if (op === O.F64_PROMOTE_F32) return num(a);
  if (op === O.F32_CONVERT_I64_S) return number32(call('Va', pair(a)), true, stored);
  if (op === O.F32_CONVERT_I64_U) return number32(call('Vb', pair(a)), true, stored);
  // f64.convert_i64
  const l = inside(lo(a), SHIFT) + '>>>0';
  const h = inside(hi(a), SHIFT);
  return op === O.F64_CONVERT_I64_S
    ? done('(' + l + ')+' + inside(hi(a), MUL) + '*4294967296', ADD)
    : done('(' + l + ')+(' + h + '>>>0)*4294967296', ADD);
}

// Floats as bits.

/** An f32 expression's bits as an int32. */
export function bits32(at: number): string {
  const op = word(at, 0);
  const a = word(at, A);
  if (op === T.X_CONST) return done('' + a, a < 0 ? UNARY : ATOM);
  if (op === T.X_VAR && N.holdsBits(a)) {
    const l = N.lowName(a);
    if (!N.holdsNumber(a)) return done(l, ATOM);
    return done(l + '==null?' + use('P') + '(' + N.numberName(a) + '):' + l, COND); // null: it was set to a number
  }
  if (op === T.X_GLOBAL) return done(use('G' + a) + '.lo', CALL);
  if (op === O.F32_LOAD) return element(at, 'I', 'Li', 2);
  if (op === O.F32_REINTERPRET_I32) return i32(a, SIGNED);
  if (op === O.F32_NEG) return done(inside(bits32(a), BXOR) + '^-2147483648', BXOR);
  if (op === O.F32_ABS) return done(inside(bits32(a), BAND) + '&2147483647', BAND);
  if (op === O.F32_COPYSIGN) {
    const x = inside(bits32(a), BAND) + '&2147483647';
    return done(x + '|' + inside(bits32(word(at, B)), BAND) + '&-2147483648', BOR);
  }
  if (op === T.X_SELECT) {
    const c = inside(condition(word(at, C), false), COND + 1);
    const first = inside(bits32(a), ASSIGN);
    return done(c + '?' + first + ':' + inside(bits32(word(at, B)), COND), COND);
  }
  return call('P', num(at));
}

/** Whether both words of an f64's bits can be had without evaluating anything twice. */
export function hasWords(at: number): boolean {
  const op = word(at, 0);
  if (op === T.X_VAR) return N.holdsBits(word(at, A)) && !N.holdsNumber(word(at, A));
  if (op === O.F64_NEG || op === O.F64_ABS) return hasWords(word(at, A));
  if (op === O.F64_COPYSIGN) return hasWords(word(at, A)) && hasWords(word(at, B));
  if (op === T.X_SELECT) return hasWords(word(at, A)) && hasWords(word(at, B));
  return op === T.X_CONST || op === T.X_GLOBAL || op === O.F64_REINTERPRET_I64;
}
/** Where helpers with a 64-bit result leave its high word (runtime/multiply.ts `num`). */
export function helperHigh(): string {
  return use('M') + '.hi';
}
/** Low word of an f64's bits; where hasWords() is false the high word is helperHigh() afterwards. */
export function lowBits(at: number): string {
  const op = word(at, 0);
  const a = word(at, A);
  if (!hasWords(at)) return wide(at);
  if (op === O.F64_NEG || op === O.F64_ABS || op === O.F64_COPYSIGN) return lowBits(a);
  if (op === O.F64_REINTERPRET_I64) return lo(a);
  if (op === T.X_SELECT) {
    const c = inside(condition(word(at, C), false), COND + 1);
    const first = inside(lowBits(a), ASSIGN);
    return done(c + '?' + first + ':' + inside(lowBits(word(at, B)), COND), COND);
  }
  return lo(at);
}
/** High word, after the low one. */
export function highBits(at: number): string {
  const op = word(at, 0);
  const a = word(at, A);
  if (!hasWords(at)) return call('Ph', wide(at));
  if (op === O.F64_NEG) return done(inside(highBits(a), BXOR) + '^-2147483648', BXOR);
  if (op === O.F64_ABS) return done(inside(highBits(a), BAND) + '&2147483647', BAND);
  if (op === O.F64_COPYSIGN) {
    const x = inside(highBits(a), BAND) + '&2147483647';
    return done(x + '|' + inside(highBits(word(at, B)), BAND) + '&-2147483648', BOR);
  }
  if (op === O.F64_REINTERPRET_I64) return hi(a);
  if (op === T.X_SELECT) {
    const c = inside(condition(word(at, C), false), COND + 1);
    const first = inside(highBits(a), ASSIGN);
    return done(c + '?' + first + ':' + inside(highBits(word(at, B)), COND), COND);
  }
  return hi(at);
}
/** An f64's bits by a helper: the low word, and the high one as helperHigh(). */
function wide(at: number): string {
  const op = word(at, 0);
  if (op === O.F64_LOAD) return slowLoad(at, 'Lj');
  if (op === T.X_VAR && N.holdsBits(word(at, A))) {
    const v = word(at, A);
    return call('Bb', N.lowName(v) + ',' + N.highName(v) + ',' + N.numberName(v));
  }
  if (op === O.F64_NEG) return call('Bn', bits64(word(at, A)));
  if (op === O.F64_ABS) return call('Ba', bits64(word(at, A)));
  if (op === O.F64_COPYSIGN) return call('Bc', bits64(word(at, A)) + ',' + bits64(word(at, B)));
  if (op === T.X_SELECT) {
    const c = inside(condition(word(at, C), false), COND + 1);
    const first = inside(settled(word(at, A)), ASSIGN);
    return done(c + '?' + first + ':' + inside(settled(word(at, B)), COND), COND);
  }
  return call('Pd', num(at));
}
/** The low word, with the high one as helperHigh(), in any case. */
export function settled(at: number): string {
  if (!hasWords(at)) return wide(at);
  const l = lowBits(at);
  return done('(' + helperHigh() + '=' + inside(highBits(at), ASSIGN) + ',' + l + ')', ATOM);
}
/** An f64's bits as two arguments, low word first. */
export function bits64(at: number): string {
  if (!hasWords(at)) {
    const l = inside(wide(at), ASSIGN);
    return done(l + ',' + helperHigh(), COMMA);
  }
  const l = inside(lowBits(at), ASSIGN);
  return done(l + ',' + inside(highBits(at), ASSIGN), COMMA);
}

/** Any expression as arguments of a call. */
export function argument(at: number): string {
  const cls = classAt(at);
  if (cls === T.CLASS_I32) return int(at);
  if (cls === T.CLASS_I64) return pair(at);
  return cls === CLASS_F32 ? bits32(at) : bits64(at);
}
