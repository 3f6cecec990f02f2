// WASI calls one by one, on pictures of memory: what is poked before, the call, its errno, what is peeked after.
// Expectations come from the witx of preview 0 and 1, the layouts of wasi/api.h and docs/wasi.md.
import { describe, expect, test } from 'vitest';
import { FUEL } from '../../src/runtime/thread';
import { EXIT } from '../../src/spec/traps';
import { type WasiOptions, wasiResume } from '../../src/wasi/wasi';
import { type Fake, fake, hex, PAGE, PARKED, rows } from './fake';

const AGAIN = 6;
const BADF = 8;
const FAULT = 21;
const INVAL = 28;
const IO = 29;
const NOTDIR = 54;
const NOTSOCK = 57;
const NOTSUP = 58;
const SPIPE = 70;
const NOTCAPABLE = 76;

test('the 46 functions of preview 1 are there with their signatures', () => {
  // compat tables: WASI preview 1
  const want =
    'args_get(ii)i args_sizes_get(ii)i environ_get(ii)i environ_sizes_get(ii)i clock_res_get(ii)i clock_time_get(iIi)i random_get(ii)i ' +
    'proc_exit(i) proc_raise(i)i sched_yield()i poll_oneoff(iiii)i sock_accept(iii)i sock_recv(iiiiii)i sock_send(iiiii)i sock_shutdown(ii)i ' +
    'fd_close(i)i fd_datasync(i)i fd_sync(i)i fd_fdstat_get(ii)i fd_fdstat_set_flags(ii)i fd_filestat_get(ii)i fd_prestat_get(ii)i ' +
    'fd_renumber(ii)i fd_tell(ii)i fd_prestat_dir_name(iii)i fd_read(iiii)i fd_write(iiii)i fd_pread(iiiIi)i fd_pwrite(iiiIi)i ' +
    'fd_readdir(iiiIi)i fd_seek(iIii)i fd_advise(iIIi)i fd_allocate(iII)i fd_fdstat_set_rights(iII)i fd_filestat_set_size(iI)i ' +
    'fd_filestat_set_times(iIIi)i path_create_directory(iii)i path_remove_directory(iii)i path_unlink_file(iii)i path_filestat_get(iiiii)i ' +
    'path_symlink(iiiii)i path_filestat_set_times(iiiiIIi)i path_link(iiiiiii)i path_open(iiiiiIIii)i path_readlink(iiiiii)i path_rename(iiiiii)i';
  const have = rows.map(([name, signature]) => name + signature);
  expect(have.sort()).toEqual(want.split(' ').sort());
  expect(have.length).toBe(46);
});

type Memory = { [at: number]: string };
/** title, call, errno, memory before, memory after, options */
type Case = [string, (string | number)[], number | string, Memory?, Memory?, Partial<WasiOptions>?];

function run(cases: Case[], prepare: (f: Fake) => void = () => {}, from?: string): void {
  for (const [title, [name, ...args], errno, before, after, options] of cases)
    test(title, () => {
      const f = fake(options, from);
      prepare(f);
      for (const at in before) f.poke(Number(at), before[Number(at)]);
      expect(f.call(name as string, ...(args as number[]))).toBe(errno);
      for (const at in after) {
        const want = after[Number(at)].trim();
        expect(f.peek(Number(at), want.split(/ +/).length), 'at ' + at).toBe(want);
      }
    });
}

