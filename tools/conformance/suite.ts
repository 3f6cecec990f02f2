// The public suite as it lies in a folder: core/*.wast, core/NAME/*.wast and proposals/NAME/*.wast; which features each directory is
// written for; and the skip file beside this one.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as F from '../../src/spec/features';

const here = dirname(fileURLToPath(import.meta.url));
/** Where the suite lies unless a path is given. */
export const SUITE = join(here, '../../../shared/conformance');
export const SKIP_FILE = join(here, 'skip.txt');

/** WebAssembly 3.0. */
const STANDARD =
  F.TAIL_CALL |
  F.EXCEPTIONS |
  F.TYPED_REFS |
  F.MULTI_MEMORY |
  F.EXTENDED_CONST |
  F.MEMORY64 |
  F.SIMD |
  F.RELAXED_SIMD |
  F.GC |
  F.MULTI_TABLE;
const PROPOSALS: Record<string, number> = {
  'custom-page-sizes': STANDARD | F.CUSTOM_PAGES,
  'wide-arithmetic': STANDARD | F.WIDE_ARITHMETIC,
  threads: F.THREADS, // its scripts are older: a second table or memory is an error in them
};
/** All that this build reads, for scripts of no directory of the suite. */
export const EVERYTHING = STANDARD | F.CUSTOM_PAGES | F.THREADS | F.WIDE_ARITHMETIC;

export interface Script {
  path: string;
  /** As the skip file names it: core/address.wast, proposals/threads/atomic.wast. */
  name: string;
  /** The feature directory: core, simd, threads, … */
  dir: string;
  features: number;
}

export function scriptOf(path: string): Script {
  const parts = resolve(path).split('/');
  const root = Math.max(parts.lastIndexOf('core'), parts.lastIndexOf('proposals'));
  const dir = basename(dirname(resolve(path)));
  const name = root < 0 ? relative('.', path) : parts.slice(root).join('/');
  const features = parts[root] === 'proposals' ? PROPOSALS[dir] : parts[root] === 'core' ? STANDARD : undefined;
  return { path, name, dir, features: features ?? EVERYTHING };
}

/** The scripts at paths (files, or folders with all in them), by name. */
export function scriptsAt(paths: string[]): Script[] {
  const files = paths.flatMap(path =>
    statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true, encoding: 'utf8' })
          .filter(file => file.endsWith('.wast'))
          .sort()
          .map(file => join(path, file))
      : [path],
  );
  return files.map(scriptOf);
}

export interface Skips {
  /** The file's text. */
  text: string;
  /** Scripts of WebAssembly 1.0 and 2.0, that small engines run, by name. */
  engines: string[];
  /** What is not expected to hold, as "NAME:LINE"; where it names engines, only in those. */
  entries: { at: string; engines: string[] }[];
}

/** Reads the skip file: its form stands at its head. */
export function readSkips(file = SKIP_FILE): Skips {
  const skips: Skips = { text: readFileSync(file, 'utf8'), engines: [], entries: [] };
  for (const line of skips.text.split('\n').filter(each => !/^\s*(#|$)/.test(each))) {
    const entry = /^(\S+\.wast:\d+)(?:\s+\(([\w, ]+)\))?\s+\w/.exec(line);
    const list = /^engines (\S+): (.*)$/.exec(line);
    if (entry) skips.entries.push({ at: entry[1]!, engines: entry[2]?.split(/, */) ?? [] });
    else if (list) skips.engines.push(...list[2]!.split(' ').map(name => `${list[1]}/${name}.wast`));
    else throw new Error(`${file}: neither an entry nor a list: ${line}`);
  }
  return skips;
}
