// NaNs of every kind, made, negated, stored, passed on and looked at bit by bit.
typedef unsigned long long Bits;

static double cells[64];

__attribute__((noinline)) static double turn(double a, double b, int count) {
  double sum = 0, product = 1;
  for (int i = 0; i < count; i++) {
    double cell = cells[(i * 7 + count) & 63];
    sum += cell * a;
    product = product * cell - b;
    if (product != product) product = cell;
    cells[i & 63] = sum / (product - product);
    cells[(i + 9) & 63] = -cells[(i + 3) & 63] * 0.5;
    cells[(i + 5) & 63] = cells[(i + 11) & 63];
    if ((i & 15) == 3) cells[(i + 2) & 63] = -(sum - sum);
  }
  return __builtin_sqrt(-sum) + product;
}

__attribute__((export_name("run"))) int run(int n) {
  for (int i = 0; i < 64; i++) cells[i] = i * 0.75 - 3;
  for (int k = 0; k < n; k++) {
    *(Bits *)&cells[k & 63] = 0xfff4000000001234ULL + k;
    double result = turn(k * 0.5, 1.0 / k, 20 + (k & 15));
    cells[(k * 3) & 63] = k & 3 ? result : -result;
    if ((k & 7) == 0) for (int i = 0; i < 64; i += 2) cells[i] = (float)(i - k) * 1.5f;
  }
  unsigned sum = 0;
  for (int i = 0; i < 64; i++) sum = sum * 31 + (unsigned)(*(Bits *)&cells[i] ^ *(Bits *)&cells[i] >> 32);
  return sum;
}
