// Features of the language by their names, as --features takes them.

import { USAGE } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import * as F from '../../src/spec/features';
import { FEATURE_NAMES } from '../../src/spec/texts';

const PROPOSALS = F.THREADS | F.CUSTOM_PAGES | F.WIDE_ARITHMETIC;
const ALL = Object.values(FEATURE_NAMES).reduce((sum, bit) => sum | bit, F.MULTI_TABLE);
const SETS: Record<string, number> = { all: ALL, wasm3: ALL & ~PROPOSALS, wasm2: F.SIMD | F.MULTI_TABLE };

/**
 * Bits of features.ts for a list such as "wasm2,gc" or "-simd", taken from left to right: a name adds, one behind a minus takes away, a set
 * (all, wasm3, wasm2) stands alone. It begins with all when its first word takes away, else with wasm2. Throws 2 USAGE.
 */
export function featuresOf(list: string | undefined, verb: string): number {
  const names = (list ?? 'all').split(',').filter(Boolean);
  let features = names[0]?.startsWith('-') ? ALL : SETS.wasm2;
  for (const name of names) {
    const bit = FEATURE_NAMES[name.replace(/^-/, '')];
    if (SETS[name] !== undefined) features = SETS[name];
    else if (bit === undefined)
      throw new WasmoteError(USAGE, {
        text: `no feature ${name}; there are ${[...Object.keys(SETS), ...Object.keys(FEATURE_NAMES)].join(', ')}`,
        verb,
      });
    else features = name.startsWith('-') ? features & ~bit : features | bit;
  }
  return features;
}
