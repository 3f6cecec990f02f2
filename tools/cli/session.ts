// From options to a manager and its devices: --broker or --port, -d. Shared by all verbs that talk to boards.

import { BUSY, FILE, NOAPP, OFFLINE, USAGE } from '../../src/errors/codes';
import { describe, type ErrorData, type ErrorRow, WasmoteError } from '../../src/errors/table';
import type { Device, Manager } from '../manager/manager';
import { type Context, type Options, stopped } from './context';
import { defaultBroker, home } from './home';
import { fileReason } from './input';

/** Exit code after Ctrl-C, as shells have it. */
export const INTERRUPTED = 130;

/** Opens the road that the options name and hands a manager to `use`; closes it afterwards, whatever happened. */
export async function withManager<T>(ctx: Context, options: Options, use: (manager: Manager) => Promise<T>): Promise<T> {
  if (options.port && options.broker) throw new WasmoteError(USAGE, { text: '--broker and --port exclude each other', verb: options.verb });
  for (const name of ['port', 'broker', 'device'])
    if ([options[name]].flat().includes('')) throw new WasmoteError(USAGE, { text: `--${name} is empty`, verb: options.verb });
  const { createManager } = await import('../manager/manager');
  const { openBlobs } = await import('../manager/blobs');
  const road = options.port
    ? await (await import('../manager/serial')).serialRoad(options.port, { baud: options.baud })
    : await (await import('../manager/mqtt')).mqttRoad(options.broker ?? defaultBroker(ctx));
  const manager = createManager({ road, blobs: openBlobs(home(ctx, 'blobs')), idleMs: (options.timeout ?? 30) * 1000 });
  try {
    return await use(manager);
  } finally {
    await manager.close();
  }
}

/** The names after -d. None named: the one board on a line, and all devices for verbs that only look. */
export async function deviceNames(manager: Manager, options: Options): Promise<string[]> {
  const names = ((options.device ?? []) as string[]).flatMap(each => each.split(',')).filter(Boolean);
  if (names.length > 0) return [...new Set(names)];
  if (options.port || options.everyone)
    return (await manager.devices()).filter(device => device.state || device.info).map(device => device.id);
  throw new WasmoteError(USAGE, { text: 'name a device: -d NAME (several: -d a,b)', verb: options.verb });
}

/** Throws OFFLINE and NOAPP where a message to this app reaches nobody, as far as the device told. */
export function needApp(device: Device, app: string): void {
  const state = device.state?.s;
  if (state === 'lost' || state === 'gone') throw new WasmoteError(OFFLINE, { device: device.id, state });
  if (device.apps.has(app)) return;
  const names = [...device.apps].filter(([, each]) => each.st !== 'gone').map(([name]) => name);
  throw new WasmoteError(NOAPP, { app, device: device.id, seen: names.join(', ') });
}

/** What failed, as --json prints it. */
export interface Failure extends ErrorRow {
  data: ErrorData;
}

export function failureOf(error: unknown, verb?: string): Failure {
  const { code, data } = error instanceof WasmoteError ? error : ofSystem(error);
  if (code === USAGE) data.verb ??= verb;
  return { ...describe(code, data), data };
}

/** What the operating system refused: a file, a directory, an address to listen at. All else is a bug. */
function ofSystem(error: unknown): WasmoteError {
  const { code, syscall, path, address, port, message } = Object(error) as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE') return new WasmoteError(BUSY, { port: `${address}:${port}` });
  if (syscall === 'listen') return new WasmoteError(USAGE, { text: `cannot listen at ${address}: ${code}` });
  if (code === 'ERR_SOCKET_BAD_PORT') return new WasmoteError(USAGE, { text: 'a TCP port is a number up to 65535' });
  if (syscall && path) return new WasmoteError(FILE, { file: path, text: fileReason(error) });
  return new WasmoteError(1, { text: message ?? String(error) });
}

/** Prints a failure as people read it. */
export function tellFailure(ctx: Pick<Context, 'err'>, { code, name, cause, next }: ErrorRow): void {
  ctx.err(`error ${code} ${name}: ${cause}`);
  ctx.err(`next: ${next}`);
}

/**
 * Does a task for each named device, several at once, and prints the results in order: with --json an array of the returned
 * objects (or {device, ok: false, error}), else the lines `show` makes of each, or of all together. The exit code is the first failure's.
 */
export async function eachDevice<R extends object>(
  ctx: Context,
  options: Options,
  task: (device: Device, manager: Manager) => Promise<R>,
  show: ((result: R & { device: string }) => string) | { together(results: (R & { device: string })[]): string },
): Promise<void> {
  await withManager(ctx, options, async manager => {
    const names = await deviceNames(manager, options);
    const results: ({ device: string; ok: boolean; error?: Failure } & Partial<R>)[] = new Array(names.length);
    let next = 0;
    const worker = async () => {
      while (next < names.length) {
        const at = next++;
        const device = names[at];
        try {
          results[at] = { device, ok: true, ...(await task(await manager.device(device), manager)) };
        } catch (error) {
          results[at] = { device, ok: false, error: failureOf(error) } as (typeof results)[number];
          if (ctx.env.WASMOTE_DEBUG) ctx.err(String((error as Error).stack));
        }
      }
    };
    const done = Promise.all(Array.from({ length: Math.min(16, names.length) }, worker));
    await Promise.race([done, stopped(ctx)]);
    ctx.status(null);
    if (ctx.signal.aborted) return ctx.exit(INTERRUPTED); // what was wished stays wished
    if (names.length === 0 && !ctx.json) ctx.err(`no devices at ${manager.road.name}`);
    if (ctx.json) ctx.out(JSON.stringify(results));
    for (const result of results) {
      if (result.error) {
        if (!ctx.json) {
          if (names.length > 1) ctx.err(`${result.device}:`);
          tellFailure(ctx, result.error);
        }
      } else if (!ctx.json && typeof show === 'function') ctx.out(show(result as unknown as R & { device: string }));
    }
    const good = results.filter(result => !result.error) as unknown as (R & { device: string })[];
    if (typeof show === 'object' && !ctx.json && good.length > 0) ctx.out(show.together(good));
    const failed = results.find(result => result.error);
    if (failed) ctx.exit(failed.error!.code);
  });
}
