// A serial port. Tells apart why one does not open: no such port, held by another program (which), no permission (the cure).
// 8-bit clean: XON/XOFF off at this end. Loads serialport on first use only.

import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename } from 'node:path';
import type { SerialPort } from 'serialport';
import { BUSY, DENIED, INTERNAL, NOPORT } from '../../src/errors/codes';
import { type ErrorData, WasmoteError } from '../../src/errors/table';
import { type BytePort, inbox } from './port';

/** Makes an unopened port; tests hand in one that fails as they like. */
export type CreatePort = (options: { path: string; baudRate: number; autoOpen: false; hupcl: false }) => SerialPort;

/** Opens path at baud. Throws NOPORT, BUSY, DENIED; INTERNAL when serialport itself cannot be loaded. */
export async function openSerial(path: string, baud: number, create?: CreatePort): Promise<BytePort> {
  const make = create ?? (await loadSerialPort());
  const port = make({ path, baudRate: baud, autoOpen: false, hupcl: false }); // hupcl: closing must not reset the board
  try {
    await new Promise<void>((resolve, reject) => port.open(error => (error ? reject(error) : resolve())));
  } catch (error) {
    throw await explain(path, error as Error);
  }
  const received = inbox();
  port.on('data', received.push);
  port.on('error', () => {}); // 'close' follows
  // USB CDC boards send only while DTR is up; DTR = RTS keeps an ESP32's reset circuit at rest. A pty has neither: never mind.
  port.set({ dtr: true, rts: true }, () => {});
  return {
    name: path,
    baud,
    write: bytes => void (port.isOpen && port.write(bytes)),
    onData: received.to,
    onClose: fn => void port.once('close', () => fn()),
    close: () => new Promise(done => (port.isOpen ? port.close(() => done()) : done())),
  };
}

async function loadSerialPort(): Promise<CreatePort> {
  try {
    const { SerialPort } = await import('serialport');
    return options => new SerialPort(options);
  } catch (error) {
    throw new WasmoteError(INTERNAL, {
      text: `serial ports need the package serialport, which does not load here: ${(error as Error).message}`,
    });
  }
}

/** The operating system's reason, as one of our codes. The binding reports text only, so errno names and their texts are matched. */
async function explain(path: string, error: Error): Promise<WasmoteError> {
  const text = error.message;
  if (/permission denied|EACCES|EPERM|access denied|operation not permitted/i.test(text))
    return new WasmoteError(DENIED, { port: path, fix: cure(path) });
  if (/busy|EBUSY|cannot lock|temporarily unavailable|EAGAIN/i.test(text)) return new WasmoteError(BUSY, { port: path, ...holder(path) });
  const reason = /no such file|ENOENT|file not found/i.test(text) ? undefined : 'it is no serial port';
  return new WasmoteError(NOPORT, { port: path, text: reason, seen: (await listPorts()).join(', ') || 'none' });
}

/** Paths of the serial ports here; boards behind USB first. Empty where they cannot be listed. */
export async function listPorts(): Promise<string[]> {
  try {
    const { SerialPort } = await import('serialport');
    const ports = await SerialPort.list(); // rejects where udevadm is missing
    return ports.sort((a, b) => Number(!!b.vendorId) - Number(!!a.vendorId)).map(port => port.path);
  } catch {
    try {
      return readdirSync('/dev')
        .filter(name => /^(ttyUSB|ttyACM|cu\.usb)/.test(name))
        .map(name => '/dev/' + name);
    } catch {
      return [];
    }
  }
}

/** Program and pid that hold path open, where /proc shows them (Linux; other users' processes only to root). */
export function holder(path: string): ErrorData {
  try {
    const real = realpathSync(path);
    for (const pid of readdirSync('/proc')) {
      if (!/^\d+$/.test(pid)) continue;
      try {
        for (const fd of readdirSync(`/proc/${pid}/fd`)) {
          if (readlinkSync(`/proc/${pid}/fd/${fd}`) === real)
            return { holder: readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), pid: Number(pid) };
        }
      } catch {} // gone meanwhile, or not ours to see
    }
  } catch {} // no /proc here
  return {};
}

/** The line that gives this user the right to open path. */
function cure(path: string): string {
  if (process.platform !== 'linux') return `grant your user read and write access to ${path}`;
  let group = 'dialout';
  try {
    const gid = statSync(path).gid;
    group =
      readFileSync('/etc/group', 'utf8')
        .split('\n')
        .find(line => line.split(':')[2] === String(gid))
        ?.split(':')[0] ?? group;
  } catch {}
  if (group !== 'root') return `sudo usermod -aG ${group} ${userInfo().username}, then log in again`;
  const rule = `KERNEL=="${basename(path).replace(/\d+$/, '*')}", MODE="0660", GROUP="dialout"`;
  return `echo '${rule}' | sudo tee /etc/udev/rules.d/60-wasmote.rules && sudo udevadm control --reload && sudo udevadm trigger`;
}
