// Words for fault and trap numbers, for people. Desk only: devices send numbers. Texts are the spec scripts' own where they have one, else
// WAMR's (traps.ts and faults.ts say which is which by their comments). `#` is the detail number, `%` the same in
// hexadecimal, `&` the names of the features that are its bits.

import * as F from './faults';
import * as X from './features';
import * as T from './traps';

const FAULTS: Record<number, string> = {
  [F.MAGIC]: 'magic header not detected',
  [F.VERSION]: 'unknown binary version',
  [F.COMPONENT]: 'a component, not a core module',
  [F.UNEXPECTED_END]: 'unexpected end',
  [F.SECTION_END]: 'unexpected end of section or function',
  [F.INT_LONG]: 'integer representation too long',
  [F.INT_LARGE]: 'integer too large',
  [F.SECTION_ID]: 'malformed section id',
  [F.SECTION_ORDER]: 'unexpected content after last section',
  [F.SECTION_SIZE]: 'section size mismatch',
  [F.LENGTH_BOUNDS]: 'length out of bounds',
  [F.UTF8]: 'malformed UTF-8 encoding',
  [F.IMPORT_KIND]: 'malformed import kind',
  [F.EXPORT_KIND]: 'malformed export kind',
  [F.REF_TYPE]: 'malformed reference type',
  [F.VALUE_TYPE]: 'malformed value type',
  [F.FUNC_FORM]: 'malformed type form',
  [F.LIMITS_FLAGS]: 'malformed limits flags',
  [F.MUTABILITY]: 'malformed mutability',
  [F.CODE_COUNT]: 'function and code section have inconsistent lengths',
  [F.DATA_COUNT]: 'data count and data section have inconsistent lengths',
  [F.DATA_COUNT_REQUIRED]: 'data count section required',
  [F.ILLEGAL_OPCODE]: 'illegal opcode %',
  [F.ZERO_BYTE]: 'zero byte expected',
  [F.END_EXPECTED]: 'END opcode expected',
  [F.TOO_MANY_LOCALS]: 'too many locals',
  [F.ELEM_KIND]: 'malformed elements segment kind',
  [F.DATA_KIND]: 'malformed data segment kind',
  [F.MEMOP_FLAGS]: 'malformed memop flags',
  [F.BLOCK_TYPE]: 'malformed block type',
  [F.ELSE_UNEXPECTED]: 'else without if',
  [F.HEAP_TYPE]: 'malformed heap type',
  [F.STORAGE_TYPE]: 'malformed storage type',
  [F.TAG_ATTRIBUTE]: 'malformed tag attribute',
  [F.CATCH_CLAUSE]: 'malformed catch clause',
  [F.CAST_FLAGS]: 'malformed cast flags',
  [F.PAGE_SIZE_MALFORMED]: 'invalid custom page size',
  [F.TYPE_MISMATCH]: 'type mismatch',
  [F.UNKNOWN_TYPE]: 'unknown type #',
  [F.UNKNOWN_FUNCTION]: 'unknown function #',
  [F.UNKNOWN_TABLE]: 'unknown table #',
  [F.UNKNOWN_MEMORY]: 'unknown memory #',
  [F.UNKNOWN_GLOBAL]: 'unknown global #',
  [F.UNKNOWN_LOCAL]: 'unknown local #',
  [F.UNKNOWN_LABEL]: 'unknown label #',
  [F.UNKNOWN_DATA]: 'unknown data segment #',
  [F.UNKNOWN_ELEM]: 'unknown elem segment #',
  [F.ALIGNMENT]: 'alignment must not be larger than natural',
  [F.IMMUTABLE]: 'immutable global',
  [F.DUPLICATE_EXPORT]: 'duplicate export name',
  [F.MULTIPLE_MEMORIES]: 'multiple memories',
  [F.RESULT_ARITY]: 'invalid result arity',
  [F.CONST_REQUIRED]: 'constant expression required',
  [F.UNDECLARED_REF]: 'undeclared function reference',
  [F.START_TYPE]: 'start function must have type () -> ()',
  [F.LIMITS_ORDER]: 'size minimum must not be greater than maximum',
  [F.MEMORY_SIZE]: 'memory size must be at most 65536 pages (4GiB)',
  [F.UNKNOWN_TAG]: 'unknown tag #',
  [F.UNKNOWN_FIELD]: 'unknown field #',
  [F.UNINITIALIZED_LOCAL]: 'uninitialized local #',
  [F.SUB_TYPE]: 'sub type # does not match super type',
  [F.OFFSET_RANGE]: 'offset out of range',
  [F.LANE_INDEX]: 'invalid lane index #',
  [F.ATOMIC_ALIGNMENT]: 'atomic alignment must be natural',
  [F.SHARED_MAX]: 'shared memory must have maximum',
  [F.PAGE_SIZE]: 'invalid custom page size',
  [F.TAG_RESULT]: 'non-empty tag result type',
  [F.TABLE_SIZE]: 'table size must be at most 2^32-1',
  [F.MULTIPLE_TABLES]: 'multiple tables',
  [F.FIELD_IMMUTABLE]: 'field is immutable',
  [F.ARRAY_IMMUTABLE]: 'array is immutable',
  [F.ARRAY_NUMERIC]: 'array type is not numeric or vector',
  [F.ARRAY_MATCH]: 'array types do not match',
  [F.NOT_DEFAULTABLE]: 'type mismatch: no default value',
  [F.LIMIT]: 'more than the implementation limit of #',
  [F.FEATURE]: 'uses a feature that is not built in (byte #)',
  [F.UNKNOWN_IMPORT]: 'unknown import',
  [F.IMPORT_TYPE]: 'incompatible import type',
  [F.MEMORY_LIMIT]: 'memory of # bytes is over the limit',
  [F.TABLE_LIMIT]: 'table of # elements is over the limit',
  [F.HEAP_INSERT]: 'failed to insert app heap into linear memory',
  [F.NOT_EXECUTABLE]: 'is valid, but uses what is not run here: &',
};

