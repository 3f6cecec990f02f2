/* A resident app: counts once a second, logs it, and publishes it for other apps and the desk as `app/<its name>/count`.
   Built by examples/build.sh. */
#include "wasmote.h"

int snprintf(char *target, size_t size, const char *format, ...);

static unsigned count;

void on_init(void) {
  wasmote_log(WASMOTE_LOG_INFO, "counting");
  wasmote_timer_start(1000, true);
  wasmote_ready();
}

void on_timer(int32_t id) {
  (void)id;
  char text[24];
  int size = snprintf(text, sizeof text, "count %u", ++count);
  wasmote_log_n(WASMOTE_LOG_INFO, text, size);
  wasmote_publish("~/count", text + 6, size - 6);
}

void on_destroy(void) { wasmote_log(WASMOTE_LOG_INFO, "stopped"); }
