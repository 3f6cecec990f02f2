// What the measurements share: rows and their verdicts, and the parts they are made of, all real: the broker and a board as
// processes of the command line, simulated boards, the desk, TCP hops that cut and spoil what passes, packages of a given size.
// Knows no measurement.

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { locator } from '../../src/wire/messages';
import { build, bundles } from '../../tools/bundle/build';
import { openBlobs } from '../../tools/manager/blobs';
import { createManager, type Manager } from '../../tools/manager/manager';
import { mqttRoad } from '../../tools/manager/mqtt';
import type { Road } from '../../tools/manager/road';
import { createSimBoard, type SimBoard, type SimOptions } from '../../tools/sim/board';
import { terminal } from '../cli/terminal';
import { random } from '../wire/bytes';

export const ROOT = join(fileURLToPath(import.meta.url), '../../..');
export const sample = (name: string) => join(ROOT, `examples/c/${name}/${name}.wasm`);

/** One measured figure. */
export interface Row {
  id: string; // of the measurement
  name: string;
  figure: number | null; // null = could not be measured
  goal: string; // `<=`, `>=` or `=`, and a number
  unit: string;
  ok: boolean;
  seed: number;
  note?: string;
  /** The figure depends on how fast the machine is and what else it does. */
  timing?: true;
}

/** One run of one measurement. */
export interface Run {
  id: string;
  seed: number;
  smoke: boolean;
  /** Uniform in [0, 1), from the seed. */
  random(): number;
  /** Says how far it is, to whoever watches. */
  say(text: string): void;
  /** Undone at the end, last first. */
  defer(undo: () => unknown): void;
  row(name: string, figure: number | null, goal: Goal, unit: string, more?: { note?: string; timing?: true }): Row;
}
export type Goal = ['<=' | '>=' | '=', number];
export type Measurement = (run: Run) => Promise<Row[]>;

function meets(figure: number, [how, goal]: Goal): boolean {
  return how === '<=' ? figure <= goal : how === '>=' ? figure >= goal : figure === goal;
}

/** Runs a measurement and cleans up behind it, whatever happens. */
export async function runMeasurement(
  id: string,
  measure: Measurement,
  options: { seed: number; smoke: boolean; say?: (text: string) => void },
): Promise<Row[]> {
  const undo: (() => unknown)[] = [];
  const { seed, smoke } = options;
  try {
    return await measure({
      id,
      seed,
      smoke,
      random: random(seed),
      say: options.say ?? (() => {}),
      defer: fn => void undo.push(fn),
      row: (name, figure, goal, unit, more) => ({
        id,
        name,
        figure: figure === null ? null : Math.round(figure * 1000) / 1000,
        goal: goal.join(' '),
        unit,
        ok: figure !== null && meets(figure, goal),
        seed,
        ...more,
      }),
    });
  } finally {
    for (const fn of undo.reverse()) await fn();
  }
}

export const sleep = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms));

/** Asks until `check` gives something other than null, false or undefined; null after ms. */
export async function until<T>(check: () => T | Promise<T>, ms = 15_000): Promise<NonNullable<T> | null> {
  for (const end = performance.now() + ms; ; await sleep(50)) {
    const value = await check();
    if (value) return value;
    if (performance.now() > end) return null;
  }
}

