// Parts on a board: loaded when an app first imports something of them, let go when no app does any more.
import { expect, test } from 'vitest';
import { IMPORTS } from '../../src/errors/codes';
import { hello, wat } from './apps';
import { rig } from './rig';

/** A resident app that imports these functions of these types. */
const importer = (...imports: [module: string, name: string, type: string][]): Uint8Array =>
  wat(`(module ${imports.map(([module, name, type]) => `(import "${module}" "${name}" (func ${type}))`).join(' ')}
    (memory (export "memory") 1) (global (export "__heap_base") i32 (i32.const 1024)) (global (export "__data_end") i32 (i32.const 512))
    (func (export "on_init")))`);
const I_I = '(param i32) (result i32)';

function board() {
  const { b, d, install } = rig();
  const dropped: string[] = [];
  b.host.drop = name => void dropped.push(name);
  return { d, install, loaded: () => Object.keys(b.agent.parts).sort(), dropped };
}

test('an app of the app API needs none', () => {
  const { install, loaded } = board();
  install('one', hello('x'));
  expect(loaded()).toEqual([]);
});

test.each([
  [['env', 'puts', I_I], ['print']],
  [['env', 'strlen', I_I], ['libc']],
  [['env', 'atof', '(param i32) (result f64)'], ['libcmore']],
  [['env', 'sin', '(param f64) (result f64)'], ['math']],
  [['env', 'wasm_get_sys_tick_ms', '(result i32)'], ['wamr']],
  [['wasi_snapshot_preview1', 'sched_yield', '(result i32)'], ['wasi']],
  [['wasi_unstable', 'sched_yield', '(result i32)'], ['wasi']],
] as [[string, string, string], string[]][])('%j loads %j', (one, parts) => {
  const { d, install, loaded } = board();
  install('one', importer(one));
  expect(d.info('one')).toMatchObject({ e: 0, run: 1 });
  expect(loaded()).toEqual(parts);
});

test('a part stays while an app has it, and goes at the next install after that', () => {
  const { d, install, loaded, dropped } = board();
  install('one', importer(['env', 'puts', I_I], ['env', 'strlen', I_I]));
  install('two', importer(['env', 'puts', I_I]));
  expect([loaded(), dropped]).toEqual([['libc', 'print'], []]);
  d.want('one', { run: 'off' });
  install('three', importer(['env', 'sin', '(param f64) (result f64)']));
  expect([loaded(), dropped]).toEqual([['math', 'print'], ['libc']]);
  install('four', importer(['env', 'strlen', I_I])); // and comes back
  expect(d.info('four')).toMatchObject({ e: 0, run: 1 });
  expect(loaded()).toEqual(['libc', 'math', 'print']);
});

test('an app that has what is missing everywhere is refused with the whole list, and what it loaded goes', () => {
  const { d, install, loaded } = board();
  install('one', importer(['env', 'puts', I_I], ['env', 'nothing', I_I], ['wasi_snapshot_preview1', 'never', I_I], ['env', 'sin', I_I]));
  expect(d.info('one')).toMatchObject({ e: IMPORTS, run: 0 });
  expect(JSON.stringify(d.info('one'))).toContain('["env.nothing","wasi_snapshot_preview1.never","env.sin"]');
  install('two', hello('x'));
  expect(loaded()).toEqual([]);
});
