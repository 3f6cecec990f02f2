// All verbs in one table: what --help shows, which options they take, where their code is. Code loads when its verb runs.
// Adding a verb: a row here, a file with `run`, its paragraph in docs/cli.md.

import { InvalidArgumentError } from 'commander';
import type { Verb } from './context';

export interface VerbRow {
  name: string;
  args: string; // as commander writes them: <must> [may] [many...]
  about: string;
  group: 'Here' | 'Boards' | 'Apps' | 'Services';
  road?: 'devices' | 'any'; // talks to boards: takes --broker, --port; 'devices' takes -d too
  everyone?: boolean; // without -d it means all devices
  rest?: boolean; // options it does not know belong to the app, as does all that follows --
  options?: OptionRow[];
  load(): Promise<Verb>;
}

export type OptionRow = [flags: string, about: string, parse?: (text: string, before: any) => unknown];

/** "4096" or "4k": bytes, or a count. Nothing else: "4096" never becomes 4. */
function count(text: string): number {
  const match = /^(\d{1,9})([kKmM]?)$/.exec(text);
  if (!match) throw new InvalidArgumentError('a whole number is needed, such as 4096 or 4k.');
  return Number(match[1]) * { '': 1, k: 1024, m: 1 << 20 }[match[2].toLowerCase()]!;
}
function seconds(text: string): number {
  if (!/^\d{1,6}(\.\d+)?$/.test(text)) throw new InvalidArgumentError('seconds are needed, such as 30.');
  return Number(text);
}
function collect(text: string, before: string[] = []): string[] {
  return [...before, text];
}

const ROAD_OPTIONS: OptionRow[] = [
  ['--broker <url>', 'mqtt://[user:password@]host[:port]; default: the running embedded broker, else 127.0.0.1:1883'],
  ['--port <path>', 'a serial port instead, or tcp://host:port'],
  ['--baud <n>', 'speed of the serial port (default 115200)', count],
  ['--timeout <s>', 'give up after so many seconds without progress (default 30)', seconds],
];
const DEVICE: OptionRow = ['-d, --device <name>', 'device; several: -d a,b', collect];
const DEVICE_OR_ALL: OptionRow = ['-d, --device <name>', 'device; several: -d a,b; none: all', collect];
const LIMITS: OptionRow[] = [
  ['--mem <bytes>', 'most linear memory it may have', count],
  ['--heap <bytes>', 'app heap for malloc', count],
  ['--stack <bytes>', 'stack', count],
  ['--fuel <n>', 'most operators per event', count],
  ['--no-compile', 'interpret it whatever it does'],
  ['--no-start', 'do not start it'],
  ['--force', 'skip the checks of this side, and overwrite what another manager wished'],
];
const FEATURES: OptionRow = ['--features <list>', 'of the language: all (default), wasm3, wasm2, or names; -name takes one away'];
const FORCE: OptionRow = ['--force', 'overwrite what another manager wished meanwhile'];

/** Options of a row in the order --help shows them. */
export function optionsOf(row: VerbRow): OptionRow[] {
  return [
    ...(row.road === 'devices' ? [row.everyone ? DEVICE_OR_ALL : DEVICE] : []),
    ...(row.options ?? []),
    ...(row.road ? ROAD_OPTIONS : []),
  ];
}

const lifecycle = (name: 'start' | 'stop' | 'restart' | 'uninstall', about: string): VerbRow => ({
  name,
  args: '<app>',
  about,
  group: 'Apps',
  road: 'devices',
  options: [FORCE],
  load: () => import('./lifecycle').then(module => module[name]),
});

