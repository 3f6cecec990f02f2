// Valid modules from a seed, for any set of features: every section, every kind of import, segment and export, names, bodies from body.ts.
// Encoded as short as can be, so that printing and parsing a module must give its bytes again. Spec: core 2.5 Modules.

import * as F from '../../src/spec/features';
import { body, type Space } from './body';
import { createDice, type Dice } from './dice';
import { many } from './edges';
import { constant, END, i32, moduleOf, op, type Part, section, text, u32, u64, vector } from './encode';
import { BEHAVIOURS, HOST } from './host';
import { createTypes, encodeHeap, encodeType, heapOf, isDefaultable, isNullable, isRef, type T } from './types';

export interface Wanted {
  /** Bits of src/spec/features.ts: what may occur. */
  features: number;
  /**
   * To be run: no start function, everything exported, a 32-bit memory 0 of 64 kB in which bodies leave what they come to; no imports
   * but functions that host.ts has.
   */
  closed?: boolean;
}

/** Features with those they build on. */
export function closure(features: number): number {
  let all = features | F.MULTI_TABLE;
  if ((all & F.GC) !== 0) all |= F.TYPED_REFS;
  if ((all & F.RELAXED_SIMD) !== 0) all |= F.SIMD;
  return all;
}

/** The features that module `seed` of a mixed run has: each set once by itself, then all, then at random. */
export function featuresOf(seed: number): number {
  const k = seed % 32;
  if (k < 12) return closure(1 << k);
  if (k < 16) return F.ALL;
  return closure(createDice(seed).below(F.ALL + 1));
}

