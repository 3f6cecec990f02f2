// The embedded MQTT broker: aedes with its sessions and retained messages in a level store, so that both survive kill -9.
// Sane limits for a desk and some thousand boards; beyond that any other MQTT 3.1.1 broker takes its place.
// Spec: MQTT 3.1.1; limits: design/management.md section 7.

import { mkdirSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { AedesPublishPacket, Client } from 'aedes';
import { BUSY, FLOOD } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import { createRetained } from './retained';

export interface BrokerOptions {
  dir: string; // state; created when missing
  host?: string; // default 127.0.0.1
  port?: number; // default 1883; another free one when that is taken, unless exact
  exact?: boolean;
  limits?: Partial<BrokerLimits>;
}

export interface BrokerLimits {
  clients: number;
  connectsPerSecond: number;
  payloadBytes: number;
  messagesPerSecond: number; // per client that is no desk, sustained; faster ones are slowed down, not cut off
  burst: number; // messages a client may send at once before that
  keepAliveSeconds: number;
  retainedBytes: number; // topics and payloads of all retained messages
}

export const BROKER_LIMITS: BrokerLimits = {
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
type Packet = Pick<AedesPublishPacket, 'topic' | 'payload'>;

/** Starts a broker. Throws BUSY when the state directory, or an exact port, belongs to another process. */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const limits = { ...BROKER_LIMITS, ...options.limits };
  const host = options.host ?? '127.0.0.1';
  const [{ Aedes }, store] = await Promise.all([import('aedes'), openStore(options.dir, limits.retainedBytes)]);
  const admit = bucket(limits.connectsPerSecond, limits.connectsPerSecond);
  const buckets = new WeakMap<Client, () => number>();

  const aedes = await Aedes.createBroker({
    persistence: store.persistence,
    concurrency: 1000,
    connectTimeout: 10_000,
    drainTimeout: 10_000, // one frozen reader must not stall the others
    keepaliveLimit: limits.keepAliveSeconds,
    maxClientsIdLength: 64,
    preConnect(_client, _packet, done) {
      if (aedes.connectedClients >= limits.clients) return done(new Error('too many clients'), false);
      setTimeout(() => done(null, true), admit());
    },
    authorizePublish(client, packet, done: Done) {
      if (packet.topic.startsWith('$SYS/')) return done(new Error('$SYS is reserved'));
      if (packet.payload.length > limits.payloadBytes) return done(new Error('payload too large'));
      if (packet.retain && !store.hasRoom(packet)) return done(new WasmoteError(FLOOD, { text: 'retained store full' }));
      if (!client || client.id.startsWith('desk-') || limits.messagesPerSecond <= 0) return done(null);
      let wait = buckets.get(client);
      if (!wait) buckets.set(client, (wait = bucket(limits.messagesPerSecond, limits.burst)));
      const ms = wait();
      if (ms > 0) setTimeout(done, ms, null);
      else done(null);
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

/** aedes-persistence-level, with retained messages also in a tree in memory: written through, read from the tree. */
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

  const retained = createRetained<Packet>();
  const sizes = new Map<string, number>(); // topic -> bytes held
  let total = 0;
  const put = (packet: Packet) => {
    total -= sizes.get(packet.topic) ?? 0;
    sizes.delete(packet.topic);
    if (packet.payload.length > 0) {
      const size = packet.topic.length + packet.payload.length;
      sizes.set(packet.topic, size);
      total += size;
    }
    retained.set(packet.topic, packet.payload.length > 0 ? packet : null);
  };

  const persistence = new LevelPersistence(db);
  const { setup, storeRetained, createRetainedStream } = LevelPersistence.prototype;
  persistence.setup = async (broker: unknown) => {
    await setup.call(persistence, broker);
    for await (const packet of createRetainedStream.call(persistence, '#')) put(packet);
  };
  persistence.storeRetained = async (packet: Packet) => {
    put(packet);
    await storeRetained.call(persistence, packet);
  };
  persistence.createRetainedStream = (filter: string) => Readable.from(retained.match(filter));
  persistence.createRetainedStreamCombi = (filters: string[]) => Readable.from(inOrder(retained.match, filters));

  return {
    persistence,
    hasRoom: (packet: Packet) =>
      packet.payload.length === 0 || total - (sizes.get(packet.topic) ?? 0) + packet.topic.length + packet.payload.length <= maxBytes,
    close: () => db.close(),
  };
}

function* inOrder<P>(match: (filter: string) => Generator<P>, filters: string[]): Generator<P> {
  for (const filter of filters) yield* match(filter);
}
