// Two apps in C, both below the 64 KiB page by the shrink rule, together on the smallest simulated board: a timer of 10 ms and a counter
// (examples/c). The figures are what the board says of its apps' memory, and what its engine uses of its limit.

import { heapBytes, loadBoard } from '../../boards/board';
import { commands, desk, deviceReady, type Row, type Run, sample, startBoard, startBrokerProcess, temporary, until } from './rig';

const BOARD = 'small';
const FACTS = loadBoard('sim-small');
const APPS = { ticker: /^late: mean/, counter: /^count [2-9]/ }; // and what each logs when it has run for a while

export async function small(run: Run): Promise<Row[]> {
  const broker = await startBrokerProcess(run, temporary(run));
  let board: Awaited<ReturnType<typeof startBoard>> | null = null;
  let alive = 0;
  let usedBytes: number | null = null;
  let heap: { used: number; peak: number } | null = null;
  let note: string | undefined;
  try {
    board = await startBoard(run, { board: 'sim-small', id: BOARD, broker: broker.url });
    const manager = await desk(run, broker.url);
    const device = await deviceReady(manager, BOARD);
    const wasmote = commands(run, { WASMOTE_BROKER: broker.url });
    for (const app of Object.keys(APPS)) await wasmote('install', sample(app), '-d', BOARD);
    for (const [app, line] of Object.entries(APPS)) {
      const said = await until(async () =>
        (await manager.command(BOARD, 'logs', { a: app, n: 5 })).l.some(([, , , text]) => line.test(text)),
      );
      if (said && device.apps.get(app)?.run === 1) alive++;
    }
    usedBytes = [...device.apps.values()].reduce((sum, app) => sum + app.mem, 0);
    note = [...device.apps].map(([name, { mem }]) => `${name} ${mem}`).join(', ');
    heap = board.memory(true);
  } catch (error) {
    note = (board?.error() ?? (error as Error)).message.split('\n')[0];
  }
  return [
    run.row('apps that run together on sim-small', alive, ['=', Object.keys(APPS).length], 'apps', { note: alive < 2 ? note : undefined }),
    run.row('memory of both', usedBytes, ['<=', FACTS.apps.memMax], 'bytes', { note }),
    run.row('heap of the engine with both', heap && heap.used, ['<=', heapBytes(FACTS)], 'bytes', {
      note: heap ? `peak ${heap.peak}` : undefined,
    }),
  ];
}
