// Real apps (test/app/apps, compiled from C and AssemblyScript) and small ones in text, on a board with a fake clock.
import { describe, expect, test } from 'vitest';
import { call, callById, join, type Peer, publish, receive, reply } from '../../src/app/bus';
import { ENTRY_MISSING, ENTRY_TYPE, findEntry } from '../../src/app/entry';
import { dueMs, kill, type Program, slice, stop } from '../../src/app/program';
import { interpreter } from '../../src/interp/interp';
import { createLinker, instantiate } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { createStore } from '../../src/runtime/store';
import { FUEL_LIMIT, OOB_MEMORY, OUT_OF_MEMORY, TERMINATED, UNREACHABLE } from '../../src/spec/traps';
import { app, assemblyScript, type Board, createBoard, status, wat } from './board';

const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));
const trace = (program: Program) => [status(program), program.thread.trap];

/** Nothing of a program is left on the board. */
function gone(board: Board, program: Program): void {
  expect(board.bus.peers).not.toContain(program);
  expect([program.timers, program.queue, program.filters, program.urls]).toEqual([[], [], [], []]);
  expect(board.bus.calls.filter(open => open.from === program || open.to === program)).toEqual([]);
  expect(dueMs(program)).toBe(Infinity);
}

describe('an app in C on our API', () => {
  function started(): { board: Board; program: Program; tell: (topic: string, data: string) => string[] } {
    const board = createBoard();
    const program = board.add('echo', app('echo.wasm'));
    board.settle();
    expect(board.take()).toEqual(['echo I hello', '+ app/echo/do/+', 'echo I subscribe = 0', 'echo I serve = 0', 'echo ready']);
    const tell = (topic: string, data: string) => {
      receive(board.bus, `app/echo/do/${topic}`, bytes(data));
      board.settle();
      return board.take();
    };
    return { board, program, tell };
  }

  test('starts below 64 KiB and waits', () => {
    const { program } = started();
    expect(status(program)).toBe('idle');
    expect(dueMs(program)).toBe(Infinity);
    expect(program.thread.store.memoryUsed).toBeLessThan(4096);
  });

  test('gets messages, and its memory back after each', () => {
    const { tell } = started();
    for (let i = 0; i < 100; i++) {
      expect(tell('m', 'x'.repeat(100))).toEqual(['echo I message app/echo/do/m: ' + 'x'.repeat(100)]);
    }
    expect(tell('m', '')).toEqual(['echo I message app/echo/do/m: ']);
  });

  test('has timers: once, again and again, stopped', () => {
    const { board, program, tell } = started();
    expect(tell('t', '5')).toEqual(['echo I message app/echo/do/t: 5', 'echo I timer_start = 1']);
    expect(tell('t', '2*')).toEqual(['echo I message app/echo/do/t: 2*', 'echo I timer_start = 2']);
    expect(dueMs(program)).toBe(20);
    board.pass(65);
    expect(board.take()).toEqual([
      'echo I timer 2 at 20',
      '> app/echo/tick \x02\0\0\0',
      'echo I timer 2 at 40',
      '> app/echo/tick \x02\0\0\0',
      'echo I timer 1 at 50',
      '> app/echo/tick \x01\0\0\0',
      'echo I timer 2 at 60',
      '> app/echo/tick \x02\0\0\0',
    ]);
    expect(tell('s', '1').pop()).toBe('echo I timer_stop = -2');
    expect(tell('s', '2').pop()).toBe('echo I timer_stop = 0');
    board.pass(100);
    expect(board.take()).toEqual([]);
    expect(program.timers).toEqual([]);
  });

  test('misses turns of a timer while it is busy, not its beat', () => {
    const { board, tell } = started();
    tell('t', '1*');
    board.nowMs = 37;
    board.settle();
    board.pass(5);
    expect(board.take().filter(line => line.includes('timer'))).toEqual(['echo I timer 1 at 37', 'echo I timer 1 at 40']);
  });

  test('stopping a timer takes back its turn that waits already', () => {
    const { board, tell } = started();
    tell('t', '1*');
    tell('t', '1');
    board.nowMs = 10; // both are due, behind these:
    receive(board.bus, 'app/echo/do/s', bytes('1'));
    receive(board.bus, 'app/echo/do/s', bytes('2'));
    board.settle();
    expect(board.take().filter(line => /timer/.test(line))).toEqual(['echo I timer_stop = 0', 'echo I timer_stop = 0']);
  });

  test('calls itself, the desk and nobody', () => {
    const { board, tell } = started();
    expect(tell('c', 'app/echo/x/y')).toEqual([
      'echo I message app/echo/do/c: app/echo/x/y',
      'echo I call = 1',
      'echo I call 2 x/y: ping',
      'echo I reply 1 69: ping',
    ]);
    expect(tell('c', '/echo?q').slice(1)).toEqual(['echo I call = 2', 'echo I call 2 /echo?q: ping', 'echo I reply 2 69: ping']);
    expect(tell('c', 'app/nobody/x').slice(1)).toEqual(['echo I call = 3', 'echo I reply 3 132: ']);
    expect(tell('c', '').slice(1)).toEqual(['echo I call = -1']);
    expect(tell('c', 'desk/time').slice(1)).toEqual(['desk 4 time ping', 'echo I call = 4']);
    reply(board.bus, callById(board.bus, null, 4), 69, bytes('noon'), 0);
    board.settle();
    expect(board.take()).toEqual(['echo I reply 4 69: noon']);
  });

  test('answers the desk at once, later, or too late', () => {
    const { board } = started();
    const ask = (url: string) => call(board.bus, null, 1, url, bytes('q'), 0, 70 + board.bus.lastCall);
    ask('app/echo/now');
    board.settle();
    expect(board.take()).toEqual(['echo I call 1 now: q', 'answer 70 69 q', 'echo I reply = -2']);
    ask('app/echo/later');
    board.pass(3000);
    expect(board.take()).toEqual(['echo I call 1 later: q']);
    ask('app/echo/now');
    board.settle();
    expect(board.take()).toEqual(['echo I call 1 now: q', 'answer 72 69 q', 'answer 71 68 late', 'echo I reply = 0']);
    ask('app/echo/later');
    board.pass(5000);
    expect(board.take()).toEqual(['echo I call 1 later: q', 'answer 73 164 ']);
  });

  test('takes back a subscription', () => {
    const { tell } = started();
    expect(tell('u', '').slice(1)).toEqual(['- app/echo/do/+', 'echo I unsubscribe = 0']);
    expect(tell('m', 'x')).toEqual([]);
  });

  test('exits with the low 8 bits of its code', () => {
    const { board, program, tell } = started();
    tell('t', '1*');
    expect(tell('x', '')).toEqual(['echo I message app/echo/do/x: ', '- app/echo/do/+']);
    expect([status(program), program.thread.exitCode]).toEqual(['exited', 300 & 255]);
    gone(board, program);
    board.pass(100);
    expect(board.take()).toEqual([]);
  });

  test('traps alone; who called it learns', () => {
    const { board, program, tell } = started();
    call(board.bus, null, 1, 'app/echo/later', bytes('q'), 0, 7);
    board.settle();
    board.take();
    expect(tell('b', '')).toEqual(['echo I message app/echo/do/b: ', '- app/echo/do/+', 'answer 7 160 ']);
    expect(trace(program)).toEqual(['trapped', UNREACHABLE]);
    gone(board, program);
  });

  test('stopped: no event any more, on_destroy, exit', () => {
    const { board, program, tell } = started();
    tell('t', '1*');
    receive(board.bus, 'app/echo/do/m', bytes('too late'));
    stop(program);
    stop(program);
    expect(dueMs(program)).toBe(-Infinity);
    board.settle();
    expect(board.take()).toEqual(['> app/echo/tick bye', 'echo W bye', '- app/echo/do/+']);
    expect([status(program), program.thread.exitCode]).toEqual(['exited', 0]);
    gone(board, program);
    expect(slice(program, 1000)).toBe(program.status);
  });

  test('a runaway meets its limit; without one it shares the board until killed', () => {
    const board = createBoard();
    const limited = board.add('limited', app('echo.wasm'), { fuelPerEvent: 20000 });
    board.settle();
    receive(board.bus, 'app/limited/do/l', bytes(''));
    board.settle();
    expect(trace(limited)).toEqual(['trapped', FUEL_LIMIT]);
    expect(limited.fuelUsed).toBeGreaterThan(20000);
    expect(limited.fuelUsed).toBeLessThan(24000);
    gone(board, limited);

    const free = board.add('free', app('echo.wasm'));
    const other = board.add('other', app('echo.wasm'));
    board.settle();
    receive(board.bus, 'app/free/do/l', bytes(''));
    for (let i = 0; i < 100; i++) slice(free, 1000);
    expect([status(free), free.fuelUsed > 90000]).toEqual(['running', true]);
    receive(board.bus, 'app/other/do/m', bytes('x'));
    for (let i = 0; i < 5; i++) slice(other, 1000);
    expect(board.take().pop()).toBe('other I message app/other/do/m: x');
    kill(free);
    kill(free);
    expect(trace(free)).toEqual(['trapped', TERMINATED]);
    gone(board, free);
  });

  test('drops an event that finds no memory, with a line in the log, and answers a call so', () => {
    const board = createBoard();
    const program = board.add('echo', app('echo.wasm'), { heapBytes: 256 });
    board.settle();
    board.take();
    receive(board.bus, 'app/echo/do/m', new Uint8Array(300));
    call(board.bus, null, 1, 'app/echo/x', new Uint8Array(300), 0, 9);
    receive(board.bus, 'app/echo/do/m', bytes('fits'));
    board.settle();
    expect(board.take()).toEqual([
      'echo W no memory for an event',
      'echo W no memory for an event',
      'answer 9 163 ',
      'echo I message app/echo/do/m: fits',
    ]);
    expect(program.dropped).toBe(2);
  });
});