const TRAPS: Record<number, string> = {
  [T.UNREACHABLE]: 'unreachable',
  [T.INT_OVERFLOW]: 'integer overflow',
  [T.DIV_BY_ZERO]: 'integer divide by zero',
  [T.BAD_CONVERSION]: 'invalid conversion to integer',
  [T.OOB_MEMORY]: 'out of bounds memory access',
  [T.OOB_TABLE]: 'out of bounds table access',
  [T.CALL_TYPE]: 'indirect call type mismatch',
  [T.UNDEFINED_ELEMENT]: 'undefined element',
  [T.UNINITIALIZED_ELEMENT]: 'uninitialized element #',
  [T.STACK_EXHAUSTED]: 'call stack exhausted',
  [T.AUX_STACK_OVERFLOW]: 'wasm auxiliary stack overflow',
  [T.AUX_STACK_UNDERFLOW]: 'wasm auxiliary stack underflow',
  [T.OUT_OF_MEMORY]: 'allocate memory failed',
  [T.TERMINATED]: 'terminated by user',
  [T.FUEL_LIMIT]: 'instruction limit exceeded',
  [T.UNLINKED]: 'failed to call unlinked import function #',
  [T.HEAP_CORRUPTED]: 'app heap corrupted',
  [T.HEAP_EXHAUSTED]: 'out of memory',
  [T.ENV_ABORT]: 'env.abort(#)',
  [T.ENV_ABORT_STACK]: 'env.abortStackOverflow(#)',
  [T.ENV_NULL_FUNC]: 'env.nullFunc_X(#)',
  [T.CXX_THROW]: 'exception thrown by stdc++',
  [T.UNCAUGHT_EXCEPTION]: 'unhandled exception',
  [T.NULL_REFERENCE]: 'null reference',
  [T.NULL_FUNCTION]: 'null function reference',
  [T.HOST_FAULT]: 'host function failed (#)',
};

/** "unknown function 7": why a module was refused. */
export function faultText(code: number, detail: number): string {
  return (FAULTS[code] ?? `fault ${code}`)
    .replace('#', String(detail))
    .replace('%', detail.toString(16).padStart(2, '0'))
    .replace('&', featureNames(detail));
}

/** "integer divide by zero": what ended a run. */
export function trapText(code: number, detail: number): string {
  return (TRAPS[code] ?? `trap ${code}`).replace('#', String(detail));
}

/** Bits of features.ts by the names that people know them under (those of wasm-tools and wabt). */
export const FEATURE_NAMES: Record<string, number> = {
  'tail-call': X.TAIL_CALL,
  exceptions: X.EXCEPTIONS,
  'function-references': X.TYPED_REFS,
  'multi-memory': X.MULTI_MEMORY,
  'extended-const': X.EXTENDED_CONST,
  memory64: X.MEMORY64,
  simd: X.SIMD,
  'relaxed-simd': X.RELAXED_SIMD,
  gc: X.GC,
  threads: X.THREADS,
  'custom-page-sizes': X.CUSTOM_PAGES,
  'wide-arithmetic': X.WIDE_ARITHMETIC,
};

/** "gc, simd": the features of a mask. */
export function featureNames(features: number): string {
  return Object.keys(FEATURE_NAMES)
    .filter(name => (FEATURE_NAMES[name] & features) !== 0)
    .join(', ');
}
