// Which part has what an app imports. A part is code that a board loads when an app first needs it, an image of its own beside the
// bundle (docs/engines.md); each has a file here that exports a Part. test/bundle/parts.test.ts holds names and parts to each other.
// Device-safe.

const LIBC =
  ' memcmp memcpy memmove emscripten_memcpy_big memset memchr malloc __cxa_allocate_exception calloc realloc free' +
  ' strlen strdup _strdup strnlen strrchr strcat strchr strcmp strncmp strncpy strcpy strncat tolower toupper' +
  ' isupper isalpha isspace isgraph isprint isdigit isxdigit isalnum atoi atol strtol strtoul abs labs rand srand exit' +
  ' abort abortStackOverflow nullFunc_X __cxa_begin_catch __cxa_throw clock_gettime clock ';
const LIBCMORE =
  ' atoll atof strtoll strtoull strtod strtof sscanf strspn strcspn strstr strcasecmp strpbrk strtok strncasecmp memrchr' +
  ' strtok_r qsort bsearch time gmtime difftime gmtime_r getenv ';

/** Name of the part that may have import `name` of `module`, '' = none. math is asked for every name of env that is no other part's. */
export function partOf(module: string, name: string): string {
  if (module.substring(0, 5) === 'wasi_') return 'wasi';
  if (module !== 'env') return '';
  if (name.substring(0, 5) === 'wasm_') return 'wamr';
  if (/^v?s?n?printf$|^put/.test(name)) return 'print';
  const word = ' ' + name + ' ';
  return LIBC.indexOf(word) >= 0 ? 'libc' : LIBCMORE.indexOf(word) >= 0 ? 'libcmore' : 'math';
}
