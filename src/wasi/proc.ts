// Ending, signals and giving way. A program has one thread and no children. Device-safe.
// Spec: preview1 proc_exit, proc_raise, sched_yield.

import type { Env, NativeGroup } from '../runtime/native';
import { EXIT } from '../spec/traps';
import { INVAL, NOTSUP } from './errno';

/** Ends the program with code & 255, what a parent process would see of it. Does not return; not a trap. */
function proc_exit(env: Env, code: number): number {
  const thread = env.thread!;
  thread.exited = true;
  thread.exitCode = code & 255;
  throw EXIT;
}

/**
 * Takes the default action of a signal, since no program can handle one: those that terminate end it with the code a shell
 * shows, 128 + signal; the ignored ones (and 0, CONT) do nothing; stopping has nobody to continue it.
 * Errno: INVAL (no such signal), NOTSUP (STOP TSTP TTIN TTOU).
 */
function proc_raise(env: Env, signal: number): number {
  // index = signal: i ignored, t terminates, s stops                 [preview1 typenames, $signal]
  const action = 'ittttttttttttittiissssittttittt'.charAt(signal);
  if (action === 't') return proc_exit(env, 128 + signal);
  return action === 'i' ? 0 : action === 's' ? NOTSUP : INVAL;
}

/** Nothing to do: fuel slices share the processor. */
function sched_yield(): number {
  return 0;
}

export const proc: NativeGroup[] = [
  ['(i)', 'proc_exit', proc_exit],
  ['(i)i', 'proc_raise', proc_raise],
  ['()i', 'sched_yield', sched_yield],
];
