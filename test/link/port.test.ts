// Ports that open and ports that do not, and why. Real devices where the machine has them: a pty by socat, TCP streams; what root
// never sees (no permission) comes from a binding that fails as the system would.

import { spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BUSY, DENIED, NOISE, NOPORT, PROTO, REPL, SILENT, USAGE } from '../../src/errors/codes';
import { writeFrame } from '../../src/wire/frame';
import { openPort } from '../../tools/link/port';
import { type CreatePort, holder, openSerial } from '../../tools/link/serial';
import { serialRoad } from '../../tools/manager/serial';

const dir = mkdtempSync(join(tmpdir(), 'wasmote-port-'));
const hasSocat = spawnSync('socat', ['-V']).status === 0;

/** A port whose open fails with the text the native binding gives for an errno. */
const failing =
  (text: string): CreatePort =>
  () =>
    Object.assign(new EventEmitter(), { open: (done: (error: Error) => void) => done(new Error(text)) }) as never;

const failures: [string, string, number][] = [
  ['EACCES', 'Error: Permission denied, cannot open', DENIED],
  ['EPERM', 'Error: Operation not permitted, cannot open', DENIED],
  ['access denied on Windows', 'Opening COM3: Access denied', DENIED],
  ['EBUSY', 'Error: Device or resource busy, cannot open', BUSY],
  ['a lock', 'Error Resource temporarily unavailable Cannot lock port', BUSY],
  ['ENOENT', 'Error: No such file or directory, cannot open', NOPORT],
  ['ENXIO', 'Error: No such device or address, cannot open', NOPORT],
  ['a file that is no terminal', 'Error: Inappropriate ioctl for device, cannot open', NOPORT],
];
test.each(failures)('%s', async (_name, text, code) => {
  const error = await openSerial('/dev/ttyUSB0', 115200, failing(text)).catch(thrown => thrown);
  expect(error).toMatchObject({ code, data: { port: '/dev/ttyUSB0' } });
  if (code === DENIED && process.platform === 'linux') expect(error.data.fix).toMatch(/usermod -aG \w+ \w+|udev/);
  if (code === NOPORT) expect(error.data.seen).toMatch(/\S/);
});

test('a file that is no port', async () => {
  const path = join(dir, 'file');
  writeFileSync(path, '');
  await expect(openPort(path)).rejects.toMatchObject({ code: NOPORT, data: { text: 'it is no serial port' } });
});

test('an address of another kind', async () => {
  await expect(openPort('http://host:80')).rejects.toMatchObject({ code: USAGE });
});

test.runIf(hasSocat)('a pty: bytes both ways, all 256 of them; a second opener is told who holds it', async () => {
  const [near, far] = [join(dir, 'near'), join(dir, 'far')];
  const socat = spawn('socat', [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`]);
  try {
    await expect.poll(() => existsSync(near) && existsSync(far), { timeout: 5000 }).toBe(true);
    const [a, b] = [await openPort(near), await openPort(far)];
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const got: number[] = [];
    b.onData(bytes => got.push(...bytes));
    a.write(all);
    await expect.poll(() => got.length).toBe(256);
    expect(got).toEqual([...all]);

    const busy = await openPort(near).catch(error => error);
    expect(busy).toMatchObject({ code: BUSY });
    if (process.platform === 'linux') expect(busy.data).toMatchObject({ holder: expect.stringMatching(/node|vitest/), pid: process.pid });
    expect(holder(near)).toMatchObject({ pid: process.pid });

    const closed = new Promise<void>(resolve => b.onClose(resolve));
    await a.close();
    socat.kill();
    await closed;
  } finally {
    socat.kill();
  }
});

describe('what answers, or does not', () => {
  async function peer(speak: (socket: Socket) => void): Promise<{ port: string; close(): void }> {
    const server = createServer(socket => {
      socket.on('error', () => {});
      speak(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { port: `tcp://127.0.0.1:${(server.address() as { port: number }).port}`, close: () => server.close() };
  }
  /** A frame as a board would send it. */
  function frame(type: number, payload: number[]): Buffer {
    const wire = new Uint8Array(200);
    return Buffer.concat([
      Buffer.from([0]),
      wire.slice(0, writeFrame(wire, 0, type << 5, 0, -1, Uint8Array.from(payload), 0, payload.length)),
    ]);
  }
  const cases: [string, (socket: Socket) => void, number][] = [
    ['silence', () => {}, SILENT],
    [
      'a JavaScript console',
      socket => socket.write('\r\n ____                 _\r\n|  __|___ ___ ___ _ _|_|___ ___\r\n Espruino 2v29 (c) 2024\r\n\r\n>'),
      REPL,
    ],
    ['a console prompt that echoes', socket => socket.on('data', () => socket.write('\r\n>Uncaught SyntaxError: Got ?\r\n>')), REPL],
    ['the wrong speed: only damage', socket => socket.write(Buffer.from('f8e0c1ff80f8e0c00013f8e0e080c1ff00', 'hex')), NOISE],
    ['a frame that announces 2^32 bytes', socket => socket.write(Buffer.from('00ffffffffff01ffffffff00ff00', 'hex')), NOISE],
    ['another protocol version', socket => socket.write(frame(4, [9, 0, 1, 0, 0, 0, 0, 1, 128, 0x61, 0x62, 0x63])), PROTO],
  ];
  test.each(cases)('%s', async (_name, speak, code) => {
    const { port, close } = await peer(speak);
    const error = await serialRoad(port, { upTimeoutMs: 600 }).catch(thrown => thrown);
    expect(error.code).toBe(code);
    close();
  });
});
