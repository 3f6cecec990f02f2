// Errors for people: cause and next step of every code in codes.ts. Desk only: devices send the number and its data, the desk
// finds the words here, as do --json, exit codes and docs/errors.md (generated from this table).
// Texts hold {placeholders}; a part in [square brackets] appears only when all its placeholders are known.
// Spec: design/management.md section 6.

import * as codes from './codes';

/** What is known about one failure, by placeholder name. */
export type ErrorData = Record<string, string | number | undefined>;

export interface ErrorRow {
  code: number;
  name: string;
  cause: string;
  next: string;
}

// biome-ignore lint/performance/noDynamicNamespaceImportAccess: the names are the table's first column; the desk does not shake this tree
const R = (name: keyof typeof codes, cause: string, next: string): ErrorRow => ({ code: codes[name], name, cause, next });

export const ERRORS: readonly ErrorRow[] = [
  R(
    'INTERNAL',
    'internal fault[: {text}]',
    'this is a bug in wasmote: report it with the command; WASMOTE_DEBUG=1 shows where it happened',
  ),
  R('USAGE', '{text}', 'see `wasmote[ {verb}] --help`'),
  R('FILE', 'cannot read {file}[: {text}]', 'check the path and its permissions'),
  R('OUTPUT', 'cannot write {file}[: {text}]', 'check the path, its permissions and the room there, or name another with -o'),

  R('NOPORT', 'no such port: {port}[ ({text})]', '[ports seen: {seen}; ]check the name and the cable (charge-only?)'),
  R('BUSY', '{port} is in use[ by {holder}][ (pid {pid})]', 'close that program and try again'),
  R('DENIED', 'no permission to open {port}', '{fix}'),
  R(
    'SILENT',
    '{port} opens, but nothing answers[ within {seconds} s]',
    'reset the board; check that its runtime runs[ and that {baud} baud is its speed]',
  ),
  R('REPL', 'a JavaScript console answers on {port}, not the runtime', 'put the runtime on the board first'),
  R('FIRMWARE', 'the device runs other or too old firmware[ {version}]', 'update its runtime'),
  R('NOISE', 'only damaged bytes arrive on {port}[ ({bad} bad frames)]', 'check baud rate, ground and cable'),
  R('STUCK', 'flow control holds {port}', 'unplug the board and plug it in again'),
  R('PROTO', 'the device speaks protocol {theirs}, this tool {ours}', 'update the older of the two'),

  R('NOBROKER', 'cannot reach the broker at {url}[: {text}]', 'check the address, or start one: `wasmote broker`'),
  R('LOGIN', 'the broker at {url} refused user {user}', 'check user and password in the URL: mqtt://user:password@host'),
  R('ACL', 'the broker drops {topic}', 'allow this client the topic in the access list of the broker'),
  R('DUPID', 'two clients use the id {device}', 'give one of them another name'),
  R(
    'OFFLINE',
    'device {device} does not answer[ (last state: {state})]',
    'power it and check its link; what was asked of its apps is kept and applied when it is back',
  ),
  R('TLS', 'the certificate of {url} is not accepted[: {text}]', 'trust its authority (NODE_EXTRA_CA_CERTS=FILE) or correct the clock'),
  R('FLOOD', 'a queue or rate limit was hit[: {text}]', 'try again with fewer devices at once, or raise the limit'),
  R(
    'NODEVICE',
    'no device named {device}',
    '[devices seen: {seen}; ]`wasmote devices` lists them, `wasmote sim --name {device}` simulates one',
  ),
  R('NOAPP', 'no app named {app} on {device}', '[apps there: {seen}; ]`wasmote ps -d {device}` lists them'),
  R('DUPNAME', 'another app named {app} is already on {device}', '`wasmote update` replaces it; `--name` installs beside it'),

  R('FORM', 'malformed message or setting[: {text}]', 'names match [a-z0-9-]{3,32}; see `wasmote --help`'),
  R(
    'SIG',
    '[{device} takes signed packages only: ]the package carries no signature',
    'this version makes none: use a board whose `wasmote info` says trust: open',
  ),
  R('ARTEFACT', '[{file} ]is no compiled text, or not all of one', 'make it again: `wasmote compile`'),
  R('ARTFORMAT', '[{file} ]is compiled text of another format', 'make it again: `wasmote compile`'),
  R('ARTKEY', '[{file} ]was compiled from another module, or by another version', 'make it again: `wasmote compile`'),
  R('ARTDAMAGE', '[{file} ]is damaged: its SHA-256 is not the one it names', 'copy it again, or make it again: `wasmote compile`'),
  R('BLOCK', 'a block arrived that was not asked for', 'it was ignored and asked for again'),
  R('LONG', 'more bytes arrived than announced[: {got} of {size}]', 'it was dropped; send the file again'),
  R('HASH', 'the bytes received do not have the announced SHA-256', 'nothing was changed; install again[ from {file}]'),
  R('WASM', 'invalid module[ {file}][ at byte {offset}][: {text}]', 'rebuild it; `wasmote validate` checks a file'),
  R('ROT', 'stored content of {app} changed since its installation', 'install it again'),

  R('SPACE', 'the store is full[: {need} bytes needed, {free} free]', 'uninstall an app, or install a smaller one'),
  R('RAM', 'not enough memory for apps[: {need} bytes needed, {free} free]', 'stop an app, or lower --mem, --heap or --stack'),
  R('NEEDS', 'the board lacks {what}', 'pick a board that has it; `wasmote boards` lists them'),
  R('ABI', 'the app is built for host API {theirs}, the device has {ours}', 'update the runtime of the board, or rebuild the app'),
  R(
    'COMPONENT',
    '[{file} ]is a component, not a core module',
    'build a core module (wasm32 target without componentizing), or extract one from it',
  ),
  R('IMPORTS', 'unknown imports[: {list}]', 'remove these calls, or link what they need into the module'),
  R('ENTRY', 'no entry point[ in {file}]: none of on_init, _start, main', 'export one of them, as ()'),
  R('BUILD', '{file} does not compile: {text}', 'correct the source; docs: examples/README.md'),

  R('TRAP', '[{app} ]trapped[: {trap}][ in {where}]', 'fix the app; `wasmote logs` shows what came before'),
  R('FUEL', '[{app} ]ran without pause past its fuel limit', 'shorten its longest loop, or raise --fuel'),
  R('MEM', '[{app} ]reached its memory limit[ of {limit} bytes]', 'raise --mem or --heap, or use less'),
  R('LOOP', '[{app} ]failed too often and is stopped', 'see its last logs; `wasmote start` tries again'),
  R('QUOTA', '[{app} ]reached a limit[: {limit}]', 'raise it, or use less'),
  R('STATUS', '{app} answered {status}', 'check the URL and what the app serves; `wasmote logs` shows its side'),

  R('RACE', '{by} changed the wish for {app} at the same time', 'look at `wasmote ps`; --force overwrites'),
  R(
    'TIMEOUT',
    '{device} did not finish in {seconds} s[: {text}]',
    'run the same command again; what was wished is kept and goes on where it stopped',
  ),
];

