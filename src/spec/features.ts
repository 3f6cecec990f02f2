// The features beyond WebAssembly 2.0, one bit each. Which of them a build contains is in profile.ts, where the bundler may put another
// set: what a HAS_ constant guards then vanishes. Which of those contained are on is chosen per module (`enabled`). Device-safe.

import { CHOICE, FEATURES } from './profile';

export const TAIL_CALL = 1;
export const EXCEPTIONS = 2;
export const TYPED_REFS = 4; // typed function references
export const MULTI_MEMORY = 8;
export const EXTENDED_CONST = 0x10;
export const CUSTOM_PAGES = 0x20;
export const MEMORY64 = 0x40;
export const THREADS = 0x80;
export const WIDE_ARITHMETIC = 0x100;
export const SIMD = 0x200;
export const RELAXED_SIMD = 0x400;
export const GC = 0x800;
export const MULTI_TABLE = 0x1000; // of 2.0, in every build; to be off for scripts that are older

export const HAS_TAIL_CALL = (FEATURES & TAIL_CALL) !== 0;
export const HAS_EXCEPTIONS = (FEATURES & EXCEPTIONS) !== 0;
export const HAS_TYPED_REFS = (FEATURES & TYPED_REFS) !== 0;
export const HAS_MULTI_MEMORY = (FEATURES & MULTI_MEMORY) !== 0;
export const HAS_EXTENDED_CONST = (FEATURES & EXTENDED_CONST) !== 0;
export const HAS_CUSTOM_PAGES = (FEATURES & CUSTOM_PAGES) !== 0;
export const HAS_MEMORY64 = (FEATURES & MEMORY64) !== 0;
export const HAS_THREADS = (FEATURES & THREADS) !== 0;
export const HAS_WIDE_ARITHMETIC = (FEATURES & WIDE_ARITHMETIC) !== 0;
export const HAS_SIMD = (FEATURES & SIMD) !== 0;
export const HAS_RELAXED_SIMD = (FEATURES & RELAXED_SIMD) !== 0;
export const HAS_GC = (FEATURES & GC) !== 0;

/** What the interpreter runs, if it is built in. A module that uses others is read and validated, not instantiated. */
export const EXECUTABLE = TAIL_CALL | EXCEPTIONS | TYPED_REFS | MULTI_MEMORY | EXTENDED_CONST | CUSTOM_PAGES;

/** All that is built in. */
export const ALL = FEATURES | MULTI_TABLE;

/** The features that are on for the module in hand; reader and validator set it whenever they are entered. */
let enabled = FEATURES | MULTI_TABLE;

/** Whether a feature that is built in is on. */
export function on(feature: number): boolean {
  return !CHOICE || (enabled & feature) !== 0;
}

export function enable(features: number): void {
  if (CHOICE) enabled = features & ALL;
}
