// `npm run size [-- --json] [--features]`: bytes of each device bundle against its budget, and heap of each simulated board, measured in the
// board itself with a desk on its serial line: empty engine, agent settled, first app running, and the peak of all that.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { boardIds, heapBytes, loadBoard } from '../../boards/board';
import * as F from '../../src/spec/features';
import { openBlobs } from '../manager/blobs';
import { blobRef, createManager } from '../manager/manager';
import { serialRoad } from '../manager/serial';
import { createSimBoard } from '../sim/board';
import { createVm } from '../sim/vm';
import { BUNDLE_BYTES } from './budgets';
import { build, bundles, compile, profileOf } from './build';

export interface HeapFigures {
  limit: number;
  engine: number; // of an empty engine
  // null where the board did not get that far
  before: number | null; // agent up, a desk connected, garbage collected
  after: number | null; // and the first app running
  peak: number | null; // from power-on to there
}

/** Minified text of the QuickJS core before inlining. */
export interface FeatureSizes {
  none: number; // with nothing beyond 2.0
  more: Record<string, number>; // what each feature alone adds to that
  all: number;
}

export interface SizeReport {
  bundles: Record<string, { bytes: number; budget: number }>;
  heap: Record<string, HeapFigures>;
  features?: FeatureSizes;
}

const FIRST_APP = join(fileURLToPath(import.meta.url), '../../../examples/c/ticker/ticker.wasm');

export async function measure(): Promise<SizeReport> {
  const report: SizeReport = { bundles: {}, heap: {} };
  for (const bundle of bundles) {
    const images = await build(bundle);
    for (const { name, js } of images) report.bundles[name] = { bytes: readFileSync(js).length, budget: BUNDLE_BYTES[name]! };
    const { qbc } = images[0]!;
    if (qbc === null) continue;
    for (const id of boardIds()) if (loadBoard(id).engine.kind === bundle.name) report.heap[id] = await measureHeap(id, readFileSync(qbc));
  }
  return report;
}

const FEATURES: Record<string, number> = {
  'tail calls': F.TAIL_CALL,
  exceptions: F.EXCEPTIONS,
  'typed references': F.TYPED_REFS,
  'several memories': F.MULTI_MEMORY,
  'extended constants': F.EXTENDED_CONST,
  'custom page sizes': F.CUSTOM_PAGES,
  'these six': F.EXECUTABLE,
  'memory64 (read and validated)': F.MEMORY64,
  'threads (read and validated)': F.THREADS,
  'wide arithmetic (read and validated)': F.WIDE_ARITHMETIC,
  'vectors (read and validated)': F.SIMD,
  'relaxed vectors (with vectors)': F.SIMD | F.RELAXED_SIMD,
  'garbage collection (read and validated)': F.GC | F.TYPED_REFS,
};

/** What each feature of the language costs a board in text. */
export async function measureFeatures(): Promise<FeatureSizes> {
  const core = bundles.find(bundle => bundle.name === 'quickjs')!;
  const bytes = async (features: number) => (await compile({ ...core, inline: false, replace: profileOf(true, features) })).text.length;
  const none = await bytes(0);
  const more: Record<string, number> = {};
  for (const [name, features] of Object.entries(FEATURES)) more[name] = (await bytes(features)) - none;
  return { none, more, all: await bytes(0xfff) };
}

async function measureHeap(id: string, image: Uint8Array): Promise<HeapFigures> {
  const limit = heapBytes(loadBoard(id));
  const empty = await createVm({ limitBytes: limit, global: 'board', natives: {} });
  const engine = empty.used();
  empty.dispose();

  const dir = mkdtempSync(join(tmpdir(), 'wasmote-size-'));
  const board = await createSimBoard({ board: id, id: 'sized', dir, serial: 'tcp', image });
  try {
    await board.start().catch(() => {});
    if (board.state() === 'crashed') return { limit, engine, before: null, after: null, peak: null };
    const manager = createManager({ road: await serialRoad(board.portPath()!), blobs: openBlobs(join(dir, 'blobs')) });
    try {
      const device = await manager.device('sized');
      const before = board.memory(true).used;
      const app = new Uint8Array(readFileSync(FIRST_APP));
      await manager.wish(device, 'first', { run: 'on', ...blobRef(app, manager.keep(app)) }, undefined);
      const { used: after, peak } = board.memory(true);
      return { limit, engine, before, after, peak };
    } finally {
      await manager.close();
    }
  } finally {
    await board.stop();
    rmSync(dir, { recursive: true });
  }
}

export function sizeText({ bundles, heap, features }: SizeReport): string {
  const kB = (bytes: number | null) => (bytes === null ? 'not reached' : `${(bytes / 1000).toFixed(1)} kB`);
  return [
    ...Object.entries(bundles).map(([name, one]) => `${name}: ${kB(one.bytes)} of ${kB(one.budget)}`),
    ...Object.entries(heap).map(
      ([id, h]) =>
        `${id}: engine ${kB(h.engine)}, with agent ${kB(h.before)}, with the first app ${kB(h.after)}, peak ${kB(h.peak)} of ${kB(h.limit)}`,
    ),
    ...(features === undefined
      ? []
      : [
          `features, in bytes of the quickjs core before inlining: ${features.none} with none of them`,
          ...Object.entries(features.more).map(([name, bytes]) => `  ${name}: +${bytes}`),
          `  all: ${features.all}`,
        ]),
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const report = await measure();
  if (process.argv.includes('--features')) report.features = await measureFeatures();
  process.stdout.write(`${process.argv.includes('--json') ? JSON.stringify(report) : sizeText(report)}\n`);
}