describe('arguments and environment', () => {
  const two = { args: ['app', '-v'] };
  const vars = { env: ['MOTE=dust', 'E='] };
  run([
    ['counts arguments', ['args_sizes_get', 16, 20], 0, {}, { 16: '02 00 00 00 07 00 00 00' }, two],
    ['stores arguments', ['args_get', 16, 32], 0, {}, { 16: '20 00 00 00 24 00 00 00', 32: '61 70 70 00 2d 76 00' }, two],
    ['no arguments', ['args_sizes_get', 16, 20], 0, { 16: 'ff ff ff ff ff ff ff ff' }, { 16: '00 00 00 00 00 00 00 00' }],
    ['no arguments touch nothing, even at the very end', ['args_get', PAGE, PAGE], 0],
    ['bytes above 7f are kept', ['args_get', 0, 8], 0, {}, { 8: 'c3 a4 ff 00' }, { args: ['\xc3\xa4\xff'] }],
    ['counts variables', ['environ_sizes_get', 16, 20], 0, {}, { 16: '02 00 00 00 0d 00 00 00' }, vars],
    [
      'stores variables',
      ['environ_get', 16, 32],
      0,
      {},
      { 16: '20 00 00 00 2a 00 00 00', 32: '4d 4f 54 45 3d 64 75 73 74 00 45 3d 00' },
      vars,
    ],
    ['a count outside memory', ['args_sizes_get', PAGE - 3, 0], FAULT, {}, { 0: '00 00 00 00' }, two],
    ['a size outside memory', ['args_sizes_get', 0, -1], FAULT, {}, { 0: '00 00 00 00' }, two],
    ['a table outside memory', ['args_get', PAGE - 7, 0], FAULT, {}, { 0: '00 00 00 00' }, two],
    ['strings that just fit', ['args_get', 0, PAGE - 7], 0, {}, { [PAGE - 7]: '61 70 70 00 2d 76 00' }, two],
    ['strings one byte too long store nothing', ['args_get', 0, PAGE - 6], FAULT, {}, { 0: '00 00 00 00' }, two],
  ]);
});

describe('clocks', () => {
  const at = (nowMs: number, utcMs: number) => (f: Fake) => {
    f.nowMs = nowMs;
    f.utcMs = utcMs;
  };
  /** 8 bytes of a bigint: the reference that device code does without. */
  const u64 = (ns: bigint) => hex(new Uint8Array(BigUint64Array.of(ns).buffer));
  run([
    ['resolution of realtime', ['clock_res_get', 0, 16], 0, { 20: 'ff' }, { 16: 'e8 03 00 00 00 00 00 00' }],
    ['resolution of monotonic', ['clock_res_get', 1, 16], 0, {}, { 16: '40 42 0f 00 00 00 00 00' }, { tickNs: 1000000 }],
    ['no process clock', ['clock_res_get', 2, 16], INVAL],
    ['no thread clock', ['clock_time_get', 3, 0, 0, 16], INVAL],
    ['no clock -1', ['clock_time_get', -1, 0, 0, 16], INVAL],
    ['resolution outside memory', ['clock_res_get', 1, PAGE - 7], FAULT],
    ['time outside memory', ['clock_time_get', 1, 0, 0, PAGE], FAULT],
    ['an unknown clock comes before a bad address', ['clock_res_get', 9, -4], INVAL],
  ]);
  const realtime: [number, bigint][] = [
    [1600000000000.5, 1600000000000500000n],
    [1753951234567, 1753951234567000000n],
    [1, 1000000n],
    [8640000000000000, 8640000000000000000000n & 0xffffffffffffffffn], // the last Date: past u64, wraps as any other sum would
  ];
  for (const [ms, ns] of realtime) run([[`realtime ${ms} ms`, ['clock_time_get', 0, 0, 0, 16], 0, {}, { 16: u64(ns) }]], at(7, ms));
  const monotonic: [number, bigint][] = [
    [0, 0n],
    [0.001, 1000n],
    [20.000001, 20000001n],
    [4294.967295, 4294967295n],
    [4294.967296, 4294967296n],
    [4194304, 4194304000000n], // the split at 2^22 ms, from both sides
    [4194303.999999, 4194303999999n],
    [86400000 * 365.25, 31557600000000000n],
  ];
  for (const [ms, ns] of monotonic) run([[`monotonic ${ms} ms`, ['clock_time_get', 1, 0, 0, 16], 0, {}, { 16: u64(ns) }]], at(ms, 0));
  run([['a board that does not know the date counts from boot', ['clock_time_get', 0, 0, 0, 16], 0, {}, { 16: u64(5000000n) }]], at(5, 0));

  test('whole milliseconds are exact (seeded)', () => {
    let seed = 12345;
    for (let i = 0; i < 2000; i++) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      const ms = seed * (1 + (i % 409)); // up to 1.7e12
      const f = fake();
      f.nowMs = ms;
      f.call('clock_time_get', 1, 0, 0, 8);
      expect(f.peek(8, 8), `ms ${ms}`).toBe(u64(BigInt(ms) * 1000000n));
    }
  });
});

