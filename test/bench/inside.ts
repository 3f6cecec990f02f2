// What every script of the bench has inside its engine, whichever column it is of: bytes from text, and the stopwatch. Device-safe.

export { unhex } from '../../device/duktape/hex';

/**
 * Microseconds per unit of run(n), as text, or 'wrong: ANSWER' when run(1) is not what V8 has. Takes as many units as last targetMs, found by
 * doubling them, which also warms up an engine that compiles what is hot; what run(0) takes is no unit's.
 */
export function measure(run: (n: number) => unknown, now: () => number, answer: string, targetMs: number): string {
  const timed = (n: number) => {
    const began = now();
    run(n);
    return now() - began;
  };
  const began = now();
  const got = String(run(1));
  let ms = now() - began;
  if (got !== answer) return 'wrong: ' + got;
  let n = 1;
  if (ms < 8 * targetMs) ms = timed(n); // of what lasts longer than that, compiling at the first call is no part to speak of
  while (ms < targetMs / 4 && n < 0x100000) {
    n *= 2;
    ms = timed(n);
  }
  if (ms < targetMs / 2) {
    n = Math.floor((n * targetMs) / Math.max(ms, 0.1));
    ms = timed(n);
  }
  return String(((ms - timed(0)) * 1000) / n);
}
