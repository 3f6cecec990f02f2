// Statements that give values to variables, memory and globals, as text. They write into a text of their own, which print.ts takes. Device-safe.

import * as O from '../spec/ops.gen';
import * as E from './express';
import { argument, use } from './express';
import { classAt, isRaw } from './floats';
import * as K from './known';
import * as N from './names';
import * as T from './tree';
import { A, B, C, CLASS_F32, CLASS_F64, CLASS_I32, CLASS_I64, EFFECTS, READS, SITE, tree } from './tree';

let out = '';

/** What has been written since it was last taken. */
export function taken(): string {
  const text = out;
  out = '';
  return text;
}

function word(at: number, column: number): number {
  return tree.rows[at + column];
}
function inside(text: string, need: number): string {
  return E.p < need ? '(' + text + ')' : text;
}

export function evaluate(at: number): void {
  const cls = classAt(at);
  if (cls === CLASS_I32) out += E.int(at) + ';';
  else if (cls === CLASS_I64) out += E.lo(at) + ';' + E.hi(at) + ';';
  else out += E.num(at) + ';';
}

function assign(name: string, text: string): void {
  if (name !== text) out += name + '=' + text + ';';
}

export function set(v: number, at: number): void {
  const cls = tree.classes[v];
  if (cls === CLASS_I32) assign(N.lowName(v), E.int(at));
  else if (cls === CLASS_I64) set64(v, at);
  else if (N.isRead(v)) setFloat(v, at);
  else if ((word(at, EFFECTS) & T.TRAPS) !== 0) evaluate(at);
  K.forget(v);
}

/** Two words at once: the second may not see what the first has changed. */
function setPair(v: number, l: string, h: string, lowSeesHigh: boolean, highSeesLow: boolean): void {
  const low = N.lowName(v);
  const high = N.highName(v);
  if (!highSeesLow) {
    assign(low, l);
    assign(high, h);
  } else if (!lowSeesHigh) {
    assign(high, h);
    assign(low, l);
  } else {
    const t = N.scratchName('t');
    out += t + '=' + l + ';';
    assign(high, h);
    out += low + '=' + t + ';';
  }
}

/** Whether a word of text names an identifier. */
function mentions(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!isLetter(text.charCodeAt(at - 1)) && !isLetter(text.charCodeAt(at + name.length))) return true;
  }
  return false;
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 36 || code === 95;
}

function set64(v: number, at: number): void {
  const op = word(at, 0);
  if (op === O.I64_LOAD) {
    load64(at, N.lowName(v), N.highName(v));
    return;
  }
  if (op >= O.I64_LOAD8_S && op <= O.I64_LOAD32_S && op !== O.I64_LOAD8_U && op !== O.I64_LOAD16_U) {
    assign(N.lowName(v), E.load(at));
    out += N.highName(v) + '=' + N.lowName(v) + '>>31;';
    return;
  }
  if (op === O.I64_ADD || op === O.I64_SUB) {
    sum64(v, at, op === O.I64_ADD);
    return;
  }
  if (op === O.I64_MUL && multiply(v, at)) return;
  if (op === O.I64_REINTERPRET_F64 && E.hasWords(word(at, A))) {
    const l = E.lowBits(word(at, A));
    setBoth(v, l, E.highBits(word(at, A)));
    return;
  }
  if (isHelper(at)) {
    out += N.lowName(v) + '=' + E.helper64(at) + ';' + N.highName(v) + '=' + E.helperHigh() + ';';
    return;
  }
  const l = E.lo(at);
  setBoth(v, l, E.hi(at));
}

function setBoth(v: number, l: string, h: string): void {
  setPair(v, l, h, mentions(l, N.highName(v)), mentions(h, N.lowName(v)));
}

/** Whether an i64 expression is a call of a helper. */
function isHelper(at: number): boolean {
  const op = word(at, 0);
  if (op === O.I64_REINTERPRET_F64 || (op >= O.I64_TRUNC_F32_S && op <= O.I64_TRUNC_F64_U) || (op >= 0x104 && op < 0x200)) return true;
  if (op >= O.I64_MUL && op <= O.I64_REM_U) return true;
  return op >= O.I64_SHL && op <= O.I64_ROTR && word(word(at, B), 0) !== T.X_CONST;
}

