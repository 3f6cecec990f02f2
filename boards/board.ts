// A board's facts: the one place that says what a board file holds. The TypeScript type, the JSON schema (tools/gen/boards.ts)
// and the check at load time all come from the valibot schema below; everything a board derives (budgets, facts for the
// agent, docs table) is computed from it, never typed twice. Fields and their sources: docs/boards.md.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { BoardFacts } from '../device/host';

const about = v.description;
const bytes = v.pipe(v.number(), v.integer(), v.minValue(0));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const text = v.pipe(v.string(), v.minLength(1));
const address = v.pipe(v.string(), v.regex(/^0x[0-9a-f]+$/, 'an address is a string such as "0x10000"'));

const engine = v.strictObject({
  kind: v.pipe(v.picklist(['espruino', 'mquickjs', 'quickjs', 'duktape', 'node']), about('picks bundle and device profile')),
  min: v.pipe(text, about('oldest version that works')),
});

const heap = v.union([
  v.strictObject({
    vars: v.pipe(count, about('Espruino JsVars')),
    varBytes: v.pipe(count, about('bytes of one JsVar')),
  }),
  v.strictObject({ arenaBytes: v.pipe(count, about('MicroQuickJS: the fixed arena')) }),
  v.strictObject({ limitBytes: v.pipe(count, about('QuickJS, Duktape, Node: limit of the whole engine')) }),
]);

const storage = v.strictObject({
  bytes: v.pipe(bytes, about('room for files')),
  pageBytes: v.pipe(count, about('erase unit')),
  align: v.pipe(count, about('alignment of file data')),
  map: v.pipe(v.picklist(['exec', 'read', 'none']), about('mapped into the address space: code runs in place, data only, or not at all')),
  at: v.pipe(v.nullable(address), about('address it is mapped at; null = not known or not mapped')),
});

const link = v.strictObject({
  kind: v.picklist(['usb', 'uart', 'ble', 'wifi', 'tcp']),
  console: v.pipe(v.boolean(), about('the engine owns it as its console until the runtime takes over')),
  baud: v.optional(v.pipe(count, about('default speed of a UART'))),
  pins: v.optional(v.pipe(text, about('where it is wired'))),
  mtu: v.optional(v.pipe(count, about('BLE: bytes of one packet'))),
  flow: v.pipe(v.picklist(['none', 'xonxoff']), about('flow control the firmware does on it')),
});

const PROOFS = ['silicon', 'emulator', 'source', 'unverified'] as const;

export const boardSchema = v.strictObject({
  $schema: v.optional(v.pipe(v.string(), about('for editors'))),
  id: v.pipe(
    v.string(),
    v.regex(/^[a-z0-9][a-z0-9_-]{1,31}$/, 'an id is lower case letters, digits, - and _'),
    about('file name without .json'),
  ),
  name: v.pipe(text, about('label')),
  docs: v.pipe(v.nullable(text), about('page of its maker')),
  enq: v.pipe(v.nullable(text), about("the engine's answer to ENQ; connect refuses another board")),
  chip: v.pipe(text, about('chip name, as its datasheet spells it')),
  core: v.picklist(['m0plus', 'm3', 'm4f', 'm7', 'm33', 'xtensa', 'rv32', 'host']),
  mhz: v.pipe(v.nullable(v.number()), about('clock; null = a host process')),
  engine,
  ramBytes: v.pipe(v.nullable(bytes), about('RAM of the chip; null = a host process')),
  flashBytes: v.pipe(v.nullable(bytes), about('flash of the chip')),
  heap: v.pipe(heap, about('what JavaScript may use')),
  storage,
  links: v.pipe(v.array(link), v.minLength(1)),
  rx: v.pipe(
    v.strictObject({
      bytes: v.pipe(count, about('input buffer')),
      xoff: v.pipe(v.nullable(bytes), about('fill level at which the firmware sends XOFF')),
      xon: v.pipe(v.nullable(bytes), about('and XON again')),
    }),
    about('bounds the largest burst the desk may send'),
  ),
  crypto: v.pipe(
    v.strictObject({
      sha1: v.boolean(),
      sha256: v.boolean(),
      sha512: v.boolean(),
      aes: v.picklist(['none', 'full', 'ccm']),
    }),
    about('in firmware; what is missing the bundle carries'),
  ),
  net: v.pipe(v.strictObject({ tcp: v.boolean(), tls: v.boolean() }), about('own broker link, or by the bridge')),
  native: v.strictObject({
    isa: v.picklist(['none', 'thumb1', 'thumb2']),
    fpu: v.boolean(),
    code: v.pipe(v.nullable(v.picklist(['flash', 'ram'])), about('where native code runs')),
    stack: v.pipe(v.nullable(v.picklist(['psp', 'sp'])), about('stack switch for native apps')),
    reserveBytes: v.pipe(bytes, about('stack kept free for interrupts')),
  }),
  jit: v.pipe(v.boolean(), about('JavaScript text may carry the "jit" directive')),
  flash: v.strictObject({
    method: v.picklist(['esp-rom', 'uf2', 'manual', 'none']),
    images: v.array(v.strictObject({ file: text, at: address })),
    family: v.pipe(v.nullable(address), about('UF2 family id')),
    steps: v.pipe(v.array(text), about('printed when the tool cannot flash it')),
  }),
  start: v.strictObject({
    file: v.pipe(v.nullable(text), about('autostart file')),
    skip: v.pipe(v.array(text), about('ways past it')),
  }),
  apps: v.strictObject({
    forms: v.pipe(v.array(v.picklist(['wasm', 'js', 'thumb'])), v.minLength(1), about('app forms it runs, best first')),
    memMax: v.pipe(bytes, about('bytes for all apps together: memories, stacks, code')),
    slots: v.pipe(count, about('apps at once')),
    compile: v.pipe(v.boolean(), about('compiles what its apps spend their time in, where there is room')),
    trustCompiled: v.pipe(v.boolean(), about('takes compiled text from outside, unsigned: test boards only')),
  }),
  proof: v.pipe(v.record(v.string(), v.picklist(PROOFS)), about('what stands behind a field: docs print it, flash warns')),
});

