// Part `math`: math.h. Device-safe.

import { math } from '../../src/libc/math';
import type { NativeModule } from '../../src/runtime/native';

export const natives: NativeModule = { name: 'env', natives: math };
