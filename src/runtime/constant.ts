// Evaluates constant expressions of a validated module in place. Device-safe. Spec: core 3.3.13, 4.5.4.

import * as c from '../binary/cursor';
import { opcode } from '../binary/expression';
import * as O from '../spec/ops.gen';
import type { Instance } from './instance';

const result = { lo: 0, hi: 0 };

/** Evaluates the expression at offset `at` of the instance's module; leaves the cursor behind its end. The result is overwritten by the next call. */
export function evaluate(instance: Instance, at: number): { lo: number; hi: number } {
  const bytes = instance.module.bytes;
  c.open(bytes, at, bytes.length, 0, 0);
  result.lo = result.hi = 0;
  for (;;) {
    const code = opcode();
    if (code === O.END) return result;
    if (code === O.I32_CONST) result.lo = c.s32();
    else if (code === O.I64_CONST) {
      result.lo = c.s64();
      result.hi = c.high;
    } else if (code === O.F32_CONST) result.lo = c.word();
    else if (code === O.F64_CONST) {
      result.lo = c.word();
      result.hi = c.word();
    } else if (code === O.REF_NULL) c.byte();
    else if (code === O.REF_FUNC) result.lo = instance.funcs[c.u32()].handle;
    else {
      const global = instance.globals[c.u32()];
      result.lo = global.lo;
      result.hi = global.hi;
    }
  }
}
