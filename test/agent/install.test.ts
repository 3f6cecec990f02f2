// From a wish to a running app, through the agent's real path: what arrives, what is refused, what survives.

import { beforeEach, describe, expect, test } from 'vitest';
import * as codes from '../../src/errors/codes';
import { UNKNOWN_LOCAL } from '../../src/spec/faults';
import { hello, large, program, stranger, ticker, wat } from './apps';
import { board, FACTS, memoryFiles } from './board';
import { type Desk, desk, sha256 } from './desk';
import { rig } from './rig';

let { d, b, until, ref, install, running, logs } = rig();
function start(options: Parameters<typeof rig>[0] = {}): void {
  ({ d, b, until, ref, install, running, logs } = rig(options));
}

beforeEach(() => start());

describe('an install', () => {
  test('starts the app and reports it', () => {
    install('blink', hello('I am here', 3000), { ver: '1.2.0' });
    until(() => logs('blink').includes('I am here'));
    expect(d.info('blink')).toMatchObject({ n: 1, st: 'kept', run: 1, e: 0, ver: '1.2.0', rst: 0, rs: 0 });
    expect(d.info('blink').p).toBe(sha256(hello('I am here', 3000)).slice(0, 16));
    expect(d.info('blink').mem).toBeGreaterThan(1024);
    expect(JSON.parse(d.retained.get('info')!)).toMatchObject({ board: 'test', trust: 'open', win: 4096, blk: 1024 });
    expect(d.retained.get('state')).toBe('{"s":"ready","b":"1.1"}');
  });

  test('with run off only stores', () => {
    d.want('blink', { ...ref(hello('x')), run: 'off', rs: 0, lim: {} });
    until(() => d.info('blink')?.st === 'loaded');
    expect(d.info('blink')).toMatchObject({ run: 0, e: 0, mem: 0 });
    d.want('blink', { run: 'on' });
    until(() => running('blink'));
  });

  test('of the same hash fetches nothing', () => {
    install('blink', hello('same', 2000));
    const served = d.served;
    install('other', hello('same', 2000));
    expect(d.served).toBe(served);
    expect(running('other')).toBe(true);
  });

  test('over the old version replaces it, and keeps the old blob for the way back', () => {
    install('blink', hello('one', 2000));
    install('blink', hello('two', 2000));
    until(() => logs('blink').includes('two'));
    const served = d.served;
    install('blink', hello('one', 2000));
    until(() => logs('blink').filter(line => line === 'one').length === 2);
    expect(d.served).toBe(served);
  });

  test('without the full digest compares what the wish names', () => {
    d.want('blink', { p: ref(hello('short', 100)).p, run: 'on', rs: 0, lim: {} });
    until(() => running('blink'));
  });

  test('asks for no more than its window at once', () => {
    d.want('blink', { ...ref(hello('x', 20000)), run: 'on', rs: 0, lim: {} });
    b.run(100);
    const ahead = d.gets.reduce((sum, get) => sum + get.n * get.z, 0);
    expect(ahead).toBeGreaterThan(0);
    expect(ahead).toBeLessThanOrEqual(FACTS.winBytes);
    until(() => running('blink'));
    expect(d.served).toBe(hello('x', 20000).length);
  });
});

describe('bad blocks', () => {
  const bytes = () => hello('through it all', 9000);
  const cases: [string, (at: number) => Desk['mangle']][] = [
    ['doubled', () => blocks => blocks.flatMap(block => [block, block])],
    ['in reverse order', () => blocks => [...blocks].reverse()],
    ['every third lost', () => blocks => blocks.filter((_, i) => i % 3 !== 1 || d.gets.length > 20)],
    [
      'from elsewhere',
      () => blocks => [{ ...blocks[0], h: '00000000' }, { ...blocks[0], offset: 64 }, { ...blocks[0], offset: 1 << 30 }, ...blocks],
    ],
    ['empty ones between', () => blocks => blocks.flatMap(block => [{ ...block, bytes: new Uint8Array(0) }, block])],
  ];
  test.each(cases)('%s: the app arrives whole', (_name, mangle) => {
    d.mangle = mangle(0);
    install('blink', bytes());
    until(() => logs('blink').includes('through it all'));
  });

  test('a block past the end is refused as too long', () => {
    d.mangle = blocks => blocks.map(block => ({ ...block, bytes: new Uint8Array(1024) }));
    install('blink', hello('x', 100));
    expect(d.info('blink')).toMatchObject({ st: 'failed', run: 0, e: codes.LONG });
  });

  test('a changed byte is fetched again once, then reported', () => {
    let wrong = 1;
    d.mangle = blocks =>
      blocks.map(block => {
        if (block.offset !== 1024 || wrong-- <= 0) return block;
        const bytes = block.bytes.slice();
        bytes[7] ^= 1;
        return { ...block, bytes };
      });
    install('blink', hello('x', 3000));
    expect(running('blink')).toBe(true);
    wrong = 99;
    install('blink', hello('y', 3000));
    expect(d.info('blink')).toMatchObject({ st: 'failed', run: 1, e: codes.HASH });
    expect(logs('blink')).not.toContain('y');
  });
});

