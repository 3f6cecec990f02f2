// Modules printed and parsed again have their bytes. More: npx tsx test/fuzz/main.ts roundtrip (docs/testing.md).
import { expect, test } from 'vitest';
import { binaryenTrips, generatedTrips, hasBinaryen } from './roundtrip';

const SEED = Number(process.env.SEED ?? 1);

test(`2000 generated modules of every feature set are valid and come back (seed ${SEED})`, { timeout: 600_000 }, () => {
  expect(generatedTrips(SEED, 2000).wrong.slice(0, 20)).toEqual([]);
});

const binaryen = await hasBinaryen();
test.skipIf(!binaryen)(`200 modules of wasm-opt -ttf come back (seed ${SEED})`, { timeout: 600_000 }, async () => {
  expect((await binaryenTrips(SEED, 200)).wrong.slice(0, 20)).toEqual([]);
});
