// Traps: what ends an app's run. Numbers on the device and on the wire; the texts (the spec's, else WAMR's, as
// compat tables give them) stand in texts.ts on the desk. Device-safe. Numbers are stable.

export const UNREACHABLE = 1;
export const INT_OVERFLOW = 2;
export const DIV_BY_ZERO = 3;
export const BAD_CONVERSION = 4;
export const OOB_MEMORY = 5;
export const OOB_TABLE = 6;
export const CALL_TYPE = 7; // indirect call type mismatch
export const UNDEFINED_ELEMENT = 8;
export const UNINITIALIZED_ELEMENT = 9; // detail = index
export const STACK_EXHAUSTED = 10;
export const AUX_STACK_OVERFLOW = 11;
export const AUX_STACK_UNDERFLOW = 12;
export const OUT_OF_MEMORY = 13; // "allocate memory failed"
export const TERMINATED = 14; // stopped from outside
export const FUEL_LIMIT = 15; // "instruction limit exceeded"
export const UNLINKED = 16; // detail = import index; "failed to call unlinked import function (m, n)"
export const HEAP_CORRUPTED = 17;
export const HEAP_EXHAUSTED = 18; // realloc failure: "out of memory"
export const ENV_ABORT = 20; // detail = N; "env.abort(N)"
export const ENV_ABORT_STACK = 21; // "env.abortStackOverflow(N)"
export const ENV_NULL_FUNC = 22; // "env.nullFunc_X(N)"
export const CXX_THROW = 23; // "exception thrown by stdc++"
export const UNCAUGHT_EXCEPTION = 24; // "unhandled exception"; which one: thread.exception
export const NULL_REFERENCE = 25;
export const NULL_FUNCTION = 26; // call_ref of null
export const HOST_FAULT = 30; // the host function itself failed; detail = its own code

/** Not a trap: proc_exit, env.exit and wasmote.exit unwind with it; thread.exitCode holds the code. */
export const EXIT = 100;
