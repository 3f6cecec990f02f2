// Reads a name section: names of the module and of what is in it. It is a custom section, so what is wrong with it is no fault: reading
// ends there. Device-safe. Spec: core 3.0, 7.6.1 Name Section; subsections 3 to 11: the extended-name-section proposal.

import { SECTION_END } from '../spec/faults';
import * as c from './cursor';

// Subsections
export const NAME_MODULE = 0;
export const NAME_FUNC = 1;
export const NAME_LOCAL = 2; // outer = function
export const NAME_LABEL = 3; // outer = function; labels count in the order of their blocks in it
export const NAME_TYPE = 4;
export const NAME_TABLE = 5;
export const NAME_MEMORY = 6;
export const NAME_GLOBAL = 7;
export const NAME_ELEM = 8;
export const NAME_DATA = 9;
export const NAME_FIELD = 10; // outer = type
export const NAME_TAG = 11;

/** Told each name: its subsection, its index in that space, and the one it lies in where it is one of an inner space (else 0). */
export type OnName = (space: number, outer: number, index: number, name: string) => void;

function nameMap(space: number, outer: number, on: OnName): void {
  for (let n = c.u32(); n > 0; n--) {
    const index = c.u32();
    on(space, outer, index, c.name());
  }
}

/** Reads the section's content, bytes[start, stop). Uses the cursor. Returns whether it was whole and well-formed. */
export function readNames(bytes: Uint8Array, start: number, stop: number, on: OnName): boolean {
  try {
    c.open(bytes, start, stop, 0, SECTION_END);
    while (c.left() > 0) {
      const space = c.byte();
      const size = c.u32();
      const end = c.at() + size;
      if (size > c.left()) return false;
      c.open(bytes, c.at(), end, 0, SECTION_END);
      if (space === NAME_MODULE) on(space, 0, 0, c.name());
      else if (space === NAME_LOCAL || space === NAME_LABEL || space === NAME_FIELD)
        for (let n = c.u32(); n > 0; n--) nameMap(space, c.u32(), on);
      else if (space <= NAME_TAG) nameMap(space, 0, on);
      c.open(bytes, end, stop, 0, SECTION_END);
    }
    return true;
  } catch (e) {
    if (typeof e !== 'number') throw e;
    return false;
  }
}
