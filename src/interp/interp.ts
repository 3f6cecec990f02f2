// The interpreter as the runtime sees it: compiles a function to register code on its first call, runs threads over it. Device-safe.
// The parts: compile.ts (validator sink -> code), dispatch.gen.ts (the loop), and in runtime/ bulk.ts, num.ts.

import type { Executor } from '../runtime/store';
import { compile, locate } from './compile';
import { execute } from './dispatch.gen';

export const interpreter: Executor = { name: 'interp', memoryBytes: 0x100000000, compile: compile, run: execute, locate: locate };
