// Statements of a tree as text: one JavaScript function per wasm function, structured as the body is. Device-safe.
//
// Form A can stop and go on. Places where it may (a loop's head, a call that may itself stop) are named by the byte offset of their operator.
// To stop is to throw: every function that may stop catches, hands its variables and `k`, the place, to W, and throws on, until no
// JavaScript frame is left. To go on is to be called with Z set: the function takes its variables back and `r`, the place, steers past
// everything before it: statements stand under `if(!r)`, constructs are entered while their last place is not before r. Where nothing can
// stop, and behind the last place, the text is plain. Traps and exceptions take the same way, so that a trace has every frame.
// Form B cannot stop: its loops throw when fuel is gone, and it calls by JavaScript's own stack.

import { UNREACHABLE } from '../spec/traps';
import * as V from './assign';
import * as E from './express';
import { argument, COND, use } from './express';
import { classAt, forms, releaseForms } from './floats';
import * as K from './known';
import { type Group, leaves, type Plan, planLoop } from './loops';
import * as N from './names';
import * as T from './tree';
import { A, B, C, CLASS_F32, CLASS_F64, CLASS_I32, CLASS_I64, EFFECTS, READS, SITE, tree } from './tree';

export interface Style {
  /** Can stop and go on (form A); else form B. */
  stops: boolean;
  /** Index of the global that is guarded as the stack pointer where the instance says so, -1 = none. */
  stackGlobal: number;
  /** How many functions are imported: under form B they are told where they are called. */
  imports: number;
  /** For engines that have no labels, do not mask shift counts and do not read every decimal exactly: the device profile's least (docs/engines.md). */
  plain: boolean;
  /** Bytes of memory 0 that every instance has from its beginning. */
  staticBytes: number;
}

let style: Style;
let stops = false; // of the function in hand: form A and it has places
let traced = false; // form A, and it cannot stop, but calls: it catches to say where it stood
let out = '';
let next = 0; // statement
let whole: Plan | null = null; // of the loop whose untested copy is in hand (loops.ts),
let wholeEnd = ''; // the name of its counter's last value,
let wholeCost = 0; // and its fuel per turn
let guarded = false; // inside `if(!r){`
// Enclosing constructs of JavaScript that break and continue may mean, innermost last; labels by tree label.
let around: number[] = [];
let depth = 0;
let depths: { [label: number]: number } = {};
let named: { [label: number]: string } = {};
let crossings: { [label: number]: number[] } = {}; // labels that are jumped to through a construct
let catches = 0; // no engine's catch likes its name used twice in a function

function word(at: number, column: number): number {
  return tree.rows[at + column];
}
function inside(text: string, need: number): string {
  return E.p < need ? '(' + text + ')' : text;
}

/** Opens the guard of statements that are passed by when the function goes on behind them. */
function guard(bound: number, site: number): void {
  if (guarded || site > bound) return;
  out += 'if(!r){';
  guarded = true;
}
function unguard(): void {
  if (guarded) out += '}';
  guarded = false;
}

function labelName(label: number): string {
  const name = N.identifier(depths[label]);
  return named[label] || (named[label] = / do | if | in /.test(' ' + name + ' ') ? name + '_' : name);
}

