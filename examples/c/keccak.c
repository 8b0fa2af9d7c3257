// 64-bit arithmetic: the permutation of Keccak (FIPS 202), n times.
typedef unsigned long long Lane;

static const Lane constants[24] = {
    0x1ULL, 0x8082ULL, 0x800000000000808aULL, 0x8000000080008000ULL, 0x808bULL, 0x80000001ULL,
    0x8000000080008081ULL, 0x8000000000008009ULL, 0x8aULL, 0x88ULL, 0x80008009ULL, 0x8000000aULL,
    0x8000808bULL, 0x800000000000008bULL, 0x8000000000008089ULL, 0x8000000000008003ULL, 0x8000000000008002ULL,
    0x8000000000000080ULL, 0x800aULL, 0x800000008000000aULL, 0x8000000080008081ULL, 0x8000000000008080ULL,
    0x80000001ULL, 0x8000000080008008ULL};
static const int offsets[24] = {1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44};
static const int places[24] = {10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1};

static Lane state[25];

static Lane rotate(Lane lane, int by) { return lane << by | lane >> (64 - by); }

__attribute__((noinline)) static void permute(Lane *s) {
  for (int round = 0; round < 24; round++) {
    Lane column[5];
    for (int x = 0; x < 5; x++) column[x] = s[x] ^ s[x + 5] ^ s[x + 10] ^ s[x + 15] ^ s[x + 20];
    for (int x = 0; x < 5; x++) {
      Lane change = column[(x + 4) % 5] ^ rotate(column[(x + 1) % 5], 1);
      for (int y = 0; y < 25; y += 5) s[y + x] ^= change;
    }
    Lane moved = s[1];
    for (int i = 0; i < 24; i++) {
      Lane next = s[places[i]];
      s[places[i]] = rotate(moved, offsets[i]);
      moved = next;
    }
    for (int y = 0; y < 25; y += 5) {
      for (int x = 0; x < 5; x++) column[x] = s[y + x];
      for (int x = 0; x < 5; x++) s[y + x] ^= ~column[(x + 1) % 5] & column[(x + 2) % 5];
    }
    s[0] ^= constants[round];
  }
}

__attribute__((export_name("run"))) int run(int n) {
  for (int i = 0; i < 25; i++) state[i] = i;
  for (int i = 0; i < n; i++) permute(state);
  return (int)(state[0] ^ state[7] >> 32);
}
