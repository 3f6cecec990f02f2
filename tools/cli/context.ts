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

/** Resolves when the user wants to stop. */
export function stopped(ctx: Context): Promise<void> {
  if (ctx.signal.aborted) return Promise.resolve();
  return new Promise(resolve => ctx.signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Options as commander hands them over. */
export type Options = Record<string, any>;

export interface Verb {
  run(ctx: Context, args: string[], options: Options): Promise<void>;
}
