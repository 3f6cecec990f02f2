// A program: logs its arguments, sets a timer that never fires, ends with argc + 256.
// clang --target=wasm32 -Oz -nostdlib -I../../../examples/include -Wl,--no-entry,--allow-undefined,--export=__main_argc_argv,--export=__heap_base,--export=__data_end,-z,stack-size=1024,--strip-all -o main.wasm main.c
#include "wasmote.h"

void on_timer(int32_t id) { wasmote_log(WASMOTE_LOG_ERROR, "a timer after the end"); }

int main(int argc, char **argv) {
  for (int i = 0; i < argc; i++) wasmote_log(WASMOTE_LOG_DEBUG, argv[i]);
  if (argv[argc] == 0) wasmote_timer_start(1, true);
  return argc + 256;
}