/** A jump to a label. */
function jump(label: number): void {
  const l = tree.labels[label];
  if (whole !== null && leaves(label)) refund(whole);
  if (l.loop) pay(label);
  if (around.length > 0 && around[around.length - 1] === label) out += l.loop ? 'continue;' : 'break;';
  else if (!style.plain) out += (l.loop ? 'continue ' : 'break ') + labelName(label) + ';';
  else {
    // leaves one construct after the other: each looks at j when it has ended
    for (let i = around.length - 1; around[i] !== label; i--) {
      const through = crossings[around[i]] || [];
      crossings[around[i]] = through;
      if (through.indexOf(label) < 0) through.push(label);
    }
    out += N.scratchName('j') + '=' + (depths[label] + 1) + ';break;';
  }
}
/** What follows a construct that has just ended, where jumps go through it (plain style). */
function passOn(label: number): string {
  const through = crossings[label];
  if (through === undefined) return '';
  const j = N.scratchName('j');
  const outer = around[around.length - 1];
  const here = through.indexOf(outer) >= 0;
  const mine = here
    ? 'if(' + j + '==' + (depths[outer] + 1) + '){' + j + '=0;' + (tree.labels[outer].loop ? 'continue' : 'break') + '}'
    : '';
  return 'if(' + j + '){' + mine + (through.length > (here ? 1 : 0) ? 'break' : '') + '}';
}
/** Whether break leaves a construct: a loop, and in plain style every construct that is branched to. */
function isBreakable(label: number): boolean {
  const l = tree.labels[label];
  return l.used > 0 && (l.loop || style.plain);
}
/** A construct that break is to leave without a label. */
function breakable(text: string): string {
  return 'do{' + text + '}while(0);';
}

/** Leaving an untested copy gives back the fuel of the turns that will not be. */
function refund(plan: Plan): void {
  const turns = '(' + wholeEnd + '-' + N.lowName(plan.counter) + ')/' + plan.step;
  out += 'F+=(' + turns + (next - 1 > plan.changed ? '+1' : '') + ')*' + wholeCost + ';';
}
/** A turn of a loop costs. */
function pay(label: number): void {
  const l = tree.labels[label];
  use('F');
  if (l.calls) out += 'F-=' + l.cost + ';';
  else if (style.stops) out += 'if((F-=' + l.cost + ')<0){k=' + l.site + ';throw 0}';
  else out += 'if((F-=' + l.cost + ')<0)' + use('Of') + '(' + l.site + ');';
}

/** Prints statements up to the end (or else) of the construct they stand in; returns the position of that. bound: greatest place ahead at which r may aim. */
function sequence(bound: number): void {
  for (; next < tree.body.length; ) {
    const y = tree.body[next];
    const op = word(y, 0);
    if (op === T.Y_END || op === T.Y_ELSE) break;
    if (whole !== null && next === whole.end) break;
    if (next++ === (whole === null ? -1 : whole.test)) continue;
    if (op >= T.Y_BLOCK && op <= T.Y_IF) construct(y, op, bound);
    else if (op === T.Y_TRY) construct(y, op, bound);
    else if (stops && op >= T.Y_CALL && op <= T.Y_CALL_REF && word(y, EFFECTS) > 0) {
      if (!guarded) out += 'if(!r){';
      guarded = false;
      out += 'k=' + word(y, SITE) + ';';
      results(y, callText(y, op));
      out += '}else if(r==' + word(y, SITE) + '){r=0;';
      results(y, use('Go') + '()');
      out += '}';
      K.forgetAliases(); // scratch variables are not kept
    } else {
      guard(bound, word(y, SITE));
      statement(y, op);
    }
  }
  unguard();
}

