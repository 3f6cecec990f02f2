// Descriptors: reading and writing streams, their attributes, and the table itself. What needs a position, a size or a
// directory is refused with the errno of the standard until there are files. Device-safe. Spec: preview1 fd_*.

import { loadI32, storeI32 } from '../runtime/memory';
import { type Env, type NativeGroup, spend } from '../runtime/native';
import { AGAIN, BADF, FAULT, INVAL, NOTCAPABLE, NOTDIR, SPIPE } from './errno';
import {
  APPEND,
  entryOf,
  inside,
  isUnstable,
  LATER,
  NONBLOCK,
  NOT_YET,
  park,
  RIGHT_FD_DATASYNC,
  RIGHT_FD_FDSTAT_SET_FLAGS,
  RIGHT_FD_FILESTAT_GET,
  RIGHT_FD_FILESTAT_SET_TIMES,
  RIGHT_FD_READ,
  RIGHT_FD_SYNC,
  RIGHT_FD_WRITE,
  refusal,
  stateOf,
} from './state';

// One call moves at most this much, so that no program holds the board with one huge gather; short counts are the standard's.
const CALL_BYTES = 0x10000;

/** FAULT unless the vectors and all buffers they name lie in memory. */
function checkVectors(env: Env, iovs: number, iovsLen: number): number {
  if (!inside(env, iovs, iovsLen * 8)) return FAULT;
  spend(env, iovsLen * 32);
  for (let i = 0; i < iovsLen; i++) {
    const iov = (iovs >>> 0) + i * 8;
    if (!inside(env, loadI32(env.u8, iov), loadI32(env.u8, iov + 4) >>> 0)) return FAULT;
  }
  return 0;
}

/**
 * Moves bytes between fd and the buffers in order; `right` says which way. All is checked before the first byte moves. When
 * the stream fails after some did, they count and the failure shows on the next call.
 */
function transfer(env: Env, right: number, fd: number, iovs: number, iovsLen: number, count: number): number {
  const errno = refusal(env, fd, right) || checkVectors(env, iovs, iovsLen) || (inside(env, count, 4) ? 0 : FAULT);
  if (errno !== 0) return errno;
  const entry = entryOf(env, fd)!;
  const reading = right === RIGHT_FD_READ;
  const u8 = env.u8;
  let total = 0;
  for (let i = 0; i < iovsLen && total < CALL_BYTES; i++) {
    const iov = (iovs >>> 0) + i * 8;
    const start = loadI32(u8, iov) >>> 0;
    let size = loadI32(u8, iov + 4) >>> 0;
    if (size === 0) continue;
    // A source that might block is not asked again for the sake of a second buffer.
    if (reading && total > 0 && (entry.ready === null || entry.ready() <= 0)) break;
    if (size > CALL_BYTES - total) size = CALL_BYTES - total;
    if (!inside(env, start, size)) break; // what was read lies over the vectors and changed them
    const n = reading ? entry.read!(u8, start, start + size) : entry.write!(u8, start, start + size);
    if (n < 0) {
      if (total > 0) break;
      if (n !== NOT_YET) return -n;
      if ((entry.flags & NONBLOCK) !== 0) return AGAIN;
      stateOf(env).wakeMs = -1;
      return LATER;
    }
    total += n;
    if (n < size) break;
  }
  spend(env, total);
  storeI32(u8, count >>> 0, total);
  return 0;
}

function move(env: Env, right: number, fd: number, iovs: number, iovsLen: number, count: number): number {
  const errno = transfer(env, right, fd, iovs, iovsLen, count);
  if (errno !== LATER) return errno;
  return park(env, () => transfer(env, right, fd, iovs, iovsLen, count));
}

/**
 * Fills iovsLen buffers from fd in order with what there is, at least one byte; waits while there is none. Stores the byte
 * count (u32) at nread, 0 at the end of input.
 *   iovs=16 iovsLen=1 nread=24   16: 40 00 00 00 08 00 00 00      input "hi\n"   24: 03 00 00 00   64: "hi\n"
 *                                    ptr=64      len=8
 * Errno: BADF, NOTCAPABLE, FAULT, AGAIN (nothing there and NONBLOCK is set), the stream's own.
 */
