// The road over a line: one board behind a serial port or a TCP stream, by the reliable line of src/wire. Nothing is retained here:
// the board says all about itself when a session begins, and unmet wishes are said again when it comes back from a reboot.

import { randomBytes, randomInt } from 'node:crypto';
import { NOISE, PROTO, REPL, SILENT } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import { createLine, DOWN_VERSION, type Peer, VERSION, windowFor } from '../../src/wire/line';
import { type BytePort, openPort, type PortOptions } from '../link/port';
import type { Message, Road } from './road';

const UP_TIMEOUT_MS = 6000; // hello comes every 250 ms at first
const PING_MS = 1000; // a board that had no room to answer is asked again
const LOOK_TIMEOUT_MS = 5000;

/** Opens the port and waits for the board's hello. Throws NOPORT, BUSY, DENIED; SILENT, REPL, NOISE, PROTO. */
export async function serialRoad(name: string, options: PortOptions & { upTimeoutMs?: number } = {}): Promise<Road> {
  return lineRoad(await openPort(name, options), options.upTimeoutMs);
}

/** The same over a port that is open already; closes it when the board does not answer. */
export async function lineRoad(port: BytePort, upTimeoutMs = UP_TIMEOUT_MS): Promise<Road> {
  const receivers: ((message: Message) => void)[] = [];
  const textReceivers: ((text: string) => void)[] = [];
  const early: Message[] = []; // until someone listens
  const wishes = new Map<string, string>(); // rest -> body, as sent last
  const waiting: { attempt(): boolean; reject(error: Error): void }[] = []; // sends in turn; attempt returns true when done
  let peer: Peer | null = null;
  let heard = ''; // the first bytes that came, to tell by what is there if no board answers
  let version = 0;
  let told = 0; // descriptions that came: state, info, info/<app>
  let pong = ''; // the last answer to a command
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let onUp = () => {};

  const now = () => performance.now();
  const copy = (bytes: Uint8Array, start: number, end: number) => bytes.slice(start, end);
  const line = createLine(
    {
      id: 'desk-' + randomBytes(4).toString('hex'),
      boot: randomInt(1, 2 ** 32 - 1),
      windowBytes: windowFor(16384),
      sendBytes: 4600, // 32 frames
      queueBytes: 16384,
      messageBytes: 2048,
    },
    {
      send(bytes, start, end) {
        port.write(copy(bytes, start, end));
        return true;
      },
      onMessage(topic, bytes, start, end) {
        const message = { device: peer?.id ?? '', rest: topic, body: copy(bytes, start, end), retained: false };
        if (/^(state|info)/.test(topic)) told++;
        if (topic === 'rsp') pong = Buffer.from(message.body).toString();
        if (receivers.length === 0) early.push(message);
        for (const receive of receivers) receive(message);
      },
      onBlock() {},
      onText(bytes, start, end) {
        const text = Buffer.from(copy(bytes, start, end)).toString();
        for (const receive of textReceivers) receive(text);
      },
      onUp(found, fresh) {
        peer = { id: found.id, boot: found.boot };
        onUp();
        if (fresh) for (const [rest, body] of wishes) say(rest, body).catch(() => {}); // the port closed: whoever wished is told
      },
      onDown(why) {
        if (why === DOWN_VERSION) version = -1;
      },
      onRoom: drain,
    },
  );

  const gone = () => new WasmoteError(SILENT, { port: port.name, baud: port.baud || undefined });
  function drain(): void {
    while (waiting.length > 0 && waiting[0].attempt()) waiting.shift();
  }
  /** Runs attempt until it returns true, in turn with what waits already. */
  function inTurn(attempt: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (closed) return reject(gone());
      waiting.push({
        attempt() {
          const done = attempt();
          if (done) resolve();
          return done;
        },
        reject,
      });
      if (waiting.length === 1) drain();
      schedule();
    });
  }
  function say(rest: string, body: string): Promise<void> {
    const bytes = Buffer.from(body);
    return inTurn(() => line.sendMessage(rest, bytes, 0, bytes.length, now()));
  }

  function schedule(): void {
    clearTimeout(timer);
    if (closed) return;
    const due = line.tick(now());
    timer = setTimeout(schedule, Math.max(1, Math.min(due - now(), 1000)));
  }
  port.onData(bytes => {
    if (heard.length < 4096) heard += Buffer.from(bytes).toString('latin1');
    line.feed(bytes, 0, bytes.length, now());
    schedule();
  });
  port.onClose(() => {
    closed = true;
    clearTimeout(timer);
    for (const each of waiting.splice(0)) each.reject(gone());
  });

  async function close(): Promise<void> {
    if (closed) return;
    await settle(() => waiting.length === 0, 500);
    closed = true;
    clearTimeout(timer);
    await port.close();
  }
  /** Waits until check() holds, at most waitMs. */
  async function settle(check: () => boolean, waitMs: number): Promise<boolean> {
    for (const until = now() + waitMs; now() < until && !closed; await new Promise(resolve => setTimeout(resolve, 10)))
      if (check()) return true;
    return check();
  }

  schedule();
  await new Promise<void>(resolve => {
    onUp = resolve;
    setTimeout(resolve, upTimeoutMs);
    port.onClose(resolve);
  });
  onUp = () => {};
  if (!line.isUp()) {
    await close();
    const about = { port: port.name, seconds: upTimeoutMs / 1000, baud: port.baud || undefined };
    if (version < 0) throw new WasmoteError(PROTO, { theirs: 'another version', ours: `version ${VERSION}` });
    if (/^\s*>|Espruino|QuickJS|duktape|Uncaught|ReferenceError/im.test(heard)) throw new WasmoteError(REPL, about);
    if (/[^\t\r\n -~]/.test(heard)) throw new WasmoteError(NOISE, { ...about, bad: line.stats.damage || undefined });
    throw new WasmoteError(SILENT, about);
  }

  let described = false;
  return {
    name: port.name,
    async look() {
      // A session begins with state, info and all apps. They have come when a ping is answered with none of them since the ping before:
      // on a bad line they pause for longer than anyone wants to wait.
      const end = now() + LOOK_TIMEOUT_MS;
      for (let k = 0, before = -1; !described && !closed && now() < end; k++) {
        const mark = `"look-${k}"`;
        await say('cmd', `{"i":${mark},"m":"ping"}`);
        if (!(await settle(() => pong.includes(mark), PING_MS))) continue;
        described = told > 0 && told === before;
        before = told;
      }
      described = true;
    },
    send(_device, rest, body) {
      if (rest.startsWith('want')) wishes.set(rest, body);
      return say(rest, body);
    },
    async serve(_device, get, blob) {
      for (let i = 0; i < get.n; i++) {
        const start = get.o + i * get.z;
        const end = Math.min(start + get.z, blob.length);
        if (start >= end) break;
        await inTurn(() => line.sendBlock(get.s ?? 1, start / get.z, blob, start, end, now()));
      }
    },
    onMessage(fn) {
      receivers.push(fn);
      for (const message of early.splice(0)) fn(message);
    },
    onText: fn => void textReceivers.push(fn),
    fault: () => (closed || !line.isUp() ? gone() : null),
    close,
  };
}
