// Takes custom sections out of a module and leaves every other byte as it is. Desk only. Spec: core 3.0, 5.5.3 Custom Section.

import { createReader, type ModuleEvents } from './reader';

/** A custom section of a module: [start, stop) with its head. */
export interface CustomSection {
  name: string;
  start: number;
  stop: number;
}

/** The custom sections of a module, in order. Throws a fault number where it is malformed. */
export function customSections(bytes: Uint8Array): CustomSection[] {
  const customs: CustomSection[] = [];
  let start = 0;
  const nothing = () => {};
  const on: ModuleEvents = {
    section: (_id, offset) => {
      start = offset;
    },
    custom: (name, contentAt, size) => void customs.push({ name, start, stop: contentAt + size }),
    ...{
      type: nothing,
      imported: nothing,
      func: nothing,
      table: nothing,
      memory: nothing,
      tag: nothing,
      global: nothing,
      exported: nothing,
    },
    ...{ start: nothing, elem: nothing, elemFunc: nothing, elemExpr: nothing, dataCount: nothing, data: nothing, code: nothing },
    ...{ content: nothing, end: nothing },
  };
  const reader = createReader(on);
  reader.feed(bytes, 0, bytes.length);
  reader.end();
  return customs;
}

/** A copy of the module without the custom sections that are not to be kept. Throws a fault number where it is malformed. */
export function strip(bytes: Uint8Array, keep: (name: string) => boolean = () => false): Uint8Array {
  const out = new Uint8Array(bytes.length);
  let at = 0;
  let size = 0;
  const copy = (stop: number) => {
    out.set(bytes.subarray(at, stop), size);
    size += stop - at;
  };
  for (const { name, start, stop } of customSections(bytes)) {
    if (keep(name)) continue;
    copy(start);
    at = stop;
  }
  copy(bytes.length);
  return out.slice(0, size);
}
