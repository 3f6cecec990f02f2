// A terminal without a terminal: runs commands in-process and keeps what they print.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli } from '../../tools/cli/cli';

export interface Result {
  code: number;
  out: string;
  err: string;
  status: string[];
  /** The JSON of standard output. */
  json: any;
}

/** env: WASMOTE_HOME is a fresh directory unless given. */
export function terminal(env: Record<string, string> = {}) {
  const home = env.WASMOTE_HOME ?? mkdtempSync(join(tmpdir(), 'wasmote-home-'));
  return async (
    line: string | string[],
    signal = new AbortController().signal,
    onOut?: (text: string) => void,
    input = '',
  ): Promise<Result> => {
    let rest = Buffer.from(input);
    const out: string[] = [];
    const err: string[] = [];
    const status: string[] = [];
    const code = await cli(typeof line === 'string' ? line.split(' ') : line, {
      out: text => {
        out.push(text);
        onOut?.(text);
      },
      err: text => err.push(text),
      write: bytes => out.push(Buffer.from(bytes as string).toString()),
      input: n => {
        const part = rest.subarray(0, n);
        rest = rest.subarray(n);
        return part;
      },
      writeErr: bytes => err.push(Buffer.from(bytes).toString()),
      status: text => void (text !== null && status.push(text)),
      color: false,
      columns: 80,
      env: { ...env, WASMOTE_HOME: home },
      signal,
    });
    return {
      code,
      out: out.join('\n'),
      err: err.join('\n'),
      status,
      get json() {
        return JSON.parse(out.join('\n'));
      },
    };
  };
}
