// Host over the native functions of a QuickJS firmware. Holds no policy: it renames, and routes events to the callbacks of
// the timer and of each port. Device-safe. Contract: device/host.ts, native.ts.

import type { Host, Port } from '../host';
import { type Config, DATA, type Native, OPEN, TIMER } from './native';

/** What an image beside the bundle exports, loaded when it is first asked for; null = no such image. */
export function image(native: Native, name: string): any {
  return (native as any)[name] || native.load(name); // it publishes itself there
}

/** Makes the Host and starts listening. Called once per boot. */
export function createHost(native: Native): Host {
  const config: Config = JSON.parse(native.config);
  const rx = new Uint8Array(config.rxBytes);
  const ports: Port[] = [];
  const handlers: any[][] = []; // of each port: onOpen, onData, onClose
  let due: any = null;

  function addPort(kind: string, at: number): void {
    handlers.push([]);
    ports.push({
      kind: kind,
      open: function (onOpen, onData, onClose) {
        handlers[at] = [onOpen, onData, onClose];
        native.open(at);
      },
      write: function (src, start, end) {
        return native.send(at, src, start, end);
      },
      close: function () {
        handlers[at] = [];
        native.close(at);
      },
    });
  }
  for (let i = 0; i < config.ports.length; i++) addPort(config.ports[i], i);

  native.listen(function (what, port, n) {
    if (what === TIMER) {
      const fn = due;
      due = null;
      if (fn !== null) fn();
    } else {
      const fn = handlers[port][what - OPEN];
      if (fn === undefined) return; // closed meanwhile
      if (what === DATA) fn(rx, 0, n);
      else fn();
    }
  }, rx);

  return {
    id: config.id,
    facts: config.facts,
    nowMs: native.now,
    utcMs: native.utc,
    setTimer: function (ms, fn) {
      due = fn;
      native.timer(ms);
    },
    entropy: native.entropy,
    storage: {
      list: function () {
        const names = native.list();
        return names === '' ? [] : names.split('\n');
      },
      size: native.size,
      read: native.read,
      write: native.write,
      replace: native.replace,
      remove: native.remove,
      rename: native.rename,
      free: native.free,
    },
    ports: ports,
    part: function (name) {
      return image(native, name);
    },
    drop: function (name) {
      delete (native as any)[name];
    },
    heapFree: native.heap,
    evaluate: native.evaluate,
    log: native.log,
    reset: native.reset,
    login: { user: config.user, password: config.password },
  };
}
