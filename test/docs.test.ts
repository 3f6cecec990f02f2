// What the documents show is what happens: a block marked `run` is run, and what it prints is what stands under it.
//   ```js run       a program for Node; its output in the ```text block that follows
//   ```console run  `$ npx wasmote …` lines, each followed by what it prints, and [exit code] when that is not 0
// And links lead somewhere.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { terminal } from './cli/terminal';

const inside = (folder: string, end: string) =>
  readdirSync(folder)
    .filter(file => file.endsWith(end))
    .map(file => join(folder, file));
const pages = [...inside('.', '.md'), ...inside('docs', '.md'), 'examples/README.md'];
const dir = mkdtempSync(join('node_modules', '.docs-')); // inside the project, so that packages are found
afterAll(() => rmSync(dir, { recursive: true }));

describe.each(pages)('%s', page => {
  const text = readFileSync(page, 'utf8');

  for (const [at, [, program, output]] of [...text.matchAll(/^```js run\n([\s\S]*?)^```\n```text\n([\s\S]*?)^```/gm)].entries())
    test(`program ${at + 1}`, () => {
      const file = join(dir, `${page.replace(/\W/g, '-')}-${at}.mjs`);
      const source = { wasmote: 'src/index.ts', 'wasmote/webassembly': 'src/webassembly.ts' };
      const entry = (quoted: string, name: keyof typeof source) => quoted.replace(name, String(pathToFileURL(source[name])));
      writeFileSync(file, program!.replace(/(?<=from )'(wasmote|wasmote\/webassembly)'/g, entry));
      expect(execFileSync(process.execPath, ['--import', 'tsx', file], { encoding: 'utf8' })).toBe(output);
    });

  const console = [...text.matchAll(/^```console run\n([\s\S]*?)^```/gm)].flatMap(([, block]) => block!.split(/^\$ /m).slice(1));
  for (const shown of console) {
    const [line, ...printed] = shown.trimEnd().split('\n');
    test(line!, async () => {
      const words = [...line!.replace(/^npx wasmote /, '').matchAll(/'([^']*)'|(\S+)/g)].map(match => match[1] ?? match[2]!);
      const { code, out, err } = await terminal()(words);
      const got = [out, err, code === 0 ? '' : `[exit code ${code}]`].map(part => part.trimEnd()).filter(part => part !== '');
      expect(got.join('\n').replace(/\n+/g, '\n')).toBe(printed.join('\n')); // the test's terminal ends every write with a newline
    });
  }

  test('links lead somewhere', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(match => match[1]!);
    expect(links.filter(link => !existsSync(join(dirname(page), link)))).toEqual([]);
  });
});
