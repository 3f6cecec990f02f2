// Blocks of bytes, strings, characters, malloc: tables by C and compat.md section 1.
import { describe, expect, test } from 'vitest';
import {
  CXX_THROW,
  ENV_ABORT,
  ENV_ABORT_STACK,
  ENV_NULL_FUNC,
  EXIT,
  FUEL_LIMIT,
  HEAP_CORRUPTED,
  HEAP_EXHAUSTED,
  OOB_MEMORY,
} from '../../src/spec/traps';
import { addExport, HEAP_BASE, HEAP_BYTES, MEMORY_BYTES, machine, random, row, thrown } from './env';

const A = 0x1000;
const B = 0x2000;

describe('memory', () => {
  test.each(['memcpy', 'memmove', 'emscripten_memcpy_big'])('%s copies as if through a buffer', name => {
    const next = random(99);
    for (let n = 0; n < 200; n++) {
      const m = machine();
      for (let i = 0; i < 256; i++) m.u8[A + i] = next(256);
      const from = next(120);
      const to = next(120);
      const size = next(100);
      const expected = m.u8.slice(A, A + 256);
      expected.copyWithin(to, from, from + size);
      expect(m.call(name, A + to, A + from, size)).toBe(A + to);
      expect(m.u8.slice(A, A + 256)).toEqual(expected);
    }
  });
  const last = MEMORY_BYTES - 1;
  const faults: [string, number[], boolean][] = [
    ['memcpy', [A, last, 1], false],
    ['memcpy', [last, A, 1], false],
    ['memcpy', [last, A, 2], true],
    ['memcpy', [A, last, 2], true],
    ['memcpy', [A, MEMORY_BYTES, 0], true],
    ['memcpy', [A, B, 0xffffffff], true],
    ['memmove', [A, A, 0xffffffff], true],
    ['memset', [last, 0, 1], false],
    ['memset', [last, 0, 2], true],
    ['memset', [A, 0, -1], true],
    ['memset', [MEMORY_BYTES, 0, 0], true],
    ['memcmp', [last, A, 1], false],
    ['memcmp', [last, A, 2], true],
    ['memchr', [last, 7, 2], true],
    ['memchr', [A, 0, MEMORY_BYTES], true],
    ['memrchr', [last, 7, 2], true],
    ['strncmp', [last, A, 2], true],
    ['strncmp', [A, last, 2], true],
    ['strncpy', [last, A, 2], true],
    ['strncpy', [A, last, 2], true],
    ['strcpy', [last, A], false],
    ['strlen', [MEMORY_BYTES], true],
    ['strnlen', [last, 1], false],
    ['strnlen', [MEMORY_BYTES, 0], false],
    ['strnlen', [MEMORY_BYTES, 1], true],
    ['strrchr', [-1, 0], true],
    ['strcat', [A, -1], true],
    ['strcat', [-1, A], true],
    ['strpbrk', [A, -1], true],
    ['strcasecmp', [A, -1], true],
    ['strtok', [A, -1], true],
    ['strtok_r', [A, B, -1], true],
  ];
  for (const [name, args, faulty] of faults)
    test(`${name}(${args}) ${faulty ? 'faults' : 'is fine'}`, () =>
      expect(thrown(() => machine({ heapBytes: 0 }).call(name, ...args))).toBe(faulty ? OOB_MEMORY : undefined));
  test('memset of any length', () => {
    const m = machine();
    for (let n = 0; n < 300; n++) {
      m.u8.fill(1, A, A + 400);
      m.call('memset', A + 3, 0x1ee, n);
      expect(m.u8.slice(A, A + 400)).toEqual(new Uint8Array(400).fill(1).fill(0xee, 3, 3 + n));
    }
  });
  test('memcmp, memset, memchr, memrchr', () => {
    const m = machine();
    m.put(A, 'abcabc');
    m.put(B, 'abd\xff');
    expect(m.call('memcmp', A, B, 2)).toBe(0);
    expect(m.call('memcmp', A, B, 3)).toBeLessThan(0);
    expect(m.call('memcmp', B + 3, A, 1)).toBeGreaterThan(0);
    expect(m.call('memcmp', A, B, 0)).toBe(0);
    expect(m.call('memchr', A, 0x100 + 98, 6)).toBe(A + 1);
    expect(m.call('memchr', A, 98, 1)).toBe(0);
    expect(m.call('memrchr', A, 98, 6)).toBe(A + 4);
    expect(m.call('memrchr', A, 100, 6)).toBe(0);
    expect(m.call('memset', A, 0x141, 3)).toBe(A);
    expect(m.get(A)).toBe('AAAabc');
  });
});

