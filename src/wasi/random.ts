// Random bytes, from the embedder's entropy. Device-safe. Spec: preview1 random_get.

import { type Env, type NativeGroup, spend } from '../runtime/native';
import { FAULT } from './errno';
import { inside, stateOf } from './state';

/** Fills the n bytes at `at` with entropy; n = 0 is fine anywhere in memory. Errno: FAULT. */
function random_get(env: Env, at: number, n: number): number {
  if (!inside(env, at, n >>> 0)) return FAULT;
  spend(env, n >>> 0);
  stateOf(env).host.entropy(env.u8, at >>> 0, n >>> 0);
  return 0;
}

export const random: NativeGroup[] = [['(ii)i', 'random_get', random_get]];