describe('a silent desk', () => {
  test('is asked again, ever more slowly, and the install goes on where it stopped', () => {
    d.want('blink', { ...ref(hello('x', 20000)), run: 'on', rs: 0, lim: {} });
    until(() => d.served > 8000);
    const gets = d.gets.length;
    d.silent = true;
    b.run(120000);
    d.silent = false;
    const asked = d.gets.length - gets;
    expect(asked).toBeGreaterThan(3);
    expect(asked).toBeLessThan(30);
    until(() => running('blink'));
    expect(d.served).toBeLessThanOrEqual(hello('x', 20000).length + FACTS.winBytes);
  });

  test('about one app does not hold up another', () => {
    d.want('lost', { p: ['00112233445566aa', 3000], run: 'on', rs: 0, lim: {} });
    b.run(30000);
    install('blink', hello('x', 3000));
    expect(d.info('lost')).toMatchObject({ st: 'loading', o: 0 });
  });

  test('a link that comes back is asked at once', () => {
    d.want('blink', { ...ref(hello('x', 20000)), run: 'on', rs: 0, lim: {} });
    until(() => d.served > 8000);
    d.cut();
    b.run(300000);
    const gets = d.gets.length;
    d.connect();
    b.run(10);
    expect(d.gets.length).toBeGreaterThan(gets);
    until(() => running('blink'));
  });
});

test('a link cut after any block resumes, re-sending at most one window', () => {
  const bytes = hello('still here', 9500);
  for (let cut = 1; cut <= Math.ceil(bytes.length / 1024); cut++) {
    start();
    let blocks = 0;
    d.mangle = all => {
      const left = all.slice(0, Math.max(0, cut - blocks));
      blocks += all.length;
      return blocks > cut && blocks - all.length <= cut ? left : all;
    };
    d.want('blink', { ...ref(bytes), run: 'on', rs: 0, lim: {} });
    until(() => blocks >= cut);
    d.cut();
    b.run(5000);
    d.connect();
    until(() => running('blink'));
    expect(d.served, `cut after block ${cut}`).toBeLessThanOrEqual(bytes.length + FACTS.winBytes);
  }
});

test('a reboot after any block resumes, fetching at most one window again', () => {
  const bytes = hello('still here', 9500);
  for (let cut = 1; cut <= Math.ceil(bytes.length / 1024); cut++) {
    start();
    const wanted = { ...ref(bytes), run: 'on', rs: 0, lim: {} };
    let blocks = 0;
    d.mangle = all => all.filter(() => blocks++ < cut);
    d.want('blink', wanted);
    until(() => blocks >= cut);
    d.mangle = all => all;
    b.boot();
    b.run(10); // no link yet: it knows what to do from its own store
    d.connect();
    until(() => running('blink'));
    expect(d.served, `reboot after block ${cut}`).toBeLessThanOrEqual(bytes.length + FACTS.winBytes);
    expect(d.info('blink')).toMatchObject({ st: 'kept', e: 0 });
  }
});

test('power cut at any step of the store: the old app or the new one, never neither', () => {
  const one = hello('one', 1500);
  const two = hello('two', 1500);
  let whole = false;
  let at = 0;
  for (; !whole; at++) {
    start();
    install('blink', one);
    let steps = 0;
    b.store.before = () => {
      if (steps++ >= at) throw new Error('power cut');
    };
    try {
      d.want('blink', { ...ref(two), run: 'on', rs: 0, lim: {} });
      until(() => steps > at || logs('blink').includes('two'));
    } catch (error) {
      if (!String(error).includes('power cut')) throw error;
    }
    whole = steps <= at;
    b.store.before = () => {};
    d.cut();
    b.boot();
    b.run(1000);
    expect(
      ['one', 'two'].some(text => logs('blink').includes(text)),
      `cut at step ${at}`,
    ).toBe(true);
    d.connect();
    until(() => logs('blink').includes('two'));
  }
  expect(at).toBeGreaterThan(5); // wish, two blocks, name, commit
});

