// The table as a whole: complete, well formed, and docs/libc.md up to date.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BUILTIN, generateLibc } from '../../tools/gen/libc';
import { rows } from './env';

const has = (name: string, signature?: string) =>
  rows.some(r => r[0] === name && (signature === undefined || r[1].replace('!', '') === signature));

test('the 52 functions of libc-builtin', () => {
  expect(BUILTIN.length).toBe(52);
  expect(BUILTIN.filter(name => !has(name))).toEqual([]);
});

// compat.md section 1, "libc subset +"
const plus: [string, string][] = [
  ['(iiii)', 'qsort'],
  ['(iiiii)i', 'bsearch'],
  ['()i', 'rand'],
  ['(i)', 'srand'],
  ['(ii)F', 'strtod'],
  ['(ii)f', 'strtof'],
  ['(i)F', 'atof'],
  ['(iii)I', 'strtoll strtoull'],
  ['(i)i', 'atol abs labs time gmtime getenv'],
  ['(i)I', 'atoll time'],
  ['(ii)i', 'strcat strrchr strtok strcasecmp strpbrk strnlen gmtime_r'],
  ['(iii)i', 'strncat memrchr strtok_r sscanf'],
  ['(II)F', 'difftime'],
  ['(F)F', 'sin cos tan asin acos atan sinh cosh tanh exp exp2 expm1 log log2 log10 log1p cbrt sqrt fabs floor ceil trunc round rint'],
  ['(FF)F', 'pow atan2 fmod hypot fmin fmax copysign'],
  ['(Fi)F', 'ldexp scalbn frexp modf'],
  ['(f)f', 'sinf sqrtf roundf'],
  ['(ff)f', 'powf fminf'],
  ['(fi)f', 'ldexpf frexpf modff'],
];
for (const [signature, names] of plus)
  test(`${signature}: ${names}`, () => expect(names.split(' ').filter(name => !has(name, signature))).toEqual([]));

test('no row stands twice; signatures are well formed', () => {
  const keys = rows.map(r => r[0] + r[1]);
  expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
  expect(rows.filter(r => !/^\(([iIfF$]|\*~?)*\)[iIfF]?!?$/.test(r[1]))).toEqual([]);
});

test('docs/libc.md is up to date (npx tsx tools/gen/main.ts)', () => {
  for (const [path, text] of Object.entries(generateLibc())) expect(readFileSync(path, 'utf8')).toBe(text);
});
