// A road: what the agent needs of a connection to the desk, so that it need not know whether a broker or a cable is behind
// it. mqtt.ts and serial.ts are the two kinds; several may be up at once. Device-safe: types only.

import type { Port } from '../host';
import type { Agent } from './agent';

export interface Road {
  up: boolean;
  connections: number; // since boot
  /** Topics of `state` and `info` to send as soon as there is room (report.ts). */
  stale: string[];
  /** Brings back what is published under a topic that `hear` named. */
  echoes: boolean;
  /** Sends one message; topic without `w/1/<dev>/`. Borrows body. false = down, or no room now. */
  send(topic: string, body: Uint8Array, qos: number, retain: boolean): boolean;
  /** Size of the blocks to ask for: a power of two, 64 .. 1024. */
  blockBytes(): number;
  /** Asks for n blocks of z bytes of blob h from offset o (a multiple of z) on. false = no room now. */
  ask(h: string, o: number, n: number, z: number): boolean;
  /** Wants (on) or no longer wants messages of apps under a filter below `app/`. */
  hear(filter: string, on: boolean): void;
  /** Does what is due now; returns when to be called again at the latest, in ms of nowMs. */
  poll(nowMs: number): number;
  /** Adds its figures. up: connections, bad: damaged frames, re: frames sent again. */
  count(link: { up: number; bad: number; re: number }): void;
  close(): void;
}

/** What a road reports; bytes are borrowed until the call returns. */
export interface RoadEvents {
  /** lost: what was sent before may not have arrived, or is no longer kept at the other end. */
  onUp(road: Road, lost: boolean): void;
  /** The other end no longer keeps what it was told, on a road that has been up all along: nothing that was asked for is lost. */
  onForgotten(road: Road): void;
  /** A message; topic without `w/1/<dev>/`. */
  onMessage(road: Road, topic: string, bytes: Uint8Array, start: number, end: number): void;
  /** A block of the blob whose hash begins with the 8 hex digits h. */
  onBlock(h: string, offset: number, bytes: Uint8Array, start: number, end: number): void;
  /** There may be room again. */
  onRoom(): void;
}

/** Makes a road of a port and opens it. */
export type RoadKind = (agent: Agent, port: Port, events: RoadEvents) => Road;