// S6 of management.md: 0 leaked handles, 0 late callbacks
test('an app stopped at any point of its run leaves nothing behind', () => {
  const wasm = app('echo.wasm');
  for (let cut = 1; cut <= 4000; cut += 37) {
    const board = createBoard();
    const program = board.add('echo', wasm);
    const asker = board.add('asker', wasm);
    for (let used = 0; used < cut; used += 37) {
      if (used === 370) {
        receive(board.bus, 'app/echo/do/t', bytes('1*'));
        receive(board.bus, 'app/echo/do/c', bytes('app/asker/later'));
        receive(board.bus, 'app/asker/do/c', bytes('app/echo/later'));
      }
      slice(program, 37);
      slice(asker, 37);
      board.nowMs++;
    }
    if (cut % 2) stop(program);
    else kill(program);
    while (status(program) === 'running') slice(program, 37);
    gone(board, program);
    board.take();
    board.pass(20000);
    expect(board.take().filter(line => line.startsWith('echo '))).toEqual([]);
    gone(board, program);
  }
});

describe('an app for WAMR', () => {
  test('runs unmodified: timers, events, requests, responses', () => {
    const board = createBoard();
    const program = board.add('wamr', app('wamr.wasm'));
    const posted: [string, string, number, number][] = [];
    const other: Peer = { id: 0, name: 'other', takes: 15, filters: [], urls: [], queue: [], dropped: 0 };
    join(board.bus, other);
    other.filters.push('event/temp');
    other.urls.push('other');
    const drain = () => {
      for (const event of other.queue.splice(0)) posted.push([event.name, Buffer.from(event.bytes).toString('hex'), event.fmt, event.mid]);
      return posted.splice(0);
    };
    board.settle();
    expect(board.take()).toEqual(['wamr : init']);
    board.pass(215); // beat at 100 and 200, then restarts the idle one for 10 ms
    expect(board.take()).toEqual(['wamr : once', '> event/temp \0\0\x0a\0\0\0\x01\0\0\0\0\0']);
    expect(drain()).toEqual([['event/temp', '00000a000000010000000000', 99, 7]]);
    board.pass(100); // the third beat calls
    expect(drain()).toEqual([['/other/x', '71', 98, 42]]);
    reply(board.bus, callById(board.bus, other, 1), 69, bytes('onse'), 98);
    board.settle();
    expect(board.take()).toEqual(['wamr : response']);
    board.pass(1000); // the fourth cancels itself
    expect(program.timers.map(timer => [timer.id, timer.dueMs])).toEqual([[1, Infinity]]);
    expect(board.take()).toEqual([]);

    publish(board.bus, other, 'event/alert/overheat', bytes('hot'), 98, 3);
    publish(board.bus, other, 'event/alert/over', bytes('hot'), 98, 4); // exact URLs only
    board.settle();
    expect(board.take().filter(line => line.startsWith('wamr'))).toEqual(['wamr : alert/overheat']);

    call(board.bus, null, 1, '/app/wamr/url1', bytes(''), 99, 5);
    call(board.bus, null, 3, '/url1/bad?x', bytes(''), 99, 6);
    call(board.bus, null, 3, '/app/wamr/bad', bytes(''), 99, 7);
    board.settle();
    expect(board.take()).toEqual(['answer 5 69 url1', 'answer 6 69 /url1/bad?x', 'answer 7 69 bad']);

    stop(program);
    board.settle();
    expect(board.take()).toEqual(['wamr : destroyed']);
    gone(board, program);
  });

  test('talks with an app on our API', () => {
    const board = createBoard();
    board.add('wamr', app('wamr.wasm'));
    board.add('echo', app('echo.wasm'));
    board.settle();
    board.take();
    receive(board.bus, 'app/echo/do/c', bytes('app/wamr/hello'));
    board.settle();
    expect(board.take().slice(1)).toEqual(['echo I call = 1', 'echo I reply 1 69: hello']);
  });

  test('an unanswered request comes back empty after 5 s', () => {
    const board = createBoard();
    board.add('wamr', app('wamr.wasm'));
    const other: Peer = { id: 0, name: 'other', takes: 15, filters: [], urls: ['other'], queue: [], dropped: 0 };
    join(board.bus, other);
    board.pass(300);
    expect(other.queue).toHaveLength(1);
    board.take();
    board.pass(4999);
    expect(board.take()).toEqual([]);
    board.pass(1);
    expect(board.take()).toEqual(['wamr : another response']);
  });
});

