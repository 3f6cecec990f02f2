// The device's MQTT 3.1.1 client: one clean session to one broker, with will, keep-alive, QoS 0 and 1, and reconnection that does
// not storm. No port and no clock: bytes leave through sink.write, time comes in with each call. Buffers are made once; one for
// CONNECT and SUBSCRIBE lives for a moment. Device-safe. Spec: OASIS MQTT Version 3.1.1. Policy: docs/wire.md.
//
//   waiting --(random back-off)--> opening --opened()--> greeting --CONNACK 0--> subscribing --SUBACK--> up
//      ^------------------------- closed(), a time-out, a refusal, a bad packet -------------------------'

import {
  BAD_SIZE,
  CONNACK,
  type Connect,
  connectPacket,
  createPacketReader,
  DISCONNECT,
  DUP,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBLISH,
  RETAIN,
  readU16,
  SUBACK,
  subscribePacket,
  UNSUBACK,
  writeEmpty,
  writePuback,
  writePublish,
} from './mqtt';
import { utf8Read } from './utf8';

const MAX_BACKOFF_MS = 120000;
const ANSWER_MS = 10000; // for the port to open, for CONNACK, SUBACK and PINGRESP
const PORT_FULL_MS = 10;
const MAX_PENDING_ACKS = 64; // of ours, while the port takes nothing

const IDLE = 0; // not started, or stopped
const WAITING = 1;
const OPENING = 2;
const GREETING = 3;
const SUBSCRIBING = 4;
const UP = 5;

/** Why a connection ended. */
export const DOWN_CLOSED = 1; // by the other end, or it never opened
export const DOWN_TIMEOUT = 2; // no answer in time
export const DOWN_PROTOCOL = 3; // a packet that cannot be
export const DOWN_TOO_LONG = 4; // a packet far beyond rxBytes
export const DOWN_STOPPED = 5; // by stop()
/** Refused by CONNACK: DOWN_REFUSED + its return code (1 version, 2 id, 3 unavailable, 4 login, 5 not authorised). */
export const DOWN_REFUSED = 16;

export interface ClientConfig extends Connect {
  spreadMs: number; // first reconnect after random 0..spread, also the unit of the back-off
  rxBytes: number; // longest packet taken; a longer message is acked and dropped, or the broker would send it again for ever
  txBytes: number; // for QoS 1 publications until acked; one more packet must fit beside them
  maxInFlight: number; // QoS 1 publications under way
}

/** What a client needs and tells. Bytes are borrowed until the call returns. Any of the client's methods may be called from here. */
export interface ClientSink {
  /** Opens a stream to the broker; then call opened(), or closed() when that fails. */
  open(): void;
  /** Sends all of bytes[start, end) or nothing (false: the port is full). */
  write(bytes: Uint8Array, start: number, end: number): boolean;
  /** Closes the stream; nothing of it may be fed any more. closed() may follow, before the next open. */
  close(): void;
  /** 0 <= x < 1, different on each device. */
  random(): number;
  /** The will's text for connection number n (1 …), retained. */
  will(n: number): string;
  onUp(): void;
  /** The broker refused a filter; the others stand. */
  onDenied(): void;
  /** why: DOWN_*. The next attempt is planned unless stopped. */
  onDown(why: number): void;
  onMessage(topic: string, bytes: Uint8Array, start: number, end: number, isRetained: boolean): void;
  /** There may be room again for what publish refused. */
  onRoom(): void;
}

export interface Client {
  isUp(): boolean;
  /** Connects now. */
  start(nowMs: number): void;
  /** Ends with DISCONNECT, so that the broker drops the will [MQTT-3.14.4-3]. */
  stop(): void;
  /** The stream is open. */
  opened(nowMs: number): void;
  /** The stream has ended, by whoever. */
  closed(nowMs: number): void;
  /** Takes received bytes in pieces of any size. */
  feed(src: Uint8Array, start: number, end: number, nowMs: number): void;
  /** Does what is due; returns when to call again at the latest (after any other call: ask again). */
  tick(nowMs: number): number;
  /** qos 0 or 1. False = down or no room (onRoom tells when). QoS 1 is kept until acked and sent again, first, after a reconnect. */
  publish(topic: string, src: Uint8Array, start: number, end: number, qos: number, isRetained: boolean, nowMs: number): boolean;
  /** Adds a filter (QoS 1) for this and all later connections. */
  subscribe(filter: string, nowMs: number): void;
  unsubscribe(filter: string, nowMs: number): void;
}

