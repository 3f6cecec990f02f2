// wasmote request: a call of an app's URL and its answer. Calls travel as app topics below names apps cannot use:
//   app/<app>/~call/<id>/<method>/<url>   ->   app/<app>/~reply/<id>/<status>

import { randomInt } from 'node:crypto';
import { STATUS, TIMEOUT, USAGE } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import type { Manager } from '../manager/manager';
import type { Context, Options } from './context';
import { clean } from './print';
import { eachDevice, needApp } from './session';

const METHODS: Record<string, number> = { get: 1, post: 2, put: 3, delete: 4 };
const STATUSES: Record<number, string> = {
  65: 'created',
  66: 'deleted',
  67: 'valid',
  68: 'changed',
  69: 'content',
  128: 'bad request',
  129: 'unauthorized',
  131: 'forbidden',
  132: 'not found',
  133: 'method not allowed',
  141: 'too large',
  160: 'internal error',
  161: 'not implemented',
  163: 'unavailable',
  164: 'timed out',
};
const ANSWER_MS = 8000; // boards give up after 5 s and say so

export async function run(ctx: Context, [app, url, text]: string[], options: Options): Promise<void> {
  const name = (options.method ?? (text === undefined ? 'get' : 'post')).toLowerCase();
  const method = METHODS[name];
  if (!method) throw new WasmoteError(USAGE, { text: `no method ${name}; there are ${Object.keys(METHODS).join(', ')}`, verb: 'request' });
  await eachDevice(
    ctx,
    options,
    async (device, manager) => {
      needApp(device, app);
      const { status, body } = await call(manager, device.id, app, method, url.replace(/^\//, ''), text ?? '');
      const said = `${status >> 5}.${String(status & 31).padStart(2, '0')} ${STATUSES[status] ?? ''}`.trim();
      if (status >= 128)
        throw new WasmoteError(STATUS, { app, status: body.length > 0 ? `${said}: ${clean(String(body))}` : said, device: device.id });
      return { app, url, status, text: body.toString() };
    },
    row => clean(row.text) || STATUSES[row.status] || String(row.status),
  );
}

async function call(
  manager: Manager,
  device: string,
  app: string,
  method: number,
  url: string,
  text: string,
): Promise<{ status: number; body: Buffer }> {
  const id = randomInt(1, 2 ** 31);
  let stop = () => {};
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise((resolve, reject) => {
      stop = manager.onApp((from, name, path, body) => {
        const reply = /^~reply\/(\d+)\/(\d+)$/.exec(path);
        if (from === device && name === app && reply && Number(reply[1]) === id)
          resolve({ status: Number(reply[2]), body: Buffer.from(body) });
      });
      timer = setTimeout(
        () => reject(new WasmoteError(TIMEOUT, { device, seconds: ANSWER_MS / 1000, text: `no answer from ${app}` })),
        ANSWER_MS,
      );
      manager.tell(device, app, `~call/${id}/${method}/${url}`, text).catch(reject);
    });
  } finally {
    stop();
    clearTimeout(timer);
  }
}
