// wasmote ps: the apps of boards, as they are (info/<app>) and where a wish is not met yet, as they should be.

import { describe } from '../../src/errors/table';
import type { Device } from '../manager/manager';
import { failure, whereText } from '../manager/wish';
import type { Context, Options } from './context';
import { clean, paint, size, table } from './print';
import { eachDevice } from './session';

function appRows(device: Device) {
  const names = new Set([...device.apps.keys(), ...[...device.wants].filter(([, want]) => want.run !== 'gone').map(([name]) => name)]);
  return [...names].sort().flatMap(name => {
    const have = device.apps.get(name);
    const want = device.wants.get(name);
    if (have?.st === 'gone') return [];
    return {
      app: name,
      state: stateOf(have),
      running: Boolean(have?.run),
      version: have?.ver ?? '',
      package: have?.p ?? '',
      memory: have?.mem ?? 0,
      restarts: have?.rst ?? 0,
      error: have?.e ?? 0,
      cause: have?.e ? failure(have, device.id, '').message : '',
      exitCode: have?.x ?? null,
      compiled: have?.c ? { functions: have.c[0], of: have.c[1], full: have.c[2] === 1 } : null,
      trap: have?.tr
        ? { code: have.tr[0], detail: have.tr[1], function: have.tr[2], offset: have.tr[3], name: have.fn ?? '', where: whereText(have)! }
        : null,
      wish: want ? { n: want.n, by: want.by, run: want.run, package: want.p[0], met: Boolean(have && have.n >= want.n) } : null,
    };
  });
}

/** One word for people: what the app is doing. */
function stateOf(have: { st: string; run: number; e: number; x?: number } | undefined): string {
  if (!have) return 'wished';
  if (have.st === 'loading' || have.st === 'refused' || have.st === 'failed') return have.st;
  if (have.run) return 'running';
  if (have.x !== undefined) return 'ended';
  return have.e ? 'waiting' : 'stopped'; // waiting: it failed and will be started again
}

type AppRow = ReturnType<typeof appRows>[number];

function noteOf(app: AppRow): string {
  if (app.error) return `${app.error} ${describe(app.error).name}`;
  if (app.exitCode !== null && !app.running) return `exit code ${app.exitCode}`;
  if (app.wish && !app.wish.met) return `wish ${app.wish.n} not met yet`;
  if (app.compiled === null || !app.running) return '';
  const { functions, of, full } = app.compiled;
  if (functions === 0) return full ? 'interpreted: no room to compile' : '';
  return `compiled ${functions} of ${of} functions${full ? ': no room for more' : ''}`;
}

/** One table for all devices, and below it what needs a sentence. */
function show(ctx: Context, rows: { device: string; apps: AppRow[] }[], absent: Map<string, string>): string {
  const all = rows.flatMap(({ device, apps }) => apps.map(app => ({ device, ...app })));
  const named = (device: string, app: string) => (rows.length > 1 ? `${device} ${app}` : app);
  const lines = all.filter(app => app.error).map(app => paint(ctx, 'yellow', clean(`${named(app.device, app.app)}: ${app.cause}`)));
  for (const { device, apps } of rows) {
    const state = absent.get(device);
    if (apps.length === 0) lines.push(paint(ctx, 'dim', `${device}${state ? ` is ${state}` : ''}: no apps`));
    else if (state) lines.push(paint(ctx, 'yellow', `${device} is ${state}: this is what it said last`));
  }
  if (all.length === 0) return lines.join('\n');
  const cells = all.map(app => [
    app.device,
    app.app,
    app.state,
    app.running ? size(app.memory) : '-',
    app.restarts,
    app.package.slice(0, 8) || '-',
    noteOf(app),
  ]);
  return [table(ctx, ['DEVICE', 'APP', 'STATE', 'MEMORY', 'RESTARTS', 'PACKAGE', 'NOTE'], cells), ...lines].join('\n');
}

export async function run(ctx: Context, _args: string[], options: Options): Promise<void> {
  const absent = new Map<string, string>(); // devices that are not there now: their state
  await eachDevice(
    ctx,
    options,
    async device => {
      if (device.state && device.state.s !== 'ready' && device.state.s !== 'init') absent.set(device.id, device.state.s);
      return { apps: appRows(device) };
    },
    { together: rows => show(ctx, rows, absent) },
  );
}
