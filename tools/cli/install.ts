// wasmote install and update: checks on this side, the wish, the blocks, until the app runs. Both are the same transfer; they differ
// in what they refuse: install another app of that name, update none.

import { basename } from 'node:path';
import { DUPNAME, FORM, NOAPP } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import { type AppInfo, type Info, isId, type Limits } from '../../src/wire/messages';
import { blobRef, type Device, listed, type Manager } from '../manager/manager';
import { type Context, type Options, stopped, type Verb } from './context';
import { readEither } from './input';
import { bar, clean, paint, size } from './print';
import { eachDevice, INTERRUPTED } from './session';

export const install: Verb = { run: (ctx, args, options) => transfer(ctx, args[0], options, false) };
export const update: Verb = { run: (ctx, args, options) => transfer(ctx, args[0], options, true) };

async function transfer(ctx: Context, file: string, options: Options, isUpdate: boolean): Promise<void> {
  const bytes = file.endsWith('.ts') ? await compile(ctx, file) : readEither(ctx, file);
  if (bytes === null) return ctx.exit(INTERRUPTED);
  const app = options.name ?? nameOf(file);
  if (!isId(app)) throw new WasmoteError(FORM, { text: `"${app}" is no app name; give one by --name` });
  const lim: Limits = Object.fromEntries(
    ['mem', 'heap', 'stack', 'fuel'].filter(key => options[key] !== undefined).map(key => [key, options[key]]),
  );
  if (options.compile === false) lim.compile = 0;
  const { checkModule, checkFit } = await import('../manager/fit');
  const needs = options.force ? null : checkModule(bytes, file, lim);

  await eachDevice(
    ctx,
    options,
    (device, manager) =>
      put(ctx, manager, device, {
        app,
        bytes,
        check: (info, have) => needs && checkFit(needs, info, have),
        lim,
        run: options.start === false ? 'off' : 'on',
        force: options.force,
        isUpdate,
      }),
    row => {
      const how = row.unchanged ? 'already there' : `${size(row.bytes)} in ${row.seconds.toFixed(1)} s`;
      const state = row.exitCode !== null ? `ended with code ${row.exitCode}` : row.running ? 'running' : 'stopped';
      return `${paint(ctx, 'green', isUpdate ? 'updated' : 'installed')} ${row.app} on ${row.device}: ${how}, ${state}`;
    },
  );
}

interface Job {
  app: string;
  bytes: Uint8Array;
  check: (info: Info, have: AppInfo | undefined) => void;
  lim: Limits;
  run: 'on' | 'off';
  force: boolean;
  isUpdate: boolean;
}

async function put(ctx: Context, manager: Manager, device: Device, job: Job) {
  const { app, bytes, force } = job;
  const ref = blobRef(bytes, manager.keep(bytes));
  const base = device.wants.get(app);
  const have = device.apps.get(app);
  const lives = (have && have.st !== 'gone') || (base && base.run !== 'gone');
  const there = lives ? (base?.run !== 'gone' && base?.p[0]) || have?.p : undefined; // what stands under this name
  if (job.isUpdate && !lives) {
    throw new WasmoteError(NOAPP, {
      app,
      device: device.id,
      seen: listed([...device.apps].filter(([, each]) => each.st !== 'gone').map(([name]) => name)),
    });
  }
  if (!job.isUpdate && !force && there && there !== ref.p[0]) throw new WasmoteError(DUPNAME, { app, device: device.id });

  if (device.info && have?.p !== ref.p[0]) job.check(device.info, have);
  const startedMs = performance.now();
  const label = clean(`${app} -> ${device.id}`);
  const wait = {
    force,
    onProgress: ({ bytes: done, total, bytesPerSecond }: { bytes: number; total: number; bytesPerSecond: number }) =>
      ctx.status(bar(label, done, total, bytesPerSecond)),
  };
  if (device.state && device.state.s !== 'ready') ctx.err(`${device.id} is ${device.state.s}: the wish waits for it`);
  const lim = job.isUpdate && Object.keys(job.lim).length === 0 ? (base?.lim ?? {}) : job.lim;
  const same = base && base.run === job.run && base.d === ref.d && JSON.stringify(base.lim) === JSON.stringify(lim);
  const stands =
    same && have && have.p === ref.p[0] && have.n >= base.n && have.st === 'kept' && !have.e && (job.run === 'off' || have.run === 1);
  const pending = same && (!have || have.n < base.n || have.st === 'loading'); // cut short: go on with it
  const change = { ...ref, run: job.run, rs: base?.rs ?? have?.rs ?? 0, lim };
  const after = stands
    ? have
    : pending
      ? await manager.settle(device, app, base, wait)
      : await manager.wish(device, app, change, base, wait);
  return {
    app,
    n: after?.n ?? 0,
    running: Boolean(after?.run),
    exitCode: after?.x ?? null,
    package: ref.p[0],
    bytes: bytes.length,
    seconds: Math.round(performance.now() - startedMs) / 1000,
    unchanged: Boolean(stands),
    resumed: Boolean(pending),
  };
}

/** null after Ctrl-C. */
async function compile(ctx: Context, file: string): Promise<Uint8Array | null> {
  ctx.status(`compiling ${file}`);
  const { buildAssemblyScript } = await import('../build/as');
  const built = await Promise.race([buildAssemblyScript(file).catch((error: Error) => error), stopped(ctx)]);
  ctx.status(null);
  if (ctx.signal.aborted) return null; // the compiler is told too: that it fails then is not its fault
  if (built instanceof Error) throw built;
  return built ?? null;
}

/** "examples/c/Blink_2.wasm" -> "blink-2", "greeter.as.ts" -> "greeter" */
function nameOf(file: string): string {
  const name = basename(file)
    .replace(/\.as\.ts$|\.[^.]*$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 32);
  return name.length < 3 ? `app-${name}`.slice(0, 32) : name;
}
