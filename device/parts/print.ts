// Part `print`: printf and its kin. Device-safe.

import { print } from '../../src/libc/print';
import type { NativeModule } from '../../src/runtime/native';

export const natives: NativeModule = { name: 'env', natives: print };
