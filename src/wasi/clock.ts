// Clocks: realtime and monotonic, from the embedder's milliseconds to exact u64 nanoseconds without 64-bit arithmetic.
// CPU-time clocks are not supported. Device-safe. Spec: preview1 clock_res_get, clock_time_get.

import { storeI32 } from '../runtime/memory';
import type { Env, NativeGroup } from '../runtime/native';
import { FAULT, INVAL } from './errno';
import { inside, stateOf } from './state';

const REALTIME = 0; // clockid
const MONOTONIC = 1;

/** The clock's time in ms, -1 for a clock there is not. */
export function clockMs(env: Env, id: number): number {
  const host = stateOf(env).host;
  if (id === REALTIME) return host.utcMs() || host.nowMs();
  return id === MONOTONIC ? host.nowMs() : -1;
}

/**
 * Nanoseconds of `ms` (>= 0, below 2^53), rounded to the nearest: returns the low word, leaves the high word in env.hi.
 * Split at 2^22 ms, so that both products stay exact: ms * 1e6 itself passes 2^53 for any date after April 1970.
 */
export function nanoseconds(env: Env, ms: number): number {
  const high = Math.floor(ms / 0x400000);
  const nsHigh = high * 1000000; // in units of 2^22 ns
  const low = (nsHigh % 1024) * 0x400000 + Math.floor((ms - high * 0x400000) * 1000000 + 0.5);
  env.hi = (Math.floor(nsHigh / 1024) + Math.floor(low / 4294967296)) | 0;
  return (low % 4294967296) | 0;
}

/**
 * Stores the resolution (u64 ns) of clock id at `at`.
 *   id=1 at=16, ticks of 1 ms   16: 40 42 0f 00 00 00 00 00
 * Errno: INVAL (no such clock, as the standard asks), FAULT.
 */
function clock_res_get(env: Env, id: number, at: number): number {
  if (clockMs(env, id) < 0) return INVAL;
  if (!inside(env, at, 8)) return FAULT;
  storeI32(env.u8, at >>> 0, stateOf(env).host.tickNs);
  storeI32(env.u8, (at >>> 0) + 4, 0);
  return 0;
}

/**
 * Stores the time (u64 ns) of clock id at `at`: since 1970 (realtime) or boot (monotonic). The precision wished for is ignored: it
 * is a lag allowed, and there is none.
 *   id=0 at=16, 2020-09-13T12:26:40.0005Z   16: 20 a1 a7 d8 85 57 34 16   (1600000000000500000)
 * Errno: INVAL, FAULT.
 */
function clock_time_get(env: Env, id: number, _precisionLo: number, _precisionHi: number, at: number): number {
  const ms = clockMs(env, id);
  if (ms < 0) return INVAL;
  if (!inside(env, at, 8)) return FAULT;
  storeI32(env.u8, at >>> 0, nanoseconds(env, ms));
  storeI32(env.u8, (at >>> 0) + 4, env.hi);
  return 0;
}

export const clock: NativeGroup[] = [
  ['(ii)i', 'clock_res_get', clock_res_get],
  ['(iIi)i', 'clock_time_get', clock_time_get],
];