/** Says local.get 77 in a function with one local. */
function unknownLocal(): Uint8Array {
  const bytes = wat('(module (func (export "on_init") (local i32) (drop (local.get 0))))');
  bytes[bytes.findIndex((_, i) => bytes[i] === 0x20 && bytes[i + 1] === 0 && bytes[i + 2] === 0x1a) + 1] = 77;
  return bytes;
}

describe('a refused install', () => {
  const cases: [string, () => Uint8Array, object, number, object?][] = [
    ['a file that is no module', () => Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]), {}, codes.WASM, { offset: 0 }],
    ['a truncated module', () => hello('x').slice(0, 60), {}, codes.WASM],
    [
      'an invalid module',
      () => wat('(module (func (export "on_init") (result i32) (i32.const 1)))').map(byte => (byte === 0x41 ? 0x42 : byte)),
      {},
      codes.WASM,
    ],
    ['an unknown local', () => unknownLocal(), {}, codes.WASM, { fault: UNKNOWN_LOCAL, detail: 77 }],
    ['a component', () => Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]), {}, codes.COMPONENT],
    ['unknown imports, all at once', stranger, {}, codes.IMPORTS, { list: ['env.nope', 'env.puts', 'other.thing'] }],
    ['nothing to run', () => wat('(module (func (export "f")))'), {}, codes.ENTRY],
    ['more memory than the board has', () => large(5), {}, codes.RAM],
    ['more memory than its quota', () => large(1), { lim: { mem: 4096 } }, codes.MEM, { limit: 4096 }],
    ['a package larger than RAM', () => hello('x', FACTS.appRamBytes), {}, codes.RAM],
    ['a package larger than the store', () => hello('x', FACTS.storeBytes), {}, codes.SPACE],
    ['an environment that is none', () => wat('(module (func (export "on_init")))', ['wasmote.app', '{"env":{"A":1}}']), {}, codes.FORM],
    ['a malformed manifest', () => wat('(module (func (export "on_init")))', ['wasmote.app', '{"limits":{"mem":-1}}']), {}, codes.FORM],
  ];
  for (const [name, make, more, code, data] of cases)
    test(`${name}: told with its code; the old app runs on`, () => {
      install('blink', ticker(100));
      const task = b.agent.find('blink')!.task;
      install('blink', make(), more);
      const info = d.info('blink');
      expect(info).toMatchObject({ n: 2, e: code, run: 1, p: sha256(ticker(100)).slice(0, 16) });
      expect(['failed', 'refused']).toContain(info.st);
      if (data) expect(info.ed).toMatchObject(data);
      if (!('lim' in more)) expect(b.agent.find('blink')!.task).toBe(task);
      b.boot();
      d.connect();
      until(() => running('blink'));
      expect(d.info('blink').p).toBe(sha256(ticker(100)).slice(0, 16));
    });

  test('too large a package is refused before a byte is fetched', () => {
    install('blink', hello('x', FACTS.storeBytes));
    expect(d.gets).toEqual([]);
    expect(d.info('blink').ed).toMatchObject({ need: expect.any(Number), free: expect.any(Number) });
  });

  test('on a board that takes signed packages only: nothing is fetched, nor anything started that is there', () => {
    install('blink', hello('x'));
    start({ store: b.store, facts: { trust: 'ed25519' } });
    until(() => d.info('blink')?.e);
    expect(d.info('blink')).toMatchObject({ e: codes.SIG, run: 0 });
    install('other', hello('y'));
    expect(d.info('other')).toMatchObject({ st: 'refused', e: codes.SIG, run: 0 });
    expect(d.gets).toEqual([]);
  });

  test('for want of room is tried again when there is some', () => {
    install('first', hello('a', 80000));
    install('second', hello('b', 80000));
    expect(d.info('second')).toMatchObject({ st: 'refused', e: codes.SPACE });
    d.want('first', { run: 'gone' });
    until(() => running('second'));
  });

  test('is not repeated by the same wish', () => {
    install('blink', hello('x').slice(0, 60));
    expect(d.info('blink').st).toBe('failed');
    const gets = d.gets.length;
    d.cut();
    d.connect();
    b.run(10000);
    expect(d.gets.length).toBe(gets);
  });

  test('a version and a function name of odd characters leave a report that fits, also with an error beside them', () => {
    const odd = { lim: { restarts: 0 }, ver: '\u0001"'.repeat(32) };
    install('blink', wat(`(module (func $${'\\'.repeat(60)} (export "on_init") unreachable))`), odd);
    expect(d.info('blink')).toMatchObject({ ver: '"'.repeat(16), fn: '\\'.repeat(48) });
    install('blink', stranger(), odd);
    expect(d.info('blink')).toMatchObject({ st: 'failed', e: codes.IMPORTS, fn: '\\'.repeat(48) });
  });

  test('long lists of imports are cut to what a report holds', () => {
    const imports = Array.from({ length: 60 }, (_, i) => `(import "env" "function_number_${i}" (func))`).join('');
    install('blink', wat(`(module ${imports} (func (export "on_init")))`));
    expect(d.retained.get('info/blink')!.length).toBeLessThanOrEqual(384);
    const ed = d.info('blink').ed as { list: string[]; more: number };
    expect(ed.list.length + ed.more).toBe(60);
  });
});

