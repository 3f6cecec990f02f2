// A script from text to outcomes: parsed, put to an engine, judged; and counted as the suite's table counts: assertions alone are passed,
// failed or skipped, modules and bare actions are told apart (one of them that fails is a failure all the same).

import type { Verdict } from '../../src/text/command';
import { parseScript, prelude, type Step } from '../../src/text/script';
import type { Engine } from './engine';
import { judge, type Outcome } from './judge';
import { roundTrip } from './roundtrip';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  modules: number;
  actions: number;
}

export const isAssertion = (step: Step) => step.form.startsWith('assert_');
const isAction = (step: Step) => step.form === 'invoke' || step.form === 'get';

/** Runs a script in an engine; round: also takes every module that is valid to text and back. Throws TextError when it is no script. */
export async function play(text: Uint8Array, features: number, engine: Engine, round: boolean): Promise<Outcome[]> {
  const steps = parseScript(text, { features });
  const before = prelude(features);
  const run = [...before, ...steps].filter(step => step.command !== null);
  const verdicts = await engine.run(
    features,
    run.map(({ command, wasm }) => ({ command: command!, wasm })),
  );
  const verdictOf = new Map(run.map((step, i) => [step, verdicts[i]!]));
  const ready = before.map(step => judge(step, verdictOf.get(step)!)).find(outcome => outcome.status === 'failed');
  if (ready !== undefined) throw new Error(`the module spectest of scripts: ${ready.got}`);
  return steps.map(step => {
    const verdict = verdictOf.get(step) ?? null;
    const outcome = judge(step, verdict);
    if (!round || outcome.status === 'failed' || !isValid(step, verdict)) return outcome;
    const trouble = roundTrip(step.wasm!, features);
    outcome.taken = true;
    return trouble === null ? outcome : { ...outcome, status: 'failed', expected: 'the same binary from its text', got: trouble };
  });
}

/** Whether the step's module was found valid. */
function isValid(step: Step, verdict: Verdict | null): boolean {
  return step.wasm !== null && verdict !== null && !/malformed|invalid/.test(step.form) && !(verdict.code >= 200 && verdict.code < 300);
}

export function count(outcomes: Outcome[]): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0, modules: 0, actions: 0 };
  for (const { step, status } of outcomes) {
    if (isAssertion(step)) counts[status]++;
    else if (isAction(step)) counts.actions++;
    else if (step.form === 'module') counts.modules++;
  }
  return counts;
}
