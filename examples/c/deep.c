// Deep recursion, with values that wait on the operand stack.
__attribute__((noinline)) static int deep(int n, int a, int b, int c, int d) {
  if (n == 0) return a ^ b ^ c ^ d;
  int result = deep(n - 1, b + n, c ^ n, d * 3, a - n);
  return (result >> 1) * 3 + a * b + c * d + n;
}

__attribute__((export_name("run"))) int run(int n) { return deep(n, 1, 2, 3, 4); }
