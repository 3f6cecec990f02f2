// What no module may exceed, whatever the board. Source: WebAssembly JS API, "Implementation-defined Limits". Device-safe.

export const MAX_TYPES = 1000000;
export const MAX_FUNCTIONS = 1000000;
export const MAX_IMPORTS = 100000;
export const MAX_EXPORTS = 100000;
export const MAX_GLOBALS = 1000000;
export const MAX_TABLES = 100000;
export const MAX_MEMORIES = 100;
export const MAX_TAGS = 1000000;
export const MAX_FIELDS = 10000;
export const MAX_FIXED_ELEMS = 10000; // operands of array.new_fixed
export const MAX_SUBTYPE_DEPTH = 63;
export const MAX_DATA_SEGMENTS = 100000;
export const MAX_ELEM_SEGMENTS = 10000000;
export const MAX_TABLE_ELEMS = 10000000;
export const MAX_PARAMS = 1000;
export const MAX_RESULTS = 1000;
export const MAX_LOCALS = 50000;
export const MAX_BODY_BYTES = 7654321;
export const MAX_PAGES = 65536; // of 65,536 bytes
export const MAX_BYTES = 4294967296; // of a memory with 32-bit addresses; its maximum with pages of one byte is one less
export const MAX_PAGES64 = 281474976710656; // 2^48
export const PAGE_BYTES = 65536;
