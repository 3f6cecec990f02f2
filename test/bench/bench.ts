// npm run bench: how fast the kernels run, as time per unit of work and as ratios to hand-written JavaScript and to wasm2js (docs/bench.md).
// One interleaved run: every round times every column of every kernel, so that the machine's moods hit all alike; medians count.
// Also what language.ts measures, unless another engine than the built-in QuickJS is asked for.

import { parseArgs } from 'node:util';
import { COLUMNS, type Column, createScripts, OURS } from './columns';
import { benchCompile, compileText } from './compile';
import { type Engine, programEngine, quickjs } from './engines';
import { KERNELS, type Kernel, loadKernel, SMOKE } from './kernels';
import { benchLanguage, languageText } from './language';
import { type Figures, type Missing, ratiosTo, tables } from './report';

const { values: options } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false }, // one short round of few kernels
    json: { type: 'boolean', default: false }, // one object last, no tables
    engine: { type: 'string' }, // a program: node, qjs, mqjs, duk
    kind: { type: 'string' }, // which of these it is, where its name does not say
    v8: { type: 'boolean', default: false }, // the Node that runs this
    only: { type: 'string' }, // kernels, by commas
    columns: { type: 'string' },
    rounds: { type: 'string' },
    language: { type: 'boolean', default: false }, // that alone
    'no-language': { type: 'boolean', default: false },
    compile: { type: 'boolean', default: false }, // compiling and instances alone
  },
});
const { smoke, json } = options;

const out = (line: string) => process.stdout.write(`${line}\n`);

function chosen<Name extends string>(all: readonly Name[], names: string | undefined): Name[] {
  return names === undefined ? [...all] : all.filter(name => names.split(',').includes(name));
}

const median = (list: number[]) => list.sort((a, b) => a - b)[list.length >> 1]!;

interface Contest {
  kernel: Kernel;
  column: Column;
  script: string;
  samples: number[]; // us per unit
  /** Why it is not timed, null as long as it is. */
  why: string | null;
}

async function prepare(kernels: Kernel[], columns: Column[]): Promise<Contest[]> {
  const scripts = await createScripts(columns);
  const contests = kernels.flatMap(kernel => columns.map((column): Contest => ({ kernel, column, script: '', samples: [], why: null })));
  const queue = contests.values();
  const work = async () => {
    for (const contest of queue) {
      const script = await scripts(contest.kernel, contest.column);
      if (script === null) contest.why = 'absent';
      else contest.script = script;
    }
  };
  await Promise.all([work(), work()]); // a process of wasm2js each
  return contests;
}

async function time(engine: Engine, contest: Contest, targetMs: number): Promise<void> {
  try {
    const said = await engine.evaluate(contest.script, `inside.measure(run,now,"${contest.kernel.answer}",${targetMs})`);
    if (Number.isFinite(Number(said))) contest.samples.push(Number(said));
    else contest.why = said;
  } catch (error) {
    contest.why = (error as Error).message.split('\n')[0]!;
  }
}

async function main(): Promise<void> {
  if (options.compile) {
    const figures = await benchCompile(smoke ? 1 : Number(options.rounds ?? 9));
    out(json ? JSON.stringify(figures) : compileText(figures));
    return;
  }
  const path = options.engine ?? (options.v8 ? process.execPath : null);
  const language = options['no-language'] || (path !== null && !options.language) ? null : await benchLanguage(smoke ? 1 : 7);
  if (!json && language !== null) out(`${languageText(language)}\n`);
  if (options.language) {
    if (json) out(JSON.stringify({ language }));
    return;
  }
  const engine = path === null ? quickjs : await programEngine(path === 'node' ? process.execPath : path, options.kind);
  const kernels = chosen(KERNELS, options.only ?? (smoke ? SMOKE.join() : undefined)).map(loadKernel);
  const columns = chosen(COLUMNS, options.columns).filter(column => column !== 'wasm' || engine.hasWasm);
  const contests = await prepare(kernels, columns);
  for (let round = Number(options.rounds ?? (smoke ? 1 : 3)); round > 0; round--) {
    for (const contest of contests) if (contest.why === null) await time(engine, contest, smoke ? 5 : engine.targetMs);
  }
  const figures: Figures = {};
  const missing: Missing[] = [];
  for (const { kernel, column, samples, why } of contests) {
    (figures[kernel.name] ??= {})[column] = why === null ? Number(median(samples).toFixed(2)) : null;
    if (why !== null) missing.push({ kernel: kernel.name, column, why });
  }
  const toHand = ratiosTo('handjs', columns, figures);
  const toWasm2js = ratiosTo('wasm2js', columns, figures);
  if (!json) out(`${engine.name}\n\n${tables(columns, figures, missing, { handjs: toHand, wasm2js: toWasm2js })}`);
  else {
    const means = { geomean: toHand.geomean, geomeanToWasm2js: toWasm2js.geomean };
    const compared = { geomean: toHand.kernels, geomeanToWasm2js: toWasm2js.kernels };
    out(JSON.stringify({ engine: engine.name, unit: 'us', kernels: figures, ...means, compared, missing, language }));
  }
  if (missing.some(({ column, why }) => OURS.includes(column) && why !== 'absent')) process.exitCode = 1;
}

await main();
