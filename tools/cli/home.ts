// The tool's own files: $WASMOTE_HOME, else ~/.wasmote.
//   broker/      state of the embedded broker        blobs/   packages by SHA-256
//   broker.json  {url, pid} of the broker that runs  sim/     storage of simulated boards

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Context } from './context';

export function home(ctx: Context, ...names: string[]): string {
  return join(ctx.env.WASMOTE_HOME || join(homedir(), '.wasmote'), ...names);
}

/** Notes where the embedded broker listens, so that other commands find it also on another port. Returns the undo. */
export function noteBroker(ctx: Context, url: string): () => void {
  const file = home(ctx, 'broker.json');
  mkdirSync(home(ctx), { recursive: true });
  writeFileSync(file, JSON.stringify({ url, pid: process.pid }) + '\n');
  return () => rmSync(file, { force: true });
}

/** URL of the broker to use when none is named: $WASMOTE_BROKER, the embedded one that runs, the default address. */
export function defaultBroker(ctx: Context): string {
  if (ctx.env.WASMOTE_BROKER) return ctx.env.WASMOTE_BROKER;
  try {
    const { url, pid } = JSON.parse(readFileSync(home(ctx, 'broker.json'), 'utf8'));
    process.kill(pid, 0); // throws when that process is gone
    return String(url);
  } catch {
    return 'mqtt://127.0.0.1:1883';
  }
}
