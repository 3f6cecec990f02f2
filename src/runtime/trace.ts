// Where a stopped thread stands, for people: functions, byte offsets, names from the name section. Device-safe.

import * as c from '../binary/cursor';
import { SECTION_END } from '../spec/faults';
import type { Module } from './module';
import type { Func } from './store';
import type { Thread } from './thread';

export interface TraceFrame {
  func: Func;
  offset: number; // of the operator, from the module's first byte; 0 for a native
}

/** Frames of a trapped or parked thread, innermost first; at most `most`. */
export function traceOf(thread: Thread, most: number): TraceFrame[] {
  const trace: TraceFrame[] = [];
  const executor = thread.store.executor;
  if (thread.current !== null) trace.push({ func: thread.current, offset: executor.locate(thread.current, thread.pc, thread.trapBehind) });
  for (let at = thread.depth - 3; at >= 0 && trace.length < most; at -= 3) {
    const pc = thread.frames[at];
    const handle = thread.frames[at + 2];
    if (handle === 0) continue;
    const func = thread.store.funcs[handle - 1];
    trace.push({ func: func, offset: pc === -1 ? 0 : executor.locate(func, pc, true) });
  }
  return trace;
}

/** A function's name: from the name section, else an export's, else ''. Never throws: the section is not validated. */
export function nameOf(module: Module, func: number): string {
  for (let i = 0; i < module.customs.length; i++) {
    const custom = module.customs[i];
    if (custom.name !== 'name') continue;
    try {
      c.open(module.bytes, custom.start, custom.end, 0, SECTION_END);
      while (c.left() > 0) {
        const id = c.byte();
        const end = c.u32() + c.at();
        if (id !== 1) {
          c.seek(end);
          continue;
        }
        for (let n = c.u32(); n > 0; n--) {
          const index = c.u32();
          if (index === func) return c.name();
          c.skip(c.u32());
        }
        break;
      }
    } catch (e) {
      if (typeof e !== 'number') throw e;
    }
  }
  for (let i = 0; i < module.exports.length; i++)
    if (module.exports[i].kind === 0 && module.exports[i].index === func) return module.exports[i].name;
  return '';
}
