// A TCP stream as a port: ser2net, an ESP-Link, or a simulated board's serial line. No Nagle delay, keep-alive on.

import { connect } from 'node:net';
import { NOPORT } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import { type BytePort, inbox } from './port';

const WHY: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'host name not resolved',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'host not reachable',
};

/** Connects within timeoutMs. Throws NOPORT with the reason. */
export function openTcp(name: string, host: string, port: number, timeoutMs = 5000): Promise<BytePort> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, keepAlive: true });
    const fail = (text: string) => {
      socket.destroy();
      reject(new WasmoteError(NOPORT, { port: name, text }));
    };
    const timer = setTimeout(() => fail('no answer'), timeoutMs);
    socket.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      fail(WHY[error.code ?? ''] ?? error.code ?? error.message);
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error').on('error', () => {}); // 'close' follows and tells
      const received = inbox();
      socket.on('data', received.push);
      resolve({
        name,
        baud: 0,
        write: bytes => void (socket.writable && socket.write(bytes)),
        onData: received.to,
        onClose: fn => void (socket.closed ? queueMicrotask(fn) : socket.once('close', () => fn())),
        close: () =>
          new Promise(done => {
            if (socket.closed) return done();
            socket.once('close', () => done());
            socket.end();
            setTimeout(() => socket.destroy(), 200).unref();
          }),
      });
    });
  });
}
