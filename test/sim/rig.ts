// A rig for the sim tests: boards with the probe bundle on them, a desk at the other end of the wire.

import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { bytecode, compile } from '../../tools/bundle/build';
import { createSimBoard, type SimBoard, type SimOptions } from '../../tools/sim/board';

let image: Promise<Uint8Array> | null = null;

export function probeImage(): Promise<Uint8Array> {
  const probe = { name: 'probe', entry: 'test/sim/probe.ts', exportsAs: null, globals: ['board'], bytecode: true };
  image ??= compile(probe).then(({ text }) => bytecode(text));
  return image;
}

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

export function tempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'wasmote-'));
  ends.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

export async function probeBoard(options: Partial<SimOptions>): Promise<SimBoard> {
  const board = await createSimBoard({ board: 'sim-quickjs', id: 'probe-1', dir: tempDir(), image: await probeImage(), ...options });
  ends.push(() => board.stop());
  return board;
}

export interface Desk {
  /** The next whole line. */
  line(): Promise<string>;
  send(text: string): void;
  /** Runs code inside the board; returns what it answered. */
  ask(code: string): Promise<any>;
  /** Resolves when the other end is gone. */
  closed: Promise<void>;
  close(): void;
}

/** Lines over any stream. */
export function deskOn(stream: NodeJS.ReadWriteStream, close: () => void): Desk {
  let text = '';
  const lines: string[] = [];
  let wake = () => {};
  stream.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
    const parts = text.split('\n');
    text = parts.pop()!;
    lines.push(...parts);
    wake();
  });
  stream.on('error', () => {});
  const closed = new Promise<void>(resolve => stream.on('close', resolve));
  ends.push(close);
  async function line(): Promise<string> {
    while (lines.length === 0) await new Promise<void>(resolve => (wake = resolve));
    return lines.shift()!;
  }
  const send = (what: string) => void stream.write(Buffer.from(what, 'latin1'));
  return {
    line,
    send,
    ask: async code => {
      send(`${code}\n`);
      let answer = await line();
      while (answer.startsWith('hello ')) answer = await line(); // said before, waiting in the wire
      return JSON.parse(answer).r;
    },
    closed,
    close,
  };
}

export async function deskAt(url: string): Promise<Desk> {
  const { hostname, port } = new URL(url);
  const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
  await new Promise((resolve, reject) => {
    socket.on('connect', resolve);
    socket.on('error', reject);
  });
  return deskOn(socket, () => socket.destroy());
}

/** A broker's end: accepts boards. */
export async function listen(): Promise<{ url: string; board(): Promise<Desk>; close(): Promise<void> }> {
  const waiting: Desk[] = [];
  let wake = () => {};
  const server = net.createServer(socket => {
    waiting.push(deskOn(socket, () => socket.destroy()));
    wake();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const close = () => new Promise<void>(resolve => server.close(() => resolve()));
  ends.push(close);
  return {
    url: `mqtt://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    board: async () => {
      while (waiting.length === 0) await new Promise<void>(resolve => (wake = resolve));
      return waiting.shift()!;
    },
    close,
  };
}
