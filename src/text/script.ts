// Scripts (.wast): the commands of a text, each with its place, turned into what needs no text parser (command.ts): modules are bytes, values
// are words. Runs nothing: device/duktape/script.ts does. A module whose text is wrong is no error of the script; its step says so.
// Desk only. Spec: interpreter/README.md of the specification's repository, "Scripts".

import { createBytes } from '../binary/bytes';
import { MEMORY64, MULTI_MEMORY, MULTI_TABLE, THREADS } from '../spec/features';
import { atomBytes } from './atoms';
import type { Command, Pattern } from './command';
import type { TextError } from './error';
import { lex } from './lexer';
import { num, readFloat, readInt } from './literal';
import { type ParseOptions, parseFields, parseWat, parseWatTokens } from './parser';
import { CLOSE, END, ID, NAT, OPEN, putStrings, STRING, stringName, type Tokens, tokenText, unexpected, WORD, wrong } from './tokens';

/** A command of a script. */
export interface Step {
  line: number; // from 1
  column: number; // in characters, from 1
  /** Its word: module, register, invoke, assert_return, … */
  form: string;
  /** What the script says must be said of it, '' = nothing. */
  text: string;
  /** What to run; null: nothing, since the text of its module is wrong (`error`), or since it is of a kind that is not run. */
  command: Command | null;
  /** Its module. */
  wasm: Uint8Array | null;
  /** What the text parser says of its module. */
  error: TextError | null;
  /** How its module is written; '' = it has none. */
  written: '' | 'text' | 'binary' | 'quote';
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads a script; options: how its modules are read, `names` off unless given. Throws TextError where it is none. */
export function parseScript(text: string | Uint8Array, options: ParseOptions = {}): Step[] {
  const t = lex(text);
  const how = { names: false, ...options };
  const steps: Step[] = [];
  const placeOf = places(t.bytes);
  if (t.kind[0] === OPEN && !FORMS.has(tokenText(t, 1))) {
    const step = blank(t, 0, placeOf, 'module');
    define(step, '', 'module', () => parseFields(t, 0, how), 'text');
    return [step];
  }
  for (let i = 0; t.kind[i] !== END; i = t.value[i]! + 1) {
    if (t.kind[i] !== OPEN) throw unexpected(t, i, 'a command in parentheses');
    if (t.kind[t.value[i]!] === END) throw wrong(t, i, 'unclosed parenthesis', ')');
    const step = blank(t, i, placeOf, tokenText(t, i + 1));
    readCommand(new Reader(t, i + 2, how), step);
    steps.push(step);
  }
  return steps;
}

const FORMS = new Set(
  `module register invoke get thread wait assert_return assert_trap assert_exhaustion assert_exception assert_malformed assert_invalid
  assert_malformed_custom assert_invalid_custom assert_unlinkable`.split(/\s+/),
);
/** What a command is when it is run, by the part of its word behind assert_. */
const OPS: Record<string, string> = { malformed_custom: 'malformed', invalid_custom: 'invalid' };

function blank(t: Tokens, i: number, placeOf: (at: number) => { line: number; column: number }, form: string): Step {
  return { ...placeOf(t.start[i]!), form, text: '', command: null, wasm: null, error: null, written: '' };
}

/** Line and column of places that are asked for in order. Lines end with \n, \r or \r\n. */
function places(bytes: Uint8Array): (at: number) => { line: number; column: number } {
  let line = 1;
  let begin = 0;
  let i = 0;
  return at => {
    for (; i < at; i++) {
      if (bytes[i] !== 10 && (bytes[i] !== 13 || bytes[i + 1] === 10)) continue;
      line++;
      begin = i + 1;
    }
    return { line, column: [...decoder.decode(bytes.subarray(begin, at))].length + 1 };
  };
}

/** Goes over the tokens of a command. */
class Reader {
  constructor(
    readonly t: Tokens,
    public i: number,
    readonly how: ParseOptions,
  ) {}

