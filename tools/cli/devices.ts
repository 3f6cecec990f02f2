// wasmote devices: the boards of a broker or line, from their retained `state` and `info`.

import type { Device } from '../manager/manager';
import type { Context, Options } from './context';
import { paint, size, table } from './print';
import { withManager } from './session';

/** One board as --json prints it. */
export function deviceRow(device: Device) {
  const { info } = device;
  return {
    device: device.id,
    state: device.state?.s ?? 'unknown',
    board: info?.board ?? '',
    class: info?.class ?? '',
    engine: info?.eng ?? '',
    runtime: info?.rt ?? '',
    freeRam: info?.ram ?? 0,
    freeFlash: info?.flash ?? 0,
    apps: [...device.apps]
      .filter(([, app]) => app.st !== 'gone')
      .map(([name]) => name)
      .sort(),
  };
}

export async function run(ctx: Context, _args: string[], options: Options): Promise<void> {
  await withManager(ctx, options, async manager => {
    const rows = (await manager.devices()).filter(device => device.state || device.info).map(deviceRow);
    if (ctx.json) return ctx.out(JSON.stringify(rows));
    if (rows.length === 0) return ctx.out(paint(ctx, 'dim', `no devices at ${manager.road.name}; try: wasmote sim --name kitchen`));
    ctx.out(
      table(
        ctx,
        ['DEVICE', 'STATE', 'BOARD', 'ENGINE', 'RUNTIME', 'FREE RAM', 'FREE FLASH', 'APPS'],
        rows.map(row => [
          row.device,
          row.state,
          row.board,
          row.engine,
          row.runtime,
          size(row.freeRam),
          size(row.freeFlash),
          row.apps.join(' ') || '-',
        ]),
      ),
    );
  });
}