describe('strings', () => {
  const rows: [string, string, string, number | string][] = [
    // function, first string (at A), second (at B), result (an offset from A as "+n")
    ['strlen', 'hello', '', 5],
    ['strcmp', 'abc', 'abc', 0],
    ['strcmp', 'abc', 'abd', -1],
    ['strcmp', 'abc', 'ab', 1],
    ['strcmp', '\xff', 'a', 1],
    ['strcasecmp', 'HeLLo', 'hEllO', 0],
    ['strcasecmp', 'a', 'B', -1],
    ['strspn', 'aabbcc', 'ba', 4],
    ['strspn', 'x', '', 0],
    ['strcspn', 'aabbcc', 'cb', 2],
    ['strcspn', 'abc', '', 3],
    ['strpbrk', 'hello', 'ol', '+2'],
    ['strpbrk', 'hello', 'xyz', 0],
    ['strstr', 'hello', 'll', '+2'],
    ['strstr', 'hello', '', '+0'],
    ['strstr', 'hello', 'hello!', 0],
    ['strstr', '', 'a', 0],
    ['strstr', 'aabaabaaab', 'aaab', '+6'],
  ];
  for (const [name, a, b, expected] of rows)
    test(`${name}("${a}", "${b}")`, () => {
      const m = machine();
      m.put(A, a);
      m.put(B, b);
      const got = m.call(name, A, B);
      if (typeof expected === 'string') expect(got).toBe(A + Number(expected));
      else expect(name.includes('cmp') ? Math.sign(got) : got).toBe(expected);
    });
  test('strstr finds what indexOf finds (seed 5)', () => {
    const next = random(5);
    for (let n = 0; n < 3000; n++) {
      const m = n % 100 === 0 || n === 0 ? (shared = machine()) : shared;
      let text = '';
      let what = '';
      for (let i = next(40); i > 0; i--) text += 'ab'[next(2)];
      for (let i = next(9); i > 0; i--) what += 'ab'[next(2)];
      if (next(3) === 0) what = what.repeat(3);
      const at = text.indexOf(what);
      expect(m.call('strstr', m.put(A, text), m.put(B, what)), `${text} ${what}`).toBe(at < 0 ? 0 : A + at);
    }
  });
  test('strstr is linear: 16 kB in 16 kB', () => {
    const m = machine({ heapBytes: 0 });
    m.u8.fill(97, 0, 0x8000);
    m.u8.fill(97, 0x8000, MEMORY_BYTES - 1);
    m.u8[0x7fff] = m.u8[MEMORY_BYTES - 1] = 0;
    m.u8[MEMORY_BYTES - 2] = 98;
    let reads = 0;
    m.env.u8 = new Proxy(m.u8, {
      get(target: any, key) {
        reads++;
        return target[key];
      },
    });
    m.call('strstr', 0, 0x8000);
    expect(reads).toBeLessThan(12 * MEMORY_BYTES);
  });
  test('strncmp, strncasecmp stop at n and at NUL', () => {
    const m = machine();
    m.put(A, 'abc\0x');
    m.put(B, 'abd\0y');
    expect(m.call('strncmp', A, B, 2)).toBe(0);
    expect(m.call('strncmp', A, B, 3)).toBeLessThan(0);
    m.put(B, 'ABC\0y');
    expect(m.call('strncasecmp', A, B, 100)).toBe(0);
    expect(m.call('strncasecmp', A, B, -1)).toBe(0);
    expect(m.call('strncasecmp', A, B, 0)).toBe(0);
  });
  test('strchr and strrchr find the NUL too', () => {
    const m = machine();
    m.put(A, 'abab');
    expect(['strchr', 'strrchr'].map(name => m.call(name, A, 0x262))).toEqual([A + 1, A + 3]);
    expect(['strchr', 'strrchr'].map(name => m.call(name, A, 0))).toEqual([A + 4, A + 4]);
    expect(['strchr', 'strrchr'].map(name => m.call(name, A, 122))).toEqual([0, 0]);
  });
  test('copies and appends', () => {
    const m = machine();
    m.u8.fill(0xee, A, A + 64);
    m.put(B, 'wxyz');
    expect(m.call('strcpy', A, B)).toBe(A);
    expect(m.get(A)).toBe('wxyz');
    expect(m.call('strcat', A, B)).toBe(A);
    expect(m.get(A)).toBe('wxyzwxyz');
    expect(m.call('strncat', A, B, 2)).toBe(A);
    expect(m.get(A)).toBe('wxyzwxyzwx');
    m.call('strncat', A, B, -1);
    expect(m.get(A)).toBe('wxyzwxyzwxwxyz');
    m.u8.fill(0xee, A, A + 64);
    expect(m.call('strncpy', A, B, 2)).toBe(A);
    expect([...m.u8.subarray(A, A + 3)]).toEqual([119, 120, 0xee]);
    m.call('strncpy', A, B, 7);
    expect([...m.u8.subarray(A, A + 8)]).toEqual([119, 120, 121, 122, 0, 0, 0, 0xee]);
  });
  test('strnlen', () => {
    const m = machine();
    m.put(A, 'abc');
    expect([0, 2, 3, 9, -1].map(n => m.call('strnlen', A, n))).toEqual([0, 2, 3, 3, 3]);
  });
  test('strtok keeps its place per instance, strtok_r where it is told', () => {
    const m = machine();
    m.put(B, ',;');
    const tokens = (next: (s: number) => number) => {
      const found: string[] = [];
      m.put(A, ',a,;bc;d,');
      for (let at = next(A); at !== 0 && found.length < 9; at = next(0)) found.push(m.get(at));
      return found;
    };
    expect(tokens(s => m.call('strtok', s, B))).toEqual(['a', 'bc', 'd']);
    expect(m.call('strtok', 0, B)).toBe(0);
    expect(tokens(s => m.call('strtok_r', s, B, 0x3000))).toEqual(['a', 'bc', 'd']);
    expect(machine().call('strtok', 0, 0)).toBe(0);
  });
});
let shared = machine();