function construct(y: number, op: number, bound: number): void {
  const label = word(y, A);
  const l = tree.labels[label];
  const places = stops && l.last > 0;
  if (places) unguard();
  else guard(bound, word(y, SITE));
  const outerGuard = guarded;
  guarded = false;
  const before = out;
  depths[label] = depth++;
  const factsBefore = K.facts();
  const since = K.now();
  out = '';
  let head = '';
  let tail = '';
  if (op === T.Y_LOOP) {
    K.setFacts([]);
    K.forgetAliases();
    const repeats = l.used > 0;
    if (places) {
      const only = l.last === l.site;
      if (bound > l.last) {
        head = 'if(!r||r<=' + l.last + '){';
        tail = '}';
      }
      head += only ? 'r=0;' : 'if(r)if(r==' + l.site + ')r=0;';
    }
    const start = out;
    if (repeats && !style.plain) head += untested(label);
    if (repeats) around.push(label);
    out = '';
    loopBody(label, places && l.last > l.site ? l.last : 0, repeats);
    const body = out;
    out = start;
    if (repeats) around.pop();
    const name = named[label];
    if (repeats) out = head + (name ? name + ':' : '') + 'for(;;){' + body + '}' + tail + passOn(label);
    else out = head + (name ? name + ':' : '') + '{' + body + '}' + tail;
  } else if (op === T.Y_IF) {
    const c = E.condition(word(y, B), false);
    if (places)
      head =
        l.lastThen > 0
          ? bound <= l.lastThen
            ? 'if(r||' + inside(c, 3) + '){'
            : 'if(r?r<=' + l.lastThen + ':' + inside(c, COND) + '){'
          : 'if(!r&&' + inside(c, 4) + '){';
    else head = 'if(' + c + '){';
    if (isBreakable(label)) around.push(label);
    sequence(places ? l.lastThen : 0);
    let text = out;
    out = '';
    const end = tree.body[next];
    if (word(end, 0) === T.Y_ELSE) {
      next++;
      K.setFacts(factsBefore.slice(0));
      K.forgetAliases();
      sequence(places && l.last > l.lastThen ? bound : 0);
      if (out !== '') {
        if (text === '' && !places) head = 'if(' + E.condition(word(y, B), true) + '){';
        else text += places && l.last === l.lastThen && bound > l.last ? '}else if(!r){' : '}else{';
        text += out;
      }
      out = '';
    }
    const name = named[label];
    out = (name ? name + ':' : '') + head + text + '}';
    if (isBreakable(label)) {
      around.pop();
      out = breakable(out) + passOn(label);
    }
  } else if (op === T.Y_TRY) {
    if (isBreakable(label)) around.push(label);
    tryBody(y, places ? bound : 0);
    if (isBreakable(label)) {
      around.pop();
      out = breakable(out) + passOn(label);
    }
  } else {
    if (isBreakable(label)) around.push(label);
    sequence(places ? bound : 0);
    const name = named[label];
    if (name) out = name + ':{' + out + '}';
    if (isBreakable(label)) {
      around.pop();
      out = breakable(out) + passOn(label);
    }
  }
  K.forgetAliases();
  depth--;
  out = before + out;
  next++; // its end
  guarded = outerGuard;
  // what was known before it still is, of what it did not set
  K.restoreFacts(factsBefore, since);
}

/** Forgets what is known of a call's results. */
function forgetResults(y: number): void {
  const at = word(y, B) + tree.list[word(y, B)] + 1;
  for (let i = 1; i <= tree.list[at]; i++) K.forget(tree.list[at + i]);
}

