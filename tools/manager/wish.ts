// Whether a board is where its wish wants it: pure comparison of `want/<app>` and `info/<app>`, and what a failure there means.
// Spec: management.md sections 2 and 5.

import { FUEL, TRAP } from '../../src/errors/codes';
import { type ErrorData, WasmoteError } from '../../src/errors/table';
import { faultText, trapText } from '../../src/spec/texts';
import { FUEL_LIMIT } from '../../src/spec/traps';
import type { AppInfo, AppWant } from '../../src/wire/messages';

export type Outcome = 'pending' | 'done' | WasmoteError;

/** What a manager wishes: fields left out stay as they are on the board. */
export type Wish = Pick<AppWant, 'n' | 'by' | 'run'> & Partial<AppWant>;

/**
 * Compares one app as wished with how it is (null = the board reports no such app). onlyRun: the wish changed no more than
 * whether the app runs, so that an install that failed before does not count against it.
 */
export function outcome(want: Wish, have: AppInfo | null, device: string, app: string, onlyRun = false): Outcome {
  if (want.run === 'gone')
    return !have || have.st === 'gone' ? 'done' : have.n >= want.n && have.e ? failure(have, device, app) : 'pending';
  if (!have || have.n < want.n) return 'pending';
  if (onlyRun && want.run === 'off' && have.st !== 'loading') return have.run === 0 ? 'done' : 'pending';
  if (have.st === 'refused' || have.st === 'failed') return failure(have, device, app);
  if (have.st === 'loading' || (want.p && have.p !== want.p[0])) return 'pending';
  if (want.rs !== undefined && have.rs !== undefined && have.rs !== want.rs) return 'pending';
  if (want.run === 'off') return have.run === 0 ? 'done' : 'pending';
  if (have.st !== 'kept') return 'pending';
  if (have.run !== 0 || have.x !== undefined) return 'done'; // runs, or ran to its end
  return have.e ? failure(have, device, app) : 'pending';
}

/** The error an app reports, with all its text needs. */
export function failure(have: AppInfo, device: string, app: string): WasmoteError {
  const data: ErrorData = { device, app };
  for (const [name, value] of Object.entries(have.ed ?? {})) data[name] = Array.isArray(value) ? value.join(', ') : value;
  if (typeof data.fault === 'number') data.text = faultText(data.fault, Number(data.detail ?? 0));
  if (typeof data.trap === 'number') data.trap = trapText(data.trap, 0);
  if (have.tr) {
    data.trap = trapText(have.tr[0], have.tr[1]);
    data.where = whereText(have);
  }
  const code = have.e || (have.tr ? (have.tr[0] === FUEL_LIMIT ? FUEL : TRAP) : TRAP);
  return new WasmoteError(code, data);
}

/** "function 12 <blink> at byte 345" */
export function whereText({ tr, fn }: Pick<AppInfo, 'tr' | 'fn'>): string | undefined {
  return tr && `function ${tr[2]}${fn ? ` <${fn}>` : ''} at byte ${tr[3]}`;
}
