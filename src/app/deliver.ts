// Events as arguments of guest functions: how many bytes of guest memory an event takes, and its layout there, in our form or as
// one of WAMR's packets. Device-safe. Spec: docs/app-api.md (callbacks), design/compat.md sections 5, 6.
//
//   ours   name \0 payload \0            the lengths handed over do not count the NULs
//   WAMR   request or response packet    url: an event's without event/
//   argv   addresses, 0 | strings, each with its NUL

import { storeI32 } from '../runtime/memory';
import { type Event, MESSAGE, peerId, REPLY, TIMER } from './bus';
import { ACTION_EVENT, FMT_ATTRS, FMT_RAW, type Packet, packetBytes, writePacket } from './packets';
import { putText } from './texts';

function packetOf(event: Event, self: number): Packet {
  const size = event.bytes.length;
  const reply = event.kind === REPLY;
  return {
    code: event.kind === MESSAGE ? ACTION_EVENT : event.code,
    fmt: reply && size === 0 ? FMT_ATTRS : event.fmt || (size > 0 ? FMT_RAW : 0),
    mid: event.mid,
    peer: reply ? self : peerId(event.from),
    url: event.kind === MESSAGE ? event.name.replace(/^event\//, '') : event.name,
    bytes: event.bytes,
  };
}

/** Bytes of guest memory that placeEvent writes; 0 = none needed. */
export function eventBytes(event: Event, wamr: boolean): number {
  if (event.kind === TIMER) return 0;
  return wamr ? packetBytes(packetOf(event, 0), event.kind !== REPLY) : event.name.length + event.bytes.length + 2;
}

/** Lays an event out at u8[at …) and returns the arguments (i32 each) of its handler. self: the receiver's peer id. */
export function placeEvent(u8: Uint8Array, at: number, event: Event, wamr: boolean, self: number): number[] {
  if (wamr) {
    const packet = packetOf(event, self);
    writePacket(u8, at, packet, event.kind !== REPLY);
    return [at, packetBytes(packet, event.kind !== REPLY)];
  }
  const size = event.bytes.length;
  const data = putText(u8, at, event.name);
  u8.set(event.bytes, data);
  u8[data + size] = 0;
  const args = event.kind === REPLY ? [data, size] : [at, event.name.length, data, size];
  return event.kind === MESSAGE ? args : [event.id, event.code].concat(args);
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