export function generate(seed: number, wanted: Wanted): Uint8Array {
  const dice = createDice(seed);
  const features = closure(wanted.features);
  const has = (feature: number) => (features & feature) !== 0;
  const { below, pick, chance } = dice;
  const types = createTypes(dice, features, wanted.closed);
  const space: Space = {
    ...{ features, types, funcs: [], tables: [], mems: [], globals: [], tags: [], elems: [], datas: 0 },
    ...{ named: new Set(), counts: false, watched: wanted.closed === true, known: [] },
  };
  const sections: Part[][] = Array.from({ length: 14 }, () => []);
  const add = (id: number, part: Part) => void sections[id]!.push(part);
  let readable: number[] = []; // globals that constant expressions may read

  // Types: enough function types to call, and at least one without results for tags.
  types.func([], []);
  if (wanted.closed)
    for (const params of ['iIfF', 'iIi', 'fFI', dice.some(24, () => pick('iIfF')).join('')])
      types.func(
        [...params],
        dice.some(3, () => pick('iIfF')),
      );
  for (let n = 2 + below(5); n > 0; n--) types.group();
  const funcTypes = () => types.defs.flatMap((def, k) => (def.form === 'func' ? [k] : []));
  const tagTypes = () => funcTypes().filter(k => types.defs[k]!.results.length === 0);

  // Constant expressions

  /** A constant expression of type t without its end; null where there is none. */
  function constantOf(t: T, depth = 3): Part | null {
    const globals = readable.filter(g => types.matches(space.globals[g]!.type, t));
    if (globals.length > 0 && chance(0.3)) return op('global.get', u32(pick(globals)));
    if (!isRef(t)) {
      if ((t === 'i' || t === 'I') && has(F.EXTENDED_CONST) && depth > 0 && chance(0.3))
        return [constantOf(t, depth - 1)!, constantOf(t, depth - 1)!, op(`${t === 'i' ? 'i32' : 'i64'}.${pick(['add', 'sub', 'mul'])}`)];
      if (t === 'V')
        return op(
          'v128.const',
          Array.from({ length: 16 }, () => below(256)),
        );
      const [lo, hi] = pick(many[t]!);
      return constant(t, lo, hi);
    }
    const heap = heapOf(t);
    const options: (() => Part | null)[] = isNullable(t) ? [() => op('ref.null', encodeHeap(heap))] : [];
    const funcs = space.funcs.flatMap((type, x) => (types.matches(has(F.TYPED_REFS) ? `!${type}` : '?func', t) ? [x] : []));
    if (funcs.length > 0)
      options.push(() => {
        const f = pick(funcs);
        space.named.add(f);
        return op('ref.func', u32(f));
      });
    if (globals.length > 0) options.push(() => op('global.get', u32(pick(globals))));
    if (has(F.GC) && depth > 0) {
      const convert = (name: string, from: string) => () => {
        const it = constantOf(t[0] + from, depth - 1);
        return it === null ? null : [it, op(name)];
      };
      if (heap === 'any') options.push(convert('any.convert_extern', 'extern'));
      if (heap === 'extern') options.push(convert('extern.convert_any', 'any'));
      if (types.matches('!i31', t)) options.push(() => [constantOf('i', depth - 1)!, op('ref.i31')]);
      types.defs.forEach(({ form, fields }, k) => {
        if (form === 'func' || !types.matches(`!${k}`, t)) return;
        const items = () => fields.map(f => constantOf(f.type === 'b' || f.type === 'h' ? 'i' : f.type, depth - 1));
        const whole = (parts: (Part | null)[], ...rest: Part[]): Part | null => (parts.includes(null) ? null : [parts as Part[], ...rest]);
        const defaultable = fields.every(f => isDefaultable(f.type));
        if (form === 'struct') {
          options.push(() => whole(items(), op('struct.new', u32(k))));
          if (defaultable) options.push(() => op('struct.new_default', u32(k)));
        } else {
          options.push(() => whole(items(), i32(below(5)), op('array.new', u32(k))));
          options.push(() => whole([...items(), ...items()], op('array.new_fixed', u32(k), 2)));
          options.push(() => op('array.new_fixed', u32(k), 0));
          if (defaultable) options.push(() => [i32(below(5)), op('array.new_default', u32(k))]);
        }
      });
    }
    for (; options.length > 0; ) {
      const k = below(options.length);
      const made = options[k]!();
      if (made !== null) return made;
      options.splice(k, 1);
    }
    return null;
  }
  /** A type that a constant expression has, and such an expression. */
  function initialized(make: () => T): [T, Part] {
    for (;;) {
      const t = make();
      const init = constantOf(t);
      if (init !== null) return [t, init];
    }
  }

  // What both imports and definitions have

  function limits(wide: boolean, min: number, max: number | null, flags = 0): Part {
    const word = (n: number) => (wide ? u64(BigInt(n)) : u32(n));
    return [flags | (wide ? 4 : 0) | (max === null ? 0 : 1), word(min), max === null ? [] : word(max)];
  }
  function tableType(type: T): Part {
    const wide = has(F.MEMORY64) && chance(0.4);
    space.tables.push({ type, wide });
    const min = 8 + below(5);
    return [encodeType(type), limits(wide, min, chance(0.5) ? min + below(6) : null)];
  }
  function memType(): Part {
    const wide = has(F.MEMORY64) && chance(0.4);
    const shared = has(F.THREADS) && chance(0.5);
    const tiny = has(F.CUSTOM_PAGES) && chance(0.5);
    const min = tiny ? pick([256, 1024]) : 1;
    const max = shared || chance(0.6) ? min + below(3) : null;
    space.mems.push({ wide, shared, bytes: tiny ? min : 65536 });
    return [limits(wide, min, max, (shared ? 2 : 0) | (tiny ? 8 : 0)), tiny ? 0 : []];
  }
  function globalType(type: T, mutable: boolean): Part {
    space.globals.push({ type, mutable });
    return [encodeType(type), mutable ? 1 : 0];
  }
  const memories = () => (has(F.MULTI_MEMORY) ? 3 : 1) - space.mems.length;

  // Imports

  const importKinds: (() => [number, Part] | null)[] = [
    () => {
      const type = pick(funcTypes());
      space.funcs.push(type);
      return [0, u32(type)];
    },
    () => [1, tableType(types.refType())],
    () => (memories() > 0 ? [2, memType()] : null),
    () => [3, globalType(types.valueType(), chance(0.3))],
    () => {
      if (!has(F.EXCEPTIONS)) return null;
      const type = pick(tagTypes());
      space.tags.push(type);
      return [4, [0, u32(type)]];
    },
  ];
  if (wanted.closed && chance(0.5))
    for (let n = 1 + below(3); n > 0; n--) {
      const type = types.func(
        dice.some(4, () => pick('iIfF')),
        dice.some(pick([1, 1, 3]), () => pick('iIfF')),
      );
      space.funcs.push(type);
      add(2, [text(HOST), text(pick(BEHAVIOURS) + n), 0, u32(type)]);
    }
  else if (!wanted.closed)
    for (let n = below(6); n > 0; n--) {
      const made = pick(importKinds)();
      if (made !== null) add(2, [text(name(dice)), text(name(dice)), made[0], made[1]]);
    }
  const imported = { funcs: space.funcs.length, globals: space.globals.length };
  readable = space.globals.flatMap((g, x) => (g.mutable ? [] : [x]));

  // Definitions

  for (let n = 1 + below(wanted.closed ? 5 : 8); n > 0; n--) {
    const type = pick(chance(0.7) ? funcTypes() : funcTypes().slice(-2));
    space.funcs.push(type);
    add(3, u32(type));
  }
  for (let n = below(has(F.GC) ? 4 : 3); n > 0; n--) {
    const type = chance(0.5) ? '?func' : types.refType();
    const init = !isNullable(type) || (has(F.TYPED_REFS) && chance(0.3)) ? constantOf(type) : null;
    if (init === null && !isNullable(type)) continue;
    add(4, init === null ? tableType(type) : [0x40, 0, tableType(type), init, END]);
  }
  for (let n = Math.min(memories(), 1 + below(3)); n > 0; n--) add(5, memType());
  if (has(F.EXCEPTIONS))
    for (let n = below(4); n > 0; n--) {
      const type = pick(tagTypes());
      space.tags.push(type);
      add(13, [0, u32(type)]);
    }
  for (let n = below(8); n > 0; n--) {
    const [type, init] = initialized(() => types.valueType());
    add(6, [globalType(type, chance(0.6)), init, END]);
    if (has(F.GC) && !space.globals.at(-1)!.mutable) readable.push(space.globals.length - 1);
  }

  // Segments

  const address = (wide: boolean, most: number): Part => {
    const t = wide ? 'I' : 'i';
    const globals = readable.filter(g => g < imported.globals && space.globals[g]!.type === t);
    if (globals.length > 0 && chance(0.2)) return [op('global.get', u32(pick(globals))), END];
    const at = below(most);
    if (!has(F.EXTENDED_CONST) || chance(0.5)) return [constant(t, at), END];
    return [constant(t, at + 5), constant(t, 5), op(wide ? 'i64.sub' : 'i32.sub'), END];
  };
  if (wanted.closed && space.tables[0]?.type === '?func') {
    const funcs = Array.from({ length: 8 }, () => below(space.funcs.length)); // so that indirect calls find what they want
    space.known = funcs.map(f => space.funcs[f]!);
    for (const f of funcs) space.named.add(f);
    add(9, [0, i32(0), END, vector(funcs.map(f => u32(f)))]);
    space.elems.push('?func');
  }
  for (let n = below(5); n > 0; n--) elemSegment();
  function elemSegment(): void {
    const fit = space.tables.flatMap((table, x) => (types.matches('?func', table.type) ? [x] : []));
    const funcs = dice.some(4, () => below(space.funcs.length));
    if (chance(0.5)) {
      for (const f of funcs) space.named.add(f);
      const items = vector(funcs.map(f => u32(f)));
      const table = fit.length > 0 && chance(0.7) ? pick(fit) : -1;
      if (table === 0) add(9, [0, address(space.tables[0]!.wide, 5), items]);
      else if (table > 0) add(9, [2, u32(table), address(space.tables[table]!.wide, 5), 0, items]);
      else add(9, [chance(0.7) ? 1 : 3, 0, items]);
      space.elems.push('?func');
      return;
    }
    // Expressions. All of them bare ref.func of type funcref would be the other form.
    const into = space.tables.length > 0 && chance(0.5) ? below(space.tables.length) : -1;
    const type = into >= 0 && chance(0.7) ? space.tables[into]!.type : types.refType();
    const made = dice.some(4, () => constantOf(type)).filter(part => part !== null);
    if (heapOf(type) === 'func') made.push(...(isNullable(type) ? [op('ref.null', encodeHeap('func'))] : []));
    if (type === '!func') return;
    const items = vector(made.map(part => [part, END]));
    const active = into >= 0 && types.matches(type, space.tables[into]!.type);
    if (active && into === 0 && type === '?func') add(9, [4, address(space.tables[0]!.wide, 5), items]);
    else if (active) add(9, [6, u32(into), address(space.tables[into]!.wide, 5), encodeType(type), items]);
    else add(9, [chance(0.7) ? 5 : 7, encodeType(type), items]);
    space.elems.push(type);
  }
  for (let n = below(5); n > 0; n--) {
    const content = vector(dice.some(60, () => below(256)));
    const m = below(space.mems.length + 1) - 1;
    if (m < 0) add(11, [1, content]);
    else add(11, [m === 0 ? 0 : [2, u32(m)], address(space.mems[m]!.wide, 100), content]);
    space.datas++;
  }

  // Exports and start

  const names = new Set<string>();
  const exported = (kind: number, index: number) => {
    let n = wanted.closed ? `${'ftmgx'[kind]}${index}` : name(dice);
    while (names.has(n)) n += pick('abc');
    names.add(n);
    add(7, [text(n), kind, u32(index)]);
    if (kind === 0) space.named.add(index);
  };
  const spaces = [space.funcs, space.tables, space.mems, space.globals, space.tags];
  for (const [kind, items] of spaces.entries()) for (const x of items.keys()) if (wanted.closed || chance(0.4)) exported(kind, x);
  const starts = space.funcs.flatMap((type, x) => {
    const def = types.defs[type]!;
    return def.params.length + def.results.length === 0 ? [x] : [];
  });
  if (!wanted.closed && starts.length > 0 && chance(0.3)) add(8, u32(pick(starts)));

  // Bodies; they may still name functions and add types of blocks

  for (let f = imported.funcs; f < space.funcs.length; f++) {
    const code = body(space, dice, f);
    add(10, [u32(code.length), code]);
  }
  if (space.named.size > 0) add(9, [3, 0, vector([...space.named].map(f => u32(f)))]);
  for (const part of types.encode()) add(1, part);

  const out: Part[] = [];
  for (const id of [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11]) {
    if (chance(0.03)) out.push(custom(dice));
    if (id === 8) out.push(sections[8]!.length > 0 ? section(8, sections[8]!) : []);
    else if (id === 12) out.push(space.counts ? section(12, u32(space.datas)) : []);
    else if (sections[id]!.length > 0) out.push(section(id, vector(sections[id]!)));
  }
  if (chance(0.5)) out.push(nameSection(dice, space, imported.funcs));
  return moduleOf(...out);
}

