// The types of generated modules, for any set of features: definitions, what matches what, and their encoding. Written from the spec apart
// from src/validate/match.ts. Two definitions never count as equal here, though they may be: less is taken for valid than is.
// Spec: core 3.0, 2.3 Types, 3.3 Matching, 5.3 Types.

import { EXCEPTIONS, GC, SIMD, TYPED_REFS } from '../../src/spec/features';
import type { Dice } from './dice';
import { type Part, s32, u32, vector } from './encode';

/** A value type: i I f F V, or a reference as `?heap` (nullable) or `!heap`; heap is an abstract heap type's name or a type index. */
export type T = string;

export interface Field {
  /** A value type, or b, h for i8, i16. */
  type: T;
  mutable: boolean;
}
export interface Def {
  form: 'func' | 'struct' | 'array';
  params: T[];
  results: T[];
  fields: Field[]; // of an array one
  parent: number; // supertype, -1 = none
  final: boolean;
  group: number; // how many types its recursion group has, told by the group's first; 0 = not the first
}

const BYTES: { [name: string]: number } = {
  ...{ i: 0x7f, I: 0x7e, f: 0x7d, F: 0x7c, V: 0x7b, b: 0x78, h: 0x77 },
  ...{ noexn: 0x74, nofunc: 0x73, noextern: 0x72, none: 0x71, func: 0x70, extern: 0x6f, any: 0x6e, eq: 0x6d, i31: 0x6c },
  ...{ struct: 0x6b, array: 0x6a, exn: 0x69 },
};
const FORMS = { func: 0x60, struct: 0x5f, array: 0x5e };
const BOTTOMS: { [top: string]: string } = { func: 'nofunc', extern: 'noextern', any: 'none', exn: 'noexn' };

export const isRef = (t: T) => t.length > 1;
export const heapOf = (t: T) => t.slice(1);
export const isNullable = (t: T) => t[0] === '?';
export const isDefaultable = (t: T) => t[0] !== '!';
const isIndex = (heap: string) => heap[0]! <= '9';

export const encodeHeap = (heap: string): Part => (isIndex(heap) ? s32(Number(heap)) : BYTES[heap]!);
export function encodeType(t: T): Part {
  if (!isRef(t)) return BYTES[t]!;
  const heap = heapOf(t);
  if (isNullable(t)) return isIndex(heap) ? [0x63, encodeHeap(heap)] : encodeHeap(heap);
  return [0x64, encodeHeap(heap)];
}

