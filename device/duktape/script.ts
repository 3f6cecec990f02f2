// Runs the commands of a script (src/text/command.ts) one by one and says of each whether it held: instances, names, the registry,
// uncaught traps and exceptions. Needs no text parser, so that the same runner stands in every engine. Texts of traps and faults are not
// compared here: verdicts carry numbers. A module whose features are not executable is validated and linked, and what calls it is
// skipped. Device-safe.

import type { Instance } from '../../src/runtime/instance';
import { addInstance, addNatives, createLinker, exportValue, instantiate, type Linker } from '../../src/runtime/link';
import { type Module, parseModule } from '../../src/runtime/module';
import type { Env, Native, NativeModule } from '../../src/runtime/native';
import { createStore, type Executor, type Func, type Store } from '../../src/runtime/store';
import { createThread, DONE, FUEL, prepare, run, type Thread } from '../../src/runtime/thread';
import { fault, IMPORT_TYPE, UNKNOWN_IMPORT } from '../../src/spec/faults';
import { EXECUTABLE } from '../../src/spec/features';
import * as T from '../../src/spec/traps';
import * as Y from '../../src/spec/types';
import {
  BAD_ARGUMENTS,
  BROKEN,
  type Command,
  FAILED,
  NO_EXPORT,
  NO_INSTANCE,
  PASSED,
  type Pattern,
  SKIPPED,
  type Verdict,
} from '../../src/text/command';

/** A name in the script: of a module (definition) or of an instance. The newest of a name, or of all for '', is meant. */
interface Named<Thing> {
  name: string;
  thing: Thing;
}

export interface Script {
  features: number; // that are on for its modules
  store: Store;
  thread: Thread;
  linker: Linker;
  definitions: Named<Module>[];
  instances: Named<Instance | null>[]; // null: it failed, so nothing may act on it
  /** Told what the scripts' print functions are called with: i64 as two words. */
  print: (name: string, args: number[]) => void;
  /** Most fuel of one action: what needs more hangs, and has failed. */
  fuel: number;
  /** Fuel it is given at once: where that is less, it stops and goes on in between. */
  slice: number;
}

const FUEL_PER_ACTION = 1000000000;
const STACK_BYTES = 1 << 20;
const CALL_DEPTH = 1 << 15;

const WORDS: { [kind: string]: number } = { i32: 1, i64: 2, f32: 1, f64: 2, v128: 4 };
const KINDS = ['f64', 'f32', 'i64', 'i32']; // by type - 0x7c

/** What prints for the scripts' module "spectest", which is a module like others (src/text/script.ts). */
function printers(script: Script): NativeModule {
  const native = function (name: string, signature: string): Native {
    return [
      name,
      signature,
      function (_env: Env, ...args: number[]) {
        script.print(name, args);
      },
    ];
  };
  return {
    name: 'print',
    natives: [
      native('print', '()'),
      native('print_i32', '(i)'),
      native('print_i64', '(I)'),
      native('print_f32', '(f)'),
      native('print_f64', '(F)'),
      native('print_i32_f32', '(if)'),
      native('print_f64_f64', '(FF)'),
    ],
  };
}

/** Begins a script; features: on for its modules. */
export function createScript(features: number, executor: Executor): Script {
  const limits = { memoryBytes: 0x100000000, tableElems: 10000000, stackBytes: STACK_BYTES, callDepth: CALL_DEPTH };
  const store = createStore(executor, limits);
  const script: Script = {
    features: features,
    store: store,
    thread: createThread(store),
    linker: createLinker(),
    definitions: [],
    instances: [],
    print: () => {},
    fuel: FUEL_PER_ACTION,
    slice: FUEL_PER_ACTION,
  };
  addNatives(script.linker, printers(script));
  return script;
}

function find<Thing>(list: Named<Thing>[], name: string): Thing | null {
  for (let i = list.length - 1; i >= 0; i--) if (name === '' || list[i].name === name) return list[i].thing;
  return null;
}

/** Features a module needs to be run and is not given; 0 = it can run. */
function lacking(module: Module): number {
  return module.features & ~EXECUTABLE;
}

/**
 * Links a module. One that cannot be executed becomes an instance without contents, which others may import from: its types are all there,
 * its tables and memories have their size, its globals are 0, its segments are not run.
 */
