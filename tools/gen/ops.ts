// Generates src/spec/ops.gen.ts: what a device needs of the op table (codes, immediates, signatures), as compact strings.
import { rows } from '../../src/spec/ops';

export function generateOps(): { [path: string]: string } {
  const size = 0x112;
  const imm: string[] = Array(size).fill('!');
  const sig: number[] = Array(size).fill(0);
  const width: string[] = Array(size).fill('0');
  const signatures = ['']; // 0: irregular
  const codes: string[] = [];
  for (const [code, name, immediates, signature, meaning] of rows) {
    imm[code] = immediates || '.';
    if (signature !== null) {
      let at = signatures.indexOf(signature);
      if (at < 0) at = signatures.push(signature) - 1;
      sig[code] = at;
    }
    const memory = /^(load|store) (\d)/.exec(meaning ?? '');
    if (memory) width[code] = String(Math.log2(Number(memory[2])));
    codes.push(`export const ${name.toUpperCase().replace(/\./g, '_')} = 0x${code.toString(16)};`);
  }
  const text = `// Generated from ops.ts by tools/gen/ops.ts; run \`npm run gen\`. Device-safe.
// Codes: 0xfc-prefixed instructions are 0x100 + their number.

${codes.join('\n')}

/** Kind of immediates by code: letters of ops.ts, '.' none, '!' no such instruction. */
export const immediates = '${imm.join('')}';
/** Index into signatures by code, as chr(32 + index); index 0 = irregular. */
export const signatureOf = ${JSON.stringify(sig.map(n => String.fromCharCode(32 + n)).join(''))};
export const signatures = '${signatures.join(' ')}'.split(' ');
/** log2 of the natural alignment of loads and stores, from code 0x28 to 0x3e. */
export const widths = '${width.slice(0x28, 0x3f).join('')}';
`;
  return { 'src/spec/ops.gen.ts': text };
}