describe('malformed wishes', () => {
  const bad: [string, string][] = [
    ['no JSON', '{"n":'],
    ['an array', '[1,2]'],
    ['no n', '{"run":"on"}'],
    ['a negative n', '{"n":-1,"run":"off"}'],
    ['a fractional n', '{"n":2.5,"run":"off"}'],
    ['an unknown run', '{"n":9,"run":"maybe"}'],
    ['a short hash', '{"n":9,"p":["1234",10],"run":"on"}'],
    ['a hash in capitals', '{"n":9,"p":["1F3A9C0E5B7D2468",10],"run":"on"}'],
    ['a size of 0', '{"n":9,"p":["1f3a9c0e5b7d2468",0],"run":"on"}'],
    ['a digest of another hash', `{"n":9,"p":["1f3a9c0e5b7d2468",9],"d":"${'0'.repeat(64)}","run":"on"}`],
    ['limits that are no numbers', '{"n":9,"lim":{"mem":"4096"}}'],
    ['a negative limit', '{"n":9,"lim":{"mem":-1}}'],
    ['too long', `{"n":9,"by":"${'x'.repeat(600)}"}`],
    ['nesting', '{"n":9,"p":[[["1f3a9c0e5b7d2468"]],9]}'],
  ];
  test.each(bad)('%s: nothing changes', (_name, body) => {
    install('blink', ticker(100));
    const task = b.agent.find('blink')!.task;
    const files = [...b.store.files.keys()].sort();
    d.send('want/blink', body);
    b.run(2000);
    expect(b.agent.find('blink')!.task).toBe(task);
    expect([...b.store.files.keys()].sort()).toEqual(files);
    expect(d.info('blink').run).toBe(1);
  });

  test('one with a number is answered with it and with 30', () => {
    d.send('want/blink', { n: 9, run: 'maybe' });
    until(() => d.info('blink'));
    expect(d.info('blink')).toMatchObject({ n: 9, st: 'refused', e: codes.FORM, run: 0 });
    d.send('want/blink', '');
    until(() => d.retained.get('info/blink') === '');
  });

  test('bad app ids are not even looked at', () => {
    for (const id of ['ab', 'Blink', 'a_b', 'x'.repeat(33), '../etc', 'a/b']) d.send(`want/${id}`, { n: 1, ...ref(hello('x')), run: 'on' });
    b.run(1000);
    expect(b.agent.apps).toEqual([]);
  });
});

describe('n', () => {
  test('an older wish is answered with the one in force', () => {
    install('blink', hello('x'), { n: 7 });
    d.send('want/blink', { n: 6, run: 'gone' });
    b.run(1000);
    expect(d.info('blink')).toMatchObject({ n: 7, run: 1 });
    d.send('want/blink', { n: 7, run: 'off' });
    until(() => d.info('blink').run === 0);
  });
});

