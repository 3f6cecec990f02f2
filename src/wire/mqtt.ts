// MQTT 3.1.1 packets: what a client writes and reads. Pure codec: client.ts knows when. QoS 2 is left out: nothing here asks for it.
// Device-safe. Spec: OASIS MQTT Version 3.1.1; clauses are cited as [MQTT-…].

import { utf8Write } from './utf8';

export const CONNECT = 1;
export const CONNACK = 2;
export const PUBLISH = 3;
export const PUBACK = 4;
export const SUBSCRIBE = 8;
export const SUBACK = 9;
export const UNSUBSCRIBE = 10;
export const UNSUBACK = 11;
export const PINGREQ = 12;
export const PINGRESP = 13;
export const DISCONNECT = 14;

export const DUP = 8; // flags of a PUBLISH header
export const RETAIN = 1;

function writeU16(target: Uint8Array, at: number, value: number): number {
  target[at] = value >> 8;
  target[at + 1] = value & 255;
  return at + 2;
}

/** Length-prefixed UTF-8 [MQTT-1.5.3]. */
function writeText(target: Uint8Array, at: number, text: string): number {
  const end = utf8Write(text, target, at + 2);
  writeU16(target, at, end - at - 2);
  return end;
}

/** Writes the fixed header at target[at] of a packet whose rest stands from at + 2 to end; returns its new end. */
function seal(target: Uint8Array, at: number, end: number, first: number): number {
  let length = end - at - 2; // in 7-bit groups, of which one has room already
  const more = length < 0x80 ? 0 : length < 0x4000 ? 1 : length < 0x200000 ? 2 : 3;
  if (more > 0) target.set(target.subarray(at + 2, end), at + 2 + more);
  target[at++] = first;
  while (length > 127) {
    target[at++] = (length & 127) | 128;
    length >>>= 7;
  }
  target[at] = length;
  return end + more;
}

/** What a CONNECT says. The session is always a clean one. */
export interface Connect {
  id: string;
  user: string; // '' = none
  password: string; // only with a user [MQTT-3.1.2-22]
  keepAliveS: number;
  willTopic: string; // '' = no will; else QoS 1, retained
}

export function connectPacket(c: Connect, willText: string): Uint8Array {
  const p = new Uint8Array(32 + 3 * (c.id.length + c.user.length + c.password.length + c.willTopic.length + willText.length));
  let flags = 2; // clean session [MQTT-3.1.2-6]
  let at = writeText(p, 2, 'MQTT'); // [MQTT-3.1.2-1]
  p[at] = 4; // level: 3.1.1
  const flagsAt = at + 1;
  at = writeText(p, writeU16(p, at + 2, c.keepAliveS), c.id); // order of the payload: [MQTT-3.1.3-1]
  if (c.willTopic) {
    flags |= 0x2c;
    at = writeText(p, writeText(p, at, c.willTopic), willText);
  }
  if (c.user) {
    flags |= 0x80;
    at = writeText(p, at, c.user);
    if (c.password) {
      flags |= 0x40;
      at = writeText(p, at, c.password);
    }
  }
  p[flagsAt] = flags;
  return p.subarray(0, seal(p, 0, at, CONNECT << 4));
}

/** SUBSCRIBE of all filters (at least one [MQTT-3.8.3-3]) in one packet; qos -1 = UNSUBSCRIBE. Flags are 0010 [MQTT-3.8.1-1, MQTT-3.10.1-1]. */
export function subscribePacket(id: number, filters: string[], qos: number): Uint8Array {
  const p = new Uint8Array(8 + 3 * (filters.length + filters.join('').length));
  let at = writeU16(p, 2, id);
  for (let i = 0; i < filters.length; i++) {
    at = writeText(p, at, filters[i]);
    if (qos >= 0) p[at++] = qos;
  }
  return p.subarray(0, seal(p, 0, at, ((qos < 0 ? UNSUBSCRIBE : SUBSCRIBE) << 4) | 2));
}

