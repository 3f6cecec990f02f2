// A build with some of the features (tools/bundle) has the verdicts that one with all of them has when only those are on: code that goes with
// a feature takes nothing along that others need. Modules are generated ones and mutants of them.

import { expect, test } from 'vitest';
import { parseModule } from '../../src/runtime/module';
import * as X from '../../src/spec/features';
import { compile, profileOf } from '../../tools/bundle/build';
import { createDice } from '../fuzz/dice';
import { closure, generate } from '../fuzz/generate';
import { mutate } from '../fuzz/mutants';

type Parse = (bytes: Uint8Array, features?: number) => unknown;

async function built(features: number): Promise<Parse> {
  const bundle = { name: 'builds', entry: 'src/runtime/module.ts', exportsAs: 'built', globals: [], bytecode: false };
  const { text } = await compile({ ...bundle, replace: profileOf(true, features) });
  return new Function(`${text};return built.parseModule`)();
}

function verdict(parse: Parse, bytes: Uint8Array, features?: number): string {
  try {
    parse(bytes, features);
    return 'valid';
  } catch (e) {
    if (typeof e !== 'number') throw e;
    return 'refused';
  }
}

const { EXCEPTIONS, TYPED_REFS, SIMD, RELAXED_SIMD, GC, MEMORY64, THREADS } = X;
const sets: [string, number][] = [
  ['none', 0],
  ['exceptions', EXCEPTIONS],
  ['typed references', TYPED_REFS],
  ['vectors', SIMD | RELAXED_SIMD],
  ['64-bit addresses, threads', MEMORY64 | THREADS],
  ['garbage collection', GC | TYPED_REFS],
  ['all but typed references and what builds on them', 0xfff & ~TYPED_REFS & ~GC],
];
test.each(sets)(
  '%s',
  async (_name, features) => {
    const parse = await built(features);
    const on = features | X.MULTI_TABLE;
    const dice = createDice(features + 1);
    for (let seed = 0; seed < 30; seed++) {
      const own = generate(seed, { features });
      if (closure(features) === on) expect([seed, verdict(parse, own)]).toEqual([seed, 'valid']);
      const others = [own, generate(seed, { features: X.ALL })];
      for (let k = 0; k < 8; k++) {
        const mutant = mutate(others[k % 2]!, dice);
        expect([seed, k, verdict(parse, mutant)]).toEqual([seed, k, verdict(parseModule, mutant, on)]);
      }
    }
  },
  60_000,
);
