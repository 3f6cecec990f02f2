// i64 arithmetic: splitmix64 into a table in memory, folded with rotations, signed division and conversions.
static unsigned long long table[64];
__attribute__((export_name("run"))) int run(int n) {
  unsigned long long state = 0x9e3779b97f4a7c15ull, fold = 1;
  for (int i = 0; i < n * 50; i++) {
    unsigned long long z = (state += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    table[i & 63] += z ^ (z >> 31);
    fold = (fold << 7 | fold >> 57) + (unsigned long long)((long long)table[(i * 7) & 63] / (i + 3));
    if ((double)(long long)fold < 0) fold ^= (unsigned long long)__builtin_clzll(fold | 1);
  }
  return (int)(fold ^ fold >> 32);
}
