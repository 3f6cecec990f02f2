// The rules of ARCHITECTURE.md that can be read off the files: who may import whom, no cycles, headers, and that only the tool prints.
// Imports of types alone and what `import()` loads later are held to the directions, not to the ban on cycles: neither runs at load.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from 'esbuild';
import { parseAst } from 'rollup/parseAst';
import ts from 'typescript';
import { expect, test } from 'vitest';

const files = ['src', 'device', 'tools', 'boards', 'test'].flatMap(folder =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => join(folder, file)),
);
const texts = new Map(files.map(file => [file, readFileSync(file, 'utf8')]));

/** What a folder of this name may import besides itself. The longest name that fits a file is its rule; tools and test are free. */
const MAY: Record<string, string> = {
  'src/errors': '',
  'src/wire': '',
  'src/spec': '',
  'src/binary': 'src/spec',
  'src/validate': 'src/spec src/binary',
  'src/runtime': 'src/spec src/binary src/validate',
  'src/interp': 'src/spec src/validate src/runtime',
  'src/jstext': 'src/spec src/validate src/runtime src/errors src/wire/sha256.ts',
  'src/tier': 'src/spec src/runtime src/interp src/jstext',
  'src/libc': 'src/spec src/runtime',
  'src/wasi': 'src/spec src/runtime',
  'src/app': 'src/spec src/runtime src/errors',
  'src/text': 'src/spec src/binary src/runtime',
  'src/api': 'src/errors src/spec src/binary src/validate src/runtime src/interp src/text',
  'src/index.ts': 'src/api src/spec src/runtime src/interp src/jstext src/libc src/wasi',
  'src/webassembly.ts': 'src/api',
  'device/host.ts': 'src/runtime', // types
  'device/parts': 'src device/host.ts',
  'device/agent': 'src device/host.ts device/parts/names.ts',
  'device/quickjs': 'device/agent device/host.ts',
  'device/duktape': 'src', // the runtime alone, for the engine tests
  'device/node': 'device/agent device/parts device/host.ts',
  boards: 'device/host.ts',
  tools: 'src device boards',
  test: 'src device boards tools',
};
const within = (file: string, folder: string) => file === folder || file.startsWith(`${folder}/`);
const ruleOf = (file: string) => Object.keys(MAY).find(folder => within(file, folder));

/** The project's own files among what a file imports. */
function own(file: string, names: string[]): string[] {
  const paths = names.filter(name => name.startsWith('.')).map(name => join(dirname(file), name));
  return files.filter(one => paths.includes(one) || paths.includes(one.slice(0, -3)));
}
const imports = (file: string) =>
  own(
    file,
    ts.preProcessFile(texts.get(file)!).importedFiles.map(one => one.fileName),
  );
const runs = (file: string) => {
  const { body } = parseAst(transformSync(texts.get(file)!, { loader: 'ts' }).code);
  return own(
    file,
    body.flatMap(node => ('source' in node && node.source ? [String(node.source.value)] : [])),
  );
};

test('imports go one way', () => {
  const wrong = files.flatMap(file => {
    const rule = ruleOf(file);
    if (rule === undefined) return [`${file}: no rule`];
    const allowed = [rule, ...MAY[rule]!.split(' ')];
    return imports(file)
      .filter(to => !allowed.some(folder => within(to, folder)))
      .map(to => `${file} -> ${to}`);
  });
  expect(wrong).toEqual([]);
});

test('there are no cycles', () => {
  const edges = new Map(files.map(file => [file, runs(file)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (done.has(file)) return;
    done.add(file);
    for (const to of edges.get(file)!) visit(to, [...path, file]);
  };
  for (const file of files) visit(file, []);
  expect(cycles).toEqual([]);
});

test('every file begins with what it is, generated ones with where they come from', () => {
  const first = (file: string) =>
    texts
      .get(file)!
      .replace(/^#!.*\n/, '')
      .split('\n', 1)[0]!;
  expect(files.filter(file => !(file.endsWith('.gen.ts') ? /^\/\/ Generated / : /^\/\/ /).test(first(file)))).toEqual([]);
});

test('only the tool prints or exits', () => {
  const quiet = files.filter(file => /^(src|device|tools\/(link|manager|sim|build))\//.test(file));
  expect(quiet.filter(file => /\bconsole\.[a-z]|\bprocess\.(stdout|stderr|exit)\b/.test(texts.get(file)!))).toEqual([]);
});

test('the lock file holds no download addresses', () => {
  expect(readFileSync('package-lock.json', 'utf8')).not.toMatch(/"resolved"|\.tgz"/);
});
