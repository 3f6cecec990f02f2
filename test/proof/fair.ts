// Ten apps share a board: nine with a 10 ms timer that count how late it comes (late.c), and one that hangs (examples/c/runaway).
// Without the tenth, with it under the board's own rules (watchdog, growing pauses), and with it never stopped by a limit.
// The board is a process of its own; each app counts by the board's clock. Figures are those of the worst app.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FUEL, LOOP } from '../../src/errors/codes';
import { blobRef } from '../../tools/manager/manager';
import {
  commands,
  desk,
  deviceReady,
  ROOT,
  type Row,
  type Run,
  sample,
  sleep,
  startBrokerProcess,
  startSimProcess,
  temporary,
} from './rig';

const BOARD = 'fair';
const APPS = Array.from({ length: 9 }, (_, i) => `late-${i + 1}`);
const PERIOD_MS = 10;
const FLOOR_MS = 5;
const REPORT_MS = 1000;
const NEVER = '999999999m'; // operators per event

interface Lateness {
  turns: number; // of the app that had fewest
  p50: number;
  p99: number;
  worst: number;
  waited: number; // ms in which the board's process wanted a processor and had none
}

/** Of a process' main thread since it began; 0 where the system does not tell. */
function waitedMs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}

export async function fair(run: Run): Promise<Row[]> {
  const seconds = run.smoke ? 5 : 60;
  const broker = await startBrokerProcess(run, temporary(run));
  const { pid } = await startSimProcess(run, 'sim-quickjs', BOARD, broker.url);
  const manager = await desk(run, broker.url);
  const device = await deviceReady(manager, BOARD);
  const wasmote = commands(run, { WASMOTE_BROKER: broker.url });
  // It allocates nothing, and nine heaps of the default size would leave the tenth app no room.
  for (const app of APPS) await wasmote('install', join(ROOT, 'test/proof/late.wasm'), '--name', app, '--heap', '1k', '-d', BOARD);

  async function measure(what: string): Promise<Lateness> {
    run.say(`${what}: ${seconds} s`);
    for (const app of APPS) await wasmote('request', app, 'late', '--method', 'delete', '-d', BOARD);
    const before = waitedMs(pid!);
    await sleep(seconds * 1000);
    const waited = waitedMs(pid!) - before;
    const all: Lateness[] = [];
    for (const app of APPS) all.push(JSON.parse((await wasmote('request', app, 'late', '-d', BOARD))[0].text));
    const most = (key: keyof Lateness) => Math.max(...all.map(each => each[key]));
    return { turns: Math.min(...all.map(each => each.turns)), p50: most('p50'), p99: most('p99'), worst: most('worst'), waited };
  }
  const shown = ({ turns, p50, worst, waited }: Lateness) =>
    `p50 ${p50} ms, worst ${worst} ms, ${turns} turns, the board waited ${Math.round(waited)} ms for a processor`;

  const alone = await measure('without a runaway');

  // Installed, not started; then from the wish to start it until the desk hears that it was stopped: more than the board took.
  const app = new Uint8Array(readFileSync(sample('runaway')));
  const ref = blobRef(app, manager.keep(app));
  await manager.wish(device, 'runaway', { ...ref, run: 'off' }, undefined);
  let stops = 0;
  const heard = new Promise<number>(resolve => {
    manager.onEvent((_, event) => {
      if (event.k !== 'fuel' || event.a !== 'runaway') return;
      stops++;
      resolve(performance.now());
    });
  });
  const startMs = performance.now();
  const started = manager.wish(device, 'runaway', { ...ref, run: 'on' }, device.wants.get('runaway')).catch(() => {});
  const during = measure('with a runaway');
  const stoppedMs = await Promise.race([heard, sleep(10_000).then(() => null)]);
  await started;
  const beside = await during;
  const error = device.apps.get('runaway')?.e ?? 0;
  const first = stops;

  await wasmote('uninstall', 'runaway', '-d', BOARD);
  await wasmote('install', sample('runaway'), '--fuel', NEVER, '-d', BOARD);
  const endless = await measure('with a runaway that no limit stops');
  const { apps } = (await wasmote('ps', '-d', BOARD))[0];
  const running = apps.filter((each: { app: string; running: boolean; restarts: number }) => each.running && each.restarts === 0);

  const baseline = `without one p99 ${alone.p99} ms, ${shown(alone)}`;
  const goal = Math.max(2 * alone.p99, FLOOR_MS);
  const timing = true;
  return [
    run.row('p99 lateness of 10 ms timers beside a runaway', beside.p99, ['<=', goal], 'ms', {
      timing,
      note: `${shown(beside)}; ${baseline}`,
    }),
    run.row('the same, beside one that no limit stops', endless.p99, ['<=', goal], 'ms', {
      timing,
      note: `${shown(endless)}; ${baseline}`,
    }),
    run.row('from the wish to start it to the report that it was stopped', stoppedMs && stoppedMs - startMs, ['<=', REPORT_MS], 'ms', {
      timing,
    }),
    run.row('reports of its stop, each with error 61', error === FUEL || error === LOOP ? first : 0, ['>=', 1], 'reports'),
    run.row('apps that ran on, with the endless one', running.length, ['=', APPS.length + 1], 'apps'),
    run.row('turns of the slowest app beside it', endless.turns, ['>=', (seconds * 1000) / PERIOD_MS / 2], 'turns', { timing }),
  ];
}