/** The copy of a counted loop that runs all its turns but the last without tests, where those could be made before; '' = it is none. */
function untested(label: number): string {
  let end = next;
  for (let nesting = 0; ; end++) {
    const op = word(tree.body[end], 0);
    if ((op >= T.Y_BLOCK && op <= T.Y_IF) || op === T.Y_TRY) nesting++;
    else if (op === T.Y_END && --nesting < 0) break;
  }
  const plan = planLoop(label, next, end);
  if (plan === null) return '';
  const n = N.scratchName('n');
  const z = N.scratchName('z');
  const counter = N.lowName(plan.counter);
  const limit = plan.limit < 0 ? '0' : E.int(plan.limit);
  const cost = tree.labels[label].cost;
  const step = plan.step;
  let condition = n + '>2';
  if (plan.unsigned) condition += '&&' + counter + '>=0' + (limit.charCodeAt(0) > 57 ? '&&' + limit + '>=0' : '');
  for (let g = 0; g < plan.groups.length; g++) condition += '&&' + tested(plan.groups[g], n);
  const distance = (limit === '0' ? '-' + counter : limit.charCodeAt(0) === 45 ? limit + '-' + counter : limit + '-' + counter) + '';
  const turns = step === 1 ? distance : step === -1 ? V.minus(counter, inside(limit, 12)) : '(' + distance + ')/' + step;
  let text =
    n + '=' + turns + '-1;if(' + n + '*' + cost + '>' + use('F') + ')' + n + '=F/' + cost + ';' + n + '=' + n + '>0?' + n + '|0:0;'; // below -2^31 it would wrap
  text += 'if(' + condition + '){F-=' + n + '*' + cost + ';' + z + '=' + counter + '+' + n + '*' + step + '|0;do{';
  const begin = next;
  const outer = out;
  out = '';
  K.setProven(plan.proven);
  whole = plan;
  wholeEnd = z;
  wholeCost = cost;
  around.push(label); // a jump to the loop around this one needs its label
  sequence(0);
  around.pop();
  whole = null;
  K.setProven({});
  text += out + '}while(' + counter + '!=' + z + ')}';
  out = outer;
  next = begin;
  K.setFacts([]);
  K.forgetAliases();
  return text;
}
/** The test that all bytes of a group lie in memory, in n turns. */
function tested(group: Group, n: string): string {
  let sum = '';
  for (let i = 0; i < group.terms.length; i += 2) {
    const c = group.terms[i + 1];
    const name = N.lowName(group.terms[i]);
    sum += (c < 0 || i === 0 ? '' : '+') + (c === 1 ? name : c === -1 ? '-' + name : c + '*' + name);
  }
  if (sum === '') sum = '0';
  const q = N.scratchName('q');
  const first = '(' + q + '=' + sum + ')';
  const way = group.step === 0 ? '' : '+' + group.step + '*(' + n + '-1)';
  const low = first + (group.step < 0 ? way : '') + '>=' + -group.low;
  const high = q + (group.step > 0 ? way : '') + '<=' + use('Na') + '-' + group.high;
  return low + '&&' + high.replace('--', '- -') + (group.mask > 0 ? '&&!(' + q + '&' + group.mask + ')' : '');
}

function loopBody(label: number, bound: number, repeats: boolean): void {
  sequence(bound);
  if (!repeats) return;
  const end = tree.body[next];
  const last = tree.body[next - 1];
  if (word(last, 0) === T.Y_BR && word(last, A) === label) cutTail('continue;');
  else if (word(end, B) === 1 && lastTurn !== label) out += 'break;';
}
/** Takes a text off the end, if it is there. */
function cutTail(text: string): void {
  const at = out.length - text.length;
  if (at >= 0 && out.substring(at) === text) out = out.substring(0, at);
}

/** try_table: exceptions come as JavaScript's; Ca finds the clause, or throws on whatever it is. */
function tryBody(y: number, bound: number): void {
  const label = word(y, A);
  sequence(bound);
  const body = out;
  const x = N.scratchName('z');
  const caught = 'c' + catches++ + '_';
  out = '';
  let clauses = '';
  let at = word(y, B);
  let branches = '';
  for (let i = 0; i < word(y, C); i++) {
    const list = tree.list;
    const n = list[at + 3];
    clauses += (i > 0 ? ',' : '') + list[at] + ',' + list[at + 1];
    K.setFacts([]);
    K.forgetAliases();
    out = '';
    for (let k = 0; k < n; k++) take(list[at + 4 + k], k);
    if (list[at + 2] < 0) {
      const start = tree.list.push(n) - 1;
      for (let k = 0; k < n; k++) tree.list.push(T.row(T.X_VAR, list[at + 4 + k], 0, 0, 0, 0, 0));
      giveBack(start);
    } else jump(list[at + 2]);
    branches += (i > 0 ? 'else ' : '') + 'if(' + x + '==' + i + '){' + out + '}';
    at += 4 + n;
  }
  const name = named[label];
  out =
    (name ? name + ':' : '') +
    'try{' +
    body +
    '}catch(' +
    caught +
    '){' +
    x +
    '=' +
    use('Ca') +
    '(' +
    caught +
    ',[' +
    clauses +
    ']);' +
    branches +
    '}';
}

