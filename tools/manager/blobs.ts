// Packages by SHA-256 in a cache directory, so that a manager started later can go on serving an install that was cut.
// A file's content is checked against its name when it is read: a damaged one does not exist.

import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Blobs {
  /** Stores bytes; returns their SHA-256 in hex. */
  put(bytes: Uint8Array): string;
  /** The blob whose digest begins with these hex digits; null when there is none. */
  find(locator: string): Uint8Array | null;
}

const KEEP = 200; // newest files; older ones go

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** dir is created on the first put. */
export function openBlobs(dir: string): Blobs {
  const names = (): string[] => {
    try {
      return readdirSync(dir).filter(name => /^[0-9a-f]{64}$/.test(name));
    } catch {
      return [];
    }
  };
  return {
    put(bytes) {
      const digest = sha256(bytes);
      mkdirSync(dir, { recursive: true });
      const temporary = join(dir, randomBytes(8).toString('hex') + '.tmp');
      writeFileSync(temporary, bytes);
      renameSync(temporary, join(dir, digest)); // also refreshes its age
      const all = names();
      if (all.length > KEEP) {
        const age = (name: string) => statSync(join(dir, name)).mtimeMs;
        for (const name of all.sort((a, b) => age(a) - age(b)).slice(0, all.length - KEEP)) rmSync(join(dir, name), { force: true });
      }
      return digest;
    },
    find(locator) {
      if (!/^[0-9a-f]{16,64}$/.test(locator)) return null;
      const name = names().find(each => each.startsWith(locator));
      if (!name) return null;
      const bytes = readFileSync(join(dir, name));
      return sha256(bytes) === name ? bytes : null;
    },
  };
}
