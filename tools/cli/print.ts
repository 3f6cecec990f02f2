// How things look on a terminal: tables, sizes, bars, colours. Text that comes from boards is cleaned first: a device must not
// steer the terminal.

import type { Context } from './context';

const CODES = { dim: 2, bold: 1, red: 31, green: 32, yellow: 33, cyan: 36 };

export function paint(ctx: Context, style: keyof typeof CODES, text: string): string {
  return ctx.color ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text;
}

/** Text of a guest or device, without escape sequences, C0 and C1 controls. */
export function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '');
}

/** Rows under headings, columns aligned; numbers to the right. */
export function table(ctx: Context, headings: string[], rows: (string | number)[][]): string {
  const cells = rows.map(row => row.map(cell => (typeof cell === 'number' ? String(cell) : clean(cell))));
  const number = /^\d[\d.,]{0,6}( [kM]?B)?$/; // eight digits are a hash
  const right = headings.map(
    (_, at) => cells.some(row => number.test(row[at])) && cells.every(row => number.test(row[at]) || row[at] === '-'),
  );
  const widths = headings.map((heading, at) => Math.max(heading.length, ...cells.map(row => (row[at] ?? '').length)));
  const line = (row: string[]) =>
    row
      .map((cell, at) => (right[at] ? cell.padStart(widths[at]) : cell.padEnd(widths[at])))
      .join('  ')
      .trimEnd();
  return [paint(ctx, 'dim', line(headings)), ...cells.map(line)].join('\n');
}

/** 4096 -> "4.0 kB"; kB = 1,024 bytes here, as on every board's data sheet. */
export function size(bytes: number | undefined): string {
  if (bytes === undefined) return '-';
  if (bytes < 1024) return `${bytes} B`;
  const [value, unit] = bytes < 1 << 20 ? [bytes / 1024, 'kB'] : [bytes / (1 << 20), 'MB'];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** "kitchen  [#########-----------]  45 %  1.2 kB/s  3 s left" */
export function bar(label: string, done: number, total: number, perSecond: number): string {
  const share = total > 0 ? Math.min(1, done / total) : 1;
  const filled = Math.round(share * 24);
  const left = perSecond > 0 && done < total ? `  ${Math.ceil((total - done) / perSecond)} s left` : '';
  const rate = perSecond > 0 ? `  ${size(Math.round(perSecond))}/s` : '';
  return `${label}  [${'#'.repeat(filled)}${'-'.repeat(24 - filled)}]  ${String(Math.floor(share * 100)).padStart(3)} %${rate}${left}`;
}

/** 93784000 -> "1 d 2 h" */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 86400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const from = parts.findIndex(([n]) => n > 0);
  return from < 0
    ? '0 s'
    : parts
        .slice(from, from + 2)
        .map(([n, unit]) => `${n} ${unit}`)
        .join(' ');
}

/** Milliseconds since boot as "12.345". */
export function clock(ms: number): string {
  return (ms / 1000).toFixed(3);
}