describe('ctype', () => {
  const classes: [string, RegExp][] = [
    ['isupper', /[A-Z]/],
    ['isalpha', /[A-Za-z]/],
    ['isspace', /[ \t\n\v\f\r]/],
    ['isgraph', /[!-~]/],
    ['isprint', /[ -~]/],
    ['isdigit', /[0-9]/],
    ['isxdigit', /[0-9a-fA-F]/],
    ['isalnum', /[0-9a-zA-Z]/],
  ];
  for (const [name, set] of classes)
    test(name, () => {
      for (let c = -2; c < 300; c++) expect(shared.call(name, c)).toBe(c >= 0 && c < 256 && set.test(String.fromCharCode(c)) ? 1 : 0);
      expect(shared.call(name, 65 + 256)).toBe(0);
    });
  test('tolower, toupper: ASCII only', () => {
    for (let c = -1; c < 300; c++) {
      const text = c >= 0 && c < 128 ? String.fromCharCode(c) : '';
      expect(shared.call('tolower', c)).toBe(text ? text.toLowerCase().charCodeAt(0) : c);
      expect(shared.call('toupper', c)).toBe(text ? text.toUpperCase().charCodeAt(0) : c);
    }
  });
});

describe('malloc', () => {
  test('on the app heap', () => {
    const m = machine();
    const p = m.call('malloc', 0);
    expect(p % 8).toBe(0);
    expect(p).toBeGreaterThan(HEAP_BASE);
    m.u8.fill(0xee, p, p + 8);
    m.call('free', p);
    m.call('free', p);
    m.call('free', 0);
    m.call('free', 16);
    expect(m.call('malloc', HEAP_BYTES)).toBe(0);
    expect(m.call('malloc', -1)).toBe(0);
    expect(m.call('__cxa_allocate_exception', 10)).toBe(p);
    expect(m.call('__cxa_begin_catch', p)).toBe(undefined);
  });
  test('calloc clears and refuses what does not fit 32 bits', () => {
    const m = machine();
    const p = m.call('malloc', 100);
    m.u8.fill(0xee, p, p + 100);
    m.call('free', p);
    expect(m.call('calloc', 10, 10)).toBe(p);
    expect(m.u8.slice(p, p + 100).every(b => b === 0)).toBe(true);
    expect(m.call('calloc', 0x10000, 0x10000)).toBe(0);
    expect(m.call('calloc', -1, 1)).toBe(0);
  });
  test('realloc of 0 is a cleared malloc, of a block moves and clears, of nonsense traps', () => {
    const m = machine();
    const p = m.call('malloc', 20);
    m.u8.fill(0xee, p, p + 20);
    m.call('free', p);
    expect(m.call('realloc', 0, 20)).toBe(p);
    expect(m.u8[p + 19]).toBe(0);
    m.u8.fill(7, p, p + 20);
    m.call('malloc', 8);
    const q = m.call('realloc', p, 40);
    expect(q).not.toBe(p);
    expect([...m.u8.slice(q, q + 40)]).toEqual([...Array(20).fill(7), ...Array(20).fill(0)]);
    expect(m.call('realloc', q, 0)).toBe(q);
    for (const [bad, n] of [
      [q, HEAP_BYTES],
      [q, -1],
      [p, 8],
      [q + 8, 8],
      [12, 8],
      [-8, 8],
      [0, -1],
    ])
      expect(thrown(() => m.call('realloc', bad, n))).toBe(HEAP_EXHAUSTED);
  });
  test('a smashed header traps', () => {
    const m = machine();
    const p = m.call('malloc', 8);
    const q = m.call('malloc', 8);
    m.call('malloc', 8);
    m.u8.fill(0x41, p, p + 16);
    expect(thrown(() => m.call('free', q))).toBe(HEAP_CORRUPTED);
  });
  test('without any heap: 0, and realloc traps', () => {
    const m = machine({ heapBytes: 0 });
    m.put(A, 'x');
    expect([m.call('malloc', 1), m.call('calloc', 1, 1), m.call('strdup', A)]).toEqual([0, 0, 0]);
    expect(m.call('free', 8)).toBe(undefined);
    expect(thrown(() => m.call('realloc', 0, 1))).toBe(HEAP_EXHAUSTED);
  });
  test('strdup copies', () => {
    const m = machine();
    m.put(A, 'copy me');
    for (const name of ['strdup', '_strdup']) {
      const p = m.call(name, A);
      expect(p).not.toBe(A);
      expect(m.get(p)).toBe('copy me');
    }
  });
  test("goes to the module's own malloc and free", () => {
    const m = machine({ heapBytes: 0 });
    const log: string[] = [];
    let top = 0x4000;
    addExport(m, 'malloc', '127>127', (_, [n]) => {
      log.push('malloc ' + n);
      return n > 1000 ? 0 : (top += 64);
    });
    addExport(m, 'free', '127>', (_, [p]) => log.push('free ' + p));
    m.u8.fill(0xee, 0x4000, 0x4200);
    m.put(A, 'guest');
    expect(m.get(m.call('strdup', A))).toBe('guest');
    const p = m.call('calloc', 2, 4);
    expect([...m.u8.slice(p, p + 9)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0xee]);
    expect(m.call('malloc', 2000)).toBe(0);
    m.call('free', p);
    expect(log).toEqual(['malloc 6', 'malloc 8', 'malloc 2000', 'free ' + p]);
    expect(thrown(() => m.call('realloc', p, 16))).toBe(HEAP_EXHAUSTED);
  });
  test("goes to AssemblyScript's __new, then __pin", () => {
    const m = machine({ heapBytes: 0 });
    const log: string[] = [];
    addExport(m, '__new', '127,127>127', (_, args) => {
      log.push('new ' + args);
      return 0x4000;
    });
    addExport(m, '__pin', '127>127', (_, args) => {
      log.push('pin ' + args);
      return args[0];
    });
    addExport(m, '__unpin', '127>', (_, args) => log.push('unpin ' + args));
    expect(m.call('malloc', 24)).toBe(0x4000);
    m.call('free', 0x4000);
    expect(log).toEqual(['new 24,0', 'pin 16384', 'unpin 16384']);
  });
  test('an allocator of the guest that lies hurts nobody', () => {
    const m = machine({ heapBytes: 0 });
    addExport(m, 'malloc', '127>127', () => MEMORY_BYTES - 2);
    addExport(m, 'free', '127>', () => 0);
    m.put(A, 'guest');
    expect(thrown(() => m.call('strdup', A))).toBe(OOB_MEMORY);
    expect(thrown(() => m.call('calloc', 1, 8))).toBe(OOB_MEMORY);
  });
});

