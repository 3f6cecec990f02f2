// Paths: no directory is granted yet, so the descriptor that a path starts from is never one. A file system brings entries
// of filetype directory and the calls themselves. Device-safe. Spec: preview1 path_*.

import type { Env, NativeGroup } from '../runtime/native';
import { BADF, NOTDIR } from './errno';
import { entryOf } from './state';

/** For calls whose first parameter is the (first) directory. Errno: BADF, NOTDIR. */
function noDirectory(env: Env, fd: number): number {
  return entryOf(env, fd) === null ? BADF : NOTDIR;
}

/** The directory of the link comes after its target. Errno: BADF, NOTDIR. */
function path_symlink(env: Env, _target: number, _targetLen: number, fd: number): number {
  return noDirectory(env, fd);
}

export const path: NativeGroup[] = [
  ['(iii)i', 'path_create_directory path_remove_directory path_unlink_file', noDirectory, noDirectory, noDirectory],
  ['(iiiii)i', 'path_filestat_get path_symlink', noDirectory, path_symlink],
  ['(iiiiIIi)i', 'path_filestat_set_times', noDirectory],
  ['(iiiiiii)i', 'path_link', noDirectory],
  ['(iiiiiIIii)i', 'path_open', noDirectory],
  ['(iiiiii)i', 'path_readlink path_rename', noDirectory, noDirectory],
];
