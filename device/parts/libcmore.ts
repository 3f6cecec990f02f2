// Part `libcmore`: the rarer half of the C library without mathematics: sscanf, floats from text, sorting, the calendar. Device-safe.

import { environment } from '../../src/libc/getenv';
import { scan } from '../../src/libc/scan';
import { search } from '../../src/libc/search';
import { sort } from '../../src/libc/sort';
import { time } from '../../src/libc/time';
import type { NativeModule } from '../../src/runtime/native';

export const natives: NativeModule = {
  name: 'env',
  natives: ([] as NativeModule['natives']).concat(scan, search, sort, time, environment),
};
