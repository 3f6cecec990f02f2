/* An app that hangs: says so, then never returns. The board goes on; its watchdog stops this app alone and reports it.
   Built by examples/build.sh. */
int puts(const char *text);

__attribute__((export_name("on_init"))) void on_init(void) {
  puts("running away");
  for (;;) {
  }
}
