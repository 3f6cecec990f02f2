// Modules for embedders: load and validate bytes, with errors that say where and why. Desk and gateway; boards use runtime/ directly.

import * as codes from '../errors/codes';
import { exportIndex, type Module as Parsed, parseModule } from '../runtime/module';
import { nameOf } from '../runtime/trace';
import { COMPONENT, fault } from '../spec/faults';
import { faultText } from '../spec/texts';
import { EXTERNREF, F32, F64, FUNCREF, I32, I64, KIND_FUNC } from '../spec/types';

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'funcref' | 'externref';
export type ExternKind = 'function' | 'table' | 'memory' | 'global';

const TYPE_NAMES: Record<number, ValueType> = {
  [I32]: 'i32',
  [I64]: 'i64',
  [F32]: 'f32',
  [F64]: 'f64',
  [FUNCREF]: 'funcref',
  [EXTERNREF]: 'externref',
};
const KINDS: ExternKind[] = ['function', 'table', 'memory', 'global'];

export function typeName(type: number): ValueType {
  return TYPE_NAMES[type];
}

/** What holds bytes. All of it counts, and it is borrowed, not copied. */
export type ByteSource = ArrayBufferLike | ArrayBufferView;

/** The bytes themselves. Throws TypeError, whose message begins with `rule`, for what holds none. */
export function bytesOf(source: ByteSource, rule = 'bytes must be an ArrayBuffer or a view of one'): Uint8Array {
  if (source instanceof Uint8Array) return source;
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  const tag = Object.prototype.toString.call(source); // also one of another realm
  if (tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]') return new Uint8Array(source);
  throw new TypeError(`${rule}, got ${source === null ? 'null' : typeof source}`);
}

/** A module was refused. code: 47 WASM or 55 COMPONENT (docs/errors.md); fault: the exact reason (spec/faults.ts); offset in bytes. */
export class LoadError extends Error {
  override name = 'LoadError';
  constructor(
    readonly code: number,
    readonly fault: number,
    readonly offset: number,
    readonly reason: string,
  ) {
    super(`${reason} at byte ${offset}`);
  }
}

export interface FunctionType {
  params: ValueType[];
  results: ValueType[];
}

/** A validated module. Keep its bytes unchanged while it lives. */
export class Module {
  /** The runtime's own view. */
  readonly parsed: Parsed;

  /** Decodes and fully validates bytes; borrows them. Throws LoadError; TypeError for what is not bytes. */
  constructor(source: ByteSource) {
    const bytes = bytesOf(source);
    try {
      this.parsed = parseModule(bytes);
    } catch (error) {
      if (typeof error !== 'number') throw error;
      const code = error === COMPONENT ? codes.COMPONENT : codes.WASM;
      throw new LoadError(code, error, fault.offset, faultText(error, fault.detail));
    }
  }

  get imports(): { module: string; name: string; kind: ExternKind; type?: FunctionType }[] {
    return this.parsed.imports.map(i => ({
      module: i.module,
      name: i.name,
      kind: KINDS[i.kind],
      ...(i.kind === KIND_FUNC ? { type: this.functionType(i.index) } : {}),
    }));
  }

  get exports(): { name: string; kind: ExternKind; type?: FunctionType }[] {
    return this.parsed.exports.map(e => ({
      name: e.name,
      kind: KINDS[e.kind],
      ...(e.kind === KIND_FUNC ? { type: this.functionType(e.index) } : {}),
    }));
  }

  /** Contents of the custom sections of that name, borrowed from the module's bytes. */
  custom(name: string): Uint8Array[] {
    return this.parsed.customs.filter(c => c.name === name).map(c => this.parsed.bytes.subarray(c.start, c.end));
  }

  /** Name of a function by index: from the name section or an export; '' = none. */
  functionName(index: number): string {
    return nameOf(this.parsed, index);
  }

  functionType(index: number): FunctionType {
    const type = this.parsed.types[this.parsed.funcs[index]];
    return { params: type.params.map(typeName), results: type.results.map(typeName) };
  }

  /** Index of an exported function, -1 = none. */
  functionIndex(name: string): number {
    return exportIndex(this.parsed, name, KIND_FUNC);
  }
}

export type Verdict = { ok: true } | { ok: false; code: number; fault: number; offset: number; message: string };

/** Whether bytes are a valid module, and if not, why and where. Throws TypeError for what is not bytes. */
export function validate(bytes: ByteSource): Verdict {
  try {
    new Module(bytes);
    return { ok: true };
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    return { ok: false, code: error.code, fault: error.fault, offset: error.offset, message: error.reason };
  }
}
