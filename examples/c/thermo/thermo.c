/* A thermometer, version 1: a moving average over a (synthetic) sensor, logged every two seconds. Installing thermo2 under
   the same name upgrades it. Built by examples/build.sh. */
#include "wasmote.h"

int snprintf(char *target, size_t size, const char *format, ...);

enum { WINDOW = 8 };

static int ring[WINDOW], sum, at, seen;

/* Hundredths of a degree around 21.5. */
static int read_sensor(void) {
  static unsigned seed = 12345;
  seed = seed * 1103515245u + 12345u;
  return 2000 + (int)(seed >> 20) % 300;
}

void on_init(void) {
  wasmote_log(WASMOTE_LOG_INFO, "thermo 1");
  wasmote_timer_start(250, true);
  wasmote_ready();
}

void on_timer(int32_t id) {
  (void)id;
  int value = read_sensor();
  sum += value - ring[at];
  ring[at] = value;
  at = (at + 1) % WINDOW;
  if (++seen % WINDOW != 0) return;
  char text[24];
  int mean = sum / WINDOW;
  wasmote_log_n(WASMOTE_LOG_INFO, text, snprintf(text, sizeof text, "%d.%02d C", mean / 100, mean % 100));
}
