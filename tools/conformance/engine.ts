// Where a script's commands run, and the nearest such place: this process.

import { type ExecutorName, executors } from '../../device/duktape/executors';
import { createScript, step } from '../../device/duktape/script';
import type { Command, Verdict } from '../../src/text/command';

/** A command and the bytes of its module, if it has one. */
export interface Order {
  command: Command;
  wasm: Uint8Array | null;
}

/** What runs the modules of a script, and the fuel that a call is given at once (0 = all it may use). */
export interface Way {
  executor: ExecutorName;
  slice: number;
}
export const INTERPRETED: Way = { executor: 'interp', slice: 0 };

export type EngineName = 'node' | 'quickjs' | 'duktape' | 'mqjs';

export interface Engine {
  name: EngineName;
  way: Way;
  /** Why it cannot run here, null when it can. */
  missing: string | null;
  /** Runs a script's commands in order; a verdict for each. */
  run(features: number, orders: Order[]): Promise<Verdict[]>;
}

const nothing = new Uint8Array(0);

/** Node from source; print is told what scripts print: the function's name and its arguments, an i64 as two words. */
export function nodeEngine(way = INTERPRETED, print: (name: string, args: number[]) => void = () => {}): Engine {
  return {
    name: 'node',
    way,
    missing: null,
    run: async (features, orders) => {
      const script = createScript(features, executors[way.executor]!);
      if (way.slice > 0) script.slice = way.slice;
      script.print = print;
      return orders.map(({ command, wasm }) => step(script, command, wasm ?? nothing));
    },
  };
}
