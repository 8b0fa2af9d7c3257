// A mixture like that of CoreMark: a linked list, small integer matrices, a state machine, a checksum.
typedef struct Node {
  struct Node *next;
  int value;
} Node;

enum { NODES = 512, SIDE = 32 };

static Node nodes[NODES];
static short left[SIDE * SIDE], right[SIDE * SIDE];
static int product[SIDE * SIDE];
static const char text[] = "5012,0x1F,-874,+122,1.1e3,-.0,0.7,T0.3e-1F,-T.T++Tq,1T3.4e4z,34.0e-T^,5.500e+3,-.123e-2,+0.6e-12";

__attribute__((noinline)) static unsigned short checkByte(unsigned char data, unsigned short sum) {
  for (int i = 0; i < 8; i++) {
    unsigned odd = (data & 1) ^ (sum & 1);
    data >>= 1;
    if (odd) sum ^= 0x4002;
    sum = (sum >> 1) | (odd ? 0x8000 : 0);
  }
  return sum;
}

static unsigned short check(unsigned value, unsigned short sum) {
  for (int shift = 0; shift < 32; shift += 8) sum = checkByte(value >> shift, sum);
  return sum;
}

static Node *reverse(Node *head) {
  Node *before = 0;
  while (head) {
    Node *next = head->next;
    head->next = before;
    before = head;
    head = next;
  }
  return before;
}

__attribute__((noinline)) static int list(int key) {
  int sum = 0;
  Node *head = reverse(nodes);
  for (Node *node = head; node; node = node->next) {
    if ((node->value & 7) == (key & 7)) sum += node->value;
    else sum ^= node->value >> 1;
  }
  reverse(head);
  return sum;
}

__attribute__((noinline)) static int matrix(int change) {
  for (int i = 0; i < SIDE * SIDE; i++) left[i] += change;
  int sum = 0;
  for (int i = 0; i < SIDE; i++) {
    for (int j = 0; j < SIDE; j++) {
      int cell = 0;
      for (int k = 0; k < SIDE; k++) cell += left[i * SIDE + k] * right[k * SIDE + j];
      product[i * SIDE + j] = cell;
      sum += cell > 100 ? 1 : cell;
    }
  }
  return sum;
}

static int isDigit(char c) { return c >= '0' && c <= '9'; }

__attribute__((noinline)) static void scan(int *counts) {
  int state = 0;
  for (const char *p = text; *p; p++) {
    char c = *p;
    switch (state) {
      case 0: state = isDigit(c) ? 1 : c == '+' || c == '-' ? 2 : c == '.' ? 3 : 7; break;
      case 1: state = c == '.' ? 3 : c == ',' ? 0 : isDigit(c) ? 1 : 7; break;
      case 2: state = isDigit(c) ? 1 : c == '.' ? 3 : 7; break;
      case 3: state = c == 'e' || c == 'E' ? 4 : c == ',' ? 0 : isDigit(c) ? 3 : 7; break;
      case 4: state = c == '+' || c == '-' ? 5 : 7; break;
      case 5: state = isDigit(c) ? 6 : 7; break;
      default: if (c == ',') state = 0;
    }
    counts[state]++;
  }
}

__attribute__((export_name("run"))) int run(int n) {
  for (int i = 0; i < NODES; i++) nodes[i] = (Node){i + 1 < NODES ? &nodes[i + 1] : 0, (i * 7919) & 0xffff};
  for (int i = 0; i < SIDE * SIDE; i++) {
    left[i] = i & 63;
    right[i] = (i * 3) & 63;
  }
  unsigned short sum = 0;
  int counts[8] = {0};
  for (int i = 0; i < n; i++) {
    sum = check(list(i), sum);
    sum = check(matrix(i & 1 ? 1 : -1), sum);
    for (int k = 0; k < 10; k++) scan(counts);
    for (int k = 0; k < 8; k++) sum = check(counts[k], sum);
  }
  return sum;
}