export function minus(a: string, b: string): string {
  return a + (b.charCodeAt(0) === 45 ? '- ' : '-') + b;
}

/** Signed 64-bit sum or difference: the carry is whether the low word wrapped. */
function sum64(v: number, at: number, add: boolean): void {
  const a = word(at, A);
  const b = word(at, B);
  const low = N.lowName(v);
  const high = N.highName(v);
  const al = E.lo(a);
  const ah = E.hi(a);
  const bl = inside(E.lo(b), 12);
  const bh = inside(E.hi(b), 12);
  if (add) {
    if (bl === '0') {
      const h = bh === '0' ? ah : ah + '+' + bh + '|0';
      setBoth(v, al, h);
      return;
    }
    // the sum is looked at beside al, or beside bl where al is about to be overwritten
    const overwrites = low === al && low === bl;
    const t = overwrites || low === ah || low === bh ? N.scratchName('t') : low;
    const beside = t === al ? bl : al;
    const text = word(b, 0) === T.X_CONST && word(b, A) < 0 ? al + bl : al + '+' + bl;
    out += t + '=' + text + '|0;';
    const carry = word(b, 0) === T.X_CONST && beside === bl ? '' + (word(b, A) >>> 0) : beside + '>>>0';
    const upper = bh === '0' ? ah : ah + '+' + bh;
    out += high + '=' + upper + '+(' + t + '>>>0<' + carry + ')|0;';
    if (t !== low) out += low + '=' + t + ';';
    return;
  }
  const borrow = al + '>>>0<' + (word(b, 0) === T.X_CONST ? '' + (word(b, A) >>> 0) : bl + '>>>0');
  const h = (bh === '0' ? ah : minus(ah, bh)) + (bl === '0' ? '' : '-(' + borrow + ')') + '|0';
  const l = bl === '0' ? al : minus(al, bl) + '|0';
  setPair(v, l, h, mentions(l, high), mentions(h, low));
}

/** A product by a constant; false = not one. */
function multiply(v: number, at: number): boolean {
  let a = word(at, A);
  let b = word(at, B);
  if (word(a, 0) === T.X_CONST) {
    const swap = a;
    a = b;
    b = swap;
  }
  if (word(b, 0) !== T.X_CONST || word(a, 0) !== T.X_VAR) return false;
  const kl = word(b, A);
  const kh = word(b, B);
  const x = N.lowName(word(a, A));
  const xh = N.highName(word(a, A));
  const t = N.scratchName('t');
  const ofHigh = kl > -32768 && kl < 32768 ? xh + '*' + (kl < 0 ? '(' + kl + ')' : kl) : use('Ml') + '(' + xh + ',' + kl + ')';
  let h: string;
  let l: string;
  if (kl > 0 && kl < 2097152) {
    // below 2^53, so exact
    out += t + '=(' + x + '>>>0)*' + kl + ';';
    h = '(' + t + '/4294967296|0)';
    l = t + '|0';
  } else {
    // as runtime/multiply.ts
    const s = N.scratchName('s');
    out += t + '=(' + x + '>>>0)*' + (kl & 65535) + ';' + s + '=(' + x + '>>>0)*' + (kl >>> 16) + '+(' + t + '/65536>>>0);';
    h = '(' + s + '/65536|0)';
    l = s + '<<16|' + t + '&65535';
  }
  h += '+' + ofHigh;
  if (kh !== 0) {
    // where it is a power of two, as in FNV's prime, a shift
    const k = kh > 0 && (kh & (kh - 1)) === 0 ? 31 - leadingZeros(kh) : -1;
    h += k >= 0 ? '+(' + x + '<<' + k + ')' : '+' + use('Ml') + '(' + x + ',' + kh + ')';
  }
  out += N.highName(v) + '=' + h + '|0;' + N.lowName(v) + '=' + l + ';';
  return true;
}

function leadingZeros(x: number): number {
  let n = 0;
  while (n < 32 && x >>> (31 - n) === 0) n++;
  return n;
}

