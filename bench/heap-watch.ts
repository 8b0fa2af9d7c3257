/** What a process keeps, by what V8 writes of its garbage collections (`--trace-gc`). */

/** A full collection of one thread's heap, in MB: `[1:0x2a] 12 ms: Mark-Compact 8.1 (9.0) -> 6.2 (9.5) MB, …`. */
const FULL = /\[\d+:(0x[0-9a-f]+)\].*Mark-Compact.* -> ([\d.]+) \(/;

/** Hears the lines of one process. */
export class HeapWatch {
  /** Bytes of the objects that were left, by the heap's address. */
  readonly #left = new Map<string, number>();

  hear(line: string): void {
    const [, heap, left] = FULL.exec(line) ?? [];
    if (heap !== undefined && left !== undefined) this.#left.set(heap, Number(left) * 2 ** 20);
  }

  /** Bytes of the objects that the last full collection of each thread has left; 0 before any. */
  get bytes(): number {
    return [...this.#left.values()].reduce((sum, bytes) => sum + bytes, 0);
  }
}

/** Bytes after so many fragments. */
export interface Sample {
  readonly fragments: number;
  readonly bytes: number;
}

/**
 * How much more is taken at the end than at the beginning, as a ratio: the middle of the samples of
 * the last quarter over that of the first one; what comes before `from` does not count. Undefined
 * if there are too few.
 */
export function growth(samples: readonly Sample[], from: number): number | undefined {
  const counted = samples.filter(({ fragments, bytes }) => fragments > from && bytes > 0).map(({ bytes }) => bytes);
  const quarter = Math.floor(counted.length / 4);
  if (quarter === 0) return undefined;
  return middle(counted.slice(-quarter)) / middle(counted.slice(0, quarter));
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}
