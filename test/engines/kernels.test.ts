// Kernels give the same values in every engine: our own against V8, the shared ones against native gcc.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { engines, type Task } from './engines';

const here = dirname(fileURLToPath(import.meta.url));
const shared = join(here, '../../../shared/kernels');
const wasm = (file: string): Uint8Array => new Uint8Array(readFileSync(file));
const run = (file: string, n: number): Task => [wasm(file), { mode: 'calls', calls: [['run', n, 0]] }];

const own = readdirSync(join(here, 'kernels')).filter(file => file.endsWith('.wasm'));

async function v8(file: string, n: number): Promise<number> {
  const { instance } = await (globalThis as any).WebAssembly.instantiate(wasm(file));
  return instance.exports.run(n);
}

for (const engine of engines()) {
  const name = engine.missing === null ? engine.name : `${engine.name} (skipped: ${engine.missing})`;

  describe.skipIf(engine.missing !== null)(name, () => {
    test.each(own)('%s equals V8', async file => {
      const path = join(here, 'kernels', file);
      const rounds = [0, 1, 2, 5];
      const outcomes = await engine.run(rounds.map(n => run(path, n)));
      expect(outcomes.map(o => o.results)).toEqual(await Promise.all(rounds.map(async n => [[await v8(path, n), expect.any(Number)]])));
    });

    describe.skipIf(!existsSync(shared))('shared kernels', () => {
      const expected: { n: number[]; checksums: Record<string, number[]> } = existsSync(shared)
        ? JSON.parse(readFileSync(join(shared, 'expected.json'), 'utf8'))
        : { n: [], checksums: {} };
      const most = engine.name === 'duktape' ? 1 : 3; // it is a tenth as fast
      for (const [kernel, sums] of Object.entries(expected.checksums))
        test.each(['O2', 'Oz'])(`${kernel}.%s`, { timeout: 120_000 }, async level => {
          const rounds = expected.n.filter(n => n <= most);
          const outcomes = await engine.run(rounds.map(n => run(join(shared, `wasm/${kernel}.${level}.wasm`), n)));
          expect(outcomes.map(o => [o.fault, o.results.map(result => (result as number[])[0])])).toEqual(
            rounds.map((_, i) => [0, [sums[i]]]),
          );
        });
    });
  });
}
