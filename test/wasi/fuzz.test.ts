// Any arguments on any memory: a WASI call answers an errno, parks or ends the program, and touches no byte outside memory
// (small engines throw there; here a proxy does).
import { test } from 'vitest';
import { EXIT } from '../../src/spec/traps';
import { fake, PAGE, PARKED, rows } from './fake';

const SEED = Number(process.env.SEED ?? 20260730);

function strict(u8: Uint8Array): Uint8Array {
  return new Proxy(u8, {
    get(target, key) {
      const index = Number(key as string);
      if (index >= 0 && index >= target.length) throw new RangeError('read at ' + index);
      const value = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set(target, key, value) {
      const index = Number(key as string);
      if (!(index < target.length)) throw new RangeError('write at ' + String(key));
      target[index] = value;
      return true;
    },
  });
}

test(`20,000 calls with hostile arguments (SEED=${SEED})`, () => {
  let state = SEED >>> 0;
  const random = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * n);
  };
  const words = [
    0,
    1,
    2,
    3,
    8,
    16,
    64,
    PAGE - 48,
    PAGE - 8,
    PAGE - 4,
    PAGE - 1,
    PAGE,
    PAGE + 1,
    0x7fffffff,
    0x80000000,
    0xfffffff8,
    0xffffffff,
  ];
  const word = () => (random(4) === 0 ? random(PAGE) : words[random(words.length)]);
  let f = fake();
  for (let i = 0; i < 20000; i++) {
    if (i % 50 === 0) {
      f = fake(i % 100 === 0 ? {} : { input: null, args: ['a', 'bc'], env: ['D=e'] }, random(2) === 0 ? 'wasi_unstable' : undefined);
      for (let k = 0; k < 400; k++) f.env.u8.set([random(4) === 0 ? random(256) : random(3)], random(k % 2 === 0 ? 256 : PAGE));
      for (let k = 0; k < 3; k++) f.input.push([random(256), random(256)]);
      f.room = random(200);
      f.env.u8 = strict(f.env.u8);
    }
    const [name, signature] = rows[random(rows.length)];
    const args = Array.from(signature.slice(1, signature.indexOf(')')).replace(/I/g, 'ii'), word);
    if (/^(fd|path|sock)_/.test(name)) args[0] = random(4);
    const before = f.env.u8.length;
    let answer: unknown;
    try {
      answer = f.call(name, ...args);
    } catch (code) {
      if (code !== EXIT || !f.env.thread!.exited) throw new Error(`${name}(${args}) threw ${code}`);
      continue;
    }
    if (answer === PARKED) continue;
    if (!Number.isInteger(answer) || (answer as number) < 0 || (answer as number) > 76)
      throw new Error(`${name}(${args}) answered ${answer}`);
    if (f.env.u8.length !== before) throw new Error(name);
  }
});
