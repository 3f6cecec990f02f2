// wasmote watch: what apps publish, and what is published to them, as it passes.

import { type Context, type Options, stopped } from './context';
import { clean, paint } from './print';
import { deviceNames, withManager } from './session';

export async function run(ctx: Context, [app]: string[], options: Options): Promise<void> {
  await withManager(ctx, options, async manager => {
    const names = await deviceNames(manager, options);
    for (const name of names) await manager.device(name);
    let seen = 0;
    await new Promise<void>(resolve => {
      manager.onApp((device, from, path, body) => {
        if (!names.includes(device) || (app && from !== app) || path.startsWith('~')) return;
        const text = Buffer.from(body).toString();
        if (ctx.json) ctx.out(JSON.stringify({ device, app: from, path, text }));
        else ctx.out(`${paint(ctx, 'dim', `${device} ${from}/${clean(path)}`)}  ${clean(text)}`);
        if (++seen === options.count) resolve();
      });
      void stopped(ctx).then(resolve);
    });
  });
}
