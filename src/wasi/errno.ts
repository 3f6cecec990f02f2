// The errno values that preview 1 calls answer here, numbers and names of the standard. Device-safe.
// Spec: WebAssembly/WASI, legacy/preview1/witx/typenames.witx, $errno (preview 0 has the same numbers).

export const SUCCESS = 0;
export const AGAIN = 6;
export const BADF = 8;
export const FAULT = 21;
export const INVAL = 28;
export const NOTDIR = 54;
export const NOTSOCK = 57;
export const NOTSUP = 58;
export const SPIPE = 70;
export const NOTCAPABLE = 76;
