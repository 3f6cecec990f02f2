// What a simulated board is wired to: a serial line (pty by socat, or a TCP listener) that outlives its reboots, and TCP
// connections to a broker. Moves bytes only. Received bytes queue here and are handed over in pieces, in order, one at a time.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, rmSync } from 'node:fs';
import net from 'node:net';

/** A board's end of a wire. Bytes are borrowed until the call returns. */
export interface Wire {
  /** False = its buffer is full, nothing taken. */
  write(bytes: Uint8Array): boolean;
  /** Holds back what is received (flow control of the transport), and lets it come again. */
  pause(): void;
  resume(): void;
  /** `hard`: as a power cut, without sending what is buffered. */
  close(hard: boolean): void;
}

export interface Line extends Wire {
  /** What the desk opens: a device path or tcp://host:port. */
  path: string;
  /** Of the board that is powered; without one, bytes are lost. */
  onData: ((bytes: Buffer) => void) | null;
}

/** Most bytes that wait inside Node for a slow peer, as in a UART's or socket's send buffer. */
const SEND_BUFFER = 16384;

function send(stream: NodeJS.WritableStream & { writableLength: number }, bytes: Uint8Array): boolean {
  if (stream.writableLength + bytes.length > SEND_BUFFER) return false;
  stream.write(Buffer.from(bytes)); // a copy: the engine's memory moves on
  return true;
}

/** Dials a broker. onClose comes once, also when the connection could not be made. */
export function dial(host: string, port: number, on: { open(): void; data(bytes: Buffer): void; close(): void }): Wire {
  const socket = net.connect({ host, port, noDelay: true });
  socket.on('connect', on.open);
  socket.on('data', on.data);
  socket.on('close', on.close);
  socket.on('error', () => {}); // 'close' follows
  return {
    write: bytes => !socket.destroyed && send(socket, bytes),
    close: hard => void (hard ? socket.resetAndDestroy() : socket.end()),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  };
}

/**
 * A serial line on a TCP port (0 = any free one), one desk at a time: a second caller takes it over, as replugging would.
 * Like a UART it does not know whether anybody listens: bytes sent meanwhile are lost.
 */
export function listenLine(port: number): Promise<Line> {
  let desk: net.Socket | null = null;
  const server = net.createServer({ noDelay: true }, socket => {
    desk?.destroy();
    desk = socket;
    socket.on('data', bytes => line.onData?.(bytes));
    socket.on('error', () => {});
    socket.on('close', () => {
      if (desk === socket) desk = null;
    });
  });
  const line: Line = {
    path: '',
    onData: null,
    write: bytes => desk === null || send(desk, bytes),
    pause: () => void desk?.pause(),
    resume: () => void desk?.resume(),
    close: () => {
      desk?.destroy();
      server.close();
    },
  };
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      line.path = `tcp://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
      resolve(line);
    });
  });
}

/** Whether socat is installed. */
export function hasPty(): Promise<boolean> {
  return new Promise(resolve => execFile('socat', ['-V'], error => resolve(error === null)));
}

/** A serial line on a pty that shows up as `link`. Raw, 8 bits, no flow control. */
export async function ptyLine(link: string): Promise<Line> {
  rmSync(link, { force: true });
  const socat: ChildProcess = spawn('socat', [`PTY,raw,echo=0,link=${link}`, 'STDIO'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const { stdin, stdout } = socat as { stdin: NodeJS.WritableStream & { writableLength: number }; stdout: NodeJS.ReadableStream };
  stdin.on('error', () => {}); // socat gone: 'exit' says so
  let gone = false;
  let failure: Error | null = null;
  socat.on('error', error => (failure = error));
  socat.on('exit', () => (gone = true));
  const give = Date.now() + 5000;
  while (!existsSync(link)) {
    if (gone || failure !== null || Date.now() > give) throw failure ?? new Error(`socat made no pty at ${link}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
  // Held open for as long as the line lives: a pty whose last user closes it reports a hang-up, and socat ends.
  const held = openSync(link, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  const line: Line = {
    path: link,
    onData: null,
    write: bytes => gone || send(stdin, bytes),
    pause: () => void stdout.pause(),
    resume: () => void stdout.resume(),
    close: () => {
      closeSync(held);
      socat.kill();
      rmSync(link, { force: true });
    },
  };
  stdout.on('data', (bytes: Buffer) => line.onData?.(bytes));
  return line;
}