const byCode = new Map(ERRORS.map(row => [row.code, row]));

/** Replaces {name} by data; drops [parts] with an unknown name; an unknown name elsewhere becomes "?". */
function fill(text: string, data: ErrorData): string {
  const put = (part: string, strict: boolean): string | null => {
    let whole = true;
    const out = part.replace(/\{([a-z]+)\}/g, (_, name: string) => {
      const value = data[name];
      if (value === undefined || value === '') whole = false;
      return value === undefined || value === '' ? '?' : String(value);
    });
    return strict && !whole ? null : out;
  };
  // An optional part is a bracket that holds a placeholder; "[a-z0-9-]" is plain text.
  return text
    .split(/(\[[^[\]]*\{[a-z]+\}[^[\]]*\])/)
    .map(part => (/^\[.*\{[a-z]+\}/.test(part) ? (put(part.slice(1, -1), true) ?? '') : put(part, false)))
    .join('')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** The words for one failure. Codes this table does not know (a newer device's) keep their number. */
export function describe(code: number, data: ErrorData = {}): ErrorRow {
  const row = byCode.get(code);
  if (!row)
    return { code, name: 'UNKNOWN', cause: `the device reports error ${code}`, next: 'update this tool: it is older than the device' };
  return { code, name: row.name, cause: fill(row.cause, data), next: fill(row.next, data) };
}

/** The one error type of the desk side: a code of the table and what is known about this case. message = the cause. */
export class WasmoteError extends Error {
  constructor(
    readonly code: number,
    readonly data: ErrorData = {},
  ) {
    super(describe(code, data).cause);
    this.name = 'WasmoteError';
  }
}
