/* A timer of 10 ms that counts how late each of its turns came, by the board's clock, in steps of 1 ms. A turn that the board left
   out because the app could not run counts too, with the lateness it had when the next one came.
     GET  late    {"turns":T,"p50":ms,"p99":ms,"worst":ms} since on_init or the last DELETE
     DELETE late  starts the count again
   clang --target=wasm32 -Oz -nostdlib -Wall -Wextra -Werror -I../../examples/include -Wl,--no-entry -Wl,--allow-undefined \
     -Wl,--stack-first -Wl,-z,stack-size=1024 -Wl,--export=__heap_base -Wl,--export=__data_end -Wl,--strip-debug -o late.wasm late.c */
#include "wasmote.h"

int snprintf(char *target, size_t size, const char *format, ...);
void *memset(void *target, int byte, size_t size);

enum { PERIOD_MS = 10, STEPS = 1000 };

static uint64_t due; /* when the next turn should come */
static unsigned turns, worst, count[STEPS]; /* count[STEPS - 1]: that late, or later */

void on_init(void) {
  due = wasmote_now() + PERIOD_MS;
  wasmote_timer_start(PERIOD_MS, true);
  wasmote_ready();
}

void on_timer(int32_t id) {
  (void)id;
  for (uint64_t now = wasmote_now(); due <= now; due += PERIOD_MS) {
    unsigned late = (unsigned)(now - due);
    if (late > worst) worst = late;
    count[late < STEPS ? late : STEPS - 1]++;
    turns++;
  }
}

/* The lateness that `part` of 100 turns did not exceed. */
static unsigned percentile(unsigned part) {
  unsigned seen = 0, ms = 0;
  while (ms < STEPS - 1 && (seen += count[ms]) * 100ULL < turns * (uint64_t)part) ms++;
  return ms;
}

void on_call(int32_t id, uint32_t method, const char *url, size_t url_len, const void *data, size_t data_len) {
  (void)url, (void)url_len, (void)data, (void)data_len;
  char text[80];
  int size = 0;
  if (method == WASMOTE_M_DELETE) {
    memset(count, 0, sizeof count);
    turns = worst = 0;
  } else {
    size = snprintf(text, sizeof text, "{\"turns\":%u,\"p50\":%u,\"p99\":%u,\"worst\":%u}", turns, percentile(50), percentile(99), worst);
  }
  wasmote_reply(id, size > 0 ? WASMOTE_S_CONTENT : WASMOTE_S_DELETED, text, size);
}
