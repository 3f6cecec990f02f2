// The engines: Node, QuickJS under 16 MB, Duktape and MicroQuickJS, which run the bundles of device/duktape. A command that one gave no
// verdict on (it ran out of memory) is BROKEN with the engine's words.

import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BROKEN, FAILED, type Verdict } from '../../src/text/command';
import { bundleText } from '../bundle/build';
import { createVm } from '../sim/vm';
import { type Engine, type EngineName, nodeEngine, type Order } from './engine';

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

/** Verdicts for what no verdict came back on. */
function broken(count: number, text: string): Verdict[] {
  return Array.from({ length: count }, () => ({ status: FAILED, code: BROKEN, detail: 0, offset: 0, text }));
}

const quickjs: Engine = {
  name: 'quickjs',
  missing: null,
  run: async (features, orders) => {
    const bundle = await bundleText('engine-test');
    const vm = await createVm({ limitBytes: QUICKJS_BYTES, global: 'board', natives: {}, entryMs: 300_000 });
    const verdicts: Verdict[] = [];
    try {
      vm.eval(bundle);
      vm.eval(`wasmote.beginScript(${features}); var runCommands = wasmote.runCommands`);
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
};

/** An engine that is a program: it is given a file that prints the verdicts of a batch on a line each. */
function program(name: EngineName, command: string, missing: string | null): Engine {
  const ascii = (text: string) => text.replace(/[\x7f-\uffff]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return {
    name,
    missing,
    run: async (features, orders) => {
      const dir = mkdtempSync(join(tmpdir(), 'wasmote-script-'));
      try {
        const lines = [...batches(orders)].map(({ bytes, json }) => {
          const hex = Buffer.from(bytes).toString('hex');
          return `print(wasmote.runCommands(wasmote.unhex("${hex}"),${ascii(JSON.stringify(json))}));`;
        });
        const file = join(dir, 'script.js');
        const start = `${await bundleText('engine-test-es5')}\nwasmote.beginScript(${features});\n`;
        writeFileSync(file, `${start}${lines.join('\n')}\n`, 'latin1');
        let text = '';
        let why = 'it stopped';
        try {
          text = (await promisify(execFile)(command, [file], { maxBuffer: 1 << 28, encoding: 'latin1' })).stdout;
        } catch (error) {
          const failed = error as { stdout?: string; stderr?: string; message: string };
          text = (failed.stdout ?? '').replace(/[^\n]*$/, '');
          why = failed.stderr || failed.message;
        }
        const verdicts: Verdict[] = text.split('\n').flatMap(line => (line.startsWith('[') ? JSON.parse(line) : []));
        return [...verdicts, ...broken(orders.length - verdicts.length, why)];
      } finally {
        rmSync(dir, { recursive: true });
      }
    },
  };
}

function missingDuktape(): string | null {
  try {
    const version = execFileSync('duk', ['-e', 'print(Duktape.version)'], { encoding: 'latin1' }).trim();
    return version >= '20700' ? null : `Duktape 2.7 is needed, not ${version}`;
  } catch {
    return 'Duktape (duk) is not installed';
  }
}
function missingMqjs(): string | null {
  if (process.env.MQJS === undefined) return 'MicroQuickJS: set MQJS to its program (mqjs)';
  return existsSync(process.env.MQJS) ? null : `MicroQuickJS: ${process.env.MQJS} (MQJS) is not there`;
}

/** All engines, also those that are missing here. */
export function engines(): Engine[] {
  return [nodeEngine(), quickjs, program('duktape', 'duk', missingDuktape()), program('mqjs', process.env.MQJS ?? '', missingMqjs())];
}