  /** Whether the token is of that kind, and, where one is wanted, that text. */
  at(kind: number, text?: string): boolean {
    return this.t.kind[this.i] === kind && (text === undefined || tokenText(this.t, this.i) === text);
  }
  /** Takes the token if it is that. */
  skip(kind: number, text?: string): boolean {
    if (!this.at(kind, text)) return false;
    this.i++;
    return true;
  }
  take(kind: number, expected: string): number {
    if (!this.at(kind)) throw unexpected(this.t, this.i, expected);
    return this.i++;
  }
  /** The $name that may stand here, '' = none. */
  name(): string {
    return this.at(ID) ? '$' + decoder.decode(atomBytes(this.t.ids, this.t.value[this.i++]!)) : '';
  }
  /** A text in quotes. */
  string(): string {
    return stringName(this.t, this.take(STRING, 'a string'));
  }
  /** Opens a parenthesis and takes the word in it. */
  open(expected: string): string {
    this.take(OPEN, expected);
    return tokenText(this.t, this.i++);
  }
  close(): void {
    this.take(CLOSE, ')');
  }
}

function readCommand(r: Reader, step: Step): void {
  const form = step.form;
  if (form === 'module') readModule(r, step, 'module');
  else if (form === 'register') {
    const field = r.string();
    step.command = { op: 'register', field, name: r.name() };
  } else if (form === 'invoke' || form === 'get') step.command = readAction(r, form, 'action');
  else if (form === 'thread' || form === 'wait')
    return; // of shared-everything threads: known, not run
  else if (!FORMS.has(form)) throw unexpected(r.t, r.i - 1, 'a command');
  else {
    const op = OPS[form.slice(7)] ?? form.slice(7);
    const word = r.open('a module or an action');
    if (word === 'module' && op !== 'return') {
      readModule(r, step, op);
      r.close();
    } else {
      step.command = readAction(r, word, op);
      r.close();
      if (op === 'return') {
        step.command.results = [];
        while (r.at(OPEN)) step.command.results.push(readPattern(r));
      }
    }
    if (op !== 'return' && !(op === 'exception' && r.at(CLOSE))) step.text = r.string();
  }
  r.close();
}

/** invoke or get, up to its closing parenthesis. */
function readAction(r: Reader, word: string, op: string): Command {
  if (word !== 'invoke' && word !== 'get') throw unexpected(r.t, r.i - 1, 'invoke or get');
  const name = r.name();
  const command: Command = { op, name, field: r.string() };
  if (word === 'get') return command;
  command.args = [];
  while (r.at(OPEN)) command.args.push(readPattern(r));
  return command;
}

/** What stands behind (module, up to its closing parenthesis; its bytes go into the step. */
function readModule(r: Reader, step: Step, op: string): void {
  const { t } = r;
  const begin = r.i - 2;
  if (r.skip(WORD, 'instance')) {
    const name = r.name();
    step.command = { op: 'instance', name, from: r.name() };
    return;
  }
  if (r.skip(WORD, 'definition') && op === 'module') op = 'definition';
  const name = r.name();
  if (r.at(WORD, 'binary') || r.at(WORD, 'quote')) {
    const written = tokenText(t, r.i++) as 'binary' | 'quote';
    const out = createBytes(256);
    r.i = putStrings(out, t, r.i);
    const content = out.u8.slice(0, out.size);
    define(step, name, op, () => (written === 'binary' ? content : parseWat(content, r.how)), written);
  } else {
    define(step, name, op, () => parseWatTokens(t, begin, r.how), 'text');
    r.i = t.value[begin]!;
  }
}

function define(step: Step, name: string, op: string, parse: () => Uint8Array, written: Step['written']): void {
  step.written = written;
  try {
    step.wasm = parse();
    step.command = { op, name, wasm: [0, step.wasm.length] };
  } catch (error) {
    if ((error as Error).name !== 'TextError') throw error;
    step.error = error as TextError;
    if (op === 'module') step.command = { op: 'absent', name };
  }
}

const LANES: Record<string, number> = { i8x16: 8, i16x8: 16, i32x4: 32, i64x2: 64, f32x4: 32, f64x2: 64 };
const NANS: Record<string, [value: number, mask: number]> = {
  // of the word with the exponent
  'f32 nan:canonical': [0x7fc00000, 0x7fffffff],
  'f32 nan:arithmetic': [0x7fc00000, 0x7fc00000],
  'f64 nan:canonical': [0x7ff80000, 0x7fffffff],
  'f64 nan:arithmetic': [0x7ff80000, 0x7ff80000],
};

/** A value or what a result may be, with its parentheses. */
function readPattern(r: Reader): Pattern {
  const word = r.open('a value');
  const pattern = patternOf(r, word);
  r.close();
  return pattern;
}

function patternOf(r: Reader, word: string): Pattern {
  if (word === 'either') {
    const pattern: Pattern = ['either'];
    while (r.at(OPEN)) pattern.push(readPattern(r));
    return pattern;
  }
  if (word === 'ref.null') {
    if (r.at(WORD)) r.i++; // whatever its type: there is one null
    return ['null'];
  }
  if (word.startsWith('ref.')) {
    if (r.at(NAT)) return [word.slice(4), r.t.value[r.i++]!];
    return [word.slice(4)];
  }
  const [kind, isConst] = word.split('.');
  if (isConst !== 'const') throw unexpected(r.t, r.i - 1, 'a value');
  const words: number[] = [];
  const masks: number[] = [];
  if (kind === 'v128') {
    const shape = tokenText(r.t, r.i++);
    const bits = LANES[shape];
    if (bits === undefined) throw unexpected(r.t, r.i - 1, 'a shape of lanes');
    const lanes: number[] = [];
    for (let lane = 0; lane < 128 / bits; lane++) {
      if (bits >= 32) readNumber(r, shape.slice(0, 3), words, masks);
      else {
        readInt(r.t, r.i++, bits);
        lanes.push(num.lo & ((1 << bits) - 1));
      }
    }
    for (let at = 0; at < lanes.length; at += 32 / bits) {
      let value = 0;
      for (let k = 0; k < 32 / bits; k++) value |= lanes[at + k]! << (k * bits);
      words.push(value);
      masks.push(-1);
    }
  } else if (kind === 'i32' || kind === 'i64' || kind === 'f32' || kind === 'f64') readNumber(r, kind, words, masks);
  else throw unexpected(r.t, r.i - 1, 'a value');
  return masks.every(mask => mask === -1) ? [kind, ...words] : [kind, ...words, ...masks];
}

/** Appends the words of a number, and which of their bits count. */
function readNumber(r: Reader, kind: string, words: number[], masks: number[]): void {
  const nan = r.at(WORD) ? NANS[`${kind} ${tokenText(r.t, r.i)}`] : undefined;
  if (nan !== undefined) {
    r.i++;
    if (kind === 'f64') {
      words.push(0);
      masks.push(nan[1] === 0x7fffffff ? -1 : 0);
    }
    words.push(nan[0]);
    masks.push(nan[1]);
    return;
  }
  const width = Number(kind.slice(1));
  if (kind[0] === 'f') readFloat(r.t, r.i++, width);
  else readInt(r.t, r.i++, width);
  words.push(num.lo);
  masks.push(-1);
  if (width === 32) return;
  words.push(num.hi);
  masks.push(-1);
}

const PRINTS: [name: string, params: string][] = [
  ['print', ''],
  ['print_i32', '(param i32)'],
  ['print_i64', '(param i64)'],
  ['print_f32', '(param f32)'],
  ['print_f64', '(param f64)'],
  ['print_i32_f32', '(param i32 f32)'],
  ['print_f64_f64', '(param f64 f64)'],
];
const OTHERS: [name: string, kind: string, type: string, init: string][] = [
  ['global_i32', 'global', 'i32', '(i32.const 666)'],
  ['global_i64', 'global', 'i64', '(i64.const 666)'],
  ['global_f32', 'global', 'f32', '(f32.const 666.6)'],
  ['global_f64', 'global', 'f64', '(f64.const 666.6)'],
  ['table', 'table', '10 20 funcref', ''],
  ['memory', 'memory', '1 2', ''],
];

/**
 * What comes before every script: the module "spectest" that scripts import from. What of it cannot be executed yet is in a module of its own
 * that passes on the rest, since such a module has types alone (device/duktape/script.ts).
 */
export function prelude(features: number): Step[] {
  const own = [
    ...PRINTS.map(([name, params]) => `(func (export "${name}") (import "print" "${name}") ${params})`),
    ...OTHERS.map(([name, kind, type, init]) => `(${kind} (export "${name}") ${type} ${init})`),
  ];
  const more = [
    ...((features & MEMORY64) !== 0 ? ['(table (export "table64") i64 10 20 funcref)'] : []),
    ...((features & THREADS) !== 0 ? ['(memory (export "shared_memory") 1 2 shared)'] : []),
  ];
  const passed = [
    ...PRINTS.map(([name, params]) => `(func (export "${name}") (import "spectest" "${name}") ${params})`),
    ...OTHERS.map(([name, kind, type]) => `(${kind} (export "${name}") (import "spectest" "${name}") ${type})`),
  ];
  const modules = [own, ...(more.length > 0 ? [[...passed, ...more]] : [])];
  const steps = parseScript(modules.map(fields => `(module ${fields.join(' ')}) (register "spectest")`).join('\n'));
  for (const { command } of steps) if (command?.wasm) command.features = features | MULTI_MEMORY | MULTI_TABLE;
  return steps;
}
