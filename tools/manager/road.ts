// A road: how messages travel between desk and boards. Two of them: mqtt.ts (any number of boards behind a broker) and
// serial.ts (one board on a line). The manager above knows topics and payloads only; below are the links, which move bytes.

import type { WasmoteError } from '../../src/errors/table';
import type { Get } from '../../src/wire/messages';

export interface Road {
  name: string; // the broker's URL or the port, for people
  /**
   * Makes all that is known of a device arrive through onMessage (retained messages, or the board's own description), then
   * resolves. '+' = all devices of this road, without their wishes.
   */
  look(device: string): Promise<void>;
  /** Sends a message; `rest` = its topic after w/1/<dev>/. Resolves when the next hop has it. */
  send(device: string, rest: string, body: string): Promise<void>;
  /** Answers a `get` with blocks of `blob`. Resolves when they are on their way. */
  serve(device: string, get: Get, blob: Uint8Array): Promise<void>;
  /** Receives everything devices say; on a broker also what other managers wish. Bodies are its own. */
  onMessage(fn: (message: Message) => void): void;
  /** Why nothing can travel at the moment; null = it can. */
  fault(): WasmoteError | null;
  /** What is no frame: console text of a board on a line. */
  onText?(fn: (text: string) => void): void;
  close(): Promise<void>;
}

export interface Message {
  device: string;
  rest: string;
  body: Uint8Array;
  retained: boolean; // it stood on the broker before we came
}
