// wasmote dump: what is in a module: sections with offsets and sizes, imports, exports, functions by size; -d shows their code.

import { type ParserEvent, readEvents } from '../../src/api/parser';
import { NAME_FUNC } from '../../src/binary/names';
import { USAGE } from '../../src/errors/codes';
import { WasmoteError } from '../../src/errors/table';
import { KIND_FUNC } from '../../src/spec/types';
import { funcTypeAt, paramsOf, printBody, scopeOf } from '../../src/text/print/code';
import { type Contents, contentsOf, takeHints, takeNames } from '../../src/text/print/contents';
import { createModuleIds, type ModuleIds } from '../../src/text/print/names';
import { globalText, memoryText, tableText, typeText } from '../../src/text/print/types';
import { indent } from '../../src/text/printer';
import type { Context, Options } from './context';
import { readEither } from './input';
import { clean } from './print';
import { reading } from './text';

interface FunctionRow {
  index: number;
  name: string;
  type: string;
  offset: number;
  bytes: number;
}
interface SectionRow {
  id: number;
  name: string;
  offset: number;
  bytes: number;
}
interface Signature {
  params: string[];
  results: string[];
}
interface ExternRow {
  kind: string;
  name: string;
  type?: Signature;
}

const SORTS: Record<string, (a: FunctionRow, b: FunctionRow) => number> = {
  size: (a, b) => b.bytes - a.bytes,
  index: (a, b) => a.index - b.index,
  name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.index - b.index),
};
const KINDS = ['function', 'table', 'memory', 'global', 'tag'];

export async function run(ctx: Context, [file]: string[], options: Options): Promise<void> {
  const wanted = options.function as string | undefined;
  const asText = Boolean(options.disassemble) || wanted !== undefined;
  const sort = SORTS[options.sort ?? (asText ? 'index' : 'size')];
  if (!sort) throw new WasmoteError(USAGE, { text: `functions sort by ${Object.keys(SORTS).join(', ')}`, verb: options.verb });
  const bytes = readEither(ctx, file);
  const m = reading(file, () => contentsOf(bytes, -1));
  takeNames(m);
  takeHints(m);
  const ids = createModuleIds(m);
  const functions = functionsOf(m);
  const shown = functions.filter(f => wanted === undefined || f.name === wanted || String(f.index) === wanted).sort(sort);
  if (wanted !== undefined && shown.length === 0)
    throw new WasmoteError(USAGE, { text: `${file} has no function ${wanted}; \`wasmote dump ${file}\` lists them`, verb: options.verb });
  const sections = sectionsOf([...readEvents(bytes)]);
  const code = (f: FunctionRow) => reading(file, () => codeOf(m, ids, f.index));
  if (ctx.json) {
    const memory = m.memories[0];
    ctx.out(
      JSON.stringify({
        file,
        bytes: bytes.length,
        sections,
        memory: memory ? { min: memory.min, max: memory.max < 0 ? null : memory.max } : null,
        imports: importsOf(m),
        exports: exportsOf(m),
        functions: shown.map(f => (asText ? { ...f, code: code(f) } : f)),
      }),
    );
    return;
  }
  if (wanted === undefined) summary(ctx, m, sections);
  ctx.out(`functions (${shown.length})`);
  for (const f of shown) {
    const name = f.name && `${clean(f.name)} `;
    ctx.out(`  ${String(f.index).padStart(5)} ${String(f.bytes).padStart(7)} B at ${String(f.offset).padEnd(7)} ${name}${f.type}`);
    if (asText)
      for (const { offset, depth, text } of code(f)) ctx.out(`    ${offset.toString(16).padStart(6, '0')}  ${indent(depth)}${text}`);
  }
}

/** The sections of a module, in order. */
function sectionsOf(events: ParserEvent[]): SectionRow[] {
  const sections: SectionRow[] = [];
  for (const event of events) {
    if (event.kind === 'section') sections.push({ id: event.id, name: event.name, offset: event.offset, bytes: event.size });
    if (event.kind === 'custom') sections[sections.length - 1].name = `custom "${event.name}"`;
  }
  return sections;
}

function typeAt(m: Contents, func: number): Signature {
  const type = funcTypeAt(m, m.funcs[func]);
  return { params: type?.params.map(each => typeText(each)) ?? [], results: type?.results.map(each => typeText(each)) ?? [] };
}
function signature({ params, results }: Signature): string {
  return `(${params.join(' ')}) -> (${results.join(' ')})`;
}

/** A function's name: from the name section, else from an export. */
function nameOf(m: Contents, func: number): string {
  const exported = () => m.exports.find(one => one.kind === KIND_FUNC && one.index === func)?.name;
  return m.names[NAME_FUNC].get(func) ?? exported() ?? '';
}
function functionsOf(m: Contents): FunctionRow[] {
  return m.bodies.map(({ start, stop }, i) => {
    const index = m.imported[KIND_FUNC] + i;
    return { index, name: nameOf(m, index), type: signature(typeAt(m, index)), offset: start, bytes: stop - start };
  });
}
function importsOf(m: Contents): (ExternRow & { module: string })[] {
  return m.imports.map(({ module, name, kind, index }) => ({
    module,
    name,
    kind: KINDS[kind],
    ...(kind === KIND_FUNC ? { type: typeAt(m, index) } : {}),
  }));
}
function exportsOf(m: Contents): ExternRow[] {
  return m.exports.map(({ name, kind, index }) => ({ name, kind: KINDS[kind], ...(kind === KIND_FUNC ? { type: typeAt(m, index) } : {}) }));
}

/** Lines of a function's body. */
function codeOf(m: Contents, ids: ModuleIds, func: number): { offset: number; depth: number; text: string }[] {
  const lines: { offset: number; depth: number; text: string }[] = [];
  const body = m.bodies[func - m.imported[KIND_FUNC]];
  printBody(scopeOf(m, ids, func), body, paramsOf(m, func), (offset, depth, text) => void lines.push({ offset, depth, text }));
  return lines;
}

function summary(ctx: Context, m: Contents, sections: SectionRow[]): void {
  ctx.out(`sections (${m.bytes.length} bytes)`);
  for (const s of sections) ctx.out(`  ${clean(s.name).padEnd(20)} ${String(s.bytes).padStart(8)} B at ${s.offset}`);
  for (const memory of m.memories) ctx.out(`memory: ${memoryText(memory)} pages`);
  for (const table of m.tables) ctx.out(`table: ${tableText(table)}`);
  const own = m.globals.slice(m.imported[3]);
  if (own.length > 0) ctx.out(`globals: ${own.map(global => globalText(global)).join(', ')}`);
  const of = (row: ExternRow) => (row.type ? ` ${signature(row.type)}` : '');
  if (m.imports.length > 0) ctx.out(`imports (${m.imports.length})`);
  for (const i of importsOf(m)) ctx.out(`  ${i.kind.padEnd(8)} ${clean(`${i.module}.${i.name}`)}${of(i)}`);
  if (m.exports.length > 0) ctx.out(`exports (${m.exports.length})`);
  for (const e of exportsOf(m)) ctx.out(`  ${e.kind.padEnd(8)} ${clean(e.name)}${of(e)}`);
}
