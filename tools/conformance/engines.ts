// The engines: Node; QuickJS under 16 MB, Duktape and MicroQuickJS, which run the bundles of device/duktape. A command that one gave no
// verdict on (it ran out of memory) is BROKEN with the engine's words.

import { BROKEN, FAILED, type Verdict } from '../../src/text/command';
import { bundleText } from '../bundle/build';
import { createVm } from '../sim/vm';
import { type Engine, INTERPRETED, nodeEngine, type Order, type Way } from './engine';
import { evaluate, literal, type Program, programs } from './programs';

const QUICKJS_BYTES = 16 << 20;
/** Commands that go into an engine together, so that their text and verdicts need little of its memory. */
const BATCH = 100;

/** Orders in batches: the modules of each behind each other, its commands as JSON. */
function* batches(orders: Order[]): Generator<{ bytes: Uint8Array; json: string; count: number }> {
  for (let i = 0; i < orders.length; i += BATCH) {
    const parts: Uint8Array[] = [];
    let at = 0;
    const commands = orders.slice(i, i + BATCH).map(({ command, wasm }) => {
      if (wasm === null) return command;
      parts.push(wasm);
      at += wasm.length;
      return { ...command, wasm: [at - wasm.length, at] };
    });
    yield { bytes: Buffer.concat(parts), json: JSON.stringify(commands), count: commands.length };
  }
}

const begin = (features: number, way: Way) => `wasmote.beginScript(${features},"${way.executor}",${way.slice})`;

/** Verdicts for what no verdict came back on. */
function broken(count: number, text: string): Verdict[] {
  return Array.from({ length: count }, () => ({ status: FAILED, code: BROKEN, detail: 0, offset: 0, text }));
}

const quickjs = (way: Way): Engine => ({
  name: 'quickjs',
  way,
  missing: null,
  run: async (features, orders) => {
    const bundle = await bundleText('engine-test');
    const vm = await createVm({ limitBytes: QUICKJS_BYTES, global: 'board', natives: {}, entryMs: 300_000 });
    const verdicts: Verdict[] = [];
    try {
      vm.eval(bundle);
      vm.eval(`${begin(features, way)}; var runCommands = wasmote.runCommands`);
      for (const { bytes, json } of batches(orders)) {
        verdicts.push(...JSON.parse(vm.callGlobal('runCommands', bytes, json)));
        vm.collect();
      }
      return verdicts;
    } catch (error) {
      return [...verdicts, ...broken(orders.length - verdicts.length, String((error as Error).message))];
    } finally {
      vm.dispose();
    }
  },
});

/** An engine that is a program: an expression for each batch. */
function ofProgram(program: Program, way: Way): Engine {
  return {
    name: program.name,
    way,
    missing: program.missing,
    run: async (features, orders) => {
      const runs = [...batches(orders)].map(({ bytes, json }) => `wasmote.runCommands(${literal(bytes)},${literal(json)})`);
      const { texts, why } = await evaluate(program, [`(${begin(features, way)},"")`, ...runs]);
      const verdicts: Verdict[] = texts.slice(1).flatMap(text => JSON.parse(text));
      return [...verdicts, ...broken(orders.length - verdicts.length, why ?? 'it stopped')];
    },
  };
}

/** All engines, also those that are missing here. */
export function engines(way = INTERPRETED): Engine[] {
  return [nodeEngine(way), quickjs(way), ...programs.map(program => ofProgram(program, way))];
}
