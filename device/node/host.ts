// Host on Node: the agent as a service on a gateway. Folder store, a socket to the broker, Node's clock, timers and entropy.
// Prints nothing and never exits: what it has to say goes to options.log. Contract: device/host.ts.

import { randomFillSync } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { connect as connectTls } from 'node:tls';
import { type Agent, createAgent } from '../agent/agent';
import { road } from '../agent/mqtt';
import type { BoardFacts, Host, Port } from '../host';
import { part } from '../parts/all';
import { openFolder } from './folder';

export interface NodeOptions {
  name: string; // device id
  broker: string; // mqtt://[user:password@]host[:port], or mqtts://
  store: string; // folder, created when absent
  facts: BoardFacts; // of boards/linux-node.json
  log?(text: string): void;
  /** A desk asked for a reboot: the agent has ended; default: it starts again in this process. */
  reset?(): void;
}

const MAX_UNSENT = 65536; // bytes the socket may hold back before write says "full"

export interface Broker {
  host: string;
  port: number;
  tls: boolean;
  user: string;
  password: string;
}

/** Parses a broker URL; throws TypeError when it is none. */
export function parseBroker(broker: string): Broker {
  const url = new URL(broker);
  const tls = url.protocol === 'mqtts:';
  if (!tls && url.protocol !== 'mqtt:') throw new TypeError(`not an mqtt:// URL: ${broker}`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: Number(url.port) || (tls ? 8883 : 1883),
    tls,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
}

/** The board under the agent. Starts nothing. `end` closes its sockets and timers for good. */
export function createNodeHost(options: NodeOptions): Host & { end(): void } {
  const broker = parseBroker(options.broker);
  const bootMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let soon: NodeJS.Immediate | undefined;
  let due: (() => void) | null = null;

  const fire = (): void => {
    clearTimeout(timer);
    clearImmediate(soon);
    timer = soon = undefined;
    const fn = due;
    due = null;
    fn?.();
  };
  const cancel = (): void => {
    clearTimeout(timer);
    clearImmediate(soon);
    timer = soon = undefined;
    due = null;
  };
  const port = brokerPort(broker);

  return {
    id: options.name,
    facts: options.facts,
    nowMs: () => performance.now() - bootMs,
    utcMs: () => Date.now(),
    setTimer(ms, fn) {
      cancel();
      due = fn;
      // A timer of 0 would take a millisecond: a quarter of the time of apps that are busy.
      if (ms <= 0) soon = setImmediate(fire);
      else timer = setTimeout(fire, ms);
    },
    entropy: (target, start, n) => {
      randomFillSync(target, start, n);
    },
    storage: openFolder(options.store, options.facts.storeBytes),
    ports: [port],
    part,
    drop: () => {},
    heapFree: () => Infinity,
    // biome-ignore lint/security/noGlobalEval: text that src/jstext made
    evaluate: text => globalThis.eval(text),
    log: text => options.log?.(text),
    reset: () => options.reset?.(),
    login: { user: broker.user, password: broker.password },
    end() {
      cancel();
      port.close();
    },
  };
}

/** A port over a socket to the broker, made anew by each open(). */
function brokerPort(broker: Broker): Port {
  let socket: Socket | null = null;
  return {
    kind: 'mqtt',
    open(onOpen, onData, onClose) {
      socket?.destroy();
      const mine = broker.tls
        ? connectTls({ host: broker.host, port: broker.port, servername: broker.host })
        : connect(broker.port, broker.host);
      socket = mine;
      mine.setNoDelay(true);
      mine.on(broker.tls ? 'secureConnect' : 'connect', () => {
        if (socket === mine) onOpen();
      });
      mine.on('data', bytes => {
        if (socket === mine) onData(bytes, 0, bytes.length);
      });
      mine.on('error', () => {}); // close follows
      mine.on('close', () => {
        if (socket !== mine) return;
        socket = null;
        onClose();
      });
    },
    write(src, start, end) {
      if (socket === null || socket.writableLength > MAX_UNSENT) return false;
      socket.write(src.slice(start, end)); // a copy: the socket keeps it
      return true;
    },
    close() {
      // what was written still goes out; after that nothing of this socket is heard of
      const mine = socket;
      socket = null;
      mine?.end();
      mine?.setTimeout(1000, () => mine.destroy());
    },
  };
}

export interface Running {
  agent(): Agent;
  /** Ends apps and connection in good order. Idempotent. */
  stop(): void;
}

/** Starts the agent as a service; it lives until stop(). Throws on a bad broker URL or an unusable store. */
export function run(options: NodeOptions): Running {
  let host: ReturnType<typeof createNodeHost>;
  let agent: Agent;
  const start = (): void => {
    host = createNodeHost({
      ...options,
      reset:
        options.reset ??
        (() => {
          host.end();
          start();
        }),
    });
    agent = createAgent(host, { mqtt: road });
  };
  start();
  return {
    agent: () => agent,
    stop() {
      agent.stop();
      host.end();
    },
  };
}
