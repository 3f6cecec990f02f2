// A resident app on our API: ticks, echoes messages and calls, obeys messages under ~/do. No libc, memory below 64 KiB.
// clang --target=wasm32 -Oz -nostdlib -I../../../examples/include -Wl,--no-entry,--export=__heap_base,--export=__data_end,-z,stack-size=1024,--strip-all -o echo.wasm echo.c
#include "wasmote.h"

static char line[200];
static int at;

static void put(const char *text, int n) {
  for (int i = 0; i < n && at < (int)sizeof line - 1; i++) line[at++] = text[i];
}
static void say(const char *text) {
  while (*text) put(text++, 1);
}
static void number(int n) {
  if (n < 0) say("-"), n = -n;
  if (n > 9) number(n / 10);
  char digit = '0' + n % 10;
  put(&digit, 1);
}
static void done(void) {
  wasmote_log_n(WASMOTE_LOG_INFO, line, at);
  at = 0;
}
static void result(const char *what, int n) {
  say(what);
  say(" = ");
  number(n);
  done();
}

void on_init(void) {
  wasmote_log(WASMOTE_LOG_INFO, "hello");
  result("subscribe", wasmote_subscribe("~/do/+"));
  result("serve", wasmote_serve("/echo"));
  wasmote_ready();
}

void on_timer(int32_t id) {
  say("timer ");
  number(id);
  say(" at ");
  number((int)wasmote_now());
  done();
  wasmote_publish("~/tick", &id, sizeof id);
}

// The last letter of the topic says what to do.
void on_message(const char *topic, size_t topic_len, const void *data, size_t data_len) {
  const char *text = data;
  say("message ");
  put(topic, topic_len);
  say(": ");
  put(text, data_len);
  done();
  switch (topic[topic_len - 1]) {
    case 't': result("timer_start", wasmote_timer_start(text[0] * 10 - '0' * 10, data_len > 1)); break;
    case 's': result("timer_stop", wasmote_timer_stop(text[0] - '0')); break;
    case 'c': result("call", wasmote_call_n(WASMOTE_M_POST, text, data_len, "ping", 4)); break;
    case 'u': result("unsubscribe", wasmote_unsubscribe("~/do/+")); break;
    case 'x': wasmote_exit(300);
    case 'l': for (;;) ;
    case 'b': __builtin_trap();
    default: break;
  }
}

static int later; // a call not answered yet

void on_call(int32_t id, uint32_t method, const char *url, size_t url_len, const void *data, size_t data_len) {
  say("call ");
  number(method);
  say(" ");
  put(url, url_len);
  say(": ");
  put(data, data_len);
  done();
  if (url[0] == 'l') later = id;
  else wasmote_reply(id, WASMOTE_S_CONTENT, data, data_len);
  if (url[0] == 'n') result("reply", wasmote_reply(later, WASMOTE_S_CHANGED, "late", 4));
}

void on_reply(int32_t id, uint32_t status, const void *data, size_t data_len) {
  say("reply ");
  number(id);
  say(" ");
  number(status);
  say(": ");
  put(data, data_len);
  done();
}

void on_destroy(void) {
  wasmote_publish("~/tick", "bye", 3);
  wasmote_log(WASMOTE_LOG_WARN, "bye");
}
