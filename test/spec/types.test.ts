// Types as numbers. Expectations: core 5.3 Types.
import { expect, test } from 'vitest';
import {
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  funcType,
  HEAP_EXTERN,
  HEAP_FUNC,
  heapOf,
  I32,
  I64,
  isNullable,
  isRef,
  refType,
  typeKey,
  V128,
} from '../../src/spec/types';

test('value types are their bytes', () => {
  expect([I32, I64, F32, F64, V128]).toEqual([0x7f, 0x7e, 0x7d, 0x7c, 0x7b]);
  for (const type of [I32, I64, F32, F64, V128]) expect(isRef(type)).toBe(false);
});

test('funcref and externref are the nullable references they stand for', () => {
  expect(FUNCREF).toBe(refType(true, HEAP_FUNC));
  expect(EXTERNREF).toBe(refType(true, HEAP_EXTERN));
  // abstract heap types are negative, as their s33 in the binary format: one byte, seven bits
  expect(HEAP_FUNC & 0x7f).toBe(0x70);
  expect(HEAP_EXTERN & 0x7f).toBe(0x6f);
});

test.each([HEAP_FUNC, HEAP_EXTERN, -1, 0, 1, 63, 64, 999_999])('a reference to heap type %i keeps its parts', heap => {
  for (const nullable of [true, false]) {
    const type = refType(nullable, heap);
    expect([isRef(type), isNullable(type), heapOf(type)]).toEqual([true, nullable, heap]);
    expect(type).toBeGreaterThan(0x7f);
  }
});

test('function types are equal when their keys are', () => {
  const keys = [
    funcType([], []),
    funcType([I32], []),
    funcType([], [I32]),
    funcType([I32, I64], [F32]),
    funcType([I32], [I64, F32]),
    funcType([FUNCREF], []),
    funcType([EXTERNREF], []),
  ].map(typeKey);
  expect(new Set(keys).size).toBe(keys.length);
  expect(typeKey(funcType([I32, I64], [F32]))).toBe(keys[3]);
});
