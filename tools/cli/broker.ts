// wasmote broker: the embedded MQTT broker, and beside it a manager that serves cached packages, so that an install goes on when
// the command that began it is gone.

import { startBroker } from '../link/broker';
import { openBlobs } from '../manager/blobs';
import { createManager } from '../manager/manager';
import { mqttRoad } from '../manager/mqtt';
import { type Context, type Options, stopped } from './context';
import { home, noteBroker } from './home';
import { paint } from './print';

export async function run(ctx: Context, _args: string[], options: Options): Promise<void> {
  const service = await startService(ctx, options);
  if (ctx.json) ctx.out(JSON.stringify({ url: service.url, port: service.port, moved: service.moved }));
  else {
    if (service.moved) ctx.err(`port ${options.listen ?? 1883} is taken; using a free one`);
    ctx.out(`broker at ${paint(ctx, 'bold', service.url)}   (Ctrl-C ends it)`);
  }
  await stopped(ctx);
  await service.close();
}

/** Starts the broker and its manager, and notes where it is. */
export async function startService(ctx: Context, options: { host?: string; listen?: number; dir?: string }) {
  const broker = await startBroker({ dir: options.dir ?? home(ctx, 'broker'), host: options.host, port: options.listen });
  const forget = noteBroker(ctx, broker.url);
  const manager = createManager({ road: await mqttRoad(broker.url), blobs: openBlobs(home(ctx, 'blobs')) });
  await manager.devices(); // hears every board's `get` from now on
  return {
    ...broker,
    async close() {
      forget();
      await manager.close();
      await broker.close();
    },
  };
}
