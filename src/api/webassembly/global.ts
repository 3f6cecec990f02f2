// WebAssembly.Global. Spec: JS API, 5.5.

import type { Global as Raw } from '../../runtime/instance';
import { createGlobal } from '../../runtime/link';
import { isRef, V128 } from '../../spec/types';
import { type ValueType, valueType } from './types';
import { pushDefault, pushValue, store, toValue } from './values';
import { asInterface, dictionary, Pairs } from './webidl';

export interface GlobalDescriptor {
  value: ValueType;
  mutable?: boolean;
}

export class Global {
  constructor(descriptor: GlobalDescriptor, ...value: [value?: unknown]) {
    const given = dictionary(descriptor, 'the descriptor');
    const mut = Boolean(given.mutable);
    const type = valueType(given.value);
    if (type === V128) throw new TypeError('JavaScript has no values of type v128');
    globals.add(this, newGlobal(type, mut, value));
  }

  get value(): any {
    const raw = globals.raw(this);
    return toValue(raw.type.type, raw.lo, raw.hi);
  }
  set value(value: unknown) {
    const raw = globals.raw(this);
    if (!raw.type.mut) throw new TypeError('the global is immutable');
    assign(raw, value);
  }

  valueOf(): any {
    return this.value;
  }
}

function assign(raw: Raw, value: unknown): void {
  const words: number[] = [];
  pushValue(words, raw.type.type, value);
  raw.lo = words[0];
  raw.hi = words[1];
}

/** A global that holds the first of the arguments; its default when there is none, and for numbers also when it is undefined. */
export function newGlobal(type: number, mut: boolean, args: unknown[]): Raw {
  const words: number[] = [];
  if (args.length === 0 || (args[0] === undefined && !isRef(type))) pushDefault(words, type);
  else pushValue(words, type, args[0]);
  return createGlobal(store, { type, mut }, words[0], words[1]);
}

/** Globals and their objects. */
export const globals = new Pairs<Global, Raw>('Global', () => Object.create(Global.prototype));

asInterface('Global', Global, 1);
