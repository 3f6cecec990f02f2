// Which part has what an app imports. A part is code that a board loads when an app first needs it, an image of its own beside the
// bundle (docs/engines.md); each has a file here that exports a Part. Device-safe.

/** libc.ts: blocks, strings, character classes, the small things of stdlib.h. Of printf and the like, print.ts. */
const LIBC =
  ' memcmp memcpy memmove emscripten_memcpy_big memset memchr memrchr malloc __cxa_allocate_exception calloc realloc free' +
  ' strlen strdup _strdup strnlen strrchr strcasecmp strcat strpbrk strtok strchr strcmp strspn strcspn strstr strncmp strncpy' +
  ' strncasecmp strcpy strncat strtok_r isupper isalpha isspace isgraph isprint isdigit isxdigit isalnum tolower toupper' +
  ' abs labs getenv rand srand exit abort abortStackOverflow nullFunc_X __cxa_begin_catch __cxa_throw ';

/** Name of the part that may have import `name` of `module`, '' = none. Of other names of module env than its own it is libcmore. */
export function partOf(module: string, name: string): string {
  if (module.substring(0, 5) === 'wasi_') return 'wasi';
  if (module !== 'env') return '';
  if (name.substring(0, 5) === 'wasm_') return 'wamr';
  if (/^v?s?n?printf$|^put/.test(name)) return 'print';
  return LIBC.indexOf(' ' + name + ' ') < 0 ? 'libcmore' : 'libc';
}
