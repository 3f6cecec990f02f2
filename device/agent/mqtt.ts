// The road over a broker: the agent's messages as MQTT topics below `w/1/<dev>/`. Keeps `state` right: a will for each
// connection, and repair when a late will or another writer changed it. Device-safe. Design: management.md 2.

import { textOf } from '../../src/app/texts';
import { createClient } from '../../src/wire/client';
import { BLK_HEAD_BYTES, topicOf } from '../../src/wire/messages';
import { hexOf } from '../../src/wire/sha256';
import { stateText, touch } from './report';
import type { Road, RoadKind } from './road';
import { bytesOf } from './store';

const KEEP_ALIVE_S = 60;
const TX_BYTES = 3072; // two of the longest messages
const RX_BYTES = 1280; // the longest message, with topic
const LOOK_MS = 3000; // for our own retained `state` to come after connecting
const SUBSCRIBED = ['state', 'want/#', 'cmd', 'blk', 'app/+/~call/#', 'app/+/~answer/#'];

export const road: RoadKind = (agent, port, events) => {
  const host = agent.host;
  const root = topicOf(host.id, '');
  const random = new Uint8Array(2);
  let isKnown = false; // the broker sent our own retained state on this connection: before or after SUBACK
  let lookMs = Infinity; // when to give up waiting for it

  const client = createClient(
    {
      id: host.id,
      user: host.login.user,
      password: host.login.password,
      keepAliveS: KEEP_ALIVE_S,
      willTopic: root + 'state',
      spreadMs: Math.max(100, agent.want.spread * 1000),
      rxBytes: RX_BYTES,
      txBytes: TX_BYTES,
      maxInFlight: 8,
    },
    {
      open: () => {
        port.open(
          () => {
            client.opened(host.nowMs());
            agent.wake();
          },
          (bytes, start, end) => {
            client.feed(bytes, start, end, host.nowMs());
            agent.wake();
          },
          () => {
            client.closed(host.nowMs());
            agent.wake();
          },
        );
      },
      write: port.write,
      close: port.close,
      random: () => {
        host.entropy(random, 0, 2);
        return (random[0] * 256 + random[1]) / 65536;
      },
      will: n => {
        self.connections = n;
        isKnown = false;
        return stateText(agent, self, 'lost');
      },
      onUp: () => {
        self.up = true;
        touch(agent, 'state');
        if (!isKnown) lookMs = host.nowMs() + LOOK_MS;
        events.onUp(self, false);
      },
      onDenied: () => {},
      onDown: () => {
        self.up = false;
        lookMs = Infinity;
      },
      onMessage: (topic, bytes, start, end, isRetained) => {
        if (topic.substring(0, root.length) !== root) return;
        const rest = topic.substring(root.length);
        if (rest === 'state') {
          if (isRetained) {
            isKnown = true;
            lookMs = Infinity;
          }
          if (self.up && textOf(bytes, start, end - start) !== stateText(agent, self, 'ready')) touch(agent, 'state');
        } else if (rest === 'blk') {
          if (end - start <= BLK_HEAD_BYTES) return;
          const at = start + 4;
          const offset = (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
          events.onBlock(hexOf(bytes, start, at), offset, bytes, start + BLK_HEAD_BYTES, end);
        } else events.onMessage(self, rest, bytes, start, end);
      },
      onRoom: events.onRoom,
    },
  );

  const self: Road = {
    up: false,
    connections: 0,
    stale: [],
    echoes: true,
    send: (topic, body, qos, retain) => client.publish(root + topic, body, 0, body.length, qos, retain, host.nowMs()),
    blockBytes: () => host.facts.blkBytes,
    ask: (h, o, n, z) => self.send('get', bytesOf(JSON.stringify({ h: h, o: o, n: n, z: z })), 0, false),
    hear: (filter, on) => {
      if (on) client.subscribe(root + filter, host.nowMs());
      else client.unsubscribe(root + filter, host.nowMs());
    },
    poll: nowMs => {
      const due = client.tick(nowMs);
      if (nowMs >= lookMs) {
        lookMs = Infinity;
        events.onForgotten(self); // the broker lost its store
      }
      return Math.min(due, lookMs);
    },
    count: link => {
      link.up += self.connections;
    },
    close: () => {
      if (self.up) self.send('state', bytesOf(stateText(agent, self, 'sleep')), 1, true);
      client.stop();
    },
  };
  for (let i = 0; i < SUBSCRIBED.length; i++) client.subscribe(root + SUBSCRIBED[i], 0);
  client.start(host.nowMs());
  return self;
};
