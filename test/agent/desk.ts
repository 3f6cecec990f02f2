// A desk by script: a road without a wire, whose other end the test holds. Retains what devices retain, serves blobs block by
// block, and loses, repeats, reorders or changes them where told to.

import { createHash } from 'node:crypto';
import type { RoadEvents, RoadKind } from '../../device/agent/road';
import type { AppInfo, Event, Get } from '../../src/wire/messages';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export interface Block {
  h: string;
  offset: number;
  bytes: Uint8Array;
}

export interface Desk {
  kind: RoadKind;
  /** What devices published retained, by topic after `w/1/<dev>/`. '' = removed. */
  retained: Map<string, string>;
  sent: { topic: string; body: string; qos: number }[];
  events: Event[];
  gets: Get[];
  n: number; // of the last wish
  /** Bytes of blocks served. */
  served: number;
  blobs: Map<string, Uint8Array>;
  /** Changes what is about to be delivered for one `get`; default: in order, once. */
  mangle: (blocks: Block[]) => Block[];
  blockBytes: number;
  up: boolean;
  full: boolean;
  /** Hears what is asked for, serves nothing. */
  silent: boolean;
  /** The link comes up (with everything lost) or goes down. */
  connect(): void;
  cut(): void;
  put(bytes: Uint8Array): string;
  send(topic: string, body: string | object): void;
  /** Delivers what was asked for; true if anything was. */
  serve(): boolean;
  info(app: string): AppInfo;
  /** Wishes an app; fills in n and by. */
  want(app: string, wish: object): void;
  command(m: string, p?: object): any;
}

const bytesOf = (body: string): Uint8Array => Uint8Array.from(Buffer.from(body, 'utf8'));

export function desk(): Desk {
  let events: RoadEvents;
  let asked: Get[] = [];
  let commands = 0;
  const wants = new Map<string, string>();
  const road = {
    up: false,
    connections: 0,
    stale: [] as string[],
    echoes: false,
    send(topic: string, body: Uint8Array, qos: number, retain: boolean) {
      if (!d.up || d.full) return false;
      const text = Buffer.from(body).toString('utf8');
      const limit = topic === 'state' ? 64 : topic.startsWith('info/') ? 384 : topic === 'get' ? 96 : 1024;
      if (body.length > limit) throw new Error(`${topic} of ${body.length} bytes: ${text}`);
      d.sent.push({ topic, body: text, qos });
      if (retain) d.retained.set(topic, text);
      if (topic === 'ev') d.events.push(...[JSON.parse(text)].flat());
      return true;
    },
    blockBytes: () => d.blockBytes,
    ask(h: string, o: number, count: number, z: number) {
      if (!d.up || d.full) return false;
      if (o % z !== 0 || count < 1) throw new Error(`get of ${count} blocks at ${o} of ${z}`);
      if (!d.silent) asked.push({ h, o, n: count, z });
      d.gets.push({ h, o, n: count, z });
      return true;
    },
    hear: () => {},
    poll: () => Infinity,
    count: () => {},
    close: () => {},
  };
  const d: Desk = {
    kind: (_agent, _port, given) => {
      events = given;
      road.stale = [];
      asked = [];
      road.up = d.up;
      return road;
    },
    retained: new Map(),
    sent: [],
    events: [],
    gets: [],
    n: 0,
    served: 0,
    blobs: new Map(),
    mangle: blocks => blocks,
    blockBytes: 1024,
    up: false,
    full: false,
    silent: false,
    connect() {
      d.up = road.up = true;
      road.connections++;
      asked = [];
      events.onUp(road, true);
      for (const [topic, body] of wants) d.send(topic, body);
    },
    cut() {
      d.up = road.up = false;
      asked = [];
    },
    put(bytes) {
      const digest = sha256(bytes);
      d.blobs.set(digest.slice(0, 16), bytes);
      return digest;
    },
    send(topic, body) {
      const bytes = bytesOf(typeof body === 'string' ? body : JSON.stringify(body));
      if (d.up) events.onMessage(road, topic, bytes, 0, bytes.length);
    },
    serve() {
      const [get] = asked.splice(0, 1);
      if (!get) return false;
      const blob = d.blobs.get(get.h);
      if (!blob) return false;
      const blocks: Block[] = [];
      for (let i = 0; i < get.n && get.o + i * get.z < blob.length; i++) {
        const offset = get.o + i * get.z;
        blocks.push({ h: get.h, offset, bytes: blob.slice(offset, offset + get.z) });
      }
      for (const block of d.mangle(blocks)) {
        if (!d.up) break;
        d.served += block.bytes.length;
        events.onBlock(block.h.slice(0, 8), block.offset, block.bytes, 0, block.bytes.length);
      }
      return true;
    },
    info: app => JSON.parse(d.retained.get(`info/${app}`) || 'null'),
    want(app, wish) {
      const body = JSON.stringify({ n: ++d.n, by: 'test', ...wish });
      d.n = JSON.parse(body).n;
      wants.set(`want/${app}`, body);
      d.send(`want/${app}`, body);
    },
    command(m, p) {
      const i = `t-${++commands}`;
      d.send('cmd', { i, m, p });
      const answer = d.sent.filter(message => message.topic === 'rsp' && JSON.parse(message.body).i === i).pop();
      return answer && JSON.parse(answer.body);
    },
  };
  return d;
}
