// wasmote sim: simulated boards (tools/sim) on a broker or a serial line, until stopped.

import { boardIds } from '../../boards/board';
import { FILE, FORM, INTERNAL, NEEDS, NOBROKER, USAGE } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import { isId } from '../../src/wire/messages';
import { createSimBoard, type SimBoard, type SimOptions } from '../sim/board';
import { type Context, type Options, stopped } from './context';
import { defaultBroker, home } from './home';
import { lockFolder } from './lock';
import { clean, paint } from './print';

export async function run(ctx: Context, _args: string[], options: Options): Promise<void> {
  const kind = options.board ?? 'sim-quickjs';
  if (!boardIds().includes(kind))
    throw new WasmoteError(USAGE, { text: `no board "${kind}"; there are ${boardIds().join(', ')}`, verb: 'sim' });
  const base = options.name ?? kind;
  const names = options.count > 1 ? Array.from({ length: options.count }, (_, i) => `${base}-${i + 1}`) : [base];
  for (const name of names) if (!isId(name)) throw new WasmoteError(FORM, { text: `"${name}" is no device name` });
  const serial = serialOf(options.serial);
  if (serial.port && names.length > 1)
    throw new WasmoteError(USAGE, { text: 'one TCP port is for one board: use --serial tcp', verb: 'sim' });

  const { url, close } =
    options.serial && !options.broker ? { url: undefined, close: async () => {} } : await brokerFor(ctx, options.broker);
  const boards: SimBoard[] = [];
  const unlocks: (() => void)[] = [];
  try {
    for (const id of names) {
      const dir = options.dir ? (names.length > 1 ? `${options.dir}/${id}` : options.dir) : home(ctx, 'sim', id);
      unlocks.push(await lockFolder(dir));
      const board = await simulate(ctx, { board: kind, id, dir, broker: url, ...serial });
      boards.push(board);
      const row = { device: id, board: kind, broker: url ?? null, port: board.portPath() };
      if (ctx.json) ctx.out(JSON.stringify(row));
      else
        ctx.out(
          `${paint(ctx, 'bold', id)} (${kind}) ${[url && `on ${url}`, row.port && `at --port ${row.port}`].filter(Boolean).join(', ')}`,
        );
    }
    if (!ctx.json) ctx.err('Ctrl-C ends the simulation; what is stored stays');
    await stopped(ctx);
  } finally {
    for (const board of boards) await board.stop();
    for (const unlock of unlocks) unlock();
    await close();
  }
}

/** Makes and starts one board; a crash is told, and as on a real board the watchdog starts it again. */
export async function simulate(ctx: Context, options: SimOptions): Promise<SimBoard> {
  let board: SimBoard;
  try {
    board = await createSimBoard({
      onLog: text => ctx.err(paint(ctx, 'dim', `${options.id}: ${clean(text)}`)),
      onState: (state, error) => {
        if (state !== 'crashed') return;
        ctx.err(`${options.id} crashed: ${error?.message}; it restarts`);
        setTimeout(() => board.state() === 'crashed' && void board.start().catch(() => {}), 1000).unref();
      },
      ...options,
    });
    await board.start();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new WasmoteError(FILE, { file: 'the device bundle', text: 'build it: npm run build' });
    if (/not a QuickJS board/.test((error as Error).message))
      throw new WasmoteError(NEEDS, { what: 'a simulation: only QuickJS boards have one' });
    if ((error as { kind?: string }).kind === 'memory')
      throw new WasmoteError(INTERNAL, { text: `${options.id} runs out of memory while it starts` });
    throw error;
  }
  return board;
}

function serialOf(way: string | undefined): Pick<SimOptions, 'serial' | 'port'> {
  if (way === undefined) return {};
  if (way === 'pty' || way === 'tcp') return { serial: way };
  const port = /^tcp:(\d{1,5})$/.exec(way);
  if (port) return { serial: 'tcp', port: Number(port[1]) };
  throw new WasmoteError(USAGE, { text: `--serial ${way}: pty, tcp or tcp:PORT`, verb: 'sim' });
}

/** The broker to join: the one named; else the one that runs; else an embedded one is started here. */
async function brokerFor(ctx: Context, url: string | undefined): Promise<{ url: string; close(): Promise<void> }> {
  const { connectMqtt } = await import('../link/mqtt');
  const wanted = url ?? defaultBroker(ctx);
  try {
    await (await connectMqtt(wanted, 3000)).close();
    return { url: wanted, close: async () => {} };
  } catch (error) {
    if (url || !(error instanceof WasmoteError) || error.code !== NOBROKER) throw error;
  }
  const service = await (await import('./broker')).startService(ctx, {});
  ctx.err(`no broker runs: started one at ${service.url}`);
  return service;
}
