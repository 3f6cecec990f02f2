// Part `libc`: what small C programs use beside printf. Device-safe.

import { clocks } from '../../src/libc/clock';
import { ctype } from '../../src/libc/ctype';
import { integers } from '../../src/libc/integer';
import { memory } from '../../src/libc/memory';
import { stdlib } from '../../src/libc/stdlib';
import { string } from '../../src/libc/string';
import type { NativeModule } from '../../src/runtime/native';

export const natives: NativeModule = {
  name: 'env',
  natives: ([] as NativeModule['natives']).concat(memory, string, ctype, integers, stdlib, clocks),
};
