// wasmote reboot: restarts boards and waits until they are back.

import { OFFLINE } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import type { Device, Manager } from '../manager/manager';
import type { Context, Options } from './context';
import { eachDevice } from './session';

export async function run(ctx: Context, _args: string[], options: Options): Promise<void> {
  await eachDevice(
    ctx,
    options,
    async (device, manager) => {
      const before = device.state?.b;
      await manager.command(device.id, 'reboot');
      const boot = await backAgain(device, manager, before, (options.timeout ?? 30) * 1000);
      return { boot };
    },
    ({ device, boot }) => `${device} is back, boot ${boot}`,
  );
}

async function backAgain(device: Device, manager: Manager, before: string | undefined, timeoutMs: number): Promise<number> {
  const started = performance.now();
  while (performance.now() - started < timeoutMs) {
    const { state } = device;
    if (state && state.s === 'ready' && state.b.split('.')[0] !== before?.split('.')[0]) return Number(state.b.split('.')[0]);
    await manager.change(device.id, 500);
  }
  throw new WasmoteError(OFFLINE, { device: device.id, state: device.state?.s });
}
