// libc under real programs: guest.wasm (from guest.c) through the reader, the linker and the interpreter.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { interpreter } from '../../src/interp/interp';
import { libc, libcMore, libcState } from '../../src/libc/libc';
import { addNatives, createLinker, findFunc, instantiate, missingImports } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { createStore } from '../../src/runtime/store';
import { createThread, DONE, FUEL, prepare, run } from '../../src/runtime/thread';

function start(file: URL = new URL('guest.wasm', import.meta.url)) {
  const linker = createLinker();
  addNatives(linker, libc);
  addNatives(linker, libcMore);
  const module = parseModule(new Uint8Array(readFileSync(file)));
  expect(missingImports(linker, module).map(i => i.name)).toEqual([]);
  const store = createStore(interpreter);
  const instance = instantiate(store, module, linker, { heapBytes: 4096, lenient: false, shrink: true });
  let text = '';
  instance.env.state.libc = libcState({
    out: (u8, from, to) => {
      for (let i = from; i < to; i++) text += String.fromCharCode(u8[i]);
    },
    nowMs: () => 12345.678,
    utcMs: () => Date.UTC(2024, 1, 29, 13, 5, 9),
    getenv: name => (name === 'MOTE' ? 'dust' : null),
  });
  return { instance, thread: createThread(store), text: () => text };
}

const expected = `hello 42 world 3.142 -1234567890123 x|   ab|7    |00042
44:0.1 1.234568e+04 fedcba9876543210 4000000000
apple banana fig pear quince
found fig at 2
[one][two][three]
-31 9223372036854775807! 0.10000000000000001 0.100000001
4: 12 abc 31 2.5
zzzzzzzzzcopied 15 9
0
-0.75 -3 0.75 6 1.41421 -3 1.41421
2024-02-29 13:05:09 4 59
60 12345678000 12.345678000
dust (null)
bye
`;

test('a program that calls a bit of everything, in memory below 64 KiB', () => {
  const { instance, thread, text } = start();
  prepare(thread, findFunc(instance, '__main_argc_argv')!, [1, 0, 0, 0]);
  const status = run(thread, 1e9);
  expect(text()).toBe(expected);
  expect([status, thread.trap, thread.exited, thread.exitCode]).toEqual([DONE, 0, true, 41]);
  expect(instance.env.u8.length).toBeLessThan(16384);
});

test('a sort runs under fuel, pauses in the middle and goes on', () => {
  const { instance, thread } = start();
  prepare(thread, findFunc(instance, 'slow_sort')!, [200, 0]);
  let pauses = 0;
  let status = run(thread, 100);
  while (status === FUEL && pauses < 10000) {
    pauses++;
    status = run(thread, 100);
  }
  expect(status).toBe(DONE);
  expect(thread.cells[0]).toBe(1);
  expect(pauses).toBeGreaterThan(50);
});

const sensor = new URL('../../../shared/apps/wasm/sensor.wasm', import.meta.url);
test.skipIf(!existsSync(sensor))('the sensor program of ../shared/apps', () => {
  const { instance, thread, text } = start(sensor);
  prepare(thread, findFunc(instance, 'main')!, new Array(2 * findFunc(instance, 'main')!.type.params.length).fill(0));
  expect(run(thread, 1e9)).toBe(DONE);
  expect(text()).toBe('t= 40 avg=21.31 C (17)\nt= 80 avg=21.48 C (17)\nt=120 avg=21.85 C (17)\nt=160 avg=21.49 C (17)\n');
});
