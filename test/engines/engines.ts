// Engines to run modules in, behind one interface: Node from source, QuickJS under 16 MB on the bundle,
// Duktape on the bundle that uses nothing beyond ES5 and typed arrays.
// A job goes to each of them as bytes and JSON (device/duktape/bundle.ts says what a job is); nothing is shared between jobs.

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Job, Outcome } from '../../device/duktape/bundle';
import { bundleText } from '../../tools/bundle/build';
import { createVm, type Vm } from '../../tools/sim/vm';

export type { Job, Outcome };
export type Task = [wasm: Uint8Array, job: Job];

export interface Engine {
  name: 'node' | 'quickjs' | 'duktape';
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

const duktape: Engine = {
  name: 'duktape',
  missing: hasDuktape() ? null : 'Duktape (duk) is not installed',
  run: async tasks => {
    const dir = mkdtempSync(join(tmpdir(), 'wasmote-duk-'));
    try {
      // As a text file, one line a task: the CLI has no other way in. ASCII only: it reads UTF-8.
      const lines = tasks.map(([wasm, job]) => {
        const text = JSON.stringify(JSON.stringify(job)).replace(
          /[\u0080-\uffff]/g,
          c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
        return `print(JSON.stringify(wasmote.run(wasmote.unhex("${Buffer.from(wasm).toString('hex')}"),${text})).replace(/[\\x80-\\xff]/g,function(c){return "\\\\u00"+c.charCodeAt(0).toString(16)}));`;
      });
      const file = join(dir, 'tasks.js');
      writeFileSync(file, `${await bundle('engine-test-es5')}\n${lines.join('\n')}\n`, 'latin1');
      const { stdout } = await promisify(execFile)('duk', [file], { maxBuffer: 1 << 28, encoding: 'latin1' });
      const answers = stdout.trimEnd().split('\n');
      if (answers.length !== tasks.length) throw new Error(`duk answered ${answers.length} of ${tasks.length} tasks`);
      return answers.map(line => JSON.parse(JSON.parse(line)));
    } finally {
      rmSync(dir, { recursive: true });
    }
  },
};

function hasDuktape(): boolean {
  try {
    return execFileSync('duk', ['-e', 'print(Duktape.version)'], { encoding: 'latin1' }).trim() >= '20700';
  } catch {
    return false;
  }
}

/** All engines, also those that are missing here: tests skip them by name, so that it shows. */
export function engines(): Engine[] {
  return [node, quickjs, duktape];
}
