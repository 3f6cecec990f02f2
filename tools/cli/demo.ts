// wasmote demo (npm start): a broker on a free port, one simulated board on it and one on a serial line, the sample apps, and a
// tour of what can be done with them. Every command is the real one, shown as a user types it, with its real output; every step
// is checked. Then everything stays up to be played with, unless --once. All state is in a temporary directory.

import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { startBroker } from '../link/broker';
import { cli } from './cli';
import { type Context, type Options, stopped } from './context';
import { paint } from './print';
import { simulate } from './sim';

const WIDTH = 88; // at most
const PATIENCE_MS = 15_000; // for what a board does by itself

export async function run(ctx: Context, _args: string[], options: Options): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'wasmote-'));
  const closers: (() => unknown)[] = [() => rmSync(dir, { recursive: true, force: true })];
  try {
    const broker = await startBroker({ dir: join(dir, 'broker'), port: 0 });
    closers.push(() => broker.close());
    const crashes: string[] = []; // boards must not
    const silent = { ...ctx, err: (text: string) => void (/crashed/.test(text) && crashes.push(text)) };
    const kitchen = await simulate(silent, { board: 'sim-quickjs', id: 'kitchen', dir: join(dir, 'kitchen'), broker: broker.url });
    closers.push(() => kitchen.stop());
    const cellar = await simulate(silent, { board: 'sim-small', id: 'cellar', dir: join(dir, 'cellar'), serial: 'pty' });
    closers.push(() => cellar.stop());

    const tour = createTour(ctx, { ...ctx.env, WASMOTE_HOME: dir, WASMOTE_BROKER: broker.url });
    await takeTour(tour, ctx, broker.url, cellar.portPath()!);
    const failed = [...tour.failures(), ...crashes];
    ctx.out('');
    for (const step of failed) ctx.err(paint(ctx, 'red', `failed: ${step}`));
    if (failed.length === 0) ctx.out(paint(ctx, 'green', `All ${tour.steps()} steps went as they should.`));
    else ctx.exit(1);
    if (options.once) return;
    ctx.out(tryNext(ctx, broker.url, cellar.portPath()!));
    await stopped(ctx);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

interface Tour {
  chapter(title: string, text: string): void;
  /** Runs `wasmote <line>`, shows it and its output, and checks exit code and output. Returns the output. */
  show(line: string, expected: RegExp, code?: number): Promise<string>;
  /** Runs it unseen until its output fits; what boards do by themselves takes its time. */
  until(line: string, expected: RegExp): Promise<void>;
  steps(): number;
  failures(): string[];
}

function createTour(ctx: Context, env: Context['env']): Tour {
  let steps = 0;
  const failures: string[] = [];

  /** Like a shell: words, 'quoted' ones whole. */
  const words = (line: string) => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(match => match[1] ?? match[2]);
  async function command(
    line: string,
    terminal: Pick<Context, 'out' | 'err' | 'status' | 'color'>,
  ): Promise<{ code: number; text: string }> {
    const lines: string[] = [];
    const keep = (print: (text: string) => void) => (text: string) => {
      lines.push(text);
      print(text);
    };
    const code = await cli(words(line), { ...ctx, env, ...terminal, out: keep(terminal.out), err: keep(terminal.err) });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are not part of what is checked
    return { code, text: lines.join('\n').replace(/\u001b\[\d+m/g, '') };
  }
  const indent = (text: string) => text.replace(/^/gm, '  ');

  return {
    chapter(title, text) {
      ctx.out('');
      ctx.out(paint(ctx, 'cyan', `-- ${title} ${'-'.repeat(Math.max(0, widthOf(ctx) - title.length - 4))}`));
      ctx.out(wrap(ctx, text));
    },
    async show(line, expected, code = 0) {
      steps++;
      ctx.out('');
      ctx.out(`  ${paint(ctx, 'dim', '$')} ${paint(ctx, 'bold', `wasmote ${line}`)}`);
      const result = await command(line, {
        out: text => ctx.out(indent(text)),
        err: text => ctx.out(indent(text)), // on a terminal both are in one place
        status: text => ctx.status(text === null ? null : indent(text)),
        color: ctx.color,
      });
      if (result.code !== code) failures.push(`wasmote ${line}: exit code ${result.code}, not ${code}`);
      else if (!expected.test(result.text)) failures.push(`wasmote ${line}: ${expected} is not in its output`);
      return result.text;
    },
    async until(line, expected) {
      const silence = { out: () => {}, err: () => {}, status: () => {}, color: false };
      for (const end = performance.now() + PATIENCE_MS; performance.now() < end && !ctx.signal.aborted; ) {
        if (expected.test((await command(line, silence)).text)) return;
        await new Promise(resolve => setTimeout(resolve, 150));
      }
      failures.push(`wasmote ${line}: ${expected} did not come within ${PATIENCE_MS / 1000} s`);
    },
    steps: () => steps,
    failures: () => failures,
  };
}

async function takeTour({ chapter, show, until }: Tour, ctx: Context, url: string, port: string): Promise<void> {
  const c = (name: string) => sample(`c/${name}/${name}.wasm`);
  const line = `--port ${port}`;
  ctx.out(paint(ctx, 'bold', 'wasmote: sandboxed WebAssembly apps on boards that run JavaScript'));
  ctx.out('');
  ctx.out(
    wrap(
      ctx,
      `This demo started an MQTT broker at ${url} and two simulated boards: the real device code in QuickJS, under the memory limit of the board. "kitchen" is on the broker, "cellar" on a serial line at ${port}. The commands below are what you would type (with WASMOTE_BROKER=${url}).`,
    ),
  );

  chapter('Boards', 'Boards describe themselves: on a broker by retained messages, on a line when it opens.');
  await until('devices', /kitchen +ready/);
  await show('devices', /kitchen +ready +sim-quickjs/);
  await show(`devices ${line}`, /cellar +ready +sim-small/);

  chapter('Install', 'An app is a plain .wasm file. It is checked here, named by its SHA-256, and pulled by the board block by block.');
  await show(`install ${c('counter')} -d kitchen`, /installed counter on kitchen: .*running/);
  await show(`install ${c('ticker')} ${line}`, /installed ticker on cellar: .*running/);
  await show(`install ${c('hello')} -d kitchen`, /installed hello on kitchen: .*ended with code 0/);

  chapter('AssemblyScript', 'Apps come in any language that compiles to wasm. This one is built from source on the way. It answers calls.');
  await show(`install ${sample('as/greeter/greeter.as.ts')} -d kitchen`, /installed greeter on kitchen: .*running/);
  await show('request greeter hello Ada -d kitchen', /Hello Ada/);

  chapter('Fit', 'What does not fit is refused before a byte is sent: this one wants a whole 64 KiB page of memory.');
  await show(`install ${sample('wasi/countdown/countdown.wasm')} ${line}`, /error 51 RAM: .*needed.*\nnext: /, 51);

  chapter('Watch', 'What apps print is kept on the board. --follow goes on with what comes.');
  await until('logs counter -d kitchen', /count 2/);
  await show('logs hello -d kitchen', /hello from hello/);
  await show('logs counter -n 4 -d kitchen', /count \d/);
  await until(`logs ticker ${line}`, /\n.*\n/);
  await show(`logs ticker -n 2 ${line}`, /\d/);
  await show('ps', /counter +running/);

  chapter('Contain', 'One app divides by zero, one never returns. Each stops alone and says where; the others go on.');
  await show(`install ${c('trap')} -d kitchen`, /trap on kitchen/);
  await show(`install ${c('runaway')} -d kitchen`, /installed runaway on kitchen/);
  await until('ps -d kitchen', /runaway.*61 FUEL[\s\S]*trap.*60 TRAP|trap.*60 TRAP[\s\S]*runaway.*61 FUEL/);
  await show('ps -d kitchen', /counter +running[\s\S]*integer divide by zero in function \d+ <share>/);
  await show('logs trap -n 4 -d kitchen', /100 \/ 1 = 100/);

  chapter('Upgrade', 'A new build replaces the old one only when it is whole, verified and fits.');
  await show(`install ${c('thermo')} -d kitchen`, /installed thermo/);
  await show(`update ${c('thermo2')} --name thermo -d kitchen`, /updated thermo on kitchen/);
  await until('logs thermo -d kitchen', / C = /);
  await show('request thermo temp -d kitchen', /2\d\.\d\d/);

  chapter('Stop and remove', 'What should run is a wish that the broker keeps: a board that was off reads it when it is back.');
  await show('stop counter -d kitchen', /stopped counter/);
  await show('start counter -d kitchen', /started counter/);
  await show('reboot -d kitchen', /kitchen is back, boot 2/);
  await until('ps -d kitchen', /counter +running/);
  await show('uninstall runaway -d kitchen', /uninstalled runaway/);
  await show('uninstall trap -d kitchen', /uninstalled trap/);
  await show(`stop ticker ${line}`, /stopped ticker/);
  await show(`uninstall ticker ${line}`, /uninstalled ticker/);
  await show('ps', /counter +running/);
}

/** A sample's path as the user types it: from here when that is shorter. */
function sample(path: string): string {
  const root = dirname(createRequire(import.meta.url).resolve('wasmote/package.json'));
  const full = join(root, 'examples', path);
  const near = relative(process.cwd(), full);
  return near.length < full.length ? near : full;
}

function widthOf(ctx: Context): number {
  return Math.max(40, Math.min(WIDTH, ctx.columns));
}

function wrap(ctx: Context, text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines[lines.length - 1].length + word.length >= widthOf(ctx)) lines.push('');
    lines[lines.length - 1] += (lines[lines.length - 1] ? ' ' : '') + word;
  }
  return lines.join('\n');
}

function tryNext(ctx: Context, url: string, port: string): string {
  const npx = (line: string) => `  ${paint(ctx, 'bold', `npx wasmote ${line}`)}`;
  return [
    '',
    'The boards stay up. In another terminal, in this directory, try:',
    `  ${paint(ctx, 'bold', `export WASMOTE_BROKER=${url}`)}`,
    npx('logs counter -f -d kitchen'),
    npx('install examples/as/asclock/asclock.as.ts -d kitchen'),
    npx('request greeter hello you -d kitchen'),
    npx(`install examples/c/thermo/thermo.wasm --port ${port}`),
    npx('sim --name attic'),
    npx('--help'),
    '',
    paint(ctx, 'dim', 'Ctrl-C ends the demo and removes its files.'),
  ].join('\n');
}
