// What runs modules in tests, by name: the interpreter, and JavaScript text that can stop (jsA) or cannot (jsB). Device-safe.

import { interpreter } from '../../src/interp/interp';
import { jsA, jsB } from '../../src/jstext/executor';
import type { Executor } from '../../src/runtime/store';

export type ExecutorName = 'interp' | 'jsA' | 'jsB';

export const executors: { [name: string]: Executor } = { interp: interpreter, jsA: jsA, jsB: jsB };
