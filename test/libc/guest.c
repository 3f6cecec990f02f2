// A C program against libc's real signatures, as a toolchain compiles them. guest.wasm is made from it by
//   clang --target=wasm32 -O2 -nostdlib -fno-builtin -Wl,--no-entry,--allow-undefined,--strip-all,-z,stack-size=2048 \
//     -Wl,--export=__main_argc_argv,--export=__heap_base,--export=__data_end,--export=slow_sort -o guest.wasm guest.c
typedef unsigned long size_t;
typedef long long time_t;
typedef __builtin_va_list va_list;
struct timespec { time_t tv_sec; long tv_nsec; };
struct tm { int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday, tm_yday, tm_isdst; long tm_gmtoff; const char *tm_zone; };

int printf(const char *, ...);
int vsnprintf(char *, size_t, const char *, va_list);
int sprintf(char *, const char *, ...);
int sscanf(const char *, const char *, ...);
int puts(const char *);
int putchar(int);
void *malloc(size_t);
void *calloc(size_t, size_t);
void *realloc(void *, size_t);
void free(void *);
char *strdup(const char *);
size_t strlen(const char *);
char *strtok(char *, const char *);
char *strstr(const char *, const char *);
char *strcat(char *, const char *);
int strcmp(const char *, const char *);
void *memset(void *, int, size_t);
void qsort(void *, size_t, size_t, int (*)(const void *, const void *));
void *bsearch(const void *, const void *, size_t, size_t, int (*)(const void *, const void *));
long strtol(const char *, char **, int);
long long strtoll(const char *, char **, int);
double strtod(const char *, char **);
float strtof(const char *, char **);
double pow(double, double);
float sqrtf(float);
double modf(double, double *);
double frexp(double, int *);
double round(double);
time_t time(time_t *);
struct tm *gmtime(const time_t *);
double difftime(time_t, time_t);
long long clock(void);
int clock_gettime(int, struct timespec *);
char *getenv(const char *);
void exit(int);

static int by_text(const void *a, const void *b) { return strcmp(*(const char **)a, *(const char **)b); }
static int by_int(const void *a, const void *b) { return *(const int *)a < *(const int *)b ? -1 : *(const int *)a > *(const int *)b; }

static char text[128];
static void say(const char *format, ...) {
  va_list values;
  __builtin_va_start(values, format);
  int n = vsnprintf(text, sizeof text, format, values);
  __builtin_va_end(values);
  printf("%d:%s\n", n, text);
}

static int numbers[200];
int slow_sort(int n) {
  unsigned seed = 1;
  for (int i = 0; i < n; i++) numbers[i] = (seed = seed * 1103515245u + 12345u) >> 16;
  qsort(numbers, n, sizeof(int), by_int);
  for (int i = 1; i < n; i++) if (numbers[i - 1] > numbers[i]) return 0;
  return 1;
}

int main(int argc, char **argv) {
  printf("hello %d %s %.3f %lld %c|%5s|%-5d|%05d\n", 42, "world", 3.14159, -1234567890123LL, 'x', "ab", 7, 42);
  say("%g %e %llx %u", 0.1, 12345.678, 0xfedcba9876543210ULL, 4000000000u);

  char *words[] = {"pear", "fig", "apple", "quince", "banana"};
  qsort(words, 5, sizeof *words, by_text);
  for (int i = 0; i < 5; i++) printf("%s%c", words[i], i < 4 ? ' ' : '\n');
  const char *key = "fig";
  char **found = bsearch(&key, words, 5, sizeof *words, by_text);
  printf("found %s at %d\n", *found, (int)(found - words));

  char line[] = "one,two;;three";
  for (char *t = strtok(line, ",;"); t; t = strtok(0, ",;")) printf("[%s]", t);
  putchar('\n');

  char *end;
  printf("%ld %lld", strtol("-0x1f", &end, 0), strtoll("9223372036854775807!", &end, 10));
  printf("%c %.17g %.9g\n", *end, strtod("0.1", 0), strtof("0.1", 0));
  int a = 0, b = 0; char word[8]; double d = 0;
  int n = sscanf("12 abc 0x1F 2.5", "%d %7s %i %lf", &a, word, &b, &d);
  printf("%d: %d %s %d %g\n", n, a, word, b, d);

  char *p = malloc(10), *q = strdup("copied");
  memset(p, 'z', 9);
  p[9] = 0;
  p = realloc(p, 100);
  strcat(p, q);
  printf("%s %lu %d\n", p, strlen(p), strstr(p, "cop") - p);
  int *zero = calloc(4, 4);
  printf("%d\n", zero[0] | zero[3]);
  free(p); free(q); free(zero);

  double whole; int e;
  double f = modf(-3.75, &whole);
  printf("%g %g %g", f, whole, frexp(48, &e));
  printf(" %d %g %g %g\n", e, pow(2, 0.5), round(-2.5), (double)sqrtf(2));

  time_t now = time(0);
  struct tm *tm = gmtime(&now);
  struct timespec ts;
  clock_gettime(1, &ts);
  printf("%d-%02d-%02d %02d:%02d:%02d %d %d\n", tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec, tm->tm_wday, tm->tm_yday);
  printf("%g %lld %lld.%09ld\n", difftime(now + 60, now), clock(), ts.tv_sec, ts.tv_nsec);
  printf("%s %s\n", getenv("MOTE"), getenv("NONE"));
  puts("bye");
  exit(argc + 40);
  return 0;
}
