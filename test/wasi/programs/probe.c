/* What a C program of wasi-libc notices of the system, one fact a line. The test compares all of it.
   clang --target=wasm32-wasi --sysroot=/usr -Oz -s -o probe.wasm probe.c      (Debian: clang, wasi-libc, libclang-rt-dev-wasm32) */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int code(int failed) { return failed ? errno : 0; }

static long ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int main(int argc, char **argv) {
  printf("%s", argv[0]);
  for (int i = 1; i < argc; i++) printf(" [%s]", argv[i]);
  printf(" LANG=%s\n", getenv("LANG"));

  struct stat st;
  printf("tty %d%d%d fstat %d chr %d\n", isatty(0), isatty(1), isatty(2), code(fstat(1, &st)), S_ISCHR(st.st_mode));
  printf("seek: %d\n", code(lseek(1, 0, SEEK_CUR) < 0));
  printf("open: %d\n", code(open("/etc/passwd", O_RDONLY) < 0));
  printf("close: %d\n", code(close(9) < 0));

  long start = ms();
  struct pollfd in = {0, POLLIN, 0};
  printf("poll 50 ms: %d", poll(&in, 1, 50));
  printf(", waited %ld\n", ms() - start);

  char line[32] = "";
  printf("line: %s", fgets(line, sizeof line, stdin) ? line : "none\n"); /* waits until there is one */
  printf("poll: %d\n", poll(&in, 1, 50));
  printf("then: %s\n", fgets(line, sizeof line, stdin) ? line : "end");

  start = ms();
  struct timespec nap = {1, 500000000};
  nanosleep(&nap, 0);
  printf("slept %ld\n", ms() - start);
  printf("date %lld\n", (long long)time(0));
  fflush(stdout);
  write(2, "bye\n", 4);
  _Exit(7);
}
