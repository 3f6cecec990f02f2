// From options to a manager and its devices: --broker or --port, -d. Shared by all verbs that talk to boards.

import { USAGE } from '../../src/errors/codes';
import { describe, type ErrorData, type ErrorRow, WasmoteError } from '../../src/errors/table';
import type { Device, Manager } from '../manager/manager';
import type { Context, Options } from './context';
import { defaultBroker, home } from './home';

/** Opens the road that the options name and hands a manager to `use`; closes it afterwards, whatever happened. */
export async function withManager<T>(ctx: Context, options: Options, use: (manager: Manager) => Promise<T>): Promise<T> {
  if (options.port && options.broker) throw new WasmoteError(USAGE, { text: '--broker and --port exclude each other', verb: options.verb });
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

/** What failed, as --json prints it. */
export interface Failure extends ErrorRow {
  data: ErrorData;
}

export function failureOf(error: unknown): Failure {
  const known =
    error instanceof WasmoteError ? error : new WasmoteError(1, { text: error instanceof Error ? error.message : String(error) });
  return { ...describe(known.code, known.data), data: known.data };
}

/** Prints a failure as people read it. */
export function tellFailure(ctx: Context, { code, name, cause, next }: ErrorRow): void {
  ctx.err(`error ${code} ${name}: ${cause}`);
  ctx.err(`next: ${next}`);
}

/**
 * Does a task for each named device, several at once, and prints the results in order: with --json an array of the returned
 * objects (or {device, ok: false, error}), else the lines `show` makes of them. The exit code is the first failure's.
 */
export async function eachDevice<R extends object>(
  ctx: Context,
  options: Options,
  task: (device: Device, manager: Manager) => Promise<R>,
  show: (result: R & { device: string }) => string,
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
    await Promise.all(Array.from({ length: Math.min(16, names.length) }, worker));
    ctx.status(null);
    if (names.length === 0 && !ctx.json) ctx.err(`no devices at ${manager.road.name}`);
    if (ctx.json) ctx.out(JSON.stringify(results));
    for (const result of results) {
      if (result.error) {
        if (!ctx.json) {
          if (names.length > 1) ctx.err(`${result.device}:`);
          tellFailure(ctx, result.error);
        }
      } else if (!ctx.json) ctx.out(show(result as unknown as R & { device: string }));
    }
    const failed = results.find(result => result.error);
    if (failed) ctx.exit(failed.error!.code);
  });
}
