// npm run conformance [-- --json] [--texts] [--engine node|quickjs|duktape|mqjs] [FILES or folders…]: runs the public suite
// (docs/conformance.md). Prints the skip file, every failure, a table; --texts: also where we say a fault in other words than the script;
// with --json the last line is one object. Exit code 1 when anything failed that is not in the skip file, or anything that is in it did not.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Engine } from './engine';
import { engines } from './engines';
import { asJson, type Report, runSuite, table, tell } from './report';
import { readSkips, SUITE, scriptsAt } from './suite';

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    texts: { type: 'boolean', default: false },
    engine: { type: 'string', default: 'node' },
  },
  allowPositionals: true,
});

function complain(text: string): never {
  console.error(text);
  process.exit(2);
}

const engine: Engine =
  engines().find(one => one.name === values.engine) ?? complain(`there is no engine ${values.engine}: node, quickjs, duktape or mqjs`);
const skips = readSkips();
console.log(skips.text.trimEnd());
if (engine.missing !== null) {
  console.log(`skipped: ${engine.missing}`);
  if (values.json) console.log(asJson([]));
  process.exit(0);
}
for (const path of positionals) if (!existsSync(path)) complain(`${path}: no such file`);
if (positionals.length === 0 && !existsSync(SUITE)) complain(`the suite is not at ${SUITE}: name its files or folders`);
const whole = positionals.length === 0;
const paths = !whole
  ? positionals
  : engine.name === 'node'
    ? ['core', 'proposals'].map(part => join(SUITE, part))
    : skips.engines.map(name => join(SUITE, name));
const reports: Report[] = [];
for (const script of scriptsAt(paths)) {
  const report = await runSuite(script, engine, skips);
  reports.push(report);
  for (const line of report.failures) console.log(line);
  if (values.texts) for (const outcome of report.outcomes) if (outcome.said === false) console.log(tell(script, outcome));
}
console.log(table(reports));
if (values.json) console.log(asJson(reports));
process.exitCode = reports.some(report => report.failures.length > 0) ? 1 : 0;
