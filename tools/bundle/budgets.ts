// The budgets, in one table: bytes of each device bundle, bytes of heap on each simulated board. Tighten when met.
// A test and the build hold the first, a test the second. Where they come from: docs/engines.md.

/** Minified ES5 text. */
export const BUNDLE_BYTES: Record<string, number> = {
  quickjs: 90_000,
  'engine-test': 90_000,
  'engine-test-es5': 90_000,
};

/** Agent and runtime above the empty engine, settled after boot, before the first app. */
export const HEAP_BYTES: Record<string, number> = {
  'sim-quickjs': 150_000,
  'sim-small': 150_000,
};
