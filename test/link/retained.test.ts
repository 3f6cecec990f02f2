// Which retained messages a topic filter matches.
import { expect, test } from 'vitest';
import { createRetained } from '../../tools/link/retained';

// filter, topics that match of those below [MQTT 3.1.1, 4.7]
const TOPICS = [
  'sport',
  'sport/tennis/player1',
  'sport/tennis/player1/ranking',
  'sport/tennis/player2',
  'sport/',
  '/finance',
  '$SYS/monitor/Clients',
  'w/1/dev-1/state',
];
const cases: [string, string[]][] = [
  ['sport/tennis/player1', ['sport/tennis/player1']],
  ['sport/tennis/player1/#', ['sport/tennis/player1', 'sport/tennis/player1/ranking']],
  ['sport/#', ['sport', 'sport/', 'sport/tennis/player1', 'sport/tennis/player1/ranking', 'sport/tennis/player2']],
  ['sport/tennis/+', ['sport/tennis/player1', 'sport/tennis/player2']],
  ['sport/+', ['sport/']],
  ['+/+', ['/finance', 'sport/']],
  ['/+', ['/finance']],
  ['+', ['sport']],
  ['#', TOPICS.filter(topic => topic[0] !== '$').sort()],
  ['+/monitor/Clients', []],
  ['$SYS/#', ['$SYS/monitor/Clients']],
  ['w/1/+/state', ['w/1/dev-1/state']],
  ['nothing', []],
];
test.each(cases)('%s', (filter, expected) => {
  const retained = createRetained<string>();
  for (const topic of TOPICS) retained.set(topic, topic);
  expect([...retained.match(filter)].sort()).toEqual([...expected].sort());
});

test('forgets what is removed, down to the empty tree', () => {
  const retained = createRetained<string>();
  for (const topic of TOPICS) retained.set(topic, topic);
  retained.set('sport', 'again');
  expect(retained.count()).toBe(TOPICS.length);
  retained.set('sport/tennis', null); // never there
  for (const topic of TOPICS) retained.set(topic, null);
  expect([retained.count(), [...retained.match('#')]]).toEqual([0, []]);
});
