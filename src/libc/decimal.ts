// Exact decimal <-> binary conversion on one big integer, for printf and strtod: no engine's own number text is used.
// The integer is an array of 7-digit limbs, least significant first; every product stays below 2^53. Device-safe.
// A double m * 2^e with e < 0 is m * 5^-e / 10^-e: so both directions need only multiplication and division by small numbers.

import { floor, scaleBy } from './double';

const LIMB = 10000000;
const TWO_32 = 4294967296;

let limbs: number[] = [];
let inexact = false; // something that was not zero has been divided away

/** Makes the integer 0. */
export function clear(): void {
  limbs = [];
  inexact = false;
}
/** Notes that digits were left out, so that the value is a little more than the integer. */
export function noteMore(): void {
  inexact = true;
}

/** integer = integer * factor + carry; both at most 10^7. */
export function multiply(factor: number, carry: number): void {
  for (let i = 0; i < limbs.length; i++) {
    const product = limbs[i] * factor + carry;
    carry = floor(product / LIMB);
    limbs[i] = product - carry * LIMB;
  }
  if (carry > 0) limbs.push(carry);
}

/** integer = floor(integer / divisor); returns the remainder. */
function divide(divisor: number): number {
  let rest = 0;
  for (let i = limbs.length - 1; i >= 0; i--) {
    const part = rest * LIMB + limbs[i];
    limbs[i] = floor(part / divisor);
    rest = part - limbs[i] * divisor;
  }
  while (limbs.length > 0 && limbs[limbs.length - 1] === 0) limbs.pop();
  return rest;
}

/** Calls step with powers of base (2, 5 or 10) whose product is base^n. */
function inSteps(base: number, n: number, step: (power: number) => void): void {
  while (n > 0) {
    let power = 1;
    while (n > 0 && power * base <= LIMB) {
      power *= base;
      n--;
    }
    step(power);
  }
}
function multiplyStep(power: number): void {
  multiply(power, 0);
}
function divideStep(power: number): void {
  if (divide(power) !== 0) inexact = true;
}

/** integer = integer / 10^n, rounded to nearest, ties to even. */
export function dropDigits(n: number): void {
  if (n <= 0) return;
  inSteps(10, n - 1, divideStep);
  const rest = divide(10);
  const odd = limbs.length > 0 && (limbs[0] & 1) === 1;
  if (rest > 5 || (rest === 5 && (inexact || odd))) increment();
}
function increment(): void {
  if (limbs.length === 0) limbs.push(0);
  multiply(1, 1);
}

/** The digits of the integer; '' for 0. */
export function digitsOf(): string {
  let text = '';
  for (let i = 0; i < limbs.length; i++) text = (i + 1 < limbs.length ? ('' + (LIMB + limbs[i])).slice(1) : '' + limbs[i]) + text;
  return text;
}

/** Sets the integer to the magnitude of the finite double with these words, times 10^n; returns n. */
export function setDouble(lo: number, hi: number): number {
  let exponent = (hi >>> 20) & 2047;
  let mantissa = (hi & 0xfffff) * TWO_32 + (lo >>> 0);
  if (exponent === 0) exponent = 1;
  else mantissa += 0x100000 * TWO_32;
  exponent -= 1075;
  clear();
  if (mantissa === 0) return 0;
  for (; exponent < 0 && mantissa % 2 === 0; exponent++) mantissa /= 2;
  for (; mantissa > 0; mantissa = floor(mantissa / LIMB)) limbs.push(mantissa % LIMB);
  inSteps(2, exponent, multiplyStep);
  inSteps(5, -exponent, multiplyStep);
  return Math.max(0, -exponent);
}

/** The integer, exactly where it is below 2^53. */
function small(): number {
  let value = 0;
  for (let i = limbs.length - 1; i >= 0; i--) value = value * LIMB + limbs[i];
  return value;
}

/**
 * The number integer * 10^exp10 * 2^exp2, rounded once to `bits` of mantissa with 2^least the smallest step: 53, -1074 for a
 * double, 24, -149 for a float (which is Infinity where it is 2^128). Exponents within +-10^9.
 */
export function toDouble(exp10: number, exp2: number, bits: number, least: number): number {
  const length = limbs.length * 7;
  if (length === 0 || length + exp10 < -400 || exp2 < -1e4) return 0;
  if (exp10 > 400 || exp2 > 1e4) return Infinity;
  if (exp10 >= 0) inSteps(5, exp10, multiplyStep);
  else {
    // Enough bits in front that the quotient keeps more than 64 of them.
    const more = 64 - floor((exp10 * 7) / 3);
    inSteps(2, more, multiplyStep);
    inSteps(5, -exp10, divideStep);
    exp2 -= more;
  }
  exp2 += exp10;
  // 10^7 has more than 23 bits: what can go without counting exactly.
  const spare = (limbs.length - 1) * 23 - 60;
  if (spare > 0) {
    inSteps(2, spare, divideStep);
    exp2 += spare;
  }
  // Bit by bit until it fits, with the last one in `half`; what was before that is in `inexact`.
  let half = 0;
  for (const limit = scaleBy(1, bits); limbs.length > 3 || small() >= limit || exp2 < least; exp2++) {
    if (half !== 0) inexact = true;
    half = divide(2);
  }
  const mantissa = small();
  return scaleBy(half !== 0 && (inexact || mantissa % 2 === 1) ? mantissa + 1 : mantissa, exp2);
}
