// What a verb knows of the world: where its words go, whether it talks to a person, when to stop. Only main.ts makes one of
// the real process; tests and the demo make their own.

export interface Context {
  /** Results, a line or more, to standard output. */
  out(text: string): void;
  /** Everything else, to standard error. */
  err(text: string): void;
  /** Raw bytes or unfinished lines to standard output. */
  write(bytes: Uint8Array | string): void;
  /** Raw bytes to standard error. */
  writeErr(bytes: Uint8Array): void;
  /** Up to n bytes of standard input, none at its end, null when none are there yet. Without it the process's own is read. */
  input?(n: number): Uint8Array | null;
  /** Shows one line that is replaced by the next (progress); null removes it. Does nothing where nobody watches. */
  status(text: string | null): void;
  json: boolean;
  color: boolean;
  columns: number;
  env: Record<string, string | undefined>;
  /** Aborted when the user wants to stop (Ctrl-C): verbs that stay up end then. */
  signal: AbortSignal;
  /** Sets the exit code; the verb goes on to its end. */
  exit(code: number): void;
}

const stops = new WeakMap<AbortSignal, Promise<void>>();

/** Resolves when the user wants to stop. One promise per signal: a tour of many verbs does not pile up listeners. */
export function stopped({ signal }: Context): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  const known = stops.get(signal);
  if (known) return known;
  const stop = new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true }));
  stops.set(signal, stop);
  return stop;
}

/** Options as commander hands them over. */
export type Options = Record<string, any>;

export interface Verb {
  run(ctx: Context, args: string[], options: Options): Promise<void>;
}
