/**
 * Fragments of a Deal that a view has let go, read again from the logs, one after the other: for a
 * replay that has to begin with the first one.
 */
import { type Address, getAbiItem, type PublicClient } from "viem";
import { dealAbi } from "../../contracts/abi/Deal.ts";
import { Problem } from "../../verifier/errors.ts";
import { type Fragment, submittedFragment } from "./deal-log.ts";

/** Fragments that are asked for at once: at most 4 MiB. */
const BATCH = 64;

const SUBMITTED = getAbiItem({ abi: dealAbi, name: "Submitted" });

/** Reads fragments in the order in which they were submitted, a batch at a time. */
export class FragmentArchive {
  readonly #reader: Pick<PublicClient, "getLogs">;
  readonly #deal: Address;
  readonly #from: bigint;
  #batch: ReadonlyMap<number, Fragment> = new Map();
  /** A fragment, and the block that it was submitted in: later ones come later. */
  #after = { index: 0, block: 0n };

  /** @param from the block in which the Deal was deployed, or an earlier one */
  constructor(reader: Pick<PublicClient, "getLogs">, deal: Address, from = 0n) {
    this.#reader = reader;
    this.#deal = deal;
    this.#from = from;
  }

  /**
   * The fragment at a position.
   *
   * @throws Problem if the chain's logs do not have it
   */
  async at(index: number): Promise<Fragment> {
    const fragment = this.#batch.get(index) ?? (await this.#read(index)).get(index);
    if (fragment !== undefined) return fragment;
    throw new Problem(`the logs have no fragment ${index}`, { hint: "ask a node that has all logs" });
  }

  async #read(first: number): Promise<ReadonlyMap<number, Fragment>> {
    const fromBlock = first >= this.#after.index && this.#after.block > this.#from ? this.#after.block : this.#from;
    const indexes = Array.from({ length: BATCH }, (_, i) => BigInt(first + i));
    const filter = { address: this.#deal, event: SUBMITTED, args: { fragment: indexes }, strict: true } as const;
    const batch = new Map<number, Fragment>();
    for (const { args, blockNumber } of await this.#reader.getLogs({ ...filter, fromBlock, toBlock: "latest" })) {
      const fragment = submittedFragment(args);
      const { index } = fragment;
      batch.set(index, fragment);
      if (index >= this.#after.index) this.#after = { index, block: blockNumber };
    }
    this.#batch = batch;
    return batch;
  }
}
