// Storage as a folder, one file per name, within a limit of bytes. Blobs are flushed when they get their final name; small
// records are replaced by a flushed file under the same name: after a cut either the old or the new content is there.
// Contract: Storage in device/host.ts.

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
import type { Storage } from '../host';

const NAME = /^[a-z0-9._-]{1,27}$/;
const NEW = '~'; // not in NAME: a replacement that was cut off

/**
 * Opens (and creates) a folder for at most limitBytes; headerBytes: what a file costs beside its data. Throws what the file system
 * throws; names that are not NAME throw RangeError.
 */
export function openFolder(dir: string, limitBytes: number, headerBytes = 0): Storage {
  mkdirSync(dir, { recursive: true });
  const sizes = new Map<string, number>();
  for (const name of readdirSync(dir)) {
    if (NAME.test(name)) sizes.set(name, statSync(join(dir, name)).size);
    else if (name.endsWith(NEW)) rmSync(join(dir, name));
  }

  const pathOf = (name: string): string => {
    if (!NAME.test(name) || /^\.+$/.test(name)) throw new RangeError(`bad file name ${JSON.stringify(name)}`);
    return join(dir, name);
  };
  const free = (): number => {
    let used = 0;
    for (const size of sizes.values()) used += size + headerBytes;
    return Math.max(0, limitBytes - used - headerBytes); // one header for the file that comes next
  };
  const fits = (name: string, size: number): boolean => size - (sizes.get(name) ?? 0) <= free();
  const flush = (path: string): void => withFile(path, 'r', file => fsyncSync(file));

  return {
    list: () => [...sizes.keys()],
    size: name => sizes.get(name) ?? -1,
    read: (name, offset, target, start, n) =>
      sizes.has(name) ? withFile(pathOf(name), 'r', file => readSync(file, target, start, Math.min(n, target.length - start), offset)) : 0,
    write(name, offset, src, start, end) {
      const size = Math.max(sizes.get(name) ?? 0, offset + end - start);
      if (!fits(name, size)) return false;
      withFile(pathOf(name), sizes.has(name) ? 'r+' : 'w+', file => writeSync(file, src, start, end - start, offset));
      sizes.set(name, size);
      return true;
    },
    replace(name, src) {
      if (!fits(name, src.length)) return false;
      const path = pathOf(name);
      writeFileSync(path + NEW, src, { flush: true });
      renameSync(path + NEW, path);
      flush(dir);
      sizes.set(name, src.length);
      return true;
    },
    remove(name) {
      if (sizes.delete(name)) rmSync(pathOf(name), { force: true });
    },
    rename(from, to) {
      const size = sizes.get(from);
      if (size === undefined) return;
      flush(pathOf(from));
      renameSync(pathOf(from), pathOf(to));
      flush(dir);
      sizes.delete(from);
      sizes.set(to, size);
    },
    free,
  };
}

function withFile<T>(path: string, flags: string, use: (file: number) => T): T {
  const file = openSync(path, flags);
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}