/** Variable v gets the k-th of several values. */
function take(v: number, k: number): void {
  K.forget(v);
  use('V');
  const cls = tree.classes[v];
  const l = 'V[' + 2 * k + ']';
  const h = 'V[' + (2 * k + 1) + ']';
  if (!N.isRead(v)) return;
  if (cls < CLASS_F32 || N.holdsBits(v)) {
    out += N.lowName(v) + '=' + l + ';';
    if (cls === CLASS_I64 || cls === CLASS_F64) out += N.highName(v) + '=' + h + ';';
  }
  if (N.holdsNumber(v))
    out += N.numberName(v) + '=' + (cls === CLASS_F32 ? use('Q') + '(' + l + ');' : use('Qd') + '(' + l + ',' + h + ');');
}

/** What a call (its text) yields goes to its result variables. */
function results(y: number, text: string): void {
  const at = word(y, B) + tree.list[word(y, B)] + 1;
  const n = tree.list[at];
  forgetResults(y);
  if (n !== 1) {
    out += text + ';';
    for (let k = 0; k < n; k++) take(tree.list[at + 1 + k], k);
    return;
  }
  const v = tree.list[at + 1];
  const cls = tree.classes[v];
  if (!N.isRead(v)) out += text + ';';
  else if (cls === CLASS_I32) out += N.lowName(v) + '=' + text + ';';
  else if (cls === CLASS_I64) out += N.lowName(v) + '=' + text + ';' + N.highName(v) + '=' + use('H') + ';';
  else {
    const wide = cls === CLASS_F64;
    if (N.holdsBits(v)) {
      out += N.lowName(v) + '=' + text + ';' + (wide ? N.highName(v) + '=H;' : '');
      text = N.lowName(v);
    }
    if (N.holdsNumber(v))
      out += N.numberName(v) + '=' + (wide ? use('Qd') + '(' + text + ',' + use('H') + ')' : use('Q') + '(' + text + ')') + ';';
  }
}

function argumentsText(list: number): string {
  let text = '';
  for (let i = 1; i <= tree.list[list]; i++) text += (i > 1 ? ',' : '') + argument(tree.list[list + i]);
  return text;
}
/** How much of the engine's stack this function's frame takes, in calls of few variables: form A leaves that stack when it is deep. */
function weight(): number {
  return style.stops ? 1 + (tree.classes.length >> 5) : 1;
}
function callText(y: number, op: number): string {
  let depth = word(y, EFFECTS) > 0 || op >= T.Y_TAIL ? 'd+' + weight() : '';
  if (op === T.Y_CALL && !style.stops && word(y, A) < style.imports) depth += ',' + word(y, SITE);
  const args = argumentsText(word(y, B));
  const all = args + (args !== '' && depth !== '' ? ',' : '') + depth;
  return callee(y, op) + '(' + all + ')';
}
function callee(y: number, op: number): string {
  if (op === T.Y_CALL || op === T.Y_TAIL) return '$' + word(y, A);
  if (op === T.Y_CALL_REF || op === T.Y_TAIL_REF) return use('Cr') + '(' + E.int(word(y, C)) + ',' + word(y, SITE) + ')';
  return use('Ci') + '(' + E.int(word(y, C)) + ',' + word(y, A) + ',' + word(y, READS) + ',' + word(y, SITE) + ')';
}

