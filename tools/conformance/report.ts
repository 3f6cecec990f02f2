// What comes of the suite's scripts: outcomes held against the skip file, counts by directory, and the share of texts that are the
// suite's own.

import { readFileSync } from 'node:fs';
import { TextError } from '../../src/text/error';
import type { Engine } from './engine';
import type { Outcome } from './judge';
import { type Counts, count, isAssertion, play } from './play';
import type { Script, Skips } from './suite';

export interface Report {
  script: Script;
  counts: Counts;
  /** By form of assertion: how often our text begins with the script's, of how many. */
  said: Record<string, [same: number, of: number]>;
  /** A line each: what failed and is not in the skip file, and what is in it and held. */
  failures: string[];
  outcomes: Outcome[];
}

/** Runs a script of the suite. */
export async function runSuite(script: Script, engine: Engine, skips: Skips): Promise<Report> {
  let outcomes: Outcome[];
  try {
    outcomes = await play(readFileSync(script.path), script.features, engine, engine.name === 'node' && engine.way.executor === 'interp');
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    const counts = { passed: 0, failed: 0, skipped: 0, modules: 0, actions: 0 };
    return { script, counts, said: {}, failures: [`${script.name}:${error.message}`], outcomes: [] };
  }
  const failures: string[] = [];
  const said: Report['said'] = {};
  for (const outcome of outcomes) {
    const { step } = outcome;
    const at = `${script.name}:${step.line}`;
    const skip = skips.entries.some(entry => entry.at === at && (entry.engines.length === 0 || entry.engines.includes(engine.name)));
    if ((outcome.status === 'failed') !== skip)
      failures.push(skip ? `${place(script, outcome)}: is in the skip file, and holds` : tell(script, outcome));
    if (outcome.said === null) continue;
    const tally = (said[step.form] ??= [0, 0]);
    tally[0] += outcome.said ? 1 : 0;
    tally[1]++;
  }
  for (const { at } of skips.entries)
    if (at.startsWith(`${script.name}:`) && !outcomes.some(({ step }) => at === `${script.name}:${step.line}`))
      failures.push(`${at}: is in the skip file, and no command begins there`);
  return { script, counts: count(outcomes), said, failures, outcomes };
}

function place(script: Script, { line, column }: Outcome): string {
  return `${script.name}:${line}:${column}`;
}
/** "core/call.wast:12:1: assert_return: expected (i32.const 5), got (i32.const 6)" */
export function tell(script: Script, outcome: Outcome): string {
  return `${place(script, outcome)}: ${outcome.step.form}: expected ${outcome.expected}, got ${outcome.got}`;
}

const NONE: Counts = { passed: 0, failed: 0, skipped: 0, modules: 0, actions: 0 };
function add(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    modules: a.modules + b.modules,
    actions: a.actions + b.actions,
  };
}
function byDirectory(reports: Report[]): Map<string, Counts> {
  const dirs = new Map<string, Counts>();
  for (const { script, counts } of reports) dirs.set(script.dir, add(dirs.get(script.dir) ?? NONE, counts));
  return dirs;
}

/** {total: {passed, failed, skipped}, dirs: {NAME: {passed, failed, skipped, modules, actions}}} */
export function asJson(reports: Report[]): string {
  const dirs = byDirectory(reports);
  const { passed, failed, skipped } = [...dirs.values()].reduce(add, NONE);
  return JSON.stringify({ total: { passed, failed, skipped }, dirs: Object.fromEntries(dirs) });
}

/** Counts by directory, and the texts. */
export function table(reports: Report[]): string {
  const dirs = [...byDirectory(reports)];
  const rows = [...dirs, ['in all', dirs.map(([, counts]) => counts).reduce(add, NONE)] as const].map(([dir, c]) => [
    dir,
    ...[c.passed, c.failed, c.skipped, c.modules, c.actions].map(n => n.toLocaleString('en-US')),
  ]);
  const heads = ['directory', 'passed', 'failed', 'skipped', 'modules', 'actions'];
  const lines = [heads, ...rows].map(row => row.map((cell, i) => (i === 0 ? cell.padEnd(18) : cell.padStart(9))).join(''));
  const texts = new Map<string, [number, number]>();
  const wants = new Map<string, number>();
  let taken = 0;
  for (const { said, outcomes } of reports) {
    for (const [form, [same, of]] of Object.entries(said)) {
      const [sumSame, sumOf] = texts.get(form) ?? [0, 0];
      texts.set(form, [sumSame + same, sumOf + of]);
    }
    for (const { status, got, step } of outcomes) if (status === 'skipped' && isAssertion(step)) wants.set(got, (wants.get(got) ?? 0) + 1);
    taken += outcomes.filter(outcome => outcome.taken).length;
  }
  const failures = reports.reduce((n, report) => n + report.failures.length, 0);
  const list = (parts: string[]) => parts.join(', ') || 'none';
  return [
    ...lines,
    `skipped for want of: ${list([...wants].map(([names, n]) => `${names} ${n.toLocaleString('en-US')}`))}`,
    `texts that begin as the script's: ${list([...texts].map(([form, [same, of]]) => `${form} ${same} of ${of}`))}`,
    `modules taken to text and back: ${taken.toLocaleString('en-US')}`,
    `${failures} unexpected`,
  ].join('\n');
}
