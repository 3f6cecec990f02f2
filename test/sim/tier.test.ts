// A simulated board compiles a plain .wasm that is busy, with the real bundle and inside its byte limit; with too little RAM it stays interpreted and
// ps says so. A module of 40 kB runs compiled, and recursion goes as deep as the interpreter's.
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { type Board, heapBytes, loadBoard } from '../../boards/board';
import { build, bundles } from '../../tools/bundle/build';
import { openBlobs } from '../../tools/manager/blobs';
import { blobRef, createManager } from '../../tools/manager/manager';
import { serialRoad } from '../../tools/manager/serial';
import { createSimBoard } from '../../tools/sim/board';
import { wat } from '../agent/apps';
import { terminal } from '../cli/terminal';
import { tempDir } from './rig';

beforeAll(() => build(bundles.find(bundle => bundle.name === 'quickjs')!), 240_000);

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const HEAD = `(import "wasmote" "log" (func $log (param i32 i32 i32)))
  (memory (export "memory") 1) (global (export "__heap_base") i32 (i32.const 1024)) (global (export "__data_end") i32 (i32.const 512))`;
/** Calls `round` with a counter, and says the result's last digit each time. */
const MAIN = `(func (export "on_init") (local $k i32)
  (loop $l
    (i32.store8 (i32.const 16) (i32.add (i32.const 48) (i32.rem_u (call $round (local.get $k)) (i32.const 10))))
    (call $log (i32.const 2) (i32.const 16) (i32.const 1))
    (local.set $k (i32.add (local.get $k) (i32.const 1)))
    (br $l)))`;

/** So many functions, each a loop over memory of some 600 bytes of code; a round calls them all. */
function large(functions: number): Uint8Array {
  const all = Array.from({ length: functions }, (_, f) => {
    const steps = Array.from(
      { length: 12 },
      (
        _,
        k,
      ) => `(local.set $a (i32.add (i32.mul (local.get $a) (i32.const ${k * 7 + f + 3})) (i32.xor (local.get $b) (i32.shr_u (local.get $x) (i32.const ${k})))))
        (i32.store offset=${64 + k * 4} (i32.and (i32.shl (local.get $i) (i32.const 2)) (i32.const 252)) (local.get $a))
        (if (i32.lt_s (local.get $b) (local.get $a)) (then (local.set $b (i32.add (local.get $b) (i32.const ${k + 1})))))`,
    );
    return `(func $f${f} (param $x i32) (result i32) (local $i i32) (local $a i32) (local $b i32)
      (loop $l ${steps.join('\n')} (br_if $l (i32.lt_s (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 100))))
      (i32.add (local.get $a) (local.get $b)))`;
  });
  const calls = all.map((_, f) => `(local.set $x (call $f${f} (local.get $x)))`);
  return wat(`(module ${HEAD} ${all.join('\n')} (func $round (param $x i32) (result i32) ${calls.join('')} (local.get $x)) ${MAIN})`);
}
const LIM = { fuel: 1e12, log: 1000 };

async function boardWith(facts: Board | string, bytes: Uint8Array, lim: object) {
  const dir = tempDir();
  const board = await createSimBoard({ board: facts, id: 'compiler', dir: join(dir, 'board'), serial: 'tcp' });
  ends.push(() => board.stop());
  await board.start();
  const manager = createManager({ road: await serialRoad(board.portPath()!), blobs: openBlobs(join(dir, 'blobs')) });
  let open = true;
  const close = async () => {
    if (open) await manager.close();
    open = false;
  };
  ends.push(close);
  const device = await manager.device('compiler');
  const digits: string[] = [];
  manager.onEvent((_, event) => {
    if (event.k === 'log' && event.a === 'app' && event.m.length === 1) digits.push(event.m);
  });
  await manager.wish(device, 'app', { run: 'on', lim: { ...LIM, ...lim }, ...blobRef(bytes, manager.keep(bytes)) }, undefined);
  return { board, device, close, digits, info: () => device.apps.get('app')! };
}