function link(script: Script, module: Module): Instance {
  let linked = module;
  if (lacking(module) !== 0) {
    linked = Object.create(module);
    linked.features = 0;
    linked.inits = [];
    linked.tableInits = module.tableInits.map(() => null);
    linked.elemSegments = [];
    linked.dataSegments = [];
  }
  const instance = instantiate(script.store, linked, script.linker, { heapBytes: 0, lenient: false, shrink: false });
  for (let i = instance.globals.length; i < module.globals.length; i++) instance.globals.push({ type: module.globals[i], lo: 0, hi: 0 });
  return instance;
}

/** Runs a function to its end; throws its trap. */
function call(script: Script, func: Func, words: number[]): void {
  const thread = script.thread;
  prepare(thread, func, words);
  let status = FUEL;
  for (let left = script.fuel; status === FUEL && left > 0; left -= script.slice) status = run(thread, Math.min(left, script.slice));
  if (status === DONE) return;
  if (status === FUEL) throw T.FUEL_LIMIT;
  fault.detail = thread.trapDetail;
  throw thread.trap;
}

/** Instantiates and starts a module; throws a fault or trap. */
function start(script: Script, module: Module): Instance {
  const instance = link(script, module);
  if (module.start >= 0 && lacking(module) === 0) call(script, instance.funcs[module.start], []);
  return instance;
}

/** Appends an argument's words (2, as threads want them) to words; whether it is of that type. */
function give(script: Script, type: number, value: Pattern, words: number[]): boolean {
  const kind = value[0];
  if (Y.isRef(type)) {
    words.push(kind === 'null' ? 0 : handleOf(script, value), 0);
    return true;
  }
  words.push(value[1], WORDS[kind] === 2 ? value[2] : 0);
  return kind === KINDS[type - Y.F64];
}

/** The handle of the host's object n, which is told by its kind and number. */
function handleOf(script: Script, value: Pattern): number {
  const object = value[0] + value[1];
  const at = script.store.externs.indexOf(object);
  return at < 0 ? script.store.externs.push(object) : at + 1;
}

/** A value as the script would write it. */
function show(script: Script, type: number, lo: number, hi: number): Pattern {
  if (!Y.isRef(type)) {
    const kind = KINDS[type - Y.F64];
    return WORDS[kind] === 2 ? [kind, lo, hi] : [kind, lo];
  }
  if (lo === 0) return ['null'];
  const heap = Y.heapOf(type);
  if (heap === Y.HEAP_EXTERN || heap === Y.HEAP_NOEXTERN) {
    const object = String(script.store.externs[lo - 1]);
    return ['extern', Number(object.substring(6))];
  }
  return [heap === Y.HEAP_EXN || heap === Y.HEAP_NOEXN ? 'exn' : 'func'];
}

/** Whether a value is what the script wants. */
function fits(value: Pattern, wanted: Pattern): boolean {
  if (wanted[0] === 'either') {
    for (let i = 1; i < wanted.length; i++) if (fits(value, wanted[i])) return true;
    return false;
  }
  if (value[0] !== wanted[0]) return false;
  const words = WORDS[value[0]];
  if (words === undefined) return wanted.length === 1 || value[1] === wanted[1]; // references
  for (let i = 1; i <= words; i++) {
    const counts = wanted.length > words + 1 ? wanted[words + i] : -1;
    if (((value[i] ^ wanted[i]) & counts) !== 0) return false;
  }
  return true;
}

/** Carries out an action; returns its results. Throws a trap, NO_EXPORT or BAD_ARGUMENTS. */
function act(script: Script, instance: Instance, command: Command): Pattern[] {
  const kind = command.args ? Y.KIND_FUNC : Y.KIND_GLOBAL;
  const exports = instance.module.exports;
  let i = 0;
  while (i < exports.length && (exports[i].kind !== kind || exports[i].name !== command.field)) i++;
  if (i === exports.length) throw NO_EXPORT;
  const value = exportValue(instance, kind, exports[i].index);
  if (kind === Y.KIND_GLOBAL) return [show(script, value.type.type, value.lo, value.hi)];

  const params = (value as Func).type.params;
  const words: number[] = [];
  if (params.length !== command.args!.length) throw BAD_ARGUMENTS;
  for (let p = 0; p < params.length; p++) if (!give(script, params[p], command.args![p], words)) throw BAD_ARGUMENTS;
  call(script, value, words);
  const cells = script.thread.cells;
  return (value as Func).type.results.map((type, r) => show(script, type, cells[2 * r], cells[2 * r + 1]));
}

