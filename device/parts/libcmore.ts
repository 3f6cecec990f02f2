// Part `libcmore`: the rarer half of the C library: mathematics, sscanf, floats from text, sorting, the calendar. Device-safe.

import { math } from '../../src/libc/math';
import { scan } from '../../src/libc/scan';
import { sort } from '../../src/libc/sort';
import { time } from '../../src/libc/time';
import type { NativeModule } from '../../src/runtime/native';

export const natives: NativeModule = { name: 'env', natives: ([] as NativeModule['natives']).concat(scan, sort, time, math) };
