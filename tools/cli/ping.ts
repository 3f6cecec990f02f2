// wasmote ping: a command and its answer, timed.

import type { Context, Options } from './context';
import { duration } from './print';
import { eachDevice } from './session';

export async function run(ctx: Context, _args: string[], options: Options): Promise<void> {
  await eachDevice(
    ctx,
    options,
    async (device, manager) => {
      const sent = performance.now();
      const { t } = await manager.command(device.id, 'ping');
      return { ms: Math.round((performance.now() - sent) * 10) / 10, upMs: t };
    },
    ({ device, ms, upMs }) => `${device} answers after ${ms} ms, up ${duration(upMs)}`,
  );
}
