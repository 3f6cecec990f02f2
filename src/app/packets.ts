// Requests and responses as bytes, as WAMR apps see them in on_request/on_response and post them. Big-endian; every length is
// checked. Knows nothing of the frames of WAMR's link. Device-safe. Spec: design/compat.md section 6.
//
//   request   01 | action u8 | fmt u16 | mid u32 | sender u32   | url_len u16 | payload_len u32 | url\0 | payload
//   response  01 | status u8 | fmt u16 | mid u32 | receiver u32 | payload_len u32 | payload

const VERSION = 1;
const REQUEST_BYTES = 18;
const RESPONSE_BYTES = 16;

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

function u16(u8: Uint8Array, at: number): number {
  return (u8[at] << 8) | u8[at + 1];
}
function u32(u8: Uint8Array, at: number): number {
  return ((u16(u8, at) << 16) | u16(u8, at + 2)) >>> 0;
}
function put16(u8: Uint8Array, at: number, value: number): void {
  u8[at] = value >> 8;
  u8[at + 1] = value;
}
function put32(u8: Uint8Array, at: number, value: number): void {
  put16(u8, at, value >>> 16);
  put16(u8, at + 2, value);
}

/** u8[at, at + n) as a Latin-1 string. */
export function textOf(u8: Uint8Array, at: number, n: number): string {
  let text = '';
  for (let i = 0; i < n; i++) text += String.fromCharCode(u8[at + i]);
  return text;
}

/** Writes a Latin-1 string and a NUL; returns the address behind it. */
export function putText(u8: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) u8[at++] = text.charCodeAt(i);
  u8[at] = 0;
  return at + 1;
}

/** A copy of u8[at, at + n). */
export function copyOf(u8: Uint8Array, at: number, n: number): Uint8Array {
  const bytes = new Uint8Array(n);
  bytes.set(u8.subarray(at, at + n));
  return bytes;
}

/** Decodes a request of exactly size bytes; null = malformed (an empty URL included). */
export function readRequest(u8: Uint8Array, at: number, size: number): Packet | null {
  if (size < REQUEST_BYTES || u8[at] !== VERSION) return null;
  const urlBytes = u16(u8, at + 12);
  const n = u32(u8, at + 14);
  if (urlBytes < 1 || REQUEST_BYTES + urlBytes + n !== size) return null;
  const url = textOf(u8, at + REQUEST_BYTES, urlBytes);
  if (url.indexOf('\0') !== urlBytes - 1) return null;
  const bytes = copyOf(u8, at + REQUEST_BYTES + urlBytes, n);
  return {
    code: u8[at + 1],
    fmt: u16(u8, at + 2),
    mid: u32(u8, at + 4),
    peer: u32(u8, at + 8),
    url: url.substr(0, urlBytes - 1),
    bytes: bytes,
  };
}

/** Decodes a response of exactly size bytes; null = malformed. */
export function readResponse(u8: Uint8Array, at: number, size: number): Packet | null {
  if (size < RESPONSE_BYTES || u8[at] !== VERSION || RESPONSE_BYTES + u32(u8, at + 12) !== size) return null;
  const bytes = copyOf(u8, at + RESPONSE_BYTES, size - RESPONSE_BYTES);
  return { code: u8[at + 1], fmt: u16(u8, at + 2), mid: u32(u8, at + 4), peer: u32(u8, at + 8), url: '', bytes: bytes };
}

export function requestBytes(packet: Packet): number {
  return REQUEST_BYTES + packet.url.length + 1 + packet.bytes.length;
}
export function responseBytes(packet: Packet): number {
  return RESPONSE_BYTES + packet.bytes.length;
}

function putHead(u8: Uint8Array, at: number, packet: Packet): void {
  u8[at] = VERSION;
  u8[at + 1] = packet.code;
  put16(u8, at + 2, packet.fmt);
  put32(u8, at + 4, packet.mid);
  put32(u8, at + 8, packet.peer);
}

/** Writes requestBytes(packet) bytes. */
export function writeRequest(u8: Uint8Array, at: number, packet: Packet): void {
  putHead(u8, at, packet);
  put16(u8, at + 12, packet.url.length + 1);
  put32(u8, at + 14, packet.bytes.length);
  u8.set(packet.bytes, putText(u8, at + REQUEST_BYTES, packet.url));
}

/** Writes responseBytes(packet) bytes. */
export function writeResponse(u8: Uint8Array, at: number, packet: Packet): void {
  putHead(u8, at, packet);
  put32(u8, at + 12, packet.bytes.length);
  u8.set(packet.bytes, at + RESPONSE_BYTES);
}
