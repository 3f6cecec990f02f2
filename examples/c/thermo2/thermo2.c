/* The thermometer, version 2: logs both scales, publishes `app/<its name>/temp`, and answers GET `app/<its name>/temp`.
   Built by examples/build.sh. */
#include "wasmote.h"

int snprintf(char *target, size_t size, const char *format, ...);
int memcmp(const void *a, const void *b, size_t size);

enum { WINDOW = 8 };

static int ring[WINDOW], sum, at, seen;

/* Hundredths of a degree around 21.5. */
static int read_sensor(void) {
  static unsigned seed = 12345;
  seed = seed * 1103515245u + 12345u;
  return 2000 + (int)(seed >> 20) % 300;
}

static int mean(void) { return seen == 0 ? 0 : sum / (seen < WINDOW ? seen : WINDOW); }

void on_init(void) {
  wasmote_log(WASMOTE_LOG_INFO, "thermo 2, ask me for temp");
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
  char text[40];
  int c = mean(), f = c * 9 / 5 + 3200;
  int size = snprintf(text, sizeof text, "%d.%02d C = %d.%02d F", c / 100, c % 100, f / 100, f % 100);
  wasmote_log_n(WASMOTE_LOG_INFO, text, size);
  wasmote_publish("~/temp", text, size);
}

void on_call(int32_t id, uint32_t method, const char *url, size_t url_len, const void *data, size_t data_len) {
  (void)data, (void)data_len;
  char text[16];
  if (method != WASMOTE_M_GET || url_len != 4 || memcmp(url, "temp", 4) != 0) {
    wasmote_reply(id, WASMOTE_S_NOT_FOUND, 0, 0);
    return;
  }
  wasmote_reply(id, WASMOTE_S_CONTENT, text, snprintf(text, sizeof text, "%d.%02d", mean() / 100, mean() % 100));
}
