// Events as arguments of guest functions: how many bytes of guest memory an event takes, and its layout there, in our form or as
// one of WAMR's packets. Device-safe. Spec: docs/app-api.md (callbacks), design/compat.md sections 5, 6.
//
//   ours   name \0 payload \0            the lengths handed over do not count the NULs
//   WAMR   request or response packet    url: an event's without event/
//   argv   addresses, 0 | strings, each with its NUL

import { storeI32 } from '../runtime/memory';
import { CALL, type Event, MESSAGE, REPLY, TIMER } from './bus';
import { ACTION_EVENT, FMT_ATTRS, type Packet, putText, requestBytes, responseBytes, writeRequest, writeResponse } from './packets';

function packetOf(event: Event, self: number): Packet {
  const packet = { code: event.code, fmt: event.fmt, mid: event.mid, peer: event.sender, url: event.name, bytes: event.bytes };
  if (event.kind === MESSAGE) {
    packet.code = ACTION_EVENT;
    if (event.name.substr(0, 6) === 'event/') packet.url = event.name.substr(6);
  } else if (event.kind === REPLY) {
    packet.peer = self;
    if (event.bytes.length === 0) packet.fmt = FMT_ATTRS;
  }
  return packet;
}

/** Bytes of guest memory that placeEvent writes; 0 = none needed. */
export function eventBytes(event: Event, wamr: boolean): number {
  if (event.kind === TIMER) return 0;
  if (!wamr) return event.name.length + event.bytes.length + 2;
  const packet = packetOf(event, 0);
  return event.kind === REPLY ? responseBytes(packet) : requestBytes(packet);
}

/** Lays an event out at u8[at …) and returns the arguments (i32 each) of its handler. self: the receiver's peer id. */
export function placeEvent(u8: Uint8Array, at: number, event: Event, wamr: boolean, self: number): number[] {
  const size = event.bytes.length;
  if (event.kind === TIMER) return [event.id];
  if (wamr) {
    const packet = packetOf(event, self);
    if (event.kind === REPLY) writeResponse(u8, at, packet);
    else writeRequest(u8, at, packet);
    return [at, eventBytes(event, true)];
  }
  const bytesAt = putText(u8, at, event.name);
  u8.set(event.bytes, bytesAt);
  u8[bytesAt + size] = 0;
  if (event.kind === MESSAGE) return [at, event.name.length, bytesAt, size];
  if (event.kind === CALL) return [event.id, event.code, at, event.name.length, bytesAt, size];
  return [event.id, event.code, bytesAt, size];
}

export function argvBytes(argv: string[]): number {
  return 4 * (argv.length + 1) + argv.join('\0').length + 1;
}

/** Lays argv out at u8[at …) and returns main's arguments. */
export function placeArgv(u8: Uint8Array, at: number, argv: string[]): number[] {
  let end = at + 4 * (argv.length + 1);
  for (let i = 0; i < argv.length; i++) {
    storeI32(u8, at + 4 * i, end);
    end = putText(u8, end, argv[i]);
  }
  storeI32(u8, at + 4 * argv.length, 0);
  return [argv.length, at];
}
