// One process for one folder of a board: two with the same name would write over each other's flash and take turns on the broker.
// The lock is a local socket without a file (Linux) or a named pipe (Windows), so it ends with its process, also by kill -9; elsewhere
// there is none.

import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { BUSY } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';

/** Locks a folder, which need not exist yet. Returns the undo. Throws BUSY. */
export async function lockFolder(dir: string): Promise<() => void> {
  const name = `wasmote-${createHash('sha256').update(resolve(dir)).digest('hex').slice(0, 32)}`;
  const path = { linux: `\0${name}`, win32: `\\\\?\\pipe\\${name}` }[process.platform as string];
  if (path === undefined) return () => {};
  const server = createServer(socket => socket.destroy());
  await new Promise<void>((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? fail(new WasmoteError(BUSY, { port: dir, holder: 'another board or agent' })) : done(),
    );
    server.listen(path, done);
  });
  server.unref();
  return () => void server.close();
}
