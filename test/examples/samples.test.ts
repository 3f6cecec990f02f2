// The sample apps as they ship: valid, importing only what boards have, as small as examples/README.md says, and doing what their
// sources promise. AssemblyScript is compiled here, as the demo does it.
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { EXITED, TRAPPED } from '../../src/app/program';
import { missingImports } from '../../src/runtime/link';
import { parseModule } from '../../src/runtime/module';
import { nameOf, traceOf } from '../../src/runtime/trace';
import { DIV_BY_ZERO, FUEL_LIMIT } from '../../src/spec/traps';
import { buildAssemblyScript } from '../../tools/build/as';
import { board, instanceOf } from './board';

const root = new URL('../../examples/', import.meta.url).pathname;
const wasmOf = (kind: string, name: string) => `${root}${kind}/${name}/${name}.wasm`;
const names = (kind: string) => readdirSync(root + kind).sort();

describe('as they ship', () => {
  const readme = readFileSync(root + 'README.md', 'utf8');
  for (const kind of ['c', 'wasi'])
    for (const name of names(kind)) {
      const bytes = new Uint8Array(readFileSync(wasmOf(kind, name)));
      test(`${kind}/${name} is valid and imports only what boards have`, () => {
        const module = parseModule(bytes);
        expect(missingImports(board().linker, module)).toEqual([]);
        expect(module.customs.map(custom => custom.name)).toContain('name'); // traps name functions
      });
      if (kind === 'c')
        test(`c/${name} is as small as the README says`, () => {
          const row = readme.split('\n').find(line => line.startsWith(`| [${name}](`))!;
          const [size, memory] = row
            .split('|')
            .slice(4, 6)
            .map(cell => Number(/([\d,]+) B/.exec(cell)![1].replace(',', ''))); // prettier-ignore
          const instance = instanceOf(board().start(bytes, name));
          expect(bytes.length).toBeLessThanOrEqual(size);
          expect(instance.mems[0].bytes - instance.heapBytes).toBe(memory);
          expect(instance.heapBytes).toBe(4096);
        });
    }
});

describe('C', () => {
  test('hello prints its arguments and counts them in its exit code', () => {
    const b = board();
    const program = b.start(wasmOf('c', 'hello'), 'hello', ['one', 'two words']);
    b.until(1);
    expect(b.logs.join('')).toBe('hello: hello from hello\nhello: argument 1 is "one"\nhello: argument 2 is "two words"\n');
    expect([program.status, program.thread.exitCode]).toEqual([EXITED, 2]);
  });

  test('counter counts once a second and publishes', () => {
    const b = board();
    const program = b.start(wasmOf('c', 'counter'), 'kitchen');
    b.until(3500);
    expect(b.ready).toEqual(['kitchen']);
    expect(b.logs).toEqual(['kitchen: counting', 'kitchen: count 1', 'kitchen: count 2', 'kitchen: count 3']);
    expect(b.published).toEqual(['app/kitchen/count = 1', 'app/kitchen/count = 2', 'app/kitchen/count = 3']);
    b.stop(program);
    b.until(5000);
    expect([b.logs.pop(), program.status]).toEqual(['kitchen: stopped', EXITED]);
  });

  test('ticker reports how late its turns were', () => {
    const b = board();
    b.start(wasmOf('c', 'ticker'), 'ticker');
    b.until(1005);
    expect(b.logs).toEqual(['ticker: late: mean 0.00 worst 0 ms']);
    b.until(1505);
    b.nowMs += 33; // the board was busy elsewhere
    b.until(2100);
    expect(b.published[1]).toMatch(/^app\/ticker\/late = mean 0\.\d+ worst 2\d ms$/);
  });

  test('thermo prints means, thermo2 both scales and answers', () => {
    const b = board();
    const one = b.start(wasmOf('c', 'thermo'), 'thermo');
    b.until(4100);
    expect(b.logs[0]).toBe('thermo: thermo 1');
    expect(b.logs.length).toBe(3);
    for (const line of b.logs.slice(1)) expect(line).toMatch(/^thermo: 2[0-2]\.\d\d C$/);
    b.stop(one);
    b.until(4200);
    b.logs.length = 0;
    b.start(wasmOf('c', 'thermo2'), 'thermo');
    b.until(6300);
    expect(b.logs[0]).toBe('thermo: thermo 2, ask me for temp');
    expect(b.logs[1]).toMatch(/^thermo: 2[0-2]\.\d\d C = (6[89]|7[0-3])\.\d\d F$/);
    expect(b.published[0]).toMatch(/^app\/thermo\/temp = 2/);
    b.ask(1, 'app/thermo/temp', '');
    b.ask(1, 'app/thermo/humidity', '');
    b.ask(2, 'app/thermo/temp', '');
    b.until(6400);
    expect(b.replies[0]).toBe('69 ' + b.logs[1].slice(8, 13));
    expect(b.replies.slice(1)).toEqual(['132 ', '132 ']);
  });

  test('trap divides by zero in a function with a name', () => {
    const b = board();
    const program = b.start(wasmOf('c', 'trap'), 'trap');
    b.until(60000);
    expect(b.logs).toEqual(['trap: 100 / 3 = 33', 'trap: 100 / 2 = 50', 'trap: 100 / 1 = 100']);
    expect([program.status, program.thread.trap]).toEqual([TRAPPED, DIV_BY_ZERO]);
    const frames = traceOf(program.thread, 8).map(({ func }) => nameOf(instanceOf(program).module, func.index));
    expect(frames).toEqual(['share', 'on_timer']);
    expect(b.nowMs).toBe(2000);
  });

  test('runaway is stopped by its fuel limit', () => {
    const b = board();
    const program = b.start(wasmOf('c', 'runaway'), 'runaway');
    b.until(1);
    expect(b.logs.join('')).toContain('running away');
    expect([program.status, program.thread.trap]).toEqual([TRAPPED, FUEL_LIMIT]);
  });
});