describe('random', () => {
  run([
    ['fills exactly the buffer', ['random_get', 16, 4], 0, {}, { 15: '00 a0 a1 a2 a3 00' }],
    ['nothing, at the very end', ['random_get', PAGE, 0], 0],
    ['to the last byte', ['random_get', PAGE - 2, 2], 0, {}, { [PAGE - 2]: 'a0 a1' }],
    ['one byte too many stores none', ['random_get', PAGE - 2, 3], FAULT, {}, { [PAGE - 2]: '00 00' }],
    ['a length of 2^32 - 1', ['random_get', 0, -1], FAULT],
  ]);
});

describe('writing', () => {
  const hello = { 16: '40 00 00 00 05 00 00 00 48 00 00 00 01 00 00 00', 64: "'hello'", 72: "'\n'" };
  test('gathers buffers in order and stores the count', () => {
    const f = fake();
    for (const at of [16, 64, 72] as const) f.poke(at, hello[at]);
    expect(f.call('fd_write', 1, 16, 2, 8)).toBe(0);
    expect(f.out).toEqual(['1:hello', '1:\n']);
    expect(f.peek(8, 4)).toBe('06 00 00 00');
    expect(f.call('fd_write', 2, 16, 1, 8)).toBe(0);
    expect(f.out[2]).toBe('2:hello');
  });
  run([
    ['no buffers', ['fd_write', 1, 16, 0, 8], 0, { 8: 'ff ff ff ff' }, { 8: '00 00 00 00' }],
    ['an empty buffer at the very end', ['fd_write', 1, 16, 1, 8], 0, { 16: '00 00 01 00 00 00 00 00' }, { 8: '00 00 00 00' }],
    ['unknown fd', ['fd_write', 3, 16, 2, 8], BADF, hello],
    ['fd -1', ['fd_write', -1, 16, 2, 8], BADF, hello],
    ['standard input', ['fd_write', 0, 16, 2, 8], NOTCAPABLE, hello],
    ['a bad fd comes before a bad address', ['fd_write', 9, -8, 2, 8], BADF],
  ]);
  const faults: [string, number[], Memory][] = [
    ['vectors outside memory', [1, PAGE - 15, 2, 8], {}],
    ['2^29 vectors (their size wraps in 32 bits)', [1, 16, 1 << 29, 8], {}],
    ['2^32 - 1 vectors', [1, 16, -1, 8], {}],
    ['the second buffer outside memory', [1, 16, 2, 8], { ...hello, 24: 'ff ff 00 00 02 00 00 00' }],
    ['a buffer whose end wraps', [1, 16, 1, 8], { 16: '10 00 00 00 f8 ff ff ff' }],
    ['the count outside memory', [1, 16, 2, PAGE - 3], hello],
  ];
  for (const [title, args, memory] of faults)
    test(`${title}: FAULT, and nothing is written`, () => {
      const f = fake();
      for (const at in memory) f.poke(Number(at), memory[at]);
      expect(f.call('fd_write', ...args)).toBe(FAULT);
      expect(f.out).toEqual([]);
    });
  test('a sink that fills up gives a short count, then its refusal', () => {
    const f = fake();
    for (const at of [16, 64, 72] as const) f.poke(at, hello[at]);
    f.room = 3;
    expect(f.call('fd_write', 1, 16, 2, 8)).toBe(0);
    expect(f.peek(8, 4)).toBe('03 00 00 00');
    f.room = -IO;
    expect(f.call('fd_write', 1, 16, 2, 8)).toBe(IO);
    expect(f.peek(8, 4)).toBe('03 00 00 00');
  });
  test('a sink that is full parks the program until it has room; NONBLOCK answers AGAIN', () => {
    const f = fake();
    for (const at of [16, 64, 72] as const) f.poke(at, hello[at]);
    f.room = 0;
    expect(f.call('fd_write', 1, 16, 2, 8)).toBe(PARKED);
    expect(wasiResume(f.env)).toBe(false);
    f.room = 100;
    expect(wasiResume(f.env)).toBe(true);
    expect(f.out).toEqual(['1:hello', '1:\n']);
    expect(f.call('fd_fdstat_set_flags', 1, 4)).toBe(0);
    f.room = 0;
    expect(f.call('fd_write', 1, 16, 2, 8)).toBe(AGAIN);
  });
  test('one call moves at most 64 KiB', () => {
    const f = fake();
    for (let i = 0; i < 3; i++) f.poke(i * 8, '00 00 00 00 00 c0 00 00'); // 3 x 48 KiB
    expect(f.call('fd_write', 1, 0, 3, 64)).toBe(0);
    expect(f.peek(64, 4)).toBe('00 00 01 00');
    expect(f.out.map(text => text.length - 2)).toEqual([0xc000, 0x4000]);
  });
  test('what a call goes through is paid for', () => {
    const f = fake();
    f.poke(16, '00 00 00 00 00 40 00 00'); // 16 KiB
    for (const [name, least, ...args] of [
      ['fd_write', 4096, 1, 16, 1, 8],
      ['fd_write', 4096, 1, 0x4000, 1000, 8], // empty vectors
      ['random_get', 4096, 0x4000, 16384],
      ['poll_oneoff', 4096, 0x4000, 0xc000, 200, 8],
    ] as [string, number, ...number[]][]) {
      f.env.thread!.fuel = 0;
      f.call(name, ...args);
      expect(-f.env.thread!.fuel, name).toBeGreaterThanOrEqual(least);
    }
  });
});

