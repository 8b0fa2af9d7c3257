/** The book of somebody who ran the computation, truthfully or with a lie in it. */
import { bytesToHex } from "viem";
import type { Commitment } from "../../verifier/history/commitment.ts";
import type { Trace } from "../../verifier/history/trace.ts";
import { prove } from "../../verifier/proof/witness.ts";
import type { Eight } from "../game/types.ts";
import type { Book, OpenCommitment } from "./book.ts";

/** The opinion that a trace amounts to. */
export function historyBook(trace: Trace): Book {
  return {
    commitment: async (path) => historyOpening(await trace.commitment(path.length, startOf(trace, path))),
    witness: (path) => bytesToHex(prove(trace.stateAt(startOf(trace, path))).witness),
  };
}

/** The step at which the stride that leads to a leaf begins. */
export function startOf(trace: Trace, path: readonly bigint[]): bigint {
  return path.reduce((step, position, level) => step + position * trace.stride(level), 0n);
}

/** A history's commitment with its hashes as the chain writes them. */
export function historyOpening(commitment: Commitment): OpenCommitment {
  return {
    root: bytesToHex(commitment.root),
    children: (height, index) =>
      commitment.children8(height, index).map((node) => bytesToHex(node)) as unknown as Eight,
    leaf: (index) => bytesToHex(commitment.leaf(index)),
    proof: (index, height) => commitment.proof(index, height).map((node) => bytesToHex(node)),
  };
}
