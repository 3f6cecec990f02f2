// The public suite, where ../shared has it: every script on Node, each kind of assertion as often as its README says; what can be run of it
// compiled, in both forms, stopping often; some scripts of the 1.0 and 2.0 part in the other engines, interpreted and compiled (all of
// them: npm run conformance -- --engine NAME --executor NAME).

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { INTERPRETED, nodeEngine, type Way } from '../../tools/conformance/engine';
import { engines } from '../../tools/conformance/engines';
import { type Report, runSuite } from '../../tools/conformance/report';
import { readSkips, type Script, SUITE, scriptsAt } from '../../tools/conformance/suite';

const missing = !existsSync(SUITE);
const skips = readSkips();

function scriptsByDir(): [dir: string, scripts: Script[]][] {
  const dirs = new Map<string, Script[]>();
  for (const script of missing ? [] : scriptsAt(['core', 'proposals'].map(part => join(SUITE, part))))
    dirs.set(script.dir, [...(dirs.get(script.dir) ?? []), script]);
  return [...dirs];
}

const KINDS = [
  'assert_return',
  'assert_trap',
  'assert_exhaustion',
  'assert_exception',
  'assert_invalid',
  'assert_malformed',
  'assert_unlinkable',
];

/** Files, then assertions of each of KINDS, then all of them, by the README's table. */
function counted(dir: string): number[] {
  const row = readFileSync(join(SUITE, 'README.md'), 'utf8')
    .split('\n')
    .map(line => line.split('|').map(cell => cell.trim()))
    .find(cells => new RegExp(`^(proposal )?${dir}( \\(top level\\))?$`).test(cells[1] ?? ''));
  return row!.slice(2, 11).map(cell => Number(cell.replace(',', '')));
}

async function runAll(scripts: Script[], engine = nodeEngine()): Promise<Report[]> {
  const reports: Report[] = [];
  for (const script of scripts) reports.push(await runSuite(script, engine, skips));
  return reports;
}

describe.skipIf(missing)('the public suite on Node', () => {
  test.each(scriptsByDir())('%s', { timeout: 180_000 }, async (dir, scripts) => {
    const reports = await runAll(scripts);
    expect(reports.flatMap(report => report.failures)).toEqual([]);
    const outcomes = reports.flatMap(report => report.outcomes);
    const counts = KINDS.map(kind => outcomes.filter(({ step }) => step.form === kind).length);
    expect([scripts.length, ...counts, counts.reduce((a, b) => a + b)]).toEqual(counted(dir));
    const { passed, failed, skipped } = reports.reduce(
      (sum, { counts: c }) => ({ passed: sum.passed + c.passed, failed: sum.failed + c.failed, skipped: sum.skipped + c.skipped }),
      { passed: 0, failed: 0, skipped: 0 },
    );
    expect(passed + failed + skipped).toBe(counted(dir).at(-1));
    // What is skipped are runs of code alone.
    const skippedForms = new Set(outcomes.filter(each => each.status === 'skipped').map(({ step }) => step.form));
    expect(
      [...skippedForms].filter(form => !/^(assert_return|assert_trap|assert_exhaustion|assert_exception|invoke|get)$/.test(form)),
    ).toEqual([]);
    if (RUN.includes(dir)) expect(skipped).toBe(0);
  });
});

const RUN = ['core', 'bulk-memory', 'exceptions', 'multi-memory', 'custom-page-sizes'];
const COMPILED: Way[] = [
  { executor: 'jsA', slice: 100 },
  { executor: 'jsB', slice: 0 },
];
describe.skipIf(missing).each(COMPILED)('compiled: $executor', way => {
  test.each(scriptsByDir().filter(([dir]) => RUN.includes(dir)))('%s', { timeout: 180_000 }, async (_dir, scripts) => {
    const reports = await runAll(scripts, nodeEngine(way));
    expect(reports.flatMap(report => report.failures)).toEqual([]);
    expect(reports.flatMap(report => report.outcomes).filter(({ status }) => status !== 'passed')).toEqual([]);
  });
});

const SAMPLE = [
  'address',
  'binary-leb128',
  'block',
  'call',
  'call_indirect',
  'conversions',
  'f64',
  'i64',
  'imports',
  'linking',
  'memory_grow',
];
const COMPILED_SAMPLE = ['call_indirect', 'conversions', 'f64', 'memory_grow']; // compiling takes its time there

const WAYS: Way[] = [INTERPRETED, { executor: 'jsA', slice: 0 }];
for (const engine of WAYS.flatMap(way => engines(way)).filter(({ name }) => name !== 'node')) {
  const why = engine.missing ?? (missing ? 'no suite' : null);
  test.skipIf(why !== null)(`${engine.name}, ${engine.way.executor}: ${why ?? 'the same on a sample'}`, { timeout: 180_000 }, async () => {
    const sample = engine.way === INTERPRETED ? SAMPLE : COMPILED_SAMPLE;
    const scripts = scriptsAt(sample.map(name => join(SUITE, 'core', `${name}.wast`)));
    const verdicts = (reports: Report[]) =>
      reports.map(({ script, outcomes }) =>
        outcomes.map(({ step, status }) => {
          const at = `${script.name}:${step.line}`;
          const skip = skips.entries.some(entry => entry.at === at && entry.engines.includes(engine.name));
          return `${at} ${skip ? 'as in the skip file' : status}`;
        }),
      );
    const here = await runAll(scripts, engine);
    expect(here.flatMap(report => report.failures)).toEqual([]);
    expect(verdicts(here)).toEqual(verdicts(await runAll(scripts)));
  });
}

test('the skip file names scripts that are there', () => {
  expect(skips.engines.length).toBeGreaterThan(80);
  if (missing) return;
  const names = skips.entries.map(entry => entry.at.replace(/:\d+$/, ''));
  expect([...skips.engines, ...names].filter(name => !existsSync(join(SUITE, name)))).toEqual([]);
});
