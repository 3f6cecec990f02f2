// Arguments and results of functions as people type and read them: integers in C notation, floats with inf and nan:0x payloads.
// Spec: WAMR's iwasm (docs/cli.md, `run`).

import type { ValueType } from '../../src/index';

const bits = new DataView(new ArrayBuffer(8));

/** "42", "-0x1f", "1e3", "-inf", "nan:0x7fc00001" by type; null = not a value of that type. */
export function parseValue(text: string, type: ValueType): number | bigint | null {
  if (type === 'i32' || type === 'i64') {
    const match = /^([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(text);
    if (!match) return null;
    const digits = /^0[0-7]+$/.test(match[2]) ? `0o${match[2].slice(1)}` : match[2];
    const value = match[1] === '-' ? -BigInt(digits) : BigInt(digits);
    const width = type === 'i32' ? 32n : 64n;
    if (value >= 1n << width || value < -(1n << (width - 1n))) return null;
    return type === 'i32' ? Number(BigInt.asIntN(32, value)) : BigInt.asIntN(64, value);
  }
  if (type !== 'f32' && type !== 'f64') return /^(null|0)$/.test(text) ? 0 : null;
  const nan = /^([+-]?)nan(?::(0x[0-9a-fA-F]+))?$/.exec(text);
  if (nan) {
    const sign = nan[1] === '-';
    if (type === 'f32') {
      bits.setUint32(0, (sign ? 0x80000000 : 0) + 0x7f800000 + (nan[2] ? Number(nan[2]) & 0x7fffff || 1 : 0x400000));
      return bits.getFloat32(0);
    }
    const payload = nan[2] ? BigInt(nan[2]) & 0xfffffffffffffn || 1n : 0x8000000000000n;
    bits.setBigUint64(0, (sign ? 1n << 63n : 0n) | (0x7ffn << 52n) | payload);
    return bits.getFloat64(0);
  }
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const hex = /^([+-]?)0[xX]([0-9a-fA-F]+)(?:\.([0-9a-fA-F]*))?(?:[pP]([+-]?\d+))?$/.exec(text);
  if (hex) {
    const mantissa = Number(`0x${hex[2]}${hex[3] ?? ''}`) * 2 ** (Number(hex[4] ?? 0) - 4 * (hex[3] ?? '').length);
    return hex[1] === '-' ? -mantissa : mantissa;
  }
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : null;
}

/** Plain decimal, integers signed. */
export function plain(value: unknown, type: ValueType): string {
  if (type === 'f32' || type === 'f64')
    return Object.is(value, -0) ? '-0' : Number.isNaN(value) ? 'nan' : String(value).replace('Infinity', 'inf');
  return value === null ? 'null' : String(value);
}

/** As iwasm prints: 0x5:i32, 1.5:f64. */
export function typed(value: any, type: ValueType): string {
  if (type === 'i32') return `0x${(value >>> 0).toString(16)}:i32`;
  if (type === 'i64') return `0x${BigInt.asUintN(64, value).toString(16)}:i64`;
  if (type === 'f32' || type === 'f64') return `${Number.isFinite(value) ? Number(value.toPrecision(7)) : plain(value, type)}:${type}`;
  return `${value === null ? 'null' : value}:ref`;
}
