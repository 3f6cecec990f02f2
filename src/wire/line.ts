// The reliable serial line: messages and blocks exactly once and in order over a byte stream that loses, adds and changes bytes.
// Sliding window in wire bytes, selective repeat, sessions by boot numbers. The same code runs on the device and on the desk.
// No port and no clock: bytes leave through sink.send, time comes in with each call. All buffers are made once. Device-safe.
// A session is the pair of both boot numbers: a new one starts both counters at 0 and drops what was under way (the agent and the
// manager say their state again). Reference: docs/wire.md.

import { ACK, BLK, createFrameReader, HELLO, MAX_PAYLOAD, MAX_WIRE, MSG, PART, TEXT, writeFrame } from './frame';

export const VERSION = 1;

const MAX_FLYING = 32; // frames under way: what an ack's bitmap covers
const MAX_TRIES = 8;
const MIN_WAIT_MS = 50; // of a resend; twice the round trip between these
const MAX_WAIT_MS = 2000;
const HELLO_MIN_MS = 250; // doubles up to the other, while nobody answers
const HELLO_MAX_MS = 5000;
const PORT_FULL_MS = 10; // a port that took nothing is asked again after this
const SMALL_PAYLOAD = 64; // above 10 % loss, until below 1 %
const FRAME_WIRE = 11; // wire bytes of a frame beyond its payload, at most

/** Window for a receive buffer of so many bytes: the rest takes what is on its way when the buffer fills. */
export function windowFor(bufferBytes: number): number {
  return Math.floor((bufferBytes * 27) / 32);
}

/** Why the line went down. */
export const DOWN_SILENT = 1; // a frame was sent 8 times
export const DOWN_VERSION = 2; // the peer speaks another version

export interface Peer {
  id: string;
  boot: number;
}

/** What a line tells. Bytes are borrowed until the call returns. Any of the line's methods may be called from here. */
export interface LineSink {
  /** Sends all of bytes[start, end) or nothing (false: the port is full). */
  send(bytes: Uint8Array, start: number, end: number): boolean;
  /** A message came: topic after `w/1/<dev>/`. */
  onMessage(topic: string, bytes: Uint8Array, start: number, end: number): void;
  onBlock(channel: number, number: number, bytes: Uint8Array, start: number, end: number): void;
  /** Console text of the peer, UTF-8. Not clean: may hold ESC. */
  onText(bytes: Uint8Array, start: number, end: number): void;
  /** fresh: a new session, so that nothing sent before is known to have arrived. Else the old one goes on, nothing lost. */
  onUp(peer: Peer, fresh: boolean): void;
  /** why: DOWN_*. Hello goes on by itself. */
  onDown(why: number): void;
  /** There may be room again for what was refused. */
  onRoom(): void;
}

export interface LineConfig {
  id: string; // device id, or the manager's
  boot: number; // u32: boot count of a device, random on a desk
  windowBytes: number; // what arrives out of order is kept in so many bytes: windowFor(receive buffer)
  sendBytes: number; // for frames under way: no more is sent, whatever the peer's window
  queueBytes: number; // for messages accepted, not yet sent
  messageBytes: number; // longest message accepted from the peer, with topic
  /**
   * Time of a byte on the wire, e.g. 10000 / 115200; 0 = not known (TCP). Known, only about two frames wait in the port, so that a resend does
   * not queue behind a whole window: 80 instead of 72 % of the line at bit error rate 1e-4 and window 6.
   */
  byteMs: number;
}

/** Counters since creation. */
export interface LineStats {
  frames: number; // good ones received
  damage: number; // runs of bytes that were neither frame nor text; absurd frames
  sent: number;
  resent: number;
  doubles: number; // received again
}

export interface Line {
  stats: LineStats;
  isUp(): boolean;
  /** Takes received bytes in pieces of any size. */
  feed(src: Uint8Array, start: number, end: number, nowMs: number): void;
  /** Does what is due; returns when to call again at the latest (after a feed or a send: ask again). */
  tick(nowMs: number): number;
  /** Queues a message whole; false = down or no room (onRoom tells when to try again). */
  sendMessage(topic: string, bytes: Uint8Array, start: number, end: number, nowMs: number): boolean;
  /** Sends a block of at most payloadBytes(); false as above. number: u16. */
  sendBlock(channel: number, number: number, bytes: Uint8Array, start: number, end: number, nowMs: number): boolean;
  /** Sends console text beside everything: not repeated when lost. False = port full. */
  sendText(bytes: Uint8Array, start: number, end: number): boolean;
  /** Block size that suits the line now: 128, 64 when it loses much. A `get` asks for it. */
  payloadBytes(): number;
}

