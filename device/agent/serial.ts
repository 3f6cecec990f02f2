// The road over a cable: the agent's messages on the reliable serial line, with a desk at its other end. Retained means
// nothing here: a new session tells everything again. Device-safe. Design: management.md 3.

import { createLine, windowFor } from '../../src/wire/line';
import type { Road, RoadKind } from './road';
import { bytesOf } from './store';

const REOPEN_MS = 1000; // after the port closed
const MESSAGE_BYTES = 1288; // the longest message, with topic
const QUEUE_BYTES = 3072;
const CHANNELS = 31;

export const serialRoad: RoadKind = (agent, port, events) => {
  const host = agent.host;
  const window = windowFor(host.facts.winBytes);
  let openMs = 0; // when to open, Infinity = it is open
  let isOpen = false;
  // The transfer whose blocks arrive: a `get` for another blob or block size takes the next channel, so that late blocks are known.
  let channel = 0;
  let blob = '';
  let z = 0;

  const line = createLine(
    { id: host.id, boot: agent.boot, windowBytes: window, sendBytes: window, queueBytes: QUEUE_BYTES, messageBytes: MESSAGE_BYTES },
    {
      send: (bytes, start, end) => isOpen && port.write(bytes, start, end),
      onMessage: (topic, bytes, start, end) => events.onMessage(road, topic, bytes, start, end),
      onBlock: (from, number, bytes, start, end) => {
        if (from === channel) events.onBlock(blob, number * z, bytes, start, end);
      },
      onText: () => {},
      onUp: (_peer, fresh) => {
        road.up = true;
        road.connections++;
        events.onUp(road, fresh);
      },
      onDown: () => {
        road.up = false;
      },
      onRoom: events.onRoom,
    },
  );

  const road: Road = {
    up: false,
    connections: 0,
    stale: [],
    echoes: false,
    send: (topic, body) => line.sendMessage(topic, body, 0, body.length, host.nowMs()),
    blockBytes: () => (line.payloadBytes() < 128 ? 64 : 128),
    ask: (h, o, n, size) => {
      if (h !== blob || size !== z) {
        channel = (channel % CHANNELS) + 1;
        blob = h;
        z = size;
      }
      return road.send('get', bytesOf(JSON.stringify({ h: h, o: o, n: n, z: z, s: channel })), 0, false);
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
      link.up += road.connections;
      link.bad += line.stats.damage;
      link.re += line.stats.resent;
    },
    close: () => port.close(),
  };
  return road;
};
