// WAMR's app framework for apps built for it: its natives in module env, on the same timers and bus as the app API. Its entry
// points are in entry.ts and deliver.ts. Sensors, connections and widgets are not here: an app that imports them does not
// link. Device-safe. Spec: design/compat.md section 5; where "ours" is stricter than WAMR, section 6 (holes).

import type { Env, NativeModule } from '../runtime/native';
import { programOf } from './api';
import { readAttrs } from './attr';
import { bareUrl, call, callByMid, publish, reply, serve, subscribe, topicOf } from './bus';
import { ACTION_EVENT, FMT_ATTRS, type Packet, readRequest, readResponse, textOf } from './packets';
import type { Program } from './program';
import { createTimer, freeTimer, startTimer, stopTimer, timerById } from './timers';

function stringAt(u8: Uint8Array, at: number): string {
  let end = at;
  while (u8[end] !== 0) end++;
  return textOf(u8, at, end - at);
}

// An event URL as a topic, without leading slashes: its tools cannot help sending some.
function eventTopic(program: Program, url: string): string {
  return topicOf(program, 'event/' + bareUrl(url), false);
}

// A packet whose payload says that it is an attr_container must hold one.
function sound(packet: Packet | null): boolean {
  if (packet === null) return false;
  return packet.fmt !== FMT_ATTRS || packet.bytes.length === 0 || readAttrs(packet.bytes, 0, packet.bytes.length) !== null;
}

function wasm_register_resource(env: Env, url: number): void {
  const program = programOf(env);
  serve(program.host.bus, program, stringAt(env.u8, url)); // refused in silence
}

function wasm_post_request(env: Env, at: number, size: number): void {
  const program = programOf(env);
  const packet = readRequest(env.u8, at, size);
  if (!sound(packet)) return;
  const bytes = packet!.bytes;
  if (packet!.code === ACTION_EVENT) publish(program.host.bus, program, eventTopic(program, packet!.url), bytes, packet!.fmt, packet!.mid);
  else call(program.host.bus, program, packet!.code, packet!.url, bytes, packet!.fmt, packet!.mid);
}

function wasm_response_send(env: Env, at: number, size: number): number {
  const program = programOf(env);
  const packet = readResponse(env.u8, at, size);
  if (!sound(packet)) return 0;
  const open = callByMid(program.host.bus, program, packet!.mid, packet!.peer);
  return reply(program.host.bus, open, packet!.code, packet!.bytes, packet!.fmt) === 0 ? 1 : 0;
}

function wasm_sub_event(env: Env, url: number): void {
  const program = programOf(env);
  subscribe(program.host.bus, program, eventTopic(program, stringAt(env.u8, url)));
}

function wasm_create_timer(env: Env, ms: number, periodic: number, autostart: number): number {
  const program = programOf(env);
  const timer = createTimer(program, periodic !== 0, true);
  if (timer === null) return -1;
  timer.ms = Math.max(1, ms >>> 0);
  if (autostart !== 0) startTimer(timer, ms >>> 0, program.host.nowMs());
  return timer.id;
}

function wasm_timer_cancel(env: Env, id: number): void {
  const program = programOf(env);
  const timer = timerById(program, id);
  if (timer !== null) stopTimer(program, timer);
}

function wasm_timer_destroy(env: Env, id: number): void {
  const program = programOf(env);
  const timer = timerById(program, id);
  if (timer !== null) freeTimer(program, timer);
}

function wasm_timer_restart(env: Env, id: number, ms: number): void {
  const program = programOf(env);
  const timer = timerById(program, id);
  if (timer === null) return;
  stopTimer(program, timer);
  startTimer(timer, ms >>> 0, program.host.nowMs());
}

function wasm_get_sys_tick_ms(env: Env): number {
  return programOf(env).host.nowMs() | 0;
}

/** The framework's natives, for the linker beside libc-builtin's env. They need a Program in env.state.app. */
export const wamrNatives: NativeModule = {
  name: 'env',
  natives: [
    ['wasm_register_resource', '($)', wasm_register_resource],
    ['wasm_post_request', '(*~)', wasm_post_request],
    ['wasm_response_send', '(*~)i', wasm_response_send],
    ['wasm_sub_event', '($)', wasm_sub_event],
    ['wasm_create_timer', '(iii)i', wasm_create_timer],
    ['wasm_timer_cancel', '(i)', wasm_timer_cancel],
    ['wasm_timer_destroy', '(i)', wasm_timer_destroy],
    ['wasm_timer_restart', '(ii)', wasm_timer_restart],
    ['wasm_get_sys_tick_ms', '()i', wasm_get_sys_tick_ms],
  ],
};
