// The wall clock, which is the board's, and the calendar. Where the time is not known time() counts from boot, so that
// differences still hold. time_t has 64 bits, or 32 in a program that imports time as (i)i. Device-safe.

import { guestAlloc } from '../runtime/heap';
import { loadI32, storeI32 } from '../runtime/memory';
import type { Env, NativeGroup, PureGroup } from '../runtime/native';
import { range, stateOf } from './state';

const TWO_32 = 4294967296;
const TM_BYTES = 44; // nine ints, tm_gmtoff, tm_zone

function seconds(env: Env, to: number, bytes: number): number {
  const state = stateOf(env);
  const now = Math.floor((state.utcMs() || state.nowMs()) / 1000);
  state.time32 = bytes === 4;
  env.hi = Math.floor(now / TWO_32);
  if (to !== 0) {
    to = range(env, to, bytes);
    storeI32(env.u8, to, now | 0);
    if (bytes === 8) storeI32(env.u8, to + 4, env.hi);
  }
  return now | 0;
}
function time32(env: Env, to: number): number {
  return seconds(env, to, 4);
}
function time64(env: Env, to: number): number {
  return seconds(env, to, 8);
}

function difftime(endLo: number, endHi: number, startLo: number, startHi: number): number {
  return (endHi - startHi) * TWO_32 + ((endLo >>> 0) - (startLo >>> 0));
}

/** Days from 1970-01-01 to the first of a year, by the Gregorian calendar. */
function yearStart(year: number): number {
  year--;
  return year * 365 + Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400) - 719162;
}

/** Writes the struct tm of the time_t at `from`; 0 beyond +-285 million years. */
function gmtime_r(env: Env, from: number, to: number): number {
  const bytes = stateOf(env).time32 ? 4 : 8;
  from = range(env, from, bytes);
  to = range(env, to, TM_BYTES);
  const lo = loadI32(env.u8, from);
  const time = bytes === 4 ? lo : loadI32(env.u8, from + 4) * TWO_32 + (lo >>> 0);
  if (Math.abs(time) > 9e15) return 0;
  const days = Math.floor(time / 86400);
  const second = time - days * 86400;
  let year = 1970 + Math.floor((days * 400) / 146097); // off by one at most
  if (yearStart(year) > days) year--;
  else if (yearStart(year + 1) <= days) year++;
  const yearDay = days - yearStart(year);
  let day = yearDay;
  let month = 0;
  for (;;) {
    const length = month === 1 ? yearStart(year + 1) - yearStart(year) - 337 : 31 - ((month % 7) & 1);
    if (day < length) break;
    day -= length;
    month++;
  }
  const fields = [
    second % 60,
    Math.floor(second / 60) % 60,
    Math.floor(second / 3600),
    day + 1,
    month,
    year - 1900,
    (((days + 4) % 7) + 7) % 7,
    yearDay,
  ];
  for (let i = 0; i < TM_BYTES / 4; i++) storeI32(env.u8, to + i * 4, i < fields.length ? fields[i] : 0);
  return to;
}

function gmtime(env: Env, from: number) {
  const state = stateOf(env);
  if (state.tm) return gmtime_r(env, from, state.tm);
  return guestAlloc(env, TM_BYTES, (_, to) => {
    state.tm = to;
    return to === 0 ? 0 : gmtime_r(env, from, to);
  });
}

export const time: (NativeGroup | PureGroup)[] = [
  ['(i)i', 'time gmtime', time32, gmtime],
  ['(i)I', 'time', time64],
  ['(II)F!', 'difftime', difftime],
  ['(ii)i', 'gmtime_r', gmtime_r],
];
