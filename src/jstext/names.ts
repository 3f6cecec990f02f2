// Names in generated text. Upper case and two letters: what a module's text shares (support.ts says what each is); $ and a number: functions;
// lower case: a function's own variables, handed out in order of first use so that parameters get the shortest. Device-safe.

import { BITS, NUMBER } from './floats';
import { CLASS_F32, CLASS_F64, CLASS_I32, CLASS_I64, tree } from './tree';

/** k, r, s, d: what print.ts needs in every function. */
const RESERVED = ' d k r s do if in is ';

/** The i-th identifier: a … z, then two letters and more, without words that mean something. */
export function identifier(i: number): string {
  let text = '';
  for (let n = i; ; n = Math.floor(n / 26) - 1) {
    text = String.fromCharCode(97 + (n % 26)) + text;
    if (n < 26) break;
  }
  return text;
}

let next = 0;
let low: string[] = []; // the word, the low word, or an f32's bits
let high: string[] = [];
let number: string[] = []; // of a float held as a number
let scratch: { [use: string]: string } = {};
/** Every name handed out that is not a parameter, in order. */
export let declared: string[] = [];
let forms: number[] = [];

/** The names for variables, as many as have been needed; how many identifiers that took. */
const names: string[] = [];
let tried = 0;
export function fresh(): string {
  while (names.length <= next) {
    const name = identifier(tried++);
    if (RESERVED.indexOf(' ' + name + ' ') < 0) names.push(name);
  }
  return names[next++];
}

/** Begins a function whose variables have these forms (floats.ts). */
export function beginNames(variableForms: number[]): void {
  next = 0;
  low = [];
  high = [];
  number = [];
  scratch = {};
  declared = [];
  forms = variableForms;
  for (let i = 0; i < forms.length; i++) {
    low.push('');
    high.push('');
    number.push('');
  }
}
function declare(name: string): string {
  declared.push(name);
  return name;
}

/** Names for the words of parameter v as it is given; the list in calling order. */
export function parameterNames(v: number, into: string[]): void {
  into.push((low[v] = fresh()));
  if (tree.classes[v] === CLASS_I64 || tree.classes[v] === CLASS_F64) into.push((high[v] = fresh()));
}

/** Name of variable v: an i32, an i64's low word, an f32's bits or an f64's low word. The parts of a local share names: only one of them lives at a time. */
export function lowName(v: number): string {
  const o = tree.origins[v];
  return low[o] || (low[o] = declare(fresh()));
}
export function highName(v: number): string {
  const o = tree.origins[v];
  return high[o] || (high[o] = declare(fresh()));
}
export function numberName(v: number): string {
  const o = tree.origins[v];
  return number[o] || (number[o] = declare(fresh()));
}
export function holdsNumber(v: number): boolean {
  return (forms[v] & NUMBER) !== 0;
}
export function holdsBits(v: number): boolean {
  return (forms[v] & BITS) !== 0;
}
/** Whether variable v is ever read. */
export function isRead(v: number): boolean {
  return tree.classes[v] < CLASS_F32 || forms[v] !== 0;
}
/** A name for values that live within one statement; one per use in a function. */
export function scratchName(use: string): string {
  return scratch[use] || (scratch[use] = declare(fresh()));
}
/** The names of locals that begin as 0, of those in the list. */
export function localNames(needed: boolean[]): { [name: string]: boolean } {
  const names: { [name: string]: boolean } = {};
  for (let v = tree.params; v < tree.locals; v++) {
    if (!needed[v]) continue;
    names[low[v]] = true;
    names[high[v]] = true;
    names[number[v]] = true;
  }
  return names;
}
/** All names that hold variables across statements. */
export function heldNames(): string[] {
  const names: string[] = [];
  for (let v = 0; v < low.length; v++) {
    if (low[v] !== '') names.push(low[v]);
    if (high[v] !== undefined && high[v] !== '') names.push(high[v]);
    if (number[v] !== '') names.push(number[v]);
  }
  return names;
}
/** The names of i32s and references. */
export function wordNames(): string[] {
  const names: string[] = [];
  for (let v = 0; v < low.length; v++) if (low[v] !== '' && tree.classes[v] === CLASS_I32) names.push(low[v]);
  return names;
}
/** What each of heldNames() holds: its origin, times 4, and 0 for a word, low word or bits, 1 for a high word, 2 for a number. */
export function heldKinds(): number[] {
  const kinds: number[] = [];
  for (let v = 0; v < low.length; v++) {
    if (low[v] !== '') kinds.push(4 * v);
    if (high[v] !== undefined && high[v] !== '') kinds.push(4 * v + 1);
    if (number[v] !== '') kinds.push(4 * v + 2);
  }
  return kinds;
}

/** Lets go of what the last function has left. */
export function releaseNames(): void {
  beginNames([]);
}