describe('reading', () => {
  const one = { 16: '40 00 00 00 08 00 00 00' };
  const two = { 16: '40 00 00 00 02 00 00 00 50 00 00 00 08 00 00 00' };
  const typed = (text: string, memory: Memory) => {
    const f = fake();
    for (const at in memory) f.poke(Number(at), memory[at]);
    if (text !== '') f.input.push([...Buffer.from(text)]);
    return f;
  };
  test('takes what there is', () => {
    const f = typed('hi\n', one);
    expect(f.call('fd_read', 0, 16, 1, 24)).toBe(0);
    expect(f.peek(24, 4)).toBe('03 00 00 00');
    expect(f.peek(64, 4)).toBe('68 69 0a 00');
  });
  test('scatters over buffers', () => {
    const f = typed('hello', two);
    expect(f.call('fd_read', 0, 16, 2, 32)).toBe(0);
    expect([f.peek(64, 3), f.peek(80, 4), f.peek(32, 4)]).toEqual(['68 65 00', '6c 6c 6f 00', '05 00 00 00']);
  });
  test('does not wait for a second buffer', () => {
    const f = typed('he', two);
    expect(f.call('fd_read', 0, 16, 2, 32)).toBe(0);
    expect(f.peek(32, 4)).toBe('02 00 00 00');
  });
  test('the end of input is a count of 0', () => {
    const f = typed('', one);
    f.input.push([]);
    expect(f.call('fd_read', 0, 16, 1, 24)).toBe(0);
    expect(f.peek(24, 4)).toBe('00 00 00 00');
  });
  test('without a source, input is at its end', () => {
    const f = fake({ input: null });
    f.poke(16, one[16]);
    f.poke(24, 'ff');
    expect(f.call('fd_read', 0, 16, 1, 24)).toBe(0);
    expect(f.peek(24, 4)).toBe('00 00 00 00');
  });
  test('no buffers read nothing and never wait', () => expect(typed('', {}).call('fd_read', 0, 16, 0, 24)).toBe(0));
  test('waits for input, without a time', () => {
    const f = typed('', one);
    expect(f.call('fd_read', 0, 16, 1, 24)).toBe(PARKED);
    expect(f.parks).toEqual([-1]);
    expect(wasiResume(f.env)).toBe(false);
    f.input.push([0x78]);
    expect(wasiResume(f.env)).toBe(true);
    expect([f.peek(24, 1), f.peek(64, 2)]).toEqual(['01', '78 00']);
    expect(wasiResume(f.env)).toBe(false); // nothing parked any more
  });
  test('NONBLOCK answers AGAIN instead', () => {
    const f = typed('', one);
    expect(f.call('fd_fdstat_set_flags', 0, 4)).toBe(0);
    expect(f.call('fd_read', 0, 16, 1, 24)).toBe(AGAIN);
  });
  test('input that lands on the vectors cannot move later buffers outside memory', () => {
    const f = typed('', { 16: '18 00 00 00 08 00 00 00 40 00 00 00 04 00 00 00' }); // the first buffer is the second vector
    f.input.push([0, 0, 0xff, 0xff, 8, 0, 0, 0, 0x41, 0x41]);
    expect(f.call('fd_read', 0, 16, 2, 8)).toBe(0);
    expect(f.peek(8, 4)).toBe('08 00 00 00');
  });
  run([
    ['from standard output', ['fd_read', 1, 16, 1, 24], NOTCAPABLE, one],
    ['from an unknown fd', ['fd_read', 7, 16, 1, 24], BADF, one],
    ['into a buffer outside memory', ['fd_read', 0, 16, 1, 24], FAULT, { 16: '00 00 01 00 01 00 00 00' }],
  ]);
});