function fd_read(env: Env, fd: number, iovs: number, iovsLen: number, nread: number): number {
  return move(env, RIGHT_FD_READ, fd, iovs, iovsLen >>> 0, nread);
}

/**
 * Writes iovsLen buffers to fd in order, at most 64 KiB a call. Borrows guest memory until it returns.
 *   iovs=16 iovsLen=2    16: 40 00 00 00 05 00 00 00 48 00 00 00 01 00 00 00    64: "hello"  72: "\n"
 *                            ptr=64      len=5       ptr=72      len=1
 * Stores the byte count (u32) at nwritten. Errno: BADF, NOTCAPABLE, FAULT, AGAIN, the stream's own.
 */
function fd_write(env: Env, fd: number, iovs: number, iovsLen: number, nwritten: number): number {
  return move(env, RIGHT_FD_WRITE, fd, iovs, iovsLen >>> 0, nwritten);
}

/** fd_advise, fd_allocate, fd_pread, fd_pwrite, fd_tell: streams have no position. Errno: BADF, SPIPE. */
function noPosition(env: Env, fd: number): number {
  return refusal(env, fd, 0) || SPIPE;
}

/**
 * Streams have no position, whatever `whence` means (set cur end; in wasi_unstable cur end set). Errno: BADF, INVAL (whence), SPIPE.
 */
function fd_seek(env: Env, fd: number, _offsetLo: number, _offsetHi: number, whence: number): number {
  return refusal(env, fd, 0) || (whence >>> 0 > 2 ? INVAL : SPIPE);
}

/** Closes fd, also a standard one. Errno: BADF. */
function fd_close(env: Env, fd: number): number {
  const errno = refusal(env, fd, 0);
  if (errno === 0) stateOf(env).fds[fd] = null;
  return errno;
}

/** Moves descriptor `fd` to the number `to`, which is closed first; both must be open. Errno: BADF. */
function fd_renumber(env: Env, fd: number, to: number): number {
  const errno = refusal(env, fd, 0) || refusal(env, to, 0);
  if (errno !== 0 || fd === to) return errno;
  const fds = stateOf(env).fds;
  fds[to] = fds[fd];
  fds[fd] = null;
  return 0;
}

/** Streams are written through at once. Errno: BADF, NOTCAPABLE. */
function fd_datasync(env: Env, fd: number): number {
  return refusal(env, fd, RIGHT_FD_DATASYNC);
}

/** As fd_datasync. Errno: BADF, NOTCAPABLE. */
function fd_sync(env: Env, fd: number): number {
  return refusal(env, fd, RIGHT_FD_SYNC);
}

/**
 * Stores the 24 bytes of fdstat at `at`.
 *   fd=1 at=16   16: 02 | 00 | 00 00 | 00 00 00 00 | 59 00 20 08 00 00 00 00 | 00 00 00 00 00 00 00 00
 *                    filetype  flags                 rights                    inheriting
 * Errno: BADF, FAULT.
 */
function fd_fdstat_get(env: Env, fd: number, at: number): number {
  const entry = entryOf(env, fd);
  if (entry === null) return BADF;
  if (!inside(env, at, 24)) return FAULT;
  const words = [entry.filetype | (entry.flags << 16), 0, entry.rights, 0, entry.inheriting, 0];
  for (let i = 0; i < 6; i++) storeI32(env.u8, (at >>> 0) + i * 4, words[i]);
  return 0;
}

/** Sets APPEND and NONBLOCK; synchronised writing cannot be changed on an open descriptor. Errno: BADF, NOTCAPABLE, INVAL. */
function fd_fdstat_set_flags(env: Env, fd: number, flags: number): number {
  const errno = refusal(env, fd, RIGHT_FD_FDSTAT_SET_FLAGS);
  if (errno !== 0) return errno;
  if ((flags & ~(APPEND | NONBLOCK)) !== 0) return INVAL;
  entryOf(env, fd)!.flags = flags;
  return 0;
}

