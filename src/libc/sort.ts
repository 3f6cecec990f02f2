// qsort and bsearch. The comparison is guest code: each call of it is one callGuest, so a sort can be paused at any of
// them and runs under the program's own fuel. Device-safe.

import { callGuest, type Env, fail, type Native } from '../runtime/native';
import { funcOf } from '../runtime/store';
import { CALL_TYPE, UNDEFINED_ELEMENT, UNINITIALIZED_ELEMENT } from '../spec/traps';
import { FUNCREF } from '../spec/types';
import { range, rows, spend } from './state';

type Answer = ReturnType<Native[2]>;

/** The function at that index of table 0, which must take two addresses and return an int: checked as call_indirect does. */
function comparison(env: Env, index: number): number {
  const table = env.instance.tables[0];
  index >>>= 0;
  if (table === undefined || index >= table.size) throw fail(env, UNDEFINED_ELEMENT, index);
  const handle = table.elems[index];
  if (handle === 0) throw fail(env, UNINITIALIZED_ELEMENT, index);
  if (table.type.elem !== FUNCREF || funcOf(env.instance.store, handle).type.key !== '127,127>127') throw fail(env, CALL_TYPE, index);
  return handle;
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
  const args = [0, 0];
  let root = n >>> 1; // the next one below it is sifted; 0: the heap stands, its largest goes behind the end
  let end = n;
  let at = 0;
  let climbing = false;

  function ask(a: number, b: number): Answer {
    args[0] = (base + a * size) | 0;
    args[1] = (base + b * size) | 0;
    return callGuest(env, func, args, step);
  }
  function swap(a: number, b: number): void {
    const u8 = env.u8;
    spend(env, size);
    a = base + a * size;
    b = base + b * size;
    for (let i = 0; i < size; i++) {
      const byte = u8[a + i];
      u8[a + i] = u8[b + i];
      u8[b + i] = byte;
    }
  }
  function sift(): Answer {
    if (root > 0) root--;
    else if (--end > 0) swap(0, end);
    at = root;
    climbing = false;
    return end > 1 ? descend() : 0;
  }
  function descend(): Answer {
    if (2 * at + 2 < end) return ask(2 * at + 1, 2 * at + 2);
    if (2 * at + 1 < end) at = 2 * at + 1;
    climbing = true;
    return climb();
  }
  function climb(): Answer {
    if (at !== root) return ask(root, at);
    return sift();
  }
  function shift(): Answer {
    let up = 0;
    while (((at + 1) >>> up) - 1 !== root) up++;
    for (; up > 0; up--) swap(((at + 1) >>> up) - 1, ((at + 1) >>> (up - 1)) - 1);
    return sift();
  }
  function step(_: Env, result: number): Answer {
    if (!climbing) {
      at = 2 * at + ((result | 0) > 0 ? 1 : 2);
      return descend();
    }
    if ((result | 0) <= 0) return shift();
    at = (at - 1) >>> 1;
    return climb();
  }
  return n < 2 || size === 0 ? 0 : sift();
}

function bsearch(env: Env, key: number, base: number, n: number, size: number, compare: number): Answer {
  n >>>= 0;
  size >>>= 0;
  base = range(env, base, n * size);
  const func = comparison(env, compare);
  let first = 0;
  let middle = 0;

  function look(): Answer {
    if (first >= n) return 0;
    middle = Math.floor((first + n) / 2);
    return callGuest(env, func, [key, (base + middle * size) | 0], step);
  }
  function step(_: Env, result: number): Answer {
    if (result === 0) return base + middle * size;
    if ((result | 0) < 0) n = middle;
    else first = middle + 1;
    return look();
  }
  return look();
}

export const sort: Native[] = rows('(iiii)', { qsort }).concat(rows('(iiiii)i', { bsearch }));
