// Recursion and indirect calls: quicksort with a comparator.
enum { COUNT = 200000 };

typedef int (*Compare)(const int *, const int *);

static int numbers[COUNT];

static int up(const int *x, const int *y) { return *x < *y ? -1 : *x > *y; }
static int down(const int *x, const int *y) { return *x > *y ? -1 : *x < *y; }

__attribute__((noinline)) static void sort(int *low, int *high, Compare compare) {
  while (low < high) {
    int pivot = low[(high - low) >> 1];
    int *i = low, *j = high;
    do {
      while (compare(i, &pivot) < 0) i++;
      while (compare(&pivot, j) < 0) j--;
      if (i <= j) {
        int kept = *i;
        *i++ = *j;
        *j-- = kept;
      }
    } while (i <= j);
    if (j - low < high - i) {
      sort(low, j, compare);
      low = i;
    } else {
      sort(i, high, compare);
      high = j;
    }
  }
}

static volatile Compare orders[2] = {up, down};

__attribute__((export_name("run"))) int run(int n) {
  unsigned seed = 12345, sum = 0;
  for (int k = 0; k < n; k++) {
    for (int i = 0; i < COUNT; i++) {
      seed = seed * 1664525 + 1013904223;
      numbers[i] = seed >> 3;
    }
    sort(numbers, numbers + COUNT - 1, orders[k & 1]);
    sum = sum * 31 + numbers[1000] + numbers[150000];
  }
  return sum;
}