function statement(y: number, op: number): void {
  const a = word(y, A);
  const b = word(y, B);
  if (op === T.Y_SET) V.set(a, b);
  else if (op === T.Y_EVAL) V.evaluate(a);
  else if (op === T.Y_STORE) V.store(y);
  else if (op === T.Y_GLOBAL) V.setGlobal(a, b, word(y, SITE), style.stackGlobal);
  else if (op === T.Y_BR) jump(a);
  else if (op === T.Y_BR_IF) branchIf(a, b);
  else if (op === T.Y_BR_TABLE) branchTable(a, b, word(y, C));
  else if (op === T.Y_RETURN) giveBack(a);
  else if (op >= T.Y_CALL && op <= T.Y_CALL_REF) {
    if (stops || traced) out += 'k=' + word(y, SITE) + ';'; // for a trace
    results(y, callText(y, op));
  } else if (op === T.Y_BULK) bulk(y);
  else if (op === T.Y_UNREACHABLE) out += use('Tr') + '(' + UNREACHABLE + ',' + word(y, SITE) + ');';
  else if (op === T.Y_NON_NULL) out += 'if(!' + inside(E.int(a), 13) + ')' + use('Tn') + '(' + word(y, SITE) + ');';
  else if (op === T.Y_THROW) {
    const args = argumentWords(b);
    out += use('Th_') + '(' + a + ',[' + args + '],' + word(y, SITE) + ');';
  } else if (op === T.Y_THROW_REF) out += use('Tx') + '(' + E.int(a) + ',' + word(y, SITE) + ');';
  else tailCall(y, op);
  out += V.taken();
}

/** Values as words, low and high each. */
function argumentWords(list: number): string {
  let text = '';
  for (let i = 1; i <= tree.list[list]; i++) {
    const at = tree.list[list + i];
    const cls = classAt(at);
    text += (i > 1 ? ',' : '') + argument(at) + (cls === CLASS_I32 || cls === CLASS_F32 ? ',0' : '');
  }
  return text;
}

function branchIf(label: number, at: number): void {
  const l = tree.labels[label];
  const end = tree.body[next];
  // the branch back at a loop's end
  if (l.loop && end !== undefined && word(end, 0) === T.Y_END && word(end, A) === label && around[around.length - 1] === label) {
    out += 'if(' + E.condition(at, true) + ')break;';
    pay(label);
    lastTurn = label;
    return;
  }
  const several = l.loop || whole !== null || style.plain;
  out += 'if(' + E.condition(at, false) + ')';
  if (several) out += '{';
  jump(label);
  if (several) out += '}';
}
let lastTurn = -1;

function branchTable(at: number, list: number, n: number): void {
  const x = N.scratchName('x');
  const text = E.uint(at);
  out += x + '=' + text + ';';
  tableTree(x, list, 0, n - 1, n);
}
/** Entries [from, to] of a branch table, the last of all for everything from there on. */
function tableTree(x: string, list: number, from: number, to: number, n: number): void {
  let same = true;
  for (let i = from + 1; i <= to; i++) if (tree.list[list + i] !== tree.list[list + from]) same = false;
  if (same) {
    jump(tree.list[list + from]);
    return;
  }
  const middle = (from + to + 1) >> 1;
  out += 'if(' + x + '<' + middle + '){';
  tableTree(x, list, from, middle - 1, n);
  out += '}else{';
  tableTree(x, list, middle, to, n);
  out += '}';
}

function giveBack(list: number): void {
  if (whole !== null) refund(whole);
  const n = tree.list[list];
  if (n === 0) {
    out += 'return;';
    return;
  }
  if (n > 1) {
    use('V');
    const words = argumentWords(list);
    out += use('Mv') + '([' + words + ']);return;';
    return;
  }
  const at = tree.list[list + 1];
  const cls = classAt(at);
  if (cls === CLASS_I32) out += 'return ' + E.int(at) + ';';
  else if (cls === CLASS_F32) out += 'return ' + E.bits32(at) + ';';
  else if (cls === CLASS_F64 && !E.hasWords(at)) {
    const v = N.scratchName('v');
    out += v + '=' + E.settled(at) + ';' + use('H') + '=' + E.helperHigh() + ';return ' + v + ';';
  } else {
    // the low word first: it may trap, or call
    const wide = cls === CLASS_I64;
    const l = V.once(wide ? E.lo(at) : E.lowBits(at), (word(at, EFFECTS) & T.TRAPS) !== 0);
    out += V.taken();
    const h = wide ? E.hi(at) : E.highBits(at);
    out += use('H') + '=' + h + ';return ' + l + ';';
  }
}

