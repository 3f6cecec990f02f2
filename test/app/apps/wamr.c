// An app as for WAMR's app framework, on its natives and entry points alone; packets are made by hand, as its C library makes them.
// clang --target=wasm32 -Oz -nostdlib -Wl,--no-entry,--allow-undefined,--export=on_init,--export=on_request,--export=on_response,--export=_on_timer_callback,--export=on_destroy,--export=__heap_base,--export=__data_end,-z,stack-size=1024,--strip-all -o wamr.wasm wamr.c
typedef unsigned char u8;
typedef unsigned int u32;

void wasm_register_resource(const char *url);
void wasm_post_request(const char *packet, int size);
int wasm_response_send(const char *packet, int size);
void wasm_sub_event(const char *url);
int wasm_create_timer(int ms, int periodic, int autostart);
void wasm_timer_cancel(int id);
void wasm_timer_destroy(int id);
void wasm_timer_restart(int id, int ms);
u32 wasm_get_sys_tick_ms(void);
int puts(const char *text); // libc-builtin

static u8 packet[128];

static int length(const char *text) {
  int n = 0;
  while (text[n]) n++;
  return n;
}
static u8 *big(u8 *at, u32 value, int bytes) {
  while (bytes--) *at++ = value >> (8 * bytes);
  return at;
}
static u32 read(const u8 *at, int bytes) {
  u32 value = 0;
  while (bytes--) value = value << 8 | *at++;
  return value;
}
static u8 *copy(u8 *to, const void *from, int n) {
  for (int i = 0; i < n; i++) to[i] = ((const u8 *)from)[i];
  return to + n;
}

static void post(int action, const char *url, u32 mid, const void *payload, int n, int fmt) {
  u8 *at = packet;
  int urlLen = length(url) + 1;
  *at++ = 1, *at++ = action;
  at = big(big(big(big(big(at, fmt, 2), mid, 4), 0x12345678 /* not believed */, 4), urlLen, 2), n, 4);
  at = copy(copy(at, url, urlLen), payload, n);
  wasm_post_request((char *)packet, at - packet);
}
static int answer(int status, u32 mid, u32 receiver, const void *payload, int n) {
  u8 *at = packet;
  *at++ = 1, *at++ = status;
  at = copy(big(big(big(big(at, n ? 98 : 99, 2), mid, 4), receiver, 4), n, 4), payload, n);
  return wasm_response_send((char *)packet, at - packet);
}

// an attr_container without attributes and with its spare byte
static const u8 attrs[] = {0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 0, 0};
static int beat, once, ticks;

void on_init(void) {
  wasm_register_resource("/url1");
  wasm_sub_event("alert/overheat");
  beat = wasm_create_timer(100, 1, 1);
  once = wasm_create_timer(50, 0, 0);
  puts("init");
}

void _on_timer_callback(int id) {
  if (id == once) {
    puts("once");
    post(6, "/temp", 7, attrs, sizeof attrs, 99);
    return;
  }
  if (++ticks == 2) wasm_timer_restart(once, 10);
  if (ticks == 3) post(1, "/other/x", 42, "q", 1, 98);
  if (ticks == 4) wasm_timer_cancel(beat), wasm_timer_destroy(once);
}

void on_request(char *buffer, int size) {
  const u8 *p = (u8 *)buffer;
  u32 mid = read(p + 4, 4), sender = read(p + 8, 4);
  if (p[1] == 6) {
    puts(size == 18 + (int)read(p + 12, 2) + (int)read(p + 14, 4) ? buffer + 18 : "bad event size");
    return;
  }
  if (p[18] == 'b') { // ask for bad answers
    packet[0] = 9;
    if (wasm_response_send((char *)packet, 16)) puts("took a malformed packet");
    if (answer(69, mid + 1, sender, "x", 1)) puts("took an answer nobody asked for");
    if (answer(69, mid, sender + 1, "x", 1)) puts("took an answer for somebody else");
  }
  if (!answer(69, mid, sender, p + 18, read(p + 12, 2) - 1)) puts("answer refused");
  if (answer(69, mid, sender, 0, 0)) puts("took a second answer");
}

void on_response(char *buffer, int size) {
  const u8 *p = (u8 *)buffer;
  static char text[40];
  copy(big((u8 *)text, 0x72657370, 4), p + 16, size - 16); // "resp" and the payload
  text[4 + size - 16] = 0;
  puts(read(p + 4, 4) == 42 && p[1] == 69 ? text : "another response");
}

void on_destroy(void) { puts("destroyed"); }
