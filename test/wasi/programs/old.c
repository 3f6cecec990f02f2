/* A program of the first preview: sleeps by its 56-byte subscriptions, seeks by its order of whence, reads its 56-byte filestat.
   clang --target=wasm32 -Oz -nostdlib -Wl,-s -Wl,-z,stack-size=1024 -Wl,--no-entry -o old.wasm old.c */
#define WASI(name) __attribute__((import_module("wasi_unstable"), import_name(#name))) int name
WASI(poll_oneoff)(const void *subs, void *events, unsigned count, unsigned *nevents);
WASI(fd_write)(int fd, const void *iovs, unsigned count, unsigned *written);
WASI(fd_seek)(int fd, long long offset, int whence, unsigned long long *at);
WASI(fd_filestat_get)(int fd, void *stat);
__attribute__((import_module("wasi_unstable"), import_name("proc_exit"), noreturn)) void proc_exit(int code);

struct subscription {
  unsigned long long userdata;
  unsigned char type;
  unsigned long long identifier;
  unsigned clock;
  unsigned long long timeout, precision;
  unsigned short flags;
};
struct event {
  unsigned long long userdata;
  unsigned short error;
  unsigned char type;
  unsigned long long nbytes;
  unsigned short flags;
};
struct filestat {
  unsigned long long dev, ino;
  unsigned char type;
  unsigned nlink;
  unsigned long long size, times[3];
  unsigned guard; /* the 57th byte: preview 1 would clear it */
};

__attribute__((export_name("_start"))) void start(void) {
  static const struct subscription subs[2] = {{1, 0, 0x7777777777777777, 1, 30000000, 0, 0}, {2, 0, 0x7777777777777777, 1, 20000000, 0, 0}};
  static struct event events[2];
  unsigned n = 0;
  if (poll_oneoff(subs, events, 2, &n) || n != 1 || events[0].userdata != 2 || events[0].error || events[0].type) proc_exit(1);
  static struct filestat stat = {.guard = 0x12345678};
  if (fd_filestat_get(1, &stat) || stat.type != 2 || stat.guard != 0x12345678) proc_exit(2);
  unsigned long long at;
  if (fd_seek(1, 0, 2, &at) != 70) proc_exit(3);
  static const struct { const char *text; unsigned size; } hello = {"old\n", 4};
  proc_exit(fd_write(1, &hello, 1, &n) || n != 4 ? 4 : 0);
}
