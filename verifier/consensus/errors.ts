import { Problem } from "../errors.ts";

/** Something that was shown about a cluster's consensus is malformed, or does not prove what it should. */
export class ConsensusError extends Problem {
  override readonly name = "ConsensusError";
}