function isTrap(code: number): boolean {
  return code < 100 && code !== T.STACK_EXHAUSTED && code !== T.FUEL_LIMIT && code !== T.OUT_OF_MEMORY && code !== T.UNCAUGHT_EXCEPTION;
}

/** Whether what a command came to (code 0: it ended well) is what it wants. */
function holds(command: Command, verdict: Verdict): boolean {
  const code = verdict.code;
  switch (command.op) {
    case 'trap':
      return code > 0 && isTrap(code);
    case 'exhaustion':
      return code === T.STACK_EXHAUSTED;
    case 'exception':
      return code === T.UNCAUGHT_EXCEPTION;
    case 'malformed':
      return code >= 200 && code < 250;
    case 'invalid':
      return code >= 250 && code < 290;
    case 'unlinkable':
      return code === UNKNOWN_IMPORT || code === IMPORT_TYPE;
  }
  if (code !== 0) return false;
  if (command.op !== 'return') return true;
  const results = verdict.results!;
  if (results.length !== command.results!.length) return false;
  for (let i = 0; i < results.length; i++) if (!fits(results[i], command.results![i])) return false;
  return true;
}

/** Does a command. Throws a fault, a trap, or what command.ts has for why it could not be done. */
function carryOut(script: Script, command: Command, bytes: Uint8Array, verdict: Verdict): void {
  const op = command.op;
  if (command.wasm) {
    const features = command.features === undefined ? script.features : command.features;
    const module = parseModule(bytes.subarray(command.wasm[0], command.wasm[1]), features);
    if (op === 'unlinkable') link(script, module);
    else if (op === 'trap' || op === 'exhaustion' || op === 'exception') {
      if (skip(verdict, module)) link(script, module);
      else start(script, module);
    } else if (op === 'module' || op === 'definition') {
      script.definitions.push({ name: command.name, thing: module });
      if (op === 'module') enter(script, command.name, module);
    }
    return;
  }
  if (op === 'absent') {
    script.instances.push({ name: command.name, thing: null });
    return;
  }
  if (op === 'instance') {
    const module = find(script.definitions, command.from!);
    if (module === null) throw NO_INSTANCE;
    enter(script, command.name, module);
    return;
  }
  const instance = find(script.instances, command.name);
  if (instance === null) throw NO_INSTANCE;
  if (op === 'register') addInstance(script.linker, command.field!, instance);
  else if (!skip(verdict, instance.module)) verdict.results = act(script, instance, command);
}

/** Instantiates under a name. */
function enter(script: Script, name: string, module: Module): void {
  const named: Named<Instance | null> = { name: name, thing: null };
  script.instances.push(named);
  named.thing = start(script, module);
  if (lacking(module) !== 0) named.thing.module = module;
}

/** Marks a verdict as skipped when the module cannot be executed. */
function skip(verdict: Verdict, module: Module): boolean {
  if (lacking(module) === 0) return false;
  verdict.status = SKIPPED;
  verdict.code = lacking(module);
  return true;
}

/** Runs one command. `bytes` hold its module, if it has one, and must not change as long as the script lives. Never throws. */
export function step(script: Script, command: Command, bytes: Uint8Array): Verdict {
  const verdict: Verdict = { status: PASSED, code: 0, detail: 0, offset: 0 };
  fault.detail = fault.offset = 0;
  try {
    carryOut(script, command, bytes, verdict);
  } catch (e) {
    verdict.status = PASSED;
    if (typeof e === 'number') {
      verdict.code = e;
      verdict.detail = fault.detail;
      verdict.offset = fault.offset;
    } else {
      verdict.code = BROKEN;
      verdict.text = String(e);
    }
  }
  if (verdict.status !== SKIPPED && !holds(command, verdict)) verdict.status = FAILED;
  return verdict;
}
