// qsort and bsearch. The comparison is guest code: each call of it is one callGuest, so a sort can be paused at any of
// them and runs under the program's own fuel. Device-safe.

import { callGuest, type Env, fail, type NativeFn, type NativeGroup } from '../runtime/native';
import { funcOf } from '../runtime/store';
import { CALL_TYPE, UNDEFINED_ELEMENT, UNINITIALIZED_ELEMENT } from '../spec/traps';
import { FUNCREF, typeKey } from '../spec/types';
import { range, spend } from './state';

type Answer = ReturnType<NativeFn>;

/** The function at that index of table 0, which must take two addresses and return an int: checked as call_indirect does. */
function comparison(env: Env, index: number): number {
  const table = env.instance.tables[0];
  index >>>= 0;
  if (table === undefined || index >= table.size) throw fail(env, UNDEFINED_ELEMENT, index);
  const handle = table.elems[index];
  if (handle === 0) throw fail(env, UNINITIALIZED_ELEMENT, index);
  if (table.type.elem !== FUNCREF || typeKey(funcOf(env.instance.store, handle).type) !== '127,127>127') throw fail(env, CALL_TYPE, index);
  return handle;
}

/** Exchanges elements a and b. */
function swap(env: Env, base: number, size: number, a: number, b: number): void {
  const u8 = env.u8;
  a = base + a * size;
  b = base + b * size;
  for (let i = 0; i < size; i++) {
    const byte = u8[a + i];
    u8[a + i] = u8[b + i];
    u8[b + i] = byte;
  }
  spend(env, size);
}

/**
 * Bottom-up heapsort (Wegener 1993): in place, n log n comparisons and few more, whatever the data or the comparison says.
 * A sift goes down to a leaf by the larger children, climbs to where the root belongs, then shifts the path up by one.
 */
function qsort(env: Env, base: number, n: number, size: number, compare: number): Answer {
  n >>>= 0;
  size >>>= 0;
  base = range(env, base, n * size);
  const func = comparison(env, compare);
  let root = n >>> 1; // the next one below it is sifted; 0: the heap stands, its largest goes behind the end
  let end = n;
  let at = root; // where the sift has come to
  let climbing = true;

  /** Goes on after a comparison: of two children on the way down, of the root with what is at `at` on the way up. */
  function step(_: Env, result: number): Answer {
    result |= 0;
    if (!climbing) at = 2 * at + (result > 0 ? 1 : 2);
    else if (result > 0) at = (at - 1) >>> 1;
    else {
      let up = 0;
      while (((at + 1) >>> up) - 1 !== root) up++;
      for (; up > 0; up--) swap(env, base, size, ((at + 1) >>> up) - 1, ((at + 1) >>> (up - 1)) - 1);
      at = root;
    }
    for (;;) {
      const other = 2 * at + 2;
      if (!climbing && other < end) return callGuest(env, func, [address(other - 1), address(other)], step);
      if (!climbing && other === end) at = other - 1;
      climbing = true;
      if (at !== root) return callGuest(env, func, [address(root), address(at)], step);
      if (root > 0) root--;
      else if (--end > 0) swap(env, base, size, 0, end);
      if (end < 2) return 0;
      at = root;
      climbing = false;
    }
  }
  function address(index: number): number {
    return (base + index * size) | 0;
  }
  return n < 2 || size === 0 ? 0 : step(env, 0);
}

function bsearch(env: Env, key: number, base: number, n: number, size: number, compare: number): Answer {
  n >>>= 0;
  size >>>= 0;
  base = range(env, base, n * size);
  const func = comparison(env, compare);
  let first = 0;
  let middle = -1;

  function step(_: Env, result: number): Answer {
    if (result === 0) return base + middle * size;
    if ((result | 0) < 0) n = middle;
    else first = middle + 1;
    if (first >= n) return 0;
    middle = Math.floor((first + n) / 2);
    return callGuest(env, func, [key, (base + middle * size) | 0], step);
  }
  return step(env, 1); // the key is larger than what stands before the first
}

export const sort: NativeGroup[] = [
  ['(iiii)', 'qsort', qsort],
  ['(iiiii)i', 'bsearch', bsearch],
];
