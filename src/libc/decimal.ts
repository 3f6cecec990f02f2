// Big integers for exact conversion between decimal text and binary floats: no engine's own number text is used.
// An integer is an array of 7-digit limbs, least significant first, changed in place; every product stays below 2^53. Device-safe.
// A double m * 2^e with e < 0 is m * 5^-e / 10^-e: so multiplication by small numbers is all that printing needs.

export const LIMB = 10000000;

/** big = big * factor + carry; both at most 10^7. */
export function multiply(big: number[], factor: number, carry: number): void {
  for (let i = 0; i < big.length; i++) {
    const product = big[i] * factor + carry;
    carry = Math.floor(product / LIMB);
    big[i] = product - carry * LIMB;
  }
  if (carry > 0) big.push(carry);
}

/** Calls step(big, power, 0) with powers of base (2, 5 or 10) whose product is base^n. */
export function inSteps(big: number[], base: number, n: number, step: (big: number[], power: number, carry: number) => void): void {
  while (n > 0) {
    let power = 1;
    for (; n > 0 && power * base <= LIMB; n--) power *= base;
    step(big, power, 0);
  }
}
