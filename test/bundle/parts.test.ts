// Parts and the table that says which part has what: every native is found in its part, and nowhere else.
import { expect, test } from 'vitest';
import { parts } from '../../device/parts/all';
import { partOf } from '../../device/parts/names';
import { libc, libcMore } from '../../src/libc/libc';
import type { NativeModule } from '../../src/runtime/native';
import { wasi } from '../../src/wasi/wasi';

/** Names of a module's natives, each once. */
function namesOf({ natives }: NativeModule): string[] {
  const names = natives.flatMap(row => (row[0].startsWith('(') ? (row[1] as string).split(' ') : [row[0]]));
  return [...new Set(names)];
}

const withNatives = Object.entries(parts).filter(([, part]) => part.natives);

test.each(withNatives)('what part %s has is looked for there', (name, part) => {
  const { natives } = part;
  for (const module of [natives.name, ...(natives.alias ?? [])])
    for (const native of namesOf(natives)) expect(partOf(module, native), `${module}.${native}`).toBe(name);
});

test('the parts have all of libc and WASI', () => {
  const inParts = withNatives.flatMap(([, part]) => namesOf(part.natives));
  for (const whole of [libc, libcMore, wasi]) expect(inParts).toEqual(expect.arrayContaining(namesOf(whole)));
});

test.each([
  ['wasmote', 'log'], // the app API is in the core
  ['spectest', 'print_i32'],
  ['', ''],
])('no part is asked for %s.%s', (module, name) => {
  expect(partOf(module, name)).toBe('');
});
