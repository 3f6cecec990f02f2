// Identifiers for what has a name in the name section: unique in their space, written so that the text format takes them, and with the true
// name in an annotation where it had to change. Desk only. Spec: core 3.0, 6.3.5 Identifiers, 7.6.4 name annotations.

import * as N from '../../binary/names';
import type { Contents } from './contents';
import { nameText } from './literal';

/** The identifiers of one index space. */
export interface Ids {
  /** How index is referred to: "$name", or the number. */
  of(index: number): string;
  /** What follows the keyword where index is defined: " $name (;3;)". */
  define(index: number): string;
  /** The same without the number, as for parameters; '' when it has no name. */
  plain(index: number): string;
}

const PLAIN = /^[\w!#$%&'*+\-./:<=>?@\\^`|~]+$/;

/** A name as an identifier. */
export function idText(name: string): string {
  return PLAIN.test(name) ? `$${name}` : `$${nameText(name)}`;
}
function annotation(name: string): string {
  return ` (@name ${nameText(name)})`;
}

/** Identifiers for the names of those of the space's things that there are. */
export function createIds(names: ReadonlyMap<number, string> | undefined, size: number): Ids {
  const ids = new Map<number, string>();
  const notes = new Map<number, string>();
  const taken = new Set(names?.values());
  const used = new Set<string>();
  for (const [index, name] of names ?? []) {
    if (index >= size) continue;
    let unique = name;
    if (used.has(name)) {
      unique = `${name}#${index}`;
      while (taken.has(unique)) unique += '#';
      taken.add(unique);
    }
    used.add(unique);
    if (unique !== '') ids.set(index, idText(unique));
    if (unique !== name || name === '') notes.set(index, annotation(name));
  }
  const plain = (index: number) => {
    const id = ids.get(index);
    return (id ? ` ${id}` : '') + (notes.get(index) ?? '');
  };
  return {
    of: index => ids.get(index) ?? String(index),
    define: index => `${plain(index)} (;${index};)`,
    plain,
  };
}

/** The identifiers of a module's spaces. */
export interface ModuleIds {
  module: string; // " $name" or ''
  funcs: Ids;
  types: Ids;
  tables: Ids;
  memories: Ids;
  globals: Ids;
  tags: Ids;
  elems: Ids;
  datas: Ids;
  fields(type: number): Ids;
}

export function createModuleIds(m: Contents): ModuleIds {
  const { names, inner } = m;
  const fields = new Map<number, Ids>();
  return {
    module: createIds(names[N.NAME_MODULE], 1).plain(0),
    funcs: createIds(names[N.NAME_FUNC], m.funcs.length),
    types: createIds(names[N.NAME_TYPE], m.types.length),
    tables: createIds(names[N.NAME_TABLE], m.tables.length),
    memories: createIds(names[N.NAME_MEMORY], m.memories.length),
    globals: createIds(names[N.NAME_GLOBAL], m.globals.length),
    tags: createIds(names[N.NAME_TAG], m.tags.length),
    elems: createIds(names[N.NAME_ELEM], m.elems.length),
    datas: createIds(names[N.NAME_DATA], m.datas.length),
    fields: type => {
      let ids = fields.get(type);
      if (!ids) fields.set(type, (ids = createIds(inner[N.NAME_FIELD].get(type), m.types[type]?.sub?.fields.length ?? 0)));
      return ids;
    },
  };
}
