// The demo from its first to its last line, with the shipped device bundle: the tour is also the test of the whole product.

import { beforeAll, expect, test } from 'vitest';
import { build, bundles } from '../../tools/bundle/build';
import { terminal } from './terminal';

beforeAll(async () => {
  await build(bundles.find(bundle => bundle.name === 'quickjs')!);
}, 120_000);

test('every step of the tour goes as it should', async () => {
  const { code, out, err } = await terminal()('demo --once');
  expect(err).toBe('');
  expect(out).toMatch(/All \d+ steps went as they should\.$/);
  expect(code).toBe(0);
  for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(110);
}, 180_000);
