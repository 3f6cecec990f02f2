// Waiting: for clocks and for descriptors. A sleeping program is a parked call; nothing spins. Device-safe.
// Spec: preview1 poll_oneoff; wasi_unstable puts 8 bytes (an identifier) before the fields of a clock subscription.

import { loadI32, storeI32 } from '../runtime/memory';
import { type Env, type NativeGroup, spend } from '../runtime/native';
import { clockMs, nanoseconds } from './clock';
import { FAULT, INVAL } from './errno';
import {
  entryOf,
  inside,
  isUnstable,
  LATER,
  NOT_YET,
  park,
  RIGHT_FD_READ,
  RIGHT_FD_WRITE,
  RIGHT_POLL_FD_READWRITE,
  refusal,
  stateOf,
} from './state';

const CLOCK = 0; // eventtype
const FD_READ = 1;
const FD_WRITE = 2;
const ABSTIME = 1; // subclockflags
const HANGUP = 1; // eventrwflags

/**
 * Ms until the clock subscription with fields at `at` is due (<= 0: it is), in a call made at startMs. Exact to the
 * nanosecond for absolute times, so that the guest never reads its clock short of the time it slept for.
 */
function leftMs(env: Env, at: number, startMs: number): number {
  const u8 = env.u8;
  const lo = loadI32(u8, at + 8) >>> 0;
  const hi = loadI32(u8, at + 12) >>> 0;
  if ((u8[at + 24] & ABSTIME) === 0) return startMs + (hi * 4294967296 + lo) / 1000000 - stateOf(env).host.nowMs();
  const nowLo = nanoseconds(env, clockMs(env, loadI32(u8, at))) >>> 0;
  return ((hi - (env.hi >>> 0)) * 4294967296 + (lo - nowLo)) / 1000000;
}

/** Bytes that fd could move now, NOT_YET, or a negated errno. */
function readiness(env: Env, fd: number, right: number): number {
  const errno = refusal(env, fd, right | RIGHT_POLL_FD_READWRITE);
  if (errno !== 0) return -errno;
  const ready = entryOf(env, fd)!.ready;
  return ready === null ? 1 : ready();
}

/** One look at all subscriptions: SUCCESS with the events stored, LATER with the time of the next clock in wakeMs, or an errno. */
function examine(env: Env, subs: number, events: number, count: number, nevents: number, startMs: number): number {
  const shift = isUnstable(env, 'poll_oneoff') ? 8 : 0;
  const stride = 48 + shift;
  if (count === 0) return INVAL;
  if (!inside(env, subs, count * stride) || !inside(env, events, count * 32) || !inside(env, nevents, 4)) return FAULT;
  spend(env, count * 128);
  const u8 = env.u8;
  let found = 0;
  let soonestMs = -1;
  for (let i = 0; i < count; i++) {
    const sub = (subs >>> 0) + i * stride;
    const type = u8[sub + 8];
    let bytes = 0; // as readiness
    if (type === CLOCK) {
      const at = sub + 16 + shift;
      if (clockMs(env, loadI32(u8, at)) < 0) bytes = -INVAL;
      else {
        const ms = leftMs(env, at, startMs);
        if (ms > 0) {
          bytes = NOT_YET;
          if (soonestMs < 0 || ms < soonestMs) soonestMs = ms;
        }
      }
    } else if (type === FD_READ || type === FD_WRITE) {
      bytes = readiness(env, loadI32(u8, sub + 16), type === FD_READ ? RIGHT_FD_READ : RIGHT_FD_WRITE);
    } else return INVAL;
    if (bytes === NOT_YET) continue;
    const event = (events >>> 0) + found++ * 32;
    storeI32(u8, event, loadI32(u8, sub)); // userdata; type and bytes are known by now, so events may lie over subs
    storeI32(u8, event + 4, loadI32(u8, sub + 4));
    storeI32(u8, event + 8, (bytes < 0 ? -bytes : 0) | (type << 16));
    storeI32(u8, event + 12, 0);
    storeI32(u8, event + 16, Math.max(bytes, 0));
    storeI32(u8, event + 20, 0);
    storeI32(u8, event + 24, type === FD_READ && bytes === 0 ? HANGUP : 0);
    storeI32(u8, event + 28, 0);
  }
  if (found === 0) {
    const state = stateOf(env);
    state.wakeMs = soonestMs < 0 ? -1 : state.host.nowMs() + soonestMs;
    return LATER;
  }
  storeI32(u8, nevents >>> 0, found);
  return 0;
}

/**
 * Waits until at least one of `count` subscriptions has something to tell, and stores an event for each that has; their
 * number (u32) at nevents. A subscription that is wrong in itself is told as an event with an error.
 *   subs=16  16: 2a 00 00 00 00 00 00 00 | 00 …            userdata 42, type clock
 *            32: 01 00 00 00 … | 40: 00 2d 31 01 00 …      monotonic, timeout 20 ms
 *            48: precision     | 56: 00 00                 relative
 *   events=64, 20 ms later  64: 2a 00 00 00 00 00 00 00 | 00 00 | 00 …     userdata, error, type
 *   stdin with 5 bytes     64: userdata | 00 00 01 00 … | 80: 05 00 … | 88: 00 00   nbytes, flags (1 = at its end)
 * Errno: INVAL (no subscriptions, unknown type), FAULT; in events INVAL (clock), BADF, NOTCAPABLE.
 */
function poll_oneoff(env: Env, subs: number, events: number, count: number, nevents: number): number {
  const startMs = stateOf(env).host.nowMs();
  const errno = examine(env, subs, events, count >>> 0, nevents, startMs);
  if (errno !== LATER) return errno;
  return park(env, () => examine(env, subs, events, count >>> 0, nevents, startMs));
}

export const poll: NativeGroup[] = [['(iiii)i', 'poll_oneoff', poll_oneoff]];
