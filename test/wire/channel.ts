// A simulated serial cable between two lines, in simulated time: bytes take their time at the baud rate, arrive after a latency, and are
// flipped, dropped, doubled and invented on the way, all from one seed.

import { createLine, type Line, type LineConfig, type LineSink } from '../../src/wire/line';
import { random } from './bytes';

export interface Trouble {
  baud: number;
  latencyMs: number;
  bitErrors: number; // rate per bit
  drop: number; // rates per byte
  double: number;
  insert: number;
  burst: number; // rate per byte of 1 … 500 bytes of noise in its place
  late: number; // rate of sends that arrive 30 ms late, so after the next ones
}

export const CLEAN: Trouble = { baud: 115200, latencyMs: 8, bitErrors: 0, drop: 0, double: 0, insert: 0, burst: 0, late: 0 };

export type EndName = 'device' | 'desk';

/** What an end does with what its line tells; all optional. */
export type Hooks = Partial<Omit<LineSink, 'send'>>;

interface End {
  line: Line;
  /** Starts anew with this boot number, as after a reset. */
  boot(boot: number): void;
}

export interface World {
  now(): number;
  end(name: EndName): End;
  /** Calls fn at a time. */
  at(ms: number, fn: () => void): void;
  /** Runs until the time, or until done() is true after an event. */
  run(untilMs: number, done?: () => boolean): void;
  /** Puts console text on the wire. */
  print(from: EndName, text: string): void;
  /** Bytes carried from an end. */
  carried(from: EndName): number;
}

export function createWorld(
  seed: number,
  trouble: Trouble,
  config: (name: EndName) => Omit<LineConfig, 'boot' | 'id' | 'byteMs'> & { byteMs?: number },
  hooks: (name: EndName) => Hooks,
): World {
  const rnd = random(seed);
  const events: { at: number; no: number; fn: () => void }[] = []; // a heap would be faster, a sorted list is enough
  let no = 0;
  let nowMs = 1;

  function at(ms: number, fn: () => void): void {
    const event = { at: ms, no: no++, fn };
    let i = events.length;
    while (i > 0 && events[i - 1].at > ms) i--;
    events.splice(i, 0, event);
  }

  function spoil(bytes: Uint8Array): number[] {
    const out: number[] = [];
    for (let byte of bytes) {
      if (rnd() < trouble.burst) {
        for (let n = Math.ceil(rnd() * 500); n > 0; n--) out.push(Math.floor(rnd() * 256));
        continue;
      }
      if (rnd() < trouble.drop) continue;
      if (rnd() < trouble.insert) out.push(Math.floor(rnd() * 256));
      if (rnd() < trouble.bitErrors * 8) byte ^= 1 << Math.floor(rnd() * 8);
      out.push(byte);
      if (rnd() < trouble.double) out.push(byte);
    }
    return out;
  }

  interface Side extends End {
    due: number;
    busyUntil: number;
    carried: number;
    receive: (bytes: Uint8Array) => void;
    put: (bytes: Uint8Array) => void;
    current: Line | null;
  }

  function createSide(name: EndName, other: () => Side): Side {
    const side: Side = {
      due: 0,
      busyUntil: 0,
      carried: 0,
      current: null,
      get line() {
        return side.current!;
      },
      boot(boot) {
        const mine = hooks(name);
        side.due = nowMs;
        const line = createLine(
          { id: name, boot, byteMs: 10000 / trouble.baud, ...config(name) },
          {
            send(bytes, start, end) {
              if (side.busyUntil - nowMs > 200) return false; // a port with a buffer of 200 ms
              side.put(bytes.slice(start, end));
              return true;
            },
            onMessage: (...a) => mine.onMessage?.(...a),
            onBlock: (...a) => mine.onBlock?.(...a),
            onText: (...a) => mine.onText?.(...a),
            onUp: (...a) => mine.onUp?.(...a),
            onDown: (...a) => mine.onDown?.(...a),
            onRoom: () => mine.onRoom?.(),
          },
        );
        side.current = line;
      },
      put(bytes) {
        const byteMs = 10000 / trouble.baud;
        side.carried += bytes.length;
        const from = Math.max(nowMs, side.busyUntil);
        side.busyUntil = from + bytes.length * byteMs;
        const wire = Uint8Array.from(spoil(bytes));
        const lateMs = rnd() < trouble.late ? 30 : 0;
        const cut = Math.floor(rnd() * wire.length); // arrives in two pieces
        at(from + cut * byteMs + trouble.latencyMs + lateMs, () => other().receive(wire.subarray(0, cut)));
        at(side.busyUntil + trouble.latencyMs + lateMs, () => other().receive(wire.subarray(cut)));
      },
      receive(bytes) {
        side.current?.feed(bytes, 0, bytes.length, nowMs);
        side.due = nowMs;
      },
    };
    return side;
  }

  const device: Side = createSide('device', () => desk);
  const desk: Side = createSide('desk', () => device);

  return {
    now: () => nowMs,
    end: name => (name === 'device' ? device : desk),
    at,
    run(untilMs, done) {
      while (!done?.()) {
        const due = Math.min(device.due, desk.due, events[0]?.at ?? Infinity);
        if (due > untilMs) break;
        nowMs = Math.max(nowMs, due);
        if (events[0]?.at <= nowMs) {
          events.shift()!.fn();
          device.due = desk.due = nowMs; // an event may have called any line
        }
        for (const side of [device, desk]) if (side.current && side.due <= nowMs) side.due = side.current.tick(nowMs);
        for (const side of [device, desk]) if (side.current && side.due <= nowMs) side.due = nowMs + 0.01;
      }
    },
    print: (from, text) => (from === 'device' ? device : desk).put(Uint8Array.from(text, c => c.charCodeAt(0))),
    carried: from => (from === 'device' ? device : desk).carried,
  };
}
