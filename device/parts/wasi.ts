// Part `wasi`: WASI preview 1, for programs built for it. Device-safe.

export { wasi as natives, wasiResume as resume, wasiState as state } from '../../src/wasi/wasi';