describe('ends', () => {
  test('exit is clean, with the code in 8 bits', () => {
    const m = machine();
    expect(thrown(() => m.call('exit', 0x1ff))).toBe(EXIT);
    expect([m.env.thread!.exited, m.env.thread!.exitCode]).toEqual([true, 255]);
  });
  const traps: [string, string, number[], number, number][] = [
    ['abort', '(i)', [-7], ENV_ABORT, -7],
    ['abort', '()', [], ENV_ABORT, 0],
    ['abortStackOverflow', '(i)', [3], ENV_ABORT_STACK, 3],
    ['nullFunc_X', '(i)', [4], ENV_NULL_FUNC, 4],
    ['__cxa_throw', '(**i)', [8, 8, 0], CXX_THROW, 0],
  ];
  for (const [name, signature, args, code, detail] of traps)
    test(name + signature, () => {
      const m = machine();
      expect(thrown(() => m.callAs(name, signature, ...args))).toBe(code);
      expect(m.env.thread!.trapDetail).toBe(detail);
    });
  test("AssemblyScript's abort says where", () => {
    const m = machine();
    const utf16 = (at: number, text: string) => {
      new DataView(m.u8.buffer).setUint32(at - 4, text.length * 2, true);
      for (let i = 0; i < text.length; i++) new DataView(m.u8.buffer).setUint16(at + 2 * i, text.charCodeAt(i), true);
    };
    utf16(A, 'häß €😀');
    utf16(B, 'a.ts');
    expect(thrown(() => m.callAs('abort', '(iiii)', A, B, 12, 5))).toBe(ENV_ABORT);
    expect(Buffer.from(m.text(), 'latin1').toString('utf8')).toBe('abort: häß €😀 in a.ts(12:5)\n');
    expect(thrown(() => m.callAs('abort', '(iiii)', 0, 0, 1, 2))).toBe(ENV_ABORT);
    expect(thrown(() => m.callAs('abort', '(iiii)', -2, 0, 1, 2))).toBe(OOB_MEMORY);
  });
});

