// The namespace inside an engine that has none: QuickJS, given the bundled entry and nothing else.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'esbuild';
import { QuickJS } from 'quickjs-wasi';
import { expect, test } from 'vitest';
import { assemble } from './both';

test('QuickJS runs a module with a host function, promises, a memory that grows and an exception', async () => {
  const { outputFiles } = await build({
    entryPoints: ['src/webassembly.ts'],
    bundle: true,
    format: 'iife',
    globalName: 'api',
    write: false,
  });
  const bytes = assemble(`(import "m" "double" (func $double (param i64) (result i64))) (memory (export "memory") 1)
    (func (export "f") (param i64) (result i64) (i64.add (call $double (local.get 0)) (i64.const 1)))
    (func (export "grow") (result i32) (memory.grow (i32.const 2)))
    (func (export "trap") unreachable)`);
  const program = `
    const had = typeof WebAssembly;
    globalThis.WebAssembly = api.default;
    const out = [];
    WebAssembly.instantiate(new Uint8Array([${bytes}]), { m: { double: x => x * 2n } }).then(({ instance }) => {
      const { f, grow, memory, trap } = instance.exports;
      out.push(had, String(f(21n)), String(f(-(2n ** 63n))));
      const old = memory.buffer;
      out.push(grow(), old.byteLength, memory.buffer.byteLength);
      try { trap(); } catch (e) { out.push(e instanceof WebAssembly.RuntimeError, e.message); }
    });`;
  const vm = await QuickJS.create({ wasm: readFileSync(createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm')) });
  try {
    vm.evalCode(outputFiles[0]!.text).dispose();
    vm.evalCode(program).dispose();
    vm.executePendingJobs();
    const result = vm.evalCode('JSON.stringify(out)');
    expect(JSON.parse(result.toString())).toEqual(['undefined', '43', '1', 1, 0, 3 * 65536, true, 'unreachable']);
    result.dispose();
  } finally {
    vm.dispose();
  }
});
