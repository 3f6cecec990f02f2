// wasmote start, stop, restart, uninstall: a change of the app's wish, and the wait until the board met it.

import { NOAPP } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import { type Change, type Device, listed, type Manager } from '../manager/manager';
import type { Verb } from './context';
import { paint } from './print';
import { eachDevice } from './session';

/** What a verb makes of the wish that stands. `rs` is the restart counter now. */
type Make = (rs: number) => Pick<Change, 'run' | 'rs'>;

export const start = verb('started', rs => ({ run: 'on', rs }));
export const stop = verb('stopped', rs => ({ run: 'off', rs }));
export const restart = verb('restarted', rs => ({ run: 'on', rs: rs + 1 }));
export const uninstall = verb('uninstalled', rs => ({ run: 'gone', rs }));

function verb(done: string, make: Make): Verb {
  return {
    run: (ctx, [app], options) =>
      eachDevice(
        ctx,
        options,
        (device, manager) => change(manager, device, app, make, options.force),
        row =>
          `${paint(ctx, 'green', done)} ${row.app} on ${row.device}${row.exitCode !== null ? `: ended with code ${row.exitCode}` : ''}`,
      ),
  };
}

async function change(manager: Manager, device: Device, app: string, make: Make, force: boolean) {
  const base = device.wants.get(app);
  const have = device.apps.get(app);
  if ((!have || have.st === 'gone') && (!base || base.run === 'gone')) {
    const seen = [...device.apps].filter(([, each]) => each.st !== 'gone').map(([name]) => name);
    throw new WasmoteError(NOAPP, { app, device: device.id, seen: listed(seen) });
  }
  const { n: _n, by: _by, ...rest } = base ?? {};
  const after = await manager.wish(device, app, { ...rest, ...make(Math.max(base?.rs ?? 0, have?.rs ?? 0)) }, base, {
    force,
    onlyRun: true,
  });
  return { app, n: after?.n ?? 0, running: Boolean(after?.run), exitCode: after?.x ?? null };
}
