/**
 * Which instructions belong together: a union-find over the edges of the control flow inside
 * functions.
 */

/** Sets of program counters with the greatest height of each. */
export class Components {
  readonly #parents: Int32Array;
  readonly #extents: Float64Array;

  constructor(heights: Float64Array) {
    this.#parents = Int32Array.from(heights, (_, pc) => pc);
    this.#extents = heights.slice();
  }

  /** Control can go from one to the other without leaving the frame. */
  join(pc: number, other: number): void {
    const one = this.#root(pc);
    const two = this.#root(other);
    this.#parents[two] = one;
    this.#extents[one] = Math.max(this.#extents[one]!, this.#extents[two]!);
  }

  /** The greatest height of the set that a pc belongs to. */
  extent(pc: number): number {
    return this.#extents[this.#root(pc)]!;
  }

  #root(pc: number): number {
    let root = pc;
    while (this.#parents[root] !== root) {
      // Halving the path keeps it short without a second pass.
      const next = this.#parents[this.#parents[root]!]!;
      this.#parents[root] = next;
      root = next;
    }
    return root;
  }
}