// Counts turns, echoes what it is sent in upper case.
const blink = `
import * as wasmote from './examples/include/wasmote.as';

let turns = 0;

export function on_init(): void {
  wasmote.log(wasmote.LOG_INFO, 'hällo');
  wasmote.subscribe('~/in/#');
  wasmote.timer_start(20, true);
}

export function on_timer(id: i32): void {
  turns++;
  if (turns == 3) wasmote.timer_stop(id);
  const data = new Uint8Array(2);
  data[0] = u8(id);
  data[1] = u8(turns);
  wasmote.publish('~/turn', data);
}

export function on_message(topic: usize, topicLen: i32, data: usize, dataLen: i32): void {
  const kept = wasmote.bytes(data, dataLen);
  // garbage, so that the collector runs while the host's block is still pinned
  for (let i = 0; i < 2000; i++) String.UTF8.encode(i.toString());
  __collect();
  const text = wasmote.text(data, dataLen);
  if (wasmote.text(kept.dataStart, kept.byteLength) != text) throw new Error('the block changed');
  wasmote.log(wasmote.LOG_INFO, wasmote.text(topic, topicLen) + '=' + text.toUpperCase());
}

export function on_destroy(): void {
  wasmote.exit(turns);
}
`;

test('an app in AssemblyScript', async () => {
  const board = createBoard();
  const program = board.add('blink', await assemblyScript(blink));
  board.settle(100000);
  expect(board.take()).toEqual([`blink I ${Buffer.from('hällo').toString('latin1')}`, '+ app/blink/in/#']);
  board.pass(100);
  expect(board.take()).toEqual(['> app/blink/turn \x01\x01', '> app/blink/turn \x01\x02', '> app/blink/turn \x01\x03']);
  for (let i = 0; i < 3; i++) receive(board.bus, 'app/blink/in/x', bytes('quiet' + i));
  board.settle(100000);
  expect(board.take()).toEqual(['blink I app/blink/in/x=QUIET0', 'blink I app/blink/in/x=QUIET1', 'blink I app/blink/in/x=QUIET2']);
  stop(program);
  board.settle();
  expect([status(program), program.thread.exitCode]).toEqual(['exited', 3]);
});

