/** What a sender remembers from look to look, and may forget with the process. */
import type { Hash } from "viem";

/** What a look tells it. */
interface Seen {
  readonly headHash: Hash;
  readonly nonce: number;
}

/** Since when things are as they are. */
export class Watch {
  /** Attempts that a node refused for their price. */
  readonly underpriced = new Set<Hash>();
  readonly #lost = new Map<number, number>();
  #head: { readonly hash: Hash; readonly since: number } | undefined;
  #nonce: { readonly value: number; readonly since: number } | undefined;

  /** @param now the chain's time, in seconds */
  see({ headHash, nonce }: Seen, now: number): void {
    if (this.#head?.hash !== headHash) this.#head = { hash: headHash, since: performance.now() };
    if (this.#nonce?.value !== nonce) this.#nonce = { value: nonce, since: now };
  }

  /** For how long the head has been known, in milliseconds of this machine. */
  headAge(): number {
    return this.#head === undefined ? 0 : performance.now() - this.#head.since;
  }

  /** For how long none of the account's transactions was mined, in seconds. */
  waitsFor(now: number): number {
    return this.#nonce === undefined ? 0 : now - this.#nonce.since;
  }

  /** For how long it has been asked about a nonce, in seconds. */
  lostFor(nonce: number, now: number): number {
    const since = this.#lost.get(nonce) ?? now;
    this.#lost.set(nonce, since);
    return now - since;
  }
}