/** A name: mostly an identifier, sometimes any text. */
function name(dice: Dice): string {
  if (dice.chance(0.7)) return dice.some(6, () => dice.pick('abcxyz_019.')).join('');
  return dice.some(5, () => dice.pick(['"', '\\', '\n', ' ', '$', 'é', '€', '😀', '\u0000', '\u202e', 'a', '(', ';;', '\ufeff'])).join('');
}
function custom(dice: Dice): Part {
  return section(0, [text(`x${name(dice)}`), dice.some(30, () => dice.below(256))]);
}
/** Names of the module, some functions, locals and the rest; two may share one. */
function nameSection(dice: Dice, space: Space, importedFuncs: number): Part {
  const map = (count: number): Part => {
    const picked = Array.from({ length: count }, (_, x) => x).filter(() => dice.chance(0.5));
    return vector(picked.map(x => [u32(x), text(name(dice))]));
  };
  const sub = (id: number, part: Part): Part => (dice.chance(0.7) ? section(id, part) : []);
  const locals = space.funcs.map((type, x): Part => [u32(x), map(space.types.defs[type]!.params.length + (x < importedFuncs ? 0 : 4))]);
  return section(0, [
    text('name'),
    sub(0, text(name(dice))),
    sub(1, map(space.funcs.length)),
    sub(2, vector(locals)),
    sub(4, map(space.types.defs.length)),
    sub(5, map(space.tables.length)),
    sub(6, map(space.mems.length)),
    sub(7, map(space.globals.length)),
    sub(8, map(space.elems.length)),
    sub(9, map(space.datas)),
    sub(11, map(space.tags.length)),
  ]);
}