describe('WASI', () => {
  test('countdown sleeps a second between numbers', () => {
    const b = board();
    const program = b.start(wasmOf('wasi', 'countdown'), 'countdown', ['2', 'go']);
    b.until(500);
    expect(b.logs).toEqual(['countdown: 2 ']);
    b.until(10000);
    expect(b.logs.slice(1)).toEqual(['countdown: 1 ', 'countdown: go', 'countdown: \n']);
    expect([program.status, program.thread.exitCode, b.nowMs]).toEqual([EXITED, 0, 2000]);
  });
  test('countdown explains itself', () => {
    const b = board();
    const program = b.start(wasmOf('wasi', 'countdown'), 'countdown', ['10']);
    b.until(1);
    expect(b.logs[0]).toContain('usage: countdown');
    expect(program.thread.exitCode).toBe(2);
  });
});

describe('AssemblyScript', () => {
  const built: { [name: string]: Uint8Array } = {};
  beforeAll(async () => {
    for (const name of names('as')) built[name] = await buildAssemblyScript(`${root}as/${name}/${name}.as.ts`);
  }, 120_000);

  test('greeter answers messages and calls, in any language', () => {
    const b = board();
    b.start(built.greeter, 'greeter');
    b.until(1);
    expect(b.logs).toEqual(['greeter: waiting to be greeted']);
    b.send('app/greeter/hello', 'Zoë');
    b.ask(1, 'app/greeter/hello', '世界');
    b.ask(1, 'app/greeter/other', '');
    b.until(2);
    expect(b.logs[1]).toBe('greeter: Hello Zoë, you are number 1');
    expect(b.published).toEqual(['app/greeter/greeting = Hello Zoë, you are number 1']);
    expect(b.replies).toEqual(['69 Hello 世界, you are number 2', '132 ']);
  });

  test('greeter keeps its memory: two thousand messages later it has not grown', () => {
    const b = board();
    const program = b.start(built.greeter, 'greeter');
    b.until(1);
    for (let i = 0; i < 2000; i++) {
      b.send('app/greeter/hello', 'number ' + i);
      if (i % 20 === 0) b.until(2);
    }
    b.until(3);
    expect(b.published.pop()).toBe('app/greeter/greeting = Hello number 1999, you are number 2000');
    expect(instanceOf(program).mems[0].bytes).toBe(0x10000);
  });

  test('asclock tells how long the board is up, and the time', () => {
    const b = board();
    b.start(built.asclock, 'asclock');
    b.until(1500);
    b.nowMs = 3661000;
    b.utcMs = Date.UTC(2026, 0, 1, 11, 0, 0);
    b.until(3661500);
    expect(b.logs[0]).toBe('asclock: up 00:00:01');
    expect(b.logs[1]).toBe('asclock: up 01:01:01, it is 12:01:01 UTC');
  });

  test('what does not compile is reported with the compiler’s words', async () => {
    await expect(buildAssemblyScript(`${root}as/none/none.as.ts`)).rejects.toThrow('no such file');
    const wrong = join(mkdtempSync(join(tmpdir(), 'wasmote-')), 'wrong.as.ts');
    writeFileSync(wrong, "export function f(): i32 { return 'x'; }");
    await expect(buildAssemblyScript(wrong)).rejects.toThrow(/TS2322/);
  });
});
