// The embedded MQTT broker: aedes with its sessions and retained messages in a level store, so that both survive kill -9.
// Sane limits for a desk and some thousand boards; beyond that any other MQTT 3.1.1 broker takes its place.
// Spec: MQTT 3.1.1; limits: design/management.md section 7.

import { mkdirSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { Client } from 'aedes';
import { BUSY } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import { createRetained } from './retained';

export interface BrokerOptions {
  dir: string; // state; created when missing
  host?: string; // default 127.0.0.1
  port?: number; // default 1883; another free one when that is taken, unless exact
  exact?: boolean;
  limits?: Partial<BrokerLimits>;
}

interface BrokerLimits {
  clients: number;
  connectsPerSecond: number;
  payloadBytes: number;
  messagesPerSecond: number; // per client that is no desk, sustained; faster ones are slowed down, not cut off
  burst: number; // messages a client may send at once before that
  keepAliveSeconds: number;
  retainedBytes: number; // topics and payloads of all retained messages
}

const LIMITS: BrokerLimits = {
  clients: 2000,
  connectsPerSecond: 250,
  payloadBytes: 8192,
  messagesPerSecond: 50,
  burst: 200,
  keepAliveSeconds: 300,
  retainedBytes: 64 << 20,
};

export interface Broker {
  url: string;
  port: number;
  moved: boolean; // the wished port was taken
  close(): Promise<void>;
}

type Done = (error?: Error | null) => void;
type Sent = { topic: string; payload: string | Buffer; qos: 0 | 1 | 2 };
type Kept = Sent & { cmd: 'publish'; payload: Buffer; retain: true };

/** Starts a broker. Throws BUSY when the state directory, or an exact port, belongs to another process. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const limits = { ...LIMITS, ...options.limits };
  const host = options.host ?? '127.0.0.1';
  const [{ Aedes }, store] = await Promise.all([import('aedes'), openStore(options.dir, limits.retainedBytes)]);
  const admit = bucket(limits.connectsPerSecond, limits.connectsPerSecond);
  const buckets = new WeakMap<Client, () => number>();
  const writing = new WeakMap<Client, Promise<void>>(); // the last message of a client that waits for the store or its turn

  const aedes = await Aedes.createBroker({
    persistence: store.persistence,
    concurrency: 1000,
    connectTimeout: 10_000,
    drainTimeout: 10_000, // one frozen reader must not stall the others
    keepaliveLimit: limits.keepAliveSeconds,
    maxClientsIdLength: 64,
    preConnect(client, _packet, done) {
      // aedes drops as a duplicate what reaches a client after a message with a greater number, but numbers are given before
      // the retained store is written: a wish (retained, slow) was lost behind a block (not retained, fast). Without that check
      // a client with overlapping subscriptions gets a message once for each, which MQTT allows [MQTT-3.3.5-1].
      Object.assign(client, { duplicates: new Proxy({}, { set: () => true }) });
      if (aedes.connectedClients >= limits.clients) return done(new Error('too many clients'), false);
      setTimeout(() => done(null, true), admit());
    },
    // Before the PUBACK: aedes acknowledges first and stores afterwards, so that an acknowledged wish was lost by a kill -9 in between.
    authorizePublish(client, packet, done: Done) {
      if (packet.topic.startsWith('$SYS/')) return done(new Error('$SYS is reserved'));
      if (packet.payload.length > limits.payloadBytes) return done(new Error('payload too large'));
      if (packet.retain && !store.hasRoom(packet)) return done(new Error('retained store full'));
      const waits: Promise<unknown>[] = [];
      if (packet.retain) waits.push(store.keep(packet));
      if (client) {
        const before = writing.get(client); // what this client sent earlier goes first
        if (before) waits.push(before);
        if (limits.messagesPerSecond > 0 && !client.id.startsWith('desk-')) {
          let wait = buckets.get(client);
          if (!wait) buckets.set(client, (wait = bucket(limits.messagesPerSecond, limits.burst)));
          const ms = wait();
          if (ms > 0) waits.push(new Promise(resolve => setTimeout(resolve, ms)));
        }
      }
      if (waits.length === 0) return done(null);
      const all = Promise.all(waits).then(() => {
        if (client && writing.get(client) === all) writing.delete(client);
        done(null);
      }, done);
      if (client) writing.set(client, all);
    },
  });
  const ignore = () => {}; // a broken client is closed by aedes; nobody here needs to hear of it
  aedes.on('clientError', ignore);
  aedes.on('connectionError', ignore);

  const server = createServer({ noDelay: true }, socket => void aedes.handle(socket as Socket));
  const wished = options.port ?? 1883;
  let moved = false;
  try {
    await listen(server, host, wished);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE' && !options.exact) {
      moved = true;
      await listen(server, host, 0);
    } else {
      await new Promise<void>(done => aedes.close(done));
      await store.close();
      if (code === 'EADDRINUSE') throw new WasmoteError(BUSY, { port: `${host}:${wished}` });
      throw error;
    }
  }
  const { port } = server.address() as { port: number };
  const shownHost = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return {
    url: `mqtt://${shownHost.includes(':') ? `[${shownHost}]` : shownHost}:${port}`,
    port,
    moved,
    async close() {
      server.close();
      await new Promise<void>(done => aedes.close(done));
      await store.close();
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** A token bucket; each call takes one token and returns the ms to wait for it. */
function bucket(perSecond: number, burst: number): () => number {
  let freeAt = 0; // when the bucket will be full again, ms
  return () => {
    const now = performance.now();
    freeAt = Math.max(freeAt, now) + 1000 / perSecond;
    return Math.max(0, freeAt - now - (burst * 1000) / perSecond);
  };
}

/**
 * The level store: sessions by aedes-persistence-level, retained messages as rows "kept:<topic>" -> QoS byte, payload, which also
 * stand in a tree in memory and are read from there.
 */
async function openStore(dir: string, maxBytes: number) {
  const [{ Level }, { default: LevelPersistence }] = await Promise.all([
    import('level'),
    // @ts-expect-error: it has no types; aedes needs the async form, which is not the package's main
    import('aedes-persistence-level/asyncPersistence.js'),
  ]);
  mkdirSync(dir, { recursive: true });
  const db = new Level<string, Buffer>(dir, { valueEncoding: 'buffer' });
  try {
    await db.open();
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause?.code;
    if (cause === 'LEVEL_LOCKED') throw new WasmoteError(BUSY, { port: dir, holder: 'another broker' });
    throw error;
  }

  const retained = createRetained<Kept>();
  const sizes = new Map<string, number>(); // topic -> bytes held
  let total = 0;
  function set(topic: string, payload: Buffer, qos: 0 | 1 | 2): void {
    total -= sizes.get(topic) ?? 0;
    sizes.delete(topic);
    const size = topic.length + payload.length;
    if (payload.length > 0) {
      sizes.set(topic, size);
      total += size;
    }
    retained.set(topic, payload.length > 0 ? { cmd: 'publish', topic, payload, qos, retain: true } : null);
  }
  for await (const [key, value] of db.iterator({ gte: 'kept:', lt: 'kept;' }))
    set(key.slice(5), value.subarray(1), Math.min(value[0], 2) as 0 | 1 | 2);

  // One batch at a time, in order: of two writes to one topic the later one must stay.
  type Operation = { type: 'put'; key: string; value: Buffer } | { type: 'del'; key: string };
  let waiting: Operation[] = [];
  let next: Promise<void> | null = null; // the batch that takes what waits
  let last: Promise<unknown> = Promise.resolve();
  function write(operation: Operation): Promise<void> {
    waiting.push(operation);
    if (!next) {
      next = last.then(() => {
        const batch = waiting;
        waiting = [];
        next = null;
        return db.batch(batch);
      });
      last = next.catch(() => {});
    }
    return next;
  }

  const persistence = new LevelPersistence(db);
  persistence.storeRetained = async () => {}; // done in authorizePublish
  persistence.createRetainedStream = (filter: string) => Readable.from(retained.match(filter));
  persistence.createRetainedStreamCombi = (filters: string[]) => Readable.from(inOrder(retained.match, filters));

  return {
    persistence,
    hasRoom: ({ topic, payload }: Sent) =>
      payload.length === 0 || total - (sizes.get(topic) ?? 0) + topic.length + payload.length <= maxBytes,
    /** Resolves when it is written. */
    keep({ topic, payload, qos }: Sent): Promise<void> {
      const bytes = Buffer.from(payload);
      set(topic, bytes, qos);
      const key = 'kept:' + topic;
      return write(bytes.length === 0 ? { type: 'del', key } : { type: 'put', key, value: Buffer.concat([Buffer.from([qos]), bytes]) });
    },
    close: () => last.then(() => db.close()),
  };
}

function* inOrder<P>(match: (filter: string) => Generator<P>, filters: string[]): Generator<P> {
  for (const filter of filters) yield* match(filter);
}
