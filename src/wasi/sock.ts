// Sockets: none are granted, so every descriptor is the wrong kind. Device-safe.
// Spec: preview1 sock_accept, sock_recv, sock_send, sock_shutdown.

import type { Env, Native } from '../runtime/native';
import { BADF, NOTSOCK } from './errno';
import { entryOf } from './state';

/** Errno: BADF, NOTSOCK. */
function notSocket(env: Env, fd: number): number {
  return entryOf(env, fd) === null ? BADF : NOTSOCK;
}

export const sock: Native[] = [
  ['sock_accept', '(iii)i', notSocket],
  ['sock_recv', '(iiiiii)i', notSocket],
  ['sock_send', '(iiiii)i', notSocket],
  ['sock_shutdown', '(ii)i', notSocket],
];
