// MQTT 3.1.1 packets: what a client writes and reads. Pure codec: client.ts knows when. Every writer returns the index after what it
// wrote to target from `at`, or -1 (nothing written that counts) when target is too small. QoS 2 is left out: nothing here asks for it.
// Device-safe. Spec: OASIS MQTT Version 3.1.1; clauses are cited as [MQTT-…].

import { utf8Size, utf8Write } from './utf8';

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

/** Writes the fixed header: type and flags, remaining length in 7-bit groups. */
function writeHead(target: Uint8Array, at: number, first: number, length: number): number {
  const groups = length < 0x80 ? 1 : length < 0x4000 ? 2 : length < 0x200000 ? 3 : 4;
  if (at + 1 + groups + length > target.length) return -1;
  target[at++] = first;
  for (let i = 1; i < groups; i++) {
    target[at++] = (length & 127) | 128;
    length >>>= 7;
  }
  target[at] = length;
  return at + 1;
}

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

/** What a CONNECT says. The session is always a clean one. */
export interface Connect {
  id: string;
  user: string; // '' = none
  password: string; // only with a user [MQTT-3.1.2-22]
  keepAliveS: number;
  willTopic: string; // '' = no will; else QoS 1, retained
  willText: string;
}

export function writeConnect(target: Uint8Array, at: number, c: Connect): number {
  const will = c.willTopic !== '';
  const user = c.user !== '';
  const password = user && c.password !== '';
  let length = 12 + utf8Size(c.id);
  if (will) length += 4 + utf8Size(c.willTopic) + utf8Size(c.willText);
  if (user) length += 2 + utf8Size(c.user);
  if (password) length += 2 + utf8Size(c.password);
  at = writeHead(target, at, CONNECT << 4, length);
  if (at < 0) return at;
  at = writeText(target, at, 'MQTT'); // [MQTT-3.1.2-1]
  target[at++] = 4; // level: 3.1.1
  target[at++] = 2 | (will ? 0x2c : 0) | (user ? 0x80 : 0) | (password ? 0x40 : 0); // 2 = clean session [MQTT-3.1.2-6]
  at = writeU16(target, at, c.keepAliveS);
  at = writeText(target, at, c.id); // order of the payload: [MQTT-3.1.3-1]
  if (will) at = writeText(target, writeText(target, at, c.willTopic), c.willText);
  if (user) at = writeText(target, at, c.user);
  return password ? writeText(target, at, c.password) : at;
}

/** flags: DUP, RETAIN, qos << 1. id: packet id, written with QoS 1 only [MQTT-2.3.1-5]. */
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
  const hasId = (flags & 6) !== 0;
  at = writeHead(target, at, (PUBLISH << 4) | flags, 2 + utf8Size(topic) + (hasId ? 2 : 0) + end - start);
  if (at < 0) return at;
  at = writeText(target, at, topic);
  if (hasId) at = writeU16(target, at, id);
  while (start < end) target[at++] = src[start++];
  return at;
}

export function writePuback(target: Uint8Array, at: number, id: number): number {
  at = writeHead(target, at, PUBACK << 4, 2);
  return at < 0 ? at : writeU16(target, at, id);
}

/** All filters in one packet; qos -1 = UNSUBSCRIBE. Flags are 0010 [MQTT-3.8.1-1, MQTT-3.10.1-1]. filters: at least one [MQTT-3.8.3-3]. */
export function writeSubscribe(target: Uint8Array, at: number, id: number, filters: string[], qos: number): number {
  let length = 2;
  for (let i = 0; i < filters.length; i++) length += 2 + utf8Size(filters[i]) + (qos < 0 ? 0 : 1);
  at = writeHead(target, at, ((qos < 0 ? UNSUBSCRIBE : SUBSCRIBE) << 4) | 2, length);
  if (at < 0) return at;
  at = writeU16(target, at, id);
  for (let i = 0; i < filters.length; i++) {
    at = writeText(target, at, filters[i]);
    if (qos >= 0) target[at++] = qos;
  }
  return at;
}

/** A packet of nothing but its header: PINGREQ or DISCONNECT. */
export function writeEmpty(target: Uint8Array, at: number, type: number): number {
  return writeHead(target, at, type << 4, 0);
}

// ---- reading -------------------------------------------------------------------------------------------------------

export const BAD_LENGTH = 1; // remaining length of more than four bytes [MQTT-2.2.3]
export const BAD_SIZE = 2; // packet longer than the buffer

/** Where a reader puts packets. */
export interface PacketSink {
  /** A packet: first byte of its header, rest = bytes[0, size), borrowed until the call returns. */
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

/** Reads packets of up to maxBytes after their header; a longer one is refused by its header, before anything is kept. */
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
        else if (shift < 0 && length > maxBytes) bad(BAD_SIZE);
      } else {
        const n = Math.min(length - used, end - start);
        buf.set(src.subarray(start, start + n), used);
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
