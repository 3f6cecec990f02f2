// What runs modules in tests, by name: the interpreter, and JavaScript text that can stop (jsA), the same in the style that every engine can read
// (jsPlain), or that cannot stop (jsB). Device-safe.

import { interpreter } from '../../src/interp/interp';
import { jsA, jsB, jsPlain } from '../../src/jstext/executor';
import type { Executor } from '../../src/runtime/store';

export type ExecutorName = 'interp' | 'jsA' | 'jsPlain' | 'jsB';

export const executors: { [name: string]: Executor } = { interp: interpreter, jsA: jsA, jsPlain: jsPlain, jsB: jsB };
