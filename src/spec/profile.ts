// What a bundle is made for: what the engine under it has, and which features of the language it contains. This file describes QuickJS and
// Node with everything; the bundler puts another in its place for engines with less and for smaller bundles (tools/bundle), so that
// gaps are settled at build time and unused branches vanish. Device-safe.

export const HAS_IMUL = true;
export const HAS_CLZ32 = true;
export const HAS_FROUND = true;
export const FEATURES = 0xfff; // bits of features.ts
export const CHOICE = true; // which of them are on may be chosen per module
export const EXPLAINS = true; // compiling to text counts what it decides, for people