describe('programs', () => {
  test('main gets its arguments, its result is the exit code, its timers end with it', () => {
    const board = createBoard();
    const program = board.add('prog', app('main.wasm'), { args: ['one', '', 'caf\xe9'] });
    board.settle();
    expect(board.take()).toEqual(['prog D prog', 'prog D one', 'prog D ', 'prog D caf\xe9']);
    expect([status(program), program.thread.exitCode]).toEqual(['exited', 4]);
    gone(board, program);
  });

  test('no room for its arguments: a trap', () => {
    const board = createBoard();
    const program = board.add('prog', app('main.wasm'), { args: ['x'.repeat(300)], heapBytes: 256 });
    board.settle();
    expect(trace(program)).toEqual(['trapped', OUT_OF_MEMORY]);
  });

  const LOG = '(import "wasmote" "log" (func $log (param i32 i32 i32))) (memory (export "memory") 1) (data (i32.const 0) "abcdefgh")';
  const say = (n: number) => `(call $log (i32.const 2) (i32.const ${n}) (i32.const 1))`;
  const ended: [string, string, string, number][] = [
    ['_start', `(func (export "_start") ${say(0)}) (func (export "main") ${say(1)})`, 'a', 0],
    ['main', `(func (export "main") (result i32) ${say(0)} (i32.const -1)) (func (export "_main") ${say(1)})`, 'a', 255],
    ['__main_argc_argv', `(func (export "__main_argc_argv") (param i32 i32) (result i32) ${say(0)} (local.get 0))`, 'a', 1],
    ['_main', `(func (export "_main") ${say(1)})`, 'b', 0],
    ['callbacks beside main', `(func (export "main") ${say(0)}) (func (export "on_timer") (param i32) ${say(1)})`, 'a', 0],
    [
      'start functions first',
      `(func $s ${say(0)}) (start $s) (func (export "__wasm_call_ctors") ${say(1)}) (func (export "main") ${say(2)})`,
      'abc',
      0,
    ],
    ['a _start of another type', `(func (export "_start") (param i32)) (func (export "main") ${say(2)})`, 'c', 0],
  ];
  test.each(ended)('%s', (_, body, log, code) => {
    const board = createBoard();
    const program = board.add('prog', wat(`(module ${LOG} ${body})`));
    board.settle();
    expect(
      board
        .take()
        .map(line => line.slice(-1))
        .join(''),
    ).toBe(log);
    expect([status(program), program.thread.exitCode]).toEqual(['exited', code]);
    gone(board, program);
  });

  const resident: [string, string, string][] = [
    ['on_init, not main', `(func (export "on_init") ${say(0)}) (func (export "main") ${say(1)})`, 'a'],
    ['_on_init before on_init', `(func (export "on_init") ${say(0)}) (func (export "_on_init") ${say(1)})`, 'b'],
    ['callbacks alone', `(func (export "on_request") (param i32 i32) ${say(0)})`, ''],
    ['_start first where it imports WASI', `(func (export "on_init") ${say(1)}) (func (export "_start") ${say(0)})`, 'ab'],
  ];
  test.each(resident)('stays: %s', (name, body, log) => {
    const board = createBoard();
    const wasiImport = name.includes('WASI') ? '(import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))' : '';
    const program = board.add('prog', wat(`(module ${wasiImport} ${LOG} ${body})`));
    board.settle();
    expect(
      board
        .take()
        .map(line => line.slice(-1))
        .join(''),
    ).toBe(log);
    expect(status(program)).toBe('idle');
  });

  const faults: [string, string, number][] = [
    ['nothing to run', '(func (export "f"))', ENTRY_MISSING],
    ['on_init of another type alone', '(func (export "on_init") (param i32))', ENTRY_MISSING],
    ['main with one parameter', '(func (export "main") (param i32))', ENTRY_TYPE],
    ['main with a float', '(func (export "main") (result f32) (f32.const 0))', ENTRY_TYPE],
    ['main with two results', '(func (export "main") (result i32 i32) (i32.const 0) (i32.const 0))', ENTRY_TYPE],
  ];
  test.each(faults)('refused: %s', (_, body, fault) => {
    const wasm = wat(`(module ${body})`);
    const options = { heapBytes: 0, lenient: false, shrink: true };
    expect(findEntry(instantiate(createStore(interpreter), parseModule(wasm), createLinker(), options)).fault).toBe(fault);
    const board = createBoard();
    expect(() => board.add('prog', wasm)).toThrow();
    expect(board.bus.peers).toEqual([]);
  });

  test('one that waits is idle for the board, and not a runaway however long it lives', () => {
    const board = createBoard();
    // poll_oneoff on the monotonic clock, 20 ms, 100 times
    const program = board.add(
      'sleepy',
      wat(`(module (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32))) (memory (export "memory") 1)
        (data (i32.const 16) "\\01") (data (i32.const 24) "\\00\\2d\\31\\01")
        (func (export "_start") (local i32)
          (loop $l
            (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))
            (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 100))))))`),
      { fuelPerEvent: 100 },
    );
    board.settle();
    expect([status(program), dueMs(program)]).toEqual(['waiting', Infinity]);
    slice(program, 1000);
    expect(status(program)).toBe('waiting');
    board.pass(1999);
    expect(status(program)).toBe('waiting');
    board.pass(1);
    expect(status(program)).toBe('exited');
  });

  test('stopped, it ends at once', () => {
    const board = createBoard();
    const program = board.add('prog', wat('(module (func (export "main") (loop (br 0))))'));
    slice(program, 1000);
    stop(program);
    expect([status(program), program.thread.exitCode]).toEqual(['exited', 0]);
    gone(board, program);
  });
});

