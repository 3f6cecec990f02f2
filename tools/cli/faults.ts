// All that is wrong with a module, by the validator: what validate lists, and of a text where it is wrong.

import { createReader, type ModuleEvents } from '../../src/binary/reader';
import { COMPONENT, WASM } from '../../src/errors/codes';
import * as F from '../../src/spec/faults';
import { ALL } from '../../src/spec/features';
import { FEATURE_NAMES, faultText } from '../../src/spec/texts';
import { createPlaces } from '../../src/text/place';
import { createModuleValidator } from '../../src/validate/module';

export const MOST = 100; // faults that are told

export interface Fault {
  code: number; // of errors.md
  offset: number; // in the module; -1 = unknown
  message: string;
  /** In the text, where there is one. */
  line?: number;
  column?: number;
  source?: string; // the line, and a caret under it
}
/** The first of them, and how many more there are. */
export interface Faults {
  list: Fault[];
  more: number;
}
/** A fault as it was found: its number, its section, the entry of that by its index there. */
interface Found extends Fault {
  fault: number;
  section: number;
  entry: number;
}

// What adds an entry to its section
const ENTRIES = ['type', 'imported', 'func', 'table', 'memory', 'tag', 'global', 'exported', 'start', 'elem', 'data', 'code'] as const;

/** Function bodies are judged each on its own; all else ends it. */
function find(bytes: Uint8Array, features: number): { list: Found[]; more: number } {
  const list: Found[] = [];
  let more = 0;
  let section = 0;
  let entry = -1;
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      if (typeof error !== 'number') throw error;
      const { offset, detail } = F.fault;
      const code = error === F.COMPONENT ? COMPONENT : WASM;
      if (list.length === MOST) more++;
      else list.push({ code, offset, message: faultText(error, detail), fault: error, section, entry });
    }
  };
  const { events } = createModuleValidator(features);
  const inner = { ...events };
  events.section = (id, ...place) => {
    section = id;
    entry = -1;
    inner.section(id, ...place);
  };
  for (const name of ENTRIES) {
    const take = inner[name] as (...args: unknown[]) => void;
    (events as Record<keyof ModuleEvents, unknown>)[name] = (...args: unknown[]) => {
      entry++;
      if (name === 'code') attempt(() => take(...args));
      else take(...args);
    };
  }
  attempt(() => {
    const reader = createReader(events, features);
    reader.feed(bytes, 0, bytes.length);
    reader.end();
  });
  return { list, more };
}

/** Names the feature that is off and whose being on mends a fault, where there is one. */
function nameFeatures(list: Found[], bytes: Uint8Array, features: number): void {
  if (list.length === 0) return;
  let left = list;
  const all = Object.entries(FEATURE_NAMES).filter(([, bit]) => (ALL & ~features & bit) !== 0);
  const name = (added: number, what: string) => {
    const still = new Set(find(bytes, features | added).list.map(({ offset, message }) => `${offset} ${message}`));
    const mended = left.filter(({ offset, message }) => !still.has(`${offset} ${message}`));
    left = left.filter(fault => !mended.includes(fault));
    for (const fault of mended) fault.message = fault.fault === F.FEATURE ? `needs ${what}` : `${fault.message}; it needs ${what}`;
  };
  for (const [feature, bit] of all) if (left.length > 0) name(bit, `the feature ${feature}, which is off`);
  if (left.length > 0 && all.length > 1) name(ALL, `some of the features that are off: ${all.map(([feature]) => feature).join(', ')}`);
}

/** What is wrong with a module by these features; `text`: what the module was made of, so that it says where. */
export function faultsOf(bytes: Uint8Array, features: number, text: Uint8Array | null = null): Faults {
  const { list, more } = find(bytes, features);
  if ((ALL & ~features) !== 0) nameFeatures(list, bytes, features);
  const placeOf = text && list.length > 0 ? createPlaces(text, bytes) : null;
  return {
    list: list.map(({ code, offset, message, section, entry }) => {
      const place = placeOf?.(section, entry, offset, message);
      if (!place) return { code, offset, message };
      return { code, offset, message, line: place.line, column: place.column, source: place.message.split('\n').slice(1).join('\n') };
    }),
    more,
  };
}
