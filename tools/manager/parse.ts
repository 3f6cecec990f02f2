// JSON of devices and other managers, checked before anything believes it: a body that does not fit is dropped, an odd field gets
// its neutral value. Never throws.

import * as v from 'valibot';
import type { AppInfo, AppWant, Event, Get, Info, Rsp, State } from '../../src/wire/messages';

const count = v.fallback(v.pipe(v.number(), v.integer(), v.minValue(0)), 0);
const text = v.fallback(v.string(), '');
const errorData = v.record(v.string(), v.union([v.number(), v.string(), v.array(v.string())]));
const trap = v.tuple([v.number(), v.number(), v.number(), v.number()]);

const state = v.object({ s: v.picklist(['init', 'ready', 'sleep', 'lost', 'gone']), b: text });
const info = v.object({
  v: count,
  n: count,
  board: text,
  eng: text,
  rt: text,
  abi: count,
  class: text,
  trust: text,
  ram: count,
  flash: count,
  win: count,
  blk: count,
  cap: v.fallback(v.array(v.string()), []),
  wasm: v.fallback(v.optional(count), undefined),
});
const appInfo = v.object({
  n: count,
  ver: text,
  p: text,
  st: v.picklist(['loading', 'loaded', 'kept', 'failed', 'refused', 'gone']),
  run: count,
  mem: count,
  rst: count,
  e: count,
  ed: v.fallback(v.optional(errorData), undefined),
  x: v.fallback(v.optional(v.number()), undefined),
  tr: v.fallback(v.optional(trap), undefined),
  fn: v.fallback(v.optional(v.string()), undefined),
  rs: v.fallback(v.optional(v.number()), undefined),
  o: v.fallback(v.optional(v.number()), undefined),
  c: v.fallback(v.optional(v.tuple([count, count, count])), undefined),
});
const appWant = v.object({
  n: count,
  by: text,
  p: v.tuple([v.string(), v.number()]),
  d: v.optional(v.string()),
  run: v.picklist(['on', 'off', 'gone']),
  rs: count,
  lim: v.fallback(v.record(v.string(), v.number()), {}),
  ver: v.optional(v.string()),
});
const rsp = v.object({ i: v.string(), r: v.optional(v.any()), e: v.optional(v.tuple([v.number(), errorData])) });
const get = v.object({
  h: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  o: v.pipe(v.number(), v.integer(), v.minValue(0)),
  n: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024)),
  z: v.pipe(v.number(), v.integer(), v.minValue(64), v.maxValue(1024)),
  s: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(31))),
});
const common = { q: v.number(), a: text, t: count };
const event = v.variant('k', [
  v.object({ ...common, k: v.literal('log'), l: v.picklist(['e', 'w', 'i', 'd']), m: text }),
  v.object({ ...common, k: v.literal('trap'), tr: trap, fn: text }),
  v.object({ ...common, k: v.literal('fuel'), f: count, max: count, tr: trap, fn: text }),
  v.object({ ...common, k: v.literal('prog'), h: text, o: count, z: count }),
  v.object({ ...common, k: v.literal('msg'), p: text, m: text }),
]);

function json(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    return undefined;
  }
}

function reader<T>(schema: v.GenericSchema<unknown, unknown>): (body: Uint8Array) => T | null {
  return body => {
    const result = v.safeParse(schema, json(body));
    return result.success ? (result.output as T) : null;
  };
}

export const readState = reader<State>(state);
export const readInfo = reader<Info>(info);
export const readAppInfo = reader<AppInfo>(appInfo);
export const readAppWant = reader<AppWant>(appWant);
export const readRsp = reader<Rsp>(rsp);
export const readGet = reader<Get>(get);

/** One event or an array of them. */
export function readEvents(body: Uint8Array): Event[] {
  const value = json(body);
  return (Array.isArray(value) ? value : [value]).flatMap(each => {
    const result = v.safeParse(event, each);
    return result.success ? [result.output] : [];
  });
}
