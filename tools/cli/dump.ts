// wasmote dump: what is in a module: sections, imports, exports, functions by size; -d disassembles them.

import { readModule as events } from '../../src/binary/reader';
import type { FunctionType, Module } from '../../src/index';
import { disassemble } from '../../src/text/disassemble';
import { createModuleValidator } from '../../src/validate/module';
import type { Context, Options } from './context';
import { readModule } from './input';

const SECTIONS = [
  'custom',
  'type',
  'import',
  'function',
  'table',
  'memory',
  'global',
  'export',
  'start',
  'element',
  'code',
  'data',
  'data count',
];

interface FunctionRow {
  index: number;
  name: string;
  type: string;
  offset: number;
  bytes: number;
}

function signature(type: FunctionType): string {
  return `(${type.params.join(' ')}) -> (${type.results.join(' ')})`;
}

/** The sections of a valid module, in order. */
function sectionsOf(bytes: Uint8Array): { id: number; name: string; offset: number; bytes: number }[] {
  const sections: { id: number; name: string; offset: number; bytes: number }[] = [];
  const { events: on } = createModuleValidator();
  const { section, custom } = on;
  on.section = (id, offset, size) => {
    section(id, offset, size);
    sections.push({ id, name: SECTIONS[id], offset, bytes: size });
  };
  on.custom = (name, at, size) => {
    custom(name, at, size);
    sections[sections.length - 1].name = `custom "${name}"`;
  };
  events(bytes, on);
  return sections;
}

function functionsOf(module: Module): FunctionRow[] {
  const { bodies, importedFuncs } = module.parsed;
  return bodies.map((body, i) => {
    const index = importedFuncs + i;
    return {
      index,
      name: module.functionName(index),
      type: signature(module.functionType(index)),
      offset: body.start,
      bytes: body.end - body.start,
    };
  });
}

export async function run(ctx: Context, [file]: string[], options: Options): Promise<void> {
  const module = readModule(file);
  const sections = sectionsOf(module.parsed.bytes);
  const functions = functionsOf(module);
  const wanted = options.function as string | undefined;
  const shown = functions.filter(f => wanted === undefined || f.name === wanted || String(f.index) === wanted);
  // Looked up before: reading the name section moves the cursor that disassemble reads by.
  const names = Array.from({ length: module.parsed.importedFuncs + module.parsed.bodies.length }, (_, func) => module.functionName(func));
  const name = (func: number) => names[func];
  const code = (f: FunctionRow) => disassemble(module.parsed.bytes, module.parsed.bodies[f.index - module.parsed.importedFuncs], name);
  const asText = options.disassemble || wanted !== undefined;
  if (ctx.json) {
    const memory = module.parsed.mems[0] ?? null;
    ctx.out(
      JSON.stringify({
        file,
        bytes: module.parsed.bytes.length,
        sections,
        memory: memory && { min: memory.min, max: memory.max < 0 ? null : memory.max },
        imports: module.imports,
        exports: module.exports,
        functions: shown.map(f => (asText ? { ...f, code: code(f) } : f)),
      }),
    );
    return;
  }
  if (wanted === undefined) summary(ctx, module, sections);
  ctx.out(`functions (${shown.length})`);
  for (const f of asText ? shown : shown.sort((a, b) => b.bytes - a.bytes)) {
    ctx.out(
      `  ${String(f.index).padStart(5)} ${String(f.bytes).padStart(7)} B at ${String(f.offset).padEnd(7)} ${f.name} ${f.type}`.trimEnd(),
    );
    if (asText)
      for (const line of code(f)) ctx.out(`    ${line.offset.toString(16).padStart(6, '0')}  ${'  '.repeat(line.depth)}${line.text}`);
  }
}

function summary(ctx: Context, module: Module, sections: ReturnType<typeof sectionsOf>): void {
  ctx.out(`sections (${module.parsed.bytes.length} bytes)`);
  for (const s of sections) ctx.out(`  ${s.name.padEnd(20)} ${String(s.bytes).padStart(8)} B at ${s.offset}`);
  const memory = module.parsed.mems[0];
  if (memory) ctx.out(`memory: ${memory.min} pages${memory.max < 0 ? '' : `, at most ${memory.max}`}`);
  if (module.imports.length > 0) ctx.out(`imports (${module.imports.length})`);
  for (const i of module.imports) ctx.out(`  ${i.kind.padEnd(8)} ${i.module}.${i.name}${i.type ? ` ${signature(i.type)}` : ''}`);
  if (module.exports.length > 0) ctx.out(`exports (${module.exports.length})`);
  for (const e of module.exports) ctx.out(`  ${e.kind.padEnd(8)} ${e.name}${e.type ? ` ${signature(e.type)}` : ''}`);
}