describe("memory from the module's own malloc", () => {
  // a bump allocator that logs what it does
  const module = (malloc: string) =>
    wat(`(module (import "wasmote" "log" (func $log (param i32 i32 i32))) (import "wasmote" "subscribe" (func $sub (param i32 i32) (result i32)))
      (memory (export "memory") 1) (data (i32.const 0) "mf~/x")
      (func (export "malloc") (param i32) (result i32) (call $log (i32.const 2) (i32.const 0) (i32.const 1)) ${malloc})
      (func (export "free") (param i32) (call $log (i32.const 2) (i32.const 1) (i32.const 1)))
      (func (export "on_init") (drop (call $sub (i32.const 2) (i32.const 3))))
      (func (export "on_message") (param i32 i32 i32 i32) (call $log (i32.const 2) (local.get 0) (i32.add (local.get 1) (i32.add (local.get 3) (i32.const 1))))))`);
  const cases: [string, string, string[]][] = [
    ['is used, and given back', '(i32.const 1000)', ['own I m', 'own I app/own/x\0hi', 'own I f']],
    ['and grown memory too', '(i32.mul (memory.grow (i32.const 1)) (i32.const 65536))', ['own I m', 'own I app/own/x\0hi', 'own I f']],
    ['says no', '(i32.const 0)', ['own I m', 'own W no memory for an event']],
    ['lies', '(i32.const -5)', ['own I m', 'own W no memory for an event']],
    ['lies just so', '(i32.const 65524)', ['own I m', 'own W no memory for an event']],
  ];
  test.each(cases)('that %s', (_, malloc, want) => {
    const board = createBoard();
    const program = board.add('own', module(malloc));
    board.settle();
    board.take();
    receive(board.bus, 'app/own/x', bytes('hi'));
    board.settle();
    expect(board.take()).toEqual(want);
    expect(status(program)).toBe('idle');
  });

  test('that traps, or never returns', () => {
    for (const [malloc, code] of [
      ['(i32.load (i32.const -1))', OOB_MEMORY],
      ['(loop (br 0)) (i32.const 0)', FUEL_LIMIT],
    ] as const) {
      const board = createBoard();
      const program = board.add('own', module(malloc), { fuelPerEvent: 5000 });
      board.settle();
      receive(board.bus, 'app/own/x', bytes('hi'));
      board.settle();
      expect(trace(program)).toEqual(['trapped', code]);
    }
  });
});

