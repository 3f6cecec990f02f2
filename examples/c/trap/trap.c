/* An app with a bug: after three turns it divides by zero. It alone stops; the report names the function.
   Built by examples/build.sh. */
#include "wasmote.h"

int snprintf(char *target, size_t size, const char *format, ...);

static int left = 3;

/* Kept apart, so that the report can name it. */
__attribute__((noinline)) static int share(int whole, int parts) { return whole / parts; }

void on_init(void) { wasmote_timer_start(500, true); }

void on_timer(int32_t id) {
  (void)id;
  char text[40];
  int size = snprintf(text, sizeof text, "100 / %d = ", left);
  size += snprintf(text + size, sizeof text - size, "%d", share(100, left--));
  wasmote_log_n(WASMOTE_LOG_INFO, text, size);
}
