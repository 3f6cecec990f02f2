// A simulated board's storage: a folder, one file per name, with the board's size limit. Survives a kill of the process at any
// point: replace() shows old or new content, never a mix. Contract: Storage in device/host.ts.

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Storage } from '../../device/host';

const NAME = /^[a-z0-9._-]{1,27}$/;
const TEMP = '~'; // not in NAME, so never in the way of a file

/** Bytes a file costs beside its data, as Espruino's storage counts them. */
export const HEADER_BYTES = 32;

/** Opens (creates) the folder. Names outside [a-z0-9._-]{1,27} throw: the agent must not send any. */
export function openFolder(dir: string, limitBytes: number): Storage {
  mkdirSync(dir, { recursive: true });
  const sizes = new Map<string, number>();
  for (const name of readdirSync(dir)) {
    if (NAME.test(name)) sizes.set(name, statSync(join(dir, name)).size);
    else if (name.endsWith(TEMP)) rmSync(join(dir, name)); // a replace that was cut off
  }

  function pathOf(name: string): string {
    if (!NAME.test(name) || /^\.+$/.test(name)) throw new RangeError(`bad file name ${JSON.stringify(name)}`);
    return join(dir, name);
  }
  function free(): number {
    let used = 0;
    for (const size of sizes.values()) used += size + HEADER_BYTES;
    return Math.max(0, limitBytes - used - HEADER_BYTES);
  }
  /** Whether `name` may have `size` bytes, given what it has. */
  const fits = (name: string, size: number) => size - (sizes.get(name) ?? 0) <= free();

  return {
    list: () => [...sizes.keys()],
    size: name => sizes.get(name) ?? -1,
    read: (name, offset, target, start, n) => {
      if (!sizes.has(name)) return 0;
      const file = openSync(pathOf(name), 'r');
      try {
        return readSync(file, target, start, Math.min(n, target.length - start), offset);
      } finally {
        closeSync(file);
      }
    },
    write: (name, offset, src, start, end) => {
      const path = pathOf(name);
      const size = Math.max(sizes.get(name) ?? 0, offset + end - start);
      if (!fits(name, size)) return false;
      const file = openSync(path, sizes.has(name) ? 'r+' : 'w+');
      try {
        if (end > start) writeSync(file, src, start, end - start, offset);
      } finally {
        closeSync(file);
      }
      sizes.set(name, size);
      return true;
    },
    replace: (name, src) => {
      const path = pathOf(name);
      if (!fits(name, src.length)) return false;
      const temp = path + TEMP;
      writeFileSync(temp, src, { flush: true });
      renameSync(temp, path);
      sizes.set(name, src.length);
      return true;
    },
    remove: name => {
      if (sizes.delete(name)) rmSync(pathOf(name), { force: true });
    },
    rename: (from, to) => {
      if (!sizes.has(from)) return;
      const path = pathOf(from);
      const file = openSync(path, 'r+');
      fsyncSync(file); // what a rename publishes must be whole
      closeSync(file);
      renameSync(path, pathOf(to));
      sizes.set(to, sizes.get(from)!);
      if (from !== to) sizes.delete(from);
    },
    free,
  };
}
