// wasmote publish: a message to an app, on its own topic app/<app>/<path>. Nobody answers; `request` is for that.

import type { Context, Options } from './context';
import { eachDevice } from './session';

export async function run(ctx: Context, [app, path, text = '']: string[], options: Options): Promise<void> {
  await eachDevice(
    ctx,
    options,
    async (device, manager) => {
      await manager.tell(device.id, app, path, text);
      return { app, path, bytes: Buffer.byteLength(text) };
    },
    row => `sent ${row.bytes} bytes to ${row.app} on ${row.device}: ${row.path}`,
  );
}
