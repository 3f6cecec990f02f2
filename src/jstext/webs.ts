// Splits locals: each local.set begins a new variable, and variables whose values meet where control joins become one again. Compilers to wasm reuse a local
// for values that have nothing to do with each other; apart, more is known of each: what it is a multiple of (express.ts), whether it holds floats or their
// bits (floats.ts), what a loop does to it (loops.ts). In text those of one local that are alike share a name again (names.ts). Device-safe.

import { tree } from './tree';

let parent: number[] = []; // by variable: another one that it is the same as, or itself
let current: number[] = []; // variable of each local where the builder stands
let frozen = 0; // how many constructs forbid new variables: in a try_table control may leave from anywhere
let saved: (number[] | null)[] = []; // by open construct: the variables at its label, null = nobody has branched there
let before: number[][] = []; // of an `if`: the variables as it began

/** Begins a function. */
export function beginWebs(): void {
  parent = [];
  current = [];
  frozen = 0;
  for (let x = 0; x < tree.locals; x++) {
    current.push(x);
    parent.push(x);
  }
}
/** Notes a variable that is a slot's. */
export function addVariable(): void {
  parent.push(parent.length);
}
/** The variable that local x is now. */
export function variableOf(x: number): number {
  return current[x];
}
/** The variable for a new value of local x; add() makes one. */
export function renew(x: number, add: (x: number) => number): number {
  if (frozen === 0) current[x] = add(x);
  return current[x];
}

export function freeze(by: number): void {
  frozen += by;
}

/** The one that stands for a variable and all it has met. */
export function find(v: number): number {
  while (parent[v] !== v) v = parent[v] = parent[parent[v]];
  return v;
}
function join(a: number, b: number): void {
  const x = find(a);
  const y = find(b);
  if (x < y) parent[y] = x;
  else if (y < x) parent[x] = y;
}
function meet(with_: number[]): void {
  for (let x = 0; x < current.length; x++) if (current[x] !== with_[x]) join(current[x], with_[x]);
}

/** A construct begins as the open-th. */
export function openWeb(open: number, loop: boolean, isIf: boolean): void {
  saved[open] = loop ? current.slice(0) : null;
  before[open] = isIf ? current.slice(0) : [];
}
/** A branch to construct `open`. */
export function branchWeb(open: number): void {
  if (open === 0) return;
  const at = saved[open];
  if (at === null) saved[open] = current.slice(0);
  else meet(at);
}
/** The first arm of an `if` has ended; the second begins as the first did. */
export function elseWeb(open: number, reachable: boolean): void {
  if (reachable) branchWeb(open);
  current = before[open].slice(0);
}
/** A construct ends; lacksElse: an `if` that may have been passed by. */
export function endWeb(open: number, loop: boolean, reachable: boolean, lacksElse: boolean): void {
  if (open === 0) return;
  if (lacksElse) {
    const after = current;
    current = before[open];
    branchWeb(open);
    current = after;
  }
  if (loop) return;
  const at = saved[open];
  if (at === null) return;
  if (reachable) meet(at);
  current = at;
}

/** Lets go of what the last function has left. */
export function releaseWebs(): void {
  parent = current = [];
  saved = [];
  before = [];
}
