// Paths: no directory is granted yet, so the descriptor that a path starts from is never one. A file system brings entries
// of filetype directory and the calls themselves. Device-safe. Spec: preview1 path_*.

import type { Env, Native } from '../runtime/native';
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

export const path: Native[] = [
  ['path_create_directory', '(iii)i', noDirectory],
  ['path_filestat_get', '(iiiii)i', noDirectory],
  ['path_filestat_set_times', '(iiiiIIi)i', noDirectory],
  ['path_link', '(iiiiiii)i', noDirectory],
  ['path_open', '(iiiiiIIii)i', noDirectory],
  ['path_readlink', '(iiiiii)i', noDirectory],
  ['path_remove_directory', '(iii)i', noDirectory],
  ['path_rename', '(iiiiii)i', noDirectory],
  ['path_symlink', '(iiiii)i', path_symlink],
  ['path_unlink_file', '(iii)i', noDirectory],
];
