// wasmote logs: the last lines a board keeps of an app, and with -f those that come. The board's events are best effort: when
// their count shows a gap, the lines are fetched again.

import type { LogLine } from '../../src/wire/messages';
import type { Manager } from '../manager/manager';
import { type Context, type Options, stopped } from './context';
import { clean, clock, paint } from './print';
import { deviceNames, withManager } from './session';

const LEVELS: Record<string, [string, 'red' | 'yellow' | 'dim' | null]> = {
  e: ['error', 'red'],
  w: ['warn', 'yellow'],
  i: ['info', null],
  d: ['debug', 'dim'],
};

export async function run(ctx: Context, [app = '']: string[], options: Options): Promise<void> {
  await withManager(ctx, options, async manager => {
    const names = await deviceNames(manager, options);
    await Promise.all(names.map(name => follow(ctx, manager, name, app, options, names.length > 1)));
  });
}

async function follow(ctx: Context, manager: Manager, name: string, app: string, options: Options, many: boolean): Promise<void> {
  await manager.device(name);
  const shown: string[] = []; // the last lines printed, to tell repeats by
  const print = (level: string, t: number, text: string) => {
    const key = `${t} ${level} ${text}`;
    if (shown.includes(key)) return;
    shown.push(key);
    if (shown.length > 200) shown.shift();
    if (ctx.json) return ctx.out(JSON.stringify({ device: name, app, level: LEVELS[level]?.[0] ?? level, t, text }));
    const [word, style] = LEVELS[level] ?? [level, null];
    const line = `${clock(t).padStart(10)}  ${many ? `${name}  ` : ''}${level === 'i' ? '' : `${word}: `}${clean(text)}`;
    ctx.out(style ? paint(ctx, style, line) : line);
  };

  let early: (() => void)[] | null = []; // events that came before the lines kept were fetched
  let count = -1; // events seen
  const stop = manager.onEvent((from, event) => {
    if (from !== name) return;
    const missed = count >= 0 && event.q > count + 1;
    count = event.q;
    const show = () => {
      if (missed)
        void manager
          .command(name, 'logs', { a: app, n: 50 })
          .then(({ l }) => printAll(l))
          .catch(() => {});
      if (event.k === 'log' && event.a === app) print(event.l, event.t, event.m);
    };
    if (early) early.push(show);
    else show();
  });
  const printAll = (lines: LogLine[]) => {
    for (const [, level, t, text] of lines) print(level, t, text);
  };
  try {
    printAll(await lastLines(manager, name, app, options.lines ?? 20));
    if (!options.follow) return;
    for (const show of early.splice(0)) show();
    early = null;
    if (app === '' && manager.road.onText) consoleText(ctx, manager.road.onText, name);
    await stopped(ctx);
  } finally {
    stop();
  }
}

/** Shows what a board on a line prints beside its frames: boot messages, its own console. */
function consoleText(ctx: Context, onText: (fn: (text: string) => void) => void, device: string): void {
  let tail = '';
  onText(text => {
    const lines = (tail + text).split(/\r?\n/);
    tail = lines.pop()!.slice(-1000);
    for (const line of lines) {
      if (ctx.json) ctx.out(JSON.stringify({ device, app: '', level: 'console', t: null, text: line }));
      else if (line.trim() !== '') ctx.out(paint(ctx, 'dim', `${' '.repeat(12)}${clean(line)}`));
    }
  });
}

/** The last n lines; answers are at most 1 kB, so a board may send fewer than asked: those before are asked for again. */
async function lastLines(manager: Manager, name: string, app: string, n: number): Promise<LogLine[]> {
  const { l } = await manager.command(name, 'logs', { a: app, n });
  const lines = [...l];
  while (lines.length > 0 && lines.length < n) {
    const last = lines[lines.length - 1][0];
    const more = await manager.command(name, 'logs', { a: app, n, q: last });
    if (more.l.length === 0) break;
    lines.push(...more.l);
  }
  return lines.slice(-n);
}