/** Drops rights; asking for one that fd does not carry is refused whole. Errno: BADF, NOTCAPABLE. */
function fd_fdstat_set_rights(env: Env, fd: number, base: number, baseHi: number, inheriting: number, inheritingHi: number): number {
  const entry = entryOf(env, fd);
  if (entry === null) return BADF;
  if (((base & ~entry.rights) | baseHi | (inheriting & ~entry.inheriting) | inheritingHi) !== 0) return NOTCAPABLE;
  entry.rights = base;
  entry.inheriting = inheriting;
  return 0;
}

/**
 * Stores the attributes of fd at `at`: 64 bytes, 56 in wasi_unstable. A stream has a filetype and nothing else.
 *   fd=0 at=16   16: 00 × 16 | 32: 02 | 00 …
 *                    dev, ino      filetype
 * Errno: BADF, NOTCAPABLE, FAULT.
 */
function fd_filestat_get(env: Env, fd: number, at: number): number {
  const errno = refusal(env, fd, RIGHT_FD_FILESTAT_GET);
  if (errno !== 0) return errno;
  const size = isUnstable(env, 'fd_filestat_get') ? 56 : 64;
  if (!inside(env, at, size)) return FAULT;
  for (let i = 0; i < size; i++) env.u8[(at >>> 0) + i] = 0;
  env.u8[(at >>> 0) + 16] = entryOf(env, fd)!.filetype;
  return 0;
}

/** Only regular files have a size to set. Errno: BADF, INVAL. */
function fd_filestat_set_size(env: Env, fd: number): number {
  return refusal(env, fd, 0) || INVAL;
}

/**
 * Streams have no times. fstflags: 1 atim, 2 atim_now, 4 mtim, 8 mtim_now, of each pair one at most.
 * Errno: BADF, INVAL (flags), NOTCAPABLE.
 */
function fd_filestat_set_times(env: Env, fd: number, _a: number, _aHi: number, _m: number, _mHi: number, fstflags: number): number {
  if (entryOf(env, fd) === null) return BADF;
  if ((fstflags & 3) === 3 || (fstflags & 12) === 12 || (fstflags & ~15) !== 0) return INVAL;
  return refusal(env, fd, RIGHT_FD_FILESTAT_SET_TIMES);
}

/** fd_prestat_get, fd_prestat_dir_name: no directory is granted, which C libraries learn by asking fd 3, 4 … Errno: BADF. */
function notPreopened(): number {
  return BADF;
}

/** Errno: BADF, NOTDIR. */
function fd_readdir(env: Env, fd: number): number {
  return refusal(env, fd, 0) || NOTDIR;
}

export const fd: NativeGroup[] = [
  ['(iIIi)i', 'fd_advise fd_filestat_set_times', noPosition, fd_filestat_set_times],
  ['(iII)i', 'fd_allocate fd_fdstat_set_rights', noPosition, fd_fdstat_set_rights],
  ['(i)i', 'fd_close fd_datasync fd_sync', fd_close, fd_datasync, fd_sync],
  [
    '(ii)i',
    'fd_fdstat_get fd_fdstat_set_flags fd_filestat_get fd_prestat_get fd_renumber fd_tell',
    fd_fdstat_get,
    fd_fdstat_set_flags,
    fd_filestat_get,
    notPreopened,
    fd_renumber,
    noPosition,
  ],
  ['(iI)i', 'fd_filestat_set_size', fd_filestat_set_size],
  ['(iiiIi)i', 'fd_pread fd_pwrite fd_readdir', noPosition, noPosition, fd_readdir],
  ['(iii)i', 'fd_prestat_dir_name', notPreopened],
  ['(iiii)i', 'fd_read fd_write', fd_read, fd_write],
  ['(iIii)i', 'fd_seek', fd_seek],
];
