// Every part built in: for hosts with room (Node), for checks on the desk, and tests. Not for a device bundle.

import { addNatives, type Linker } from '../../src/runtime/link';
import type { Part } from '../host';
import * as libc from './libc';
import * as libcmore from './libcmore';
import * as math from './math';
import * as print from './print';
import * as tier from './tier';
import * as wamr from './wamr';
import * as wasi from './wasi';

export const parts: { [name: string]: Part } = { libc, libcmore, math, print, tier, wamr, wasi };

/** Host.part where everything is there from the start. */
export function part(name: string): Part | null {
  return parts[name] ?? null;
}

/** Offers the natives of every part. */
export function addParts(linker: Linker): Linker {
  for (const name of Object.keys(parts)) addNatives(linker, parts[name]!.natives);
  return linker;
}
