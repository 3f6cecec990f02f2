// A byte stream to a board: what a serial port and a TCP connection to one have in common. Everything that takes `--port`
// takes a device path or tcp://host:port (ser2net and the like). Moves bytes only: framing is src/wire's, retries the manager's.

import { USAGE } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';

export interface BytePort {
  name: string; // as the user gave it
  baud: number; // 0 for streams without a speed
  write(bytes: Uint8Array): void;
  /** Sets the receiver. Bytes that came before are kept for it. The array is its own. */
  onData(fn: (bytes: Uint8Array) => void): void;
  /** Called once, when the other end or the cable is gone, or after close(). */
  onClose(fn: () => void): void;
  close(): Promise<void>;
}

export interface PortOptions {
  baud?: number; // default 115200
}

/** Opens a path or tcp://host:port. Throws NOPORT, BUSY, DENIED, USAGE. */
export async function openPort(name: string, options: PortOptions = {}): Promise<BytePort> {
  const tcp = /^tcp:\/\/(\[[^\]]+\]|[^:/]+):(\d+)\/?$/.exec(name);
  if (tcp) return (await import('./tcp')).openTcp(name, tcp[1].replace(/^\[|\]$/g, ''), Number(tcp[2]));
  if (name.includes('://')) throw new WasmoteError(USAGE, { text: `${name}: a port is a device path or tcp://host:port` });
  return (await import('./serial')).openSerial(name, options.baud ?? 115200);
}

/** Holds bytes until a receiver is set. */
export function inbox(): { push(bytes: Uint8Array): void; to(fn: (bytes: Uint8Array) => void): void } {
  let receiver: ((bytes: Uint8Array) => void) | null = null;
  const early: Uint8Array[] = [];
  return {
    push: bytes => (receiver ? receiver(bytes) : void early.push(bytes)),
    to(fn) {
      receiver = fn;
      for (const bytes of early.splice(0)) fn(bytes);
    },
  };
}
