// The command line, in-process: arguments and a context in, an exit code out. Errors become two lines or one JSON object, never
// a stack trace. main.ts runs it on the real process, tests and the demo on their own.

import { Command, CommanderError } from 'commander';
import { USAGE } from '../../src/errors/codes';
import { describe } from '../../src/errors/table';
import type { Context, Options } from './context';
import { failureOf, tellFailure } from './session';
import { optionsOf, VERBS, type VerbRow } from './verbs';

/** All a context holds but its exit code. */
export type Terminal = Omit<Context, 'exit' | 'json'>;

/** Runs one command. Resolves to its exit code: 0, or the code of the error (docs/errors.md). */
export async function cli(argv: string[], terminal: Terminal, version = '0.0.0'): Promise<number> {
  let code = 0;
  const ctx: Context = {
    ...terminal,
    json: false,
    exit: value => {
      code = value;
    },
  };
  const program = new Command('wasmote')
    .description('Runs sandboxed WebAssembly apps on microcontrollers, and manages them over MQTT or a serial line.')
    .version(version)
    .option('--json', 'machine-readable results')
    .enablePositionalOptions()
    .addHelpText('after', '\nExit codes are error codes: docs/errors.md. `wasmote VERB --help` tells more.');
  for (const row of VERBS) addVerb(program, row, ctx);
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeOut: text => ctx.out(text.trimEnd()), writeErr: () => {} });
  }
  try {
    if (argv.length === 0) program.outputHelp();
    else await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    ctx.status(null);
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0; // --help, --version
      // Of `help X` commander says nothing but that it showed the general help.
      const text = error.code === 'commander.help' ? `unknown command '${argv[argv.indexOf('help') + 1]}'` : error.message;
      const usage = describe(USAGE, { text: text.replace(/^error: /, '').replace(/\s*\n\s*/g, ' '), verb: verbOf(argv) });
      if (ctx.json || argv.includes('--json')) ctx.out(JSON.stringify({ error: { ...usage, data: {} } }));
      else tellFailure(ctx, usage);
      return USAGE;
    }
    const failure = failureOf(error, verbOf(argv));
    if (ctx.json) ctx.out(JSON.stringify({ error: failure }));
    else tellFailure(ctx, failure);
    if (ctx.env.WASMOTE_DEBUG) ctx.err(String((error as Error).stack));
    return failure.code;
  }
  return code;
}

/** The verb that was typed; none known: the general help. */
function verbOf(argv: string[]): string {
  return argv.find(word => VERBS.some(row => row.name === word)) ?? '';
}

function addVerb(program: Command, row: VerbRow, ctx: Context): void {
  const command = program
    .command(row.args ? `${row.name} ${row.args}` : row.name)
    .description(row.about)
    .helpGroup(`${row.group}:`);
  for (const [flags, about, parse] of optionsOf(row)) {
    if (parse) command.option(flags, about, parse);
    else command.option(flags, about);
  }
  command.option('--json', 'machine-readable results');
  if (row.rest) command.allowUnknownOption(); // ours are taken wherever they stand, what follows -- never
  command.action(async (...given: unknown[]) => {
    const options = given[given.length - 2] as Options;
    ctx.json = Boolean(options.json || program.opts().json);
    const args = (given.slice(0, -2) as (string | string[] | undefined)[]).flat().filter(arg => arg !== undefined);
    await (await row.load()).run(ctx, args, { ...options, verb: row.name, everyone: row.everyone });
  });
}
