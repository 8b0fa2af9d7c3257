/** The book of somebody who ran the computation, truthfully or with a lie in it. */
import { bytesToHex } from "viem";
import type { Commitment } from "../../verifier/history/commitment.ts";
import { stepOf } from "../../verifier/history/game-levels.ts";
import type { Trace } from "../../verifier/history/trace.ts";
import { prove } from "../../verifier/proof/witness.ts";
import type { Eight } from "../game/types.ts";
import type { KnownBook, KnownCommitment } from "./known-book.ts";

/** The opinion that a trace amounts to; commitments are computed in this process when asked for. */
export class HistoryBook implements KnownBook {
  readonly #trace: Trace;
  readonly #known = new Map<string, KnownCommitment>();
  readonly #computing = new Map<string, Promise<void>>();
  readonly #problems: unknown[] = [];
  #news = false;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  commitment(path: readonly bigint[]): KnownCommitment | undefined {
    const name = path.join("/");
    const known = this.#known.get(name);
    if (known === undefined && !this.#computing.has(name)) this.#computing.set(name, this.#compute(name, path));
    return known;
  }

  witness(path: readonly bigint[]): `0x${string}` {
    return bytesToHex(prove(this.#trace.stateAt(stepOf(this.#trace.heights, path))).witness);
  }

  /**
   * Resolves when all that was asked for is known or has failed; tells whether anything has become
   * known since the last call.
   */
  async settled(): Promise<boolean> {
    await Promise.all(this.#computing.values());
    const news = this.#news;
    this.#news = false;
    return news;
  }

  /** What could not be computed since the last call; it is tried again when it is asked for. */
  problems(): unknown[] {
    return this.#problems.splice(0);
  }

  async #compute(name: string, path: readonly bigint[]): Promise<void> {
    try {
      const commitment = await this.#trace.commitment(path.length, stepOf(this.#trace.heights, path));
      this.#known.set(name, historyOpening(commitment));
      this.#news = true;
    } catch (problem) {
      this.#problems.push(problem);
    } finally {
      this.#computing.delete(name);
    }
  }
}

/** A history's commitment with its hashes as the chain writes them. */
function historyOpening(commitment: Commitment): KnownCommitment {
  return {
    root: bytesToHex(commitment.root),
    finalState: bytesToHex(commitment.leaf((1n << BigInt(commitment.height)) - 1n)),
    children: (height, index) => commitment.children(height, index).map((node) => bytesToHex(node)) as unknown as Eight,
    leaf: (index) => bytesToHex(commitment.leaf(index)),
    proof: (index, height) => commitment.proof(index, height).map((node) => bytesToHex(node)),
  };
}
