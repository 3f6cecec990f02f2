// What this folder's tests ask for, in small, inside every engine, interpreted and compiled there: the ways of running that are new with 3.0 use
// nothing that one of them lacks.
import { describe, expect, test } from 'vitest';
import * as T from '../../src/spec/traps';
import { parseWat } from '../../src/text/parser';
import { engines, type Job } from '../engines/engines';

const wasm = parseWat(`(module
  (type $f (func (param i32) (result i32)))
  (tag $e (param i32 i64)) (tag $other)
  (memory 1) (memory 0 1000 (pagesize 1))
  (global $seven i32 (i32.sub (i32.mul (i32.const 5) (i32.const 2)) (i32.const 3)))
  (global $wide i64 (i64.mul (i64.const 0x100000001) (i64.const 0x300000005)))
  (table $t 3 (ref null $f) (ref.func $square))
  (global $kept (mut exnref) (ref.null exn))
  (func $square (type $f) (i32.mul (local.get 0) (local.get 0)))
  (func $throw (param i32) (throw $e (local.get 0) (i64.extend_i32_s (local.get 0))))
  (func $catch (param i32) (result exnref)
    (block $h (result exnref) (try_table (catch_all_ref $h) (call $throw (local.get 0))) (unreachable)))
  (func $value (param exnref) (result i32)
    (block $none
      (block $h (result i32 i64) (try_table (catch $other $none) (catch $e $h) (throw_ref (local.get 0))) (unreachable))
      (return (i32.add (i32.wrap_i64))))
    (i32.const 0))
  (func (export "exceptions") (param i32) (result i32)
    (global.set $kept (call $catch (local.get 0)))
    (loop (drop (call $catch (i32.const 5))) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (call $value (global.get $kept)))
  (func (export "uncaught") (param i32) (result i32) (call $throw (local.get 0)) (i32.const 1))
  (func $count (export "tail calls") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (global.get $seven))))
    (return_call $count (i32.sub (local.get 0) (i32.const 1))))
  (func (export "references") (param i32) (result i32)
    (block $null (result i32)
      (local.get 0)
      (br_on_null $null (table.get $t (i32.sub (local.get 0) (i32.const 1))))
      (call_ref $f)
      (call_ref $f (table.get $t (i32.const 0)))))
  (func (export "null") (param i32) (result i32) (call_ref $f (local.get 0) (ref.null $f)))
  (func (export "memories") (param i32) (result i32)
    (drop (memory.grow 1 (local.get 0)))
    (i64.store 1 (i32.const 2) (global.get $wide))
    (i32.store (i32.const 4) (i32.load 1 (i32.const 6)))
    (i32.add (i32.load (i32.const 4)) (memory.size 1))))`);
const calls: [name: string, argument: number, result: number[] | number][] = [
  ['exceptions', 1000, [2000, expect.any(Number)]],
  ['uncaught', 5, T.UNCAUGHT_EXCEPTION],
  ['tail calls', 5000, [7, expect.any(Number)]],
  ['references', 3, [81, expect.any(Number)]],
  ['null', 3, T.NULL_FUNCTION],
  ['memories', 10, [18, expect.any(Number)]],
];
const job: Job = { mode: 'calls', calls: calls.map(([name, argument]) => [name, argument, 0]) };
const jobs: Job[] = [job, { ...job, executor: 'jsA' }, { ...job, executor: 'jsPlain' }, { ...job, executor: 'jsB' }];

for (const engine of engines())
  describe.skipIf(engine.missing !== null)(engine.missing ?? engine.name, () => {
    test('exceptions, tail calls, references, memories', { timeout: 120_000 }, async () => {
      const outcomes = await engine.run(jobs.map(each => [wasm, each]));
      for (const { fault, results } of outcomes) expect([fault, results]).toEqual([0, calls.map(([, , result]) => result)]);
    });
  });