describe('descriptors', () => {
  run([
    ['seek', ['fd_seek', 1, 0, 0, 1, 16], SPIPE],
    ['seek by an unknown whence', ['fd_seek', 1, 0, 0, 3, 16], INVAL],
    ['seek of an unknown fd', ['fd_seek', 3, 0, 0, 0, 16], BADF],
    ['tell', ['fd_tell', 0, 16], SPIPE],
    ['pread', ['fd_pread', 0, 16, 0, 0, 0, 24], SPIPE],
    ['pwrite', ['fd_pwrite', 1, 16, 0, 0, 0, 24], SPIPE],
    ['advise', ['fd_advise', 0, 0, 0, 0, 0, 0], SPIPE],
    ['allocate', ['fd_allocate', 1, 0, 0, 1, 0], SPIPE],
    ['allocate of an unknown fd', ['fd_allocate', 5, 0, 0, 1, 0], BADF],
    ['set size', ['fd_filestat_set_size', 1, 0, 0], INVAL],
    ['set times', ['fd_filestat_set_times', 1, 0, 0, 0, 0, 2], NOTCAPABLE],
    ['set times to a value and to now', ['fd_filestat_set_times', 1, 0, 0, 0, 0, 3], INVAL],
    ['set times of an unknown fd', ['fd_filestat_set_times', 3, 0, 0, 0, 0, 3], BADF],
    ['read a directory', ['fd_readdir', 0, 0, 0, 0, 0, 0], NOTDIR],
    ['no preopened directory', ['fd_prestat_get', 3, 16], BADF],
    ['a stream is none either', ['fd_prestat_get', 0, 16], BADF],
    ['no name of one', ['fd_prestat_dir_name', 3, 16, 8], BADF],
    ['sync', ['fd_sync', 1], 0],
    ['datasync', ['fd_datasync', 2], 0],
    ['sync of an unknown fd', ['fd_sync', 3], BADF],
    ['fdstat of stdin: a terminal to read', ['fd_fdstat_get', 0, 16], 0, {}, { 16: '02 00 00 00 00 00 00 00 0a 00 20 08 00 00 00 00 00' }],
    ['fdstat of stdout: one to write', ['fd_fdstat_get', 1, 16], 0, {}, { 16: '02 00 00 00 00 00 00 00 59 00 20 08 00 00 00 00 00' }],
    ['fdstat of an unknown fd', ['fd_fdstat_get', 4, 16], BADF],
    ['fdstat outside memory', ['fd_fdstat_get', 1, PAGE - 23], FAULT],
    ['flags that cannot be set', ['fd_fdstat_set_flags', 1, 16], INVAL],
    ['flags of an unknown fd', ['fd_fdstat_set_flags', 3, 0], BADF],
    ['rights that it lacks', ['fd_fdstat_set_rights', 1, 2, 0, 0, 0], NOTCAPABLE],
    ['rights above bit 31', ['fd_fdstat_set_rights', 1, 0, 1, 0, 0], NOTCAPABLE],
    ['filestat', ['fd_filestat_get', 0, 16], 0, { 16: 'ff', 79: 'ff ff' }, { 16: '00', 31: '00 02 00', 79: '00 ff' }],
    ['filestat outside memory', ['fd_filestat_get', 0, PAGE - 63], FAULT],
    ['close of an unknown fd', ['fd_close', 3], BADF],
    ['renumber to a closed fd', ['fd_renumber', 1, 3], BADF],
    ['renumber from a closed fd', ['fd_renumber', 3, 1], BADF],
    ['renumber onto itself', ['fd_renumber', 1, 1], 0],
  ]);
  test('closed is gone', () => {
    const f = fake();
    expect([f.call('fd_close', 1), f.call('fd_close', 1), f.call('fd_sync', 1), f.call('fd_sync', 2)]).toEqual([0, BADF, BADF, 0]);
  });
  test('renumbered stderr is stdout now', () => {
    const f = fake();
    expect(f.call('fd_renumber', 2, 1)).toBe(0);
    f.poke(16, '40 00 00 00 01 00 00 00');
    f.poke(64, "'x'");
    expect(f.call('fd_write', 1, 16, 1, 8)).toBe(0);
    expect(f.call('fd_write', 2, 16, 1, 8)).toBe(BADF);
    expect(f.out).toEqual(['2:x']);
  });
  test('flags and dropped rights show in fdstat and hold', () => {
    const f = fake();
    expect(f.call('fd_fdstat_set_flags', 1, 5)).toBe(0);
    expect(f.call('fd_fdstat_set_rights', 1, 0x200000, 0, 0, 0)).toBe(0);
    expect(f.call('fd_fdstat_get', 1, 16)).toBe(0);
    expect(f.peek(16, 16)).toBe('02 00 05 00 00 00 00 00 00 00 20 00 00 00 00 00');
    expect(f.call('fd_write', 1, 16, 0, 8)).toBe(NOTCAPABLE);
    expect(f.call('fd_fdstat_set_rights', 1, 0x200040, 0, 0, 0)).toBe(NOTCAPABLE);
  });
});

