// The few native functions that firmware with QuickJS gives the device bundle, as global `board`. A real image writes them
// in C, a simulated board (tools/sim) in Node. Everything else of the agent runs in the engine. Device-safe: types and event
// numbers only.
//
// The firmware calls back through one function, given to listen(): event(what, port, n). It never does so from inside a native
// function. Received bytes lie in the buffer given to listen(), n at a time.

import type { Part } from '../host';

export const TIMER = 0; // the timer set last is due
export const OPEN = 1; // port is open
export const DATA = 2; // n bytes of port lie in rx[0, n)
export const CLOSE = 3; // port closed, or could not be opened

export interface Native {
  /** JSON of Config. */
  config: string;
  listen(event: (what: number, port: number, n: number) => void, rx: Uint8Array): void;
  now(): number;
  utc(): number;
  timer(ms: number): void;
  entropy(target: Uint8Array, start: number, n: number): void;
  log(text: string): void;
  /** Evaluates the image of a part, straight from flash; returns what that comes to, null = no such image. */
  load(part: string): Part | null;
  /** Bytes that the engine may still allocate. */
  heap(): number;
  /** Evaluates an expression; of its text and line numbers the engine keeps nothing. */
  evaluate(text: string): any;
  reset(): void;
  /** File names, one a line. */
  list(): string;
  size(name: string): number;
  read(name: string, offset: number, target: Uint8Array, start: number, n: number): number;
  write(name: string, offset: number, src: Uint8Array, start: number, end: number): boolean;
  replace(name: string, src: Uint8Array): boolean;
  remove(name: string): void;
  rename(from: string, to: string): void;
  free(): number;
  open(port: number): void;
  send(port: number, src: Uint8Array, start: number, end: number): boolean;
  close(port: number): void;
}

export interface Config {
  id: string;
  facts: any; // BoardFacts
  rxBytes: number;
  ports: string[]; // kind of each port
  user: string;
  password: string;
}