test('abs, labs', () => {
  const m = machine();
  expect([m.call('abs', -5), m.call('labs', 7), m.call('abs', -0x80000000)]).toEqual([5, 7, -0x80000000]);
});
test('rand: seed 1 at first, the same again after srand(1), 0..RAND_MAX', () => {
  const a = machine();
  const b = machine();
  const draw = (m: typeof a) => [1, 2, 3, 4, 5].map(() => m.call('rand'));
  b.call('srand', 1);
  const first = draw(a);
  expect(draw(b)).toEqual(first);
  a.call('srand', 2);
  expect(draw(a)).not.toEqual(first);
  for (const seed of [0, -1, 0x2545f491, 42]) {
    a.call('srand', seed);
    const seen = new Set<number>();
    for (let i = 0; i < 1000; i++) seen.add(a.call('rand'));
    expect(seen.size).toBeGreaterThan(990);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...seen)).toBeLessThanOrEqual(0x7fffffff);
    expect(Math.max(...seen)).toBeGreaterThan(0x70000000);
  }
});
test('getenv copies once to the app heap', () => {
  const m = machine({ getenv: name => (name === 'MOTE' ? 'dust' : name === 'constructor' ? 'c' : null) });
  m.put(A, 'MOTE');
  const p = m.call('getenv', A);
  expect(m.get(p)).toBe('dust');
  expect(m.call('getenv', A)).toBe(p);
  expect(m.call('getenv', m.put(A, 'NONE'))).toBe(0);
  expect(m.get(m.call('getenv', m.put(A, 'constructor')))).toBe('c');
  expect(thrown(() => m.call('getenv', -1))).toBe(OOB_MEMORY);
});
test('rows exist for every name twice given', () =>
  expect(['()', '(i)', '(iiii)'].map(s => row('abort', s)[1])).toEqual(['()', '(i)', '(iiii)']));

