// wasmote publish: a message to an app, on its own topic app/<app>/<path>. Nobody answers; `request` is for that.

import type { Context, Options } from './context';
import { size } from './print';
import { eachDevice, needApp } from './session';

export async function run(ctx: Context, [app, path, text = '']: string[], options: Options): Promise<void> {
  await eachDevice(
    ctx,
    options,
    async (device, manager) => {
      needApp(device, app);
      await manager.tell(device.id, app, path, text);
      return { app, path, bytes: Buffer.byteLength(text) };
    },
    row => `sent ${size(row.bytes)} to ${row.app} on ${row.device}: ${row.path}`,
  );
}
