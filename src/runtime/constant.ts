// Evaluates constant expressions of a validated module in place, on a stack of words. Device-safe. Spec: core 3.4.2 Constant Expressions, 4.5.4.

import * as c from '../binary/cursor';
import { opcode } from '../binary/expression';
import { HAS_EXTENDED_CONST } from '../spec/features';
import * as O from '../spec/ops.gen';
import type { Instance } from './instance';
import { imul, mul64, num } from './multiply';

const result = { lo: 0, hi: 0 };
const low: number[] = [];
const high: number[] = [];

/** The binary operators of extended constant expressions. Leaves the words in result. */
function combine(code: number, al: number, ah: number, bl: number, bh: number): void {
  if (code === O.I32_MUL) result.lo = imul(al, bl);
  else if (code === O.I64_MUL) {
    result.lo = mul64(al, ah, bl, bh);
    result.hi = num.hi;
  } else if (code === O.I32_ADD || code === O.I64_ADD) {
    result.lo = (al + bl) | 0;
    result.hi = (ah + bh + (result.lo >>> 0 < al >>> 0 ? 1 : 0)) | 0; // of an i32 it means nothing
  } else {
    result.lo = (al - bl) | 0;
    result.hi = (ah - bh - (al >>> 0 < bl >>> 0 ? 1 : 0)) | 0;
  }
}

/** Evaluates the expression at offset `at` of the instance's module; leaves the cursor behind its end. The result is overwritten by the next call. */
export function evaluate(instance: Instance, at: number): { lo: number; hi: number } {
  const bytes = instance.module.bytes;
  c.open(bytes, at, bytes.length, 0, 0);
  for (let n = 0; ; n++) {
    const code = opcode();
    if (code === O.END) return result;
    result.hi = 0;
    if (code === O.I32_CONST) result.lo = c.s32();
    else if (code === O.I64_CONST) {
      result.lo = c.s64();
      result.hi = c.high;
    } else if (code === O.F32_CONST) result.lo = c.word();
    else if (code === O.F64_CONST) {
      result.lo = c.word();
      result.hi = c.word();
    } else if (code === O.REF_NULL) {
      c.s33();
      result.lo = 0;
    } else if (code === O.REF_FUNC) result.lo = instance.funcs[c.u32()].handle;
    else if (code === O.GLOBAL_GET) {
      const global = instance.globals[c.u32()];
      result.lo = global.lo;
      result.hi = global.hi;
    } else if (HAS_EXTENDED_CONST) {
      n -= 2;
      combine(code, low[n], high[n], low[n + 1], high[n + 1]);
    }
    if (HAS_EXTENDED_CONST) {
      low[n] = result.lo;
      high[n] = result.hi;
    }
  }
}
