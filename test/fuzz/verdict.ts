// Whether bytes are a valid module: our answer beside V8's for the features both know, and beside npm wabt's for newer ones.

import v8 from 'node:v8';
import wabt from 'wabt';
import { type Module, parseModule } from '../../src/runtime/module';
import { ATOMIC_ALIGNMENT, FEATURE, fault, ILLEGAL_OPCODE, REF_TYPE } from '../../src/spec/faults';
import * as F from '../../src/spec/features';
import { I32, V128 } from '../../src/spec/types';

const { WebAssembly } = globalThis as any; // Node's types name its types, not its functions
// Shipped a version or two later; final already as far as binaries go.
v8.setFlagsFromString('--experimental-wasm-extended-const');
v8.setFlagsFromString('--experimental-wasm-relaxed-simd');

/** What the V8 of Node 20 knows as the spec has it. It knows exceptions in their old form, typed references and GC with other opcodes. */
export const SHARED = F.TAIL_CALL | F.EXTENDED_CONST | F.SIMD | F.RELAXED_SIMD | F.THREADS | F.MULTI_TABLE;
/** What wabt has flags for, references and GC left out: it reads those without checking them. */
export const NEWER = SHARED | F.EXCEPTIONS | F.MULTI_MEMORY | F.MEMORY64;

/** How two verdicts compare; `wrong` tells what must not be. */
export interface Verdict {
  module: Module | null; // ours
  /** valid and invalid: both say so. Others: a class of differences that is known, or what is wrong. */
  kind: string;
  wrong: boolean;
}

// What V8 takes beyond SHARED, by our fault and the opcode or byte at fault.
const EXCEPTIONS = [6, 7, 8, 9, 0x18, 0x19]; // try, catch, throw, rethrow, delegate, catch_all
function known(): string | null {
  const { code, detail } = fault;
  if ((code === ILLEGAL_OPCODE || code === FEATURE) && EXCEPTIONS.includes(detail)) return 'V8 takes exceptions of old';
  if (code === FEATURE && (detail === 13 || detail === 4)) return 'V8 takes tags';
  if (code === REF_TYPE && detail >= V128 && detail <= I32) return 'V8 takes element segments of numbers';
  if (code === ATOMIC_ALIGNMENT) return 'V8 takes atomics aligned less than they must be';
  return null;
}

function ours(bytes: Uint8Array, features: number): Module | null {
  try {
    return parseModule(bytes, features);
  } catch (e) {
    if (typeof e !== 'number') throw e;
    return null;
  }
}

/** Our verdict and V8's. */
export function besideV8(bytes: Uint8Array): Verdict {
  const theirs: boolean = WebAssembly.validate(bytes);
  let module: Module | null;
  try {
    module = ours(bytes, SHARED);
  } catch (e) {
    return { module: null, kind: `an exception of the host: ${(e as Error).stack ?? e}`, wrong: true };
  }
  if ((module !== null) === theirs) return { module, kind: theirs ? 'valid' : 'invalid', wrong: false };
  if (module !== null) return { module, kind: `we take it, V8 says ${whyNot(bytes)}`, wrong: true };
  const why = known();
  return { module, kind: why ?? `V8 takes it, we have fault ${fault.code} (${fault.detail}) at ${fault.offset}`, wrong: why === null };
}
function whyNot(bytes: Uint8Array): string {
  try {
    new WebAssembly.Module(bytes);
    return 'nothing';
  } catch (error: any) {
    return error.message;
  }
}

const FLAGS = {
  ...{ exceptions: true, memory64: true, multi_memory: true, tail_call: true, threads: true, extended_const: true, relaxed_simd: true },
};
type Wabt = Awaited<ReturnType<typeof wabt>>;
let loaded: Wabt | null = null;

/** Before besideWabt. */
export async function loadWabt(): Promise<void> {
  loaded ??= await wabt();
}
/** Our verdict with features NEWER and wabt's. Where they differ the kind is a class of what wabt says; none is called wrong. */
export function besideWabt(bytes: Uint8Array): Verdict {
  let message = '';
  try {
    const module = loaded!.readWasm(bytes, FLAGS);
    try {
      (module.validate as (flags: object) => void)(FLAGS); // its types know no flags
    } finally {
      module.destroy();
    }
  } catch (error: any) {
    message = error.message;
  }
  let module: Module | null;
  try {
    module = ours(bytes, NEWER);
  } catch (e) {
    return { module: null, kind: `an exception of the host: ${(e as Error).stack ?? e}`, wrong: true };
  }
  if ((module !== null) === (message === '')) return { module, kind: module === null ? 'invalid' : 'valid', wrong: false };
  if (module === null) return { module, kind: `wabt takes it, we have fault ${fault.code}`, wrong: false };
  const words = message
    .split('\n')[1]!
    .replace(/^.*error: /, '')
    .replace(/[[(].*$|0x[0-9a-f]+|[0-9]+/g, '#');
  return { module, kind: `we take it, wabt says ${words}`, wrong: false };
}
