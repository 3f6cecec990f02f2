// The differential cases (test/fuzz) execute every operation of the interpreter: each instruction on registers, with a constant, fused with a
// branch, and the operations that no instruction stands for alone. Counted in a dispatcher generated anew with a counter in its loop.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { compile, locate } from '../../src/interp/compile';
import * as D from '../../src/interp/forms.gen';
import { createLinker, findFunc, instantiate } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { createStore, type Executor } from '../../src/runtime/store';
import { createThread, prepare, run } from '../../src/runtime/thread';
import { rows } from '../../src/spec/ops';
import { parseWat } from '../../src/text/parser';
import { generateDispatch } from '../../tools/gen/dispatch';
import { allBatches } from '../fuzz/cases';
import { plain } from '../runtime/rig';

const interp = join(dirname(fileURLToPath(import.meta.url)), '../../src/interp');

/** Name of every operation by its number. */
function names(): Map<number, string> {
  const found = new Map<number, string>();
  for (const [name, value] of Object.entries(D)) if (name.startsWith('I_')) found.set(value as number, name.slice(2).toLowerCase());
  const tables: [string, (name: string) => string][] = [
    [D.registerForm, name => name],
    [D.constantForm, name => `${name} constant`],
    [D.branchForm, name => `${name} and branch`],
    [D.branchConstantForm, name => `${name} constant and branch`],
    [D.memoryForm, name => name],
  ];
  for (const [table, label] of tables)
    for (const [code, name] of rows) if (table.charCodeAt(code) > 0) found.set(table.charCodeAt(code), label(name));
  return found;
}

// What stands for instructions beyond 2.0, which V8 may not know: tail.test.ts, references.test.ts, exceptions.test.ts and memories.test.ts say
// what is right.
const beyond = `(module
  (type $f (func (result i32)))
  (tag $e)
  (memory 1) (memory 1)
  (table 1 funcref) (elem (i32.const 0) func $load)
  (func $load (type $f) (i32.load 1 (i32.const 0)))
  (func $indirect (type $f) (return_call_indirect (type $f) (i32.const 0)))
  (func $throw (type $f) (throw $e))
  (func (export "run") (type $f)
    (drop (call_ref $f (ref.as_non_null (ref.func $load))))
    (drop (call $indirect))
    (block $h (try_table (catch_all $h) (drop (call $throw))))
    (return_call $load)))`;

test('every operation is executed', { timeout: 120_000 }, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'wasmote-coverage-'));
  try {
    const text = generateDispatch()['src/interp/dispatch.gen.ts'];
    const file = join(dir, 'counting.ts');
    const counted = text!
      .replace(/op=w\[pc\];/, 'op=w[pc];seen[op]=(seen[op]||0)+1;')
      .replace(/from '\.\/(\w+)'/g, (_, name) => `from '${join(interp, name)}'`)
      .replace(/from '\.\.\/(\w+)\/([\w.]+)'/g, (_, folder, name) => `from '${join(interp, '..', folder, name)}'`);
    expect(counted).toContain('seen[op]');
    writeFileSync(file, `export const seen: number[] = [];\n${counted}`);
    const { execute, seen } = await import(/* @vite-ignore */ file);
    const executor: Executor = { name: 'counting', memoryBytes: 2 ** 32, compile, run: execute, locate };
    for (const batch of [...allBatches(1, 50), { wasm: parseWat(beyond), calls: [{ name: 'run', words: [] }] }]) {
      const store = createStore(executor);
      const instance = instantiate(store, parseModule(batch.wasm), createLinker(), plain);
      const thread = createThread(store);
      for (const call of batch.calls) {
        prepare(thread, findFunc(instance, call.name)!, call.words);
        run(thread, 1e9);
      }
    }
    const never = [...names()].filter(([number]) => !(seen[number] > 0)).map(([, name]) => name);
    expect(never.filter(name => name !== 'global_set_sp')).toEqual([]); // that one: test/runtime/link.test.ts
  } finally {
    rmSync(dir, { recursive: true });
  }
});