export const VERBS: VerbRow[] = [
  {
    name: 'run',
    args: '<file> [args...]',
    about: 'run a module on this machine',
    group: 'Here',
    rest: true,
    options: [
      ['--invoke <name>', 'call this export with the arguments; results in decimal, one a line'],
      ['-f, --function <name>', 'the same, results as 0x5:i32,1.5:f64'],
      ['--env <k=v>', 'environment variable; may be repeated', collect],
      ['--fuel <n>', 'most operators (of one event, in an app)', count],
      ['--timeout <ms>', 'end it after so many milliseconds', count],
      ['--heap-size <bytes>', 'app heap for malloc (default 16384, with WASI 0)', count],
      ['--stack-size <bytes>', 'value stack (default 65536)', count],
      ['--mem <bytes>', 'most linear memory', count],
      ['--executor <name>', 'interp (default), js: compiled to JavaScript, or jsB: the same, but it cannot stop or wait'],
      ['--compiled <file>', 'what `wasmote compile` made of it'],
      ['--strict', 'the spec to the letter: every import must exist, memory is never cut'],
    ],
    load: () => import('./run'),
  },
  {
    name: 'validate',
    args: '<files...>',
    about: 'check modules (.wasm, .wat)',
    group: 'Here',
    options: [FEATURES],
    load: () => import('./validate'),
  },
  {
    name: 'parse',
    args: '<file>',
    about: 'make a module of its text (.wat)',
    group: 'Here',
    options: [
      ['-o, --output <file>', 'where to write it (default: FILE.wasm), - for standard output'],
      ['--no-names', 'without a name section'],
    ],
    load: () => import('./text').then(module => module.parse),
  },
  {
    name: 'compile',
    args: '<file>',
    about: 'compile a module to JavaScript ahead of time',
    group: 'Here',
    options: [
      ['--target <target>', 'js (default), or js:ENGINE: node, quickjs, duktape, mqjs, espruino'],
      ['--form <form>', 'A (default): can stop and go on; B: cannot'],
      ['--names', 'with the names of functions, for profilers'],
      ['--jobs <n>', 'threads (default: as many as there are cores)', count],
      ['-o, --output <file>', 'where to write it (default: FILE.js.art), - for standard output'],
      ['--explain', 'show what became of each function; writes nothing without -o'],
      ['--no-cache', 'compile it even if that was done before'],
    ],
    load: () => import('./compile'),
  },
  {
    name: 'print',
    args: '<file>',
    about: 'show a module in the text format',
    group: 'Here',
    options: [
      ['-o, --output <file>', 'write it there'],
      ['--folded', 'operators in parentheses with their operands'],
      ['--offsets', 'with the offset of each line in the module'],
      ['--no-names', 'indices instead of names'],
    ],
    load: () => import('./text').then(module => module.print),
  },
  {
    name: 'strip',
    args: '<file>',
    about: 'take custom sections (names, debug information) out of a module',
    group: 'Here',
    options: [
      ['-o, --output <file>', 'write the result there (default: FILE itself), - for standard output'],
      ['--keep <names>', 'sections to keep: a,b', collect],
    ],
    load: () => import('./strip'),
  },
  {
    name: 'wast',
    args: '<files...>',
    about: 'run scripts of assertions (.wast)',
    group: 'Here',
    options: [FEATURES],
    load: () => import('./wast'),
  },
  {
    name: 'dump',
    args: '<file>',
    about: 'show what is in a module',
    group: 'Here',
    options: [
      ['-d, --disassemble', 'with the code of its functions'],
      ['-f, --function <name>', 'only this function, by name or index, with its code'],
      ['--sort <by>', 'functions by size, index or name (default: size, with code index)'],
    ],
    load: () => import('./dump'),
  },
  {
    name: 'install',
    args: '<file>',
    about: 'put an app (.wasm, or AssemblyScript: .ts) on boards and start it',
    group: 'Apps',
    road: 'devices',
    options: [['--name <app>', 'name on the board (default: of the file)'], ...LIMITS],
    load: () => import('./install').then(module => module.install),
  },
  {
    name: 'update',
    args: '<file>',
    about: 'replace an installed app by another build',
    group: 'Apps',
    road: 'devices',
    options: [['--name <app>', 'name on the board (default: of the file)'], ...LIMITS],
    load: () => import('./install').then(module => module.update),
  },
  lifecycle('start', 'start an installed app'),
  lifecycle('stop', 'stop an app; it stays installed'),
  lifecycle('restart', 'stop an app and start it again'),
  lifecycle('uninstall', 'remove an app'),
  {
    name: 'ps',
    args: '',
    about: 'the apps of boards',
    group: 'Apps',
    road: 'devices',
    everyone: true,
    load: () => import('./ps'),
  },
  {
    name: 'logs',
    args: '[app]',
    about: "the last lines of an app's log, or of the board's own",
    group: 'Apps',
    road: 'devices',
    options: [
      ['-n, --lines <n>', 'how many (default 20)', count],
      ['-f, --follow', 'go on with what comes'],
    ],
    load: () => import('./logs'),
  },
  {
    name: 'publish',
    args: '<app> <path> [text]',
    about: 'send an app a message on its topic app/<app>/<path>',
    group: 'Apps',
    road: 'devices',
    load: () => import('./publish'),
  },
  {
    name: 'request',
    args: '<app> <url> [text]',
    about: 'ask an app something and print its answer',
    group: 'Apps',
    road: 'devices',
    options: [['--method <method>', 'get, post, put or delete (default: get, with text post)']],
    load: () => import('./request'),
  },
  {
    name: 'watch',
    args: '[app]',
    about: 'show what apps publish',
    group: 'Apps',
    road: 'devices',
    options: [['--count <n>', 'end after so many', count]],
    load: () => import('./watch'),
  },
  { name: 'devices', args: '', about: 'boards seen on this broker or line', group: 'Boards', road: 'any', load: () => import('./devices') },
  {
    name: 'info',
    args: '',
    about: 'what a board is and has room for',
    group: 'Boards',
    road: 'devices',
    everyone: true,
    load: () => import('./info'),
  },
  {
    name: 'ping',
    args: '',
    about: 'ask boards for a sign of life',
    group: 'Boards',
    road: 'devices',
    everyone: true,
    load: () => import('./ping'),
  },
  { name: 'reboot', args: '', about: 'restart boards', group: 'Boards', road: 'devices', load: () => import('./reboot') },
  { name: 'boards', args: '[board]', about: 'kinds of boards this tool knows', group: 'Boards', load: () => import('./boards') },
  {
    name: 'broker',
    args: '',
    about: 'run the embedded MQTT broker',
    group: 'Services',
    options: [
      ['--host <address>', 'address to listen at (default 127.0.0.1)'],
      ['--listen <port>', 'TCP port (default 1883, a free one when it is taken)', count],
      ['--dir <path>', 'where it keeps its state'],
    ],
    load: () => import('./broker'),
  },
  {
    name: 'sim',
    args: '',
    about: 'simulate boards: the real device code under the limits of the board',
    group: 'Services',
    options: [
      ['--board <board>', 'kind (default sim-quickjs)'],
      ['--name <name>', 'device name (default: the kind)'],
      ['--count <n>', 'how many: NAME-1, NAME-2 …', count],
      ['--broker <url>', 'broker to join (default: the running embedded one, started when there is none)'],
      ['--serial <way>', 'a serial line instead: pty, tcp or tcp:PORT'],
      ['--dir <path>', 'where the boards keep their storage'],
    ],
    load: () => import('./sim'),
  },
  {
    name: 'agent',
    args: '',
    about: 'run apps on this machine, managed like a board',
    group: 'Services',
    options: [
      ['--name <name>', 'device name'],
      ['--broker <url>', 'broker to join'],
      ['--store <dir>', 'where apps are kept'],
    ],
    load: () => import('./agent'),
  },
  {
    name: 'demo',
    args: '',
    about: 'a tour with a broker and two simulated boards',
    group: 'Here',
    options: [['--once', 'end after the tour']],
    load: () => import('./demo'),
  },
];
