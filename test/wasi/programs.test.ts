// Whole programs on WASI, through the real linker, runtime and interpreter, with a clock that jumps to when the program wakes.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { interpreter } from '../../src/interp/interp';
import { addNatives, createLinker, findFunc, instantiate, startFuncs } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { createStore } from '../../src/runtime/store';
import { createThread, FUEL, prepare, run, WAITING } from '../../src/runtime/thread';
import { NOT_YET, wasi, wasiResume, wasiState } from '../../src/wasi/wasi';

interface Given {
  args: string[];
  env?: string[];
  /** Input as it arrives: [ms, text]; text null = the end. Without any, input is at its end. */
  input?: [number, string | null][];
  utcMs?: number; // at boot
}

interface Seen {
  out: string;
  err: string;
  exit: number | string;
  ms: number;
}

function execute(path: string, given: Given): Seen {
  const seen: Seen = { out: '', err: '', exit: 'running', ms: 0 };
  const utf8 = (texts: string[]) => texts.map(text => Buffer.from(text, 'utf8').toString('latin1'));
  const arrivals = (given.input ?? [[0, null]]).map(([ms, text]) => ({ ms, bytes: text === null ? [] : [...Buffer.from(text)] }));
  const there = () => (arrivals.length > 0 && arrivals[0].ms <= seen.ms ? arrivals[0].bytes : null);
  let wakeMs = -1;

  const linker = createLinker();
  addNatives(linker, wasi);
  const module = parseModule(new Uint8Array(readFileSync(path)));
  const instance = instantiate(createStore(interpreter), module, linker, { heapBytes: 0, lenient: false, shrink: false });
  instance.env.state.wasi = wasiState({
    args: utf8(given.args),
    env: utf8(given.env ?? []),
    nowMs: () => seen.ms,
    utcMs: () => (given.utcMs ?? 1_700_000_000_000) + seen.ms,
    tickNs: 1000,
    entropy: (target, start, n) => {
      for (let i = start; i < start + n; i++) target[i] = (i * 37 + 11) & 255;
    },
    ready: () => there()?.length ?? NOT_YET,
    input: (u8, start, end) => {
      const bytes = there();
      if (bytes === null) return NOT_YET;
      const taken = bytes.splice(0, end - start);
      u8.set(taken, start);
      if (bytes.length === 0 && taken.length > 0) arrivals.shift();
      return taken.length;
    },
    output: (fd, u8, start, end) => {
      seen[fd === 1 ? 'out' : 'err'] += Buffer.from(u8.subarray(start, end)).toString('utf8');
      return end - start;
    },
    park: untilMs => {
      wakeMs = untilMs;
    },
  });

  const thread = createThread(instance.store);
  for (const func of [...startFuncs(instance), findFunc(instance, '_start')!]) {
    prepare(thread, func, []);
    for (;;) {
      const status = run(thread, 100_000);
      if (status === WAITING) {
        const next = Math.min(wakeMs < 0 ? Infinity : wakeMs, arrivals.find(({ ms }) => ms > seen.ms)?.ms ?? Infinity);
        if (next === Infinity) return { ...seen, exit: 'waits for ever' };
        seen.ms = next;
        wasiResume(instance.env);
      } else if (status !== FUEL) break;
    }
    if (thread.exited) return { ...seen, exit: thread.exitCode };
    if (thread.trap !== 0) return { ...seen, exit: 'trap ' + thread.trap };
  }
  return { ...seen, exit: 0 };
}

const own = (name: string) => new URL(`programs/${name}.wasm`, import.meta.url).pathname;

test('what a C program notices of the system', () => {
  const seen = execute(own('probe'), {
    args: ['probe', 'a b', 'ö'],
    env: ['HOME=/', 'LANG=C'],
    input: [
      [70, 'hel'],
      [75, 'lo\n'],
      [90, null],
    ],
  });
  expect(seen).toEqual({
    out:
      'probe [a b] [ö] LANG=C\n' +
      'tty 111 fstat 0 chr 1\n' +
      'seek: 70\n' + // ESPIPE
      'open: 76\n' + // ENOTCAPABLE: no directory is granted
      'close: 8\n' +
      'poll 50 ms: 0, waited 50\n' +
      'line: hello\n' +
      'poll: 1\n' + // at 90 ms: the end
      'then: end\n' +
      'slept 1500\n' +
      'date 1700000001\n',
    err: 'bye\n',
    exit: 7,
    ms: 1590,
  });
});

test('a program of preview 0', () => expect(execute(own('old'), { args: ['old'] })).toEqual({ out: 'old\n', err: '', exit: 0, ms: 20 }));

// Programs of the shared collection, where it is: as its README says.
const shared = new URL('../../../shared/apps/wasm/', import.meta.url).pathname;
const lines = (...texts: string[]) => texts.join('\n') + '\n';
const programs: [string, Given, Partial<Seen>][] = [
  [
    'hello',
    { args: ['hello', 'one', 'two'], env: ['MOTE=dust'] },
    {
      out: lines(
        'hello one, 2 args, pi=3.141593,    42|42   |00042, beef z %',
        'arg 1: one (3)',
        'arg 2: two (3)',
        'MOTE=dust',
        'H(1000)=7.48547086055 7.485471e+10',
      ),
      err: 'to stderr\n',
      exit: 3,
    },
  ],
  [
    'wordcount',
    {
      args: ['wordcount'],
      input: [
        [0, 'the quick brown fox\njumps over '],
        [5, 'the extraordinarily lazy dog\n'],
        [9, null],
      ],
    },
    { out: '2 10 60 extraordinarily\n', exit: 0 },
  ],
  ['clock', { args: ['clock'] }, { out: 'ok\n', exit: 0, ms: 20 }],
  [
    'tally',
    { args: ['tally', 'abracadabra', 'zoo'] },
    { out: lines('a 5', 'b 2', 'o 2', 'r 2', 'c 1', 'd 1', 'z 1', 'mean 2.0000 1.4142135623730951'), exit: 7 },
  ],
];
for (const [name, given, want] of programs)
  test.skipIf(!existsSync(`${shared}${name}.wasm`))(`shared/apps ${name}`, () =>
    expect(execute(`${shared}${name}.wasm`, given)).toMatchObject(want),
  );
