// Numbers and strings as the text format writes them. Numbers are exact: what is read back has the same bits. Desk only.
// Spec: core 3.0, 6.3 Values.

export function u64Text(lo: number, hi: number): string {
  return hi === 0 ? String(lo >>> 0) : String((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0));
}
export function s64Text(lo: number, hi: number): string {
  return hi === lo >> 31 ? String(lo) : String((BigInt(hi) << 32n) | BigInt(lo >>> 0));
}
/** "0x0000ffff" */
export function hexText(word: number): string {
  return `0x${(word >>> 0).toString(16).padStart(8, '0')}`;
}

const bits = new DataView(new ArrayBuffer(8));

/** The f32 of these bits: the shortest decimal that no rounding on the way can spoil. */
export function f32Text(word: number): string {
  bits.setInt32(0, word);
  const value = bits.getFloat32(0);
  if (value !== value) return nan(word < 0, word & 0x7fffff, 0x400000);
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return integer(value);
  for (let digits = 1; digits <= 9; digits++) {
    const text = value.toPrecision(digits);
    const read = Number(text);
    bits.setFloat64(0, read);
    const halfway = (bits.getInt32(4) & 0x1fffffff) === 0x10000000; // between two f32: a second rounding could go the wrong way
    if (Math.fround(read) === value && !halfway) return String(read);
  }
  return hexFloat(value);
}
export function f64Text(lo: number, hi: number): string {
  bits.setInt32(0, hi);
  bits.setInt32(4, lo);
  const value = bits.getFloat64(0);
  if (value !== value) return nan(hi < 0, (hi & 0xfffff) * 4294967296 + (lo >>> 0), 0x8000000000000);
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? integer(value) : String(value);
}
function integer(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}
function nan(negative: boolean, payload: number, canonical: number): string {
  return `${negative ? '-' : ''}nan${payload === canonical ? '' : `:0x${payload.toString(16)}`}`;
}
/** A number that is a sum of few powers of two, exactly: "0x1.8p+1". */
function hexFloat(value: number): string {
  let exponent = 0;
  let rest = Math.abs(value);
  for (; rest >= 2; exponent++) rest /= 2;
  for (; rest < 1; exponent--) rest *= 2;
  return `${value < 0 ? '-' : ''}0x${rest.toString(16)}p${exponent < 0 ? '' : '+'}${exponent}`;
}

// Controls, what moves or hides other characters, and what ends a string
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const UNSEEN = /["\\\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/** A name as a string in quotes. */
export function nameText(name: string): string {
  return `"${name.replace(UNSEEN, c => (c === '"' || c === '\\' ? `\\${c}` : `\\u{${c.codePointAt(0)!.toString(16)}}`))}"`;
}

const ESCAPES: string[] = Array.from({ length: 256 }, (_, b) =>
  b === 34 || b === 92
    ? `\\${String.fromCharCode(b)}`
    : b >= 32 && b < 127
      ? String.fromCharCode(b)
      : `\\${b.toString(16).padStart(2, '0')}`,
);
/** Bytes [start, stop) as a string in quotes. */
export function bytesText(bytes: Uint8Array, start = 0, stop = bytes.length): string {
  let text = '"';
  for (let i = start; i < stop; i++) text += ESCAPES[bytes[i]];
  return `${text}"`;
}
