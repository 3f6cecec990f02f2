// What the bench found, as an object and as tables: time per unit, and geometric means of ratios between columns.

import type { Column } from './columns';

/** Microseconds per unit; null = absent or wrong. */
export type Figures = Record<string, Partial<Record<Column, number | null>>>;

export interface Ratios {
  /** Geometric mean of each column's time to the other's, over the kernels where both are. */
  geomean: Partial<Record<Column, number>>;
  /** How many those are. */
  kernels: Partial<Record<Column, number>>;
}

/** Why a figure is null. */
export interface Missing {
  kernel: string;
  column: Column;
  why: string;
}

export function ratiosTo(base: Column, columns: Column[], figures: Figures): Ratios {
  const ratios: Ratios = { geomean: {}, kernels: {} };
  for (const column of columns) {
    const logs: number[] = [];
    for (const { [column]: ours, [base]: theirs } of Object.values(figures)) if (ours && theirs) logs.push(Math.log(ours / theirs));
    if (logs.length === 0) continue;
    ratios.geomean[column] = Number(Math.exp(logs.reduce((a, b) => a + b) / logs.length).toFixed(3));
    ratios.kernels[column] = logs.length;
  }
  return ratios;
}

export function tables(columns: Column[], figures: Figures, missing: Missing[], ratios: Record<string, Ratios>): string {
  const row = (head: string, cells: (string | number | null | undefined)[]) =>
    head.padEnd(14) + cells.map(cell => String(cell ?? '-').padStart(12)).join('');
  const lines = [row('us per unit', columns)];
  for (const [kernel, figure] of Object.entries(figures))
    lines.push(
      row(
        kernel,
        columns.map(column => figure[column]),
      ),
    );
  for (const [base, { geomean, kernels }] of Object.entries(ratios)) {
    lines.push('', row(`x ${base}`, columns));
    lines.push(
      row(
        'geomean',
        columns.map(column => geomean[column]),
      ),
    );
    lines.push(
      row(
        'kernels',
        columns.map(column => kernels[column]),
      ),
    );
  }
  const reasons = new Map<string, string[]>();
  for (const { kernel, column, why } of missing) {
    const reason = `${column}: ${why}`;
    reasons.set(reason, [...(reasons.get(reason) ?? []), kernel]);
  }
  if (reasons.size > 0) lines.push('');
  for (const [reason, kernels] of reasons)
    lines.push(`${reason} (${kernels.length === Object.keys(figures).length ? 'all' : kernels.join(' ')})`);
  return lines.join('\n');
}
