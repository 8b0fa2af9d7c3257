// Nothing but loads and stores: loops that fill and copy a mebibyte.
enum { LONGS = 1 << 17, BYTES = 1 << 18 };

static unsigned long long one[LONGS], other[LONGS];

__attribute__((noinline)) static void fill(unsigned *to, int count, unsigned value) {
  for (int i = 0; i < count; i++) {
    to[i] = value + i;
    __asm__ volatile("");
  }
}

__attribute__((noinline)) static void copyLongs(unsigned long long *to, const unsigned long long *from, int count) {
  for (int i = 0; i < count; i++) {
    to[i] = from[i];
    __asm__ volatile("");
  }
}

__attribute__((noinline)) static void copyBytes(volatile unsigned char *to, const unsigned char *from, int count) {
  for (int i = 0; i < count; i++) to[i] = from[i];
}

__attribute__((export_name("run"))) int run(int n) {
  for (int i = 0; i < n; i++) {
    fill((unsigned *)one, 2 * LONGS, i);
    copyLongs(other, one, LONGS);
    copyBytes((unsigned char *)one, (unsigned char *)other + 1, BYTES - 8);
  }
  return (int)(one[100] + other[77]);
}
