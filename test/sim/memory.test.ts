// The byte limit of a simulated board is its board's, to within 5 %, and going over it is survived.
import { expect, test } from 'vitest';
import { heapBytes, loadBoard } from '../../boards/board';
import { createVm } from '../../tools/sim/vm';
import { deskAt, probeBoard } from './rig';

const boards = ['sim-quickjs', 'sim-small'];
const blocks: [string, string][] = [
  ['blocks of 4096 bytes', 'new Uint8Array(4096)'],
  ['objects', '{ x: k.length, y: 0.5 }'],
  ['strings', 'String.fromCharCode(65 + k.length % 26) + k.length + "................"'],
];

for (const id of boards)
  for (const [what, block] of blocks)
    test(`${id}: ${what} fail within 5 % of the limit, in the board itself`, async () => {
      const board = await probeBoard({ board: id, serial: 'tcp' });
      await board.start();
      const desk = await deskAt(board.portPath()!);
      // A list of blocks, so that no growing array asks for much at once.
      desk.send(
        `var k = { length: 0, next: null, was: null }; try { for (;;) { k = { length: k.length + 1, next: k, was: ${block} }; } } catch (e) { host.nowMs(); echo.why = e.message; } return echo.why\n`,
      );
      expect(JSON.parse(await desk.line())).toEqual({ r: 'out of memory' });
      const limit = heapBytes(loadBoard(id));
      expect(board.memory().limit).toBe(limit);
      expect(board.memory().peak).toBeGreaterThan(limit * 0.95);
      expect(board.memory().peak).toBeLessThanOrEqual(limit * 1.05);
      expect(board.state()).toBe('running');
      expect(board.memory(true).used).toBeLessThan(limit / 2 + 131072); // and the memory came back
      expect(await desk.ask('return 1 + 1')).toBe(2);
    });

test('memory that is kept past the limit crashes the board; it starts again', async () => {
  const board = await probeBoard({ board: 'sim-small', serial: 'tcp' });
  await board.start();
  const desk = await deskAt(board.portPath()!);
  desk.send(
    'echo.k = null; for (;;) { try { echo.k = [echo.k, new Uint8Array(4096)]; } catch (e) { echo.k = [echo.k, new Uint8Array(4096)]; } }\n',
  );
  await expect.poll(board.state).toBe('crashed');
  expect(board.error()).toMatchObject({ kind: 'memory' });
  await board.start();
  expect(board.state()).toBe('running');
});

test('a board too small for its own engine says so', async () => {
  await expect(createVm({ limitBytes: 100_000, global: 'board', natives: {} })).rejects.toThrow(/needs \d+ bytes of 100000/);
});

test('an event that does not end is cut off and reported', async () => {
  const vm = await createVm({ limitBytes: 1 << 20, global: 'board', natives: {}, entryMs: 50 });
  expect(() => vm.eval('for (;;);')).toThrow(expect.objectContaining({ kind: 'hung' }));
  vm.dispose();
});

test('natives leave nothing behind: a million bytes through, the same memory in use', async () => {
  const vm = await createVm({
    limitBytes: 1 << 20,
    global: 'board',
    natives: { fill: ['bn', (target: Uint8Array, n: number) => target.fill(n).length + 0.5], name: ['s', (text: string) => text + text] },
  });
  const round =
    'var t = new Uint8Array(1000); for (var i = 0; i < 1000; i++) { board.fill(t, i & 255); board.name("name" + i); } t[999] + ""';
  expect(vm.evalText(round)).toBe('231');
  vm.collect();
  const before = vm.used();
  for (let i = 0; i < 20; i++) vm.evalText(round);
  vm.collect();
  expect(vm.used() - before).toBeLessThan(512);
  vm.dispose();
});
