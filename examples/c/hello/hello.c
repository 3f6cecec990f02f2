/* The smallest program: prints its arguments by the runtime's own printf, and its exit code says how many there were.
   Built by examples/build.sh. */
int printf(const char *format, ...);

__attribute__((export_name("main"))) int main(int argc, char **argv) {
  printf("hello from %s\n", argc > 0 ? argv[0] : "a program without a name");
  for (int i = 1; i < argc; i++) printf("argument %d is \"%s\"\n", i, argv[i]);
  return argc > 0 ? argc - 1 : 0;
}
