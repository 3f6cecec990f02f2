// Form A in plain style, for engines with nothing but the device profile: the executors' cases, and what its text is made of.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { jsPlain } from '../../src/jstext/executor';
import { leastBytes, moduleText } from '../../src/jstext/module';
import { parseModule } from '../../src/runtime/module';
import { checkProfile } from '../../tools/bundle/profile';
import { runOn } from '../runtime/rig';

runOn(jsPlain);
await import('../interp/exceptions.test');
await import('../interp/memories.test');
await import('../interp/references.test');
await import('../interp/tail.test');
await import('../runtime/thread.test');

const dir = 'test/engines/kernels';
test.each(readdirSync(dir).filter(file => file.endsWith('.wasm')))('%s keeps to the device profile', file => {
  const module = parseModule(readFileSync(`${dir}/${file}`));
  const text = moduleText(module, { form: 'A', plain: true, staticBytes: leastBytes(module) });
  expect(checkProfile(`var kept=${text}`)).toEqual([]);
});