/**
 * Writes a PUBLISH to target from `at`; returns the index after it, -1 = no room (it needs 9 bytes beside topic and payload, and reckons
 * with 3 bytes a character of the topic). flags: DUP, RETAIN, qos << 1. id: packet id, written with QoS 1 only [MQTT-2.3.1-5].
 */
export function writePublish(
  target: Uint8Array,
  at: number,
  topic: string,
  src: Uint8Array,
  start: number,
  end: number,
  flags: number,
  id: number,
): number {
  if (at + 9 + 3 * topic.length + end - start > target.length) return -1;
  let to = writeText(target, at + 2, topic);
  if (flags & 6) to = writeU16(target, to, id);
  target.set(src.subarray(start, end), to);
  return seal(target, at, to + end - start, (PUBLISH << 4) | flags);
}

/** Writes a PUBACK to target[0]; returns its size. */
export function writePuback(target: Uint8Array, id: number): number {
  target[0] = PUBACK << 4;
  target[1] = 2;
  return writeU16(target, 2, id);
}

/** Writes a packet of nothing but its header to target[0]: PINGREQ or DISCONNECT; returns its size. */
export function writeEmpty(target: Uint8Array, type: number): number {
  target[0] = type << 4;
  target[1] = 0;
  return 2;
}

// ---- reading -------------------------------------------------------------------------------------------------------

export const BAD_LENGTH = 1; // remaining length of more than four bytes [MQTT-2.2.3]
export const BAD_SIZE = 2; // packet longer than MOST_SKIPPED

/** A packet longer than the buffer but not than this is read past. */
const MOST_SKIPPED = 0x10000;

/** Where a reader puts packets. */
export interface PacketSink {
  /** A packet: first byte of its header, rest = bytes[0, size), borrowed until the call returns. size > bytes.length: only its beginning was kept. */
  onPacket(first: number, bytes: Uint8Array, size: number): void;
  /** BAD_*: once; the stream cannot be read on, close the connection. */
  onBad(why: number): void;
}

export interface PacketReader {
  /** Takes the stream in pieces of any size. */
  feed(src: Uint8Array, start: number, end: number): void;
  /** For a new connection. May be called from the sink: what is left of the piece being fed is then skipped. */
  reset(): void;
}

/** Reads packets of up to maxBytes after their header; of a longer one, only that much is kept. */
export function createPacketReader(maxBytes: number, sink: PacketSink): PacketReader {
  const buf = new Uint8Array(maxBytes);
  let first = -1; // of the packet under way, -1 = between packets, -2 = bad
  let shift = 0; // of the next group of the length, -1 = length complete
  let length = 0;
  let used = 0;
  let epoch = 0; // counts resets

  function bad(why: number): void {
    first = -2;
    sink.onBad(why);
  }

  function feed(src: Uint8Array, start: number, end: number): void {
    const mine = epoch;
    while (start < end && first !== -2 && epoch === mine) {
      if (first === -1) {
        first = src[start++];
        shift = length = used = 0;
      } else if (shift >= 0) {
        const byte = src[start++];
        length |= (byte & 127) << shift;
        if (byte < 128) shift = -1;
        else shift += 7;
        if (shift > 21) bad(BAD_LENGTH);
        else if (shift < 0 && length > maxBytes && length > MOST_SKIPPED) bad(BAD_SIZE);
      } else {
        const n = Math.min(length - used, end - start);
        if (used < maxBytes) buf.set(src.subarray(start, start + Math.min(n, maxBytes - used)), used);
        used += n;
        start += n;
      }
      if (shift < 0 && used === length && first >= 0) {
        const packet = first;
        first = -1;
        shift = 0;
        sink.onPacket(packet, buf, length);
      }
    }
  }

  return {
    feed: feed,
    reset: function () {
      first = -1;
      shift = 0;
      epoch++;
    },
  };
}

/** u16 BE at bytes[at]. */
export function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 8) | bytes[at + 1];
}
