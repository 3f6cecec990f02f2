// One boot of a simulated board: an engine, its natives (device/quickjs/native.ts) and its timer, from power-on to reset, crash or
// power cut. Every stay in the engine is one event; between two of them Node runs. Nothing of the agent is here.

import { randomFillSync } from 'node:crypto';
import type { JSValueHandle } from 'quickjs-wasi';
import type { Storage } from '../../device/host';
import { CLOSE, type Config, DATA, type Native, OPEN, TIMER } from '../../device/quickjs/native';
import type { Wire } from './cable';
import { createVm, type NativeFn, type Vm } from './vm';

/** Where a port's wire reports. Nothing may be called from inside connect(). */
export interface WireEvents {
  open(): void;
  data(bytes: Buffer): void;
  close(): void;
}

export interface MachineOptions {
  limitBytes: number;
  /** Stripped bytecode, or source text (tests). */
  image: Uint8Array | string;
  /** Bytecode of a part, null = the image has none of this name. */
  part(name: string): Uint8Array | null;
  config: Config;
  flash: Storage;
  /** Plugs port `at` in. */
  connect(at: number, on: WireEvents): Wire;
  onLog?(text: string): void;
  /** The machine is off by itself: it was reset (null) or it crashed. Not called by off(). */
  onEnd(error: Error | null): void;
}

export interface Machine {
  used(): number;
  peak(): number;
  collect(): void;
  /** Power off. `hard`: sockets are torn down, nothing buffered is sent. */
  off(hard: boolean): void;
}

const MAX_TIMEOUT_MS = 0x7fffffff; // Node takes no more; an agent that is called early looks and waits on

interface Port {
  wire: Wire | null;
  queue: (Buffer | null)[]; // received, not yet handed over; null = closed
  pumping: boolean;
}

/** Boots. Resolves once the image has run; throws VmError when it could not (onEnd is not called then). */
export async function bootMachine(options: MachineOptions): Promise<Machine> {
  const { config, flash } = options;
  const ports: Port[] = config.ports.map(() => ({ wire: null, queue: [], pumping: false }));
  const bootedAt = performance.now();
  let vm: Vm | null = null;
  let event: JSValueHandle | null = null;
  let rx: JSValueHandle | null = null;
  let alive = true;
  let inside = false;
  let stopTimer = () => {};

  function off(hard: boolean): void {
    if (!alive) return;
    alive = false;
    stopTimer();
    for (const port of ports) port.wire?.close(hard);
    if (!inside) vm?.dispose();
  }

  /** One stay in the engine. What the engine throws after a reset from inside is only how it got out. */
  function enter(run: () => void): void {
    inside = true;
    let error: Error | null = null;
    try {
      run();
    } catch (thrown) {
      error = thrown as Error;
    }
    inside = false;
    if (alive && error === null) return;
    const reset = !alive;
    off(true);
    vm!.dispose();
    options.onEnd(reset ? null : error);
  }

  function emit(what: number, port: number, n: number): void {
    if (alive && event !== null) enter(() => vm!.call(event!, what, port, n));
  }

  function listen(fn: JSValueHandle, buffer: JSValueHandle): void {
    event = vm!.keep(fn);
    rx = vm!.keep(buffer);
  }

  function setTimer(ms: number): void {
    stopTimer();
    const due = () => emit(TIMER, 0, 0);
    if (ms < 1) {
      const immediate = setImmediate(due);
      stopTimer = () => clearImmediate(immediate);
    } else {
      const timeout = setTimeout(due, Math.min(ms, MAX_TIMEOUT_MS));
      stopTimer = () => clearTimeout(timeout);
    }
  }

  function open(at: number): void {
    close(at);
    const port: Port = { wire: null, queue: [], pumping: false };
    ports[at] = port;
    const current = () => alive && ports[at] === port;
    port.wire = options.connect(at, {
      open: () => current() && emit(OPEN, at, 0),
      data: bytes => current() && receive(at, bytes),
      close: () => current() && receive(at, null),
    });
  }

  function close(at: number): void {
    ports[at]!.wire?.close(false);
    ports[at] = { wire: null, queue: [], pumping: false };
  }

  function receive(at: number, piece: Buffer | null): void {
    const port = ports[at]!;
    port.queue.push(piece);
    port.wire?.pause();
    schedule(port, at);
  }

  function schedule(port: Port, at: number): void {
    if (port.pumping) return;
    port.pumping = true;
    setImmediate(() => {
      port.pumping = false;
      if (alive && ports[at] === port) pump(port, at);
    });
  }

  /** Hands over one piece that fits the board's receive buffer. */
  function pump(port: Port, at: number): void {
    const piece = port.queue.shift()!;
    if (piece === null) {
      port.wire = null;
      emit(CLOSE, at, 0);
    } else {
      const n = Math.min(piece.length, config.rxBytes);
      if (n < piece.length) port.queue.unshift(piece.subarray(n));
      vm!.bytesOf(rx!).set(piece.subarray(0, n));
      emit(DATA, at, n);
    }
    if (port.queue.length > 0) schedule(port, at);
    else port.wire?.resume();
  }

  const natives: { [Name in keyof Native]: [letters: string, fn: NativeFn] | string } = {
    config: JSON.stringify(config),
    listen: ['ff', listen],
    now: ['', () => performance.now() - bootedAt],
    utc: ['', () => Date.now()],
    timer: ['n', setTimer],
    entropy: ['bnn', (target: Uint8Array, start: number, n: number) => void randomFillSync(target, start, n)],
    log: ['s', (text: string) => options.onLog?.(Buffer.from(text, 'latin1').toString('utf8'))],
    load: [
      's',
      (name: string) => {
        const code = options.part(name);
        return code === null ? null : vm!.load(code);
      },
    ],
    heap: ['', () => options.limitBytes - vm!.used()],
    evaluate: ['s', (text: string) => vm!.evaluate(text)],
    reset: [
      '',
      () => {
        off(true);
        throw new Error('reset'); // out of the engine; what it catches on the way finds a dead machine
      },
    ],
    list: ['', () => flash.list().join('\n')],
    size: ['s', flash.size],
    read: ['snbnn', flash.read],
    write: ['snbnn', flash.write],
    replace: ['sb', flash.replace],
    remove: ['s', flash.remove],
    rename: ['ss', flash.rename],
    free: ['', flash.free],
    open: ['n', open],
    send: ['nbnn', (at: number, src: Uint8Array, start: number, end: number) => ports[at]!.wire?.write(src.subarray(start, end)) ?? false],
    close: ['n', close],
  };
  // A dying agent changes nothing any more.
  for (const native of Object.values(natives)) {
    if (typeof native === 'string') continue;
    const fn = native[1];
    native[1] = (...args) => (alive ? fn(...args) : undefined);
  }

  vm = await createVm({ limitBytes: options.limitBytes, global: 'board', natives });
  inside = true;
  try {
    vm.eval(options.image);
  } catch (error) {
    if (alive) {
      inside = false;
      off(true);
      throw error;
    }
  }
  inside = false;
  if (!alive) {
    vm.dispose();
    setImmediate(options.onEnd, null); // reset while booting
  }
  return { used: () => (alive ? vm.used() : 0), peak: vm.peak, collect: () => alive && vm.collect(), off };
}
