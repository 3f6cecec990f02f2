// WAMR's app framework for apps built for it: its natives in module env, on the same timers and bus as the app API. Its entry
// points are in entry.ts and deliver.ts. Sensors, connections and widgets are not here: an app that imports them does not
// link. Device-safe. Spec: design/compat.md section 5; where "ours" is stricter than WAMR, section 6 (holes).

import type { Env, NativeModule } from '../runtime/native';
import { programOf } from './api';
import { walkAttrs } from './attr';
import { type Bus, bareUrl, call, type Event, MAX_NAME, type Peer, peerId, publish, reply, serve, subscribe } from './bus';
import { ACTION_EVENT, FMT_ATTRS, type Packet, readPacket } from './packets';
import { textOf } from './texts';
import { createTimer, freeTimer, startTimer, stopTimer, type Timer, timerById } from './timers';

function urlAt(env: Env, at: number): string {
  let end = at;
  while (env.u8[end] !== 0 && end - at <= MAX_NAME) end++;
  return textOf(env.u8, at, end - at);
}

// An event's topic. WAMR's tools cannot help sending slashes before its URL.
function eventTopic(url: string): string {
  return 'event/' + bareUrl(url);
}

function ignore(): void {}

// The packet at u8[at, at + size); null = malformed. Where it says that it carries an attr_container, it does.
function packetAt(env: Env, at: number, size: number, request: boolean): Packet | null {
  const packet = readPacket(env.u8, at, size, request);
  if (packet === null || packet.fmt !== FMT_ATTRS || packet.bytes.length === 0) return packet;
  return walkAttrs(packet.bytes, 0, packet.bytes.length, ignore) ? packet : null;
}

function wasm_register_resource(env: Env, url: number): void {
  const program = programOf(env);
  serve(program.bus, program, urlAt(env, url)); // refused in silence
}

function wasm_post_request(env: Env, at: number, size: number): void {
  const program = programOf(env);
  const packet = packetAt(env, at, size, true);
  if (packet === null) return;
  if (packet.code === ACTION_EVENT) publish(program.bus, program, eventTopic(packet.url), packet.bytes, packet.fmt, packet.mid);
  else call(program.bus, program, packet.code, packet.url, packet.bytes, packet.fmt, packet.mid);
}

/** The open call that `server` got, by what a WAMR app knows of it: the asker's message id and peer id; null = it has none such. */
export function callByMid(bus: Bus, server: Peer, mid: number, asker: number): Event | null {
  return bus.calls.filter(open => open.to === server && open.mid === mid && peerId(open.from) === asker)[0] || null;
}

function wasm_response_send(env: Env, at: number, size: number): number {
  const program = programOf(env);
  const packet = packetAt(env, at, size, false);
  if (packet === null) return 0;
  return reply(program.bus, callByMid(program.bus, program, packet.mid, packet.peer), packet.code, packet.bytes, packet.fmt) === 0 ? 1 : 0;
}

function wasm_sub_event(env: Env, url: number): void {
  const program = programOf(env);
  subscribe(program.bus, program, eventTopic(urlAt(env, url)));
}

function timerOf(env: Env, id: number): Timer | null {
  return timerById(programOf(env), id);
}

function wasm_create_timer(env: Env, ms: number, periodic: number, autostart: number): number {
  const program = programOf(env);
  const timer = createTimer(program, ms >>> 0, periodic !== 0, true);
  if (timer === null) return -1;
  if (autostart !== 0) startTimer(program, timer);
  return timer.id;
}

function wasm_timer_cancel(env: Env, id: number): void {
  const timer = timerOf(env, id);
  if (timer !== null) stopTimer(programOf(env), timer);
}

function wasm_timer_destroy(env: Env, id: number): void {
  const timer = timerOf(env, id);
  if (timer !== null) freeTimer(programOf(env), timer);
}

function wasm_timer_restart(env: Env, id: number, ms: number): void {
  const timer = timerOf(env, id);
  if (timer === null) return;
  timer.ms = Math.max(ms >>> 0, 1);
  startTimer(programOf(env), timer);
}

function wasm_get_sys_tick_ms(env: Env): number {
  return programOf(env).host.nowMs() | 0;
}

/** The framework's natives, for the linker beside libc-builtin's env. They need a Program in env.state.app. */
export const wamrNatives: NativeModule = {
  name: 'env',
  natives: [
    ['($)', 'wasm_register_resource wasm_sub_event', wasm_register_resource, wasm_sub_event],
    ['(*~)', 'wasm_post_request', wasm_post_request],
    ['(*~)i', 'wasm_response_send', wasm_response_send],
    ['(iii)i', 'wasm_create_timer', wasm_create_timer],
    ['(i)', 'wasm_timer_cancel wasm_timer_destroy', wasm_timer_cancel, wasm_timer_destroy],
    ['(ii)', 'wasm_timer_restart', wasm_timer_restart],
    ['()i', 'wasm_get_sys_tick_ms', wasm_get_sys_tick_ms],
  ],
};
