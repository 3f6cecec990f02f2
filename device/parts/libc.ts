// Part `libc`: what small C programs use beside printf. Device-safe.

import { ctype } from '../../src/libc/ctype';
import { memory } from '../../src/libc/memory';
import { stdlib } from '../../src/libc/stdlib';
import { string } from '../../src/libc/string';
import type { NativeModule } from '../../src/runtime/native';

export const natives: NativeModule = { name: 'env', natives: ([] as NativeModule['natives']).concat(memory, string, ctype, stdlib) };
