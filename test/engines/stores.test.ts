// The device side stores to no place that an array does not have: MicroQuickJS refuses that, all other engines let it pass. The ES5 bundle runs
// here with a check before every store, so that it shows without that engine.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { guardStores } from '../../tools/bundle/profile';
import { INTERPRETED } from '../../tools/conformance/engine';
import { play } from '../../tools/conformance/play';
import { SUITE, scriptsAt } from '../../tools/conformance/suite';
import { allBatches, askV8, compare } from '../fuzz/cases';
import { guarded, guardedBundle } from './engines';

const inGuarded = (body: string) => new Function(guardStores(`(function(){"use strict";${body}})()`));

test.each([
  'var a=[];a[0]=1;a[1]=2;a[0]=3;',
  'var a=[1];a[0]++;a[1]=a[0];',
  'var u=new Uint8Array(2);u[1]=5;u[1]|=2;',
  'var o={};o[7]=1;o["x"]=2;',
  'var a=[[]],i=0;a[i++][0]=a[0].length;if(a[0][0]!==0||i!==1)throw 1;',
  'var a=[],b=[4];a[b[0]=0]=b[0];if(a[0]!==0||b[0]!==0)throw 1;',
])('lets pass: %s', body => expect(inGuarded(body)).not.toThrow());

test.each([
  ['var a=[];a[1]=2;', 'store to place 1 of 0'],
  ['var a=[0];a[-1]=2;', 'store to place -1 of 1'],
  ['var a=[0];a[0.5]=2;', 'store to place 0.5 of 1'],
  ['var a=[0];a[2]++;', 'store to place 2 of 1'],
  ['var a=[[]];a[0][1]=2;', 'store to place 1 of 0'],
  ['var u=new Uint8Array(2);u[2]=5;', 'store to place 2 of 2'],
  ['var u=new Float64Array(1);u[-1]+=5;', 'store to place -1 of 1'],
  ['var a=[];a[a[2]=0]=1;', 'store to place 2 of 0'],
])('refuses: %s', (body, why) => expect(inGuarded(body)).toThrow(why));

test('every instruction, and programs', { timeout: 120_000 }, async () => {
  const batches = allBatches(1, 20);
  expect((await compare(guarded, batches, batches.map(askV8))).slice(0, 20)).toEqual([]);
});

const apps = join(SUITE, '../apps/wasm');
test.skipIf(!existsSync(apps)).each(['hello', 'wordcount', 'clock', 'tally', 'sensor'])('%s', { timeout: 60_000 }, async app => {
  const [outcome] = await guarded.run([
    [readFileSync(join(apps, `${app}.wasm`)), { mode: 'program', name: app, stdin: 'a b', shrink: true }],
  ]);
  expect(outcome).toMatchObject({ fault: 0, trap: 0 });
});

test.skipIf(!existsSync(SUITE))('the public suite, what is executable of it', { timeout: 180_000 }, async () => {
  const { beginScript, runCommands } = await guardedBundle();
  const dirs = ['core', 'bulk-memory', 'exceptions', 'multi-memory', 'custom-page-sizes'];
  const failed: string[] = [];
  for (const script of scriptsAt([SUITE]).filter(({ dir }) => dirs.includes(dir))) {
    const outcomes = await play(
      readFileSync(script.path),
      script.features,
      {
        name: 'node',
        way: INTERPRETED,
        missing: null,
        run: async (features, orders) => {
          beginScript(features, 'interp', 0);
          return orders.map(({ command, wasm }) => {
            const bytes = wasm ?? new Uint8Array(0);
            return JSON.parse(runCommands(bytes, JSON.stringify([wasm === null ? command : { ...command, wasm: [0, bytes.length] }])))[0];
          });
        },
      },
      false,
    );
    for (const { step, status, got } of outcomes) if (status === 'failed') failed.push(`${script.name}:${step.line}: ${got}`);
  }
  expect(failed.slice(0, 20)).toEqual([]);
});
