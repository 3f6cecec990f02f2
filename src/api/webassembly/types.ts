// The words of the JS API for types. Spec: JS API, 5.5 (ToValueType, TableKind), 5.1 (ImportExportKind).

import { EXTERNREF, F32, F64, FUNCREF, I32, I64, V128 } from '../../spec/types';
import { dictionary, u32 } from './webidl';

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'externref' | 'anyfunc' | 'funcref';
export type TableKind = 'externref' | 'anyfunc' | 'funcref';
export type ImportExportKind = 'function' | 'table' | 'memory' | 'global' | 'tag';

/** By the external kinds' numbers. */
export const KINDS: ImportExportKind[] = ['function', 'table', 'memory', 'global', 'tag'];

const TYPES: Record<string, number> = {
  i32: I32,
  i64: I64,
  f32: F32,
  f64: F64,
  v128: V128,
  externref: EXTERNREF,
  anyfunc: FUNCREF, // the JS API's name, and
  funcref: FUNCREF, // that of the type reflection proposal
};

/** ToValueType. Throws TypeError. */
export function valueType(name: unknown): number {
  const text = String(name);
  if (!Object.hasOwn(TYPES, text)) throw new TypeError(`${text} is not a value type`);
  return TYPES[text];
}

/** A table's element type. Throws TypeError. */
export function elementType(name: unknown): number {
  const type = valueType(name);
  if (type !== EXTERNREF && type !== FUNCREF) throw new TypeError(`a table holds no ${name}`);
  return type;
}

/** The members that descriptors of memories and tables share, read in the order of Web IDL. maximum: -1 = none. Throws TypeError. */
export function limits(
  descriptor: unknown,
  what: 'Memory' | 'Table',
): { address: boolean; initial: number; maximum: number; shared: boolean } {
  const given = dictionary(descriptor, 'the descriptor');
  const address = given.address ?? given.index;
  if (address !== undefined && String(address) !== 'i32' && String(address) !== 'i64')
    throw new TypeError(`${address} is not an address type`);
  const { initial, maximum } = given;
  const shared = what === 'Memory' && Boolean(given.shared);
  if (initial === undefined) throw new TypeError(`a ${what} needs its initial size`);
  return {
    address: String(address) === 'i64',
    initial: u32(initial, 'initial'),
    maximum: maximum === undefined ? -1 : u32(maximum, 'maximum'),
    shared,
  };
}
