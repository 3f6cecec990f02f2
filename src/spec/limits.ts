// What no module may exceed, whatever the board. Source: WebAssembly JS API, "Implementation-defined Limits". Device-safe.

export const MAX_TYPES = 1000000;
export const MAX_FUNCTIONS = 1000000;
export const MAX_IMPORTS = 100000;
export const MAX_EXPORTS = 100000;
export const MAX_GLOBALS = 1000000;
export const MAX_TABLES = 100000;
export const MAX_MEMORIES = 1; // until multi-memory
export const MAX_DATA_SEGMENTS = 100000;
export const MAX_ELEM_SEGMENTS = 10000000;
export const MAX_TABLE_ELEMS = 10000000;
export const MAX_PARAMS = 1000;
export const MAX_RESULTS = 1000;
export const MAX_LOCALS = 50000;
export const MAX_BODY_BYTES = 7654321;
export const MAX_PAGES = 65536; // of 65,536 bytes
export const PAGE_BYTES = 65536;
