// The manager: what the desk knows of boards, and what it wants of them. Keeps a picture of each device from its messages, writes
// wishes (n + 1, races noticed), serves the blocks boards pull, waits until have = want, sends commands. All over one road.
// Nothing here prints, and no state is needed to go on after a crash: wishes are retained, blobs are cached by hash.
// Spec: management.md sections 1-3.

import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { FORM, NODEVICE, OFFLINE, RACE, TIMEOUT } from '../../src/errors/codes';
import { type ErrorData, WasmoteError } from '../../src/errors/table';
import {
  type AppInfo,
  type AppWant,
  type BlobRef,
  type Event,
  type Get,
  type Info,
  isId,
  locator,
  parseTopic,
  type State,
  topicRule,
  type Verb,
  type Verbs,
} from '../../src/wire/messages';
import type { Blobs } from './blobs';
import { readAppInfo, readAppWant, readEvents, readGet, readInfo, readRsp, readState } from './parse';
import type { Message, Road } from './road';
import { outcome, type Wish } from './wish';

/** A device as its messages describe it. */
export interface Device {
  id: string;
  state: State | null; // null = it said nothing yet
  info: Info | null;
  apps: Map<string, AppInfo>;
  wants: Map<string, AppWant>;
}

/** The part of a wish that a caller decides. */
export type Change = Omit<Wish, 'n' | 'by'>;

export interface Progress {
  bytes: number; // stored by the board
  total: number;
  bytesPerSecond: number;
}

export interface WaitOptions {
  onProgress?: (progress: Progress) => void;
  /** Gives up after this long without any sign of progress. The wish stays. */
  idleMs?: number;
  force?: boolean; // overwrite what another manager wished meanwhile
  /** The wish changes no more than whether the app runs: an older failure to install is not this wish's. */
  onlyRun?: boolean;
}

export interface Manager {
  road: Road;
  by: string; // how this manager signs its wishes
  /** Takes a package into the cache and serves it from now on; returns its SHA-256 in hex. */
  keep(bytes: Uint8Array): string;
  /** All devices of this road. */
  devices(): Promise<Device[]>;
  /** One device with its apps and wishes. Throws NODEVICE. */
  device(id: string): Promise<Device>;
  /**
   * Writes a wish and waits until the board meets it. `base`: the wish the caller looked at before it decided; another one
   * there now is a RACE. Throws RACE, TIMEOUT, OFFLINE, or what the board reports.
   */
  wish(device: Device, app: string, change: Change, base: AppWant | undefined, options?: WaitOptions): Promise<AppInfo | null>;
  /** Waits for a wish that already stands. */
  settle(device: Device, app: string, want: Wish, options?: WaitOptions): Promise<AppInfo | null>;
  /** Sends a command; tries again after 2, 4 and 8 s, then throws OFFLINE. */
  command<V extends Verb>(device: string, verb: V, p?: Verbs[V]['p']): Promise<Verbs[V]['r']>;
  /** Sends an app a message: topic app/<app>/<path>. */
  tell(device: string, app: string, path: string, body: string): Promise<void>;
  /** Resolves when the next message of a device came, or after waitMs. */
  change(device: string, waitMs: number): Promise<void>;
  onEvent(fn: (device: string, event: Event) => void): () => void;
  /** Messages of apps: topic app/<app>/<path>. */
  onApp(fn: (device: string, app: string, path: string, body: Uint8Array) => void): () => void;
  close(): Promise<void>;
}

export interface ManagerOptions {
  road: Road;
  blobs: Blobs;
  retryMs?: number[];
  idleMs?: number;
}

const MAX_OUTSTANDING = 500; // messages on their way at once: brokers drop beyond their queue (1,000 in mosquitto)

