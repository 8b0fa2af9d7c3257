/**
 * What a node keeps of transactions that are not mined: at most one for each nonce of an account,
 * replaced by one that offers enough more. geth's rules, as far as the honest side can tell.
 */
import { type Hex, keccak256, parseTransaction, recoverTransactionAddress } from "viem";
import { Problem } from "../../verifier/errors.ts";

/** A signed transaction that waits. */
export interface Waiting {
  readonly raw: Hex;
  readonly hash: Hex;
  /** Lower-case. */
  readonly from: Hex;
  readonly nonce: number;
  readonly gas: bigint;
  readonly maxFee: bigint;
  readonly tip: bigint;
}

/** Reads a signed transaction. */
export async function waitingOf(raw: Hex): Promise<Waiting> {
  const { nonce = 0, gas = 0n, maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = parseTransaction(raw);
  const from = await recoverTransactionAddress({ serializedTransaction: raw as never });
  return {
    ...{ raw, hash: keccak256(raw), from: from.toLowerCase() as Hex, nonce, gas },
    ...{ maxFee: maxFeePerGas, tip: maxPriorityFeePerGas },
  };
}

/** A node's pool. */
export class Pool {
  #waiting: Waiting[] = [];

  /** How many wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /** Whose transactions wait. */
  accounts(): Set<Hex> {
    return new Set(this.#waiting.map(({ from }) => from));
  }

  /** The transaction of this hash, if it waits. */
  find(hash: Hex): Waiting | undefined {
    return this.#waiting.find((one) => one.hash === hash);
  }

  /**
   * Takes a transaction.
   *
   * @param mined how many transactions of its account are mined
   * @throws Problem with the words of a node if it is not taken
   */
  add(one: Waiting, mined: number): void {
    if (one.nonce < mined) throw new Problem("nonce too low");
    const other = this.#waiting.find(({ from, nonce }) => from === one.from && nonce === one.nonce);
    if (other?.hash === one.hash) throw new Problem("already known");
    if (other !== undefined && !(isEnough(one.maxFee, other.maxFee) && isEnough(one.tip, other.tip)))
      throw new Problem("replacement transaction underpriced");
    this.#waiting = [...this.#waiting.filter((kept) => kept !== other), one];
  }

  /** The first nonce of an account that nothing waits for, after what is mined. */
  next(from: Hex, mined: number): number {
    const nonces = new Set(this.#waiting.filter((one) => one.from === from).map(({ nonce }) => nonce));
    let next = mined;
    while (nonces.has(next)) next++;
    return next;
  }

  /** Those that a block can have, each account's in the order of its nonces. */
  ready(baseFee: bigint, minedOf: (account: Hex) => number): Waiting[] {
    const ready: Waiting[] = [];
    for (const [from, own] of Map.groupBy(this.#waiting, (one) => one.from)) {
      let next = minedOf(from);
      for (const one of own.toSorted((a, b) => a.nonce - b.nonce)) {
        if (one.nonce < next) continue;
        if (one.nonce > next || one.maxFee < baseFee) break;
        ready.push(one);
        next++;
      }
    }
    return ready;
  }

  /** Forgets what can't be mined any more. */
  clean(minedOf: (account: Hex) => number): void {
    this.#waiting = this.#waiting.filter(({ from, nonce }) => nonce >= minedOf(from));
  }
}

/** geth wants a tenth more. */
function isEnough(offer: bigint, before: bigint): boolean {
  return offer * 10n >= before * 11n;
}
