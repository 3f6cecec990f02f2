// i32 arithmetic and branches: steps of the 3n+1 sequence, summed over a range.
__attribute__((export_name("run"))) int run(int n) {
  unsigned sum = 0;
  for (unsigned i = 1; i <= (unsigned)n * 100; i++)
    for (unsigned x = i; x != 1; sum++) x = x & 1 ? 3 * x + 1 : x >> 1;
  return (int)sum;
}
