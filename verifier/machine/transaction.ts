/** Restoring a checkpoint: what a trap, spent fuel and `leave` have in common. */
import type { Access } from "./access.ts";
import { MASK_32, MASK_48, MASK_64 } from "./machine.ts";
import type { Registers } from "./record.ts";

/** Packs the last word of a checkpoint's preimage. */
export function packContext(pc: number, base: number, outputLength: number, keep: boolean): bigint {
  return (BigInt(pc) << 208n) | (BigInt(base) << 176n) | (BigInt(outputLength) << 96n) | (keep ? 1n : 0n);
}

/** How a transaction ends. */
export interface Ending {
  /** Fuel that the transaction did not use. */
  readonly remaining: bigint;
  /** Kind times 2^32 plus code; see `Outcome`. */
  readonly outcome: number;
  /** Whether memory, cells and output stay as they are; by default what the checkpoint said. */
  readonly keep?: boolean;
}

/**
 * Registers after the open checkpoint is restored; the stack always goes back, the rest unless
 * kept.
 */
export function unwind(access: Access, r: Registers, ending: Ending): Registers {
  const { sizes, context } = access.preimage();
  const keep = ending.keep ?? (context & 1n) === 1n;
  access.restore(keep);
  return {
    ...r,
    pc: Number((context >> 208n) & MASK_32),
    base: Number((context >> 176n) & MASK_32),
    outcome: ending.outcome,
    fuel: (r.reserve + ending.remaining) & MASK_64,
    reserve: 0n,
    transactionFuel: (r.transactionFuel - ending.remaining) & MASK_64,
    sizes: keep ? r.sizes : sizes,
    outputLength: keep ? r.outputLength : Number((context >> 96n) & MASK_48),
  };
}