/** A frame under way. */
interface Flight {
  seq: number;
  size: number; // wire bytes in the pool
  tries: number; // 0 = the port has not taken it yet
  order: number; // counts transmissions
  later: number; // frames acked that were sent after it
  sentAt: number;
}

/** True once a session is up: tick must have been called to begin. */
export function createLine(config: LineConfig, sink: LineSink): Line {
  const stats: LineStats = { frames: 0, damage: 0, sent: 0, resent: 0, doubles: 0 };
  const idBytes = new Uint8Array(config.id.length);
  for (let i = 0; i < idBytes.length; i++) idBytes[i] = config.id.charCodeAt(i);

  // session
  let peer: Peer | null = null; // whose hello we know; its frames are taken once it answered us
  let answered = false;
  let up = false;
  let isFresh = true;
  let helloAt = 0;
  let helloGap = HELLO_MIN_MS;

  // sending: frames under way stand one after the other in `pool`, oldest first
  const pool = new Uint8Array(config.sendBytes);
  const flights: Flight[] = [];
  for (let i = 0; i < MAX_FLYING; i++) flights.push({ seq: 0, size: 0, tries: 0, order: 0, later: 0, sentAt: 0 });
  let flying = 0;
  let poolUsed = 0;
  let nextSeq = 0;
  let order = 0;
  let peerWindow = 0;
  let peerPayload = MAX_PAYLOAD;
  let payload = MAX_PAYLOAD;
  let loss = 0; // smoothed share of frames lost, both ways
  let roundTrip = 0; // ms: up at once, down slowly
  let waitMs = 4 * MIN_WAIT_MS;
  let isRefused = false; // a caller waits for onRoom
  let retryAt = Infinity; // the port was full
  let busyTo = 0; // when the port has sent what it was given

  // messages accepted: size u16, bytes; the first one is partly sent
  const queue = new Uint8Array(config.queueBytes);
  let queued = 0;
  let partAt = 0;

  // receiving: frames ahead of the wanted one stand in `held`: seq, h, size, payload
  const held = new Uint8Array(config.windowBytes);
  let heldUsed = 0;
  let heldWire = 0;
  let wantedSeq = 0;
  let isAckDue = false;
  const message = new Uint8Array(config.messageBytes);
  let messageUsed = 0; // -1 = too long, skipped to its end

  const wire = new Uint8Array(1 + MAX_WIRE);
  const scratch = new Uint8Array(9 + 32);

  function smoothLoss(isLost: boolean): void {
    loss += ((isLost ? 1 : 0) - loss) / 32;
    if (loss > 0.1) payload = SMALL_PAYLOAD;
    else if (loss < 0.01) payload = MAX_PAYLOAD;
  }

  function onDamage(): void {
    stats.damage++;
    smoothLoss(true);
  }

  // ---- frames without sequence --------------------------------------------------------------------------------------

  function sendPlain(type: number, src: Uint8Array, size: number): boolean {
    return sink.send(wire, 0, writeFrame(wire, 1, type << 5, 0, -1, src, 0, size));
  }

  function sendHello(isAnswer: boolean): boolean {
    const s = scratch;
    const boot = config.boot;
    s[0] = VERSION;
    // an answer names whom it answers by the low 7 bits of the boot number: one on its way across a reboot is not taken for ours
    s[1] = isAnswer && peer ? 1 | ((peer.boot & 127) << 1) : 0;
    for (let i = 0; i < 4; i++) s[2 + i] = boot >>> (8 * i);
    s[6] = config.windowBytes & 255;
    s[7] = config.windowBytes >> 8;
    s[8] = MAX_PAYLOAD;
    s.set(idBytes, 9);
    return sendPlain(HELLO, s, 9 + idBytes.length);
  }

  function sendAck(): void {
    const s = scratch;
    for (let i = 0; i < 5; i++) s[i] = 0;
    s[0] = wantedSeq;
    for (let at = 0; at < heldUsed; at += 3 + held[at + 2]) {
      const bit = (held[at] - wantedSeq - 1) & 255;
      s[1 + (bit >> 3)] |= 1 << (bit & 7);
    }
    const free = config.windowBytes - heldWire;
    s[5] = free & 255;
    s[6] = free >> 8;
    isAckDue = !sendPlain(ACK, s, 7);
  }

  // ---- sending ------------------------------------------------------------------------------------------------------

  /** Hands flights[i] to the port; its opening mark is left out only in an unbroken run of frames. */
  function transmit(i: number, nowMs: number): boolean {
    const f = flights[i];
    let at = 0;
    for (let k = 0; k < i; k++) at += flights[k].size;
    wire[0] = 0;
    const size = f.size;
    let from = 1;
    if (i === 0 || f.tries > 0) from = 0;
    for (let k = 0; k < size; k++) wire[1 + k] = pool[at + k];
    if (!sink.send(wire, from, 1 + size)) {
      retryAt = nowMs + PORT_FULL_MS;
      return false;
    }
    if (f.tries++ > 0) {
      stats.resent++;
      smoothLoss(true);
    }
    stats.sent++;
    busyTo = Math.max(busyTo, nowMs) + size * config.byteMs;
    f.order = ++order;
    f.later = 0;
    f.sentAt = nowMs;
    return true;
  }

  /** When the port has little enough to do to be given more. */
  function turnAt(): number {
    return busyTo - MAX_WIRE * config.byteMs;
  }

  /** Whether a frame of this payload may go now. With nothing under way one always may: it finds out whether a window of 0 has opened. */
  function hasRoom(size: number, nowMs: number): boolean {
    const bytes = poolUsed + size + FRAME_WIRE;
    if (!up || bytes > pool.length) return false;
    if (flying === 0) return true;
    return bytes <= peerWindow && ((nextSeq - flights[0].seq) & 255) < MAX_FLYING && retryAt === Infinity && nowMs >= turnAt();
  }

  function launch(h: number, number: number, src: Uint8Array, start: number, end: number, nowMs: number): void {
    const f = flights[flying];
    f.seq = nextSeq;
    f.tries = 0;
    f.size = writeFrame(pool, poolUsed, h, nextSeq, number, src, start, end) - poolUsed;
    poolUsed += f.size;
    nextSeq = (nextSeq + 1) & 255;
    transmit(flying++, nowMs);
  }

  /** Takes flights[i] out; it is used again for a later frame. */
  function land(i: number): void {
    const f = flights[i];
    let at = 0;
    for (let k = 0; k < i; k++) at += flights[k].size;
    pool.set(pool.subarray(at + f.size, poolUsed), at);
    poolUsed -= f.size;
    flying--;
    for (; i < flying; i++) flights[i] = flights[i + 1];
    flights[flying] = f;
  }

  function pump(nowMs: number): void {
    while (queued > 0) {
      const size = queue[0] | (queue[1] << 8);
      const most = Math.min(payload, peerPayload);
      const rest = size - partAt;
      const n = Math.min(rest, most);
      if (!hasRoom(n, nowMs)) return;
      partAt += n;
      launch((n < rest ? PART : MSG) << 5, -1, queue, 2 + partAt - n, 2 + partAt, nowMs);
      if (n === rest) {
        partAt = 0;
        queue.set(queue.subarray(2 + size, queued), 0);
        queued -= 2 + size;
      }
    }
  }

  function onAck(bytes: Uint8Array, nowMs: number): void {
    const next = bytes[2];
    const oldest = flying > 0 ? flights[0].seq : nextSeq;
    if (((next - oldest) & 255) > ((nextSeq - oldest) & 255)) return; // older than one we had, or not ours
    peerWindow = bytes[7] | (bytes[8] << 8);
    for (let i = 0; i < flying; ) {
      const f = flights[i];
      const bit = (f.seq - next - 1) & 255;
      const isIn = bit > 127 ? f.seq !== next : bit < 32 && ((bytes[3 + (bit >> 3)] >> (bit & 7)) & 1) === 1;
      if (!isIn || f.tries === 0) {
        i++;
        continue;
      }
      if (f.tries === 1) {
        const took = nowMs - f.sentAt; // of a frame sent twice it is unknown which one was acked
        roundTrip = Math.max(took, roundTrip + (took - roundTrip) / 8); // a window that fills makes it grow fast
        waitMs = Math.max(MIN_WAIT_MS, Math.min(MAX_WAIT_MS, 2 * roundTrip));
        smoothLoss(false);
      }
      land(i);
      for (let k = 0; k < flying; k++) if (flights[k].order < f.order && flights[k].tries > 0) flights[k].later++;
      isRefused = isRefused || flying === 0;
    }
    for (let i = 0; i < flying; i++) if (flights[i].later > 1 && !repeat(i, nowMs)) return;
  }

  /** Sends flights[i] again; false = the port is full, or the line went down. */
  function repeat(i: number, nowMs: number): boolean {
    if (flights[i].tries >= MAX_TRIES) {
      up = false;
      helloAt = nowMs;
      helloGap = HELLO_MIN_MS;
      sink.onDown(DOWN_SILENT);
      return false;
    }
    return transmit(i, nowMs);
  }

  // ---- receiving ----------------------------------------------------------------------------------------------------

  /** A frame in its turn. */
  function deliver(h: number, bytes: Uint8Array, start: number, end: number): void {
    const type = h >> 5;
    if (type === BLK) {
      sink.onBlock(h & 31, bytes[start] | (bytes[start + 1] << 8), bytes, start + 2, end);
      return;
    }
    if (messageUsed >= 0) {
      if (messageUsed + end - start > message.length) messageUsed = -1;
      else while (start < end) message[messageUsed++] = bytes[start++];
    }
    if (type === PART) return;
    const size = messageUsed;
    messageUsed = 0;
    let topic = '';
    let at = 0;
    while (at < size && message[at] !== 32) topic += String.fromCharCode(message[at++]);
    if (at > 0 && at < size) sink.onMessage(topic, message, at + 1, size);
    else stats.damage++;
  }

  function onSequenced(bytes: Uint8Array, size: number): void {
    if (!answered) return;
    const ahead = (bytes[1] - wantedSeq) & 255;
    const room = size - 2;
    isAckDue = true;
    if (ahead === 0) {
      // before the call: what it sends may carry on, and an ack then counts this one
      wantedSeq = (wantedSeq + 1) & 255;
      smoothLoss(false);
      deliver(bytes[0], bytes, 2, size);
      release();
    } else if (ahead > MAX_FLYING) {
      if (ahead < 256 - MAX_FLYING) onDamage();
      else stats.doubles++;
    } else {
      for (let at = 0; at < heldUsed; at += 3 + held[at + 2])
        if (held[at] === bytes[1]) {
          stats.doubles++;
          return;
        }
      if (heldUsed + 3 + room > held.length) return; // beyond the window: not acked, so it comes again
      held[heldUsed] = bytes[1];
      held[heldUsed + 1] = bytes[0];
      held[heldUsed + 2] = room;
      for (let i = 0; i < room; i++) held[heldUsed + 3 + i] = bytes[2 + i];
      heldUsed += 3 + room;
      heldWire += room + FRAME_WIRE;
    }
  }

  /** Delivers what was held for its turn. */
  function release(): void {
    for (let at = 0; at < heldUsed; ) {
      const next = at + 3 + held[at + 2];
      if (held[at] !== wantedSeq) {
        at = next;
        continue;
      }
      wantedSeq = (wantedSeq + 1) & 255;
      deliver(held[at + 1], held, at + 3, next);
      heldWire -= next - at - 3 + FRAME_WIRE;
      held.set(held.subarray(next, heldUsed), at);
      heldUsed -= next - at;
      at = 0;
    }
  }

  // ---- session ------------------------------------------------------------------------------------------------------

  function onHello(bytes: Uint8Array, size: number, nowMs: number): void {
    if (bytes[2] !== VERSION) {
      if (up || answered || helloGap < HELLO_MAX_MS) sink.onDown(DOWN_VERSION);
      up = answered = false;
      helloGap = HELLO_MAX_MS;
      return;
    }
    const flags = bytes[3];
    const boot = (bytes[4] | (bytes[5] << 8) | (bytes[6] << 16) | (bytes[7] << 24)) >>> 0;
    const isAnswer = (flags & 1) === 1;
    if (isAnswer && flags > 1 && flags >> 1 !== (config.boot & 127)) return; // to the boot before this one
    if (!peer || peer.boot !== boot) {
      let id = '';
      for (let i = 11; i < size; i++) id += String.fromCharCode(bytes[i]);
      peer = { id: id, boot: boot };
      isFresh = true;
      flying = poolUsed = nextSeq = queued = partAt = 0;
      heldUsed = heldWire = wantedSeq = messageUsed = 0;
      roundTrip = 0;
      waitMs = 4 * MIN_WAIT_MS;
      if (!isAnswer) helloAt = nowMs;
    }
    peerWindow = bytes[8] | (bytes[9] << 8);
    peerPayload = Math.max(1, Math.min(MAX_PAYLOAD, bytes[10]));
    if (!isAnswer) sendHello(true);
    else answered = true;
    if (answered && (isAnswer ? !up || isFresh : isFresh)) {
      const wasFresh = isFresh;
      up = true;
      isFresh = false;
      helloGap = HELLO_MIN_MS;
      for (let i = 0; i < flying; i++) {
        flights[i].tries = 1;
        flights[i].sentAt = -MAX_WAIT_MS; // due at once
      }
      sink.onUp(peer, wasFresh);
    }
  }

  const reader = createFrameReader({
    onFrame: function (bytes, size) {
      const type = bytes[0] >> 5;
      stats.frames++;
      if (type === HELLO) onHello(bytes, size, clock);
      else if (type === ACK) onAck(bytes, clock);
      else if (type === TEXT) sink.onText(bytes, 2, size);
      else onSequenced(bytes, size);
    },
    onText: sink.onText,
    onDamage: onDamage,
  });
  let clock = 0; // of the feed under way

  function settle(nowMs: number): void {
    if (isAckDue) sendAck();
    if (!up) return;
    pump(nowMs);
    if (isRefused && hasRoom(Math.min(payload, peerPayload), nowMs)) {
      isRefused = false;
      sink.onRoom();
    }
  }

  function feed(src: Uint8Array, start: number, end: number, nowMs: number): void {
    clock = nowMs;
    reader.feed(src, start, end, nowMs);
    settle(nowMs);
  }

  function tick(nowMs: number): number {
    let due = reader.tick(nowMs);
    if (!up && nowMs >= helloAt) {
      sendHello(false);
      helloAt = nowMs + helloGap;
      helloGap = Math.min(HELLO_MAX_MS, 2 * helloGap);
    }
    if (nowMs >= retryAt) retryAt = Infinity;
    let hasWaited = false;
    for (let i = 0; up && i < flying; i++) {
      const f = flights[i];
      if (retryAt < Infinity) break;
      if (f.tries === 0) transmit(i, nowMs);
      else if (nowMs - f.sentAt >= waitMs) {
        hasWaited = true;
        repeat(i, nowMs);
      }
    }
    // Karn's rule: resent frames give no round trip, so a wait that was too short must grow until a fresh one does
    if (hasWaited) waitMs = Math.min(MAX_WAIT_MS, 2 * waitMs);
    settle(nowMs);
    if (!up) due = Math.min(due, helloAt);
    else for (let i = 0; i < flying; i++) due = Math.min(due, flights[i].tries > 0 ? flights[i].sentAt + waitMs : nowMs + PORT_FULL_MS);
    if ((queued > 0 || isRefused) && turnAt() > nowMs) due = Math.min(due, turnAt());
    if (isAckDue || retryAt < Infinity) due = Math.min(due, nowMs + PORT_FULL_MS);
    return due;
  }

  function sendMessage(topic: string, bytes: Uint8Array, start: number, end: number, nowMs: number): boolean {
    const size = topic.length + 1 + end - start;
    if (!up || queued + 2 + size > queue.length) {
      isRefused = true;
      return false;
    }
    queue[queued++] = size & 255;
    queue[queued++] = size >> 8;
    for (let i = 0; i < topic.length; i++) queue[queued++] = topic.charCodeAt(i);
    queue[queued++] = 32;
    while (start < end) queue[queued++] = bytes[start++];
    pump(nowMs);
    return true;
  }

  function sendBlock(channel: number, number: number, bytes: Uint8Array, start: number, end: number, nowMs: number): boolean {
    if (!hasRoom(end - start, nowMs)) {
      isRefused = true;
      return false;
    }
    launch((BLK << 5) | channel, number, bytes, start, end, nowMs);
    return true;
  }

  return {
    stats: stats,
    isUp: function () {
      return up;
    },
    feed: feed,
    tick: tick,
    sendMessage: sendMessage,
    sendBlock: sendBlock,
    sendText: function (bytes, start, end) {
      return sink.send(wire, 0, writeFrame(wire, 1, TEXT << 5, 0, -1, bytes, start, end));
    },
    payloadBytes: function () {
      return Math.min(payload, peerPayload);
    },
  };
}
