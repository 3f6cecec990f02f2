// getenv: the values are the embedder's. Device-safe.

import { guestAlloc } from '../runtime/heap';
import type { Env, NativeGroup } from '../runtime/native';
import { range, stateOf, stringEnd } from './state';

/** A copy on the app heap, made once per name; 0 when not set or out of room. */
function getenv(env: Env, name: number) {
  const state = stateOf(env);
  const u8 = env.u8;
  const end = stringEnd(env, name);
  let key = '';
  for (let i = name >>> 0; i < end && key.length < 256; i++) key += String.fromCharCode(u8[i]);
  const value = state.getenv(key);
  if (value === null) return 0;
  key = '=' + key; // no name of Object.prototype
  const values = state.values || (state.values = {});
  if (values[key]) return values[key];
  return guestAlloc(env, value.length + 1, (_, to) => {
    if (to === 0) return 0;
    range(env, to, value.length + 1);
    for (let i = 0; i < value.length; i++) env.u8[to + i] = value.charCodeAt(i);
    env.u8[to + value.length] = 0;
    return (values[key] = to);
  });
}

export const environment: NativeGroup[] = [['(i)i', 'getenv', getenv]];
