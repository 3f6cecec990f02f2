// Engines that the bench runs scripts in: QuickJS inside this process, and programs that read a file and print. A script stands alone and times
// itself; it has a fresh engine each time, so that no column meets what another left.

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { QuickJS } from 'quickjs-wasi';
import { loadEngine } from '../../tools/sim/vm';

const HEAP_BYTES = 64 << 20; // where an engine takes a limit
const LIMIT_MS = 120_000; // of one script in a program

export interface Engine {
  name: string;
  /** Has WebAssembly of its own. */
  hasWasm: boolean;
  /** How long one timing should last: a program's clock has milliseconds. */
  targetMs: number;
  /** Evaluates a script, then an expression in which `now` is the engine's clock (ms); returns that as text. Rejects when either throws. */
  evaluate(script: string, expression: string): Promise<string>;
}

export const quickjs: Engine = {
  name: 'quickjs-ng (quickjs-wasi)',
  hasWasm: false,
  targetMs: 50,
  evaluate: async (script, expression) => {
    const { module } = await loadEngine();
    const vm = await QuickJS.create({ wasm: module, memoryLimit: HEAP_BYTES });
    try {
      const now = vm.newFunction('now', () => vm.newNumber(performance.now()));
      vm.global.setProp('now', now);
      now.dispose();
      vm.evalCode(script).dispose();
      return vm.evalCode(expression).consume(value => value.toString());
    } finally {
      vm.dispose();
    }
  },
};

interface Kind {
  args: string[];
  now: string;
  print: string;
}
const KINDS: Record<string, Kind> = {
  node: { args: [], now: 'performance.now()', print: 'console.log' },
  mqjs: { args: ['--memory-limit', `${HEAP_BYTES}`], now: 'performance.now()', print: 'print' },
  qjs: { args: [], now: 'performance.now()', print: 'print' },
  duk: { args: [], now: 'Date.now()', print: 'print' },
};

/** A program by its path, as `kind`: by its name when that is not given. Throws when it cannot be told. */
export async function programEngine(path: string, kind?: string): Promise<Engine> {
  const name = kind ?? Object.keys(KINDS).find(each => basename(path).includes(each)) ?? '';
  if (!(name in KINDS)) throw new Error(`what is ${path}? --kind is one of ${Object.keys(KINDS).join(', ')}`);
  const { args, now, print } = KINDS[name]!;
  return {
    name: await version(path, name),
    hasWasm: name === 'node',
    targetMs: 200,
    evaluate: async (script, expression) => {
      const dir = mkdtempSync(join(tmpdir(), 'wasmote-bench-'));
      try {
        const file = join(dir, name === 'node' ? 'script.cjs' : 'script.js');
        writeFileSync(file, `${script}\nfunction now(){return ${now}}\n${print}(${expression});\n`);
        const { stdout } = await promisify(execFile)(path, [...args, file], { timeout: LIMIT_MS });
        return stdout.trim();
      } catch (error) {
        const { killed, stdout, stderr, message } = error as { killed?: boolean; stdout?: string; stderr?: string; message: string };
        throw new Error(killed ? `takes more than ${LIMIT_MS / 1000} s` : reason(`${stderr}\n${stdout}`) || message);
      } finally {
        rmSync(dir, { recursive: true });
      }
    },
  };
}

/** The line of a program's last words that names an error. */
function reason(words: string): string {
  const lines = stripVTControlCharacters(words).trim().split('\n');
  return (lines.find(line => /Error\b/.test(line)) ?? lines[0]!).trim();
}

/** What a program calls itself, the first line of its help where that has a version. */
async function version(path: string, kind: string): Promise<string> {
  if (kind === 'node') {
    const { stdout } = await promisify(execFile)(path, ['-p', '"Node " + process.version + " (V8 " + process.versions.v8 + ")"']);
    return stdout.trim();
  }
  const said = await promisify(execFile)(path, ['--help']).catch(error => error as { stdout: string; stderr: string; code: unknown });
  if ('code' in said && said.code === 'ENOENT') throw new Error(`${path} is not there`);
  const first = `${said.stdout}${said.stderr}`.split('\n')[0]!;
  return /version|QuickJS/i.test(first) ? first : kind;
}
