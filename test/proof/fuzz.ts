// The random tests of test/fuzz as rows: the cases against V8 on each engine, and mutants of modules. Each runs as a process of its own.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT, type Row, type Run } from './rig';

/** Runs test/fuzz/main.ts; it exits 1 when something differs and prints its object all the same. */
async function fuzz(run: Run, ...args: string[]): Promise<any> {
  const argv = ['--import', 'tsx', 'test/fuzz/main.ts', ...args, '--seed', String(run.seed)];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: ROOT, maxBuffer: 1 << 26 }).catch(error => {
    if (!error.stdout) throw new Error(String(error.stderr).trim().split('\n').at(-1));
    return error;
  });
  return JSON.parse(stdout);
}

export async function cases(run: Run): Promise<Row[]> {
  const rows: Row[] = [];
  for (const engine of ['node', 'quickjs']) {
    const least = 20_000;
    const report = await fuzz(run, 'cases', '--engine', engine, '--programs', run.smoke ? '10' : '200');
    const note = report.wrong.length > 0 ? JSON.stringify(report.wrong[0]) : undefined;
    rows.push(
      run.row(`cases equal to V8 on ${engine}`, report.cases - report.wrong.length, ['>=', least], 'cases'),
      run.row(`cases unlike V8 on ${engine}`, report.wrong.length, ['=', 0], 'cases', { note }),
    );
  }
  return rows;
}

export async function mutants(run: Run): Promise<Row[]> {
  const count = run.smoke ? 2000 : 100_000;
  const report = await fuzz(run, 'mutants', '--count', String(count));
  const note = report.wrong.length > 0 ? JSON.stringify(report.wrong[0]) : undefined;
  return [
    run.row('mutants tried beside two other apps', report.mutants ?? report.count ?? count, ['>=', count], 'mutants'),
    run.row('verdicts unlike V8, exceptions, hangs, foreign memory changed', report.wrong.length, ['=', 0], 'mutants', { note }),
  ];
}