function bulk(y: number): void {
  const list = word(y, B);
  const v = word(y, C);
  let args = '';
  const count = tree.list[list + 2];
  for (let i = 1; i <= count; i++) args += ',' + E.int(tree.list[list + 2 + i]);
  let zero = '';
  for (let i = count; i < 3; i++) zero += ',0';
  use('F');
  const text = use('Bu') + '(' + word(y, A) + ',' + tree.list[list] + ',' + tree.list[list + 1] + args + zero + ',' + word(y, SITE) + ')';
  if (v >= 0) {
    out += N.lowName(v) + '=' + text + ';';
    K.forget(v);
  } else out += text + ';';
}

/** A tail call leaves what to call and its arguments in Tc; whoever called this function goes on with that. */
function tailCall(y: number, op: number): void {
  const args = argumentsText(word(y, B));
  let f: string;
  if (op === T.Y_TAIL) f = use('Tt') + '(' + word(y, A) + ')';
  else f = callee(y, op).slice(0, -1) + ',1)';
  out += use('E') + '.tail=[' + f + ',[' + args + ']];return;';
}

/**
 * By variable: whether a local may be read before it is set, so that its 0 is seen. The rows of a tree are in the program's order: what is set in a
 * construct is set for all that follows in it.
 */
function readUnset(): boolean[] {
  const rows = tree.rows;
  const unset: boolean[] = [];
  const scope: number[] = []; // construct that set it, -1 = none
  for (let v = 0; v < tree.classes.length; v++) {
    unset.push(false);
    scope.push(-1);
  }
  const closed: boolean[] = [false];
  const open = [0];
  for (let at = 0; at < tree.size; at += T.ROW) {
    const op = rows[at];
    const a = rows[at + A];
    const here = open[open.length - 1];
    if (op === T.X_VAR) {
      if (scope[a] < 0 || closed[scope[a]]) unset[a] = true;
    } else if (op === T.Y_SET) setIn(scope, closed, a, here);
    else if (op === T.Y_BULK) setIn(scope, closed, rows[at + C], here);
    else if (op === T.Y_CALL || op === T.Y_CALL_INDIRECT || op === T.Y_CALL_REF) {
      const list = rows[at + B] + tree.list[rows[at + B]] + 1;
      for (let i = 1; i <= tree.list[list]; i++) setIn(scope, closed, tree.list[list + i], here);
    } else if ((op >= T.Y_BLOCK && op <= T.Y_IF) || op === T.Y_TRY) open.push(closed.push(false) - 1);
    else if (op === T.Y_ELSE || op === T.Y_END) {
      closed[here] = true;
      open.pop();
      if (op === T.Y_ELSE) open.push(closed.push(false) - 1);
    }
  }
  return unset;
}
function setIn(scope: number[], closed: boolean[], v: number, here: number): void {
  if (v >= 0 && (scope[v] < 0 || closed[scope[v]])) scope[v] = here;
}

/** Whether the function calls any. */
function anyCall(): boolean {
  for (let i = 0; i < tree.body.length; i++) if (word(tree.body[i], 0) >= T.Y_CALL && word(tree.body[i], 0) <= T.Y_CALL_REF) return true;
  return false;
}

