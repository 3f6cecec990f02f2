// Generates src/spec/ops.gen.ts: what a device needs of the op table (codes, immediates, signatures), as compact strings. Instructions of
// features that a bundle may leave out have strings of their own, so that they go with their feature.
import { rows } from '../../src/spec/ops';

/** Ranges of codes: name of their strings, first code, one past the last. */
const RANGES: [suffix: string, from: number, to: number][] = [
  ['', 0, 0x117],
  ['Gc', 0x180, 0x19f],
  ['Simd', 0x200, 0x300],
  ['Relaxed', 0x300, 0x314],
  ['Atomic', 0x400, 0x44f],
];

/** A signature as a number: see the generated comment. */
function packed(signature: string): number {
  const [operands = '', result = ''] = signature.split(':');
  const digit = (letter: string) => ' iIfFV'.indexOf(letter);
  return [...operands].reduce((n, letter) => (n << 3) | digit(letter), 0) * 8 + (result === '' ? 0 : digit(result));
}

export function generateOps(): { [path: string]: string } {
  const signatures = ['']; // 0: irregular
  const index = (signature: string | null) => {
    if (signature === null) return 0;
    const at = signatures.indexOf(signature);
    return at >= 0 ? at : signatures.push(signature) - 1;
  };
  const codes = rows.map(([code, name]) => `export const ${name.toUpperCase().replace(/\./g, '_')} = 0x${code.toString(16)};`);
  const tables = RANGES.map(([suffix, from, to]) => {
    const imm: string[] = Array(to - from).fill('!');
    const sig: string[] = Array(to - from).fill(' ');
    for (const [code, , immediates, signature] of rows) {
      if (code < from || code >= to) continue;
      imm[code - from] = immediates || '.';
      sig[code - from] = String.fromCharCode(32 + index(signature));
    }
    return `export const immediates${suffix} = '${imm.join('')}';\nexport const signatureOf${suffix} = ${JSON.stringify(sig.join(''))};`;
  });
  /** log2 of the bytes that the memory instructions from code `from` to `to` access. */
  const widths = (from: number, to: number) => {
    const width: string[] = Array(to - from).fill('.');
    for (const [code, , , , meaning] of rows) {
      const memory = /^(load|store) (\d+)/.exec(meaning ?? '');
      if (memory && code >= from && code < to) width[code - from] = String(Math.log2(Number(memory[2])));
    }
    return `'${width.join('')}'`;
  };
  const text = `// Generated from ops.ts by tools/gen/ops.ts; run \`npm run gen\`. Device-safe.
// Codes: prefixed instructions are 0x100 (0xfc), 0x180 (0xfb), 0x200 (0xfd), 0x400 (0xfe) + their number.

${codes.join('\n')}

// By code from 0, 0x180, 0x200, 0x300 and 0x400 on: the kind of immediates (letters of ops.ts, '.' none, '!' no such instruction); the index of
// its signature as chr(32 + index), 0 = irregular.
${tables.join('\n')}

// By that index: three bits for the result and for each operand, the last one lowest: i32 1, i64 2, f32 3, f64 4, v128 5 (128 - type), none 0.
export const signatures = [${signatures.map(packed).join(', ')}];

// log2 of the bytes accessed, from code 0x28, 0x200 and 0x400 on.
export const widths = ${widths(0x28, 0x3f)};
export const widthsSimd = ${widths(0x200, 0x25e)};
export const widthsAtomic = ${widths(0x400, 0x44f)};
`;
  return { 'src/spec/ops.gen.ts': text };
}
