#!/usr/bin/env node
// The process around the command line: arguments, streams, signals, exit code. Nothing else in the tool touches these.

import { createRequire } from 'node:module';
import { OUTPUT } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import { cli } from './cli';
import { fileReason } from './input';
import { failureOf, tellFailure } from './session';

const stopping = new AbortController();
let askedMs = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    const nowMs = performance.now();
    // The second time it is meant; one Ctrl-C comes twice through wrappers that pass it on (timeout, npm).
    if (stopping.signal.aborted && nowMs - askedMs > 300) process.exit(130);
    if (!stopping.signal.aborted) askedMs = nowMs;
    stopping.abort();
  });
}
let lost: Error | null = null; // why standard output takes no more
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0); // `wasmote … | head`
  lost ??= error;
  stopping.abort();
});
process.stderr.on('error', () => {}); // there is nowhere to tell it

const { stdout, stderr, env } = process;
let statusShown = false;
function status(text: string | null): void {
  if (!stderr.isTTY) return;
  if (text !== null) stderr.write(`\r\x1b[K${text.slice(0, stderr.columns - 1)}`);
  else if (statusShown) stderr.write('\r\x1b[K');
  statusShown = text !== null;
}
function say(stream: NodeJS.WriteStream, text: string): void {
  if (statusShown) status(null);
  stream.write(text + '\n');
}

const code = await cli(
  process.argv.slice(2),
  {
    out: text => say(stdout, text),
    err: text => say(stderr, text),
    write: bytes => void stdout.write(bytes),
    writeErr: bytes => void stderr.write(bytes),
    status,
    color: Boolean(stdout.isTTY) && !env.NO_COLOR,
    columns: stdout.columns ?? 80,
    env,
    signal: stopping.signal,
  },
  createRequire(import.meta.url)('wasmote/package.json').version,
);
/** Resolves when all that was written has left, or cannot. */
const drained = (stream: NodeJS.WriteStream) => new Promise<void>(resolve => stream.write('', () => resolve()));
await drained(stdout);
if (lost) {
  const failure = failureOf(new WasmoteError(OUTPUT, { file: 'standard output', text: fileReason(lost) }));
  tellFailure({ err: text => say(stderr, text) }, failure);
}
await drained(stderr);
// What keeps the loop alive is a bug of a verb; give it a moment, then end.
process.exitCode = lost ? OUTPUT : code;
setTimeout(() => process.exit(), 1000).unref();
