/**
 * The toy machine of test/harness/tournament/ToyVerifier.sol, and what honest players and liars say
 * it did.
 */
import { encodeAbiParameters, keccak256, slice } from "viem";
import type { Hex } from "viem";

const NUMBERS = [{ type: "uint256" }, { type: "uint256" }] as const;

/** What opens a state of the toy machine. */
export function toyWitness(lineage: bigint, count: bigint): Hex {
  return encodeAbiParameters(NUMBERS, [lineage, count]);
}

/** The root of a state of the toy machine. */
export function toyState(lineage: bigint, count: bigint): Hex {
  return keccak256(toyWitness(lineage, count));
}

/** The step verifier of a machine that halts at `limit`, for rules.ts. */
export function toyStep(limit: bigint): (agreed: Hex, witness: Hex) => Hex | undefined {
  return (agreed, witness) => {
    if (keccak256(witness) !== agreed || (witness.length - 2) / 2 !== 64) return undefined;
    const [lineage, count] = [BigInt(slice(witness, 0, 32)), BigInt(slice(witness, 32, 64))];
    return count < limit ? toyState(lineage, count + 1n) : agreed;
  };
}

/** A state as somebody claims it: one of the machine's, or a hash that nothing opens. */
export interface Claimed {
  readonly root: Hex;
  readonly witness: Hex | undefined;
}

/** What somebody says the machine did: the state after `count` steps. */
export type Story = (count: bigint) => Claimed;

/**
 * The truth up to `fork` exclusive, then lineage after lineage: `forks` are [count, lineage] in
 * rising order.
 */
export function story(forks: readonly (readonly [bigint, bigint])[]): Story {
  return (count) => {
    const lineage = forks.findLast(([from]) => count >= from)?.[1] ?? 0n;
    const witness = toyWitness(lineage, count);
    return { root: keccak256(witness), witness };
  };
}

/** A story whose states from `fork` on are hashes of nothing. */
export function garbage(fork: bigint, seed: bigint): Story {
  const truth = story([]);
  return (count) =>
    count < fork ? truth(count) : { root: keccak256(toyWitness(seed + (1n << 128n), count)), witness: undefined };
}

export const TRUTH: Story = story([]);

/** The same story, of a machine that halts: the state after `halt` steps stays. */
export function halting(told: Story, halt: bigint): Story {
  return (count) => told(count < halt ? count : halt);
}
