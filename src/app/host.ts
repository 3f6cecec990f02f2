// What running apps need of the board (AppHost; the agent and `wasmote run` implement it), and the numbers of the app API.
// What the numbers mean, for people, stands in tools/gen/appdocs.ts. Device-safe. Reference: docs/app-api.md.

import type { Bus } from './bus';

/** The world of the apps of one board. Texts are Latin-1 strings that hold UTF-8 bytes, one per character. */
export interface AppHost {
  /** Monotonic ms since boot. */
  nowMs(): number;
  /** Wall clock in ms since 1970, 0 = not known. */
  utcMs(): number;
  /** Fills target[start, start + n) with random bytes. */
  random(target: Uint8Array, start: number, n: number): void;
  /** One entry of an app's log; may hold newlines. */
  log(app: string, level: number, text: string): void;
  /** The app says that it works: the health signal of an update. */
  ready(app: string): void;
  bus: Bus;
}

export const LOG_ERROR = 0;
export const LOG_WARN = 1;
export const LOG_INFO = 2;
export const LOG_DEBUG = 3;

// What a function returns instead of its result. Numbers are stable.
export const E_INVALID = -1;
export const E_NOT_FOUND = -2;
export const E_LIMIT = -3;
export const E_TOO_LARGE = -4;
export const E_NO_HANDLER = -5;

// Methods of a call and status of its answer: CoAP's, as WAMR numbers them (class * 32 + detail).
export const M_GET = 1;
export const M_POST = 2;
export const M_PUT = 3;
export const M_DELETE = 4;

export const S_CREATED = 65;
export const S_DELETED = 66;
export const S_CHANGED = 68;
export const S_CONTENT = 69;
export const S_BAD_REQUEST = 128;
export const S_FORBIDDEN = 131;
export const S_NOT_FOUND = 132;
export const S_FAILED = 160;
export const S_NOT_IMPLEMENTED = 161;
export const S_UNAVAILABLE = 163;
export const S_TIMED_OUT = 164;