export function createClient(config: ClientConfig, sink: ClientSink): Client {
  let state = IDLE;
  let dueAt = Infinity; // of the state's time-out, or of the next attempt
  let attempts = 0; // failed since the last time it was up
  let connections = 0;
  let lastSentAt = 0;
  let lastHeardAt = 0;
  let pingAt = -1; // when an unanswered PINGREQ was sent, -1 = none
  let clock = 0;

  const filters: string[] = [];
  let asked = 0; // filters before this were sent in this connection
  const dropped: string[] = []; // filters to unsubscribe
  let subscribeId = 0; // of the SUBSCRIBE that completes a connection

  // QoS 1 publications until acked, oldest first: id u16, size u16, packet. Behind them: one packet being written.
  const store = new Uint8Array(config.txBytes);
  let stored = 0;
  let inFlight = 0;
  let sentTo = 0; // what stands before this was taken by the port in this connection
  let oldestAt = 0; // when the oldest was sent, or its turn came
  let nextId = 0;
  let isRefused = false;
  let isPortFull = false;

  const acks: number[] = []; // ids of PUBACKs the port did not take yet
  const small = new Uint8Array(4);

  function write(bytes: Uint8Array, start: number, end: number): boolean {
    isPortFull = !sink.write(bytes, start, end);
    if (isPortFull) return false;
    lastSentAt = clock;
    return true;
  }

  function packetId(): number {
    nextId = (nextId & 0xffff) + 1;
    if (nextId > 0xffff) nextId = 1; // not 0 [MQTT-2.3.1-1]; 65,535 are far more than ever under way
    return nextId;
  }

  /** Plans the next attempt: full jitter, doubling. */
  function wait(nowMs: number): void {
    const most = attempts > 16 ? MAX_BACKOFF_MS : Math.min(MAX_BACKOFF_MS, config.spreadMs * (1 << attempts));
    attempts++;
    state = WAITING;
    dueAt = nowMs + Math.floor(sink.random() * most);
  }

  function drop(why: number, nowMs: number): void {
    if (state < OPENING) return;
    reader.reset();
    acks.splice(0, acks.length);
    dropped.splice(0, dropped.length);
    asked = sentTo = 0;
    pingAt = -1;
    isPortFull = false;
    wait(nowMs);
    if (why !== DOWN_CLOSED) sink.close();
    sink.onDown(why);
  }

  // ---- sending ------------------------------------------------------------------------------------------------------

  /** Sends SUBSCRIBE (qos 1) or UNSUBSCRIBE (-1); false = port full. */
  function request(list: string[], qos: number): boolean {
    const id = packetId();
    const packet = subscribePacket(id, list, qos);
    if (state === SUBSCRIBING && qos > 0) subscribeId = id;
    return write(packet, 0, packet.length);
  }

  /** Hands to the port what waits for it, in order; stops when it is full. */
  function flush(): void {
    while (acks.length > 0) {
      if (!write(small, 0, writePuback(small, acks[0]))) return;
      acks.shift();
    }
    if (dropped.length > 0) {
      if (!request(dropped, -1)) return;
      dropped.splice(0, dropped.length);
    }
    if (asked < filters.length) {
      if (!request(filters.slice(asked), 1)) return;
      asked = filters.length;
    }
    while (state === UP && sentTo < stored) {
      const end = sentTo + 4 + readU16(store, sentTo + 2);
      if (!write(store, sentTo + 4, end)) return;
      if (sentTo === 0) oldestAt = clock;
      sentTo = end;
    }
  }

  function publish(topic: string, src: Uint8Array, start: number, end: number, qos: number, isRetained: boolean, nowMs: number): boolean {
    clock = nowMs;
    isRefused = true;
    if (state !== UP) return false;
    const flags = (qos << 1) | (isRetained ? RETAIN : 0);
    const at = stored + 4;
    if (qos === 0) {
      const to = sentTo < stored || isPortFull ? -1 : writePublish(store, at, topic, src, start, end, flags, 0);
      isRefused = to < 0 || !write(store, at, to);
      return !isRefused;
    }
    const id = packetId();
    const to = inFlight < config.maxInFlight ? writePublish(store, at, topic, src, start, end, flags, id) : -1;
    if (to < 0) return false;
    store[stored] = id >> 8;
    store[stored + 1] = id & 255;
    store[stored + 2] = (to - at) >> 8;
    store[stored + 3] = (to - at) & 255;
    stored = to;
    inFlight++;
    flush();
    isRefused = false;
    return true;
  }

  // ---- receiving ----------------------------------------------------------------------------------------------------

  function onPublish(first: number, bytes: Uint8Array, size: number, nowMs: number): void {
    const qos = (first >> 1) & 3;
    const topicEnd = 2 + (size < 2 ? size : readU16(bytes, 0));
    const start = qos > 0 ? topicEnd + 2 : topicEnd;
    const id = qos > 0 && start <= size ? readU16(bytes, topicEnd) : 1;
    // QoS 2 was not granted, so a server may not use it [MQTT-3.8.4-6]; no id is 0 [MQTT-2.3.1-1]
    if (qos > 1 || start > Math.min(size, bytes.length) || id === 0 || acks.length >= MAX_PENDING_ACKS) {
      drop(DOWN_PROTOCOL, nowMs);
      return;
    }
    const epoch = connections;
    if (size <= bytes.length) sink.onMessage(utf8Read(bytes, 2, topicEnd), bytes, start, size, (first & RETAIN) === 1);
    if (qos === 0 || state < SUBSCRIBING || epoch !== connections) return;
    acks.push(id); // [MQTT-4.3.2-2]
    flush();
  }

  function onPuback(bytes: Uint8Array): void {
    for (let at = 0; at < sentTo; ) {
      const next = at + 4 + readU16(store, at + 2);
      if (store[at] === bytes[0] && store[at + 1] === bytes[1]) {
        store.set(store.subarray(next, stored), at);
        stored -= next - at;
        sentTo -= next - at;
        inFlight--;
        oldestAt = clock;
        return;
      }
      at = next;
    }
  }

  function onConnack(bytes: Uint8Array, nowMs: number): void {
    if (bytes[1] !== 0) {
      drop(DOWN_REFUSED + Math.min(bytes[1], 15), nowMs);
      return;
    }
    state = SUBSCRIBING;
    dueAt = nowMs + ANSWER_MS;
    for (let at = 0; at < stored; at += 4 + readU16(store, at + 2)) store[at + 4] |= DUP; // [MQTT-3.3.1-1]
    flush();
    if (filters.length === 0) onReady();
  }

  function onReady(): void {
    state = UP;
    attempts = 0;
    dueAt = Infinity;
    flush(); // what the last connection left comes first [MQTT-4.6.0-1]
    sink.onUp();
  }

  function onPacket(first: number, bytes: Uint8Array, size: number): void {
    const type = first >> 4;
    const nowMs = clock;
    lastHeardAt = nowMs;
    if (state === GREETING) {
      // CONNACK comes first, and once [MQTT-3.2.0-1]
      if (first === CONNACK << 4 && size === 2) onConnack(bytes, nowMs);
      else drop(DOWN_PROTOCOL, nowMs);
    } else if (state < SUBSCRIBING) return;
    else if (type === PUBLISH) onPublish(first, bytes, size, nowMs);
    else if (first === PUBACK << 4 && size === 2) onPuback(bytes);
    else if (first === SUBACK << 4 && size > 2) {
      for (let i = 2; i < size; i++) if (bytes[i] > 2) sink.onDenied(); // [MQTT-3.9.3-2]
      if (state === SUBSCRIBING && readU16(bytes, 0) === subscribeId) onReady();
    } else if (first === PINGRESP << 4 && size === 0) pingAt = -1;
    else if (first !== UNSUBACK << 4 || size !== 2) drop(DOWN_PROTOCOL, nowMs);
  }

  const reader = createPacketReader(config.rxBytes, {
    onPacket: onPacket,
    onBad: function (why) {
      drop(why === BAD_SIZE ? DOWN_TOO_LONG : DOWN_PROTOCOL, clock);
    },
  });

  function settle(): void {
    if (state !== UP || !isRefused || isPortFull || sentTo < stored || inFlight >= config.maxInFlight) return;
    isRefused = false;
    sink.onRoom();
  }

  // ---- calls --------------------------------------------------------------------------------------------------------

  function open(nowMs: number): void {
    state = OPENING;
    dueAt = nowMs + ANSWER_MS;
    sink.open();
  }

  function opened(nowMs: number): void {
    if (state !== OPENING) return;
    clock = nowMs;
    connections++;
    const packet = connectPacket(config, config.willTopic ? sink.will(connections) : '');
    state = GREETING;
    dueAt = nowMs + ANSWER_MS;
    lastHeardAt = nowMs;
    if (!write(packet, 0, packet.length)) drop(DOWN_TIMEOUT, nowMs);
  }

  /** Pings, or gives the connection up; returns when to look again. */
  function keepAlive(nowMs: number): number {
    const keepAliveMs = config.keepAliveS * 1000;
    if (keepAliveMs === 0) return Infinity;
    if ((pingAt >= 0 && nowMs >= pingAt + ANSWER_MS) || (sentTo > 0 && nowMs >= oldestAt + keepAliveMs)) {
      drop(DOWN_TIMEOUT, nowMs); // an unanswered publication too: reconnecting sends it again
      return dueAt;
    }
    // when nothing was sent [MQTT-3.1.2-23], and when nothing was heard: only that finds a half-open connection
    const idleAt = Math.min(lastSentAt, lastHeardAt) + keepAliveMs * 0.75;
    if (pingAt < 0 && nowMs >= idleAt && write(small, 0, writeEmpty(small, PINGREQ))) pingAt = nowMs;
    const due = pingAt >= 0 ? pingAt + ANSWER_MS : Math.max(idleAt, nowMs + PORT_FULL_MS);
    return sentTo > 0 ? Math.min(due, oldestAt + keepAliveMs) : due;
  }

  function tick(nowMs: number): number {
    clock = nowMs;
    isPortFull = false;
    if (state === WAITING && nowMs >= dueAt) open(nowMs);
    else if (nowMs >= dueAt) drop(DOWN_TIMEOUT, nowMs);
    if (state >= SUBSCRIBING) flush();
    const due = state === UP ? keepAlive(nowMs) : dueAt;
    settle();
    return isPortFull ? Math.min(due, nowMs + PORT_FULL_MS) : Math.min(due, dueAt);
  }

  return {
    isUp: function () {
      return state === UP;
    },
    start: function (nowMs) {
      attempts = 0;
      if (state <= WAITING) open(nowMs);
    },
    stop: function () {
      if (state >= SUBSCRIBING) write(small, 0, writeEmpty(small, DISCONNECT));
      drop(DOWN_STOPPED, clock);
      state = IDLE;
      dueAt = Infinity;
    },
    opened: opened,
    closed: function (nowMs) {
      drop(DOWN_CLOSED, nowMs);
    },
    feed: function (src, start, end, nowMs) {
      clock = nowMs;
      if (state < GREETING) return;
      reader.feed(src, start, end);
      settle();
    },
    tick: tick,
    publish: publish,
    subscribe: function (filter, nowMs) {
      clock = nowMs;
      if (filters.indexOf(filter) >= 0) return;
      filters.push(filter);
      if (state >= SUBSCRIBING) flush();
    },
    unsubscribe: function (filter, nowMs) {
      clock = nowMs;
      const at = filters.indexOf(filter);
      if (at < 0) return;
      filters.splice(at, 1);
      if (at >= asked) return;
      asked--;
      dropped.push(filter);
      flush();
    },
  };
}
