// The smallest simulated board with the real bundle: a timer app and a counter, both in C and below the 64 KiB page, side by side in the
// board's 64 kB for apps, by each of its links, and again after a power cut. With both links at once one of them fits for certain.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { heapBytes, loadBoard } from '../../boards/board';
import { build, bundles } from '../../tools/bundle/build';
import { startBroker } from '../../tools/link/broker';
import { openBlobs } from '../../tools/manager/blobs';
import { blobRef, createManager, type Manager } from '../../tools/manager/manager';
import { mqttRoad } from '../../tools/manager/mqtt';
import { serialRoad } from '../../tools/manager/serial';
import { createSimBoard, type SimBoard } from '../../tools/sim/board';
import { tempDir } from './rig';

const FACTS = loadBoard('sim-small');

beforeAll(() => build(bundles.find(bundle => bundle.name === 'quickjs')!), 240_000);

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Waits for the next message of each app: the ticker's after 100 turns of 10 ms, the counter's after a second. */
function heard(manager: Manager, apps: string[]): Promise<void> {
  const silent = new Set(apps);
  return new Promise(resolve =>
    manager.onApp((_device, app) => {
      silent.delete(app);
      if (silent.size === 0) resolve();
    }),
  );
}

async function smallBoard(links: { serial: boolean; broker: boolean }): Promise<{ board: SimBoard; manager: Manager }> {
  const dir = tempDir();
  const broker = links.broker ? await startBroker({ dir: join(dir, 'broker'), port: 0 }) : null;
  if (broker) ends.push(() => broker.close());
  const board = await createSimBoard({
    board: FACTS,
    id: 'small',
    dir: join(dir, 'board'),
    serial: links.serial ? 'tcp' : undefined,
    broker: broker?.url,
  });
  ends.push(() => board.stop());
  await board.start();
  const road = broker ? await mqttRoad(broker.url) : await serialRoad(board.portPath()!);
  const manager = createManager({ road, blobs: openBlobs(join(dir, 'blobs')) });
  ends.push(() => manager.close());
  return { board, manager };
}

// left: bytes of the engine's heap, with both apps running
test.each([
  [['ticker', 'counter'], 'a serial line', { serial: true, broker: false }, 15_000],
  [['ticker', 'counter'], 'a broker', { serial: false, broker: true }, 15_000],
  [['counter'], 'both', { serial: true, broker: true }, 8_000],
])('%j run on sim-small with %s', async (names, _link, links, left) => {
  const { board, manager } = await smallBoard(links);
  await expect.poll(() => manager.device('small').then(Boolean, () => false)).toBe(true);
  const device = await manager.device('small');
  const both = heard(manager, names);
  for (const app of names) {
    const bytes = new Uint8Array(readFileSync(`examples/c/${app}/${app}.wasm`));
    await manager.wish(device, app, { run: 'on', ...blobRef(bytes, manager.keep(bytes)) }, undefined);
  }
  await both;
  const apps = [...device.apps.values()];
  expect(apps.map(app => app.run)).toEqual(names.map(() => 1));
  expect(apps.reduce((sum, app) => sum + app.mem, 0)).toBeLessThanOrEqual(FACTS.apps.memMax);
  const { limit, used, peak } = board.memory(true);
  expect(limit).toBe(heapBytes(FACTS));
  expect(used).toBeLessThanOrEqual(limit - left);
  expect(peak).toBeLessThanOrEqual(limit);

  board.kill();
  await board.start();
  if (!links.broker) return; // the desk's line is cut too
  await heard(manager, names);
  expect(board.memory(true).used).toBeLessThanOrEqual(limit - left);
  expect(board.state()).toBe('running');
});
