// A simulated board through its real path: bytecode in the engine, bytes over real sockets, files in a folder.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import { expect, test } from 'vitest';
import { loadBoard } from '../../boards/board';
import type { SimState } from '../../tools/sim/board';
import { hasPty } from '../../tools/sim/cable';
import { deskAt, deskOn, listen, probeBoard, tempDir } from './rig';

async function serialBoard(options: Parameters<typeof probeBoard>[0] = {}) {
  const board = await probeBoard({ serial: 'tcp', ...options });
  await board.start();
  return { board, desk: await deskAt(board.portPath()!) };
}

test('runs the bundle and knows its board', async () => {
  const logs: string[] = [];
  const { desk } = await serialBoard({ onLog: text => logs.push(text) });
  expect(logs).toEqual(['booted sim-quickjs']);
  expect(await desk.ask('return [host.id, host.facts.appRamBytes, host.ports.length, host.login.user]')).toEqual([
    'probe-1',
    262144,
    1,
    '',
  ]);
});

test('timers: one pending, a later one replaces it', async () => {
  const { desk } = await serialBoard();
  desk.send('host.setTimer(60000, function () { say("late\\n"); }); host.setTimer(5, function () { say("due\\n"); }); return 1\n');
  expect([await desk.line(), await desk.line()]).toEqual(['{"r":1}', 'due']);
  desk.send('host.setTimer(0, function () { host.setTimer(0, function () { say("twice\\n"); }); }); return 2\n');
  expect([await desk.line(), await desk.line()]).toEqual(['{"r":2}', 'twice']);
});

test('clocks move, entropy fills only what it was asked to', async () => {
  const { desk } = await serialBoard();
  const [now, utc, rest] = await desk.ask(
    'var a = new Uint8Array(40), b = 0; host.entropy(a, 4, 32); for (var i = 0; i < 40; i++) if (a[i] && (i < 4 || i > 35)) b++; return [host.nowMs(), host.utcMs(), b]',
  );
  expect(now).toBeGreaterThan(0);
  expect(Math.abs(utc - Date.now())).toBeLessThan(60_000);
  expect(rest).toBe(0);
});

test('files: pieces at offsets, replace, rename, remove, sizes, and all of it after a power cut', async () => {
  const { board, desk } = await serialBoard();
  expect(
    await desk.ask('return [host.storage.list(), host.storage.size("a"), host.storage.read("a", 0, new Uint8Array(4), 0, 4)]'),
  ).toEqual([[], -1, 0]);
  expect(
    await desk.ask(
      'var s = host.storage, t = bytes("hello world"); return [s.write("a", 6, t, 6, 11), s.write("a", 0, t, 0, 6), s.replace("r", bytes("old")), s.replace("r", bytes("new!")), s.write("gone", 0, t, 0, 1), s.rename("a", "b-1.x"), s.remove("gone")]',
    ),
  ).toEqual([true, true, true, true, true, null, null]);
  board.kill();
  expect(board.state()).toBe('off');
  await board.start();
  expect(await desk.line()).toBe('hello probe-1');
  expect(
    await desk.ask(
      'var s = host.storage, t = new Uint8Array(20); t[0] = 33; var n = s.read("b-1.x", 0, t, 1, 50); return [s.list().sort(), s.size("b-1.x"), n, text(t, 0, n + 1), s.read("b-1.x", 6, t, 0, 3), text(t, 0, 3), s.size("r")]',
    ),
  ).toEqual([['b-1.x', 'r'], 11, 11, '!hello world', 3, 'wor', 4]);
  expect(board.boots()).toBe(2);
});

test('a full store refuses and changes nothing', async () => {
  const dir = tempDir();
  const { desk } = await serialBoard({ board: 'sim-small', dir });
  const limit = loadBoard('sim-small').storage.bytes;
  const [before, big, exact, after, tiny] = await desk.ask(
    'var s = host.storage, f = s.free(), t = bytes("x"); return [f, s.write("big", f, t, 0, 1), s.write("big", f - 1, t, 0, 1), s.free(), s.replace("r", t)]',
  );
  expect([big, exact, after, tiny]).toEqual([false, true, 0, false]);
  expect(before).toBeLessThanOrEqual(limit);
  expect(readdirSync(join(dir, 'flash'))).toEqual(['big']);
});

test('file names that leave the folder crash the agent that sends them', async () => {
  const { board, desk } = await serialBoard();
  desk.send('host.storage.replace("../x", bytes("x"))\n');
  await expect.poll(board.state).toBe('crashed');
  expect(board.error()!.message).toMatch(/bad file name/);
});

test('an exception that nothing catches is a crash, and the board starts again', async () => {
  const states: SimState[] = [];
  const { board, desk } = await serialBoard({ onState: state => states.push(state) });
  desk.send('throw 7\n');
  await expect.poll(board.state).toBe('crashed');
  await board.start();
  expect(await desk.line()).toBe('hello probe-1');
  expect(await desk.ask('return 1')).toBe(1);
  expect(states).toEqual(['running', 'crashed', 'running']);
});