test('work is paid for, one fuel for four bytes', () => {
  const paid = (name: string, ...args: number[]) => {
    const m = machine({ heapBytes: 0 });
    m.u8.fill(97, A, A + 4000);
    m.u8.fill(97, B, B + 4000);
    (m.env.thread as any).fuel = 0;
    m.call(name, ...args);
    return -(m.env.thread as any).fuel;
  };
  for (const [name, ...args] of [
    ['memcmp', A, B, 4000],
    ['memchr', A, 0, 4000],
    ['strlen', A],
    ['strcmp', A, B],
    ['strspn', A, B],
    ['strcpy', A + 0x4000, B],
    ['strtol', A, 0, 36],
    ['printf', A, B],
    ['snprintf', A + 0x4000, 9, A, B],
    ['sscanf', A, A, 0],
  ] as [string, ...number[]][])
    expect(paid(name, ...args), name).toBeGreaterThanOrEqual(1000);
  // what the engine does at once costs as much as the operator: fuel shall say something of time
  expect([paid('memset', A, 0, 4000), paid('memcpy', A, B, 4000)]).toEqual([62, 62]);
});

test('long arithmetic is paid for by its square, and bounded', () => {
  const paid = (text: string, name: string, ...args: number[]) => {
    const m = machine({ heapBytes: 0 });
    m.put(A, text);
    m.u8.fill(1, B, B + 0x4000); // a double of 1's has a small exponent
    (m.env.thread as any).fuel = 0;
    const result = thrown(() => m.call(name, ...args));
    return [-(m.env.thread as any).fuel, result] as const;
  };
  expect(paid('1.5', 'strtod', A, 0)[0]).toBeLessThan(100);
  expect(paid('1.2345678901234567e-300', 'strtod', A, 0)[0]).toBeGreaterThan(4000);
  expect(paid('7'.repeat(800), 'strtod', A, 0)[0]).toBeGreaterThan(20000);
  expect(paid('%e', 'printf', A, B)[0]).toBeGreaterThan(500);
  expect(paid('%e'.repeat(1000), 'printf', A, B)[1]).toBe(FUEL_LIMIT);
});

test('a scattered heap is paid for', () => {
  const m = machine();
  const blocks: number[] = [];
  for (let p = m.call('malloc', 8); p !== 0; p = m.call('malloc', 8)) blocks.push(p);
  for (let i = 0; i < blocks.length - 1; i += 2) m.call('free', blocks[i]);
  (m.env.thread as any).fuel = 0;
  expect(m.call('malloc', 20)).toBe(0);
  expect((m.env.thread as any).fuel).toBeLessThan(-4 * blocks.length);
});
