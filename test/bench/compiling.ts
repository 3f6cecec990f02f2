// What the bench of compiling runs inside an engine: the compiler itself, and instances of what it has made. Device-safe.

import { appNatives } from '../../src/app/api';
import { interpreter } from '../../src/interp/interp';
import { adoptText, jsA, jsB } from '../../src/jstext/executor';
import { leastBytes, moduleText } from '../../src/jstext/module';
import { libc } from '../../src/libc/libc';
import { addNatives, createLinker, instantiate } from '../../src/runtime/link';
import { type Module, parseModule } from '../../src/runtime/module';
import { createStore, type Executor } from '../../src/runtime/store';

const executors: { [name: string]: Executor } = { A: jsA, B: jsB, interp: interpreter };

let module: Module;
let text = '';
let kept: any[] = []; // a store, instances

/** Validates a module for what follows; ms. */
export function load(wasm: Uint8Array, now: () => number): number {
  const began = now();
  module = parseModule(wasm);
  return now() - began;
}
/** Makes its text; ms. */
export function compile(form: 'A' | 'B', now: () => number): number {
  const began = now();
  text = moduleText(module, { form: form, staticBytes: leastBytes(module) });
  return now() - began;
}
export function textLength(): number {
  return text.length;
}
/** Hands it to the engine; ms. */
export function adopt(form: 'A' | 'B', now: () => number): number {
  const began = now();
  adoptText(module, { form: form, staticBytes: leastBytes(module) }, text);
  text = '';
  return now() - began;
}
/**
 * Instantiates the module n times under an executor, ready to be called; us each, by a clock of ms. own: each in a store of its own, as apps are.
 * keep: keeps them.
 */
export function instances(name: string, n: number, own: boolean, keep: boolean, now: () => number): number[] {
  const executor = executors[name];
  const times: number[] = [];
  const linker = createLinker();
  addNatives(linker, libc);
  addNatives(linker, appNatives);
  let store = createStore(executor);
  kept = [store];
  for (let i = 0; i < n; i++) {
    const began = now();
    if (own) store = createStore(executor);
    const instance = instantiate(store, module, linker, { heapBytes: 0, lenient: false, shrink: true });
    if (name !== 'interp') executor.compile(instance.funcs[instance.funcs.length - 1]);
    times.push((now() - began) * 1000);
    if (keep) kept.push(instance);
  }
  return times;
}
/** Bytes of memory that the kept instances have. */
export function memoryBytes(): number {
  let sum = 0;
  for (let i = 1; i < kept.length; i++) for (let m = 0; m < kept[i].mems.length; m++) sum += kept[i].mems[m].u8.buffer.byteLength;
  return sum;
}