describe('memory for events in a module that grows its own and exports no malloc', () => {
  // at each message: a page more, filled to its end; says what came, from where it was put
  const module = (more: string) =>
    wat(`(module (import "wasmote" "log" (func $log (param i32 i32 i32))) (import "wasmote" "subscribe" (func $sub (param i32 i32) (result i32)))
      (memory (export "memory") 1) (data (i32.const 2) "~/x") (global (export "__heap_base") i32 (i32.const 1024))
      (func (export "on_init") (drop (call $sub (i32.const 2) (i32.const 3))))
      (func (export "on_message") (param i32 i32 i32 i32) (local $page i32)
        (local.set $page (i32.mul (memory.grow (i32.const 1)) (i32.const 65536)))
        (memory.fill (local.get $page) (i32.const 77) (i32.const 65536))
        (memory.fill (i32.const 1024) (i32.const 77) (i32.const 64512))
        (call $log (i32.const 2) (local.get 2) (local.get 3)))
      ${more})`);

  test('lies in pages of its own', () => {
    const board = createBoard();
    const program = board.add('grow', module(''));
    board.settle();
    for (let i = 1; i <= 3; i++) {
      receive(board.bus, 'app/grow/x', bytes(`no ${i}`));
      board.settle();
      expect(board.take().pop()).toBe(`grow I no ${i}`);
    }
    expect([status(program), program.dropped]).toEqual(['idle', 0]);
  });

  test('is not there where the module could see it and take it for its own', () => {
    const board = createBoard();
    board.add('see', module('(func (export "size") (result i32) (memory.size))'));
    board.settle();
    receive(board.bus, 'app/see/x', bytes('lost'));
    board.settle();
    expect(board.take().pop()).toBe('see W no memory for an event');
  });
});