test('reset makes a new engine on the old files', async () => {
  const { board, desk } = await serialBoard();
  await desk.ask('echo.mark = 1; host.storage.replace("r", bytes("kept"))');
  desk.send('try { host.reset(); } catch (e) {} host.storage.remove("r"); for (;;);\n'.replace(' for (;;);', ''));
  expect(await desk.line()).toBe('hello probe-1');
  expect(await desk.ask('return [echo.mark === undefined, host.storage.size("r")]')).toEqual([true, 4]);
  expect(board.boots()).toBe(2);
});

test('bytes of any value and amount arrive whole and in order, in pieces that fit the receive buffer', async () => {
  const { board, desk } = await serialBoard({ board: 'sim-small' });
  const sent = Array.from({ length: 50_000 }, (_, i) => (i * 7 + (i >> 8)) & 255);
  await desk.ask(`echo.raw = ${sent.length}; return 1`);
  desk.send(String.fromCharCode(...sent.slice(0, 25_000)) + String.fromCharCode(...sent.slice(25_000)));
  expect(Number(await desk.line())).toBe(sent.reduce((sum, byte) => (sum * 31 + byte) % 65521, 0));
  expect(await desk.ask('return echo.largest')).toBe(board.board.rx.bytes);

  const back = Array.from({ length: 10_000 }, (_, i) => String.fromCharCode(i % 256 === 10 ? 0 : i % 256)).join('');
  desk.send(
    'var t = ""; for (var i = 0; i < 10000; i++) t += String.fromCharCode(i % 256 === 10 ? 0 : i % 256); say(t + "\\n"); return 1\n',
  );
  expect((await desk.line()) === back).toBe(true);
});

test('a port takes all of a write or nothing', async () => {
  const { desk } = await serialBoard();
  expect(await desk.ask('return host.ports[0].write(new Uint8Array(20000), 0, 20000)')).toBe(false);
  expect(await desk.ask('return host.ports[0].write(bytes("ab"), 0, 0)')).toBe(true);
});

test('a board dials its broker, again when it asks to, and a power cut drops the connection without a word', async () => {
  const broker = await listen();
  const logs: string[] = [];
  const board = await probeBoard({ broker: broker.url.replace('//', '//me:se%20cret@'), onLog: text => logs.push(text) });
  await board.start();
  const first = await broker.board();
  expect(await first.line()).toBe('hello probe-1');
  expect(await first.ask('return host.login')).toEqual({ user: 'me', password: 'se cret' });
  first.close();
  await expect.poll(() => logs).toEqual(['booted sim-quickjs', 'closed mqtt']);
  board.kill();
  await board.start();
  const second = await broker.board();
  expect(await second.line()).toBe('hello probe-1');
  board.kill();
  await second.closed;
});

test('a broker that is not there is reported as a close', async () => {
  const broker = await listen();
  await broker.close();
  const logs: string[] = [];
  const board = await probeBoard({ broker: broker.url, onLog: text => logs.push(text) });
  await board.start();
  await expect.poll(() => logs).toEqual(['booted sim-quickjs', 'closed mqtt']);
});

test.skipIf(!(await hasPty()))('a pty takes and gives every byte, and survives a desk that goes and comes back', async () => {
  const board = await probeBoard({ serial: 'pty' });
  await board.start();
  const every = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => (i === 10 ? 0 : i)));
  for (let turn = 0; turn < 2; turn++) {
    const port = new SerialPort({ path: board.portPath()!, baudRate: 115200, autoOpen: false });
    await new Promise<void>((resolve, reject) => port.open(error => (error ? reject(error) : resolve())));
    const desk = deskOn(port, () => {});
    await desk.ask('echo.sum = 0; echo.raw = 256; return 1');
    desk.send(every);
    expect(Number(await desk.line())).toBe([...every].reduce((sum, byte) => (sum * 31 + byte.charCodeAt(0)) % 65521, 0));
    desk.send('var t = ""; for (var i = 0; i < 256; i++) t += String.fromCharCode(i === 10 ? 0 : i); say(t + "\\n"); return 1\n');
    expect((await desk.line()) === every).toBe(true);
    await new Promise<void>(resolve => port.close(() => resolve()));
  }
});

test('a hundred boards in one process share one compiled engine', async () => {
  const broker = await listen();
  const boards = await Promise.all(
    Array.from({ length: 100 }, (_, i) => probeBoard({ board: 'sim-small', id: `probe-${i}`, broker: broker.url })),
  );
  await Promise.all(boards.map(board => board.start()));
  const seen = new Set<string>();
  for (let i = 0; i < 100; i++) seen.add(await (await broker.board()).line());
  expect(seen.size).toBe(100);
  await Promise.all(boards.map(board => board.stop()));
});
