// Memory that grows, and bulk instructions of all lengths and alignments.
typedef unsigned char Byte;

enum { PAGE = 65536 };

static Byte *grow(int pages) { return (Byte *)(__builtin_wasm_memory_grow(0, pages) * PAGE); }

__attribute__((export_name("run"))) int run(int n) {
  unsigned sum = 0, seed = 1;
  Byte *block = grow(2);
  for (int i = 0; i < n; i++) {
    if ((i & 63) == 63) {
      Byte *more = grow(1);
      __builtin_memcpy(more, block, PAGE);
      block = more;
      __builtin_memset(block + PAGE - 100, i, 100);
    }
    seed = seed * 1664525 + 1013904223;
    unsigned from = seed >> 16 & 0x3fff, to = seed & 0x3fff, length = seed >> 20 & 0x7ff;
    if (seed & 0x8000) __builtin_memmove(block + to, block + from, length);
    else __builtin_memset(block + to, seed >> 24, length & 0x7f);
    sum = sum * 31 + block[from] + __builtin_wasm_memory_size(0);
  }
  return sum;
}