test('without the callback that would be called, asking for it is an error', () => {
  const board = createBoard();
  board.add(
    'mute',
    wat(`(module (import "wasmote" "subscribe" (func $a (param i32 i32) (result i32))) (import "wasmote" "timer_start" (func $b (param i32 i32) (result i32)))
      (import "wasmote" "call" (func $c (param i32 i32 i32 i32 i32) (result i32))) (import "wasmote" "serve" (func $d (param i32 i32) (result i32)))
      (import "wasmote" "exit" (func $exit (param i32))) (memory 1)
      (func (export "on_init") (call $exit (i32.add (i32.add (call $a (i32.const 0) (i32.const 0)) (call $b (i32.const 0) (i32.const 0)))
        (i32.add (call $c (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) (call $d (i32.const 0) (i32.const 0)))))))`),
  );
  board.settle();
  expect(board.programs[0].thread.exitCode).toBe((-5 * 4) & 255);
});

test('timers: the pool, and slots of idle ones', () => {
  const board = createBoard();
  const program = board.add(
    'pool',
    wat(`(module (import "env" "wasm_create_timer" (func $t (param i32 i32 i32) (result i32))) (import "env" "wasm_timer_cancel" (func $c (param i32)))
      (import "wasmote" "exit" (func $exit (param i32))) (memory 1) (func (export "on_timer_callback") (param i32) (call $exit (local.get 0)))
      (func (export "on_init") (drop (call $t (i32.const 50) (i32.const 0) (i32.const 1))) (drop (call $t (i32.const 0) (i32.const 1) (i32.const 1)))
        (if (i32.ne (call $t (i32.const 1) (i32.const 0) (i32.const 1)) (i32.const -1)) (then unreachable))
        (call $c (i32.const 2))
        (if (i32.ne (call $t (i32.const 0) (i32.const 0) (i32.const 1)) (i32.const 3)) (then unreachable))))`),
    { maxTimers: 2 },
  );
  board.settle();
  expect(program.timers.map(timer => timer.id)).toEqual([1, 3]);
  board.pass(1);
  expect([status(program), program.thread.exitCode]).toEqual(['exited', 3]);
});
