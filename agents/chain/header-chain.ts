/** The newest blocks of a chain, each proven to be the parent of the next one. */
import type { Hex } from "viem";
import type { BlockReader, Header } from "./block-reader.ts";

/** The chain changed while it was read: what was read may be of two branches. */
export class ChainMoved extends Error {
  override readonly name = "ChainMoved";
}

/** Remembers the headers that it has seen, so that only new ones are asked for. */
export class HeaderChain {
  readonly #blocks: BlockReader;
  #known = new Map<Hex, Header>();

  constructor(blocks: BlockReader) {
    this.#blocks = blocks;
  }

  /**
   * The headers before `head` and its own, oldest first: as many as `depth`, or from the first
   * block.
   *
   * @throws ChainMoved if they are not linked by their hashes
   */
  async before(head: Header, depth: number): Promise<Header[]> {
    const first = head.number < BigInt(depth) ? 0n : head.number - BigInt(depth) + 1n;
    const chain = [head];
    this.#known.set(head.hash, head);
    for (let at = head; at.number > first; at = chain.at(-1) ?? at) {
      const parent = this.#known.get(at.parentHash);
      if (parent === undefined) await this.#learn(first, at.number - 1n);
      const found = parent ?? this.#known.get(at.parentHash);
      if (found === undefined || found.number !== at.number - 1n)
        throw new ChainMoved(`block ${at.number} does not follow the one before it`);
      chain.push(found);
    }
    this.#known = new Map(chain.map((header) => [header.hash, header]));
    return chain.reverse();
  }

  /**
   * Asks at once for what is missing up to block `last`: for those after the newest known one, or
   * for all if another block of that number was known, since then the chain has changed.
   */
  async #learn(first: bigint, last: bigint): Promise<void> {
    let next = first;
    for (const { number } of this.#known.values()) if (number < last && number >= next) next = number + 1n;
    const changed = [...this.#known.values()].some(({ number }) => number === last);
    const numbers: bigint[] = [];
    for (let number = changed ? first : next; number <= last; number++) numbers.push(number);
    for (const header of await Promise.all(numbers.map((number) => this.#blocks.header(number))))
      if (header !== undefined) this.#known.set(header.hash, header);
  }
}
