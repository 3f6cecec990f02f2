// The app API: what a wasm app may import from module `wasmote`. Together with CALLBACKS (entry.ts) and the constants (host.ts)
// this is THE table: C header, AssemblyScript declarations, WIT and docs are generated from it (tools/gen/app.ts) with
// the words of tools/gen/appdocs.ts. Device-safe. Reference: docs/app-api.md.
//
// Texts and payloads are (address, length) pairs, as WIT's canonical ABI lowers strings and lists; texts are UTF-8. Whatever a
// function is given it has copied when it returns. Errors are negative results (host.ts). Nothing here blocks.

import { type Env, fail, type NativeModule, spend } from '../runtime/native';
import { EXIT, HOST_FAULT } from '../spec/traps';
import { call, callById, MAX_BYTES, MAX_NAME, publish, reply, serve, subscribe, TIMER, unsubscribe } from './bus';
import { E_LIMIT, E_NO_HANDLER, E_NOT_FOUND, LOG_DEBUG } from './host';
import type { Program } from './program';
import { copyOf, textOf } from './texts';
import { createTimer, freeTimer, startTimer, timerById } from './timers';

/** The program behind a call. Traps HOST_FAULT in an instance that runs without one. */
export function programOf(env: Env): Program {
  const program = env.state.app;
  if (program === undefined) throw fail(env, HOST_FAULT, 0);
  return program;
}

/** An unsigned 64-bit result from ms. */
function u64(env: Env, ms: number): number {
  env.hi = Math.floor(ms / 4294967296);
  return ms | 0;
}

// What the bus or the log does beside copying, as bytes gone through.
const CALL_COST = 256;

// A topic, filter or URL. What is too long stays so, but is not copied in full.
function nameAt(env: Env, at: number, n: number): string {
  n = Math.min(n, MAX_NAME + 1);
  spend(env, n + CALL_COST);
  return textOf(env.u8, at, n);
}

// A payload, likewise.
function dataAt(env: Env, at: number, n: number): Uint8Array {
  n = Math.min(n, MAX_BYTES + 1);
  spend(env, n);
  return copyOf(env.u8, at, n);
}

function log(env: Env, level: number, text: number, textLen: number): void {
  const program = programOf(env);
  textLen = Math.min(textLen, MAX_BYTES);
  spend(env, textLen + CALL_COST);
  program.host.log(program.name, Math.min(level >>> 0, LOG_DEBUG), textOf(env.u8, text, textLen));
}

function now(env: Env): number {
  return u64(env, programOf(env).host.nowMs());
}

function utc(env: Env): number {
  return u64(env, programOf(env).host.utcMs());
}

function random(env: Env, target: number, size: number): void {
  spend(env, size);
  programOf(env).host.random(env.u8, target, size);
}

function timer_start(env: Env, ms: number, repeat: number): number {
  const program = programOf(env);
  if ((program.takes & (1 << TIMER)) === 0) return E_NO_HANDLER;
  const timer = createTimer(program, ms >>> 0, repeat !== 0, false);
  if (timer === null) return E_LIMIT;
  startTimer(program, timer);
  return timer.id;
}

function timer_stop(env: Env, id: number): number {
  const program = programOf(env);
  const timer = timerById(program, id);
  if (timer === null) return E_NOT_FOUND;
  freeTimer(program, timer);
  return 0;
}

function app_publish(env: Env, topic: number, topicLen: number, data: number, dataLen: number): number {
  const program = programOf(env);
  return publish(program.bus, program, nameAt(env, topic, topicLen), dataAt(env, data, dataLen), 0, 0);
}

function app_subscribe(env: Env, filter: number, filterLen: number): number {
  const program = programOf(env);
  return subscribe(program.bus, program, nameAt(env, filter, filterLen));
}

function app_unsubscribe(env: Env, filter: number, filterLen: number): number {
  const program = programOf(env);
  return unsubscribe(program.bus, program, nameAt(env, filter, filterLen));
}

function app_call(env: Env, method: number, url: number, urlLen: number, data: number, dataLen: number): number {
  const program = programOf(env);
  return call(program.bus, program, method & 255, nameAt(env, url, urlLen), dataAt(env, data, dataLen), 0, 0);
}

function app_reply(env: Env, id: number, status: number, data: number, dataLen: number): number {
  const program = programOf(env);
  return reply(program.bus, callById(program.bus, program, id), status & 255, dataAt(env, data, dataLen), 0);
}

function app_serve(env: Env, prefix: number, prefixLen: number): number {
  const program = programOf(env);
  return serve(program.bus, program, nameAt(env, prefix, prefixLen));
}

function ready(env: Env): void {
  const program = programOf(env);
  program.host.ready(program.name);
}

function exit(env: Env, code: number): void {
  const thread = env.thread!;
  thread.exited = true;
  thread.exitCode = code & 255;
  throw EXIT;
}

/** The natives of module `wasmote`. They need a Program in env.state.app (createProgram puts it there). */
export const appNatives: NativeModule = {
  name: 'wasmote',
  natives: [
    ['(i*~)', 'log', log],
    ['()I', 'now utc', now, utc],
    ['(*~)', 'random', random],
    ['(ii)i', 'timer_start', timer_start],
    ['(i)i', 'timer_stop', timer_stop],
    ['(*~*~)i', 'publish', app_publish],
    ['(*~)i', 'subscribe unsubscribe serve', app_subscribe, app_unsubscribe, app_serve],
    ['(i*~*~)i', 'call', app_call],
    ['(ii*~)i', 'reply', app_reply],
    ['()', 'ready', ready],
    ['(i)', 'exit', exit],
  ],
};
