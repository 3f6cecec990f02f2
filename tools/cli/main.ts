#!/usr/bin/env node
// The process around the command line: arguments, streams, signals, exit code. Nothing else in the tool touches these.

import { createRequire } from 'node:module';
import { cli } from './cli';

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
process.stdout.on('error', error => {
  if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(0); // `wasmote … | head`
});

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
// Not process.exit(): what is still in the pipe to a reader would be lost. What keeps the loop alive is a bug of a verb;
// give it a moment, then end.
process.exitCode = code;
setTimeout(() => process.exit(), 1000).unref();
