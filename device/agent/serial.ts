// The road over a cable: the agent's messages on the reliable serial line, with a desk at its other end. Retained means
// nothing here: a new session tells everything again. Device-safe. Design: management.md 3.

import { createLine, windowFor } from '../../src/wire/line';
import type { Road, RoadKind } from './road';
import { bytesOf } from './store';

const REOPEN_MS = 1000; // after the port closed
const MESSAGE_BYTES = 1288; // the longest message, with topic
const QUEUE_BYTES = 3072;
const PAIRS = 15; // of channels 2 .. 31

export const road: RoadKind = (agent, port, events) => {
  const host = agent.host;
  const window = windowFor(host.facts.winBytes);
  let openMs = 0; // when to open, Infinity = it is open
  let isOpen = false;
  // The transfer whose blocks arrive. Another blob takes the next two channels, so that late blocks are known; blocks of 64 bytes come
  // by the even one, of 128 by the odd one, so that none under way is lost when the size changes.
  let pair = 0;
  let blob = '';

  const line = createLine(
    { id: host.id, boot: agent.boot, windowBytes: window, sendBytes: window, queueBytes: QUEUE_BYTES, messageBytes: MESSAGE_BYTES },
    {
      send: (bytes, start, end) => isOpen && port.write(bytes, start, end),
      onMessage: (topic, bytes, start, end) => events.onMessage(self, topic, bytes, start, end),
      onBlock: (from, number, bytes, start, end) => {
        if (from >> 1 === pair) events.onBlock(blob, number * (from & 1 ? 128 : 64), bytes, start, end);
      },
      onText: () => {},
      onUp: (_peer, fresh) => {
        self.up = true;
        self.connections++;
        events.onUp(self, fresh);
      },
      onDown: () => {
        self.up = false;
      },
      onRoom: events.onRoom,
    },
  );

  const self: Road = {
    up: false,
    connections: 0,
    stale: [],
    echoes: false,
    send: (topic, body) => line.sendMessage(topic, body, 0, body.length, host.nowMs()),
    blockBytes: () => (line.payloadBytes() < 128 ? 64 : 128),
    ask: (h, o, n, z) => {
      if (h !== blob) pair = (pair % PAIRS) + 1;
      blob = h;
      return self.send('get', bytesOf(JSON.stringify({ h: h, o: o, n: n, z: z, s: 2 * pair + (z >> 7) })), 0, false);
    },
    hear: () => {}, // everything of apps comes anyway
    poll: nowMs => {
      if (nowMs >= openMs) {
        openMs = Infinity;
        port.open(
          () => {
            isOpen = true;
            agent.wake();
          },
          (bytes, start, end) => {
            line.feed(bytes, start, end, host.nowMs());
            agent.wake();
          },
          () => {
            isOpen = false;
            openMs = host.nowMs() + REOPEN_MS;
            agent.wake();
          },
        );
      }
      return isOpen ? line.tick(nowMs) : openMs;
    },
    count: link => {
      link.up += self.connections;
      link.bad += line.stats.damage;
      link.re += line.stats.resent;
    },
    close: port.close,
  };
  return self;
};
