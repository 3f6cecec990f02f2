// Board files: every file valid, generated files fresh, wrong files refused with field and reason.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BoardError, boardFacts, boardIds, heapBytes, loadBoard, parseBoard } from '../../boards/board';
import { boardFiles } from '../../tools/gen/boards';

test('the schema and the docs tables are fresh (npx tsx tools/gen/boards.ts)', () => {
  for (const { path, text } of boardFiles(boardIds())) expect(readFileSync(path, 'utf8'), path).toBe(text);
});

test.each(boardIds())('%s is valid and says what proves it', id => {
  const board = loadBoard(id);
  expect(board.apps.memMax).toBeLessThan(heapBytes(board));
  if (board.core !== 'host') expect(Object.keys(board.proof)).toEqual(expect.arrayContaining(['heap', 'storage', 'links']));
});

// boards.md section 1 of the design: heap in kB as printed there
test.each([
  ['esp32', 224, 896],
  ['rp2350_pico2', 219, 3072],
  ['espruinowifi', 104, 64],
  ['banglejs2', 164, 8192],
  ['puckjs', 33, 40],
  ['sim-quickjs', 1024, 1024],
  ['sim-small', 512, 256],
])('%s has %i kB of heap and %i kB of storage', (id, heap, store) => {
  const board = loadBoard(id);
  expect(Math.round(heapBytes(board) / 1024)).toBe(heap);
  expect(board.storage.bytes).toBe(store * 1024);
});

test('the agent is told the limits of its board', () => {
  expect(boardFacts(loadBoard('sim-small'), 'open')).toMatchObject({
    board: 'sim-small',
    appRamBytes: 65536,
    deviceClass: 'quick',
    trust: 'open',
  });
});

const good = () => JSON.parse(readFileSync('boards/sim-small.json', 'utf8')) as Record<string, any>;
const wrong: [string, (json: Record<string, any>) => void, RegExp][] = [
  ['a number written as text', json => (json.rx.bytes = '1024'), /rx\.bytes: .*number/i],
  ['an address written as a number', json => (json.storage.at = 65536), /storage\.at: .*string/i],
  ['an address without 0x', json => (json.storage.at = '10000'), /storage\.at: an address is/],
  ['a missing field', json => delete json.heap, /heap: /],
  ['an unknown field', json => (json.colour = 'red'), /colour: /],
  ['a negative size', json => (json.apps.memMax = -1), /apps\.memMax: /],
  ['an unknown engine', json => (json.engine.kind = 'v8'), /engine\.kind: /],
  ['proof of a field that does not exist', json => (json.proof.radio = 'silicon'), /proof\.radio: no such field/],
];
test.each(wrong)('refuses %s', (_name, damage, message) => {
  const json = good();
  damage(json);
  expect(() => parseBoard(json, 'x.json')).toThrow(message);
  expect(() => parseBoard(json, 'x.json')).toThrow(BoardError);
});

test('an unknown board is answered with the list', () => {
  expect(() => loadBoard('../package')).toThrow(/no board "\.\.\/package"; there are .*sim-small/);
});
