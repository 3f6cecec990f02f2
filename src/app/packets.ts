// Requests and responses as bytes, as WAMR apps see them in on_request/on_response and post them. Big-endian; every length is
// checked. Knows nothing of the frames of WAMR's link. Device-safe. Spec: design/compat.md section 6.
//
//   request   01 | action u8 | fmt u16 | mid u32 | sender u32   | url_len u16 | payload_len u32 | url\0 | payload
//   response  01 | status u8 | fmt u16 | mid u32 | receiver u32 |               payload_len u32 |         payload

import { MAX_BYTES, MAX_NAME } from './bus';
import { copyOf, putText, textOf } from './texts';

const VERSION = 1;
const HEAD_BYTES = 16; // without url_len

export const ACTION_EVENT = 6; // besides M_GET … M_DELETE of host.ts
export const FMT_ATTRS = 99; // attr_container; replies without payload also say so
export const FMT_RAW = 98;

export interface Packet {
  code: number; // action or status
  fmt: number;
  mid: number;
  peer: number; // sender or receiver
  url: string; // of a request, Latin-1
  bytes: Uint8Array; // payload: a copy when read
}

function get(u8: Uint8Array, at: number, n: number): number {
  let value = 0;
  while (n-- > 0) value = value * 256 + u8[at++];
  return value;
}

function put(u8: Uint8Array, at: number, n: number, value: number): void {
  for (let i = at + n - 1; i >= at; i--, value >>>= 8) u8[i] = value;
}

/** Decodes a request, or a response, of exactly size bytes; null = malformed (a request without URL included) or over our limits. */
export function readPacket(u8: Uint8Array, at: number, size: number, request: boolean): Packet | null {
  const head = request ? HEAD_BYTES + 2 : HEAD_BYTES;
  if (size < head || size > head + MAX_NAME + 1 + MAX_BYTES || u8[at] !== VERSION) return null;
  const urlBytes = request ? get(u8, at + 12, 2) : 0;
  const n = get(u8, at + head - 4, 4);
  const url = textOf(u8, at + head, Math.min(urlBytes, size - head));
  if (head + urlBytes + n !== size || url.indexOf('\0') + 1 !== urlBytes || (request && urlBytes === 0)) return null;
  return {
    code: u8[at + 1],
    fmt: get(u8, at + 2, 2),
    mid: get(u8, at + 4, 4),
    peer: get(u8, at + 8, 4),
    url: url.substring(0, urlBytes - 1),
    bytes: copyOf(u8, at + head + urlBytes, n),
  };
}

/** Bytes that writePacket writes. */
export function packetBytes(packet: Packet, request: boolean): number {
  return HEAD_BYTES + (request ? packet.url.length + 3 : 0) + packet.bytes.length;
}

export function writePacket(u8: Uint8Array, at: number, packet: Packet, request: boolean): void {
  let end = at + HEAD_BYTES;
  u8[at] = VERSION;
  u8[at + 1] = packet.code;
  put(u8, at + 2, 2, packet.fmt);
  put(u8, at + 4, 4, packet.mid);
  put(u8, at + 8, 4, packet.peer);
  if (request) {
    put(u8, at + 12, 2, packet.url.length + 1);
    end = putText(u8, end + 2, packet.url);
    put(u8, at + HEAD_BYTES - 2, 4, packet.bytes.length);
  } else {
    put(u8, at + HEAD_BYTES - 4, 4, packet.bytes.length);
  }
  u8.set(packet.bytes, end);
}