test('a 40 kB module is installed as plain wasm and runs compiled, inside the limit, with the same results', async () => {
  const bytes = large(68);
  expect(bytes.length).toBeGreaterThan(40_000);
  const { board, info, digits } = await boardWith('sim-quickjs', bytes, {});
  await expect.poll(() => info().c?.[0], { timeout: 30_000 }).toBeGreaterThanOrEqual(60);
  await expect.poll(() => digits.length, { timeout: 30_000 }).toBeGreaterThan(5);
  expect(info()).toMatchObject({ run: 1, e: 0 });
  expect(info().mem).toBeLessThanOrEqual(board.board.apps.memMax);
  const { limit, peak } = board.memory();
  expect(limit).toBe(heapBytes(loadBoard('sim-quickjs')));
  expect(peak).toBeLessThanOrEqual(limit);
  expect(board.state()).toBe('running');
  const interpreted = await boardWith('sim-quickjs', bytes, { compile: 0 });
  await expect.poll(() => interpreted.digits.length, { timeout: 60_000 }).toBeGreaterThan(2);
  expect(interpreted.info().c).toBeUndefined();
  expect(digits.slice(0, interpreted.digits.length)).toEqual(interpreted.digits.slice(0, digits.length));
}, 120_000);

test('with too little RAM an app stays interpreted, and ps says so', async () => {
  const { board, info, close } = await boardWith('sim-small', large(4), {});
  await expect.poll(() => info().c, { timeout: 20_000 }).toEqual([0, 6, 1]);
  expect(board.state()).toBe('running');
  await close(); // the line is free
  const ps = await terminal()(['ps', '--port', board.portPath()!]);
  expect(ps.out).toContain('interpreted: no room to compile');
}, 60_000);

test('ps says what is compiled', async () => {
  const { board, info, close } = await boardWith('sim-quickjs', large(4), {});
  await expect.poll(() => info().c?.[0], { timeout: 20_000 }).toBe(6);
  await close();
  const ps = await terminal()(['ps', '--port', board.portPath()!]);
  expect(ps.out).toContain('compiled 6 of 6 functions');
}, 60_000);

test('recursion beyond what JavaScript nests, in functions with many variables, ends where the interpreter ends', async () => {
  const n = 40;
  const each = (text: (i: number) => string) => Array.from({ length: n }, (_, i) => text(i)).join(' ');
  const bytes = wat(`(module ${HEAD}
    (func $many (param $n i32) (result i32) ${each(i => `(local $v${i} i64)`)}
      ${each(i => `(local.set $v${i} (i64.extend_i32_u (i32.mul (local.get $n) (i32.const ${i + 3}))))`)}
      (if (result i32) (i32.eqz (local.get $n)) (then (i32.const 0))
        (else (i32.add (call $many (i32.sub (local.get $n) (i32.const 1))) (i32.wrap_i64 ${'(i64.xor '.repeat(n - 1)}(local.get $v0) ${Array.from({ length: n - 1 }, (_, i) => `(local.get $v${i + 1}))`).join(' ')})))))
    (func $one (param $n i32) (result i32)
      (if (result i32) (i32.eqz (local.get $n)) (then (i32.const 1)) (else (i32.add (local.get $n) (call $one (i32.sub (local.get $n) (i32.const 1)))))))
    (func $round (param $k i32) (result i32) (i32.add (call $one (i32.const 900)) (call $many (i32.add (i32.const 100) (i32.rem_u (local.get $k) (i32.const 20))))))
    ${MAIN})`);
  const compiled = await boardWith('sim-quickjs', bytes, { stack: 200_000 });
  await expect.poll(() => compiled.info().c?.[0], { timeout: 30_000 }).toBeGreaterThanOrEqual(3);
  await expect.poll(() => compiled.digits.length, { timeout: 30_000 }).toBeGreaterThan(20);
  expect(compiled.info()).toMatchObject({ run: 1, e: 0, rst: 0 });
  const interpreted = await boardWith('sim-quickjs', bytes, { stack: 200_000, compile: 0 });
  await expect.poll(() => interpreted.digits.length, { timeout: 30_000 }).toBeGreaterThan(20);
  expect(compiled.digits.slice(0, 20)).toEqual(interpreted.digits.slice(0, 20));
}, 120_000);
