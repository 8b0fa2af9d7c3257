/** The book of somebody who ran the computation, truthfully or with a lie in it. */
import { bytesToHex } from "viem";
import type { Commitment } from "../../verifier/history/commitment.ts";
import { stepOf } from "../../verifier/history/game-levels.ts";
import type { Trace } from "../../verifier/history/trace.ts";
import { prove } from "../../verifier/proof/witness.ts";
import type { Eight } from "../game/types.ts";
import type { Book, OpenCommitment } from "./book.ts";

/** The opinion that a trace amounts to. */
export function historyBook(trace: Trace): Book {
  return {
    commitment: async (path) => historyOpening(await trace.commitment(path.length, stepOf(trace.heights, path))),
    witness: (path) => bytesToHex(prove(trace.stateAt(stepOf(trace.heights, path))).witness),
  };
}

/** A history's commitment with its hashes as the chain writes them. */
function historyOpening(commitment: Commitment): OpenCommitment {
  return {
    root: bytesToHex(commitment.root),
    children: (height, index) => commitment.children(height, index).map((node) => bytesToHex(node)) as unknown as Eight,
    leaf: (index) => bytesToHex(commitment.leaf(index)),
    proof: (index, height) => commitment.proof(index, height).map((node) => bytesToHex(node)),
  };
}
