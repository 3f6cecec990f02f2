// npm run conformance [-- --json] [--texts] [--engine node|quickjs|duktape|mqjs] [--executor interp|jsA|jsPlain|jsB|all] [--slice FUEL] [FILES or
// folders…]: runs the public suite (docs/conformance.md). Prints the skip file, every failure, a table for each executor; --slice: jsA and
// the interpreter stop and go on each FUEL; --texts: also where we say a fault in other words than the script; with --json the last line is
// one object. Exit code 1 when anything failed that is not in the skip file, or anything that is in it did not.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ExecutorName, executors } from '../../device/duktape/executors';
import type { Engine, Way } from './engine';
import { engines } from './engines';
import { asJson, type Report, runSuite, table, tell } from './report';
import { readSkips, SUITE, scriptsAt } from './suite';

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    texts: { type: 'boolean', default: false },
    engine: { type: 'string', default: 'node' },
    executor: { type: 'string', default: 'interp' },
    slice: { type: 'string', default: '0' },
  },
  allowPositionals: true,
});

function complain(text: string): never {
  console.error(text);
  process.exit(2);
}

const names = values.executor === 'all' ? Object.keys(executors) : [values.executor];
if (names.some(name => !(name in executors)))
  complain(`there is no executor ${values.executor}: ${Object.keys(executors).join(', ')} or all`);
const slice = Number(values.slice);
if (!Number.isInteger(slice) || slice < 0) complain(`--slice ${values.slice}: fuel is a whole number`);
const ways: Way[] = names.map(name => ({ executor: name as ExecutorName, slice: name === 'jsB' ? 0 : slice }));
const all: Engine[] = ways.map(
  way =>
    engines(way).find(one => one.name === values.engine) ?? complain(`there is no engine ${values.engine}: node, quickjs, duktape or mqjs`),
);
const { name, missing } = all[0]!;

const skips = readSkips();
console.log(skips.text.trimEnd());
if (missing !== null) {
  console.log(`skipped: ${missing}`);
  if (values.json) console.log(asJson([]));
  process.exit(0);
}
for (const path of positionals) if (!existsSync(path)) complain(`${path}: no such file`);
if (positionals.length === 0 && !existsSync(SUITE)) complain(`the suite is not at ${SUITE}: name its files or folders`);
const whole = positionals.length === 0;
const paths = !whole
  ? positionals
  : name === 'node'
    ? ['core', 'proposals'].map(part => join(SUITE, part))
    : skips.engines.map(script => join(SUITE, script));

async function runAll(engine: Engine): Promise<Report[]> {
  const reports: Report[] = [];
  for (const script of scriptsAt(paths)) {
    const report = await runSuite(script, engine, skips);
    reports.push(report);
    for (const line of report.failures) console.log(line);
    if (values.texts) for (const outcome of report.outcomes) if (outcome.said === false) console.log(tell(script, outcome));
  }
  console.log(`${all.length > 1 ? `\n${engine.way.executor}\n` : ''}${table(reports)}`);
  return reports;
}

const results: [executor: string, reports: Report[]][] = [];
for (const engine of all) results.push([engine.way.executor, await runAll(engine)]);
if (values.json) {
  const objects = results.map(([executor, reports]) => [executor, asJson(reports)] as const);
  console.log(objects.length === 1 ? objects[0]![1] : `{${objects.map(([executor, text]) => `"${executor}":${text}`).join()}}`);
}
process.exitCode = results.some(([, reports]) => reports.some(report => report.failures.length > 0)) ? 1 : 0;
