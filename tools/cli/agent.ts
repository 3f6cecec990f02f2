// wasmote agent: the device's own code as a service on this machine (device/node), until stopped. docs/cli.md has a systemd unit.

import { hostname } from 'node:os';
import { boardFacts, loadBoard } from '../../boards/board';
import { run as runAgent } from '../../device/node/host';
import { FORM } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import { isId } from '../../src/wire/messages';
import { connectMqtt } from '../link/mqtt';
import { type Context, type Options, stopped } from './context';
import { defaultBroker, home } from './home';
import { lockFolder } from './lock';
import { clean, paint } from './print';

export async function run(ctx: Context, _args: string[], options: Options): Promise<void> {
  const name =
    options.name ??
    hostname()
      .toLowerCase()
      .replace(/[^a-z0-9-]+/g, '-')
      .slice(0, 32);
  if (!isId(name)) throw new WasmoteError(FORM, { text: `"${name}" is no device name; give one by --name` });
  const broker = options.broker ?? defaultBroker(ctx);
  await (await connectMqtt(broker)).close(); // says why not; later the agent itself tries again for ever
  const store = options.store ?? home(ctx, 'agent', name);
  const unlock = await lockFolder(store);
  const agent = runAgent({
    name,
    broker,
    store,
    facts: boardFacts(loadBoard('linux-node'), 'open'),
    log: text => ctx.err(paint(ctx, 'dim', clean(text))),
  });
  const shown = broker.replace(/:[^:@/]*@/, '@');
  if (ctx.json) ctx.out(JSON.stringify({ device: name, broker: shown, store }));
  else ctx.out(`${paint(ctx, 'bold', name)} on ${shown}, apps in ${store}`);
  await stopped(ctx);
  agent.stop();
  unlock();
}
