// Engines to run modules in, behind one interface: Node from source, QuickJS under 16 MB on the bundle,
// Duktape, and MicroQuickJS under 16 MB where MQJS names it, on the bundle that uses nothing beyond ES5 and typed arrays.
// A job goes to each of them as bytes and JSON (device/duktape/bundle.ts says what a job is); nothing is shared between jobs.

import type { Job, Outcome } from '../../device/duktape/bundle';
import { bundleText } from '../../tools/bundle/build';
import { guardStores } from '../../tools/bundle/profile';
import { evaluate, literal, type Program, programs } from '../../tools/conformance/programs';
import { createVm, type Vm } from '../../tools/sim/vm';

export type { Job, Outcome };
export type Task = [wasm: Uint8Array, job: Job];

export interface Engine {
  name: 'node' | 'quickjs' | 'duktape' | 'mqjs' | 'guarded';
  /** Why it cannot run here, null when it can. */
  missing: string | null;
  /** Outcomes of tasks, in order. Rejects when the engine itself throws: that is a fault of ours. */
  run(tasks: Task[]): Promise<Outcome[]>;
}

const QUICKJS_BYTES = 16 << 20;

const texts = new Map<string, Promise<string>>();
/** A bundle's text, looked up once per process. */
function bundle(name: string): Promise<string> {
  if (!texts.has(name)) texts.set(name, bundleText(name));
  return texts.get(name)!;
}

const node: Engine = {
  name: 'node',
  missing: null,
  run: async tasks => {
    const { run } = await import('../../device/duktape/bundle');
    return tasks.map(([wasm, job]) => JSON.parse(run(wasm, JSON.stringify(job))));
  },
};

const quickjs: Engine = {
  name: 'quickjs',
  missing: null,
  run: async tasks => {
    const vm = await createVm({ limitBytes: QUICKJS_BYTES, global: 'board', natives: {}, entryMs: 120_000 });
    try {
      vm.eval(await bundle('engine-test'));
      vm.eval('var run = wasmote.run');
      return tasks.map(task => runIn(vm, task));
    } finally {
      vm.dispose();
    }
  },
};

function runIn(vm: Vm, [wasm, job]: Task): Outcome {
  return JSON.parse(vm.callGlobal('run', wasm, JSON.stringify(job)));
}

function ofProgram(program: Program): Engine {
  return {
    name: program.name,
    missing: program.missing,
    run: async tasks => {
      const runs = tasks.map(([wasm, job]) => `wasmote.run(${literal(wasm)},${literal(JSON.stringify(job))})`);
      const { texts, why } = await evaluate(program, runs);
      if (why !== null) throw new Error(why);
      return texts.map(text => JSON.parse(text));
    },
  };
}

/** The functions of the ES5 bundle in this process, its stores guarded. */
export async function guardedBundle(): Promise<typeof import('../../device/duktape/bundle')> {
  return new Function(`${guardStores(await bundle('engine-test-es5'))};return wasmote`)();
}
/** Rejects where MicroQuickJS would: none of engines(), since V8 runs it. */
export const guarded: Engine = {
  name: 'guarded',
  missing: null,
  run: async tasks => {
    const { run } = await guardedBundle();
    return tasks.map(([wasm, job]) => JSON.parse(run(wasm, JSON.stringify(job))));
  },
};

/** All engines, also those that are missing here: tests skip them by name, so that it shows. */
export function engines(): Engine[] {
  return [node, quickjs, ...programs.map(ofProgram)];
}
