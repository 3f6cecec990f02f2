// Sockets: none are granted, so every descriptor is the wrong kind. Device-safe.
// Spec: preview1 sock_accept, sock_recv, sock_send, sock_shutdown.

import type { Env, NativeGroup } from '../runtime/native';
import { BADF, NOTSOCK } from './errno';
import { entryOf } from './state';

/** Errno: BADF, NOTSOCK. */
function notSocket(env: Env, fd: number): number {
  return entryOf(env, fd) === null ? BADF : NOTSOCK;
}

export const sock: NativeGroup[] = [
  ['(iii)i', 'sock_accept', notSocket],
  ['(iiiiii)i', 'sock_recv', notSocket],
  ['(iiiii)i', 'sock_send', notSocket],
  ['(ii)i', 'sock_shutdown', notSocket],
];
