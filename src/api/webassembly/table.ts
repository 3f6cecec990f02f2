// WebAssembly.Table. Spec: JS API, 5.4.

import { growTable, type Table as Raw } from '../../runtime/instance';
import { createTable } from '../../runtime/link';
import { elementType, limits, type TableKind } from './types';
import { allocate, pushDefault, pushValue, store, toValue } from './values';
import { asInterface, dictionary, Pairs, u32 } from './webidl';

export interface TableDescriptor {
  element: TableKind;
  initial: number;
  maximum?: number;
  /** Only "i32": there are no 64-bit tables. */
  address?: 'i32';
}

/** The handle of an element that is given, or of the default. */
function handle(type: number, given: boolean, value: unknown): number {
  const words: number[] = [];
  if (given) pushValue(words, type, value);
  else pushDefault(words, type);
  return words[0];
}

export class Table {
  /** value: what its elements are at first; null for functions and undefined for externref unless given. */
  constructor(descriptor: TableDescriptor, value?: unknown) {
    const elem = elementType(dictionary(descriptor, 'the descriptor').element);
    const { address, initial, maximum } = limits(descriptor, 'Table');
    if (address) throw new TypeError('64-bit tables are not supported');
    if (maximum >= 0 && initial > maximum) throw new RangeError('initial is above maximum');
    const first = handle(elem, value !== undefined, value);
    tables.add(
      this,
      allocate('table', () => createTable(store, { elem, min: initial, max: maximum, wide: null }, first)),
    );
  }

  get length(): number {
    return tables.raw(this).size;
  }

  /** Grows by delta elements; returns the length before. Throws RangeError. */
  grow(delta: number, ...[value]: [value?: unknown]): number {
    const raw = tables.raw(this);
    const n = u32(delta, 'delta');
    const first = handle(raw.type.elem, value !== undefined, value);
    const old = allocate('table', () => growTable(raw, n, first));
    if (old < 0) throw new RangeError('the table cannot grow so far');
    return old;
  }

  /** Throws RangeError outside the table. */
  get(index: number): any {
    const raw = tables.raw(this);
    return toValue(raw.type.elem, raw.elems[place(raw, index)], 0);
  }

  /** value: may be left out, for the default. Throws RangeError outside the table, TypeError for what the type is not. */
  set(index: number, ...value: [value?: unknown]): void {
    const raw = tables.raw(this);
    const at = place(raw, index);
    raw.elems[at] = handle(raw.type.elem, value.length > 0, value[0]);
  }
}

function place(raw: Raw, index: unknown): number {
  const at = u32(index, 'index');
  if (at >= raw.size) throw new RangeError(`no element ${at} in a table of ${raw.size}`);
  return at;
}

/** Tables and their objects. */
export const tables = new Pairs<Table, Raw>('Table', () => Object.create(Table.prototype));

asInterface('Table', Table, 1);
