// wasmote strip: takes custom sections (names, producers, debug information) out of a module.

import { customSections, strip } from '../../src/binary/strip';
import type { Context, Options } from './context';
import { assembleShown, isText, readBytes } from './input';
import { size } from './print';
import { moduleName, reading, writeResult } from './text';

export async function run(ctx: Context, [file]: string[], options: Options): Promise<void> {
  const content = readBytes(file);
  const text = isText(file, content);
  const bytes = text ? assembleShown(ctx, file, content) : content;
  const kept = ((options.keep ?? []) as string[]).flatMap(names => names.split(','));
  const sections = reading(file, () => customSections(bytes)).map(section => section.name);
  const removed = sections.filter(name => !kept.includes(name));
  const stripped = strip(bytes, name => kept.includes(name));
  const out: string = options.output ?? (text ? moduleName(file) : file);
  if (out !== file || removed.length > 0) writeResult(ctx, out, stripped);
  const result = { file, out, before: bytes.length, after: stripped.length, removed };
  if (out === '-') return;
  if (ctx.json) ctx.out(JSON.stringify(result));
  else ctx.out(`${out}: ${size(bytes.length)} -> ${size(stripped.length)}${removed.length > 0 ? `, without ${removed.join(', ')}` : ''}`);
}
