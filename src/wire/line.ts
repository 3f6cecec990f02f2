// The reliable serial line: messages and blocks exactly once and in order over a byte stream that loses, adds and changes bytes.
// Sliding window in wire bytes, selective repeat, sessions by boot numbers. The same code runs on the device and on the desk.
// No port and no clock: bytes leave through sink.send, time comes in with each call. All buffers are made once. Device-safe.
// A session is the pair of both boot numbers: a new one starts both counters at 0 and drops what was under way (the agent and the
// manager say their state again). Reference: docs/wire.md.

import { ACK, BLK, createFrameReader, HELLO, MAX_PAYLOAD, MAX_WIRE, MSG, PART, TEXT, writeFrame } from './frame';
import { get16, get32, put } from './little';
import { utf8Read, utf8Size, utf8Write } from './utf8';

export const VERSION = 1;

const MAX_FLYING = 32; // frames under way: what an ack's bitmap covers
const MAX_TRIES = 8;
const MIN_WAIT_MS = 50; // of a resend; twice the round trip between these
const FIRST_WAIT_MS = 200; // before a round trip is known
const MAX_WAIT_MS = 2000;
const HELLO_MIN_MS = 250; // doubles up to the other, while nobody answers
const HELLO_MAX_MS = 5000;
const PORT_FULL_MS = 10; // a port that took nothing is asked again after this
const SMALL_PAYLOAD = 64; // above 10 % loss, until below 1 %
const FRAME_WIRE = MAX_WIRE - MAX_PAYLOAD; // wire bytes of a frame beyond its payload, at most

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

/** What a line tells. Bytes are borrowed until the call returns. Any send method of the line may be called from here. */
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
  id: string; // device id, or the manager's: [a-z0-9-]{3,32}
  boot: number; // u32: boot count of a device, random on a desk
  windowBytes: number; // u16; what arrives out of order is kept in so many bytes: windowFor(receive buffer)
  sendBytes: number; // for frames under way: no more is sent, whatever the peer's window
  queueBytes: number; // for messages accepted, not yet sent
  messageBytes: number; // longest message accepted from the peer, with topic
  /**
   * Time of a byte on the wire, e.g. 10000 / 115200; absent where not known (TCP). Known, only about two frames wait in the port, so that a
   * resend does not queue behind a whole window: 80 instead of 70 % of the line at bit error rate 1e-4 and window 6.
   */
  byteMs?: number;
}

/** Counters since creation. */
interface LineStats {
  frames: number; // good ones received
  damage: number; // runs of bytes that were neither frame nor text; absurd frames
  doubles: number; // received again
  sent: number; // with sequence number, each resend too
  resent: number;
}

export interface Line {
  stats: LineStats;
  isUp(): boolean;
  /** Takes received bytes in pieces of any size. */
  feed(src: Uint8Array, start: number, end: number, nowMs: number): void;
  /** Does what is due, the first hello too; returns when to call again at the latest (after a feed or a send: ask again). */
  tick(nowMs: number): number;
  /** Queues a message whole; false = down or no room (onRoom tells when to try again). */
  sendMessage(topic: string, bytes: Uint8Array, start: number, end: number, nowMs: number): boolean;
  /** Sends a block of at most payloadBytes(); false as above. number: u16. */
  sendBlock(channel: number, number: number, bytes: Uint8Array, start: number, end: number, nowMs: number): boolean;
  /** Sends console text of at most 128 bytes beside everything: not repeated when lost. False = port full. */
  sendText(bytes: Uint8Array, start: number, end: number): boolean;
  /** Block size that suits the line now: 128, 64 when it loses much, less only for a peer that takes less. A `get` asks for it. */
  payloadBytes(): number;
}

/** A frame under way. */
interface Flight {
  seq: number;
  at: number; // in the pool: opening mark, frame, closing mark
  size: number;
  tries: number; // 0 = the port has not taken it yet
  order: number; // counts transmissions
  later: number; // frames acked that were sent after it
  sentAt: number;
}

