/* A timer of 10 ms, and how late it comes: once a second the mean and the worst of 100 turns, logged and published as
   `app/<its name>/late` (in ms). Shows what apps do to each other on one board. Built by examples/build.sh. */
#include "wasmote.h"

int snprintf(char *target, size_t size, const char *format, ...);

enum { PERIOD_MS = 10, TURNS = 100 };

static uint64_t due; /* when this turn should have come */
static int turns, sum, worst;

void on_init(void) {
  due = wasmote_now() + PERIOD_MS;
  wasmote_timer_start(PERIOD_MS, true);
  wasmote_ready();
}

static void report(void) {
  char text[48];
  int size = snprintf(text, sizeof text, "late: mean %d.%02d worst %d ms", sum / TURNS, sum % TURNS, worst);
  wasmote_log_n(WASMOTE_LOG_INFO, text, size);
  wasmote_publish("~/late", text + 6, size - 6);
  turns = sum = worst = 0;
}

void on_timer(int32_t id) {
  (void)id;
  int late = (int)(wasmote_now() - due);
  /* Turns missed altogether are left out by the board; the next one counts as late by all of them. Where the board saw it just in time and
     we did not, the next comes before we expect it. */
  if (late < 0) late = 0;
  else due += (late / PERIOD_MS + 1) * PERIOD_MS;
  sum += late;
  if (late > worst) worst = late;
  if (++turns == TURNS) report();
}
