// The measurements in their smallest size: that everything comes out right. How fast it went depends on the machine and is for the
// script (docs/proof.md).

import { beforeAll, expect, test } from 'vitest';
import { broker } from './broker';
import { fair } from './fair';
import { noise } from './noise';
import { resume } from './resume';
import { freshImage, runMeasurement } from './rig';

const seed = Number(process.env.SEED ?? Date.now() % 1e6);
beforeAll(async () => {
  await freshImage();
}, 120_000);

test.each(Object.entries({ fair, noise, resume, broker }))(
  `%s (seed ${seed})`,
  async (id, measure) => {
    const rows = await runMeasurement(id, measure, { seed, smoke: true });
    expect(rows.filter(row => !row.timing && !row.ok)).toEqual([]);
  },
  120_000,
);
