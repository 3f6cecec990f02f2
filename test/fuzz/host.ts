// The functions that generated modules import: what they answer depends on their arguments alone, so that V8 and we can have the same. By the name's
// beginning they answer at once, answer later (the thread waits), or call functions of the guest first.

import { findFunc } from '../../src/runtime/link';
import { callGuest, type Env, type NativeModule, several, wait } from '../../src/runtime/native';
import type { Bits } from './edges';

export const HOST = 'host';
export const BEHAVIOURS = ['now', 'later', 'back'];
/** Names of imports that can be had. */
export const KNOWN = /^(now|later|back)[1-9]$/;

export interface Imported {
  name: string;
  /** Type letters. */
  params: string;
  results: string;
}
/** A function of the guest that takes i32s and returns nothing or an integer. */
export interface Guest {
  name: string;
  params: number;
  result: '' | 'i' | 'I';
}

const imul = Math.imul;
const mix = (h: number, x: number) => imul((h ^ x) + 0x2545f491, 0x9e3779b1) ^ ((h ^ x) >>> 15);

const cell = new Float64Array(1);
const words = new Int32Array(cell.buffer);
const single = new Float32Array(cell.buffer);
const wide = new BigInt64Array(cell.buffer);

/** The words of a float; every NaN is one, as it would be behind JavaScript. */
function floatWords(letter: string, x: number): Bits {
  if (x !== x) return letter === 'f' ? [0x7fc00000, 0] : [0, 0x7ff80000];
  cell[0] = x;
  if (letter === 'f') {
    single[0] = x;
    words[1] = 0;
  }
  return [words[0]!, words[1]!];
}
/** The results that a function comes to from a number: words of each. */
function resultsOf(results: string, h: number): Bits[] {
  return [...results].map((letter, k) => {
    const x = mix(h, k);
    if (letter === 'i') return [x, 0];
    if (letter === 'I') return [x, mix(x, 31)];
    return floatWords(letter, (x & 31) === 0 ? Number.NaN : (x & 0xffff) / 8 - 4096);
  });
}
interface Plan {
  guest: Guest;
  args: number[];
}
/** The calls of the guest that a function makes. */
function plan(it: Imported, guests: Guest[], h: number): Plan[] {
  if (!it.name.startsWith('back') || guests.length === 0) return [];
  return Array.from({ length: h & 1 ? 1 : h & 2 ? 2 : 0 }, (_, k) => {
    const guest = guests[(mix(h, k) >>> 1) % guests.length]!;
    return { guest, args: Array.from({ length: guest.params }, (_, j) => mix(h, 10 * k + j) >> (j & 1 ? 24 : 0)) };
  });
}

/** As V8 imports it. */
export function forV8(list: Imported[], guests: Guest[], exports: () => any): object {
  const made: { [name: string]: (...args: any[]) => any } = {};
  for (const it of list)
    made[it.name] = (...args) => {
      let h = 1;
      args.forEach((arg, k) => {
        const letter = it.params[k]!;
        if (letter === 'I') {
          wide[0] = arg;
          h = mix(mix(h, words[0]!), words[1]!);
        } else if (letter === 'i') h = mix(h, arg);
        else for (const word of floatWords(letter, arg)) h = mix(h, word);
      });
      const begun = h;
      for (const { guest, args } of plan(it, guests, begun)) {
        const got = exports()[guest.name](...args);
        h = mix(h, guest.result === '' ? 0 : Number(BigInt.asIntN(32, BigInt(got))));
      }
      const values = resultsOf(it.results, h).map(([lo, hi], k) => {
        words[0] = lo;
        words[1] = hi;
        return it.results[k] === 'i' ? lo : it.results[k] === 'I' ? wide[0] : it.results[k] === 'f' ? single[0] : cell[0];
      });
      return values.length < 2 ? values[0] : values;
    };
  return { [HOST]: made };
}

/** As our executors do; waits: some answer later, and leave the words of their answer in env.state.later. */
export function forUs(list: Imported[], guests: Guest[], waits: boolean): NativeModule {
  return {
    name: HOST,
    natives: list.map(it => [
      it.name,
      '',
      (env: Env, ...args: number[]) => {
        let h = 1;
        let at = 0;
        for (const letter of it.params)
          if (letter === 'I') {
            h = mix(mix(h, args[at]!), args[at + 1]!);
            at += 2;
          } else if (letter === 'i') h = mix(h, args[at++]!);
          else for (const word of floatWords(letter, args[at++]!)) h = mix(h, word);
        const calls = plan(it, guests, h);
        const next = (env: Env): number => {
          const call = calls.shift();
          if (call === undefined) return finish(env);
          const func = findFunc(env.instance, call.guest.name)!;
          return callGuest(env, func.handle, call.args, (env, result) => {
            h = mix(h, call.guest.result === '' ? 0 : result);
            return next(env);
          });
        };
        const finish = (env: Env): number => {
          const bits = resultsOf(it.results, h);
          if (bits.length > 1) return several(env, bits.flat());
          const [lo, hi] = bits[0] ?? [0, 0];
          if (waits && it.name.startsWith('later')) {
            env.state.later = [lo, hi];
            return wait(env);
          }
          env.hi = hi;
          words[0] = lo;
          words[1] = hi;
          return it.results === 'f' ? single[0]! : it.results === 'F' ? cell[0]! : lo;
        };
        return next(env);
      },
    ]),
  };
}
