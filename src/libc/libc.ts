// The C library a program may import from module `env`: WAMR's libc-builtin (52 functions, its exact edges) and
// "libc subset +" (what freestanding C commonly misses). docs/libc.md lists all of it. Device-safe.
// A name may have several rows with different signatures: the linker takes the one that fits the import.

import type { NativeModule } from '../runtime/native';
import { ctype } from './ctype';
import { math } from './math';
import { memory } from './memory';
import { print } from './print';
import { scan } from './scan';
import { sort } from './sort';
import { stdlib } from './stdlib';
import { string } from './string';
import { time } from './time';

export { type LibcOptions, libcState } from './state';

export const libc: NativeModule = { name: 'env', natives: print.concat(memory, string, ctype, stdlib, scan, sort, time, math) };
