// Topics, their rules, and ids.
import { describe, expect, test } from 'vitest';
import { isId, parseTopic, ROOT, readBlkHead, splitTopic, topicOf, topicRule, writeBlkHead } from '../../src/wire/messages';
import { hex } from './bytes';

// management.md section 2: topic, from, QoS, retained, max
const table: [string, string, number, boolean, number][] = [
  ['state', 'd', 1, true, 64],
  ['info', 'd', 1, true, 1024],
  ['info/+', 'd', 1, true, 384],
  ['want', 'm', 1, true, 512],
  ['want/+', 'm', 1, true, 512],
  ['cmd', 'm', 1, false, 512],
  ['rsp', 'd', 1, false, 1024],
  ['ev', 'd', 0, false, 1024],
  ['get', 'd', 0, false, 96],
  ['blk', 'm', 0, false, 8 + 1024],
];

describe('topics', () => {
  test.each(table)('%s', (kind, from, qos, retain, maxBytes) => expect(topicRule(kind)).toEqual({ from, qos, retain, maxBytes }));
  test('others have no rule', () => {
    for (const kind of ['', 'inf', 'state d', '+', 'info/', 'fo/+']) expect(topicRule(kind)).toBe(null);
  });
  test('are built and split', () => {
    expect(topicOf('puck-a', 'want/blink')).toBe('w/1/puck-a/want/blink');
    expect(splitTopic('w/1/puck-a/want/blink')).toEqual({ dev: 'puck-a', rest: 'want/blink' });
    for (const other of ['', ROOT, 'w/1/puck-a', 'w/1//state', 'w/1/b/1f3a/0', 'w/2/puck-a/state', 'x/w/1/puck-a/state', 'w/1/Puck/state'])
      expect(splitTopic(other)).toBe(null);
  });
  test.each([
    ['state', 'state', '', ''],
    ['info', 'info', '', ''],
    ['info/blink', 'info/+', 'blink', ''],
    ['want/blink', 'want/+', 'blink', ''],
    ['app/blink/t', 'app/+/#', 'blink', 't'],
    ['app/blink/a/b', 'app/+/#', 'blink', 'a/b'],
  ])('%s means', (rest, kind, app, path) => expect(parseTopic(rest)).toEqual({ kind, app, path }));
  test.each(['', 'nope', 'info/', 'info/X', 'info/ab', 'info/a+b', 'cmd/abc', 'app', 'app/blink', 'app/blink/', 'want/blink/x', 'info/+'])(
    '"%s" means nothing',
    rest => expect(parseTopic(rest)).toBe(null),
  );
});

test('ids are [a-z0-9-]{3,32}', () => {
  for (const id of ['abc', 'a-1', '0'.repeat(32)]) expect(isId(id)).toBe(true);
  for (const id of ['', 'ab', 'a'.repeat(33), 'Abc', 'a_b', 'a/b', 'a+b', '#bc', '$sys', 'ab\xfc', 'a b', 'ab\n'])
    expect(isId(id)).toBe(false);
});

test('the head of blk: first 4 bytes of the hash, offset u32 LE', () => {
  const bytes = new Uint8Array(9);
  expect(writeBlkHead(bytes, 1, '1f3a9c0e5b7d2468', 0x81020304)).toBe(9);
  expect(hex(bytes, 1)).toBe('1f 3a 9c 0e 04 03 02 81');
  expect(readBlkHead(bytes, 1, 9, '1f3a9c0e5b7d2468')).toBe(0x81020304);
  expect(readBlkHead(bytes, 1, 9, '1f3a9c0f5b7d2468')).toBe(-1);
  expect(readBlkHead(bytes, 1, 8, '1f3a9c0e5b7d2468')).toBe(-1);
});
