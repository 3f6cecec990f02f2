// What the desk finds out before it sends: features of the language that a board's runtime leaves out.
import { expect, test } from 'vitest';
import { NEEDS, WASM } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import { CUSTOM_PAGES, EXECUTABLE, EXTENDED_CONST, TAIL_CALL } from '../../src/spec/features';
import { parseWat } from '../../src/text/parser';
import type { Info } from '../../src/wire/messages';
import { checkFit, checkModule } from '../../tools/manager/fit';

const app = (wat: string) => checkModule(parseWat(`(func (export "on_init")) ${wat}`), 'app.wasm', {});
const board = (wasm: number | undefined) => ({ ram: 1 << 20, flash: 1 << 20, wasm }) as Info;
function refusal(run: () => unknown): [number, string] | null {
  try {
    run();
    return null;
  } catch (error) {
    if (!(error instanceof WasmoteError)) throw error;
    return [error.code, error.message];
  }
}

test('a module of 2.0 needs nothing', () => {
  const needs = app('(memory 1) (func (result i32) i32.const 1 memory.grow)');
  expect(needs.features).toBe(0);
  expect(refusal(() => checkFit(needs, board(undefined), undefined))).toBeNull();
});

test('what a board does not run is named before a byte is sent', () => {
  const needs = app('(global i32 i32.const 1 i32.const 2 i32.add) (func return_call 0)');
  expect(needs.features).toBe(TAIL_CALL | EXTENDED_CONST);
  expect(refusal(() => checkFit(needs, board(EXECUTABLE), undefined))).toBeNull();
  const [code, text] = refusal(() => checkFit(needs, board(EXTENDED_CONST | CUSTOM_PAGES), undefined))!;
  expect(code).toBe(NEEDS);
  expect(text).toContain('tail-call');
  expect(text).not.toContain('extended-const');
});

test('what nothing here runs is refused at once', () => {
  expect(refusal(() => app('(func (param v128))'))).toEqual([WASM, expect.stringMatching(/not run here: simd$/)]);
});
