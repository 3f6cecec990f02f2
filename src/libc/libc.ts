// The C library a program may import from module `env`: WAMR's libc-builtin (52 functions, its exact edges) and
// "libc subset +" (what freestanding C commonly misses). docs/libc.md lists all of it. Device-safe.
// Two modules, so that a small board need not hold the second one: no file of the first imports a file of the second.
// A name may have several rows with different signatures: the linker takes the one that fits the import.

import type { NativeModule } from '../runtime/native';
import { clocks } from './clock';
import { ctype } from './ctype';
import { environment } from './getenv';
import { integers } from './integer';
import { math } from './math';
import { memory } from './memory';
import { print } from './print';
import { scan } from './scan';
import { search } from './search';
import { sort } from './sort';
import { stdlib } from './stdlib';
import { string } from './string';
import { time } from './time';

export { type LibcOptions, libcState } from './state';

/** What small programs use: printf, malloc, blocks and strings, strtol, character classes, the ways to end, clocks. */
export const libc: NativeModule = { name: 'env', natives: print.concat(memory, string, ctype, integers, stdlib, clocks) };

/** The rest: mathematics, sscanf, floats and 64-bit integers from text, sorting, the calendar, rarer strings. */
export const libcMore: NativeModule = { name: 'env', natives: scan.concat(search, sort, time, environment, math) };
