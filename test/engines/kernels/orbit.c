// f64 and f32, an indirect call per step: a damped oscillator by two integrators, the state's bits as result.
typedef double (*force)(double, double);
static double spring(double x, double v) { return -x - 0.01 * v; }
static double stiff(double x, double v) { return -1.5 * x - 0.02 * v * v; }
static force volatile forces[2] = {spring, stiff};
__attribute__((export_name("run"))) int run(int n) {
  double x = 1, v = 0;
  float low = 0;
  for (int i = 0; i < n * 100; i++) {
    v += forces[i & 1](x, v) * 0.01;
    x += v * 0.01;
    low = low * 0.5f + (float)x + (float)__builtin_sqrt(x * x + v * v);
  }
  union { double d; int w[2]; } u = {x * v + low};
  return u.w[0] ^ u.w[1];
}
