/* A WASI command as any C program is one: `countdown [seconds] [word]`. Sleeps a second between numbers, which parks the
   program and costs the board nothing. Exit code 2 on bad usage. Built by examples/build.sh. */
#include <string.h>
#include <time.h>
#include <unistd.h>

/* stdio would double the file. */
static void say(const char *text) { write(STDOUT_FILENO, text, strlen(text)); }

int main(int argc, char **argv) {
  int seconds = argc > 1 ? argv[1][0] - '0' : 3;
  if (argc > 3 || seconds < 1 || seconds > 9 || (argc > 1 && argv[1][1])) {
    write(STDERR_FILENO, "usage: countdown [seconds 1-9] [word]\n", 38);
    return 2;
  }
  for (; seconds > 0; seconds--) {
    char line[] = {(char)('0' + seconds), ' ', 0};
    say(line);
    nanosleep(&(struct timespec){1, 0}, 0);
  }
  say(argc > 2 ? argv[2] : "liftoff");
  say("\n");
  return 0;
}