/** The text of the function whose tree is built; index: in the function index space. */
export function print(index: number, how: Style): string {
  style = how;
  stops = how.stops && (tree.last > 0 || tree.tails || tree.checks);
  traced = how.stops && !stops && anyCall();
  N.beginNames(forms());
  K.findAlignments();
  K.countUses();
  K.forgetAliases();
  K.setProven({});
  K.setStaticBytes(how.staticBytes);
  whole = null;
  K.setFacts([]);
  const params: string[] = [];
  for (let v = 0; v < tree.params; v++) N.parameterNames(v, params);
  around = [];
  named = {};
  crossings = {};
  depths = {};
  E.setPlain(how.plain);
  depth = next = catches = 0;
  guarded = false;
  lastTurn = -1;
  out = '';
  sequence(stops ? tree.last : 0);
  let body = out;
  // behind the last return nothing is left to do
  if (body.substring(body.length - 7) === 'return;') body = body.substring(0, body.length - 7);
  let entry = '';
  for (let v = 0; v < tree.params; v++) {
    const cls = tree.classes[v];
    if (cls < CLASS_F32 || !N.holdsNumber(v)) continue;
    const words = N.lowName(v) + (cls === CLASS_F32 ? ')' : ',' + N.highName(v) + ')');
    entry += N.numberName(v) + '=' + (cls === CLASS_F32 ? use('Q') : use('Qd')) + '(' + words + ';';
  }
  use('F');
  const calls = tree.calls || tree.tails;
  if (calls) params.push('d');
  const zero = N.localNames(readUnset());
  let variables = '';
  for (let i = 0; i < N.declared.length; i++) {
    const name = N.declared[i];
    variables += ',' + name + (zero[name] ? '=0' : '');
  }
  // while it runs, whoever looks for the handles of exceptions that are held asks for its variables
  let roots = '';
  let forgotten = '';
  if (tree.handles) {
    const words = N.wordNames();
    roots = use('Xp') + '(function(r){' + (words.length > 0 ? 'r(' + words.join(');r(') + ')' : '') + '});';
    forgotten = 'finally{' + use('Xq') + '()}';
  }
  let text: string;
  if (stops) {
    const held = N.heldNames();
    let restore = '';
    let list = 'k';
    for (let i = 0; i < held.length; i++) {
      restore += held[i] + '=s[' + (i + 1) + '];';
      list += ',' + held[i];
    }
    const stop = calls ? '||d>' + use('Y') : '';
    const took = 'if(' + use('Z') + '){s=Z;Z=null;r=k=s[0];' + restore + (calls ? 'd=0' : '') + '}';
    const began = 'else{' + entry + 'if((F-=' + tree.cost + ')<0' + stop + ')throw 0}';
    const left = 'catch(c_){throw ' + use('W') + '(c_,' + index + ',[' + list + '])}';
    text = 'var k,r,s' + variables + ';' + roots + 'try{' + took + began + body + '}' + left + forgotten;
  } else {
    let check = 'F-=' + tree.cost + ';';
    if (calls) check = 'if((F-=' + tree.cost + ')<0||d>' + use('Y') + ')' + use('Oe') + '(d);';
    else if (tree.checks) check = 'if((F-=' + tree.cost + ')<0)' + use('Oe') + '(0);';
    if (roots !== '' || traced) {
      const left = traced ? 'catch(c_){throw ' + use('W') + '(c_,' + index + ',[k])}' : '';
      body = roots + 'try{' + check + entry + body + '}' + left + forgotten;
      if (traced) variables = ',k' + variables;
    } else body = check + entry + body;
    text = (variables === '' ? '' : 'var ' + variables.substring(1) + ';') + body;
  }
  const name = '$' + index;
  const list = params.join(',');
  if (!tree.tails) return 'function ' + name + '(' + list + '){' + text + '}';
  const outer = 'function ' + name + '(' + list + '){return ' + use('Tl') + '(' + name + 't(' + list + '),d)}';
  return 'function ' + name + 't(' + list + '){' + text + '}' + outer;
}

/** Lets go of what the last function has left, here and in what it was made with. */
export function release(): void {
  named = {};
  crossings = {};
  depths = {};
  out = '';
  E.beginExpressions();
  releaseForms();
  K.releaseKnown();
  N.releaseNames();
  T.releaseTree();
}
