// The app API: what a wasm app may import from module `wasmote`. Together with CALLBACKS (entry.ts) and the constants (host.ts)
// this is THE table: C header, AssemblyScript declarations, WIT and docs are generated from it (tools/gen/app.ts) with
// the words of tools/gen/appdocs.ts. Device-safe. Reference: docs/app-api.md.
//
// Texts and payloads are (address, length) pairs, as WIT's canonical ABI lowers strings and lists; texts are UTF-8. Whatever a
// function is given it has copied when it returns. Errors are negative results (host.ts). Nothing here blocks.

import { type Env, fail, type NativeModule } from '../runtime/native';
import { EXIT, HOST_FAULT } from '../spec/traps';
import {
  CALL,
  call,
  callById,
  MAX_BYTES,
  MESSAGE,
  publish,
  REPLY,
  rawFmt,
  reply,
  serve,
  subscribe,
  TIMER,
  topicOf,
  unsubscribe,
} from './bus';
import { E_LIMIT, E_NO_HANDLER, E_NOT_FOUND, E_TOO_LARGE, LOG_DEBUG } from './host';
import { copyOf, textOf } from './packets';
import type { Program } from './program';
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

function log(env: Env, level: number, text: number, textLen: number): void {
  const program = programOf(env);
  program.host.log(program.name, Math.min(level >>> 0, LOG_DEBUG), textOf(env.u8, text, textLen));
}

function now(env: Env): number {
  return u64(env, programOf(env).host.nowMs());
}

function utc(env: Env): number {
  return u64(env, programOf(env).host.utcMs());
}

function random(env: Env, target: number, size: number): void {
  programOf(env).host.random(env.u8, target, size);
}

function timer_start(env: Env, ms: number, repeat: number): number {
  const program = programOf(env);
  if ((program.takes & (1 << TIMER)) === 0) return E_NO_HANDLER;
  const timer = createTimer(program, repeat !== 0, false);
  if (timer === null) return E_LIMIT;
  startTimer(timer, ms >>> 0, program.host.nowMs());
  return timer.id;
}

function timer_stop(env: Env, id: number): number {
  const program = programOf(env);
  const timer = timerById(program, id);
  if (timer === null) return E_NOT_FOUND;
  freeTimer(program, timer);
  return 0;
}

function app_publish(env: Env, topic: number, topicLen: number, data: number, size: number): number {
  const program = programOf(env);
  if (size > MAX_BYTES) return E_TOO_LARGE;
  const bytes = copyOf(env.u8, data, size);
  return publish(program.host.bus, program, topicOf(program, textOf(env.u8, topic, topicLen), false), bytes, rawFmt(bytes), 0);
}

function app_subscribe(env: Env, filter: number, filterLen: number): number {
  const program = programOf(env);
  if ((program.takes & (1 << MESSAGE)) === 0) return E_NO_HANDLER;
  return subscribe(program.host.bus, program, topicOf(program, textOf(env.u8, filter, filterLen), true));
}

function app_unsubscribe(env: Env, filter: number, filterLen: number): number {
  const program = programOf(env);
  return unsubscribe(program.host.bus, program, topicOf(program, textOf(env.u8, filter, filterLen), true));
}

function app_call(env: Env, method: number, url: number, urlLen: number, data: number, size: number): number {
  const program = programOf(env);
  if ((program.takes & (1 << REPLY)) === 0) return E_NO_HANDLER;
  if (size > MAX_BYTES) return E_TOO_LARGE;
  const bytes = copyOf(env.u8, data, size);
  return call(program.host.bus, program, method & 255, textOf(env.u8, url, urlLen), bytes, rawFmt(bytes), 0);
}

function app_reply(env: Env, id: number, status: number, data: number, size: number): number {
  const program = programOf(env);
  if (size > MAX_BYTES) return E_TOO_LARGE;
  const bytes = copyOf(env.u8, data, size);
  return reply(program.host.bus, callById(program.host.bus, program, id), status & 255, bytes, rawFmt(bytes));
}

function app_serve(env: Env, url: number, urlLen: number): number {
  const program = programOf(env);
  if ((program.takes & (1 << CALL)) === 0) return E_NO_HANDLER;
  return serve(program.host.bus, program, textOf(env.u8, url, urlLen));
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
    ['log', '(i*~)', log],
    ['now', '()I', now],
    ['utc', '()I', utc],
    ['random', '(*~)', random],
    ['timer_start', '(ii)i', timer_start],
    ['timer_stop', '(i)i', timer_stop],
    ['publish', '(*~*~)i', app_publish],
    ['subscribe', '(*~)i', app_subscribe],
    ['unsubscribe', '(*~)i', app_unsubscribe],
    ['call', '(i*~*~)i', app_call],
    ['reply', '(ii*~)i', app_reply],
    ['serve', '(*~)i', app_serve],
    ['ready', '()', ready],
    ['exit', '(i)', exit],
  ],
};