/** Types of the features given; tame: few that code can only have by a trap. */
export function createTypes(dice: Dice, features: number, tame = false) {
  const defs: Def[] = [];
  const has = (feature: number) => (features & feature) !== 0;
  const numbers = has(SIMD) ? 'iIfFV' : 'iIfF';

  function top(heap: string): string {
    if (isIndex(heap)) return defs[Number(heap)]!.form === 'func' ? 'func' : 'any';
    if (heap === 'func' || heap === 'nofunc') return 'func';
    if (heap === 'extern' || heap === 'noextern') return 'extern';
    return heap === 'exn' || heap === 'noexn' ? 'exn' : 'any';
  }
  function heapMatches(a: string, b: string): boolean {
    if (a === b) return true;
    if (isIndex(a)) {
      const { form, parent } = defs[Number(a)]!;
      if (isIndex(b)) return parent >= 0 && heapMatches(String(parent), b);
      return b === form || (form !== 'func' && (b === 'eq' || b === 'any'));
    }
    if (BOTTOMS[top(a)] === a) return top(a) === top(b);
    if (a === 'i31' || a === 'struct' || a === 'array') return b === 'eq' || b === 'any';
    return a === 'eq' && b === 'any';
  }
  function matches(a: T, b: T): boolean {
    if (a === b) return true;
    return isRef(a) && isRef(b) && (isNullable(b) || !isNullable(a)) && heapMatches(heapOf(a), heapOf(b));
  }
  const allMatch = (a: T[], b: T[]) => a.length === b.length && a.every((t, k) => matches(t, b[k]!));

  /** Heap types there are, with indices below `limit`. */
  function heaps(limit: number): string[] {
    const names = ['func', 'extern'];
    if (has(EXCEPTIONS)) names.push('exn');
    if (has(GC)) names.push('any', 'eq', 'i31', 'struct', 'array', 'none', 'nofunc', 'noextern', ...(has(EXCEPTIONS) ? ['noexn'] : []));
    if (has(TYPED_REFS)) for (let k = 0; k < limit; k++) names.push(String(k));
    return names;
  }
  function refType(limit = defs.length): T {
    const heap = dice.pick(heaps(limit));
    const made = !tame || heap === 'func' || isIndex(heap); // by ref.func
    return (has(TYPED_REFS) && made && dice.chance(tame ? 0.1 : 0.4) ? '!' : '?') + heap;
  }
  const valueType = (limit = defs.length): T => (dice.chance(tame ? 0.85 : 0.7) ? dice.pick(numbers) : refType(limit));

  function random(limit: number): Def {
    const form = has(GC) && dice.chance(0.6) ? dice.pick(['struct', 'array'] as const) : 'func';
    const type = () => valueType(limit);
    const field = (): Field => ({ type: dice.chance(0.25) ? dice.pick('bh') : type(), mutable: dice.chance(0.6) });
    return {
      form,
      params: form === 'func' ? dice.some(dice.chance(0.05) ? 20 : 4, type) : [],
      results: form === 'func' ? dice.some(dice.chance(0.3) ? 4 : 1, type) : [],
      fields: form === 'struct' ? dice.some(5, field) : form === 'array' ? [field()] : [],
      parent: -1,
      final: !has(GC) || dice.chance(0.4),
      group: 1,
    };
  }
  /** A subtype of definition `parent`: wider, and narrower where that may be. */
  function derived(parent: number, limit: number): Def {
    const def = defs[parent]!;
    const narrow = (t: T): T => {
      const known = isRef(t) && !(Number(heapOf(t)) >= defs.length); // a later member of the group is not yet
      const may = known && dice.chance(0.4) ? heaps(defs.length).flatMap(h => [`?${h}`, `!${h}`].filter(s => matches(s, t))) : [];
      return may.length === 0 ? t : dice.pick(may);
    };
    const wide = (t: T): T => (isRef(t) && dice.chance(0.3) ? `?${heapOf(t)}` : t);
    return {
      ...def,
      params: def.params.map(wide),
      results: def.results.map(narrow),
      fields: [
        ...def.fields.map(field => (field.mutable ? field : { ...field, type: narrow(field.type) })),
        ...(def.form === 'struct' ? dice.some(2, () => ({ type: valueType(limit), mutable: dice.chance(0.5) })) : []),
      ],
      parent,
      final: dice.chance(0.4),
      group: 1,
    };
  }
  /** Adds a recursion group. */
  function group(): void {
    const count = has(GC) && dice.chance(0.3) ? 2 + dice.below(3) : 1;
    const first = defs.length;
    const limit = has(GC) ? first + count : first;
    for (let k = 0; k < count; k++) {
      const open = defs.flatMap((def, index) => (def.final ? [] : [index]));
      // Before a type exists nothing is known of it: members are only ever derived from earlier types, and narrowed to those.
      const def = open.length > 0 && dice.chance(0.4) ? derived(dice.pick(open), limit) : random(limit);
      defs.push({ ...def, group: k === 0 ? count : 0 });
    }
  }

  function encodeDef({ form, params, results, fields, parent, final }: Def): Part {
    const encodeField = ({ type, mutable }: Field): Part => [encodeType(type), mutable ? 1 : 0];
    const composite: Part =
      form === 'func'
        ? [FORMS.func, vector(params.map(encodeType)), vector(results.map(encodeType))]
        : form === 'struct'
          ? [FORMS.struct, vector(fields.map(encodeField))]
          : [FORMS.array, encodeField(fields[0]!)];
    if (final && parent < 0) return composite;
    return [final ? 0x4f : 0x50, vector(parent < 0 ? [] : [u32(parent)]), composite];
  }

  return {
    defs,
    numbers,
    matches,
    allMatch,
    top: (heap: string): string => top(heap),
    refType,
    valueType,
    group,
    /** Index of the function type, added when there is none that is like it and stands alone. */
    func(params: T[], results: T[]): number {
      const same = (a: T[], b: T[]) => a.length === b.length && a.every((t, k) => t === b[k]);
      const at = defs.findIndex(
        d => d.form === 'func' && d.final && d.parent < 0 && d.group === 1 && same(d.params, params) && same(d.results, results),
      );
      return at >= 0 ? at : defs.push({ form: 'func', params, results, fields: [], parent: -1, final: true, group: 1 }) - 1;
    },
    encode(): Part[] {
      return defs.flatMap((def, at) =>
        def.group === 0 ? [] : [def.group === 1 ? encodeDef(def) : [0x4e, vector(defs.slice(at, at + def.group).map(encodeDef))]],
      );
    },
  };
}
export type Types = ReturnType<typeof createTypes>;