describe('paths and sockets, of which none are granted', () => {
  const zeros = (n: number) => new Array(n).fill(0);
  for (const [name, signature] of rows) {
    const cells = signature.slice(1, signature.indexOf(')')).replace(/I/g, 'ii').length;
    const at = name === 'path_symlink' ? 2 : 0; // which parameter is the descriptor
    if (!/^(path|sock)_/.test(name)) continue;
    const args = zeros(cells);
    test(`${name} of an open stream`, () => {
      args[at] = 1;
      expect(fake().call(name, ...args)).toBe(name[0] === 'p' ? NOTDIR : NOTSOCK);
    });
    test(`${name} of an unknown fd`, () => {
      args[at] = 3;
      expect(fake().call(name, ...args)).toBe(BADF);
    });
  }
});

describe('ending', () => {
  const ending = (name: string, arg: number) => {
    const f = fake();
    let thrown: unknown;
    try {
      f.call(name, arg);
    } catch (code) {
      thrown = code;
    }
    return [thrown, f.env.thread!.exited, f.env.thread!.exitCode];
  };
  test('proc_exit', () => expect(ending('proc_exit', 3)).toEqual([EXIT, true, 3]));
  test('proc_exit keeps the low byte', () => expect(ending('proc_exit', -1)).toEqual([EXIT, true, 255]));
  test('abort', () => expect(ending('proc_raise', 6)).toEqual([EXIT, true, 134]));
  test('bad system call', () => expect(ending('proc_raise', 30)).toEqual([EXIT, true, 158]));
  run([
    ['no signal', ['proc_raise', 0], 0],
    ['a broken pipe is ignored', ['proc_raise', 13], 0],
    ['a changed window is ignored', ['proc_raise', 27], 0],
    ['nobody would continue a stopped program', ['proc_raise', 18], NOTSUP],
    ['no signal 31', ['proc_raise', 31], INVAL],
    ['no signal -1', ['proc_raise', -1], INVAL],
    ['yield', ['sched_yield'], 0],
  ]);
});

