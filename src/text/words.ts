// The words of the text format as small numbers, so that the parser compares and indexes them: names of instructions (from THE table), and
// what else is a keyword of modules and scripts. A word that is not here is an `unknown operator`, wherever it stands. Desk only.

import * as F from '../spec/features';
import { rows } from '../spec/ops';

/** Names of rows that the text format spells otherwise: their types tell them apart. */
const SPELLED: Record<string, string> = { select_t: 'select', 'ref.test_null': 'ref.test', 'ref.cast_null': 'ref.cast' };

const OTHERS =
  'i8 i16 i32 i64 f32 f64 v128 i8x16 i16x8 i32x4 i64x2 f32x4 f64x2 ' +
  'any none eq i31 struct array func nofunc exn noexn extern noextern ' +
  'anyref nullref eqref i31ref structref arrayref funcref nullfuncref exnref nullexnref externref nullexternref ref null ' +
  'field mut sub final rec type param result local then catch catch_ref catch_all catch_all_ref ' +
  'tag global memory table data elem declare offset item start import export shared pagesize ' +
  'module binary quote definition instance script register invoke get input output either nan:canonical nan:arithmetic ' +
  'ref.struct ref.array ref.exn ref.extern ref.host assert_return assert_trap assert_exception assert_exhaustion assert_malformed ' +
  'assert_invalid assert_malformed_custom assert_invalid_custom assert_unlinkable ' +
  'before after first last code'; // in annotations

/** The words by number. */
export const words: string[] = [];
const numbers = new Map<string, number>();
for (const name of [...rows.map(row => SPELLED[row[1]] ?? row[1]), ...OTHERS.split(' ')]) {
  if (numbers.has(name)) continue;
  numbers.set(name, words.length);
  words.push(name);
}

/** The number of a word, which must be one. */
export function word(name: string): number {
  const n = numbers.get(name);
  if (n === undefined) throw new Error(`${name} is no keyword`);
  return n;
}

// By word, what the table says of instructions: code, letters of immediates, log2 of the natural alignment; -1, '' and 0 of other words.
// Of two rows of one spelling the first: the other is the next code.
export const opcodes: Int32Array = new Int32Array(words.length).fill(-1);
export const immediates: string[] = words.map(() => '');
export const alignments: Uint8Array = new Uint8Array(words.length);
for (const [code, name, letters, , meaning] of rows) {
  if (SPELLED[name] !== undefined) continue;
  const n = word(name);
  opcodes[n] = code;
  immediates[n] = letters;
  if (letters === 'm' || letters === 'p') alignments[n] = Math.log2(Number(meaning?.split(' ')[1]));
}

/** By word, the features that it needs. Others need features by how they are used, which is validation's to say. */
export const needs: Uint16Array = Uint16Array.from(opcodes, code =>
  code >= 0x400
    ? F.THREADS
    : code >= 0x300
      ? F.SIMD | F.RELAXED_SIMD
      : code >= 0x200
        ? F.SIMD
        : code >= 0x180
          ? F.GC
          : code >= 0x113
            ? F.WIDE_ARITHMETIC
            : 0,
);
for (const [feature, names] of [
  [F.TAIL_CALL, 'return_call return_call_indirect return_call_ref'],
  [F.EXCEPTIONS, 'tag throw throw_ref try_table catch catch_ref catch_all catch_all_ref exn noexn exnref nullexnref'],
  [F.TYPED_REFS, 'ref call_ref return_call_ref ref.as_non_null br_on_null br_on_non_null'],
  [F.GC, 'rec sub final struct array field i8 i16 ref.eq any none eq i31 nofunc noextern'],
  [F.GC, 'anyref nullref eqref i31ref structref arrayref nullfuncref nullexternref'],
  [F.SIMD, 'v128 i8x16 i16x8 i32x4 i64x2 f32x4 f64x2'],
  [F.THREADS, 'shared'],
  [F.CUSTOM_PAGES, 'pagesize'],
] as const)
  for (const name of names.split(' ')) needs[word(name)]! |= feature;
