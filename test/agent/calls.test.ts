// Calls between desk and apps from end to end: the shipped bundle on a simulated board, the command line and the manager at the desk,
// over a broker and over a cable.

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { build, bundles } from '../../tools/bundle/build';
import { startBroker } from '../../tools/link/broker';
import { openBlobs } from '../../tools/manager/blobs';
import { createManager, type Manager } from '../../tools/manager/manager';
import { mqttRoad } from '../../tools/manager/mqtt';
import { serialRoad } from '../../tools/manager/serial';
import { createSimBoard } from '../../tools/sim/board';
import { terminal } from '../cli/terminal';
import { wat } from './apps';

beforeAll(async () => {
  await build(bundles.find(bundle => bundle.name === 'quickjs')!);
}, 120_000);

const temporary = () => mkdtempSync(join(tmpdir(), 'wasmote-calls-'));
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Answers calls with their URL or, below no/, refuses them; asks the desk for desk/<message> and publishes the answer on ~/said. */
const between = wat(`(module
  (import "wasmote" "publish" (func $publish (param i32 i32 i32 i32) (result i32)))
  (import "wasmote" "subscribe" (func $subscribe (param i32 i32) (result i32)))
  (import "wasmote" "call" (func $call (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasmote" "reply" (func $reply (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1) (data (i32.const 16) "~/do") (data (i32.const 32) "~/said") (data (i32.const 48) "desk/")
  (global (export "__heap_base") i32 (i32.const 1024)) (global (export "__data_end") i32 (i32.const 64))
  (func (export "on_init") (drop (call $subscribe (i32.const 16) (i32.const 4))))
  (func (export "on_message") (param $t i32) (param $tl i32) (param $p i32) (param $pl i32)
    (memory.copy (i32.const 53) (local.get $p) (local.get $pl))
    (drop (call $call (i32.const 2) (i32.const 48) (i32.add (local.get $pl) (i32.const 5)) (local.get $p) (local.get $pl))))
  (func (export "on_call") (param $id i32) (param $m i32) (param $u i32) (param $ul i32) (param $p i32) (param $pl i32)
    (drop (call $reply (local.get $id) (select (i32.const 131) (i32.const 69) (i32.eq (i32.load8_u (local.get $u)) (i32.const 110)))
      (local.get $u) (local.get $ul))))
  (func (export "on_reply") (param $id i32) (param $s i32) (param $p i32) (param $pl i32)
    (i32.store8 (i32.const 512) (local.get $s))
    (memory.copy (i32.const 513) (local.get $p) (local.get $pl))
    (drop (call $publish (i32.const 32) (i32.const 6) (i32.const 512) (i32.add (local.get $pl) (i32.const 1))))))`);

/** The app on a board, and how the command line gets there. */
async function start(road: string): Promise<{ at: string; manage: () => Promise<Manager> }> {
  let broker: string | undefined;
  if (road === 'broker') {
    const started = await startBroker({ dir: temporary(), port: 0 });
    closers.push(() => started.close());
    broker = started.url;
  }
  const board = await createSimBoard({ board: 'sim-quickjs', id: 'cellar', dir: temporary(), broker, serial: broker ? undefined : 'tcp' });
  closers.push(() => board.stop());
  await board.start();
  return {
    at: broker ? `--broker ${broker} -d cellar` : `--port ${board.portPath()}`,
    manage: async () => {
      const blobs = openBlobs(temporary());
      return createManager({ road: broker ? await mqttRoad(broker) : await serialRoad(board.portPath()!), blobs });
    },
  };
}

test.each(['broker', 'cable'])(
  'over a %s',
  async road => {
    const { at, manage } = await start(road);
    const wasmote = terminal();
    const file = join(temporary(), 'between.wasm');
    writeFileSync(file, between);
    await expect.poll(async () => (await wasmote(`install ${file} ${at}`)).out, { timeout: 15_000 }).toMatch(/running$/);

    expect((await wasmote(`request between some/where ${at}`)).out).toBe('some/where');
    const refused = await wasmote(`request between no/where ${at}`);
    expect([refused.code, refused.err]).toEqual([67, expect.stringContaining('4.03 forbidden: no/where')]);
    expect((await wasmote(`request nobody x ${at}`)).err).toContain('no app named nobody');

    const manager = await manage();
    closers.push(() => manager.close());
    const device = await manager.device('cellar');
    const said: string[] = [];
    manager.onApp((_, app, path, body) => {
      const asked = /^~ask\/(\d+)\/2\/(.*)$/.exec(path);
      if (asked) void manager.tell(device.id, app, `~answer/${asked[1]}/69`, `${asked[2]} of ${Buffer.from(body)}?`);
      if (path === 'said') said.push(Buffer.from(body).toString('latin1'));
    });
    await manager.tell(device.id, 'between', 'do', 'time');
    await expect.poll(() => said, { timeout: 5000 }).toEqual(['Etime of time?']); // 69, then the answer
  },
  60_000,
);