describe('the life of an app', () => {
  test('off, on, restart, gone', () => {
    install('blink', hello('up'));
    const count = () => logs('blink').filter(line => line === 'up').length;
    until(() => count() === 1);
    d.want('blink', { run: 'off' });
    until(() => d.info('blink').run === 0);
    expect(d.info('blink')).toMatchObject({ st: 'loaded', run: 0, mem: 0, e: 0 });
    d.want('blink', { run: 'on' });
    until(() => count() === 2);
    d.want('blink', { rs: 1 });
    until(() => count() === 3 && d.info('blink').rs === 1);
    d.want('blink', { rs: 1 });
    b.run(1000);
    expect(count()).toBe(3);
    d.want('blink', { run: 'gone' });
    until(() => d.info('blink')?.st === 'gone');
    expect(d.info('blink')).toMatchObject({ n: 6, run: 0, p: '' });
    expect([...b.store.files.keys()].filter(name => /^[abp]\./.test(name))).toEqual([]);
    d.send('want/blink', '');
    until(() => d.retained.get('info/blink') === '');
  });

  test('gone for an app nobody knows is answered', () => {
    d.want('ghost', { run: 'gone' });
    until(() => d.info('ghost')?.st === 'gone');
    expect(d.info('ghost').n).toBe(1);
  });

  test('other limits restart it under them; the same ones do not', () => {
    install('blink', hello('up'));
    const count = () => logs('blink').filter(line => line === 'up').length;
    until(() => count() === 1);
    d.want('blink', { lim: { heap: 0 } });
    until(() => count() === 2);
    expect(running('blink')).toBe(true);
    d.want('blink', { lim: { heap: 0 } });
    b.run(1000);
    expect(count()).toBe(2);
  });

  test('a withdrawn wish changes nothing', () => {
    install('blink', hello('x'));
    d.send('want/blink', '');
    b.run(1000);
    expect(running('blink')).toBe(true);
  });

  test('a program that ends reports its exit code and stays ended', () => {
    install('calc', program(42));
    until(() => d.info('calc').x !== undefined);
    expect(d.info('calc')).toMatchObject({ st: 'kept', run: 0, x: 42, e: 0 });
    b.run(10000);
    expect(d.info('calc').run).toBe(0);
    d.want('calc', { rs: 1 });
    until(() => logs('calc').filter(line => line === 'exited with 42').length === 2);
  });

  test('wished states survive a reboot', () => {
    install('stays', hello('x'));
    install('rests', hello('y'));
    d.want('rests', { run: 'off' });
    until(() => d.info('rests').run === 0);
    d.cut();
    b.boot();
    b.run(1000);
    expect(b.agent.boot).toBe(2);
    expect(b.agent.find('stays')!.task).not.toBe(null);
    expect(b.agent.find('rests')!.task).toBe(null);
    d.connect();
    until(() => d.retained.get('state') === '{"s":"ready","b":"2.2"}' || d.retained.get('state') === '{"s":"ready","b":"2.1"}');
  });

  test('a blob that rotted in the store is fetched again', () => {
    install('blink', hello('x', 2000));
    const file = `b.${sha256(hello('x', 2000)).slice(0, 16)}`;
    b.store.files.get(file)![100] ^= 1;
    b.boot();
    d.connect();
    until(() => running('blink'));
    expect(d.served).toBe(2 * hello('x', 2000).length);
  });

  test('records that are not whole are dropped', () => {
    install('blink', hello('x'));
    b.store.files.set('a.7', Uint8Array.from(Buffer.from('{"a":"half')));
    b.store.files.set('a.8', Uint8Array.from(Buffer.from('{"a":"odd","w":{"n":1,"run":"on"},"h":"12"}')));
    b.boot();
    expect(b.agent.apps.map(app => app.name)).toEqual(['blink']);
  });
});

test('a store that is full from the start says so and runs on', () => {
  start({ store: memoryFiles(100) });
  install('blink', hello('x', 1000));
  expect(d.info('blink')).toMatchObject({ e: codes.SPACE, run: 0 });
});

test('two links: either may bring wishes and blocks, both hear what happens', () => {
  const radio = desk();
  const cable = desk();
  cable.blockBytes = 128;
  const { agent, until: wait } = board({ ports: [{ kind: 'one' }, { kind: 'two' }] as never, kinds: { one: radio.kind, two: cable.kind } });
  const either = (done: () => boolean) =>
    wait(() => {
      while (radio.serve() || cable.serve());
      return done();
    });
  radio.connect();
  cable.connect();
  const bytes = hello('both', 6000);
  const digest = radio.put(bytes);
  radio.want('blink', { p: [digest.slice(0, 16), bytes.length], d: digest, run: 'on', rs: 0, lim: {} });
  either(() => radio.served > 2500);
  radio.cut(); // the first link dies with blocks under way
  cable.put(bytes);
  either(() => cable.info('blink')?.run === 1);
  expect(radio.served + cable.served).toBeLessThanOrEqual(bytes.length + FACTS.winBytes);
  expect(agent.find('blink')!.hash).toBe(digest);
  radio.connect();
  either(() => radio.info('blink')?.run === 1);
});

test('an upgrade that fits only without the old app still goes through, or leaves the old one running', () => {
  start({ facts: { appRamBytes: 100000 } });
  install('blink', large(1));
  expect(running('blink')).toBe(true);
  const two = wat('(module (memory (export "memory") 1) (func (export "on_init")) (func))');
  install('blink', two);
  expect(d.info('blink')).toMatchObject({ e: 0, run: 1, p: sha256(two).slice(0, 16) });
  install('blink', large(2));
  expect(d.info('blink')).toMatchObject({ e: codes.RAM, st: 'failed' });
  until(() => running('blink'));
  expect(d.info('blink').p).toBe(sha256(two).slice(0, 16));
});
