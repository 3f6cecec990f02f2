// boards/board.schema.json and the tables of docs/boards.md, from boards/board.ts and the board files.
// Run `npx tsx tools/gen/boards.ts` to write them; test/sim/boards.test.ts fails when they are stale.

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Board, boardSchema, heapBytes, parseBoard } from '../../boards/board';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const SCHEMA = 'boards/board.schema.json';
const DOCS = 'docs/boards.md';

type Json = { [key: string]: unknown };

/** A valibot schema as JSON schema (draft 2020-12). Knows what board.ts uses; an unknown kind is an error, never left out. */
export function jsonSchema(schema: any): Json {
  const out = bare(schema);
  for (const item of (schema.pipe ?? []).slice(1)) {
    if (item.type === 'description') out.description = item.description;
    else if (item.type === 'integer') out.type = 'integer';
    else if (item.type === 'min_value') out.minimum = item.requirement;
    else if (item.type === 'min_length') out[out.type === 'array' ? 'minItems' : 'minLength'] = item.requirement;
    else if (item.type === 'regex') out.pattern = item.requirement.source;
    else throw new Error(`no JSON schema for ${item.type}`);
  }
  return out;
}

function bare(schema: any): Json {
  switch (schema.type) {
    case 'string':
    case 'number':
    case 'boolean':
      return { type: schema.type };
    case 'picklist':
      return { enum: schema.options };
    case 'nullable':
      return { anyOf: [jsonSchema(schema.wrapped), { type: 'null' }] };
    case 'optional':
      return jsonSchema(schema.wrapped);
    case 'array':
      return { type: 'array', items: jsonSchema(schema.item) };
    case 'record':
      return { type: 'object', additionalProperties: jsonSchema(schema.value) };
    case 'union':
      return { anyOf: schema.options.map(jsonSchema) };
    case 'strict_object': {
      const fields = Object.entries<any>(schema.entries);
      return {
        type: 'object',
        properties: Object.fromEntries(fields.map(([name, field]) => [name, jsonSchema(field)])),
        required: fields.filter(([, field]) => field.type !== 'optional').map(([name]) => name),
        additionalProperties: false,
      };
    }
    default:
      throw new Error(`no JSON schema for ${schema.type}`);
  }
}

const kB = (bytes: number) => String(Math.round(bytes / 1024));

function heapText(board: Board): string {
  const total = kB(heapBytes(board));
  return 'vars' in board.heap ? `${board.heap.vars} x ${board.heap.varBytes} = ${total}` : total;
}

function hashes({ crypto }: Board): string {
  return [crypto.sha512 ? '512' : crypto.sha256 ? '256' : crypto.sha1 ? '1' : 'none', crypto.aes === 'none' ? '' : `AES ${crypto.aes}`]
    .filter(Boolean)
    .join(', ');
}

const columns: [string, (board: Board) => string][] = [
  ['board', b => (b.docs === null ? `\`${b.id}\`` : `[\`${b.id}\`](${b.docs})`)],
  ['name', b => b.name],
  ['chip', b => `${b.chip}${b.mhz === null ? '' : `, ${b.core}, ${b.mhz} MHz`}`],
  ['engine', b => `${b.engine.kind} ${b.engine.min}`],
  ['heap, kB', heapText],
  ['store, kB', b => `${kB(b.storage.bytes)} ${b.storage.map}`],
  ['links', b => b.links.map(link => link.kind).join(', ')],
  ['rx', b => String(b.rx.bytes)],
  ['SHA, cipher', hashes],
  ['native', b => (b.native.isa === 'none' ? 'no' : `${b.native.isa} in ${b.native.code}${b.jit ? ', jit' : ''}`)],
  ['apps', b => `${b.apps.forms.join(', ')}; ${b.apps.slots} in ${kB(b.apps.memMax)} kB`],
];

export function boardTable(boards: Board[]): string {
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`;
  return [
    row(columns.map(([title]) => title)),
    row(columns.map(() => '---')),
    ...boards.map(board => row(columns.map(([, cell]) => cell(board)))),
  ].join('\n');
}

/** One row per field of the schema: name, what it holds. */
export function fieldTable(): string {
  const rows = ['| field | holds |', '| --- | --- |'];
  const visit = (path: string, schema: Json) => {
    if (path !== '') rows.push(`| \`${path}\` | ${[shape(schema), schema.description].filter(Boolean).join(': ')} |`);
    const inner = schema.type === 'array' ? (schema.items as Json) : schema;
    const prefix = path === '' ? '' : `${path}${schema.type === 'array' ? '[]' : ''}.`;
    for (const one of (inner.anyOf as Json[] | undefined)?.filter(s => s.properties) ?? [inner])
      for (const [name, field] of Object.entries((one.properties as Json | undefined) ?? {})) visit(prefix + name, field as Json);
  };
  visit('', jsonSchema(boardSchema));
  return rows.filter(row => !row.includes('`$schema`')).join('\n');
}

function shape(schema: Json): string {
  if (schema.enum) return (schema.enum as string[]).join(', ');
  if (schema.anyOf) return (schema.anyOf as Json[]).map(shape).join(' or ');
  if (schema.type === 'array') return `list of ${shape(schema.items as Json)}`;
  return String(schema.type);
}

/** Replaces what stands between <!-- name --> and <!-- /name -->. */
function fill(page: string, name: string, text: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = page.indexOf(open);
  const to = page.indexOf(close);
  if (from < 0 || to < from) throw new Error(`${DOCS} has no ${open} … ${close}`);
  return `${page.slice(0, from + open.length)}\n${text}\n${page.slice(to)}`;
}

/** Every generated file with the text it should have, given all board ids (so that a broken board file is named, not skipped). */
export function boardFiles(ids: string[]): { path: string; text: string }[] {
  const boards = ids.map(id => parseBoard(JSON.parse(readFileSync(join(root, 'boards', `${id}.json`), 'utf8')), `boards/${id}.json`));
  const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'wasmote board', ...jsonSchema(boardSchema) };
  const page = readFileSync(join(root, DOCS), 'utf8');
  return [
    { path: SCHEMA, text: jsonText(schema) },
    { path: DOCS, text: fill(fill(page, 'boards', boardTable(boards)), 'fields', fieldTable()) },
  ];
}

/** JSON as the formatter of this project prints it: short lists on one line. */
function jsonText(value: Json): string {
  const list = (all: string, items: string) => {
    const line = `[${items.replace(/\s+/g, ' ')}]`;
    return line.length < 100 ? line : all;
  };
  return `${JSON.stringify(value, null, 2).replace(/\[\s+([^[\]{}]+?)\s+\]/g, list)}\n`;
}

export function writeBoardFiles(ids: string[]): void {
  for (const { path, text } of boardFiles(ids)) writeFileSync(join(root, path), text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { readdirSync } = await import('node:fs');
  writeBoardFiles(
    readdirSync(join(root, 'boards'))
      .filter(file => file.endsWith('.json') && file !== 'board.schema.json')
      .map(file => file.slice(0, -5))
      .sort(),
  );
}
