// Decimal to binary: a big integer (decimal.ts) times powers of ten and two, rounded once. Device-safe.

import { inSteps, LIMB, multiply } from './decimal';
import { scaleBy } from './double';

let inexact = false; // something that was not zero has been divided away

/** big = floor(big / divisor); returns the remainder. */
function divide(big: number[], divisor: number): number {
  let rest = 0;
  for (let i = big.length - 1; i >= 0; i--) {
    const part = rest * LIMB + big[i];
    big[i] = Math.floor(part / divisor);
    rest = part - big[i] * divisor;
  }
  while (big.length > 0 && big[big.length - 1] === 0) big.pop();
  if (rest !== 0) inexact = true;
  return rest;
}

/** The integer, exactly where it is below 2^53. */
function small(big: number[]): number {
  let value = 0;
  for (let i = big.length - 1; i >= 0; i--) value = value * LIMB + big[i];
  return value;
}

/**
 * The number big * 10^exp10 * 2^exp2, of which `more` was left out, rounded once to `bits` of mantissa with 2^least the smallest step:
 * 53, -1074 for a double, 24, -149 for a float (which is Infinity where it is 2^128). Exponents within +-10^9. Uses up big.
 */
export function toDouble(big: number[], more: boolean, exp10: number, exp2: number, bits: number, least: number): number {
  const length = big.length * 7;
  if (length === 0 || length + exp10 < -400 || exp2 < -1e4) return 0;
  if (exp10 > 400 || exp2 > 1e4) return Infinity;
  inexact = more;
  if (exp10 >= 0) inSteps(big, 5, exp10, multiply);
  else {
    // Enough bits in front that the quotient keeps more than 64 of them.
    const front = 64 - Math.floor((exp10 * 7) / 3);
    inSteps(big, 2, front, multiply);
    inSteps(big, 5, -exp10, divide);
    exp2 -= front;
  }
  exp2 += exp10;
  // 10^7 has more than 23 bits: what can go without counting exactly.
  const spare = (big.length - 1) * 23 - 60;
  if (spare > 0) {
    inSteps(big, 2, spare, divide);
    exp2 += spare;
  }
  // Bit by bit until it fits, with the last one in `half`; what was before that is in `before`.
  let half = 0;
  let before = inexact;
  for (const limit = scaleBy(1, bits); big.length > 3 || small(big) >= limit || exp2 < least; exp2++) {
    if (half !== 0) before = true;
    half = divide(big, 2);
  }
  const mantissa = small(big);
  return scaleBy(half !== 0 && (before || mantissa % 2 === 1) ? mantissa + 1 : mantissa, exp2);
}
