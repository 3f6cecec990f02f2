// WASI preview 1: the 46 functions as natives, gathered from a file per area. Also what wasi_unstable (preview 0) imports;
// where its layouts differ, the function finds out by isUnstable. Device-safe.
// Spec: WebAssembly/WASI, legacy/preview1/witx. Docs: docs/wasi.md.

import type { NativeModule } from '../runtime/native';
import { args } from './args';
import { clock } from './clock';
import { fd } from './fd';
import { path } from './path';
import { poll } from './poll';
import { proc } from './proc';
import { random } from './random';
import { sock } from './sock';

export type { Entry, Transfer, WasiOptions, WasiState } from './state';
export { NOT_YET, wasiResume, wasiState } from './state';

/** Each instance that imports it needs `env.state.wasi = wasiState(options)` before it runs. */
export const wasi: NativeModule = {
  name: 'wasi_snapshot_preview1',
  alias: ['wasi_unstable'],
  natives: args.concat(clock, random, fd, poll, proc, path, sock),
};