function load64(at: number, low: string, high: string): void {
  const base = word(at, A);
  const offset = word(at, B) >>> 0;
  const place = word(at, C) > 0 ? null : E.access(base, offset, 2, 8, true);
  if (place === null || place.slow) {
    out += low + '=' + E.slowLoad(at, 'Lj') + ';' + high + '=' + E.helperHigh() + ';';
    return;
  }
  const view = use('I');
  K.learn(base, offset, 8);
  const q = N.scratchName('q');
  if (place.exact && place.misaligned === '') {
    out += low + '=' + view + '[' + q + '=' + place.index + '];' + high + '=' + view + '[' + q + '+1];';
    return;
  }
  const helper = low + '=' + use('Lj') + '(' + place.base + ',' + offset + ',' + word(at, SITE) + ');' + high + '=' + E.helperHigh() + ';';
  if (place.exact) {
    const fast = low + '=' + view + '[' + q + '=' + place.index + '];' + high + '=' + view + '[' + q + '+1];';
    out += 'if(' + place.misaligned + '){' + helper + '}else{' + fast + '}';
    return;
  }
  // the element behind lies outside too, or across
  out +=
    'if((' + high + '=' + view + '[(' + q + '=' + place.index + ')+1])==null){' + helper + '}else ' + low + '=' + view + '[' + q + '];';
}

function setFloat(v: number, at: number): void {
  const wide = tree.classes[v] === CLASS_F64;
  const both = N.holdsBits(v) && N.holdsNumber(v);
  if (both && !isRaw(at)) {
    // the number says it all: its bits are made where they are read (express.ts)
    assign(N.numberName(v), E.num(at));
    out += N.lowName(v) + '=null;';
    return;
  }
  if (!N.holdsBits(v)) {
    assign(N.numberName(v), E.num(at));
    return;
  }
  if (!wide) assign(N.lowName(v), E.bits32(at));
  else if (word(at, 0) === O.F64_LOAD) load64(at, N.lowName(v), N.highName(v));
  else if (E.hasWords(at)) {
    const l = E.lowBits(at);
    setBoth(v, l, E.highBits(at));
  } else {
    const l = E.settled(at);
    out += N.lowName(v) + '=' + l + ';' + N.highName(v) + '=' + E.helperHigh() + ';';
  }
  if (!both) return;
  // of the bits just fetched: reading memory again might trap again, and costs more
  if (wide) out += N.numberName(v) + '=' + use('Qd') + '(' + N.lowName(v) + ',' + N.highName(v) + ');';
  else out += N.numberName(v) + '=' + use('Q') + '(' + N.lowName(v) + ');';
}

/** A value that is written in both arms of a store: a name or a constant; else it goes into a scratch variable first. */
export function once(text: string, twice: boolean): string {
  if (!twice) return text;
  let simple = text.length < 12;
  for (let i = 0; simple && i < text.length; i++) simple = isLetter(text.charCodeAt(i)) || (i === 0 && text.charCodeAt(0) === 45);
  if (simple) return text;
  const x = N.scratchName('v');
  out += x + '=' + text + ';';
  return x;
}

export function store(y: number): void {
  const code = word(y, READS) & 0xffff;
  const memory = word(y, READS) >> 16;
  const base = word(y, A);
  const value = word(y, B);
  const offset = word(y, C) >>> 0;
  const site = word(y, SITE);
  const cls = classAt(value);
  const width = K.widthOf(code);
  if (memory > 0) {
    // the address first, as the helper takes it: neither changes the other
    const words = argument(value) + (cls === CLASS_I32 || cls === CLASS_F32 ? ',0' : '');
    out += use('Wm') + '(' + memory + ',' + code + ',' + E.int(base) + ',' + offset + ',' + words + ',' + site + ');';
    return;
  }
  const bits = cls >= CLASS_F32 && isRaw(value);
  if (width === 3 && (cls === CLASS_I64 || bits)) {
    store64(base, offset, value, site);
    return;
  }
  const view = cls >= CLASS_F32 && !bits ? (width === 2 ? 'K' : 'D') : 'BUI'.charAt(width);
  const slow = cls >= CLASS_F32 && !bits ? (width === 2 ? 'Wf' : 'Wg') : ['Wb', 'Wh', 'Wi'][width];
  const text =
    cls === CLASS_I32
      ? E.looseInt(value)
      : cls === CLASS_I64
        ? E.lo(value)
        : bits
          ? E.bits32(value)
          : width === 2
            ? E.storedNumber(value)
            : E.num(value);
  const simple = once(text, !K.isSafe(base, offset, width, 1 << width));
  const place = E.access(base, offset, width, 1 << width, true);
  const helper = use(slow) + '(' + place.base + ',' + offset + ',' + simple + ',' + site + ');';
  if (place.slow) {
    out += helper;
    return;
  }
  K.learn(base, offset, 1 << width);
  if (place.exact) {
    const fast = use(view) + '[' + place.index + ']=' + simple + ';';
    out += place.misaligned === '' ? fast : 'if(' + place.misaligned + ')' + helper + 'else ' + fast;
    return;
  }
  if (place.again !== '') {
    out +=
      'if(' +
      (place.again === place.index ? place.index : '(' + place.index + ')') +
      '<' +
      use(E.BOUND[width]) +
      ')' +
      use(view) +
      '[' +
      place.again +
      ']=' +
      simple +
      ';else ' +
      helper;
    return;
  }
  const q = N.scratchName('q');
  const index = width === 0 && place.index.indexOf('>>>0') < 0 ? byteIndex(place.index, base) : place.index;
  out += 'if((' + q + '=' + index + ')<' + use(E.BOUND[width]) + ')' + use(view) + '[' + q + ']=' + simple + ';else ' + helper;
}