export type Board = v.InferOutput<typeof boardSchema>;

/** Thrown for a board file that is missing or wrong; the message names file, field and what is wanted. */
export class BoardError extends Error {
  code: 'UNKNOWN_BOARD' | 'BAD_BOARD';
  constructor(code: BoardError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Checks parsed JSON. `where` names its source in errors. */
export function parseBoard(json: unknown, where: string): Board {
  const parsed = v.safeParse(boardSchema, json);
  if (!parsed.success) {
    const faults = parsed.issues.map(issue => `${v.getDotPath(issue) ?? '(top)'}: ${issue.message}`);
    throw new BoardError('BAD_BOARD', `${where}: ${faults.join('; ')}`);
  }
  const board = parsed.output;
  for (const field of Object.keys(board.proof))
    if (!(field.split('.')[0]! in board)) throw new BoardError('BAD_BOARD', `${where}: proof.${field}: no such field`);
  return board;
}

/** The folder of the board files: beside this file in a checkout, in the package root when built. */
export function boardsDir(): string {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'boards', 'board.schema.json'))) return join(dir, 'boards');
    if (dir === dirname(dir)) throw new BoardError('UNKNOWN_BOARD', 'boards/ is missing from this installation');
  }
}

/** Ids of all boards, sorted. */
export function boardIds(): string[] {
  return readdirSync(boardsDir())
    .filter(file => file.endsWith('.json') && file !== 'board.schema.json')
    .map(file => file.slice(0, -5))
    .sort();
}

/** Loads and checks boards/<id>.json. */
export function loadBoard(id: string): Board {
  if (!boardIds().includes(id)) throw new BoardError('UNKNOWN_BOARD', `no board "${id}"; there are ${boardIds().join(', ')}`);
  const file = join(boardsDir(), `${id}.json`);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new BoardError('BAD_BOARD', `${file}: ${(error as Error).message}`);
  }
  const board = parseBoard(json, file);
  if (board.id !== id) throw new BoardError('BAD_BOARD', `${file}: id: is "${board.id}", the file name says "${id}"`);
  return board;
}

/** Bytes JavaScript may use in all. */
export function heapBytes(board: Board): number {
  if ('vars' in board.heap) return board.heap.vars * board.heap.varBytes;
  return 'arenaBytes' in board.heap ? board.heap.arenaBytes : board.heap.limitBytes;
}

const CLASSES: Record<Board['engine']['kind'], string> = {
  espruino: 'script',
  duktape: 'script',
  mquickjs: 'micro',
  quickjs: 'quick',
  node: 'gateway',
};

/** What the agent is told of its board (device/host.ts). `trust`: see management.md section 6. */
export function boardFacts(board: Board, trust: string): BoardFacts {
  const cap = ['timer'];
  if (board.net.tcp) cap.push('mqtt');
  return {
    board: board.id,
    engine: `${board.engine.kind}-${board.engine.min}`,
    deviceClass: CLASSES[board.engine.kind],
    trust,
    appRamBytes: board.apps.memMax,
    storeBytes: board.storage.bytes,
    winBytes: Math.min(board.rx.bytes, 8192),
    blkBytes: Math.min(1024, board.rx.bytes / 2),
    cap,
    compile: board.apps.compile,
    trustCompiled: board.apps.trustCompiled,
  };
}
