// What a verdict means for the script it comes from: whether the command held, whether what was said is what the script wants said, and in
// words what was expected and what came instead. Desk only.

import { FEATURE_NAMES, faultText, trapText } from '../../src/spec/texts';
import { BAD_ARGUMENTS, BROKEN, FAILED, NO_EXPORT, NO_INSTANCE, type Pattern, SKIPPED, type Verdict } from '../../src/text/command';
import type { Step } from '../../src/text/script';

export interface Outcome {
  step: Step;
  /** Of the command, or of what its module's text has wrong. */
  line: number;
  column: number;
  status: 'passed' | 'failed' | 'skipped';
  expected: string;
  /** What came; of what is skipped: for want of which features. */
  got: string;
  /** Whether the text that the script wants is the beginning of ours; null: it wants none, or nothing was said. */
  said: boolean | null;
  /** Its module was taken to text and back. */
  taken: boolean;
}

/** Judges a step; verdict: null when it was not run. */
export function judge(step: Step, verdict: Verdict | null): Outcome {
  const { line, column } = step;
  const outcome: Outcome = { step, line, column, status: 'passed', expected: expectedOf(step), got: '', said: null, taken: false };
  const textual = step.form.startsWith('assert_malformed') && step.written !== 'binary';
  if (step.error !== null) {
    outcome.got = step.error.message;
    if (step.written === 'text') {
      outcome.line = step.error.line;
      outcome.column = step.error.column;
      outcome.got = step.error.message.replace(/^\d+:\d+: /, '');
    }
    if (textual) outcome.said = step.error.reason.startsWith(step.text);
    else outcome.status = 'failed';
  } else if (textual) {
    outcome.status = 'failed'; // a text that is no module's is the text parser's to find
    outcome.got = 'a module';
  } else if (verdict === null || verdict.status === SKIPPED) {
    outcome.status = 'skipped';
    outcome.got = verdict === null ? step.form : featureNames(verdict.code);
  } else {
    const said = sayingOf(verdict);
    outcome.got = said || (verdict.results ? wat(verdict.results) : 'nothing wrong');
    if (verdict.status === FAILED) outcome.status = 'failed';
    else if (step.text !== '' && said !== '') outcome.said = said.startsWith(step.text);
    // There is one reason for a trap or for not linking, but there may be several for a module to be invalid or malformed.
    if (outcome.said === false && /trap|exhaustion|unlinkable/.test(step.form)) outcome.status = 'failed';
  }
  return outcome;
}

function featureNames(bits: number): string {
  const names = Object.keys(FEATURE_NAMES).filter(name => (FEATURE_NAMES[name]! & bits) !== 0);
  return names.join(' and ');
}

function expectedOf(step: Step): string {
  if (step.command?.results) return wat(step.command.results);
  if (step.form.startsWith('assert_')) return `${step.form.slice(7)}${step.text && `: ${step.text}`}`;
  return step.form === 'module' || step.form === 'register' ? 'an instance' : 'no trap';
}

/** What is said of the command, '' = nothing, it ended well. */
function sayingOf({ code, detail, offset, text }: Verdict): string {
  if (code === 0) return '';
  if (code === NO_INSTANCE) return 'its module failed, or is not there';
  if (code === NO_EXPORT) return 'there is no such export';
  if (code === BAD_ARGUMENTS) return 'the arguments are not of the types the function takes';
  if (code === BROKEN) return `broken: ${text}`;
  if (code < 200) return trapText(code, detail);
  return `${faultText(code, detail)}${code < 300 ? ` at byte ${offset}` : ''}`;
}

const scratch = new DataView(new ArrayBuffer(8));

/** Values as a script writes them. */
export function wat(values: Pattern[]): string {
  return values.length === 0 ? 'no result' : values.map(one).join(' ');
}

function one([kind, ...rest]: Pattern): string {
  if (kind === 'either') return `(either ${rest.map(one).join(' ')})`;
  if (kind === 'i32') return `(i32.const ${rest[0]})`;
  if (kind === 'i64') return `(i64.const ${(BigInt(rest[1]) << 32n) | BigInt(rest[0] >>> 0)})`;
  if (kind === 'f32') return `(f32.const ${float32(rest[0], rest[1])})`;
  if (kind === 'f64') return `(f64.const ${float64(rest[0], rest[1], rest[3])})`;
  if (kind === 'v128') return `(v128.const i32x4 ${rest.slice(0, 4).map(hex).join(' ')})`;
  return `(ref.${kind}${rest.length > 0 ? ` ${rest[0]}` : ''})`;
}

const hex = (word: number) => `0x${(word >>> 0).toString(16).padStart(8, '0')}`;

/** A float in digits that stand for no other one; mask: which bits of a NaN count. */
function float(value: number, negative: boolean, payload: bigint, mask = -1): string {
  if (mask !== -1) return mask === 0x7fffffff ? 'nan:canonical' : 'nan:arithmetic';
  const sign = negative ? '-' : '';
  if (Number.isNaN(value)) return `${sign}nan:0x${payload.toString(16)}`;
  return sign + String(Math.abs(value)).replace('Infinity', 'inf');
}
function float32(bits: number, mask?: number): string {
  scratch.setInt32(0, bits);
  return float(scratch.getFloat32(0), bits < 0, BigInt(bits & 0x7fffff), mask);
}
function float64(lo: number, hi: number, mask?: number): string {
  scratch.setInt32(0, hi);
  scratch.setInt32(4, lo);
  return float(scratch.getFloat64(0), hi < 0, (BigInt(hi & 0xfffff) << 32n) | BigInt(lo >>> 0), mask);
}
