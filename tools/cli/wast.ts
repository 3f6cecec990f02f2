// wasmote wast: runs scripts of assertions (.wast) on this machine; what does not hold is shown with its place, what was expected and
// what came; with --json one object a line and file. Exit code 1 when anything failed.

import { TextError } from '../../src/text/error';
import { INTERPRETED, nodeEngine } from '../conformance/engine';
import type { Outcome } from '../conformance/judge';
import { type Counts, count, play } from '../conformance/play';
import { scriptOf } from '../conformance/suite';
import type { Context, Options } from './context';
import { featuresOf } from './features';
import { readBytes } from './input';
import { paint } from './print';

interface Failure {
  line: number;
  column: number;
  form: string;
  expected: string;
  got: string;
}

export async function run(ctx: Context, files: string[], options: Options): Promise<void> {
  const features = options.features === undefined ? null : featuresOf(options.features, 'wast');
  const engine = nodeEngine(INTERPRETED, (name, args) => {
    if (!ctx.json) ctx.out([name, ...printed(name, args)].join(' '));
  });
  for (const file of files) {
    const text = readBytes(file);
    let outcomes: Outcome[] = [];
    let failures: Failure[];
    try {
      outcomes = await play(text, features ?? scriptOf(file).features, engine, false);
      failures = outcomes.filter(outcome => outcome.status === 'failed').map(failureOf);
    } catch (error) {
      if (!(error instanceof TextError)) throw error;
      failures = [
        { line: error.line, column: error.column, form: 'script', expected: 'a script', got: error.message.replace(/^\d+:\d+: /, '') },
      ];
    }
    if (failures.length > 0) ctx.exit(1);
    const counts = count(outcomes);
    if (ctx.json) ctx.out(JSON.stringify({ file, ...counts, failures }));
    else tell(ctx, file, counts, failures);
  }
}

function failureOf({ step, line, column, expected, got }: Outcome): Failure {
  return { line, column, form: step.form, expected, got };
}

function tell(ctx: Context, file: string, counts: Counts, failures: Failure[]): void {
  for (const { line, column, form, expected, got } of failures)
    ctx.out(`${file}:${line}:${column}: ${paint(ctx, 'red', form)}: expected ${expected}, got ${got}`);
  const other = failures.length - counts.failed; // modules and bare actions, or the script itself
  const parts = [
    `${counts.passed} passed`,
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
    ...(other > 0 ? [`${other} of its modules and actions failed`] : []),
    ...(counts.skipped > 0 ? [`${counts.skipped} skipped (features that are not run yet)`] : []),
  ];
  ctx.out(`${file}: ${paint(ctx, failures.length > 0 ? 'red' : 'green', parts.join(', '))}`);
}

/** Arguments of a print function as numbers, by the types in its name. */
function printed(name: string, args: number[]): string[] {
  let at = 0;
  return name
    .split('_')
    .slice(1)
    .map(type => {
      const low = args[at++]!;
      return type === 'i64' ? String((BigInt(args[at++]!) << 32n) | BigInt(low >>> 0)) : String(low);
    });
}