export function createLine(config: LineConfig, sink: LineSink): Line {
  const stats: LineStats = { frames: 0, damage: 0, doubles: 0, sent: 0, resent: 0 };
  const byteMs = config.byteMs || 0;

  // session
  let peer: Peer | null = null; // whose hello we know; its frames are taken once it has answered ours
  let isAnswered = false;
  let isUp = false;
  let isFresh = true;
  let helloAt = 0;
  let helloGap = HELLO_MIN_MS;

  // sending: frames under way stand one after the other in `pool`, oldest first
  const pool = new Uint8Array(config.sendBytes);
  const flights: Flight[] = []; // the first `flying` of them; the rest for later ones
  let flying = 0;
  let poolUsed = 0;
  let nextSeq = 0;
  let order = 0;
  let peerWindow = 0;
  let peerPayload = MAX_PAYLOAD;
  let payload = MAX_PAYLOAD;
  let loss = 0; // smoothed share of frames lost, both ways
  let roundTrip = 0; // ms: up at once, down slowly
  let waitMs = FIRST_WAIT_MS;
  let isRefused = false; // a caller waits for onRoom
  let retryAt = Infinity; // the port was full
  let busyTo = 0; // when the port has sent what it was given

  // messages accepted: size u16, bytes; the first one is sent up to partAt
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

  const wire = new Uint8Array(1 + MAX_WIRE); // of frames without sequence
  const scratch = new Uint8Array(9 + 32);

  function noteLoss(isLost: boolean): void {
    loss += ((isLost ? 1 : 0) - loss) / 32;
    if (loss > 0.1) payload = SMALL_PAYLOAD;
    else if (loss < 0.01) payload = MAX_PAYLOAD;
  }

  function onDamage(): void {
    stats.damage++;
    noteLoss(true);
  }

  function payloadBytes(): number {
    return Math.min(payload, peerPayload);
  }

  // ---- frames without sequence --------------------------------------------------------------------------------------

  function sendPlain(type: number, src: Uint8Array, start: number, end: number): boolean {
    return sink.send(wire, 0, writeFrame(wire, 1, type << 5, 0, -1, src, start, end));
  }

  function sendHello(flags: number): void {
    scratch[0] = VERSION;
    scratch[1] = flags;
    put(scratch, 2, config.boot, 4);
    put(scratch, 6, config.windowBytes, 2);
    scratch[8] = MAX_PAYLOAD;
    sendPlain(HELLO, scratch, 0, utf8Write(config.id, scratch, 9));
  }

  function sendAck(): void {
    put(scratch, 0, wantedSeq, 4);
    scratch[4] = 0;
    for (let at = 0; at < heldUsed; at += 3 + held[at + 2]) {
      const bit = (held[at] - wantedSeq - 1) & 255;
      scratch[1 + (bit >> 3)] |= 1 << (bit & 7);
    }
    put(scratch, 5, config.windowBytes - heldWire, 2);
    isAckDue = !sendPlain(ACK, scratch, 0, 7);
  }

  // ---- sending ------------------------------------------------------------------------------------------------------

  /** Hands a frame to the port; false = it is full. */
  function transmit(f: Flight, nowMs: number): boolean {
    // in a run of frames the closing mark of the one before opens this one
    const skip = f !== flights[0] && f.tries === 0 ? 1 : 0;
    if (!sink.send(pool, f.at + skip, f.at + f.size)) {
      retryAt = nowMs + PORT_FULL_MS;
      return false;
    }
    if (f.tries++ > 0) {
      stats.resent++;
      noteLoss(true);
    }
    stats.sent++;
    busyTo = Math.max(busyTo, nowMs) + (f.size - skip) * byteMs;
    f.order = ++order;
    f.later = 0;
    f.sentAt = nowMs;
    return true;
  }

  /** When the port has little enough to do to be given more. */
  function turnAt(): number {
    return busyTo - MAX_WIRE * byteMs;
  }

  /** Whether a frame of this payload may go now. With nothing under way one always may: it finds out whether a window of 0 has opened. */
  function hasRoom(size: number, nowMs: number): boolean {
    const bytes = poolUsed + size + FRAME_WIRE;
    if (!isUp || bytes > pool.length || nowMs < turnAt()) return false;
    return flying === 0 || (bytes <= peerWindow && ((nextSeq - flights[0].seq) & 255) < MAX_FLYING && retryAt === Infinity);
  }

  function launch(h: number, number: number, src: Uint8Array, start: number, end: number, nowMs: number): void {
    const f = flights[flying] || { seq: 0, at: 0, size: 0, tries: 0, order: 0, later: 0, sentAt: 0 };
    flights[flying++] = f;
    f.seq = nextSeq;
    f.at = poolUsed;
    f.tries = 0;
    pool[poolUsed] = 0;
    poolUsed = writeFrame(pool, poolUsed + 1, h, nextSeq, number, src, start, end);
    f.size = poolUsed - f.at;
    nextSeq = (nextSeq + 1) & 255;
    transmit(f, nowMs);
  }

  /** Takes flights[i] out; the record serves a later frame. */
  function land(i: number): void {
    const f = flights[i];
    pool.set(pool.subarray(f.at + f.size, poolUsed), f.at);
    poolUsed -= f.size;
    flying--;
    for (; i < flying; i++) {
      flights[i] = flights[i + 1];
      flights[i].at -= f.size;
    }
    flights[flying] = f;
  }

  /** Sends of the queue what has room. */
  function pump(nowMs: number): void {
    while (queued > 0) {
      const end = 2 + get16(queue, 0);
      const start = 2 + partAt;
      const n = Math.min(end - start, payloadBytes());
      if (!hasRoom(n, nowMs)) return;
      partAt += n;
      launch((start + n < end ? PART : MSG) << 5, -1, queue, start, start + n, nowMs);
      if (start + n < end) continue;
      partAt = 0;
      queue.set(queue.subarray(end, queued), 0);
      queued -= end;
    }
  }

  function onAck(bytes: Uint8Array, nowMs: number): void {
    const next = bytes[2];
    const oldest = flying > 0 ? flights[0].seq : nextSeq;
    if (((next - oldest) & 255) > ((nextSeq - oldest) & 255)) return; // older than one we had, or not ours
    peerWindow = get16(bytes, 7);
    for (let i = 0; i < flying; ) {
      const f = flights[i];
      const bit = (f.seq - next - 1) & 255; // 255 = the wanted one itself, others above 127: before it
      const isIn = bit < MAX_FLYING ? (bytes[3 + (bit >> 3)] >> (bit & 7)) & 1 : bit > 127 && bit < 255;
      if (!isIn || f.tries === 0) {
        i++;
        continue;
      }
      if (f.tries === 1) {
        const took = nowMs - f.sentAt; // of a frame sent twice it is unknown which one was acked
        roundTrip = Math.max(took, roundTrip + (took - roundTrip) / 8); // a window that fills makes it grow fast
        waitMs = Math.max(MIN_WAIT_MS, Math.min(MAX_WAIT_MS, 2 * roundTrip));
        noteLoss(false);
      }
      land(i);
      for (let k = 0; k < flying; k++) if (flights[k].order < f.order) flights[k].later++;
    }
    for (let i = 0; i < flying; i++) if (flights[i].tries > 0 && flights[i].later > 1 && !repeat(flights[i], nowMs)) return;
  }

  /** Sends a frame again; false = the port is full, or the line went down. */
  function repeat(f: Flight, nowMs: number): boolean {
    if (f.tries < MAX_TRIES) return transmit(f, nowMs);
    isUp = false;
    helloAt = nowMs;
    helloGap = HELLO_MIN_MS;
    sink.onDown(DOWN_SILENT);
    return false;
  }

  // ---- receiving ----------------------------------------------------------------------------------------------------

  /** A frame in its turn. */
  function deliver(h: number, bytes: Uint8Array, start: number, end: number): void {
    // before the call: what it sends may carry on, and an ack then counts this one
    wantedSeq = (wantedSeq + 1) & 255;
    const type = h >> 5;
    if (type === BLK) {
      sink.onBlock(h & 31, get16(bytes, start), bytes, start + 2, end);
      return;
    }
    const size = messageUsed + end - start;
    if (messageUsed < 0 || size > message.length) messageUsed = -1;
    else {
      message.set(bytes.subarray(start, end), messageUsed);
      messageUsed = size;
    }
    if (type === PART) return;
    end = messageUsed;
    messageUsed = 0;
    let space = 0;
    while (space < end && message[space] !== 32) space++;
    if (space < end) sink.onMessage(utf8Read(message, 0, space), message, space + 1, end);
    else stats.damage++;
  }

  function onSequenced(bytes: Uint8Array, size: number): void {
    if (!isAnswered) return;
    const seq = bytes[1];
    const ahead = (seq - wantedSeq) & 255;
    let at = 0;
    if (ahead > MAX_FLYING) {
      if (ahead < 256 - MAX_FLYING) {
        onDamage();
        return;
      }
      stats.doubles++;
    } else if (ahead > 0) {
      while (at < heldUsed && held[at] !== seq) at += 3 + held[at + 2];
      if (at < heldUsed) stats.doubles++;
      else if (at + 1 + size <= held.length) {
        // beyond the window it would not be acked, and come again
        held[at] = seq;
        held[at + 1] = bytes[0];
        held[at + 2] = size - 2;
        held.set(bytes.subarray(2, size), at + 3);
        heldUsed += 1 + size;
        heldWire += size - 2 + FRAME_WIRE;
      }
    } else {
      noteLoss(false);
      deliver(bytes[0], bytes, 2, size);
      while (at < heldUsed) {
        const next = at + 3 + held[at + 2];
        if (held[at] !== wantedSeq) {
          at = next;
          continue;
        }
        deliver(held[at + 1], held, at + 3, next);
        heldWire -= next - at - 3 + FRAME_WIRE;
        held.set(held.subarray(next, heldUsed), at);
        heldUsed -= next - at;
        at = 0;
      }
    }
    isAckDue = true;
  }

  // ---- session ------------------------------------------------------------------------------------------------------

  function onHello(bytes: Uint8Array, size: number, nowMs: number): void {
    if (bytes[2] !== VERSION) {
      if (helloGap < HELLO_MAX_MS) sink.onDown(DOWN_VERSION); // once, not at each of its hellos
      isUp = isAnswered = false;
      helloGap = HELLO_MAX_MS;
      return;
    }
    // An answer names whom it answers by the low 7 bits of the boot number: one on its way across a reboot is not taken for ours
    const answers = bytes[3];
    if (answers > 1 && answers >> 1 !== (config.boot & 127)) return;
    const boot = get32(bytes, 4);
    if (!peer || peer.boot !== boot) {
      peer = { id: utf8Read(bytes, 11, size), boot: boot };
      isFresh = true;
      flying = poolUsed = nextSeq = queued = partAt = heldUsed = heldWire = wantedSeq = messageUsed = roundTrip = 0;
      waitMs = FIRST_WAIT_MS;
      if (!isUp) helloAt = nowMs;
    }
    peerWindow = get16(bytes, 8);
    peerPayload = Math.max(1, Math.min(MAX_PAYLOAD, bytes[10]));
    if (answers) isAnswered = true;
    else sendHello(1 | ((boot & 127) << 1));
    if (!isAnswered || !(isFresh || (answers && !isUp))) return;
    const wasFresh = isFresh;
    isUp = true;
    isFresh = false;
    helloGap = HELLO_MIN_MS;
    for (let i = 0; i < flying; i++) {
      flights[i].tries = 1;
      flights[i].sentAt = -MAX_WAIT_MS; // due at once
    }
    sink.onUp(peer, wasFresh);
  }

  let clock = 0; // of the feed under way
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

  /** Answers, and uses the room there is. */
  function settle(nowMs: number): void {
    if (isAckDue) sendAck();
    pump(nowMs);
    if (!isRefused || !hasRoom(payloadBytes(), nowMs)) return;
    isRefused = false;
    sink.onRoom();
  }

  function tick(nowMs: number): number {
    let due = reader.tick(nowMs);
    if (nowMs >= retryAt) retryAt = Infinity;
    let isLate = false;
    for (let i = 0; isUp && i < flying && retryAt === Infinity; i++) {
      const f = flights[i];
      if (f.tries === 0) transmit(f, nowMs);
      else if (nowMs - f.sentAt >= waitMs) isLate = repeat(f, nowMs) || isLate;
    }
    // Karn's rule: resent frames give no round trip, so a wait that was too short must grow until a fresh one does
    if (isLate) waitMs = Math.min(MAX_WAIT_MS, 2 * waitMs);
    if (!isUp && nowMs >= helloAt) {
      sendHello(0);
      helloAt = nowMs + helloGap;
      helloGap = Math.min(HELLO_MAX_MS, 2 * helloGap);
    }
    settle(nowMs);
    if (isAckDue) due = Math.min(due, nowMs + PORT_FULL_MS);
    if (!isUp) return Math.min(due, helloAt);
    if ((queued > 0 || isRefused) && turnAt() > nowMs) due = Math.min(due, turnAt());
    for (let i = 0; i < flying; i++) if (flights[i].tries > 0) due = Math.min(due, flights[i].sentAt + waitMs);
    return Math.min(due, retryAt);
  }

  function refuse(): boolean {
    isRefused = true;
    return false;
  }

  return {
    stats: stats,
    isUp: function () {
      return isUp;
    },
    feed: function (src, start, end, nowMs) {
      clock = nowMs;
      reader.feed(src, start, end, nowMs);
      settle(nowMs);
    },
    tick: tick,
    sendMessage: function (topic, bytes, start, end, nowMs) {
      const size = utf8Size(topic) + 1 + end - start;
      if (!isUp || queued + 2 + size > queue.length) return refuse();
      queued = utf8Write(topic, queue, put(queue, queued, size, 2));
      queue[queued++] = 32;
      queue.set(bytes.subarray(start, end), queued);
      queued += end - start;
      pump(nowMs);
      return true;
    },
    sendBlock: function (channel, number, bytes, start, end, nowMs) {
      if (!hasRoom(end - start, nowMs)) return refuse();
      launch((BLK << 5) | channel, number, bytes, start, end, nowMs);
      return true;
    },
    sendText: function (bytes, start, end) {
      return sendPlain(TEXT, bytes, start, end);
    },
    payloadBytes: payloadBytes,
  };
}