export function createManager({ road, blobs, retryMs = [2000, 4000, 8000], idleMs = 30_000 }: ManagerOptions): Manager {
  const id = randomBytes(3).toString('hex');
  const by = `${
    hostname()
      .toLowerCase()
      .replace(/[^a-z0-9-]/g, '')
      .slice(0, 16) || 'desk'
  }-${id}`;
  const known = new Map<string, Device>();
  const answers = new Map<string, (message: Message) => void>(); // by command id
  const own = new Map<string, Uint8Array>(); // H -> blob: what this manager installs
  const asked = new Map<string, number>(); // "dev get": when it was last asked for, ms
  const changed = listeners<[device: string, rest: string, message: Message]>();
  const events = listeners<[device: string, event: Event]>();
  const messages = listeners<[device: string, app: string, path: string, body: Uint8Array]>();
  const slot = limiter(MAX_OUTSTANDING);
  let counter = 0;

  function deviceOf(name: string): Device {
    let device = known.get(name);
    if (!device) known.set(name, (device = { id: name, state: null, info: null, apps: new Map(), wants: new Map() }));
    return device;
  }

  road.onMessage(message => {
    const topic = parseTopic(message.rest);
    if (!topic || !isId(message.device)) return;
    const { device: name, body } = message;
    if (topic.kind === 'get') return void serve(name, readGet(body));
    if (topic.kind === 'rsp') {
      const answer = readRsp(body);
      if (answer) answers.get(answer.i)?.(message);
    } else if (topic.kind === 'ev') {
      for (const event of readEvents(body)) events.tell(name, event);
    } else if (topic.kind === 'app/+/#') messages.tell(name, topic.app, topic.path, body);
    else if (topic.kind === 'state' && body.length === 0)
      known.delete(name); // removed
    else {
      const device = deviceOf(name);
      if (topic.kind === 'state') device.state = readState(body) ?? device.state;
      if (topic.kind === 'info') device.info = readInfo(body) ?? device.info;
      if (topic.kind === 'info/+')
        put(device.apps, topic.app, body.length === 0 ? null : (readAppInfo(body) ?? device.apps.get(topic.app)));
      if (topic.kind === 'want/+')
        put(device.wants, topic.app, body.length === 0 ? null : (readAppWant(body) ?? device.wants.get(topic.app)));
    }
    changed.tell(name, message.rest, message);
  });

  /**
   * Sends blocks of what this manager installs at once; of other cached blobs only when the same question comes again:
   * then whoever wished them is gone.
   */
  async function serve(name: string, get: Get | null): Promise<void> {
    if (!get) return;
    let blob = own.get(get.h);
    if (!blob) {
      const key = `${name} ${get.h} ${get.o}`;
      const before = asked.get(key);
      asked.set(key, performance.now());
      if (asked.size > 10_000) asked.clear();
      if (before === undefined) return;
      blob = blobs.find(get.h) ?? undefined;
      if (blob) own.set(get.h, blob);
    }
    if (blob && get.o < blob.length) await slot(() => road.serve(name, get, blob)).catch(() => {}); // the board asks again
    changed.tell(name, 'get', { device: name, rest: 'get', body: new Uint8Array(), retained: false });
  }

  async function wish(
    device: Device,
    app: string,
    change: Change,
    base: AppWant | undefined,
    options: WaitOptions = {},
  ): Promise<AppInfo | null> {
    const seen = device.wants.get(app);
    if (!options.force && (seen?.n !== base?.n || seen?.by !== base?.by)) throw raced(seen, app);
    const want: Wish = { n: Math.max(seen?.n ?? 0, device.apps.get(app)?.n ?? 0) + 1, by, ...change };
    const send = () => {
      const body = JSON.stringify(want);
      if (Buffer.byteLength(body) > topicRule('want/+')!.maxBytes) throw new WasmoteError(FORM, { text: 'the wish is too long' });
      return slot(() => road.send(device.id, 'want/' + app, body));
    };
    const met = settle(device, app, want, options, send);
    const [have] = await Promise.all([met, send()]); // whichever fails first: a road that is down sends nothing for long
    // The board remembers a removed app until its wish is withdrawn, which is ours to do unless another one stands by now.
    const last = device.wants.get(app);
    if (want.run === 'gone' && (!last || last.n < want.n || last.by === by)) await slot(() => road.send(device.id, 'want/' + app, ''));
    return have;
  }

  /** `again` sends `want` once more: two wrote the same n at once, and ours is the one to stand. */
  function settle(
    device: Device,
    app: string,
    want: Wish,
    options: WaitOptions = {},
    again?: () => Promise<void>,
  ): Promise<AppInfo | null> {
    const h = want.run === 'gone' ? undefined : want.p?.[0];
    const blob = h ? (own.get(h) ?? blobs.find(want.d ?? h)) : null;
    if (h && blob) own.set(h, blob);
    const patience = options.idleMs ?? idleMs;
    const total = want.p?.[1] ?? 0;
    const startedMs = performance.now();
    let first = -1; // bytes the board had when we began
    let bytes = 0;
    const report = (now: number) => {
      if (now <= bytes && first >= 0) return;
      if (first < 0) first = now;
      bytes = now;
      const seconds = (performance.now() - startedMs) / 1000;
      options.onProgress?.({ bytes, total, bytesPerSecond: seconds > 0 ? (bytes - first) / seconds : 0 });
    };

    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout;
      const giveUp = () => {
        const fault = road.fault();
        if (fault) return end(fault);
        const state = device.state?.s;
        if (state !== 'ready' && state !== 'init') return end(new WasmoteError(OFFLINE, { device: device.id, state }));
        const text = blob && bytes < total ? `${bytes} of ${total} bytes arrived` : undefined;
        end(new WasmoteError(TIMEOUT, { device: device.id, seconds: patience / 1000, text }));
      };
      const alive = () => {
        clearTimeout(timer);
        timer = setTimeout(giveUp, patience);
      };
      function end(result: WasmoteError | null): void {
        clearTimeout(timer);
        stopWatching();
        stopEvents();
        if (result) reject(result);
        else resolve(device.apps.get(app) ?? null);
      }
      function look(): void {
        const have = device.apps.get(app) ?? null;
        const result = outcome(want, have, device.id, app, options.onlyRun);
        if (have?.st === 'loading' && have.o !== undefined && have.n >= want.n) report(have.o);
        if (result === 'pending') return;
        if (result === 'done' && blob) report(total);
        end(result === 'done' ? null : result);
      }
      const stopEvents = events.add((name, event) => {
        if (name !== device.id || event.k !== 'prog' || event.h !== h) return;
        alive();
        report(event.o);
      });
      const stopWatching = changed.add((name, rest) => {
        if (name !== device.id) return;
        if (rest === 'want/' + app) {
          const now = device.wants.get(app);
          if (!now || now.n < want.n || (now.n === want.n && now.by === want.by)) return;
          // Brokers need not show all readers one order, so of equal numbers the greater signature stands, raised above the other.
          if (again && (options.force || (now.n === want.n && now.by < want.by))) {
            want.n = now.n + 1;
            again().catch(end);
          } else end(raced(now, app));
        } else if (rest === 'get' || rest === 'state' || rest === 'info/' + app) {
          alive();
          look();
        }
      });
      alive();
      look();
    });
  }

  async function command<V extends Verb>(name: string, verb: V, p?: Verbs[V]['p']): Promise<Verbs[V]['r']> {
    const i = `${id}-${++counter}`;
    const body = JSON.stringify({ i, m: verb, ...(p === undefined ? {} : { p }) });
    let answered: (message: Message) => void = () => {};
    const answer = new Promise<Message>(resolve => (answered = resolve));
    answers.set(i, answered);
    try {
      let leftMs = idleMs;
      for (const retry of retryMs) {
        const waitMs = Math.min(retry, leftMs);
        leftMs -= waitMs;
        if (waitMs <= 0) break;
        slot(() => road.send(name, 'cmd', body)).catch(() => {}); // fault() tells
        const message = await within(answer, waitMs);
        if (!message) continue;
        const { r, e } = readRsp(message.body)!;
        if (e) throw new WasmoteError(e[0], { device: name, ...flat(e[1]) });
        return r as Verbs[V]['r'];
      }
    } finally {
      answers.delete(i);
    }
    throw road.fault() ?? new WasmoteError(OFFLINE, { device: name, state: known.get(name)?.state?.s });
  }

  return {
    road,
    by,
    keep(bytes) {
      const digest = blobs.put(bytes);
      own.set(locator(digest), bytes);
      return digest;
    },
    async devices() {
      await road.look('+');
      return [...known.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    },
    async device(name) {
      if (!isId(name)) throw new WasmoteError(FORM, { text: `"${name}" is no device name` });
      await road.look(name);
      const device = known.get(name);
      if (device && (device.state || device.info)) return device;
      await road.look('+').catch(() => {});
      const seen = [...known.values()].filter(each => each.state || each.info).map(each => each.id);
      throw new WasmoteError(NODEVICE, { device: name, seen: listed(seen) });
    },
    wish,
    settle,
    command,
    async tell(name, app, path, body) {
      const topic = `app/${app}/${path}`;
      const { maxBytes } = topicRule('app/+/#')!;
      if (Buffer.byteLength(body) > maxBytes) throw new WasmoteError(FORM, { text: `a message holds at most ${maxBytes} bytes` });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
      if (!parseTopic(topic) || /[+#\u0000- \u007f-\u009f]/.test(topic)) throw new WasmoteError(FORM, { text: `"${topic}" is no topic` });
      await slot(() => road.send(name, topic, body));
    },
    async change(name, waitMs) {
      let stop = () => {};
      await within(new Promise<void>(resolve => (stop = changed.add(from => from === name && resolve()))), waitMs);
      stop();
    },
    onEvent: events.add,
    onApp: messages.add,
    close: () => road.close(),
  };
}

/** H and size of a blob as wishes name it, with the full digest. */
export function blobRef(bytes: Uint8Array, digest: string): { p: BlobRef; d: string } {
  return { p: [locator(digest), bytes.length], d: digest };
}

/** Names for an error text: the first ten. */
export function listed(names: string[]): string | undefined {
  if (names.length === 0) return undefined;
  return names.slice(0, 10).join(', ') + (names.length > 10 ? `, … (${names.length})` : '');
}

function raced(other: AppWant | undefined, app: string): WasmoteError {
  return new WasmoteError(RACE, { by: other?.by ?? 'another manager', app });
}

function put<V>(map: Map<string, V>, key: string, value: V | null | undefined): void {
  if (value === null) map.delete(key);
  else if (value !== undefined) map.set(key, value);
}

function flat(data: Record<string, string | number | string[]>): ErrorData {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]));
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>(resolve => (timer = setTimeout(resolve, ms, null)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function listeners<A extends unknown[]>(): { add(fn: (...args: A) => void): () => void; tell(...args: A): void } {
  const all = new Set<(...args: A) => void>();
  return {
    add(fn) {
      all.add(fn);
      return () => void all.delete(fn);
    },
    tell: (...args) => {
      for (const fn of [...all]) fn(...args);
    },
  };
}

/** Runs at most n of the given functions at once, in order. */
function limiter(n: number): <T>(fn: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = n;
  return async fn => {
    if (free > 0) free--;
    else await new Promise<void>(resolve => waiting.push(resolve));
    try {
      return await fn();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
