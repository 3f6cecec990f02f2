// Time since boot, exact. The calendar and the wall clock are time.ts's. Device-safe.

import { storeI32 } from '../runtime/memory';
import type { Env, NativeGroup } from '../runtime/native';
import { range, stateOf } from './state';

const TWO_32 = 4294967296;

function clock_gettime(env: Env, _: number, to: number): number {
  const us = Math.floor(stateOf(env).nowMs() * 1000);
  const seconds = Math.floor(us / 1000000);
  range(env, to, 16);
  storeI32(env.u8, to, seconds | 0);
  storeI32(env.u8, to + 4, Math.floor(seconds / TWO_32));
  storeI32(env.u8, to + 8, (us - seconds * 1000000) * 1000);
  return 0;
}

/** Nanoseconds, in words: beyond 2^53 after 104 days. */
function clock(env: Env): number {
  const us = Math.floor(stateOf(env).nowMs() * 1000);
  const high = Math.floor(us / TWO_32);
  const low = (us - high * TWO_32) * 1000;
  env.hi = (high * 1000 + Math.floor(low / TWO_32)) | 0;
  return low | 0;
}

export const clocks: NativeGroup[] = [
  ['(i*)i', 'clock_gettime', clock_gettime],
  ['()I', 'clock', clock],
];
