// The commands of a script (.wast) as data: what script.ts makes of the text and device/duktape/script.ts runs, in any engine. JSON-safe: 64-bit
// values are words, low first; modules are ranges of bytes that go with the commands. Types and numbers alone. Device-safe.
// Spec: interpreter/README.md of the specification's repository, "Scripts".

/**
 * A value, or what a result must be: its kind, then
 *   i32 f32            one word          i64 f64   two          v128   four
 *                      and as many again where a result may be one of many: the bits that count (nan:canonical, nan:arithmetic)
 *   null               a null reference
 *   func extern exn    a reference of that kind; extern and host with the number the script knows it by
 *   any host eq i31 struct array       the same, of the kinds of GC
 *   either             results any of which will do
 */
export type Pattern = [kind: string, ...rest: any[]];

export interface Command {
  /**
   * definition   wasm, name                 instance     from, name
   * module       wasm, name                 register     field (the name it is imported by), name
   * absent       name: a module whose text was wrong, so that nothing acts on an older one instead
   * action       what is called or read     return       that, and its results
   * trap exhaustion exception               an action, or the instantiation of wasm, ends in one
   * invalid malformed unlinkable            wasm is so
   */
  op: string;
  /** The instance it makes or acts on, with its $; '' = none, the last one. */
  name: string;
  /** Of an instance: its definition; '' = the last one. */
  from?: string;
  /** Bytes [start, end) of the module. */
  wasm?: [number, number];
  /** Features that are on for it, where they are others than the script's. */
  features?: number;
  /** The export acted on. */
  field?: string;
  /** Arguments of a call; without them the export is a global, which is read. */
  args?: Pattern[];
  /** Results wanted. */
  results?: Pattern[];
}

export const PASSED = 0;
export const FAILED = 1;
export const SKIPPED = 2; // code = the features (features.ts) that are not executable

export interface Verdict {
  status: number;
  /** A trap (traps.ts), a fault (faults.ts), or one of the numbers below; 0 = it ran to its end. */
  code: number;
  detail: number;
  /** Of a fault: bytes from the module's start. */
  offset: number;
  /** What an action came to, where it came to anything. */
  results?: Pattern[];
  /** Of BROKEN: what was thrown. */
  text?: string;
}

// Why a command could not be carried out
export const NO_INSTANCE = 901; // the module it acts on was not there, or had failed
export const NO_EXPORT = 902;
export const BAD_ARGUMENTS = 903; // not of the function's types
export const BROKEN = 904; // the runtime threw what it never should
