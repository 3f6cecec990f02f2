// Engines that are programs: Duktape, and MicroQuickJS where MQJS names it. All they read is a file and all they write are lines, so that
// work goes in behind the ES5 bundle as expressions, one a line, and comes out as their texts.

import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { bundleText } from '../bundle/build';

/** MicroQuickJS lives in one arena of this size: heap, stack and code. Duktape takes what it needs. */
const MQJS_BYTES = 16 << 20;

export interface Program {
  name: 'duktape' | 'mqjs';
  /** Why it cannot run here, null when it can. */
  missing: string | null;
  command: string;
  args: string[];
}

export const programs: Program[] = [
  { name: 'duktape', missing: missingDuktape(), command: 'duk', args: [] },
  { name: 'mqjs', missing: missingMqjs(), command: process.env.MQJS ?? '', args: ['--memory-limit', `${MQJS_BYTES}`] },
];

function missingDuktape(): string | null {
  try {
    const version = execFileSync('duk', ['-e', 'print(Duktape.version)'], { encoding: 'latin1' }).trim();
    return version >= '20700' ? null : `Duktape 2.7 is needed, not ${version}`;
  } catch {
    return 'Duktape (duk) is not installed';
  }
}
function missingMqjs(): string | null {
  if (process.env.MQJS === undefined) return 'MicroQuickJS: set MQJS to its program (mqjs)';
  return existsSync(process.env.MQJS) ? null : `MicroQuickJS: ${process.env.MQJS} (MQJS) is not there`;
}

const escaped = (c: string) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Bytes or a text as an expression. ASCII: both programs read and print UTF-8. */
export function literal(value: Uint8Array | string): string {
  if (typeof value === 'string') return JSON.stringify(value).replace(/[\x7f-\uffff]/g, escaped);
  return `wasmote.unhex("${Buffer.from(value).toString('hex')}")`;
}

/**
 * Evaluates expressions behind the ES5 bundle, each to a text (Latin-1). Returns the texts until the program stopped early, and why it
 * did: null when it came to the end.
 */
export async function evaluate(program: Program, expressions: string[]): Promise<{ texts: string[]; why: string | null }> {
  const dir = mkdtempSync(join(tmpdir(), 'wasmote-engine-'));
  try {
    const file = join(dir, 'lines.js');
    const show = `function(text){print(JSON.stringify(text).replace(/[\\x7f-\\xff]/g,function(c){return "\\\\u00"+c.charCodeAt(0).toString(16)}))}`;
    const lines = [await bundleText('engine-test-es5'), `var show=${show};`, ...expressions.map(each => `show(${each});`)];
    writeFileSync(file, `${lines.join('\n')}\n`, 'latin1');
    let out: string;
    let why: string | null = null;
    try {
      out = (await promisify(execFile)(program.command, [...program.args, file], { maxBuffer: 1 << 28, encoding: 'latin1' })).stdout;
    } catch (error) {
      const { stdout, stderr, message } = error as { stdout?: string; stderr?: string; message: string };
      out = stdout ?? '';
      why = stripVTControlCharacters(stderr || message).trim();
    }
    const texts = out.split('\n').slice(0, -1);
    if (why === null && texts.length !== expressions.length) why = `${program.name} answered ${texts.length} of ${expressions.length}`;
    return { texts: texts.map(line => JSON.parse(line)), why };
  } finally {
    rmSync(dir, { recursive: true });
  }
}
