// Arguments and environment: two lists of byte strings, handed over in the same two steps. Device-safe.
// Spec: preview1 args_get, args_sizes_get, environ_get, environ_sizes_get.

import { storeI32 } from '../runtime/memory';
import type { Env, NativeGroup } from '../runtime/native';
import { FAULT } from './errno';
import { inside, stateOf } from './state';

/** Bytes the strings take with their NULs. */
function sizeOf(list: string[]): number {
  let bytes = list.length;
  for (let i = 0; i < list.length; i++) bytes += list[i].length;
  return bytes;
}

function sizes(env: Env, list: string[], count: number, bytes: number): number {
  if (!inside(env, count, 4) || !inside(env, bytes, 4)) return FAULT;
  storeI32(env.u8, count >>> 0, list.length);
  storeI32(env.u8, bytes >>> 0, sizeOf(list));
  return 0;
}

function copy(env: Env, list: string[], table: number, buffer: number): number {
  if (!inside(env, table, list.length * 4) || !inside(env, buffer, sizeOf(list))) return FAULT;
  const u8 = env.u8;
  let at = buffer >>> 0;
  for (let i = 0; i < list.length; i++) {
    storeI32(u8, (table >>> 0) + i * 4, at);
    for (let k = 0; k < list[i].length; k++) u8[at++] = list[i].charCodeAt(k);
    u8[at++] = 0;
  }
  return 0;
}

/**
 * Stores the number of arguments (u32) at argc and the bytes of all with their NULs (u32) at size.
 *   args "app" "-v"   argc=16 size=20   16: 02 00 00 00 07 00 00 00
 * Errno: FAULT.
 */
function args_sizes_get(env: Env, argc: number, size: number): number {
  return sizes(env, stateOf(env).host.args, argc, size);
}

/**
 * Stores a pointer to each argument at argv and the strings, NUL-terminated and back to back, at buffer.
 *   args "app" "-v"   argv=16 buffer=32   16: 20 00 00 00 24 00 00 00   32: "app" 00 "-v" 00
 * Errno: FAULT (then nothing is stored).
 */
function args_get(env: Env, argv: number, buffer: number): number {
  return copy(env, stateOf(env).host.args, argv, buffer);
}

/** As args_sizes_get, for the "KEY=value" strings of the environment. Errno: FAULT. */
function environ_sizes_get(env: Env, count: number, size: number): number {
  return sizes(env, stateOf(env).host.env, count, size);
}

/** As args_get, for the "KEY=value" strings of the environment. Errno: FAULT. */
function environ_get(env: Env, environ: number, buffer: number): number {
  return copy(env, stateOf(env).host.env, environ, buffer);
}

export const args: NativeGroup[] = [
  ['(ii)i', 'args_get args_sizes_get environ_get environ_sizes_get', args_get, args_sizes_get, environ_get, environ_sizes_get],
];