export function temporary(run: Run): string {
  const dir = mkdtempSync(join(tmpdir(), 'wasmote-proof-'));
  run.defer(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** The counter sample with a custom section of random bytes that makes it n bytes long. */
export function packageOf(run: Run, n: number): { bytes: Uint8Array; digest: string; h: string } {
  const app = readFileSync(sample('counter'));
  const size = n - app.length - 4; // of the section: id and three bytes of size come before
  const body = Uint8Array.from({ length: size - 4 }, () => run.random() * 256);
  const head = [0, (size & 127) | 128, ((size >> 7) & 127) | 128, size >> 14, 3, 0x70, 0x61, 0x64]; // "pad"
  const bytes = Uint8Array.from([...app, ...head, ...body]);
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { bytes, digest, h: locator(digest) };
}

/** A file for the command line. */
export function fileOf(dir: string, name: string, bytes: Uint8Array): string {
  const path = join(dir, `${name}.wasm`);
  writeFileSync(path, bytes);
  return path;
}

// ---- the parts

/** Starts `wasmote ARGS --json` as a process; resolves with it and its first line. */
async function wasmote(run: Run, args: string[], home: string): Promise<{ child: ChildProcess; line: any }> {
  const env: NodeJS.ProcessEnv = { ...process.env, WASMOTE_HOME: home };
  delete env.WASMOTE_BROKER;
  const child = spawn(process.execPath, ['--import', 'tsx', 'tools/cli/main.ts', ...args, '--json'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  run.defer(() => kill(child));
  let err = '';
  child.stderr!.on('data', text => {
    err += text;
  });
  const lines = createInterface({ input: child.stdout! });
  const first = await Promise.race([once(lines, 'line'), once(child, 'close')]);
  if (child.exitCode !== null) throw new Error(`wasmote ${args.join(' ')}: ${err || first[0]}`);
  return { child, line: JSON.parse(first[0]) };
}

/** kill -9; resolves when the process is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** `wasmote broker`. home: its state; port 0 = a free one. */
export async function startBrokerProcess(run: Run, home: string, port = 0): Promise<{ child: ChildProcess; url: string; port: number }> {
  const { child, line } = await wasmote(run, ['broker', '--listen', String(port)], home);
  if (port !== 0 && line.port !== port) throw new Error(`port ${port} is taken`);
  return { child, url: line.url, port: line.port };
}

/** `wasmote sim`: a board that nothing in this process slows down. */
export async function startSimProcess(run: Run, board: string, name: string, broker: string): Promise<ChildProcess> {
  await freshImage();
  const { child } = await wasmote(run, ['sim', '--board', board, '--name', name, '--broker', broker], temporary(run));
  return child;
}

let image: Promise<unknown> | null = null;
/** Builds the device bundle where it is older than its sources. */
export function freshImage(): Promise<unknown> {
  image ??= build(bundles.find(bundle => bundle.name === 'quickjs')!);
  return image;
}

/** A simulated board in this process, powered. flash(h): what it has stored of a package, null = nothing. */
export async function startBoard(run: Run, options: Omit<SimOptions, 'dir'>): Promise<SimBoard & { flash(h: string): Uint8Array | null }> {
  await freshImage();
  const dir = temporary(run);
  const board = await createSimBoard({ ...options, dir });
  run.defer(() => board.stop());
  await board.start();
  return {
    ...board,
    flash: h => {
      try {
        return readFileSync(join(dir, 'flash', `b.${h}`));
      } catch {
        return null;
      }
    },
  };
}

/** A manager on a road; its cache of packages is its own. */
export function deskOn(run: Run, road: Road, idleMs = 60_000): Manager {
  const manager = createManager({ road, blobs: openBlobs(temporary(run)), idleMs });
  run.defer(() => manager.close());
  return manager;
}
export async function desk(run: Run, broker: string): Promise<Manager> {
  return deskOn(run, await mqttRoad(broker));
}

/** Waits until the desk knows the board as ready. */
export async function deviceReady(manager: Manager, id: string) {
  const device = await until(async () => {
    const all = await manager.devices();
    return all.some(each => each.id === id && each.state?.s === 'ready') ? manager.device(id) : null;
  });
  if (device === null) throw new Error(`board ${id} does not come up`);
  return device;
}

/** The command line in this process; throws what it says when a command fails. */
export function commands(run: Run, env: Record<string, string> = {}) {
  const tool = terminal({ WASMOTE_HOME: temporary(run), ...env });
  return async (...args: string[]): Promise<any> => {
    const result = await tool([...args, '--json']);
    if (result.code !== 0) throw new Error(`wasmote ${args.join(' ')}: ${result.out}${result.err}`);
    return result.json;
  };
}

// ---- hops

export interface Hop {
  port: number;
  /** Ends all connections, as an unplugged cable that is noticed at once. */
  cut(): void;
  /** Ends the connection after n more bytes towards whoever dialled, or after 2 s; resolves then. */
  cutAfter(n: number): Promise<void>;
}

/** What a hop does to a piece of the stream. Returns what goes on. */
export type Spoil = (bytes: Buffer) => Buffer;

/** A TCP hop to 127.0.0.1:port. */
export async function hop(run: Run, port: number, spoil: Spoil = bytes => bytes): Promise<Hop> {
  const open = new Set<() => void>();
  let left = Infinity; // bytes towards `near` until the cut
  let onCut = () => {};
  const cut = () => {
    left = Infinity;
    for (const end of open) end();
    onCut();
  };
  const server = net.createServer({ noDelay: true }, near => {
    const far = net.connect({ port, host: '127.0.0.1', noDelay: true });
    const end = () => {
      open.delete(end);
      near.resetAndDestroy();
      far.resetAndDestroy();
    };
    open.add(end);
    for (const socket of [near, far]) socket.on('error', () => {}).on('close', end);
    near.on('data', bytes => far.write(spoil(bytes)));
    far.on('data', bytes => {
      const some = bytes.subarray(0, left);
      left -= some.length;
      near.write(spoil(some), left > 0 ? undefined : cut);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  run.defer(() => {
    cut();
    server.close();
  });
  return {
    port: (server.address() as net.AddressInfo).port,
    cut,
    cutAfter: n => {
      left = n;
      const done = new Promise<void>(resolve => {
        onCut = resolve;
      });
      const timer = setTimeout(cut, 2000);
      return done.finally(() => clearTimeout(timer));
    },
  };
}