/** A byte's address as an unsigned number. */
function byteIndex(text: string, base: number): string {
  return K.upper(base) >= 0 ? text : '(' + text + ')>>>0';
}

function store64(base: number, offset: number, value: number, site: number): void {
  let l: string;
  let h: string;
  if (classAt(value) === CLASS_I64) {
    l = once(E.lo(value), true);
    h = E.hi(value);
  } else if (word(value, 0) === O.F64_LOAD) {
    l = N.scratchName('v');
    h = N.scratchName('w');
    load64(value, l, h);
  } else if (E.hasWords(value)) {
    l = once(E.lowBits(value), true);
    h = E.highBits(value);
  } else {
    l = N.scratchName('v');
    out += l + '=' + E.settled(value) + ';';
    h = E.helperHigh();
  }
  if (!isWord(h)) {
    const w = N.scratchName('w');
    out += w + '=' + h + ';';
    h = w;
  }
  const place = E.access(base, offset, 2, 8, true);
  const view = use('I');
  K.learn(base, offset, 8);
  const q = N.scratchName('q');
  const fast = view + '[' + q + '=' + place.index + ']=' + l + ';' + view + '[' + q + '+1]=' + h + ';';
  if (place.exact && place.misaligned === '') {
    out += fast;
    return;
  }
  const helper = use('Wj') + '(' + place.base + ',' + offset + ',' + l + ',' + h + ',' + site + ');';
  if (place.slow) out += helper;
  else if (place.exact) out += 'if(' + place.misaligned + ')' + helper + 'else{' + fast + '}';
  else {
    const stores = view + '[' + q + ']=' + l + ';' + view + '[' + q + '+1]=' + h + ';';
    out += 'if((' + q + '=' + place.index + ')<' + use('Nc') + '-1){' + stores + '}else ' + helper;
  }
}

function isWord(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isLetter(text.charCodeAt(i)) && !(i === 0 && text.charCodeAt(0) === 45)) return false;
  return true;
}

export function setGlobal(index: number, at: number, site: number, stackGlobal: number): void {
  const g = use('G' + index);
  const cls = classAt(at);
  if (cls === CLASS_I32) {
    if (index === stackGlobal) out += use('Sp') + '(' + index + ',' + E.int(at) + ',' + site + ');';
    else out += g + '.lo=' + E.int(at) + ';';
  } else if (cls === CLASS_F32) out += g + '.lo=' + E.bits32(at) + ';';
  else if (cls === CLASS_I64) {
    const l = once(E.lo(at), true);
    out += g + '.hi=' + E.hi(at) + ';' + g + '.lo=' + l + ';';
  } else if (E.hasWords(at)) {
    const l = once(E.lowBits(at), true);
    out += g + '.hi=' + E.highBits(at) + ';' + g + '.lo=' + l + ';';
  } else out += g + '.lo=' + E.settled(at) + ';' + g + '.hi=' + E.helperHigh() + ';';
}
