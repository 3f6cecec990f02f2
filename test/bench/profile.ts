// npm run profile: how often each internal operation runs over the kernels, as percent of all, equal weight per kernel; the figures of
// tools/gen/weights.ts. --pairs shows which operation follows which: where fusing would pay. Runs in Node: counts, not times.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compile } from '../../tools/bundle/build';
import { generateDispatch, operationNames } from '../../tools/gen/dispatch';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const path = 'src/interp/dispatch.gen.ts';
const counted = generateDispatch()[path].replace('op=w[pc];', 'op=w[pc];globalThis.count(op);');
const names = operationNames();
const bundle = {
  name: 'profile',
  entry: 'test/bench/entry.ts',
  exportsAs: 'bench',
  globals: ['globalThis'],
  bytecode: false,
  replace: { [path]: counted },
};
const dir = mkdtempSync(join(tmpdir(), 'wasmote-profile-'));
const file = join(dir, 'bench.cjs');
writeFileSync(file, `${(await compile(bundle)).text}\nmodule.exports=bench;`);
const { default: bench } = await import(pathToFileURL(file).href);
rmSync(dir, { recursive: true });

const share: number[] = [];
const pairs = new Map<string, number>();
const dirs = [join(root, '../shared/kernels/wasm'), join(root, 'test/engines/kernels')].filter(existsSync);
const files = dirs.flatMap(d =>
  readdirSync(d)
    .filter(f => f.endsWith('.wasm'))
    .map(f => join(d, f)),
);
for (const each of files) {
  const counts: number[] = [];
  const follows = new Map<string, number>();
  let before = 0;
  let total = 0;
  (globalThis as any).count = (op: number) => {
    counts[op] = (counts[op] ?? 0) + 1;
    const key = `${names[before]} ${names[op]}`;
    follows.set(key, (follows.get(key) ?? 0) + 1);
    before = op;
    total++;
  };
  try {
    bench.load(readFileSync(each), 'interp')(1);
  } catch {
    continue; // not a kernel with run(n)
  }
  counts.forEach((n, op) => {
    share[op] = (share[op] ?? 0) + (n / total) * (100 / files.length);
  });
  for (const [key, n] of follows) pairs.set(key, (pairs.get(key) ?? 0) + (n / total) * (100 / files.length));
}
const out = (text: string) => process.stdout.write(`${text}\n`);
if (process.argv.includes('--pairs'))
  for (const [key, n] of [...pairs].sort((a, b) => b[1] - a[1]).slice(0, 60)) out(`${n.toFixed(2).padStart(6)} ${key}`);
else {
  const list = share.map((n, op) => [names[op], n] as const).filter(([, n]) => n >= 0.01);
  for (const [name, n] of list.sort((a, b) => b[1] - a[1])) out(`${name}: ${n.toFixed(2)},`);
}
