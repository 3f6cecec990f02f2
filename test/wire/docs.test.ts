// docs/wire.md prints the topic table, the verbs and the byte examples; BLESS=1 rewrites the first two (payload texts stay).
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TOPICS, topicRule, VERBS } from '../../src/wire/messages';

const FILE = new URL('../../docs/wire.md', import.meta.url);
const page = readFileSync(FILE, 'utf8');

const section = (name: string) => new RegExp(`(<!-- ${name} -->\n)([^]*?)(<!-- /${name} -->)`);
const shown = (kind: string) => kind.replace('+', '<app>').replace('#', '<path>');

function topics(): string {
  const old = section('topics').exec(page)![2];
  const rows = TOPICS.split(';')
    .filter(row => row !== '')
    .map(row => {
      const kind = row.split(' ')[0];
      const { from, qos, retain, maxBytes } = topicRule(kind)!;
      const head = `| \`${shown(kind)}\` | `;
      const text = old.split('\n').find(line => line.startsWith(head));
      return `${head}${from} | ${qos}${retain ? ' R' : ''} | ${maxBytes} | ${text?.split(' | ')[4] ?? ' |'}\n`;
    });
  return '| topic | from | QoS | max bytes | payload |\n|-|-|-|-|-|\n' + rows.join('');
}

const verbs = () =>
  `Verbs: ${VERBS.split(' ')
    .map(v => `\`${v}\``)
    .join(' ')}; parameters and results: \`Verbs\` in messages.ts.\n`;

test('docs/wire.md says what messages.ts does', () => {
  const want = page
    .replace(section('topics'), (_all, start, _old, end) => start + topics() + end)
    .replace(section('verbs'), (_all, start, _old, end) => start + verbs() + end);
  if (process.env.BLESS) writeFileSync(FILE, want);
  expect(page).toBe(want);
});
