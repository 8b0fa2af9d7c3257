// One big switch: an interpreter of a small register machine, and a loop in its code.
typedef unsigned char Byte;

static int memory[4096];

__attribute__((noinline)) static int interpret(const Byte *code, int n) {
  int r[16] = {0};
  r[1] = n;
  for (unsigned pc = 0;;) {
    Byte op = code[pc], a = code[pc + 1], b = code[pc + 2], c = code[pc + 3];
    pc += 4;
    switch (op) {
      case 0: return r[a];
      case 1: r[a] = (int)(signed char)b + (c << 8); break;
      case 2: r[a] = r[b] + r[c]; break;
      case 3: r[a] = r[b] - r[c]; break;
      case 4: r[a] = r[b] * r[c]; break;
      case 5: r[a] = r[b] ^ r[c]; break;
      case 6: r[a] = r[b] & r[c]; break;
      case 7: r[a] = r[b] | r[c]; break;
      case 8: r[a] = r[b] << (r[c] & 31); break;
      case 9: r[a] = (unsigned)r[b] >> (r[c] & 31); break;
      case 10: memory[r[b] & 4095] = r[a]; break;
      case 11: r[a] = memory[r[b] & 4095]; break;
      case 12: if (r[a] != r[b]) pc = c * 4; break;
      case 13: if (r[a] < r[b]) pc = c * 4; break;
      case 14: pc = c * 4; break;
      case 15: r[a] = r[b]; break;
      case 16: r[a] = ~r[b]; break;
      case 17: r[a] = -r[b]; break;
      case 18: r[a] = r[b] + (signed char)c; break;
      case 19: r[a] = r[b] == r[c]; break;
      default: return -1;
    }
  }
}

static volatile Byte code[] = {
    1, 0, 0, 0,  1, 2, 0, 0,  1, 3, 7, 0,  1, 4, 13, 0,
    // The loop begins here, at instruction 4.
    4, 5, 2, 3,  2, 5, 5, 4,  5, 0, 0, 5,  10, 0, 2, 0,  18, 6, 2, 5,  11, 7, 6, 0,  2, 0, 0, 7,
    9, 8, 0, 4,  6, 8, 8, 3,  13, 8, 3, 15,  17, 0, 0, 0,  18, 2, 2, 1,  13, 2, 1, 4,  0, 0, 0, 0};

__attribute__((export_name("run"))) int run(int n) { return interpret((const Byte *)code, n); }
