// wasmote info: what boards are and have room for.

import { featureNames } from '../../src/spec/texts';
import type { Context, Options } from './context';
import { deviceRow } from './devices';
import { size } from './print';
import { eachDevice } from './session';

export async function run(ctx: Context, _args: string[], options: Options): Promise<void> {
  await eachDevice(
    ctx,
    options,
    async device => {
      const { info } = device;
      return {
        ...deviceRow(device),
        hostApi: info?.abi ?? 0,
        trust: info?.trust ?? '',
        window: info?.win ?? 0,
        block: info?.blk ?? 0,
        can: info?.cap ?? [],
        wasm: info
          ? [
              '2.0',
              ...featureNames(info.wasm ?? 0)
                .split(', ')
                .filter(Boolean),
            ]
          : [],
        boot: Number(device.state?.b.split('.')[0] ?? 0),
      };
    },
    row =>
      [
        ['device', row.device],
        ['state', row.state + (row.boot ? `, boot ${row.boot}` : '')],
        ['board', `${row.board} (class ${row.class})`],
        ['engine', row.engine],
        ['runtime', `${row.runtime}, host API ${row.hostApi}`],
        ['free for apps', `${size(row.freeRam)} RAM, ${size(row.freeFlash)} flash`],
        ['transfers', `blocks of ${row.block} B, window ${size(row.window)}`],
        ['can', row.can.join(' ') || '-'],
        ['WebAssembly', row.wasm.join(' ')],
        ['trust', row.trust],
        ['apps', row.apps.join(' ') || '-'],
      ]
        .map(([name, value]) => `${name.padEnd(14)} ${value}`)
        .join('\n'),
  );
}
