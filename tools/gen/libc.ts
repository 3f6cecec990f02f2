// The table of docs/libc.md, from libc's rows. The text around it is written by hand: only what stands between the marks is replaced.
import { readFileSync } from 'node:fs';
import { clocks } from '../../src/libc/clock';
import { ctype } from '../../src/libc/ctype';
import { environment } from '../../src/libc/getenv';
import { integers } from '../../src/libc/integer';
import { math } from '../../src/libc/math';
import { memory } from '../../src/libc/memory';
import { print } from '../../src/libc/print';
import { scan } from '../../src/libc/scan';
import { search } from '../../src/libc/search';
import { sort } from '../../src/libc/sort';
import { stdlib } from '../../src/libc/stdlib';
import { string } from '../../src/libc/string';
import { time } from '../../src/libc/time';
import type { Native, NativeFn, NativeModule } from '../../src/runtime/native';

const areas: [string, NativeModule['natives']][] = [
  ['print', print],
  ['memory', memory],
  ['string', string],
  ['ctype', ctype],
  ['integer', integers],
  ['stdlib', stdlib],
  ['clock', clocks],
  ['scan, more', scan],
  ['search, more', search],
  ['sort, more', sort],
  ['time, more', time],
  ['getenv, more', environment],
  ['math, more', math],
];

/** A row for each name. */
export function ungroup(natives: NativeModule['natives']): Native[] {
  return natives.flatMap(row =>
    row[0].startsWith('(') ? row[1].split(' ').map((name, i): Native => [name, row[0], row[2 + i] as NativeFn]) : [row as Native],
  );
}

/** What WAMR 2.4.3 registers; all else is ours. */
export const BUILTIN = (
  'printf sprintf snprintf vprintf vsprintf vsnprintf puts putchar memcmp memcpy memmove emscripten_memcpy_big memset memchr strchr ' +
  'strcmp strcpy strlen strncmp strncpy strncasecmp strspn strcspn strstr strdup _strdup malloc calloc realloc free atoi strtol strtoul ' +
  'isupper isalpha isspace isgraph isprint isdigit isxdigit isalnum tolower toupper exit abort abortStackOverflow nullFunc_X ' +
  '__cxa_allocate_exception __cxa_begin_catch __cxa_throw clock_gettime clock'
).split(' ');

const FILE = 'docs/libc.md';
const START = '<!-- generated from src/libc by tools/gen/libc.ts -->\n';
const END = '<!-- end -->';

function table(): string {
  let text = '| | signature | libc-builtin | subset + |\n|---|---|---|---|\n';
  for (const [area, natives] of areas) {
    const rows = ungroup(natives);
    for (const signature of [...new Set(rows.map(row => row[1]))]) {
      const names = [...new Set(rows.filter(row => row[1] === signature).map(row => row[0]))];
      const list = (builtin: boolean) => names.filter(name => BUILTIN.includes(name) === builtin).join(' ');
      text += `| ${area} | \`${signature}\` | ${list(true)} | ${list(false)} |\n`;
    }
  }
  return text;
}

/** docs/libc.md as it should stand. */
export function generateLibc(): Record<string, string> {
  const text = readFileSync(FILE, 'utf8');
  const start = text.indexOf(START) + START.length;
  return { [FILE]: text.slice(0, start) + table() + text.slice(text.indexOf(END)) };
}
