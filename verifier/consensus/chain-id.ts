/**
 * Names of clusters' chains: `a`, the 40 digits of the Deal's address, `-`, the era. A vote is
 * signed with it, so it counts for one Deal and one era. CometBFT takes 50 bytes, so an era has at
 * most eight digits. `contracts/cluster/ChainId.sol` makes the same on chain.
 */
import { ConsensusError } from "./errors.ts";
import { hexOf } from "./hex.ts";

/** Eras are below this. */
export const ERAS = 100_000_000;

const ADDRESS_BYTES = 20;

/**
 * The name of the chain of a Deal's era.
 * @throws ConsensusError if the address has not 20 bytes, or there is no such era
 */
export function chainIdOf(deal: Uint8Array, era: number): string {
  if (deal.length !== ADDRESS_BYTES) throw new ConsensusError(`an address has 20 bytes, not ${deal.length}`);
  if (!Number.isInteger(era) || era < 0 || era >= ERAS) throw new ConsensusError(`there is no era ${era}`);
  return `a${hexOf(deal)}-${era}`;
}