describe('waiting', () => {
  const MONOTONIC = 1;
  const ns = (ms: number) => hex(new Uint8Array(BigUint64Array.of(BigInt(Math.round(ms * 1e6))).buffer));
  /** A clock subscription of 48 bytes. */
  const clockSub = (userdata: number, clock: number, ms: number, flags: number) =>
    `${hex([userdata])} 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 ${hex([clock])} 00 00 00 00 00 00 00 ${ns(ms)} ` +
    `00 00 00 00 00 00 00 00 ${hex([flags])} 00 00 00 00 00 00 00`;
  const fdSub = (userdata: number, type: number, fd: number) =>
    `${hex([userdata])} 00 00 00 00 00 00 00 ${hex([type])} 00 00 00 00 00 00 00 ${hex([fd])} 00 00 00 ${'00 '.repeat(28)}`;
  /** An event, without its padding. */
  const event = (userdata: number, error: number, type: number, nbytes = 0, flags = 0) =>
    `${hex([userdata])} 00 00 00 00 00 00 00 ${hex([error])} 00 ${hex([type])} 00 00 00 00 00 ${hex([nbytes])} 00 00 00 00 00 00 00 ${hex([flags])} 00 00 00 00 00 00 00`;
  const OUT = 1024;
  const COUNT = 8;
  const poll = (f: Fake, ...subs: string[]) => {
    subs.forEach((sub, i) => {
      f.poke(16 + i * 48, sub);
    });
    return f.call('poll_oneoff', 16, OUT, subs.length, COUNT);
  };
  const events = (f: Fake) => Array.from({ length: f.env.u8[COUNT] }, (_, i) => f.peek(OUT + i * 32, 32));

  test('sleeps a relative time and tells the embedder when to wake', () => {
    const f = fake();
    f.nowMs = 1000.25;
    expect(poll(f, clockSub(42, MONOTONIC, 20, 0))).toBe(PARKED);
    expect(f.parks).toEqual([1020.25]);
    f.nowMs = 1020.2; // woken too early
    expect(wasiResume(f.env)).toBe(false);
    expect(f.parks[1]).toBeCloseTo(1020.25, 6);
    f.nowMs = 1020.25;
    expect(wasiResume(f.env)).toBe(true);
    expect(events(f)).toEqual([event(42, 0, 0)]);
    expect([f.env.thread!.status, f.env.thread!.cells[0]]).toEqual([FUEL, 0]); // answered: errno 0
  });
  test('a time of 0 is due at once', () => {
    const f = fake();
    expect(poll(f, clockSub(1, MONOTONIC, 0, 0))).toBe(0);
    expect(events(f)).toEqual([event(1, 0, 0)]);
  });
  test('an absolute time', () => {
    const f = fake();
    f.nowMs = 5;
    expect(poll(f, clockSub(1, MONOTONIC, 7.000001, 1))).toBe(PARKED);
    f.nowMs = 7;
    expect(wasiResume(f.env)).toBe(false);
    f.nowMs = f.parks[1];
    expect(wasiResume(f.env)).toBe(true);
    f.call('clock_time_get', MONOTONIC, 0, 0, 0);
    expect(f.env.u8[0]).toBe(7000001 & 255); // not read short
  });
  test('an absolute time in the past', () => {
    const f = fake();
    f.nowMs = 5;
    expect(poll(f, clockSub(1, MONOTONIC, 4, 1))).toBe(0);
  });
  test('an absolute date follows the wall clock when it is set', () => {
    const f = fake();
    f.utcMs = 1700000000000;
    expect(poll(f, clockSub(1, 0, 1700000003000, 1))).toBe(PARKED);
    expect(f.parks).toEqual([3000]);
    f.nowMs = 10;
    f.utcMs = 1700000002990; // set forward
    expect(wasiResume(f.env)).toBe(false);
    expect(f.parks[1]).toBeCloseTo(20, 3);
    f.utcMs = 1700000003000;
    expect(wasiResume(f.env)).toBe(true);
  });
  test('the soonest of several; all that are due are told, in order', () => {
    const f = fake();
    const subs = [clockSub(1, MONOTONIC, 30, 0), clockSub(2, MONOTONIC, 10, 0), clockSub(3, 0, 20, 0)];
    expect(poll(f, ...subs)).toBe(PARKED);
    expect(f.parks).toEqual([10]);
    f.nowMs = 20;
    expect(wasiResume(f.env)).toBe(true);
    expect(events(f)).toEqual([event(2, 0, 0), event(3, 0, 0)]);
  });
  test('2^64 - 1 nanoseconds wait long', () => {
    const f = fake();
    f.poke(16, clockSub(1, MONOTONIC, 0, 0));
    f.poke(16 + 24, 'ff ff ff ff ff ff ff ff');
    expect(f.call('poll_oneoff', 16, OUT, 1, COUNT)).toBe(PARKED);
    expect(f.parks[0]).toBeGreaterThan(1.8e13);
  });
  test('output is ready, and waits for nothing', () => {
    const f = fake();
    expect(poll(f, fdSub(1, 2, 1), fdSub(2, 2, 2), clockSub(3, MONOTONIC, 200, 0))).toBe(0);
    expect(events(f)).toEqual([event(1, 0, 2, 1), event(2, 0, 2, 1)]);
  });
  test('input that is there', () => {
    const f = fake();
    f.input.push([1, 2, 3, 4, 5]);
    expect(poll(f, clockSub(1, MONOTONIC, 20, 0), fdSub(2, 1, 0))).toBe(0);
    expect(events(f)).toEqual([event(2, 0, 1, 5)]);
  });
  test('input at its end hangs up', () => {
    const f = fake({ input: null });
    expect(poll(f, fdSub(2, 1, 0))).toBe(0);
    expect(events(f)).toEqual([event(2, 0, 1, 0, 1)]);
  });
  test('input that comes before the time', () => {
    const f = fake();
    expect(poll(f, clockSub(1, MONOTONIC, 20, 0), fdSub(2, 1, 0))).toBe(PARKED);
    f.input.push([7]);
    expect(wasiResume(f.env)).toBe(true);
    expect(events(f)).toEqual([event(2, 0, 1, 1)]);
  });
  test('input alone waits without a time', () => {
    const f = fake();
    expect(poll(f, fdSub(2, 1, 0))).toBe(PARKED);
    expect(f.parks).toEqual([-1]);
  });
  const wrong: [string, string, string][] = [
    ['an unknown fd', fdSub(9, 1, 5), event(9, BADF, 1)],
    ['reading from stdout', fdSub(9, 1, 1), event(9, NOTCAPABLE, 1)],
    ['a CPU clock', clockSub(9, 2, 1, 0), event(9, INVAL, 0)],
  ];
  for (const [title, sub, want] of wrong)
    test(`${title} is told as an event`, () => {
      const f = fake();
      expect(poll(f, sub, clockSub(1, MONOTONIC, 20, 0))).toBe(0);
      expect(events(f)).toEqual([want]);
    });
  test('events may be stored over the subscriptions', () => {
    const f = fake();
    f.poke(16, fdSub(1, 2, 1));
    f.poke(64, fdSub(2, 2, 2));
    expect(f.call('poll_oneoff', 16, 16, 2, COUNT)).toBe(0);
    expect([f.peek(16, 32), f.peek(48, 32)]).toEqual([event(1, 0, 2, 1), event(2, 0, 2, 1)]);
  });
  run([
    ['no subscriptions', ['poll_oneoff', 16, OUT, 0, COUNT], INVAL],
    ['an unknown type', ['poll_oneoff', 16, OUT, 1, COUNT], INVAL, { 24: '03' }],
    ['subscriptions outside memory', ['poll_oneoff', PAGE - 47, OUT, 1, COUNT], FAULT],
    ['2^32 - 1 subscriptions', ['poll_oneoff', 16, OUT, -1, COUNT], FAULT],
    ['events outside memory', ['poll_oneoff', 16, PAGE - 31, 1, COUNT], FAULT],
    ['the count outside memory', ['poll_oneoff', 16, OUT, 1, PAGE - 3], FAULT],
  ]);

  test('wasi_unstable: 56-byte subscriptions with an identifier before the clock', () => {
    const f = fake({}, 'wasi_unstable');
    const old = (sub: string) => sub.slice(0, 16 * 3) + '77 '.repeat(8) + sub.slice(16 * 3);
    f.poke(16, old(clockSub(1, MONOTONIC, 20, 0)));
    f.poke(72, old(clockSub(2, MONOTONIC, 10, 0)));
    expect(f.call('poll_oneoff', 16, OUT, 2, COUNT)).toBe(PARKED);
    expect(f.parks).toEqual([10]);
    f.nowMs = 10;
    expect(wasiResume(f.env)).toBe(true);
    expect(events(f)).toEqual([event(2, 0, 0)]);
  });
});

describe('wasi_unstable', () => {
  run(
    [
      ['filestat takes 56 bytes', ['fd_filestat_get', 0, 16], 0, { 16: 'ff', 71: 'ff ff' }, { 16: '00', 31: '00 02', 71: '00 ff' }],
      ['filestat at the very end', ['fd_filestat_get', 0, PAGE - 56], 0],
      ['seek', ['fd_seek', 1, 0, 0, 2, 16], SPIPE],
    ],
    undefined,
    'wasi_unstable',
  );
});
