/** Blocks that a chain calls its newest: by how sure it is of them. */
import type { Hex } from "viem";

/** A block that others build on. */
export interface Head {
  readonly number: bigint;
  readonly hash: Hex;
  /** In seconds. */
  readonly timestamp: number;
}

/**
 * `latest` may be gone a moment later; `safe` is voted for by most validators of Ethereum;
 * `finalized` cannot be undone without burning a third of all stakes.
 */
export type HeadTag = "latest" | "safe" | "finalized";
