// Well-used packages that ship a .wasm, on our WebAssembly in the place of the engine's: the examples of their READMEs are cut out of the
// installed packages, run on both, and print the same. Meanwhile the engine's own refuses to do anything.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import ours from '../../src/webassembly';

const realm = globalThis as unknown as { WebAssembly: any };
const native = realm.WebAssembly;
const require = createRequire(import.meta.url);
const AsyncFunction = (async () => {}).constructor as new (...args: string[]) => (...args: unknown[]) => Promise<unknown>;

const LOAD = { 'source-map': () => require('source-map'), 'sql.js': () => require('sql.js') };

/** The JavaScript block of a package's README that contains `part`. */
function example(name: string, part: string): string {
  const readme = readFileSync(`node_modules/${name}/README.md`, 'utf8');
  return [...readme.matchAll(/^```(?:js|javascript)\n([\s\S]*?)^```/gm)].map(match => match[1]!).find(code => code.includes(part))!;
}

/** Loads the package afresh, runs code with these names, and gives what it prints and returns. */
async function run(
  name: keyof typeof LOAD,
  code: string,
  scope: (loaded: any) => Record<string, unknown>,
  printed: string[] = [],
): Promise<string[]> {
  for (const file of Object.keys(require.cache)) if (file.includes(`/node_modules/${name}/`)) delete require.cache[file];
  const print = {
    log: (...values: unknown[]) => printed.push(values.map(value => inspect(value, { depth: null })).join(' ')),
    warn: () => {},
  };
  const names = { console: print, ...scope(LOAD[name]()) };
  const result = await new AsyncFunction(...Object.keys(names), code)(...Object.values(names));
  return [...printed, inspect(result, { depth: null })];
}

/** The same with our WebAssembly; the engine's throws wherever it is called. */
async function onOurs(...args: Parameters<typeof run>): Promise<string[]> {
  const members = Object.entries(Object.getOwnPropertyDescriptors(native));
  const refuse = function () {
    throw new Error("the engine's WebAssembly was used");
  };
  for (const [name, { value }] of members) if (typeof value === 'function') Object.defineProperty(native, name, { value: refuse });
  realm.WebAssembly = ours;
  try {
    return await run(...args);
  } finally {
    realm.WebAssembly = native;
    for (const [name, descriptor] of members) Object.defineProperty(native, name, descriptor);
  }
}

test('source-map: consuming a source map', async () => {
  const code = example('source-map', 'SourceMapConsumer.with(rawSourceMap');
  const scope = ({ SourceMapConsumer }: any) => ({ SourceMapConsumer, computeWhatever: () => 'whatever' });
  const printed = await onOurs('source-map', `${code}\nreturn whatever;`, scope);
  expect(printed).toEqual(await run('source-map', `${code}\nreturn whatever;`, scope));
  expect(printed[1]).toBe("{\n  source: 'http://example.com/www/js/two.js',\n  line: 2,\n  column: 10,\n  name: 'n'\n}");
});

test('source-map: the mappings of a large file', async () => {
  const code = `
    const generator = new SourceMapGenerator({ file: 'out.js' });
    for (let line = 1; line <= 300; line++)
      for (let column = 0; column < 90; column += 9)
        generator.addMapping({ generated: { line, column }, source: 'in' + (line % 7) + '.js', original: { line: 301 - line, column: column * 2 }, name: 'n' + (column % 4) });
    return SourceMapConsumer.with(generator.toString(), null, consumer => {
      let sum = 0;
      consumer.computeColumnSpans();
      consumer.eachMapping(m => { sum = (sum * 31 + m.generatedLine + m.originalColumn + m.name.length) % 1000003; });
      return [sum, consumer.allGeneratedPositionsFor({ source: 'in3.js', line: 298 }), consumer.originalPositionFor({ line: 250, column: 40, bias: SourceMapConsumer.LEAST_UPPER_BOUND })];
    });`;
  const scope = ({ SourceMapConsumer, SourceMapGenerator }: any) => ({ SourceMapConsumer, SourceMapGenerator });
  expect(await onOurs('source-map', code, scope)).toEqual(await run('source-map', code, scope));
});

test('sql.js: usage', async () => {
  const code = example('sql.js', 'CREATE TABLE hello')
    .replace('db.exec("SELECT json_agg', 'console.log(db.exec("SELECT json_agg')
    .replace("('world'))\");", "('world'))\"));");
  const whole = `${code}\nreturn [res, db.exec('SELECT * FROM hello'), Buffer.from(binaryArray).toString('base64')];`;
  const scope = (initSqlJs: any) => ({ require: () => () => initSqlJs() }); // without locateFile, as the README says for Node
  const printed = await onOurs('sql.js', whole, scope);
  expect(printed).toEqual(await run('sql.js', whole, scope));
  expect(printed.slice(0, 2)).toEqual(["{ a: 1, b: 'world' }", "[ 0, 'hello' ]"]);
  expect(printed[2]).toContain('["hello","world"]');
});

test('sql.js: a query over hundreds of rows, and errors', async () => {
  const code = `
    const db = new (await initSqlJs()).Database();
    db.run('CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, x REAL); CREATE INDEX names ON t (name)');
    db.run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO t SELECT i, 'n' || (i * 7919 % 1000), i / 7.0 FROM n");
    let error;
    try { db.exec('SELECT nothing FROM nowhere'); } catch (e) { error = e.message; }
    return [db.exec('SELECT name, sum(x), max(id) FROM t GROUP BY id % 5 ORDER BY 2 DESC'), db.exec("SELECT id FROM t WHERE name BETWEEN 'n30' AND 'n31'"), error];`;
  const scope = (initSqlJs: any) => ({ initSqlJs });
  expect(await onOurs('sql.js', code, scope)).toEqual(await run('sql.js', code, scope));
});
