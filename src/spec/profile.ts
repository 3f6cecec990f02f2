// What the engine under a bundle has. This file describes QuickJS and Node; the bundler puts another in its place for engines
// with less (tools/bundle), so that gaps are settled at build time and unused branches vanish. Device-safe.

export const HAS_IMUL = true;
export const HAS_CLZ32 = true;
