// An AssemblyScript app with a timer: logs once a second how long the board is up and, where it knows, what time it is.
// Built by tools/build/as.ts: see examples/README.md.

import * as wasmote from '../../include/wasmote.as';

function two(n: u64): string {
  return (n % 100).toString().padStart(2, '0');
}

function clock(ms: u64): string {
  const s = ms / 1000;
  return two((s / 3600) % 24) + ':' + two((s / 60) % 60) + ':' + two(s % 60);
}

export function on_init(): void {
  wasmote.timer_start(1000, true);
  wasmote.ready();
}

export function on_timer(id: i32): void {
  const utc = wasmote.utc();
  wasmote.log(wasmote.LOG_INFO, 'up ' + clock(wasmote.now()) + (utc > 0 ? ', it is ' + clock(utc) + ' UTC' : ''));
  __collect(); // the minimal runtime collects when told to; here nothing is in use any more
}
