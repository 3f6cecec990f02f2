// Load faults: why a module was refused. Numbers on the device; texts (the spec scripts' own where they have one) in texts.ts.
// A reader or validator records offset and detail in `fault` and throws the number. Device-safe. Numbers are stable.

// malformed: the bytes are not a module
export const MAGIC = 201; // magic header not detected
export const VERSION = 202;
export const COMPONENT = 203; // a component (layer 1), not a core module
export const UNEXPECTED_END = 204;
export const SECTION_END = 205; // unexpected end of section or function
export const INT_LONG = 206; // integer representation too long
export const INT_LARGE = 207; // integer too large
export const SECTION_ID = 208;
export const SECTION_ORDER = 209; // unexpected content after last section
export const SECTION_SIZE = 210; // section size mismatch
export const LENGTH_BOUNDS = 211; // length out of bounds
export const UTF8 = 212;
export const IMPORT_KIND = 213;
export const EXPORT_KIND = 214;
export const REF_TYPE = 215;
export const VALUE_TYPE = 216;
export const FUNC_FORM = 217;
export const LIMITS_FLAGS = 218;
export const MUTABILITY = 219;
export const CODE_COUNT = 220; // function and code section have inconsistent lengths
export const DATA_COUNT = 221; // data count and data section have inconsistent lengths
export const DATA_COUNT_REQUIRED = 222;
export const ILLEGAL_OPCODE = 223; // detail = opcode
export const ZERO_BYTE = 224;
export const END_EXPECTED = 225;
export const TOO_MANY_LOCALS = 226;
export const ELEM_KIND = 227;
export const DATA_KIND = 228;
export const MEMOP_FLAGS = 229;
export const BLOCK_TYPE = 230;
export const ELSE_UNEXPECTED = 231;
export const HEAP_TYPE = 232;
export const STORAGE_TYPE = 233;
export const TAG_ATTRIBUTE = 234;
export const CATCH_CLAUSE = 235;
export const CAST_FLAGS = 236;
export const PAGE_SIZE_MALFORMED = 237;

// invalid: a module, but its rules are broken. detail = the index meant, where there is one
export const TYPE_MISMATCH = 250;
export const UNKNOWN_TYPE = 251;
export const UNKNOWN_FUNCTION = 252;
export const UNKNOWN_TABLE = 253;
export const UNKNOWN_MEMORY = 254;
export const UNKNOWN_GLOBAL = 255;
export const UNKNOWN_LOCAL = 256;
export const UNKNOWN_LABEL = 257;
export const UNKNOWN_DATA = 258;
export const UNKNOWN_ELEM = 259;
export const ALIGNMENT = 260;
export const IMMUTABLE = 261;
export const DUPLICATE_EXPORT = 262;
export const MULTIPLE_MEMORIES = 263;
export const RESULT_ARITY = 264;
export const CONST_REQUIRED = 265;
export const UNDECLARED_REF = 266;
export const START_TYPE = 267;
export const LIMITS_ORDER = 268; // size minimum must not be greater than maximum
export const MEMORY_SIZE = 269; // memory size must be at most 65536 pages (4GiB)
export const UNKNOWN_TAG = 270;
export const UNKNOWN_FIELD = 271;
export const UNINITIALIZED_LOCAL = 272;
export const SUB_TYPE = 273; // detail = its index: does not match its supertype
export const OFFSET_RANGE = 274;
export const LANE_INDEX = 275;
export const ATOMIC_ALIGNMENT = 276;
export const SHARED_MAX = 277;
export const PAGE_SIZE = 278;
export const TAG_RESULT = 279;
export const TABLE_SIZE = 280;
export const MULTIPLE_TABLES = 281;
export const FIELD_IMMUTABLE = 282;
export const ARRAY_IMMUTABLE = 283;
export const ARRAY_NUMERIC = 284;
export const ARRAY_MATCH = 285;
export const NOT_DEFAULTABLE = 286; // a field, element or table without a default value

// limits: a module, but more than any implementation takes (JS API, "Implementation-defined Limits"), or a feature left out
export const LIMIT = 290; // detail = the limit
export const FEATURE = 291; // detail = the byte that announces it

// linking (thrown by runtime/link.ts); detail = import index, offset unused
export const UNKNOWN_IMPORT = 300;
export const IMPORT_TYPE = 301; // incompatible import type
export const MEMORY_LIMIT = 302; // over the store's limits
export const TABLE_LIMIT = 303;
export const HEAP_INSERT = 304; // failed to insert app heap into linear memory
export const NOT_EXECUTABLE = 305; // detail = the features.ts bits of what it uses and no executor here runs

/** Details of the fault thrown last. offset: bytes from the start of the module. Read it right after catching. */
export const fault = { code: 0, offset: 0, detail: 0 };

/** Records a fault and returns its number: `throw raise(MAGIC, 0, 0)`. */
export function raise(code: number, offset: number, detail: number): number {
  fault.code = code;
  fault.offset = offset;
  fault.detail = detail;
  return code;
}
