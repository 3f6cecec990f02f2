// Apps for tests of the agent, in text. What they import is in docs/app-api.md.

import wabt from 'wabt';

const { parseWat } = await wabt();

export function wat(text: string, custom?: [name: string, content: string]): Uint8Array {
  const module = parseWat('test.wat', text, { bulk_memory: true });
  const bytes = module.toBinary({ write_debug_names: true }).buffer;
  module.destroy();
  if (!custom) return Uint8Array.from(bytes);
  const [name, content] = custom.map(part => Buffer.from(part));
  const body = Buffer.concat([leb(name.length), name, content]);
  return Uint8Array.from(Buffer.concat([bytes, Buffer.from([0]), leb(body.length), body]));
}
function leb(n: number): Buffer {
  const out: number[] = [];
  do out.push((n & 127) | (n > 127 ? 128 : 0));
  while ((n >>= 7) > 0);
  return Buffer.from(out);
}

// Memory of 1 kB by the shrink rule, so that many fit on a board.
const SMALL = `
  (import "wasmote" "log" (func $log (param i32 i32 i32)))
  (import "wasmote" "timer_start" (func $timer (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (global (export "__data_end") i32 (i32.const 512))`;

/** Logs `text` when it starts; `pad` makes its module larger by about that many bytes. */
export function hello(text: string, pad = 0): Uint8Array {
  const filler = pad > 0 ? ['filler', 'x'.repeat(pad)] : undefined;
  return wat(
    `(module ${SMALL} (data (i32.const 16) "${text}")
      (func (export "on_init") (call $log (i32.const 2) (i32.const 16) (i32.const ${Buffer.from(text).length}))))`,
    filler as [string, string] | undefined,
  );
}

/** Logs "t" each ms. */
export const ticker = (ms: number): Uint8Array =>
  wat(`(module ${SMALL} (data (i32.const 16) "t")
    (func (export "on_init") (drop (call $timer (i32.const ${ms}) (i32.const 1))))
    (func (export "on_timer") (param i32) (call $log (i32.const 2) (i32.const 16) (i32.const 1))))`);

export const runaway = (): Uint8Array => wat(`(module ${SMALL} (func $spin (export "on_init") (loop (br 0))))`);

/** Traps in its first timer event, after so many ms. */
export const crasher = (ms: number): Uint8Array =>
  wat(`(module ${SMALL}
    (func (export "on_init") (drop (call $timer (i32.const ${ms}) (i32.const 0))))
    (func $oops unreachable)
    (func (export "on_timer") (param i32) (call $oops)))`);

/** A program whose main returns `code`. */
export const program = (code: number): Uint8Array => wat(`(module ${SMALL} (func (export "main") (result i32) (i32.const ${code})))`);

/** on_destroy logs "bye", or never ends. */
export const leaver = (stubborn: boolean): Uint8Array =>
  wat(`(module ${SMALL} (data (i32.const 16) "bye")
    (func (export "on_init"))
    (func (export "on_destroy") (call $log (i32.const 2) (i32.const 16) (i32.const 3)) ${stubborn ? '(loop (br 0))' : ''}))`);

/** Logs `count` lines at once. */
export const chatter = (count: number): Uint8Array =>
  wat(`(module ${SMALL} (data (i32.const 16) "line") (global $n (mut i32) (i32.const ${count}))
    (func (export "on_init") (loop
      (call $log (i32.const 2) (i32.const 16) (i32.const 4))
      (global.set $n (i32.sub (global.get $n) (i32.const 1)))
      (br_if 0 (global.get $n)))))`);

/** Needs `pages` of memory. */
export const large = (pages: number): Uint8Array => wat(`(module (memory (export "memory") ${pages}) (func (export "on_init")))`);

/** Grows memory page by page until that fails, then logs as many dots as it got pages. */
export const grower = (): Uint8Array =>
  wat(`(module
    (import "wasmote" "log" (func $log (param i32 i32 i32)))
    (memory (export "memory") 1) (data (i32.const 16) "................................")
    (func (export "on_init")
      (loop (br_if 0 (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0))))
      (call $log (i32.const 2) (i32.const 16) (memory.size))))`);

/** Publishes what it hears on ~/in on ~/out, answers calls with their URL, asks the desk at start. */
export const talker = (): Uint8Array =>
  wat(`(module
    (import "wasmote" "publish" (func $publish (param i32 i32 i32 i32) (result i32)))
    (import "wasmote" "subscribe" (func $subscribe (param i32 i32) (result i32)))
    (import "wasmote" "call" (func $call (param i32 i32 i32 i32 i32) (result i32)))
    (import "wasmote" "reply" (func $reply (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 16) "~/in") (data (i32.const 32) "~/out") (data (i32.const 48) "desk/time")
    (func (export "on_init")
      (drop (call $subscribe (i32.const 16) (i32.const 4)))
      (drop (call $call (i32.const 1) (i32.const 48) (i32.const 9) (i32.const 0) (i32.const 0))))
    (func (export "on_message") (param $t i32) (param $tl i32) (param $p i32) (param $pl i32)
      (drop (call $publish (i32.const 32) (i32.const 5) (local.get $p) (local.get $pl))))
    (func (export "on_call") (param $id i32) (param $m i32) (param $u i32) (param $ul i32) (param $p i32) (param $pl i32)
      (drop (call $reply (local.get $id) (i32.const 69) (local.get $u) (local.get $ul))))
    (func (export "on_reply") (param $id i32) (param $s i32) (param $p i32) (param $pl i32)
      (drop (call $publish (i32.const 32) (i32.const 5) (local.get $p) (local.get $pl)))))`);

/** Imports that do not exist, one that does, and one of another type. */
export const stranger = (): Uint8Array =>
  wat(`(module
    (import "env" "nope" (func)) (import "wasmote" "now" (func (result i64)))
    (import "env" "puts" (func (param i64))) (import "other" "thing" (func))
    (func (export "on_init")))`);
