// Floats in tight loops: products of matrices.
enum { SIDE = 128, CELLS = SIDE * SIDE };

static double left[CELLS], right[CELLS], product[CELLS];

__attribute__((noinline)) static void multiply(void) {
  for (int i = 0; i < SIDE; i++) {
    for (int j = 0; j < SIDE; j++) {
      double sum = 0;
      for (int k = 0; k < SIDE; k++) sum += left[i * SIDE + k] * right[k * SIDE + j];
      product[i * SIDE + j] = sum * 1e-2 + product[i * SIDE + j] * 0.5;
    }
  }
}

__attribute__((export_name("run"))) int run(int n) {
  for (int i = 0; i < CELLS; i++) {
    left[i] = (i % 17) * 0.25;
    right[i] = (i % 13) * 0.5 - 1;
    product[i] = 0;
  }
  for (int i = 0; i < n; i++) multiply();
  double sum = 0;
  for (int i = 0; i < CELLS; i++) sum += product[i];
  return (int)sum;
}
